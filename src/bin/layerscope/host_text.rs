//! Reads text files of the host that the user names, up to a reasonable size.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// The largest file that is read, in bytes.
const LIMIT: u64 = 1 << 20;

/// Reads the text of a file of at most 1 MiB.
///
/// # Errors
///
/// The file cannot be read, is larger, or is not UTF-8.
pub fn contents(path: &Path) -> io::Result<String> {
    String::from_utf8(bytes(path)?).map_err(|_| {
        io::Error::new(io::ErrorKind::InvalidData, "stream did not contain valid UTF-8")
    })
}

/// Returns the error without the number of the operating system.
fn in_words(error: io::Error) -> io::Error {
    let kind = error.kind();
    match kind {
        io::ErrorKind::NotFound => io::Error::new(kind, "no such file"),
        io::ErrorKind::PermissionDenied => io::Error::new(kind, "permission denied"),
        io::ErrorKind::IsADirectory => io::Error::new(kind, "it is a directory"),
        _ => error,
    }
}

/// Reads a file of at most 1 MiB.
///
/// # Errors
///
/// The file cannot be read, or is larger.
pub fn bytes(path: &Path) -> io::Result<Vec<u8>> {
    up_to_limit(File::open(path).map_err(in_words)?)
}

/// Reads standard input, at most 1 MiB.
///
/// # Errors
///
/// It cannot be read, or is longer.
pub fn standard_input() -> io::Result<Vec<u8>> {
    up_to_limit(io::stdin().lock())
}

fn up_to_limit(from: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    from.take(LIMIT + 1).read_to_end(&mut bytes).map_err(in_words)?;
    if bytes.len() as u64 > LIMIT {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, "it is bigger than 1 MiB"));
    }
    Ok(bytes)
}
