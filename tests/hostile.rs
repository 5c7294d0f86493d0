//! Whatever bytes come in, the answer is an image with warnings or one sentence, soon.

mod damage;
mod effort;
mod lies;

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use layerscope::{Error, Inspection};

use super::support::account;
use super::support::build::{NAME, inspect};

/// Inspects the archive and makes the whole report of it; any error must be one sentence that names
/// the archive.
fn outcome(archive: Vec<u8>) -> Result<Inspection, Error> {
    let result = inspect(archive);
    match &result {
        Ok(inspection) => {
            let totals = &inspection.totals;
            let wasted: u64 = inspection.wasted.iter().map(|wasted| wasted.bytes).sum();
            assert_eq!(totals.size, totals.visible + wasted);
            account(inspection);
            inspection.warnings.iter().for_each(|warning| is_a_sentence(&warning.kind.to_string()));
        }
        Err(error) => {
            let text = error.to_string();
            is_a_sentence(&text);
            assert!(text.contains(NAME), "{text:?} does not name the archive");
        }
    }
    result
}

fn is_a_sentence(text: &str) {
    let clean = !text.contains(|c: char| c.is_control()) && !text.ends_with('.') && text.len() > 10;
    assert!(clean && text.len() < 2000, "not a sentence: {text:?}");
}

/// Runs `work`, and fails if it takes more than `seconds` of processor time.
///
/// Tests side by side share the time of the process, and each core has its own: the limit counts
/// for every core. How busy the machine is does not matter.
fn within<T: Send + 'static>(seconds: u64, work: impl FnOnce() -> T + Send + 'static) -> T {
    let cores = std::thread::available_parallelism().map_or(1, usize::from) as u64;
    let limit = Duration::from_secs(seconds * cores);
    let (sender, receiver) = channel();
    let (start, started) = (processor_time(), Instant::now());
    std::thread::spawn(move || sender.send(work()));
    loop {
        match receiver.recv_timeout(Duration::from_secs(1)) {
            Ok(done) => return done,
            Err(RecvTimeoutError::Disconnected) => panic!("it fails"),
            Err(RecvTimeoutError::Timeout) => {
                let taken = start
                    .zip(processor_time())
                    .map_or_else(|| started.elapsed(), |(then, now)| now - then);
                assert!(taken < limit, "it takes too long: {taken:?}");
            }
        }
    }
}

/// The processor time of this process; `None` on systems other than Linux.
fn processor_time() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // Fields 14 and 15, in hundredths of a second; the name in field 2 may have blanks (proc(5)).
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u64>().ok()? + fields.next()?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
