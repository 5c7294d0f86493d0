//! The values of secrets that were found in an image: texts are shown without them, also where the
//! text alone does not tell that a word is a secret.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::{LazyLock, OnceLock};

use aho_corasick::{AhoCorasick, MatchKind};

use super::Masked;
use super::manifest::from_any_base64;
use crate::display::{Escaped, escaped_str};

/// The shortest line of a value with several lines that is a part of the secret, in bytes.
const LINE: usize = 20;
/// The shortest value, in bytes: a shorter one is a part of too many words.
const SHORTEST: usize = 5;
/// The longest value, in bytes: of a longer one, its lines are known.
const LONGEST: usize = 8 << 10;
/// The most bytes of all values: a hostile image may have any number of them.
const MOST: usize = 256 << 10;

/// The hash of a value, with a key that only this process has: it tells whether two secrets are the
/// same, and nothing else. No output has it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ValueHash(u64);

impl ValueHash {
    /// Computes the hash of a value.
    pub fn new(value: &[u8]) -> Self {
        static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        Self(KEY.hash_one(value))
    }
}

impl fmt::Debug for ValueHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ValueHash")
    }
}

/// A search for values in each of their forms, with what is shown instead of each.
#[derive(Clone)]
struct Search {
    automaton: AhoCorasick,
    shown: Vec<Masked>,
}

/// Values that were found. They are never shown: they only serve to mask them.
///
/// A plain word is not one of them, as it stands in many texts and means something else there.
#[derive(Clone, Default)]
pub struct FoundValues {
    values: BTreeSet<String>,
    /// The bytes of all values.
    bytes: usize,
    /// The search for all of them at once, once it has been asked for.
    search: OnceLock<Option<Search>>,
}

impl FoundValues {
    /// Adds a value; what is no text cannot occur in one.
    pub fn add(&mut self, value: &[u8]) {
        let Ok(value) = std::str::from_utf8(value) else { return };
        let value = value.trim();
        self.take(value, SHORTEST);
        if value.contains('\n') {
            value.lines().for_each(|line| self.take(line.trim(), LINE));
        }
        for plain in decoded(value) {
            self.take(plain.trim(), SHORTEST);
            // A login is a name and a password.
            if let Some((_, password)) = plain.split_once(':') {
                self.take(password.trim(), SHORTEST);
            }
        }
    }

    fn take(&mut self, value: &str, shortest: usize) {
        let fits = (shortest..=LONGEST).contains(&value.len()) && !is_plain(value);
        if fits && self.bytes + value.len() <= MOST && self.values.insert(value.into()) {
            self.bytes += value.len();
            self.search = OnceLock::new();
        }
    }

    /// Adds the values of another image.
    pub fn join(&mut self, others: &Self) {
        others.iter().for_each(|value| self.take(value, 0));
    }

    /// Drops the values that are names of files or directories, which texts mean by them.
    pub fn drop_names<'a>(&mut self, names: impl IntoIterator<Item = &'a [u8]>) {
        for name in names {
            if self.values.is_empty() {
                return;
            }
            let name = std::str::from_utf8(name).unwrap_or_default();
            if self.values.remove(name) {
                self.bytes -= name.len();
                self.search = OnceLock::new();
            }
        }
    }

    /// Returns the values, to look for copies of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.values.iter().map(String::as_str)
    }

    /// Returns whether nothing was found.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Masks the values in a text, also where a shell or JSON escapes them; of two that begin
    /// together, the longer one.
    pub fn mask<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let Some(Search { automaton, shown }) = self.search.get_or_init(|| search(&self.values))
        else {
            return Cow::Borrowed(text);
        };
        if !automaton.is_match(text) {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        automaton.replace_all_with(text, &mut out, |found, _, out| {
            out.push_str(shown[found.pattern().as_usize()].as_str());
            true
        });
        Cow::Owned(out)
    }

    /// Masks the values in a text that is escaped already.
    pub fn mask_shown(&self, text: &Escaped) -> Escaped {
        match self.mask(text) {
            Cow::Borrowed(_) => text.clone(),
            Cow::Owned(masked) => escaped_str(&masked),
        }
    }

    /// Masks the values in a text in place; returns whether there were any.
    pub fn mask_in(&self, text: &mut String) -> bool {
        let Cow::Owned(masked) = self.mask(text) else { return false };
        *text = masked;
        true
    }
}

impl fmt::Debug for FoundValues {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FoundValues({})", self.values.len())
    }
}

/// Returns whether a value is a plain word: only letters of one case.
fn is_plain(value: &str) -> bool {
    value.chars().all(char::is_lowercase) || value.chars().all(char::is_uppercase)
}

/// Compiles values with the forms in which texts have them; `None` if there are none.
fn search(values: &BTreeSet<String>) -> Option<Search> {
    let (mut patterns, mut shown) = (Vec::with_capacity(values.len()), Vec::new());
    for value in values {
        let forms = forms(value);
        shown.extend(std::iter::repeat_n(Masked::new(value.as_bytes()), forms.len()));
        patterns.extend(forms);
    }
    let kind = MatchKind::LeftmostLongest;
    let automaton = AhoCorasick::builder().match_kind(kind).build(&patterns).ok();
    automaton.filter(|_| !patterns.is_empty()).map(|automaton| Search { automaton, shown })
}

/// Returns what a value stands for, where it is written in another form: in base64, as in an address, in
/// JSON, in XML, or behind backslashes.
fn decoded(value: &str) -> Vec<String> {
    let mut plain = Vec::new();
    let is_printable = |text: &String| !text.chars().any(char::is_control);
    if (8..=LONGEST).contains(&value.len()) {
        plain.extend(from_any_base64(value).filter(is_printable));
    }
    if value.contains('%') {
        plain.extend(percent_decoded(value));
    }
    if value.contains('\\') {
        plain.extend(serde_json::from_str::<String>(&format!("\"{value}\"")).ok());
        plain.push(without_backslashes(value));
    }
    if value.contains('&') {
        let signs = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&apos;", "'"),
            ("&#39;", "'"),
            ("&amp;", "&"),
        ];
        plain.push(signs.iter().fold(value.to_owned(), |text, (from, to)| text.replace(from, to)));
    }
    plain.retain(|plain| plain != value);
    plain
}

/// Returns what a text in an address stands for: `&` for `%26`.
fn percent_decoded(text: &str) -> Option<String> {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, behind @ ..] = rest {
        let digits = || std::str::from_utf8(behind.get(..2)?).ok();
        let byte = (*first == b'%').then(|| u8::from_str_radix(digits()?, 16).ok()).flatten();
        out.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &behind[2..] } else { behind };
    }
    String::from_utf8(out).ok()
}

/// Returns a text without the backslashes that keep a character from meaning something.
fn without_backslashes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

/// Returns a value as it is, and as a text has it in quotes or behind backslashes.
fn forms(value: &str) -> Vec<String> {
    let escaped = |is_special: fn(char) -> bool| {
        let mut out = String::with_capacity(value.len() + 8);
        for c in value.chars() {
            if is_special(c) {
                out.push('\\');
            }
            out.push(c);
        }
        out
    };
    let in_double = |c: char| matches!(c, '"' | '\\' | '$' | '`');
    let in_history = |c: char| matches!(c, '"' | '\\' | '$' | '`' | '!');
    let bare = |c: char| c.is_ascii() && !c.is_ascii_alphanumeric() && !"_-./:=,+@%".contains(c);
    let mut forms = vec![
        value.to_owned(),
        escaped(in_double),
        escaped(in_history),
        escaped(|c| matches!(c, '"' | '\\')),
        escaped(bare),
        escaped(|c| c.is_ascii() && !c.is_ascii_alphanumeric()),
        value.replace('\'', r"'\''"),
        value.replace('\'', r#"'"'"'"#),
        value.replace('$', "$$"),
    ];
    // As JSON has it, which escapes more characters than it has to.
    let in_json: Vec<_> = [0, 1, 3].iter().flat_map(|&form| json_forms(&forms[form])).collect();
    forms.extend(in_json);
    forms.extend([false, true].map(|is_capital| in_address(value, is_capital)));
    // In quotes that are inside others, as in `sh -c "…"`.
    forms.push(forms[1].replace('\\', r"\\").replace('"', "\\\""));
    forms.sort_unstable();
    forms.dedup();
    forms
}

/// Returns a text as an address has it, with `%26` for `&`.
fn in_address(text: &str, is_capital: bool) -> String {
    let spell = |b: u8| match (b.is_ascii_alphanumeric() || b"-_.~".contains(&b), is_capital) {
        (true, _) => char::from(b).to_string(),
        (false, true) => format!("%{b:02X}"),
        (false, false) => format!("%{b:02x}"),
    };
    text.bytes().map(spell).collect()
}

/// Returns a text with the characters that JSON may escape as `\\u0026`, also inside a word that is
/// JSON itself.
fn json_forms(text: &str) -> Vec<String> {
    let escaped = |is_special: fn(char) -> bool, spelled: fn(u16) -> String| -> String {
        let spell = |c: char| match is_special(c) {
            true => c.encode_utf16(&mut [0; 2]).iter().map(|&unit| spelled(unit)).collect(),
            false => c.to_string(),
        };
        text.chars().map(spell).collect()
    };
    let small: fn(u16) -> String = |unit| format!("\\u{unit:04x}");
    let capital: fn(u16) -> String = |unit| format!("\\u{unit:04X}");
    let of_html = |c: char| matches!(c, '&' | '<' | '>');
    let of_html_and_quotes = |c: char| matches!(c, '&' | '<' | '>' | '\'' | '+' | '=');
    let foreign = |c: char| !c.is_ascii() || matches!(c, '&' | '<' | '>');
    let mut forms = vec![escaped(foreign, small), escaped(of_html_and_quotes, small)];
    for spelled in [small, capital] {
        let form = escaped(of_html, spelled);
        forms.extend([form.replace('\\', r"\\"), form]);
    }
    forms.retain(|form| form != text);
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(all: &[&str]) -> FoundValues {
        let mut values = FoundValues::default();
        all.iter().for_each(|value| values.add(value.as_bytes()));
        values
    }

    #[test]
    fn a_value_is_masked_wherever_it_stands() {
        let found = values(&["hunter2hunter2", "sixteen letters!"]);
        assert_eq!(found.mask("RUN echo hunter2hunter2 > /x"), "RUN echo … > /x");
        assert_eq!(found.mask("xhunter2hunter2hunter2hunter2"), "x……");
        assert_eq!(found.mask("ü sixteen letters! ü"), "ü sixt… ü");
        assert!(matches!(found.mask("RUN make"), Cow::Borrowed("RUN make")));
    }

    #[test]
    fn a_value_is_masked_as_json_and_addresses_escape_it() {
        let found = values(&["Tr0ub&4dor<3>z", "Pässw0rd&1"]);
        for text in [
            r"Tr0ub\u00264dor\u003c3\u003ez",
            r"Tr0ub\u00264dor\u003C3\u003Ez",
            r"Tr0ub\\u00264dor\\u003c3\\u003ez",
            "Tr0ub%264dor%3C3%3Ez",
            "Tr0ub%264dor%3c3%3ez",
            r"P\u00e4ssw0rd\u00261",
        ] {
            assert_eq!(found.mask(&format!("a {text} b")), "a … b");
        }
    }

    #[test]
    fn what_an_encoded_value_stands_for_is_masked_as_well() {
        let plain = "Kd8w2!Zt5&7Qb4Xm";
        for value in [
            "Y2k6S2Q4dzIhWnQ1JjdRYjRYbQ==",
            "S2Q4dzIhWnQ1JjdRYjRYbQ==",
            "Kd8w2%21Zt5%267Qb4Xm",
            "Kd8w2!Zt5&amp;7Qb4Xm",
            r"Kd8w2!Zt5\u00267Qb4Xm",
            r"Kd8w2\!Zt5\&7Qb4Xm",
        ] {
            assert_eq!(
                values(&[value]).mask(&format!("RUN /app/migrate {plain}")),
                "RUN /app/migrate Kd8w…"
            );
        }
    }

    #[test]
    fn plain_words_and_names_of_files_stay_in_texts() {
        let mut found = values(&["server", "SERVER", "Server", "postgres16", "hunter2hunter2"]);
        found.drop_names([&b"app"[..], b"postgres16", b"hunter2", b"\xff"]);
        let text = "RUN /app/postgres16 server SERVER";
        assert_eq!(found.mask(text), text);
        assert_eq!(found.mask("Server hunter2hunter2"), "… …");
    }

    #[test]
    fn a_hash_tells_values_apart_and_is_not_in_debug_output() {
        assert_eq!(ValueHash::new(b"glpat-1"), ValueHash::new(b"glpat-1"));
        assert_ne!(ValueHash::new(b"glpat-1"), ValueHash::new(b"glpat-2"));
        assert_eq!(format!("{:?}", ValueHash::new(b"glpat-1")), "ValueHash");
    }

    #[test]
    fn of_values_that_begin_together_the_longer_one_is_masked() {
        let found = values(&["hunter2", "hunter2hunter2"]);
        assert_eq!(found.mask("a hunter2hunter2 b hunter2"), "a … b …");
    }

    #[test]
    fn a_hostile_image_has_no_more_values_than_can_be_searched_for() {
        let mut found = FoundValues::default();
        (0..200_000).for_each(|i| found.add(format!("secret-{i:06}").as_bytes()));
        found.add("x1".repeat(LONGEST).as_bytes());
        assert!(found.bytes <= MOST && found.values.len() < 25_000, "{found:?}");
        assert_eq!(found.mask("a secret-000007 b"), "a … b");
    }

    #[test]
    fn each_line_of_a_key_is_masked_and_no_value_is_in_debug_output() {
        let found = values(&["MIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\nshort"]);
        assert_eq!(found.mask("echo AQEFAASCBKcwggSjAgEAAoIB"), "echo AQEF…");
        assert_eq!(found.mask("echo short"), "echo short");
        assert_eq!(format!("{found:?}"), "FoundValues(3)");
    }
}
