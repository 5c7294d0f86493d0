//! Shows a progress line on standard error, if reading takes long.

use std::io::{self, IsTerminal};
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use layerscope::Progress;
use layerscope::report::Units;

use super::stderr;

/// The time after which the line appears.
const PATIENCE: Duration = Duration::from_millis(400);
const STEP: Duration = Duration::from_millis(100);

/// Runs `work`, and shows `progress` if standard error is a terminal. The line starts with `doing`.
pub fn shown<T>(doing: &str, progress: &Progress, work: impl FnOnce() -> T) -> T {
    if !io::stderr().is_terminal() {
        return work();
    }
    thread::scope(|scope| {
        let (done, wait) = channel::<()>();
        let show = move || {
            let mut pause = PATIENCE;
            let mut said = false;
            while wait.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
                pause = STEP;
                said = true;
                // Headers of an archive come on top of the sum of its layers.
                let (done, total) =
                    (progress.done.load(Ordering::Relaxed), progress.total.load(Ordering::Relaxed));
                let size = |bytes: u64| Units::Iec.size(bytes);
                let now = match (progress.waiting(), total) {
                    (Some(waiting), _) => format!("{waiting} …"),
                    // The length of a stream is unknown.
                    (None, 0) => size(done),
                    (None, _) => format!("{} of {}", size(done), size(total.max(done))),
                };
                stderr::write(format_args!("\r{doing}: {now} \x1b[K"));
            }
            if said {
                stderr::write("\r\x1b[K");
            }
        };
        // Without a thread there is no progress line.
        let _ = thread::Builder::new().spawn_scoped(scope, show);
        let result = work();
        drop(done);
        result
    })
}
