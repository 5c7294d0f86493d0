//! Findings in groups that have one fix, and the sentences about them: the same in every report.

use std::collections::HashMap;

use super::advice::advice;
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::findings::{Fate, Finding, Level};
use crate::analysis::{WastedGroup, short, wasted_groups};
use crate::display::{Escaped, Units, escaped, escaped_str, files, plural, shown};
use crate::layer_index::LayerIndex;
use crate::shell::pretty_shell;
use crate::tree::NodeId;

/// Findings that are shown together because they have one fix.
pub enum Block<'a> {
    /// The bytes that one layer adds and another removes, with the findings about them.
    Pair(WastedGroup, Vec<&'a Finding>),
    /// Bytes that are still visible.
    Left(&'a Finding),
}

/// All blocks of an image, each list with the largest first.
pub struct Blocks<'a> {
    /// Bytes in your layers that are almost certainly unwanted.
    pub sure: Vec<Block<'a>>,
    /// Bytes in your layers that need a look.
    pub optional: Vec<Block<'a>>,
    /// Bytes in the base image.
    pub base: Vec<Block<'a>>,
}

impl<'a> Blocks<'a> {
    /// Groups the findings of a study, and the wasted bytes that no finding is about.
    pub fn of(inspection: &Inspection, study: &'a Study) -> Self {
        let mut among: HashMap<_, Vec<&Finding>> = HashMap::new();
        for finding in &study.findings {
            among.entry((finding.added_in, finding.removed_in())).or_default().push(finding);
        }
        let mut parts = |group: &WastedGroup| {
            among.remove(&(group.added_in, Some(group.removed_in))).unwrap_or_default()
        };
        let mut blocks: Vec<_> = wasted_groups(inspection)
            .into_iter()
            .filter(|group| group.bytes > 0)
            .map(|group| {
                let parts = parts(&group);
                Block::Pair(group, parts)
            })
            .collect();
        blocks.extend(study.findings.iter().filter(|f| f.fate == Fate::Left).map(Block::Left));
        blocks.sort_by_key(|block| std::cmp::Reverse(block.bytes()));
        let (base, own): (Vec<_>, Vec<_>) =
            blocks.into_iter().partition(|block| block.added_in() < study.base.layers);
        let (sure, optional) = own.into_iter().partition(Block::is_sure);
        Self { sure, optional, base }
    }

    /// Returns the bytes of each list in words; `None` if there are none.
    pub fn summary(&self, units: Units) -> Option<String> {
        let parts = [
            (&self.sure, "in your layers"),
            (&self.optional, "optional"),
            (&self.base, "in the base image"),
        ];
        let parts: Vec<_> = parts
            .iter()
            .map(|(blocks, whose)| (blocks.iter().map(Block::bytes).sum::<u64>(), whose))
            .filter(|(bytes, _)| *bytes > 0)
            .map(|(bytes, whose)| format!("{} {whose}", units.size(bytes)))
            .collect();
        (!parts.is_empty()).then(|| parts.join(", "))
    }
}

impl Block<'_> {
    /// Returns the size in bytes.
    pub fn bytes(&self) -> u64 {
        match self {
            Block::Pair(group, _) => group.bytes,
            Block::Left(finding) => finding.bytes,
        }
    }

    /// Returns the number of files.
    pub fn files(&self) -> usize {
        match self {
            Block::Pair(group, _) => group.count,
            Block::Left(finding) => finding.files,
        }
    }

    /// Returns whether the bytes are almost certainly unwanted.
    fn is_sure(&self) -> bool {
        match self {
            Block::Pair(..) => true,
            Block::Left(finding) => matches!(finding.level, Level::Leftovers | Level::Toolchain),
        }
    }

    /// Returns the layer that added the bytes.
    pub fn added_in(&self) -> LayerIndex {
        match self {
            Block::Pair(group, _) => group.added_in,
            Block::Left(finding) => finding.added_in,
        }
    }

    /// Says in one line where the bytes are and what they are.
    pub fn in_short(&self, inspection: &Inspection) -> Escaped {
        match self {
            Block::Left(finding) => {
                shown!("layer {}: {}", finding.added_in, part_of(inspection, finding))
            }
            Block::Pair(group, parts) => {
                let what = parts.first().map(|part| part_of(inspection, part));
                let what = what.unwrap_or_else(|| place(inspection, group.place).cut_front(30));
                shown!(
                    "layer {}, {} in layer {}: {}",
                    group.added_in,
                    group.reason.words(),
                    group.removed_in,
                    what
                )
            }
        }
    }
}

/// Returns what was removed, such as `5,792 deleted files in`, and the place that belongs behind it.
pub fn removed_files(inspection: &Inspection, group: &WastedGroup) -> (Escaped, NodeId) {
    let is_directory = inspection.tree.children(group.place).next().is_some();
    let at = match group.count {
        _ if is_directory => " in",
        1 => ":",
        _ => ", mostly in",
    };
    let node = if is_directory && group.count > 1 {
        short(&inspection.tree, group.place)
    } else {
        group.place
    };
    let files = plural(group.count, &format!("{} file", group.reason.words()));
    (shown!("{}{}", escaped_str(&files), at), node)
}

/// Returns the findings about a pair of layers that say more than the pair itself.
pub fn telling<'a, 'b>(group: &WastedGroup, parts: &'b [&'a Finding]) -> &'b [&'a Finding] {
    // A single part with all bytes adds no information, unless it has a name.
    let says_more = |part: &&Finding| {
        part.bytes < group.bytes || part.places.iter().any(|place| place.node != group.place)
    };
    if parts.len() > 1 || parts.iter().any(says_more) { parts } else { &[] }
}

/// Returns the reason why the bytes of a pair of layers are in the image, and the fix.
pub fn why_and_fix(
    inspection: &Inspection,
    study: &Study,
    group: &WastedGroup,
    parts: &[&Finding],
) -> (Escaped, Escaped) {
    let (why, what) = advice(inspection, study, group);
    let fix = match parts.first() {
        Some(biggest) => fix(inspection, biggest),
        None => graded(inspection, "exact", &what),
    };
    (why, fix)
}

/// Returns the fix of a finding, with its grade.
pub fn fix(inspection: &Inspection, finding: &Finding) -> Escaped {
    graded(inspection, finding.grade(), &escaped_str(&finding.fix.what))
}

/// Returns the lines of a fix that can be copied: of a Dockerfile, then of a `.dockerignore`.
pub fn fix_lines(finding: &Finding) -> Vec<Escaped> {
    let lines = finding.fix.dockerfile.iter().flat_map(|text| broken(text));
    let ignored = finding.fix.dockerignore.iter().map(|line| escaped_str(line.trim_end()));
    lines.chain(ignored).collect()
}

/// Returns the title of a finding with its number of files.
pub fn title(finding: &Finding) -> Escaped {
    shown!("{}, {}", escaped_str(&finding.title), escaped_str(&files(finding.files)))
}

/// Returns the title and place of a finding in one line.
pub fn part_of(inspection: &Inspection, finding: &Finding) -> Escaped {
    let title = escaped_str(&finding.title);
    match finding.places.first() {
        Some(spot) if spot.node != NodeId::ROOT => {
            shown!("{}: {}", title, place(inspection, spot.node).cut_front(30))
        }
        _ => title,
    }
}

/// Returns the remark above findings in the base image.
pub fn base_remark(study: &Study) -> Escaped {
    let name = study
        .base
        .name
        .as_deref()
        .map_or_else(Escaped::default, |name| shown!(" {}", escaped_str(name)));
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
fn broken(instruction: &str) -> Vec<Escaped> {
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

/// Puts the grade of a claim before it; without a grade, where not all sizes are known.
fn graded(inspection: &Inspection, grade: &'static str, what: &Escaped) -> Escaped {
    if inspection.completeness.sizes_are_exact() {
        shown!("[{}] {}", grade, what)
    } else {
        what.clone()
    }
}
