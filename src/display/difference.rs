//! Formats the differences between runtimes as sentences without a capital letter and a full stop.

use std::fmt::{Display, Formatter, Result};

use super::escaped;
use crate::warning::RuntimeDifference;

impl Display for RuntimeDifference {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let path = |path: &[u8]| escaped(path);
        match self {
            Self::LinkBelow { path: at } => {
                write!(
                    f,
                    "{} is a hard link to a file of a lower layer; overlay container runtimes refuse \
                    the layer",
                    path(at)
                )
            }
            Self::OpaqueRoot => f.write_str(
                "the layer makes the root directory opaque, which overlayfs \
                    runtimes ignore",
            ),
            Self::Remade { path: at } => write!(
                f,
                "this layer deletes {} and creates it again; overlayfs runtimes bring its old contents back",
                path(at)
            ),
            Self::LinkToDirectory { path: at } => {
                write!(
                    f,
                    "{} is a link in an earlier layer; overlayfs runtimes replace it with a directory, \
                    others write through it",
                    path(at)
                )
            }
            Self::Implied { path: at, mode, uid, gid } => write!(
                f,
                "the layer has no entry for {}; docker and podman on overlay reset it from {mode:04o} \
                    {uid}:{gid} to 0755 0:0",
                path(at)
            ),
            Self::AddedAndDeleted { path: at } => write!(
                f,
                "this layer adds {} and then deletes it; it stays, but some runtimes delete it and some \
                    refuse the layer",
                path(at)
            ),
            Self::Twice { path: at } => write!(
                f,
                "{} is in this layer more than once; the last one counts, but docker and podman refuse \
                    the layer",
                path(at)
            ),
            Self::OverlayOpaque { path: at } => write!(
                f,
                "{} has the attribute trusted.overlay.opaque; docker and podman on overlay hide \
                    everything below it",
                path(at)
            ),
            Self::WhiteoutDevice { path: at } => {
                write!(
                    f,
                    "{} is the device 0:0, which overlayfs runtimes treat as a whiteout",
                    path(at)
                )
            }
            Self::Aufs { path: at } => write!(
                f,
                "the layer has AUFS bookkeeping ({}), which is not part of the image; docker and podman \
                    show some of it",
                path(at)
            ),
            Self::BeforeOpaque { path: at } => write!(
                f,
                "{} has no entry and is listed before the opaque mark of a directory above it; it \
                    stays, but docker and podman on vfs delete it",
                path(at)
            ),
            Self::OnlyMarked { path: at } => {
                write!(
                    f,
                    "{} exists only because a whiteout names it; umoci does not create it",
                    path(at)
                )
            }
            Self::GlobalHeader => {
                f.write_str("the layer has a global PAX header; umoci refuses the layer")
            }
            Self::Compression { format, refused_by } => {
                write!(f, "the layer is compressed with {format}; {refused_by} refuse the layer")
            }
            Self::Archive(difference) => write!(f, "{difference}"),
            Self::Other { path: at, how } => write!(f, "{} {how}", path(at)),
        }
    }
}
