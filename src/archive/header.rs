//! Decodes a tar header block as Go's `archive/tar` does.
//!
//! The field layout is the `tar` crate's. The meaning follows Go, because all container runtimes
//! read layers with it: the size of kinds without contents is ignored, old formats have no prefix,
//! a NUL type with a trailing slash is a directory, and sparse files have their logical size.

use std::ffi::CStr;

use serde::{Deserialize, Serialize};
use tar::Header;

use super::fault::Fault;
use super::number::{decimal, field, time};
use super::pax::{Pax, Sparse};

/// The kind of file that a tar entry makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
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
    /// The holes are in the old GNU format, which engines refuse in layers.
    pub gnu_sparse: bool,
    /// The end of the last piece in the map of holes of a sparse file.
    pub map_end: u64,
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

impl Extensions {
    /// Returns whether there is any.
    pub fn are_there(&self) -> bool {
        self.pax.is_some() || self.long_name.is_some() || self.long_link.is_some()
    }

    /// Returns the PAX records; empty if there was no PAX header.
    ///
    /// # Errors
    ///
    /// [`Fault::Pax`] if they are malformed.
    pub fn pax(&self) -> Result<Pax<'_>, Fault> {
        Pax::read(self.pax.as_deref().unwrap_or_default()).ok_or(Fault::Pax)
    }
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
        // A lane adds up 64 words of two bytes: less than 2^16.
        lanes + (word & LOW) + (word >> 8 & LOW)
    });
    lanes
        .to_le_bytes()
        .as_chunks::<2>()
        .0
        .iter()
        .map(|lane| u32::from(u16::from_le_bytes(*lane)))
        .sum()
}

/// Returns the length of the body of an extension header.
pub(super) fn body_size(block: &[u8; 512]) -> Result<u64, Fault> {
    not_negative(field(&block[124..136]), "size")
}

fn not_negative(number: Option<i64>, what: &'static str) -> Result<u64, Fault> {
    number.and_then(|number| u64::try_from(number).ok()).ok_or(Fault::Number(what))
}

fn until_nul(bytes: &[u8]) -> &[u8] {
    CStr::from_bytes_until_nul(bytes).map_or(bytes, CStr::to_bytes)
}

fn set(into: &mut Vec<u8>, bytes: &[u8]) {
    into.clear();
    into.extend_from_slice(bytes);
}

fn id(number: Option<i64>, what: &'static str) -> Result<u32, Fault> {
    let value = number.ok_or(Fault::Number(what))?;
    Ok(u32::try_from(value & 0xffff_ffff).expect("masked to 32 bits"))
}

/// Returns whether entries with this type flag never have contents, regardless of their size field.
fn is_header_only(flag: u8) -> bool {
    matches!(flag, b'1'..=b'6')
}

/// Decodes `block` into `entry`; returns whether old GNU sparse maps follow.
pub(super) fn decode(
    block: &[u8; 512],
    extensions: &Extensions,
    entry: &mut Entry,
) -> Result<bool, Fault> {
    let header = Header::from_byte_slice(block);
    let old = header.as_old();
    let format = format(block);
    let mut flag = old.linkflag[0];
    let mut size = field(&block[124..136]);
    if !is_header_only(flag) {
        not_negative(size, "size")?;
    }

    entry.name.clear();
    if matches!(format, Format::Ustar | Format::Star) && block[345] != 0 {
        let end = if format == Format::Ustar { 500 } else { 476 };
        entry.name.extend_from_slice(until_nul(&block[345..end]));
        entry.name.push(b'/');
    }
    entry.name.extend_from_slice(until_nul(&old.name));
    set(&mut entry.link, until_nul(&old.linkname));
    let mode = field(&old.mode).ok_or(Fault::Number("mode"))? & 0o7777;
    entry.mode = u16::try_from(mode).expect("masked to 12 bits");
    entry.uid = id(field(&old.uid), "uid")?;
    entry.gid = id(field(&old.gid), "gid")?;
    entry.mtime = field(&old.mtime).ok_or(Fault::Number("mtime"))?;
    entry.device = match format {
        Format::V7 => (0, 0),
        // Go reads these fields for every kind, and refuses anything but numbers.
        _ => (id(field(&block[329..337]), "devmajor")?, id(field(&block[337..345]), "devminor")?),
    };
    entry.overlay_opaque = false;
    // Most entries have no records.
    let pax = extensions.pax.is_some().then(|| extensions.pax()).transpose()?;
    if let Some(pax) = &pax {
        apply_pax(pax, entry)?;
        if let Some(stated) = pax.size {
            size = decimal(stated);
        }
    }
    // GNU's long name counts, whichever of the two headers comes first.
    for (long, into) in
        [(&extensions.long_name, &mut entry.name), (&extensions.long_link, &mut entry.link)]
    {
        match until_nul(long.as_deref().unwrap_or_default()) {
            b"" => {}
            long => set(into, long),
        }
    }
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
    entry.stored = if is_header_only(flag) {
        size.map(|_| 0).ok_or(Fault::Number("size"))?
    } else {
        not_negative(size, "size")?
    };
    entry.size = if entry.kind == EntryKind::File { entry.stored } else { 0 };
    entry.sparse = false;
    entry.gnu_sparse = flag == b'S';
    if flag == b'S' {
        let gnu = header.as_gnu().filter(|_| format == Format::Gnu).ok_or(Fault::SparseFormat)?;
        entry.sparse = true;
        entry.size = not_negative(field(&gnu.realsize), "realsize")?;
        return Ok(gnu.isextended[0] != 0);
    }
    if let Some(pax) = &pax {
        apply_sparse(&pax.sparse, entry)?;
    }
    Ok(false)
}

fn apply_pax(pax: &Pax<'_>, entry: &mut Entry) -> Result<(), Fault> {
    if let Some(path) = pax.path {
        set(&mut entry.name, path);
    }
    if let Some(link) = pax.link {
        set(&mut entry.link, link);
    }
    if let Some(uid) = pax.uid {
        entry.uid = id(decimal(uid), "uid")?;
    }
    if let Some(gid) = pax.gid {
        entry.gid = id(decimal(gid), "gid")?;
    }
    if let Some(mtime) = pax.mtime {
        entry.mtime = time(mtime).ok_or(Fault::Number("mtime"))?;
    }
    if pax.times.into_iter().flatten().any(|other| time(other).is_none()) {
        return Err(Fault::Number("time"));
    }
    entry.overlay_opaque = pax.overlay_opaque == Some(b"y");
    Ok(())
}

fn apply_sparse(sparse: &Sparse<'_>, entry: &mut Entry) -> Result<(), Fault> {
    if sparse.version().is_none() {
        return Ok(());
    }
    if entry.kind != EntryKind::File {
        return Err(Fault::SparseFormat);
    }
    entry.sparse = true;
    if let Some(size) = sparse.size.or(sparse.real_size) {
        entry.size = not_negative(decimal(size), "GNU.sparse.size")?;
    }
    if let Some(name) = sparse.name {
        set(&mut entry.name, name);
    }
    Ok(())
}
