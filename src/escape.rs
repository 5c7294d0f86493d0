//! Escapes bytes from an image for display.
//!
//! Names, commands and contents are hostile: terminals obey control characters, and bidirectional
//! marks make a name read as another one.

use std::borrow::{Borrow, Cow};
use std::fmt::{self, Write};
use std::ops::{Add, Deref};

use serde::{Deserialize, Deserializer, Serialize};

/// Text that is safe to show: it has neither control nor bidirectional characters.
///
/// Text from an image becomes one only by [`escaped`] and [`escaped_str`], and text of our own by
/// [`From<&'static str>`](Escaped::from) and [`shown!`](crate::display::shown).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Escaped(String);

impl Escaped {
    /// Returns the text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Formats text of our own with parts that are safe to show; use
    /// [`shown!`](crate::display::shown).
    #[doc(hidden)]
    pub fn from_parts(text: fmt::Arguments<'_>) -> Self {
        Self(text.to_string())
    }

    /// Joins texts.
    pub fn join(texts: impl IntoIterator<Item = Self>, separator: &'static str) -> Self {
        let texts: Vec<_> = texts.into_iter().map(|text| text.0).collect();
        Self(texts.join(separator))
    }
}

/// Reads text and escapes it, whoever wrote it.
impl<'de> Deserialize<'de> for Escaped {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(escaped_str(&String::deserialize(deserializer)?))
    }
}

impl Deref for Escaped {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for Escaped {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for Escaped {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Escaped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl Extend<Escaped> for String {
    fn extend<T: IntoIterator<Item = Escaped>>(&mut self, texts: T) {
        self.extend(texts.into_iter().map(|text| text.0));
    }
}

impl From<&'static str> for Escaped {
    fn from(text: &'static str) -> Self {
        Self(text.into())
    }
}

impl From<Escaped> for String {
    fn from(text: Escaped) -> Self {
        text.0
    }
}

impl From<Escaped> for Cow<'_, str> {
    fn from(text: Escaped) -> Self {
        Self::Owned(text.0)
    }
}

impl Add<&'static str> for Escaped {
    type Output = Self;

    fn add(self, text: &'static str) -> Self {
        Self(self.0 + text)
    }
}

impl PartialEq<str> for Escaped {
    fn eq(&self, text: &str) -> bool {
        self.0 == text
    }
}

impl PartialEq<&str> for Escaped {
    fn eq(&self, text: &&str) -> bool {
        self.0 == *text
    }
}

impl PartialEq<Escaped> for &str {
    fn eq(&self, text: &Escaped) -> bool {
        *self == text.0
    }
}

impl PartialEq<String> for Escaped {
    fn eq(&self, text: &String) -> bool {
        self.0 == *text
    }
}

/// Text from an image, as it was written there: not safe to show.
///
/// It cannot be formatted, so nobody draws or prints it by accident: [`escaped`](Self::escaped)
/// makes what is shown, [`raw`](Self::raw) is for reading it.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Untrusted(String);

impl Untrusted {
    /// Returns the text as it was written, for reading and comparing it.
    pub fn raw(&self) -> &str {
        &self.0
    }

    /// Returns the text for display.
    pub fn escaped(&self) -> Escaped {
        escaped_str(&self.0)
    }

    /// Returns texts as they were written.
    pub fn raw_words(texts: &[Self]) -> Vec<String> {
        texts.iter().map(|text| text.0.clone()).collect()
    }

    /// Returns whether the text is empty.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Changes the text in place.
    pub(crate) fn raw_mut(&mut self) -> &mut String {
        &mut self.0
    }
}

/// Writes the text with escapes, like any string in a failed assertion.
impl fmt::Debug for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<T: Into<String>> From<T> for Untrusted {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl PartialEq<str> for Untrusted {
    fn eq(&self, text: &str) -> bool {
        self.0 == text
    }
}

impl PartialEq<&str> for Untrusted {
    fn eq(&self, text: &&str) -> bool {
        self.0 == *text
    }
}

/// A part of a text that is safe to show; [`shown!`](crate::display::shown) takes nothing else.
pub trait Shown: fmt::Display {}

impl Shown for Escaped {}
impl Shown for &'static str {}
impl Shown for &&'static str {}
impl Shown for &Escaped {}

macro_rules! numbers {
    ($($number:ty)*) => { $(impl Shown for $number {})* };
}
numbers!(u8 u16 u32 u64 usize i64);

/// Returns the part, which is safe to show.
#[doc(hidden)]
pub fn part<T: Shown>(part: &T) -> &T {
    part
}

/// Formats text of our own with parts that are safe to show, as an [`Escaped`].
///
/// A part is one of [`Shown`]: text from an image has to be escaped, or this does not compile.
/// Widths, which are numbers, follow after a semicolon: `shown!("{:>w$}", size; w = 8)`.
#[doc(hidden)]
#[macro_export]
macro_rules! shown {
    ($format:literal $(, $part:expr)* $(; $($width:ident = $cells:expr),+)? $(,)?) => {
        $crate::escape::Escaped::from_parts(
            format_args!($format $(, $crate::escape::part(&$part))* $($(, $width = $cells)+)?)
        )
    };
}

/// Writes `bytes` as text: control and bidirectional characters and bytes that are not UTF-8 become
/// escapes.
pub fn escaped(bytes: &[u8]) -> Escaped {
    let mut out = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        push_all_escaped(&mut out, chunk.valid());
        for b in chunk.invalid() {
            let _ = write!(out, "\\x{b:02x}");
        }
    }
    Escaped(out)
}

/// Writes `text` with control and bidirectional characters as escapes.
pub fn escaped_str(text: &str) -> Escaped {
    let mut out = String::with_capacity(text.len());
    push_all_escaped(&mut out, text);
    Escaped(out)
}

/// Writes an error, or another value, with control and bidirectional characters as escapes.
pub fn escaped_display(value: &impl fmt::Display) -> Escaped {
    escaped_str(&value.to_string())
}

fn push_all_escaped(out: &mut String, text: &str) {
    let is_plain = |b: &u8| matches!(b, b' '..=b'~');
    let mut rest = text;
    while !rest.is_empty() {
        let plain = rest.bytes().position(|b| !is_plain(&b)).unwrap_or(rest.len());
        let (before, behind) = rest.split_at(plain);
        out.push_str(before);
        let odd = behind.bytes().position(|b| is_plain(&b)).unwrap_or(behind.len());
        let (odd, behind) = behind.split_at(odd);
        odd.chars().for_each(|c| push_escaped(out, c));
        rest = behind;
    }
}

fn push_escaped(out: &mut String, c: char) {
    match c {
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        c if (c as u32) < 0x20 || c as u32 == 0x7f => {
            let _ = write!(out, "\\x{:02x}", c as u32);
        }
        c if is_unprintable(c) => {
            let _ = write!(out, "\\u{{{:x}}}", c as u32);
        }
        c => out.push(c),
    }
}

/// Returns whether a character is a C1 control, or changes the order of text or takes no space:
/// bidirectional marks, zero-width characters, line and paragraph separators, tags, the byte order
/// mark.
pub fn is_unprintable(c: char) -> bool {
    matches!(u32::from(c),
        0x80..=0x9f | 0xad | 0x61c | 0x115f | 0x1160 | 0x17b4 | 0x17b5 | 0x180e | 0x200b..=0x200f | 0x2028..=0x202e
        | 0x2060..=0x206f | 0x3164 | 0xfeff | 0xffa0 | 0xfff9..=0xfffb | 0xe0000..=0xe007f)
}

/// Writes bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, b| {
        let _ = write!(out, "{b:02x}");
        out
    })
}

/// Reads hexadecimal digits; `None` if the text is something else.
pub fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let pair = |pair: &[u8]| match *pair {
        [high, low] => u8::try_from(digit(high)? << 4 | digit(low)?).ok(),
        _ => None,
    };
    text.as_bytes().chunks(2).map(pair).collect()
}

pub use shown;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_never_reach_the_terminal() {
        assert_eq!(escaped(b"a\x1b[31mb\nc\x07"), "a\\x1b[31mb\\nc\\x07");
        assert_eq!(escaped("x\u{202e}y\u{200b}z\u{9b}".as_bytes()), "x\\u{202e}y\\u{200b}z\\u{9b}");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_shown_as_hex() {
        assert_eq!(escaped(b"caf\xe9.txt"), "caf\\xe9.txt");
        assert_eq!(escaped("naïve 漢字 🙂".as_bytes()), "naïve 漢字 🙂");
    }
}
