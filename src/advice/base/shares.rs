//! Splits the bytes of your layers by purpose.

use crate::advice::findings::{Matches, Purpose, Rules, has_any};
use crate::analysis::Inspection;
use crate::files::packages::Packages;
use crate::tree::NodeId;

/// The bytes of your layers that serve one purpose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// The purpose.
    pub purpose: Purpose,
    /// The size in bytes.
    pub bytes: u64,
    /// The wasted part of the size.
    pub wasted: u64,
}

/// Splits the bytes of the layers from `base` on by purpose, in the order of [`Purpose::ALL`],
/// without empty shares.
///
/// The paths in `application` and everything below them count as the application, unless a rule or
/// a well-known place decides otherwise.
pub(crate) fn shares(
    inspection: &Inspection,
    rules: &Rules,
    matches: &Matches,
    base: usize,
    application: &[NodeId],
    packages: &Packages,
) -> Vec<Share> {
    let tree = &inspection.tree;
    let mut sums = Purpose::ALL.map(|purpose| Share { purpose, bytes: 0, wasted: 0 });
    let inside = below(inspection, application);
    let mut exactly = application.to_vec();
    exactly.sort_unstable();
    let fits =
        |text: &str| rules.places.iter().map(|place| has_any(text, &place.made_by)).collect();
    let fits: Vec<Vec<bool>> =
        inspection.layers.iter().map(|layer| fits(&layer.instruction.one_line())).collect();
    for (version, removal) in
        tree.inodes_with_removals().filter(|&(version, _)| tree.added_in(version) >= base)
    {
        let node = matches.name_of(tree, version);
        let place = || {
            let number = usize::from(matches.place[node.index()]?);
            fits[tree.added_in(version)][number].then(|| rules.places[number].purpose)
        };
        let installed = || {
            let layer = packages.layer_for(tree, version, removal);
            packages.owner(tree, layer, node).map(|_| Purpose::Packages)
        };
        let purpose = if exactly.binary_search(&node).is_ok() {
            Purpose::Application
        } else if let Some(rule) = matches.rule[node.index()] {
            rules.list[usize::from(rule)].purpose
        } else {
            match place() {
                Some(purpose) if purpose != Purpose::Packages => purpose,
                _ if inside[node.index()] => Purpose::Application,
                guess => {
                    installed().or(guess.filter(|_| !packages.known())).unwrap_or(Purpose::Other)
                }
            }
        };
        let share = &mut sums[purpose as usize];
        share.bytes += tree.size(version);
        share.wasted += removal.map_or(0, |_| tree.size(version));
    }
    sums.into_iter().filter(|share| share.bytes > 0).collect()
}

/// Returns, for each path, whether it is one of `roots` or below one; indexed like [`NodeId`].
fn below(inspection: &Inspection, roots: &[NodeId]) -> Vec<bool> {
    let tree = &inspection.tree;
    let mut inside = vec![false; tree.node_count()];
    roots.iter().for_each(|root| inside[root.index()] = true);
    if !roots.is_empty() {
        // A directory precedes its contents.
        for node in tree.nodes() {
            inside[node.index()] |= inside[tree.parent(node).index()];
        }
    }
    inside
}
