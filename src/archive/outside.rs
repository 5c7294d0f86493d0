//! Follows links out of a directory that is an archive, to blobs elsewhere on the host.
//!
//! Bazel makes layouts whose blobs are links to its cache, and layouts may share one directory of
//! blobs. An unpacked archive of a stranger may have links to anything. A link that leads out is
//! therefore only followed if the bytes have the digest in the member's name, so that they are the
//! requested ones, wherever they are.

use std::collections::HashMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use sha2::{Digest, Sha256, Sha512};

use super::absence::Absence;
use super::member::Member;
use super::{Extent, FileSource, Window};

/// Read at a time while a file is hashed.
const WINDOW: usize = 256 << 10;
/// Members that list the contents of an archive, and that no digest names.
const TABLES_OF_CONTENTS: [&[u8]; 2] = [b"index.json", b"manifest.json"];

/// The places on the host to which links out of a directory lead.
pub struct OutsideLinks {
    root: PathBuf,
    /// The number of the first member that is found here.
    first: usize,
    /// The results so far: hashing takes time, and a layer may occur many times.
    known: Mutex<HashMap<Vec<u8>, Result<Member, Absence>>>,
}

impl OutsideLinks {
    /// Prepares to follow links in `root`. Members that are found get numbers above `last`.
    pub fn new(root: &Path, last: usize) -> Self {
        Self { root: root.to_owned(), first: last + 1, known: Mutex::default() }
    }

    /// Returns the directory that is the archive.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Finds the member called `name`, which is not in the directory itself; `link` is the target
    /// if it is a link.
    ///
    /// # Errors
    ///
    /// The reason why there is no such member.
    pub fn find(&self, name: &[u8], link: Option<Vec<u8>>) -> Result<Member, Absence> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = known.get(name) {
            return found.clone();
        }
        let found = self.open(name, self.first + known.len(), link);
        known.insert(name.to_vec(), found.clone());
        found
    }

    fn open(&self, name: &[u8], id: usize, link: Option<Vec<u8>>) -> Result<Member, Absence> {
        let absent = || link.clone().map_or(Absence::NotThere, Absence::Dangling);
        let path = host_path(name).map(|name| self.root.join(name)).ok_or_else(absent)?;
        // Only links are followed: the members of the directory itself have been found already.
        let Ok(target) = path.canonicalize() else { return Err(absent()) };
        let not_followed = |other_digest| Absence::LinkOut { target: target.clone(), other_digest };
        let digest = NamedDigest::of_name(name);
        let contents = TABLES_OF_CONTENTS.contains(&name);
        if !fs::metadata(&target).is_ok_and(|metadata| metadata.is_file())
            || (digest.is_none() && !contents)
        {
            return Err(not_followed(false));
        }
        let source =
            FileSource::open(&target).map_err(|error| Absence::Unreadable(error.kind()))?;
        if let Some(digest) = digest
            && !digest.is_of(&source).map_err(|error| Absence::Unreadable(error.kind()))?
        {
            return Err(not_followed(true));
        }
        let extent = Extent::whole(&source);
        Ok(Member { source: Arc::new(source), extent, missing: 0, id })
    }
}

/// The digest in the name of a member: `blobs/sha256/DIGITS`, `DIGITS.tar`, `sha256:DIGITS`.
struct NamedDigest {
    digits: String,
}

impl NamedDigest {
    fn of_name(name: &[u8]) -> Option<Self> {
        let last = name.rsplit(|b| matches!(b, b'/' | b':')).next()?;
        let digits = last.split(|&b| b == b'.').next()?;
        let is_digest =
            matches!(digits.len(), 64 | 128) && digits.iter().all(u8::is_ascii_hexdigit);
        is_digest.then(|| Self { digits: String::from_utf8_lossy(digits).to_ascii_lowercase() })
    }

    fn is_of(&self, source: &FileSource) -> io::Result<bool> {
        let hash =
            if self.digits.len() == 64 { hash::<Sha256>(source)? } else { hash::<Sha512>(source)? };
        Ok(crate::display::hex(&hash) == self.digits)
    }
}

fn hash<D: Digest>(source: &FileSource) -> io::Result<Vec<u8>> {
    let mut window = Window::new(source, Extent::whole(source), WINDOW);
    let mut hasher = D::new();
    let mut buffer = vec![0; WINDOW];
    loop {
        match window.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().to_vec()),
            n => hasher.update(&buffer[..n]),
        }
    }
}

#[cfg(unix)]
fn host_path(name: &[u8]) -> Option<PathBuf> {
    use std::os::unix::ffi::OsStrExt;
    Some(std::ffi::OsStr::from_bytes(name).into())
}

#[cfg(not(unix))]
fn host_path(name: &[u8]) -> Option<PathBuf> {
    std::str::from_utf8(name).ok().map(Into::into)
}
