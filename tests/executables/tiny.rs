//! ELF files that are made by hand: as small as can be, and whatever the test wants them to say.

use std::sync::Arc;

use layerscope::archive::{MemorySource, Source};
use layerscope::files::executable::{Executable, Unreadable};

/// An ELF file for x86-64 that is being made.
#[derive(Clone, Default)]
pub struct Tiny {
    interpreter: Option<String>,
    strings: Vec<(u64, String)>,
    flags: Vec<(u64, u64)>,
    sections: Vec<(&'static str, u32, u64, Vec<u8>)>,
    machine: Option<u16>,
    functions: Vec<String>,
}

const HEADER: usize = 64;
const PROGRAM_HEADER: usize = 56;
const PROGRAM_HEADERS: usize = 3;
const NEEDED: u64 = 1;
const SONAME: u64 = 14;
const RPATH: u64 = 15;
const RUNPATH: u64 = 29;
/// Types of sections: names, and the tables of symbols.
const STRINGS: u32 = 3;
const SYMBOLS: [u32; 2] = [2, 11];
const DYNAMIC_SYMBOLS: &str = ".dynsym";
const DYNAMIC_NAMES: &str = ".dynstr";

/// A static executable.
pub fn executable() -> Tiny {
    Tiny::default()
}

/// A dynamic executable with the loader of musl.
pub fn musl() -> Tiny {
    Tiny { interpreter: Some("/lib/ld-musl-x86_64.so.1".into()), ..Tiny::default() }
}

/// A dynamic executable with the loader of glibc.
pub fn glibc() -> Tiny {
    Tiny { interpreter: Some("/lib64/ld-linux-x86-64.so.2".into()), ..Tiny::default() }
}

/// A library.
pub fn library(soname: &str) -> Tiny {
    Tiny { strings: vec![(SONAME, soname.into())], ..Tiny::default() }
}

impl Tiny {
    pub fn needs(mut self, library: &str) -> Self {
        self.strings.push((NEEDED, library.into()));
        self
    }

    pub fn rpath(mut self, list: &str) -> Self {
        self.strings.push((RPATH, list.into()));
        self
    }

    pub fn runpath(mut self, list: &str) -> Self {
        self.strings.push((RUNPATH, list.into()));
        self
    }

    pub fn machine(self, machine: u16) -> Self {
        Self { machine: Some(machine), ..self }
    }

    /// Adds a section with a type and flags; loaded ones should come first, and the names of
    /// symbols behind them.
    pub fn section(
        mut self,
        name: &'static str,
        kind: u32,
        flags: u64,
        contents: impl Into<Vec<u8>>,
    ) -> Self {
        self.sections.push((name, kind, flags, contents.into()));
        self
    }

    /// Adds constants.
    pub fn constants(self, text: &str) -> Self {
        self.section(".rodata", 1, 2, text)
    }

    /// Adds the table of functions that it takes from libraries, once.
    pub fn imports(mut self, functions: &[&str]) -> Self {
        self.functions.extend(functions.iter().map(|&function| function.to_owned()));
        self.section(DYNAMIC_SYMBOLS, 11, 2, []).section(DYNAMIC_NAMES, STRINGS, 2, [])
    }

    /// The bytes of the file; everything is loaded at address 0.
    pub fn build(&self) -> Vec<u8> {
        let mut body = vec![0; HEADER + PROGRAM_HEADERS * PROGRAM_HEADER];
        let place = |body: &mut Vec<u8>, bytes: &[u8]| {
            body.resize(body.len().next_multiple_of(8), 0);
            body.extend_from_slice(bytes);
            (body.len() - bytes.len(), bytes.len())
        };
        let interpreter =
            self.interpreter.as_ref().map(|path| place(&mut body, format!("{path}\0").as_bytes()));
        let mut names = vec![0];
        let mut entries = self.flags.clone();
        for (tag, text) in &self.strings {
            entries.push((*tag, names.len() as u64));
            names.extend(text.bytes().chain([0]));
        }
        let mut functions = vec![0; 24];
        for function in &self.functions {
            functions.extend(u32::try_from(names.len()).unwrap().to_le_bytes());
            // Global, and not defined here.
            functions.extend([0x12, 0].iter().chain(&[0; 18]));
            names.extend(function.bytes().chain([0]));
        }
        let names = place(&mut body, &names);
        entries.extend([(5, names.0 as u64), (10, names.1 as u64), (0, 0)]);
        let bytes: Vec<u8> = entries
            .iter()
            .flat_map(|(tag, value)| [tag.to_le_bytes(), value.to_le_bytes()].concat())
            .collect();
        let dynamic = (!self.strings.is_empty()).then(|| place(&mut body, &bytes));
        let mut sections = vec![[0; 64]];
        let mut section_names = vec![0];
        let all = self
            .sections
            .iter()
            .map(|(name, kind, flags, contents)| (*name, *kind, *flags, contents.clone()));
        let mut loaded = body.len();
        for (name, kind, flags, contents) in all.chain([(".shstrtab", 3, 0, Vec::new())]) {
            let name_at = section_names.len();
            section_names.extend(name.bytes().chain([0]));
            let contents = match name {
                ".shstrtab" => section_names.clone(),
                DYNAMIC_SYMBOLS if !self.functions.is_empty() => functions.clone(),
                _ => contents,
            };
            let (at, len) = if name == DYNAMIC_NAMES { names } else { place(&mut body, &contents) };
            if flags & 2 != 0 {
                loaded = body.len();
            }
            let mut header = [0; 64];
            header[..4].copy_from_slice(&u32::try_from(name_at).unwrap().to_le_bytes());
            header[4..8].copy_from_slice(&kind.to_le_bytes());
            header[8..16].copy_from_slice(&flags.to_le_bytes());
            let address = if flags & 2 == 0 { 0 } else { at };
            let names_at = u32::try_from(sections.len() + 1).unwrap();
            let is_followed_by_names =
                self.sections.get(sections.len()).is_some_and(|next| next.1 == STRINGS);
            let link = if SYMBOLS.contains(&kind) && is_followed_by_names { names_at } else { 0 };
            header[40..44].copy_from_slice(&link.to_le_bytes());
            let each: u64 = if SYMBOLS.contains(&kind) { 24 } else { 0 };
            header[56..].copy_from_slice(&each.to_le_bytes());
            for (field, value) in [(16, address), (24, at), (32, len), (48, 8)] {
                header[field..field + 8].copy_from_slice(&(value as u64).to_le_bytes());
            }
            sections.push(header);
        }
        let (count, table) = match self.sections.is_empty() {
            true => (0, 0),
            false => (sections.len(), place(&mut body, &sections.concat()).0),
        };
        let segments = [
            Some((1, (0, loaded), 6)),
            interpreter.map(|extent| (3, extent, 4)),
            dynamic.map(|extent| (2, extent, 6)),
        ];
        for (i, (kind, (at, len), flags)) in segments.into_iter().flatten().enumerate() {
            let header = &mut body[HEADER + i * PROGRAM_HEADER..][..PROGRAM_HEADER];
            header[..4].copy_from_slice(&u32::to_le_bytes(kind));
            header[4..8].copy_from_slice(&u32::to_le_bytes(flags));
            for (field, value) in [(8, at), (16, at), (24, at), (32, len), (40, len), (48, 8)] {
                header[field..field + 8].copy_from_slice(&(value as u64).to_le_bytes());
            }
        }
        body[..7].copy_from_slice(b"\x7fELF\x02\x01\x01");
        let is_library = self.strings.iter().any(|(tag, _)| *tag == SONAME);
        let short = |value: usize| u16::try_from(value).unwrap().to_le_bytes();
        let kind = if is_library { 3_u16 } else { 2 };
        body[16..18].copy_from_slice(&kind.to_le_bytes());
        body[18..20].copy_from_slice(&self.machine.unwrap_or(62).to_le_bytes());
        body[20] = 1;
        body[32..40].copy_from_slice(&(HEADER as u64).to_le_bytes());
        body[40..48].copy_from_slice(&(table as u64).to_le_bytes());
        let used = segments.iter().flatten().count();
        let last = count.saturating_sub(1);
        for (at, value) in
            [(52, HEADER), (54, PROGRAM_HEADER), (56, used), (58, 64), (60, count), (62, last)]
        {
            body[at..at + 2].copy_from_slice(&short(value));
        }
        body
    }
}

/// A static executable of `size` bytes that UPX has packed, from `original` bytes.
pub fn packed(original: u32, size: usize) -> Vec<u8> {
    let mut bytes = executable().build();
    bytes.truncate(HEADER + PROGRAM_HEADER);
    // A checksum and the mark, the loader's size, its version and format; the program, the sizes of
    // the file and of a block.
    bytes.extend([[0; 4], *b"UPX!", [0x54, 0x08, 0x0d, 0x16], [0; 4]].concat());
    bytes.extend([original, original].map(u32::to_le_bytes).concat());
    bytes.resize(size, 7);
    bytes
}

/// What Go writes into `.go.buildinfo` since 1.18: a header with the texts behind it.
pub fn go_build(version: &str, modules: &str) -> Vec<u8> {
    let mut out = b"\xff Go buildinf:\x08\x02".to_vec();
    out.resize(32, 0);
    for text in [version, modules] {
        let len = u16::try_from(text.len()).unwrap();
        out.extend([u8::try_from(len & 0x7f).unwrap() | 0x80, u8::try_from(len >> 7).unwrap()]);
        out.extend(text.bytes());
    }
    out
}

/// A list of modules with the marks around it by which Go finds it.
pub fn framed(modules: &str) -> String {
    format!("0123456789abcdef{modules}0123456789abcdef")
}

/// Reads the bytes of an ELF file.
pub fn read(bytes: Vec<u8>) -> Result<Option<Executable>, Unreadable> {
    Executable::read(&(Arc::new(MemorySource(bytes)) as Source))
}
