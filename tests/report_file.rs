//! Reports and comparisons that go into a file: it appears whole or not at all.

use std::fs;
use std::path::PathBuf;

use crate::program::{layerscope, text};

/// A directory with the demo.
struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        let image = place.path("demo.tar").display().to_string();
        assert!(layerscope(&["demo", "--write", &image]).status.success());
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Runs the program, where `@NAME` stands for a file here; returns the code and both outputs.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        let paths = arguments.iter().map(|argument| match argument.strip_prefix('@') {
            Some(name) => self.path(name).display().to_string(),
            None => (*argument).into(),
        });
        let paths: Vec<_> = paths.collect();
        let output = layerscope(&paths.iter().map(String::as_str).collect::<Vec<_>>());
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    }

    fn names(&self) -> Vec<String> {
        let names = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> =
            names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

#[test]
fn the_format_of_a_file_follows_its_ending_unless_it_is_named() {
    let place = Place::new();
    for (file, options, start) in [
        ("@a.html", &[][..], "<!DOCTYPE html>"),
        ("@A.HTM", &[], "<!DOCTYPE html>"),
        ("@a.json", &[], "{"),
        ("@a.md", &[], "<!-- layerscope-report-"),
        ("@a.txt", &[], "layerscope/demo:latest · linux/amd64"),
        ("@a", &[], "layerscope/demo:latest · linux/amd64"),
        ("@b.json", &["--format", "ncdu"], "[1,2,"),
    ] {
        let arguments = [&["report", "@demo.tar", "--output", file], options].concat();
        let (code, out, said) = place.run(&arguments);
        assert_eq!((code, &*out), (Some(0), ""), "{file}: {said}");
        let written = fs::read_to_string(place.path(&file[1..])).unwrap();
        assert!(written.starts_with(start), "{file}: {}", &written[..80]);
        assert!(!written.contains('\x1b'), "{file}");
    }
    let (_, printed, _) = place.run(&["report", "@demo.tar"]);
    assert_eq!(fs::read_to_string(place.path("a.txt")).unwrap(), printed);
    let (code, out, _) = place.run(&["report", "@demo.tar", "--output", "-"]);
    assert_eq!((code, out), (Some(0), printed), "- is standard output");
    let compared = ["compare", "@demo.tar", "@demo.tar", "--output"];
    for (file, start) in [("@c.html", "<!DOCTYPE html>"), ("@c.json", "{"), ("@c.md", "<!-- ")] {
        let (code, out, said) = place.run(&[&compared[..], &[file]].concat());
        assert_eq!((code, &*out), (Some(0), ""), "{file}: {said}");
        assert!(fs::read_to_string(place.path(&file[1..])).unwrap().starts_with(start), "{file}");
    }
}

#[test]
fn a_file_that_is_there_stays_unless_it_is_to_be_replaced_and_the_image_always_stays() {
    let place = Place::new();
    fs::write(place.path("kept.html"), "mine").unwrap();
    let (code, _, said) = place.run(&["report", "@demo.tar", "--output", "@kept.html"]);
    assert!(code == Some(2) && said.contains("kept.html already exists"), "{said}");
    assert!(said.contains("hint: --overwrite replaces it"), "{said}");
    assert_eq!(fs::read(place.path("kept.html")).unwrap(), b"mine");

    // An image that cannot be read leaves the old report, and nothing beside it.
    let image = fs::read(place.path("demo.tar")).unwrap();
    fs::write(place.path("cut.tar"), &image[..image.len() / 2]).unwrap();
    let before = place.names();
    let replacing = ["--output", "@kept.html", "--overwrite"];
    let (code, ..) = place.run(&[&["report", "@nothing.tar"], &replacing[..]].concat());
    assert_eq!(code, Some(2));
    let (code, ..) = place.run(&[&["report", "@cut.tar"], &replacing[..]].concat());
    assert_eq!(code, Some(2));
    assert_eq!(place.names(), before);

    let (code, _, said) = place.run(&[&["report", "@demo.tar"], &replacing[..]].concat());
    assert_eq!(code, Some(0), "{said}");
    assert!(fs::read_to_string(place.path("kept.html")).unwrap().starts_with("<!DOCTYPE html>"));

    for command in [&["report", "@demo.tar"][..], &["compare", "@cut.tar", "@demo.tar"]] {
        let arguments = [command, &["--output", "@demo.tar", "--overwrite"]].concat();
        let (code, _, said) = place.run(&arguments);
        assert!(code == Some(2) && said.contains("reads this file"), "{said}");
    }
    assert_eq!(fs::read(place.path("demo.tar")).unwrap(), image);

    let (code, _, said) = place.run(&["report", "@demo.tar", "--output", "@none/a.html"]);
    assert!(code == Some(2) && said.contains("none"), "{said}");
    let (code, _, said) = place.run(&["report", "@demo.tar", "--overwrite"]);
    assert!(code == Some(2) && said.contains("--output"), "{said}");
}
