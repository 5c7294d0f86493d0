//! The threads that work beside the screen, each of them watched and told to stop when nobody waits for it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread;

use layerscope::Progress;

use super::{Answer, Task, Workshop};

/// What is being done, by the numbers of the tasks.
#[derive(Default)]
pub struct Jobs {
    running: HashMap<u64, Arc<Progress>>,
}

impl Jobs {
    /// Starts a task; `tell` takes what comes of it, with its number, and whether it is the last.
    pub fn start(&mut self, task: Task, workshop: Workshop, tell: impl Fn(u64, Answer) + Send + 'static) {
        let progress = Arc::<Progress>::default();
        self.running.insert(task.number, progress.clone());
        thread::spawn(move || {
            workshop.perform(task.ask, &progress, &mut |answer| tell(task.number, answer));
        });
    }

    /// Forgets what is done, and stops what nobody waits for.
    pub fn keep(&mut self, waited_for: impl Fn(u64) -> bool) {
        self.running.retain(|&number, progress| {
            let keep = waited_for(number);
            if !keep {
                progress.cancel.store(true, Ordering::Relaxed);
            }
            keep
        });
    }

    /// Whether nothing is being done.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// How far each task is: its number, the bytes done, and the bytes in all.
    pub fn progress(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.running.iter().map(|(&number, progress)| {
            (number, progress.done.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed))
        })
    }
}
