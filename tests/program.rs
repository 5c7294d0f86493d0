//! The program as a user calls it.

use std::process::{Command, Output, Stdio};

/// Runs the program without input, and without what the person who runs the tests has configured.
pub fn layerscope(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    let nothing = if cfg!(windows) { "NUL" } else { "/dev/null" };
    command.args(arguments).env("LAYERSCOPE_CONFIG", nothing);
    command.stdin(Stdio::null()).output().unwrap()
}

/// What the program writes, which has to be UTF-8.
pub fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("the output is UTF-8")
}

/// What the program writes when all is well.
pub fn said(arguments: &[&str]) -> String {
    let output = layerscope(arguments);
    assert!(output.status.success(), "{arguments:?}: {}", text(&output.stderr));
    text(&output.stdout)
}
