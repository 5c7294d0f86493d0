//! Reads the scalars of a YAML file with their paths and lines.
//!
//! dive takes its rules as texts, so a parser of events is enough, and `0.90` stays what it is.

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::toml_file::Problem;

/// The deepest nesting that is read.
const DEEPEST: usize = 16;

/// A scalar, or an empty mapping or a list, at the end of a path of keys.
pub struct Entry {
    /// The keys.
    pub path: Vec<String>,
    /// The text; `None` for null, an empty mapping or a list.
    pub value: Option<String>,
    /// The line of the last key, counted from 1.
    pub line: usize,
}

/// A mapping or a list that is being read.
enum Level {
    /// A mapping, with the key whose value is next.
    Mapping(Option<(String, usize)>),
    /// A list, whose contents do not matter.
    List,
}

/// Lists the scalars of the first document.
///
/// # Errors
///
/// [`Problem`] if the text is no YAML.
pub fn entries(text: &str) -> Result<Vec<Entry>, Problem> {
    let mut entries = Vec::new();
    let mut levels: Vec<Level> = Vec::new();
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| Problem::on(error.marker().line(), "", error.info()))?;
        let line = span.start.line();
        match event {
            Event::Scalar(value, style, ..) => {
                let is_null = style == ScalarStyle::Plain && matches!(&*value, "" | "~" | "null");
                take(&mut levels, &mut entries, (!is_null).then(|| value.into_owned()), line);
            }
            Event::Alias(_) => take(&mut levels, &mut entries, None, line),
            Event::MappingStart(..) => levels.push(Level::Mapping(None)),
            Event::SequenceStart(..) => {
                // A list stands for its key, and not for its contents.
                take_list(&levels, &mut entries);
                levels.push(Level::List);
            }
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
                if let Some(Level::Mapping(key)) = levels.last_mut() {
                    *key = None;
                }
            }
            Event::DocumentEnd => break,
            _ => {}
        }
        if levels.len() > DEEPEST {
            return Err(Problem::on(line, "", "it is nested too deeply"));
        }
    }
    Ok(entries)
}

/// Takes a scalar as a key or as a value.
fn take(levels: &mut [Level], entries: &mut Vec<Entry>, value: Option<String>, line: usize) {
    if levels.iter().any(|level| matches!(level, Level::List)) {
        return;
    }
    let Some(Level::Mapping(key)) = levels.last_mut() else { return };
    match key {
        None => *key = Some((value.unwrap_or_default(), line)),
        Some((_, line)) => {
            let line = *line;
            entries.push(Entry { path: path(levels), value, line });
            if let Some(Level::Mapping(key)) = levels.last_mut() {
                *key = None;
            }
        }
    }
}

fn take_list(levels: &[Level], entries: &mut Vec<Entry>) {
    if let Some(Level::Mapping(Some((_, line)))) = levels.last() {
        entries.push(Entry { path: path(levels), value: None, line: *line });
    }
}

/// Returns the keys that lead to the value that is read.
fn path(levels: &[Level]) -> Vec<String> {
    let key = |level: &Level| match level {
        Level::Mapping(key) => key.as_ref().map(|(key, _)| key.clone()),
        Level::List => None,
    };
    levels.iter().filter_map(key).collect()
}
