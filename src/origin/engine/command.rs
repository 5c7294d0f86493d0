//! Runs the commands of engines.

use std::ffi::OsString;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::display::{Escaped, escaped, escaped_display, escaped_str, shown};
use crate::origin::Answer;
use crate::progress::{Progress, check_cancelled, check_flag, try_spawn};

/// The most bytes that are kept of what a command says.
const OUTPUT_LIMIT: u64 = 16 << 20;
/// Bytes of an archive that are passed on at a time.
const CHUNK: usize = 256 << 10;
/// Chunks that wait to be read.
const QUEUE: usize = 8;
/// The longest time until a cancellation is noticed.
const PATIENCE: Duration = Duration::from_millis(20);

/// The output of a command that ended well.
///
/// # Errors
///
/// [`Answer::NotInstalled`] if there is no such command; otherwise what it said, by `explain`.
pub fn output(
    words: &[OsString],
    progress: &Progress,
    explain: fn(&str) -> Answer,
) -> Result<String, Answer> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Answer::NotInstalled,
        _ => {
            Answer::Failed(shown!("cannot run {}: {}", command_of(words), escaped_display(&error)))
        }
    };
    let mut child = started(words).map_err(failed)?;
    let collected = |pipe: Option<_>| pipe.map(collect);
    let out = collected(child.0.stdout.take().map(boxed)).transpose().map_err(failed)?;
    let err = collected(child.0.stderr.take().map(boxed)).transpose().map_err(failed)?;
    let status = loop {
        if check_cancelled(progress).is_err() {
            return Err(Answer::Cancelled);
        }
        match child.0.try_wait().map_err(failed)? {
            Some(status) => break status,
            None => std::thread::sleep(Duration::from_millis(3)),
        }
    };
    let text = |thread: Option<Collected>| {
        thread.and_then(|thread| thread.join().ok()).unwrap_or_default()
    };
    let (out, err) = (text(out), text(err));
    if status.success() {
        Ok(String::from_utf8_lossy(&out).into_owned())
    } else {
        Err(explain(&last_words(&err)))
    }
}

type Collected = JoinHandle<Vec<u8>>;

fn boxed(pipe: impl Read + Send + 'static) -> Box<dyn Read + Send> {
    Box::new(pipe)
}

/// Reads a pipe on a thread, so that the command never waits for it.
fn collect(mut pipe: Box<dyn Read + Send>) -> io::Result<Collected> {
    std::thread::Builder::new().spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.by_ref().take(OUTPUT_LIMIT).read_to_end(&mut bytes);
        let _ = io::copy(&mut pipe, &mut io::sink());
        bytes
    })
}

fn started(words: &[OsString]) -> io::Result<Running> {
    let (program, arguments) = words.split_first().ok_or(io::ErrorKind::NotFound)?;
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn()?;
    RUNNING.fetch_add(1, Ordering::SeqCst);
    Ok(Running(child))
}

/// The number of commands that run.
static RUNNING: AtomicUsize = AtomicUsize::new(0);

/// A command that runs. It is stopped when this is dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Both do nothing once the command has ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
        RUNNING.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Waits until all commands have ended, for at most `patience`. Their readers have been cancelled
/// before.
pub fn settle(patience: Duration) {
    let end = Instant::now() + patience;
    while RUNNING.load(Ordering::SeqCst) > 0 && Instant::now() < end {
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Returns the first words of a command for a message.
fn command_of(words: &[OsString]) -> Escaped {
    Escaped::join(words.iter().take(2).map(|word| escaped(word.as_encoded_bytes())), " ")
}

/// Returns the last line that a command wrote to standard error, escaped.
fn last_words(bytes: &[u8]) -> String {
    let lines = bytes.split(|&b| b == b'\n').map(<[u8]>::trim_ascii);
    let last = lines.rev().find(|line| !line.is_empty()).unwrap_or(b"no reason was given");
    escaped(&last[..last.len().min(400)]).into()
}

/// Parts of what an engine's command says when it fails, in lower case.
pub struct Complaints {
    /// There is no such image.
    pub no_image: &'static [&'static str],
    /// This user may not use the engine's socket.
    pub denied: &'static [&'static str],
    /// The engine does not answer.
    pub silent: &'static [&'static str],
    /// The description of an engine that does not answer.
    pub silence: &'static str,
}

impl Complaints {
    /// Returns the engine's answer for what its command said.
    pub fn explain(&self, said: &str) -> Answer {
        let lower = said.to_ascii_lowercase();
        let says = |parts: &[&str]| parts.iter().any(|part| lower.contains(part));
        if says(self.no_image) {
            Answer::NoSuchImage
        } else if says(self.denied) {
            Answer::NotRunning("its socket may not be used: permission denied".into())
        } else if says(self.silent) {
            Answer::NotRunning(self.silence.into())
        } else {
            Answer::Failed(escaped_str(said))
        }
    }
}

/// Turns words into the arguments of a command.
pub fn words<T: Into<OsString>>(words: impl IntoIterator<Item = T>) -> Vec<OsString> {
    words.into_iter().map(Into::into).collect()
}

/// Standard output of a command that writes an archive.
///
/// A command that fails is an error at the end of the stream, so that a part is never taken for the
/// whole. A stream that is dropped stops its command.
pub struct Stream {
    child: Running,
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    at: usize,
    complaints: Option<Collected>,
    cancel: Arc<AtomicBool>,
    /// The end of the command, once it has ended.
    end: Option<End>,
}

/// The end of a command.
enum End {
    Good,
    /// The command failed; the value is the last line of its complaints, escaped.
    Failed(String),
}

impl Stream {
    /// Starts a command.
    ///
    /// # Errors
    ///
    /// An error if the command or a thread cannot be started.
    pub fn start(words: &[OsString], cancel: &Arc<AtomicBool>) -> io::Result<Self> {
        let mut child = started(words)?;
        let complaints = child.0.stderr.take().map(|pipe| collect(Box::new(pipe))).transpose()?;
        let (sender, chunks) = sync_channel(QUEUE);
        if let Some(mut pipe) = child.0.stdout.take() {
            try_spawn(move || {
                loop {
                    let mut chunk = Vec::with_capacity(CHUNK);
                    let read = pipe.by_ref().take(CHUNK as u64).read_to_end(&mut chunk);
                    let is_over = chunk.is_empty() || read.is_err();
                    if sender.send(read.map(|_| chunk)).is_err() || is_over {
                        break;
                    }
                }
            })?;
        }
        let cancel = cancel.clone();
        Ok(Self { child, chunks, chunk: Vec::new(), at: 0, complaints, cancel, end: None })
    }

    /// Waits for the command, whose output has ended.
    fn finish(&mut self) -> io::Result<usize> {
        if self.end.is_none() {
            let status = self.child.0.wait()?;
            let complaints =
                self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
            self.end = Some(if status.success() {
                End::Good
            } else {
                End::Failed(last_words(&complaints))
            });
        }
        match &self.end {
            Some(End::Failed(problem)) => Err(io::Error::other(problem.clone())),
            _ => Ok(0),
        }
    }
}

impl Read for Stream {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        while self.at == self.chunk.len() {
            check_flag(&self.cancel)?;
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(chunk) => {
                    self.chunk = chunk?;
                    self.at = 0;
                    if self.chunk.is_empty() {
                        return self.finish();
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return self.finish(),
            }
        }
        let n = buf.len().min(self.chunk.len() - self.at);
        buf[..n].copy_from_slice(&self.chunk[self.at..self.at + n]);
        self.at += n;
        Ok(n)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Vec<OsString> {
        words(["sh", "-c", script])
    }

    fn explained(said: &str) -> Answer {
        Answer::Failed(escaped_str(said))
    }

    #[test]
    fn a_command_that_fails_is_an_error_with_its_last_line() {
        let failed = output(
            &shell("echo one >&2; echo 'two\u{1b}[31m' >&2; exit 3"),
            &Progress::default(),
            explained,
        );
        assert_eq!(failed, Err(Answer::Failed("two\\x1b[31m".into())));
        assert_eq!(
            output(&words(["no-such-command-here"]), &Progress::default(), explained),
            Err(Answer::NotInstalled)
        );
        assert_eq!(output(&shell("echo out"), &Progress::default(), explained), Ok("out\n".into()));
    }

    #[test]
    fn a_stream_that_breaks_off_is_an_error_and_not_an_end() {
        let cancel = Arc::default();
        let mut whole = Stream::start(&shell("printf abc"), &cancel).unwrap();
        let mut bytes = Vec::new();
        whole.read_to_end(&mut bytes).unwrap();
        assert_eq!(bytes, b"abc");
        let mut broken =
            Stream::start(&shell("printf abc; echo gone >&2; exit 1"), &cancel).unwrap();
        assert_eq!(broken.read_to_end(&mut bytes).unwrap_err().to_string(), "gone");
    }

    #[test]
    fn a_command_that_says_nothing_is_stopped_by_a_cancellation() {
        let progress = Progress::default();
        progress.cancel.store(true, Ordering::Relaxed);
        assert_eq!(output(&shell("sleep 60"), &progress, explained), Err(Answer::Cancelled));
        let mut stream = Stream::start(&shell("sleep 60"), &progress.cancel).unwrap();
        assert!(crate::progress::is_cancelled(&stream.read(&mut [0]).unwrap_err()));
    }

    #[test]
    fn a_command_that_is_no_longer_wanted_is_gone_when_the_program_ends() {
        let cancel = Arc::default();
        let stream = Stream::start(&shell("exec sleep 60"), &cancel).unwrap();
        let process = std::path::PathBuf::from(format!("/proc/{}", stream.child.0.id()));
        assert!(!cfg!(target_os = "linux") || process.exists());
        let reader = std::thread::spawn(move || drop(stream));
        settle(Duration::from_secs(10));
        reader.join().unwrap();
        assert!(!process.exists(), "the command still runs");
    }
}
