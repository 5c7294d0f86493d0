//! Recognises executables by their first bytes.

use super::{Executable, Unreadable};
use crate::archive::{Extent, ReadAt, Source, read_start};

/// The number of bytes of a script's first line that the kernel reads (Linux, `BINPRM_BUF_SIZE`).
const FIRST_LINE: usize = 256;

/// The kind of a file, as far as running it is concerned.
#[derive(Debug, Clone)]
pub enum Recognised {
    /// An ELF file.
    Elf(Box<Executable>),
    /// A script that names its interpreter.
    Script(Script),
    /// A program, but not for Linux.
    Foreign(Foreign),
    /// Something else.
    Other,
}

/// The first line of a script: `#!interpreter argument`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Script {
    /// The program that runs it.
    pub interpreter: Vec<u8>,
    /// The rest of the line after the interpreter, as a single argument.
    pub argument: Option<Vec<u8>>,
}

/// A program that Linux does not run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Foreign {
    /// A Windows program (PE).
    Windows,
    /// A macOS program (Mach-O).
    MacOs,
    /// A WebAssembly module.
    WebAssembly,
}

impl Foreign {
    /// Returns the name for display.
    pub fn name(self) -> &'static str {
        match self {
            Self::Windows => "a Windows program",
            Self::MacOs => "a macOS program",
            Self::WebAssembly => "a WebAssembly module",
        }
    }
}

impl Recognised {
    /// Recognises the kind of `source` by its first bytes.
    ///
    /// # Errors
    ///
    /// [`Unreadable`] if the file cannot be read, or is a damaged ELF file.
    pub fn detect(source: &Source) -> Result<Self, Unreadable> {
        let mut head = [0; FIRST_LINE];
        let read = read_start(&**source, Extent::whole(&**source), &mut head)?;
        let head = &head[..read];
        if head.starts_with(b"\x7fELF") {
            return Ok(Executable::read(source)?
                .map_or(Self::Other, |executable| Self::Elf(Box::new(executable))));
        }
        if let Some(line) = head.strip_prefix(b"#!") {
            return Ok(Script::of_line(line).map_or(Self::Other, Self::Script));
        }
        Ok(foreign(&**source, head)?.map_or(Self::Other, Self::Foreign))
    }
}

impl Script {
    /// Reads the text after `#!` as Linux does: the rest of the line is one argument.
    fn of_line(line: &[u8]) -> Option<Self> {
        let line = line.split(|&b| b == b'\n' || b == 0).next()?.trim_ascii();
        let end = line.iter().position(|b| matches!(b, b' ' | b'\t')).unwrap_or(line.len());
        let argument = line[end..].trim_ascii();
        (end > 0).then(|| Self {
            interpreter: line[..end].to_vec(),
            argument: (!argument.is_empty()).then(|| argument.to_vec()),
        })
    }
}

fn foreign(source: &dyn ReadAt, head: &[u8]) -> Result<Option<Foreign>, Unreadable> {
    let word = |at: usize| head.get(at..at + 4).map(|b| [b[0], b[1], b[2], b[3]]);
    Ok(match word(0) {
        Some([b'M', b'Z', ..]) => {
            let Some(at) = word(0x3c) else { return Ok(None) };
            let mut signature = [0; 4];
            let extent = Extent { offset: u32::from_le_bytes(at).into(), len: 4 };
            read_start(source, extent, &mut signature)?;
            (signature == *b"PE\0\0").then_some(Foreign::Windows)
        }
        Some([0xfe, 0xed, 0xfa, 0xce | 0xcf] | [0xce | 0xcf, 0xfa, 0xed, 0xfe]) => {
            Some(Foreign::MacOs)
        }
        // A Java class has the same magic number, followed by its version, which is at least 45.
        Some([0xca, 0xfe, 0xba, 0xbe]) => word(4)
            .is_some_and(|count| (1..45).contains(&u32::from_be_bytes(count)))
            .then_some(Foreign::MacOs),
        Some([0, b'a', b's', b'm']) => Some(Foreign::WebAssembly),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::archive::MemorySource;

    fn recognise_bytes(bytes: impl Into<Vec<u8>>) -> Recognised {
        Recognised::detect(&(Arc::new(MemorySource(bytes.into())) as Source)).unwrap()
    }

    fn script(text: &str) -> Option<(String, Option<String>)> {
        let text_of = |bytes| String::from_utf8(bytes).unwrap();
        match recognise_bytes(text) {
            Recognised::Script(script) => {
                Some((text_of(script.interpreter), script.argument.map(text_of)))
            }
            _ => None,
        }
    }

    #[test]
    fn the_first_line_of_a_script_is_an_interpreter_and_one_argument() {
        assert_eq!(script("#!/bin/sh\nexit\n"), Some(("/bin/sh".into(), None)));
        assert_eq!(
            script("#! /usr/bin/env  -S a b \n"),
            Some(("/usr/bin/env".into(), Some("-S a b".into())))
        );
        assert_eq!(script("#!\n/bin/sh"), None);
        assert_eq!(script("#!"), None);
    }

    #[test]
    fn programs_for_other_systems_are_named() {
        let mut windows = b"MZ".to_vec();
        windows.resize(0x3c, 0);
        windows.extend(0x40_u32.to_le_bytes());
        assert!(matches!(recognise_bytes(windows.clone()), Recognised::Other), "a program for DOS");
        windows.extend(b"PE\0\0");
        assert!(matches!(recognise_bytes(windows), Recognised::Foreign(Foreign::Windows)));
        assert!(matches!(
            recognise_bytes(*b"\xcf\xfa\xed\xfe\x07\0\0\x01"),
            Recognised::Foreign(Foreign::MacOs)
        ));
        assert!(matches!(
            recognise_bytes(*b"\xca\xfe\xba\xbe\0\0\0\x02"),
            Recognised::Foreign(Foreign::MacOs)
        ));
        assert!(
            matches!(recognise_bytes(*b"\xca\xfe\xba\xbe\0\0\0\x34"), Recognised::Other),
            "a Java class"
        );
        assert!(matches!(
            recognise_bytes(*b"\0asm\x01\0\0\0"),
            Recognised::Foreign(Foreign::WebAssembly)
        ));
        assert!(matches!(recognise_bytes(*b""), Recognised::Other));
    }
}
