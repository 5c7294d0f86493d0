//! Compares the paths of two images: added, removed, larger, smaller or otherwise changed.

use super::walk::{PathPair, walk};
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::tree::{Kind, NodeId, Totals, Tree, VersionId};
use crate::warning::Known;

/// The difference between a path of the second image and the same path of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Only the second image has it.
    Added,
    /// Only the first image has it.
    Removed,
    /// The file is larger in the second image.
    Larger,
    /// The file is smaller in the second image.
    Smaller,
    /// The size is the same, but the kind, mode, owner, time, link target or set of names differs, or
    /// a secret in it.
    Changed,
    /// Unknown, because a layer that would show a difference could not be read.
    Unknown,
    /// No difference was found. Contents are not compared if size and time are the same.
    Same,
}

impl Difference {
    /// Returns the word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Larger => "larger",
            Self::Smaller => "smaller",
            Self::Changed => "changed",
            Self::Unknown => "unknown",
            Self::Same => "same",
        }
    }
}

/// A path with its sizes in both images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathChange {
    /// The path, byte for byte, beginning with a slash.
    pub path: Vec<u8>,
    /// The difference.
    pub difference: Difference,
    /// The size in the first image in bytes; 0 if the path is missing or not a file.
    pub before: u64,
    /// The size in the second image.
    pub after: u64,
    /// The number of bytes that the change removes. A file with several names counts once, at its
    /// first name.
    pub less: u64,
    /// The number of bytes that the change adds.
    pub more: u64,
    /// The layer of the first image that the file comes from.
    pub layer_before: Option<LayerIndex>,
    /// The layer of the second image that the file comes from.
    pub layer_after: Option<LayerIndex>,
}

impl PathChange {
    /// Returns the number of bytes added and removed.
    pub fn weight(&self) -> u64 {
        self.less.saturating_add(self.more)
    }
}

/// The versions at the paths of an image after a layer, with their sizes.
pub(super) struct VersionsAtPaths<'a> {
    tree: &'a Tree,
    layer: LayerIndex,
    totals: Vec<Totals>,
    /// The highest layer that is not fully known. Unknown additions and deletions in it may hide
    /// everything in lower layers.
    unknown: Option<LayerIndex>,
}

impl<'a> VersionsAtPaths<'a> {
    pub fn after(image: &'a Inspection, layer: LayerIndex) -> Self {
        let layers = image.completeness.layers();
        let up_to = &layers[..layers.len().min(layer.count())];
        let unknown = match up_to.iter().rposition(|&known| known != Known::Whole) {
            // Any layer may be affected, so nothing is certain.
            None if layers.iter().all(|&known| known == Known::Whole)
                && !image.completeness.sizes_are_exact() =>
            {
                Some(LayerIndex::FINAL)
            }
            unknown => unknown.map(LayerIndex::new),
        };
        let tree = &image.tree;
        Self { tree, layer, totals: tree.totals(layer), unknown }
    }

    /// Returns the final filesystem.
    pub fn last(image: &'a Inspection) -> Self {
        Self::after(image, LayerIndex::FINAL)
    }

    /// Returns whether the version at a path, or its absence, is certain.
    fn is_certain(&self, version: Option<VersionId>) -> bool {
        self.unknown.is_none_or(|unknown| {
            version.is_some_and(|version| self.tree.added_in(version) >= unknown)
        })
    }

    fn version(&self, node: Option<NodeId>) -> Option<VersionId> {
        node.and_then(|node| self.tree.at(node, self.layer))
    }

    /// Returns the size of the file with this name, and the number of bytes that count at this
    /// name.
    fn bytes(&self, version: Option<VersionId>) -> (u64, u64) {
        let file = version.filter(|&version| self.tree.kind(version) == Kind::File);
        file.map_or((0, 0), |file| {
            (self.tree.size(file), self.totals[self.tree.node_of(file).index()].visible)
        })
    }
}

/// A path in both images, with its difference.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delta {
    pub place: PathPair,
    pub difference: Difference,
    before: u64,
    after: u64,
    pub less: u64,
    pub more: u64,
    layers: (Option<LayerIndex>, Option<LayerIndex>),
}

impl Delta {
    /// Makes an entry without a difference.
    pub fn nothing(place: PathPair) -> Self {
        Self {
            place,
            difference: Difference::Same,
            before: 0,
            after: 0,
            less: 0,
            more: 0,
            layers: (None, None),
        }
    }

    /// Compares a path in both images; `None` if neither has it.
    pub fn at(
        place: PathPair,
        one: &VersionsAtPaths<'_>,
        two: &VersionsAtPaths<'_>,
    ) -> Option<Self> {
        let (a, b) = (one.version(place.one), two.version(place.two));
        let ((before, counted_before), (after, counted_after)) = (one.bytes(a), two.bytes(b));
        let certain = one.is_certain(a) && two.is_certain(b);
        let (mut less, mut more) = (
            counted_before.saturating_sub(counted_after),
            counted_after.saturating_sub(counted_before),
        );
        let mut difference = match (a, b) {
            (None, None) => return None,
            (None, _) => Difference::Added,
            (_, None) => Difference::Removed,
            (Some(a), Some(b)) => match before.cmp(&after) {
                std::cmp::Ordering::Less => Difference::Larger,
                std::cmp::Ordering::Greater => Difference::Smaller,
                std::cmp::Ordering::Equal
                    if less + more == 0 && looks_same(one.tree, a, two.tree, b) =>
                {
                    Difference::Same
                }
                std::cmp::Ordering::Equal => Difference::Changed,
            },
        };
        if !certain && difference != Difference::Same {
            (difference, less, more) = (Difference::Unknown, 0, 0);
        }
        let layers = (a.map(|a| one.tree.added_in(a)), b.map(|b| two.tree.added_in(b)));
        Some(Self { place, difference, before, after, less, more, layers })
    }

    /// Returns whether the path is a file that looks the same in both images, but comes from layers
    /// that differ: its contents have not been compared. `shared` has for each layer of the second
    /// image the same one of the first.
    pub fn is_uncompared(&self, shared: &[Option<LayerIndex>]) -> bool {
        let (Some(first), Some(second)) = self.layers else { return false };
        let is_shared = second.get_from(shared).is_some_and(|same| *same == Some(first));
        self.difference == Difference::Same && self.before > 0 && !is_shared
    }

    /// Notes that the contents are known to differ.
    pub fn has_changed(&mut self) {
        if self.difference == Difference::Same {
            self.difference = Difference::Changed;
        }
    }

    /// Converts the difference to one with the path written out.
    pub fn named(&self, one: &Tree, two: &Tree) -> PathChange {
        let path = match (self.place.one, self.place.two) {
            (Some(node), _) => one.path(node),
            (None, Some(node)) => two.path(node),
            (None, None) => Vec::new(),
        };
        let &Self {
            difference,
            before,
            after,
            less,
            more,
            layers: (layer_before, layer_after),
            ..
        } = self;
        PathChange { path, difference, before, after, less, more, layer_before, layer_after }
    }
}

/// Returns every path that differs between the final filesystems, ordered by path.
pub fn changed_paths(first: &Inspection, second: &Inspection) -> Vec<PathChange> {
    let deltas = changes(
        &first.tree,
        &second.tree,
        &VersionsAtPaths::last(first),
        &VersionsAtPaths::last(second),
    );
    deltas.iter().map(|delta| delta.named(&first.tree, &second.tree)).collect()
}

/// Returns the paths that differ after a layer of both images. If all layers below are the same,
/// these are the changes made by the layer.
///
/// Only the `most` largest differences are returned.
pub(super) fn changed_at(
    first: &Inspection,
    second: &Inspection,
    layer: LayerIndex,
    most: usize,
) -> Vec<PathChange> {
    let (one, two) = (&first.tree, &second.tree);
    let mut deltas = changes(
        one,
        two,
        &VersionsAtPaths::after(first, layer),
        &VersionsAtPaths::after(second, layer),
    );
    deltas.retain(|delta| delta.difference != Difference::Unknown);
    deltas.sort_by_key(|delta| std::cmp::Reverse(delta.less.saturating_add(delta.more)));
    // Paths are only written out if needed: together they may be longer than the input.
    deltas.iter().take(most).map(|delta| delta.named(one, two)).collect()
}

fn changes(
    one: &Tree,
    two: &Tree,
    before: &VersionsAtPaths<'_>,
    after: &VersionsAtPaths<'_>,
) -> Vec<Delta> {
    let mut out = Vec::new();
    walk(one, two, 0, |_, place| {
        let delta = Delta::at(place, before, after)?;
        out.extend((delta.difference != Difference::Same).then_some(delta));
        Some(0)
    });
    out
}

/// Returns whether two versions look the same. The time of a directory is ignored, because it
/// changes with the contents.
fn looks_same(one: &Tree, a: VersionId, two: &Tree, b: VersionId) -> bool {
    one.kind(a) == two.kind(b)
        && one.mode(a) == two.mode(b)
        && one.owner(a) == two.owner(b)
        && one.target(a) == two.target(b)
        && one.device(a) == two.device(b)
        && (one.kind(a) == Kind::Directory || one.mtime(a) == two.mtime(b))
}
