//! The amount of files to extract.

use layerscope::LayerIndex;
use layerscope::display::{Units, directories, files, plural};
use layerscope::files::extract::What;
use layerscope::tree::{Kind, NodeId, Tree, VersionId};

/// The amount to extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Amount {
    pub files: usize,
    pub directories: usize,
    pub links: usize,
    pub bytes: u64,
}

/// Counts what will be extracted.
pub fn measure(tree: &Tree, what: What, wanted: impl Fn() -> bool) -> Amount {
    let (node, layer) = match what {
        What::AsOf { node, layer } => (node, layer),
        What::Version(version) => {
            let last = tree
                .removed_in(version)
                .map_or(LayerIndex::FINAL, |removed_in| removed_in.previous().unwrap_or_default());
            (tree.node_of(version), last.max(tree.added_in(version)))
        }
    };
    let mut amount = Amount::default();
    let first = match what {
        What::AsOf { .. } => tree.at(node, layer),
        What::Version(version) => Some(version),
    };
    let mut inodes = std::collections::HashSet::new();
    let mut work: Vec<(NodeId, VersionId)> =
        first.map(|version| (node, version)).into_iter().collect();
    while let Some((node, version)) = work.pop().filter(|_| wanted()) {
        match tree.kind(version) {
            Kind::File if tree.is_linked(version) && !inodes.insert(tree.inode(version)) => {
                amount.links += 1;
            }
            Kind::File => {
                amount.files += 1;
                amount.bytes = amount.bytes.saturating_add(tree.size(version));
            }
            Kind::Directory => {
                amount.directories += 1;
                work.extend(
                    tree.children(node).filter_map(|child| Some((child, tree.at(child, layer)?))),
                );
            }
            Kind::Symlink => amount.links += 1,
            Kind::Char | Kind::Block | Kind::Fifo => {}
        }
    }
    amount
}

/// Formats counts: "312 files, 14 directories, 3 links, 12 MiB".
pub fn amount_in_words(amount: Amount, units: Units) -> String {
    let directories = match amount.directories {
        0 => String::new(),
        n => format!("{}, ", directories(n as u64)),
    };
    let links = if amount.links == 0 {
        String::new()
    } else {
        format!("{}, ", plural(amount.links, "link"))
    };
    format!("{}, {directories}{links}{}", files(amount.files), units.size(amount.bytes))
}
