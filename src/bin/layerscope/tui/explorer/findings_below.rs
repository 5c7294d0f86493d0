//! An index of the bytes of findings below any path.

use layerscope::advice::assessment::Study;
use layerscope::advice::findings::{Fate, Finding};
use layerscope::advice::unneeded::Surplus;
use layerscope::tree::{Tree, VersionId};

use super::wasted::WastedBelow;

/// The visible files of each finding, in the order of a walk over the tree.
#[derive(Debug, Default)]
pub struct FindingsBelow {
    of_finding: Vec<Vec<FileAt>>,
    /// The packages that are only recommended.
    surplus: Vec<FileAt>,
}

#[derive(Debug, Clone, Copy)]
struct FileAt {
    place: u32,
    /// The bytes of this file and of all before it.
    sum: u64,
}

impl FindingsBelow {
    pub fn new(study: &Study, tree: &Tree, order: &WastedBelow) -> Self {
        let files = |inodes: &mut dyn Iterator<Item = VersionId>| {
            let place = |version| order.span(tree.node_of(version)).0;
            let mut files: Vec<_> = inodes
                .map(|version| FileAt { place: place(version), sum: tree.size(version) })
                .collect();
            files.sort_unstable_by_key(|file| file.place);
            let mut sum = 0;
            for file in &mut files {
                sum += file.sum;
                file.sum = sum;
            }
            files
        };
        let of_finding = |finding: &Finding| match finding.fate {
            Fate::Left => files(&mut finding.inodes.iter().copied()),
            Fate::Gone { .. } => Vec::new(),
        };
        Self {
            of_finding: study.findings.iter().map(of_finding).collect(),
            surplus: files(&mut Surplus::inodes(&study.ladder_inputs.surplus)),
        }
    }

    /// Returns the bytes of a finding at places from `first` to before `end`.
    pub fn bytes(&self, finding: usize, span: (u32, u32)) -> u64 {
        self.of_finding.get(finding).map_or(0, |files| bytes(files, span))
    }

    /// Returns the bytes of packages that are only recommended at such places.
    pub fn bytes_of_surplus(&self, span: (u32, u32)) -> u64 {
        bytes(&self.surplus, span)
    }
}

fn bytes(files: &[FileAt], (first, end): (u32, u32)) -> u64 {
    let before = |place: u32| {
        let at = files.partition_point(|file| file.place < place);
        at.checked_sub(1).map_or(0, |at| files[at].sum)
    };
    before(end) - before(first)
}
