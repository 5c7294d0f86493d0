//! Systems without signals.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::Asked;

pub fn watch(_: impl Fn(Asked) -> bool + Send + 'static) -> io::Result<()> {
    Ok(())
}

pub fn without_keys<T>(work: impl FnOnce() -> T) -> T {
    work()
}

pub fn cancelling<T>(_: &Arc<AtomicBool>, work: impl FnOnce() -> T) -> io::Result<T> {
    Ok(work())
}

pub fn stop() {}

pub fn received() -> Option<i32> {
    None
}

pub fn die(signal: i32) -> ! {
    std::process::exit(128 + signal)
}
