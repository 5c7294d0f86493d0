//! Takes the fields of an object, each with its expected type.

use std::collections::BTreeMap;

use super::{Object, Value};
use crate::display::escaped_str;

/// The most doubts about one document that are kept.
const DOUBTS: usize = 20;

/// A reader of the fields of an object.
///
/// A field of the wrong type is left out, with a doubt.
pub struct Fields<'a> {
    object: Object,
    /// The path of the object in its document, escaped for display; empty at the top.
    at: String,
    doubts: &'a mut Vec<String>,
}

impl<'a> Fields<'a> {
    /// Returns the fields of `value`; `None` if it is not an object, with a doubt unless it is
    /// null.
    pub fn new(value: Value, at: &str, doubts: &'a mut Vec<String>) -> Option<Self> {
        match value {
            Value::Object(object) => Some(Self { object, at: at.into(), doubts }),
            Value::Null => None,
            other => {
                doubt(doubts, at, &other, "an object");
                None
            }
        }
    }

    /// Returns whether there is a field called `name` that is not null.
    pub fn has(&self, name: &str) -> bool {
        self.object.has(name)
    }

    /// Takes the text called `name`.
    pub fn text(&mut self, name: &str) -> Option<String> {
        self.take(
            name,
            "text",
            |value| if let Value::Text(text) = value { Ok(text) } else { Err(value) },
        )
    }

    /// Takes the number called `name`.
    pub fn number(&mut self, name: &str) -> Option<u64> {
        self.take(
            name,
            "a whole number from 0 to 18,446,744,073,709,551,615",
            |value| match value {
                Value::Number(Some(number)) => Ok(number),
                other => Err(other),
            },
        )
    }

    /// Takes the truth value called `name`.
    pub fn flag(&mut self, name: &str) -> Option<bool> {
        self.take(name, "true or false", |value| {
            if let Value::Flag(flag) = value { Ok(flag) } else { Err(value) }
        })
    }

    /// Takes the object called `name`.
    pub fn object(&mut self, name: &str) -> Option<Fields<'_>> {
        let value = self.value(name)?;
        Fields::new(value, &self.path(name), self.doubts)
    }

    /// Takes the list called `name`; a single text is treated as a list of one, which is the
    /// obvious intention.
    fn list(&mut self, name: &str) -> Option<Vec<Value>> {
        match self.value(name)? {
            Value::Array(list) => Some(list),
            Value::Text(text) => {
                let at = self.path(name);
                note(self.doubts, || {
                    format!("{at} is text instead of a list; it is read as a list of one")
                });
                Some(vec![Value::Text(text)])
            }
            other => {
                doubt(self.doubts, &self.path(name), &other, "a list");
                None
            }
        }
    }

    /// Takes the list of texts called `name`, with `None` for entries of another type.
    pub fn texts(&mut self, name: &str) -> Option<Vec<Option<String>>> {
        let list = self.list(name)?;
        let at = self.path(name);
        let text = |(i, value)| match value {
            Value::Text(text) => Some(text),
            // As in Go, null becomes empty.
            Value::Null => Some(String::new()),
            other => {
                doubt(self.doubts, &format!("{at}[{i}]"), &other, "text");
                None
            }
        };
        Some(list.into_iter().enumerate().map(text).collect())
    }

    /// Takes the list of texts called `name`, without entries of another type.
    pub fn words(&mut self, name: &str) -> Option<Vec<String>> {
        Some(self.texts(name)?.into_iter().flatten().collect())
    }

    /// Takes the command called `name`: a list of words, or a single text, which Docker accepts,
    /// too.
    pub fn command(&mut self, name: &str) -> Option<Vec<String>> {
        match self.value(name)? {
            Value::Text(text) => Some(vec![text]),
            other => {
                self.object.0.push((name.into(), other));
                self.words(name)
            }
        }
    }

    /// Reads each entry of the list of objects called `name`.
    pub fn each<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(Fields<'_>) -> T,
    ) -> Option<Vec<Option<T>>> {
        let list = self.list(name)?;
        let at = self.path(name);
        let mut read =
            |(i, value)| Fields::new(value, &format!("{at}[{i}]"), self.doubts).map(&mut read);
        Some(list.into_iter().enumerate().map(&mut read).collect())
    }

    /// Reads each value of the map of objects called `name`, with its name there.
    pub fn each_member<T>(
        &mut self,
        name: &str,
        mut read: impl FnMut(&str, Fields<'_>) -> T,
    ) -> Vec<T> {
        let at = self.path(name);
        let Some(Fields { object, doubts, .. }) = self.object(name) else { return Vec::new() };
        let mut read = |(key, value): (String, Value)| {
            Fields::new(value, &format!("{at}[\"{}\"]", escaped_str(&key)), doubts)
                .map(|fields| read(&key, fields))
        };
        object.into_map().into_iter().filter_map(&mut read).collect()
    }

    /// Takes the map of texts called `name`.
    pub fn map(&mut self, name: &str) -> Option<BTreeMap<String, String>> {
        Some(self.object(name)?.into_texts())
    }

    /// Converts all members to a map of texts.
    fn into_texts(self) -> BTreeMap<String, String> {
        let Fields { object, at, doubts } = self;
        let text = |(key, value): (String, Value)| match value {
            Value::Text(text) => Some((key, text)),
            Value::Null => Some((key, String::new())),
            other => {
                doubt(doubts, &format!("{at}[\"{}\"]", escaped_str(&key)), &other, "text");
                None
            }
        };
        object.into_map().into_iter().filter_map(text).collect()
    }

    /// Converts all members to maps of texts, by key.
    pub fn maps(self) -> Vec<(String, BTreeMap<String, String>)> {
        let Fields { object, doubts, .. } = self;
        let mut texts = |(key, value): (String, Value)| {
            let texts = Fields::new(value, &escaped_str(&key), doubts)?.into_texts();
            Some((key, texts))
        };
        object.into_map().into_iter().filter_map(&mut texts).collect()
    }

    /// Takes the keys of the map called `name`.
    pub fn keys(&mut self, name: &str) -> Option<Vec<String>> {
        Some(self.object(name)?.object.into_map().into_keys().collect())
    }

    fn take<T>(
        &mut self,
        name: &str,
        wanted: &str,
        into: impl FnOnce(Value) -> Result<T, Value>,
    ) -> Option<T> {
        let value = self.value(name)?;
        into(value).map_err(|other| doubt(self.doubts, &self.path(name), &other, wanted)).ok()
    }

    /// Takes the value called `name`, with a doubt if there are several.
    fn value(&mut self, name: &str) -> Option<Value> {
        let count = self.object.count(name);
        if count > 1 {
            let at = self.path(name);
            note(self.doubts, || {
                format!(
                    "{at} is there {count} times; the last one counts, as in container runtimes"
                )
            });
        }
        self.object.take(name)
    }

    fn path(&self, name: &str) -> String {
        if self.at.is_empty() { name.into() } else { format!("{}.{name}", self.at) }
    }
}

fn doubt(doubts: &mut Vec<String>, at: &str, found: &Value, wanted: &str) {
    let at = if at.is_empty() { "the JSON text" } else { at };
    note(doubts, || format!("{at} is {} instead of {wanted}; it is ignored", found.kind()));
}

fn note(doubts: &mut Vec<String>, text: impl FnOnce() -> String) {
    if doubts.len() < DOUBTS {
        doubts.push(text());
    } else if doubts.len() == DOUBTS {
        doubts.push("more of the kind follow".into());
    }
}
