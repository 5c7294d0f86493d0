//! Computes, from section headers, the size that `strip --strip-all` of GNU binutils would produce.
//!
//! Loaded sections keep their place. Symbols and debug information are removed; the other sections
//! move up behind the loaded ones, followed by the section names and the section headers. Go's
//! `-ldflags "-s -w"` leaves out the same sections.

use std::collections::HashSet;

use object::elf;

use super::Class;
use super::headers::{Headers, Section};

/// The parts of an ELF file that it does not need to run. All sizes are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Strip {
    /// The symbol table and the names in it.
    pub symbols: u64,
    /// Debug information.
    pub debug: u64,
    /// The bytes that stripping saves, including section headers and padding.
    pub saves: u64,
    /// The bytes appended to the ELF file. Stripping would lose them, so if there are any, `saves`
    /// is 0.
    pub appended: u64,
}

/// Trailing data shorter than this counts as padding, which linkers and `patchelf` leave.
const PADDING: u64 = 4096;

/// The effect of stripping on a section.
#[derive(PartialEq, Eq, Clone, Copy)]
enum Fate {
    /// Loaded: the section keeps its place.
    Loaded,
    /// Not loaded, but kept: the section moves up.
    Kept,
    /// A table of section names, which is written anew.
    Names,
    Symbols,
    Debug,
}

impl Section<'_> {
    fn is_loaded(&self) -> bool {
        self.flags.contains(elf::SHF_ALLOC)
    }

    /// Returns the offset in the file where the section ends.
    fn end(&self) -> u64 {
        if self.kind == elf::SHT_NOBITS {
            0
        } else {
            self.extent.offset.saturating_add(self.extent.len)
        }
    }

    /// Returns whether the section is debug information (binutils,
    /// `_bfd_elf_make_section_from_shdr`).
    fn is_debug(&self) -> bool {
        let prefixes: [&[u8]; 6] = [
            b".debug",
            b".zdebug",
            b".gnu.debuglto_.debug_",
            b".gnu.linkonce.wi.",
            b".line",
            b".stab",
        ];
        self.name == b".gdb_index" || prefixes.iter().any(|prefix| self.name.starts_with(prefix))
    }
}

pub(super) fn measure(headers: &Headers<'_>, size: u64, sections_end: u64) -> Strip {
    let fates = fates(&headers.sections);
    let of = |wanted: Fate| {
        headers.sections.iter().zip(&fates).filter(move |(_, fate)| **fate == wanted)
    };
    let bytes = |wanted| {
        of(wanted).map(|(section, _)| section.extent.len).fold(0, u64::saturating_add).min(size)
    };
    let loaded_end =
        headers.loaded().map(|s| s.extent.offset.saturating_add(s.extent.len)).max().unwrap_or(0);
    let file_end = headers.sections.iter().map(Section::end).max().unwrap_or(0);
    let appended = size.saturating_sub(file_end.max(sections_end).max(loaded_end).max(headers.end));
    let appended = if appended < PADDING { 0 } else { appended };
    let mut strip =
        Strip { symbols: bytes(Fate::Symbols), debug: bytes(Fate::Debug), saves: 0, appended };
    if !headers.sections.is_empty() && appended == 0 {
        let loaded =
            of(Fate::Loaded).map(|(section, _)| section.end()).max().unwrap_or(0).max(headers.end);
        let kept: Vec<_> = of(Fate::Kept).map(|(section, _)| section).collect();
        let named: Vec<_> = of(Fate::Loaded)
            .map(|(section, _)| section.name)
            .chain(kept.iter().map(|s| s.name))
            .collect();
        strip.saves = size.saturating_sub(stripped_size(headers.class, loaded, &kept, &named));
    }
    strip
}

fn fates(sections: &[Section<'_>]) -> Vec<Fate> {
    let tables = sections.iter().filter(|section| section.kind == elf::SHT_SYMTAB);
    let names_of_symbols: HashSet<usize> = tables.map(|table| table.link).collect();
    let fate = |(i, section): (usize, &Section<'_>)| match section.kind {
        _ if section.is_loaded() => Fate::Loaded,
        // Relocations that are not applied when loading are removed with the symbols.
        elf::SHT_SYMTAB | elf::SHT_SYMTAB_SHNDX | elf::SHT_REL | elf::SHT_RELA => Fate::Symbols,
        elf::SHT_STRTAB if section.name == b".shstrtab" => Fate::Names,
        elf::SHT_STRTAB if names_of_symbols.contains(&i) => Fate::Symbols,
        _ if section.is_debug() => Fate::Debug,
        _ => Fate::Kept,
    };
    sections.iter().enumerate().map(fate).collect()
}

/// Computes the size of a file whose loaded part ends at `loaded`, followed by the sections `kept`.
fn stripped_size(class: Class, loaded: u64, kept: &[&Section<'_>], named: &[&[u8]]) -> u64 {
    let (word, header) = match class {
        Class::Bits32 => (4, 40),
        Class::Bits64 => (8, 64),
    };
    let aligned =
        |at: u64, alignment: u64| at.checked_next_multiple_of(alignment.max(1)).unwrap_or(u64::MAX);
    let end = kept
        .iter()
        .filter(|section| section.kind != elf::SHT_NULL && section.kind != elf::SHT_NOBITS)
        .fold(loaded, |at, section| {
            aligned(at, section.alignment).saturating_add(section.extent.len)
        });
    let headers = named.len() as u64 + 1;
    aligned(end.saturating_add(names_size(named)), word).saturating_add(headers * header)
}

/// Computes the size of the section name table. A name that is the end of another one is not stored
/// again.
fn names_size(named: &[&[u8]]) -> u64 {
    let mut reversed: Vec<Vec<u8>> = named
        .iter()
        .chain(&[&b".shstrtab"[..]])
        .map(|n| n.iter().rev().copied().collect())
        .collect();
    reversed.sort_unstable();
    reversed.dedup();
    let written = reversed.iter().enumerate().filter(|(i, name)| {
        !name.is_empty() && !reversed.get(i + 1).is_some_and(|next| next.starts_with(name))
    });
    1 + written.map(|(_, name)| name.len() as u64 + 1).sum::<u64>()
}
