//! Files that are not UTF-8: each byte that is no part of a character stands as a character of its
//! own, and comes back as it was.

/// Characters for private use, one for each byte from 0x80 on.
const FIRST: u32 = 0xF780;

/// Reads a text; the second value is true if it has bytes that are not UTF-8. `None` if it uses the
/// characters that would represent them.
pub fn read(bytes: Vec<u8>) -> Option<(String, bool)> {
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Some((text, false)),
        Err(error) => error.into_bytes(),
    };
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        if chunk.valid().chars().any(|c| byte(c).is_some()) {
            return None;
        }
        text.push_str(chunk.valid());
        text.extend(
            chunk.invalid().iter().filter_map(|&b| char::from_u32(FIRST + u32::from(b) - 0x80)),
        );
    }
    Some((text, true))
}

/// Restores the bytes of a text that was read this way.
pub fn restored(text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    let mut buffer = [0; 4];
    for c in text.chars() {
        match byte(c) {
            Some(byte) => out.push(byte),
            None => out.extend_from_slice(c.encode_utf8(&mut buffer).as_bytes()),
        }
    }
    out
}

fn byte(c: char) -> Option<u8> {
    let number = u32::from(c).checked_sub(FIRST).filter(|number| *number < 0x80)?;
    u8::try_from(number + 0x80).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_comes_back() {
        let bytes: Vec<u8> = (0..=255).chain("# caf\u{e9} \u{20ac}".bytes()).collect();
        let (text, raw) = read(bytes.clone()).unwrap();
        assert!(raw && restored(&text) == bytes);
        assert_eq!(read(b"plain".to_vec()), Some(("plain".into(), false)));
        let mixed = [&b"\xff"[..], "\u{f7ff}".as_bytes()].concat();
        assert_eq!(read(mixed), None, "nobody could tell them apart");
    }
}
