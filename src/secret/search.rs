//! Searches the contents of a file, in the way that its path asks for.

use std::collections::HashSet;

use super::Hit;
use super::command::{find_in_command, pairs};
use super::names::is_value;
use super::rules::{FileRule, Looks, rules};
use super::settings::find_settings;
use super::token::find_tokens;

/// The largest file of a rule that is searched, in bytes.
const FILE: u64 = 1 << 20;
/// The largest text that is searched for tokens, in bytes.
const TEXT: u64 = 256 << 10;
/// The most secrets of a file that are known.
const SECRETS: usize = 200;
/// The number of bytes in which a file without zeros is taken for a text.
const HEAD: usize = 8 << 10;

/// The way in which a file is searched: by the rule of its path, and for tokens; or for tokens
/// alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSearch(u16);

impl FileSearch {
    /// Returns the search with a number: that of a rule, or one behind all rules.
    pub fn numbered(number: u16) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub fn number(self) -> u16 {
        self.0
    }

    /// Returns the rule; `None` if only tokens are searched.
    pub fn rule(self) -> Option<&'static FileRule> {
        rules().files.get(usize::from(self.0))
    }

    /// Returns whether a file of `bytes` bytes is searched.
    pub fn takes(self, bytes: u64) -> bool {
        let most = if self.rule().is_some() { FILE } else { TEXT };
        (1..=most).contains(&bytes)
    }

    /// Returns whether this search finds whatever the other one does.
    pub fn includes(self, other: Self) -> bool {
        self == other || other.rule().is_none()
    }

    /// Finds the secrets in the contents of a file, each value once.
    pub fn find(self, bytes: &[u8]) -> Vec<Hit> {
        let mut hits = self.rule().map(|rule| by_rule(rule, bytes)).unwrap_or_default();
        if is_text(bytes) {
            let tokens = find_tokens(bytes);
            hits.retain(|hit| tokens.iter().all(|token| !overlap(token, hit)));
            hits.extend(tokens);
        }
        let mut known = HashSet::new();
        hits.retain(|hit| known.insert(bytes[hit.range.clone()].to_vec()));
        hits.sort_by_key(|hit| hit.range.start);
        hits.truncate(SECRETS);
        hits
    }
}

/// Finds the secrets that the rule of a path knows.
fn by_rule(rule: &'static FileRule, bytes: &[u8]) -> Vec<Hit> {
    let as_text = || String::from_utf8_lossy(bytes);
    let of_rule =
        |hit: Hit| Hit { kind: if hit.kind.is_general { &rule.kind } else { hit.kind }, ..hit };
    match &rule.looks {
        Looks::Tokens => Vec::new(),
        Looks::Regex(expressions) => expressions
            .iter()
            .flat_map(|expression| expression.captures_iter(bytes).take(SECRETS))
            .filter_map(|found| {
                let value = found.get(1).or_else(|| found.get(0))?;
                let is_secret = found.get(1).is_none() || is_value(value.as_bytes());
                is_secret.then(|| Hit { kind: &rule.kind, range: value.range(), name: None })
            })
            .collect(),
        // Lossy text has other places; its secrets are found all the same.
        Looks::Pairs if std::str::from_utf8(bytes).is_ok() => {
            pairs(&as_text()).into_iter().map(of_rule).collect()
        }
        Looks::Commands if std::str::from_utf8(bytes).is_ok() => {
            find_in_command(&as_text()).into_iter().map(of_rule).collect()
        }
        Looks::Settings(only_quoted) if std::str::from_utf8(bytes).is_ok() => {
            find_settings(&as_text(), *only_quoted).into_iter().map(of_rule).collect()
        }
        Looks::Pairs | Looks::Commands | Looks::Settings(_) => Vec::new(),
    }
}

fn overlap(one: &Hit, other: &Hit) -> bool {
    one.range.start < other.range.end && other.range.start < one.range.end
}

/// Returns whether the beginning of a file is text.
pub fn is_text(bytes: &[u8]) -> bool {
    !bytes[..bytes.len().min(HEAD)].contains(&0)
}
