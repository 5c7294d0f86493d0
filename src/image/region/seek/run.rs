//! Decodes one block: chooses the start, keeps blocks on the way, and handles the end.

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::input::{Attribution, Input};
use super::{BLOCK, DecodedStream, End};
use crate::image::compression::{Checkpoint, Decoder, SPACING};
use crate::progress::{Progress, check_cancelled};

/// The distance before the wanted block from which decoded blocks are kept, so that reading
/// backwards decodes several blocks at once.
const KEPT_BEFORE: u64 = 3 * BLOCK;

/// A decoder at its current position.
pub struct Cursor {
    decode: Decoder<Input>,
    attribution: Arc<Attribution>,
    position: u64,
}

/// The result of a step of a cursor.
enum Step {
    /// The requested bytes are complete.
    Full,
    /// The stream has ended, or is broken.
    End(Option<io::Error>),
}

impl Cursor {
    /// Returns the number of bytes before the cursor.
    pub fn position(&self) -> u64 {
        self.position
    }

    /// Fills `buf`; returns the number of bytes read, and whether that was all.
    fn fill(&mut self, buf: &mut [u8]) -> (usize, Step) {
        let mut filled = 0;
        let step = loop {
            if filled == buf.len() {
                break Step::Full;
            }
            match self.decode.read(&mut buf[filled..]) {
                Ok(0) => break Step::End(None),
                Ok(n) => filled += n,
                Err(error) => break Step::End(Some(error)),
            }
        };
        self.position += filled as u64;
        (filled, step)
    }
}

impl DecodedStream {
    /// Returns the block with an index; it is short or empty at the end of the stream.
    pub(super) fn block(&self, index: u64, progress: &Arc<Progress>) -> io::Result<Arc<[u8]>> {
        if let Some(block) = self.shared.block((self.id, index)) {
            return Ok(block);
        }
        let target = index.saturating_mul(BLOCK);
        let mut cursor = self.cursor(target, progress)?;
        cursor.attribution.serve(progress);
        if self.counts() {
            let done = progress.done.load(Ordering::Relaxed);
            let total = done.saturating_add(target - cursor.position).saturating_add(BLOCK);
            progress.total.fetch_max(total, Ordering::Relaxed);
        }
        let mut buffer = vec![0; usize::try_from(BLOCK).expect("a block fits into memory")];
        loop {
            if let Err(cancelled) = check_cancelled(progress) {
                self.shared.keep_cursor(self.id, cursor);
                return Err(cancelled);
            }
            let (here, before) = (cursor.position / BLOCK, cursor.position % BLOCK);
            let wanted = usize::try_from(BLOCK - before).expect("a block fits into memory");
            let (n, step) = cursor.fill(&mut buffer[..wanted]);
            if self.counts() {
                progress.done.fetch_add(n as u64, Ordering::Relaxed);
            }
            let step = match step {
                // An error in reading the input does not mean that the stream is broken.
                Step::End(Some(error)) if cursor.attribution.has_failed() => {
                    check_cancelled(progress)?;
                    return Err(error);
                }
                step => step,
            };
            let block = (before == 0 && target - here * BLOCK <= KEPT_BEFORE)
                .then(|| Arc::from(&buffer[..n]));
            if let Some(block) = &block {
                self.shared.keep_block((self.id, here), Arc::clone(block));
            }
            if let Step::End(fault) = step {
                let fault = fault.map(|error| (error.kind(), error.to_string()));
                self.known().end = Some(End { len: cursor.position, fault });
                return Ok(block.filter(|_| here == index).unwrap_or_default());
            }
            self.mark(&mut cursor);
            if let Some(block) = block.filter(|_| here == index) {
                self.shared.keep_cursor(self.id, cursor);
                return Ok(block);
            }
        }
    }

    /// Returns a decoder at `target`, or the nearest one before it.
    fn cursor(&self, target: u64, progress: &Arc<Progress>) -> io::Result<Cursor> {
        let checkpoint = self.before(target);
        match self.shared.take_cursor(self.id, checkpoint.decoded, target) {
            Some(cursor) => Ok(cursor),
            None => self.begin(&checkpoint, target, progress),
        }
    }

    /// Returns the last checkpoint at or before `target`.
    fn before(&self, target: u64) -> Checkpoint {
        let known = self.known();
        let (passed, found) =
            (self.passed.checkpoints.before(target), known.checkpoints.before(target));
        if passed.decoded >= found.decoded { passed.clone() } else { found.clone() }
    }

    /// Returns a decoder at a checkpoint, to decode from there to the end of the block at `target`.
    fn begin(
        &self,
        checkpoint: &Checkpoint,
        target: u64,
        progress: &Arc<Progress>,
    ) -> io::Result<Cursor> {
        let attribution = Arc::new(Attribution::default());
        let end = target.saturating_add(BLOCK);
        let stored = self.passed.checkpoints.stored_until(checkpoint, end);
        let expected = stored.saturating_add(stored / 8);
        let input =
            Input::new(self.stored.clone(), checkpoint.stored, expected, attribution.clone());
        attribution.serve(progress);
        let mut decode = Decoder::starting(self.compression, input, checkpoint)?;
        decode.read_to_the_fault();
        // Where the first pass made them, no further checkpoints are needed.
        if self.passed.checkpoints.is_empty() {
            decode.mark(SPACING);
        }
        Ok(Cursor { decode, attribution, position: checkpoint.decoded })
    }

    /// Keeps the checkpoints that a cursor made.
    fn mark(&self, cursor: &mut Cursor) {
        let made = cursor.decode.take_checkpoints();
        if !made.is_empty() {
            self.known().checkpoints.extend(made);
        }
    }
}
