//! The colours of text reports.

use anstyle::{AnsiColor, Style};

/// A meaning that a colour has.
#[derive(Clone, Copy)]
pub(super) enum Paint {
    Bold,
    Dim,
    Dead,
    Live,
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
            Self::Dead => AnsiColor::Red.on_default(),
            Self::Live => AnsiColor::Green.on_default(),
            Self::Warning => AnsiColor::Yellow.on_default(),
        };
        format!("{style}{text}{style:#}")
    }
}
