//! What came, went and grew between two images, path by path.

use super::walk::{Place, walk};
use crate::analysis::Inspection;
use crate::tree::{Kind, NodeId, Totals, Tree, VersionId};

/// How a path of the second image differs from the same path of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// Only the second image has it.
    Came,
    /// Only the first image has it.
    Went,
    /// It is bigger in the second image.
    Grew,
    /// It is smaller in the second image.
    Shrank,
    /// It is something else, or has another mode, owner, time, target or other names; its size is the same.
    Changed,
    /// Nothing tells the two apart; contents of the same size and time are not compared.
    Same,
}

impl Difference {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Went => "went",
            Self::Grew => "grew",
            Self::Shrank => "shrank",
            Self::Changed => "changed",
            Self::Same => "same",
        }
    }
}

/// A path with its sizes in both images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathChange {
    /// The path, byte for byte, beginning with a slash.
    pub path: Vec<u8>,
    /// How it differs.
    pub difference: Difference,
    /// Its size in the first image, in bytes; 0 if it is not there or no file.
    pub before: u64,
    /// Its size in the second image.
    pub after: u64,
    /// The bytes that are less by it; those of a file with several names count once, at the first.
    pub less: u64,
    /// The bytes that are more by it.
    pub more: u64,
    /// The layer of the first image that it is from.
    pub layer_before: Option<usize>,
    /// The layer of the second image that it is from.
    pub layer_after: Option<usize>,
}

impl PathChange {
    /// The bytes that are more or less.
    pub fn weight(&self) -> u64 {
        self.less.saturating_add(self.more)
    }
}

/// What stands at the paths of an image after a layer.
pub(super) struct State<'a> {
    tree: &'a Tree,
    layer: usize,
    totals: Vec<Totals>,
}

impl<'a> State<'a> {
    pub fn after(tree: &'a Tree, layer: usize) -> Self {
        Self { tree, layer, totals: tree.totals(layer) }
    }

    /// The final filesystem.
    pub fn last(tree: &'a Tree) -> Self {
        Self::after(tree, tree.layers().saturating_sub(1))
    }

    fn version(&self, node: Option<NodeId>) -> Option<VersionId> {
        node.and_then(|node| self.tree.at(node, self.layer))
    }

    /// The size of a file under a name, and the bytes that count there.
    fn bytes(&self, version: Option<VersionId>) -> (u64, u64) {
        let file = version.filter(|&version| self.tree.kind(version) == Kind::File);
        file.map_or((0, 0), |file| (self.tree.size(file), self.totals[self.tree.node_of(file).index()].visible))
    }
}

/// A path in both images, with what differs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delta {
    pub place: Place,
    pub difference: Difference,
    before: u64,
    after: u64,
    pub less: u64,
    pub more: u64,
    layers: (Option<usize>, Option<usize>),
}

impl Delta {
    /// No difference.
    pub fn nothing(place: Place) -> Self {
        Self { place, difference: Difference::Same, before: 0, after: 0, less: 0, more: 0, layers: (None, None) }
    }

    /// Compares what stands at a place; `None` if nothing does in either image.
    pub fn at(place: Place, one: &State<'_>, two: &State<'_>) -> Option<Self> {
        let (a, b) = (one.version(place.one), two.version(place.two));
        let ((before, counted_before), (after, counted_after)) = (one.bytes(a), two.bytes(b));
        let (less, more) = (counted_before.saturating_sub(counted_after), counted_after.saturating_sub(counted_before));
        let difference = match (a, b) {
            (None, None) => return None,
            (None, _) => Difference::Came,
            (_, None) => Difference::Went,
            (Some(a), Some(b)) => match before.cmp(&after) {
                std::cmp::Ordering::Less => Difference::Grew,
                std::cmp::Ordering::Greater => Difference::Shrank,
                std::cmp::Ordering::Equal if less + more == 0 && looks_same(one.tree, a, two.tree, b) => {
                    Difference::Same
                }
                std::cmp::Ordering::Equal => Difference::Changed,
            },
        };
        let layers = (a.map(|a| one.tree.born(a)), b.map(|b| two.tree.born(b)));
        Some(Self { place, difference, before, after, less, more, layers })
    }

    /// The same with the path written out.
    pub fn named(&self, one: &Tree, two: &Tree) -> PathChange {
        let path = match (self.place.one, self.place.two) {
            (Some(node), _) => one.path(node),
            (None, Some(node)) => two.path(node),
            (None, None) => Vec::new(),
        };
        let &Self { difference, before, after, less, more, layers: (layer_before, layer_after), .. } = self;
        PathChange { path, difference, before, after, less, more, layer_before, layer_after }
    }
}

/// Everything that is not the same in the final filesystems, in the order of paths.
pub fn changed_paths(first: &Inspection, second: &Inspection) -> Vec<PathChange> {
    let (one, two) = (&first.tree, &second.tree);
    let deltas = changes(one, two, &State::last(one), &State::last(two));
    deltas.iter().map(|delta| delta.named(one, two)).collect()
}

/// What differs after a layer of both images; where all layers below are the same, this is what the layer did.
///
/// Of all that differs, these are the `most` whose sizes differ most.
pub(super) fn changed_at(first: &Inspection, second: &Inspection, layer: usize, most: usize) -> Vec<PathChange> {
    let (one, two) = (&first.tree, &second.tree);
    let mut deltas = changes(one, two, &State::after(one, layer), &State::after(two, layer));
    deltas.sort_by_key(|delta| std::cmp::Reverse(delta.less.saturating_add(delta.more)));
    // Paths are only written out where they are wanted: together they may be longer than all that is read.
    deltas.iter().take(most).map(|delta| delta.named(one, two)).collect()
}

fn changes(one: &Tree, two: &Tree, before: &State<'_>, after: &State<'_>) -> Vec<Delta> {
    let mut out = Vec::new();
    walk(one, two, 0, |_, place| {
        let delta = Delta::at(place, before, after)?;
        out.extend((delta.difference != Difference::Same).then_some(delta));
        Some(0)
    });
    out
}

/// Of directories the time does not count: it changes with what is put in them.
fn looks_same(one: &Tree, a: VersionId, two: &Tree, b: VersionId) -> bool {
    one.kind(a) == two.kind(b)
        && one.mode(a) == two.mode(b)
        && one.owner(a) == two.owner(b)
        && one.target(a) == two.target(b)
        && one.device(a) == two.device(b)
        && (one.kind(a) == Kind::Directory || one.mtime(a) == two.mtime(b))
}
