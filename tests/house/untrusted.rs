//! Text from an image on its way to a screen or a report: `Untrusted` has no `Display`, and here is
//! the list of places where one reads what it holds.

use std::fs;
use std::path::Path;

use regex::Regex;

use super::sources;

/// The rooms that show something.
const SHOWING: [&str; 2] = ["report", "bin/layerscope"];

/// The files of these rooms that read text as it was written, each with its reason.
const READING: [(&str, &str); 5] = [
    ("report/words.rs", "takes the day out of a time, and escapes it"),
    ("report/check/mod.rs", "takes the repository out of a name, and escapes it"),
    ("bin/layerscope/tui/work/mod.rs", "finds the language of a file by its name, shown nowhere"),
    ("bin/layerscope/cli/fix.rs", "writes a finished page"),
    ("bin/layerscope/cli/check/output.rs", "writes a finished page"),
];

#[test]
fn what_shows_something_reads_no_text_of_an_image_as_it_was_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = SHOWING.iter().flat_map(|room| sources(&root.join(room)));
    let reading = files.filter_map(|file| {
        let text = fs::read_to_string(&file).unwrap();
        let place = file.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        reads_raw(&text).then_some(place)
    });
    let mut reading: Vec<_> = reading.filter(|file| !file.ends_with("/tests.rs")).collect();
    let mut known = READING.map(|(file, _)| file);
    reading.sort_unstable();
    known.sort_unstable();
    assert_eq!(reading, known, "left: the files that read raw text; right: those that may");
}

#[test]
fn reading_raw_text_is_seen() {
    for code in [
        "format!(\"{}\", tag.raw())",
        "tags.iter().map(Untrusted::raw)",
        "Untrusted::raw_words(&run.command)",
        "run.environment.raw_value(\"PATH\")",
        "String::from_utf8_lossy(name)",
    ] {
        assert!(reads_raw(code), "{code}");
    }
    for code in ["tag.escaped()", "film.draw()", "// tag.raw()", "POWER.as_raw()"] {
        assert!(!reads_raw(code), "{code}");
    }
}

/// Returns whether code outside comments and tests reads raw text.
fn reads_raw(text: &str) -> bool {
    let raw = Regex::new(r"\.raw(_[a-z]+)?\(|Untrusted::raw|from_utf8_lossy").unwrap();
    raw.is_match(&super::circles::code(text))
}
