//! Which program a container of an image runs, and which files are the application.
//!
//! From `ENTRYPOINT` and `CMD` through shells, entrypoint scripts and wrappers
//! to the program that stays, as far as that can be told without running
//! anything; every step is kept in words.

mod follow;
mod interpreters;
mod locate;
mod places;
mod scripts;

use crate::error::Error;
use crate::files::executable::Executable;
use crate::files::filesystem::{File, Filesystem};
use crate::image::Run;
use crate::tree::NodeId;

pub use locate::DEFAULT_PATH;

/// What a container runs.
#[derive(Debug, Clone, Default)]
pub struct Application {
    /// How the program was found, in sentences, escaped for display.
    pub steps: Vec<String>,
    /// What runs before it and makes it run: shells, entrypoint scripts, wrappers such as `tini`.
    pub through: Vec<File>,
    /// The `ENTRYPOINT` or `CMD` in exec form, escaped for display, where nothing but its shell form asks for a shell.
    pub exec_form: Option<String>,
    /// The program that stays.
    pub program: Option<Program>,
    /// What is the application's own: the program, or a script and the directories it is in.
    pub files: Vec<NodeId>,
    /// Why the way ends before a program, or where it became uncertain.
    pub reason: Option<String>,
}

/// The program that a container ends up running.
#[derive(Debug, Clone)]
pub struct Program {
    /// Where it is.
    pub file: File,
    /// What it is, if it is an ELF file that can be read.
    pub executable: Option<Executable>,
    /// Whether it is the application.
    pub role: Role,
}

/// What a program is to the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// It is the application.
    Application,
    /// It runs the application, which is a script, an archive of classes or the like.
    Interpreter,
}

/// Finds the program that a container of an image runs.
///
/// The only error is [`Error::Cancelled`]; what cannot be told is in [`Application::reason`].
pub fn find(filesystem: &Filesystem<'_>, run: &Run) -> Result<Application, Error> {
    follow::follow(filesystem, run)
}

impl Application {
    /// The size of [`Application::files`] in bytes, with what is in the directories.
    pub fn bytes(&self, filesystem: &Filesystem<'_>) -> u64 {
        filesystem.bytes(self.files.iter().copied())
    }
}
