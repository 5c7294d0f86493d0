//! The style and the colours of text reports.

use anstyle::{AnsiColor, Style};

use crate::display::Units;

/// The style of the text.
#[derive(Debug, Clone, Copy, Default)]
pub struct TextStyle {
    /// True to use colours.
    pub colour: bool,
    /// The units of sizes.
    pub units: Units,
    /// The number of wasted files to list; 0 for all.
    pub top: usize,
}

/// A meaning that a colour has.
#[derive(Clone, Copy)]
pub(super) enum Paint {
    Bold,
    Dim,
    Wasted,
    Visible,
    Warning,
}

impl Paint {
    /// Returns the text in this colour, if colours are wanted.
    pub fn on(self, text: &str, colour: bool) -> String {
        if !colour {
            return text.into();
        }
        let style = match self {
            Self::Bold => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Wasted => AnsiColor::Red.on_default(),
            Self::Visible => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
        };
        format!("{style}{text}{style:#}")
    }
}
