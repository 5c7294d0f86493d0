//! Expands variables and the results of commands.

use super::{Parser, Word};
use crate::shell::word::{Draft, TooComplex, is_name};

impl Parser<'_, '_> {
    /// Reads the expansion after a dollar sign.
    pub(super) fn read_expansion(
        &mut self,
        draft: &mut Draft,
        quoted: bool,
    ) -> Result<(), TooComplex> {
        self.count()?;
        match self.chars.peek().copied() {
            Some('@' | '*') => {
                self.chars.next();
                self.push_arguments(draft)
            }
            Some('(') => {
                self.skip_nested('(', ')')?;
                draft.be_unknown();
                Ok(())
            }
            Some('{') => self.read_braces(draft, quoted),
            Some(c) if is_name(c) => {
                let mut name = String::new();
                while let Some(c) = self
                    .chars
                    .next_if(|&c| is_name(c) && !name.starts_with(|d: char| d.is_ascii_digit()))
                {
                    name.push(c);
                }
                let value = self.value(&name);
                self.push_value(draft, value.unwrap_or(Some(String::new())), quoted)
            }
            Some('?' | '$' | '!' | '#' | '-') => {
                self.chars.next();
                draft.be_unknown();
                Ok(())
            }
            _ => {
                draft.start(false);
                draft.push('$')
            }
        }
    }

    /// Reads `{NAME}`, `{NAME:-default}` or `{NAME-default}`; the values of other forms are
    /// unknown.
    fn read_braces(&mut self, draft: &mut Draft, quoted: bool) -> Result<(), TooComplex> {
        let inner = self.skip_nested('{', '}')?;
        let end = inner.find(|c| !is_name(c)).unwrap_or(inner.len());
        let (name, rest) = inner.split_at(end);
        if inner == "@" || inner == "*" {
            return self.push_arguments(draft);
        }
        let plain = |text: &&str| !text.contains(['$', '`', '"', '\'', '\\']);
        let default = rest.strip_prefix(":-").or_else(|| rest.strip_prefix('-')).filter(plain);
        let value = match (name.is_empty(), rest.is_empty(), default) {
            (true, ..) => None,
            (_, true, _) => self.value(name).unwrap_or(Some(String::new())),
            (_, _, Some(default)) => match self.value(name) {
                Some(Some(value)) if value.is_empty() && rest.starts_with(':') => {
                    Some(default.to_owned())
                }
                Some(value) => value,
                None => Some(default.to_owned()),
            },
            _ => None,
        };
        self.push_value(draft, value, quoted)
    }

    pub(super) fn value(&self, name: &str) -> Option<Word> {
        match name.parse::<usize>() {
            Ok(0) => Some(None),
            Ok(n) => self.variables.arguments.get(n - 1).map(|argument| Some(argument.clone())),
            Err(_) => (self.variables.value)(name),
        }
    }

    fn push_value(
        &mut self,
        draft: &mut Draft,
        value: Word,
        quoted: bool,
    ) -> Result<(), TooComplex> {
        let Some(value) = value else {
            draft.be_unknown();
            return Ok(());
        };
        if quoted {
            return draft.push_all(&value);
        }
        let mut first = true;
        for part in value.split([' ', '\t', '\n']) {
            if !std::mem::take(&mut first) {
                self.end_word(draft)?;
            }
            if !part.is_empty() {
                draft.start(true);
                draft.push_all(part)?;
            }
        }
        Ok(())
    }

    fn push_arguments(&mut self, draft: &mut Draft) -> Result<(), TooComplex> {
        if self.variables.arguments.is_empty() && draft.text.is_empty() {
            // `"$@"` without arguments expands to no word at all.
            draft.started = false;
        }
        for (i, argument) in self.variables.arguments.iter().enumerate() {
            if i > 0 {
                self.end_word(draft)?;
            }
            draft.start(true);
            draft.push_all(argument)?;
        }
        Ok(())
    }
}
