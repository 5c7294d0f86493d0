//! Reads the history for traces of base images: the kind and the time of each instruction.

use crate::analysis::Inspection;

use super::DAY;

/// An entry of the history.
#[derive(Debug)]
pub struct Step {
    /// The instruction, in one line.
    pub text: String,
    /// The builder's comment.
    pub comment: Option<String>,
    /// True if the entry made a layer.
    pub makes_layer: bool,
    /// The time in seconds since 1970; `None` if the builder writes no real time.
    pub time: Option<i64>,
}

impl Step {
    /// Returns whether the entry adds an operating system as the first layer of `layers`.
    pub fn brings_a_system(&self, layers: usize) -> bool {
        let text = self.text.as_str();
        if layers > 1 { !text.starts_with("COPY --from") && !text.starts_with("RUN ") } else { self.unpacks_a_system() }
    }

    /// Returns whether the entry imports or unpacks a whole filesystem.
    pub fn unpacks_a_system(&self) -> bool {
        let text = self.text.as_str();
        let added = text.starts_with("ADD ") && (text.ends_with(" /") || text.ends_with(" in /"));
        added || text.starts_with("# debian.sh") || text.starts_with("(Imported from")
    }

    /// Returns whether the entry only changes the config.
    pub fn is_metadata(&self) -> bool {
        !self.makes_layer
    }
}

/// Reads the history of an image.
pub fn read(inspection: &Inspection) -> Vec<Step> {
    let step = |entry: &crate::image::HistoryEntry| Step {
        text: entry.instruction().one_line(),
        comment: entry.comment.clone(),
        makes_layer: entry.empty_layer != Some(true),
        time: entry.created.as_deref().and_then(seconds).filter(|&time| time > 10 * 365 * DAY),
    };
    inspection.history.iter().map(step).collect()
}

/// Returns the number of entries of the base image and its name, if the builder recorded them
/// (buildah: `FROM name`).
pub fn noted_by_the_builder(steps: &[Step]) -> Option<(usize, String)> {
    // After the first instruction, buildah names the intermediate image by its ID.
    let is_id = |name: &str| name.len() == 12 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let name = |step: &Step| {
        let name = step.comment.as_deref()?.trim().strip_prefix("FROM ")?.trim();
        (!name.is_empty() && !is_id(name)).then(|| name.to_owned())
    };
    steps.iter().enumerate().rev().find_map(|(i, step)| name(step).map(|name| (i, name)))
}

/// Returns the number of entries, greater than `end`, that end with a command and are at least a
/// day older than the next one, and the days between them.
pub fn older_part(steps: &[Step], end: usize) -> Option<(usize, u64)> {
    let runs = |step: &Step| step.text.starts_with("CMD ") || step.text.starts_with("ENTRYPOINT ");
    let (mut ended, mut found) = (false, None);
    for (one, later) in steps.iter().zip(1..steps.len()).skip(end) {
        let next = &steps[later];
        ended = one.is_metadata() && (ended || runs(one));
        if let Some(days) = gap(one, next).filter(|_| ended) {
            found = Some((later, days));
        }
    }
    found
}

/// Returns the number of entries before the longest gap in time, if that is at least a day, and its
/// length in days.
pub fn oldest_part(steps: &[Step]) -> Option<(usize, u64)> {
    let gaps = (1..steps.len()).filter_map(|later| Some((later, gap(&steps[later - 1], &steps[later])?)));
    let (end, days) = gaps.max_by_key(|&(_, days)| days)?;
    let makes_layers = |steps: &[Step]| steps.iter().any(|step| step.makes_layer);
    (makes_layers(&steps[..end]) && makes_layers(&steps[end..])).then_some((end, days))
}

fn gap(one: &Step, next: &Step) -> Option<u64> {
    let seconds = next.time?.checked_sub(one.time?)?;
    u64::try_from(seconds / DAY).ok().filter(|&days| days > 0)
}

/// Parses an RFC 3339 time to seconds since 1970.
fn seconds(time: &str) -> Option<i64> {
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
    fn times_are_seconds_since_1970() {
        assert_eq!(seconds("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(seconds("2018-12-26T08:20:42.687925000Z"), Some(1_545_812_442));
        assert_eq!(seconds("2024-02-29T23:59:59+02:00"), Some(1_709_243_999));
        assert_eq!(
            (seconds("0001-01-01T00:00:00Z").unwrap() < 0, seconds("yesterday"), seconds("2024-13-01T00:00:00Z")),
            (true, None, None)
        );
    }
}
