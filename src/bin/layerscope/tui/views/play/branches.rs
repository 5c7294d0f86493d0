//! The paths that the time-lapse shows: the biggest, with what each holds as of every layer.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use layerscope::display::escaped;
use layerscope::tree::{Course, Held, NodeId, Tree};

/// So many paths at most are followed; no screen shows more.
const MOST: usize = 60;
/// So many sums at most are kept, however many layers there are.
const MOST_SUMS: usize = 1 << 20;
/// Paths are shown so many directories deep.
const DEEPEST: usize = 4;

/// A path that is followed.
pub struct Branch {
    pub name: String,
    /// The number of paths above it that are followed, too.
    pub depth: usize,
    /// From which layer on something was there, and from which on nothing was; the oldest first.
    lives: Vec<(usize, Option<usize>)>,
}

/// Whether something is at a path as of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// No layer has made it yet.
    Unmade,
    There,
    /// A layer has taken it away.
    Gone,
}

/// The paths, the one that matters most first; what lies above one of them comes before it.
pub struct Branches {
    branches: Vec<Branch>,
    course: Course,
    /// The most that was ever visible up to a layer, a path after the other.
    peaks: Vec<u64>,
    /// The most that is ever visible of any path.
    pub highest: u64,
    /// The places of the paths in the order of an outline.
    outline: Vec<usize>,
}

impl Branches {
    /// Follows the paths of a tree in which everything ships in all as many bytes as `weights` says.
    pub fn new(tree: &Tree, weights: &[u64]) -> Self {
        let most = MOST.min(MOST_SUMS / tree.layers().max(1));
        let chosen = choose(tree, weights, most);
        let paths: Vec<_> = chosen.iter().map(|&(node, _)| node).collect();
        let course = Course::of(tree, &paths);
        let mut peaks = Vec::with_capacity(paths.len() * tree.layers());
        for path in 0..paths.len() {
            peaks.extend((0..tree.layers()).scan(0, |peak, layer| {
                *peak = course.held(path, layer).visible.max(*peak);
                Some(*peak)
            }));
        }
        let branches =
            chosen.into_iter().map(|(node, depth)| Branch { name: name(tree, node), depth, lives: lives(tree, node) });
        let highest = peaks.iter().copied().max().unwrap_or(0);
        Self { branches: branches.collect(), course, peaks, highest, outline: outline(tree, weights, &paths) }
    }

    pub fn branch(&self, path: usize) -> &Branch {
        &self.branches[path]
    }

    /// As many paths as there are rows for, in the order of an outline.
    pub fn shown(&self, rows: usize) -> impl Iterator<Item = usize> {
        self.outline.iter().copied().filter(move |&path| path < rows)
    }

    pub fn len(&self) -> usize {
        self.branches.len()
    }

    /// What a path holds as of a layer.
    pub fn held(&self, path: usize, layer: usize) -> Held {
        self.course.held(path, layer)
    }

    /// The most that was ever visible of a path up to a layer.
    pub fn peak(&self, path: usize, layer: usize) -> u64 {
        let layers = self.peaks.len() / self.len().max(1);
        if layer < layers { self.peaks[path * layers + layer] } else { 0 }
    }
}

impl Branch {
    /// Whether it is there as of a layer.
    pub fn presence(&self, layer: usize) -> Presence {
        let begun = self.lives.partition_point(|&(born, _)| born <= layer);
        match self.lives[..begun].last() {
            None => Presence::Unmade,
            Some(&(_, Some(died))) if died <= layer => Presence::Gone,
            Some(_) => Presence::There,
        }
    }
}

/// The paths that matter most with the number of directories above each: the bigger the better, the deeper the less.
fn choose(tree: &Tree, weights: &[u64], most: usize) -> Vec<(NodeId, usize)> {
    let mut chosen = Vec::new();
    let mut waiting = BinaryHeap::new();
    let push = |waiting: &mut BinaryHeap<_>, directory: NodeId, depth: usize| {
        let mut children: Vec<_> = tree
            .children(directory)
            .filter(|child| weights[child.index()] > 0)
            // Each step down has to be worth a row.
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

/// The places of paths, each before what lies below it, and the bigger before the smaller.
fn outline(tree: &Tree, weights: &[u64], paths: &[NodeId]) -> Vec<usize> {
    let mut below: std::collections::HashMap<NodeId, Vec<usize>> = std::collections::HashMap::new();
    for (place, &path) in paths.iter().enumerate() {
        below.entry(tree.parent(path)).or_default().push(place);
    }
    for children in below.values_mut() {
        // The last is taken first.
        children.sort_unstable_by_key(|&place| (weights[paths[place].index()], Reverse(paths[place])));
    }
    let mut work = below.remove(&NodeId::ROOT).unwrap_or_default();
    let mut outline = Vec::with_capacity(paths.len());
    while let Some(place) = work.pop() {
        outline.push(place);
        work.extend(below.remove(&paths[place]).unwrap_or_default());
    }
    outline
}

/// What a path is called in the directory that it lies in; something with paths below it ends with a slash.
fn name(tree: &Tree, node: NodeId) -> String {
    let slash = if tree.children(node).next().is_some() { "/" } else { "" };
    escaped(tree.name(node)) + slash
}

/// When something was at a path, without a break where a layer put something else there.
fn lives(tree: &Tree, node: NodeId) -> Vec<(usize, Option<usize>)> {
    let mut lives: Vec<(usize, Option<usize>)> = Vec::new();
    let mut versions: Vec<_> = tree.versions(node).collect();
    while let Some(version) = versions.pop() {
        let (born, died) = (tree.born(version), tree.died(version));
        if died == Some(born) {
            continue;
        }
        match lives.last_mut() {
            Some((_, end)) if *end == Some(born) => *end = died,
            _ => lives.push((born, died)),
        }
    }
    lives
}

#[cfg(test)]
mod tests {
    use super::*;

    fn demo() -> (layerscope::Inspection, Vec<u64>) {
        let opened = layerscope::image::builtin::demo::open().expect("the demo opens");
        let inspection = layerscope::inspect(&opened, &layerscope::Progress::default()).expect("the demo is readable");
        let weights = inspection.tree.totals(usize::MAX).iter().map(|totals| totals.shipped()).collect();
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
                assert!(branches.branch(path).depth <= depth, "{} has lost its directory", branches.branch(path).name);
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
            let branch = Branch { name: String::new(), depth: 0, lives: lives(tree, node) };
            for layer in 0..tree.layers() {
                let there = tree.at(node, layer).is_some();
                let before = (0..layer).any(|layer| tree.at(node, layer).is_some());
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
