//! The views of the comparison.

use crate::tui::keys::Action;

/// A view of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    Images,
    Layers,
    Paths,
    Packages,
}

impl View {
    pub const ALL: [Self; 4] = [Self::Images, Self::Layers, Self::Paths, Self::Packages];

    pub fn action(self) -> Action {
        match self {
            Self::Images => Action::ShowImages,
            Self::Layers => Action::ShowLayers,
            Self::Paths => Action::ShowPaths,
            Self::Packages => Action::ShowPackages,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Images => "Images",
            Self::Layers => "Layers",
            Self::Paths => "Paths",
            Self::Packages => "Packages",
        }
    }

    pub fn asked_for(action: Action) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.action() == action)
    }

    pub fn after(self, steps: usize) -> Self {
        let now = Self::ALL.iter().position(|&view| view == self).unwrap_or(0);
        Self::ALL[(now + steps) % Self::ALL.len()]
    }
}
