//! What an ELF file says of itself, also if it is damaged.

use layerscope::files::executable::{Linkage, Packed};
use proptest::prelude::*;

use crate::executables::tiny::{executable, glibc, library, musl, packed, read};

const PROGBITS: u32 = 1;
const SYMTAB: u32 = 2;

#[test]
fn linkage_follows_from_the_program_headers() {
    let linkage =
        |tiny: crate::executables::tiny::Tiny| read(tiny.build()).unwrap().unwrap().linkage;
    assert_eq!(linkage(executable()), Linkage::Static);
    assert_eq!(linkage(musl()), Linkage::Dynamic);
    assert_eq!(linkage(library("libx.so.1")), Linkage::Shared);
}

#[test]
fn what_the_loader_is_told_is_read_without_section_headers() {
    let tiny = glibc()
        .needs("libz.so.1")
        .needs("libc.so.6")
        .rpath("/opt/lib")
        .runpath("$ORIGIN/../lib:/x")
        .build();
    let read = read(tiny).unwrap().unwrap();
    assert_eq!(read.interpreter.as_deref(), Some(&b"/lib64/ld-linux-x86-64.so.2"[..]));
    assert_eq!(read.needed, [b"libz.so.1".to_vec(), b"libc.so.6".to_vec()]);
    assert_eq!(read.rpath.as_deref(), Some(&b"/opt/lib"[..]));
    assert_eq!(read.runpath.as_deref(), Some(&b"$ORIGIN/../lib:/x"[..]));
    assert_eq!(
        (read.machine.to_string().as_str(), read.machine.architecture()),
        ("x86-64", Some("amd64"))
    );
}

#[test]
fn functions_of_libraries_are_named_if_they_tell_what_is_needed() {
    let tiny = glibc().needs("libc.so.6").imports(&["puts", "getaddrinfo", "getpwnam"]).build();
    let read = read(tiny).unwrap().unwrap();
    assert_eq!(read.imports, ["getaddrinfo", "getpwnam"]);
    assert_eq!(read.needed, [b"libc.so.6".to_vec()]);
}

#[test]
fn symbols_and_debug_information_are_counted_apart() {
    let tiny = executable()
        .constants("constants")
        .section(".debug_info", PROGBITS, 0, vec![0; 1000])
        .section(".symtab", SYMTAB, 0, vec![0; 240])
        .section(".comment", PROGBITS, 0, "GCC: 12\0rustc version 1.95.0\0GCC: 12\0");
    let whole = tiny.build();
    let size = whole.len() as u64;
    let read = read(whole).unwrap().unwrap();
    assert_eq!((read.strip.debug, read.strip.symbols, read.strip.appended), (1000, 240, 0));
    let left = executable()
        .constants("constants")
        .section(".comment", PROGBITS, 0, vec![0; 37])
        .build()
        .len() as u64;
    assert!(
        size - read.strip.saves <= left,
        "{} is left, of at most {left}",
        size - read.strip.saves
    );
    assert!(read.strip.saves >= 1240);
    assert_eq!(read.compilers, ["GCC: 12", "rustc version 1.95.0"]);
}

#[test]
fn what_is_appended_to_a_program_is_not_lost_to_stripping() {
    let mut bytes = executable().section(".symtab", SYMTAB, 0, vec![0; 240]).build();
    bytes.resize(bytes.len() + 100_000, b'x');
    let strip = read(bytes).unwrap().unwrap().strip;
    assert_eq!((strip.symbols, strip.saves, strip.appended), (240, 0, 100_000));
}

#[test]
fn a_packed_program_tells_its_size_before() {
    assert_eq!(
        read(packed(4_822_080, 1_000)).unwrap().unwrap().packed,
        Some(Packed { original: Some(4_822_080) })
    );
    assert_eq!(read(executable().build()).unwrap().unwrap().packed, None);
}

#[test]
fn an_elf_file_that_ends_early_is_damaged_or_shorter_but_never_a_panic() {
    let whole = musl()
        .needs("libc.so")
        .constants("some constants")
        .section(".symtab", SYMTAB, 0, vec![0; 48])
        .build();
    for end in 0..whole.len() {
        match read(whole[..end].to_vec()) {
            Ok(None) => assert!(end < 5, "{end} bytes are an ELF file"),
            Ok(Some(executable)) => assert_eq!(executable.size, end as u64),
            Err(error) => {
                assert!(error.to_string().starts_with("it is a damaged ELF file"), "{error}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn no_change_of_a_few_bytes_makes_reading_panic_or_hang(
        changes in proptest::collection::vec((0_usize..2000, prop_oneof![Just(0_u8), Just(0xff), any::<u8>()]), 1..12)
    ) {
        let mut bytes = glibc()
            .needs("libc.so.6")
            .runpath("$ORIGIN")
            .constants("/etc/ssl/certs/ca-certificates.crt")
            .section(".go.buildinfo", PROGBITS, 3, crate::executables::tiny::go_build("go1.22.1", ""))
            .section(".note.gnu.build-id", 7, 2, [&4_u32.to_le_bytes()[..], &[4, 0, 0, 0], &[3, 0, 0, 0], b"GNU\0abcd"].concat())
            .section(".dynsym", 11, 2, vec![1; 240])
            .section(".symtab", SYMTAB, 0, vec![0; 240])
            .section(".debug_info", PROGBITS, 0, vec![0; 100])
            .build();
        for (at, byte) in changes {
            let at = at % bytes.len();
            bytes[at] = byte;
        }
        let size = bytes.len() as u64;
        let source = layerscope::archive::MemorySource(bytes.clone());
        if let Ok(Some(executable)) = read(bytes) {
            prop_assert!(executable.strip.saves <= size);
            prop_assert!(executable.strip.symbols <= size && executable.strip.debug <= size);
            prop_assert!(executable.mentions(&source, &["/etc/ssl"]).is_ok());
        }
    }
}
