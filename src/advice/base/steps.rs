//! Reads the history for traces of base images: the kind and the time of each instruction.

use crate::analysis::Inspection;
use crate::display::Escaped;
use crate::escape::Untrusted;
use crate::image::Instruction;

use crate::display::{DAY, seconds};

/// An entry of the history.
#[derive(Debug)]
pub struct Step {
    /// The instruction, in one line.
    pub text: Escaped,
    /// The builder's comment.
    pub comment: Option<Untrusted>,
    /// True if the entry made a layer.
    pub makes_layer: bool,
    /// The time in seconds since 1970; `None` if the builder writes no real time.
    pub time: Option<i64>,
}

impl Step {
    /// Returns whether the entry adds an operating system as the first layer of `layers`.
    pub fn brings_a_system(&self, layers: usize) -> bool {
        let text = self.text.as_str();
        if layers > 1 {
            !text.starts_with("COPY --from") && !text.starts_with("RUN ")
        } else {
            self.unpacks_a_system()
        }
    }

    /// Returns whether the entry imports or unpacks a whole filesystem.
    pub fn unpacks_a_system(&self) -> bool {
        let text = self.text.as_str();
        let added = text.starts_with("ADD ") && (text.ends_with(" /") || text.ends_with(" in /"));
        added || text.starts_with("# debian.sh") || Instruction::is_imported(text)
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
        time: entry
            .created
            .as_ref()
            .and_then(|time| seconds(time.raw()))
            .filter(|&time| time > 10 * 365 * DAY),
    };
    inspection.history.iter().map(step).collect()
}

/// Returns the number of entries of the base image and its name, if the builder recorded them
/// (buildah: `FROM name`).
pub fn noted_by_the_builder(steps: &[Step]) -> Option<(usize, String)> {
    // After the first instruction, buildah names the intermediate image by its ID.
    let is_id = |name: &str| name.len() == 12 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let name = |step: &Step| {
        let name = step.comment.as_ref()?.raw().trim().strip_prefix("FROM ")?.trim();
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
    let gaps =
        (1..steps.len()).filter_map(|later| Some((later, gap(&steps[later - 1], &steps[later])?)));
    let (end, days) = gaps.max_by_key(|&(_, days)| days)?;
    let makes_layers = |steps: &[Step]| steps.iter().any(|step| step.makes_layer);
    (makes_layers(&steps[..end]) && makes_layers(&steps[end..])).then_some((end, days))
}

fn gap(one: &Step, next: &Step) -> Option<u64> {
    let seconds = next.time?.checked_sub(one.time?)?;
    u64::try_from(seconds / DAY).ok().filter(|&days| days > 0)
}
