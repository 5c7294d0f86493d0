//! Asks engines for images: Docker, Podman and containerd.
//!
//! The engines' own commands know contexts, connections and logins, so they are used where they are
//! installed. Without the command, the engine's socket is asked.

mod command;
mod containerd;
mod docker;
mod podman;
mod socket;

use std::io::{self, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use super::{Answer, FindOptions, Provider};
use crate::display::Escaped;
use crate::progress::Progress;

pub use command::settle;

/// An image that an engine has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldImage {
    /// The engine.
    pub provider: Provider,
    /// The name to ask the engine for.
    pub name: String,
    /// The digests under which registries have the image, as `NAME@DIGEST`.
    pub repo_digests: Vec<String>,
    /// The bytes of its layers as the engine saves them, if it tells them.
    pub bytes: Option<u64>,
    access: Access,
}

/// The way to an engine's images.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Access {
    /// A command that writes an archive to standard output.
    Command(Vec<std::ffi::OsString>),
    /// `GET` of this path on a socket.
    Socket { socket: std::path::PathBuf, request: String },
}

/// An image in an engine's list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The engine.
    pub provider: Provider,
    /// The tag; `None` for an image without one.
    pub name: Option<Escaped>,
    /// The ID, shortened as the engine does.
    pub id: Escaped,
    /// The size, as the engine says it.
    pub size: Escaped,
    /// The age, as the engine says it.
    pub created: Escaped,
}

/// Asks an engine for the image called `name`.
///
/// # Errors
///
/// The engine's answer, if it does not have the image.
pub fn find(
    provider: Provider,
    name: &str,
    options: &FindOptions,
    progress: &Progress,
) -> Result<HeldImage, Answer> {
    match provider {
        Provider::Docker => docker::find(name, options, progress),
        Provider::Podman => podman::find(name, options, progress),
        Provider::Containerd => containerd::find(name, options, progress),
        Provider::Registry => Err(Answer::NotAsked("a registry is not a container runtime".into())),
    }
}

/// Lists the images of an engine.
///
/// # Errors
///
/// The engine's answer, if it cannot be asked.
pub fn list(
    provider: Provider,
    options: &FindOptions,
    progress: &Progress,
) -> Result<Vec<Listed>, Answer> {
    match provider {
        Provider::Docker => docker::list(progress),
        Provider::Podman => podman::list(options, progress),
        Provider::Containerd => containerd::list(options, progress),
        Provider::Registry => Err(Answer::NotAsked("a registry has no list of images".into())),
    }
}

/// Starts to save an image. The reader gives the bytes of an archive.
///
/// # Errors
///
/// An error if the command cannot be started or the socket cannot be reached. Later failures of the
/// engine are errors of the reader.
pub fn save(held: &HeldImage, cancel: &Arc<AtomicBool>) -> io::Result<Box<dyn Read + Send>> {
    match &held.access {
        Access::Command(words) => Ok(Box::new(command::Stream::start(words, cancel)?)),
        Access::Socket { socket, request } => socket::get(socket, request),
    }
}
