//! The final filesystem of an image, as a program in a container sees it: paths are followed
//! through symbolic links, never out of the root, and files can be opened.

mod error;

use std::collections::HashSet;
use std::sync::Arc;

use crate::archive::{Extent, Source, read_extent};
use crate::display::{Escaped, escaped};
use crate::error::Error;
use crate::files::contents::Contents;
use crate::files::executable::Recognised;
use crate::layer_index::LayerIndex;
use crate::progress::Progress;
use crate::progress::check_cancelled;
use crate::tree::{Found, Kind, Last, NodeId, Paths, Tree, VersionId};

pub use error::{ReadError, readable};

/// The longest path in bytes, as in the kernel (`PATH_MAX`).
const PATH_LIMIT: usize = 4096;

/// A regular file that a path leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// The path without symbolic links.
    pub node: NodeId,
    /// The version at the path.
    pub version: VersionId,
    /// The symbolic links that were followed, in order.
    pub links: Vec<NodeId>,
}

/// The final filesystem of an image.
pub struct Filesystem<'a> {
    tree: &'a Tree,
    contents: &'a dyn Contents,
    progress: &'a Arc<Progress>,
    paths: Paths<'a>,
}

impl<'a> Filesystem<'a> {
    /// Returns the final filesystem of `tree`, with its contents.
    pub fn new(tree: &'a Tree, contents: &'a dyn Contents, progress: &'a Arc<Progress>) -> Self {
        Self { tree, contents, progress, paths: Paths::new(tree) }
    }

    /// Returns the tree.
    pub fn tree(&self) -> &'a Tree {
        self.tree
    }

    /// Returns the path of a node, escaped for display.
    pub fn shown(&self, node: NodeId) -> Escaped {
        escaped(&self.tree.path(node))
    }

    /// Finds the file that `path` leads to; a relative path starts at `directory`. `None` if there
    /// is nothing.
    pub fn find(&self, directory: NodeId, path: &[u8]) -> Option<Found> {
        if path.len() > PATH_LIMIT {
            return None;
        }
        self.paths.lookup(LayerIndex::FINAL, directory, path, Last::Followed)
    }

    /// Finds the regular file that `path` leads to.
    pub fn file(&self, directory: NodeId, path: &[u8]) -> Option<File> {
        let Found { node, kind, version, links } = self.find(directory, path)?;
        (kind == Kind::File && !path.ends_with(b"/")).then_some(File {
            node,
            version: version?,
            links,
        })
    }

    /// Finds the directory that `path` leads to.
    pub fn directory(&self, directory: NodeId, path: &[u8]) -> Option<NodeId> {
        self.find(directory, path)
            .filter(|found| found.kind == Kind::Directory)
            .map(|found| found.node)
    }

    /// Returns the name of a file to copy: the first symbolic link that leads directly to it, or
    /// the file itself.
    ///
    /// `COPY` follows links, so copying this name creates the file where it is expected.
    pub fn name_of(&self, file: &File) -> NodeId {
        let leads_to_file = |link: &&NodeId| {
            self.find(NodeId::ROOT, &self.tree.path(**link))
                .is_some_and(|found| found.node == file.node)
        };
        file.links.iter().find(leads_to_file).copied().unwrap_or(file.node)
    }

    /// Returns the path by which a program is called, through the links that lead to it and to the
    /// directories above it.
    pub fn called(&self, program: &File) -> Vec<u8> {
        let mut path = self.tree.path(program.node);
        for &link in program.links.iter().rev() {
            let link = self.tree.path(link);
            match self.find(NodeId::ROOT, &link) {
                Some(found) if found.node == program.node => path = link,
                Some(found) if found.kind == Kind::Directory => {
                    let mut slashes = (1..path.len()).filter(|&at| path[at] == b'/');
                    let above = slashes
                        .find(|&at| self.directory(NodeId::ROOT, &path[..at]) == Some(found.node));
                    if let Some(above) = above {
                        path = [&link, &path[above..]].concat();
                    }
                }
                _ => {}
            }
        }
        path
    }

    /// Returns the paths in a directory that exist in the final filesystem, sorted by name.
    pub fn list(&self, directory: NodeId) -> Vec<NodeId> {
        let mut children: Vec<_> = self
            .tree
            .children(directory)
            .filter(|&child| self.tree.last(child).is_some())
            .collect();
        children.sort_unstable_by_key(|&child| self.tree.name(child));
        children
    }

    /// Opens a file.
    ///
    /// # Errors
    ///
    /// [`ReadError`] explains why the bytes are not available.
    pub fn open(&self, version: VersionId) -> Result<Source, ReadError> {
        let opened = self.contents.open(self.tree, version, self.progress);
        self.check_cancelled().map_err(|_| ReadError::Cancelled)?;
        opened.map_err(|error| match error {
            Error::Cancelled => ReadError::Cancelled,
            error => ReadError::Contents(error),
        })
    }

    /// Recognises the kind of a file.
    ///
    /// # Errors
    ///
    /// As for [`Filesystem::open`].
    pub fn recognise(&self, version: VersionId) -> Result<Recognised, ReadError> {
        self.with_source(version, Recognised::detect)
    }

    /// Reads the first `limit` bytes of a file.
    ///
    /// # Errors
    ///
    /// As for [`Filesystem::open`].
    pub fn read_start(&self, version: VersionId, limit: u64) -> Result<Vec<u8>, ReadError> {
        self.with_source(version, |source| {
            read_extent(&**source, Extent::whole(&**source).part(0, limit))
        })
    }

    /// Opens a file and reads from it.
    ///
    /// # Errors
    ///
    /// As for [`Filesystem::open`], or an error of `read`.
    pub fn with_source<T, E>(
        &self,
        version: VersionId,
        read: impl FnOnce(&Source) -> Result<T, E>,
    ) -> Result<T, ReadError>
    where
        ReadError: From<E>,
    {
        let read = read(&self.open(version)?);
        self.check_cancelled().map_err(|_| ReadError::Cancelled)?;
        Ok(read?)
    }

    /// Fails after a cancellation.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`].
    pub fn check_cancelled(&self) -> Result<(), Error> {
        check_cancelled(self.progress).map_err(|_| Error::Cancelled)
    }

    /// Returns the size of `nodes` and everything below them in the final filesystem, in bytes; a
    /// file with several names counts once.
    pub fn bytes(&self, nodes: impl IntoIterator<Item = NodeId>) -> u64 {
        let mut inodes = HashSet::new();
        let mut seen = HashSet::new();
        let mut work: Vec<NodeId> = nodes.into_iter().collect();
        while let Some(node) = work.pop() {
            if !seen.insert(node) {
                continue;
            }
            if let Some(version) = self.tree.last(node)
                && self.tree.kind(version) == Kind::File
            {
                inodes.insert(self.tree.inode(version));
            }
            work.extend(self.tree.children(node));
        }
        inodes.into_iter().map(|inode| self.tree.size(inode)).fold(0, u64::saturating_add)
    }
}
