//! The thread that reads keys and clicks, which can be told to leave them to another program for a while.

use std::io;
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crossterm::event::{self, Event};
use layerscope::progress::try_spawn;

/// As long as this the thread is waited for; it needs no more than a wake-up.
const PATIENCE: Duration = Duration::from_secs(1);

/// What takes the events until it wants no more, and what is called where there is nothing to read from any more.
type Taker = (Box<dyn FnMut(Event) -> bool + Send>, Box<dyn FnOnce() + Send>);

/// A thread that will read.
pub struct Reader {
    start: Sender<Taker>,
    gate: Arc<Gate>,
}

/// The reading thread.
pub struct Input {
    gate: Arc<Gate>,
}

/// While it lives, nothing is read.
pub struct Rest<'a> {
    gate: &'a Gate,
}

#[derive(Default)]
struct Gate {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    /// Whether the thread is to leave the keys alone.
    closed: bool,
    /// Whether it does.
    waiting: bool,
}

impl Gate {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits while the gate is closed.
    fn pass(&self) {
        let mut state = self.state();
        while state.closed {
            state.waiting = true;
            self.changed.notify_all();
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting = false;
    }
}

impl Reader {
    /// Makes the thread, which does nothing yet.
    ///
    /// # Errors
    ///
    /// The system gives no thread.
    pub fn prepare() -> io::Result<Self> {
        let gate = Arc::new(Gate::default());
        let (start, taker) = channel::<Taker>();
        let reader = Self { start, gate: gate.clone() };
        try_spawn(move || {
            let Ok((mut take, end)) = taker.recv() else { return };
            loop {
                gate.pass();
                let Ok(event) = event::read() else { return end() };
                if !take(event) {
                    return;
                }
            }
        })?;
        Ok(reader)
    }

    /// Reads until `take` wants no more or there is nothing to read from, and then calls `end`.
    pub fn watch(self, take: impl FnMut(Event) -> bool + Send + 'static, end: impl FnOnce() + Send + 'static) -> Input {
        // The thread waits for this.
        let _ = self.start.send((Box::new(take), Box::new(end)));
        Input { gate: self.gate }
    }
}

impl Input {
    /// Keeps the thread from reading, until the value is dropped.
    pub fn rest(&self) -> Rest<'_> {
        let mut state = self.gate.state();
        state.closed = true;
        if wake().is_ok() {
            while !state.waiting {
                let (next, waited) =
                    self.gate.changed.wait_timeout(state, PATIENCE).unwrap_or_else(PoisonError::into_inner);
                state = next;
                if waited.timed_out() {
                    break;
                }
            }
        }
        Rest { gate: &self.gate }
    }
}

impl Drop for Rest<'_> {
    fn drop(&mut self) {
        self.gate.state().closed = false;
        self.gate.changed.notify_all();
    }
}

/// Makes the thread see an event: the size of the terminal, as it is.
#[cfg(unix)]
fn wake() -> io::Result<()> {
    signal_hook::low_level::raise(signal_hook::consts::SIGWINCH)
}

#[cfg(not(unix))]
fn wake() -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
