//! Formats sizes, counts and shares for display.

use humansize::{BINARY, DECIMAL, FormatSizeOptions, format_size};

/// The smallest ratio that is shown; a smaller one would be rounded to 1.
const NOTICEABLE: f64 = 1.005;

/// The units of sizes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Units {
    /// KiB, MiB, GiB: powers of 1024.
    #[default]
    Iec,
    /// kB, MB, GB: powers of 1000, as in `docker images`.
    Si,
}

impl Units {
    /// Formats a size with three or four significant digits, such as `5.01 MiB`, in at most ten
    /// characters.
    pub fn size(self, bytes: u64) -> String {
        let (base, options): (f64, FormatSizeOptions) = match self {
            Self::Iec => (1024.0, BINARY),
            Self::Si => (1000.0, DECIMAL),
        };
        #[expect(clippy::cast_precision_loss, reason = "only to choose the number of decimals")]
        let mut scaled = bytes as f64;
        while scaled >= base {
            scaled /= base;
        }
        #[expect(clippy::cast_precision_loss, reason = "as above")]
        let whole_bytes = (bytes as f64) < base;
        let places = match scaled {
            _ if whole_bytes => 0,
            ..10.0 => 2,
            ..100.0 => 1,
            _ => 0,
        };
        format_size(bytes, options.decimal_places(places).decimal_zeroes(places))
    }
}

/// Reads a size as people write it: `256 MiB`, `20MB`, `1.5G`, `4096`. A unit without an `i` is
/// decimal.
pub fn read_size(text: &str) -> Option<u64> {
    let (number, unit) = number_and_unit(text);
    let unit = unit.to_ascii_lowercase();
    let unit = unit.strip_suffix('b').unwrap_or(&unit);
    let (prefix, base) = match unit.strip_suffix('i') {
        Some(prefix) if !prefix.is_empty() => (prefix, 1024_u64),
        Some(_) => return None,
        None => (unit, 1000),
    };
    let power = ["", "k", "m", "g", "t", "p", "e"].iter().position(|&known| known == prefix)?;
    let factor = base.checked_pow(u32::try_from(power).ok()?)?;
    // A whole number of units is exact.
    if let Ok(whole) = number.parse::<u64>() {
        return whole.checked_mul(factor);
    }
    #[expect(clippy::cast_precision_loss, reason = "a fraction of a unit")]
    let bytes = number.parse::<f64>().ok()? * factor as f64;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is positive and within the limit"
    )]
    (bytes < 9e18).then_some(bytes.round() as u64)
}

/// Splits a text into a number, without separators between thousands, and a unit. A comma that
/// separates no thousands stays, so that the number cannot be read: `1,5` is not 15.
pub fn number_and_unit(text: &str) -> (String, &str) {
    let text = text.trim();
    let end =
        text.find(|c: char| !c.is_ascii_digit() && c != '.' && c != ',').unwrap_or(text.len());
    let number = &text[..end];
    let number = if separates_thousands(number) { number.replace(',', "") } else { number.into() };
    (number, text[end..].trim())
}

/// Returns whether each comma of a number has three digits behind it, as in `1,234,567.8`.
fn separates_thousands(number: &str) -> bool {
    let mut groups = number.split('.').next().unwrap_or_default().split(',');
    let first = groups.next().unwrap_or_default();
    let has_rest = number.split_once('.').is_some_and(|(_, rest)| rest.contains(','));
    let is_first = (1..=3).contains(&first.len()) && !first.starts_with('0');
    let is_plain = !number.contains(',');
    is_plain || is_first && groups.all(|group| group.len() == 3) && !has_rest
}

/// Returns a number with a unit as it was probably meant, if it has a comma for the decimal point:
/// `1.5MB` for `1,5MB`.
pub fn with_decimal_point(text: &str) -> Option<String> {
    let mut parts = text.trim().split(',');
    let (whole, rest) = (parts.next()?, parts.next()?);
    let is_meant = parts.next().is_none() && !text.contains('.');
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    (is_meant && is_number(whole) && is_number(&rest[..end]) && (end != 3 || whole == "0"))
        .then(|| format!("{whole}.{rest}"))
}

/// Formats a share between 0 and 1 as a percentage, such as `5.2 %`. Only exact values are shown as
/// 0 or 100.
pub fn percent(share: f64) -> String {
    let percent = share * 100.0;
    if percent > 0.0 && percent < 0.1 {
        return "< 0.1 %".into();
    }
    if percent > 99.9 && percent < 100.0 {
        return "> 99.9 %".into();
    }
    if percent == 0.0 || percent == 100.0 {
        format!("{percent:.0} %")
    } else {
        format!("{percent:.1} %")
    }
}

/// Divides a part by the whole, or the whole by a part.
#[expect(clippy::cast_precision_loss, reason = "a ratio")]
pub fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// Formats a part of a whole as a percentage; empty if the whole is 0.
pub fn share(part: u64, whole: u64) -> String {
    percent(ratio(part, whole.max(1)))
}

/// Formats a ratio: `21,238×`, `122×`, `1.40×`.
pub fn times(ratio: f64) -> String {
    match ratio {
        ..10.0 => format!("{ratio:.2}×"),
        ..100.0 => format!("{ratio:.1}×"),
        _ => {
            let digits = format!("{ratio:.0}");
            format!("{}×", digits.parse().map_or(digits, count))
        }
    }
}

/// Formats the ratio of `whole` to `part` as [`times`] does; `None` if `part` is 0 or hardly less.
pub fn noticeably(part: u64, whole: u64) -> Option<String> {
    let ratio = ratio(whole, part);
    (part > 0 && ratio >= NOTICEABLE).then(|| times(ratio))
}

/// Formats a count with separators between thousands: `23,219`.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out
}

/// Formats a count with its noun: `1 layer`, `2 layers`.
pub fn plural(n: usize, noun: &str) -> String {
    format!("{} {noun}{}", count(n as u64), if n == 1 { "" } else { "s" })
}

/// Formats an exact number of bytes in a sentence: `1 byte`, `1,024 bytes`.
pub fn bytes(n: u64) -> String {
    plural(usize::try_from(n).unwrap_or(usize::MAX), "byte")
}

/// Formats an exact number of bytes and the size that it is: `10,331,337 bytes (9.85 MiB)`; a small
/// one says the same twice, so it stands alone.
pub fn bytes_and_size(n: u64, units: Units) -> String {
    let size = units.size(n);
    if size.ends_with(" B") { bytes(n) } else { format!("{} ({size})", bytes(n)) }
}

/// Formats a count of things whose plural is irregular: `1 entry`, `2 entries`.
pub fn plural_of(n: usize, one: &str, many: &str) -> String {
    format!("{} {}", count(n as u64), if n == 1 { one } else { many })
}

/// Formats a count of directories: `1 directory`, `2 directories`.
pub fn directories(n: u64) -> String {
    plural_of(usize::try_from(n).unwrap_or(usize::MAX), "directory", "directories")
}

/// Formats a count of files: `1 file`, `2 files`.
pub fn files(n: usize) -> String {
    plural(n, "file")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short_and_keep_their_unit_s_precision() {
        assert_eq!(Units::Iec.size(0), "0 B");
        assert_eq!(Units::Iec.size(999), "999 B");
        assert_eq!(Units::Iec.size(1024), "1.00 KiB");
        assert_eq!(Units::Iec.size(5_254_000), "5.01 MiB");
        assert_eq!(Units::Si.size(5_254_000), "5.25 MB");
        assert_eq!(Units::Si.size(214_700_000), "215 MB");
        assert_eq!(Units::Iec.size(1_142_010_368), "1.06 GiB");
        assert!((0..64).all(|shift| Units::Iec.size(u64::MAX >> shift).len() <= 10));
    }

    #[test]
    fn a_share_is_only_none_or_all_if_it_is() {
        assert_eq!(percent(0.0), "0 %");
        assert_eq!(percent(0.000_01), "< 0.1 %");
        assert_eq!(percent(0.117_17), "11.7 %");
        assert_eq!(percent(0.999_99), "> 99.9 %");
        assert_eq!(percent(1.0), "100 %");
        assert_eq!(count(1_142_010_368), "1,142,010,368");
    }

    #[test]
    fn a_number_of_bytes_has_separators_and_one_noun_and_a_small_one_is_said_once() {
        assert_eq!([bytes(0), bytes(1), bytes(1024)], ["0 bytes", "1 byte", "1,024 bytes"]);
        let said = |n| bytes_and_size(n, Units::Iec);
        assert_eq!([said(1), said(100)], ["1 byte", "100 bytes"]);
        assert_eq!(said(10_331_337), "10,331,337 bytes (9.85 MiB)");
    }

    #[test]
    fn what_is_hardly_smaller_has_no_ratio() {
        assert_eq!(noticeably(6_564_400, 801_000_000).as_deref(), Some("122×"));
        assert_eq!(noticeably(1000, 1006).as_deref(), Some("1.01×"));
        assert_eq!(
            [noticeably(1000, 1004), noticeably(0, 1000), noticeably(1000, 900)],
            [None, None, None]
        );
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, bytes) in [
            ("4096", Some(4096)),
            ("256 MiB", Some(256 << 20)),
            ("20MB", Some(20_000_000)),
            ("1.5g", Some(1_500_000_000)),
            ("0", Some(0)),
            ("2kib", Some(2048)),
            ("", None),
            ("MB", None),
            ("-1", None),
            ("1 XB", None),
            ("1e9", None),
        ] {
            assert_eq!(read_size(text), bytes, "{text}");
        }
    }
}
