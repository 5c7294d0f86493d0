//! Creates the temporary directory of an extraction, and moves the result to its destination.

use std::io;
use std::path::{Path, PathBuf};

use super::host;
use super::plan::{Selected, children};
use crate::display::escaped;
use crate::error::Error;
use crate::tree::{NodeId, Tree};

/// The directory inside the temporary one that receives the files.
const ROOT: &str = "root";

/// A temporary directory beside the destination, on the same filesystem, that only its owner can
/// enter.
pub struct Place {
    fresh: tempfile::TempDir,
    target: Target,
}

/// The destination.
enum Target {
    /// In an existing directory.
    Into(PathBuf),
    /// In a directory that is created.
    New(PathBuf),
}

impl Place {
    /// Checks that nothing is in the way, and creates the temporary directory.
    pub fn prepare(tree: &Tree, selected: &Selected, destination: &Path) -> Result<Self, Error> {
        let is_directory = match destination.metadata() {
            Ok(metadata) if metadata.is_dir() => true,
            // Also a link that leads nowhere.
            _ if destination.symlink_metadata().is_ok() => return Err(exists(destination)),
            _ => false,
        };
        let (target, beside) = if is_directory {
            let wanted = if selected.node == NodeId::ROOT { children(tree, *selected) } else { vec![*selected] };
            for name in wanted.iter().filter_map(|wanted| host::name(tree.name(wanted.node))) {
                let path = destination.join(name);
                if path.symlink_metadata().is_ok() {
                    return Err(exists(&path));
                }
            }
            (Target::Into(destination.to_owned()), destination)
        } else {
            let parent = destination.parent().filter(|parent| !parent.as_os_str().is_empty());
            (Target::New(destination.to_owned()), parent.unwrap_or(Path::new(".")))
        };
        let mut builder = tempfile::Builder::new();
        builder.prefix(".layerscope-");
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o700));
        let fresh = builder.tempdir_in(beside).map_err(|source| failed("write into", beside, source))?;
        let root = fresh.path().join(ROOT);
        std::fs::create_dir(&root).map_err(|source| failed("create", &root, source))?;
        Ok(Self { fresh, target })
    }

    /// Returns the directory that receives the files.
    pub fn root(&self) -> PathBuf {
        self.fresh.path().join(ROOT)
    }

    /// Moves the result to its destination, as a whole or not at all.
    pub fn move_in(&self, nothing: bool) -> Result<(), Error> {
        let root = self.root();
        match &self.target {
            _ if nothing => Ok(()),
            Target::New(target) if target.symlink_metadata().is_ok() => Err(exists(target)),
            Target::New(target) => std::fs::rename(&root, target).map_err(|source| failed("create", target, source)),
            Target::Into(target) => {
                let mut moved = Vec::new();
                let result = self.move_each(&root, target, &mut moved);
                if result.is_err() {
                    for (from, to) in moved.iter().rev() {
                        let _ = std::fs::rename(to, from);
                    }
                }
                result
            }
        }
    }

    fn move_each(&self, root: &Path, target: &Path, moved: &mut Vec<(PathBuf, PathBuf)>) -> Result<(), Error> {
        let list = std::fs::read_dir(root).map_err(|source| failed("read", root, source))?;
        for entry in list {
            let entry = entry.map_err(|source| failed("read", root, source))?;
            let (from, to) = (entry.path(), target.join(entry.file_name()));
            let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
            move_one(&from, &to, is_directory).map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists => exists(&to),
                _ => failed("create", &to, source),
            })?;
            moved.push((from, to));
        }
        Ok(())
    }
}

/// Renames `from` to `to` and fails if `to` exists, even if it was created a moment ago. An empty
/// directory may be replaced.
fn move_one(from: &Path, to: &Path, is_directory: bool) -> io::Result<()> {
    if !is_directory {
        // A new name is only given where there is none, while renaming replaces.
        match std::fs::hard_link(from, to) {
            Ok(()) => return std::fs::remove_file(from),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
            // Not every filesystem can.
            Err(_) => {}
        }
    }
    if to.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    std::fs::rename(from, to)
}

fn exists(path: &Path) -> Error {
    Error::Exists { path: shown(path) }
}

/// Makes an error that names the operation that failed and its path.
pub fn failed(operation: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Output { path: shown(path), operation, source }
}

fn shown(path: &Path) -> String {
    escaped(path.as_os_str().as_encoded_bytes())
}
