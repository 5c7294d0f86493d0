//! Programs of the built-in images: ELF files whose headers are true and whose code is filler.

use sha2::Digest;

use crate::executables::tiny::{Tiny, framed, go_build};

const PROGRAM: u32 = 1;
const SYMBOLS: u32 = 2;
const NAMES: u32 = 3;
const NOTE: u32 = 7;
const LOADED: u64 = 2;
const WRITTEN: u64 = 3;
const RUN: u64 = 6;

/// The parts of what stripping takes away: section, type, and its share of a thousand; the rest
/// goes to the last.
const STRIPPED: [(&str, u32, usize); 7] = [
    (".debug_abbrev", PROGRAM, 1),
    (".debug_line", PROGRAM, 180),
    (".debug_frame", PROGRAM, 60),
    (".debug_info", PROGRAM, 330),
    (".debug_ranges", PROGRAM, 70),
    (".symtab", SYMBOLS, 170),
    (".strtab", NAMES, 0),
];

/// A program that Go built.
pub struct GoProgram {
    /// What it is besides: static, or with what a loader needs.
    pub linked: Tiny,
    /// The version of Go.
    pub go: &'static str,
    /// The main module, by which it is named, and its version.
    pub module: &'static str,
    pub version: &'static str,
    /// Modules that it depends on, with their versions.
    pub dependencies: &'static [(&'static str, &'static str)],
    /// Texts among its constants.
    pub constants: &'static str,
    /// What fills the code; zeros follow.
    pub code: fn(usize) -> Vec<u8>,
    /// Its size in bytes, a multiple of 8.
    pub size: usize,
    /// Its size with `-ldflags "-s -w"`, a multiple of 8.
    pub stripped: usize,
}

/// Every so many bytes the code repeats: farther than deflate looks back, with which packing is
/// guessed, so that it takes the repetition for new; not farther than zstd looks, so that the asset
/// holds it once.
const PERIOD: usize = 36 << 10;

/// Code that is packed to a share of itself, in millionths: so much of each period looks like
/// chance, the rest is zeros.
pub fn packable(len: usize, share: usize) -> Vec<u8> {
    // Zeros, and the seams between the two, take deflate some thousandths.
    let dense = PERIOD * (share - 4_000) / 1_000_000;
    let chance = (0_u64..).flat_map(|i| sha2::Sha256::digest(i.to_le_bytes()));
    let mut period: Vec<u8> = chance.take(dense).collect();
    period.resize(PERIOD, 0);
    period.into_iter().cycle().take(len).collect()
}

impl Default for GoProgram {
    fn default() -> Self {
        Self {
            linked: Tiny::default(),
            go: "go1.10.3",
            module: "example.com/app",
            version: "(devel)",
            dependencies: &[],
            constants: "",
            code: |len| vec![0; len],
            size: 0,
            stripped: 0,
        }
    }
}

impl GoProgram {
    /// The file, of exactly the given size.
    pub fn build(&self) -> Vec<u8> {
        // All is laid out in steps of 8 bytes, so that what the headers take does not depend on
        // what they tell of.
        let code = self.stripped - self.loaded(0).build().len();
        if self.size == self.stripped {
            return self.loaded(code).build();
        }
        let symbols = self.size - self.with_symbols(self.loaded(code), 0).build().len();
        self.with_symbols(self.loaded(code), symbols).build()
    }

    /// The program without what stripping takes away, with so many bytes of code.
    fn loaded(&self, code: usize) -> Tiny {
        let setting = |(name, version): &(&str, &str)| format!("dep\t{name}\t{version}\n");
        let dependencies: String = self.dependencies.iter().map(setting).collect();
        let modules =
            format!("path\t{0}\nmod\t{0}\t{1}\t\n{dependencies}", self.module, self.version);
        let id = format!("{}/{}", self.module, self.go);
        let note = [
            &4_u32.to_le_bytes()[..],
            &(id.len() as u32).to_le_bytes(),
            &[4, 0, 0, 0],
            b"Go\0\0",
            id.as_bytes(),
        ];
        self.linked
            .clone()
            .section(".note.go.buildid", NOTE, LOADED, note.concat())
            .section(".go.buildinfo", PROGRAM, WRITTEN, go_build(self.go, &framed(&modules)))
            .constants(self.constants)
            .section(".text", PROGRAM, RUN, (self.code)(code))
    }

    fn with_symbols(&self, program: Tiny, bytes: usize) -> Tiny {
        let mut rest = bytes;
        STRIPPED.iter().enumerate().fold(program, |program, (i, (name, kind, share))| {
            let len = if i + 1 == STRIPPED.len() { rest } else { bytes / 8000 * share * 8 };
            rest -= len;
            program.section(name, *kind, 0, vec![0; len])
        })
    }
}
