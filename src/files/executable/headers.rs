//! The headers of an ELF file, and the bytes that they lead to.

use object::read::ReadRef;
use object::{Endianness, elf};

use super::Class;
use super::reader::Reader;
use crate::archive::Extent;

/// The longest name, as the kernel has it (`PATH_MAX`).
pub(super) const NAME_LIMIT: usize = 4096;

/// A run of bytes that is loaded.
pub(super) struct Segment {
    pub kind: elf::ProgramType,
    pub flags: elf::ProgramFlags,
    pub address: u64,
    pub extent: Extent,
}

/// An ELF file whose headers have been read.
pub(super) struct Headers<'a> {
    pub reader: &'a Reader,
    pub endian: Endianness,
    pub class: Class,
    pub segments: Vec<Segment>,
    pub sections: Vec<Section<'a>>,
    /// Offset in the file where the program headers end.
    pub end: u64,
}

/// A part of an ELF file, as the linker sees it.
pub(super) struct Section<'a> {
    pub name: &'a [u8],
    pub kind: elf::SectionType,
    pub flags: elf::SectionFlags,
    pub extent: Extent,
    pub alignment: u64,
    pub link: usize,
}

impl<'a> Headers<'a> {
    pub fn segment(&self, kind: elf::ProgramType) -> Option<&Segment> {
        self.segments.iter().find(|segment| segment.kind == kind)
    }

    /// Returns the segments that are loaded into memory.
    pub fn loaded(&self) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(|segment| segment.kind == elf::PT_LOAD)
    }

    pub fn section(&self, name: &[u8]) -> Option<&Section<'a>> {
        self.sections.iter().find(|section| section.name == name)
    }

    pub fn bytes(&self, extent: Extent) -> Option<&'a [u8]> {
        self.reader.read_bytes_at(extent.offset, extent.len).ok()
    }

    /// Returns the part of the file, at most `len` bytes, that is loaded at `address`.
    pub fn at_address(&self, address: u64, len: u64) -> Option<Extent> {
        let segment =
            self.loaded().find(|s| address >= s.address && address - s.address < s.extent.len)?;
        let offset = address - segment.address;
        segment.extent.offset.checked_add(offset)?;
        Some(segment.extent.part(offset, len))
    }

    /// Reads the NUL-terminated name at the start of an extent.
    pub fn name_in(&self, extent: Extent) -> Option<Vec<u8>> {
        let bytes = self.bytes(extent.part(0, NAME_LIMIT as u64))?;
        let end = bytes.iter().position(|&b| b == 0)?;
        (end > 0).then(|| bytes[..end].to_vec())
    }
}
