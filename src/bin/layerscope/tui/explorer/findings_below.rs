//! An index of the bytes of findings below any path.

use layerscope::advice::findings::{Fate, Finding};
use layerscope::tree::Tree;

use super::wasted::WastedBelow;

/// The visible files of each finding, in the order of a walk over the tree.
#[derive(Debug, Default)]
pub struct FindingsBelow {
    of_finding: Vec<Vec<FileAt>>,
}

#[derive(Debug, Clone, Copy)]
struct FileAt {
    place: u32,
    /// The bytes of this file and of all before it.
    sum: u64,
}

impl FindingsBelow {
    pub fn new(findings: &[Finding], tree: &Tree, order: &WastedBelow) -> Self {
        let files = |finding: &Finding| {
            if finding.fate != Fate::Left {
                return Vec::new();
            }
            let place = |version| order.span(tree.node_of(version)).0;
            let mut files: Vec<_> = finding
                .inodes
                .iter()
                .map(|&version| FileAt { place: place(version), sum: tree.size(version) })
                .collect();
            files.sort_unstable_by_key(|file| file.place);
            let mut sum = 0;
            for file in &mut files {
                sum += file.sum;
                file.sum = sum;
            }
            files
        };
        Self { of_finding: findings.iter().map(files).collect() }
    }

    /// Returns the bytes of a finding at places from `first` to before `end`.
    pub fn bytes(&self, finding: usize, (first, end): (u32, u32)) -> u64 {
        let Some(files) = self.of_finding.get(finding) else { return 0 };
        let before = |place: u32| {
            let at = files.partition_point(|file| file.place < place);
            at.checked_sub(1).map_or(0, |at| files[at].sum)
        };
        before(end) - before(first)
    }
}
