//! The language of the crate: a doc comment names a thing or says what a function does.

use std::fs;
use std::path::Path;

use super::sources;

/// Words that no doc comment begins with: it begins with a noun or, for a function, with a verb in
/// the third person.
const FIRST_WORDS: [&str; 12] = [
    "What", "Which", "Whether", "How", "Where", "Who", "Whose", "It", "They", "Nobody", "Somebody",
    "Someone",
];

#[test]
fn every_doc_comment_begins_with_a_noun_or_a_verb() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for file in sources(&root) {
        for (line, text) in indirect(&fs::read_to_string(&file).unwrap()) {
            faults.push(format!("{}:{line}: {text}", file.display()));
        }
    }
    assert!(faults.is_empty(), "doc comments that do not name their thing:\n{}", faults.join("\n"));
}

#[test]
fn a_doc_comment_that_begins_with_a_question_word_is_seen() {
    let code = "//! What it does.\n\n/// The size.\n/// Whether in bytes.\nsize: u64,\n    /// How many.\n    count: u64,\n\
                /// How many lines to list\ntop: usize,\n// What for?\n";
    assert_eq!(indirect(code), [(1, "What it does.".to_owned()), (6, "How many.".to_owned())]);
}

/// The doc comments of a file that begin with one of [`FIRST_WORDS`], each with its line.
///
/// A text without a full stop is what `--help` shows of an option, which follows other rules.
fn indirect(code: &str) -> Vec<(usize, String)> {
    let doc = |line: &str| {
        let line = line.trim_start();
        line.strip_prefix("/// ").or_else(|| line.strip_prefix("//! ")).map(str::to_owned)
    };
    let docs: Vec<Option<String>> = code.lines().map(doc).collect();
    let mut found = Vec::new();
    for (i, text) in docs.iter().enumerate() {
        let Some(text) = text.as_ref().filter(|_| i == 0 || docs[i - 1].is_none()) else {
            continue;
        };
        let continues_a_doc =
            i > 0 && matches!(code.lines().nth(i - 1).map(str::trim), Some("///" | "//!"));
        let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let last = docs[i..].iter().map_while(Option::as_ref).last().unwrap_or(text);
        if !continues_a_doc && FIRST_WORDS.contains(&first) && last.ends_with(['.', ':']) {
            found.push((i + 1, text.clone()));
        }
    }
    found
}
