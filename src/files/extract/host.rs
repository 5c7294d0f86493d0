//! Creates names, links, permission bits and times on the host.

use std::ffi::OsString;
use std::fs::{File, FileTimes, OpenOptions};
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Converts a name to one of the host; `None` if the host cannot have it, or would read several
/// components.
pub fn name(bytes: &[u8]) -> Option<OsString> {
    let plain =
        !matches!(bytes, b"" | b"." | b"..") && !bytes.iter().any(|b| matches!(b, b'/' | 0));
    if plain { of_system(bytes) } else { None }
}

#[cfg(unix)]
fn of_system(bytes: &[u8]) -> Option<OsString> {
    Some(std::os::unix::ffi::OsStringExt::from_vec(bytes.to_vec()))
}

/// Converts a name on Windows, unless it means a device or a stream, or Windows would drop its last
/// character.
#[cfg(not(unix))]
fn of_system(bytes: &[u8]) -> Option<OsString> {
    const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];
    let name = std::str::from_utf8(bytes).ok()?;
    let odd = |c: char| c.is_control() || "\\:*?\"<>|".contains(c);
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_uppercase();
    let numbered =
        stem.chars().count() == 4 && (stem.starts_with("COM") || stem.starts_with("LPT"));
    let plain = !name.contains(odd)
        && !name.ends_with(['.', ' '])
        && !DEVICES.contains(&&*stem)
        && !numbered;
    plain.then(|| name.into())
}

/// Creates a symbolic link.
///
/// # Errors
///
/// An error of the system.
#[cfg(unix)]
pub fn symlink(target: &[u8], path: &Path) -> io::Result<()> {
    use std::os::unix::ffi::OsStrExt;
    if target.is_empty() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    std::os::unix::fs::symlink(std::ffi::OsStr::from_bytes(target), path)
}

/// Fails: the host cannot create a link whose target may be missing.
///
/// # Errors
///
/// Always.
#[cfg(not(unix))]
pub fn symlink(_: &[u8], _: &Path) -> io::Result<()> {
    Err(io::ErrorKind::InvalidFilename.into())
}

/// Creates a new file that only its owner can access.
///
/// # Errors
///
/// An error of the system.
pub fn create_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Creates a new directory that only its owner can access.
///
/// # Errors
///
/// An error of the system.
pub fn create_directory(path: &Path) -> io::Result<()> {
    #[cfg(not(unix))]
    return std::fs::create_dir(path);
    #[cfg(unix)]
    {
        std::os::unix::fs::DirBuilderExt::mode(&mut std::fs::DirBuilder::new(), 0o700)
            .create(path)?;
        // The umask may have removed permissions that the owner needs to write in it.
        unlock(path)
    }
}

/// Opens a directory, so that its bits and time can be set; `None` where the host cannot do this.
///
/// # Errors
///
/// An error of the system.
#[cfg(unix)]
pub fn open_directory(path: &Path) -> io::Result<Option<File>> {
    File::open(path).map(Some)
}

/// Returns `None`: the host cannot open a directory to set its bits and time.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn open_directory(_: &Path) -> io::Result<Option<File>> {
    Ok(None)
}

/// Gives the owner access to a directory, whatever its bits are.
///
/// # Errors
///
/// An error of the system.
#[cfg(unix)]
pub fn unlock(path: &Path) -> io::Result<()> {
    std::fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o700))
}

/// Does nothing: bits do not restrict access here.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn unlock(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Sets the permission bits.
///
/// # Errors
///
/// An error of the system.
#[cfg(unix)]
pub fn set_mode(file: &File, mode: u16) -> io::Result<()> {
    file.set_permissions(std::os::unix::fs::PermissionsExt::from_mode(mode.into()))
}

/// Does nothing: the host has no permission bits.
///
/// # Errors
///
/// None.
#[cfg(not(unix))]
pub fn set_mode(_: &File, _: u16) -> io::Result<()> {
    Ok(())
}

/// Sets the modification time, if the host can represent it.
pub fn set_time(file: &File, seconds: i64) {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let time = match seconds {
        0.. => SystemTime::UNIX_EPOCH.checked_add(distance),
        _ => SystemTime::UNIX_EPOCH.checked_sub(distance),
    };
    if let Some(time) = time {
        // A header may have a time that no filesystem supports; that is no reason to lose the
        // contents.
        let _ = file.set_times(FileTimes::new().set_modified(time));
    }
}
