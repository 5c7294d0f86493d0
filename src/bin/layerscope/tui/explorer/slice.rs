//! The sums and changes at every path as of a layer.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::tree::{Change, Changes, NodeId, Snapshot, Totals, Tree, VersionId};

use super::rows::{Measure, Scope};

/// Sums and changes as of a layer, in one of the scopes.
pub struct Slice {
    pub layer: LayerIndex,
    pub scope: Scope,
    moment: Snapshot,
    /// The download size of each path, once it has been requested.
    download: Option<Vec<u64>>,
}

impl Slice {
    pub fn new(tree: &Tree, layer: LayerIndex) -> Self {
        Self { layer, scope: Scope::default(), moment: Snapshot::new(tree, layer), download: None }
    }

    pub fn move_to(&mut self, tree: &Tree, layer: LayerIndex) {
        if layer != self.layer {
            self.layer = layer;
            self.moment.move_to(tree, layer);
            self.download = None;
        }
    }

    /// Prepares a measure.
    pub fn prepare(&mut self, measure: Measure, inspection: &Inspection) {
        if measure == Measure::Download && self.download.is_none() {
            self.download =
                Some(inspection.tree.worth(self.layer, |inode| inspection.download_bytes(inode)));
        }
    }

    pub fn totals(&self, node: NodeId) -> Totals {
        match self.scope {
            Scope::UpTo => self.moment.up_to()[node.index()],
            Scope::Changes => self.moment.own()[node.index()],
        }
    }

    /// Returns the sums of everything up to the layer, regardless of the scope.
    pub fn up_to(&self) -> &[Totals] {
        self.moment.up_to()
    }

    pub fn changes(&self, node: NodeId) -> Changes {
        self.moment.changes()[node.index()]
    }

    /// Returns the layer's change to a path. A directory with changes in it counts as changed.
    pub fn change(&self, tree: &Tree, node: NodeId) -> Change {
        let below = self.changes(node);
        match tree.change(node, self.layer) {
            Change::Unchanged | Change::Metadata if below.contents() => Change::Modified,
            Change::Unchanged if below.metadata => Change::Metadata,
            change => change,
        }
    }

    /// Returns the version at a path or, if it was removed by then, its last one.
    pub fn version(&self, tree: &Tree, node: NodeId) -> Option<VersionId> {
        let newest = || tree.versions(node).find(|&version| tree.added_in(version) <= self.layer);
        tree.at(node, self.layer).or_else(newest)
    }

    /// Returns the visible and the wasted size of a path in a measure.
    pub fn sizes(&self, inspection: &Inspection, node: NodeId, measure: Measure) -> (u64, u64) {
        let totals = self.totals(node);
        match measure {
            Measure::Visible => (totals.visible, 0),
            Measure::Size => (totals.visible, totals.wasted),
            Measure::Wasted => (0, totals.wasted),
            Measure::Download => {
                let download = match self.scope {
                    Scope::UpTo => {
                        self.download.as_ref().map_or(0, |download| download[node.index()])
                    }
                    Scope::Changes => inspection.download_share(self.layer, totals.visible),
                };
                let up_to = self.moment.up_to()[node.index()];
                let wasted = u128::from(download) * u128::from(up_to.wasted)
                    / u128::from(up_to.size().max(1));
                let wasted = u64::try_from(wasted).unwrap_or(download);
                (download - wasted, wasted)
            }
        }
    }
}
