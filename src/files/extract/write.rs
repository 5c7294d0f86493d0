//! Writes a part of the tree into a fresh directory.

use std::fs::File;
use std::io::{self, Seek, SeekFrom, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::plan::{Selected, children, sort_by_place};
use super::{Extracted, Options, Reason, Skipped, SpecialBits, host};
use crate::display::{bytes, escaped};
use crate::error::Error;
use crate::files::contents::Contents;
use crate::files::output::{NewDirectory, failed};
use crate::progress::Progress;
use crate::progress::check_cancelled;
use crate::tree::{Kind, NodeId, Tree, VersionId};

/// Number of bytes that are copied at a time.
const PIECE: usize = 256 << 10;
/// The bits that an owner needs to move a directory and to write in it.
const OWNER: u16 = 0o700;

/// A writer into a directory, which keeps a list of everything it has created.
pub struct Writer<'a> {
    tree: &'a Tree,
    contents: &'a dyn Contents,
    options: Options,
    progress: &'a Arc<Progress>,
    place: &'a NewDirectory,
    /// The directory on the host that is written to first.
    root: PathBuf,
    /// The path of the image that is extracted. Unless it is the root, it is created directly in
    /// `root`.
    top: NodeId,
    /// The directories that were created, parents before children.
    directories: Vec<Selected>,
    /// The counts so far.
    pub extracted: Extracted,
}

/// A directory whose permission bits can only be set once it has been moved to its destination.
pub struct ModeOfDirectory {
    directory: File,
    mode: u16,
    path: PathBuf,
}

impl ModeOfDirectory {
    /// Sets the permission bits.
    ///
    /// # Errors
    ///
    /// An error if the bits cannot be set.
    pub fn settle(self) -> Result<(), Error> {
        host::set_mode(&self.directory, self.mode)
            .map_err(|source| failed("set the mode of", &self.path, source))
    }
}

/// The result of an attempt to create a file.
enum Made {
    Yes,
    No(Reason),
}

impl<'a> Writer<'a> {
    /// Makes a writer of `top` and everything below it.
    pub fn new(
        tree: &'a Tree,
        contents: &'a dyn Contents,
        options: Options,
        progress: &'a Arc<Progress>,
        place: &'a NewDirectory,
        top: NodeId,
    ) -> Self {
        let extracted = Extracted::default();
        let root = place.root();
        Self {
            tree,
            contents,
            options,
            progress,
            place,
            root,
            top,
            directories: Vec::new(),
            extracted,
        }
    }

    /// Returns whether nothing was created.
    pub fn is_empty(&self) -> bool {
        self.extracted.files + self.extracted.directories + self.extracted.links == 0
            && self.top != NodeId::ROOT
    }

    /// Writes everything: first directories and links, then the files in the order of their
    /// contents in the image.
    ///
    /// # Errors
    ///
    /// An error of reading the image or writing to the host, or [`Error::Cancelled`].
    pub fn write(&mut self, selected: &Selected) -> Result<(), Error> {
        let tree = self.tree;
        let mut files = Vec::new();
        let mut work = vec![*selected];
        while let Some(next) = work.pop() {
            self.check_cancelled()?;
            match tree.kind(next.version) {
                Kind::Directory => {
                    if next.node != NodeId::ROOT {
                        let made = self.make(next.node, host::create_directory)?;
                        if !self.count(next.node, made, |extracted| extracted.directories += 1) {
                            continue;
                        }
                        self.directories.push(next);
                    }
                    work.extend(children(tree, next).into_iter().rev());
                }
                Kind::Symlink => {
                    let target = tree.target(next.version).unwrap_or_default();
                    let made = self.make(next.node, |path| host::symlink(target, path))?;
                    self.count(next.node, made, |extracted| extracted.links += 1);
                }
                Kind::File => files.push(next),
                Kind::Char | Kind::Block => self.skip(next.node, Reason::Device),
                Kind::Fifo => self.skip(next.node, Reason::Fifo),
            }
        }
        sort_by_place(tree, &mut files);
        let mut names = files.chunk_by(|a, b| tree.inode(a.version) == tree.inode(b.version));
        let bytes =
            names.clone().fold(0_u64, |sum, names| sum.saturating_add(tree.size(names[0].version)));
        self.progress.total.fetch_max(bytes, Ordering::Relaxed);
        names.try_for_each(|names| self.write_inode(names))
    }

    /// Writes a file under each of its names.
    fn write_inode(&mut self, names: &[Selected]) -> Result<(), Error> {
        let mut first: Option<PathBuf> = None;
        for name in names {
            self.check_cancelled()?;
            let linked = match &first {
                // If the filesystem has no hard links, the contents are written again.
                Some(first) => self.make(name.node, |path| std::fs::hard_link(first, path)).ok(),
                None => None,
            };
            if let Some(made) = linked {
                self.count(name.node, made, |extracted| extracted.links += 1);
                continue;
            }
            let mut file = None;
            let made = self.make(name.node, |path| {
                host::create_file(path).map(|created| file = Some(created))
            })?;
            self.count(name.node, made, |extracted| extracted.files += 1);
            if let (Some(file), Some(path)) = (file, self.path(name.node)) {
                self.fill(file, &path, name.version)?;
                first.get_or_insert(path);
            }
        }
        Ok(())
    }

    fn fill(
        &mut self,
        mut file: File,
        path: &std::path::Path,
        version: VersionId,
    ) -> Result<(), Error> {
        let tree = self.tree;
        let shown = || escaped(&tree.path(tree.node_of(version)));
        let place = self.place;
        let failed = |operation, source| failed(operation, &place.final_path(path), source);
        let to_file = |source| failed("write", source);
        let source = self.contents.open(tree, version, self.progress)?;
        let sparse = tree.is_sparse(tree.inode(version));
        if sparse {
            // A file that is too large for the filesystem fails now, and not after hours.
            file.set_len(source.len()).map_err(to_file)?;
        }
        let mut buffer = vec![0; PIECE];
        let mut done = 0;
        while done < source.len() {
            self.check_cancelled()?;
            let n = source
                .read_at(&mut buffer, done)
                .map_err(|error| Error::reading(shown(), error))?;
            if n == 0 {
                let short = io::Error::new(
                    io::ErrorKind::UnexpectedEof,
                    format!("it ends after {}", bytes(done)),
                );
                return Err(Error::reading(shown(), short));
            }
            if sparse && buffer[..n].iter().all(|&b| b == 0) {
                file.seek(SeekFrom::Current(i64::try_from(n).unwrap_or(i64::MAX)))
                    .map_err(to_file)?;
            } else {
                file.write_all(&buffer[..n]).map_err(to_file)?;
            }
            done += n as u64;
        }
        if source.has_changed() {
            return Err(Error::Changed { path: shown() });
        }
        self.extracted.bytes += done;
        host::set_mode(&file, self.mode(version))
            .map_err(|source| failed("set the mode of", source))?;
        host::set_time(&file, tree.mtime(version));
        Ok(())
    }

    /// Sets bits and times of the directories, after everything in them has been written.
    ///
    /// Returns the directories whose bits would prevent their owner from moving them; these get
    /// their bits after the move.
    ///
    /// # Errors
    ///
    /// An error if the bits cannot be set.
    pub fn settle(&mut self) -> Result<Vec<ModeOfDirectory>, Error> {
        let mut held = Vec::new();
        for directory in self.directories.iter().rev() {
            let Some(path) = self.path(directory.node) else { continue };
            let shown = self.place.final_path(&path);
            let failed = |source| failed("set the mode of", &shown, source);
            let Some(file) = host::open_directory(&path).map_err(failed)? else { continue };
            host::set_time(&file, self.tree.mtime(directory.version));
            let mode = self.mode(directory.version);
            let moved =
                directory.node == self.top || self.tree.parent(directory.node) == NodeId::ROOT;
            if moved && mode & OWNER != OWNER {
                held.push(ModeOfDirectory { directory: file, mode, path: shown });
            } else {
                host::set_mode(&file, mode).map_err(failed)?;
            }
        }
        Ok(held)
    }

    /// Removes everything that was created, one directory at a time, without recursion.
    pub fn remove(&self) {
        let paths = self.directories.iter().filter_map(|directory| self.path(directory.node));
        let paths: Vec<_> = [self.root.clone()].into_iter().chain(paths).collect();
        for path in &paths {
            let _ = host::unlock(path);
        }
        for path in paths.iter().rev() {
            for entry in std::fs::read_dir(path).into_iter().flatten().flatten() {
                let _ = std::fs::remove_file(entry.path());
            }
            let _ = std::fs::remove_dir(path);
        }
    }

    fn mode(&self, version: VersionId) -> u16 {
        let special = match self.options.special_bits {
            SpecialBits::Dropped => 0,
            SpecialBits::Kept => 0o6000,
        };
        self.tree.mode(version) & (0o1777 | special)
    }

    /// Returns the host path of a node; `None` if one of its names cannot exist on the host.
    fn path(&self, node: NodeId) -> Option<PathBuf> {
        let mut names = Vec::new();
        let mut here = node;
        while here != NodeId::ROOT {
            names.push(host::name(self.tree.name(here))?);
            if here == self.top {
                break;
            }
            here = self.tree.parent(here);
        }
        names.push(self.root.clone().into());
        Some(names.iter().rev().collect())
    }

    /// Creates a file that does not exist yet. A name that the host cannot have is skipped.
    fn make(
        &self,
        node: NodeId,
        make: impl FnOnce(&std::path::Path) -> io::Result<()>,
    ) -> Result<Made, Error> {
        let Some(path) = self.path(node) else { return Ok(Made::No(Reason::Name)) };
        match make(&path) {
            Ok(()) => Ok(Made::Yes),
            Err(error) => match error.kind() {
                io::ErrorKind::AlreadyExists => Ok(Made::No(Reason::Collision)),
                io::ErrorKind::InvalidFilename | io::ErrorKind::InvalidInput => {
                    Ok(Made::No(Reason::Name))
                }
                _ => Err(failed("create", &self.place.final_path(&path), error)),
            },
        }
    }

    /// Counts a result, or records why the path was skipped; returns whether something was created.
    fn count(&mut self, node: NodeId, made: Made, add: impl FnOnce(&mut Extracted)) -> bool {
        match made {
            Made::Yes => add(&mut self.extracted),
            Made::No(reason) => self.skip(node, reason),
        }
        matches!(made, Made::Yes)
    }

    fn skip(&mut self, node: NodeId, reason: Reason) {
        self.extracted.skipped.push(Skipped { node, reason });
    }

    fn check_cancelled(&self) -> Result<(), Error> {
        check_cancelled(self.progress).map_err(|_| Error::Cancelled)
    }
}
