//! Names of secrets, and values that are none.

use sha2::{Digest, Sha256};

use super::Masked;
use super::rules::{SecretRules, rules};
use crate::display::hex;

/// The shortest value that is a secret, in bytes.
const SHORTEST: usize = 6;

/// Returns whether a value belongs to a name of a secret, and is no placeholder.
pub fn is_secret(name: &str, value: &[u8]) -> bool {
    let rules = rules();
    rules.is_name(name) && rules.is_value(value)
}

/// Returns whether a value may be a secret: not a placeholder, and not a value that everybody has.
pub fn is_value(value: &[u8]) -> bool {
    rules().is_value(value)
}

/// Returns a name as [`SecretRules::is_name`] compares it: `nexusPassword` and `nexus-password`
/// are `NEXUS_PASSWORD`.
fn in_capitals(name: &str) -> String {
    let mut capitals = String::with_capacity(name.len() + 4);
    let mut is_after_small = false;
    for c in name.chars() {
        if is_after_small && c.is_ascii_uppercase() {
            capitals.push('_');
        }
        is_after_small = c.is_ascii_lowercase();
        capitals.push(if matches!(c, '-' | '.') { '_' } else { c.to_ascii_uppercase() });
    }
    capitals
}

impl SecretRules {
    /// Returns whether a variable, an option or a key holds a secret, by its name.
    pub(super) fn is_name(&self, name: &str) -> bool {
        let name = in_capitals(name.trim_start_matches(['-', '_']));
        let ends = |word: &String| {
            let before = name.strip_suffix(word.as_str());
            before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
        };
        self.exact.contains(&name) || self.words.iter().any(ends)
    }

    /// Returns whether a value may be a secret: not a placeholder, a path or a reference, and not a
    /// value that everybody has.
    pub(super) fn is_value(&self, value: &[u8]) -> bool {
        let text = String::from_utf8_lossy(value);
        let text = text.trim().trim_matches(['"', '\'']);
        let lower = text.to_lowercase();
        let is_reference = || {
            text.starts_with(['$', '<', '/', '@', '%', '!', '*', '(', '~']) || text.ends_with('>')
        };
        let is_repeated = || text.chars().skip(1).all(|c| text.starts_with(c));
        let is_number = || text.chars().all(|c| c.is_ascii_digit()) && text.len() < 10;
        let is_address = || lower.starts_with("http://") || lower.starts_with("https://");
        text.len() >= SHORTEST
            && !Masked::is_like(text)
            && !is_reference()
            && !is_repeated()
            && !is_number()
            && !is_address()
            && !self.trivial.contains(&lower)
            && !self.parts.iter().any(|part| lower.contains(part.as_str()))
            && !self.is_known(text.as_bytes())
    }

    /// Returns whether everybody has a value.
    pub(super) fn is_known(&self, value: &[u8]) -> bool {
        self.known.contains(&hex(&Sha256::digest(value)))
    }
}
