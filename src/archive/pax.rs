//! Parses PAX extended headers (POSIX.1-2001, "pax Interchange Format").
//!
//! The `tar` crate splits the records at line feeds, which fails for values that contain one, such
//! as file capabilities. The length at the start of a record is reliable.

/// A `length key=value` record.
pub struct Record<'a> {
    /// The keyword, such as `path`.
    pub key: &'a [u8],
    /// The value, byte for byte.
    pub value: &'a [u8],
}

/// Splits the body of an extended header; `None` as the last item if it is malformed.
pub fn records(mut body: &[u8]) -> impl Iterator<Item = Option<Record<'_>>> {
    std::iter::from_fn(move || {
        if body.is_empty() {
            return None;
        }
        let record = first(body);
        body = record.as_ref().map_or(&[], |(_, rest)| *rest);
        Some(record.map(|(record, _)| record))
    })
}

fn first(body: &[u8]) -> Option<(Record<'_>, &[u8])> {
    let space = body.iter().take(24).position(|&b| b == b' ')?;
    let length: usize = std::str::from_utf8(&body[..space]).ok()?.parse().ok()?;
    if length <= space + 1 || length > body.len() || body[length - 1] != b'\n' {
        return None;
    }
    let pair = &body[space + 1..length - 1];
    let equals = pair.iter().position(|&b| b == b'=')?;
    let record = Record { key: &pair[..equals], value: &pair[equals + 1..] };
    let no_nul = match record.key {
        b"" => return None,
        b"path" | b"linkpath" | b"uname" | b"gname" => record.value,
        key => key,
    };
    (!no_nul.contains(&0)).then_some((record, &body[length..]))
}

/// The records of an extended header that are used; the last of equal keys counts.
///
/// An empty value deletes a record and all earlier ones with its key, so that the field in the
/// header itself counts (POSIX, "pax Extended Header").
#[derive(Default)]
pub struct Pax<'a> {
    /// The name of the entry.
    pub path: Option<&'a [u8]>,
    /// The target of a link.
    pub link: Option<&'a [u8]>,
    /// The size in bytes.
    pub size: Option<&'a [u8]>,
    /// The numeric owner.
    pub uid: Option<&'a [u8]>,
    /// The numeric group.
    pub gid: Option<&'a [u8]>,
    /// The modification time.
    pub mtime: Option<&'a [u8]>,
    /// The other times, which must be times.
    pub times: [Option<&'a [u8]>; 2],
    /// The overlay filesystem's opaque attribute.
    pub overlay_opaque: Option<&'a [u8]>,
    /// The holes of a sparse file.
    pub sparse: Sparse<'a>,
}

/// The `GNU.sparse.*` records, which come in three versions.
#[derive(Default)]
pub struct Sparse<'a> {
    /// The version, before the dot.
    pub major: Option<&'a [u8]>,
    /// The version, after the dot.
    pub minor: Option<&'a [u8]>,
    /// The number of pieces, in the versions before 1.0.
    pub blocks: Option<&'a [u8]>,
    /// Offsets and lengths, separated by commas.
    pub map: Option<&'a [u8]>,
    /// Offsets and lengths, one per record, as in version 0.0.
    pub numbers: Vec<&'a [u8]>,
    /// The logical size.
    pub size: Option<&'a [u8]>,
    /// The logical size, as named in version 1.0.
    pub real_size: Option<&'a [u8]>,
    /// The name of the file.
    pub name: Option<&'a [u8]>,
}

impl<'a> Pax<'a> {
    /// Reads the body of an extended header; `None` if it is malformed.
    pub fn read(body: &'a [u8]) -> Option<Self> {
        let mut pax = Self::default();
        for record in records(body) {
            let Record { key, value } = record?;
            let slot = match key {
                b"path" => &mut pax.path,
                b"linkpath" => &mut pax.link,
                b"size" => &mut pax.size,
                b"uid" => &mut pax.uid,
                b"gid" => &mut pax.gid,
                b"mtime" => &mut pax.mtime,
                b"atime" => &mut pax.times[0],
                b"ctime" => &mut pax.times[1],
                b"SCHILY.xattr.trusted.overlay.opaque" => &mut pax.overlay_opaque,
                b"GNU.sparse.major" => &mut pax.sparse.major,
                b"GNU.sparse.minor" => &mut pax.sparse.minor,
                b"GNU.sparse.numblocks" => &mut pax.sparse.blocks,
                b"GNU.sparse.map" => &mut pax.sparse.map,
                b"GNU.sparse.size" => &mut pax.sparse.size,
                b"GNU.sparse.realsize" => &mut pax.sparse.real_size,
                b"GNU.sparse.name" => &mut pax.sparse.name,
                b"GNU.sparse.offset" | b"GNU.sparse.numbytes" => {
                    let numbers = &mut pax.sparse.numbers;
                    let expected = if numbers.len() % 2 == 0 {
                        &b"GNU.sparse.offset"[..]
                    } else {
                        b"GNU.sparse.numbytes"
                    };
                    if key != expected {
                        return None;
                    }
                    numbers.push(value);
                    continue;
                }
                _ => continue,
            };
            *slot = Some(value).filter(|value| !value.is_empty());
        }
        Some(pax)
    }
}

/// The format in which the holes of a sparse file are described.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum SparseVersion {
    /// 0.0 and 0.1: in the records.
    Records,
    /// 1.0: before the contents.
    Contents,
}

impl Sparse<'_> {
    /// Returns the version; `None` if the file is not sparse, or has a version that Go does not
    /// know.
    pub fn version(&self) -> Option<SparseVersion> {
        match (self.major, self.minor) {
            (Some(b"0"), Some(b"0" | b"1")) => Some(SparseVersion::Records),
            (Some(b"1"), Some(b"0")) => Some(SparseVersion::Contents),
            (None, None) => {
                (self.map.is_some() || !self.numbers.is_empty()).then_some(SparseVersion::Records)
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_a_line_feed() {
        let read: Vec<_> = records(b"11 a=1\n2=3\n6 b=4\n")
            .map(|r| r.map(|r| (r.key.to_vec(), r.value.to_vec())))
            .collect();
        assert_eq!(
            read,
            [Some((b"a".to_vec(), b"1\n2=3".to_vec())), Some((b"b".to_vec(), b"4".to_vec()))]
        );
    }

    #[test]
    fn a_wrong_length_is_malformed() {
        assert!(records(b"99 a=1\n").any(|r| r.is_none()));
        assert!(records(b"junk").any(|r| r.is_none()));
        assert!(records(b"5 ab\n").any(|r| r.is_none()));
        assert!(records(b"5 =a\n").any(|r| r.is_none()), "without a key");
        assert!(records(b"10 path=\0\n").any(|r| r.is_none()), "a NUL in a name");
    }

    #[test]
    fn the_last_of_equal_keys_counts_and_an_empty_value_stands_for_nothing() {
        let pax = Pax::read(b"8 uid=1\n8 uid=2\n8 gid=1\n7 gid=\n").unwrap();
        assert_eq!((pax.uid, pax.gid, pax.path), (Some(&b"2"[..]), None, None));
        let sparse = |body| Pax::read(body).unwrap().sparse.version().is_some();
        assert!(sparse(b"22 GNU.sparse.major=1\n22 GNU.sparse.minor=0\n"));
        assert!(!sparse(b"22 GNU.sparse.major=2\n22 GNU.sparse.minor=0\n"), "an unknown version");
        assert!(Pax::read(b"25 GNU.sparse.numbytes=1\n").is_none(), "a length before its offset");
    }
}
