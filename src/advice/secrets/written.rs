//! Names and paths as lines of a Dockerfile and of `.dockerignore` have them, so that builders read
//! the same ones.

use crate::display::escaped_str;

/// The characters that builders do not take as they are in a pattern: they make a regular expression of
/// it, and escape few of these.
const SPECIAL: [char; 13] = ['\\', '*', '?', '[', ']', '(', ')', '{', '}', '|', '+', '^', '$'];

/// Returns `KEY=VALUE` as an option of `--mount`; `None` for a value that builders read in different
/// ways: newer ones replace variables in it and take quotes off, older ones do not.
///
/// BuildKit takes a line apart into words, which quotes hold together, and a word into options, which
/// are CSV.
pub fn option(key: &str, value: &str) -> Option<String> {
    if value.contains(['\\', '\'', '"', '$']) || !value.is_ascii() {
        return None;
    }
    Some(match (value.contains(','), value.contains(' ')) {
        (true, _) => format!("'\"{key}={value}\"'"),
        (false, true) => format!("{key}=\"{value}\""),
        (false, false) => format!("{key}={value}"),
    })
}

/// Returns a name as a pattern of `.dockerignore` that matches nothing else, except that `?` stands
/// for each character that a line cannot have.
pub fn pattern(name: &[u8]) -> String {
    let mut text = String::with_capacity(name.len());
    for chunk in name.utf8_chunks() {
        for c in chunk.valid().chars() {
            let mut buffer = [0; 4];
            let c: &str = c.encode_utf8(&mut buffer);
            match writable(c.as_bytes()) {
                Some(c) => text += &marked(c, &SPECIAL),
                None => text.push('?'),
            }
        }
        chunk.invalid().iter().for_each(|_| text.push('?'));
    }
    let name = text;
    // Spaces at the end of a line are no part of the pattern.
    match name.strip_suffix(' ') {
        Some(before) => format!("{before}[ ]"),
        None => name,
    }
}

/// Returns the ID of a secret: letters, digits and what no reader takes for something else.
pub fn id(name: &str) -> String {
    let kept = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let id: String = name.chars().map(|c| if kept(c) { c } else { '_' }).collect();
    match id.trim_start_matches(['.', '-']) {
        "" => "secret".into(),
        id => id.into(),
    }
}

/// Returns the name of a variable: `NPM_TOKEN` of `npm-token`; `TOKEN` if nothing of the name is
/// left.
pub fn variable(name: &str) -> String {
    let kept = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
    let name: String = name.trim_start_matches('-').chars().map(kept).collect();
    match name.trim_matches('_').is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        true => "TOKEN".into(),
        false => name,
    }
}

/// Returns a path or a name as text, if a line can have it: a builder's files are text, and a line
/// has no control characters.
pub fn writable(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (escaped_str(text).as_str() == text).then_some(text)
}

/// Puts a backslash before some characters.
fn marked(text: &str, special: &[char]) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        if special.contains(&c) {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_option_is_quoted_where_a_builder_would_read_something_else() {
        for (path, written) in [
            ("/root/.npmrc", Some("target=/root/.npmrc")),
            ("/my app/.npmrc", Some("target=\"/my app/.npmrc\"")),
            ("/a,b c/key", Some("'\"target=/a,b c/key\"'")),
            ("/a$HOME/key", None),
            ("/it's", None),
        ] {
            assert_eq!(option("target", path).as_deref(), written);
        }
    }

    #[test]
    fn a_pattern_matches_only_the_name() {
        assert_eq!(pattern(b"a b*c?[d]\\e"), r"a b\*c\?\[d\]\\e");
        assert_eq!(pattern(b"$(a|b)+{c}^"), r"\$\(a\|b\)\+\{c\}\^");
        assert_eq!(pattern(b"key "), "key[ ]");
        assert_eq!(pattern(b"new\nline\xff.pem"), "new?line?.pem");
    }

    #[test]
    fn names_become_ids_and_variables() {
        assert_eq!(
            ["", "..", "my key,1", ".npmrc"].map(id),
            ["secret", "secret", "my_key_1", "npmrc"]
        );
        assert_eq!(
            ["--api-key", "DB_PASSWORD", "-", "1st", "org.acme"].map(variable),
            ["api_key", "DB_PASSWORD", "TOKEN", "TOKEN", "org_acme"]
        );
    }
}
