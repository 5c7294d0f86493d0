//! The vocabulary of assets/manual/style.md: no text that a user sees has the old terms.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use regex::Regex;

/// The old terms.
const OLD: &str = r"(?i)\b(ship|ships|shipped|shipping|dead|killed|recopied|rungs?|remed(y|ies)|biography|junk|\
    perhaps|whose bytes|to pull|grew|shrank|went|came|at last|took it away|made anew)\b";

/// Texts that may have an old term, each with the reason.
const EXCEPTIONS: [(&str, &str); 4] = [
    ("gzip and junk", "the contents of an archive in a test"),
    ("follows the compressed", "bytes behind a stream"),
    ("dead_code", "a lint of the compiler"),
    ("| idea | say | not |", "the table of terms itself"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(directory: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap().map(Result::unwrap) {
        let path = entry.path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.to_str().is_some_and(|path| path.ends_with(ending)) {
            found.push(path);
        }
    }
}

fn below(directory: &str, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    files(&root().join(directory), ending, &mut found);
    found.sort();
    assert!(!found.is_empty(), "no {ending} in {directory}");
    found
}

/// The string literals of a source file that are sentences, without those of its tests.
fn literals(source: &str) -> Vec<String> {
    let source = source.split("#[cfg(test)]\nmod tests").next().unwrap_or_default();
    let token =
        Regex::new(r##"(?s)//[^\n]*|'(?:[^'\\\n]|\\[^\n]{1,9})'|r#".*?"#|"((?:[^"\\]|\\.)*)""##)
            .unwrap();
    let found =
        token.captures_iter(source).filter_map(|found| Some(found.get(1)?.as_str().to_owned()));
    found.filter(|text| text.contains(' ')).collect()
}

fn help(arguments: &[&str]) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn no_text_for_users_has_an_old_term() {
    let old = Regex::new(&OLD.replace("\\\n    ", "")).unwrap();
    let mut texts: Vec<(String, String)> = Vec::new();
    let mut read = |path: PathBuf| {
        let name = path.strip_prefix(root()).unwrap().display().to_string();
        let text = fs::read_to_string(&path).unwrap();
        match name.ends_with(".rs") {
            true => texts.extend(literals(&text).into_iter().map(|text| (name.clone(), text))),
            false => texts.extend(text.lines().map(|line| (name.clone(), line.to_owned()))),
        }
    };
    let sources = below("src", ".rs")
        .into_iter()
        .filter(|path| !path.components().any(|part| part.as_os_str() == "tests"));
    let sources = sources.filter(|path| path.file_name().is_some_and(|name| name != "tests.rs"));
    let pages =
        below("assets/manual", ".md").into_iter().filter(|path| !path.ends_with("style.md"));
    let words =
        below("assets/lessons", ".toml").into_iter().chain([root().join("assets/rules.toml")]);
    let schemas = below("assets", ".schema.json");
    let pictures = below("screenshots", ".txt").into_iter().chain(below("screenshots", ".svg"));
    let all = sources
        .chain(pages)
        .chain(words)
        .chain(schemas)
        .chain(pictures)
        .chain([root().join("README.md")]);
    for path in all {
        read(path);
    }
    let commands = [
        "report",
        "check",
        "compare",
        "learn",
        "ladder",
        "fix",
        "dockerfile",
        "images",
        "cat",
        "extract",
        "demo",
        "config",
    ];
    for arguments in
        [vec!["--help"]].into_iter().chain(commands.map(|command| vec![command, "--help"]))
    {
        let text = help(&arguments);
        assert!(text.contains("Usage"), "{arguments:?} prints {text}");
        texts.extend(text.lines().map(|line| (format!("help {arguments:?}"), line.to_owned())));
    }
    let excepted = |text: &str| EXCEPTIONS.iter().any(|(words, _)| text.contains(words));
    let faults: Vec<_> = texts
        .iter()
        .filter(|(_, text)| old.is_match(text) && !excepted(text))
        .map(|(name, text)| format!("{name}: {}", text.trim()))
        .collect();
    assert!(
        faults.is_empty(),
        "{} texts have old terms (assets/manual/style.md):\n{}",
        faults.len(),
        faults.join("\n")
    );
}

#[test]
fn the_test_finds_what_it_looks_for() {
    let old = Regex::new(&OLD.replace("\\\n    ", "")).unwrap();
    for text in [
        "200 MiB still ship",
        "nothing is dead",
        "The dead bytes",
        "a rung of it",
        "6 came (480 KiB)",
    ] {
        assert!(old.is_match(text), "{text}");
    }
    assert!(!old.is_match("a relationship, deadlines"));
    assert_eq!(
        literals("let a = \"one two\"; // \"three four\"\nlet b = 'x'; f(\"word\");"),
        ["one two"]
    );
}

/// No picture and no report gives one thing a plural.
#[test]
fn one_is_not_many() {
    let wrong = Regex::new(
        r"\b(all 1|1 (files|layers|paths|packages|changes|bytes|entries|warnings|findings|places|questions|matches|links|names|steps))\b",
    )
    .unwrap();
    let mut texts = below("screenshots", ".txt");
    texts.extend(below("tests/stories", ".txt"));
    for path in texts {
        let text = fs::read_to_string(&path).unwrap();
        let line = text.lines().find(|line| wrong.is_match(line));
        assert!(line.is_none(), "{}: {}", path.display(), line.unwrap_or_default());
    }
    assert!(wrong.is_match("all 1 package are the same") && !wrong.is_match("11 files"));
}
