//! The build information that Go puts into its executables (Go, `debug/buildinfo`).

use object::{Endianness, elf};

use super::Class;
use super::headers::Headers;
use crate::archive::Extent;
use crate::display::{Escaped, escaped};

/// The build information of a Go program. Every text is escaped for display.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GoBuild {
    /// The version of Go, such as `go1.22.1`.
    pub version: Escaped,
    /// The import path of the main package.
    pub path: Option<Escaped>,
    /// The main module.
    pub module: Option<Escaped>,
    /// The main module's version; `(devel)` for one that was not released.
    pub module_version: Option<Escaped>,
    /// Number of modules that the program depends on.
    pub dependencies: usize,
    /// Build settings, such as `("CGO_ENABLED", "0")`; recorded since Go 1.18.
    pub settings: Vec<(Escaped, Escaped)>,
}

impl GoBuild {
    /// Returns the value of a build setting, such as `-ldflags`.
    pub fn setting(&self, name: &str) -> Option<&str> {
        self.settings.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

const MAGIC: &[u8] = b"\xff Go buildinf:";
/// The size of the header.
const HEADER: usize = 32;
/// Alignment of the header in the file.
const ALIGNMENT: usize = 16;
/// Number of bytes that Go searches for the header when there are no sections.
const SEARCHED: u64 = 64 << 10;
/// The longest list of modules that is read, in bytes.
const MODULES_LIMIT: u64 = 4 << 20;
/// The longest name or value that is kept, in bytes.
const TEXT_LIMIT: usize = 1024;
/// The longest version that is read, in bytes.
const VERSION_LIMIT: u64 = 1024;
/// The most settings that are kept.
const SETTINGS_LIMIT: usize = 64;

/// The texts are in the header's section itself (Go 1.18 and later).
const INLINE: u8 = 2;
/// The numbers are big endian.
const BIG: u8 = 1;

pub(super) fn read(headers: &Headers<'_>) -> Option<GoBuild> {
    let searched = match headers.section(b".go.buildinfo") {
        Some(section) => section.extent,
        None => {
            headers
                .loaded()
                .find(|s| s.flags.contains(elf::PF_W) && !s.flags.contains(elf::PF_X))?
                .extent
        }
    };
    let bytes = headers.bytes(searched.part(0, SEARCHED))?;
    let at = (0..bytes.len()).step_by(ALIGNMENT).find(|&at| bytes[at..].starts_with(MAGIC))?;
    let header = bytes.get(at..at + HEADER)?;
    let (pointer_size, flags) = (header[14], header[15]);
    let (version, modules) = if flags & INLINE != 0 {
        let mut rest = searched.part((at + HEADER) as u64, MODULES_LIMIT);
        let version = inline_text(headers, &mut rest, VERSION_LIMIT)?;
        (version, inline_text(headers, &mut rest, MODULES_LIMIT).unwrap_or_default())
    } else {
        let big = flags & BIG != 0;
        let wide = pointer_size == 8;
        let step = if wide { 8 } else { 4 };
        let version = pointed_text(headers, number(header.get(16..)?, wide, big)?, VERSION_LIMIT)?;
        let modules = number(header.get(16 + step..)?, wide, big);
        (
            version,
            modules
                .and_then(|address| pointed_text(headers, address, MODULES_LIMIT))
                .unwrap_or_default(),
        )
    };
    let mut build = GoBuild { version: escaped(version), ..GoBuild::default() };
    build.read_modules(framed(modules));
    (!version.is_empty()).then_some(build)
}

/// Reads a text that is preceded by its length as a varint (seven bits per byte).
fn inline_text<'a>(headers: &Headers<'a>, rest: &mut Extent, limit: u64) -> Option<&'a [u8]> {
    let head = headers.bytes(rest.part(0, 10))?;
    let mut len = 0u64;
    let mut used = 0;
    for (i, &byte) in head.iter().enumerate().take(5) {
        len |= u64::from(byte & 0x7f) << (7 * i);
        used = i as u64 + 1;
        if byte & 0x80 == 0 {
            break;
        }
    }
    let text = rest.part(used, len);
    *rest = rest.part(used + len, u64::MAX);
    if text.len < len || len > limit { None } else { headers.bytes(text) }
}

/// Reads the text that the string header at `address` points to (a pair of address and length).
fn pointed_text<'a>(headers: &Headers<'a>, address: u64, limit: u64) -> Option<&'a [u8]> {
    let wide = headers.class == Class::Bits64;
    let big = headers.endian == Endianness::Big;
    let step = if wide { 8 } else { 4 };
    let header = headers.bytes(headers.at_address(address, 2 * step as u64)?)?;
    let (start, len) = (number(header, wide, big)?, number(header.get(step..)?, wide, big)?);
    let extent = headers.at_address(start, len)?;
    if extent.len < len || len > limit { None } else { headers.bytes(extent) }
}

fn number(bytes: &[u8], wide: bool, big: bool) -> Option<u64> {
    let (long, short) = (bytes.first_chunk::<8>(), bytes.first_chunk::<4>());
    match (wide, big) {
        (true, true) => long.map(|b| u64::from_be_bytes(*b)),
        (true, false) => long.map(|b| u64::from_le_bytes(*b)),
        (false, true) => short.map(|b| u32::from_be_bytes(*b).into()),
        (false, false) => short.map(|b| u32::from_le_bytes(*b).into()),
    }
}

/// Returns the list of modules without the 16-byte marks at its start and end, which exist for
/// other tools.
fn framed(modules: &[u8]) -> &[u8] {
    let len = modules.len();
    if len >= 33 && modules[len - 17] == b'\n' { &modules[16..len - 16] } else { b"" }
}

impl GoBuild {
    fn read_modules(&mut self, modules: &[u8]) {
        let kept = |bytes: &[u8]| escaped(&bytes[..bytes.len().min(TEXT_LIMIT)]);
        let text = |bytes: &[u8]| Some(kept(bytes)).filter(|text| !text.is_empty());
        for line in modules.split(|&b| b == b'\n') {
            let mut parts = line.split(|&b| b == b'\t');
            let mut next = || parts.next().unwrap_or_default();
            match next() {
                b"path" => self.path = text(next()),
                b"mod" => (self.module, self.module_version) = (text(next()), text(next())),
                b"dep" => self.dependencies += 1,
                b"build" if self.settings.len() < SETTINGS_LIMIT => {
                    let setting = &line[line.len().min(6)..];
                    let equals = setting.iter().position(|&b| b == b'=').unwrap_or(setting.len());
                    let value = setting.get(equals + 1..).unwrap_or_default();
                    self.settings.push((kept(&setting[..equals]), kept(unquoted(value))));
                }
                _ => {}
            }
        }
    }
}

/// Removes the quotes that Go puts around a value with a blank.
fn unquoted(value: &[u8]) -> &[u8] {
    match value {
        [b'"' | b'`', inner @ .., b'"' | b'`'] => inner,
        value => value,
    }
}
