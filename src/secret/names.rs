//! Names of secrets, and what their values have to tell.

use sha2::{Digest, Sha256};

use super::rules::{SecretRules, rules};
use super::telling::{is_phrase, is_telling as is_telling_word};
use super::value::{is_dense, is_telling};
use crate::display::hex;

/// Returns whether a value belongs to a name of a secret, and is no placeholder.
pub fn is_secret(name: &str, value: &[u8]) -> bool {
    let rules = rules();
    rules.fits(name, value)
        && !std::str::from_utf8(value).is_ok_and(|value| rules.is_resource(name, value))
        && (rules.is_value(value) || rules.is_unmistakable(name) && rules.is_short_value(value))
}

/// Returns whether a value may be a secret: not a placeholder, and not a value that everybody has.
pub fn is_value(value: &[u8]) -> bool {
    rules().is_value(value)
}

/// Returns a name as [`SecretRules::is_key`] compares it: `nexusPassword` and `nexus-password`
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

/// Returns a name without the words and numbers at its end that tell several of a kind apart:
/// `DB_PASSWORD_PROD` and `DB_PASSWORD2` are `DB_PASSWORD`.
fn without_suffixes<'a>(name: &'a str, suffixes: &[String]) -> &'a str {
    let mut name = name;
    loop {
        let digits = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let bare = digits.strip_suffix('_').unwrap_or(digits);
        let word = bare.rsplit_once('_').filter(|(_, last)| suffixes.iter().any(|it| it == last));
        let shorter = word.map_or(bare, |(before, _)| before);
        if shorter.is_empty() || shorter.len() == name.len() {
            return name;
        }
        name = shorter;
    }
}

/// Returns whether a name is one of some words, or ends with `_` and one of them.
fn ends_with(name: &str, words: &[String]) -> bool {
    words.iter().any(|word| {
        let before = name.strip_suffix(word.as_str());
        before.is_some_and(|before| before.is_empty() || before.ends_with('_'))
    })
}

/// The demand of the name of a secret on its value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sort {
    /// Nothing: the name means a secret.
    Any,
    /// A letter and a digit.
    Telling,
    /// That it looks random: the name means other things, too.
    Random,
}

impl SecretRules {
    /// Returns whether a text is the name of a secret, whatever its value is.
    pub(super) fn is_name(&self, name: &str) -> bool {
        self.is_bare_name(&self.bare(name))
    }

    /// Returns whether a key of code or of settings holds a secret, by its name, if its value tells.
    pub(super) fn is_key(&self, name: &str) -> bool {
        self.sort_of_key(&self.bare(name)).is_some()
    }

    /// Returns what a bare name asks of its value.
    fn sort(&self, name: &str) -> Option<Sort> {
        if self.is_bare_name(name) {
            Some(Sort::Any)
        } else if ends_with(name, &self.telling) {
            Some(Sort::Telling)
        } else if ends_with(name, &self.random) && !self.is_public(name) {
            Some(Sort::Random)
        } else {
            None
        }
    }

    /// Returns the same of a bare name in code or in settings, which have `KEY` alone for everything.
    fn sort_of_key(&self, name: &str) -> Option<Sort> {
        self.sort(name).filter(|_| !self.random.iter().any(|word| word == name))
    }

    /// Returns whether a value only names a secret that is elsewhere, as the name of the key says:
    /// `passwordSecret: db-password-2`.
    pub(super) fn is_resource(&self, name: &str, value: &str) -> bool {
        let is_label = |part: &str| {
            let is_number = part.len() <= 2 && part.bytes().all(|b| b.is_ascii_digit());
            is_number || part.len() >= 2 && part.bytes().all(|b| b.is_ascii_lowercase())
        };
        value.contains('-')
            && value.split('-').all(is_label)
            && ends_with(&self.bare(name), &self.resources)
    }

    /// Returns whether a value is a password because of its name and its own looks: it has a letter and a
    /// digit, or it is a phrase and the name leaves no doubt, as `DB_PASSWORD` does.
    pub(super) fn tells(&self, name: &str, value: &str) -> bool {
        let bare = self.bare(name);
        if self.sort_of_key(&bare) == Some(Sort::Random) {
            return self.is_random(value) && is_dense(value);
        }
        if is_telling_word(value) {
            return !self.is_resource(name, value);
        }
        let system = || {
            let word = ["PASSWORD", "PASSWD"].iter();
            let before = word.filter_map(|word| bare.strip_suffix(word)?.strip_suffix('_')).next();
            before.is_some_and(|before| {
                self.systems.contains(before.rsplit('_').next().unwrap_or_default())
            })
        };
        is_phrase(value, |word| self.is_of_labels(word)) && system()
    }

    /// Returns whether a word stands in labels, messages and placeholders beside words for secrets.
    fn is_of_labels(&self, word: &str) -> bool {
        self.of_labels.iter().any(|start| word.starts_with(start.as_str()))
            || self.of_placeholders.contains(word)
            || self.trivial.contains(word)
            || self.weak_placeholders.iter().any(|it| it == word)
            || self.placeholders.iter().any(|it| it == word)
            || self.short.contains(word)
    }

    /// Returns whether a text is nothing but a word for a secret, such as `password` or `api-key2`.
    pub(super) fn is_word(&self, text: &str) -> bool {
        self.words.contains(&self.bare(text))
    }

    /// Returns a name in capitals and without what tells several of a kind apart.
    fn bare(&self, name: &str) -> String {
        let bare = |name: &str| -> String {
            let name = in_capitals(name.trim_start_matches(['-', '_']));
            without_suffixes(&name, &self.suffixes).into()
        };
        let whole = bare(name);
        // Java and Gradle take properties as `-Dname` and `-Pname`.
        let property = ["-D", "-P"].iter().find_map(|option| name.strip_prefix(option)).map(bare);
        property.filter(|it| self.is_bare_name(it) && !self.is_bare_name(&whole)).unwrap_or(whole)
    }

    fn is_bare_name(&self, name: &str) -> bool {
        self.exact.contains(name) || ends_with(name, &self.words) && !self.is_public(name)
    }

    /// Returns whether a name means nothing but a password.
    fn is_unmistakable(&self, name: &str) -> bool {
        let name = self.bare(name);
        !self.is_public(&name) && self.unmistakable.iter().any(|end| name.ends_with(end.as_str()))
    }

    /// Returns whether a value is a secret because of its name, unless it is a placeholder. A name
    /// that means other things, too, needs a value that tells.
    pub(super) fn fits(&self, name: &str, value: &[u8]) -> bool {
        let value = || String::from_utf8_lossy(value);
        match self.sort(&self.bare(name)) {
            Some(Sort::Any) => true,
            Some(Sort::Telling) => is_telling(&value()),
            Some(Sort::Random) => self.is_random(value().trim()),
            None => false,
        }
    }

    fn is_public(&self, name: &str) -> bool {
        ends_with(name, &self.public)
    }

    /// Returns whether everybody has a value.
    pub(super) fn is_known(&self, value: &[u8]) -> bool {
        self.known.contains(&hex(&Sha256::digest(value)))
    }
}
