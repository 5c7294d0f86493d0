//! Judges values: placeholders and references are no secrets, wherever they stand.
//!
//! A value is judged as a whole. One that merely contains `example` may be a password.

use std::ops::Range;

use super::Masked;
use super::rules::SecretRules;

/// The shortest value that is a secret, in bytes.
const SHORTEST: usize = 6;
/// The shortest value of a name that means nothing but a password, in bytes.
const SHORTEST_PASSWORD: usize = 5;
/// The shortest value that looks random, in bytes.
const RANDOM: usize = 16;
/// The most digits of the number in a placeholder, unless they count up.
const DIGITS: usize = 6;
/// The least digits that count up for a placeholder.
const COUNTED: usize = 9;
/// The least characters of an alphabet that tell a placeholder.
const SEQUENCE: usize = 10;
/// The beginnings and ends of what stands for another value.
const TEMPLATES: [(&str, &str); 7] =
    [("${", "}"), ("$(", ")"), ("{{", "}}"), ("%{", "}"), ("<%", "%>"), ("%(", ")s"), ("`", "`")];
/// The beginnings that a bare word of a command can have without the end, which is behind a space.
const CUT: [&str; 2] = ["${", "{{"];

impl SecretRules {
    /// Returns whether a value may be a secret: not a placeholder, a path or a reference, and not a
    /// value that everybody has.
    pub(super) fn is_value(&self, value: &[u8]) -> bool {
        let text = String::from_utf8_lossy(value);
        let text = text.trim().trim_matches(['"', '\'']);
        let lower = text.to_lowercase();
        let is_repeated = || text.chars().skip(1).all(|c| text.starts_with(c));
        let is_number = || text.chars().all(|c| c.is_ascii_digit()) && text.len() < 10;
        let is_address = || lower.starts_with("http://") || lower.starts_with("https://");
        text.len() >= SHORTEST
            && !Masked::is_like(text)
            && !is_repeated()
            && !is_number()
            && !is_address()
            && !is_path(text)
            && !is_reference(text)
            && !self.is_code(&lower)
            && !self.trivial.contains(&lower)
            && !self.is_placeholder(text)
            && !self.is_known(text.as_bytes())
    }

    /// Returns whether a value is a number, or a letter and a digit, that may be a password although it
    /// is too short to be a secret under any other name.
    pub(super) fn is_short_value(&self, value: &[u8]) -> bool {
        let text = String::from_utf8_lossy(value);
        let text = text.trim().trim_matches(['"', '\'']);
        let is_number = text.bytes().all(|b| b.is_ascii_digit()) && !is_counting(text);
        let is_mixed = || text.len() < SHORTEST && is_telling(text) && !text.contains(' ');
        let fits = (SHORTEST_PASSWORD..=RANDOM).contains(&text.len());
        fits && !Masked::is_like(text)
            && (is_number || is_mixed() && self.is_value(format!("{text}{text}").as_bytes()))
            && !text.chars().skip(1).all(|c| text.starts_with(c))
            && !self.trivial.contains(&text.to_lowercase())
    }

    /// Returns whether a value is code that reads another one.
    fn is_code(&self, lower: &str) -> bool {
        self.code.iter().any(|code| lower.contains(code.as_str()))
            || self.code_starts.iter().any(|start| lower.starts_with(start.as_str()))
    }

    /// Returns whether a value is made of words, at most one number, and the mark of a placeholder.
    fn is_placeholder(&self, text: &str) -> bool {
        if self.endings.iter().any(|ending| text.ends_with(ending.as_str())) {
            return true;
        }
        let pieces = pieces(text);
        let lower: Vec<_> = pieces.iter().map(|piece| piece.to_lowercase()).collect();
        let is_crossed = |piece: &String| piece.len() >= 3 && piece.bytes().all(|b| b == b'x');
        let is_word = |piece: &String| {
            piece.chars().count() >= 3 && !is_digits(piece) || self.short.contains(piece)
        };
        let numbers: Vec<_> = lower.iter().filter(|piece| is_digits(piece)).collect();
        let counts_up = |digits: &str| digits.len() >= COUNTED && is_counting(digits);
        // A year is part of a password.
        let is_count = |digits: &str| {
            digits.len() <= DIGITS && (digits.len() <= 2 || is_counting(digits) || is_round(digits))
        };
        let is_plain = numbers.len() <= 1
            && numbers.iter().all(|digits| is_count(digits) || counts_up(digits))
            && lower.iter().all(|piece| is_digits(piece) || is_crossed(piece) || is_word(piece));
        let joined = format!("-{}-", lower.join("-"));
        let is_made_up = || {
            lower.iter().all(|piece| {
                is_digits(piece)
                    || self.weak_placeholders.contains(piece)
                    || self.of_placeholders.contains(piece)
                    || self.short.contains(piece)
                    || self.trivial.contains(piece)
            })
        };
        let has_mark = || {
            lower.iter().any(is_crossed)
                || numbers.iter().any(|digits| counts_up(digits))
                || lower.iter().any(|piece| is_sequence(piece))
                || text.contains("****")
                || text.contains("....")
                || self.placeholders.iter().any(|mark| joined.contains(&format!("-{mark}-")))
                || lower.iter().any(|piece| self.weak_placeholders.contains(piece)) && is_made_up()
        };
        is_plain && has_mark()
    }

    /// Returns whether a value looks random, and is no public key.
    pub(super) fn is_random(&self, text: &str) -> bool {
        let has = |test: fn(&char) -> bool| text.chars().any(|c| test(&c));
        text.len() >= RANDOM
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=_-".contains(&b))
            && has(char::is_ascii_lowercase)
            && has(char::is_ascii_uppercase)
            && has(char::is_ascii_digit)
            && pieces(text).len() * 4 >= text.len()
            && !self.public_starts.iter().any(|start| text.starts_with(start.as_str()))
    }
}

/// Returns whether letters and digits, small and large, change as often as by chance: names of things
/// in code, such as `checkoutPage2Title`, have longer words.
pub fn is_dense(text: &str) -> bool {
    pieces(text).len() * 5 >= text.len() * 2
}

/// Returns whether a value has a letter and a digit.
pub fn is_telling(text: &str) -> bool {
    text.chars().any(|c| c.is_ascii_digit()) && text.chars().any(char::is_alphabetic)
}

/// Returns whether a value is a path, and not a random one that begins with a slash.
fn is_path(text: &str) -> bool {
    let is_rooted = ["/", "./", "../", "~/"].iter().any(|start| text.starts_with(start));
    let is_of_windows =
        matches!(text.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    let slashes = text.bytes().filter(|&b| b == b'/').count();
    let is_base64 = text.len() >= 20
        && slashes * 10 <= text.len()
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b))
        && text.bytes().any(|b| b.is_ascii_digit())
        && text.bytes().any(|b| b.is_ascii_uppercase());
    is_rooted && !is_base64 || is_of_windows
}

/// Returns whether a value stands for another one: what is left without the references in it tells
/// nothing.
fn is_reference(text: &str) -> bool {
    let is_within = |open: char, close: char| text.starts_with(open) && text.ends_with(close);
    let is_words = !text.chars().any(|c| c.is_ascii_digit());
    let word = |start: char| text.strip_prefix(start).map(|rest| rest.split(' ').next());
    let is_name = |rest: &str| {
        !rest.is_empty() && rest.chars().all(|c| c.is_ascii_alphabetic() || c == '_' || c == ':')
    };
    if is_within('<', '>') || is_words && (is_within('[', ']') || is_within('(', ')')) {
        return true;
    }
    // Encrypted values of SOPS and Ansible.
    if text.starts_with("ENC[") || text.starts_with("$ANSIBLE_VAULT") {
        return true;
    }
    // Tags and aliases of YAML, and files that curl reads.
    if ['!', '*'].into_iter().any(|start| word(start).flatten().is_some_and(is_name))
        || text.starts_with('@') && text.contains('/')
    {
        return true;
    }
    match without_references(text) {
        Some(rest) => rest.trim().len() < SHORTEST || !is_telling(&rest),
        None => false,
    }
}

/// Returns a text without the references in it; `None` if there are none.
fn without_references(text: &str) -> Option<String> {
    let mut rest = String::with_capacity(text.len());
    let mut left = text;
    let mut is_one = false;
    while let Some(c) = left.chars().next() {
        let is_first = rest.is_empty() && left.len() == text.len();
        let end = template(left, is_first).or_else(|| variable(left, is_first));
        match end {
            Some(end) => {
                is_one = true;
                left = &left[end..];
            }
            None => {
                rest.push(c);
                left = &left[c.len_utf8()..];
            }
        }
    }
    is_one.then_some(rest)
}

/// Returns the length of the template at the start of a text. One without an end is a part of the
/// value, unless the value was cut off there.
fn template(text: &str, is_first: bool) -> Option<usize> {
    let (open, close) = TEMPLATES.iter().find(|(open, _)| text.starts_with(open))?;
    let inner = &text[open.len()..];
    match inner.find(close) {
        Some(at) if *open == "`" && !is_command(&inner[..at]) => None,
        Some(at) => Some(open.len() + at + close.len()),
        None => (CUT.contains(open) && is_start_of_name(inner, is_first)).then_some(text.len()),
    }
}

/// Returns whether a text begins with a name, with nothing behind it that names do not have there.
/// Inside a value, only a name in capitals is one.
fn is_start_of_name(text: &str, is_first: bool) -> bool {
    let text = text.trim_start_matches([' ', '-', '.', '!', '#']);
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.');
    let (name, rest) = text.split_at(text.find(|c| !is_part(c)).unwrap_or(text.len()));
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && (is_first || !name.contains(|c: char| c.is_ascii_lowercase()))
        && (rest.is_empty() || rest.starts_with([' ', ':', '|', '/', '-', '?', '+', '=', '[']))
}

/// Returns whether a text between backticks is a command: a program with arguments, or one by its
/// path or in small letters.
fn is_command(text: &str) -> bool {
    let mut words = text.split_whitespace();
    let Some(program) = words.next() else { return false };
    let is_path = || ["/", "./", "~/", "$"].iter().any(|start| program.starts_with(start));
    let is_plain = || program.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '-' | '_'));
    let is_part = |c: char| c.is_ascii_alphanumeric() || "_-./~${}+".contains(c);
    program.starts_with(|c: char| c.is_ascii_alphabetic() || "/.~$".contains(c))
        && program.chars().all(is_part)
        && (words.next().is_some() || is_path() || is_plain())
}

/// Returns the end of a value in a text: behind the command between backticks whose first space
/// ended the value.
pub(super) fn end_of_value(text: &str, value: Range<usize>) -> usize {
    let Some(inside) = text.get(value.clone()) else { return value.end };
    let is_open = inside.matches('`').count() % 2 == 1;
    let Some(open) = inside.rfind('`').filter(|_| is_open) else { return value.end };
    let from = value.start + open + 1;
    let line = text[from..].lines().next().unwrap_or_default();
    match line.find('`') {
        Some(at) if from + at >= value.end && is_command(&line[..at]) => from + at + 1,
        _ => value.end,
    }
}

/// Returns the length of the variable at the start of a text: `$NAME` or `%NAME%` in capitals, or as
/// the whole value in any letters.
fn variable(text: &str, is_first: bool) -> Option<usize> {
    let is_small = |b: u8| b.is_ascii_lowercase();
    let name = |rest: &str| {
        let len = rest.bytes().take_while(|&b| b.is_ascii_alphanumeric() || b == b'_').count();
        (len > 0 && !rest.starts_with(|c: char| c.is_ascii_digit())).then_some(len)
    };
    let (first, rest) = (text.chars().next()?, text.get(1..)?);
    let len = name(rest)?;
    match first {
        '$' if is_first && len == rest.len() => Some(1 + len),
        '$' if len >= 2 && !rest[..len].bytes().any(is_small) => Some(1 + len),
        '%' if rest[len..].starts_with('%') => Some(len + 2),
        _ => None,
    }
}

/// Returns the words and numbers of a text: what is between other characters, where letters become
/// digits, and where a small letter is followed by a capital.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let (mut start, mut before) = (None, ' ');
    for (at, c) in text.char_indices() {
        let ends = !c.is_alphanumeric()
            || before.is_ascii_digit() != c.is_ascii_digit()
            || before.is_lowercase() && c.is_uppercase();
        if let Some(from) = start.filter(|_| ends) {
            pieces.push(&text[from..at]);
            start = None;
        }
        if c.is_alphanumeric() && start.is_none() {
            start = Some(at);
        }
        before = c;
    }
    pieces.extend(start.map(|from| &text[from..]));
    pieces
}

fn is_digits(piece: &str) -> bool {
    piece.bytes().all(|b| b.is_ascii_digit())
}

/// Returns whether a text has many letters or digits one after the other, as an alphabet has them.
pub(super) fn is_sequence(text: &str) -> bool {
    let follows = |pair: &[u8]| {
        pair.iter().all(u8::is_ascii_alphanumeric)
            && (pair[0] + 1 == pair[1] || pair == [b'9', b'0'])
    };
    let windows = text.as_bytes().windows(SEQUENCE);
    windows.into_iter().any(|window| window.windows(2).all(follows))
}

/// Returns whether all digits are the same.
fn is_round(digits: &str) -> bool {
    digits.bytes().all(|digit| digits.as_bytes().first() == Some(&digit))
}

/// Returns whether each digit is the one after that before it; 0 comes after 9.
fn is_counting(digits: &str) -> bool {
    digits.as_bytes().windows(2).all(|pair| (pair[0] - b'0' + 1) % 10 == pair[1] - b'0')
}
