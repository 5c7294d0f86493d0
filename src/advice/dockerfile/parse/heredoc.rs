//! Here-documents (Dockerfile reference, "Here-Documents").

use std::ops::Range;

/// A here-document of `RUN`, `COPY` or `ADD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heredoc {
    /// The word that ends it.
    pub name: String,
    /// True if leading tabs are removed from its lines.
    pub strips_tabs: bool,
    /// The lines in the file, without the one that ends it.
    pub body: Range<usize>,
}

impl Heredoc {
    /// Returns whether a line ends the document.
    pub fn ends_at(&self, line: &str) -> bool {
        (if self.strips_tabs { line.trim_start_matches('\t') } else { line }) == self.name
    }
}

/// Returns the documents that the words of a line begin.
pub fn named_in(line: &str) -> Vec<Heredoc> {
    let mut found = Vec::new();
    let mut rest = line.trim_start();
    while !rest.is_empty() {
        let end = word_end(rest).max(1);
        found.extend(rest.get(..end).and_then(named));
        rest = rest.get(end..).unwrap_or_default().trim_start();
    }
    found
}

fn named(word: &str) -> Option<Heredoc> {
    let rest = word.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix("<<")?;
    let (strips_tabs, quoted) = match rest.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, rest),
    };
    let name: String = quoted.chars().filter(|c| !matches!(c, '"' | '\'' | '\\')).collect();
    (!name.is_empty() && !quoted.contains('<')).then_some(Heredoc { name, strips_tabs, body: 0..0 })
}

/// Returns the end of the first word: the first white space that is not quoted.
pub fn word_end(text: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            _ if escaped => escaped = false,
            (None | Some('"'), '\\') => escaped = true,
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, c) if c.is_whitespace() => return i,
            _ => {}
        }
    }
    text.len()
}
