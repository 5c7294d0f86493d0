//! Finds an image by its name, in an engine or in a registry.
//!
//! An [`Address`] is what a user calls an image. [`Provider`] names the places where a name is
//! looked for; [`engine`] asks Docker, Podman and containerd, and [`registry`] reads an image
//! without a pull.

mod address;
mod cache;
pub mod engine;
mod reference;
pub mod registry;
mod spool;

use std::fmt;
use std::path::PathBuf;

use crate::display::{Escaped, shown};

pub use address::{Address, StorageArea};
pub use cache::{Cache, Record, USUAL_LIMIT};
pub use reference::Reference;
pub use spool::{Spool, Tee};

/// A place where an image is looked for by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Provider {
    /// The Docker engine.
    Docker,
    /// Podman's storage.
    Podman,
    /// containerd's store.
    Containerd,
    /// The registry that the name belongs to.
    Registry,
}

impl Provider {
    /// All sources, in the order in which they are asked.
    pub const ALL: [Self; 4] = [Self::Docker, Self::Podman, Self::Containerd, Self::Registry];

    /// Returns the word for this source in options and in the configuration.
    pub fn word(self) -> &'static str {
        match self {
            Self::Docker => "docker",
            Self::Podman => "podman",
            Self::Containerd => "containerd",
            Self::Registry => "registry",
        }
    }

    /// Returns the transport that names this source alone, as containers-transports(5) spells it.
    pub fn transport(self) -> &'static str {
        match self {
            Self::Docker => "docker-daemon:",
            Self::Podman => "podman:",
            Self::Containerd => "containerd:",
            Self::Registry => "docker://",
        }
    }
}

/// The rule for when a registry is asked, spelled as docker spells it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Pull {
    /// The registry is asked if no engine has the image.
    #[default]
    Missing,
    /// The registry is asked first, and the engines are not.
    Always,
    /// The network is not used.
    Never,
}

/// Options for finding an image by its name.
#[derive(Debug, Clone, Default)]
pub struct FindOptions {
    /// The sources to ask, in order; empty for all.
    pub providers: Vec<Provider>,
    /// The rule for the registry.
    pub pull: Pull,
    /// `os/architecture[/variant]`; empty for that of this machine.
    pub platform: Option<String>,
    /// The namespace of containerd.
    pub namespace: Option<String>,
    /// Podman's storage, if it is not the usual one.
    pub storage: Option<StorageArea>,
    /// True to talk to registries in plain HTTP or with a certificate that cannot be verified.
    pub insecure: bool,
    /// A file of further certificates that may sign a registry's certificate.
    pub ca_file: Option<PathBuf>,
    /// The cache of what was read before; `None` to read everything.
    pub cache: Option<Cache>,
}

impl FindOptions {
    /// Returns the sources to ask, in order.
    pub fn order(&self) -> Vec<Provider> {
        let all =
            if self.providers.is_empty() { Provider::ALL.to_vec() } else { self.providers.clone() };
        match self.pull {
            Pull::Always if all.contains(&Provider::Registry) => vec![Provider::Registry],
            _ => all,
        }
    }
}

/// The reason why a source does not give an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Answer {
    /// There is neither the command nor the socket of the engine.
    #[error("not installed")]
    NotInstalled,
    /// The engine does not answer.
    #[error("not running ({0})")]
    NotRunning(Escaped),
    /// The source has no such image.
    #[error("no such image")]
    NoSuchImage,
    /// The repository is there, and has other tags, the most similar first.
    #[error("no such tag; it has {}", listed_tags(tags))]
    NoSuchTag {
        /// The tags.
        tags: Vec<Escaped>,
    },
    /// The source does not let this user read it.
    #[error("not authorised ({0})")]
    NotAuthorised(Escaped),
    /// The registry limits how much may be pulled.
    #[error("too many requests ({0})")]
    TooMany(Escaped),
    /// The registry cannot be reached.
    #[error("cannot be reached ({0})")]
    Unreachable(Escaped),
    /// The name is none that the source can have.
    #[error("not asked ({0})")]
    NotAsked(Escaped),
    /// The name belongs to something else than an image.
    #[error("not an image: {0}")]
    NotAnImage(Escaped),
    /// The image is not there for the wanted platform.
    #[error("not available for {wanted}, only for {}", crate::display::listed(offered))]
    OtherPlatforms {
        /// The wanted platform.
        wanted: Escaped,
        /// The platforms for which it is there.
        offered: Vec<Escaped>,
    },
    /// The source has the image, but does not give it.
    #[error("cannot save it: {0}")]
    CannotSave(Escaped),
    /// Anything else that went wrong, as the source said it.
    #[error("{0}")]
    Failed(Escaped),
    /// The search was cancelled.
    #[error("cancelled")]
    Cancelled,
}

impl Answer {
    /// Returns a suggestion, if there is one.
    pub fn hint(&self, source: Provider, name: &str) -> Option<String> {
        Some(match (self, source) {
            (Self::NotRunning(_), Provider::Docker) => {
                "start Docker, or check who may use its socket: docker info".into()
            }
            (Self::NotRunning(problem), Provider::Containerd) if problem.contains("permission") => {
                "containerd's socket is usually root's: sudo".into()
            }
            (Self::NotAuthorised(_), Provider::Registry) => {
                let host = Reference::parse(name).map_or_else(|| "REGISTRY".into(), |name| name.host().to_owned());
                format!("log in first: docker login {host}")
            }
            (Self::TooMany(_), Provider::Registry) => {
                "Docker Hub allows more to those who log in (docker login); or wait a while".into()
            }
            (Self::Unreachable(problem), Provider::Registry) if problem.contains("no such host") => {
                "check the name of the registry, and the network".into()
            }
            (Self::Unreachable(problem), Provider::Registry) if problem.contains("certificate") => {
                "name the certificate that signs it (--ca-file FILE), or do without (--insecure)".into()
            }
            (Self::CannotSave(problem), _) if problem.contains("no space left") => {
                "make room on the disk where the engine keeps its data, and in the directory of temporary files: df -h"
                    .into()
            }
            (Self::CannotSave(_), source) => {
                let command = if source == Provider::Podman { "podman" } else { "docker" };
                let name = crate::display::escaped_str(name);
                format!("see whether the engine saves it to a file: {command} save {name} -o image.tar")
            }
            (Self::OtherPlatforms { .. }, _) => "choose one with --platform".into(),
            _ => return None,
        })
    }
}

/// Returns the first tags of a list, and how many more there are.
fn listed_tags(tags: &[Escaped]) -> String {
    const SHOWN: usize = 5;
    let more = tags.len().saturating_sub(SHOWN);
    let mut shown: Vec<Escaped> = tags.iter().take(SHOWN).cloned().collect();
    if more > 0 {
        shown.push(shown!("{} more", more));
    }
    crate::display::listed(&shown)
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Docker => "Docker",
            Self::Podman => "Podman",
            Self::Containerd => "containerd",
            Self::Registry => "the registry",
        })
    }
}
