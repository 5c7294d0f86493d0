//! Signal handling on Unix.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};

use layerscope::progress::try_spawn;
use rustix::process::{getpgrp, getsid};
use signal_hook::consts::{
    SIGABRT, SIGALRM, SIGCONT, SIGHUP, SIGINT, SIGIO, SIGPROF, SIGQUIT, SIGSYS, SIGTERM, SIGTSTP,
    SIGUSR1, SIGUSR2, SIGVTALRM, SIGXCPU, SIGXFSZ,
};
use signal_hook::iterator::Signals;
use signal_hook::{flag, low_level};

use super::Asked;

/// Signals whose default action ends the program, except those that report a fault in it.
const ENDING: &[i32] = &[
    SIGHUP,
    SIGINT,
    SIGQUIT,
    SIGTERM,
    SIGUSR1,
    SIGUSR2,
    SIGALRM,
    SIGVTALRM,
    SIGPROF,
    SIGXCPU,
    SIGABRT,
    SIGSYS,
    SIGIO,
    #[cfg(target_os = "linux")]
    rustix::process::Signal::POWER.as_raw(),
    #[cfg(target_os = "linux")]
    rustix::process::Signal::STKFLT.as_raw(),
];

/// Signals that a key sends to every program in the foreground of the terminal.
const TYPED: [i32; 2] = [SIGINT, SIGQUIT];

/// The signals that requested the end of the program; 0 for none.
#[derive(Default)]
struct Received {
    typed: Arc<AtomicUsize>,
    other: Arc<AtomicUsize>,
}

static RECEIVED: LazyLock<Received> = LazyLock::new(Received::default);

/// True while another program reads the keyboard.
static KEYS_ARE_AWAY: AtomicBool = AtomicBool::new(false);

/// Returns the signal that requested the end of the program.
pub fn received() -> Option<i32> {
    let signal = |place: &AtomicUsize| {
        i32::try_from(place.load(Ordering::SeqCst)).ok().filter(|&signal| signal > 0)
    };
    signal(&RECEIVED.other).or_else(|| signal(&RECEIVED.typed))
}

/// Records a signal for [`received`] as soon as it arrives, in addition to other handlers.
fn note(signal: i32) -> io::Result<()> {
    let place = if TYPED.contains(&signal) { &RECEIVED.typed } else { &RECEIVED.other };
    flag::register_usize(signal, place.clone(), usize::try_from(signal).unwrap_or_default())
        .map(drop)
}

/// Passes the requests of signals to `tell` on a new thread, until it returns false.
///
/// # Errors
///
/// The system provides no handler or no thread.
pub fn watch(tell: impl Fn(Asked) -> bool + Send + 'static) -> io::Result<()> {
    let ignored = Ignored::read();
    ignored.without(ENDING).try_for_each(note)?;
    // Exceeding the file size limit becomes an error of the write instead.
    flag::register(SIGXFSZ, Arc::default())?;
    let mut signals =
        Signals::new(ignored.without(ENDING).chain(ignored.without(&[SIGTSTP, SIGCONT])))?;
    // Only [`received`] knows of a signal that arrived between the two registrations.
    let early = received().map(|_| Asked::End);
    try_spawn(move || {
        let _ = early.into_iter().chain(signals.forever().filter_map(asked)).all(tell);
    })
    .map(drop)
}

/// Returns the request of a signal to the screen.
fn asked(signal: i32) -> Option<Asked> {
    let keys_are_away = KEYS_ARE_AWAY.load(Ordering::SeqCst);
    match signal {
        SIGCONT => Some(Asked::Continue),
        SIGTSTP if keys_are_away => {
            // The other program stops as well, and the terminal has been restored.
            stop();
            None
        }
        SIGTSTP => Some(Asked::Stop),
        // The signal was meant for the other program, which may have ended before this thread
        // noticed.
        _ if TYPED.contains(&signal)
            && (keys_are_away || RECEIVED.typed.load(Ordering::SeqCst) == 0) =>
        {
            None
        }
        _ => Some(Asked::End),
    }
}

/// Runs `work` while another program reads the keyboard. A signal typed to interrupt that program
/// does not end this one.
pub fn without_keys<T>(work: impl FnOnce() -> T) -> T {
    KEYS_ARE_AWAY.store(true, Ordering::SeqCst);
    let result = work();
    RECEIVED.typed.store(0, Ordering::SeqCst);
    KEYS_ARE_AWAY.store(false, Ordering::SeqCst);
    result
}

/// Runs `work` while signals do not end the program but set `cancel`, so that it can end in order.
///
/// # Errors
///
/// The system provides no handler.
pub fn cancelling<T>(cancel: &Arc<AtomicBool>, work: impl FnOnce() -> T) -> io::Result<T> {
    // Handlers cannot be removed, but they can perform the default action.
    let over = Arc::new(AtomicBool::new(false));
    flag::register(SIGXFSZ, Arc::default())?;
    for signal in Ignored::read().without(ENDING) {
        // Not every system knows all signals.
        flag::register_conditional_default(signal, over.clone())
            .or_else(|_| flag::register_conditional_shutdown(signal, 128 + signal, over.clone()))?;
        note(signal)?;
        flag::register(signal, cancel.clone())?;
    }
    if received().is_some() {
        // It arrived before the last handler of its kind.
        cancel.store(true, Ordering::SeqCst);
    }
    let result = work();
    over.store(true, Ordering::SeqCst);
    Ok(result)
}

/// Stops the program until the shell continues it; without a shell that could do so, returns at
/// once.
pub fn stop() {
    // A shell with job control puts its jobs into separate process groups. The kernel does not
    // stop a group that nothing would continue, either.
    let has_shell = getsid(None).is_ok_and(|session| session != getpgrp());
    if has_shell && !Ignored::read().has(SIGTSTP) {
        let _ = low_level::emulate_default_handler(SIGTSTP);
    }
}

/// Ends the program by a signal.
pub fn die(signal: i32) -> ! {
    let _ = low_level::emulate_default_handler(signal);
    // Not every system knows all signals.
    std::process::exit(128 + signal)
}

/// The signals that are ignored, one bit each. Empty if there is no `/proc`.
struct Ignored(u64);

impl Ignored {
    fn read() -> Self {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        Self(mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default())
    }

    fn has(&self, signal: i32) -> bool {
        let mask = u32::try_from(signal - 1).ok().and_then(|bit| self.0.checked_shr(bit));
        mask.is_some_and(|mask| mask & 1 == 1)
    }

    fn without<'a>(&'a self, signals: &'a [i32]) -> impl Iterator<Item = i32> + 'a {
        signals.iter().copied().filter(|&signal| !self.has(signal))
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    /// Set in a process of its own, because a signal reaches every test of a process.
    const ALONE: &str = "LAYERSCOPE_TEST_OF_AN_EARLY_SIGNAL";

    #[test]
    fn a_signal_that_arrives_while_the_handlers_are_being_set_ends_the_program() {
        if std::env::var_os(ALONE).is_none() {
            let name = std::thread::current().name().map(str::to_owned).unwrap();
            let mut alone = Command::new(std::env::current_exe().unwrap());
            let done = alone.args([&name, "--exact"]).env(ALONE, "1").output().unwrap();
            assert!(done.status.success(), "{done:?}");
            assert!(String::from_utf8_lossy(&done.stdout).contains("1 passed"), "{done:?}");
            return;
        }
        note(SIGTERM).unwrap();
        low_level::raise(SIGTERM).unwrap();
        let (sender, asks) = channel();
        watch(move |asked| sender.send(asked).is_ok()).unwrap();
        assert_eq!(asks.recv_timeout(Duration::from_secs(20)), Ok(Asked::End));
    }
}
