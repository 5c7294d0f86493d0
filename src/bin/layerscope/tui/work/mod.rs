//! Background tasks: requests of the state, their answers, and the work itself.
//!
//! The state gives a task a number and continues. Answers that are no longer awaited are dropped,
//! and their tasks are cancelled.

pub mod amount;
mod jobs;
pub mod kept;
pub mod pass;

use std::io::{self, Write};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use layerscope::archive::{Extent, Source, read_extent};
use layerscope::display::{Escaped, Units, escaped, escaped_display, shown};
use layerscope::files::contents::Contents;
use layerscope::files::extract::{Extracted, Options, What, extract};
use layerscope::tree::VersionId;
use layerscope::{Error, Inspection, Progress};
use tempfile::TempPath;

use super::contents::colours::{self, Part};
use super::contents::difference::{self, Difference};
use super::contents::find::{self, Pattern, Way};
use super::contents::program;
use super::contents::window::{BLOCK, Window, around, newlines};

use amount::{Amount, measure};
pub use jobs::Jobs;
use pass::{Matches, Pass};

/// The number of blocks read at a time when going through a whole file.
const STEP: u64 = 4;
/// The largest file that is copied for another program, in bytes.
const SAVE_LIMIT: u64 = 2 << 30;

/// Numbers for tasks, each given once.
#[derive(Debug, Default)]
pub struct Numbers(u64);

impl Numbers {
    /// Returns the next number.
    pub fn peek(&self) -> u64 {
        self.0
    }

    /// Takes the next number.
    pub fn take(&mut self) -> u64 {
        self.0 += 1;
        self.0 - 1
    }
}

/// A task with its number.
#[derive(Debug)]
pub struct Task {
    pub number: u64,
    pub ask: Ask,
}

/// The request of a task.
#[derive(Debug)]
pub enum Ask {
    /// The bytes around a position of a file.
    Window { version: VersionId, at: u64 },
    /// The newlines of all blocks from one on.
    Count { version: VersionId, block: u64 },
    /// The next match of a pattern.
    Find { version: VersionId, pattern: Pattern, from: u64, way: Way },
    /// The syntax highlighting of a text, with the name of its file.
    Colour { name: Vec<u8>, text: Arc<[u8]> },
    /// The kind of a file that is not a text.
    Recognise { version: VersionId },
    /// The difference between two files.
    Compare { old: VersionId, new: VersionId },
    /// A temporary copy of a file for another program.
    Save { version: VersionId },
    /// The amount to extract.
    Measure { what: What },
    /// A permanent copy on the host.
    Extract { what: What, to: PathBuf },
    /// The paths that match.
    Pass(Pass),
}

/// An answer to a task. The last answer of a task is [`Answer::Done`], or any other than
/// [`Answer::Counted`] and [`Answer::Colours`].
#[derive(Debug)]
pub enum Answer {
    /// A window, and the newlines of each of its blocks.
    Window(Window, Vec<u32>),
    /// The newlines of blocks from one on, and whether the last of them ends without a newline.
    Counted {
        first: u64,
        newlines: Vec<u32>,
        open: bool,
    },
    Found(Option<Range<u64>>),
    Colours(Vec<Part>),
    About(Vec<String>),
    Compared(Difference),
    Saved(TempPath),
    Measured(Amount),
    Extracted(Extracted),
    /// Results of a pass, intermediate or final.
    Matched(Matches),
    /// The task is complete.
    Done,
    Failed(Escaped),
}

/// The resources that tasks need.
#[derive(Clone)]
pub struct Workshop {
    pub inspection: Arc<Inspection>,
    pub contents: Arc<dyn Contents>,
    /// The units of sizes in sentences.
    pub units: Units,
}

/// The reason why a task failed.
enum Failure {
    Image(Error),
    Read(io::Error),
    Write(io::Error),
    Short(u64),
    TooLarge,
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Image(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Read(error)
    }
}

impl Workshop {
    /// Performs a request and passes its answers to `tell`, until it is cancelled through
    /// `progress`.
    pub fn perform(&self, ask: Ask, progress: &Arc<Progress>, tell: &mut dyn FnMut(Answer)) {
        let last = match ask {
            Ask::Window { version, at } => self.window(version, at, progress),
            Ask::Count { version, block } => {
                self.count(version, block, progress, tell).map(|()| Answer::Done)
            }
            Ask::Find { version, pattern, from, way } => self
                .open(version, progress)
                .and_then(|source| Ok(find::find(&*source, &pattern, from, way)?))
                .map(Answer::Found),
            Ask::Colour { name, text } => {
                let tell = |parts| {
                    tell(Answer::Colours(parts));
                    !progress.cancel.load(Ordering::Relaxed)
                };
                colours::colour(&String::from_utf8_lossy(&name), &text, tell);
                Ok(Answer::Done)
            }
            Ask::Recognise { version } => self
                .open(version, progress)
                .map(|source| Answer::About(program::about(&source, self.units))),
            Ask::Compare { old, new } => self
                .open(old, progress)
                .and_then(|old| Ok(difference::compare(&*old, &*self.open(new, progress)?)?))
                .map(Answer::Compared),
            Ask::Save { version } => self.save(version, progress).map(Answer::Saved),
            Ask::Measure { what } => {
                let wanted = || !progress.cancel.load(Ordering::Relaxed);
                Ok(Answer::Measured(measure(&self.inspection.tree, what, wanted)))
            }
            Ask::Pass(pass) => {
                let wanted = || !progress.cancel.load(Ordering::Relaxed);
                pass.run(&self.inspection.tree, &wanted, &mut |matches| {
                    tell(Answer::Matched(matches));
                });
                Ok(Answer::Done)
            }
            Ask::Extract { what, to } => extract(
                &self.inspection.tree,
                &*self.contents,
                what,
                &to,
                Options::default(),
                progress,
            )
            .map(Answer::Extracted)
            .map_err(Failure::Image),
        };
        let last = last.and_then(|answer| {
            self.contents.check_unchanged().map(|()| answer).map_err(Failure::Image)
        });
        tell(last.unwrap_or_else(|failure| {
            Answer::Failed(match failure {
                Failure::Image(error) => escaped_display(&error),
                Failure::Read(error) => shown!("cannot read it: {}", escaped_display(&error)),
                Failure::Write(error) => {
                    shown!("cannot write a temporary file: {}", escaped_display(&error))
                }
                Failure::Short(end) => {
                    shown!("cannot read it: its layer ends after {} bytes of it", end)
                }
                Failure::TooLarge => {
                    "it is too large for a temporary file. Press x to extract it.".into()
                }
            })
        }));
    }

    fn open(&self, version: VersionId, progress: &Arc<Progress>) -> Result<Source, Failure> {
        Ok(self.contents.open(&self.inspection.tree, version, progress)?)
    }

    fn window(
        &self,
        version: VersionId,
        at: u64,
        progress: &Arc<Progress>,
    ) -> Result<Answer, Failure> {
        let source = self.open(version, progress)?;
        let size = source.len();
        let bytes = read(&source, around(at, size))?;
        let counted = by_block(&bytes);
        Ok(Answer::Window(
            Window { start: around(at, size).start, bytes: bytes.into(), size },
            counted,
        ))
    }

    fn count(
        &self,
        version: VersionId,
        block: u64,
        progress: &Arc<Progress>,
        tell: &mut dyn FnMut(Answer),
    ) -> Result<(), Failure> {
        let source = self.open(version, progress)?;
        let mut first = block;
        while first.saturating_mul(BLOCK) < source.len() && !progress.cancel.load(Ordering::Relaxed)
        {
            let end = (first + STEP).saturating_mul(BLOCK).min(source.len());
            let bytes = read(&source, first * BLOCK..end)?;
            tell(Answer::Counted {
                first,
                newlines: by_block(&bytes),
                open: bytes.last() != Some(&b'\n'),
            });
            first += STEP;
        }
        Ok(())
    }

    /// Writes a temporary file that only this user can read, and that is removed with its path.
    fn save(&self, version: VersionId, progress: &Arc<Progress>) -> Result<TempPath, Failure> {
        let source = self.open(version, progress)?;
        if source.len() > SAVE_LIMIT {
            return Err(Failure::TooLarge);
        }
        let tree = &self.inspection.tree;
        // The name shows the pager what the file is; other characters might have a meaning for a
        // shell.
        let name = escaped(tree.name(tree.node_of(version)));
        let plain: String = name
            .chars()
            .filter(|&c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-'))
            .take(80)
            .collect();
        let mut file = tempfile::Builder::new()
            .prefix("layerscope-")
            .suffix(&format!("-{}", plain.trim_start_matches(['.', '-'])))
            .tempfile()
            .map_err(Failure::Write)?;
        let mut at = 0;
        while at < source.len() {
            let end = at.saturating_add(STEP * BLOCK).min(source.len());
            file.write_all(&read(&source, at..end)?).map_err(Failure::Write)?;
            at = end;
        }
        Ok(file.into_temp_path())
    }
}

fn read(source: &Source, range: Range<u64>) -> Result<Vec<u8>, Failure> {
    let bytes =
        read_extent(&**source, Extent { offset: range.start, len: range.end - range.start })?;
    let end = range.start + bytes.len() as u64;
    if end < range.end { Err(Failure::Short(end)) } else { Ok(bytes) }
}

fn by_block(bytes: &[u8]) -> Vec<u32> {
    let block = usize::try_from(BLOCK).expect("a block fits into memory");
    bytes
        .chunks(block)
        .map(|block| u32::try_from(newlines(block)).expect("a block has fewer"))
        .collect()
}
