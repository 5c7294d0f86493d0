//! What runs beside the screen: going through all paths for a search or a filter.

use std::cmp::Reverse;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use layerscope::Inspection;
use layerscope::tree::NodeId;

use crate::tui::explorer::filter::Kept;
use crate::tui::explorer::pattern::Pattern;

/// Paths that are looked at before a job asks whether it is still wanted.
const PIECE: usize = 4096;
/// After this time the first results go to the screen.
const FIRST: Duration = Duration::from_millis(5);
/// And others as often as this.
const NEXT: Duration = Duration::from_millis(40);

/// Who asked for a job holds this; without it, the job ends.
#[derive(Debug)]
pub struct Ticket(Arc<AtomicBool>);

impl Drop for Ticket {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Ticket {
    /// Whether a result is of the job that this was given for.
    pub fn is_for(&self, done: &Done) -> bool {
        Arc::ptr_eq(&self.0, &done.job)
    }
}

/// What the paths are gone through for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Search,
    Filter,
}

/// A pass over all paths.
pub struct Job {
    inspection: Arc<Inspection>,
    /// What each path ships in all layers: the order of hits.
    weights: Arc<[u64]>,
    pattern: Pattern,
    purpose: Purpose,
    stop: Arc<AtomicBool>,
}

/// What a job has found, at last or so far.
pub struct Done {
    job: Arc<AtomicBool>,
    pub found: Found,
}

pub enum Found {
    /// How many paths match, and the biggest; all of them once it is over.
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

    /// Runs it to its end, or until its ticket is gone; `tell` gets what is found on the way and at last.
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

    /// Tells of every path whether it matches, and now and then that the screen should hear of it; whether it came to
    /// the end.
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
