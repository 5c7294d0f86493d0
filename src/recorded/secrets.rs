//! Secrets as a report records them: masked, with the advice on each.

#![expect(missing_docs, reason = "the contract explains its members: assets/report.schema.json")]

use serde::Deserialize;

use super::reason;
use crate::display::{Escaped, escaped_str, shown};
use crate::secret::{Unsearched, headline, lines_without};
use crate::tree::Reason;

#[derive(Debug, Deserialize)]
pub struct SecretsRecord {
    pub found: Vec<SecretRecord>,
    /// The number of files that were not searched.
    #[serde(default)]
    pub unread_files: usize,
    /// The number of those of which only the first secrets are counted.
    #[serde(default)]
    pub cut_files: usize,
    /// The number of layers that could not be read.
    #[serde(default)]
    pub unread_layers: usize,
    /// False if the config is not known, or was not searched as a whole.
    #[serde(default = "read_by_default")]
    pub config_read: bool,
    /// True if only the first secrets of the config are counted.
    #[serde(default)]
    pub config_cut: bool,
    /// The number of archives whose members were not searched.
    #[serde(default)]
    pub unopened_archives: usize,
    /// The number of attestations that were not opened.
    #[serde(default)]
    pub unopened_attestations: usize,
}

fn read_by_default() -> bool {
    true
}

#[derive(Debug, Deserialize)]
pub struct SecretRecord {
    pub what: Escaped,
    pub place: Escaped,
    /// The place in words.
    #[serde(default, rename = "where")]
    pub whereabouts: Option<Escaped>,
    pub path: Option<Escaped>,
    pub line: Option<usize>,
    pub layer: Option<usize>,
    pub removed_in: Option<usize>,
    #[serde(default, with = "reason")]
    pub reason: Option<Reason>,
    pub visible: bool,
    pub masked: Escaped,
    /// The secret with the same value that came first.
    #[serde(default)]
    pub same_value_as: Option<usize>,
    /// The command that shows it.
    #[serde(default)]
    pub see: Option<Escaped>,
    pub why: Escaped,
    pub revoke: Option<Escaped>,
    pub fix: PreventionRecord,
}

/// The way to build without a secret.
#[derive(Debug, Deserialize)]
pub struct PreventionRecord {
    pub what: Escaped,
    /// The instruction that names the file, and fails without it.
    #[serde(default)]
    pub take_out: Option<Escaped>,
    /// Lines of a Dockerfile.
    #[serde(default)]
    pub dockerfile: Option<Escaped>,
    /// Lines of `.dockerignore`.
    #[serde(default)]
    pub dockerignore: Option<Escaped>,
}

impl PreventionRecord {
    /// Returns the lines of a Dockerfile, and those of `.dockerignore` with a comment above them.
    pub fn lines(&self) -> Vec<Escaped> {
        let Self { take_out, dockerfile, dockerignore, .. } = self;
        lines_without(take_out.as_ref(), dockerfile.as_ref(), dockerignore.as_ref())
    }
}

impl SecretRecord {
    /// Returns the file with its line, or the part of the config.
    pub fn whereabouts(&self) -> Escaped {
        if let Some(words) = &self.whereabouts {
            return words.clone();
        }
        match (&self.path, self.line) {
            (Some(path), Some(line)) => shown!("{}, line {}", path, line),
            (Some(path), None) => path.clone(),
            (None, _) => shown!("{} in the config", escaped_str(&self.place.replace('-', " "))),
        }
    }

    /// Returns what to do now.
    pub fn revocation(&self) -> Escaped {
        match &self.revoke {
            Some(page) => shown!("revoke it and create a new one: {}", page),
            None => {
                "revoke it and create a new one: a new image does not take back the old one".into()
            }
        }
    }
}

impl SecretsRecord {
    /// Returns the sentence about all of them; `None` if there are none.
    pub fn headline(&self) -> Option<String> {
        let count = self.found.len();
        let deleted = self.found.iter().filter(|secret| !secret.visible).count();
        let repeated = self.found.iter().filter(|secret| secret.same_value_as.is_some()).count();
        (count > 0).then(|| self.gaps().qualify(headline(count, count - repeated, deleted)))
    }

    /// Says what was not searched; `None` if everything was.
    pub fn not_searched(&self) -> Option<Escaped> {
        self.gaps().words()
    }

    /// Returns what was to be searched and was not, so that there may be more secrets.
    pub fn gaps(&self) -> Unsearched {
        Unsearched {
            files: self.unread_files.saturating_sub(self.cut_files),
            cut_files: self.cut_files,
            layers: self.unread_layers,
            lacks_config: !self.config_read && !self.config_cut,
            has_cut_config: self.config_cut,
            archives: self.unopened_archives,
            attestations: self.unopened_attestations,
        }
    }
}
