//! References by which a base image is known whose name is not recorded as one: from what its system says
//! of itself in its `os-release`, or from the version that the history names.

use super::Base;
use super::known::Known;
use crate::error::Error;
use crate::escape::Untrusted;
use crate::files::filesystem::{Filesystem, readable};
use crate::layer_index::LayerIndex;
use crate::tree::Kind;

/// The most bytes of an `os-release`.
const LARGEST: u64 = 64 << 10;
/// The paths of an `os-release`.
const PATHS: [&[u8]; 2] = [b"usr/lib/os-release", b"etc/os-release"];

impl Base {
    /// Finds the references by which the base image is known beside its name.
    ///
    /// # Errors
    ///
    /// Only a cancellation.
    pub fn find_references(&mut self, filesystem: Option<&Filesystem<'_>>) -> Result<(), Error> {
        let Some(name) = self.name.as_ref().map(|name| name.raw().to_owned()) else {
            return Ok(());
        };
        self.references = match filesystem {
            _ if name.contains(['/', ':', '@']) => shorter(&name),
            Some(filesystem) if Known::built_in().is_system(&name) => {
                of_system(&os_release(filesystem, self.layers)?)
            }
            // The history of a known image names it with its version.
            _ => match name.split_once(' ') {
                Some((image, version)) => versions(image, version),
                None => Vec::new(),
            },
        };
        Ok(())
    }
}

/// Returns a reference without the registry and the namespace that stand for themselves, and without its
/// digest.
fn shorter(name: &str) -> Vec<Untrusted> {
    let bare = name.split('@').next().unwrap_or_default();
    let official = ["docker.io/", "index.docker.io/"].iter().find_map(|it| bare.strip_prefix(it));
    let bare = official.unwrap_or(bare);
    let bare = bare.strip_prefix("library/").unwrap_or(bare);
    if bare == name || bare.is_empty() { Vec::new() } else { vec![bare.into()] }
}

/// Returns the references of a version of an image, and of the versions that it is one of.
fn versions(image: &str, version: &str) -> Vec<Untrusted> {
    let dots = version.match_indices('.').map(|(at, _)| at);
    let mut shorter: Vec<_> = dots.map(|at| &version[..at]).take(3).collect();
    shorter.reverse();
    let all = [version].into_iter().chain(shorter).filter(|version| !version.is_empty());
    all.map(|version| format!("{image}:{version}").into()).collect()
}

/// Returns the references of the system that an `os-release` describes.
fn of_system(text: &str) -> Vec<Untrusted> {
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.trim().strip_prefix(name)?.strip_prefix('='));
        let value = line.unwrap_or_default().trim();
        value.trim_matches(['"', '\'']).to_owned()
    };
    let id = value("ID");
    if id.is_empty() {
        return Vec::new();
    }
    let image = Known::built_in().image_of(&id);
    let mut all = versions(image, &value("VERSION_ID"));
    all.extend(versions(image, &value("VERSION_CODENAME")));
    all
}

/// Reads the `os-release` of the base image; empty if it has none.
fn os_release(filesystem: &Filesystem<'_>, layers: usize) -> Result<String, Error> {
    let tree = filesystem.tree();
    let Some(last) = LayerIndex::highest(layers) else { return Ok(String::new()) };
    let versions = PATHS.iter().filter_map(|path| tree.at(tree.find(path)?, last));
    let Some(file) = versions.into_iter().find(|&version| tree.kind(version) == Kind::File) else {
        return Ok(String::new());
    };
    let inode = tree.inode(file);
    let bytes = readable(filesystem.read_start(inode, LARGEST))?.unwrap_or_default();
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_system_is_known_by_its_versions_and_by_its_name() {
        for (text, references) in [
            (
                "ID=debian\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\n",
                &["debian:12", "debian:bookworm"][..],
            ),
            ("ID=alpine\nVERSION_ID=3.20.1\n", &["alpine:3.20.1", "alpine:3.20", "alpine:3"]),
            ("ID=\"rocky\"\nVERSION_ID=\"9.4\"\n", &["rockylinux:9.4", "rockylinux:9"]),
            ("ID='amzn'\nVERSION_ID='2023'\n", &["amazonlinux:2023"]),
            ("ID=arch\n", &[]),
            ("", &[]),
        ] {
            assert_eq!(Untrusted::raw_words(&of_system(text)), references, "{text:?}");
        }
        let raw = |all: Vec<Untrusted>| Untrusted::raw_words(&all);
        assert_eq!(raw(versions("node", "22.1.0")), ["node:22.1.0", "node:22.1", "node:22"]);
        assert_eq!(raw(shorter("docker.io/library/debian:12@sha256:00")), ["debian:12"]);
        assert_eq!(raw(shorter("docker.io/acme/base:1")), ["acme/base:1"]);
        assert_eq!(raw(shorter("ghcr.io/acme/base:1")), [""; 0]);
    }
}
