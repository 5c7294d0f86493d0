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
    let space = body.iter().take(20).position(|&b| b == b' ')?;
    let length: usize = std::str::from_utf8(&body[..space]).ok()?.parse().ok()?;
    if length <= space + 1 || length > body.len() || body[length - 1] != b'\n' {
        return None;
    }
    let pair = &body[space + 1..length - 1];
    let equals = pair.iter().position(|&b| b == b'=')?;
    Some((Record { key: &pair[..equals], value: &pair[equals + 1..] }, &body[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_may_hold_a_line_feed() {
        let read: Vec<_> =
            records(b"11 a=1\n2=3\n6 b=4\n").map(|r| r.map(|r| (r.key.to_vec(), r.value.to_vec()))).collect();
        assert_eq!(read, [Some((b"a".to_vec(), b"1\n2=3".to_vec())), Some((b"b".to_vec(), b"4".to_vec()))]);
    }

    #[test]
    fn a_wrong_length_is_malformed() {
        assert!(records(b"99 a=1\n").any(|r| r.is_none()));
        assert!(records(b"junk").any(|r| r.is_none()));
        assert!(records(b"5 ab\n").any(|r| r.is_none()));
    }
}
