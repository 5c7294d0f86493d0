//! Streams that cannot be written: what is lost is said where anybody can hear it, and nothing crashes.

use std::fs::File;
use std::process::Stdio;

use super::{image, layerscope, names, refused};

fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

#[test]
fn standard_error_that_cannot_be_written_changes_nothing_else() {
    let directory = tempfile::tempdir().unwrap();
    let image = image(directory.path());
    let (image, to) = (image.to_str().unwrap(), directory.path().join("to"));
    for (arguments, code) in [
        (&["report", "/nonexistent"][..], 2),
        (&["cat", image, "/nope"], 2),
        (&["learn", "77"], 2),
        (&["no", "such", "command"], 2),
        (&["extract", image, "/etc", "--to", to.to_str().unwrap()], 0),
    ] {
        let status = layerscope(arguments).stderr(full()).stdout(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
    assert_eq!(names(&to), ["etc"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = layerscope(["report", "/nonexistent"]).stderr(writer).status().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn help_and_reports_that_cannot_be_written_are_an_error() {
    let directory = tempfile::tempdir().unwrap();
    let image = image(directory.path());
    let image = image.to_str().unwrap();
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["help"],
        &["report", "--help"],
        &["report", image],
        &["demo", "--write", "-"],
        &["config"],
        &["learn"],
    ] {
        let said = refused(&layerscope(arguments).stdout(full()).stderr(Stdio::piped()).output().unwrap());
        assert!(said.contains("cannot write "), "{said}");
    }
}
