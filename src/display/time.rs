//! Reads and writes times.

/// The seconds of a day.
pub const DAY: i64 = 86_400;

/// Parses an RFC 3339 time to seconds since 1970.
pub fn seconds(time: &str) -> Option<i64> {
    let number = |from: usize, len: usize| {
        time.get(from..from + len)?.parse::<i64>().ok().filter(|&n| n >= 0)
    };
    let (year, month, day) = (number(0, 4)?, number(5, 2)?, number(8, 2)?);
    let (hour, minute, second) = (number(11, 2)?, number(14, 2)?, number(17, 2)?);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let zone = time.get(19..)?.trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
    let offset = match zone.as_bytes() {
        [b'Z' | b'z'] | [] => 0,
        [sign @ (b'+' | b'-'), ..] => {
            let minutes =
                zone.get(1..3)?.parse::<i64>().ok()? * 60 + zone.get(4..6)?.parse::<i64>().ok()?;
            if *sign == b'+' { minutes * 60 } else { -minutes * 60 }
        }
        _ => return None,
    };
    // Days since 1970 in the Gregorian calendar, with years that begin in March.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let days =
        era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + (153 * month + 2) / 5 + day
            - 1
            - 719_468;
    Some(days * DAY + hour * 3600 + minute * 60 + second - offset)
}

/// Formats seconds since 1970 as a date: `2026-11-29`.
pub fn date(seconds: i64) -> String {
    // The inverse of the above: days since the first of March of the year 0.
    let days = seconds.div_euclid(DAY) + 719_468;
    let era = days.div_euclid(146_097);
    let of_era = days.rem_euclid(146_097);
    let years = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (year, month) = if month < 10 { (years, month + 3) } else { (years + 1, month - 9) };
    format!("{:04}-{month:02}-{day:02}", year + era * 400)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_seconds_since_1970() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2018-12-26T08:20:42.687925000Z"), Some(1_545_812_442));
        assert_eq!(seconds("2024-02-29T23:59:59+02:00"), Some(1_709_243_999));
        assert_eq!(
            (
                seconds("0001-01-01T00:00:00Z").unwrap() < 0,
                seconds("yesterday"),
                seconds("2024-13-01T00:00:00Z")
            ),
            (true, None, None)
        );
    }

    #[test]
    fn a_date_reads_back_as_the_day_it_is() {
        for day in [-1, 0, 59, 60, 364, 365, 11_016, 19_782, 20_786, 47_540] {
            assert_eq!(
                seconds(&format!("{}T00:00:00Z", date(day * DAY + 7))),
                Some(day * DAY),
                "{day}"
            );
        }
        assert_eq!([date(0), date(1_709_243_999)], ["1970-01-01", "2024-02-29"]);
    }
}
