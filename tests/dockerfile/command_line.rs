//! `layerscope fix` and `layerscope dockerfile` as they are run.

use std::path::Path;
use std::process::{Command, Output};

use super::situation::{MEGABYTE, Situation};
use crate::support::build::{dir, file, gone};

/// A directory with an image that a merge makes smaller, and its Dockerfile.
fn directory() -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    let situation = Situation::new()
        .run("make", [dir("opt"), file("opt/big", MEGABYTE)])
        .run("rm /opt/big", [gone("opt/big")]);
    std::fs::write(directory.path().join("image.tar"), situation.archive()).unwrap();
    std::fs::write(directory.path().join("Dockerfile"), "FROM base\nRUN make\nRUN rm /opt/big\n")
        .unwrap();
    directory
}

fn run(directory: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_layerscope"))
        .args(arguments)
        .current_dir(directory)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

#[test]
fn the_given_dockerfile_is_only_read() {
    let directory = directory();
    let (code, out, _) =
        run(directory.path(), &["fix", "image.tar", "--dockerfile", "./Dockerfile"]);
    assert_eq!(code, Some(0));
    assert!(
        out.contains("(1,048,576 bytes)") && out.contains("--- Dockerfile\n+++ Dockerfile\n"),
        "{out}"
    );
    let kept = std::fs::read_to_string(directory.path().join("Dockerfile")).unwrap();
    assert_eq!(kept, "FROM base\nRUN make\nRUN rm /opt/big\n");
    let absolute = |name: &str| directory.path().join(name).display().to_string();
    let (_, out, _) = run(
        Path::new("/"),
        &["fix", &absolute("image.tar"), "--dockerfile", &absolute("Dockerfile")],
    );
    assert!(out.contains("\n--- Dockerfile\n"), "patch takes no absolute names: {out}");
    assert!(
        out.contains(&format!(
            "save as fix.diff, then: git -C {0} apply -p0 < fix.diff, or patch -p0 -d {0} < fix.diff\n",
            directory.path().display()
        )),
        "{out}"
    );
}

#[cfg(unix)]
#[test]
fn the_diff_names_the_file_that_a_link_leads_to() {
    let directory = directory();
    let at = |name: &str| directory.path().join(name);
    std::fs::create_dir(at("docker")).unwrap();
    std::fs::rename(at("Dockerfile"), at("docker/app")).unwrap();
    std::os::unix::fs::symlink("docker/app", at("Dockerfile")).unwrap();
    let (code, out, _) = run(directory.path(), &["fix", "image.tar", "--dockerfile", "Dockerfile"]);
    assert_eq!(code, Some(0));
    assert!(out.contains("--- docker/app\n+++ docker/app\n"), "{out}");
}

#[test]
fn a_diff_is_taken_for_names_with_blanks_upward_paths_and_files_that_are_not_utf_8() {
    let directory = directory();
    let path = |name: &str| directory.path().join(name);
    let text = b"FROM base\n# caf\xe9\nRUN make\nRUN rm /opt/big\n";
    let expected = b"FROM base\n# caf\xe9\nRUN make \\\n    && rm /opt/big\n";
    std::fs::create_dir(path("sub")).unwrap();
    for (from, name) in [
        ("", "my Dockerfile"),
        ("", "./Dockerfile"),
        ("sub", "../Dockerfile"),
        ("", "sub/Dockerfile"),
        ("", "a\tb"),
        ("", " first"),
        ("", "last "),
        ("", "two\nlines"),
        ("", "-x"),
        ("", "\"x\""),
    ] {
        std::fs::write(path(from).join(name), text).unwrap();
        let image = path("image.tar").display().to_string();
        let output = Command::new(env!("CARGO_BIN_EXE_layerscope"))
            .args(["fix", &image, &format!("--dockerfile={name}")])
            .current_dir(path(from))
            .output()
            .unwrap();
        assert!(output.status.success(), "{name}");
        let first =
            String::from_utf8_lossy(&output.stdout).lines().next().unwrap_or_default().to_owned();
        let (_, command) = first
            .split_once(" apply -p0 < fix.diff, or ")
            .expect("the first line says how to apply it");
        std::fs::write(path(from).join("fix.diff"), &output.stdout).unwrap();
        let patch = format!("{command} -s");
        let patch = Command::new("sh").args(["-c", &patch]).current_dir(path(from)).status();
        assert!(patch.unwrap().success(), "{name}: {first}");
        assert_eq!(std::fs::read(path(from).join(name)).unwrap(), expected, "{name}");
    }
}

#[test]
fn the_rebuilt_dockerfile_is_the_one_that_the_diff_is_for() {
    let directory = directory();
    let (code, printed, _) = run(directory.path(), &["dockerfile", "image.tar"]);
    assert_eq!(code, Some(0));
    let (_, out, _) = run(directory.path(), &["fix", "image.tar"]);
    let hint = "# Dockerfile.rebuilt is rebuilt from the image's history; --write-rebuilt \
        Dockerfile.rebuilt writes it\n";
    assert!(out.contains(hint), "who applies the diff needs the file: {out}");
    let (code, out, _) = run(directory.path(), &["fix", "image.tar", "--write-rebuilt", "Rebuilt"]);
    assert!(code == Some(0) && out.contains("--- Rebuilt\n"), "{out}");
    assert!(!out.contains("rebuilt from the image's history"), "it is written now: {out}");
    assert_eq!(std::fs::read_to_string(directory.path().join("Rebuilt")).unwrap(), printed);
    let (code, _, error) =
        run(directory.path(), &["fix", "image.tar", "--write-rebuilt", "Dockerfile"]);
    assert!(
        code == Some(2) && error.contains("Dockerfile already exists"),
        "nothing is written over: {error}"
    );
}

#[test]
fn the_base_image_is_told_by_its_archive() {
    let directory = directory();
    let base = Situation::new().archive();
    std::fs::write(directory.path().join("base.tar"), base).unwrap();
    let (code, out, error) =
        run(directory.path(), &["dockerfile", "image.tar", "--base", "base.tar"]);
    assert!(code == Some(0) && out.contains("base image: layer 0"), "{out}{error}");
    let (code, out, error) = run(directory.path(), &["fix", "image.tar", "--base", "base.tar"]);
    assert!(code == Some(0) && out.contains("(1,048,576 bytes)"), "{out}{error}");
    let both = ["fix", "image.tar", "--base", "base.tar", "--dockerfile", "Dockerfile"];
    let (code, _, error) = run(directory.path(), &both);
    assert!(code == Some(2) && error.contains("cannot be used with"), "{error}");
}

#[test]
fn a_base_image_without_a_recorded_name_is_named_by_its_system() {
    let debian = "ID=debian\nVERSION_ID=\"12\"\n";
    let manual = || vec![dir("usr/share/man/man1"), file("usr/share/man/man1/sh.1.gz", 3)];
    let marks = ["etc/debian_version", "etc/alpine-release", "var/lib/dpkg/status.d/base"];
    for (mark, release, more, from) in [
        (marks[0], debian, manual(), "FROM debian:12\n"),
        (marks[0], debian, vec![], "FROM debian:12-slim\n"),
        (marks[1], "ID=alpine\nVERSION_ID=3.20.1\n", vec![], "FROM alpine:3.20.1\n"),
        // What is built from Debian's packages, and what says nothing of itself, is no such image.
        (marks[2], debian, vec![], "FROM scratch\nADD base.tar /\n"),
        (marks[0], "", manual(), "FROM scratch\nADD base.tar /\n"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let system = [file(mark, 5), file("etc/os-release", 0).holding(release), dir("bin")];
        let situation = Situation::on(system.into_iter().chain(more))
            .value("CMD [\"bash\"]")
            .run("make", [file("opt/big", MEGABYTE)])
            .run("rm /opt/big", [gone("opt/big")]);
        std::fs::write(directory.path().join("image.tar"), situation.archive()).unwrap();
        for command in ["dockerfile", "fix"] {
            let (code, out, error) = run(directory.path(), &[command, "image.tar"]);
            let of_file: String =
                out.lines().map(|line| format!("{}\n", line.trim_start_matches(' '))).collect();
            assert!(code == Some(0) && of_file.contains(from), "{from}: {out}{error}");
        }
    }
}

#[test]
fn nothing_to_fix_is_success_and_an_empty_diff_that_patch_takes() {
    let directory = directory();
    let write = |text: &str| std::fs::write(directory.path().join("Dockerfile"), text).unwrap();
    write("FROM base\nRUN other\nRUN make\n");
    let (code, out, error) =
        run(directory.path(), &["fix", "image.tar", "--dockerfile", "Dockerfile"]);
    assert!(code == Some(0) && error.starts_with("# nothing to fix"), "{error}");
    assert_eq!(out, "", "patch fails on a text without a diff, and takes an empty one");
    let tool = |program: &str, arguments: &[&str]| {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(directory.path()).stdin(std::process::Stdio::null());
        command.output().unwrap().status.success()
    };
    assert!(tool("patch", &["-p0"]) && tool("git", &["apply", "-p0", "--allow-empty"]));
    let (_, out, _) = run(
        directory.path(),
        &["fix", "image.tar", "--dockerfile", "Dockerfile", "--format", "json"],
    );
    assert!(out.contains("\"state\": \"unseen\""), "JSON has it all: {out}");
}

#[test]
fn a_dockerfile_of_another_image_is_an_error_that_names_the_instruction_and_gives_no_diff() {
    let directory = directory();
    let write = |text: &str| std::fs::write(directory.path().join("Dockerfile"), text).unwrap();
    for (text, told) in [
        ("FROM base\nRUN a\nRUN b\n", "line 2 (RUN a) is not in the history of the image"),
        (
            "FROM base\nRUN make\nRUN b\nRUN c\n",
            "line 3 (RUN b) is not in the history of the image, which has RUN rm /opt/big there",
        ),
        ("FROM base\nENV A=1\n", "line 2 (ENV A=1) is not in the history"),
    ] {
        write(text);
        for format in ["text", "json"] {
            let arguments = ["fix", "image.tar", "--dockerfile", "Dockerfile", "--format", format];
            let (code, out, error) = run(directory.path(), &arguments);
            assert_eq!((code, out.as_str()), (Some(2), ""), "{text}");
            let start = format!("error: Dockerfile is not the Dockerfile of built:latest: {told}");
            assert!(error.starts_with(&start), "{error}");
        }
    }
}

#[test]
fn no_dockerfile_is_an_error_with_its_line() {
    let directory = directory();
    let write = |text: &str| std::fs::write(directory.path().join("Dockerfile"), text).unwrap();
    write("FROM base\nRUN <<EOF\nmake\n");
    let (code, out, error) =
        run(directory.path(), &["fix", "image.tar", "--dockerfile", "Dockerfile"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_eq!(error, "error: Dockerfile: line 2: the here-document EOF has no end\n");
}

#[test]
fn the_ignore_file_is_that_of_the_context() {
    let directory = tempfile::tempdir().unwrap();
    let path = |name: &str| directory.path().join(name);
    let situation = Situation::new()
        .buildkit()
        .copy(".", "/app", [dir("app"), dir("app/.git"), file("app/.git/p", MEGABYTE)])
        .copy("start.sh", "/start.sh", [file("start.sh", 10)]);
    std::fs::write(path("image.tar"), situation.archive()).unwrap();
    std::fs::create_dir(path("docker")).unwrap();
    std::fs::write(path("docker/Dockerfile"), "FROM base\nCOPY . /app\nCOPY start.sh /start.sh\n")
        .unwrap();
    let changed = || {
        let (code, out, _) =
            run(directory.path(), &["fix", "image.tar", "--dockerfile", "docker/Dockerfile"]);
        assert_eq!(code, Some(0));
        out.lines().find_map(|line| line.strip_prefix("+++ ")).unwrap().to_owned()
    };
    assert_eq!(
        changed(),
        "docker/.dockerignore",
        "beside the Dockerfile, if nothing tells of another place"
    );
    std::fs::write(path("start.sh"), "").unwrap();
    assert_eq!(changed(), ".dockerignore", "what it copies is here");
    std::fs::write(path("docker/.dockerignore"), "x\n").unwrap();
    assert_eq!(changed(), "docker/.dockerignore", "there is one");
    std::fs::rename(path("docker/.dockerignore"), path("docker/Dockerfile.dockerignore")).unwrap();
    assert_eq!(changed(), "docker/Dockerfile.dockerignore", "it has one of its own");
    std::fs::remove_file(path("docker/Dockerfile.dockerignore")).unwrap();
    std::fs::remove_file(path("start.sh")).unwrap();
    std::fs::write(path(".dockerignore"), "x\n").unwrap();
    assert_eq!(changed(), ".dockerignore", "there is one here");
}

#[test]
fn a_line_that_is_newer_than_the_image_asks_for_a_new_build() {
    let directory = directory();
    let dockerfile = directory.path().join("Dockerfile");
    for (text, told) in [
        (
            "FROM base\nRUN make && make -k\nRUN rm /opt/big\n",
            "line 2 (RUN) is not in the image's history, so it stays as it is; if it is newer than \
             the image, build it again, and run fix on the new one",
        ),
        (
            "FROM base\nENV A=1\nRUN make\nRUN rm /opt/big\nEXPOSE 80\n",
            "line 2 (ENV) and line 5 (EXPOSE) are not in the image's history, so they stay as they \
             are; if they are newer than the image, build it again, and run fix on the new one",
        ),
    ] {
        std::fs::write(&dockerfile, text).unwrap();
        let (code, out, said) =
            run(directory.path(), &["fix", "image.tar", "--dockerfile", "Dockerfile"]);
        assert_eq!(code, Some(0), "{said}");
        let words = format!("{out}{said}").replace("\n#", " ");
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(told), "{out}{said}");
    }
}
