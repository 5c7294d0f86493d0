//! The threads that run tasks in the background. Tasks that nobody awaits are cancelled.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::JoinHandle;

use layerscope::Progress;
use layerscope::progress::spawn;

use super::{Answer, Ask, Task, Workshop};

/// The running tasks, by number.
#[derive(Default)]
pub struct Jobs {
    running: HashMap<u64, Arc<Progress>>,
    /// Threads that write to the host, and have to clean up before the program ends.
    writing: Vec<JoinHandle<()>>,
}

impl Jobs {
    /// Starts a task; `tell` receives its answers, with its number.
    pub fn start(
        &mut self,
        task: Task,
        workshop: Workshop,
        tell: impl Fn(u64, Answer) + Send + 'static,
    ) {
        let progress = Arc::<Progress>::default();
        self.running.insert(task.number, progress.clone());
        let writes = matches!(task.ask, Ask::Extract { .. } | Ask::Save { .. });
        let thread = spawn(move || {
            workshop.perform(task.ask, &progress, &mut |answer| tell(task.number, answer));
        });
        self.writing.retain(|thread| !thread.is_finished());
        self.writing.extend(thread.filter(|_| writes));
    }

    /// Removes finished tasks, and cancels those that are no longer awaited.
    pub fn keep(&mut self, waited_for: impl Fn(u64) -> bool) {
        self.running.retain(|&number, progress| {
            let keep = waited_for(number);
            if !keep {
                progress.cancel.store(true, Ordering::Relaxed);
            }
            keep
        });
    }

    /// Returns whether no task is running.
    pub fn is_empty(&self) -> bool {
        self.running.is_empty()
    }

    /// Returns the progress of each task: its number, bytes done, and total bytes.
    pub fn progress(&self) -> impl Iterator<Item = (u64, u64, u64)> {
        self.running.iter().map(|(&number, progress)| {
            (number, progress.done.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed))
        })
    }
}

impl Drop for Jobs {
    /// Cancels all tasks, and waits for those that have to clean up.
    fn drop(&mut self) {
        self.keep(|_| false);
        for thread in self.writing.drain(..) {
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use std::thread;

    use layerscope::archive::{ReadAt, Source};
    use layerscope::files::contents::Contents;
    use layerscope::files::extract::What;
    use layerscope::tree::{Tree, VersionId};
    use layerscope::{Error, Inspection};

    use super::*;
    use crate::tui::tests::files::FILES;

    /// Contents that never end, but can be cancelled.
    struct Endless;

    struct Zeros(Arc<Progress>);

    impl Contents for Endless {
        fn open(&self, _: &Tree, _: VersionId, progress: &Arc<Progress>) -> Result<Source, Error> {
            Ok(Arc::new(Zeros(progress.clone())))
        }
    }

    impl ReadAt for Zeros {
        fn read_at(&self, buffer: &mut [u8], _: u64) -> std::io::Result<usize> {
            if self.0.cancel.load(Ordering::Relaxed) {
                return Err(std::io::Error::other("cancelled"));
            }
            // Slow enough not to fill the disk, whatever happens.
            thread::sleep(std::time::Duration::from_millis(5));
            let few = buffer.len().min(16);
            buffer[..few].fill(0);
            Ok(few)
        }

        fn len(&self) -> u64 {
            u64::MAX
        }
    }

    fn is_empty(directory: &Path) -> bool {
        std::fs::read_dir(directory).unwrap().next().is_none()
    }

    #[test]
    fn nothing_half_written_remains_when_the_program_ends() {
        let directory = tempfile::tempdir().unwrap();
        let inspection: Arc<Inspection> = FILES.1.inspection.clone();
        let node = inspection.tree.find(b"usr/share").unwrap();
        let workshop = Workshop { contents: Arc::new(Endless), ..FILES.1.clone() };
        let mut jobs = Jobs::default();
        let what = What::AsOf { node, layer: 1.into() };
        jobs.start(
            Task { number: 0, ask: Ask::Extract { what, to: directory.path().into() } },
            workshop,
            |_, _| {},
        );
        while is_empty(directory.path()) {
            thread::yield_now();
        }
        drop(jobs);
        assert!(is_empty(directory.path()));
    }
}
