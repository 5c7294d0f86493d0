//! What is inside the files of an image: contents, executables, packages; and what is written to the host.

pub mod contents;
pub mod executable;
pub mod extract;
pub mod filesystem;
pub mod output;
pub mod packages;
