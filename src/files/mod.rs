//! Looks inside the files of an image: contents, executables and packages; and writes them to the
//! host.

pub mod contents;
pub mod executable;
pub mod extract;
pub mod filesystem;
pub mod output;
pub mod packages;
