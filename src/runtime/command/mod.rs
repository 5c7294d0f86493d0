//! Finds the program that a container of an image runs, and the files of the application.
//!
//! The search follows `ENTRYPOINT` and `CMD` through shells, entrypoint scripts and wrappers to the
//! program that keeps running, as far as possible without running anything. Every step is recorded
//! in words.

mod follow;
mod from_start;
mod interpreters;
mod locate;
mod mentioned;
mod named;
mod places;
mod scripts;

use crate::display::Escaped;
use crate::error::Error;
use crate::files::executable::Executable;
use crate::files::filesystem::{File, Filesystem};
use crate::image::Run;
use crate::tree::NodeId;

pub use follow::escaped_exec_form;
pub use locate::DEFAULT_PATH;
pub use mentioned::{Mentioned, mentioned, named_by_environment, named_in_texts};
pub use named::{Named, named, named_by_check, told_of, unusual_path};
pub(crate) use places::is_system;

/// The application that a container runs.
#[derive(Debug, Clone, Default)]
pub struct Application {
    /// The steps by which the program was found, in sentences, escaped for display.
    pub steps: Vec<Escaped>,
    /// The programs before it that make it run: shells, entrypoint scripts, wrappers such as
    /// `tini`.
    pub through: Vec<File>,
    /// The `ENTRYPOINT` or `CMD` in exec form, escaped for display, if a shell is needed for
    /// nothing but the shell form.
    pub exec_form: Option<Escaped>,
    /// The command that npm runs, if a container can start it without npm.
    pub direct: Option<Direct>,
    /// The program that keeps running.
    pub program: Option<MainProgram>,
    /// The application's files: the program, or a script and its directories.
    pub files: Vec<NodeId>,
    /// The reason why no program was found, or why it is uncertain.
    pub reason: Option<Escaped>,
}

impl Application {
    /// Returns the files that start one after the other: those that the way leads through, and the
    /// program.
    pub fn started(&self) -> impl Iterator<Item = &File> + Clone {
        self.through.iter().chain(self.program.iter().map(|program| &program.file))
    }

    /// Returns whether the image names no application: it runs a shell or an interpreter, and gives
    /// it nothing to run.
    pub fn is_unnamed(&self) -> bool {
        let runs = |program: &MainProgram| {
            program.role == Role::Application && program.executable.is_some()
        };
        self.reason.is_some() && self.program.as_ref().is_some_and(runs)
    }
}

/// The command of a script of `package.json`, which a container can start without npm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Direct {
    /// The file of npm.
    pub npm: NodeId,
    /// The instruction that starts the command, as a line of a Dockerfile.
    pub line: String,
}

/// The program that a container ends up running.
#[derive(Debug, Clone)]
pub struct MainProgram {
    /// The file.
    pub file: File,
    /// The headers, if it is an ELF file that can be read.
    pub executable: Option<Executable>,
    /// The role of the program.
    pub role: Role,
}

/// The role of a program for the application.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The program is the application.
    Application,
    /// The program runs the application, which is a script, an archive of classes or the like.
    Interpreter,
}

/// Finds the program that a container of an image runs.
///
/// [`Application::reason`] explains a search without a result.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub fn find(filesystem: &Filesystem<'_>, run: &Run) -> Result<Application, Error> {
    follow::follow(filesystem, run)
}

impl Application {
    /// Returns the size of [`Application::files`] in bytes, including the contents of directories.
    pub fn bytes(&self, filesystem: &Filesystem<'_>) -> u64 {
        filesystem.bytes(self.files.iter().copied())
    }
}
