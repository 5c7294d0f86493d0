//! Parses bytes to values as Go's `encoding/json` does.

use super::{Object, Value};

/// The deepest nesting of values that are kept; deeper ones are read and dropped. Real documents
/// have at most ten levels.
const DEPTH: usize = 1000;
/// The most values of a document.
const VALUES: usize = 4_000_000;

/// A document that is not JSON.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem} at line {line} column {column}")]
pub struct JsonError {
    problem: &'static str,
    line: usize,
    column: usize,
}

/// The byte order mark in UTF-8.
pub(super) const MARK: &[u8] = b"\xef\xbb\xbf";

/// A value, and what is odd about its text.
pub(super) struct Parsed {
    pub value: Value,
    /// True if something other than white space follows.
    pub more: bool,
    /// True if all strings are UTF-8.
    pub is_utf8: bool,
}

/// Parses a value with everything in it.
pub(super) fn parse(bytes: &[u8]) -> Result<Parsed, JsonError> {
    let start = if bytes.starts_with(MARK) { MARK.len() } else { 0 };
    let mut parser = Parser { bytes, at: start, values: 0, is_utf8: true };
    let value = parser.document().map_err(|problem| parser.error(problem))?;
    parser.skip_white_space();
    Ok(Parsed { value, more: parser.at < bytes.len(), is_utf8: parser.is_utf8 })
}

/// An array or an object that has not been closed.
enum Open {
    Array(Vec<Value>),
    /// The members so far, and the key of the next one.
    Object(Vec<(String, Value)>, String),
}

struct Parser<'a> {
    bytes: &'a [u8],
    at: usize,
    values: usize,
    is_utf8: bool,
}

type Step<T> = Result<T, &'static str>;

impl Parser<'_> {
    fn error(&self, problem: &'static str) -> JsonError {
        let before = &self.bytes[..self.at.min(self.bytes.len())];
        let line = before.split(|&b| b == b'\n').count();
        let column = before.iter().rev().take_while(|&&b| b != b'\n').count() + 1;
        JsonError { problem, line, column }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\r' | b'\n')) {
            self.at += 1;
        }
    }

    /// Takes `byte` if it comes next, after white space.
    fn take(&mut self, byte: u8) -> bool {
        self.skip_white_space();
        let taken = self.peek() == Some(byte);
        self.at += usize::from(taken);
        taken
    }

    /// Parses a value without recursion, because the document determines the depth.
    fn document(&mut self) -> Step<Value> {
        let mut open: Vec<Open> = Vec::new();
        loop {
            self.values += 1;
            if self.values > VALUES {
                return Err("too many values");
            }
            self.skip_white_space();
            let mut value = match self.peek().ok_or("the text ends where a value was expected")? {
                b'[' => {
                    self.at += 1;
                    if !self.take(b']') {
                        open.push(Open::Array(Vec::new()));
                        continue;
                    }
                    Value::Array(Vec::new())
                }
                b'{' => {
                    self.at += 1;
                    if !self.take(b'}') {
                        let key = self.key()?;
                        open.push(Open::Object(Vec::new(), key));
                        continue;
                    }
                    Value::Object(Object::default())
                }
                _ => self.scalar()?,
            };
            // The value may be the last member of what contains it.
            loop {
                let kept = open.len() <= DEPTH;
                match open.pop() {
                    None => return Ok(value),
                    Some(Open::Array(mut list)) => {
                        list.extend(kept.then_some(value));
                        if self.take(b',') {
                            open.push(Open::Array(list));
                            break;
                        }
                        if !self.take(b']') {
                            return Err("expected a comma or the end of an array");
                        }
                        value = Value::Array(list);
                    }
                    Some(Open::Object(mut members, key)) => {
                        members.extend(kept.then_some((key, value)));
                        if self.take(b',') {
                            let key = self.key()?;
                            open.push(Open::Object(members, key));
                            break;
                        }
                        if !self.take(b'}') {
                            return Err("expected a comma or the end of an object");
                        }
                        value = Value::Object(Object(members));
                    }
                }
            }
        }
    }

    fn key(&mut self) -> Step<String> {
        self.skip_white_space();
        let key = self.text().map_err(|problem| match self.peek() {
            None => "the text ends inside an object",
            _ => problem,
        })?;
        if self.take(b':') { Ok(key) } else { Err("expected a colon") }
    }

    fn scalar(&mut self) -> Step<Value> {
        match self.peek() {
            Some(b'"') => self.text().map(Value::Text),
            Some(b'-' | b'0'..=b'9') => self.number(),
            _ => {
                for (word, value) in [
                    ("null", Value::Null),
                    ("true", Value::Flag(true)),
                    ("false", Value::Flag(false)),
                ] {
                    if self.bytes[self.at..].starts_with(word.as_bytes()) {
                        self.at += word.len();
                        return Ok(value);
                    }
                }
                Err("expected a value")
            }
        }
    }

    fn number(&mut self) -> Step<Value> {
        let digits = |parser: &mut Self| {
            let start = parser.at;
            while parser.peek().is_some_and(|b| b.is_ascii_digit()) {
                parser.at += 1;
            }
            if parser.at > start { Ok(parser.at - start) } else { Err("expected a digit") }
        };
        let start = self.at;
        self.at += usize::from(self.peek() == Some(b'-'));
        let zero = self.peek() == Some(b'0');
        if digits(self)? > 1 && zero {
            return Err("a number begins with a zero");
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            digits(self)?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            digits(self)?;
        }
        let text = std::str::from_utf8(&self.bytes[start..self.at]).unwrap_or_default();
        Ok(Value::Number(text.parse().ok()))
    }

    fn text(&mut self) -> Step<String> {
        if self.peek() != Some(b'"') {
            return Err("expected a string");
        }
        self.at += 1;
        let mut text = String::new();
        loop {
            let rest = &self.bytes[self.at..];
            let plain = rest
                .iter()
                .position(|&b| b < b' ' || matches!(b, b'"' | b'\\'))
                .unwrap_or(rest.len());
            self.is_utf8 &= push_utf8(&mut text, &rest[..plain]);
            self.at += plain;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(text);
                }
                Some(b'\\') => {
                    self.at += 1;
                    text.push(self.escape()?);
                }
                Some(_) => return Err("a control character stands in a string"),
                None => return Err("the text ends inside a string"),
            }
        }
    }

    fn escape(&mut self) -> Step<char> {
        let escape = self.peek().ok_or("the text ends inside a string")?;
        self.at += 1;
        Ok(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.unit().ok_or("a \\u has not four digits behind it")?;
                self.at += 4;
                match (unit, self.low_half()) {
                    (0xd800..=0xdbff, Some(low)) => {
                        self.at += 6;
                        char::from_u32(0x1_0000 + ((unit - 0xd800) << 10) + (low - 0xdc00))
                    }
                    // Half of a surrogate pair becomes the replacement character.
                    _ => char::from_u32(unit),
                }
                .unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            _ => return Err("an escape is none of JSON's"),
        })
    }

    /// Reads four hexadecimal digits.
    fn unit(&self) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + 4)?;
        digits.iter().try_fold(0, |sum, &b| Some(sum << 4 | char::from(b).to_digit(16)?))
    }

    /// Reads the second half of a surrogate pair, if it comes next.
    fn low_half(&self) -> Option<u32> {
        let next = Self {
            bytes: self.bytes.get(self.at..)?.strip_prefix(b"\\u")?,
            at: 0,
            values: 0,
            is_utf8: true,
        };
        next.unit().filter(|unit| (0xdc00..=0xdfff).contains(unit))
    }
}

/// Appends bytes; each that is not UTF-8 becomes U+FFFD. Returns whether there was none.
fn push_utf8(text: &mut String, bytes: &[u8]) -> bool {
    let mut is_utf8 = true;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        is_utf8 &= chunk.invalid().is_empty();
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    is_utf8
}
