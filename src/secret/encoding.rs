//! Reads the contents of a file as text, in the encodings that editors and shells write.

use std::borrow::Cow;

/// The number of bytes in which a file without zeros is taken for a text.
pub const HEAD: usize = 8 << 10;
/// The least number of bytes of UTF-16 without a mark that is recognised.
const WIDE: usize = 16;

/// The encoding of a file, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// One byte or several for a character, as in UTF-8.
    Narrow,
    /// UTF-16 with the low byte first.
    WideLow,
    /// UTF-16 with the high byte first.
    WideHigh,
    /// UTF-32 with the low byte first.
    WidestLow,
    /// UTF-32 with the high byte first.
    WidestHigh,
    /// No text.
    Binary,
}

impl Encoding {
    /// Recognises the encoding of the beginning of a file.
    pub fn detect(bytes: &[u8]) -> Self {
        let head = &bytes[..bytes.len().min(HEAD)];
        let zeros_at = |first: usize| head.iter().skip(first).step_by(2).all(|&b| b == 0);
        let letters_at = |first: usize| head.iter().skip(first).step_by(2).all(|&b| b != 0);
        // One byte of four, the first or the last.
        let one_of_four = |place: usize| {
            head.len() >= WIDE
                && head.iter().enumerate().all(|(at, &b)| (b != 0) == (at % 4 == place))
        };
        match head {
            [0xff, 0xfe, 0, 0, rest @ ..] if is_widest(rest, 3) => Self::WidestLow,
            [0, 0, 0xfe, 0xff, rest @ ..] if is_widest(rest, 0) => Self::WidestHigh,
            [0xff, 0xfe, rest @ ..] if !rest.starts_with(&[0, 0]) => Self::WideLow,
            [0xfe, 0xff, ..] => Self::WideHigh,
            _ if !head.contains(&0) => Self::Narrow,
            _ if head.len() >= WIDE && letters_at(0) && zeros_at(1) => Self::WideLow,
            _ if head.len() >= WIDE && zeros_at(0) && letters_at(1) => Self::WideHigh,
            _ if one_of_four(0) => Self::WidestLow,
            _ if one_of_four(3) => Self::WidestHigh,
            _ if is_mostly_text(head) => Self::Narrow,
            _ => Self::Binary,
        }
    }

    /// Returns whether a file is no text, however it goes on after its first bytes. What may be one is
    /// recognised only by more of them.
    pub fn is_binary(start: &[u8]) -> bool {
        let is_wide = || {
            let nulls = |first: usize| start.iter().skip(first).step_by(2).all(|&byte| byte == 0);
            start.len() < WIDE || nulls(0) || nulls(1)
        };
        let has_mark =
            matches!(start, [0xff, 0xfe, ..] | [0xfe, 0xff, ..] | [0, 0, 0xfe, 0xff, ..]);
        let is_narrow = || start.iter().copied().all(is_of_text) && is_utf8_so_far(start);
        start.contains(&0) && !has_mark && !is_narrow() && !is_wide()
    }

    /// Returns whether a file is a text.
    pub fn is_text(self) -> bool {
        self != Self::Binary
    }

    /// Converts UTF-16 and UTF-32 to UTF-8; everything else stays as it is.
    pub fn decode(self, bytes: &[u8]) -> Cow<'_, [u8]> {
        if let Self::WidestLow | Self::WidestHigh = self {
            let of: fn([u8; 4]) -> u32 =
                if self == Self::WidestLow { u32::from_le_bytes } else { u32::from_be_bytes };
            let character = |b: &[u8]| of([b[0], b[1], b[2], b[3]]);
            let characters = bytes.chunks_exact(4).map(character);
            let character = |c| char::from_u32(c).unwrap_or(char::REPLACEMENT_CHARACTER);
            return Cow::Owned(characters.map(character).collect::<String>().into_bytes());
        }
        let unit: fn([u8; 2]) -> u16 = match self {
            Self::WideLow => u16::from_le_bytes,
            Self::WideHigh => u16::from_be_bytes,
            _ => return Cow::Borrowed(bytes),
        };
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String =
            char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
        Cow::Owned(text.into_bytes())
    }
}

/// The beginnings of files that hold others, each with its place: zip, gzip, xz, zstd, bzip2, 7z, rar, LZ4,
/// lzip, compress, cpio, cab, packages of Debian and RPM, squashfs, archives of Electron, dumps of PostgreSQL and
/// Redis, SQLite, and tar.
const CONTAINERS: [(usize, &[u8]); 26] = [
    (0, b"PK\x05\x06"),
    (0, b"LZIP\x01"),
    (0, b"\x1f\x9d"),
    (0, b"070701"),
    (0, b"070702"),
    (0, b"MSCF\0\0\0\0"),
    (0, b"!<arch>\ndebian-binary"),
    (0, b"\xed\xab\xee\xdb"),
    (0, b"hsqs"),
    (0, b"sqsh"),
    (16, b"{\"files\":"),
    (0, b"PGDMP"),
    (0, b"REDIS0"),
    (0, b"xar!\0"),
    (0, b"QFI\xfb"),
    (0, b"PK\x03\x04"),
    (0, b"\x1f\x8b\x08"),
    (0, b"\xfd7zXZ\0"),
    (0, b"\x28\xb5\x2f\xfd"),
    (0, b"BZh"),
    (0, b"7z\xbc\xaf\x27\x1c"),
    (0, b"Rar!\x1a\x07"),
    (0, b"\x04\x22\x4d\x18"),
    (0, b"SQLite format 3\0"),
    (257, b"ustar\0"),
    (257, b"ustar  "),
];

/// Returns whether a file is an archive or a database by its first bytes: what is in it is not searched.
pub fn is_container(start: &[u8]) -> bool {
    let is_at =
        |&(at, magic): &(usize, &[u8])| start.get(at..).is_some_and(|it| it.starts_with(magic));
    CONTAINERS.iter().any(is_at) || is_program_of_python(start)
}

/// Returns whether a file is a zip behind the first line of a script, as programs of Python are packed.
fn is_program_of_python(start: &[u8]) -> bool {
    let line = start.starts_with(b"#!").then(|| start.iter().position(|&b| b == b'\n')).flatten();
    line.is_some_and(|end| start[end + 1..].starts_with(b"PK\x03\x04"))
}

/// Returns whether bytes may be UTF-32: of four, one is zero, which has the highest bits.
fn is_widest(bytes: &[u8], zero: usize) -> bool {
    !bytes.is_empty() && bytes.iter().skip(zero).step_by(4).all(|&b| b == 0)
}

/// Returns whether a few zeros are all that keeps a file from being a text: at most one byte in
/// eight, as between variables or behind the last line, and no other byte of control.
fn is_mostly_text(head: &[u8]) -> bool {
    // Programs have another byte soon.
    let zeros = || head.iter().filter(|&&byte| byte == 0).count();
    head.iter().copied().all(is_of_text) && zeros() * 8 <= head.len() && is_utf8_so_far(head)
}

/// Returns whether a byte occurs in texts in which there are zeros.
fn is_of_text(byte: u8) -> bool {
    match byte {
        0 | b'\t' | b'\n' | b'\r' | 0x0c | 0x1b => true,
        byte => !byte.is_ascii_control(),
    }
}

/// Returns whether bytes are UTF-8, of which the last character may be cut off.
fn is_utf8_so_far(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).map_or_else(|error| error.error_len().is_none(), |_| true)
}

/// Returns contents as UTF-8. A text that is none is of an older encoding, such as Latin-1, in which
/// each byte is a character: names and most values are ASCII.
pub fn as_utf8(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(bytes.iter().map(|&b| char::from(b)).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_in_utf_16_are_read_with_and_without_a_mark() {
        let text = "PASSWORD=hunter2hunter2\n";
        let low: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let high: Vec<u8> = text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (bytes, encoding) in [
            (low.clone(), Encoding::WideLow),
            ([&b"\xff\xfe"[..], &low].concat(), Encoding::WideLow),
            (high.clone(), Encoding::WideHigh),
            ([&b"\xfe\xff"[..], &high].concat(), Encoding::WideHigh),
        ] {
            assert_eq!(Encoding::detect(&bytes), encoding);
            let decoded = encoding.decode(&bytes).into_owned();
            assert_eq!(String::from_utf8(decoded).unwrap().trim_start_matches('\u{feff}'), text);
        }
        assert_eq!(Encoding::detect(text.as_bytes()), Encoding::Narrow);
        for binary in [&b"\x7fELF\0\0\0\0"[..], b"\0\0", b"a\0", &[0xff, 0xfe, 0, 0, 65, 0, 0, 9]] {
            assert_eq!(Encoding::detect(binary), Encoding::Binary, "{binary:?}");
        }
        assert_eq!(as_utf8(b"PASSWORD=h\xfcnter2"), "PASSWORD=hünter2");
    }

    #[test]
    fn archives_and_databases_are_known_by_their_first_bytes() {
        let mut tar = vec![b'a'; 257];
        tar.extend(b"ustar\x0000");
        for start in [
            &b"PK\x03\x04\x14\0"[..],
            b"\x1f\x8b\x08\0",
            b"SQLite format 3\0\x10",
            &tar,
            b"#!/usr/bin/env python3\nPK\x03\x04",
            b"!<arch>\ndebian-binary   1",
            b"\xed\xab\xee\xdb\x03",
            b"hsqs\x01",
            b"\x04\0\0\0\x0c\0\0\0\x08\0\0\0\x04\0\0\0{\"files\":{}}",
            b"PGDMP\x01",
        ] {
            assert!(is_container(start));
        }
        for start in
            [&b""[..], b"PK", b"\x7fELF", b"\x89PNG", b"BZ", b"!<arch>\n/ ", b"#!/bin/sh\necho"]
        {
            assert!(!is_container(start));
        }
    }

    #[test]
    fn texts_in_utf_32_are_read_with_and_without_a_mark() {
        let text = "PASSWORD=hünter2hunter2\n";
        let wide = |of: fn(u32) -> [u8; 4], mark: &str| -> Vec<u8> {
            format!("{mark}{text}").chars().flat_map(|c| of(u32::from(c))).collect()
        };
        for mark in ["", "\u{feff}"] {
            for (of, encoding) in [
                (u32::to_le_bytes as fn(u32) -> [u8; 4], Encoding::WidestLow),
                (u32::to_be_bytes, Encoding::WidestHigh),
            ] {
                let bytes = wide(of, mark);
                assert!(!Encoding::is_binary(&bytes[..64.min(bytes.len())]), "{mark:?}");
                assert_eq!(Encoding::detect(&bytes), encoding);
                let decoded = String::from_utf8(encoding.decode(&bytes).into_owned()).unwrap();
                assert_eq!(decoded.trim_start_matches('\u{feff}'), text);
            }
        }
    }

    #[test]
    fn what_is_no_text_by_its_first_bytes_is_none_however_it_goes_on() {
        let wide: Vec<u8> = "port = 8080 # für".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let starts = [
            &b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x02"[..],
            b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
            b"a=1\0b=2\0",
            b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            b"no zeros \x01\x02\x03 here",
            b"\xff\xfe\x01\0\x02\0",
            &wide,
            &wide[1..],
            b"half a character \0 \xc3",
        ];
        let ends = [&b""[..], &[b'a'; 400], &[0; 400], &[7; 9_000], &wide, b"\xa4 and on"];
        let mut sure = 0;
        for (start, end) in starts.iter().flat_map(|start| ends.map(|end| (start, end))) {
            if Encoding::is_binary(start) {
                sure += 1;
                let whole = [*start, end].concat();
                assert_eq!(Encoding::detect(&whole), Encoding::Binary, "{start:?} {end:?}");
            }
        }
        assert_eq!(sure, 2 * ends.len(), "a program and a picture");
    }
}
