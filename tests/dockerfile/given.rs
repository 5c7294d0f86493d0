//! A given Dockerfile beside what is there: a second file, an ignore file, a file of an earlier
//! build, and standard input.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use super::situation::Situation;
use crate::executables::tiny::executable;
use crate::support::build::{dir, file};

/// A directory with the image of a Go program, and its Dockerfile.
fn directory(situation: &Situation, dockerfile: &str) -> tempfile::TempDir {
    let directory = tempfile::tempdir().unwrap();
    fs::write(directory.path().join("image.tar"), situation.archive()).unwrap();
    fs::write(directory.path().join("Dockerfile"), dockerfile).unwrap();
    directory
}

fn fix(directory: &Path, dockerfile: &str, input: &str) -> (Option<i32>, String, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_layerscope"))
        .args(["fix", "image.tar", "--dockerfile", dockerfile])
        .current_dir(directory)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (status.code(), text(stdout), text(stderr))
}

/// A Go program in an image that has its compiler.
fn go() -> Situation {
    let go = [file("usr/lib/go/bin/go", 3_000_000).mode(0o755), file("usr/lib/go/VERSION", 10)];
    Situation::new()
        .run("base", [file("etc/base", 10)])
        .run("apk add go", go)
        .copy(".", "/src", [dir("src"), file("src/main.go", 100)])
        .run("go build -o /app .", [file("app", 0).holding(executable().build()).mode(0o755)])
        .value("CMD [\"/app\"]")
        .config(serde_json::json!({ "Cmd": ["/app"] }))
}

const OF_GO: &str =
    "FROM base\nRUN apk add go\nCOPY . /src\nRUN go build -o /app .\nCMD [\"/app\"]\n";

#[test]
fn a_second_file_is_kept_out_of_the_image_and_stays_where_it_is() {
    let directory = directory(&go(), OF_GO);
    let path = |name: &str| directory.path().join(name);
    let (code, out, problem) = fix(directory.path(), "Dockerfile", "");
    assert_eq!(code, Some(0), "{problem}");
    let ignored = "+++ .dockerignore\n@@ -0,0 +1 @@\n+Dockerfile.multi-stage\n";
    assert!(out.contains(ignored), "{out}");
    let (_, second) = out.split_once("+++ Dockerfile.multi-stage\n").unwrap();
    let lines = second.lines().skip(1).map(|line| line.strip_prefix('+').unwrap());
    let draft: String = lines.map(|line| format!("{line}\n")).collect();
    // Both are there: nothing is made anew, and one's own changes are not lost.
    fs::write(path(".dockerignore"), "Dockerfile.multi-stage\n").unwrap();
    fs::write(path("Dockerfile.multi-stage"), &draft).unwrap();
    let (_, out, problem) = fix(directory.path(), "Dockerfile", "");
    let told = (out + &problem).replace("\n#  ", "");
    assert!(told.contains("Dockerfile.multi-stage (it is there already) is a draft"), "{told}");
    assert!(!told.contains("+++ "), "{told}");
    fs::write(path("Dockerfile.multi-stage"), draft + "# mine\n").unwrap();
    let (_, out, problem) = fix(directory.path(), "Dockerfile", "");
    let told = (out + &problem).replace("\n#  ", "");
    assert!(told.contains("is there and stays as it is: move it away to get the draft"), "{told}");
    assert!(!told.contains("+++ "), "{told}");
}

#[test]
fn a_file_that_is_only_the_beginning_of_the_history_is_not_taken_for_the_whole() {
    let situation = go().run("make", [file("opt/a", 200_000)]).run("rm /opt/b", []);
    let directory = directory(&situation, "FROM base\nRUN apk add go\n");
    let (code, out, problem) = fix(directory.path(), "Dockerfile", "");
    let told = (out + &problem).replace("\n#  ", "");
    assert_eq!(code, Some(0));
    let lacking = "the image has instructions that Dockerfile lacks: `COPY dir:00bb in /src` (layer 3), \
                   `RUN go build -o /app .` (layer 4), `RUN make` (layer 5) and 1 more; is it the Dockerfile of this image?";
    assert!(told.contains(lacking), "{told}");
    assert!(!told.contains("multi-stage is a draft"), "{told}");
    // The whole file says nothing of the kind.
    let whole = format!("{}RUN make\nRUN rm /opt/b\n", OF_GO.replace("CMD [\"/app\"]\n", ""));
    let (_, out, problem) = fix(directory.path(), "-", &whole);
    assert!(!(out + &problem).contains("lacks"));
}

#[test]
fn a_dockerfile_may_come_from_standard_input_if_the_image_does_not() {
    let directory = directory(&go(), "");
    let (code, out, problem) = fix(directory.path(), "-", OF_GO);
    assert_eq!(code, Some(0), "{problem}");
    assert!(out.contains("+++ Dockerfile.multi-stage\n"), "{out}");
    let (code, _, problem) = fix(directory.path(), "-", "FROM base\nRUN <<EOF\nmake\n");
    assert_eq!(code, Some(2));
    assert!(problem.contains("error: standard input: line 2"), "{problem}");
    let both = Command::new(env!("CARGO_BIN_EXE_layerscope"))
        .args(["fix", "-", "--dockerfile", "-"])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let problem = String::from_utf8(both.stderr).unwrap();
    assert_eq!(both.status.code(), Some(2));
    assert!(problem.contains("only be one of both") && problem.contains("hint: "), "{problem}");
}
