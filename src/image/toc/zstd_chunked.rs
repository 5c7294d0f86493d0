//! The table of a zstd:chunked layer (zstd_chunked.md of containers/storage).

use std::io::Read;

use serde::Deserialize;

use super::{TABLE_LIMIT, part};
use crate::archive::{Extent, Member};
use crate::image::{Compression, decode};

/// Fetches the table as JSON, after eight bytes with the length of the tar.
///
/// The table is only used if `is_right` says so of its compressed bytes. Without the list of the
/// tar's headers, the length of the tar cannot be known, and the layer has to be read.
pub fn fetch(
    member: &Member,
    table: Extent,
    headers: Option<Extent>,
    is_right: impl Fn(&[u8]) -> bool,
) -> Option<Vec<u8>> {
    let packed = part(member, table).filter(|packed| is_right(packed))?;
    let json = unpack(&packed)?;
    let list = unpack(&part(member, headers?)?)?;
    Some([&tar_bytes(&list)?.to_le_bytes()[..], &json].concat())
}

/// Divides what [`fetch`] returns into the length of the tar and the table.
pub fn split(record: &[u8]) -> Option<(u64, &[u8])> {
    let (length, json) = record.split_first_chunk()?;
    Some((u64::from_le_bytes(*length), json))
}

fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    decode(Compression::Zstd, packed).ok()?.take(TABLE_LIMIT).read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

/// A record of tar-split: a file's contents, or bytes between two.
#[derive(Deserialize)]
struct Piece {
    r#type: u8,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    payload: Option<String>,
}

/// Sums the lengths of files and of what lies between them.
fn tar_bytes(list: &[u8]) -> Option<u64> {
    let mut bytes: u64 = 0;
    for line in list.split(|&byte| byte == b'\n').filter(|line| !line.is_empty()) {
        let piece: Piece = serde_json::from_slice(line).ok()?;
        let payload = piece.payload.unwrap_or_default();
        let length = match piece.r#type {
            1 => piece.size,
            _ => {
                (payload.len() / 4 * 3
                    - payload.bytes().rev().take_while(|&byte| byte == b'=').count())
                    as u64
            }
        };
        bytes = bytes.checked_add(length)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_the_tar_is_that_of_its_pieces() {
        let list = b"{\"type\":2,\"payload\":\"YWJjZA==\",\"position\":0}\n{\"type\":1,\"name\":\"a\",\"size\":100,\"payload\":\"AAAAAAAAAAA=\"}\n";
        assert_eq!(tar_bytes(list), Some(104));
        assert_eq!(tar_bytes(b"x"), None);
    }
}
