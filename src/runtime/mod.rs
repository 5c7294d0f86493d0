//! Finds what a container of the image runs, and the files that it needs to start.

pub mod command;
pub mod libraries;
mod packed;
mod program;

pub use program::{Loaded, MadeBy, Parts, Program, Start};
