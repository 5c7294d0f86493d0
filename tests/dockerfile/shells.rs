//! What two `RUN`s do one after the other, their merged `RUN` does as well: run by real shells.

use std::process::{Command, Output};

use layerscope::advice::dockerfile::Dockerfile;
use layerscope::advice::dockerfile::parse::Keyword;

use super::situation::{MEGABYTE, Situation};
use crate::support::build::{dir, file, gone};

/// Commands that fail, go on, stop, and change what later ones see.
const COMMANDS: [&str; 16] = [
    "echo a",
    "false",
    "echo b; false; echo c",
    "true || false; echo d",
    "set -e; false; echo e",
    "set -e; echo f; cd / ; true",
    "cd /usr && pwd",
    "pwd; X=1; export X; echo $X",
    "echo ${X:-none}; umask",
    "exit 0; echo g",
    "(exit 3) || echo h",
    "if false; then echo i; fi",
    "umask 077; echo j;",
    "false && echo k",
    "set -eu; echo l | cat; false | true",
    "! true; echo m",
];

fn run(shell: &[&str], command: &str) -> Output {
    Command::new(shell[0]).args(&shell[1..]).arg(command).current_dir("/").env_remove("X").output().unwrap()
}

/// Output of the commands that run, and whether all went well.
fn outcome(shell: &[&str], commands: &[&str]) -> (String, bool) {
    let mut out = String::new();
    for command in commands {
        let output = run(shell, command);
        out.push_str(&String::from_utf8(output.stdout).unwrap());
        if !output.status.success() {
            return (out, false);
        }
    }
    (out, true)
}

#[test]
fn merged_commands_say_and_end_as_they_did_apart() {
    let mut merged = 0;
    for shell in [&["/bin/sh", "-c"][..], &["/bin/bash", "-c"], &["/bin/bash", "-ec"]] {
        if Command::new(shell[0]).args(["-c", "true"]).output().is_err() {
            println!("skipped: there is no {}", shell[0]);
            continue;
        }
        let head = format!("SHELL {}\n", serde_json::to_string(shell).unwrap());
        for (at, first) in COMMANDS.iter().enumerate() {
            // Each shell gets other pairs, so that all are tried by one of them.
            for second in COMMANDS.iter().skip(at % 3).step_by(3) {
                let made = [dir("opt"), file("opt/big", MEGABYTE)];
                let situation = Situation::new().run(first, made).run(second, [gone("opt/big")]);
                let fixed = situation.planned(&format!("FROM base\n{head}RUN {first}\nRUN {second}\n"));
                let file = Dockerfile::parse(fixed.dockerfile()).unwrap();
                let runs: Vec<_> = file.instructions.iter().filter(|run| run.keyword == Keyword::Run).collect();
                if let [run] = &*runs {
                    merged += 1;
                    let (apart, together) = (outcome(shell, &[first, second]), outcome(shell, &[&run.arguments]));
                    assert_eq!(apart, together, "{shell:?}\n{}", fixed.dockerfile());
                }
            }
        }
    }
    assert!(merged > 100, "only {merged} were merged");
}
