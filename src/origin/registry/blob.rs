//! A blob of a registry as a source of bytes at an offset.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256};
use ureq::BodyReader;
use ureq::http::StatusCode;

use super::client::{Client, Request, backoff};
use crate::archive::{Extent, ReadAt};
use crate::display::hex;
use crate::origin::{Answer, Spool};
use crate::progress::is_cancelled;

/// Bytes that are fetched at least when something is read out of order.
const CHUNK: u64 = 128 << 10;
/// Bytes that are fetched at most ahead of what is read.
const AHEAD: u64 = 8 << 20;
/// Bytes that are rather read and passed over than asked for anew.
const NEAR: u64 = 512 << 10;
/// Bytes that were fetched out of order and are kept: other files lie beside the first one.
const PARTS: usize = 8 << 20;
/// Times that a connection may break without a byte between.
const BREAKS: u32 = 4;

/// A blob of a registry.
///
/// Bytes that are read from the beginning on are downloaded once, checked against the digest at its
/// end, and kept in a file without a name. Bytes that are read out of order are fetched by ranges.
pub struct RemoteBlob {
    client: Arc<Client>,
    digest: String,
    len: u64,
    state: Mutex<Download>,
}

struct Download {
    /// The rest of the blob, from `have` on.
    stream: Option<BodyReader<'static>>,
    /// The bytes from the beginning on that have been downloaded.
    have: u64,
    /// The file with those bytes, while there is room for it.
    kept: Option<Spool>,
    hasher: Sha256,
    /// True if the bytes are other ones than the digest names.
    is_other: bool,
    /// True if only parts of it will be read.
    in_parts: bool,
    /// Bytes that were fetched out of order, the newest first.
    parts: VecDeque<FetchedRun>,
    /// The number of bytes to fetch if reading goes on behind a part.
    next: u64,
}

/// A run of bytes that was fetched.
struct FetchedRun {
    start: u64,
    bytes: Vec<u8>,
}

impl FetchedRun {
    fn end(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl RemoteBlob {
    /// Makes a source of the blob with a digest and a size. Nothing is fetched yet.
    pub fn new(client: Arc<Client>, digest: &str, len: u64) -> Self {
        let state = Download {
            stream: None,
            have: 0,
            kept: None,
            hasher: Sha256::new(),
            is_other: false,
            in_parts: false,
            parts: VecDeque::new(),
            next: CHUNK,
        };
        Self { client, digest: digest.to_owned(), len, state: Mutex::new(state) }
    }

    fn request(&self, range: Option<(u64, Option<u64>)>) -> Request<'_> {
        Request { kind: "blobs", version: &self.digest, accept: None, range, head: false }
    }

    /// Opens the stream from `offset` to the end.
    fn stream(&self, offset: u64) -> io::Result<BodyReader<'static>> {
        let range = (offset > 0).then_some((offset, None));
        let response = self.client.get(self.request(range)).map_err(failed)?;
        let is_part = response.status() == StatusCode::PARTIAL_CONTENT;
        let expected = if is_part { self.len - offset } else { self.len };
        let stated = response
            .headers()
            .get("Content-Length")
            .and_then(|value| value.to_str().ok()?.parse().ok());
        if stated.is_some_and(|stated: u64| stated != expected) {
            let problem = format!(
                "the registry sends {} bytes of {}, not {expected}",
                stated.unwrap_or(0),
                self.digest
            );
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        let mut reader = response.into_body().into_reader();
        if offset > 0 && !is_part {
            // The server ignores ranges: the bytes before are passed over.
            let passed = io::copy(&mut reader.by_ref().take(offset), &mut io::sink())?;
            if passed < offset {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
        Ok(reader)
    }

    /// Reads on from the beginning of the blob, and keeps what is read.
    fn read_on(&self, state: &mut Download, buf: &mut [u8]) -> io::Result<usize> {
        let mut breaks = 0;
        loop {
            if state.stream.is_none() {
                state.stream = Some(self.stream(state.have)?);
            }
            let left = usize::try_from(self.len - state.have).unwrap_or(usize::MAX);
            let end = buf.len().min(left);
            let read = match &mut state.stream {
                Some(stream) => stream.read(&mut buf[..end]),
                None => Ok(0),
            };
            match read {
                Ok(n) if n > 0 => {
                    self.keep(state, &buf[..n])?;
                    return Ok(n);
                }
                Err(error) if is_cancelled(&error) => return Err(error),
                broken => {
                    state.stream = None;
                    breaks += 1;
                    if breaks == BREAKS {
                        let problem = broken
                            .err()
                            .map_or_else(|| "the connection ends early".into(), |e| e.to_string());
                        let problem = format!(
                            "{problem} (after {} of {} bytes, {BREAKS} tries)",
                            state.have, self.len
                        );
                        return Err(io::Error::other(problem));
                    }
                    self.client.wait(backoff(breaks)).map_err(failed)?;
                }
            }
        }
    }

    /// Keeps bytes that follow those that are kept, and checks the digest at the end.
    fn keep(&self, state: &mut Download, bytes: &[u8]) -> io::Result<()> {
        if state.have == 0 {
            state.kept = Spool::new().ok();
        }
        if state.kept.as_mut().is_some_and(|kept| kept.write_all(bytes).is_err()) {
            state.kept = None;
        }
        state.hasher.update(bytes);
        state.have += bytes.len() as u64;
        if state.have == self.len {
            state.stream = None;
            let found = hex(&std::mem::take(&mut state.hasher).finalize());
            let is_sha256 = self.digest.strip_prefix("sha256:");
            state.is_other = is_sha256.is_some_and(|digest| digest != found);
        }
        if state.is_other { Err(self.other_bytes()) } else { Ok(()) }
    }

    fn other_bytes(&self) -> io::Error {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("the registry sends other bytes than {} names", self.digest),
        )
    }

    /// Reads bytes out of order.
    fn read_part(
        &self,
        state: &mut Download,
        buf: &mut [u8],
        offset: u64,
        least: u64,
    ) -> io::Result<usize> {
        let holds = |part: &FetchedRun| (part.start..part.end()).contains(&offset);
        if !state.parts.iter().any(holds) {
            // Reading goes on where a part ended: more is fetched at a time.
            let goes_on = state.parts.iter().any(|part| part.end() == offset);
            let ahead = if goes_on { state.next } else { least };
            state.next = if goes_on { (state.next * 2).min(AHEAD) } else { CHUNK };
            let length = ahead.max(buf.len() as u64).min(self.len - offset);
            let request = self.request(Some((offset, Some(offset + length - 1))));
            let response = self.client.get(request).map_err(failed)?;
            if response.status() != StatusCode::PARTIAL_CONTENT {
                return self.without_ranges(state, buf, offset);
            }
            let mut bytes = Vec::new();
            response.into_body().into_reader().take(length).read_to_end(&mut bytes)?;
            if bytes.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            state.keep_part(FetchedRun { start: offset, bytes });
        }
        let Some(part) = state.parts.iter().find(|part| holds(part)) else { return Ok(0) };
        let from = usize::try_from(offset - part.start).unwrap_or(usize::MAX);
        let bytes = part.bytes.get(from..).unwrap_or_default();
        let n = buf.len().min(bytes.len());
        buf[..n].copy_from_slice(&bytes[..n]);
        Ok(n)
    }

    /// Reads from a server that ignores ranges: all bytes up to the wanted ones.
    fn without_ranges(
        &self,
        state: &mut Download,
        buf: &mut [u8],
        offset: u64,
    ) -> io::Result<usize> {
        if offset < state.have {
            return self.stream(offset)?.read(buf);
        }
        self.pass(state, offset)?;
        self.read_on(state, buf)
    }

    /// Downloads up to `offset`.
    fn pass(&self, state: &mut Download, offset: u64) -> io::Result<()> {
        let mut passed = vec![0; usize::try_from(CHUNK).unwrap_or(1 << 16)];
        while state.have < offset {
            let wanted =
                usize::try_from(offset - state.have).unwrap_or(usize::MAX).min(passed.len());
            self.read_on(state, &mut passed[..wanted])?;
        }
        Ok(())
    }
}

impl Download {
    /// Keeps a part, and the ones before it as far as there is room.
    fn keep_part(&mut self, part: FetchedRun) {
        self.parts.push_front(part);
        let mut room = PARTS;
        self.parts.retain(|part| {
            let is_newest = room == PARTS;
            room = room.saturating_sub(part.bytes.len());
            is_newest || room > 0
        });
    }
}

impl ReadAt for RemoteBlob {
    fn read_at(&self, buf: &mut [u8], offset: u64) -> io::Result<usize> {
        if offset >= self.len || buf.is_empty() {
            return Ok(0);
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.is_other {
            return Err(self.other_bytes());
        }
        if offset < state.have {
            if let Some(kept) = &state.kept {
                let n = buf.len().min(usize::try_from(state.have - offset).unwrap_or(usize::MAX));
                return kept.read_at(&mut buf[..n], offset);
            }
            return self.read_part(&mut state, buf, offset, CHUNK);
        }
        let is_near = offset - state.have <= NEAR;
        if is_near && (state.have > 0 || offset == 0 && !state.in_parts) {
            self.pass(&mut state, offset)?;
            return self.read_on(&mut state, buf);
        }
        self.read_part(&mut state, buf, offset, CHUNK)
    }

    fn len(&self) -> u64 {
        self.len
    }

    fn costs_a_download(&self) -> bool {
        true
    }

    fn expect_parts(&self) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).in_parts = true;
    }

    fn fetch(&self, extent: Extent) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; usize::try_from(extent.len).map_err(io::Error::other)?];
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let mut done = 0;
        while done < bytes.len() {
            let (offset, left) = (extent.offset + done as u64, extent.len - done as u64);
            let is_kept = offset < state.have && state.kept.is_some();
            let n = match &state.kept {
                Some(kept) if is_kept => kept.read_at(&mut bytes[done..], offset)?,
                _ => self.read_part(&mut state, &mut bytes[done..], offset, left)?,
            };
            if n == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            done += n;
        }
        Ok(bytes)
    }

    fn checked_digest(&self) -> Option<String> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_checked =
            self.digest.starts_with("sha256:") && state.have == self.len && !state.is_other;
        is_checked.then(|| self.digest.clone())
    }
}

fn failed(answer: Answer) -> io::Error {
    match answer {
        Answer::Cancelled => crate::progress::cancelled(),
        Answer::NoSuchImage => {
            io::Error::new(io::ErrorKind::NotFound, "the registry does not have it")
        }
        answer => io::Error::other(answer.to_string()),
    }
}
