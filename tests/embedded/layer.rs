//! One layer of a built-in image: names and sizes, written as the tar that a builder makes of them.
//!
//! A listing has a line an entry: type, mode, owner, group, size, path and, of
//! a link, the target. The types are `f` file, `d` directory, `l` symbolic
//! link, `h` hard link and `w` whiteout. Directories that are not listed are
//! made, and files hold zeros unless they are given something to begin with.

use std::collections::{BTreeSet, HashSet};
use std::fmt;
use std::io::{self, Read, Write};

use tar::{Builder, EntryType, Header};

/// Seconds since 1970 of everything in the images: 2025-07-06 12:00.
const TIME: u64 = 1_751_803_200;

/// A layer: what it lists, in order.
#[derive(Clone, Default)]
pub struct Layer(Vec<Entry>);

/// A path with what a layer has there.
#[derive(Clone)]
pub struct Entry {
    kind: Kind,
    mode: u32,
    owner: u64,
    group: u64,
    size: u64,
    path: String,
    /// What a file begins with; all the rest is zeros.
    beginning: Vec<u8>,
}

#[derive(Clone, PartialEq)]
enum Kind {
    File,
    Directory,
    Symlink(String),
    Hardlink(String),
    Whiteout,
}

/// A file of root's that everybody may read.
pub fn file(path: impl Into<String>, size: u64) -> Entry {
    Entry {
        kind: Kind::File,
        mode: 0o644,
        owner: 0,
        group: 0,
        size,
        path: path.into(),
        beginning: Vec::new(),
    }
}

/// A file with these contents, and no more.
pub fn text(path: impl Into<String>, contents: impl Into<Vec<u8>>) -> Entry {
    let beginning = contents.into();
    Entry { size: beginning.len() as u64, beginning, ..file(path, 0) }
}

/// A program of root's that everybody may run, with these contents.
pub fn program(path: impl Into<String>, contents: impl Into<Vec<u8>>) -> Entry {
    text(path, contents).mode(0o755)
}

/// A directory of root's.
pub fn directory(path: impl Into<String>) -> Entry {
    Entry { kind: Kind::Directory, mode: 0o755, ..file(path, 0) }
}

/// A symbolic link.
pub fn symlink(path: impl Into<String>, target: &str) -> Entry {
    Entry { kind: Kind::Symlink(target.into()), mode: 0o777, ..file(path, 0) }
}

impl Entry {
    pub fn path(&self) -> &str {
        &self.path
    }

    pub fn mode(self, mode: u32) -> Self {
        Self { mode, ..self }
    }

    pub fn owned_by(self, owner: u64) -> Self {
        Self { owner, group: owner, ..self }
    }

    /// The same, as it begins.
    pub fn holding(self, beginning: impl Into<Vec<u8>>) -> Self {
        Self { beginning: beginning.into(), ..self }
    }

    /// Reads a line of a listing.
    fn read(line: &str) -> Self {
        let fields: Vec<_> = line.split('\t').collect();
        let [kind, mode, owner, group, size, path, ref target @ ..] = fields[..] else {
            panic!("not an entry: {line}")
        };
        let number = |text: &str| text.parse().unwrap_or_else(|_| panic!("not a number: {line}"));
        let kind = match (kind, target) {
            ("f", []) => Kind::File,
            ("d", []) => Kind::Directory,
            ("w", []) => Kind::Whiteout,
            ("l", [target]) => Kind::Symlink((*target).into()),
            ("h", [target]) => Kind::Hardlink((*target).into()),
            _ => panic!("not an entry: {line}"),
        };
        Self {
            kind,
            mode: u32::from_str_radix(mode, 8).unwrap_or_else(|_| panic!("not a mode: {line}")),
            owner: number(owner),
            group: number(group),
            size: number(size),
            path: path.into(),
            beginning: Vec::new(),
        }
    }

    /// Whether it is a file with zeros behind what it begins with.
    pub fn is_filled(&self) -> bool {
        self.size > self.beginning.len() as u64
    }

    /// The directories above it, the outermost first.
    fn above(&self) -> impl Iterator<Item = &str> {
        self.path.match_indices('/').map(|(at, _)| &self.path[..at])
    }

    fn append(&self, tar: &mut Builder<impl Write>) -> io::Result<()> {
        let mut header = header(self.mode, self.size);
        header.set_uid(self.owner);
        header.set_gid(self.group);
        header.set_username(name_of(self.owner))?;
        header.set_groupname(name_of(self.group))?;
        let path = &self.path;
        match &self.kind {
            Kind::File => {
                assert!(
                    self.beginning.len() as u64 <= self.size,
                    "{path} is shorter than its beginning"
                );
                tar.append_data(
                    &mut header,
                    path,
                    self.beginning.chain(io::repeat(0)).take(self.size),
                )
            }
            Kind::Directory => {
                header.set_entry_type(EntryType::Directory);
                tar.append_data(&mut header, format!("{path}/"), io::empty())
            }
            Kind::Whiteout => {
                let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
                tar.append_data(
                    &mut header,
                    format!("{directory}/.wh.{name}").trim_start_matches('/'),
                    io::empty(),
                )
            }
            Kind::Symlink(target) => {
                header.set_entry_type(EntryType::Symlink);
                tar.append_link(&mut header, path, target)
            }
            Kind::Hardlink(target) => {
                header.set_entry_type(EntryType::Link);
                tar.append_link(&mut header, path, target)
            }
        }
    }
}

/// A line of a listing.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, target) = match &self.kind {
            Kind::File => ('f', None),
            Kind::Directory => ('d', None),
            Kind::Symlink(target) => ('l', Some(target)),
            Kind::Hardlink(target) => ('h', Some(target)),
            Kind::Whiteout => ('w', None),
        };
        let Self { mode, owner, group, size, path, .. } = self;
        write!(f, "{kind}\t{mode:04o}\t{owner}\t{group}\t{size}\t{path}")?;
        target.map_or(Ok(()), |target| write!(f, "\t{target}"))
    }
}

impl Layer {
    /// Reads a listing.
    pub fn listed(listing: &str) -> Self {
        listing.lines().map(Entry::read).collect()
    }

    /// The listing of the layer.
    pub fn listing(&self) -> String {
        self.0.iter().map(|entry| format!("{entry}\n")).collect()
    }

    /// What the regular files hold together, in bytes.
    pub fn bytes(&self) -> u64 {
        self.0.iter().map(|entry| entry.size).sum()
    }

    /// The same and more.
    pub fn and(mut self, more: impl IntoIterator<Item = Entry>) -> Self {
        self.0.extend(more);
        self
    }

    /// What it has something at.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|entry| &*entry.path)
    }

    /// The directories above what it has.
    pub fn directories(&self) -> BTreeSet<String> {
        self.0.iter().flat_map(Entry::above).map(Into::into).collect()
    }

    /// Only the paths that are wanted.
    pub fn only(mut self, wanted: impl Fn(&str) -> bool) -> Self {
        self.0.retain(|entry| wanted(&entry.path));
        self
    }

    /// The same below another directory.
    pub fn below(mut self, directory: &str) -> Self {
        for entry in &mut self.0 {
            entry.path = format!("{directory}/{}", entry.path);
        }
        self
    }

    /// The same in the order of the paths, as builders have it.
    pub fn sorted(mut self) -> Self {
        self.0.sort_by(|one, other| one.path.split('/').cmp(other.path.split('/')));
        self
    }

    /// The same with other sizes, so that the files hold `bytes` together: each gets its share, the
    /// largest the rest. Files whose contents are whole stay as they are.
    pub fn scaled_to(mut self, bytes: u64) -> Self {
        let filled: u64 =
            self.0.iter().filter(|entry| entry.is_filled()).map(|entry| entry.size).sum();
        let wanted = bytes + filled - self.bytes();
        for entry in self.0.iter_mut().filter(|entry| entry.is_filled()) {
            let size = u128::from(entry.size) * u128::from(wanted) / u128::from(filled);
            entry.size = u64::try_from(size)
                .expect("no file is larger than all")
                .max(entry.beginning.len() as u64);
        }
        self.filled_to(bytes)
    }

    /// The same with another largest file, of those that are filled with zeros, so that the files
    /// hold `bytes` together.
    pub fn filled_to(mut self, bytes: u64) -> Self {
        let before = self.bytes();
        let filled = self.0.iter_mut().filter(|entry| entry.is_filled());
        let largest = filled.max_by_key(|entry| entry.size).expect("there is a file");
        largest.size =
            (largest.size + bytes).checked_sub(before).expect("the largest file can shrink so far");
        self
    }

    /// The same with a file at `path` that begins with something.
    pub fn beginning(mut self, path: &str, beginning: impl Into<Vec<u8>>) -> Self {
        let entry = self.0.iter_mut().find(|entry| entry.path == path);
        entry.unwrap_or_else(|| panic!("{path} is not in the layer")).beginning = beginning.into();
        self
    }

    /// Writes the layer's tar.
    pub fn write(&self, out: impl Write) -> io::Result<()> {
        let mut tar = Builder::new(out);
        let mut made: HashSet<&str> = HashSet::new();
        for entry in &self.0 {
            for above in entry.above() {
                if made.insert(above) {
                    directory(above).append(&mut tar)?;
                }
            }
            if entry.kind != Kind::Directory || made.insert(&entry.path) {
                entry.append(&mut tar)?;
            }
        }
        tar.finish()
    }
}

impl FromIterator<Entry> for Layer {
    fn from_iter<T: IntoIterator<Item = Entry>>(entries: T) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl IntoIterator for Layer {
    type Item = Entry;
    type IntoIter = std::vec::IntoIter<Entry>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
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
fn name_of(id: u64) -> &'static str {
    if id == 0 { "root" } else { "" }
}
