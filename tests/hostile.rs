//! Whatever bytes come in, the answer is an image with warnings or one sentence, soon.

mod damage;
mod effort;
mod lies;

use std::sync::mpsc::channel;
use std::time::Duration;

use layerscope::{Error, Inspection};

use super::support::account;
use super::support::build::{NAME, inspect};

/// Inspects the archive and makes the whole report of it; any error must be one sentence that names the archive.
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

/// Runs `work`, and fails if it takes longer than `seconds`.
fn within<T: Send + 'static>(seconds: u64, work: impl FnOnce() -> T + Send + 'static) -> T {
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(work()));
    receiver.recv_timeout(Duration::from_secs(seconds)).expect("it fails or takes too long")
}
