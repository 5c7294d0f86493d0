//! `git apply`, which takes what `patch` takes. Where git is not installed, the test says so and
//! holds nothing.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use super::situation::{MEGABYTE, Situation};
use crate::support::build::{dir, file, gone};

const TEXT: &[u8] = b"FROM base\n# caf\xe9\nRUN make\nRUN rm /opt/big\n";
const EXPECTED: &[u8] = b"FROM base\n# caf\xe9\nRUN make \\\n    && rm /opt/big\n";

/// Has git apply a diff below a directory; no repository is around it.
fn applies(directory: &Path, diff: &[u8]) -> bool {
    let mut git = Command::new("git")
        .args(["apply", "-p0"])
        .current_dir(directory)
        .env("GIT_CEILING_DIRECTORIES", "/")
        .env("GIT_DIR", "/nonexistent")
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    git.stdin.take().unwrap().write_all(diff).unwrap();
    git.wait().unwrap().success()
}

#[test]
fn git_takes_the_diff_for_names_with_blanks_and_for_absolute_and_upward_paths() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: git is not installed");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let situation = Situation::new()
        .run("make", [dir("opt"), file("opt/big", MEGABYTE)])
        .run("rm /opt/big", [gone("opt/big")]);
    std::fs::write(path("image.tar"), situation.archive()).unwrap();
    std::fs::create_dir(path("sub")).unwrap();
    std::fs::create_dir(path("a b")).unwrap();
    let absolute = path("sub/Dockerfile").display().to_string();
    for (from, name) in [
        ("", "Dockerfile"),
        ("", "my Dockerfile"),
        ("", "./Dockerfile"),
        ("", "sub/Dockerfile"),
        ("", "a b/my Dockerfile"),
        ("sub", "../Dockerfile"),
        ("sub", "../my Dockerfile"),
        ("", absolute.as_str()),
    ] {
        let there = path(from).join(name);
        std::fs::write(&there, TEXT).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_layerscope"))
            .args(["fix", path("image.tar").to_str().unwrap(), "--dockerfile", name])
            .current_dir(path(from))
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}");
        let text = String::from_utf8_lossy(&output.stdout);
        let first = text.lines().next().unwrap_or_default();
        let (_, command) = first
            .split_once("apply -p0 < fix.diff, or patch -p0")
            .expect("the first line says how to apply it");
        let base = command
            .trim_end_matches(" < fix.diff")
            .strip_prefix(" -d ")
            .map_or(path(from), |base| path(from).join(base.trim_matches('\'')));
        assert!(applies(&base, &output.stdout), "{name}: {first}");
        assert_eq!(std::fs::read(&there).unwrap(), EXPECTED, "{name}");
    }
}

#[test]
fn git_changes_the_dockerfile_in_a_folder_and_not_the_one_above_it() {
    if Command::new("git").arg("--version").output().is_err() {
        eprintln!("skipped: git is not installed");
        return;
    }
    for tool in [&["git", "apply", "-p0"][..], &["patch", "-p0", "-s"]] {
        let directory = tempfile::tempdir().unwrap();
        let path = |name: &str| directory.path().join(name);
        let init = Command::new("git").args(["init", "-q"]).current_dir(directory.path()).status();
        assert!(init.unwrap().success());
        let situation = Situation::new()
            .run("make", [dir("opt"), file("opt/big", MEGABYTE)])
            .run("rm /opt/big", [gone("opt/big")]);
        std::fs::write(path("image.tar"), situation.archive()).unwrap();
        std::fs::create_dir(path("sub")).unwrap();
        for name in ["Dockerfile", "sub/Dockerfile"] {
            std::fs::write(path(name), TEXT).unwrap();
        }
        let output = Command::new(env!("CARGO_BIN_EXE_layerscope"))
            .args(["fix", "image.tar", "--dockerfile", "sub/Dockerfile"])
            .current_dir(directory.path())
            .output()
            .unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        let first = text.lines().next().unwrap_or_default();
        assert!(first.ends_with("git apply -p0 < fix.diff, or patch -p0 < fix.diff"), "{first}");
        let mut applied = Command::new(tool[0])
            .args(&tool[1..])
            .current_dir(directory.path())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        applied.stdin.take().unwrap().write_all(&output.stdout).unwrap();
        assert!(applied.wait().unwrap().success(), "{tool:?}");
        assert_eq!(std::fs::read(path("sub/Dockerfile")).unwrap(), EXPECTED, "{tool:?}");
        assert_eq!(std::fs::read(path("Dockerfile")).unwrap(), TEXT, "{tool:?}");
    }
}
