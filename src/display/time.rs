//! Days of the calendar and seconds since 1970.
//!
//! By hand, because two formulas are all that is needed, and times in archives may lie in any year.

/// The seconds of a day.
const DAY: i64 = 86_400;

/// Formats a time in seconds since 1970 as a day in UTC: `2026-11-21`; only the year if it has more
/// than four digits.
pub fn date(seconds: i64) -> String {
    // After Howard Hinnant, "chrono-compatible low-level date algorithms": days of a year that begins in March.
    let days = seconds.div_euclid(DAY) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months = (5 * of_year + 2) / 153;
    let day = of_year - (153 * months + 2) / 5 + 1;
    let month = if months < 10 { months + 3 } else { months - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    if (0..10_000).contains(&year) { format!("{year:04}-{month:02}-{day:02}") } else { format!("year {year}") }
}

/// Parses an RFC 3339 time to seconds since 1970.
pub fn seconds_since_1970(time: &str) -> Option<i64> {
    let number = |from: usize, len: usize| time.get(from..from + len)?.parse::<i64>().ok().filter(|&n| n >= 0);
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let zone = time.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match zone.as_bytes() {
        [b'Z' | b'z'] | [] => 0,
        [sign @ (b'+' | b'-'), ..] => {
            let minutes = zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
            if *sign == b'+' { minutes * 60 } else { -minutes * 60 }
        }
        _ => return None,
    };
    // Days since 1970 in the Gregorian calendar, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day - 1 - 719_468;
    Some(days * DAY + hour * 3600 + minute * 60 + second - offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(-1), "1969-12-31");
        assert_eq!(date(951_782_400), "2000-02-29");
        assert_eq!(date(1_795_219_199), "2026-11-20");
        assert_eq!(date(253_402_300_800), "year 10000");
        assert!(date(i64::MAX).starts_with("year 29") && date(i64::MIN).starts_with("year -29"));
    }

    #[test]
    fn times_are_seconds_since_1970() {
        assert_eq!(seconds_since_1970("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds_since_1970("2018-12-26T08:20:42.687925000Z"), Some(1_545_812_442));
        assert_eq!(seconds_since_1970("2024-02-29T23:59:59+02:00"), Some(1_709_243_999));
        assert_eq!(
            (
                seconds_since_1970("0001-01-01T00:00:00Z").unwrap() < 0,
                seconds_since_1970("yesterday"),
                seconds_since_1970("2024-13-01T00:00:00Z")
            ),
            (true, None, None)
        );
    }
}
