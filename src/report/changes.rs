//! The changes of an assessment in the words that every report uses.

use super::advice::why_wasted;
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::avoidable::Avoidable;
use crate::advice::changes::{Change, Extent};
use crate::advice::findings::Finding;
use crate::analysis::{WastedGroup, short};
use crate::display::{Escaped, Units, escaped, escaped_str, files, plural, shown};
use crate::layer_index::LayerIndex;
use crate::recorded::{ChangeRecord, ContentRecord, StepRecord};
use crate::shell::pretty_shell;
use crate::tree::NodeId;

/// The meaning of savings and sizes of changes.
pub const ALONE: &str = "Each saving and each size is that of the one change alone.";
/// The most packages that are named, the largest first.
const PACKAGES: usize = 5;
/// The most titles in the words for what a change leaves out.
const TITLES: usize = 3;

/// Returns all changes of an assessment, in its order.
pub fn changes(inspection: &Inspection, study: &Study) -> Vec<ChangeRecord> {
    study.changes.iter().map(|change| Telling { inspection, study, change }.record()).collect()
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
            (Some(finding), 0) if change.findings.len() == 1 => Some(finding),
            _ => None,
        };
        let contains = match only {
            Some(_) => Vec::new(),
            None => change.findings.iter().map(|&i| self.content(i)).collect(),
        };
        let places = only.iter().flat_map(|finding| &finding.places);
        let packages = self.findings().next().into_iter().flat_map(|finding| &finding.packages);
        let surplus = change.surplus.iter().flat_map(|surplus| &surplus.unneeded.packages);
        ChangeRecord {
            part: change.part.word().into(),
            title: escaped_str(&change.fix.title()),
            advice: escaped_str(&change.fix.what),
            grade: change.grade().into(),
            certainty: change.certainty.grade().into(),
            saves_bytes: change.saves,
            size_bytes: change.size,
            what: self.what(only),
            layers: self.layers(),
            others_bytes: if contains.is_empty() { 0 } else { change.others() },
            others: others(change.extent).into(),
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
            step: step_of(finding),
        }
    }

    /// Says what the change leaves out.
    fn what(&self, only: Option<&Finding>) -> Escaped {
        let change = self.change;
        match (only, change.extent) {
            (Some(finding), _) => title(finding),
            (None, Extent::Merge) => removed_files(self.inspection, &change.groups),
            (None, Extent::Packages) => {
                let count = change.surplus.iter().map(|it| it.unneeded.packages.len()).sum();
                let packages = escaped_str(&plural(count, "package"));
                shown!("{} that others only recommend", packages)
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
        });
        let surplus = self.change.surplus.iter();
        let surplus = surplus.map(|it| StepRecord { added_in: it.layer().get(), removed_in: None });
        let mut layers: Vec<_> =
            self.findings().map(step_of).chain(groups).chain(surplus).collect();
        layers.sort_unstable();
        layers.dedup();
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
            texts = self.findings().filter_map(|finding| finding.fix.dockerfile.as_ref()).collect();
            let mut seen = std::collections::HashSet::new();
            texts.retain(|text| seen.insert(*text));
        }
        if self.change.extent == Extent::Packages {
            texts = self.change.surplus.iter().map(|surplus| &surplus.line).collect();
        }
        let ignored = fix.dockerignore.iter().map(|line| escaped_str(line.trim_end()));
        texts.into_iter().flat_map(|text| instruction_lines(text)).chain(ignored).collect()
    }
}

/// Returns the title of a finding with its number of files.
fn title(finding: &Finding) -> Escaped {
    shown!("{}, {}", escaped_str(&finding.title), escaped_str(&files(finding.files)))
}

fn step_of(finding: &Finding) -> StepRecord {
    let removed_in = finding.removed_in().map(LayerIndex::get);
    StepRecord { added_in: finding.added_in.get(), removed_in }
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
            format!("layer {}, removed in {removed_in}", step.added_in)
        }
        _ => format!("layer {}", step.added_in),
    }
}

/// Returns what a change leaves out beside its findings.
pub fn others(extent: Extent) -> &'static str {
    match extent {
        Extent::Findings | Extent::Packages => "of other files",
        Extent::Merge => "of other files that these layers add and remove",
        Extent::Stage => "of other files that the program does not need",
    }
}

/// Returns what was removed, such as `5,792 files deleted in /usr`.
fn removed_files(inspection: &Inspection, groups: &[WastedGroup]) -> Escaped {
    let Some(largest) = groups.first() else { return Escaped::default() };
    let count = groups.iter().map(|group| group.count).sum();
    let is_directory = inspection.tree.children(largest.place).next().is_some();
    let at = match count {
        _ if largest.place == NodeId::ROOT => return escaped_str(&files_of(count, largest)),
        _ if groups.len() > 1 => ", mostly in",
        _ if is_directory => " in",
        1 => ":",
        _ => ", mostly in",
    };
    let node = match is_directory && count > 1 {
        true => short(&inspection.tree, largest.place),
        false => largest.place,
    };
    let files = files_of(count, largest);
    let path = place(inspection, node).cut_front(40);
    shown!("{}{} {}", escaped_str(&files), at, path)
}

fn files_of(count: usize, group: &WastedGroup) -> String {
    format!("{} {}", files(count), group.reason.words())
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
