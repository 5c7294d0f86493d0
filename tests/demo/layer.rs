//! One layer of the demo: a listing of names and sizes, written as the tar that a builder makes of it.
//!
//! A listing has a line an entry: type, mode, owner, group, size, path and, of
//! a link, the target. The types are `f` file, `d` directory, `l` symbolic
//! link, `h` hard link and `w` whiteout.

use std::io::{self, Read, Write};

use tar::{Builder, EntryType, Header};

/// Seconds since 1970 of everything in the demo: 2025-07-06 12:00.
const TIME: u64 = 1_751_803_200;

/// A layer: which it is, and what it lists.
#[derive(Clone, Copy)]
pub struct Layer {
    pub listing: &'static str,
    /// How far the package database has come; see [`beginning`].
    pub packages: Packages,
}

/// What is installed after a layer.
#[derive(Clone, Copy)]
pub enum Packages {
    Base,
    WithToolchain,
}

impl Layer {
    /// Writes the layer's tar.
    pub fn write(self, out: impl Write) -> io::Result<()> {
        let mut tar = Builder::new(out);
        for line in self.listing.lines() {
            self.append(&mut tar, line)?;
        }
        tar.finish()
    }

    fn append(self, tar: &mut Builder<impl Write>, line: &str) -> io::Result<()> {
        let fields: Vec<_> = line.split('\t').collect();
        let [kind, mode, owner, group, size, path, ref target @ ..] = fields[..] else {
            panic!("not an entry: {line}")
        };
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("not a number: {line}"));
        let size = number(size);
        let mut header = header(u32::from_str_radix(mode, 8).unwrap(), size);
        header.set_uid(number(owner));
        header.set_gid(number(group));
        header.set_username(name_of(owner))?;
        header.set_groupname(name_of(group))?;
        match (kind, target) {
            ("f", []) => {
                let start = beginning(self.packages, path);
                assert!(start.len() as u64 <= size, "{path} is shorter than its beginning");
                tar.append_data(&mut header, path, start.chain(io::repeat(0)).take(size))
            }
            ("d", []) => {
                header.set_entry_type(EntryType::Directory);
                tar.append_data(&mut header, format!("{path}/"), io::empty())
            }
            ("w", []) => {
                let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
                tar.append_data(&mut header, format!("{directory}/.wh.{name}").trim_start_matches('/'), io::empty())
            }
            ("l" | "h", [target]) => {
                header.set_entry_type(if kind == "l" { EntryType::Symlink } else { EntryType::Link });
                tar.append_link(&mut header, path, target)
            }
            _ => panic!("not an entry: {line}"),
        }
    }
}

/// A header with what all entries have in common.
pub fn header(mode: u32, size: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(EntryType::Regular);
    header.set_mode(mode);
    header.set_size(size);
    header.set_mtime(TIME);
    header
}

/// The builder knows the names of its own machine: of root, and not of the owners inside.
fn name_of(id: &str) -> &'static str {
    if id == "0" { "root" } else { "" }
}

/// What a file begins with; all the rest is zeros.
///
/// A file that comes again in a later layer has to have changed, so the
/// package database does.
fn beginning(packages: Packages, path: &str) -> &'static [u8] {
    match (path, packages) {
        ("etc/apk/world", Packages::Base) => b"alpine-baselayout\nalpine-keys\napk-tools\nbusybox\nlibc-utils\n",
        ("etc/apk/world", Packages::WithToolchain) => {
            b"alpine-baselayout\nalpine-keys\napk-tools\nbusybox\ngit\ngo\nlibc-utils\nmercurial\n"
        }
        ("lib/apk/db/installed", Packages::Base) => b"C:Q11Ing8/u1VIdY9czSxaDO9wJg72I=\nP:musl\nV:1.1.22-r3\n",
        ("lib/apk/db/installed", Packages::WithToolchain) => {
            b"C:Q1iIwHxryFTvwgfwgReLqka2bLkT8=\nP:ca-certificates\nV:20250419-r0\n"
        }
        ("lib/apk/db/scripts.tar", Packages::Base) => b"busybox-1.30.1-r3.Q1x6WFRxtCFOJEJVxd3X43cgTKiZQ=.post-install",
        ("lib/apk/db/scripts.tar", Packages::WithToolchain) => {
            b"ca-certificates-20250419-r0.Q1iIwHxryFTvwgfwgReLqka2bLkT8=.post-deinstall"
        }
        ("lib/apk/db/triggers", Packages::Base) => {
            b"Q1x6WFRxtCFOJEJVxd3X43cgTKiZQ= /bin /usr/bin /sbin /usr/sbin /lib/modules/*\n"
        }
        ("lib/apk/db/triggers", Packages::WithToolchain) => {
            b"Q1iIwHxryFTvwgfwgReLqka2bLkT8= /usr/share/ca-certificates /usr/local/share/ca-certificates \
              /etc/ssl/certs /etc/ca-certificates/update.d\n"
        }
        ("go/bin/app", _) => &ELF,
        _ => b"",
    }
}

/// The header of a 64-bit x86-64 executable (ELF-64 object file format, figure 2).
const ELF: [u8; 64] = [
    0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, // 64-bit, little endian, version 1
    2, 0, 0x3e, 0, 1, 0, 0, 0, // executable, x86-64, version 1
    0xa0, 0x9a, 0x46, 0, 0, 0, 0, 0, // entry
    64, 0, 0, 0, 0, 0, 0, 0, // where the program headers are
    0, 0, 0, 0, 0, 0, 0, 0, // no section headers
    0, 0, 0, 0, 64, 0, 56, 0, 7, 0, 64, 0, 0, 0, 0, 0, // sizes and numbers of the headers
];
