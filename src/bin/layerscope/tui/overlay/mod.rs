//! Dialogs and texts over a screen.

pub mod explain;
pub mod extract;
pub mod help;
pub mod instruction;
pub mod opening;
pub mod palette;
pub mod picker;
pub mod popup;
pub mod proposal;

use std::mem::discriminant;

use explain::Explanation;
use extract::Extraction;
use help::Help;
use instruction::Reading;
use opening::Opening;
use palette::Palette;
use picker::Picker;
use proposal::Proposal;

use layerscope::display::Units;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::explorer::Explorer;
use super::keys::help::EXPLORER;
use super::keys::{Action, Keymap};
use super::viewer::{self, Viewer};
use super::widgets::theme::Theme;

/// A text or a dialog over a screen.
pub enum Overlay {
    /// A file, in place of the panes.
    Viewer(Box<Viewer>),
    /// An instruction in full, in place of the panes.
    Instruction(Reading),
    /// A change to the Dockerfile as a difference, in place of the panes.
    Proposal(Proposal),
    /// The explanation of a number.
    Explanation(Explanation),
    /// The dialog for an extraction.
    Extraction(Box<Extraction>),
    Help(Help),
    /// The list of commands.
    Palette(Palette),
    /// The dialog for another image.
    Opening(Opening),
    /// The images of container runtimes, in place of the panes.
    Picker(Picker),
}

impl Overlay {
    /// Returns whether the screen below handles an action: operations on a path, and other texts
    /// about it.
    pub fn leaves_to_screen(&self, action: Action) -> bool {
        match self {
            Self::Viewer(_) => matches!(
                action,
                Action::Instruction
                    | Action::CopyDigest
                    | Action::CopyPath
                    | Action::Extract
                    | Action::Explain
                    | Action::ExplainHeader
            ),
            Self::Explanation(_) => action == Action::Instruction,
            Self::Instruction(_)
            | Self::Extraction(_)
            | Self::Help(_)
            | Self::Palette(_)
            | Self::Proposal(_) => false,
            Self::Opening(_) | Self::Picker(_) => false,
        }
    }

    /// Draws it over an area.
    pub fn draw(&self, around: Around<'_>, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        match self {
            Self::Viewer(viewer) => viewer::draw(viewer, theme, area, buffer),
            Self::Instruction(reading) => {
                instruction::draw(*reading, around.explorer, theme, area, buffer);
            }
            Self::Explanation(explanation) => {
                explain::draw(explanation, around, theme, area, buffer);
            }
            Self::Extraction(extraction) => {
                extract::draw(extraction, around.units, theme, area, buffer);
            }
            Self::Proposal(proposal) => proposal::draw(proposal, theme, area, buffer),
            Self::Opening(opening) => opening::draw(opening, theme, area, buffer),
            Self::Picker(picker) => picker::draw(picker, theme, area, buffer),
            Self::Palette(palette) => palette::draw(palette, around.keymap, theme, area, buffer),
            Self::Help(help) => {
                help::draw_help(help, &EXPLORER, around.keymap, theme, area, buffer);
            }
        }
    }

    /// Returns whether the overlay replaces the panes.
    fn covers(&self) -> bool {
        matches!(self, Self::Viewer(_) | Self::Instruction(_) | Self::Proposal(_) | Self::Picker(_))
    }
}

/// The screen below an overlay, as far as overlays show something of it.
#[derive(Clone, Copy)]
pub struct Around<'a> {
    pub keymap: &'a Keymap,
    pub units: Units,
    /// The image, if it has been read.
    pub explorer: Option<&'a Explorer>,
}

/// The overlays that are open, the one on top last; no kind is open twice.
#[derive(Default)]
pub struct Overlays(Vec<Overlay>);

impl Overlays {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.0.len()
    }

    pub fn top(&self) -> Option<&Overlay> {
        self.0.last()
    }

    pub fn top_mut(&mut self) -> Option<&mut Overlay> {
        self.0.last_mut()
    }

    /// Opens an overlay on top; one of its kind is closed, with all that was opened on it.
    pub fn open(&mut self, overlay: Overlay) {
        let same = self.0.iter().position(|other| discriminant(other) == discriminant(&overlay));
        self.0.truncate(same.unwrap_or(self.0.len()));
        self.0.push(overlay);
    }

    /// Closes the one on top.
    pub fn close(&mut self) -> Option<Overlay> {
        self.0.pop()
    }

    pub fn close_all(&mut self) {
        self.0.clear();
    }

    /// Returns the last overlay that replaces the panes, if there is one, and those on top of it.
    pub fn seen(&self) -> (Option<&Overlay>, &[Overlay]) {
        match self.0.iter().rposition(Overlay::covers) {
            Some(at) => (Some(&self.0[at]), &self.0[at + 1..]),
            None => (None, &self.0),
        }
    }

    /// Returns the viewer, if it is on top.
    pub fn viewer(&self) -> Option<&Viewer> {
        match self.top() {
            Some(Overlay::Viewer(viewer)) => Some(viewer),
            _ => None,
        }
    }

    /// Returns the viewer, even below other overlays.
    pub fn any_viewer(&self) -> Option<&Viewer> {
        self.0.iter().find_map(|overlay| match overlay {
            Overlay::Viewer(viewer) => Some(&**viewer),
            _ => None,
        })
    }

    pub fn any_viewer_mut(&mut self) -> Option<&mut Viewer> {
        self.0.iter_mut().find_map(|overlay| match overlay {
            Overlay::Viewer(viewer) => Some(&mut **viewer),
            _ => None,
        })
    }

    /// Returns whether a text that is only read is on top.
    pub fn is_text(&self) -> bool {
        matches!(
            self.top(),
            Some(
                Overlay::Help(_)
                    | Overlay::Explanation(_)
                    | Overlay::Instruction(_)
                    | Overlay::Proposal(_)
            )
        )
    }

    /// Returns the extraction dialog, if it is on top.
    pub fn extraction(&self) -> Option<&Extraction> {
        match self.top() {
            Some(Overlay::Extraction(extraction)) => Some(extraction),
            _ => None,
        }
    }

    pub fn extraction_mut(&mut self) -> Option<&mut Extraction> {
        match self.top_mut() {
            Some(Overlay::Extraction(extraction)) => Some(extraction),
            _ => None,
        }
    }

    pub fn help(&self) -> Option<&Help> {
        match self.top() {
            Some(Overlay::Help(help)) => Some(help),
            _ => None,
        }
    }
}
