//! Sizes, shares and ages as people write them.

use crate::display::{
    cut, date, escaped_str, number_and_unit, read_size, seconds, with_decimal_point,
};

/// The largest size of a limit in bytes: no image is as large.
const LARGEST: u64 = 1 << 50;
/// The longest age of a limit in days: a hundred years.
const OLDEST: u64 = 36_500;

/// A size or a share of a whole.
#[derive(Debug, Clone, PartialEq)]
pub enum Quantity {
    /// A size in bytes, and how it is shown.
    Bytes(u64, String),
    /// A part of a whole, where 1 is all of it.
    Share(f64),
}

/// The reason why a text is no quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QuantityError {
    /// A size.
    #[error("{0:?} is not a size: write a number and a unit, such as 20MB or 20MiB")]
    Size(String),
    /// A comma for the decimal point.
    #[error("{0:?} has a comma: write {1}; a comma only separates thousands, as in 1,500MB")]
    Comma(String, String),
    /// A part of a byte.
    #[error(
        "{0:?} is not a number of bytes: write a whole one, a unit such as 20MB, or a percentage such as 5%"
    )]
    PartOfByte(String),
    /// More than any image has.
    #[error("{0:?} is larger than any image: the largest limit is 1PiB")]
    TooLarge(String),
    /// A percentage.
    #[error("{0:?} is not a percentage: write 5%")]
    Percentage(String),
    /// A part of a whole that is more than the whole.
    #[error("{0:?} is more than the whole: write at most 100%")]
    MoreThanAll(String),
    /// A ratio.
    #[error("{0:?} is not a ratio: write a number from 0 to 1, or a percentage")]
    Ratio(String),
    /// A ratio that has to be a number.
    #[error("{0:?} is not a ratio from 0 to 1")]
    NoRatio(String),
    /// An age.
    #[error("{0:?} is not an age: write a number of days or weeks, such as 90d or 12w")]
    Age(String),
    /// More than the age of any image.
    #[error("{0:?} is older than any image: the largest limit is 36500d")]
    TooOld(String),
    /// A date.
    #[error("{0:?} is no day of the calendar: a date is expected, such as 2027-01-31")]
    Date(String),
}

impl Quantity {
    /// Reads a size or a percentage.
    ///
    /// # Errors
    ///
    /// [`QuantityError`] if it is neither.
    pub fn parse(text: &str) -> Result<Self, QuantityError> {
        if text.trim_end().ends_with('%') { Self::percentage(text) } else { Self::size(text) }
    }

    /// Reads a size, or a percentage of the image: at most all of it.
    ///
    /// # Errors
    ///
    /// [`QuantityError`] if it is neither.
    pub fn part(text: &str) -> Result<Self, QuantityError> {
        match Self::parse(text)? {
            Self::Share(share) if share > 1.0 => Err(QuantityError::MoreThanAll(shown(text))),
            quantity => Ok(quantity),
        }
    }

    /// Reads a size that an image can have: MB is 1,000,000 bytes, MiB is 1,048,576, and a number without a unit is bytes.
    ///
    /// # Errors
    ///
    /// [`QuantityError`] if it is none.
    pub fn size(text: &str) -> Result<Self, QuantityError> {
        let (number, unit) = number_and_unit(text);
        match Self::any_size(text)? {
            Self::Bytes(bytes, _) if bytes > LARGEST => Err(QuantityError::TooLarge(shown(text))),
            _ if unit.is_empty() && number.contains('.') => {
                Err(QuantityError::PartOfByte(shown(text)))
            }
            size => Ok(size),
        }
    }

    /// Reads a size as dive does, however large it is.
    ///
    /// # Errors
    ///
    /// [`QuantityError::Size`] if it is none.
    pub(super) fn any_size(text: &str) -> Result<Self, QuantityError> {
        let bytes =
            read_size(text).ok_or_else(|| comma_or(text, || QuantityError::Size(shown(text))))?;
        let (number, unit) = number_and_unit(text);
        let unit = if unit.is_empty() { "B" } else { unit };
        Ok(Self::Bytes(bytes, format!("{number} {unit}")))
    }

    /// Reads a percentage: `5%`.
    ///
    /// # Errors
    ///
    /// [`QuantityError::Percentage`] if it is none.
    pub fn percentage(text: &str) -> Result<Self, QuantityError> {
        let bad = || comma_or(text, || QuantityError::Percentage(shown(text)));
        let number = text.trim().strip_suffix('%').ok_or_else(bad)?;
        let percent: f64 = number.trim().parse().map_err(|_| bad())?;
        if !percent.is_finite() || percent.is_sign_negative() {
            return Err(bad());
        }
        Ok(Self::Share(percent / 100.0))
    }

    /// Reads a ratio from 0 to 1, or a percentage.
    ///
    /// # Errors
    ///
    /// [`QuantityError::Ratio`] if it is neither.
    pub fn ratio(text: &str) -> Result<Self, QuantityError> {
        let bad = || comma_or(text, || QuantityError::Ratio(shown(text)));
        let ratio = match Self::percentage(text) {
            Ok(Self::Share(share)) => share,
            _ => text.trim().parse().map_err(|_| bad())?,
        };
        if (0.0..=1.0).contains(&ratio) { Ok(Self::Share(ratio)) } else { Err(bad()) }
    }

    /// Returns the bytes that the quantity is of a whole.
    pub fn bytes_of(&self, whole: u64) -> u64 {
        match self {
            Self::Bytes(bytes, _) => *bytes,
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "a part of a size; what is more than the largest number becomes the largest number"
            )]
            Self::Share(share) => (whole as f64 * share) as u64,
        }
    }

    /// Formats the quantity as the user wrote it.
    pub fn written(&self) -> String {
        match self {
            Self::Bytes(_, written) => written.clone(),
            Self::Share(share) => {
                let text = format!("{:.3}", share * 100.0);
                format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
            }
        }
    }
}

/// Reads an age in days: `90d`, `12w`, `90 days`, or a number of days.
///
/// # Errors
///
/// [`QuantityError::Age`] if it is none.
pub fn days(text: &str) -> Result<u64, QuantityError> {
    let bad = || comma_or(text, || QuantityError::Age(shown(text)));
    let (number, unit) = number_and_unit(text);
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "d" | "day" | "days" => 1,
        "w" | "week" | "weeks" => 7,
        _ => return Err(bad()),
    };
    let number = number.parse::<u64>().map_err(|_| bad())?;
    let days = number.checked_mul(factor).filter(|&days| days <= OLDEST);
    days.ok_or_else(|| QuantityError::TooOld(shown(text)))
}

/// Reads a day of the calendar, `2027-01-31`, as seconds since 1970.
///
/// # Errors
///
/// [`QuantityError::Date`] if it is none.
pub fn day(text: &str) -> Result<i64, QuantityError> {
    let start = seconds(&format!("{text}T00:00:00Z"));
    // The 30th of February is read as a day of March.
    start.filter(|&start| date(start) == text).ok_or_else(|| QuantityError::Date(shown(text)))
}

/// Returns the error for a decimal comma, or another one.
fn comma_or(text: &str, other: impl Fn() -> QuantityError) -> QuantityError {
    match with_decimal_point(text) {
        Some(meant) => QuantityError::Comma(shown(text), shown(&meant)),
        None => other(),
    }
}

/// Returns a text for a message: escaped, and not longer than a line.
fn shown(text: &str) -> String {
    cut(&escaped_str(text.trim()), 40)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Option<u64> {
        match Quantity::size(text) {
            Ok(Quantity::Bytes(bytes, _)) => Some(bytes),
            _ => None,
        }
    }

    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, expected) in [
            ("0", 0),
            ("512", 512),
            ("20MB", 20_000_000),
            ("20 mb", 20_000_000),
            ("20M", 20_000_000),
            ("20MiB", 20 << 20),
            ("20mi", 20 << 20),
            ("1.5 GB", 1_500_000_000),
            ("1,000kB", 1_000_000),
            ("1,234,567.5kB", 1_234_567_500),
            ("16EiB", 0),
        ] {
            let expected = if text == "16EiB" { None } else { Some(expected) };
            assert_eq!(bytes(text), expected, "{text}");
        }
        for text in [
            "",
            "MB",
            "20 XB",
            "-5MB",
            "20MBs",
            "1.2.3MB",
            "5%",
            "NaN",
            "9e9TB",
            "ib",
            "20 iB",
            "1,5MB",
            "0,500GB",
            "1,00MB",
            "1,0000kB",
            ",5MB",
            "1,500,5MB",
            "1.5,500MB",
        ] {
            assert_eq!(bytes(text), None, "{text}");
        }
    }

    #[test]
    fn shares_ratios_and_ages_are_told_apart() {
        assert_eq!(Quantity::parse("5%"), Ok(Quantity::Share(0.05)));
        assert_eq!(Quantity::parse(" 20MB "), Ok(Quantity::Bytes(20_000_000, "20 MB".into())));
        assert_eq!(Quantity::ratio("0.9"), Ok(Quantity::Share(0.9)));
        assert_eq!(Quantity::ratio("90 %"), Ok(Quantity::Share(0.9)));
        assert!(
            Quantity::ratio("90").is_err()
                && Quantity::ratio("120%").is_err()
                && Quantity::parse("-1%").is_err()
        );
        assert_eq!([days("90d"), days("12 weeks"), days("7")], [Ok(90), Ok(84), Ok(7)]);
        assert!(days("2 years").is_err() && days("-3d").is_err() && days("99999999999d").is_err());
        assert!(Quantity::part("100%").is_ok() && Quantity::parse("150%").is_ok());
        assert_eq!(Quantity::part("150%"), Err(QuantityError::MoreThanAll("150%".into())));
        for text in
            ["NaN%", "-0%", "inf%", "NaN", "-1", "1.5", "0.05", "2PiB", "18446744073709551615"]
        {
            assert!(Quantity::part(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_day_is_one_of_the_calendar() {
        assert_eq!(day("2028-02-29"), Ok(1_835_395_200));
        for text in
            ["2026-02-30", "2027-02-29", "2026-13-01", "2026-2-3", "2026-01-31T", "", "soon"]
        {
            assert!(day(text).is_err(), "{text}");
        }
    }
}
