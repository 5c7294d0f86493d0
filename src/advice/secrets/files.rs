//! Secrets in files, of every layer.
//!
//! A file is read once, if its path is that of a rule or if it may be a text, and only within
//! limits: names decide, then sizes, then the first bytes. One that was searched while its layer
//! passed is read again only if something was found in it. Texts are not downloaded for it.

use std::sync::Arc;

use super::{Place, Secret, Secrets};
use crate::advice::findings::take;
use crate::analysis::Inspection;
use crate::display::escaped_str;
use crate::error::Error;
use crate::files::contents::{Contents, Searched};
use crate::files::filesystem::{Filesystem, readable};
use crate::files::packages::Packages;
use crate::progress::Progress;
use crate::secret::{
    FileSearch, FoundValues, Hit, Masked, ValueHash, is_text, path_matcher, rules,
};
use crate::tree::{NodeId, Removal, Tree, VersionId};

/// The most bytes that are read in all.
const BYTES: u64 = 64 << 20;
/// The most files that are read.
const FILES: usize = 20_000;
/// The most secrets of a file.
const OF_FILE: usize = 5;
/// The most secrets of all files.
const SECRETS: usize = 200;

/// A file that is to be read.
struct Candidate<'a> {
    inode: VersionId,
    node: NodeId,
    removal: Option<&'a Removal>,
    /// The way in which it is searched.
    search: FileSearch,
}

/// Finds the secrets in the files of an image.
///
/// # Errors
///
/// Only a cancellation.
pub fn find(
    inspection: &Inspection,
    contents: &dyn Contents,
    packages: &Packages,
    progress: &Arc<Progress>,
) -> Result<Secrets, Error> {
    let tree = &inspection.tree;
    let filesystem = Filesystem::new(tree, contents, progress);
    let mut secrets = Secrets { archives: archives(tree, packages), ..Secrets::default() };
    let (mut bytes, mut files) = (BYTES, FILES);
    for candidate in candidates(tree) {
        let size = tree.size(candidate.inode);
        let is_costly = match contents.searched(tree, candidate.inode, candidate.search) {
            Searched::Nothing => continue,
            Searched::Hit if candidate.is_of_a_package(tree, packages) => continue,
            Searched::Hit | Searched::NotYet => false,
            Searched::NotHere => candidate.search.rule().is_none(),
        };
        if is_costly || size > bytes || files == 0 || secrets.list.len() >= SECRETS {
            secrets.unread += 1;
            continue;
        }
        bytes -= size;
        files -= 1;
        match readable(filesystem.read_start(candidate.inode, size))? {
            Some(text) => {
                let found = candidate.secrets(tree, packages, &text, &mut secrets.values);
                secrets.list.extend(found);
            }
            None => secrets.unread += 1,
        }
    }
    Ok(secrets)
}

/// Counts the archives that no package brought.
fn archives(tree: &Tree, packages: &Packages) -> usize {
    let is_archive = |&(inode, removal): &(VersionId, Option<&Removal>)| {
        let node = tree.node_of(inode);
        let name = tree.name(node).to_ascii_lowercase();
        let is_one = rules().archives.iter().any(|end| name.ends_with(end.as_bytes()));
        is_one && tree.size(inode) > 0 && !is_of_a_package(tree, packages, (inode, node, removal))
    };
    tree.inodes_with_removals().filter(is_archive).count()
}

/// Returns whether a package brought a file as it is: everybody who has the package has it.
fn is_of_a_package(
    tree: &Tree,
    packages: &Packages,
    (inode, node, removal): (VersionId, NodeId, Option<&Removal>),
) -> bool {
    let is_first = tree.versions(node).last() == Some(inode);
    let layer = packages.layer_for(tree, inode, removal);
    is_first && packages.owner(tree, layer, node).is_some()
}

/// Returns the files to read, in the order of the layers and of their places in them.
fn candidates(tree: &Tree) -> Vec<Candidate<'_>> {
    let taken = take(path_matcher(), tree, &[]);
    let inodes = tree.inodes_with_removals().filter_map(|(inode, removal)| {
        let node = tree.node_of(inode);
        let search = FileSearch::numbered(taken[node.index()]?);
        search.takes(tree.size(inode)).then_some(Candidate { inode, node, removal, search })
    });
    let mut candidates: Vec<_> = inodes.collect();
    // Named files come first, so that texts cannot use up their bytes.
    candidates.sort_by_key(|candidate| {
        let inode = candidate.inode;
        (candidate.search.rule().is_none(), tree.added_in(inode), tree.data_offset(inode))
    });
    candidates
}

impl Candidate<'_> {
    /// Finds the secrets in the contents of the file, and adds their values to those that are known.
    fn secrets(
        &self,
        tree: &Tree,
        packages: &Packages,
        bytes: &[u8],
        values: &mut FoundValues,
    ) -> Vec<Secret> {
        let hits = self.search.find(bytes);
        if hits.is_empty() || self.is_of_a_package(tree, packages) {
            return Vec::new();
        }
        if is_text(bytes) {
            hits.iter().for_each(|hit| values.add(&bytes[hit.range.clone()]));
        }
        hits.iter().take(OF_FILE).map(|hit| self.secret(tree, bytes, hit)).collect()
    }

    fn is_of_a_package(&self, tree: &Tree, packages: &Packages) -> bool {
        is_of_a_package(tree, packages, (self.inode, self.node, self.removal))
    }

    fn secret(&self, tree: &Tree, bytes: &[u8], hit: &Hit) -> Secret {
        let before = &bytes[..hit.range.start];
        let line = is_text(bytes).then(|| 1 + before.iter().filter(|&&b| b == b'\n').count());
        Secret {
            kind: hit.kind,
            place: Place::File { node: self.node, line },
            name: hit.name.as_deref().map(escaped_str),
            inode: Some(self.inode),
            added_in: Some(tree.added_in(self.inode)),
            removed_in: self.removal.map(|removal| removal.layer),
            shown: match is_text(bytes) {
                true => Masked::new(&bytes[hit.range.clone()]),
                false => Masked::new(b""),
            },
            hash: ValueHash::new(&bytes[hit.range.clone()]),
            origin: None,
        }
    }
}
