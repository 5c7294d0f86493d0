//! A word while it is being read.

use super::expand::{LONG, TooComplex};

/// The longest that a word may grow to, in bytes.
const WORD_LIMIT: usize = 64 << 10;

/// The word that is being read.
#[derive(Default)]
pub(super) struct Draft {
    pub text: String,
    pub unknown: bool,
    /// Whether there is a word, even if it is empty.
    pub started: bool,
    /// Whether a part of it was quoted, so that it is no keyword and no assignment.
    pub quoted: bool,
}

impl Draft {
    pub fn start(&mut self, quoted: bool) {
        self.started = true;
        self.quoted |= quoted;
    }

    pub fn be_unknown(&mut self) {
        self.start(true);
        self.unknown = true;
    }

    pub fn push(&mut self, c: char) -> Result<(), TooComplex> {
        self.text.push(c);
        if self.text.len() > WORD_LIMIT { Err(LONG) } else { Ok(()) }
    }

    pub fn push_all(&mut self, text: &str) -> Result<(), TooComplex> {
        self.text.push_str(text);
        if self.text.len() > WORD_LIMIT { Err(LONG) } else { Ok(()) }
    }
}

const KEYWORDS: [&str; 17] = [
    "!", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "select", "then", "until",
    "while", "{", "}",
];

/// Whether a character can be part of a variable's name.
pub(super) fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Whether a word that a command begins with is the shell's own, and not a program.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}
