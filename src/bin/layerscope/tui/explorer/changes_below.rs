//! An index of the bytes that each change leaves out below any path.

use layerscope::advice::assessment::Study;
use layerscope::advice::avoidable::left_out;
use layerscope::{Inspection, LayerIndex};

use super::wasted::WastedBelow;

/// The files that each change leaves out, in the order of a walk over the tree.
#[derive(Debug, Default)]
pub struct ChangesBelow {
    of_change: Vec<Vec<FileAt>>,
}

#[derive(Debug, Clone, Copy)]
struct FileAt {
    place: u32,
    /// The layer from which on the image would do without it: the one that removes it, or the one
    /// that adds it.
    since: LayerIndex,
    bytes: u64,
}

impl ChangesBelow {
    pub fn new(inspection: &Inspection, study: &Study, order: &WastedBelow) -> Self {
        let tree = &inspection.tree;
        let of_change = study.changes.iter().map(|change| {
            let files = left_out(inspection, study, change).into_iter().map(|inode| FileAt {
                place: order.span(tree.node_of(inode)).0,
                since: tree.removal(inode).map_or(tree.added_in(inode), |removal| removal.layer),
                bytes: tree.size(inode),
            });
            let mut files: Vec<_> = files.collect();
            files.sort_unstable_by_key(|file| file.place);
            files
        });
        Self { of_change: of_change.collect() }
    }

    /// Returns the bytes that a change leaves out at places from `first` to before `end`, as of a
    /// layer.
    pub fn bytes(&self, change: usize, (first, end): (u32, u32), layer: LayerIndex) -> u64 {
        let files = self.of_change.get(change).map_or(&[][..], |files| files);
        let from = files.partition_point(|file| file.place < first);
        let to = files.partition_point(|file| file.place < end);
        let there = files[from..to].iter().filter(|file| file.since <= layer);
        there.map(|file| file.bytes).sum()
    }
}
