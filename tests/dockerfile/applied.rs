//! Diffs, applied by the barest applier and by `patch`, which have to agree with what was meant.

use std::io::Write;
use std::process::{Command, Stdio};

use layerscope::advice::dockerfile::{Dockerfile, Fix};
use layerscope::report::Units;

/// The text of a fix: reasons and diff.
pub fn text(fix: &Fix) -> String {
    let mut out = Vec::new();
    fix.write("built:latest", Units::Iec, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Applies the hunks of one file, line by line; panics where a line does not fit.
fn apply(diff: &str, name: &str, old: &str) -> String {
    let old: Vec<_> = old.split_inclusive('\n').collect();
    let mut lines = diff
        .split_inclusive('\n')
        .skip_while(|line| line.trim_end() != format!("+++ {name}"))
        .skip(1)
        .peekable();
    let (mut new, mut at) = (String::new(), 0);
    while let Some(header) = lines.next_if(|line| line.starts_with("@@ ")) {
        let range = header[4..].split(' ').next().unwrap();
        let mut numbers = range.split(',').map(|n| n.parse::<usize>().unwrap());
        let (start, count) = (numbers.next().unwrap(), numbers.next().unwrap_or(1));
        let start = if count == 0 { start } else { start - 1 };
        old[at..start].iter().for_each(|line| new.push_str(line));
        at = start;
        while let Some(line) = lines.next_if(|line| line.starts_with([' ', '-', '+'])) {
            let (sign, mut body) = (&line[..1], line[1..].to_owned());
            if lines.next_if(|next| next.starts_with('\\')).is_some() {
                body.pop();
            }
            if sign != "+" {
                assert_eq!(old[at], body, "the diff names another line");
                at += 1;
            }
            if sign != "-" {
                new.push_str(&body);
            }
        }
    }
    old[at..].iter().for_each(|line| new.push_str(line));
    new
}

/// Holds that the diff says what is meant, however it is applied, and that each new Dockerfile
/// parses.
pub fn assert_applies(fix: &Fix) {
    let text = text(fix);
    if fix.changes.is_empty() {
        assert!(!text.contains("\n@@ "), "{text}");
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    for change in &fix.changes {
        let old = change.old.as_deref().unwrap_or_default();
        assert_eq!(apply(&text, &change.name, old), change.new, "{text}");
        if let Some(old) = &change.old {
            let path = directory.path().join(&change.name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, old).unwrap();
        }
        if !change.name.ends_with(".dockerignore") {
            Dockerfile::parse(change.new.as_str())
                .unwrap_or_else(|error| panic!("{error}\n{}", change.new));
        }
    }
    let patch = Command::new("patch")
        .args(["-p0", "-s"])
        .current_dir(&directory)
        .stdin(Stdio::piped())
        .spawn();
    let Ok(mut patch) = patch else { return };
    patch.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let status = patch.wait().unwrap();
    assert!(status.success(), "{text}");
    for change in &fix.changes {
        assert_eq!(
            std::fs::read_to_string(directory.path().join(&change.name)).unwrap(),
            change.new
        );
    }
}
