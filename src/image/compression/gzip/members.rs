//! Decodes the members of a gzip file side by side, where cores have no work.
//!
//! bgzip writes a member for each 64 KiB, eStargz one for each file or 4 MiB of it. The stream is
//! read ahead and cut where a member seems to begin; each part is decoded as a file of its own by
//! whoever has time, the reader too, and handed over in order. A part that does not end exactly
//! where the next one was cut tells that a cut was wrong, or that the stream is damaged or ends:
//! its whole members are taken, and from there on the stream is decoded in the plain way, from the
//! same bytes in the same pieces. So results and errors are those of the plain way, always.
//!
//! Memory: at most three parts more than there are helpers, each with its stored bytes and with at
//! most [`Sizes::decoded`] decoded ones, usually a third of that.

use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use memchr::memmem;

use super::ahead::{Ahead, Run};
use super::{Checkpoint, Gzip, Note, Phase};
use crate::progress::{IdleCores, try_spawn};

/// The most threads that help the one that reads. It walks and hashes what they decode, and has
/// no time to do so for more.
const HELPERS: usize = 3;
/// By how much room grows.
const GROWTH: usize = 256 << 10;
/// The first bytes of every member, and the length of the shortest header.
const MAGIC: [u8; 3] = [0x1f, 0x8b, 8];
const HEADER: usize = 10;

/// The sizes of parts.
#[derive(Clone, Copy)]
pub struct Sizes {
    /// The least stored bytes of a part but the last.
    pub least: usize,
    /// The most stored bytes of a part.
    pub most: usize,
    /// The most decoded bytes of a part.
    pub decoded: usize,
}

pub const SIZES: Sizes = Sizes { least: 512 << 10, most: 4 << 20, decoded: 6 << 20 };

/// A boundary between members, counted from the start of a part.
#[derive(Clone, Copy, Default)]
pub struct Boundary {
    pub decoded: usize,
    pub stored: usize,
    /// The remark on the members before it.
    pub note: Option<Note>,
}

/// The members of a part, decoded.
#[derive(Default)]
pub struct Made {
    /// The decoded bytes, and room behind them.
    pub bytes: Vec<u8>,
    /// The starts of its members.
    pub starts: Vec<Boundary>,
    /// The end of the last whole one.
    pub end: Boundary,
    /// True if that is the end of the part.
    is_whole: bool,
}

impl Made {
    /// Decodes a part into `room`.
    fn decode(part: Run, room: Vec<u8>, sizes: Sizes) -> Self {
        let len = part.len();
        let mut gzip = Gzip::new(part, &Checkpoint::START);
        let mut made = Self { bytes: room, ..Self::default() };
        let (mut n, mut boundaries) = (0, Vec::<Boundary>::new());
        while n <= sizes.decoded {
            if matches!(gzip.phase, Phase::Between) {
                let stored = usize::try_from(gzip.stored).unwrap_or(len);
                // A header that was refused is no place to go on from.
                if boundaries.last().is_some_and(|last| last.stored == stored) {
                    break;
                }
                boundaries.push(Boundary { decoded: n, stored, note: gzip.note });
            }
            if made.bytes.len() < n + GROWTH / 2 {
                made.bytes.resize(n + GROWTH, 0);
            }
            match gzip.step(&mut made.bytes[n..]) {
                Ok(Some(0)) | Err(_) => break,
                Ok(step) => n += step.unwrap_or(0),
            }
        }
        made.end = boundaries.pop().unwrap_or_default();
        made.is_whole = made.end.stored == len;
        made.starts = boundaries;
        made
    }
}

/// A part of the stream.
enum Part {
    Waiting(Run),
    Running,
    Done(Box<Made>),
}

/// The parts that are decoded side by side, in order.
#[derive(Default)]
struct Parts {
    list: VecDeque<Part>,
    /// The number of the first one.
    first: usize,
    /// Buffers that are used again.
    room: Vec<Vec<u8>>,
    is_over: bool,
}

struct Shared {
    parts: Mutex<Parts>,
    changed: Condvar,
    sizes: Sizes,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Parts> {
        self.parts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, parts: MutexGuard<'a, Parts>) -> MutexGuard<'a, Parts> {
        self.changed.wait(parts).unwrap_or_else(PoisonError::into_inner)
    }

    /// Decodes the first part that nobody decodes. Returns the lock, and whether there was one.
    fn decode_one<'a>(&'a self, mut parts: MutexGuard<'a, Parts>) -> (MutexGuard<'a, Parts>, bool) {
        let waiting = parts.list.iter().position(|part| matches!(part, Part::Waiting(_)));
        let Some(i) = waiting else { return (parts, false) };
        let Part::Waiting(run) = std::mem::replace(&mut parts.list[i], Part::Running) else {
            return (parts, false);
        };
        let (number, room) = (parts.first + i, parts.room.pop().unwrap_or_default());
        drop(parts);
        let made = Made::decode(run, room, self.sizes);
        let mut parts = self.lock();
        // Otherwise nobody wants it any more.
        if let Some(i) = number.checked_sub(parts.first) {
            parts.list[i] = Part::Done(Box::new(made));
        }
        self.changed.notify_all();
        (parts, true)
    }

    /// Decodes parts until the decoder is dropped.
    fn help(&self) {
        let mut parts = self.lock();
        while !parts.is_over {
            let (now, did_one) = self.decode_one(parts);
            parts = if did_one { now } else { self.wait(now) };
        }
    }
}

/// The members of a stream that are decoded side by side.
pub struct SideBySide {
    shared: Arc<Shared>,
    idle: IdleCores,
    helpers: usize,
    /// The offset in the stream where the next part begins, and up to where no start of a member
    /// was found for the one after it.
    cut: u64,
    searched: u64,
    /// The offset before which the stream is decoded in the plain way, and how far that goes.
    plain_until: u64,
    plain: u64,
}

impl SideBySide {
    pub fn new(idle: IdleCores, sizes: Sizes) -> Self {
        let (parts, changed) = (Mutex::default(), Condvar::new());
        Self {
            shared: Arc::new(Shared { parts, changed, sizes }),
            idle,
            helpers: 0,
            cut: 0,
            searched: 0,
            plain_until: 0,
            plain: sizes.most as u64,
        }
    }

    /// Returns the next members of `input`, of which `stored` bytes have been decoded; `None` to
    /// decode the next one in the plain way.
    pub fn next(&mut self, input: &mut Ahead<impl BufRead>, stored: u64) -> Option<Box<Made>> {
        if stored < self.plain_until || !self.has_help() {
            return None;
        }
        self.fill(input, stored);
        let shared = self.shared.clone();
        let mut parts = shared.lock();
        loop {
            match parts.list.front()? {
                Part::Done(_) => break,
                _ => {
                    let (now, did_one) = shared.decode_one(parts);
                    parts = if did_one { now } else { shared.wait(now) };
                }
            }
        }
        let Some(Part::Done(made)) = parts.list.pop_front() else { return None };
        parts.first += 1;
        if !made.is_whole {
            parts.first += parts.list.len();
            parts.list.clear();
            // Where cuts are often wrong, no more time is lost than the plain way takes.
            self.plain_until = stored + made.end.stored as u64 + self.plain;
            self.plain = self.plain.saturating_mul(2);
        } else {
            self.plain = (self.plain / 2).max(shared.sizes.most as u64);
        }
        Some(made)
    }

    /// Keeps a buffer to use it again.
    pub fn reuse(&mut self, room: Vec<u8>) {
        self.shared.lock().room.push(room);
    }

    /// Returns whether there are helpers; more of them come where cores have no work any more.
    fn has_help(&mut self) -> bool {
        while self.helpers < HELPERS
            && let Some(core) = self.idle.take()
        {
            let shared = self.shared.clone();
            let help = move || {
                shared.help();
                drop(core);
            };
            if try_spawn(help).is_err() {
                break;
            }
            self.helpers += 1;
        }
        self.helpers > 0
    }

    /// Cuts as many parts as are decoded at once. There are none if it would be only one.
    fn fill(&mut self, input: &mut Ahead<impl BufRead>, stored: u64) {
        let mut list = VecDeque::new();
        let there = self.shared.lock().list.len();
        if there == 0 {
            (self.cut, self.searched) = (stored, stored);
        }
        while there + list.len() < self.helpers + 2
            && let Some(run) = self.cut(input, stored)
        {
            list.push_back(Part::Waiting(run));
        }
        if there + list.len() > 1 {
            self.shared.lock().list.append(&mut list);
            self.shared.changed.notify_all();
        } else if there == 0 {
            self.plain_until = stored + self.shared.sizes.least as u64;
        }
    }

    /// Cuts the next part off; `None` if nothing seems to begin behind it.
    fn cut(&mut self, input: &mut Ahead<impl BufRead>, stored: u64) -> Option<Run> {
        let sizes = self.shared.sizes;
        let from = usize::try_from(self.cut - stored).ok()?;
        self.searched = self.searched.max(self.cut + sizes.least as u64);
        let end = loop {
            let searched = usize::try_from(self.searched - stored).ok()?;
            let is_start = |piece: &[u8], at| find_member(piece, at, sizes);
            if let Some(end) = input.find(searched, is_start) {
                break end;
            }
            self.searched = self.searched.max(stored + input.len() as u64);
            if input.len() >= from + sizes.most {
                return None;
            }
            if !input.pull() {
                break input.len();
            }
        };
        if end <= from || end - from > sizes.most {
            return None;
        }
        self.cut = stored + end as u64;
        Some(input.run(from, end))
    }
}

impl Drop for SideBySide {
    fn drop(&mut self) {
        self.shared.lock().is_over = true;
        self.shared.changed.notify_all();
    }
}

/// Finds where a member seems to begin, from `at` on. A gzip file that is stored in a layer has
/// zeros before it, and members have their length there.
fn find_member(piece: &[u8], at: usize, sizes: Sizes) -> Option<usize> {
    let is_member = |&start: &usize| {
        let length = start.checked_sub(4).and_then(|from| piece[from..].first_chunk());
        let header = piece[start..].first_chunk::<HEADER>();
        let (Some(&length), Some([_, _, _, flags, _, _, _, _, effort, system])) = (length, header)
        else {
            return false;
        };
        let decoded = u32::from_le_bytes(length) as usize;
        (1..=sizes.decoded).contains(&decoded)
            && flags & 0xe0 == 0
            && matches!(effort, 0 | 2 | 4)
            && matches!(system, 0..=13 | 255)
    };
    memmem::find_iter(piece.get(at..)?, &MAGIC).map(|found| at + found).find(is_member)
}

#[cfg(test)]
mod tests;
