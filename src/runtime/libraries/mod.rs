//! Finds everything that a program needs to run in an empty image: the loader and every library,
//! found as the loader finds them, and other files that it is known to look for, each with the
//! evidence.

mod cache;
mod configuration;
mod finish;
mod libc;
mod load;
mod needs;
mod search;

use std::sync::Arc;

use crate::display::Escaped;
use crate::error::Error;
use crate::files::executable::Executable;
use crate::files::filesystem::{File, Filesystem};
use crate::image::Run;
use crate::tree::NodeId;

pub use libc::{Libc, is_part};
pub use needs::{NeedEvidence, NeedKind, RuntimeNeed};

/// The dynamic loader of a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Loader {
    /// No dynamic loader: the program is static.
    None,
    /// The loader of the GNU C library.
    Glibc,
    /// The loader of musl, which Alpine uses.
    Musl,
    /// Another loader, assumed to search as the GNU C library's does.
    Unknown,
}

/// The reason why a file is needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The file is the program.
    Program,
    /// The kernel starts the file to load the program.
    Interpreter,
    /// Another file names it as a library that it needs.
    NeededBy {
        /// The name in the list of needed libraries, escaped for display.
        name: Escaped,
        /// The file that needs it.
        by: NodeId,
    },
    /// `LD_PRELOAD` or `/etc/ld.so.preload` names it.
    Preloaded,
    /// The loader learns of a library's directory only from this file (`/etc/ld.so.cache`,
    /// `/etc/ld-musl-….path`).
    NamesDirectories,
}

/// A file without which a program cannot be loaded.
#[derive(Debug, Clone)]
pub struct Required {
    /// The file, with the symbolic links that lead to it.
    pub file: File,
    /// Its size in bytes; 0 if the list already has the file under another name.
    pub bytes: u64,
    /// The reason.
    pub why: Why,
    /// Its headers; `None` if it is not an ELF file.
    pub executable: Option<Arc<Executable>>,
}

/// A library that is not in the image, or not where the loader looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Missing {
    /// Its name, escaped for display.
    pub name: Escaped,
    /// The file that needs it.
    pub needed_by: NodeId,
}

/// The files that a program needs.
#[derive(Debug, Clone)]
pub struct ProgramAndLibraries {
    /// The dynamic loader.
    pub loader: Loader,
    /// The files that are needed to load the program: the program, the loader, and the libraries in
    /// load order.
    pub files: Vec<Required>,
    /// The symbolic links that lead to these files. They are needed as well, and have no size.
    pub links: Vec<NodeId>,
    /// Libraries that were not found.
    pub missing: Vec<Missing>,
    /// Other files that the program looks for.
    pub needs: Vec<RuntimeNeed>,
    /// The files that load others by a name that is not known in advance (`dlopen`), such as
    /// plugins.
    pub opens_others: Vec<NodeId>,
    /// The function by which the program starts others, whose names are not known in advance.
    pub starts_others: Option<&'static str>,
    /// Uncertainties, in sentences, escaped for display.
    pub remarks: Vec<Escaped>,
}

impl ProgramAndLibraries {
    /// Returns the size of [`ProgramAndLibraries::files`] in bytes: the size that an image `FROM
    /// scratch` needs to load the program.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|required| required.bytes).fold(0, u64::saturating_add)
    }

    /// Returns whether the program and everything that it needs exist in the image.
    pub fn is_complete(&self) -> bool {
        self.missing.is_empty()
    }
}

/// Finds everything that `program`, whose headers are `executable`, needs when a container runs it.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub fn find(
    filesystem: &Filesystem<'_>,
    run: &Run,
    program: &File,
    executable: &Executable,
) -> Result<ProgramAndLibraries, Error> {
    load::load(filesystem, run, program, executable)?.finish()
}
