//! An index of the bytes that each change leaves out below any path.

use std::collections::BTreeMap;

use layerscope::advice::assessment::Study;
use layerscope::advice::findings::Fate;
use layerscope::tree::{Tree, VersionId};
use layerscope::{Inspection, LayerIndex};

use super::wasted::WastedBelow;

/// The files that each change leaves out, and the visible ones of each finding.
#[derive(Debug, Default)]
pub struct ChangesBelow {
    /// By the layer from which on the image would do without them: the one that removes them, or
    /// the one that adds them.
    of_change: Vec<BTreeMap<LayerIndex, Files>>,
    of_finding: Vec<Files>,
}

/// Files in the order of a walk over the tree.
#[derive(Debug, Default)]
struct Files(Vec<FileAt>);

#[derive(Debug, Clone, Copy)]
struct FileAt {
    place: u32,
    /// The bytes of this file and of all before it.
    sum: u64,
}

impl Files {
    fn new(tree: &Tree, order: &WastedBelow, inodes: &[VersionId]) -> Self {
        let place = |inode| order.span(tree.node_of(inode)).0;
        let mut files: Vec<_> = inodes
            .iter()
            .map(|&inode| FileAt { place: place(inode), sum: tree.size(inode) })
            .collect();
        files.sort_unstable_by_key(|file| file.place);
        let mut sum = 0;
        for file in &mut files {
            sum += file.sum;
            file.sum = sum;
        }
        Self(files)
    }

    fn bytes(&self, (first, end): (u32, u32)) -> u64 {
        let before = |place: u32| {
            let at = self.0.partition_point(|file| file.place < place);
            at.checked_sub(1).map_or(0, |at| self.0[at].sum)
        };
        before(end) - before(first)
    }
}

impl ChangesBelow {
    pub fn new(inspection: &Inspection, study: &Study, order: &WastedBelow) -> Self {
        let tree = &inspection.tree;
        let of_change = study.changes.iter().map(|change| {
            let mut layers: BTreeMap<LayerIndex, Vec<VersionId>> = BTreeMap::new();
            for &inode in &change.left_out {
                let since = tree.removal(inode).map_or(tree.added_in(inode), |it| it.layer);
                layers.entry(since).or_default().push(inode);
            }
            let files = |inodes: Vec<_>| Files::new(tree, order, &inodes);
            layers.into_iter().map(|(layer, inodes)| (layer, files(inodes))).collect()
        });
        let of_finding = study.findings.iter().map(|finding| match finding.fate {
            Fate::Left => Files::new(tree, order, &finding.inodes),
            Fate::Gone { .. } => Files::default(),
        });
        Self { of_change: of_change.collect(), of_finding: of_finding.collect() }
    }

    /// Returns the bytes that a change leaves out at places from `first` to before `end`, as of a
    /// layer.
    pub fn bytes(&self, change: usize, span: (u32, u32), layer: LayerIndex) -> u64 {
        let layers = self.of_change.get(change).into_iter().flat_map(|it| it.range(..=layer));
        layers.map(|(_, files)| files.bytes(span)).sum()
    }

    /// Returns the bytes of the visible files of a finding at such places.
    pub fn bytes_of_finding(&self, finding: usize, span: (u32, u32)) -> u64 {
        self.of_finding.get(finding).map_or(0, |files| files.bytes(span))
    }
}
