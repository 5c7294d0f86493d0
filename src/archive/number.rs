//! Parses numbers in tar headers as Go's `archive/tar` does, because all container runtimes use it.

/// Parses a numeric header field: octal text, or base-256 if the top bit is set.
///
/// An empty field is 0. Any other field is `None`.
pub fn field(bytes: &[u8]) -> Option<i64> {
    if let Some(value) = plain(bytes) {
        return Some(value);
    }
    if bytes.first().is_some_and(|b| b & 0x80 != 0) {
        return base256(bytes);
    }
    let is_padding = |b: &u8| matches!(b, b' ' | 0);
    let start = bytes.iter().position(|b| !is_padding(b)).unwrap_or(bytes.len());
    let mut value: u64 = 0;
    let mut rest = bytes[start..].iter();
    // Twelve octal digits, the longest field, have 36 bits.
    for &b in rest.by_ref() {
        match b {
            b'0'..=b'7' => value = value << 3 | u64::from(b - b'0'),
            0 => return i64::try_from(value).ok(),
            b' ' => break,
            _ => return None,
        }
    }
    rest.take_while(|&&b| b != 0).all(is_padding).then(|| i64::try_from(value).ok())?
}

/// Parses a field as almost all archives have it, of 8 or 12 bytes without padding before the digits;
/// `None` says nothing.
fn plain(bytes: &[u8]) -> Option<i64> {
    let (words, _) = bytes.as_chunks::<8>();
    let word = u64::from_le_bytes(*words.first()?);
    let value = match bytes.len() {
        8 if word == 0 => 0,
        8 => {
            let [.., before, end] = *words.first()?;
            match (before, end) {
                (0, _) => octal(word << 16 | ZEROS >> 48)?,
                (_, 0 | b' ') => octal(word << 8 | ZEROS >> 56)?,
                _ => return None,
            }
        }
        12 if matches!(bytes[11], 0 | b' ') => {
            let low =
                u64::from_le_bytes([b'0', b'0', b'0', b'0', b'0', bytes[8], bytes[9], bytes[10]]);
            octal(word)? << 9 | octal(low)?
        }
        _ => return None,
    };
    i64::try_from(value).ok()
}

/// The digit 0 eight times.
const ZEROS: u64 = 0x3030_3030_3030_3030;

/// Parses eight octal digits, the first in the lowest byte.
fn octal(digits: u64) -> Option<u64> {
    let by_one = digits ^ ZEROS;
    // Each step makes one number of two, which stand side by side.
    let by_two = (by_one << 3 | by_one >> 8) & 0x003f_003f_003f_003f;
    let by_four = (by_two << 6 | by_two >> 16) & 0x0000_0fff_0000_0fff;
    let by_eight = (by_four << 12 | by_four >> 32) & 0x00ff_ffff;
    (by_one & !0x0707_0707_0707_0707 == 0).then_some(by_eight)
}

/// Parses a base-256 field: two's complement, big endian, without the marker bit of the first byte.
fn base256(bytes: &[u8]) -> Option<i64> {
    let negative = bytes[0] & 0x40 != 0;
    let first = if negative { bytes[0] | 0x80 } else { bytes[0] & 0x7f };
    let mut value: i128 = if negative { -1 } else { 0 };
    for (i, &b) in bytes.iter().enumerate() {
        let b = if i == 0 { first } else { b };
        value = (value << 8) | i128::from(b);
        if !(i128::from(i64::MIN)..=i128::from(i64::MAX)).contains(&value) {
            return None;
        }
    }
    i64::try_from(value).ok()
}

/// Parses a decimal number of a PAX record; a fraction is rounded down.
pub fn decimal(bytes: &[u8]) -> Option<i64> {
    std::str::from_utf8(bytes).ok()?.parse().ok()
}

/// Reads a time of a PAX record in seconds; a fraction is cut off towards minus infinity.
pub fn time(bytes: &[u8]) -> Option<i64> {
    let (whole, fraction) = match bytes.iter().position(|&b| b == b'.') {
        Some(dot) => (&bytes[..dot], &bytes[dot + 1..]),
        None => (bytes, &[][..]),
    };
    let value = decimal(whole)?;
    if !fraction.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let cut = whole.starts_with(b"-") && fraction.iter().any(|&b| b != b'0');
    Some(if cut { value.saturating_sub(1) } else { value })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octal_fields_may_be_padded_with_spaces_and_nuls() {
        assert_eq!(field(b"0000644\0"), Some(0o644));
        assert_eq!(field(b"  644 \0\0"), Some(0o644));
        assert_eq!(field(b"\0\0\0\0"), Some(0));
        assert_eq!(field(b"  "), Some(0));
        assert_eq!(field(b"12x\0"), None);
        assert_eq!(field(b"o world\n"), None);
    }

    #[test]
    fn fields_of_all_lengths_and_ends_are_read_alike() {
        for end in [&b"\0"[..], b" ", b"\0 ", b" \0", b"  ", b"\0\0", b"x", b"\0x", b" x", b"x\0"] {
            for len in [8, 12] {
                for digits in ["1234567", "0", "7654321076", "12345678", "76543210765"] {
                    let start = len - end.len().min(len);
                    let number: Vec<u8> = digits.bytes().cycle().take(start).collect();
                    let bytes = [&number[..], end].concat();
                    // One more byte, and the field is not of the usual length.
                    let longer = [&b"0"[..], &bytes].concat();
                    assert_eq!(field(&bytes), field(&longer), "{}", bytes.escape_ascii());
                }
            }
        }
        for odd in [
            &b"1234 567"[..],
            b"123\x005670",
            b"12a4567\0",
            b"1238567\0",
            b" 234567\0",
            b"\x80234567\0",
        ] {
            let longer = [&b" "[..], odd].concat();
            let expected = if odd[0] & 0x80 == 0 { field(&longer) } else { base256(odd) };
            assert_eq!(field(odd), expected, "{}", odd.escape_ascii());
        }
        assert_eq!(field(b"0123456\0"), Some(0o123_456));
        assert_eq!(field(b"12345670765\0"), Some(0o12_345_670_765));
        assert_eq!(field(b"77777777777\0"), Some(0o77_777_777_777));
    }

    #[test]
    fn base_256_fields_may_be_negative() {
        assert_eq!(field(&[0x80, 0, 0, 0, 0, 0, 1, 0]), Some(256));
        assert_eq!(field(&[0xff; 12]), Some(-1));
        assert_eq!(field(&[0x80, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }

    #[test]
    fn times_may_have_fractions_and_other_numbers_may_not() {
        assert_eq!(time(b"1350244992.023960108"), Some(1_350_244_992));
        assert_eq!(time(b"-1.5"), Some(-2));
        assert_eq!(time(b"-0.5"), Some(-1));
        assert_eq!(time(b"-1"), Some(-1));
        for wrong in [&b"many"[..], b"", b"1.x", b" 1", b".5"] {
            assert_eq!(time(wrong), None, "{}", wrong.escape_ascii());
        }
        assert_eq!(decimal(b"+12"), Some(12));
        assert_eq!(decimal(b"1.5"), None);
    }
}
