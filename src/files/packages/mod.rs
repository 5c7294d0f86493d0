//! Finds the operating system package that a path belongs to, now or while the path existed.
//!
//! The databases of apk (`lib/apk/db/installed`), dpkg (`var/lib/dpkg/info/*.list`, in distroless
//! images `status.d/*.md5sums`) and rpm (`rpmdb.sqlite`, but not the older formats Berkeley DB and
//! NDB) are read in every version that a layer has.

mod apk;
mod dpkg;
mod installed;
mod rpm;
mod sqlite;
pub(crate) mod status;

use std::collections::{BTreeMap, HashMap};
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::RandomState;

use crate::archive::{Extent, Source, read_extent};
use crate::display::{Escaped, escaped};
use crate::files::contents::Contents;
use crate::layer_index::LayerIndex;
use crate::progress::Progress;
use crate::tree::{Kind, NodeId, Removal, Tree, VersionId};

pub use installed::{Installed, Package, installed};

/// The paths of apk's database.
const APK: [&[u8]; 2] = [b"lib/apk/db/installed", b"usr/lib/apk/db/installed"];

/// The most bytes of databases that are read.
const BYTES: u64 = 64 << 20;
/// The most bytes of rpm's databases that are read. The limit is larger because each transaction
/// rewrites the whole database.
const RPM_BYTES: u64 = 256 << 20;
/// The most files of databases that are opened.
const FILES: usize = 20_000;
/// The most paths that are kept.
const PATHS: usize = 4_000_000;
/// The longest package name in bytes; longer names are ignored.
const NAME: usize = 1024;
/// The most packages that a path may have belonged to.
const OWNERS: usize = 16;

/// A range of layers, the end not included, in which a path belongs to a package.
#[derive(Debug, Clone, Copy)]
struct Ownership {
    package: u32,
    added_in: LayerIndex,
    removed_in: LayerIndex,
}

/// The packages that the paths of an image belong to.
#[derive(Debug, Default)]
pub struct Packages {
    names: Vec<Escaped>,
    numbers: HashMap<Escaped, u32, RandomState>,
    /// By the hash of the path, with its leading slash.
    owners: HashMap<u64, Vec<Ownership>, RandomState>,
    hasher: RandomState,
}

impl Packages {
    /// Reads the package databases of an image. A database that cannot be read, or that was not
    /// read before a cancellation, contributes no packages.
    pub fn read(tree: &Tree, contents: &dyn Contents, progress: &Arc<Progress>) -> Self {
        Self::read_all(tree, Reader::new(tree, contents, Which::All, progress))
    }

    fn read_all(tree: &Tree, mut reader: Reader<'_>) -> Self {
        let mut packages = Self::default();
        for path in APK {
            let Some(node) = tree.find(path) else { continue };
            for (version, text) in reader.versions(node) {
                apk::each(&text, |package, path| packages.add(tree, version, package, path));
            }
        }
        let texts =
            tree.find(dpkg::DIVERSIONS).map(|node| reader.versions(node)).unwrap_or_default();
        let diversions: Vec<_> =
            texts.iter().map(|(version, text)| (*version, dpkg::Diversions::read(text))).collect();
        for (directory, suffix) in dpkg::LISTS {
            let Some(directory) = tree.find(directory) else { continue };
            for node in tree.children(directory) {
                let Some(package) = tree.name(node).strip_suffix(suffix) else { continue };
                let package = dpkg::package(package);
                for (version, text) in reader.versions(node) {
                    for (added_in, removed_in, diversions) in epochs(tree, version, &diversions) {
                        dpkg::each(&text, |path| {
                            let place = diversions
                                .map_or(path, |diversions| diversions.place(package, path));
                            packages.add_between(package, place, added_in, removed_in);
                        });
                    }
                }
            }
        }
        let mut budget = RPM_BYTES;
        for node in rpm::DATABASES.into_iter().filter_map(|path| tree.find(path)) {
            for (version, source) in reader.sources(node) {
                budget = rpm::each(&*source, budget, |package, path| {
                    packages.add(tree, version, package, path);
                });
            }
        }
        packages
    }

    /// Returns whether any database was read.
    pub fn known(&self) -> bool {
        !self.owners.is_empty()
    }

    /// Returns the layer in which to look up the owner of an inode: the last one or, for an inode
    /// that was deleted or replaced, the one before that.
    pub fn layer_for(
        &self,
        tree: &Tree,
        inode: VersionId,
        removal: Option<&Removal>,
    ) -> LayerIndex {
        match removal {
            Some(removal) => {
                let before = removal.layer.previous().unwrap_or_default();
                before.max(tree.added_in(inode))
            }
            None => LayerIndex::FINAL,
        }
    }

    /// Returns the package that a path belongs to after layer `layer`, escaped for display.
    pub fn owner(&self, tree: &Tree, layer: LayerIndex, node: NodeId) -> Option<&Escaped> {
        if self.owners.is_empty() {
            return None;
        }
        let path = tree.path(node);
        self.at(&path, layer).or_else(|| {
            // If /lib is a link to /usr/lib, databases may use either name.
            let other = match path.strip_prefix(b"/usr") {
                Some(rest) => rest.to_vec(),
                None => [b"/usr", &path[..]].concat(),
            };
            self.at(&other, layer)
        })
    }

    /// Returns the packages that inodes belong to and their sizes in bytes, the largest first.
    pub fn owners(
        &self,
        tree: &Tree,
        inodes: impl Iterator<Item = (VersionId, NodeId)>,
    ) -> Vec<(Escaped, u64)> {
        if !self.known() {
            return Vec::new();
        }
        let mut sums: BTreeMap<&Escaped, u64> = BTreeMap::new();
        for (version, node) in inodes {
            if let Some(package) =
                self.owner(tree, self.layer_for(tree, version, tree.removal(version)), node)
            {
                *sums.entry(package).or_default() += tree.size(version);
            }
        }
        let mut sums: Vec<_> =
            sums.into_iter().map(|(package, bytes)| (package.to_owned(), bytes)).collect();
        sums.sort_by_key(|&(_, bytes)| std::cmp::Reverse(bytes));
        sums
    }

    fn at(&self, path: &[u8], layer: LayerIndex) -> Option<&Escaped> {
        let owners = self.owners.get(&self.hasher.hash_one(path))?;
        let owner =
            owners.iter().find(|owner| owner.added_in <= layer && layer < owner.removed_in)?;
        Some(&self.names[owner.package as usize])
    }

    /// Records that a path (with a leading slash) belongs to a package while a version of a
    /// database exists.
    fn add(&mut self, tree: &Tree, version: VersionId, package: &[u8], path: &[u8]) {
        let (added_in, removed_in) = lifetime(tree, version);
        self.add_between(package, path, added_in, removed_in);
    }

    /// Says that a path belongs to a package from one layer to another, that one not included.
    fn add_between(
        &mut self,
        package: &[u8],
        path: &[u8],
        added_in: LayerIndex,
        removed_in: LayerIndex,
    ) {
        if self.owners.len() >= PATHS || package.len() > NAME {
            return;
        }
        let name = escaped(package);
        let next = u32::try_from(self.names.len()).expect("no more packages than paths");
        let package = *self.numbers.entry(name).or_insert_with_key(|name| {
            self.names.push(name.clone());
            next
        });
        let owners = self.owners.entry(self.hasher.hash_one(path)).or_default();
        // No real path belongs to many packages at once.
        let full = owners.len() >= OWNERS;
        match owners.last_mut() {
            Some(last) if last.package == package && last.removed_in == added_in => {
                last.removed_in = removed_in;
            }
            _ if full => {}
            _ => owners.push(Ownership { package, added_in, removed_in }),
        }
    }
}

/// Returns the range of layers in which a version exists, the end not included.
fn lifetime(tree: &Tree, version: VersionId) -> (LayerIndex, LayerIndex) {
    (tree.added_in(version), tree.removed_in(version).unwrap_or(LayerIndex::NEVER))
}

/// Splits the layers as of which a list of files is there by the diversions that were in force.
fn epochs<'a, 'd>(
    tree: &Tree,
    list: VersionId,
    diversions: &'a [(VersionId, dpkg::Diversions<'d>)],
) -> Vec<(LayerIndex, LayerIndex, Option<&'a dpkg::Diversions<'d>>)> {
    let (mut added_in, removed_in) = lifetime(tree, list);
    let mut epochs = Vec::new();
    for (version, diversions) in diversions {
        let (from, to) = lifetime(tree, *version);
        let (from, to) = (from.max(added_in), to.min(removed_in));
        if from >= to {
            continue;
        }
        if added_in < from {
            epochs.push((added_in, from, None));
        }
        epochs.push((from, to, Some(diversions)));
        added_in = to;
    }
    if added_in < removed_in {
        epochs.push((added_in, removed_in, None));
    }
    epochs
}

/// The versions of a file that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Which {
    All,
    /// The version in the final filesystem.
    Last,
}

/// A reader of files, within limits.
struct Reader<'a> {
    tree: &'a Tree,
    contents: &'a dyn Contents,
    which: Which,
    bytes: u64,
    files: usize,
    progress: &'a Arc<Progress>,
}

impl<'a> Reader<'a> {
    fn new(
        tree: &'a Tree,
        contents: &'a dyn Contents,
        which: Which,
        progress: &'a Arc<Progress>,
    ) -> Self {
        Self { tree, contents, which, bytes: BYTES, files: FILES, progress }
    }

    /// Reads every version of the file at a path, the oldest first.
    fn versions(&mut self, node: NodeId) -> Vec<(VersionId, Vec<u8>)> {
        self.meant(node)
            .into_iter()
            .filter_map(|version| Some((version, self.read(version)?)))
            .collect()
    }

    /// Opens every version of the file at a path, the oldest first, for reading parts of it.
    fn sources(&mut self, node: NodeId) -> Vec<(VersionId, Source)> {
        self.meant(node)
            .into_iter()
            .filter_map(|version| Some((version, self.open(version)?)))
            .collect()
    }

    /// Returns the versions of a path that are to be read, the oldest first.
    fn meant(&self, node: NodeId) -> Vec<VersionId> {
        let mut versions: Vec<_> = match self.which {
            Which::All => self.tree.versions(node).collect(),
            Which::Last => self.tree.last(node).into_iter().collect(),
        };
        versions.reverse();
        versions
    }

    fn open(&mut self, version: VersionId) -> Option<Source> {
        if self.tree.kind(version) != Kind::File || self.files == 0 {
            return None;
        }
        self.files -= 1;
        self.contents.open(self.tree, version, self.progress).ok()
    }

    fn read(&mut self, version: VersionId) -> Option<Vec<u8>> {
        let len = self.tree.size(version);
        if len == 0 || len > self.bytes {
            return None;
        }
        let source = self.open(version)?;
        self.bytes -= len;
        read_extent(&*source, Extent { offset: 0, len: len.min(source.len()) }).ok()
    }
}
