//! The C libraries, and the files that each consists of.

use serde::Deserialize;

/// The C library of a program or of a base image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Libc {
    /// No C library, for statically linked programs.
    None,
    /// The GNU C library.
    Glibc,
    /// musl.
    Musl,
}

/// Names of the libraries that a C library consists of, up to `.so` or the version
/// (`libc-2.31.so`).
const PARTS: [&[u8]; 9] = [
    b"libc",
    b"libm",
    b"libdl",
    b"libpthread",
    b"librt",
    b"libresolv",
    b"libutil",
    b"libnsl",
    b"libanl",
];

/// Returns whether a file of this name is a part of a C library, which every image with that C
/// library has: its loader, or one of its libraries.
pub fn is_part(name: &[u8]) -> bool {
    let is_library = |stem: &&[u8]| {
        name.strip_prefix(*stem)
            .is_some_and(|rest| rest.starts_with(b".") || rest.starts_with(b"-2"))
    };
    // The modules of the name service have a name of their own each.
    name == b"ld.so"
        || [&b"ld-"[..], b"libnss_"].iter().any(|start| name.starts_with(start))
        || PARTS.iter().any(is_library)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_c_library_are_known_by_their_names() {
        for name in [
            "ld-linux-x86-64.so.2",
            "ld-musl-x86_64.so.1",
            "ld.so",
            "libc.so.6",
            "libc.musl-x86_64.so.1",
        ] {
            assert!(is_part(name.as_bytes()), "{name}");
        }
        for name in
            ["libc-2.31.so", "libm.so.6", "libnss_dns.so.2", "librt.so.1", "libpthread-2.28.so"]
        {
            assert!(is_part(name.as_bytes()), "{name}");
        }
        for name in
            ["librtmp.so.1", "libcurl.so.4", "libcap-ng.so.0", "libmagic.so.1", "libresolver.so"]
        {
            assert!(!is_part(name.as_bytes()), "{name}");
        }
    }
}
