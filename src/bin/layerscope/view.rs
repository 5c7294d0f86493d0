//! The views of an image, and their names on the command line, in the configuration, in lessons and
//! on the screen.

/// A view of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    #[default]
    Explore,
    Waste,
    Timeline,
    Treemap,
    Image,
    Findings,
    Sizes,
    Replay,
}

impl View {
    pub const ALL: [Self; 8] = [
        Self::Explore,
        Self::Waste,
        Self::Timeline,
        Self::Treemap,
        Self::Image,
        Self::Findings,
        Self::Sizes,
        Self::Replay,
    ];

    /// Returns the name on the command line and in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Explore => "explore",
            Self::Waste => "waste",
            Self::Timeline => "timeline",
            Self::Treemap => "treemap",
            Self::Image => "image",
            Self::Findings => "fix",
            Self::Sizes => "sizes",
            Self::Replay => "replay",
        }
    }

    /// Returns the view with a name on the command line, in the configuration or in a lesson. The
    /// view of changes had another name once.
    pub fn named(word: &str) -> Option<Self> {
        let known = Self::ALL.into_iter().find(|view| view.word() == word);
        known.or((word == "findings").then_some(Self::Findings))
    }

    /// Returns the name on the screen.
    pub fn name(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Waste => "Waste",
            Self::Timeline => "Timeline",
            Self::Treemap => "Treemap",
            Self::Image => "Image",
            Self::Findings => "Fix",
            Self::Sizes => "Sizes",
            Self::Replay => "Replay",
        }
    }

    /// Returns the name for narrow screens.
    pub fn short_name(self) -> &'static str {
        match self {
            Self::Timeline => "Time",
            Self::Treemap => "Map",
            view => view.name(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_called_as_on_the_screen_and_its_old_name_still_works() {
        for view in View::ALL {
            assert_eq!(view.word(), view.name().to_lowercase());
            assert_eq!(View::named(view.word()), Some(view));
        }
        assert_eq!(View::named("findings"), Some(View::Findings));
        assert_eq!(View::named("anything"), None);
    }
}
