//! Executables in images: what they are, which of them a container runs, what they need, what
//! stripping would save.

mod application;
mod elf;
mod go;
mod host;
mod image;
mod needed;
mod outside;
pub mod tiny;
