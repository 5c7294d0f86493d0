//! Markdown for comments: text of images stays text, whatever characters it has.

use crate::display::{Escaped, cut, escaped_str};

/// The most bytes of a comment; GitHub takes 65,536 characters, GitLab more.
pub const LARGEST: usize = 60 << 10;
/// The width of the longest text in a cell.
const CELL: usize = 400;

/// A comment that stops before it is too long.
pub struct Page {
    text: String,
    /// The number of rows that found no room.
    left_out: usize,
}

impl Page {
    /// Begins a comment with a hidden mark, by which the next one replaces it.
    pub fn new(mark: &str) -> Self {
        // A comment in HTML has no `--` before its end.
        let keeps = |c: char| c.is_alphanumeric() || "./:_".contains(c);
        let words: Vec<_> = mark.split(|c| !keeps(c)).filter(|word| !word.is_empty()).collect();
        Self { text: format!("<!-- {} -->\n", cut(&words.join("-"), CELL)), left_out: 0 }
    }

    /// Appends a line of Markdown.
    pub fn line(&mut self, line: impl AsRef<str>) {
        let line = line.as_ref();
        if self.text.len() + line.len() < LARGEST {
            self.text.push_str(line);
            self.text.push('\n');
        } else {
            self.left_out += 1;
        }
    }

    /// Appends a line that ends something, for which there is always room.
    pub fn close(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Appends a row of a table; the cells are Markdown.
    pub fn row(&mut self, cells: &[String]) {
        self.line(format!("| {} |", cells.join(" | ")));
    }

    /// Returns the comment.
    pub fn finish(mut self) -> String {
        if self.left_out > 0 {
            self.text.push_str(&format!("\nand {} more lines\n", self.left_out));
        }
        self.text
    }
}

/// Escapes text, so that it is shown as it is: no markup, links, mentions or references.
pub fn plain(text: &str) -> String {
    let text = cut(text, CELL);
    let mut out = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(c) = letters.next() {
        let is_start = letters.peek().is_some_and(|next| next.is_alphanumeric());
        match c {
            '\n' | '\r' => out.push(' '),
            ' ' | '.' | ',' | ';' | '(' | ')' | '-' | '\'' | '?' | '/' | '=' | '+' | '"' => {
                out.push(c);
            }
            '%' if !is_start => out.push(c),
            'w' if text_follows(&letters, "ww.") => out.push_str("&#119;"),
            // Without a character between, the services would make a mention or a reference of it.
            '@' | '#' | '!' | '~' | '$' | '%' if is_start => {
                out.push_str(&format!("&#{};&#8203;", u32::from(c)));
            }
            c if c.is_ascii_punctuation() => out.push_str(&format!("&#{};", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

fn text_follows(letters: &std::iter::Peekable<std::str::Chars<'_>>, text: &str) -> bool {
    letters.clone().take(text.len()).eq(text.chars())
}

/// Writes text as code, in which nothing is markup; not for cells of a table.
pub fn code(text: &str) -> String {
    let text = cut(text, CELL).replace(['\n', '\r'], " ");
    // A fence is longer than every run of backticks in it.
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    let pad = if longest > 0 || text.trim().is_empty() { " " } else { "" };
    format!("{fence}{pad}{text}{pad}{fence}")
}

/// Writes text as code in a cell, where a bar ends a fence.
pub fn code_cell(text: &str) -> String {
    format!("<code>{}</code>", plain(text))
}

/// Returns a name without its tag, which changes from comment to comment.
pub fn repository(name: &str) -> Escaped {
    let start = name.rfind('/').map_or(0, |slash| slash + 1);
    let end = name[start..].find([':', '@', ' ']).map_or(name.len(), |end| start + end);
    escaped_str(&name[..end])
}
