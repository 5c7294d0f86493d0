//! Reads the headers of an ELF file (System V ABI, with the extensions of Linux and GNU).
//!
//! Everything that the loader uses is read from program headers, as the loader does: section
//! headers can be missing, and need not be true.

use object::elf;
use object::read::elf::{Dyn, FileHeader, ProgramHeader, SectionHeader, Sym};
use object::{Endianness, ReadRef};

use super::headers::{Headers, NAME_LIMIT, Section, Segment};
use super::reader::Reader;
use super::strip;
use super::{ByteOrder, Class, Executable, IMPORTS, Linkage, Machine, Unreadable, go, packed};
use crate::archive::{Extent, Source};
use crate::display::{Escaped, escaped};

/// The most program headers and section headers that are read; those of real programs are tens.
const HEADERS_LIMIT: u32 = 1 << 16;
/// The longest section name that is compared; longer names are cut here.
const SECTION_NAME_LIMIT: usize = 256;
/// The most bytes of names of libraries that are taken to be needed.
const NEEDED_LIMIT: usize = 64 << 10;
/// The most compilers that are named, and the most bytes of each name.
const COMPILERS_LIMIT: usize = 16;
const COMPILER_LIMIT: usize = 256;
/// The most runs of constants that are kept.
const CONSTANTS_LIMIT: usize = 256;

pub(super) fn read(source: &Source) -> Result<Option<Executable>, Unreadable> {
    let reader = Reader::new(source);
    let read = read_either(&reader, source.len());
    if let Some(failure) = reader.into_failure() {
        return Err(failure.into());
    }
    read.map_err(|error| Unreadable::Damaged(error.to_string()))
}

fn read_either(reader: &Reader, size: u64) -> Result<Option<Executable>, object::Error> {
    match reader.read_bytes_at(0, size.min(5)) {
        Ok([0x7f, b'E', b'L', b'F', 1]) => {
            read_class::<elf::FileHeader32<Endianness>>(reader, size).map(Some)
        }
        Ok([0x7f, b'E', b'L', b'F', _]) => {
            read_class::<elf::FileHeader64<Endianness>>(reader, size).map(Some)
        }
        _ => Ok(None),
    }
}

fn read_class<E: FileHeader<Endian = Endianness>>(
    reader: &Reader,
    size: u64,
) -> Result<Executable, object::Error> {
    let header = E::parse(reader)?;
    let endian = header.endian()?;
    let segments = match header.phnum(endian, reader)? {
        0..HEADERS_LIMIT => header.program_headers(endian, reader)?,
        _ => &[],
    };
    // Section headers are not used to run a program, so damaged ones count as missing.
    let sections = match header.shnum(endian, reader) {
        Ok(0..HEADERS_LIMIT) => header.section_headers(endian, reader).unwrap_or_default(),
        _ => &[],
    };
    let names = (!sections.is_empty())
        .then(|| header.section_strings_index(endian, reader).ok())
        .flatten()
        .and_then(|index| sections.get(index.0)?.data(endian, reader).ok());
    let header_size = |count: usize, each: u16| count as u64 * u64::from(each);
    let table_end = |offset: u64, len: u64| if len == 0 { 0 } else { offset.saturating_add(len) };
    let headers = Headers {
        reader,
        endian,
        class: if header.is_type_64() { Class::Bits64 } else { Class::Bits32 },
        segments: segments.iter().map(|segment| read_segment(segment, endian)).collect(),
        sections: sections
            .iter()
            .map(|section| read_section(section, endian, names.unwrap_or_default()))
            .collect(),
        end: u64::from(header.e_ehsize(endian)).max(table_end(
            header.e_phoff(endian).into(),
            header_size(segments.len(), header.e_phentsize(endian)),
        )),
    };
    let sections_end = table_end(
        header.e_shoff(endian).into(),
        header_size(sections.len(), header.e_shentsize(endian)),
    );
    let dynamic = Dynamic::read::<E>(&headers);
    let symbols = symbols::<E>(&headers);
    let interpreter =
        headers.segment(elf::PT_INTERP).and_then(|segment| headers.name_in(segment.extent));
    Ok(Executable {
        size,
        class: headers.class,
        byte_order: if header.is_little_endian() { ByteOrder::Little } else { ByteOrder::Big },
        machine: Machine(header.e_machine(endian).0),
        linkage: linkage(header.e_type(endian), interpreter.is_some(), &dynamic),
        interpreter,
        imports: symbols.imports,
        has_name_service: symbols.has_name_service,
        strip: strip::measure(&headers, size, sections_end),
        build_id: build_id(&headers),
        compilers: compilers(&headers),
        go: go::read(&headers),
        packed: packed::read(&headers, size),
        constants: constants(&headers),
        needed: dynamic.needed,
        soname: dynamic.soname,
        rpath: dynamic.rpath,
        runpath: dynamic.runpath,
        no_default_directories: dynamic.flags_1 & elf::DF_1_NODEFLIB.0 != 0,
    })
}

fn read_segment<P: ProgramHeader<Endian = Endianness>>(segment: &P, endian: Endianness) -> Segment {
    Segment {
        kind: segment.p_type(endian),
        flags: segment.p_flags(endian),
        address: segment.p_vaddr(endian).into(),
        extent: Extent {
            offset: segment.p_offset(endian).into(),
            len: segment.p_filesz(endian).into(),
        },
    }
}

fn read_section<'a, S: SectionHeader<Endian = Endianness>>(
    section: &S,
    endian: Endianness,
    names: &'a [u8],
) -> Section<'a> {
    let name = names.get(section.sh_name(endian) as usize..).unwrap_or_default();
    Section {
        name: name[..name.len().min(SECTION_NAME_LIMIT)]
            .split(|&b| b == 0)
            .next()
            .unwrap_or_default(),
        kind: section.sh_type(endian),
        flags: section.sh_flags(endian),
        extent: Extent {
            offset: section.sh_offset(endian).into(),
            len: section.sh_size(endian).into(),
        },
        alignment: section.sh_addralign(endian).into(),
        link: section.sh_link(endian) as usize,
    }
}

fn linkage(kind: elf::FileType, interpreted: bool, dynamic: &Dynamic) -> Linkage {
    let pie = dynamic.flags_1 & elf::DF_1_PIE.0 != 0;
    match kind {
        elf::ET_EXEC if interpreted || !dynamic.needed.is_empty() => Linkage::Dynamic,
        elf::ET_EXEC => Linkage::Static,
        elf::ET_DYN if interpreted && (pie || dynamic.soname.is_none()) => Linkage::Dynamic,
        elf::ET_DYN if pie && dynamic.needed.is_empty() => Linkage::StaticPie,
        elf::ET_DYN => Linkage::Shared,
        elf::ET_REL => Linkage::Relocatable,
        _ => Linkage::Other,
    }
}

/// The entries of the dynamic section that the loader reads.
#[derive(Default)]
struct Dynamic {
    needed: Vec<Vec<u8>>,
    soname: Option<Vec<u8>>,
    rpath: Option<Vec<u8>>,
    runpath: Option<Vec<u8>>,
    flags_1: u64,
}

impl Dynamic {
    fn read<E: FileHeader<Endian = Endianness>>(headers: &Headers<'_>) -> Self {
        Self::try_read::<E>(headers).unwrap_or_default()
    }

    fn try_read<E: FileHeader<Endian = Endianness>>(headers: &Headers<'_>) -> Option<Self> {
        let bytes = headers.bytes(headers.segment(elf::PT_DYNAMIC)?.extent)?;
        let (entries, _) =
            object::pod::slice_from_bytes::<E::Dyn>(bytes, bytes.len() / size_of::<E::Dyn>())
                .ok()?;
        let entries =
            entries.iter().map(|entry| (entry.tag(headers.endian), entry.val(headers.endian)));
        let entries: Vec<_> = entries.take_while(|(tag, _)| *tag != elf::DT_NULL).collect();
        let value =
            |wanted| entries.iter().find(|(tag, _)| *tag == wanted).map(|(_, value)| *value);
        let strings = value(elf::DT_STRTAB).and_then(|address| {
            let extent = headers.at_address(address, value(elf::DT_STRSZ).unwrap_or(u64::MAX))?;
            headers.bytes(extent)
        });
        let string = |offset: u64| {
            let rest = strings?.get(usize::try_from(offset).ok()?..)?;
            let end = rest.iter().take(NAME_LIMIT).position(|&b| b == 0)?;
            (end > 0).then(|| rest[..end].to_vec())
        };
        let mut room = NEEDED_LIMIT;
        let needed = entries
            .iter()
            .filter(|(tag, _)| *tag == elf::DT_NEEDED)
            .filter_map(|(_, offset)| string(*offset));
        let needed = needed.take_while(|name| {
            let fits = name.len() < room;
            room = room.saturating_sub(name.len() + 1);
            fits
        });
        Some(Self {
            needed: needed.collect(),
            soname: value(elf::DT_SONAME).and_then(string),
            rpath: value(elf::DT_RPATH).and_then(string),
            runpath: value(elf::DT_RUNPATH).and_then(string),
            flags_1: value(elf::DT_FLAGS_1).unwrap_or_default(),
        })
    }
}

/// Facts derived from the names of dynamic symbols.
#[derive(Default)]
struct Symbols {
    imports: Vec<&'static str>,
    has_name_service: bool,
}

fn symbols<E: FileHeader<Endian = Endianness>>(headers: &Headers<'_>) -> Symbols {
    let mut symbols = Symbols::default();
    let tables = headers.sections.iter().find(|section| section.kind == elf::SHT_DYNSYM).and_then(
        |section| {
            let strings = headers.sections.get(section.link)?;
            Some((headers.bytes(section.extent)?, headers.bytes(strings.extent)?))
        },
    );
    let Some((table, strings)) = tables else { return symbols };
    let Ok((table, _)) =
        object::pod::slice_from_bytes::<E::Sym>(table, table.len() / size_of::<E::Sym>())
    else {
        return symbols;
    };
    for symbol in table {
        let rest = strings.get(symbol.st_name(headers.endian) as usize..).unwrap_or_default();
        let name = |len: usize| rest.get(..len).is_some_and(|_| rest.get(len) == Some(&0));
        if symbol.is_undefined(headers.endian) {
            let import = IMPORTS
                .iter()
                .find(|import| rest.starts_with(import.as_bytes()) && name(import.len()));
            symbols.imports.extend(import);
        } else {
            symbols.has_name_service |= rest.starts_with(b"_nss_files_getpwnam_r\0");
        }
    }
    symbols.imports.sort_unstable();
    symbols.imports.dedup();
    symbols
}

fn build_id(headers: &Headers<'_>) -> Option<Vec<u8>> {
    let note = headers.section(b".note.gnu.build-id")?;
    let bytes = headers.bytes(note.extent.part(0, 256))?;
    let number = |at: usize| {
        let word = bytes.get(at..at + 4)?.try_into().ok()?;
        let number = if headers.endian == Endianness::Big {
            u32::from_be_bytes(word)
        } else {
            u32::from_le_bytes(word)
        };
        usize::try_from(number).ok()
    };
    let (name, description) = (number(0)?, number(4)?);
    let start = name.checked_next_multiple_of(4)?.checked_add(12)?;
    Some(bytes.get(start..start.checked_add(description)?)?.to_vec())
}

/// Returns the distinct compiler names from the `.comment` section.
fn compilers(headers: &Headers<'_>) -> Vec<Escaped> {
    let comment = headers
        .section(b".comment")
        .and_then(|section| headers.bytes(section.extent.part(0, 1 << 16)));
    let mut compilers = Vec::new();
    for text in comment.unwrap_or_default().split(|&b| b == 0).filter(|text| !text.is_empty()) {
        let text = escaped(&text[..text.len().min(COMPILER_LIMIT)]);
        if compilers.len() < COMPILERS_LIMIT && !compilers.contains(&text) {
            compilers.push(text);
        }
    }
    compilers
}

/// Returns the places of constants: loaded sections without code or, if there are no section
/// headers, loaded segments that are not executable.
fn constants(headers: &Headers<'_>) -> Vec<Extent> {
    let loaded = |section: &&Section<'_>| {
        section.kind == elf::SHT_PROGBITS
            && section.flags.contains(elf::SHF_ALLOC)
            && !section.flags.contains(elf::SHF_EXECINSTR)
    };
    let sections: Vec<_> = headers
        .sections
        .iter()
        .filter(loaded)
        .map(|section| section.extent)
        .take(CONSTANTS_LIMIT)
        .collect();
    if !sections.is_empty() {
        return sections;
    }
    headers
        .loaded()
        .filter(|segment| !segment.flags.contains(elf::PF_X))
        .map(|segment| segment.extent)
        .take(CONSTANTS_LIMIT)
        .collect()
}
