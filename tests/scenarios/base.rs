//! The base: Debian's smallest system, set up for containers as the official images are.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::command::run;

/// The files that the official images have beside debootstrap's own.
const CONTAINER: [(&str, &str); 3] = [
    ("etc/apt/sources.list", include_str!("base/sources.list")),
    ("etc/apt/apt.conf.d/docker-clean", include_str!("base/docker-clean")),
    ("etc/apt/apt.conf.d/docker-gzip-indexes", include_str!("base/docker-gzip-indexes")),
];

/// Directories whose files debootstrap leaves and nobody needs.
const LEFT: [&str; 3] = ["var/cache/apt/archives", "var/cache/apt", "var/lib/apt/lists"];

/// The tar of the base's filesystem below `directory`, made where it is missing.
pub fn tar(directory: &Path) -> PathBuf {
    let tar = directory.join("base.tar");
    if tar.is_file() {
        return tar;
    }
    let root = directory.join("base");
    let _ = fs::remove_dir_all(&root);
    let mirror = "http://deb.debian.org/debian";
    run(Command::new("debootstrap").args(["--variant=minbase", "bookworm"]).arg(&root).arg(mirror));
    for directory in LEFT {
        let files = fs::read_dir(root.join(directory)).unwrap().map(Result::unwrap);
        for file in
            files.filter(|file| file.file_type().unwrap().is_file() && file.file_name() != "lock")
        {
            fs::remove_file(file.path()).unwrap();
        }
    }
    fs::remove_file(root.join("var/log/bootstrap.log")).unwrap();
    for (path, text) in CONTAINER {
        fs::write(root.join(path), text).unwrap();
    }
    let unfinished = directory.join("base.unfinished");
    run(Command::new("tar")
        .args(["--numeric-owner", "--xattrs", "-C"])
        .arg(&root)
        .arg("-cf")
        .arg(&unfinished)
        .arg("."));
    fs::rename(unfinished, &tar).unwrap();
    fs::remove_dir_all(root).unwrap();
    tar
}
