//! How long a key takes to be on the screen: the real program on a pseudo-terminal of 200×60, a
//! large image in it.
//!
//! A frame ends with the mark of a synchronised update, so what is measured
//! is the time from the write of the key to the last byte of its frame. What
//! runs beside the screen sends more frames; the last of them is measured, too.

use std::error::Error;
use std::io::{Read, Write};
use std::path::Path;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use super::targets::float;

const SIZE: PtySize = PtySize { rows: 60, cols: 200, pixel_width: 0, pixel_height: 0 };
/// How a frame ends (Synchronized Output, DEC private mode 2026).
const FRAME_END: &[u8] = b"\x1b[?2026l";
/// Without output for so long, all that a key started is over.
const QUIET: Duration = Duration::from_millis(120);
/// Within this time everything comes, or something is wrong.
const PATIENCE: Duration = Duration::from_secs(60);
/// What a frame may take.
pub const LIMIT: Duration = Duration::from_millis(16);

/// Keys of one kind: what to press before, what is measured, each by itself, and what to press
/// after.
struct Kind {
    name: &'static str,
    before: &'static [&'static str],
    keys: &'static [&'static str],
    after: &'static [&'static str],
}

const fn kind(name: &'static str, keys: &'static [&'static str]) -> Kind {
    Kind { name, before: &[], keys, after: &[] }
}

const DOWN: &str = "j";
const PAGE_DOWN: &str = "\x1b[6~";
const PAGE_UP: &str = "\x1b[5~";
const RIGHT: &str = "\x1b[C";
const LEFT: &str = "\x1b[D";
const ESCAPE: &str = "\x1b";
const TAB: &str = "\t";

/// What is pressed; each round goes through all of it.
const KINDS: [Kind; 22] = [
    kind("down, up", &[DOWN, DOWN, DOWN, "k", "k"]),
    kind("page down, page up", &[PAGE_DOWN, PAGE_DOWN, PAGE_UP, PAGE_UP]),
    kind("last, first row", &["G", "g"]),
    Kind {
        name: "open, fold",
        before: &["g", "z"],
        keys: &["l", "h", "l", DOWN, "l", "h", "z", "z"],
        after: &["w"],
    },
    Kind { name: "fold everything", before: &[], keys: &["Z"], after: &["w"] },
    kind("next waste", &["w", "w", "w"]),
    kind("sort by size, name, items, time", &["n", "n", "C", "M", "s"]),
    kind("size shown", &["a", "a", "a"]),
    kind("columns", &["c", "c", "\x02", "\x02", "\x02", "\x02"]),
    kind("chips", &["!", "!", "~", "~", "@", "@", "=", "=", "+", "+", ">", ">", ">", ">"]),
    kind("next, previous layer", &["[", "[", "[", "]", "]", "]"]),
    Kind {
        name: "a page of layers, first, last layer",
        before: &[TAB],
        keys: &[PAGE_UP, PAGE_DOWN, "g", "G", PAGE_UP],
        after: &["G", TAB],
    },
    Kind {
        name: "changes of the layer, or everything",
        before: &[],
        keys: &["t", "[", "]", "t"],
        after: &[],
    },
    kind("next, previous change", &["}", "}", "}", "{", "{"]),
    Kind { name: "mark", before: &[], keys: &[" ", " ", " ", "U"], after: &["g"] },
    Kind {
        name: "search, each key",
        before: &["/"],
        keys: &["s", "e", "c", "t", "i", "o", "n", "-", "0", "0", "9"],
        after: &["\r"],
    },
    Kind { name: "next, previous hit", before: &[], keys: &["n", "n", "N"], after: &[ESCAPE] },
    Kind {
        name: "filter, each key",
        before: &["f"],
        keys: &["*", "9", "9", "9", ".", "t", "x", "t"],
        after: &["\r", "g"],
    },
    Kind {
        name: "in what is filtered",
        before: &[],
        keys: &[DOWN, "G", PAGE_UP, "s", "s", "[", "]"],
        after: &[ESCAPE],
    },
    // The time-lapse starts by itself, and it would go on for half a minute.
    Kind { name: "play, and pause", before: &[], keys: &["8 "], after: &[] },
    // A layer that comes runs: "all of it" is how long that takes to be seen.
    kind("play: a layer on, back", &[RIGHT, RIGHT, RIGHT, LEFT, LEFT]),
    Kind {
        name: "play: last, first layer; faster, slower",
        before: &[],
        keys: &["G", "g", "+", "-"],
        after: &["G", "1"],
    },
];

/// What was measured of a kind of keys.
pub struct Timing {
    name: &'static str,
    /// From the key to the end of the first frame, each time.
    frames: Vec<Duration>,
    /// From the key to the end of the last frame, each time.
    settled: Vec<Duration>,
}

/// Presses all kinds of keys `rounds` times in the program that has opened `archive`.
pub fn measure(archive: &Path, rounds: usize) -> Result<Vec<Timing>, Box<dyn Error>> {
    let mut terminal = Terminal::open(archive)?;
    let none = |kind: &Kind| Timing { name: kind.name, frames: Vec::new(), settled: Vec::new() };
    let mut timings: Vec<_> = KINDS.iter().map(none).collect();
    for _ in 0..rounds {
        for (kind, timing) in KINDS.iter().zip(&mut timings) {
            for key in kind.before {
                terminal.press(key)?;
            }
            for key in kind.keys {
                let (frame, settled) = terminal.press(key)?;
                timing.frames.push(frame);
                timing.settled.push(settled);
            }
            for key in kind.after {
                terminal.press(key)?;
            }
        }
    }
    terminal.end()?;
    Ok(timings)
}

/// The timings as a table in Markdown.
pub fn table(timings: &[Timing]) -> String {
    let mut text = String::from(
        "| key | frame, median | frame, max | all of it, median | max |\n|---|---:|---:|---:|---:|\n",
    );
    for timing in timings {
        let (median, max) = middle_and_end(&timing.frames);
        let settled = middle_and_end(&timing.settled);
        text +=
            &format!("| {} | {median} | {max} | {} | {} |\n", timing.name, settled.0, settled.1);
    }
    text
}

/// The kinds whose first frame took longer than the limit more often than not.
pub fn slow(timings: &[Timing]) -> impl Iterator<Item = &'static str> {
    timings.iter().filter(|timing| median(&timing.frames) > LIMIT).map(|timing| timing.name)
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

fn middle_and_end(times: &[Duration]) -> (String, String) {
    let shown = |time: Duration| {
        format!("{:.1} ms", float(u64::try_from(time.as_micros()).unwrap_or(u64::MAX)) / 1e3)
    };
    (shown(median(times)), shown(times.iter().max().copied().unwrap_or_default()))
}

/// The program on a terminal of its own.
struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    /// Closing it would end the program.
    _master: Box<dyn MasterPty + Send>,
    keys: Box<dyn Write + Send>,
    output: Receiver<(Instant, Vec<u8>)>,
    /// The end of what has come, in which the mark may begin.
    tail: Vec<u8>,
}

impl Terminal {
    fn open(archive: &Path) -> Result<Self, Box<dyn Error>> {
        let pair = native_pty_system().openpty(SIZE)?;
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_layerscope"));
        command.arg(archive);
        command.env("TERM", "xterm-256color");
        let child = pair.slave.spawn_command(command)?;
        let mut reader = pair.master.try_clone_reader()?;
        let keys = pair.master.take_writer()?;
        let (sender, output) = channel();
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(n @ 1..) = reader.read(&mut buffer) {
                if sender.send((Instant::now(), buffer[..n].to_vec())).is_err() {
                    return;
                }
            }
        });
        let mut terminal = Self { child, _master: pair.master, keys, output, tail: Vec::new() };
        let mut seen = Vec::new();
        while !contains(&seen, b"efficiency") {
            seen.extend(terminal.output.recv_timeout(PATIENCE)?.1);
        }
        terminal.wait_until_quiet(Instant::now())?;
        Ok(terminal)
    }

    /// Presses a key; how long its first and its last frame took.
    fn press(&mut self, key: &str) -> Result<(Duration, Duration), Box<dyn Error>> {
        let start = Instant::now();
        self.keys.write_all(key.as_bytes())?;
        self.keys.flush()?;
        let (first, last) = self.wait_until_quiet(start)?;
        Ok((first - start, last - start))
    }

    /// When the first and the last frame ended.
    fn wait_until_quiet(&mut self, start: Instant) -> Result<(Instant, Instant), Box<dyn Error>> {
        let (mut first, mut last) = (None, start);
        loop {
            let patience = if first.is_some() { QUIET } else { PATIENCE };
            match self.output.recv_timeout(patience) {
                Ok((at, bytes)) => {
                    self.tail.extend(bytes);
                    if contains(&self.tail, FRAME_END) {
                        first.get_or_insert(at);
                        last = at;
                    }
                    let kept = self.tail.len().saturating_sub(FRAME_END.len() - 1);
                    self.tail.drain(..kept);
                }
                Err(RecvTimeoutError::Timeout) => {
                    return first.map(|first| (first, last)).ok_or_else(|| "no frame came".into());
                }
                Err(RecvTimeoutError::Disconnected) => return Err("the program has ended".into()),
            }
        }
    }

    fn end(mut self) -> Result<(), Box<dyn Error>> {
        self.keys.write_all(b"q")?;
        self.keys.flush()?;
        if self.child.wait()?.success() { Ok(()) } else { Err("the program has failed".into()) }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn contains(bytes: &[u8], wanted: &[u8]) -> bool {
    bytes.windows(wanted.len()).any(|window| window == wanted)
}
