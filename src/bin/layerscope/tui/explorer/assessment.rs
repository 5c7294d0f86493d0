//! All that the explorer shows of a study, made beside the screen: it takes the longer the larger the
//! image is.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use layerscope::Inspection;
use layerscope::advice::assessment::Study;
use layerscope::advice::avoidable::Avoidable;
use layerscope::advice::changes::Extent;
use layerscope::advice::merges::Merges;
use layerscope::advice::secrets::{Place, Secret};
use layerscope::advice::unneeded::Surplus;
use layerscope::tree::{NodeId, Tree, VersionId};

use super::changes_below::ChangesBelow;
use super::wasted::WastedBelow;

/// A study with what the explorer shows of it.
pub struct Assessment {
    pub study: Arc<Study>,
    pub avoidable: Avoidable,
    /// The avoidable bytes of each layer.
    pub avoidable_of_layers: Vec<u64>,
    pub(super) changes_below: ChangesBelow,
    pub(super) merges: Merges,
    /// The files with secrets, and the directories above them.
    pub(super) secret_paths: HashSet<NodeId>,
    /// The directory with most of the packages that the first change does not install.
    pub(super) packages_place: NodeId,
}

impl Assessment {
    /// Prepares the study of an image as it is shown; `order` is that of the explorer's wasted bytes.
    pub fn new(inspection: &Inspection, study: &Arc<Study>, order: &WastedBelow) -> Self {
        let tree = &inspection.tree;
        let first = study.changes.first();
        let packages = first.filter(|change| matches!(change.extent, Extent::Packages(_)));
        let packages = packages.map_or(&[][..], |change| &change.surplus);
        let secrets = study.secrets.as_ref().map_or(&[][..], |secrets| &secrets.list);
        Self {
            study: study.clone(),
            avoidable: Avoidable::measure(study),
            avoidable_of_layers: Avoidable::of_layers(inspection, study),
            changes_below: ChangesBelow::new(inspection, study, order),
            merges: study.ladder_inputs.merges.clone(),
            secret_paths: secret_paths(tree, secrets),
            packages_place: biggest_place(tree, Surplus::inodes(packages)),
        }
    }
}

#[cfg(test)]
impl super::Explorer {
    /// Takes in a study of the image.
    pub fn studies(&mut self, study: &Arc<Study>) {
        let inspection = self.inspection.clone();
        self.assess(Assessment::new(&inspection, study, &self.wasted_below));
    }
}

fn secret_paths(tree: &Tree, secrets: &[Secret]) -> HashSet<NodeId> {
    let mut paths = HashSet::new();
    for secret in secrets {
        let Place::File { mut node, .. } = secret.place else { continue };
        while paths.insert(node) && node != NodeId::ROOT {
            node = tree.parent(node);
        }
    }
    paths
}

/// Returns the lowest directory with more than half of the bytes of some files.
fn biggest_place(tree: &Tree, inodes: impl Iterator<Item = VersionId>) -> NodeId {
    let mut sums: HashMap<NodeId, u64> = HashMap::new();
    for inode in inodes {
        let mut node = tree.node_of(inode);
        while node != NodeId::ROOT {
            node = tree.parent(node);
            *sums.entry(node).or_default() += tree.size(inode);
        }
    }
    let all = sums.get(&NodeId::ROOT).copied().unwrap_or(0);
    let (mut here, mut is_last) = (NodeId::ROOT, false);
    while !is_last {
        let has_most = |child: &NodeId| sums.get(child).is_some_and(|&bytes| bytes > all / 2);
        let next = tree.children(here).find(has_most);
        is_last = next.is_none();
        here = next.unwrap_or(here);
    }
    here
}
