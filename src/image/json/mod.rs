//! Parses JSON as Go's `encoding/json` does, because all container runtimes read manifests and
//! configs with it.
//!
//! It differs from serde_json in ways that real archives need: keys match fields in any case, the
//! last of equal keys counts, and bytes that are not UTF-8 become U+FFFD instead of an error. It is
//! more lenient than Go: a field of the wrong type is left out with a doubt, where Go fails.

mod fields;
mod parse;

pub use fields::Fields;
pub use parse::JsonError;

/// A JSON value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Flag(bool),
    /// A number; `None` if it is negative, a fraction or too large.
    Number(Option<u64>),
    /// A string.
    Text(String),
    /// A list.
    Array(Vec<Value>),
    /// Keys with values.
    Object(Object),
}

/// The members of an object, in order; keys may occur more than once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Object(Vec<(String, Value)>);

/// A parsed document, with its peculiarities.
#[derive(Debug)]
pub struct Document {
    /// The value.
    pub value: Value,
    /// Descriptions of the parts that were left out, with reasons, in sentences escaped for
    /// display.
    pub doubts: Vec<String>,
}

impl Document {
    /// Parses JSON text; a byte order mark is allowed.
    ///
    /// # Errors
    ///
    /// [`JsonError`] if the text is not JSON.
    pub fn parse(bytes: &[u8]) -> Result<Self, JsonError> {
        let parse::Parsed { value, more, is_utf8 } = parse::parse(bytes)?;
        let mut doubts = Vec::new();
        if bytes.starts_with(parse::MARK) {
            doubts.push(
                "it begins with a byte order mark, with which container runtimes refuse it".into(),
            );
        }
        if !is_utf8 {
            doubts.push("it has bytes that are not UTF-8; they are read as U+FFFD, as container runtimes do".into());
        }
        if more {
            doubts.push("there is more text after the JSON; it is ignored".into());
        }
        Ok(Self { value, doubts })
    }
}

impl Value {
    /// Returns the type with its article: `a number`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag(_) => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "text",
            Self::Array(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl Object {
    /// Takes the field called `name`, in any case.
    ///
    /// The last of several counts; objects are merged, as Go decodes the second into the first.
    fn take(&mut self, name: &str) -> Option<Value> {
        let mut found: Option<Value> = None;
        for (_, value) in self.0.iter_mut().filter(|(key, _)| is_spelling(key, name)) {
            let value = std::mem::replace(value, Value::Null);
            found = match (found, value) {
                (Some(Value::Object(mut first)), Value::Object(second)) => {
                    first.0.extend(second.0);
                    Some(Value::Object(first))
                }
                // As in Go, null only resets lists and maps.
                (
                    Some(first @ (Value::Text(_) | Value::Flag(_) | Value::Number(_))),
                    Value::Null,
                ) => Some(first),
                (_, value) => Some(value),
            };
        }
        found.filter(|value| *value != Value::Null)
    }

    /// Counts the fields called `name` that are not null.
    fn count(&self, name: &str) -> usize {
        self.0.iter().filter(|(key, value)| *value != Value::Null && is_spelling(key, name)).count()
    }

    /// Returns whether there is a field called `name` that is not null.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(key, value)| *value != Value::Null && is_spelling(key, name))
    }

    /// Converts the members to a map for keys that are not fields; the last of equal keys counts.
    fn into_map(self) -> std::collections::BTreeMap<String, Value> {
        self.0.into_iter().collect()
    }
}

/// Returns whether `key` is `name` in any case. Two Unicode letters fold to ASCII ones.
fn is_spelling(key: &str, name: &str) -> bool {
    let fold = |c: char| match c {
        'ſ' => 's',
        '\u{212a}' => 'k',
        c => c.to_ascii_lowercase(),
    };
    key.chars().map(fold).eq(name.chars().map(fold))
}

#[cfg(test)]
mod tests;
