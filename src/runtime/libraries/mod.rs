//! What a program needs to be loaded in an empty image: the loader and every library, found as the loader finds them;
//! and what else it is known to look for, each with the evidence.

mod cache;
mod configuration;
mod load;
mod outside;
mod search;

use std::sync::Arc;

use crate::error::Error;
use crate::files::executable::Executable;
use crate::files::filesystem::{File, Filesystem};
use crate::image::Run;
use crate::tree::NodeId;

pub use outside::{Evidence, Outside, Thing};

/// Who loads a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loader {
    /// Nobody: the kernel suffices.
    None,
    /// The GNU C library's.
    Glibc,
    /// That of musl, which Alpine has.
    Musl,
    /// Another one; it is taken to search as the GNU C library's does.
    Unknown,
}

/// Why a file is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// It is the program.
    Program,
    /// The kernel starts it to load the program.
    Interpreter,
    /// A file names it as a library that it needs.
    NeededBy {
        /// The name it is needed by, escaped for display.
        name: String,
        /// The file that needs it.
        by: NodeId,
    },
    /// `LD_PRELOAD` or `/etc/ld.so.preload` names it.
    Preloaded,
    /// A library is in a directory that the loader knows from this file alone (`/etc/ld.so.cache`, `/etc/ld-musl-….path`).
    NamesDirectories,
}

/// A file that a program cannot be loaded without.
#[derive(Debug, Clone)]
pub struct Required {
    /// Where it is, with the symbolic links that lead to it.
    pub file: File,
    /// Its size in bytes; 0 if it is another name of one that is in the list already.
    pub bytes: u64,
    /// Why it is needed.
    pub why: Why,
    /// What it is; `None` if it is not an ELF file.
    pub executable: Option<Arc<Executable>>,
}

/// A library that is not in the image, or not where the loader looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its name, escaped for display.
    pub name: String,
    /// The file that needs it.
    pub needed_by: NodeId,
}

/// What a program needs.
#[derive(Debug, Clone)]
pub struct Closure {
    /// Who loads it.
    pub loader: Loader,
    /// What it cannot be loaded without: itself, the loader, then the libraries in the order in which they are loaded.
    pub files: Vec<Required>,
    /// The symbolic links that lead to them, which are needed as well and have no bytes.
    pub links: Vec<NodeId>,
    /// Libraries that were not found.
    pub missing: Vec<Missing>,
    /// What it looks for besides.
    pub outside: Vec<Outside>,
    /// The files that load others by a name that cannot be known (`dlopen`): plugins, say.
    pub opens_others: Vec<NodeId>,
    /// What is uncertain, in sentences, escaped for display.
    pub remarks: Vec<String>,
}

impl Closure {
    /// The size of [`Closure::files`] in bytes: what an image `FROM scratch` needs for the program to be loaded.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|required| required.bytes).fold(0, u64::saturating_add)
    }

    /// What stripping all of [`Closure::files`] would save in bytes.
    pub fn strip_saves(&self) -> u64 {
        let saves = |required: &Required| match &required.executable {
            Some(executable) if required.bytes > 0 => executable.strip.saves,
            _ => 0,
        };
        self.files.iter().map(saves).fold(0, u64::saturating_add)
    }

    /// Whether the program and all that it needs are there.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Finds what `program`, which is `executable`, needs when a container runs it.
///
/// The only error is [`Error::Cancelled`].
pub fn of(filesystem: &Filesystem<'_>, run: &Run, program: &File, executable: &Executable) -> Result<Closure, Error> {
    load::load(filesystem, run, program, executable)
}
