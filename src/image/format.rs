//! The format of a layer's bytes, if only its media type reveals it.

use super::Compression;

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
    /// Reads a media type; `None` if it is that of no layer.
    pub fn from_media_type(media_type: Option<&str>) -> Option<Self> {
        let Some(media_type) = media_type else { return Some(Self::Tar) };
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
        match end {
            "tar" => Some(Compression::None),
            "gzip" => Some(Compression::Gzip),
            "zstd" => Some(Compression::Zstd),
            _ => None,
        }
    }
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
        assert_eq!(of("application/vnd.in-toto+json"), None);
        assert_eq!(LayerFormat::from_media_type(None), Some(LayerFormat::Tar));
    }
}
