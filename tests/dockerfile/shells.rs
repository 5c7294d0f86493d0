//! Equality of `RUN`s one after the other and their merged `RUN`, in real shells: output, exit
//! code, and files.
//!
//! dash and bash are everywhere; busybox is tried where it is installed, and has to be there if
//! `LAYERSCOPE_TOOLS` names it.

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use layerscope::advice::dockerfile::Dockerfile;
use layerscope::advice::dockerfile::parse::Keyword;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::situation::{MEGABYTE, Situation};
use crate::support::build::{dir, file, gone};

/// Shells with the words that `SHELL` has of them.
const SHELLS: [&[&str]; 6] = [
    &["/bin/dash", "-c"],
    &["/bin/bash", "-c"],
    &["/bin/busybox", "sh", "-c"],
    &["/bin/dash", "-ec"],
    &["/bin/bash", "-euo", "pipefail", "-c"],
    &["/bin/busybox", "sh", "-ec"],
];

/// Simple commands: those that fail, those that write, and those that show what is there.
const SIMPLE: [&str; 18] = [
    "echo a",
    "false",
    "true",
    "test -e f",
    "touch f",
    "rm f 2>/dev/null",
    "printf x >> g",
    "mkdir d 2>/dev/null",
    "cat g 2>/dev/null",
    "echo ${X:-none}",
    "umask",
    "basename \"$PWD\"",
    "! true",
    "exit 0",
    "exit 3",
    "ls",
    "echo 'q; && x'",
    "echo \"$(false; echo s)\"",
];

/// Commands that change what later ones of the same shell see.
const STATE: [&str; 12] = [
    "set -e",
    "set -eu",
    "set +e",
    "mkdir -p d && cd d",
    "X=1",
    "export X=2",
    "umask 077",
    "trap 'echo bye' EXIT",
    "readonly R=1",
    "exec 3>&1",
    "alias ll=ls",
    "set -o errexit",
];

/// A command of one `RUN`.
fn command() -> impl Strategy<Value = String> {
    let simple = prop_oneof![4 => proptest::sample::select(&SIMPLE[..]), 1 => proptest::sample::select(&STATE[..])];
    let shaped = (simple.clone(), simple, 0..9_u8).prop_map(|(one, other, shape)| match shape {
        0 => format!("({one}; {other})"),
        1 => format!("{{ {one}; {other}; }}"),
        2 => format!("if {one}; then {other}; fi"),
        3 => format!("for i in 1 2; do {one}; done"),
        4 => format!("{one} | cat"),
        5 => format!("{one} || {other}"),
        _ => one.to_owned(),
    });
    let operators = proptest::sample::select(&["; ", " && ", " || ", "; "][..]);
    let parts = proptest::collection::vec((operators, shaped), 1..4);
    (
        parts,
        proptest::sample::select(
            &["", "", "set -e; ", "set -eux; ", "set -o pipefail 2>/dev/null; "][..],
        ),
    )
        .prop_map(|(parts, head)| {
            let tail = parts.iter().enumerate().map(|(at, (operator, part))| match at {
                0 => part.clone(),
                _ => format!("{operator}{part}"),
            });
            format!("{head}{}", tail.collect::<String>())
        })
}

/// Output, exit code, and all files with mode and contents.
type Outcome = (String, Option<i32>, BTreeMap<String, (u32, Vec<u8>)>);

/// Runs commands one after the other in an empty directory, up to the first that fails.
fn outcome(shell: &[&str], commands: &[&str]) -> Outcome {
    let directory = tempfile::tempdir().unwrap();
    let place = directory.path().join("place");
    std::fs::create_dir(&place).unwrap();
    let (mut out, mut code) = (String::new(), Some(0));
    for command in commands {
        let run = Command::new(shell[0])
            .args(&shell[1..])
            .arg(command)
            .current_dir(&place)
            .env_remove("X")
            .output();
        let output = run.unwrap();
        out.push_str(&String::from_utf8_lossy(&output.stdout));
        code = output.status.code();
        if code != Some(0) {
            break;
        }
    }
    let mut files = BTreeMap::new();
    gather(&place, &place, &mut files);
    (out, code, files)
}

fn gather(top: &Path, directory: &Path, files: &mut BTreeMap<String, (u32, Vec<u8>)>) {
    for entry in std::fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let (path, kind) = (entry.path(), entry.metadata().unwrap());
        let contents = if kind.is_dir() { Vec::new() } else { std::fs::read(&path).unwrap() };
        let name = path.strip_prefix(top).unwrap().display().to_string();
        files.insert(name, (kind.permissions().mode(), contents));
        if kind.is_dir() {
            gather(top, &path, files);
        }
    }
}

/// The one command that `fix` makes of several, if it does.
fn merged(shell: &[&str], commands: &[String]) -> Option<String> {
    let head = format!("SHELL {}\n", serde_json::to_string(shell).unwrap());
    let last = commands.len() - 1;
    let situation =
        commands.iter().enumerate().fold(Situation::new(), |situation, (at, command)| match at {
            0 => situation.run(command, [dir("opt"), file("opt/big", 2 * MEGABYTE)]),
            at if at == last => situation.run(command, [gone("opt/big")]),
            _ => situation.run(command, [file(format!("var/{at}"), 1)]),
        });
    let runs: String = commands.iter().map(|command| format!("RUN {command}\n")).collect();
    let fixed = situation.planned(&format!("FROM base\n{head}{runs}"));
    let file = Dockerfile::parse(fixed.dockerfile()).unwrap();
    let runs: Vec<_> = file.instructions.iter().filter(|run| run.keyword == Keyword::Run).collect();
    match &*runs {
        [run] => Some(run.arguments.clone()),
        _ => None,
    }
}

/// The shells that are installed.
fn installed() -> Vec<&'static [&'static str]> {
    let required = std::env::var("LAYERSCOPE_TOOLS")
        .is_ok_and(|tools| tools.split([',', ' ']).any(|t| t == "busybox"));
    let is_there = |shell: &&&[&str]| {
        let is_there = Command::new(shell[0]).args(&shell[1..]).arg("true").output().is_ok();
        assert!(
            is_there || !required,
            "{} is not installed, but LAYERSCOPE_TOOLS asks for it",
            shell[0]
        );
        if !is_there {
            println!("skipped: there is no {}", shell[0]);
        }
        is_there
    };
    SHELLS.iter().filter(is_there).copied().collect()
}

#[test]
fn merged_commands_say_leave_and_end_as_they_did_apart() {
    let shells = installed();
    assert!(shells.len() >= 4, "dash and bash are everywhere");
    let (tried, joined) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let config = Config { failure_persistence: None, ..Config::default() };
    // `PROPTEST_CASES` tries more.
    let cases = if std::env::var_os("PROPTEST_CASES").is_some() { config.cases } else { 160 };
    let mut runner = TestRunner::new(Config { cases, ..config });
    let several = proptest::collection::vec(command(), 2..4);
    let chosen = (several, 0..shells.len());
    runner
        .run(&chosen, |(commands, shell)| {
            let shell = shells[shell];
            tried.set(tried.get() + 1);
            let Some(one) = merged(shell, &commands) else { return Ok(()) };
            joined.set(joined.get() + 1);
            let apart: Vec<_> = commands.iter().map(String::as_str).collect();
            prop_assert_eq!(
                outcome(shell, &apart),
                outcome(shell, &[&one]),
                "{:?}\n{:#?}\n{}",
                shell,
                commands,
                one
            );
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"));
    assert!(joined.get() * 2 > tried.get(), "only {} of {} were merged", joined.get(), tried.get());
}
