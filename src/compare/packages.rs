//! Which packages of the operating system came, went, or are of another version, with the bytes of their files.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::files::packages::{Installed, Package};

/// How a package of the second image differs from the same of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackageDifference {
    /// Only the second image has it.
    Came,
    /// Only the first image has it.
    Went,
    /// It has another version; which of two is newer is not said.
    Version,
    /// The same version has other files, or more or less of them.
    Files,
}

impl PackageDifference {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Came => "came",
            Self::Went => "went",
            Self::Version => "version",
            Self::Files => "files",
        }
    }
}

/// A package in both images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageChange {
    /// Its name, escaped for display.
    pub name: String,
    /// How it differs.
    pub difference: PackageDifference,
    /// What the first image has of it.
    pub before: Option<Package>,
    /// What the second image has of it.
    pub after: Option<Package>,
}

impl PackageChange {
    /// The bytes of its files in the first image, and in the second.
    pub fn bytes(&self) -> (u64, u64) {
        let bytes = |package: &Option<Package>| package.as_ref().map_or(0, |package| package.bytes);
        (bytes(&self.before), bytes(&self.after))
    }

    /// Its version, or what became of it: `1.2 → 1.3`.
    pub fn versions(&self) -> String {
        let version = |package: &Option<Package>| package.as_ref().and_then(|package| package.version.clone());
        match (version(&self.before), version(&self.after)) {
            (Some(before), Some(after)) if before != after => format!("{before} → {after}"),
            (_, Some(version)) | (Some(version), None) => version,
            (None, None) => String::new(),
        }
    }
}

/// What differs between the packages of two images.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageChanges {
    /// The packages that differ, the biggest difference first.
    pub changes: Vec<PackageChange>,
    /// How many packages are the same in both.
    pub same: usize,
    /// How many packages each image has.
    pub counts: (usize, usize),
    /// The bytes of files that belong to no package, in each image.
    pub unpackaged: (u64, u64),
}

impl PackageChanges {
    /// Whether either image has a database of packages that could be read.
    pub fn known(&self) -> bool {
        self.counts != (0, 0)
    }

    /// How many packages differ in each way, with the bytes of their files before and after.
    pub fn sums(&self) -> BTreeMap<PackageDifference, (usize, u64, u64)> {
        let mut sums: BTreeMap<PackageDifference, (usize, u64, u64)> = BTreeMap::new();
        for change in &self.changes {
            let (before, after) = change.bytes();
            let sum = sums.entry(change.difference).or_default();
            *sum = (sum.0 + 1, sum.1.saturating_add(before), sum.2.saturating_add(after));
        }
        sums
    }
}

/// Finds what differs between the packages of two images.
pub fn changed_packages(first: &Installed, second: &Installed) -> PackageChanges {
    let mut both: BTreeMap<&str, (Option<&Package>, Option<&Package>)> = BTreeMap::new();
    for package in &first.packages {
        both.entry(&package.name).or_default().0 = Some(package);
    }
    for package in &second.packages {
        both.entry(&package.name).or_default().1 = Some(package);
    }
    let mut changes = Vec::new();
    let mut same = 0;
    for (name, (before, after)) in both {
        let difference = match (before, after) {
            (None, _) => PackageDifference::Came,
            (_, None) => PackageDifference::Went,
            (Some(a), Some(b)) if a.version != b.version => PackageDifference::Version,
            (Some(a), Some(b)) if (a.bytes, a.files) != (b.bytes, b.files) => PackageDifference::Files,
            _ => {
                same += 1;
                continue;
            }
        };
        changes.push(PackageChange {
            name: name.to_owned(),
            difference,
            before: before.cloned(),
            after: after.cloned(),
        });
    }
    let weight = |change: &PackageChange| {
        let (before, after) = change.bytes();
        before.abs_diff(after)
    };
    changes.sort_by_key(|change| Reverse(weight(change)));
    PackageChanges {
        changes,
        same,
        counts: (first.packages.len(), second.packages.len()),
        unpackaged: (first.unpackaged, second.unpackaged),
    }
}
