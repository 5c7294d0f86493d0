//! The colours of text reports.

use anstyle::{AnsiColor, Style};

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
