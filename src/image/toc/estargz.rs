//! The table of an eStargz layer (estargz.md of stargz-snapshotter).

use std::io::Read;

use super::{TABLE_LIMIT, part};
use crate::archive::{Extent, Member};
use crate::image::{Compression, decode};

/// The length of the footer: an empty gzip member with an extra field.
const FOOTER: u64 = 51;
/// The offset of the extra field's contents in the footer: 16 hexadecimal digits and `STARGZ`.
const DIGITS: usize = 16;
/// The name of the table in the tar that holds it.
const NAME: &[u8] = b"stargz.index.json";

/// Fetches the table, as JSON.
pub fn fetch(member: &Member) -> Option<Vec<u8>> {
    let end = member.extent.len.checked_sub(FOOTER)?;
    let footer = part(member, Extent { offset: end, len: FOOTER })?;
    let start = offset(&footer).filter(|&start| start < end && end - start <= TABLE_LIMIT)?;
    let packed = part(member, Extent { offset: start, len: end - start })?;
    let mut tar = decode(Compression::Gzip, &packed[..]).ok()?;
    let mut header = [0; 512];
    tar.read_exact(&mut header).ok()?;
    let header = tar::Header::from_byte_slice(&header);
    let size = header.entry_size().ok().filter(|&size| size <= TABLE_LIMIT)?;
    if header.path_bytes().as_ref() != NAME {
        return None;
    }
    let mut json = Vec::new();
    tar.take(size).read_to_end(&mut json).ok()?;
    (json.len() as u64 == size).then_some(json)
}

/// Reads where the table starts.
fn offset(footer: &[u8]) -> Option<u64> {
    let field = footer.get(DIGITS..)?;
    let (digits, rest) = field.split_at_checked(16)?;
    let is_footer = footer.starts_with(&[0x1f, 0x8b, 0x08, 0x04]) && rest.starts_with(b"STARGZ");
    let digits = std::str::from_utf8(digits).ok().filter(|_| is_footer)?;
    u64::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_footer_says_where_the_table_starts() {
        let mut footer =
            vec![0x1f, 0x8b, 0x08, 0x04, 0, 0, 0, 0, 0, 0xff, 0x1a, 0, b'S', b'G', 0x16, 0];
        footer.extend(b"00000000001040e5STARGZ");
        footer.extend([1, 0, 0, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0]);
        assert_eq!((footer.len() as u64, offset(&footer)), (FOOTER, Some(0x0010_40e5)));
        footer[20] = b'x';
        assert_eq!(offset(&footer), None);
        assert_eq!(offset(&[]), None);
    }
}
