//! POSIX shell words: how the commands of an image's history are laid out and read.

mod pretty;
mod quote;

pub use pretty::pretty_shell;
pub(crate) use pretty::verbatim;
pub use quote::quoted;
