//! The input: a path, standard input, or the built-in demo.

use std::io;
use std::path::{Path, PathBuf};

use layerscope::{Archive, Error, Progress};

/// The input to open.
pub enum Input {
    Path(PathBuf),
    Pipe,
    Demo,
}

impl Input {
    /// Returns the input for an argument; `-` is standard input.
    pub fn named(path: &Path) -> Self {
        if path.as_os_str() == "-" { Self::Pipe } else { Self::Path(path.to_owned()) }
    }

    /// Returns the default input: standard input if something is piped in, and otherwise the demo.
    pub fn unnamed() -> Self {
        Self::piped().unwrap_or(Self::Demo)
    }

    /// Returns standard input, if something is piped in.
    pub fn piped() -> Option<Self> {
        something_is_piped_in().then_some(Self::Pipe)
    }

    /// Returns the name to show while it is read.
    pub fn name(&self) -> String {
        match self {
            Self::Path(path) => layerscope::display::escaped(path.as_os_str().as_encoded_bytes()),
            Self::Pipe => "standard input".into(),
            Self::Demo => "the built-in demo".into(),
        }
    }

    /// Returns whether the images are known before any layer is read.
    pub fn opens_at_once(&self) -> bool {
        match self {
            Self::Path(path) => layerscope::opens_at_once(path),
            Self::Pipe => false,
            Self::Demo => true,
        }
    }

    /// Opens the input. A stream is read to its end.
    pub fn open(&self, progress: &Progress) -> Result<Archive, Error> {
        match self {
            Self::Path(path) => layerscope::open_archive(path, progress),
            Self::Pipe => layerscope::open_pipe(io::stdin().lock(), progress),
            Self::Demo => layerscope::image::builtin::demo::archive(),
        }
    }
}

/// Returns whether standard input is a pipe or a file, and not a terminal or nothing.
#[cfg(unix)]
fn something_is_piped_in() -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let metadata = io::stdin().as_fd().try_clone_to_owned().and_then(|fd| std::fs::File::from(fd).metadata());
    metadata.is_ok_and(|metadata| metadata.file_type().is_fifo() || metadata.file_type().is_file())
}

#[cfg(not(unix))]
fn something_is_piped_in() -> bool {
    use std::io::IsTerminal;
    !io::stdin().is_terminal()
}
