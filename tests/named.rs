//! Images by their names: from engines, by a command that stands for theirs, and from registries,
//! by a server that counts what it sends and fails as servers do.

mod cache;
mod engines;
mod real;
mod registry;
mod searched;
pub mod server;
mod tables;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

use crate::program::text;
use crate::support::build::{Image, dir, file, gone, layer};

/// A file that is deleted again, and one that stays; the layers are compressed.
fn image() -> Image {
    Image::of([
        layer([dir("etc"), file("etc/one", 3000).filled_with(7), file("large", 300_000)]).gzip(),
        layer([gone("large"), dir("usr"), file("usr/tool", 40_000)]).gzip(),
    ])
}

/// The program, which sees no engine but those in `bin`, and no login but those in `home`.
fn layerscope(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    let bin = home.join("bin");
    engines::without_images(home);
    command.args(arguments).stdin(Stdio::null()).env_clear();
    command.env("PATH", format!("{}:/usr/bin:/bin", bin.display())).env("HOME", home);
    command.env("LAYERSCOPE_CONFIG", "/dev/null");
    command
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The error that the program ended with.
fn refused(output: &Output) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}{}", text(&output.stdout));
    assert!(said.starts_with("error: ") && !said.contains("panicked"), "{said}");
    said
}

/// A report without the names of the image and its source.
fn without_names(mut report: Value) -> Value {
    for name in ["tags", "source", "source_kind"] {
        report["image"][name] = Value::Null;
    }
    report
}
