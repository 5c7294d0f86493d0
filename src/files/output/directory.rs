//! A directory, or things in one, that appear whole or not at all.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::rename::rename_new;
use super::{PREFIX, exists, failed, parent, unwritable};
use crate::error::Error;

/// The directory in the fresh one that things are written to.
const ROOT: &str = "root";

/// A temporary directory on the filesystem of the destination, which only its owner can enter.
pub struct NewDirectory {
    fresh: Fresh,
    target: Target,
    /// Directories with the permission bits that the umask left them, where their owner could not
    /// write in them with these; parents before children.
    locked: Vec<(PathBuf, Mode)>,
}

/// The destination.
enum Target {
    /// In an existing directory, which keeps its mode and its owner.
    Into(PathBuf),
    /// In a directory that is created.
    New(PathBuf),
}

impl NewDirectory {
    /// Checks that nothing is in the way, and creates the temporary directory.
    ///
    /// `names` are those of the files that go directly into `destination`.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] names the first file that is in the way; [`Error::Output`] has the reason
    /// why nothing can be created.
    pub fn prepare<N: AsRef<OsStr>>(
        destination: &Path,
        names: impl IntoIterator<Item = N>,
    ) -> Result<Self, Error> {
        let is_directory = match destination.metadata() {
            Ok(metadata) if metadata.is_dir() => true,
            // A dangling link counts as existing, too.
            _ if destination.symlink_metadata().is_ok() => return Err(exists(destination)),
            _ => false,
        };
        let (target, beside) = if is_directory {
            let mut paths = names.into_iter().map(|name| destination.join(name.as_ref()));
            if let Some(path) = paths.find(|path| path.symlink_metadata().is_ok()) {
                return Err(exists(&path));
            }
            (Target::Into(destination.to_owned()), destination)
        } else {
            (Target::New(destination.to_owned()), parent(destination))
        };
        let fresh = Fresh::make(beside).map_err(|source| unwritable(beside, source))?;
        let root = fresh.0.join(ROOT);
        std::fs::create_dir(&root).map_err(|source| unwritable(beside, source))?;
        let mode = unlock(&root).map_err(|source| unwritable(beside, source))?;
        let locked = mode.into_iter().map(|mode| (root.clone(), mode)).collect();
        Ok(Self { fresh, target, locked })
    }

    /// Creates a directory in the root.
    ///
    /// # Errors
    ///
    /// [`Error::Output`] if it cannot be created.
    pub fn make_directory(&mut self, name: &str) -> Result<(), Error> {
        let path = self.root().join(name);
        let made = std::fs::create_dir(&path).and_then(|()| unlock(&path));
        let mode = made.map_err(|source| failed("create", &self.final_path(&path), source))?;
        self.locked.extend(mode.map(|mode| (path, mode)));
        Ok(())
    }

    /// Returns the directory that receives the files.
    pub fn root(&self) -> PathBuf {
        self.fresh.0.join(ROOT)
    }

    /// Returns the final path of something in the root: errors name this path, and not one that has
    /// been removed.
    pub fn final_path(&self, path: &Path) -> PathBuf {
        let (Target::Into(target) | Target::New(target)) = &self.target;
        match path.strip_prefix(self.root()) {
            Ok(below) if below.as_os_str().is_empty() => target.clone(),
            Ok(below) => target.join(below),
            Err(_) => path.to_owned(),
        }
    }

    /// Moves the result to its destination, as a whole or not at all.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if something is in the way by now; [`Error::Output`] if an operation
    /// failed.
    pub fn move_in(&self) -> Result<(), Error> {
        let root = self.root();
        match &self.target {
            Target::New(target) => move_one(&root, target)?,
            Target::Into(target) => {
                let mut moved = Vec::new();
                let result = move_each(&root, target, &mut moved);
                if result.is_err() {
                    for (from, to) in moved.iter().rev() {
                        let _ = std::fs::rename(to, from);
                    }
                }
                result?;
            }
        }
        // A directory that its owner cannot write to cannot be moved, so its bits are set last.
        let is_moved = |path: &PathBuf| matches!(self.target, Target::New(_)) || *path != root;
        let mut moved = self.locked.iter().rev().filter(|(path, _)| is_moved(path));
        moved.try_for_each(|(path, mode)| {
            let path = self.final_path(path);
            mode.set(&path).map_err(|source| failed("set the mode of", &path, source))
        })
    }
}

fn move_each(root: &Path, target: &Path, moved: &mut Vec<(PathBuf, PathBuf)>) -> Result<(), Error> {
    let list = std::fs::read_dir(root).map_err(|source| failed("write into", target, source))?;
    for entry in list {
        let entry = entry.map_err(|source| failed("write into", target, source))?;
        let (from, to) = (entry.path(), target.join(entry.file_name()));
        move_one(&from, &to)?;
        moved.push((from, to));
    }
    Ok(())
}

fn move_one(from: &Path, to: &Path) -> Result<(), Error> {
    rename_new(from, to).map_err(|source| match source.kind() {
        io::ErrorKind::AlreadyExists => exists(to),
        _ => failed("create", to, source),
    })
}

/// A directory with a temporary name, removed with its contents.
struct Fresh(PathBuf);

impl Fresh {
    fn make(beside: &Path) -> io::Result<Self> {
        let made = tempfile::Builder::new().prefix(PREFIX).make_in(beside, create_private)?;
        let fresh = Self(made.into_temp_path().keep()?);
        unlock(&fresh.0)?;
        Ok(fresh)
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Creates a directory that only its owner can access.
fn create_private(path: &Path) -> io::Result<()> {
    #[cfg(not(unix))]
    return std::fs::create_dir(path);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(path)
}

/// Permission bits.
#[derive(Clone, Copy)]
struct Mode(u32);

impl Mode {
    #[cfg(unix)]
    fn set(self, path: &Path) -> io::Result<()> {
        std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(self.0))
    }

    #[cfg(not(unix))]
    fn set(self, _: &Path) -> io::Result<()> {
        Ok(())
    }
}

/// Gives the owner access to a directory in spite of the umask; returns the previous bits.
#[cfg(unix)]
fn unlock(path: &Path) -> io::Result<Option<Mode>> {
    const OWNER: u32 = 0o700;
    let mode =
        std::os::unix::fs::PermissionsExt::mode(&path.symlink_metadata()?.permissions()) & 0o7777;
    if mode & OWNER == OWNER {
        return Ok(None);
    }
    Mode(mode | OWNER).set(path)?;
    Ok(Some(Mode(mode)))
}

#[cfg(not(unix))]
fn unlock(_: &Path) -> io::Result<Option<Mode>> {
    Ok(None)
}
