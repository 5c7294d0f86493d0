//! Constructs that are not followed.

/// A construct of the shell that is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Construct {
    Comment,
    Document,
    Case,
    Semicolons,
    Function,
    OpenQuote,
    DollarQuote,
    NestedQuote,
    NestedBackticks,
    Parenthesis,
    Backslash,
    Nothing,
}

/// The place from which on a command is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Obstacle {
    pub construct: Construct,
    /// The offset in the text.
    pub at: usize,
}

impl Construct {
    /// Makes the obstacle at an offset.
    pub fn at(self, at: usize) -> Obstacle {
        Obstacle { construct: self, at }
    }

    /// Returns the name with its article.
    pub fn name(self) -> &'static str {
        match self {
            Self::Comment => "a comment inside the command",
            Self::Document => "a here-document",
            Self::Case => "a `case`",
            Self::Semicolons => "`;;` without a `case`",
            Self::Function => "a function or an array",
            Self::OpenQuote => "a quote without its end",
            Self::DollarQuote => "a `$'…'`",
            Self::NestedQuote => "a quote in `${…}`",
            Self::NestedBackticks => "backquotes in backquotes",
            Self::Parenthesis => "a parenthesis without its other half",
            Self::Backslash => "a backslash at its end",
            Self::Nothing => "no command",
        }
    }
}
