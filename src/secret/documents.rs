//! Secrets in here-documents: what a command writes into a file is looked for as the name of the file
//! asks for. `BuildKit` keeps the documents of a `RUN` in the history, each behind its command.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::Hit;
use super::pattern::expression;
use super::written::in_file;

/// The most documents of a text.
const DOCUMENTS: usize = 200;
/// The most bytes of all documents of a text.
const BYTES: usize = 4 << 20;

/// The beginning of a document: `<<EOF`, `<<-'EOF'`, `<< EOF`; not `<<<`, which has one line.
static START: LazyLock<Regex> = LazyLock::new(|| {
    expression(r#"(?:^|[^<])<<(?P<tabs>-?)[ \t]*["'\\]*(?P<name>[A-Za-z0-9_][A-Za-z0-9_.-]*)"#)
});
/// The file into which a command writes.
static TARGET: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?:>>?|\btee\b(?:[ \t]+-[a-z-]+)*|\bof=)[ \t]*["']?(?P<path>[^\s;&|"'<>]+)|^(?:COPY|ADD)[ \t].*[ \t](?P<to>[^\s"]+)[ \t]*$"#,
    )
});

/// Finds the secrets in the here-documents of a text that are written into files.
pub fn find_in_documents(text: &str) -> Vec<Hit> {
    if !text.contains("<<") {
        return Vec::new();
    }
    let text = text.trim_end().trim_end_matches("# buildkit");
    let (mut hits, mut paths) = (Vec::new(), None);
    let (mut documents, mut bytes) = (DOCUMENTS, BYTES);
    let mut behind = 0;
    for line in text.split_inclusive('\n') {
        behind += line.len();
        let mut from = behind;
        for start in START.captures_iter(line) {
            let (Some(name), Some(all)) = (start.name("name"), start.get(0)) else { continue };
            let (body, next) = body(text, from, name.as_str(), !start["tabs"].is_empty());
            let size = body.len();
            if documents == 0 || size > bytes {
                return hits;
            }
            (documents, bytes, from) = (documents - 1, bytes - size, next);
            let contents = &text[body.clone()];
            let targets = TARGET.captures_iter(command(line, all.range()));
            let mut targets = targets.filter_map(|it| it.name("path").or_else(|| it.name("to")));
            let found = targets.find_map(|path| {
                let found =
                    in_file(path.as_str(), contents, contents, paths.get_or_insert_default());
                (!found.is_empty()).then_some(found)
            });
            let placed = found.into_iter().flatten().map(|hit| Hit {
                range: body.start + hit.range.start..body.start + hit.range.end,
                ..hit
            });
            hits.extend(placed);
        }
    }
    hits
}

/// Returns the command of a line that has a document in a range.
fn command(line: &str, document: Range<usize>) -> &str {
    const ENDS: [&str; 3] = ["&&", "||", ";"];
    let start = ENDS.iter().filter_map(|end| Some(line[..document.start].rfind(end)? + end.len()));
    let end = ENDS.iter().filter_map(|end| line[document.end..].find(end));
    let end = end.min().map_or(line.len(), |end| document.end + end);
    line[start.max().unwrap_or(0)..end].trim_end()
}

/// Returns the lines of a document that begins at a place, and the place behind the line that ends
/// it; one without an end has all that follows.
fn body(text: &str, from: usize, name: &str, strips_tabs: bool) -> (Range<usize>, usize) {
    let mut at = from;
    for line in text.get(from..).unwrap_or_default().split_inclusive('\n') {
        let word = if strips_tabs { line.trim_start_matches('\t') } else { line };
        // In a script that is one word of a shell, a quote may follow.
        if word.trim_end().trim_end_matches(['"', '\'', ')']) == name {
            return (from..at, at + line.len());
        }
        at += line.len();
    }
    (from..at, at)
}
