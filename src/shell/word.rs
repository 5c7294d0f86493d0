//! Builds a word while it is read.

/// The reason why a text is not followed.
pub(crate) type TooComplex = &'static str;

pub(super) const LONG: TooComplex = "it is too long";

/// The longest word in bytes.
const WORD_LIMIT: usize = 64 << 10;

/// The word that is being read.
#[derive(Default)]
pub(super) struct Draft {
    pub text: String,
    pub unknown: bool,
    /// True if there is a word, even an empty one.
    pub started: bool,
    /// True if a part was quoted, so that the word is neither a keyword nor an assignment.
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
    "!", "case", "do", "done", "elif", "else", "esac", "fi", "for", "function", "if", "select",
    "then", "until", "while", "{", "}",
];

/// Returns whether a character can be part of a variable's name.
pub(super) fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Returns whether a word at the start of a command is a keyword of the shell, and not a program.
pub(super) fn is_keyword(word: &str) -> bool {
    KEYWORDS.contains(&word)
}
