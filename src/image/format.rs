//! The format of a layer's bytes, if only its media type reveals it.

use std::io::Read;

use super::{Compression, decode, head};
use crate::archive::{Member, Window, is_tar};

/// The bytes of a header of a tar.
const BLOCK: u64 = 512;
/// Number of bytes that are read at a time.
const WINDOW: usize = 16 << 10;

/// The format of a layer, according to its media type.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum LayerFormat {
    /// A tar, compressed or not.
    #[default]
    Tar,
    /// A tar that is encrypted (ocicrypt).
    Encrypted,
    /// A part of a Nydus image: contents in pieces, or the tree that names them.
    Nydus,
    /// Something else than a tar, with its media type; not escaped.
    Other(String),
}

impl LayerFormat {
    /// Reads a media type; `None` if it does not name a layer, which the bytes may be all the same.
    pub fn from_media_type(media_type: Option<&str>) -> Option<Self> {
        let media_type = media_type.unwrap_or_default().to_ascii_lowercase();
        if media_type.is_empty() {
            return Some(Self::Tar);
        }
        if media_type.ends_with("+encrypted") {
            Some(Self::Encrypted)
        } else if media_type.contains(".nydus.") {
            Some(Self::Nydus)
        } else {
            media_type.contains("tar").then_some(Self::Tar)
        }
    }

    /// Reads the compression from a media type; `None` if it names none that is known.
    pub fn compression(media_type: &str) -> Option<Compression> {
        let (_, end) = media_type.rsplit_once(['.', '+'])?;
        match end.to_ascii_lowercase().as_str() {
            "tar" => Some(Compression::None),
            "gzip" => Some(Compression::Gzip),
            "zstd" => Some(Compression::Zstd),
            _ => None,
        }
    }
}

/// Returns whether the bytes of a member are a tar, compressed or not. What a stream has passed is
/// taken for one: it was read as what it is.
pub(super) fn holds_a_tar(member: &Member) -> bool {
    let Ok(head) = head(&*member.source, member.extent.offset) else { return true };
    let len = usize::try_from(member.extent.len).unwrap_or(usize::MAX).min(head.len());
    let compression = Compression::sniff(&head[..len]);
    if compression == Compression::None {
        return is_tar(&head[..len]);
    }
    let window = Window::new(&*member.source, member.extent, WINDOW);
    let mut start = Vec::new();
    let read =
        decode(compression, window).and_then(|decoded| decoded.take(BLOCK).read_to_end(&mut start));
    read.is_ok() && is_tar(&start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_types_tell_what_is_no_tar() {
        let of = |media_type| LayerFormat::from_media_type(Some(media_type));
        for tar in [
            "application/vnd.oci.image.layer.v1.tar",
            "application/vnd.oci.image.layer.v1.tar+zstd",
            "application/vnd.docker.image.rootfs.diff.tar.gzip",
            "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip",
        ] {
            assert_eq!(of(tar), Some(LayerFormat::Tar), "{tar}");
        }
        for encrypted in [
            "application/vnd.oci.image.layer.v1.tar+encrypted",
            "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
            "application/vnd.oci.image.layer.nondistributable.v1.tar+zstd+encrypted",
        ] {
            assert_eq!(of(encrypted), Some(LayerFormat::Encrypted), "{encrypted}");
        }
        assert_eq!(of("application/vnd.oci.image.layer.nydus.blob.v1"), Some(LayerFormat::Nydus));
        assert_eq!(of("APPLICATION/VND.OCI.IMAGE.LAYER.V1.TAR+GZIP"), Some(LayerFormat::Tar));
        assert_eq!(of(""), Some(LayerFormat::Tar));
        assert_eq!(of("application/vnd.in-toto+json"), None);
        assert_eq!(of("application/octet-stream"), None);
        assert_eq!(LayerFormat::from_media_type(None), Some(LayerFormat::Tar));
    }
}
