//! Reads the scalars of a YAML file with their paths and lines.
//!
//! dive takes its rules as texts, so a parser of events is enough, and `0.90` stays what it is.

use std::collections::HashMap;

use saphyr_parser::{Event, Parser, ScalarStyle};

use crate::toml_file::Problem;

/// The deepest nesting that is read.
const DEEPEST: usize = 16;

/// The value at the end of a path of keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// Nothing, or an empty mapping.
    Nothing,
    /// A text.
    Text(String),
    /// A list, whose contents are not read.
    List,
    /// An alias of something else than a text.
    Alias,
}

/// A value at the end of a path of keys; without keys, it is the whole document.
pub struct Entry {
    /// The keys.
    pub path: Vec<String>,
    /// The value.
    pub value: Value,
    /// The line of the last key, or of the value of a document without keys, counted from 1.
    pub line: usize,
}

/// The contents of a YAML file.
#[derive(Default)]
pub struct Document {
    /// The values of the first document.
    pub entries: Vec<Entry>,
    /// The line of a second document, which nothing reads.
    pub second: Option<usize>,
}

/// A mapping or a list that is being read.
enum Level {
    /// A mapping, with the key whose value is next, and its line.
    Mapping(Option<(String, usize)>),
    /// A list, whose contents do not matter.
    List,
}

/// Lists the values of the first document.
///
/// # Errors
///
/// [`Problem`] if the text is no YAML.
pub fn read(text: &str) -> Result<Document, Problem> {
    let (mut document, mut levels, mut is_behind) = (Document::default(), Vec::new(), false);
    let mut anchors: HashMap<usize, String> = HashMap::new();
    for event in Parser::new_from_str(text) {
        let (event, span) =
            event.map_err(|error| Problem::on(error.marker().line(), "", error.info()))?;
        let line = span.start.line();
        if is_behind {
            if matches!(event, Event::DocumentStart(..)) {
                document.second = Some(line);
                break;
            }
            continue;
        }
        match event {
            Event::Scalar(value, style, anchor, _) => {
                let is_null = style == ScalarStyle::Plain && matches!(&*value, "" | "~" | "null");
                anchors.insert(anchor, value.to_string());
                let text = value.into_owned();
                let value = if is_null { Value::Nothing } else { Value::Text(text) };
                take(&mut levels, &mut document.entries, value, line);
            }
            Event::Alias(anchor) => {
                let value = anchors.get(&anchor).cloned().map_or(Value::Alias, Value::Text);
                take(&mut levels, &mut document.entries, value, line);
            }
            Event::MappingStart(..) => levels.push(Level::Mapping(None)),
            Event::SequenceStart(..) => {
                // A list stands for its key, and not for its contents.
                if !levels.iter().any(|level| matches!(level, Level::List)) {
                    let path = path(&levels);
                    let line = line_of(&levels).unwrap_or(line);
                    document.entries.push(Entry { path, value: Value::List, line });
                }
                levels.push(Level::List);
            }
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
                if let Some(Level::Mapping(key)) = levels.last_mut() {
                    *key = None;
                }
            }
            Event::DocumentEnd => is_behind = true,
            _ => {}
        }
        if levels.len() > DEEPEST {
            return Err(Problem::on(line, "", "it is nested too deeply"));
        }
    }
    Ok(document)
}

/// Takes a scalar as a key or as a value.
fn take(levels: &mut [Level], entries: &mut Vec<Entry>, value: Value, line: usize) {
    if levels.iter().any(|level| matches!(level, Level::List)) {
        return;
    }
    match levels.last_mut() {
        None => entries.push(Entry { path: Vec::new(), value, line }),
        Some(Level::Mapping(key @ None)) => {
            let name = if let Value::Text(name) = value { name } else { String::new() };
            *key = Some((name, line));
        }
        Some(_) => {
            let line = line_of(levels).unwrap_or(line);
            entries.push(Entry { path: path(levels), value, line });
            if let Some(Level::Mapping(key)) = levels.last_mut() {
                *key = None;
            }
        }
    }
}

/// Returns the line of the last key.
fn line_of(levels: &[Level]) -> Option<usize> {
    match levels.last() {
        Some(Level::Mapping(Some((_, line)))) => Some(*line),
        _ => None,
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
