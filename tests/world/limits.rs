//! Limits of the system: without threads the work is done by one, and a report of a deep tree needs
//! little memory.

use std::fs;
use std::io::Read;
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use super::{PROGRAM, image, layerscope, text};
use crate::support::build::{Image, dir, file, layer, tar};

/// Runs the program as a user who may have so many processes and threads; `None` where that cannot
/// be arranged.
fn with_threads(
    limit: u32,
    directory: &std::path::Path,
    arguments: &[&str],
) -> Option<std::process::Output> {
    // The limit does not hold for root, so that the program is somebody else, who may not see where
    // it lies.
    let user = 64_001 + std::process::id() % 1000;
    let program = directory.join("layerscope");
    if !program.exists() {
        fs::copy(PROGRAM, &program).unwrap();
        fs::set_permissions(directory, fs::Permissions::from_mode(0o777)).unwrap();
    }
    let mut command = Command::new("setpriv");
    let (user, limit) = (user.to_string(), format!("--nproc={limit}"));
    command
        .args(["--reuid", &user, "--regid", &user, "--clear-groups", "prlimit", &limit])
        .arg(program);
    command.args(arguments).stdin(Stdio::null()).env("LAYERSCOPE_CONFIG", "/dev/null");
    let output = command.output().ok()?;
    (!text(&output.stderr).contains("setpriv: ")).then_some(output)
}

#[test]
fn where_no_thread_can_be_made_the_work_is_done_all_the_same() {
    let directory = tempfile::tempdir().unwrap();
    let image = image(directory.path());
    let image = image.to_str().unwrap();
    let to = directory.path().join("to");
    for arguments in [
        &["report", image][..],
        &["report", "--format", "json", image],
        &["ladder", "--measure", image],
        &["fix", image],
        &["compare", "--format", "text", image, image],
        &["cat", image, "/etc/one"],
        &["learn", "1", "--format", "markdown"],
    ] {
        let usual = layerscope(arguments).output().unwrap();
        for limit in [1, 2, 3] {
            let Some(alone) = with_threads(limit, directory.path(), arguments) else {
                return eprintln!("skipped: only root can become somebody else");
            };
            assert!(
                alone.status.success(),
                "{arguments:?}, {limit}: {:?} {}",
                alone.status,
                text(&alone.stderr)
            );
            assert_eq!(text(&alone.stdout), text(&usual.stdout), "{arguments:?}, {limit}");
        }
    }
    let extraction = ["extract", image, "/", "--to", to.to_str().unwrap()];
    let output = with_threads(1, directory.path(), &extraction).unwrap();
    assert!(output.status.success(), "{}", text(&output.stderr));
}

/// An image with one file below so many directories, the path of each of which is as long as all
/// above it.
fn deep(depth: usize) -> Vec<u8> {
    let path = vec!["d"; depth].join("/") + "/file";
    tar(Image::of([layer([file(&path, 10)]), layer([dir("etc"), file("etc/x", 5)])]).docker())
}

/// The most memory that the program had in use while its output was read, in bytes, with the length
/// of the output.
#[cfg(target_os = "linux")]
fn memory(arguments: &[&str]) -> (usize, usize) {
    let mut child = layerscope(arguments).stdout(Stdio::piped()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut out = child.stdout.take().unwrap();
    let (mut most, mut length, mut buffer) = (0, 0, vec![0; 1 << 16]);
    while let n @ 1.. = out.read(&mut buffer).unwrap() {
        length += n;
        let status = fs::read_to_string(&status).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes =
            line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok());
        most = most.max(kilobytes.unwrap_or(0) << 10);
    }
    assert!(child.wait().unwrap().success());
    (most, length)
}

#[cfg(target_os = "linux")]
#[test]
fn the_paths_of_a_deep_tree_are_written_without_being_held() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("deep.tar");
    fs::write(&path, deep(8000)).unwrap();
    let other = image(directory.path());
    let (path, other) = (path.to_str().unwrap(), other.to_str().unwrap());
    for arguments in [
        &["report", "--tree", "--format", "json", path][..],
        &["compare", "--format", "json", path, other],
    ] {
        let (most, length) = memory(arguments);
        assert!(length > 60_000_000, "{arguments:?} wrote {length} bytes");
        assert!(most > 0 && most < 50_000_000, "{arguments:?} took {most} bytes for {length}");
    }
}
