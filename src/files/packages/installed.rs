//! Lists the packages installed in the final filesystem, with their versions and the sizes of their
//! files.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::{APK, NAME, Packages, RPM_BYTES, Reader, Which, apk, dpkg, rpm};
use crate::display::shown;
use crate::display::{Escaped, escaped};
use crate::files::contents::Contents;
use crate::layer_index::LayerIndex;
use crate::progress::Progress;
use crate::tree::Tree;

/// A package of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name without the architecture, escaped for display.
    pub name: Escaped,
    /// Its version, escaped for display; `None` if there are only lists of files and no database of
    /// installed packages.
    pub version: Option<Escaped>,
    /// The size in bytes of its files in the final filesystem, each inode once.
    pub bytes: u64,
    /// The number of names of its files in the final filesystem.
    pub files: u64,
}

/// The final filesystem by packages.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// The packages, by name.
    pub packages: Vec<Package>,
    /// The size in bytes of files that belong to no package.
    pub unpackaged: u64,
}

/// Reads the packages of the final filesystem. The sizes of all packages and of unpackaged files
/// add up to the visible bytes.
///
/// A database that cannot be read, or that was not read before a cancellation, contributes no
/// packages.
pub fn installed(tree: &Tree, contents: &dyn Contents, progress: &Arc<Progress>) -> Installed {
    let mut packages: BTreeMap<Escaped, Package> = BTreeMap::new();
    versions(tree, contents, progress, |name, version| {
        if name.len() <= NAME && version.len() <= NAME {
            let package = entry(&mut packages, &escaped(name));
            package.version = Some(with(package.version.take(), escaped(version)));
        }
    });
    let told = !packages.is_empty();
    let owners = Packages::read_all(tree, Reader::new(tree, contents, Which::Last, progress));
    let last = LayerIndex::FINAL;
    let mut counted = HashSet::new();
    let mut unpackaged = 0;
    for name in tree.file_names().filter(|&name| tree.removed_in(name).is_none()) {
        let first = !tree.is_linked(name) || counted.insert(tree.inode(name));
        let bytes = if first { tree.size(name) } else { 0 };
        // A package of which only the configuration is left still has a list of files.
        let owner = owners
            .owner(tree, last, tree.node_of(name))
            .filter(|owner| !told || packages.contains_key(*owner));
        match owner {
            Some(owner) => {
                let package = entry(&mut packages, owner);
                package.bytes += bytes;
                package.files += 1;
            }
            None => unpackaged += bytes,
        }
    }
    Installed { packages: packages.into_values().collect(), unpackaged }
}

/// Adds a version to those known. Several versions of one package can be installed, for example of
/// kernels.
fn with(known: Option<Escaped>, version: Escaped) -> Escaped {
    match known {
        None => version,
        Some(known)
            if known.len() + version.len() > NAME
                || known.split(", ").any(|known| known == version) =>
        {
            known
        }
        Some(known) => shown!("{}, {}", known, version),
    }
}

fn entry<'a>(packages: &'a mut BTreeMap<Escaped, Package>, name: &Escaped) -> &'a mut Package {
    packages.entry(name.to_owned()).or_insert_with(|| Package {
        name: name.to_owned(),
        version: None,
        bytes: 0,
        files: 0,
    })
}

/// Calls `found` with the packages of all databases and their versions.
fn versions(
    tree: &Tree,
    contents: &dyn Contents,
    progress: &Arc<Progress>,
    mut found: impl FnMut(&[u8], &[u8]),
) {
    let mut reader = Reader::new(tree, contents, Which::Last, progress);
    for node in APK.into_iter().filter_map(|path| tree.find(path)) {
        for (_, text) in reader.versions(node) {
            apk::versions(&text, &mut found);
        }
    }
    let (status, each) = dpkg::STATUS;
    let one = tree.find(status).into_iter();
    let several = tree.find(each).into_iter().flat_map(|directory| tree.children(directory));
    for node in one.chain(several.filter(|&node| !tree.name(node).ends_with(b".md5sums"))) {
        for (_, text) in reader.versions(node) {
            dpkg::versions(&text, |name, version| found(dpkg::package(name), version));
        }
    }
    let mut budget = RPM_BYTES;
    for node in rpm::DATABASES.into_iter().filter_map(|path| tree.find(path)) {
        for (_, source) in reader.sources(node) {
            budget = rpm::versions(&*source, budget, &mut found);
        }
    }
}
