//! Identifies executables: ELF files, scripts, and programs for other systems.
//!
//! Only headers and tables are read, never the whole file. A hostile file cannot cause a panic, an
//! endless loop or unbounded memory use.

mod elf;
mod go;
mod headers;
mod machine;
mod packed;
mod reader;
mod recognise;
mod strings;
mod strip;

use std::io;

use crate::archive::{Extent, ReadAt, Source};
use crate::display::Escaped;

pub use go::GoBuild;
pub use machine::Machine;
pub use packed::Packed;
pub use recognise::{Foreign, Recognised, Script};
pub use strip::Strip;

/// The reason why a file cannot be understood.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The file cannot be read.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// The file starts as an ELF file, but its headers are inconsistent.
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

/// The kind of an ELF file, by what it is for and how it is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Linkage {
    /// A static executable, which needs no loader.
    Static,
    /// A static executable that can be loaded at any address.
    StaticPie,
    /// An executable that a dynamic loader completes.
    Dynamic,
    /// A shared library.
    Shared,
    /// An object file or a kernel module.
    Relocatable,
    /// A core dump, or another file that is not run.
    Other,
}

impl Linkage {
    /// Returns the name for display.
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

/// The size, dependencies and origin of an ELF file. Names are unescaped bytes from the file.
#[derive(Debug, Clone)]
pub struct Executable {
    /// The size of the file in bytes.
    pub size: u64,
    /// The size of addresses.
    pub class: Class,
    /// The order of the bytes of a number.
    pub byte_order: ByteOrder,
    /// The processor that the file is for.
    pub machine: Machine,
    /// The kind of file and its linkage.
    pub linkage: Linkage,
    /// The dynamic loader that the kernel starts (`PT_INTERP`).
    pub interpreter: Option<Vec<u8>>,
    /// The libraries that the loader must find (`DT_NEEDED`), in order.
    pub needed: Vec<Vec<u8>>,
    /// The name of the library (`DT_SONAME`).
    pub soname: Option<Vec<u8>>,
    /// `DT_RPATH`: directories to search for the libraries of this file and of everything that it
    /// loads.
    pub rpath: Option<Vec<u8>>,
    /// `DT_RUNPATH`: directories to search for the libraries of this file only.
    pub runpath: Option<Vec<u8>>,
    /// True if the loader must not search its default directories (`DF_1_NODEFLIB`).
    pub no_default_directories: bool,
    /// The functions of [`IMPORTS`] that the file imports from libraries.
    pub imports: Vec<&'static str>,
    /// True if the file is a C library with the name service built in (glibc 2.34 and later).
    pub has_name_service: bool,
    /// The effect of stripping the file.
    pub strip: Strip,
    /// The build ID that the linker computed.
    pub build_id: Option<Vec<u8>>,
    /// The compilers named in the file, escaped for display.
    pub compilers: Vec<Escaped>,
    /// The build information of a Go program.
    pub go: Option<GoBuild>,
    /// The packer, if the file unpacks itself when it starts.
    pub packed: Option<Packed>,
    /// Places of texts and constants in the file.
    constants: Vec<Extent>,
}

/// Functions whose use shows that a program needs files besides its libraries.
pub const IMPORTS: [&str; 36] = [
    "dlmopen",
    "dlopen",
    "execl",
    "execle",
    "execlp",
    "execv",
    "execve",
    "execvp",
    "execvpe",
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
    "popen",
    "posix_spawn",
    "posix_spawnp",
    "setlocale",
    "system",
    "wordexp",
];

impl Executable {
    /// Reads the headers of `source`; `None` if it is not an ELF file.
    ///
    /// Damaged or implausibly large tables are left out.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] if the file cannot be read, or its headers are inconsistent.
    pub fn read(source: &Source) -> Result<Option<Self>, Unreadable> {
        elf::read(source)
    }

    /// Returns whether the file imports the function `name`, one of [`IMPORTS`], from a library.
    pub fn imports(&self, name: &str) -> bool {
        self.imports.contains(&name)
    }

    /// Returns whether the file looks for libraries relative to its own directory (`$ORIGIN`).
    pub fn finds_beside_itself(&self) -> bool {
        let paths = [&self.rpath, &self.runpath];
        paths.into_iter().flatten().any(|path| path.windows(6).any(|word| word == b"ORIGIN"))
    }

    /// Returns whether one loader can load both files: same class, byte order and machine.
    pub fn fits(&self, other: &Self) -> bool {
        (self.class, self.byte_order, self.machine)
            == (other.class, other.byte_order, other.machine)
    }

    /// Finds which of `texts` are among the file's constants, in the order of `texts`.
    ///
    /// None of `texts` should be a prefix of another. At most 256 MiB are searched.
    ///
    /// # Errors
    ///
    /// An error of `source`, which is read here.
    pub fn mentions<'t>(&self, source: &dyn ReadAt, texts: &[&'t str]) -> io::Result<Vec<&'t str>> {
        strings::mentions(source, &self.constants, texts)
    }
}
