//! The changes of an assessment in the words that every report uses.

use std::cmp::Reverse;

use super::advice::why_wasted;
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::avoidable::Avoidable;
use crate::advice::changes::{Change, Extent, Other};
use crate::advice::dockerfile::Staged;
use crate::advice::findings::Finding;
use crate::advice::ladder::multi_stage;
use crate::analysis::{WastedGroup, reasons, short};
use crate::display::{Escaped, Units, either, escaped, escaped_str, files, shown};
use crate::layer_index::LayerIndex;
use crate::recorded::{ChangeRecord, ContentRecord, OtherRecord, StepRecord};
use crate::shell::pretty_shell;
use crate::tree::{NodeId, Reason};

/// The meaning of savings and sizes of changes.
pub const ALONE: &str = "Each saving and each size is that of the one change alone: two changes may leave out the same files.";
/// The most packages that are named, the largest first.
const PACKAGES: usize = 5;
/// The most titles in the words for what a change leaves out.
const TITLES: usize = 3;

/// Returns all changes of an assessment, in its order.
pub fn changes(inspection: &Inspection, study: &Study) -> Vec<ChangeRecord> {
    let record = |change| Telling { inspection, study, change }.record();
    study.changes.iter().map(record).collect()
}

/// A change that is put into words.
struct Telling<'a> {
    inspection: &'a Inspection,
    study: &'a Study,
    change: &'a Change,
}

impl<'a> Telling<'a> {
    fn record(&self) -> ChangeRecord {
        let change = self.change;
        let only = match (self.findings().next(), change.others()) {
            (Some(finding), 0) if change.findings.len() == 1 && change.shared.is_empty() => {
                Some(finding)
            }
            _ => None,
        };
        let parts = change.findings.iter().chain(&change.shared);
        let mut contains: Vec<_> = parts.map(|&i| self.content(i)).collect();
        contains.sort_by_key(|part| Reverse(part.bytes));
        if only.is_some() {
            contains.clear();
        }
        let places = only.iter().flat_map(|finding| &finding.places);
        let packages = self.findings().next().into_iter().flat_map(|finding| &finding.packages);
        let surplus = change.surplus.iter().flat_map(|surplus| &surplus.unneeded.packages);
        ChangeRecord {
            part: change.part.word().into(),
            title: escaped_str(&change.title()),
            advice: escaped_str(&change.fix.what),
            grade: change.grade().into(),
            certainty: change.grade().into(),
            size_certainty: change.certainty.grade().into(),
            saves_bytes: change.saves,
            adds_bytes: change.adds,
            alone_bytes: change.saves,
            size_bytes: change.size,
            what: self.what(only),
            layers: self.layers(),
            others_bytes: if contains.is_empty() { 0 } else { change.others() },
            others: others(change.extent).into(),
            named_others: if contains.is_empty() { Vec::new() } else { self.others() },
            contains,
            places: places.map(|spot| place(self.inspection, spot.node)).collect(),
            packages: packages
                .map(|(name, _)| name)
                .chain(surplus)
                .take(PACKAGES)
                .cloned()
                .collect(),
            why: self.why(),
            lines: self.lines(),
        }
    }

    fn findings(&self) -> impl Iterator<Item = &'a Finding> + use<'a> {
        let study = self.study;
        self.change.findings.iter().map(move |&i| &study.findings[i])
    }

    fn content(&self, index: usize) -> ContentRecord {
        let finding = &self.study.findings[index];
        let largest = finding.places.first().filter(|spot| spot.node != NodeId::ROOT);
        ContentRecord {
            finding: index,
            title: escaped_str(&finding.title),
            path: largest.map(|spot| place(self.inspection, spot.node)),
            bytes: finding.bytes,
            is_shared: !self.change.findings.contains(&index),
            step: step_of(finding),
        }
    }

    fn others(&self) -> Vec<OtherRecord> {
        let record = |other: &Other| OtherRecord { what: other.what.clone(), bytes: other.bytes };
        self.change.named_others.iter().map(record).collect()
    }

    /// Says what the change leaves out.
    fn what(&self, only: Option<&Finding>) -> Escaped {
        let change = self.change;
        match (only, change.extent) {
            (Some(finding), _) => title(finding),
            (None, Extent::Merge) => removed_files(self.inspection, &change.groups),
            (None, Extent::Packages(kind)) => {
                let count = change.surplus.iter().map(|it| it.unneeded.packages.len()).sum();
                escaped_str(&kind.counted(count))
            }
            (None, Extent::Stage) => "all that the program does not need".into(),
            (None, Extent::Findings) if change.findings.is_empty() => {
                removed_files(self.inspection, &change.groups)
            }
            (None, Extent::Findings) => {
                if let [only] = &change.findings[..] {
                    let finding = &self.study.findings[*only];
                    return title(finding);
                }
                let mut titles: Vec<_> =
                    self.findings().map(|finding| escaped_str(&finding.title)).collect();
                let mut seen = std::collections::HashSet::new();
                titles.retain(|title| seen.insert(title.clone()));
                let more = titles.len().saturating_sub(TITLES);
                titles.truncate(TITLES);
                let more = if more == 0 { String::new() } else { format!(", and {more} more") };
                shown!("{}{}", Escaped::join(titles, ", "), escaped_str(&more))
            }
        }
    }

    fn layers(&self) -> Vec<StepRecord> {
        let groups = self.change.groups.iter().map(|group| StepRecord {
            added_in: group.added_in.get(),
            removed_in: Some(group.removed_in.get()),
            reason: Some(group.reason),
        });
        let shared = self.change.shared.iter().map(|&i| step_of(&self.study.findings[i]));
        let edits = self.change.edits.iter().flat_map(|edit| [edit.layers.0, edit.layers.1]);
        let edited = edits.map(|layer| StepRecord::visible(layer.get()));
        let surplus = self.change.surplus.iter();
        let surplus = surplus.map(|it| StepRecord::visible(it.layer().get()));
        let mut layers: Vec<_> =
            self.findings().map(step_of).chain(groups).chain(surplus).chain(shared).collect();
        let known: Vec<_> = layers.iter().map(|step| step.added_in).collect();
        layers.extend(edited.filter(|step| !known.contains(&step.added_in)));
        layers.sort_unstable();
        // Of two reasons the one that is more than a rewrite comes first, and stays.
        layers.dedup_by_key(|step| (step.added_in, step.removed_in));
        layers
    }

    fn why(&self) -> Escaped {
        match self.change.groups.first().filter(|_| self.change.why.is_empty()) {
            Some(group) => shown!("{}.", why_wasted(group)),
            None => escaped_str(&self.change.why),
        }
    }

    /// Returns the lines that can be copied: of a Dockerfile, then of a `.dockerignore`.
    fn lines(&self) -> Vec<Escaped> {
        let fix = &self.change.fix;
        let mut texts: Vec<_> = fix.dockerfile.iter().collect();
        if self.change.extent == Extent::Findings {
            let has_edits = !self.change.edits.is_empty();
            let edits = self.change.edits.iter().map(|edit| &edit.line);
            let others = self.findings().filter(|it| !(has_edits && it.fix.is_of_a_tool()));
            texts = edits.chain(others.filter_map(|it| it.fix.dockerfile.as_ref())).collect();
            let mut seen = std::collections::HashSet::new();
            texts.retain(|text| seen.insert(*text));
        }
        if matches!(self.change.extent, Extent::Packages(_)) {
            texts = self.change.surplus.iter().map(|surplus| &surplus.line).collect();
        }
        let ignored = fix.dockerignore.iter().map(|line| escaped_str(line.trim_end()));
        let lines: Vec<_> =
            texts.into_iter().flat_map(|text| instruction_lines(text)).chain(ignored).collect();
        if lines.is_empty() { self.draft() } else { lines }
    }

    /// Returns the lines of a change that no single instruction stands for.
    fn draft(&self) -> Vec<Escaped> {
        let change = self.change;
        let text = match change.is_stage() {
            true => self.stages(),
            false => change.draft.clone(),
        };
        let lines = text.iter().flat_map(|text| text.lines());
        lines.map(|line| escaped_str(line.trim_end())).collect()
    }

    /// Returns the whole Dockerfile in stages; where it cannot be drafted, the reason, and the lines
    /// to start from.
    fn stages(&self) -> Option<String> {
        let study = self.study;
        let known = multi_stage(&study.ladder).map(|(_, step)| step.how.as_str());
        match &study.staged {
            Some(Staged::Draft(text)) => Some(text.clone()),
            // Lines that leave out what the program needs would be worse than none.
            Some(Staged::Refused(reason)) => {
                let lines = known.map(|lines| format!("\n{lines}")).unwrap_or_default();
                Some(format!("# {reason}{lines}"))
            }
            None => known.map(Into::into),
        }
    }
}

/// Returns the title of a finding with its number of files.
fn title(finding: &Finding) -> Escaped {
    shown!("{}, {}", escaped_str(&finding.title), escaped_str(&files(finding.files)))
}

fn step_of(finding: &Finding) -> StepRecord {
    let removed_in = finding.removed_in().map(LayerIndex::get);
    let reason = finding.reason.filter(|_| removed_in.is_some());
    StepRecord { added_in: finding.added_in.get(), removed_in, reason }
}

/// Returns the layers that removed what a change leaves out, and those that rewrote it unchanged,
/// each with the words before them.
pub fn removals(change: &ChangeRecord) -> [(&'static str, Vec<usize>); 2] {
    [("removed", "removed in"), ("rewritten", "rewritten in")].map(|(past, words)| {
        let of_kind = change.layers.iter().filter(|step| Reason::past_of(step.reason) == past);
        let removes = |step: &StepRecord| step.removed_in.filter(|layer| *layer != step.added_in);
        let mut layers: Vec<_> = of_kind.filter_map(removes).collect();
        layers.sort_unstable();
        layers.dedup();
        (words, layers)
    })
}

/// Returns whether another part of a change has the same words, so that the layers tell them apart.
pub fn is_twice(part: &ContentRecord, all: &[ContentRecord]) -> bool {
    let same = all.iter().filter(|other| (&other.title, &other.path) == (&part.title, &part.path));
    same.count() > 1
}

/// Returns the layer that added a part of a change, and the one that removed it.
pub fn layers_of(step: &StepRecord) -> String {
    match step.removed_in {
        Some(removed_in) if removed_in != step.added_in => {
            format!("layer {}, {} in {removed_in}", step.added_in, Reason::past_of(step.reason))
        }
        _ => format!("layer {}", step.added_in),
    }
}

/// Returns what a change leaves out beside its findings.
pub fn others(extent: Extent) -> &'static str {
    match extent {
        Extent::Findings | Extent::Packages(_) => "of other files",
        Extent::Merge => "of other files that these layers add and remove",
        Extent::Stage => "of other files that the program does not need",
    }
}

/// Returns what was removed, such as `5,765 files deleted in /usr`.
fn removed_files(inspection: &Inspection, groups: &[WastedGroup]) -> Escaped {
    let Some(largest) = groups.first() else { return Escaped::default() };
    let count = groups.iter().map(|group| group.count).sum();
    let is_directory = inspection.tree.children(largest.place).next().is_some();
    let at = match count {
        _ if largest.place == NodeId::ROOT => {
            return escaped_str(&files_of(inspection, count, groups));
        }
        _ if is_directory && (groups.len() > 1 || !largest.all_in_place) => ", mostly in",
        _ if is_directory => " in",
        1 => ":",
        _ => ", mostly",
    };
    let node = match is_directory && count > 1 {
        true => short(&inspection.tree, largest.place),
        false => largest.place,
    };
    let files = files_of(inspection, count, groups);
    let path = place(inspection, node).cut_front(40);
    shown!("{}{} {}", escaped_str(&files), at, path)
}

/// Returns how many files what removed, such as `142 files overwritten or deleted`.
fn files_of(inspection: &Inspection, count: usize, groups: &[WastedGroup]) -> String {
    let mut words: Vec<_> =
        reasons(inspection, groups).iter().map(|reason| reason.words()).collect();
    let mut seen = std::collections::HashSet::new();
    words.retain(|word| seen.insert(*word));
    format!("{} {}", files(count), either(&words))
}

/// Returns the bytes of each part of the image in words; `None` if there are none.
pub fn summary(sums: Avoidable, units: Units) -> Option<String> {
    let parts = [
        (sums.own, "avoidable in your layers"),
        (sums.optional, "optional"),
        (sums.base, "in the base image"),
    ];
    let parts: Vec<_> = parts
        .iter()
        .filter(|(bytes, _)| *bytes > 0)
        .map(|(bytes, whose)| format!("{} {whose}", units.size(*bytes)))
        .collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// Returns the remark above changes of the base image, which may have a name.
pub fn base_remark(name: Option<&Escaped>) -> Escaped {
    let name = name.map_or_else(Escaped::default, |name| shown!(" {}", name));
    shown!(
        "In the base image{}. To avoid these, use another base image or a multi-stage build.",
        name
    )
}

/// Returns a path, escaped.
pub fn place(inspection: &Inspection, node: NodeId) -> Escaped {
    escaped(&inspection.tree.path(node))
}

/// Breaks an instruction between its commands, so that it can be read and copied.
pub fn instruction_lines(instruction: &str) -> Vec<Escaped> {
    let joined = instruction.replace(" \\\n", " ");
    match joined.strip_prefix("RUN ").filter(|command| !command.contains('\n')) {
        Some(command) => {
            let mut lines = pretty_shell(command);
            if let Some(first) = lines.first_mut() {
                *first = shown!("RUN {}", *first);
            }
            lines
        }
        None => instruction.lines().map(|line| escaped_str(line.trim_end())).collect(),
    }
}
