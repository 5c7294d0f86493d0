//! Commands that have to succeed.

use std::process::{Command, Output, Stdio};

/// Runs `command` and gives what it wrote to standard output.
///
/// # Panics
///
/// Panics with what it wrote to standard error where it fails.
pub fn run(command: &mut Command) -> String {
    let output = command
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    succeeded(command, &output);
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

/// Claims that `command` ended well with `output`.
pub fn succeeded(command: &Command, output: &Output) {
    let (errors, printed) =
        (String::from_utf8_lossy(&output.stderr), String::from_utf8_lossy(&output.stdout));
    assert!(output.status.success(), "{command:?}: {}\n{printed}\n{errors}", output.status);
}
