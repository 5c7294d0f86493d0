//! Background passes over all paths, for a search or a filter.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use layerscope::Inspection;
use layerscope::tree::NodeId;

use crate::tui::explorer::filter::Kept;
use crate::tui::explorer::pattern::Pattern;

/// The number of paths between checks for cancellation.
const PIECE: usize = 4096;
/// The time until the first results are reported.
const FIRST: Duration = Duration::from_millis(5);
/// The interval of further results.
const NEXT: Duration = Duration::from_millis(40);

/// Cancels its job when dropped.
#[derive(Debug)]
pub struct Ticket(Arc<AtomicBool>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Ticket {
    /// Returns whether a result belongs to the job of this ticket.
    pub fn is_for(&self, done: &Done) -> bool {
        Arc::ptr_eq(&self.0, &done.job)
    }
}

/// The purpose of a pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Search,
    Filter,
}

/// A pass over all paths.
pub struct Job {
    inspection: Arc<Inspection>,
    /// The size of each path over all layers, which orders the matches.
    weights: Arc<[u64]>,
    pattern: Pattern,
    purpose: Purpose,
    stop: Arc<AtomicBool>,
}

/// The results of a job, final or so far.
pub struct Done {
    job: Arc<AtomicBool>,
    pub found: Found,
}

pub enum Found {
    /// The number of matches, and the largest ones; all of them when the job is complete.
    Hits {
        count: usize,
        biggest: Option<NodeId>,
        all: Option<Vec<NodeId>>,
    },
    Kept(Kept),
}

impl Job {
    pub fn new(
        inspection: &Arc<Inspection>,
        weights: &Arc<[u64]>,
        pattern: Pattern,
        purpose: Purpose,
    ) -> (Self, Ticket) {
        let stop = Arc::new(AtomicBool::new(false));
        let (inspection, weights) = (inspection.clone(), weights.clone());
        (Self { inspection, weights, pattern, purpose, stop: stop.clone() }, Ticket(stop))
    }

    /// Runs the job until it is complete or its ticket is dropped; `tell` receives intermediate and
    /// final results.
    pub fn run(&self, tell: &mut dyn FnMut(Done)) {
        match self.purpose {
            Purpose::Search => self.search(tell),
            Purpose::Filter => self.filter(tell),
        }
    }

    fn search(&self, tell: &mut dyn FnMut(Done)) {
        let mut hits = Vec::new();
        let by_weight = |&node: &NodeId| (Reverse(self.weights[node.index()]), node);
        let mut biggest = None;
        let finished = self.walk(|node, matches, due| {
            if matches {
                hits.push(node);
                biggest = std::iter::once(node).chain(biggest).min_by_key(by_weight);
            }
            if due && !hits.is_empty() {
                tell(self.done(Found::Hits { count: hits.len(), biggest, all: None }));
            }
        });
        if finished {
            hits.sort_by_cached_key(by_weight);
            tell(self.done(Found::Hits { count: hits.len(), biggest, all: Some(hits) }));
        }
    }

    fn filter(&self, tell: &mut dyn FnMut(Done)) {
        let tree = &self.inspection.tree;
        let mut kept = Kept::new(tree);
        let finished = self.walk(|node, matches, due| {
            kept.take(tree, node, matches);
            if due && kept.count > 0 {
                tell(self.done(Found::Kept(kept.clone())));
            }
        });
        if finished {
            kept.complete = true;
            tell(self.done(Found::Kept(kept)));
        }
    }

    /// Calls `tell` with every path, whether it matches, and whether intermediate results are due;
    /// returns whether the pass is complete.
    fn walk(&self, mut tell: impl FnMut(NodeId, bool, bool)) -> bool {
        let mut finder = self.pattern.finder(&self.inspection.tree);
        let (mut told, mut pause) = (Instant::now(), FIRST);
        for (i, node) in self.inspection.tree.nodes().enumerate() {
            let mut due = false;
            if i % PIECE == PIECE - 1 {
                if self.stop.load(Ordering::Relaxed) {
                    return false;
                }
                due = told.elapsed() > pause;
                if due {
                    (told, pause) = (Instant::now(), NEXT);
                }
            }
            tell(node, finder.matches(node), due);
        }
        !self.stop.load(Ordering::Relaxed)
    }

    fn done(&self, found: Found) -> Done {
        Done { job: self.stop.clone(), found }
    }
}
