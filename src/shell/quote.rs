//! Quotes words for a shell.

use crate::display::escaped_str;

/// Quotes a word for a shell where it needs that; control characters are escaped.
pub fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@,=%".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.into();
    }
    format!("'{}'", escaped_str(word).replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_where_a_shell_would_split_them() {
        assert_eq!(["my-app.tar", "it's", ""].map(quoted), ["my-app.tar", "'it'\\''s'", "''"]);
    }
}
