//! Compiles the expressions of texts.

use regex::Regex;

/// Compiles an expression of a text.
pub(super) fn expression(pattern: &str) -> Regex {
    Regex::new(&with_plain_space(pattern)).expect("a test compiles it")
}

/// Returns a pattern whose white space is that of ASCII: nothing else ends a word of a shell or of a
/// setting, and the tables of an expression are a fraction of the size.
fn with_plain_space(pattern: &str) -> String {
    let mut plain = String::with_capacity(pattern.len() + 32);
    let (mut is_in_class, mut characters) = (false, pattern.chars());
    while let Some(c) = characters.next() {
        match (c, is_in_class) {
            ('\\', _) => match (characters.next(), is_in_class) {
                (Some('s'), true) => plain.push_str(" \\t\\r\\n"),
                (Some('s'), false) => plain.push_str("[ \\t\\r\\n]"),
                (Some('S'), false) => plain.push_str("[^ \\t\\r\\n]"),
                (other, _) => {
                    plain.push(c);
                    plain.extend(other);
                }
            },
            ('[', false) => {
                is_in_class = true;
                plain.push(c);
            }
            (']', true) => {
                is_in_class = false;
                plain.push(c);
            }
            _ => plain.push(c),
        }
    }
    plain
}
