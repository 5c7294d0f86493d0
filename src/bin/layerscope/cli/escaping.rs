//! Escapes a file of an image for a terminal, which would interpret hostile control characters.

use std::io::{self, Write};

use layerscope::display::escaped;

/// A writer that escapes everything except text, line ends and tabs.
pub struct Escaping<W> {
    out: W,
    /// The start of a character whose end has not been written yet.
    rest: Vec<u8>,
}

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        let end = match self.rest.utf8_chunks().last().map(|chunk| chunk.invalid().len()) {
            Some(invalid) if is_cut(&self.rest[self.rest.len() - invalid..]) => {
                self.rest.len() - invalid
            }
            _ => self.rest.len(),
        };
        let rest = self.rest.split_off(end);
        self.pass()?;
        self.rest = rest;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass()?;
        self.out.flush()
    }
}

impl<W: Write> Escaping<W> {
    /// Writes to `out`, which is a terminal.
    pub fn new(out: W) -> Self {
        Self { out, rest: Vec::new() }
    }

    fn pass(&mut self) -> io::Result<()> {
        for line in self.rest.split_inclusive(|b| matches!(b, b'\n' | b'\t')) {
            let (text, end) = match line.split_last() {
                Some((end @ (b'\n' | b'\t'), text)) => (text, std::slice::from_ref(end)),
                _ => (line, &[][..]),
            };
            self.out.write_all(escaped(text).as_bytes())?;
            self.out.write_all(end)?;
        }
        self.rest.clear();
        Ok(())
    }
}

/// Returns whether bytes are the start of an incomplete character.
fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_shown_text_and_never_obeys_it() {
        let mut escaping = Escaping::new(Vec::new());
        let text = "naïve\tline\n\u{1b}[2J漢".as_bytes();
        // The result does not depend on how the text is cut into pieces.
        for piece in text.chunks(1) {
            escaping.write_all(piece).unwrap();
        }
        escaping.write_all(b"\xe6\xbc").unwrap();
        escaping.flush().unwrap();
        assert_eq!(String::from_utf8(escaping.out).unwrap(), "naïve\tline\n\\x1b[2J漢\\xe6\\xbc");
    }
}
