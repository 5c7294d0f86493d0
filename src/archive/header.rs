//! Decodes a tar header block as Go's `archive/tar` does.
//!
//! The field layout is the `tar` crate's. The meaning follows Go, because all container runtimes
//! read layers with it: the size of kinds without contents is ignored, old formats have no prefix,
//! a NUL type with a trailing slash is a directory, and sparse files have their logical size.

use tar::Header;

use super::number::{decimal, field};
use super::pax::records;
use super::walk::Fault;

/// The kind of file that a tar entry makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EntryKind {
    /// A regular file.
    #[default]
    File,
    /// Another name for a file of the same archive.
    HardLink,
    /// A symbolic link.
    Symlink,
    /// A character device.
    Char,
    /// A block device.
    Block,
    /// A directory.
    Directory,
    /// A named pipe.
    Fifo,
    /// A kind that no container runtime unpacks, with its type flag.
    Other(u8),
}

/// An entry of a tar: a header with its extensions applied.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// The name, byte for byte.
    pub name: Vec<u8>,
    /// The target of a link, byte for byte.
    pub link: Vec<u8>,
    /// The kind of file.
    pub kind: EntryKind,
    /// The logical size of a regular file in bytes.
    pub size: u64,
    /// The bytes that follow the header, without padding.
    pub stored: u64,
    /// The permission bits, with setuid, setgid and sticky.
    pub mode: u16,
    /// The numeric owner.
    pub uid: u32,
    /// The numeric group.
    pub gid: u32,
    /// The modification time in seconds since 1970.
    pub mtime: i64,
    /// The major and minor number of a device.
    pub device: (u32, u32),
    /// True if the file is stored with holes.
    pub sparse: bool,
    /// True if the entry has the overlay filesystem's opaque attribute.
    pub overlay_opaque: bool,
    /// Offset of the contents in the tar.
    pub data: u64,
}

/// The values that extension headers set for the next entry.
#[derive(Debug, Default)]
pub(super) struct Extensions {
    pub pax: Option<Vec<u8>>,
    pub long_name: Option<Vec<u8>>,
    pub long_link: Option<Vec<u8>>,
}

/// The header formats, as far as they differ in the fields after the link name.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Format {
    V7,
    Ustar,
    Star,
    Gnu,
}

fn format(block: &[u8; 512]) -> Format {
    match &block[257..265] {
        b"ustar  \0" => Format::Gnu,
        magic if magic.starts_with(b"ustar\0") && &block[508..512] == b"tar\0" => Format::Star,
        magic if magic.starts_with(b"ustar\0") => Format::Ustar,
        _ => Format::V7,
    }
}

/// Returns whether the checksum of `block` is right, with bytes read as unsigned or, as old tars
/// did, as signed.
pub(super) fn checksum_matches(block: &[u8; 512]) -> Result<bool, Fault> {
    let stored = field(&block[148..156]).ok_or(Fault::Number("checksum"))?;
    let unsigned = sum(block);
    let of_field: u32 = block[148..156].iter().map(|&b| u32::from(b)).sum();
    if stored == i64::from(unsigned - of_field + 8 * 32) {
        return Ok(true);
    }
    let signed = |bytes: &[u8]| bytes.iter().map(|&b| i64::from(b.cast_signed())).sum::<i64>();
    Ok(stored == signed(block) - signed(&block[148..156]) + 8 * 32)
}

/// Computes the sum of all bytes, in four 16-bit lanes at a time.
fn sum(block: &[u8; 512]) -> u32 {
    const LOW: u64 = 0x00ff_00ff_00ff_00ff;
    let (words, _) = block.as_chunks::<8>();
    let lanes = words.iter().map(|word| u64::from_le_bytes(*word)).fold(0, |lanes, word| {
        // 64 words of two bytes a lane: less than 2^16.
        lanes + (word & LOW) + (word >> 8 & LOW)
    });
    lanes.to_le_bytes().as_chunks::<2>().0.iter().map(|lane| u32::from(u16::from_le_bytes(*lane))).sum()
}

/// Returns the length of the body of an extension header.
pub(super) fn body_size(block: &[u8; 512]) -> Result<u64, Fault> {
    let size = field(&block[124..136]).ok_or(Fault::Number("size"))?;
    u64::try_from(size).map_err(|_| Fault::Number("size"))
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    &bytes[..bytes.iter().position(|&b| b == 0).unwrap_or(bytes.len())]
}

fn set(into: &mut Vec<u8>, bytes: &[u8]) {
    into.clear();
    into.extend_from_slice(bytes);
}

fn id(bytes: &[u8], what: &'static str) -> Result<u32, Fault> {
    let value = field(bytes).ok_or(Fault::Number(what))?;
    Ok(u32::try_from(value & 0xffff_ffff).expect("masked to 32 bits"))
}

/// Decodes `block` into `entry`. Returns whether old GNU sparse maps follow.
pub(super) fn decode(block: &[u8; 512], extensions: &mut Extensions, entry: &mut Entry) -> Result<bool, Fault> {
    let header = Header::from_byte_slice(block);
    let old = header.as_old();
    let format = format(block);
    let size = body_size(block)?;
    let mut flag = old.linkflag[0];

    entry.name.clear();
    if matches!(format, Format::Ustar | Format::Star) && block[345] != 0 {
        let end = if format == Format::Ustar { 500 } else { 476 };
        entry.name.extend_from_slice(until_nul(&block[345..end]));
        entry.name.push(b'/');
    }
    entry.name.extend_from_slice(until_nul(&old.name));
    set(&mut entry.link, until_nul(&old.linkname));
    entry.size = size;
    let mode = field(&old.mode).ok_or(Fault::Number("mode"))? & 0o7777;
    entry.mode = u16::try_from(mode).expect("masked to 12 bits");
    entry.uid = id(&old.uid, "uid")?;
    entry.gid = id(&old.gid, "gid")?;
    entry.mtime = field(&old.mtime).ok_or(Fault::Number("mtime"))?;
    entry.device = match format {
        Format::V7 => (0, 0),
        // Go reads them whatever the kind, and refuses what is no number.
        _ => (id(&block[329..337], "devmajor")?, id(&block[337..345], "devminor")?),
    };
    entry.sparse = false;
    entry.overlay_opaque = false;
    if let Some(name) = extensions.long_name.take() {
        set(&mut entry.name, until_nul(&name));
    }
    if let Some(link) = extensions.long_link.take() {
        set(&mut entry.link, until_nul(&link));
    }
    let sparse = match extensions.pax.take() {
        Some(body) => apply_pax(&body, entry)?,
        None => Sparse::default(),
    };
    if flag == 0 {
        flag = if entry.name.ends_with(b"/") { b'5' } else { b'0' };
    }
    entry.kind = match flag {
        b'0' | b'S' => EntryKind::File,
        b'1' => EntryKind::HardLink,
        b'2' => EntryKind::Symlink,
        b'3' => EntryKind::Char,
        b'4' => EntryKind::Block,
        b'5' => EntryKind::Directory,
        b'6' => EntryKind::Fifo,
        other => EntryKind::Other(other),
    };
    entry.stored = match entry.kind {
        EntryKind::File | EntryKind::Other(_) => entry.size,
        _ => 0,
    };
    if !matches!(entry.kind, EntryKind::File) {
        entry.size = 0;
    }
    if flag == b'S' {
        let gnu = header.as_gnu().filter(|_| format == Format::Gnu).ok_or(Fault::SparseFormat)?;
        entry.sparse = true;
        entry.size = u64::try_from(field(&gnu.realsize).ok_or(Fault::Number("realsize"))?)
            .map_err(|_| Fault::Number("realsize"))?;
        return Ok(gnu.isextended[0] != 0);
    }
    if let Some(logical) = sparse.logical()? {
        entry.sparse = true;
        entry.size = logical;
        if let Some(name) = sparse.name {
            entry.name = name;
        }
    }
    Ok(false)
}

/// The `GNU.sparse.*` records, which exist in three versions.
#[derive(Default)]
struct Sparse {
    major: Option<Vec<u8>>,
    minor: Option<Vec<u8>>,
    has_map: bool,
    size: Option<Vec<u8>>,
    real_size: Option<Vec<u8>>,
    name: Option<Vec<u8>>,
}

impl Sparse {
    fn logical(&self) -> Result<Option<u64>, Fault> {
        let one_zero = self.major.as_deref() == Some(b"1") && self.minor.as_deref() == Some(b"0");
        let text = if one_zero {
            self.real_size.as_deref().or(self.size.as_deref())
        } else if self.has_map || self.major.as_deref() == Some(b"0") {
            self.size.as_deref().or(self.real_size.as_deref())
        } else {
            return Ok(None);
        };
        let value = text.map_or(Some(0), decimal).ok_or(Fault::Number("GNU.sparse.size"))?;
        u64::try_from(value).map(Some).map_err(|_| Fault::Number("GNU.sparse.size"))
    }
}

fn apply_pax(body: &[u8], entry: &mut Entry) -> Result<Sparse, Fault> {
    let mut sparse = Sparse::default();
    for record in records(body) {
        let record = record.ok_or(Fault::Pax)?;
        let value = record.value;
        let number = |what| decimal(value).ok_or(Fault::Number(what));
        match record.key {
            b"path" | b"linkpath" if value.contains(&0) => return Err(Fault::Pax),
            b"path" if !value.is_empty() => set(&mut entry.name, value),
            b"linkpath" if !value.is_empty() => set(&mut entry.link, value),
            b"size" => entry.size = u64::try_from(number("size")?).map_err(|_| Fault::Number("size"))?,
            b"uid" => entry.uid = u32::try_from(number("uid")? & 0xffff_ffff).expect("masked to 32 bits"),
            b"gid" => entry.gid = u32::try_from(number("gid")? & 0xffff_ffff).expect("masked to 32 bits"),
            b"mtime" => entry.mtime = number("mtime")?,
            b"SCHILY.xattr.trusted.overlay.opaque" => entry.overlay_opaque = value == b"y",
            b"GNU.sparse.major" => sparse.major = Some(value.to_vec()),
            b"GNU.sparse.minor" => sparse.minor = Some(value.to_vec()),
            b"GNU.sparse.map" | b"GNU.sparse.numblocks" => sparse.has_map = true,
            b"GNU.sparse.size" => sparse.size = Some(value.to_vec()),
            b"GNU.sparse.realsize" => sparse.real_size = Some(value.to_vec()),
            b"GNU.sparse.name" if !value.is_empty() => sparse.name = Some(value.to_vec()),
            _ => {}
        }
    }
    Ok(sparse)
}
