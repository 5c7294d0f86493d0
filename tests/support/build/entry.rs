//! One entry of a tar, with every liberty that real tars take.

use tar::{EntryType, Header};

/// An entry: a header, the extended headers before it and the contents behind it.
#[derive(Clone)]
pub struct Entry {
    name: Vec<u8>,
    link: Vec<u8>,
    flag: u8,
    contents: Vec<u8>,
    /// The size that the header states, where it is not the length of the contents.
    stated: Option<u64>,
    mode: u32,
    owner: (u64, u64),
    device: Option<(u32, u32)>,
    records: Vec<u8>,
    gnu_names: bool,
    tweak: fn(&mut Header),
}

/// The bytes of a name field.
const NAME_FIELD: usize = 100;

/// An entry with an arbitrary type flag.
pub fn other(flag: u8, name: impl AsRef<[u8]>) -> Entry {
    Entry {
        name: name.as_ref().to_vec(),
        link: Vec::new(),
        flag,
        contents: Vec::new(),
        stated: None,
        mode: 0o644,
        owner: (0, 0),
        device: None,
        records: Vec::new(),
        gnu_names: false,
        tweak: |_| {},
    }
}

/// A regular file of `size` bytes, all of them `x`.
pub fn file(name: impl AsRef<[u8]>, size: usize) -> Entry {
    other(b'0', name).holding(vec![b'x'; size])
}

/// A directory; the slash at the end of its name is added.
pub fn dir(name: impl AsRef<[u8]>) -> Entry {
    other(b'5', [name.as_ref(), b"/"].concat()).mode(0o755)
}

/// A symbolic link.
pub fn symlink(name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Entry {
    other(b'2', name).to(target).mode(0o777)
}

/// A hard link.
pub fn hardlink(name: impl AsRef<[u8]>, target: impl AsRef<[u8]>) -> Entry {
    other(b'1', name).to(target)
}

/// A character device.
pub fn char(name: impl AsRef<[u8]>, major: u32, minor: u32) -> Entry {
    Entry { device: Some((major, minor)), ..other(b'3', name) }
}

/// A block device.
pub fn block(name: impl AsRef<[u8]>, major: u32, minor: u32) -> Entry {
    Entry { device: Some((major, minor)), ..other(b'4', name) }
}

/// A named pipe.
pub fn fifo(name: impl AsRef<[u8]>) -> Entry {
    other(b'6', name)
}

/// The whiteout of a path.
pub fn gone(path: &str) -> Entry {
    let (directory, name) = path.rfind('/').map_or(("", path), |slash| path.split_at(slash + 1));
    file(format!("{directory}.wh.{name}"), 0)
}

/// The mark that makes a directory opaque.
pub fn opaque(directory: &str) -> Entry {
    let slash = if directory.is_empty() { "" } else { "/" };
    file(format!("{directory}{slash}.wh..wh..opq"), 0)
}

impl Entry {
    /// The name that the entry was given.
    pub fn name(&self) -> &[u8] {
        &self.name
    }

    /// The bytes behind the header.
    pub fn contents(&self) -> &[u8] {
        &self.contents
    }

    /// Gives the entry another name.
    pub fn named(self, name: impl AsRef<[u8]>) -> Self {
        Self { name: name.as_ref().to_vec(), ..self }
    }

    /// Makes the entry a link to `target`.
    pub fn to(self, target: impl AsRef<[u8]>) -> Self {
        Self { link: target.as_ref().to_vec(), ..self }
    }

    /// Gives the entry contents.
    pub fn holding(self, contents: impl Into<Vec<u8>>) -> Self {
        Self { contents: contents.into(), ..self }
    }

    /// Fills the contents with another byte, so that they differ from those of a file of the same
    /// size.
    pub fn filled_with(mut self, byte: u8) -> Self {
        self.contents.fill(byte);
        self
    }

    /// States a size in the header, whatever follows it.
    pub fn stating(self, size: u64) -> Self {
        Self { stated: Some(size), ..self }
    }

    /// Sets the permission bits.
    pub fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    /// Sets the numeric owner and group.
    pub fn owner(self, uid: u64, gid: u64) -> Self {
        Self { owner: (uid, gid), ..self }
    }

    /// Adds a record to the PAX header before the entry.
    pub fn pax(mut self, key: &str, value: impl AsRef<[u8]>) -> Self {
        self.records.extend(record(key.as_bytes(), value.as_ref()));
        self
    }

    /// Writes long names the way GNU tar does, not as PAX records.
    pub fn gnu(self) -> Self {
        Self { gnu_names: true, ..self }
    }

    /// Changes the finished header, before its checksum is made.
    pub fn tweak(self, tweak: fn(&mut Header)) -> Self {
        Self { tweak, ..self }
    }

    /// Writes the entry with its extended headers and its padding.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut records = Vec::new();
        for (long, key, flag) in [(&self.name, "path", b'L'), (&self.link, "linkpath", b'K')] {
            match (long.len() > NAME_FIELD, self.gnu_names) {
                (false, _) => {}
                (true, true) => {
                    other(flag, "././@LongLink").holding([long, &b"\0"[..]].concat()).write(out);
                }
                (true, false) => records.extend(record(key.as_bytes(), long)),
            }
        }
        records.extend(&self.records);
        if !records.is_empty() {
            other(b'x', "PaxHeaders/entry").holding(records).write(out);
        }
        out.extend_from_slice(self.header().as_bytes());
        out.extend_from_slice(&self.contents);
        out.resize(out.len().next_multiple_of(512), 0);
    }

    fn header(&self) -> Header {
        let mut header = if self.gnu_names { Header::new_gnu() } else { Header::new_ustar() };
        let put = |field: &mut [u8], bytes: &[u8]| {
            let n = bytes.len().min(field.len());
            field[..n].copy_from_slice(&bytes[..n]);
        };
        put(&mut header.as_old_mut().name, &self.name);
        put(&mut header.as_old_mut().linkname, &self.link);
        header.set_entry_type(EntryType::new(self.flag));
        header.set_size(self.stated.unwrap_or(self.contents.len() as u64));
        header.set_mode(self.mode);
        header.set_uid(self.owner.0);
        header.set_gid(self.owner.1);
        header.set_mtime(0);
        if let Some((major, minor)) = self.device {
            header.set_device_major(major).expect("the header has the field");
            header.set_device_minor(minor).expect("the header has the field");
        }
        (self.tweak)(&mut header);
        header.set_cksum();
        header
    }
}

/// A `length key=value` record; the length counts its own digits.
pub fn record(key: &[u8], value: &[u8]) -> Vec<u8> {
    let rest = key.len() + value.len() + 3;
    let length = (1..)
        .map(|digits| rest + digits)
        .find(|n| n.to_string().len() + rest == *n)
        .expect("some length fits");
    [length.to_string().as_bytes(), b" ", key, b"=", value, b"\n"].concat()
}
