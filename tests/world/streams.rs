//! Streams that cannot be written: what is lost is said where anybody can hear it, and nothing
//! crashes.

use std::fs::File;
use std::process::Stdio;

use super::{image, image_to_fix, layerscope, names, refused, text};

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
        let said =
            refused(&layerscope(arguments).stdout(full()).stderr(Stdio::piped()).output().unwrap());
        assert!(said.contains("cannot write "), "{said}");
    }
}

#[test]
fn where_the_locale_has_nothing_but_ascii_or_it_is_asked_for_reports_are_ascii() {
    let directory = tempfile::tempdir().unwrap();
    let image = image_to_fix(directory.path());
    let image = image.to_str().unwrap();
    for arguments in [
        &["report", image][..],
        &["ladder", image],
        &["fix", image],
        &["compare", "--format", "text", image, image],
    ] {
        let usual = layerscope(arguments).env("LC_ALL", "C.UTF-8").output().unwrap().stdout;
        let by_locale = layerscope(arguments).env("LC_ALL", "C").output().unwrap().stdout;
        let mut command = layerscope(arguments);
        let asked_for = command.arg("--ascii").env("LC_ALL", "C.UTF-8").output().unwrap().stdout;
        assert!(by_locale.is_ascii() && !by_locale.is_empty(), "{arguments:?}");
        assert_eq!(text(&by_locale), text(&asked_for), "{arguments:?}");
        assert_eq!(text(&usual).lines().count(), text(&by_locale).lines().count(), "{arguments:?}");
    }
    assert!(
        !layerscope(["report", image]).env("LC_ALL", "C.UTF-8").output().unwrap().stdout.is_ascii()
    );
}

#[test]
fn what_is_piped_in_need_not_be_named() {
    let directory = tempfile::tempdir().unwrap();
    let image = image_to_fix(directory.path());
    for arguments in
        [&["report"][..], &["ladder"], &["fix"], &["dockerfile"], &["report", "--format", "json"]]
    {
        let output = layerscope(arguments).stdin(File::open(&image).unwrap()).output().unwrap();
        assert!(
            output.status.success() && !output.stdout.is_empty(),
            "{arguments:?}: {}",
            text(&output.stderr)
        );
        let said = refused(&layerscope(arguments).output().unwrap());
        assert!(said.contains("no image given, and nothing piped in\nhint: "), "{said}");
    }
}

#[test]
fn a_word_that_stands_where_no_command_can_is_explained() {
    for (arguments, explained) in [
        (&["a.tar", "b.tar"][..], "hint: compare them: layerscope compare a.tar b.tar"),
        (&["reprot", "a.tar"], "error: no such command: reprot\nhint: did you mean report?"),
        (&["compare", "a.tar"], "error: compare needs two images or more\nhint: for example: "),
        (&["compare", "a", "b", "--overwrite"], "--output <FILE>"),
        (&["cat", "a.tar"], "error: cat needs an image and a path in it\nhint: for example: "),
        (
            &["extract", "a.tar", "/a"],
            "error: extract needs an image, a path in it, and a directory behind --to\nhint: ",
        ),
        (
            &["--theme", "dark", "report", "a.tar"],
            "error: write options after the command: layerscope report",
        ),
    ] {
        let said = refused(&layerscope(arguments).output().unwrap());
        assert!(said.contains(explained), "{said}");
    }
}

#[test]
fn a_configuration_that_nobody_asked_for_and_that_is_out_of_reach_is_none() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    let image = image(directory.path());
    let place = directory.path().join(".config/layerscope");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("config.toml"), "units = \"si\"\n").unwrap();
    std::fs::set_permissions(place.join("config.toml"), std::fs::Permissions::from_mode(0o000))
        .unwrap();
    for home in [directory.path(), "/dev/null".as_ref(), "/nonexistent".as_ref(), "".as_ref()] {
        let mut command = layerscope(["report", image.to_str().unwrap()]);
        let output = command.env_remove("LAYERSCOPE_CONFIG").env("HOME", home).output().unwrap();
        assert!(output.status.success(), "{}: {}", home.display(), text(&output.stderr));
    }
    let mut command = layerscope(["report", image.to_str().unwrap()]);
    refused(&command.env("LAYERSCOPE_CONFIG", "/dev/null/config.toml").output().unwrap());
}
