//! The kinds of problems and peculiarities.

use super::{Gap, RuntimeDifference};
use crate::escape::Escaped;

/// Kind of a remark. Each has a stable code, which the JSON reports carry.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WarningKind {
    // ---- the archive
    /// The archive ends early.
    ArchiveCut {
        /// The position in the archive, uncompressed.
        offset: u64,
        /// The cause, as a clause.
        problem: Escaped,
    },
    /// The archive cannot be read on from some place.
    ArchiveDamaged {
        /// The position in the archive, uncompressed.
        offset: u64,
        /// The cause, as a clause.
        problem: Escaped,
    },
    /// The archive exceeds a limit for data in memory.
    ArchiveOverLimit {
        /// The position in the archive, uncompressed.
        offset: u64,
        /// The limit, as a clause.
        problem: Escaped,
    },
    /// The archive has no end marker, and something is missing from it.
    NoEndMarker,
    /// The checksum of a compressed archive is wrong.
    ArchiveChecksum,
    /// The account is made of the layers' tables of contents, and not of their bytes.
    FromTables,
    /// A stream could not be kept, so the contents of its files cannot be read again.
    NotKept {
        /// The reason.
        problem: Escaped,
    },
    /// The compressed archive ends before its trailer, so its checksum cannot be compared.
    ArchiveTrailer {
        /// The cause, as a clause.
        problem: Escaped,
    },
    /// Something follows the compressed archive.
    JunkAfterArchive,
    /// Something follows the end marker of the archive.
    JunkAfterEnd,
    /// A part of a directory of the host cannot be read.
    HostUnreadable {
        /// The path of the host.
        path: Vec<u8>,
        /// The cause, as a clause.
        problem: Escaped,
    },
    /// The contents of files of the host cannot be read, and their sizes are known.
    HostContents {
        /// The path of the first of them.
        path: Vec<u8>,
        /// The number of further ones.
        more: usize,
    },
    /// The image is in a directory of the archive.
    Nested {
        /// The directory.
        directory: Vec<u8>,
    },
    /// A tar without any manifest.
    NoManifest,

    // ---- manifests and configurations
    /// A listed manifest, of another platform or another image, is not in the archive.
    ManifestAbsent {
        /// Its digest.
        digest: Escaped,
        /// The platform that it is listed for.
        platform: Option<Escaped>,
    },
    /// A listed manifest cannot be understood or read.
    ManifestUnreadable {
        /// Its digest.
        digest: Escaped,
        /// The cause, as a clause that follows the digest.
        problem: Escaped,
    },
    /// A manifest that carries provenance and no image.
    Attestation {
        /// True if the provenance in it is searched for secrets.
        is_searched: bool,
        /// Its digest.
        digest: Escaped,
    },
    /// A manifest of something else than an image, such as a signature.
    Artifact {
        /// Its digest.
        digest: Escaped,
    },
    /// The configuration is not in the archive.
    ConfigAbsent {
        /// The member.
        name: Escaped,
    },
    /// The manifest names no configuration.
    ConfigUnnamed,
    /// The configuration cannot be understood.
    ConfigUnreadable {
        /// The member.
        name: Escaped,
        /// The cause, as a clause.
        problem: Escaped,
    },
    /// A table of contents cannot be used; another one is.
    TableUnreadable {
        /// The member.
        name: Escaped,
        /// The cause, as a clause that follows the name.
        problem: Escaped,
    },
    /// A table of contents has one image where a list was expected.
    TableOfOne {
        /// The member.
        name: Escaped,
    },
    /// An entry of a table of contents names no image.
    EntryLeftOut {
        /// The member or the index.
        of: Escaped,
        /// The entry, counted from 0.
        entry: usize,
    },
    /// More images have one configuration than are listed.
    TooManyImages {
        /// The limit.
        limit: usize,
    },
    /// A field of a JSON document cannot be understood; the rest is used.
    FieldUnreadable {
        /// The member.
        name: Escaped,
        /// The field and the cause, as a clause.
        problem: Escaped,
    },
    /// A file that describes the image is not in the archive.
    MemberAbsent {
        /// The member.
        name: Escaped,
    },
    /// A file that describes the image cannot be understood.
    MemberUnreadable {
        /// The member.
        name: Escaped,
        /// The cause, as a clause.
        problem: Escaped,
    },
    /// A layer of the oldest layout names itself as its parent.
    OwnAncestor {
        /// Its ID.
        id: Escaped,
    },
    /// The configuration has no history.
    NoHistory,
    /// The history does not have a step for each layer.
    HistoryCount {
        /// Steps that made a layer.
        steps: usize,
        /// The number of layers.
        layers: usize,
    },
    /// The configuration does not have a diff ID for each layer.
    DiffIdCount {
        /// The number of diff IDs.
        ids: usize,
        /// The number of layers.
        layers: usize,
    },

    /// The configuration has no diff IDs.
    NoDiffIds,
    /// The list of layers cannot be understood.
    LayersUnreadable {
        /// The manifest.
        name: Escaped,
    },
    /// The engine that saved the image has lost layers of it.
    LayersDropped,

    // ---- what verification finds
    /// A manifest or configuration does not have the digest in its name.
    DigestMismatch {
        /// The member.
        name: Escaped,
        /// The digits of its SHA-256.
        real: Escaped,
    },
    /// A manifest or configuration does not have the size that is stated for it.
    SizeMismatch {
        /// The member.
        name: Escaped,
        /// Its size in bytes.
        real: u64,
        /// The stated size.
        named: u64,
    },
    /// A layer does not have the size in the manifest.
    LayerSizeMismatch {
        /// Its size in bytes.
        real: u64,
        /// The size in the manifest.
        named: u64,
    },
    /// The bytes of a layer do not have their digest.
    LayerDigestMismatch {
        /// The digits of their SHA-256.
        real: Escaped,
        /// The digits that are named, escaped for display.
        named: Escaped,
    },
    /// The tar of a layer does not have the diff ID in the configuration.
    DiffIdMismatch {
        /// The digits of its SHA-256.
        real: Escaped,
        /// The digits that are named, escaped for display.
        named: Escaped,
    },

    // ---- a layer that is not known, or not wholly
    /// The layer is not in the archive.
    LayerAbsent {
        /// The member that should hold it, escaped for display.
        name: Escaped,
        /// The reason, if it is known, as a clause that follows the name.
        why: Option<Escaped>,
    },
    /// The system does not let this program read the layer.
    LayerUnreadable {
        /// The member that holds it, escaped for display.
        name: Escaped,
        /// The cause, as a clause that follows the name.
        why: Escaped,
    },
    /// The layer may not be distributed, so archives leave it out.
    LayerForeign,
    /// The layer is encrypted.
    LayerEncrypted,
    /// The layer is in a format that is not a tar.
    LayerNotATar {
        /// A description of the file, such as `a squashfs filesystem`.
        found: Escaped,
    },
    /// The layer ends early.
    LayerCut {
        /// The position in the layer's tar at which reading ended.
        at: u64,
        /// The cause, as a clause.
        problem: Escaped,
        /// The member that holds it, escaped for display.
        name: Escaped,
    },
    /// The layer cannot be read on from some place.
    LayerDamaged {
        /// The position in the layer's tar at which reading ended.
        at: u64,
        /// The place and the cause, as a clause.
        problem: Escaped,
        /// The member that holds it, escaped for display.
        name: Escaped,
    },
    /// The layer exceeds a limit for data in memory.
    LayerOverLimit {
        /// The position in the layer's tar at which reading ended.
        at: u64,
        /// The limit, as a clause.
        problem: Escaped,
    },
    /// A checksum of the compressed layer is wrong.
    LayerChecksum,
    /// Something follows the compressed layer.
    JunkAfterLayer,

    // ---- odd, and read all the same
    /// The history names a step that writes no files.
    SquashedSteps,
    /// More remarks were made on a layer than are kept.
    MoreRemarks {
        /// The number.
        count: usize,
    },
    /// The image has more pairs of owner and group than can be distinguished.
    TooManyOwners {
        /// The limit.
        limit: usize,
        /// The owner that is shown as another.
        uid: u32,
        /// The group.
        gid: u32,
    },
    /// A path that leads above the root.
    PathUpwards {
        /// The path as the entry has it.
        path: Vec<u8>,
        /// The path that is used, without a leading slash.
        inside: Vec<u8>,
    },
    /// An entry names the root directory and is none.
    RootNotADirectory {
        /// The path as the entry has it.
        path: Vec<u8>,
        /// The number of bytes that ship with it.
        size: u64,
    },
    /// A name that is longer than filesystems take.
    NameTooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit.
        limit: usize,
    },
    /// A path that is longer than systems take.
    PathTooLong {
        /// Its length in bytes.
        len: usize,
        /// The limit.
        limit: usize,
    },
    /// A whiteout that names nothing.
    EmptyWhiteout {
        /// The path.
        path: Vec<u8>,
    },
    /// Container runtimes do not unpack entries of this tar type.
    UnknownType {
        /// The path.
        path: Vec<u8>,
        /// The type.
        flag: Escaped,
    },
    /// The stated sizes are more than can be added up.
    SizeOverflow {
        /// The path.
        path: Vec<u8>,
        /// The stated size in bytes.
        size: u64,
    },
    /// The map of holes of a sparse file does not reach its end.
    SparseEnd {
        /// The path.
        path: Vec<u8>,
        /// The stated size in bytes.
        size: u64,
        /// The end of the map.
        end: u64,
    },
    /// A hard link to nothing.
    LinkTargetAbsent {
        /// The link.
        path: Vec<u8>,
        /// The target.
        target: Vec<u8>,
    },
    /// A hard link to itself.
    LinkToItself {
        /// The link.
        path: Vec<u8>,
    },
    /// A file is stored with holes in a format that container runtimes do not unpack.
    GnuSparse {
        /// The path.
        path: Vec<u8>,
    },
    /// The parent of an entry is not a directory.
    ParentNotADirectory {
        /// The path that should be a directory.
        path: Vec<u8>,
    },
    /// The tar of the layer ends after an extended header that belongs to no entry.
    LooseHeader,
    /// Container runtimes differ in the effect of the layer.
    RuntimesDiffer(RuntimeDifference),
    /// A remark that an earlier report records.
    Recorded {
        /// Its code.
        code: String,
        /// The part of the account that is incomplete for this reason.
        gap: Option<Gap>,
        /// The sentence.
        message: Escaped,
    },
}
