//! The names of processors.

use std::fmt;

/// A processor, by its number in ELF files (`e_machine`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Machine(pub u16);

/// Number, name, and the name that images' platforms have for it.
const MACHINES: [(u16, &str, &str); 16] = [
    (2, "SPARC", "sparc"),
    (3, "x86", "386"),
    (8, "MIPS", "mips"),
    (20, "PowerPC", "ppc"),
    (21, "PowerPC 64", "ppc64le"),
    (22, "S/390", "s390x"),
    (40, "ARM", "arm"),
    (43, "SPARC 64", "sparc64"),
    (50, "Itanium", "ia64"),
    (62, "x86-64", "amd64"),
    (183, "ARM 64", "arm64"),
    (224, "AMD GPU", "amdgpu"),
    (243, "RISC-V", "riscv64"),
    (247, "BPF", "bpf"),
    (252, "C-SKY", "csky"),
    (258, "LoongArch", "loong64"),
];

impl Machine {
    fn known(self) -> Option<&'static (u16, &'static str, &'static str)> {
        MACHINES.iter().find(|(number, ..)| *number == self.0)
    }

    /// Returns the architecture as image platforms spell it, such as `amd64`.
    pub fn architecture(self) -> Option<&'static str> {
        self.known().map(|(.., architecture)| *architecture)
    }
}

impl fmt::Display for Machine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.known() {
            Some((_, name, _)) => f.write_str(name),
            None => write!(f, "machine {}", self.0),
        }
    }
}
