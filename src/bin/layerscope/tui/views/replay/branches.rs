//! The paths of the replay: the largest ones, with their sizes as of every layer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use layerscope::LayerIndex;
use layerscope::display::{Escaped, escaped};
use layerscope::tree::{History, NodeId, Sizes, Tree};

/// The most paths; no screen shows more.
const MOST: usize = 60;
/// The most sums, however many layers there are.
const MOST_SUMS: usize = 1 << 20;
/// The greatest depth of a path.
const DEEPEST: usize = 4;

/// A path of the replay.
pub struct Branch {
    pub name: Escaped,
    /// The number of directories above it that are shown, too.
    pub depth: usize,
    /// The spans of layers in which the path existed, the oldest first; the end is excluded.
    lives: Vec<Span>,
}

/// A span of layers; the end is excluded.
type Span = (LayerIndex, Option<LayerIndex>);

/// The presence of a path as of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// The path has not been created yet.
    Unmade,
    There,
    /// The path has been removed.
    Gone,
}

/// The paths, the most important first; directories come before their contents.
pub struct Branches {
    branches: Vec<Branch>,
    course: History,
    /// The largest visible size up to each layer, path by path.
    peaks: Vec<u64>,
    /// The largest visible size of any path.
    pub highest: u64,
    /// The indices of the paths in depth-first order.
    outline: Vec<usize>,
}

impl Branches {
    /// Chooses the paths of a tree; `weights` has the size of each path over all layers.
    pub fn new(tree: &Tree, weights: &[u64]) -> Self {
        let most = MOST.min(MOST_SUMS / tree.layers().max(1));
        let chosen = choose(tree, weights, most);
        let paths: Vec<_> = chosen.iter().map(|&(node, _)| node).collect();
        let course = History::collect(tree, &paths);
        let mut peaks = Vec::with_capacity(paths.len() * tree.layers());
        for path in 0..paths.len() {
            peaks.extend(LayerIndex::all(tree.layers()).scan(0, |peak, layer| {
                *peak = course.held(path, layer).visible.max(*peak);
                Some(*peak)
            }));
        }
        let branches = chosen.into_iter().map(|(node, depth)| Branch {
            name: name(tree, node),
            depth,
            lives: lives(tree, node),
        });
        let highest = peaks.iter().copied().max().unwrap_or(0);
        Self {
            branches: branches.collect(),
            course,
            peaks,
            highest,
            outline: outline(tree, weights, &paths),
        }
    }

    pub fn branch(&self, path: usize) -> &Branch {
        &self.branches[path]
    }

    /// Returns as many paths as there are rows, in depth-first order.
    pub fn shown(&self, rows: usize) -> impl Iterator<Item = usize> {
        self.outline.iter().copied().filter(move |&path| path < rows)
    }

    pub fn len(&self) -> usize {
        self.branches.len()
    }

    /// Returns the sizes of a path as of a layer.
    pub fn held(&self, path: usize, layer: LayerIndex) -> Sizes {
        self.course.held(path, layer)
    }

    /// Returns the largest visible size of a path up to a layer.
    pub fn peak(&self, path: usize, layer: LayerIndex) -> u64 {
        let layers = self.peaks.len() / self.len().max(1);
        if layer < layers { self.peaks[path * layers + layer.get()] } else { 0 }
    }
}

impl Branch {
    /// Returns the presence of the path as of a layer.
    pub fn presence(&self, layer: LayerIndex) -> Presence {
        let begun = self.lives.partition_point(|&(added_in, _)| added_in <= layer);
        match self.lives[..begun].last() {
            None => Presence::Unmade,
            Some(&(_, Some(removed_in))) if removed_in <= layer => Presence::Gone,
            Some(_) => Presence::There,
        }
    }
}

/// Chooses the most important paths: larger ones first, with a penalty for depth. Returns the
/// number of directories above each.
fn choose(tree: &Tree, weights: &[u64], most: usize) -> Vec<(NodeId, usize)> {
    let mut chosen = Vec::new();
    let mut waiting = BinaryHeap::new();
    let push = |waiting: &mut BinaryHeap<_>, directory: NodeId, depth: usize| {
        let mut children: Vec<_> = tree
            .children(directory)
            .filter(|child| weights[child.index()] > 0)
            // The weight is halved for each level, because deeper paths are less informative.
            .map(|child| (weights[child.index()] >> depth, Reverse(child), depth))
            .collect();
        if children.len() > most {
            children.select_nth_unstable_by_key(most, |&child| Reverse(child));
            children.truncate(most);
        }
        waiting.extend(children);
    };
    push(&mut waiting, NodeId::ROOT, 0);
    while chosen.len() < most
        && let Some((_, Reverse(node), depth)) = waiting.pop()
    {
        chosen.push((node, depth));
        if depth + 1 < DEEPEST {
            push(&mut waiting, node, depth + 1);
        }
    }
    chosen
}

/// Returns the indices of the paths in depth-first order, larger ones first.
fn outline(tree: &Tree, weights: &[u64], paths: &[NodeId]) -> Vec<usize> {
    let mut below: std::collections::HashMap<NodeId, Vec<usize>> = std::collections::HashMap::new();
    for (place, &path) in paths.iter().enumerate() {
        below.entry(tree.parent(path)).or_default().push(place);
    }
    for children in below.values_mut() {
        // The last one is popped first.
        children
            .sort_unstable_by_key(|&place| (weights[paths[place].index()], Reverse(paths[place])));
    }
    let mut work = below.remove(&NodeId::ROOT).unwrap_or_default();
    let mut outline = Vec::with_capacity(paths.len());
    while let Some(place) = work.pop() {
        outline.push(place);
        work.extend(below.remove(&paths[place]).unwrap_or_default());
    }
    outline
}

/// Returns the name of a path in its directory; a slash marks a path with something below it.
fn name(tree: &Tree, node: NodeId) -> Escaped {
    let slash = if tree.children(node).next().is_some() { "/" } else { "" };
    escaped(tree.name(node)) + slash
}

/// Returns the spans of layers in which a path existed; replacing the file does not interrupt a
/// span.
fn lives(tree: &Tree, node: NodeId) -> Vec<Span> {
    let mut lives: Vec<Span> = Vec::new();
    let mut versions: Vec<_> = tree.versions(node).collect();
    while let Some(version) = versions.pop() {
        let (added_in, removed_in) = (tree.added_in(version), tree.removed_in(version));
        if removed_in == Some(added_in) {
            continue;
        }
        match lives.last_mut() {
            Some((_, end)) if *end == Some(added_in) => *end = removed_in,
            _ => lives.push((added_in, removed_in)),
        }
    }
    lives
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo() -> (layerscope::Inspection, Vec<u64>) {
        let opened = layerscope::image::builtin::demo::open().expect("the demo opens");
        let inspection = layerscope::inspect(&opened, &layerscope::Progress::default())
            .expect("the demo is readable");
        let weights =
            inspection.tree.totals(LayerIndex::FINAL).iter().map(|totals| totals.size()).collect();
        (inspection, weights)
    }

    #[test]
    fn a_path_comes_after_what_it_lies_in_however_few_are_shown() {
        let (inspection, weights) = demo();
        let branches = Branches::new(&inspection.tree, &weights);
        assert_eq!(branches.len(), MOST);
        for rows in 0..MOST + 2 {
            let shown: Vec<_> = branches.shown(rows).collect();
            assert_eq!(shown.len(), rows.min(MOST));
            let mut depth = 0;
            for path in shown {
                assert!(
                    branches.branch(path).depth <= depth,
                    "{} has lost its directory",
                    branches.branch(path).name
                );
                depth = branches.branch(path).depth + 1;
            }
        }
    }

    #[test]
    fn a_path_is_there_from_the_layer_that_makes_it_to_the_one_that_deletes_it() {
        let (inspection, _) = demo();
        let tree = &inspection.tree;
        for path in ["/usr/lib/go", "/bin", "/go/bin/app", "/lib/apk/db/installed"] {
            let node = tree.find(path.as_bytes()).unwrap();
            let branch = Branch { name: Escaped::default(), depth: 0, lives: lives(tree, node) };
            for layer in LayerIndex::all(tree.layers()) {
                let there = tree.at(node, layer).is_some();
                let mut below = LayerIndex::all(layer.get());
                let before = below.any(|layer| tree.at(node, layer).is_some());
                let expected = match (there, before) {
                    (true, _) => Presence::There,
                    (false, true) => Presence::Gone,
                    (false, false) => Presence::Unmade,
                };
                assert_eq!(branch.presence(layer), expected, "{path} as of layer {layer}");
            }
        }
    }
}
