//! Parses numbers in tar headers as Go's `archive/tar` does, because all container runtimes use it.

/// Parses a numeric header field: octal text, or base-256 if the top bit is set.
///
/// An empty field is 0. Any other field is `None`.
pub fn field(bytes: &[u8]) -> Option<i64> {
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
