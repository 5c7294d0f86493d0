//! The program when the world around it fails: signals, full disks, limits, and archives that
//! change while they are read.
#![cfg(unix)]

mod changed;
mod limits;
mod outputs;
mod streams;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::program::text;
use crate::support::build::{Image, dir, file, gone, layer, tar};

const PROGRAM: &str = env!("CARGO_BIN_EXE_layerscope");

/// The program with arguments, and nothing on standard input.
fn layerscope<A: AsRef<std::ffi::OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(arguments).stdin(Stdio::null()).env("LAYERSCOPE_CONFIG", "/dev/null");
    command
}

/// What went wrong, after the program ended as it does then.
fn refused(output: &Output) -> String {
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.starts_with("error: ") && !said.contains("panicked"), "{said}");
    said
}

/// An image with plain layers, in a file.
fn image(directory: &Path) -> PathBuf {
    let path = directory.join("image.tar");
    let image = Image::of([
        layer([dir("etc"), file("etc/one", 3000), file("large", 3_000_000)]),
        layer([file("etc/two", 2000), dir("usr"), file("usr/tool", 40_000)]),
    ]);
    std::fs::write(&path, tar(image.docker())).unwrap();
    path
}

/// An image whose Dockerfile has two RUN instructions that `fix` combines.
fn image_to_fix(directory: &Path) -> PathBuf {
    let path = directory.join("image.tar");
    let mut image = Image::of([
        layer([dir("etc"), file("etc/one", 3000), file("large", 3_000_000)]),
        layer([gone("large")]),
    ]);
    for (step, command) in ["make /large", "rm /large"].into_iter().enumerate() {
        image.config["history"][step]["created_by"] = format!("/bin/sh -c {command}").into();
    }
    std::fs::write(&path, tar(image.docker())).unwrap();
    path
}

/// The names of what is in a directory, in order.
fn names(directory: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(directory).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}
