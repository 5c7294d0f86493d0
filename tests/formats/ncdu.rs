//! `report --format ncdu`: ncdu and gdu open it, and its sizes add up to those of the image.

use std::collections::HashSet;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::gate::outputs::{HOSTILE, hostile};
use crate::gate::{Place, image};
use crate::support::build::{block, dir, fifo, file, gone, hardlink, layer, opaque, symlink, tar};
use crate::tools::installed;

/// An image with everything that may stand in a listing: hard links of which one name is left,
/// files that are overwritten, deleted and there twice, links and devices.
fn odd() -> Place {
    Place::with(&image([
        (
            "COPY a /",
            layer([
                dir("usr"),
                file("usr/tool", 7_000),
                hardlink("usr/twin", "usr/tool"),
                file("usr/gone", 900),
                file("usr/same", 40),
                hardlink("usr/left", "usr/same"),
                dir("old"),
                file("old/o", 800),
                symlink("link", "usr/tool"),
                block("disk", 8, 0),
                fifo("pipe"),
            ]),
        ),
        ("RUN b", layer([gone("usr/gone"), gone("usr/same"), file("app", 55), file("app", 66)])),
        ("RUN c", layer([file("app", 500), dir("opt"), file("opt/x", 3), opaque("old")])),
    ]))
}

fn listing(place: &Place) -> Value {
    let answer = place.run(&["report", "shop.tar", "--format", "ncdu"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(!answer.out.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'));
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {}", answer.out))
}

/// The sum of the apparent sizes, in which an inode counts once.
fn sum(directory: &Value, inodes: &mut HashSet<u64>) -> u64 {
    let items = directory.as_array().unwrap()[1..].iter();
    let size = |item: &Value| match item {
        Value::Array(_) => sum(item, inodes),
        file => match file["ino"].as_u64() {
            Some(inode) if !inodes.insert(inode) => 0,
            _ => file["asize"].as_u64().unwrap_or(0),
        },
    };
    items.map(size).sum()
}

fn names(directory: &Value) -> Vec<String> {
    let name = |item: &Value| match item {
        Value::Array(items) => format!("{}/", items[0]["name"].as_str().unwrap()),
        file => file["name"].as_str().unwrap().to_owned(),
    };
    directory.as_array().unwrap()[1..].iter().map(name).collect()
}

/// The size of the image in its JSON report.
fn size(place: &Place) -> u64 {
    let report = place.run(&["report", "shop.tar", "--format", "json"]).out;
    serde_json::from_str::<Value>(&report).unwrap()["totals"]["size_bytes"].as_u64().unwrap()
}

#[test]
fn the_sizes_of_visible_and_wasted_files_add_up_to_the_image() {
    for place in [odd(), Place::new(), Place::with(&hostile())] {
        let listing = listing(&place);
        assert_eq!((&listing[0], &listing[1]), (&1.into(), &2.into()), "format 1.2");
        assert_eq!(sum(&listing[3], &mut HashSet::new()), size(&place));
    }
}

trait Members {
    fn members(&self) -> &[Value];
}

impl Members for Value {
    fn members(&self) -> &[Value] {
        self.as_array().unwrap()
    }
}

#[test]
fn wasted_files_stand_in_directories_that_name_their_layers() {
    let listing = listing(&odd());
    let root = &listing[3];
    let wasted: Vec<_> = names(root).into_iter().filter(|name| name.starts_with('[')).collect();
    assert_eq!(
        wasted,
        [
            "[wasted] added in layer 0, removed in layer 1/",
            "[wasted] added in layer 0, removed in layer 2/",
            "[wasted] twice in layer 1/",
            "[wasted] added in layer 1, removed in layer 2/",
        ]
    );
    let first =
        root.members().iter().find(|item| item[0]["name"] == wasted[0][..wasted[0].len() - 1]);
    assert_eq!(names(&first.unwrap()[1]), ["gone"], "below its directory: {listing:#}");
}

#[test]
fn names_of_an_image_are_shown_and_never_obeyed() {
    let text = listing(&Place::with(&hostile())).to_string();
    assert!(text.contains("\\\\x1b[31m") && text.contains("<script>") && !text.contains("\\u001b"));
    assert!(HOSTILE.contains('\u{1b}'));
}

#[test]
fn an_image_that_was_not_wholly_read_is_marked_and_ends_with_2() {
    let place = Place::new();
    let part = crate::gate::shop().docker().into_iter().filter(|entry| entry.name() != b"1.tar");
    place.write("part.tar", tar(part));
    let answer = place.run(&["report", "part.tar", "--format", "ncdu"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.said.contains("warning: layer 1"), "{}", answer.said);
    let listing: Value = serde_json::from_str(&answer.out).unwrap();
    assert_eq!(listing[3][0]["read_error"], true);
}

#[test]
fn ncdu_reads_it_and_writes_the_same_files() {
    if !installed("ncdu") {
        return;
    }
    for place in [odd(), Place::with(&hostile())] {
        let text = place.run(&["report", "shop.tar", "--format", "ncdu"]).out;
        place.write("files.json", &text);
        let mut command = Command::new("ncdu");
        command.args(["-f", "files.json", "-o", "-"]).current_dir(place.path());
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let again: Value = serde_json::from_slice(&output.stdout).unwrap();
        let ours: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(again[3], ours[3]);
    }
}

#[test]
fn gdu_reads_it_and_lists_what_is_wasted() {
    if !installed("gdu") {
        return;
    }
    let place = odd();
    place.write("files.json", place.run(&["report", "shop.tar", "--format", "ncdu"]).out);
    let mut command = Command::new("gdu");
    command.args(["-n", "-p", "-a", "-c", "-f", "files.json"]).current_dir(place.path());
    let output = command.stdin(Stdio::null()).output().unwrap();
    let shown = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{shown}");
    for words in ["[wasted] added in layer 0, removed in layer 2", "/usr", "500 B", "/opt"] {
        assert!(shown.contains(words), "{words}: {shown}");
    }
}
