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
/// The same for the many keys in a deep tree, which start little.
const SHORTLY: Duration = Duration::from_millis(50);
/// In a deep tree, what goes on for longer is not waited for: a time-lapse that a key has started.
const ENOUGH: Duration = Duration::from_millis(500);
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
/// A key that means nothing while layers are read, and nothing in the tree.
const NOTHING: &str = "#";
/// A word of the first screen that is not there before the layers have been read.
const READ: &[u8] = b"wasted";
/// The least time after the layers have been read in which keys are pressed on.
const STUDY: Duration = Duration::from_secs(1);

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
    kind("sort by name, items, time, size", &["A", "A", "C", "M", "s"]),
    kind("size shown", &["S", "S", "S", "S"]),
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
        keys: &["G", "g", ".", ","],
        after: &["G", "1"],
    },
];

/// The views, by their keys.
const VIEWS: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];
/// The keys that are pressed in each view of a deep tree.
const EACH: [&str; 53] = [
    "k", "j", PAGE_UP, PAGE_DOWN, "g", "G", LEFT, RIGHT, "\r", TAB, "[", "]", "o", "y", "Y", "v",
    "e", "D", "/", "f", "w", "i", "t", "\x0c", "\x01", "+", "~", "@", "-", "=", "!", ">", "s", "A",
    "C", "M", "S", "c", "\x02", "}", "{", " ", "U", "z", "Z", "T", "m", "0", "r", ".", ",", "F",
    "?",
];

/// What was measured of a kind of keys.
pub struct Timing {
    name: String,
    /// From the key to the end of the first frame, each time.
    frames: Vec<Duration>,
    /// From the key to the end of the last frame, each time.
    settled: Vec<Duration>,
    /// The key that took longest.
    slowest: (Duration, String),
}

impl Timing {
    fn new(name: impl Into<String>) -> Self {
        let (frames, settled, slowest) = (Vec::new(), Vec::new(), Default::default());
        Self { name: name.into(), frames, settled, slowest }
    }

    fn add(&mut self, key: &str, (frame, settled): (Duration, Duration)) {
        self.frames.push(frame);
        self.settled.push(settled);
        if frame > self.slowest.0 {
            self.slowest = (frame, key.escape_default().to_string());
        }
    }
}

/// Presses all kinds of keys `rounds` times in the program that has opened `archive`.
pub fn measure(archive: &Path, rounds: usize) -> Result<Vec<Timing>, Box<dyn Error>> {
    let (mut terminal, loading) = Terminal::open(archive)?;
    let mut timings: Vec<_> = KINDS.iter().map(|kind| Timing::new(kind.name)).collect();
    for _ in 0..rounds {
        for (kind, timing) in KINDS.iter().zip(&mut timings) {
            for key in kind.before {
                terminal.press(key)?;
            }
            for key in kind.keys {
                timing.add(key, terminal.press(key)?);
            }
            for key in kind.after {
                terminal.press(key)?;
            }
        }
    }
    terminal.end()?;
    timings.push(loading);
    Ok(timings)
}

/// Presses each key in each view of the program that has opened `archive`, a deep tree: at the end
/// of the view's list, where it is deepest. With a `step`, only every so many of the keys.
pub fn measure_deep(archive: &Path, step: usize) -> Result<Vec<Timing>, Box<dyn Error>> {
    let (mut terminal, loading) = Terminal::open(archive)?;
    (terminal.quiet, terminal.most) = (SHORTLY, ENOUGH);
    let mut timings = Vec::new();
    for view in VIEWS {
        let mut timing = Timing::new(format!("in a deep tree, each key of view {view}"));
        for key in EACH.into_iter().step_by(step) {
            terminal.press(ESCAPE)?;
            timing.add(view, terminal.press(&format!("{view}G"))?);
            let (frame, settled) = terminal.press(key)?;
            timing.add(key, (frame, settled));
            if settled >= ENOUGH {
                // The end of the time-lapse, so that none of its frames is taken for the next key's.
                terminal.press("G")?;
            }
        }
        timings.push(timing);
    }
    terminal.press(ESCAPE)?;
    terminal.end()?;
    timings.push(loading);
    Ok(timings)
}

/// The timings as a table in Markdown.
pub fn table(timings: &[Timing]) -> String {
    let mut text = String::from(
        "| key | frame, median | 95 % | max | all of it, median | max |\n|---|---:|---:|---:|---:|---:|\n",
    );
    for timing in timings {
        let [median, most, max] = [50, 95, 100].map(|part| shown(percentile(&timing.frames, part)));
        let [settled, last] = [50, 100].map(|part| shown(percentile(&timing.settled, part)));
        text += &format!(
            "| {} | {median} | {most} | {max} ({}) | {settled} | {last} |\n",
            timing.name, timing.slowest.1
        );
    }
    text
}

/// The kinds of which more than one first frame of twenty took longer than the limit.
pub fn slow(timings: &[Timing]) -> impl Iterator<Item = &str> {
    timings
        .iter()
        .filter(|timing| percentile(&timing.frames, 95) > LIMIT)
        .map(|timing| timing.name.as_str())
}

/// The time within which so many of a hundred are.
fn percentile(times: &[Duration], part: usize) -> Duration {
    let mut times = times.to_vec();
    times.sort_unstable();
    let last = times.len().saturating_sub(1);
    times.get((last * part).div_ceil(100)).copied().unwrap_or_default()
}

fn shown(time: Duration) -> String {
    format!("{:.1} ms", float(u64::try_from(time.as_micros()).unwrap_or(u64::MAX)) / 1e3)
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
    /// Without output for so long, all that a key started is over.
    quiet: Duration,
    /// For so long at most, that is waited for.
    most: Duration,
}

impl Terminal {
    /// Opens an archive, and presses keys until it has been read; says how long they took.
    fn open(archive: &Path) -> Result<(Self, Timing), Box<dyn Error>> {
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
        let (tail, quiet, most) = (Vec::new(), QUIET, PATIENCE);
        let mut terminal = Self { child, _master: pair.master, keys, output, tail, quiet, most };
        let mut loading = Timing::new("while layers are read, and after that");
        let mut seen = Vec::new();
        let start = Instant::now();
        let mut end = None;
        // A key without a meaning: nothing but the screen's thread can make it wait.
        while end.is_none_or(|end| Instant::now() < end) {
            let pressed = Instant::now();
            terminal.keys.write_all(NOTHING.as_bytes())?;
            terminal.keys.flush()?;
            let frame = terminal.next_frame(pressed, &mut seen)?;
            loading.add(NOTHING, (frame - pressed, frame - pressed));
            if end.is_none() && contains(&seen, READ) {
                // The study of the image comes a little later.
                end = Some(Instant::now() + STUDY.max(start.elapsed()));
            }
            if end.is_none() && start.elapsed() > PATIENCE {
                return Err("the image does not come".into());
            }
        }
        terminal.press(NOTHING)?;
        Ok((terminal, loading))
    }

    /// Waits for the end of the next frame; adds what comes to `seen`.
    fn next_frame(
        &mut self,
        start: Instant,
        seen: &mut Vec<u8>,
    ) -> Result<Instant, Box<dyn Error>> {
        seen.drain(..seen.len().saturating_sub(FRAME_END.len() + READ.len()));
        loop {
            let (at, bytes) = self.output.recv_timeout(PATIENCE)?;
            let old = seen.len();
            seen.extend(bytes);
            let mark = old.saturating_sub(FRAME_END.len() - 1);
            if at >= start && contains(&seen[mark..], FRAME_END) {
                return Ok(at);
            }
        }
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
            let patience = if first.is_some() { self.quiet } else { PATIENCE };
            match self.output.recv_timeout(patience) {
                Ok((at, bytes)) => {
                    self.tail.extend(bytes);
                    if contains(&self.tail, FRAME_END) {
                        first.get_or_insert(at);
                        last = at;
                    }
                    let kept = self.tail.len().saturating_sub(FRAME_END.len() - 1);
                    self.tail.drain(..kept);
                    if let Some(first) = first.filter(|_| start.elapsed() > self.most) {
                        return Ok((first, last));
                    }
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
