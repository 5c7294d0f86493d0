//! Splits a command at its operators.

use std::ops::Range;

use super::{Command, Joint, RESERVED, Script};
use crate::shell::obstacle::{Construct, Obstacle};

/// The construct that surrounds the current position.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Quotes,
    Substitution,
    Parameter,
    Backticks,
}

struct ScriptReader<'a> {
    text: &'a str,
    commands: Vec<Command<'a>>,
    word: Option<usize>,
    joint: (Joint, usize),
    current: Vec<Range<usize>>,
    depth: usize,
}

/// Reads a text; `None` if it cannot be followed with certainty.
pub(crate) fn read(text: &str) -> Option<Script<'_>> {
    follow(text).ok()
}

/// Reads a text; an obstacle if it cannot be followed with certainty.
pub(crate) fn follow(text: &str) -> Result<Script<'_>, Obstacle> {
    let start = (Joint::Start, 0);
    let mut reader = ScriptReader {
        text,
        commands: Vec::new(),
        word: None,
        joint: start,
        current: Vec::new(),
        depth: 0,
    };
    let bytes = text.as_bytes();
    let mut inside: Vec<Inside> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let here = bytes[at];
        let next = bytes.get(at + 1).copied().unwrap_or_default();
        let quoted = inside.last() == Some(&Inside::Quotes);
        if !inside.is_empty()
            || !matches!(
                here,
                b' ' | b'\t' | b'\n' | b';' | b'&' | b'|' | b'(' | b')' | b'#' | b'<'
            )
        {
            if reader.word.is_none() {
                reader.word = Some(at);
            }
            match here {
                b'\\' if next == 0 => return Err(Construct::Backslash.at(at)),
                b'\\' => at += 1,
                // `$'…'` has different escapes, and shells disagree on quotes inside a quoted
                // parameter.
                b'$' if next == b'\'' && !quoted => return Err(Construct::DollarQuote.at(at)),
                b'\''
                    if inside.last() == Some(&Inside::Parameter)
                        && inside.contains(&Inside::Quotes) =>
                {
                    return Err(Construct::NestedQuote.at(at));
                }
                b'\'' if !quoted => {
                    let end = bytes[at + 1..].iter().position(|&b| b == b'\'');
                    at += 1 + end.ok_or(Construct::OpenQuote.at(at))?;
                }
                b'"' if quoted => drop(inside.pop()),
                b'"' => inside.push(Inside::Quotes),
                b'`' if inside.last() == Some(&Inside::Backticks) => drop(inside.pop()),
                // The escapes for quotes inside nested backticks are too complex.
                b'`' if inside.contains(&Inside::Backticks) => {
                    return Err(Construct::NestedBackticks.at(at));
                }
                b'`' => inside.push(Inside::Backticks),
                b'$' if next == b'(' => {
                    inside.push(Inside::Substitution);
                    at += 1;
                }
                b'$' if next == b'{' => {
                    inside.push(Inside::Parameter);
                    at += 1;
                }
                b'(' if inside.last() == Some(&Inside::Substitution) => {
                    inside.push(Inside::Substitution);
                }
                b')' if inside.last() == Some(&Inside::Substitution) => drop(inside.pop()),
                b'}' if inside.last() == Some(&Inside::Parameter) => drop(inside.pop()),
                _ => {}
            }
        } else {
            at += reader.operator(at, here, next)?;
        }
        at += 1;
    }
    let end = text.len();
    match inside.last() {
        Some(Inside::Quotes | Inside::Backticks) => return Err(Construct::OpenQuote.at(end)),
        Some(Inside::Substitution | Inside::Parameter) => {
            return Err(Construct::Parenthesis.at(end));
        }
        None if reader.depth != 0 => return Err(reader.unless_case(Construct::Parenthesis, end)),
        None => {}
    }
    reader.end_command(end);
    let commands = reader.commands;
    if commands.is_empty() { Err(Construct::Nothing.at(0)) } else { Ok(Script { commands }) }
}

impl ScriptReader<'_> {
    /// Handles a character with a meaning outside of quotes; returns the number of further
    /// characters that belong to it.
    fn operator(&mut self, at: usize, here: u8, next: u8) -> Result<usize, Obstacle> {
        let before = at.checked_sub(1).map(|i| self.text.as_bytes()[i]).unwrap_or_default();
        let (joint, more) = match (here, next) {
            (b' ' | b'\t', _) => {
                self.end_word(at);
                return Ok(0);
            }
            (b'#', _) if self.word.is_none() => return Err(Construct::Comment.at(at)),
            (b'#', _) => return Ok(0),
            (b'<', b'<') => return Err(Construct::Document.at(at)),
            (b'<', _) => {
                self.word.get_or_insert(at);
                return Ok(0);
            }
            (b'&', b'&') => (Joint::And, 1),
            (b'&', b'>') => {
                self.word.get_or_insert(at);
                return Ok(1);
            }
            // `2>&1`.
            (b'&', _) if matches!(before, b'>' | b'<') => return Ok(0),
            (b'&', _) => (Joint::Background, 0),
            // `>|`.
            (b'|', _) if before == b'>' => return Ok(0),
            (b'|', b'|') => (Joint::Or, 1),
            (b'|', b'&') => (Joint::Pipe, 1),
            (b'|', _) => (Joint::Pipe, 0),
            (b';', b';') => {
                self.end_command(at);
                return Err(self.unless_case(Construct::Semicolons, at));
            }
            (b';' | b'\n', _) => (Joint::Then, 0),
            (b'(', _) => {
                // A function, or an array.
                if self.word.is_some()
                    || self.current.iter().any(|word| !RESERVED.contains(&&self.text[word.clone()]))
                {
                    self.end_command(at);
                    return Err(self.unless_case(Construct::Function, at));
                }
                self.end_command(at);
                self.depth += 1;
                self.joint = (Joint::Start, at);
                return Ok(0);
            }
            (b')', _) => {
                self.end_command(at);
                let depth = self.depth.checked_sub(1);
                self.depth = depth.ok_or_else(|| self.unless_case(Construct::Parenthesis, at))?;
                self.joint = (Joint::Start, at + 1);
                return Ok(0);
            }
            _ => return Ok(0),
        };
        self.end_command(at);
        self.joint = (joint, at);
        Ok(more)
    }

    /// Returns the obstacle: a `case` before it, if there is one.
    fn unless_case(&self, construct: Construct, at: usize) -> Obstacle {
        let case = self.commands.iter().find_map(|command| {
            let first = command.words.iter().position(|word| !RESERVED.contains(word))?;
            (command.words[first] == "case").then(|| command.places[first].start)
        });
        case.map_or(construct.at(at), |case| Construct::Case.at(case))
    }

    fn end_word(&mut self, at: usize) {
        if let Some(start) = self.word.take() {
            self.current.push(start..at);
        }
    }

    fn end_command(&mut self, at: usize) {
        self.end_word(at);
        let places = std::mem::take(&mut self.current);
        // The operator before parentheses is that of the first command in them, one level up.
        let keeps_joint = places.is_empty() && self.joint.0 != Joint::Start;
        if !places.is_empty() || keeps_joint {
            let words = places.iter().map(|place| &self.text[place.clone()]).collect();
            self.commands.push(Command { words, places, joint: self.joint, depth: self.depth });
        }
    }
}
