//! Detects the compression of bytes from the bytes themselves, never from a name or a media type.

use std::io;

use serde::{Deserialize, Serialize};

use crate::archive::{Extent, ReadAt, read_extent};
use crate::error::REPORT;

/// The compression of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Compression {
    /// Uncompressed.
    None,
    /// RFC 1952, of one member or several.
    Gzip,
    /// RFC 8878, of one frame or several, with skippable frames anywhere.
    Zstd,
    /// The .xz format.
    Xz,
    /// The bzip2 format.
    Bzip2,
}

impl Compression {
    /// Detects the compression from the first bytes.
    pub fn sniff(head: &[u8]) -> Self {
        match head {
            [0x1f, 0x8b, ..] => Self::Gzip,
            [0x28, 0xb5, 0x2f, 0xfd, ..] | [0x50..=0x5f, 0x2a, 0x4d, 0x18, ..] => Self::Zstd,
            [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Self::Xz,
            [b'B', b'Z', b'h', ..] => Self::Bzip2,
            _ => Self::None,
        }
    }

    /// All of them.
    pub const ALL: [Self; 5] = [Self::None, Self::Gzip, Self::Zstd, Self::Xz, Self::Bzip2];

    /// Returns the name that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Gzip => "gzip",
            Self::Zstd => "zstd",
            Self::Xz => "xz",
            Self::Bzip2 => "bzip2",
        }
    }

    /// Returns the name with its article: `a gzip file`.
    pub fn file(self) -> &'static str {
        match self {
            Self::None => "a plain file",
            Self::Gzip => "a gzip file",
            Self::Zstd => "a zstd file",
            Self::Xz => "an xz file",
            Self::Bzip2 => "a bzip2 file",
        }
    }
}

/// Reads the first bytes of `source` from `offset`.
///
/// # Errors
///
/// An error of `source`.
pub fn head(source: &dyn ReadAt, offset: u64) -> io::Result<Vec<u8>> {
    read_extent(source, Extent { offset, len: 512 })
}

/// Describes a file that is not a tar, judging by its first bytes.
pub fn describe(head: &[u8]) -> &'static str {
    identify(head).unwrap_or("neither a tar nor a known compressed format")
}

/// Describes bytes that are not a tar, if their first ones are known.
pub fn identify(head: &[u8]) -> Option<&'static str> {
    match Compression::sniff(head) {
        Compression::None => {}
        Compression::Gzip => return Some("a gzip file (decompress it once first: gzip -d)"),
        Compression::Zstd => return Some("a zstd file (decompress it once first: zstd -d)"),
        Compression::Xz => return Some("an xz file (decompress it once first: xz -d)"),
        Compression::Bzip2 => return Some("a bzip2 file (decompress it once first: bzip2 -d)"),
    }
    Some(match head {
        [0x04, 0x22, 0x4d, 0x18, ..] | [0x02, 0x21, 0x4c, 0x18, ..] => {
            "lz4-compressed (decompress it first: lz4 -d)"
        }
        [0x89, b'L', b'Z', b'O', ..] => "lzop-compressed (decompress it first: lzop -d)",
        [b'L', b'Z', b'I', b'P', ..] => "lzip-compressed (decompress it first: lzip -d)",
        [0x5d, 0, 0, _, _, ..] => "lzma-compressed (decompress it first: xz -d --format=lzma)",
        [0x1f, 0x9d, ..] => "compressed by compress (decompress it first: gzip -d)",
        [b'R', b'a', b'r', b'!', ..] => "a RAR archive",
        [b'0', b'7', b'0', b'7', b'0', b'1' | b'2' | b'7', ..] => "a cpio archive",
        [b'!', b'<', b'a', b'r', b'c', b'h', b'>', ..] => "an ar archive",
        [b'Q', b'F', b'I', 0xfb, ..] => "a qcow2 disk image",
        [b'S', b'I', b'F', b'_', ..] => "a Singularity image",
        [b'%', b'P', b'D', b'F', ..] => "a PDF document",
        [b'P', b'K', 3 | 5, ..] => "a zip archive",
        [b'7', b'z', 0xbc, 0xaf, ..] => "a 7z archive",
        [0x7f, b'E', b'L', b'F', ..] => "an executable",
        [b'h', b's', b'q', b's', ..] => "a squashfs filesystem",
        [b'#', b'!', ..] => "a script",
        [b'{', ..] if is_report(head) => REPORT,
        [b'{' | b'[', ..] => "JSON text",
        [0x89, b'P', b'N', b'G', ..] => "a PNG picture",
        [0xff, 0xd8, 0xff, ..] => "a JPEG picture",
        _ if is_text(&head[..head.len().min(256)]) => "text",
        _ => return None,
    })
}

/// Returns whether JSON begins as that of `layerscope report --format json`.
fn is_report(head: &[u8]) -> bool {
    let has = |word: &[u8]| head.windows(word.len()).any(|part| part == word);
    has(b"\"schema_version\"") && has(b"\"layerscope\"")
}

fn is_text(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_ok_and(|text| !text.chars().any(|c| c.is_control() && !c.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compression_is_told_by_the_first_bytes() {
        assert_eq!(Compression::sniff(&[0x1f, 0x8b, 8]), Compression::Gzip);
        assert_eq!(Compression::sniff(&[0x5a, 0x2a, 0x4d, 0x18, 0, 0]), Compression::Zstd);
        assert_eq!(Compression::sniff(b"BZh9"), Compression::Bzip2);
        assert_eq!(Compression::sniff(b"\xfd7zXZ\0"), Compression::Xz);
        assert_eq!(Compression::sniff(b"etc/passwd"), Compression::None);
    }

    #[test]
    fn what_is_no_archive_is_named() {
        assert_eq!(describe(b"%PDF-1.7"), "a PDF document");
        assert_eq!(describe(b"hello, world\n"), "text");
        assert_eq!(describe(b"{\"schema_version\": 2}"), "JSON text");
        let report = b"{\n  \"schema_version\": 2,\n  \"tool\": {\n    \"name\": \"layerscope\",";
        assert_eq!(describe(report), REPORT);
        assert!(describe(&[0x04, 0x22, 0x4d, 0x18, 0x64]).starts_with("lz4-compressed"));
        assert!(describe(&[0x1f, 0x8b, 8]).starts_with("a gzip file"));
        assert_eq!(describe(&[0xde; 512]), "neither a tar nor a known compressed format");
    }
}
