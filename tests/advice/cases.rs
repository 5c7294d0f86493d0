//! Builds each case, applies what `fix` proposes, builds it again, and holds size and behaviour
//! against the prediction.

use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::bases::provide;
use super::table::{Row, write};
use crate::scenarios::command::run;
use crate::scenarios::engine::Engine;
use crate::support::{account, inspect};

/// Where a case downloads something from.
const SERVER: &str = "127.0.0.1:8099";

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/advice/cases")
}

/// The names of the cases, in order.
pub fn names() -> Vec<String> {
    let entries = fs::read_dir(cases())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = entries.collect();
    names.sort();
    names
}

/// A case while it is built.
struct Case<'a> {
    name: &'a str,
    source: PathBuf,
    directory: PathBuf,
    engine: &'a Engine,
}

impl Case<'_> {
    /// Makes the context of the original.
    fn context(&self) -> PathBuf {
        let context = self.directory.join("original");
        let _ = fs::remove_dir_all(&self.directory);
        fs::create_dir_all(&self.directory).unwrap();
        run(Command::new("cp").arg("-a").arg(&self.source).arg(&context));
        let prepare = self.source.join("prepare.sh");
        for script in ["test.sh", "prepare.sh"] {
            let _ = fs::remove_file(context.join(script));
        }
        if prepare.is_file() {
            run(Command::new("sh").arg(prepare).current_dir(&context));
        }
        context
    }

    /// Builds a context, claims that the image works, and returns its archive.
    fn build(&self, tag: &str, dockerfile: &Path, context: &Path) -> PathBuf {
        let tag = format!("layerscope-advice/{}:{tag}", self.name);
        self.engine.build(&tag, dockerfile, context);
        run(Command::new("sh").arg(self.source.join("test.sh")).arg(&tag));
        let archive =
            self.directory.join(format!("{}.tar", tag.rsplit(':').next().unwrap_or_default()));
        self.engine.save(&tag, &archive);
        archive
    }

    fn size(archive: &Path) -> u64 {
        let account = account(&inspect(archive, None).unwrap());
        account["totals"]["size_bytes"].as_u64().unwrap()
    }

    /// What the case is about: the first line of its test.
    fn about(&self, more: &str) -> String {
        let text = fs::read_to_string(self.source.join("test.sh")).unwrap();
        let about = text.lines().next().unwrap_or_default().trim_start_matches("# ");
        if more.is_empty() {
            format!("{}: {about}", self.name)
        } else {
            format!("{}, {more}", self.name)
        }
    }

    /// Builds it as it is and as `fix` changes it; returns what is to say in the manual.
    fn rows(&self) -> Vec<Row> {
        let context = self.context();
        let archive = self.build("original", &context.join("Dockerfile"), &context);
        let before = Self::size(&archive);
        let fix = |more: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
            command
                .arg("fix")
                .arg(&archive)
                .args(["--dockerfile", "Dockerfile"])
                .args(more)
                .current_dir(&context);
            run(&mut command)
        };
        let told: Value = serde_json::from_str(&fix(&["--format", "json"])).unwrap();
        let diff = fix(&[]);
        fs::write(self.directory.join("diff"), &diff).unwrap();
        let changed = self.directory.join("changed");
        run(Command::new("cp").arg("-a").arg(&context).arg(&changed));
        let mut patch = Command::new("patch");
        let mut patch =
            patch.args(["-s", "-p0"]).current_dir(&changed).stdin(Stdio::piped()).spawn().unwrap();
        // Without changes the diff is empty, and patch takes that.
        let end = if diff.is_empty() { "" } else { "\n" };
        patch.stdin.take().unwrap().write_all(format!("{diff}{end}").as_bytes()).unwrap();
        assert!(patch.wait().unwrap().success(), "{}: patch takes the diff", self.name);
        let (skeletons, changes): (Vec<_>, Vec<_>) = told["changes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|change| change["name"].as_str().unwrap().to_owned())
            .partition(|name| name.ends_with(".multi-stage"));
        // It is no part of the context that was predicted.
        let skeletons: Vec<_> =
            skeletons.iter().map(|name| self.moved(&changed.join(name), name)).collect();
        let mut rows = Vec::new();
        let row = |about: String, told: &Value, built| Row {
            case: about,
            before,
            predicted: told["size_bytes"].as_u64().unwrap(),
            grade: told["grade"].as_str().unwrap().into(),
            built,
        };
        if !changes.is_empty() {
            let archive = self.build("changed", &changed.join("Dockerfile"), &changed);
            rows.push(row(self.about(""), &told["after"], Self::size(&archive)));
        }
        for skeleton in skeletons {
            let proposed = told["suggestions"].as_array().unwrap().iter();
            let mut proposed =
                proposed.filter(|one| one["kind"] == "stages" && one["state"] == "proposed");
            let archive = self.build("skeleton", &skeleton, &changed);
            rows.push(row(
                self.about("in two stages"),
                proposed.next().unwrap(),
                Self::size(&archive),
            ));
        }
        let _ = fs::remove_dir_all(&self.directory);
        rows
    }

    fn moved(&self, from: &Path, name: &str) -> PathBuf {
        let to = self.directory.join(name);
        fs::rename(from, &to).unwrap();
        to
    }
}

/// Serves a text for a case that downloads one.
fn serve() {
    let Ok(listener) = TcpListener::bind(SERVER) else { return };
    std::thread::spawn(move || {
        for mut connection in listener.incoming().flatten() {
            let mut request = [0; 4096];
            let _ = std::io::Read::read(&mut connection, &mut request);
            let _ = connection.write_all(b"HTTP/1.0 200 OK\r\nContent-Length: 3\r\n\r\n{}\n");
        }
    });
}

#[test]
fn what_is_changed_builds_and_works_and_has_the_size_that_was_predicted() {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("advice");
    let Some(engine) =
        Engine::wanted(&directory).filter(|engine| matches!(engine, Engine::Docker(_)))
    else {
        eprintln!("skipped: LAYERSCOPE_ENGINE does not name Docker");
        return;
    };
    fs::create_dir_all(&directory).unwrap();
    serve();
    let only = std::env::var("LAYERSCOPE_CASE").unwrap_or_default();
    let mut rows = Vec::new();
    for name in names().iter().filter(|name| name.contains(&only)) {
        let case = Case {
            name,
            source: cases().join(name),
            directory: directory.join(name),
            engine: &engine,
        };
        let dockerfile = fs::read_to_string(case.source.join("Dockerfile")).unwrap();
        if !provide(&engine, &dockerfile, &directory) {
            eprintln!("skipped: {name}, whose base image cannot be made here");
            continue;
        }
        let new = case.rows();
        if new.is_empty() {
            eprintln!("{name}: nothing changes");
        }
        for row in &new {
            eprintln!("{}", row.text());
        }
        rows.extend(new);
    }
    if std::env::var_os("LAYERSCOPE_UPDATE").is_some() {
        write(&rows);
    }
    for row in &rows {
        row.holds();
    }
}
