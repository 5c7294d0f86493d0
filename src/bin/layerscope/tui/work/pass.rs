//! A pass over all paths, for a search or a filter.

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::{Duration, Instant};

use layerscope::tree::{NodeId, Tree};

use super::kept::Kept;
use super::{Ask, Numbers, Task};
use crate::tui::pattern::Pattern;

/// Paths that are looked at before a pass asks whether it is still wanted.
const PIECE: usize = 4096;
/// After this time the first results go to the screen.
const FIRST: Duration = Duration::from_millis(5);
/// And others as often as this.
const NEXT: Duration = Duration::from_millis(40);

/// The number of paths below which a pass takes less than a frame and is done at once.
const AT_ONCE: usize = 50_000;
/// The number of names in all paths together below which the same is true of a pass over full
/// paths.
const NAMES: u64 = 16 * AT_ONCE as u64;

#[cfg(test)]
thread_local! {
    /// The number of passes of this thread.
    pub static PASSES: std::cell::Cell<usize> = const { std::cell::Cell::new(0) };
}

/// The purpose of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Search,
    Filter,
}

/// A pass over all paths.
#[derive(Debug, Clone)]
pub struct Pass {
    /// The size of each path over all layers, which orders the matches.
    pub weights: Arc<[u64]>,
    pub pattern: Pattern,
    pub purpose: Purpose,
}

/// Results of a pass, intermediate or final.
#[derive(Debug)]
pub enum Matches {
    /// The number of matches, and the largest one; all of them when the pass is complete.
    Hits {
        count: usize,
        biggest: Option<NodeId>,
        all: Option<Vec<NodeId>>,
    },
    Kept(Kept),
}

/// A pass that a search or a filter waits for.
#[derive(Debug)]
pub enum Pending {
    /// The pass has not been started.
    Wanted(Pass),
    /// The task with this number runs the pass.
    Running(u64),
}

impl Pending {
    /// Returns the task, if it has not been started.
    pub fn task(&mut self, numbers: &mut Numbers) -> Option<Task> {
        let Self::Wanted(pass) = self else { return None };
        let (pass, number) = (pass.clone(), numbers.take());
        *self = Self::Running(number);
        Some(Task { number, ask: Ask::Pass(pass) })
    }

    /// Returns whether the task with this number runs the pass.
    pub fn awaits(&self, number: u64) -> bool {
        matches!(self, Self::Running(running) if *running == number)
    }
}

impl Pass {
    /// Returns whether the pass takes less than a frame.
    pub fn is_quick(&self, tree: &Tree) -> bool {
        tree.node_count() < AT_ONCE && (!self.pattern.is_of_paths() || names(tree) < NAMES)
    }

    /// Runs the pass until it is complete or no longer wanted; `tell` receives intermediate and
    /// final results.
    pub fn run(&self, tree: &Tree, wanted: &dyn Fn() -> bool, tell: &mut dyn FnMut(Matches)) {
        #[cfg(test)]
        PASSES.set(PASSES.get() + 1);
        match self.purpose {
            Purpose::Search => self.search(tree, wanted, tell),
            Purpose::Filter => self.filter(tree, wanted, tell),
        }
    }

    fn search(&self, tree: &Tree, wanted: &dyn Fn() -> bool, tell: &mut dyn FnMut(Matches)) {
        let mut hits = Vec::new();
        let by_weight = |&node: &NodeId| (Reverse(self.weights[node.index()]), node);
        let mut biggest = None;
        let finished = self.walk(tree, wanted, |node, matches, due| {
            if matches {
                hits.push(node);
                biggest = std::iter::once(node).chain(biggest).min_by_key(by_weight);
            }
            if due && !hits.is_empty() {
                tell(Matches::Hits { count: hits.len(), biggest, all: None });
            }
        });
        if finished {
            // Names that are the query itself come first.
            hits.sort_by_cached_key(|node| {
                (!self.pattern.is_name(tree.name(*node)), by_weight(node))
            });
            let first = hits.first().copied();
            tell(Matches::Hits { count: hits.len(), biggest: first, all: Some(hits) });
        }
    }

    fn filter(&self, tree: &Tree, wanted: &dyn Fn() -> bool, tell: &mut dyn FnMut(Matches)) {
        let mut kept = Kept::new(tree);
        let finished = self.walk(tree, wanted, |node, matches, due| {
            kept.take(tree, node, matches);
            if due && kept.count > 0 {
                tell(Matches::Kept(kept.clone()));
            }
        });
        if finished {
            kept.complete = true;
            tell(Matches::Kept(kept));
        }
    }

    /// Calls `tell` with every path, whether it matches, and whether intermediate results are due;
    /// returns whether the pass is complete.
    fn walk(
        &self,
        tree: &Tree,
        wanted: &dyn Fn() -> bool,
        mut tell: impl FnMut(NodeId, bool, bool),
    ) -> bool {
        let mut finder = self.pattern.finder(tree);
        let (mut told, mut pause) = (Instant::now(), FIRST);
        for (i, node) in tree.nodes().enumerate() {
            let mut due = false;
            if i % PIECE == PIECE - 1 {
                if !wanted() {
                    return false;
                }
                due = told.elapsed() > pause;
                if due {
                    (told, pause) = (Instant::now(), NEXT);
                }
            }
            tell(node, finder.matches(node), due);
        }
        wanted()
    }
}

/// Returns the number of names in all paths together.
fn names(tree: &Tree) -> u64 {
    let mut depths = vec![0_u64; tree.node_count()];
    // A directory comes before its contents.
    for node in tree.all_nodes() {
        depths[node.index()] = depths[tree.parent(node).index()] + 1;
    }
    depths.into_iter().sum()
}
