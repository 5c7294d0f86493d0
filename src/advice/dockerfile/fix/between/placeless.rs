//! Commands whose effect does not depend on the directory that they run in.

use crate::advice::dockerfile::parse::Instruction;
use crate::shell::{self, Command};

/// Programs whose effect does not depend on the working directory.
const PLACELESS: [&str; 16] = [
    "addgroup",
    "adduser",
    "apk",
    "apt",
    "apt-get",
    "dnf",
    "groupadd",
    "microdnf",
    "set",
    "true",
    "update-ca-certificates",
    "useradd",
    "usermod",
    "yum",
    "zypper",
    ":",
];

/// Programs whose effect does not depend on the working directory if their paths are absolute.
const ON_PATHS: [&str; 6] = ["chmod", "chown", "ln", "mkdir", "rm", "touch"];

/// Returns whether the effect of a `RUN` does not depend on the working directory.
pub(super) fn is_placeless(run: &Instruction) -> bool {
    shell::read(&run.arguments).is_some_and(|script| {
        script.commands.iter().filter(|command| !command.words.is_empty()).all(is_placeless_command)
    })
}

pub(super) fn is_placeless_command(command: &Command) -> bool {
    let [program, words @ ..] = command.program() else { return false };
    let mut words = words.iter().filter(|word| !word.starts_with('-'));
    // The first argument of these programs is a mode or an owner.
    if matches!(*program, "chmod" | "chown") {
        words.next();
    }
    // What is installed may be a file beside.
    let is_file = |word: &str| [".deb", ".rpm", ".apk"].iter().any(|end| word.ends_with(end));
    match () {
        () if PLACELESS.contains(program) => words.all(|word| {
            !word.contains('>')
                && !word.starts_with('.')
                && (word.starts_with('/') || !is_file(word))
        }),
        () if ON_PATHS.contains(program) => words.all(|word| word.starts_with('/')),
        () => false,
    }
}
