//! Reads the list of libraries that `ldconfig` makes for the loader (glibc, `elf/cache.c`).

use std::collections::HashMap;

/// The largest list that is read, in bytes.
pub(super) const CACHE_LIMIT: u64 = 8 << 20;
/// The most libraries that are read.
const LIBRARIES_LIMIT: usize = 1 << 16;
/// The longest name and path that are read, in bytes.
const TEXT_LIMIT: usize = 512;

const OLD_MAGIC: &[u8] = b"ld.so-1.7.0\0";
const OLD_HEADER: usize = 16;
const OLD_ENTRY: usize = 12;
const MAGIC: &[u8] = b"glibc-ld.so.cache1.1";
const HEADER: usize = 48;
const ENTRY: usize = 24;

/// The paths of libraries, by name.
#[derive(Debug, Default)]
pub(super) struct Cache {
    paths: HashMap<Vec<u8>, Vec<Vec<u8>>>,
}

impl Cache {
    /// Parses the list; `None` if it has another format. `big` is true for a big-endian machine.
    pub fn parse(bytes: &[u8], big: bool) -> Option<Self> {
        let number = |bytes: &[u8], at: usize| {
            let word = *bytes.get(at..)?.first_chunk::<4>()?;
            usize::try_from(if big { u32::from_be_bytes(word) } else { u32::from_le_bytes(word) })
                .ok()
        };
        // Until glibc 2.32, the list was preceded by one in the old format.
        let bytes = match bytes.starts_with(OLD_MAGIC) {
            true => {
                let old = number(bytes, OLD_MAGIC.len())?
                    .checked_mul(OLD_ENTRY)?
                    .checked_add(OLD_HEADER)?;
                bytes.get(old.checked_next_multiple_of(8)?..)?
            }
            false => bytes,
        };
        if !bytes.starts_with(MAGIC) {
            return None;
        }
        let count = number(bytes, MAGIC.len())?.min(LIBRARIES_LIMIT);
        let text = |entry: &[u8], at: usize| {
            let rest = bytes.get(number(entry, at)?..)?;
            let end = rest.iter().take(TEXT_LIMIT).position(|&b| b == 0)?;
            Some(rest[..end].to_vec())
        };
        let mut plain: HashMap<Vec<u8>, Vec<Vec<u8>>> = HashMap::new();
        let mut special = Vec::new();
        for entry in bytes.get(HEADER..)?.chunks_exact(ENTRY).take(count) {
            let (Some(name), Some(path)) = (text(entry, 4), text(entry, 8)) else { continue };
            // Entries for processors with certain features come last; the others work on every
            // processor.
            if entry[16..24] == [0; 8] {
                plain.entry(name).or_default().push(path);
            } else {
                special.push((name, path));
            }
        }
        for (name, path) in special {
            plain.entry(name).or_default().push(path);
        }
        Some(Self { paths: plain })
    }

    /// Returns the paths of a library, the best match first.
    pub fn paths(&self, name: &[u8]) -> &[Vec<u8>] {
        self.paths.get(name).map_or(&[], Vec::as_slice)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[(&str, &str, u64)]) -> Vec<u8> {
        let start = HEADER + entries.len() * ENTRY;
        let (mut table, mut texts) = (Vec::new(), Vec::new());
        for (name, path, abilities) in entries {
            let mut place = |text: &str| {
                let at = u32::try_from(start + texts.len()).unwrap();
                texts.extend(text.bytes().chain([0]));
                at.to_le_bytes()
            };
            let (name, path) = (place(name), place(path));
            table.extend(
                [&0x303_u32.to_le_bytes()[..], &name, &path, &[0; 4], &abilities.to_le_bytes()]
                    .concat(),
            );
        }
        let mut out = [MAGIC, &u32::try_from(entries.len()).unwrap().to_le_bytes()].concat();
        out.resize(HEADER, 0);
        [out, table, texts].concat()
    }

    #[test]
    fn a_library_is_found_by_name_and_those_for_every_processor_come_first() {
        let bytes = list(&[
            ("liba.so", "/hw/liba.so", 1 << 62),
            ("liba.so", "/lib/liba.so", 0),
            ("b", "/lib/b", 0),
        ]);
        let cache = Cache::parse(&bytes, false).unwrap();
        assert_eq!(cache.paths(b"liba.so"), [b"/lib/liba.so".to_vec(), b"/hw/liba.so".to_vec()]);
        assert!(cache.paths(b"libc.so").is_empty());
    }

    #[test]
    fn the_list_may_stand_behind_an_old_one() {
        let old = [OLD_MAGIC, &1_u32.to_le_bytes(), &[0; OLD_ENTRY], &[0; 4]].concat();
        let bytes = [old, list(&[("b", "/lib/b", 0)])].concat();
        assert_eq!(Cache::parse(&bytes, false).unwrap().paths(b"b"), [b"/lib/b".to_vec()]);
    }

    #[test]
    fn a_damaged_list_is_no_list_or_a_shorter_one() {
        let whole = list(&[("liba.so", "/lib/liba.so", 0), ("b", "/lib/b", 0)]);
        for end in 0..whole.len() {
            if let Some(cache) = Cache::parse(&whole[..end], false) {
                assert!(cache.paths(b"b").is_empty());
            }
        }
        let huge = [MAGIC, &[0xff; 200]].concat();
        assert!(Cache::parse(&huge, false).is_some_and(|cache| cache.paths.is_empty()));
    }
}
