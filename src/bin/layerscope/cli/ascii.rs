//! Writes reports in ASCII, if requested or if the locale has nothing else.

use std::io::{self, Write};

use crate::tui::Signs;

/// A writer that replaces characters which cannot be shown, line by line.
pub struct Ascii<W> {
    out: W,
    signs: Signs,
    part: Part,
    line: Vec<u8>,
}

/// The part of the text in which characters may be replaced.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Everything,
    /// Lines that begin with `#`. The other lines are applied to a file, byte for byte.
    Comments,
}

impl<W: Write> Ascii<W> {
    /// Writes a report to `out`.
    pub fn new(out: W, signs: Signs) -> Self {
        Self { out, signs, part: Part::Everything, line: Vec::new() }
    }

    /// Writes a diff to `out`.
    pub fn of_diff(out: W, signs: Signs) -> Self {
        Self { part: Part::Comments, ..Self::new(out, signs) }
    }

    /// Returns what was written to.
    pub fn into_inner(self) -> W {
        self.out
    }

    fn pass(&mut self) -> io::Result<()> {
        let text = std::str::from_utf8(&self.line).ok();
        let shown = text.filter(|text| self.part == Part::Everything || text.starts_with('#'));
        match shown {
            Some(text) => self.out.write_all(self.signs.line(text).as_bytes())?,
            None => self.out.write_all(&self.line)?,
        }
        self.line.clear();
        Ok(())
    }
}

impl<W: Write> Write for Ascii<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if !self.signs.is_ascii() {
            return self.out.write(bytes);
        }
        for piece in bytes.split_inclusive(|&b| b == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                self.pass()?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass()?;
        self.out.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(mut ascii: Ascii<Vec<u8>>, text: &str) -> String {
        // The result does not depend on how the text is cut into pieces.
        for piece in text.as_bytes().chunks(3) {
            ascii.write_all(piece).unwrap();
        }
        ascii.flush().unwrap();
        String::from_utf8(ascii.out).unwrap()
    }

    #[test]
    fn signs_become_ascii_in_the_columns_of_a_table_and_no_letter_is_lost_elsewhere() {
        let report = "4 × 2 · \u{1b}[31m…lib/go\u{1b}[0m\nFROM … AS build\nlog…  1\n██ ü";
        assert_eq!(
            written(Ascii::new(Vec::new(), Signs::AsciiOnly), report),
            "4 x 2 . \u{1b}[31m...lib/go\u{1b}[0m\nFROM ... AS build\nl...  1\n## ?"
        );
        assert!(written(Ascii::new(Vec::new(), Signs::Ascii), report).ends_with("\n## ü"));
        assert_eq!(written(Ascii::new(Vec::new(), Signs::Unicode), report), report);
    }

    #[test]
    fn what_a_diff_applies_is_left_as_it_is() {
        let diff = "# saves 3 × 4\n-RUN echo ü…\n+RUN echo ü… ×\n";
        let shown = written(Ascii::of_diff(Vec::new(), Signs::AsciiOnly), diff);
        assert_eq!(shown, diff.replacen('×', "x", 1));
    }
}
