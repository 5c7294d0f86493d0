//! Converts a line of a file to glyphs that are safe to show: tabs as spaces, control characters as
//! escapes, wide characters as one.

use std::ops::Range;

use layerscope::display::escaped_str;
use unicode_width::UnicodeWidthChar;

/// The distance between tab stops.
const TAB: usize = 8;
/// The number of bytes at the start of a file that determine how it is shown.
const HEAD: usize = 32 << 10;

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    Utf8,
    /// ISO 8859-1: one byte per character.
    Latin1,
    /// Not a text.
    Binary,
}

impl Encoding {
    /// Guesses the encoding from the start of a file.
    pub fn detect(start: &[u8]) -> Self {
        let head = &start[..start.len().min(HEAD)];
        if head.contains(&0) {
            return Self::Binary;
        }
        let controls = head.iter().filter(|&&b| is_control(b)).count();
        if controls * 20 > head.len() {
            return Self::Binary;
        }
        match std::str::from_utf8(head) {
            Ok(_) => Self::Utf8,
            // A character that is cut off at the end of the head is not an error.
            Err(error) if error.error_len().is_none() && head.len() - error.valid_up_to() < 4 => {
                Self::Utf8
            }
            Err(_) => {
                let strange: usize = head.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
                let wide = |text: &str| text.chars().filter(|c| !c.is_ascii()).count();
                let known: usize = head.utf8_chunks().map(|chunk| wide(chunk.valid())).sum();
                match strange * 20 > head.len() {
                    _ if strange > known && !head.iter().any(|b| (0x80..0xa0).contains(b)) => {
                        Self::Latin1
                    }
                    true => Self::Binary,
                    false => Self::Utf8,
                }
            }
        }
    }
}

/// Returns whether a byte is a control character that texts do not contain; escape is in the output
/// of many programs.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f | 0x7f)
}

/// A glyph: the columns that show some bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glyph {
    /// Range of the bytes in the line.
    pub bytes: Range<usize>,
    pub text: Text,
    /// Width of the glyph.
    pub width: usize,
}

/// The content of a glyph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Text {
    Character(char),
    /// A replacement for bytes that a terminal would interpret or not show.
    Escape(String),
    /// A tab.
    Blank,
}

/// Returns the glyphs of a line, whose first column is a tab stop.
pub fn glyphs(line: &[u8], encoding: Encoding) -> impl Iterator<Item = Glyph> {
    let mut at = 0;
    let mut column = 0;
    std::iter::from_fn(move || {
        let rest = line.get(at..).filter(|rest| !rest.is_empty())?;
        let (len, text) = match encoding {
            Encoding::Utf8 => first_character(rest),
            Encoding::Latin1 | Encoding::Binary => (1, Ok(char::from(rest[0]))),
        };
        let (text, width) = match text {
            Ok('\t') => (Text::Blank, TAB - column % TAB),
            Ok(c) => {
                let escape = escaped_str(c.encode_utf8(&mut [0; 4]));
                match c.width() {
                    Some(width) if escape.chars().eq([c]) => (Text::Character(c), width),
                    _ => (Text::Escape(escape.to_string()), escape.len()),
                }
            }
            Err(byte) => (Text::Escape(format!("\\x{byte:02x}")), 4),
        };
        let glyph = Glyph { bytes: at..at + len, text, width };
        at += len;
        column += width;
        Some(glyph)
    })
}

/// Returns the length and the value of the first character, or a byte that is not part of one;
/// `bytes` must not be empty.
fn first_character(bytes: &[u8]) -> (usize, Result<char, u8>) {
    let head = &bytes[..bytes.len().min(4)];
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text,
        Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
    };
    match valid.chars().next() {
        Some(c) => (c.len_utf8(), Ok(c)),
        None => (1, Err(head[0])),
    }
}

/// Returns the offsets at which the rows of a line begin when it is wrapped at `width` columns;
/// there is at least one.
pub fn rows(line: &[u8], encoding: Encoding, width: usize) -> Vec<usize> {
    let width = width.max(1);
    let mut rows = vec![0];
    let mut used = 0;
    for glyph in glyphs(line, encoding) {
        if used + glyph.width > width && used > 0 {
            rows.push(glyph.bytes.start);
            used = 0;
        }
        used += glyph.width;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(line: &[u8], encoding: Encoding) -> String {
        let text = |glyph: Glyph| match glyph.text {
            Text::Character(c) => c.to_string(),
            Text::Escape(text) => text,
            Text::Blank => " ".repeat(glyph.width),
        };
        glyphs(line, encoding).map(text).collect()
    }

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(shown(b"\x1b[31mred\x07\r", Encoding::Utf8), "\\x1b[31mred\\x07\\r");
        assert_eq!(shown("a\u{202e}b\u{9b}".as_bytes(), Encoding::Utf8), "a\\u{202e}b\\u{9b}");
        assert_eq!(shown(b"caf\xe9", Encoding::Utf8), "caf\\xe9");
        assert_eq!(shown(b"caf\xe9 \x9b", Encoding::Latin1), "café \\u{9b}");
    }

    #[test]
    fn tabs_go_to_the_next_stop_and_wide_characters_count_twice() {
        assert_eq!(shown(b"a\tb\t\tc", Encoding::Utf8), "a       b               c");
        assert_eq!(
            glyphs("漢é".as_bytes(), Encoding::Utf8).map(|glyph| glyph.width).collect::<Vec<_>>(),
            [2, 1]
        );
        assert_eq!(rows("漢漢漢".as_bytes(), Encoding::Utf8, 5), [0, 6]);
        assert_eq!(rows(b"abcdef", Encoding::Utf8, 3), [0, 3]);
        assert_eq!(rows(b"", Encoding::Utf8, 0), [0]);
    }

    #[test]
    fn the_start_of_a_file_tells_how_to_read_it() {
        assert_eq!(Encoding::detect(b""), Encoding::Utf8);
        assert_eq!(Encoding::detect("naïve 漢字\n\t\x1b[0m".as_bytes()), Encoding::Utf8);
        assert_eq!(Encoding::detect(b"caf\xe9 na\xefve\n"), Encoding::Latin1);
        assert_eq!(Encoding::detect(b"\x7fELF\x02\x01\0"), Encoding::Binary);
        assert_eq!(Encoding::detect(&[0x80, 0x91, 0xff, 0xfe].repeat(50)), Encoding::Binary);
        let cut = "é".repeat(HEAD).into_bytes();
        assert_eq!(
            Encoding::detect(&cut[1..]),
            Encoding::Utf8,
            "one byte that is none is no reason to give up"
        );
    }
}
