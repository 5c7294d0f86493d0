//! Formats the forms of an archive that some container runtimes refuse, as clauses.

use std::fmt::{Display, Formatter, Result};

use super::escaped;
use crate::warning::ArchiveDifference;

impl Display for ArchiveDifference {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let path = |path: &[u8]| escaped(path);
        match self {
            Self::LinkForward { name } => {
                write!(f, "the member {} is a link to a later one; podman refuses the archive", path(name))
            }
            Self::HardLink { name } => {
                write!(f, "the member {} is a hard link; docker on containerd refuses the archive", path(name))
            }
            Self::NamedTwice { name } => write!(f, "the archive has {} more than once; the last one counts, but podman takes the first and umoci refuses the archive", path(name)),
            Self::AbsoluteNames => f.write_str(
                "the names in the archive start with a slash; docker takes it, but podman, containerd and umoci refuse it",
            ),
            Self::OldTable => f.write_str(
                "the archive has no manifest.json, as docker wrote it before 1.10; podman, containerd and umoci refuse it",
            ),
            Self::NestedIndex => f.write_str(
                "an index leads to another index; docker, podman and umoci refuse the layout, and containerd cannot mount the image",
            ),
            Self::NoLayoutFile => f.write_str(
                "the layout has no file oci-layout; podman takes it, but docker, containerd and umoci refuse it",
            ),
            Self::BadLayoutFile => f.write_str(
                "the file oci-layout cannot be understood; podman takes the layout, but containerd and umoci refuse it",
            ),
            Self::OtherDigest { algorithm } => write!(f, "blobs are named by {algorithm}; docker, podman and umoci refuse the layout, and containerd cannot mount the image"),
            Self::DockerMediaTypes => f.write_str(
                "the layout has the media types of docker; podman and containerd take it, but docker and umoci refuse it",
            ),
            Self::MediaType { named, found } => write!(
                f,
                "the media type says {named}, but the layer is {found}; containerd and umoci refuse the layer",
            ),
            Self::NoLayers => f.write_str("the image has no layers; podman cannot make a container of it"),
            Self::ManyLayers { count } => write!(f, "the image has {count} layers; docker takes at most {}, and containerd cannot mount more", Self::LAYER_LIMIT),
        }
    }
}
