//! Formats warnings as sentences without a capital letter and a full stop; hostile names are
//! escaped.

use std::fmt::{Display, Formatter, Result};

use super::{bytes, escaped, plural};
use crate::warning::{Gap, Warning, WarningKind};

impl Display for Warning {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.layer {
            Some(layer) => write!(f, "layer {layer}: {}", self.kind),
            None => write!(f, "{}", self.kind),
        }
    }
}

impl Display for WarningKind {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        use WarningKind as Kind;
        let path = |path: &[u8]| escaped(path);
        match self {
            Kind::ArchiveCut { offset, problem } => {
                write!(f, "the archive ends early, after {}: {problem}; only the part before is shown", bytes(*offset))
            }
            Kind::ArchiveDamaged { offset, problem } => {
                write!(f, "the archive is damaged at byte {offset}: {problem}; only the part before is shown")
            }
            Kind::ArchiveOverLimit { offset, problem } => {
                write!(f, "reading stopped at byte {offset} of the archive: {problem}; only the part before is shown")
            }
            Kind::NoEndMarker => f.write_str("the archive has no end marker, so it may have been cut short"),
            Kind::FromTables => f.write_str(
                "the sizes come from the table of contents of each layer; the layers were not downloaded to check them (report --verify downloads them)",
            ),
            Kind::NotKept { problem } => {
                write!(
                    f,
                    "there is no room to keep the image while it is open ({problem}), so the contents of files cannot be shown"
                )
            }
            Kind::ArchiveChecksum => {
                f.write_str("the checksum of the compressed archive is wrong; the contents may be damaged")
            }
            Kind::ArchiveTrailer { problem } => {
                write!(f, "the compressed archive ends early, but its tar is complete: {problem}")
            }
            Kind::JunkAfterArchive => f.write_str(
                "there are more bytes after the compressed archive; they are ignored",
            ),
            Kind::JunkAfterEnd => f.write_str(
                "there are more bytes after the end marker of the archive; they are ignored, as container runtimes do",
            ),
            Kind::HostUnreadable { path: of, problem } => {
                write!(f, "{} cannot be read: {problem}; the image is shown without it", path(of))
            }
            Kind::HostContents { path: of, more } => {
                let others = if *more > 0 { format!(" and {}", plural(*more, "other file")) } else { String::new() };
                write!(f, "the contents of {}{others} cannot be read: permission denied; only the sizes are known", path(of))
            }
            Kind::Nested { directory } => write!(f, "the image is in the directory {} of the archive", path(directory)),
            Kind::NoManifest => f.write_str(
                "there is no manifest, so everything is shown as one layer without history",
            ),
            Kind::ManifestAbsent { digest, platform } => {
                let named = platform.as_deref().map_or(String::new(), |platform| format!(" for {platform}"));
                write!(f, "the manifest {digest}{named} is listed, but it is not in the archive")
            }
            Kind::ManifestUnreadable { digest, problem } => {
                write!(f, "the manifest {digest} {problem}")
            }
            Kind::Attestation { digest, is_searched } => {
                let use_of_it = match is_searched {
                    true => "only searched for secrets",
                    false => "not opened",
                };
                write!(f, "{digest} is an attestation, not an image; it is {use_of_it}")
            }
            Kind::Artifact { digest } => {
                write!(f, "{digest} is an artifact without tar layers; it is not opened")
            }
            Kind::ConfigAbsent { name: of } => {
                write!(f, "the config {of} is not in the archive; the image is shown without history")
            }
            Kind::ConfigUnnamed => f.write_str(
                "the manifest names no config; the image is shown without history",
            ),
            Kind::ConfigUnreadable { name: of, problem } => {
                write!(f, "{of}: {problem}; the image is shown without history")
            }
            Kind::TableUnreadable { name: of, problem } => {
                write!(f, "{of} {problem}; it is ignored")
            }
            Kind::TableOfOne { name: of } => {
                write!(f, "{of} is one image instead of a list of images; container runtimes refuse it")
            }
            Kind::EntryLeftOut { of, entry } => write!(f, "entry {entry} of {of} names no image; it is left out"),
            Kind::TooManyImages { limit } => {
                write!(f, "more than {limit} images have the same config; not all are listed")
            }
            Kind::FieldUnreadable { name: of, problem } => write!(f, "{of}: {problem}"),
            Kind::MemberAbsent { name: of } => write!(f, "{of} is not in the archive"),
            Kind::MemberUnreadable { name: of, problem } => {
                write!(f, "{of} cannot be understood: {problem}")
            }
            Kind::OwnAncestor { id } => write!(f, "the layer {id} is its own ancestor"),
            Kind::NoHistory => f.write_str("the image has no history, so no layer's instruction is known"),
            Kind::HistoryCount { steps, layers } => {
                let (differs, refused) = if steps > layers && *layers > 0 {
                    ("runtimes disagree: ", "; docker refuses such an image")
                } else {
                    ("", "")
                };
                write!(
                    f,
                    "{differs}the history has {steps} instructions that made a layer, but there are {layers} layers; instructions may be shown at the wrong layer{refused}"
                )
            }
            Kind::DiffIdCount { ids, layers } if ids > layers => write!(
                f,
                "the config has {ids} diff IDs, but the manifest names only {layers} layers; container runtimes refuse the image"
            ),
            Kind::DiffIdCount { ids, layers } => {
                write!(
                    f,
                    "the config has {ids} diff IDs for {layers} layers; container runtimes refuse the image"
                )
            }
            Kind::NoDiffIds => f.write_str(
                "the config has no diff IDs, so no layer can be verified; container runtimes refuse the image",
            ),
            Kind::LayersUnreadable { name: of } => {
                write!(f, "the list of layers in {of} cannot be understood; the image is shown without layers")
            }
            Kind::LayersDropped => f.write_str(
                "the container runtime may have saved the image without some of its layers: pull the image again, then save it again",
            ),
            Kind::DigestMismatch { name: of, real } => write!(f, "{of} has the digest sha256:{real}"),
            Kind::SizeMismatch { name: of, real, named } => {
                write!(f, "{of} has {}, but {} are stated for it", bytes(*real), bytes(*named))
            }
            Kind::LayerSizeMismatch { real, named } => {
                write!(f, "it has {}, but the manifest says {named}", bytes(*real))
            }
            Kind::LayerDigestMismatch { real, named } => {
                write!(f, "its bytes have the digest sha256:{real}, but it is named sha256:{named}")
            }
            Kind::DiffIdMismatch { real, named } => {
                write!(f, "its tar has the diff ID sha256:{real}, but the config says sha256:{named}")
            }
            Kind::LayerAbsent { name, .. } if name.is_empty() => {
                f.write_str("the manifest does not name its file; it is shown as empty")
            }
            Kind::LayerUnreadable { name, why } => write!(f, "its file {name} {why}; it is shown as empty"),
            Kind::LayerAbsent { name, why: None } => {
                write!(f, "its file {name} is not in the archive; it is shown as empty")
            }
            Kind::LayerAbsent { name, why: Some(why) } => {
                write!(f, "its file {name} is not in the archive: the member {why}; it is shown as empty")
            }
            Kind::LayerForeign => f.write_str(
                "the layer may not be distributed, so the archive does not have it; it is shown as empty",
            ),
            Kind::LayerEncrypted => {
                f.write_str("the layer is encrypted, so its contents are unknown; it is shown as empty")
            }
            Kind::LayerNotATar { found } => write!(f, "it is not a tar: it is {found}; it is shown as empty"),
            Kind::LayerCut { at, problem, name } | Kind::LayerDamaged { at, problem, name } => {
                write!(f, "{problem}; {} ({name})", shown_before(*at))
            }
            Kind::LayerOverLimit { at, problem } => write!(f, "{problem}; {}", shown_before(*at)),
            Kind::LayerChecksum => f.write_str(
                "runtimes disagree: a gzip checksum is wrong, so the contents may be damaged; docker takes the layer where it decodes gzip itself, others refuse it",
            ),
            Kind::JunkAfterLayer => f.write_str(
                "runtimes disagree: there are more bytes after the compressed stream; docker ignores them, podman and containerd refuse the layer",
            ),
            Kind::SquashedSteps => f.write_str(
                "the history names an instruction that writes no files; the builder wrote several instructions as one layer, and this is only the last of them",
            ),
            Kind::MoreRemarks { count } => write!(f, "{count} more remarks on this layer are not shown"),
            Kind::TooManyOwners { limit, uid, gid } => {
                write!(f, "there are more than {limit} owners; {uid}:{gid} is shown as one of the others")
            }
            Kind::PathUpwards { path: at, inside } => {
                let (at, inside) = (path(at), path(inside));
                write!(f, "the path {at} points outside the root; it is read as /{inside}")
            }
            Kind::RootNotADirectory { path: at, size } => {
                let what = match size {
                    0 => "is not a directory".into(),
                    size => format!("is a file of {}", bytes(*size)),
                };
                write!(f, "the entry '{}' stands for the root directory and {what}; it is ignored here, but some container runtimes refuse the layer", path(at))
            }
            Kind::LooseHeader => f.write_str(
                "the tar ends with an extended header that belongs to no entry; it is ignored, as container runtimes do",
            ),
            Kind::NameTooLong { len, limit } => {
                write!(
                    f,
                    "a name has {len} bytes, more than filesystems allow ({limit}); container runtimes refuse the layer"
                )
            }
            Kind::PathTooLong { len, limit } => {
                write!(
                    f,
                    "a path has {len} bytes, more than systems allow ({limit}); container runtimes refuse the layer"
                )
            }
            Kind::EmptyWhiteout { path: at } => {
                write!(f, "the whiteout {} names nothing to remove; it is ignored here, but container runtimes refuse the layer", path(at))
            }
            Kind::UnknownType { path: at, flag } => {
                write!(f, "{} has the tar type {flag}, which no container runtime unpacks; it is ignored here, but container runtimes refuse the layer", path(at))
            }
            Kind::SizeOverflow { path: at, size } => {
                write!(f, "the header of {} says {}, which is too large to count; it is counted as empty", path(at), bytes(*size))
            }
            Kind::SparseEnd { path: at, size, end } => write!(f, "the header of {} says {}, but its map of holes ends at {end}; container runtimes fill the rest with zeros", path(at), bytes(*size)),
            Kind::LinkTargetAbsent { path: at, target } => write!(f, "{} is a hard link to {}, which does not exist; it is ignored here, but container runtimes refuse the layer", path(at), path(target)),
            Kind::LinkToItself { path: at } => {
                write!(f, "{} is a hard link to itself; it is ignored here, but container runtimes refuse the layer", path(at))
            }
            Kind::GnuSparse { path: at } => {
                write!(f, "{} is stored with holes in the old GNU format (type S); container runtimes refuse the layer", path(at))
            }
            Kind::ParentNotADirectory { path: at } => write!(f, "{} is not a directory, but an entry is below it; it is shown as a directory here, but container runtimes refuse the layer", path(at)),
            Kind::Recorded { message, .. } => write!(f, "{message}"),
            Kind::RuntimesDiffer(difference) => write!(f, "runtimes disagree: {difference}"),
        }
    }
}

/// Says what is shown of a layer that could not be read on from byte `at` of its tar.
fn shown_before(at: u64) -> &'static str {
    if at == 0 { "it is shown as empty" } else { "only the part before is shown" }
}

impl Display for Gap {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.word())
    }
}
