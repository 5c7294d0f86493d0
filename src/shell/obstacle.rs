//! Constructs that are not followed, and comments at the end of a command.

use super::script::{follow, read};

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

/// Returns where a comment begins that ends a command in one line; `None` if there is none, or if
/// the command before it cannot be followed.
pub(crate) fn comment_at(text: &str) -> Option<usize> {
    // Most commands have none, and some are long.
    if !text.contains('#') {
        return None;
    }
    let obstacle = follow(text).err().filter(|found| found.construct == Construct::Comment)?;
    let before = text[..obstacle.at].trim_end();
    let ends = !text[obstacle.at..].contains('\n') && !before.ends_with(['&', '|']);
    (ends && read(before).is_some()).then_some(obstacle.at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_begins_at_a_word_outside_of_quotes() {
        let command = |text: &'static str| comment_at(text).map(|at| text[..at].trim_end());
        assert_eq!(command("make # builds it"), Some("make"));
        assert_eq!(command("make '# x' a#b \\# # c"), Some("make '# x' a#b \\#"));
        assert_eq!(command("(a; b) # c"), Some("(a; b)"));
        for text in ["make", "echo \"# x\"", "# only", "a && # b", "(a # b", "a # b\nc", "a 'b # c"]
        {
            assert_eq!(command(text), None, "{text}");
        }
    }
}
