//! The packages that are installed at last, with their versions and the bytes of their files.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use super::{APK, NAME, Packages, RPM_BYTES, Reader, Which, apk, dpkg, rpm};
use crate::display::escaped;
use crate::files::contents::Contents;
use crate::progress::Progress;
use crate::tree::Tree;

/// A package of the operating system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Its name without the architecture, escaped for display.
    pub name: String,
    /// Its version, escaped for display; `None` if no database says what is installed, and there are only lists of files.
    pub version: Option<String>,
    /// The bytes of its files that are there, each inode once.
    pub bytes: u64,
    /// The names of its files that are there.
    pub files: u64,
}

/// What the final filesystem is made of, package by package.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Installed {
    /// The packages, by name.
    pub packages: Vec<Package>,
    /// The bytes of files that belong to none.
    pub unpackaged: u64,
}

/// Reads which packages are installed at last; the bytes of all, with those of no package, are what is live.
///
/// What cannot be read, or not before somebody asked to stop, names no packages.
pub fn installed(tree: &Tree, contents: &dyn Contents, progress: &Arc<Progress>) -> Installed {
    let mut packages: BTreeMap<String, Package> = BTreeMap::new();
    versions(tree, contents, progress, |name, version| {
        if name.len() <= NAME && version.len() <= NAME {
            let package = entry(&mut packages, &escaped(name));
            package.version = Some(with(package.version.take(), escaped(version)));
        }
    });
    let told = !packages.is_empty();
    let owners = Packages::of(tree, Reader::new(tree, contents, Which::Last, progress));
    let last = tree.layers().saturating_sub(1);
    let mut counted = HashSet::new();
    let mut unpackaged = 0;
    for name in tree.file_names().filter(|&name| tree.died(name).is_none()) {
        let first = !tree.is_linked(name) || counted.insert(tree.inode(name));
        let bytes = if first { tree.size(name) } else { 0 };
        // What is removed but for its configuration still has a list of files.
        let owner = owners.owner(tree, last, tree.node_of(name)).filter(|owner| !told || packages.contains_key(*owner));
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

/// Of some packages, such as kernels, several versions can be there at once.
fn with(known: Option<String>, version: String) -> String {
    match known {
        None => version,
        Some(known) if known.len() + version.len() > NAME || known.split(", ").any(|known| known == version) => known,
        Some(known) => format!("{known}, {version}"),
    }
}

fn entry<'a>(packages: &'a mut BTreeMap<String, Package>, name: &str) -> &'a mut Package {
    packages.entry(name.to_owned()).or_insert_with(|| Package {
        name: name.to_owned(),
        version: None,
        bytes: 0,
        files: 0,
    })
}

/// Calls `found` with the packages of all databases and their versions.
fn versions(tree: &Tree, contents: &dyn Contents, progress: &Arc<Progress>, mut found: impl FnMut(&[u8], &[u8])) {
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
