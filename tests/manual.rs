//! The manual: every page can be shown, and its examples are true.
//!
//! A block that is marked `console` holds commands after `$`, and what they print. `…` stands for
//! any further lines.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::program::{layerscope, said};

fn pages() -> Vec<PathBuf> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/manual");
    let mut pages: Vec<_> =
        std::fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    pages
}

#[test]
fn every_page_is_a_topic_of_the_help_and_in_the_list() {
    let topics = said(&["help", "topics"]);
    for page in pages() {
        let topic = page.file_stem().unwrap().to_str().unwrap();
        let text = std::fs::read_to_string(&page).unwrap();
        let title = text.lines().next().unwrap().trim_start_matches("# ");
        assert!(said(&["help", topic]).contains(title), "{topic}");
        assert!(
            topics.contains(&format!("  {topic}")) && topics.contains(title),
            "{topic} is not in\n{topics}"
        );
    }
    assert!(said(&["help", "fix"]).contains("--dockerfile"), "commands have their help");
    assert!(said(&["help"]).contains("Exit codes"));
}

#[test]
fn where_the_locale_has_nothing_but_ascii_the_manual_has_nothing_else() {
    for page in pages() {
        let topic = page.file_stem().unwrap().to_str().unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
        let output = command.args(["help", topic]).env("LC_ALL", "C").output().unwrap();
        assert!(output.stdout.is_ascii() && !output.stdout.is_empty(), "{topic}");
    }
}

#[test]
fn an_unknown_topic_is_corrected() {
    let output = layerscope(&["help", "numbrs"]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        said.contains("no such topic: numbrs") && said.contains("did you mean numbers?"),
        "{said}"
    );
    let output = layerscope(&["help", "topcs"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("did you mean topics?"));
    let output = layerscope(&["help", "xxxxxxxxxxxx"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("layerscope help topics"));
}

#[test]
fn the_examples_of_the_manual_are_true() {
    let directory = tempfile::tempdir().unwrap();
    let demo = directory.path().join("demo.tar");
    said(&["demo", "--write", demo.to_str().unwrap()]);
    let bin = Path::new(env!("CARGO_BIN_EXE_layerscope")).parent().unwrap();
    let mut examples = 0;
    for page in pages() {
        let text = std::fs::read_to_string(&page).unwrap();
        for block in text.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next())
        {
            for example in block.split("$ ").skip(1) {
                let (command, expected) = example.split_once('\n').unwrap();
                let path =
                    format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
                let output = Command::new("sh")
                    .args(["-c", command])
                    .current_dir(directory.path())
                    .env("PATH", path)
                    .env("LAYERSCOPE_CONFIG", "/dev/null")
                    .output()
                    .unwrap();
                let printed = String::from_utf8_lossy(&output.stdout);
                let is_true = match expected.split_once('…') {
                    Some((start, _)) => printed.starts_with(start) && printed.len() > start.len(),
                    None => printed == expected,
                };
                let said = String::from_utf8_lossy(&output.stderr);
                assert!(
                    is_true,
                    "{}: {command}\nprints\n{printed}{said}instead of\n{expected}",
                    page.display()
                );
                examples += 1;
            }
        }
    }
    assert!(examples >= 4, "{examples} examples");
}

#[test]
fn the_readme_is_short_and_its_first_command_opens_an_image_by_its_name() {
    let readme =
        std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).unwrap();
    assert!(readme.lines().count() <= 180, "{} lines", readme.lines().count());
    let first = readme.split("```sh\n").nth(1).and_then(|block| block.lines().next()).unwrap();
    let mut words = first.split_whitespace();
    let (program, image) = (words.next(), words.next().unwrap());
    assert!(
        program == Some("layerscope") && image.contains(':') && !image.contains(".tar"),
        "{first}"
    );
    let pictures: Vec<_> = readme.lines().filter(|line| line.starts_with("![")).collect();
    let chown = pictures
        .iter()
        .position(|picture| picture.contains("chown"))
        .expect("a picture of the chown");
    assert!(chown < 3, "{pictures:?}");
}
