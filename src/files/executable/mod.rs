//! What a file that is run is: an ELF executable, a script, or a program for another system.
//!
//! Only headers and tables are read, never the whole file, and nothing in a
//! hostile file makes that panic, loop or take memory without bound.

mod elf;
mod go;
mod machine;
mod packed;
mod reader;
mod recognise;
mod strings;
mod strip;

use std::io;

use crate::archive::{Extent, ReadAt, Source};

pub use go::GoBuild;
pub use machine::Machine;
pub use packed::Packed;
pub use recognise::{Foreign, Recognised, Script};
pub use strip::Strip;

/// Why a file cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Its bytes cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is an ELF file, but its headers make no sense.
    #[error("it is a damaged ELF file: {0}")]
    Damaged(String),
}

/// The size of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// 32 bits.
    Bits32,
    /// 64 bits.
    Bits64,
}

/// The order of the bytes of a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ByteOrder {
    /// The least significant byte first.
    Little,
    /// The most significant byte first.
    Big,
}

/// What an ELF file is for, and what it needs to be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linkage {
    /// An executable that needs nothing.
    Static,
    /// The same, at whatever address.
    StaticPie,
    /// An executable that a loader completes.
    Dynamic,
    /// A library.
    Shared,
    /// An object file or a kernel module.
    Relocatable,
    /// A core dump, or something else that is not run.
    Other,
}

impl Linkage {
    /// The words for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Static => "static executable",
            Self::StaticPie => "static position-independent executable",
            Self::Dynamic => "dynamic executable",
            Self::Shared => "shared library",
            Self::Relocatable => "object file",
            Self::Other => "ELF file",
        }
    }
}

/// An ELF file, as far as size and dependencies go. Names are as they are in the file.
#[derive(Debug, Clone)]
pub struct Executable {
    /// The size of the file in bytes.
    pub size: u64,
    /// The size of addresses.
    pub class: Class,
    /// The order of the bytes of a number.
    pub byte_order: ByteOrder,
    /// The processor.
    pub machine: Machine,
    /// What it is for.
    pub linkage: Linkage,
    /// The loader that the kernel starts.
    pub interpreter: Option<Vec<u8>>,
    /// The libraries that the loader must find (`DT_NEEDED`), in order.
    pub needed: Vec<Vec<u8>>,
    /// The name that it goes by as a library.
    pub soname: Option<Vec<u8>>,
    /// `DT_RPATH`: where it says that libraries are, for itself and what it loads.
    pub rpath: Option<Vec<u8>>,
    /// `DT_RUNPATH`: the same, for itself alone.
    pub runpath: Option<Vec<u8>>,
    /// Whether the loader's default directories are not for it (`DF_1_NODEFLIB`).
    pub no_default_directories: bool,
    /// Which of [`IMPORTS`] it takes from libraries.
    pub imports: Vec<&'static str>,
    /// Whether it is a C library with the name service built in (glibc 2.34 and later).
    pub has_name_service: bool,
    /// What stripping it would save.
    pub strip: Strip,
    /// The hash that the linker gave it.
    pub build_id: Option<Vec<u8>>,
    /// The compilers that it names, escaped for display.
    pub compilers: Vec<String>,
    /// What Go says of itself.
    pub go: Option<GoBuild>,
    /// Whether it unpacks itself.
    pub packed: Option<Packed>,
    /// Where its texts and constants lie.
    constants: Vec<Extent>,
}

/// Functions that tell what a program needs besides libraries.
pub const IMPORTS: [&str; 24] = [
    "dlmopen",
    "dlopen",
    "getaddrinfo",
    "getgrgid",
    "getgrgid_r",
    "getgrnam",
    "getgrnam_r",
    "getgrouplist",
    "gethostbyaddr",
    "gethostbyname",
    "gethostbyname2_r",
    "gethostbyname_r",
    "getnameinfo",
    "getpwnam",
    "getpwnam_r",
    "getpwuid",
    "getpwuid_r",
    "getservbyname",
    "getservbyname_r",
    "getservbyport",
    "iconv_open",
    "initgroups",
    "newlocale",
    "setlocale",
];

impl Executable {
    /// Reads what `source` says of itself; `None` if it is not an ELF file.
    ///
    /// Tables that are damaged or larger than anybody's are left out; an error means that there is nothing to say.
    pub fn read(source: &Source) -> Result<Option<Self>, Unreadable> {
        elf::read(source)
    }

    /// Whether it takes the function `name`, one of [`IMPORTS`], from a library.
    pub fn imports(&self, name: &str) -> bool {
        self.imports.contains(&name)
    }

    /// Whether it says that libraries are beside itself (`$ORIGIN`).
    pub fn finds_beside_itself(&self) -> bool {
        let paths = [&self.rpath, &self.runpath];
        paths.into_iter().flatten().any(|path| path.windows(6).any(|word| word == b"ORIGIN"))
    }

    /// Whether the same loader could load both.
    pub fn fits(&self, other: &Self) -> bool {
        (self.class, self.byte_order, self.machine) == (other.class, other.byte_order, other.machine)
    }

    /// Finds which of `texts` are among its constants, in their order.
    ///
    /// None of `texts` should be a beginning of another; at most 256 MiB are searched.
    pub fn mentions<'t>(&self, source: &dyn ReadAt, texts: &[&'t str]) -> io::Result<Vec<&'t str>> {
        strings::mentions(source, &self.constants, texts)
    }
}
