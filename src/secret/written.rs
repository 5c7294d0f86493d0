//! Secrets that a command writes into a file: they are looked for as the name of the file asks for.

use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Hit;
use super::paths::SearchByPath;
use super::pattern::expression;
use super::rules::Looks;
use super::search::FileSearch;

/// The most files that are looked at in one command.
const FILES: usize = 1_000;

/// A text that a command writes, and the file.
static WRITE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?:echo|printf)[ \t]+(?:-[neE]+[ \t]+)*(?:["']?%[sb](?:\\n)?["']?[ \t]+)?(?:'(?P<single>[^']*)'|"(?P<double>(?:[^"\\]|\\.)*)"|(?P<bare>[^\s;&|<>"']+))[ \t]*(?:\|[ \t]*(?:sudo[ \t]+)?tee[ \t]+(?:-a[ \t]+)?|>>?[ \t]*)["']?(?P<path>[^\s;&|"'<>]+)"#,
    )
});

/// A text that `printf` makes of a format and words, and the file.
static FORMAT: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"printf[ \t]+(?:--[ \t]+)?(?:'(?P<single>[^']*%s[^']*)'|"(?P<double>(?:[^"\\]|\\.)*%s(?:[^"\\]|\\.)*)"|(?P<bare>[^\s;&|<>"']*%s[^\s;&|<>"']*))(?P<words>(?:[ \t]+(?:'[^']*'|"[^"]*"|[^\s;&|<>"']+))+)[ \t]*(?:\|[ \t]*(?:sudo[ \t]+)?tee[ \t]+(?:-a[ \t]+)?|>>?[ \t]*)["']?(?P<path>[^\s;&|"'<>]+)"#,
    )
});
/// A word of a shell.
static WORD: LazyLock<Regex> = LazyLock::new(|| expression(r#"'([^']*)'|"([^"]*)"|([^\s"']+)"#));

/// Finds the secrets in what a command writes into files.
pub fn find_written(text: &str) -> Vec<Hit> {
    let writes = (text.contains("echo") || text.contains("printf"))
        && (text.contains('>') || text.contains("tee"));
    if !writes {
        return Vec::new();
    }
    let mut paths = SearchByPath::default();
    let mut hits: Vec<_> =
        WRITE.captures_iter(text).take(FILES).flat_map(|it| in_write(&it, &mut paths)).collect();
    if text.contains("%s") {
        let formats = FORMAT.captures_iter(text).take(FILES);
        hits.extend(formats.flat_map(|found| in_format(&found, &mut paths)));
    }
    hits
}

/// Finds the secrets in one text that `printf` makes of a format: its words stand for each `%s`.
fn in_format(found: &Captures<'_>, paths: &mut SearchByPath) -> Vec<Hit> {
    let format = ["single", "double", "bare"].iter().find_map(|name| found.name(name));
    let (Some(format), Some(words), Some(path)) = (format, found.name("words"), found.name("path"))
    else {
        return Vec::new();
    };
    let mut contents = unescaped(format.as_str());
    for word in WORD.captures_iter(words.as_str()) {
        let word = word.iter().skip(1).flatten().next().map_or("", |word| word.as_str());
        contents = contents.replacen("%s", word, 1);
    }
    let hits = in_file(path.as_str(), &contents, words.as_str(), paths).into_iter();
    let place = |range: Range<usize>| words.start() + range.start..words.start() + range.end;
    hits.map(|hit| Hit { range: place(hit.range.clone()), ..hit }).collect()
}

/// Finds the secrets in one text that `echo` or `printf` write.
fn in_write(found: &Captures<'_>, paths: &mut SearchByPath) -> Vec<Hit> {
    let written = ["single", "double", "bare"].iter().find_map(|name| found.name(name));
    let (Some(path), Some(written)) = (found.name("path"), written) else { return Vec::new() };
    let contents = unescaped(written.as_str());
    let hits = in_file(path.as_str(), &contents, written.as_str(), paths).into_iter();
    let placed = hits.map(|hit| Hit {
        range: written.start() + hit.range.start..written.start() + hit.range.end,
        ..hit
    });
    placed.collect()
}

/// Finds the secrets in the contents that a file is given, if the rules know its name; `written` are
/// the contents as the command spells them, in which the places are.
pub(super) fn in_file(
    path: &str,
    contents: &str,
    written: &str,
    paths: &mut SearchByPath,
) -> Vec<Hit> {
    let home = ["~/", "$HOME/", "${HOME}/"].iter().find_map(|home| path.strip_prefix(home));
    let path = home.map_or_else(|| path.trim_start_matches('/').into(), |it| format!("root/{it}"));
    let search = paths.search_for(path.as_bytes());
    let has_rule = search.and_then(FileSearch::rule);
    let is_searched = has_rule.is_some_and(|rule| !matches!(rule.looks, Looks::Commands));
    let Some(search) = search.filter(|_| is_searched) else { return Vec::new() };
    let in_contents = search.find_alone(contents.as_bytes());
    let placed = in_contents.hits.into_iter().filter_map(|hit| {
        let value = std::str::from_utf8(&in_contents.text[hit.range.clone()]).ok()?;
        let is_there = written.get(hit.range.clone()) == Some(value);
        let start = if is_there { hit.range.start } else { written.find(value)? };
        Some(Hit { range: start..start + value.len(), ..hit })
    });
    placed.collect()
}

/// Returns a text as `printf` and `echo -e` write it.
fn unescaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some('t') => out.push('\t'),
                Some(other) => out.push(other),
                None => out.push('\\'),
            },
            c => out.push(c),
        }
    }
    out
}
