//! The rooms of the crate: each names only rooms that stand before it, so that the flow of data can
//! be read off `src`.

mod circles;
mod doc_comments;
mod untrusted;

use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;

/// Rooms that are ordered among themselves, the lowest first. A new room has to declare its place
/// here.
struct Floor {
    /// The folder, below `src`.
    folder: &'static str,
    /// The path that imports of its rooms begin with.
    prefix: &'static str,
    /// The rooms; a room names only those to its left.
    rooms: &'static [&'static str],
}

const FLOORS: [Floor; 11] = [
    Floor {
        folder: "",
        prefix: "crate::",
        rooms: &[
            "progress",
            "escape",
            "layer_index",
            "warning",
            "display",
            "toml_file",
            "shell",
            "path",
            "glob",
            "secret",
            "error",
            "archive",
            "origin",
            "image",
            "tree",
            "analysis",
            "recorded",
            "files",
            "runtime",
            "advice",
            "compare",
            "gate",
            "report",
        ],
    },
    Floor {
        folder: "origin",
        prefix: "crate::origin::",
        rooms: &["address", "spool", "cache", "engine", "reference", "registry"],
    },
    Floor {
        folder: "analysis",
        prefix: "crate::analysis::",
        rooms: &[
            "completeness",
            "what_if",
            "download",
            "groups",
            "verification",
            "inspect",
            "rewritten",
            "argument",
            "masking",
        ],
    },
    Floor {
        folder: "files",
        prefix: "crate::files::",
        rooms: &["contents", "executable", "filesystem", "packages", "output", "extract"],
    },
    Floor {
        folder: "runtime",
        prefix: "crate::runtime::",
        rooms: &["command", "libraries", "packed", "program"],
    },
    Floor {
        folder: "advice",
        prefix: "crate::advice::",
        rooms: &[
            "tool",
            "apart",
            "merges",
            "change",
            "findings",
            "base",
            "unneeded",
            "started",
            "ladder",
            "measure",
            "secrets",
            "changes",
            "dockerfile",
            "assessment",
            "avoidable",
        ],
    },
    Floor {
        folder: "compare",
        prefix: "crate::compare::",
        rooms: &["packages", "secrets", "walk", "paths", "sharing", "tree"],
    },
    Floor {
        folder: "report",
        prefix: "crate::report::",
        rooms: &[
            "completeness",
            "json",
            "markdown",
            "ncdu",
            "study",
            "secrets",
            "paint",
            "ladder",
            "runtime",
            "advice",
            "changes",
            "words",
            "account",
            "comment",
            "html",
            "check",
            "compare",
            "fix",
            "images",
            "text",
        ],
    },
    Floor {
        folder: "bin/layerscope/cli",
        prefix: "crate::cli::",
        rooms: &[
            "ascii",
            "stderr",
            "sources",
            "output",
            "escaping",
            "misplaced",
            "meant",
            "progress",
            "failure",
            "name",
            "input",
            "settings",
            "study",
            "completeness",
            "target",
            "recorded",
            "demo",
            "build",
            "cache",
            "report",
            "images",
            "ladder",
            "compare",
            "learn",
            "help",
            "fix",
            "contents",
            "check",
        ],
    },
    Floor {
        folder: "bin/layerscope/tui",
        prefix: "crate::tui::",
        rooms: &[
            "pattern",
            "contents",
            "keys",
            "layout",
            "pointer",
            "widgets",
            "work",
            "explorer",
            "viewer",
            "overlay",
            "views",
            "image_table",
            "lesson",
            "message",
            "early",
            "comparison",
            "app",
            "screenshots",
            "terminal",
            "session",
            "program",
        ],
    },
    Floor {
        folder: "bin/layerscope",
        prefix: "crate::",
        rooms: &[
            "host_text",
            "signals",
            "view",
            "intro",
            "lesson",
            "tui",
            "handout",
            "config",
            "cli",
            "main",
        ],
    },
];

#[test]
fn no_room_names_one_that_stands_above_it() {
    let faults: Vec<_> = FLOORS.iter().flat_map(Floor::faults).collect();
    assert!(faults.is_empty(), "imports that run the wrong way:\n{}", faults.join("\n"));
}

#[test]
fn every_room_has_a_place_in_the_order() {
    for floor in &FLOORS {
        for (room, _) in floor.files() {
            assert!(
                floor.place(&room).is_some(),
                "src/{}: the room {room} has no place in tests/house.rs",
                floor.folder
            );
        }
        for room in floor.rooms {
            assert!(
                floor.files().iter().any(|(found, _)| found == room),
                "src/{}: no room {room}",
                floor.folder
            );
        }
    }
}

#[test]
fn an_arrow_the_wrong_way_is_seen() {
    let library = &FLOORS[0];
    let upwards = "use std::io;\nuse crate::report::Account;\n// use crate::report::Text;\nuse crate::archive::Source;\n";
    assert_eq!(library.wrong("image", upwards, 1), [(2, "report".to_owned())]);
    assert_eq!(library.wrong("report", upwards, 1), []);
    let in_words = "let tree = crate::tree::build(crate::nowhere::at_all());";
    assert_eq!(
        library.wrong("archive", in_words, 1),
        [(1, "tree".to_owned()), (1, "nowhere".to_owned())]
    );
    let beside = "use super::tree::build;\nuse super::super::tree::build;\nuse super::opened;\n";
    assert_eq!(library.wrong("image", beside, 1), [(1, "tree".to_owned())]);
    assert_eq!(library.wrong("image", beside, 2), [(2, "tree".to_owned())]);
}

impl Floor {
    /// The place of a room in the order.
    fn place(&self, room: &str) -> Option<usize> {
        self.rooms.iter().position(|name| *name == room)
    }

    /// The files of the floor, each with its room.
    fn files(&self) -> Vec<(String, PathBuf)> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(self.folder);
        let mut files = Vec::new();
        for entry in fs::read_dir(&root).unwrap() {
            let path = entry.unwrap().path();
            let room = path.file_stem().unwrap().to_str().unwrap().to_owned();
            // The root of a floor lists its rooms, and the binary is a crate of its own.
            if !["mod", "lib", "bin", "tests"].contains(&room.as_str()) {
                sources(&path).into_iter().for_each(|file| files.push((room.clone(), file)));
            }
        }
        files
    }

    /// What is wrong with the floor, a line each.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for (room, file) in self.files() {
            let text = circles::code(&fs::read_to_string(&file).unwrap());
            for (line, named) in self.wrong(&room, &text, self.parents(&file)) {
                faults.push(format!("{}:{line}: {room} names {named}", file.display()));
            }
        }
        faults
    }

    /// The number of `super::` that lead from a file to the floor.
    fn parents(&self, file: &Path) -> usize {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(self.folder);
        let below = file.strip_prefix(&root).unwrap().components().count();
        below - usize::from(file.ends_with("mod.rs"))
    }

    /// The lines of a file of `room` that name a room above it, or one without a place, and that
    /// room. A path with `parents` times `super::` begins on the floor; what it names may be no
    /// room.
    fn wrong(&self, room: &str, text: &str, parents: usize) -> Vec<(usize, String)> {
        let named = Regex::new(&format!(r"\b{}([a-z_]+)", self.prefix)).unwrap();
        let beside =
            Regex::new(&format!(r"(?:^|[^:\w])(?:super::){{{parents}}}([a-z_0-9]+)::")).unwrap();
        let mut wrong = Vec::new();
        for (line, code) in
            text.lines().map(|line| line.split("//").next().unwrap_or_default()).enumerate()
        {
            for room_named in named.captures_iter(code).map(|found| found[1].to_owned()) {
                if self.place(&room_named) > self.place(room) || self.place(&room_named).is_none() {
                    wrong.push((line + 1, room_named));
                }
            }
            let beside = beside.captures_iter(code).map(|found| found[1].to_owned());
            wrong.extend(
                beside
                    .filter(|named| self.place(named) > self.place(room))
                    .map(|named| (line + 1, named)),
            );
        }
        wrong
    }
}

/// The Rust files at and below `path`; files of tests may name everything.
fn sources(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return Vec::from_iter(
            path.extension().is_some_and(|end| end == "rs").then(|| path.to_owned()),
        );
    }
    let entries = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|entry| !entry.ends_with("tests")).flat_map(|entry| sources(&entry)).collect()
}

#[test]
fn the_rooms_that_a_newcomer_is_sent_to_are_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(root.join("CONTRIBUTING.md")).unwrap();
    let table = text
        .split("## Where to look for a behaviour")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next())
        .unwrap();
    let rows = table.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | "));
    let named: Vec<&str> =
        rows.flat_map(|(_, rooms)| rooms.split('`').skip(1).step_by(2)).collect();
    assert!(named.len() > 12, "{named:?}");
    for room in named {
        assert!(
            root.join("src").join(room).exists(),
            "CONTRIBUTING.md sends to src/{room}, which is not there"
        );
    }
    for room in FLOORS[0].rooms.iter().filter(|room| root.join("src").join(room).is_dir()) {
        assert!(
            text.contains(&format!("\n      {room}/ ")),
            "CONTRIBUTING.md has no {room}/ in its picture of the house"
        );
    }
}
