//! A line on standard error that says how far the reading is, when it takes long enough to wonder.

use std::io::{self, IsTerminal, Write};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use layerscope::Progress;
use layerscope::report::Units;

/// Nothing is said of a read that is over before.
const PATIENCE: Duration = Duration::from_millis(400);
const STEP: Duration = Duration::from_millis(100);

/// Runs `work`, and shows `progress` meanwhile if standard error is a terminal; `doing` is said before it.
pub fn shown<T>(doing: &str, progress: &Progress, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    std::thread::scope(|scope| {
        let (done, wait) = channel::<()>();
        scope.spawn(move || {
            let mut pause = PATIENCE;
            let mut said = false;
            while wait.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = STEP;
                said = true;
                let size = |counter: &std::sync::atomic::AtomicU64| Units::Iec.size(counter.load(Ordering::Relaxed));
                let _ = write!(io::stderr(), "\r{doing}: {} of {} \x1b[K", size(&progress.done), size(&progress.total));
            }
            if said {
                let _ = write!(io::stderr(), "\r\x1b[K");
            }
        });
        let result = work();
        drop(done);
        result
    })
}
