//! Runs work on threads, or without them if the system allows no more.
//!
//! A container may limit its processes to so few that no thread can be created. The calling thread
//! then does the work itself.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle, Scope, ScopedJoinHandle};

/// Runs `work` on a new thread. If none can be created, the work is done before this function
/// returns.
pub fn spawn(work: impl FnOnce() + Send + 'static) -> Option<JoinHandle<()>> {
    let work = Arc::new(Once::new(work));
    let there = work.clone();
    let thread = try_spawn(move || {
        there.run();
    });
    if thread.is_err() {
        work.run();
    }
    thread.ok()
}

/// Runs `work` on a new thread, for work that waits for something and cannot be done by the caller.
///
/// # Errors
///
/// No thread can be created.
pub fn try_spawn(work: impl FnOnce() + Send + 'static) -> io::Result<JoinHandle<()>> {
    Builder::new().spawn(work)
}

/// Starts up to `count` threads that all do `work`, and returns how many there are: 0 where none
/// can be made.
pub fn workers<'scope>(
    scope: &'scope Scope<'scope, '_>,
    count: usize,
    work: &'scope (impl Fn() + Sync),
) -> usize {
    (0..count).take_while(|_| Builder::new().spawn_scoped(scope, work).is_ok()).count()
}

/// Runs `there` on a new thread and `here` on this one, and returns both results.
///
/// If no thread can be created, they run one after the other.
pub fn join<A: Send, B>(there: impl FnOnce() -> A + Send, here: impl FnOnce() -> B) -> (A, B) {
    let there = Once::new(there);
    std::thread::scope(|scope| {
        let thread = Builder::new().spawn_scoped(scope, || there.run());
        let here = here();
        let done = match thread.map(ScopedJoinHandle::join) {
            Ok(Ok(done)) => done,
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(_) => there.run(),
        };
        (done.expect("the work is taken by the thread or by this one"), here)
    })
}

/// Work that is done once, by the first thread to take it. The closure is shared, because a thread
/// that cannot be created would drop it.
struct Once<F>(Mutex<Option<F>>);

impl<T, F: FnOnce() -> T> Once<F> {
    fn new(work: F) -> Self {
        Self(Mutex::new(Some(work)))
    }

    fn run(&self) -> Option<T> {
        let work = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        work.map(|work| work())
    }
}
