//! Output files that are complete or do not exist: a signal leaves nothing half written.

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use layerscope::display::escaped;
use layerscope::files::output::{check_free, replace_file, write_file};
use layerscope::{Error, Progress};

use super::Failure;
use super::ascii::Ascii;
use super::sources::Sources;
use crate::signals;
use crate::tui::Signs;

/// The file that a command writes in place of standard output.
#[derive(Args, Default)]
pub struct FileOption {
    /// Write to a file, which appears whole or not at all; the format follows its ending (.html,
    /// .json, .md) unless --format names one
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file of --output if it is there already
    #[arg(long, requires = "output")]
    overwrite: bool,
}

/// The place where a report goes, which is known to be free before an image is read.
pub struct Destination {
    file: Option<PathBuf>,
    overwrite: bool,
}

impl FileOption {
    /// Returns the ending of the file, in lower case.
    pub fn ending(&self) -> Option<String> {
        self.file()?.extension()?.to_str().map(str::to_ascii_lowercase)
    }

    /// Returns whether there is a file.
    pub fn is_given(&self) -> bool {
        self.file().is_some()
    }

    fn file(&self) -> Option<&PathBuf> {
        self.output.as_ref().filter(|file| !file.to_str().is_some_and(is_stdout))
    }

    /// Checks that the file can be written, and that the command does not read it.
    pub fn prepare(&self, command: &str) -> Result<Destination, Failure> {
        if let Some(file) = self.file() {
            Sources::of_words(std::env::args_os().skip(1)).check_not_at(file, command)?;
            if self.overwrite {
                check_replaceable(file)?;
            } else {
                check_unused(file)?;
            }
        }
        Ok(Destination { file: self.file().cloned(), overwrite: self.overwrite })
    }
}

impl Destination {
    /// Standard output.
    pub const STDOUT: Self = Self { file: None, overwrite: false };

    /// Returns whether text is coloured there.
    pub fn is_coloured(&self) -> bool {
        self.file.is_none() && coloured()
    }

    /// Writes there, in the characters that can be shown.
    pub fn write(
        &self,
        signs: Signs,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let Some(file) = &self.file else {
            let mut out = text_output(signs);
            return write(&mut out).and_then(|()| out.flush()).map_err(to_stdout);
        };
        create(file, self.overwrite, |out| {
            let mut out = Ascii::new(out, signs);
            write(&mut out).and_then(|()| out.flush())
        })
    }
}

/// Returns standard output for text, in the characters that can be shown.
pub fn text_output(signs: Signs) -> Ascii<BufWriter<io::StdoutLock<'static>>> {
    Ascii::new(BufWriter::new(io::stdout().lock()), signs)
}

/// Returns whether text on standard output is coloured.
pub fn coloured() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// Returns the failure to write to standard output.
pub fn to_stdout(error: io::Error) -> Failure {
    Failure::Output("the report".into(), error)
}

/// Creates a file from the output of `write`, or replaces it.
fn create(
    file: &Path,
    overwrite: bool,
    write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let progress = Progress::default();
    writing(&progress, || match overwrite {
        true => replace_file(file, &progress, write),
        false => write_file(file, &progress, write),
    })
}

/// Writes a file, or replaces it.
pub fn write_whole(file: &Path, bytes: &[u8], overwrite: bool) -> Result<(), Failure> {
    create(file, overwrite, |out| out.write_all(bytes))
}

/// Checks that nothing is at the path of an output.
pub fn check_unused(file: &Path) -> Result<(), Failure> {
    check_free(file).map_err(|error| Failure::Place {
        message: error.to_string(),
        hint: "--overwrite replaces it".into(),
    })
}

/// Returns whether an output is standard output, by its own name or by that of its device.
pub fn is_stdout(file: &str) -> bool {
    ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"].contains(&file)
}

/// Checks that `--overwrite` can replace what is there: a device or a link is not replaced.
pub fn check_replaceable(file: &Path) -> Result<(), Failure> {
    match file.symlink_metadata() {
        Ok(metadata) if !metadata.is_file() => Err(Failure::Place {
            message: format!("{} is not a regular file", escaped(file.as_os_str().as_encoded_bytes())),
            hint: "--overwrite replaces regular files only; name another file, or - for standard output"
                .into(),
        }),
        _ => Ok(()),
    }
}

/// Runs `work`, which writes to the host and cleans up when it fails. A signal makes it fail.
pub fn writing<T>(
    progress: &Progress,
    work: impl FnOnce() -> Result<T, Error>,
) -> Result<T, Failure> {
    let done = signals::cancelling(&progress.cancel, work);
    Ok(done.map_err(|error| Failure::Output("files".into(), error))??)
}
