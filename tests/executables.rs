//! Executables in images: what they are, which of them a container runs, what they need, what stripping would save.

mod support;

#[path = "executables/application.rs"]
mod application;
#[path = "executables/closure.rs"]
mod closure;
#[path = "executables/elf.rs"]
mod elf;
#[path = "executables/go.rs"]
mod go;
#[path = "executables/host.rs"]
mod host;
#[path = "executables/image.rs"]
mod image;
#[path = "executables/outside.rs"]
mod outside;
#[path = "executables/tiny.rs"]
mod tiny;
