//! Names, links, bits and times on the system that things are extracted to.

use std::ffi::OsString;
use std::fs::{File, FileTimes, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// The name as one of this system; `None` if it cannot be a name here, or would be more than one.
pub fn name(bytes: &[u8]) -> Option<OsString> {
    let plain = !matches!(bytes, b"" | b"." | b"..") && !bytes.iter().any(|b| matches!(b, b'/' | 0));
    if plain { of_system(bytes) } else { None }
}

#[cfg(unix)]
fn of_system(bytes: &[u8]) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec()))
}

/// Names that mean a device, streams, or another name without their last character are none (Windows).
#[cfg(not(unix))]
fn of_system(bytes: &[u8]) -> Option<OsString> {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let name = std::str::from_utf8(bytes).ok()?;
    let odd = |c: char| c.is_control() || "\\:*?\"<>|".contains(c);
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_uppercase();
    let numbered = stem.chars().count() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT"));
    let plain = !name.contains(odd) && !name.ends_with(['.', ' ']) && !DEVICES.contains(&&*stem) && !numbered;
    plain.then(|| name.into())
}

/// Makes a symbolic link.
#[cfg(unix)]
pub fn symlink(target: &[u8], path: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    if target.is_empty() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), path)
}

/// There is no link here that may lead nowhere.
#[cfg(not(unix))]
pub fn symlink(_: &[u8], _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::InvalidFilename.into())
}

/// Makes a file that was not there, for its owner alone.
pub fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a directory that was not there, for its owner alone.
pub fn create_directory(path: &Path) -> io::Result<()> {
    #[cfg(not(unix))]
    return std::fs::create_dir(path);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700).create(path)
}

/// A directory as something whose bits and time can be set; `None` where the system cannot.
#[cfg(unix)]
pub fn open_directory(path: &Path) -> io::Result<Option<File>> {
    File::open(path).map(Some)
}

/// A directory as something whose bits and time can be set; `None` where the system cannot.
#[cfg(not(unix))]
pub fn open_directory(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// Lets its owner into a directory again, whatever its bits.
#[cfg(unix)]
pub fn unlock(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))
}

/// Lets its owner into a directory again, which nothing keeps out here.
#[cfg(not(unix))]
pub fn unlock(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Sets the permission bits.
#[cfg(unix)]
pub fn set_mode(file: &File, mode: u16) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode.into()))
}

/// Sets the permission bits, of which there are none here.
#[cfg(not(unix))]
pub fn set_mode(_: &File, _: u16) -> io::Result<()> {
    Ok(())
}

/// Sets the modification time, unless the system cannot tell such a time.
pub fn set_time(file: &File, seconds: i64) {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = match seconds {
        0.. => SystemTime::UNIX_EPOCH.checked_add(distance),
        _ => SystemTime::UNIX_EPOCH.checked_sub(distance),
    };
    if let Some(time) = time {
        // A header may state a time that no filesystem can keep; the contents are worth more.
        let _ = file.set_times(FileTimes::new().set_modified(time));
    }
}
