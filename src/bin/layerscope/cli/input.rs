//! The input: a path, standard input, or the built-in demo.

use std::io;
use std::path::{Path, PathBuf};

use layerscope::display::Escaped;
use layerscope::origin::{Address, FindOptions};
use layerscope::{Archive, Error, Progress, Selection};

use super::name::{NameOptions, Usual};

/// The input to open.
pub enum Input {
    /// A file or a directory, and the image in it that its transport names.
    Path(PathBuf, Option<String>),
    /// A name, for container runtimes and registries.
    Name(String, Box<FindOptions>),
    Pipe,
    Demo,
}

impl Input {
    /// Returns the input for an argument; `-` is standard input.
    pub fn named(
        argument: &Path,
        names: &NameOptions,
        platform: Option<&str>,
        usual: &Usual,
    ) -> Self {
        if names.is_file() && argument.as_os_str() != "-" {
            return Self::Path(argument.to_owned(), None);
        }
        match Address::parse(argument, names.docker_is_engine()) {
            Address::StandardInput => Self::Pipe,
            Address::Path { path, image } => Self::Path(path, image),
            Address::Name { name, providers, storage } => {
                let mut options = names.find_options(platform, usual);
                if !providers.is_empty() {
                    options.providers = providers;
                }
                options.storage = storage;
                Self::Name(name, Box::new(options))
            }
        }
    }

    /// Returns the input for a path.
    pub fn path(path: &Path) -> Self {
        Self::named(path, &NameOptions::default(), None, &Usual::default())
    }

    /// Completes a selection with the image that the argument names.
    pub fn select(&self, selection: Selection) -> Selection {
        match self {
            Self::Path(_, Some(image)) if selection.image.is_none() => {
                Selection { image: Some(image.clone()), ..selection }
            }
            _ => selection,
        }
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
    pub fn name(&self) -> Escaped {
        match self {
            Self::Path(path, _) => {
                layerscope::display::escaped(path.as_os_str().as_encoded_bytes())
            }
            Self::Name(name, _) => layerscope::display::escaped_str(name),
            Self::Pipe => "standard input".into(),
            Self::Demo => "the built-in demo".into(),
        }
    }

    /// Returns whether the images are known before any layer is read.
    pub fn opens_at_once(&self) -> bool {
        match self {
            Self::Path(path, _) => layerscope::image::opens_at_once(path),
            Self::Pipe | Self::Name(..) => false,
            Self::Demo => true,
        }
    }

    /// Opens the input. A stream is read to its end.
    pub fn open(&self, progress: &Progress) -> Result<Archive, Error> {
        match self {
            Self::Path(path, _) => layerscope::open_archive(path, progress),
            Self::Name(name, options) => layerscope::open_named(name, options, progress),
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
    let metadata =
        io::stdin().as_fd().try_clone_to_owned().and_then(|fd| std::fs::File::from(fd).metadata());
    metadata.is_ok_and(|metadata| metadata.file_type().is_fifo() || metadata.file_type().is_file())
}

#[cfg(not(unix))]
fn something_is_piped_in() -> bool {
    use std::io::IsTerminal;
    !io::stdin().is_terminal()
}
