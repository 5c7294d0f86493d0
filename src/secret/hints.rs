//! Tells cheaply that a text has nothing that an expression could find.
//!
//! Most instructions have no secret. Compiling the expressions takes longer than reading the
//! manifest of an image, so that none is asked before a word that each of its matches has stands in
//! the text.

use std::ops::Range;
use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;

use super::rules::{letters, rules};
use super::{HITS, Hit};

/// The words of headers with credentials, as [`Hints`] compares them.
const HEADERS: [&str; 6] = ["AUTHORIZATION:", "API:", "TOKEN:", "KEY:", "AUTH:", "SECRET:"];

/// The bytes before a name, and those behind it, in which its value stands.
const BEFORE: usize = 256;
const BEHIND: usize = 4 << 10;
/// The characters between the words of a name.
const JOINTS: [&str; 4] = ["", "_", "-", "."];
/// Other words beside a secret: of connection strings, headers, addresses, bots, and logins of registries.
const OTHER: [&str; 34] = [
    "EYJHBGCIOI",
    "EYJ0EXAIOI",
    "EYJRAWQIOI",
    "PWD",
    "AUTHORIZATION",
    "@TCP(",
    "@UNIX(",
    "JDBC:ORACLE:",
    "\"AUTHS\"",
    ".LOGIN(",
    ".RUN(",
    "BINDPW",
    "ROOTPW",
    "REQUIREPASS",
    "MASTERAUTH",
    "POSTGRES://",
    "POSTGRESQL",
    "MYSQL",
    "MONGODB",
    "AMQP://",
    "AMQPS://",
    "REDIS://",
    "REDISS://",
    "AUTH=(",
    "AUTH = (",
    "BASICAUTH",
    "BASIC_AUTH",
    "DIGESTAUTH",
    "CREDENTIAL(",
    "CONNECT(",
    "GETCONNECTION(",
    "PDO(",
    "JWT.SIGN(",
    "JWT.VERIFY(",
];
/// Short names, which are only looked at with one of these behind them, as are the ends of names that
/// mean other things, too: they stand in many other words.
const SHORT: [&str; 2] = ["PASS", "PW"];
const BEHIND_SHORT: [&str; 10] = ["=", ":", "\"", "'", " =", " :", ">", "]", "(", "\t="];
/// The most bytes of a line that tell that the value stands in another one.
const OPEN: usize = 80;
/// The lines behind a name that may have its value: of a block, and else.
const LINES_OF_BLOCK: usize = 7;
const LINES: usize = 1;

/// The names of secrets in every spelling, and the other words.
static NAMES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = rules().words.iter().chain(&rules().exact).map(String::as_str).chain(OTHER);
    let ends = rules().random.iter().map(|end| format!("_{end}"));
    let short = SHORT.iter().map(|&name| name.to_owned()).chain(ends);
    let short = short.flat_map(|name| BEHIND_SHORT.map(|end| format!("{name}{end}")));
    let long = rules().telling.iter().filter(|name| name.len() > 7).map(String::as_str);
    let mut spelled: Vec<String> = words.chain(long).flat_map(spellings).chain(short).collect();
    spelled.sort_unstable_by(|one, other| (one.len(), one).cmp(&(other.len(), other)));
    let mut names: Vec<String> = Vec::new();
    for name in spelled {
        if !names.iter().any(|shorter| name.contains(shorter.as_str())) {
            names.push(name);
        }
    }
    let built = AhoCorasick::builder().ascii_case_insensitive(true).build(names);
    built.expect("a test makes it")
});

/// Returns a name of words with all that may stand between them.
fn spellings(name: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for (at, word) in name.split('_').enumerate() {
        let joints = if at == 0 { &JOINTS[..1] } else { &JOINTS[..] };
        let longer = |start: &String| {
            joints.iter().map(|joint| format!("{start}{joint}{word}")).collect::<Vec<_>>()
        };
        all = all.iter().flat_map(longer).collect();
    }
    all
}

/// Returns the parts of a text in which a name of a secret stands, with its line as far as a value may
/// go on: expressions that need a name find nothing elsewhere.
fn around_names(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut parts: Vec<Range<usize>> = Vec::new();
    for found in NAMES.find_iter(text) {
        if parts.last().is_some_and(|last| found.end() + BEHIND / 2 <= last.end) {
            continue;
        }
        let line = bytes[..found.start()].iter().rev().take(BEFORE).take_while(|&&b| b != b'\n');
        let start = floor(text, found.start() - line.count());
        let line = bytes[found.end()..].iter().take(BEHIND).take_while(|&&b| b != b'\n');
        let mut end = floor(text, found.end() + line.count());
        for _ in 0..lines_behind(&text[floor(text, found.end())..end]) {
            let line = bytes[end..].iter().skip(1).take(BEFORE).take_while(|&&b| b != b'\n');
            end = floor(text, (end + 1 + line.count()).min(text.len()));
        }
        match parts.last_mut() {
            Some(last) if start <= last.end => last.end = last.end.max(end),
            _ => parts.push(start..end),
        }
    }
    parts
}

/// Returns how many lines behind that of a name may have its value, by what stands behind the name there.
fn lines_behind(rest: &str) -> usize {
    if rest.len() > OPEN {
        return 0;
    }
    // The name may go on.
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-.".contains(c));
    let is_element = rest.starts_with("</") && rest.trim_end().ends_with('>');
    let is_open = |c: char| c.is_whitespace() || "\"'`])}:,=|>+-{(\\?".contains(c);
    match rest.chars().all(is_open) {
        true if rest.trim_end().ends_with(['{', ':']) => LINES_OF_BLOCK,
        true => LINES,
        false => usize::from(is_element),
    }
}

/// Searches the parts of a text in which a name of a secret stands; the places of what is found are
/// those in the whole text.
pub fn find_near_names<'t, I: IntoIterator<Item = Hit>>(
    text: &'t str,
    mut find: impl FnMut(&'t str) -> I,
) -> Vec<Hit> {
    let mut hits = Vec::new();
    for part in around_names(text) {
        let found = find(&text[part.clone()]).into_iter().take(HITS);
        hits.extend(found.map(|hit| Hit {
            range: part.start + hit.range.start..part.start + hit.range.end,
            ..hit
        }));
        if hits.len() >= HITS {
            break;
        }
    }
    hits
}

/// Returns the nearest start of a character at or before a place.
fn floor(text: &str, place: usize) -> usize {
    (0..=place).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// The hints that a text gives.
pub struct Hints<'a> {
    text: &'a str,
    /// The letters of the text.
    letters: String,
    /// True if a name of a secret stands in it.
    has_name: OnceLock<bool>,
}

impl<'a> Hints<'a> {
    /// Makes the hints of a text.
    pub fn new(text: &'a str) -> Self {
        Self { text, letters: letters(text), has_name: OnceLock::new() }
    }

    /// Returns whether a name of a secret may stand in the text, with something behind it.
    pub fn has_name(&self) -> bool {
        *self.has_name.get_or_init(|| {
            // Whatever else follows a name is no part of it.
            let suffixes = &rules().suffixes;
            let ends = |(at, word): (usize, &str)| {
                let rest = &self.letters[at + word.len()..];
                !rest.starts_with(|next: char| next.is_ascii_alphabetic())
                    || suffixes.iter().any(|suffix| rest.starts_with(suffix.as_str()))
            };
            let mut words = rules().name_hints.iter();
            words.any(|word| self.letters.match_indices(word.as_str()).any(ends))
        })
    }

    /// Returns whether an option may stand in the text.
    pub fn has_option(&self) -> bool {
        self.has_name()
            && (self.text.contains("--")
                || self.text.contains("_auth")
                || self.text.contains("_password"))
    }

    /// Returns whether a header with credentials may stand in the text.
    pub fn has_header(&self) -> bool {
        HEADERS.iter().any(|word| self.letters.contains(word))
    }

    /// Returns whether the login of a registry may stand in the text.
    pub fn has_login(&self) -> bool {
        self.text.contains("\"auth") || self.text.contains("\"identitytoken")
    }

    /// Returns whether the login of a download may stand in a text.
    pub fn has_download(text: &str) -> bool {
        text.contains("curl") || text.contains("wget")
    }

    /// Returns whether an address with a password may stand in the text.
    pub fn has_address(&self) -> bool {
        Self::has_address_in(self.text)
    }

    /// Returns whether an address with a password may stand in a text.
    pub fn has_address_in(text: &str) -> bool {
        text.contains("://") && text.contains('@')
    }
}
