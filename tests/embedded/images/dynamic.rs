//! D1 of the situations: a program of 5.4 MB that is linked dynamically, with libraries that it
//! needs, and others.

use super::debian;
use crate::embedded::image::{Image, Run, Step};
use crate::embedded::layer::{Entry, Layer, program, symlink};
use crate::embedded::program::GoProgram;
use crate::executables::tiny::{Tiny, glibc, library};

/// What `debian:bookworm-slim` ships, in bytes, and what the packages add to it.
const BASE: u64 = 74_800_000;
const PACKAGES: u64 = 10_200_000;
const PROGRAM: usize = 5_400_000;

/// What the libraries of the system need that matter here; all others need the C library alone.
const NEEDS: [(&str, &[&str]); 5] = [
    ("ld-linux-x86-64.so.2", &[]),
    ("libc.so.6", &["ld-linux-x86-64.so.2"]),
    ("libm.so.6", &["libc.so.6"]),
    ("libsqlite3.so.0", &["libm.so.6", "libdl.so.2", "libpthread.so.0", "libc.so.6"]),
    ("libnss_dns.so.2", &["libresolv.so.2", "libc.so.6"]),
];

/// The same with headers for all libraries.
fn with_headers(layer: Layer) -> Layer {
    let with_header = |entry: Entry| match soname(entry.path()) {
        Some(name) if entry.is_filled() => entry.holding(of_system(&name)),
        _ => entry,
    };
    layer.into_iter().map(with_header).collect()
}

/// The name that a library goes by, if a path is one: `libz.so.1` of `libz.so.1.2.13`.
fn soname(path: &str) -> Option<String> {
    let (directory, name) = path.rsplit_once('/')?;
    let (stem, version) = name.split_once(".so.")?;
    let major = version.split('.').next()?;
    directory.ends_with("x86_64-linux-gnu").then(|| format!("{stem}.so.{major}"))
}

fn of_system(name: &str) -> Vec<u8> {
    let needs = NEEDS
        .iter()
        .find(|(known, _)| *known == name)
        .map_or(&["libc.so.6"][..], |(_, needs)| needs);
    needs.iter().fold(library(name), |library, need| library.needs(need)).build()
}

/// A library of the application's own, of `bytes`.
fn own(path: &str, library: &Tiny, bytes: usize) -> Entry {
    let mut contents = library.build();
    contents.resize(bytes, 0);
    program(path, contents).mode(0o644)
}

fn application() -> Layer {
    let hello = GoProgram {
        linked: glibc()
            .needs("libgreeting.so.2")
            .needs("libpthread.so.0")
            .needs("libc.so.6")
            .runpath("$ORIGIN/../lib")
            .imports(&["getaddrinfo", "freeaddrinfo", "gai_strerror"]),
        go: "go1.19.8",
        module: "example.com/hello",
        size: PROGRAM,
        stripped: 4_050_000,
        ..GoProgram::default()
    };
    let greeting = library("libgreeting.so.2").needs("libsqlite3.so.0").needs("libc.so.6");
    let farewell = library("libfarewell.so.1").needs("libcurl.so.4").needs("libc.so.6");
    Layer::from_iter([
        program("opt/hello/bin/hello", hello.build()),
        own("opt/hello/lib/libfarewell.so.1.0", &farewell, 912_400),
        symlink("opt/hello/lib/libfarewell.so.1", "libfarewell.so.1.0"),
        own("opt/hello/lib/libgreeting.so.2.1", &greeting, 214_800),
        symlink("opt/hello/lib/libgreeting.so.2", "libgreeting.so.2.1"),
        own(
            "opt/hello/lib/libgreeting-debug.so.2",
            &library("libgreeting-debug.so.2").needs("libc.so.6"),
            1_730_200,
        ),
    ])
}

pub fn dynamic() -> Image {
    let slim = |path: &str| {
        let is_document =
            ["usr/share/doc/", "usr/share/man/", "usr/share/locale/", "usr/share/info/"]
                .iter()
                .any(|part| path.starts_with(part));
        !is_document || path.ends_with("/copyright")
    };
    let base = with_headers(debian::root("12.11", "bookworm").only(slim)).scaled_to(BASE);
    let packages =
        debian::apt(include_str!("../listings/debian-sqlite.tsv"), "libsqlite3-0", PACKAGES);
    let own = [
        Step::run(
            "apt-get update && apt-get install -y --no-install-recommends libsqlite3-0 ca-certificates \
             && rm -rf /var/lib/apt/lists/*",
            with_headers(packages),
        ),
        Step::copy("/opt/hello", application()),
        Step::metadata(r#"CMD ["/opt/hello/bin/hello"]"#),
    ];
    let steps = debian::steps(base).into_iter().chain(own).collect();
    Image { name: "dynamic", steps, run: Run::command(["/opt/hello/bin/hello"]) }
}
