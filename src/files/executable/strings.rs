//! Searches the constants of a program for texts.

use std::io;

use crate::archive::{Extent, ReadAt, read_start};

/// Number of bytes that are read at a time.
const CHUNK: usize = 256 << 10;
/// The most bytes of one file that are searched.
const SEARCH_LIMIT: u64 = 256 << 20;

/// Finds which of `texts` occur in `extents`.
pub(super) fn mentions<'t>(
    source: &dyn ReadAt,
    extents: &[Extent],
    texts: &[&'t str],
) -> io::Result<Vec<&'t str>> {
    let pattern = texts.iter().map(|text| regex::escape(text)).collect::<Vec<_>>().join("|");
    // A pattern of plain texts always compiles. Without any text it would match everywhere.
    let pattern = match regex::bytes::RegexBuilder::new(&pattern).unicode(false).build() {
        Ok(pattern) if !texts.is_empty() => pattern,
        _ => return Ok(Vec::new()),
    };
    let overlap = texts.iter().map(|text| text.len()).max().unwrap_or(0).saturating_sub(1);
    let mut found = vec![false; texts.len()];
    let mut budget = SEARCH_LIMIT;
    let mut buffer = vec![0; CHUNK + overlap];
    for extent in extents {
        let mut rest = Extent::whole(source).part(extent.offset, extent.len.min(budget));
        budget -= rest.len;
        let mut carried = 0;
        while rest.len > 0 && found.contains(&false) {
            let read = read_start(source, rest, &mut buffer[carried..])?;
            if read == 0 {
                break;
            }
            let filled = carried + read;
            for hit in pattern.find_iter(&buffer[..filled]) {
                if let Some(i) = texts.iter().position(|text| text.as_bytes() == hit.as_bytes()) {
                    found[i] = true;
                }
            }
            rest = rest.part(read as u64, rest.len);
            carried = overlap.min(filled);
            buffer.copy_within(filled - carried..filled, 0);
        }
    }
    Ok(texts.iter().zip(found).filter_map(|(text, found)| found.then_some(*text)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::MemorySource;

    #[test]
    fn a_text_is_found_across_the_edge_of_what_is_read_at_a_time() {
        for start in CHUNK - 12..CHUNK + 12 {
            let mut bytes = vec![b'x'; 2 * CHUNK];
            bytes[start..start + 11].copy_from_slice(b"/etc/passwd");
            let extent = Extent { offset: 0, len: bytes.len() as u64 };
            let found =
                mentions(&MemorySource(bytes), &[extent], &["/etc/group", "/etc/passwd"]).unwrap();
            assert_eq!(found, ["/etc/passwd"], "at {start}");
        }
    }

    #[test]
    fn only_the_given_extents_are_searched() {
        let source = MemorySource(b"one.two.three".to_vec());
        let extents = [Extent { offset: 4, len: 3 }, Extent { offset: 100, len: u64::MAX }];
        assert_eq!(mentions(&source, &extents, &["one", "two", "three"]).unwrap(), ["two"]);
        assert!(mentions(&source, &extents, &[]).unwrap().is_empty());
    }
}
