//! Options for images that are named instead of given as a file.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use layerscope::origin::{Cache, FindOptions, Provider, Pull, USUAL_LIMIT};

/// The configuration for names.
pub struct Usual {
    /// The places where a name is looked for, in order; empty for all.
    pub sources: Vec<Provider>,
    /// The most bytes of the cache.
    pub cache: u64,
}

impl Default for Usual {
    fn default() -> Self {
        Self { sources: Vec::new(), cache: USUAL_LIMIT }
    }
}

/// The reason why the name of an image or of a platform is refused.
#[derive(Debug, thiserror::Error)]
pub enum NameError {
    #[error("it is empty; name a tag, an ID or a digest")]
    Empty,
    #[error("a platform is os/architecture or os/architecture/variant, such as linux/arm64")]
    Platform,
}

/// Reads the name of an image in an archive.
pub fn image(text: &str) -> Result<String, NameError> {
    if text.trim().is_empty() { Err(NameError::Empty) } else { Ok(text.into()) }
}

/// Reads a whole number.
pub fn whole(text: &str) -> Result<usize, &'static str> {
    text.parse().map_err(|_| "a whole number is wanted, such as 10")
}

/// Reads a platform: an operating system, an architecture, or both, with or without a variant.
pub fn platform(text: &str) -> Result<String, NameError> {
    let parts: Vec<&str> = text.split('/').collect();
    let is_word = |part: &&str| !part.is_empty() && !part.contains(char::is_whitespace);
    if parts.len() <= 3 && parts.iter().all(is_word) {
        Ok(text.into())
    } else {
        Err(NameError::Platform)
    }
}

/// Options for a name.
#[derive(Args, Clone, Default)]
#[command(next_help_heading = "Images by name")]
pub struct NameOptions {
    /// Look for a name only in these places, in this order (repeatable, or separated by commas)
    #[arg(long = "source", value_name = "WHERE", value_enum, value_delimiter = ',')]
    sources: Vec<SourceWord>,
    /// When to ask the registry: if no container runtime has the image, always, or never (nothing
    /// is sent)
    #[arg(long, value_enum, value_name = "WHEN")]
    pull: Option<PullWord>,
    /// Namespace of containerd [default: the usual one, then k8s.io]
    #[arg(long, value_name = "NAME")]
    namespace: Option<String>,
    /// Additional certificates (PEM file) that may sign a registry's certificate
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Allow plain http and certificates that cannot be verified
    #[arg(long)]
    insecure: bool,
    /// Do not use the cache of registry images
    #[arg(long)]
    no_cache: bool,
}

#[derive(Clone, Copy, ValueEnum, PartialEq, Eq)]
enum SourceWord {
    /// Docker
    Docker,
    /// Podman's storage
    Podman,
    /// containerd's store
    Containerd,
    /// The registry that the name belongs to
    Registry,
    /// A file
    #[value(alias = "oci-archive", alias = "oci-dir", alias = "file")]
    DockerArchive,
}

#[derive(Clone, Copy, ValueEnum)]
enum PullWord {
    /// If no container runtime has it
    Missing,
    /// The registry, whatever the container runtimes have
    Always,
    /// Never: the network is not used
    Never,
}

impl NameOptions {
    /// Returns the options for a name; `platform` is the wanted one, and `usual` the configuration.
    pub fn find_options(&self, platform: Option<&str>, usual: &Usual) -> FindOptions {
        let provider = |word: &SourceWord| match word {
            SourceWord::Docker => Some(Provider::Docker),
            SourceWord::Podman => Some(Provider::Podman),
            SourceWord::Containerd => Some(Provider::Containerd),
            SourceWord::Registry => Some(Provider::Registry),
            SourceWord::DockerArchive => None,
        };
        let pull = match self.pull {
            None | Some(PullWord::Missing) => Pull::Missing,
            Some(PullWord::Always) => Pull::Always,
            Some(PullWord::Never) => Pull::Never,
        };
        let asked: Vec<Provider> = self.sources.iter().filter_map(provider).collect();
        FindOptions {
            providers: if asked.is_empty() { usual.sources.clone() } else { asked },
            pull,
            platform: platform.map(str::to_owned),
            namespace: self.namespace.clone(),
            storage: None,
            insecure: self.insecure,
            ca_file: self.ca_file.clone(),
            cache: if self.no_cache { None } else { Cache::usual(usual.cache) },
        }
    }

    /// Returns whether the argument is a file, whatever it looks like.
    pub fn is_file(&self) -> bool {
        self.sources.contains(&SourceWord::DockerArchive)
    }

    /// Returns whether `docker://` means the engine, as it does for dive.
    pub fn docker_is_engine(&self) -> bool {
        self.sources.contains(&SourceWord::Docker)
    }
}
