//! Reads POSIX shell commands: layout for display, words with their positions, expansion, and
//! wrappers.

mod comment;
pub(crate) mod expand;
mod nested;
mod obstacle;
mod pretty;
mod quote;
mod recorded;
mod script;
mod word;
pub(crate) mod wrappers;

pub(crate) use comment::comment_at;
pub(crate) use obstacle::Obstacle;
pub use pretty::pretty_shell;
pub(crate) use pretty::verbatim;
pub use quote::quoted;
pub(crate) use recorded::{after_shell, without_arguments};
pub(crate) use script::{Command, Joint, Script, follow, read};
pub(crate) use word::TooComplex;

/// Returns the last component of a command's path.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
