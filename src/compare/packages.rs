//! Compares the operating system packages of two images: added, removed, or with another version,
//! and the sizes of their files.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::display::Escaped;
use crate::display::shown;
use crate::files::packages::{Installed, Package};

/// The difference between a package of the second image and the same package of the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PackageDifference {
    /// Only the second image has it.
    Added,
    /// Only the first image has it.
    Removed,
    /// The version differs; the versions are not ordered.
    Version,
    /// The version is the same, but the files differ.
    Files,
}

impl PackageDifference {
    /// Returns the word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Version => "version",
            Self::Files => "files",
        }
    }
}

/// A package that differs between the images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PackageChange {
    /// Its name, escaped for display.
    pub name: Escaped,
    /// The difference.
    pub difference: PackageDifference,
    /// The package in the first image.
    pub before: Option<Package>,
    /// The package in the second image.
    pub after: Option<Package>,
}

/// The words in place of a version.
const NO_VERSION: &str = "(no version)";

impl PackageChange {
    /// Returns the size of the package's files in the first image, and in the second.
    pub fn bytes(&self) -> (u64, u64) {
        let bytes = |package: &Option<Package>| package.as_ref().map_or(0, |package| package.bytes);
        (bytes(&self.before), bytes(&self.after))
    }

    /// Returns the version, or both versions if they differ: `1.2 → 1.3`; says so if neither is
    /// known.
    pub fn versions(&self) -> Escaped {
        let version = |package: &Option<Package>| {
            package.as_ref().and_then(|package| package.version.clone())
        };
        match (version(&self.before), version(&self.after)) {
            (Some(before), Some(after)) if before != after => shown!("{} → {}", before, after),
            (_, Some(version)) | (Some(version), None) => version,
            (None, None) => NO_VERSION.into(),
        }
    }

    /// Returns the name with the versions, as far as they are known.
    pub fn named(&self) -> String {
        let versions = self.versions();
        match versions == NO_VERSION {
            true => self.name.to_string(),
            false => format!("{} {versions}", self.name),
        }
    }
}

/// The differences between the packages of two images.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PackageChanges {
    /// The packages that differ, the largest difference first.
    pub changes: Vec<PackageChange>,
    /// The number of packages that are the same in both images.
    pub same: usize,
    /// The number of packages in each image.
    pub counts: (usize, usize),
    /// The size of the files that belong to no package, in each image.
    pub unpackaged: (u64, u64),
}

impl PackageChanges {
    /// Returns whether either image has a package database that could be read.
    pub fn known(&self) -> bool {
        self.counts != (0, 0)
    }

    /// Returns, for each kind of difference, the number of packages and the sizes of their files
    /// before and after.
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

/// Finds the packages that differ between two images.
pub fn changed_packages(first: &Installed, second: &Installed) -> PackageChanges {
    let mut both: BTreeMap<&Escaped, (Option<&Package>, Option<&Package>)> = BTreeMap::new();
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
            (None, _) => PackageDifference::Added,
            (_, None) => PackageDifference::Removed,
            (Some(a), Some(b)) if a.version != b.version => PackageDifference::Version,
            (Some(a), Some(b)) if (a.bytes, a.files) != (b.bytes, b.files) => {
                PackageDifference::Files
            }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_without_a_version_has_no_empty_cell() {
        let package = Package { name: "g++".into(), version: None, bytes: 1, files: 1 };
        let change = PackageChange {
            name: "g++".into(),
            difference: PackageDifference::Removed,
            before: Some(package),
            after: None,
        };
        assert_eq!(change.versions().as_str(), "(no version)");
        assert_eq!(change.named(), "g++");
    }
}
