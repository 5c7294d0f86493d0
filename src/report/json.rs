//! Writes reports as JSON, with control and bidirectional characters escaped, so that printing them
//! is safe.

use std::io::{self, Write};

/// Writes a value as JSON that is safe to print.
pub(super) fn write_escaped(value: &impl serde::Serialize, out: impl Write) -> io::Result<()> {
    let mut out = Escaping(out);
    serde_json::to_writer_pretty(&mut out, value)?;
    out.0.write_all(b"\n")?;
    out.0.flush()
}

/// A writer that escapes characters which terminals interpret and which JSON allows unescaped.
///
/// Such characters only occur inside strings, and the serializer writes a string in pieces that end
/// at character boundaries.
struct Escaping<W>(W);

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Most names are plain, and are written by the gigabyte where a tree is deep.
        if bytes.is_ascii() && !bytes.contains(&b'\x7f') {
            return self.0.write(bytes);
        }
        let Ok(text) = std::str::from_utf8(bytes) else {
            return self.0.write(bytes);
        };
        let mut done = 0;
        for (i, c) in
            text.char_indices().filter(|&(_, c)| c == '\x7f' || crate::display::is_unprintable(c))
        {
            self.0.write_all(&bytes[done..i])?;
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(self.0, "\\u{unit:04x}")?;
            }
            done = i + c.len_utf8();
        }
        self.0.write_all(&bytes[done..])?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Returns text with `\xNN` for bytes that are not UTF-8 and, if there are any, all bytes in
/// hexadecimal.
pub(super) fn lossless(bytes: &[u8]) -> (String, Option<String>) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return (text.to_owned(), None);
    }
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for b in chunk.invalid() {
            text.push_str(&format!("\\x{b:02x}"));
        }
    }
    (text, Some(crate::display::hex(bytes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_obeys_is_escaped_and_reads_back_the_same() {
        let text = "a\x1bb\x7fc\u{9b}d\u{202e}e\u{e0041}f漢";
        let mut out = Vec::new();
        serde_json::to_writer(Escaping(&mut out), text).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert!(
            written.chars().all(|c| !c.is_control() && !crate::display::is_unprintable(c)),
            "{written}"
        );
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
