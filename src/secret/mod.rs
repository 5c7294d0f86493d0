//! Recognises secrets in text, and masks them.
//!
//! The rules are data (`assets/secrets.toml`): tokens by their published shape and, where they have
//! one, their checksum; names of variables whose values are secrets; values that are only
//! placeholders. What is found is known by its place and its [`Kind`]; its value is shown only as
//! [`Masked`].

mod argument;
mod blocks;
mod code;
mod command;
mod copies;
mod documents;
mod elsewhere;
mod encoding;
mod fingerprint;
mod found;
mod hints;
mod instruction;
mod manifest;
mod masked;
mod names;
mod paths;
mod pattern;
mod rule;
mod rules;
mod scripts;
mod search;
mod settings;
mod telling;
mod token;
mod value;
mod words;
mod written;

use std::ops::Range;

use crate::display::{Escaped, escaped_str, plural, shown};

pub use blocks::{BlockSearch, FarHit, count_lines};
pub use copies::{Copies, CopyFinder};
pub use encoding::{Encoding, HEAD, is_container};
pub use fingerprint::fingerprint;
pub use found::{FoundValues, ValueHash};
pub use instruction::{find_in_command, find_named, mask, mask_words};
pub use masked::Masked;
pub use names::{is_secret, is_value};
pub use paths::{SearchByPath, has_other_search, path_matcher};
pub use rules::{Area, FileRule, Kind, Looks, SearchedThere, SecretRules, kinds, rules};
pub use search::{FileSearch, FoundInFile, SmallTexts};
pub use settings::find_settings;
pub use token::find_tokens;
pub use words::find_in_words;

/// The most secrets that one expression finds in a text, whether their values differ or not. What is
/// searched in one text beyond them is not known.
const HITS: usize = 10_000;
/// The most different secrets that are counted in a file, or in a config.
pub const MOST: usize = 1_000;

/// A secret in a text.
#[derive(Debug, Clone)]
pub struct Hit {
    /// The kind.
    pub kind: &'static Kind,
    /// The bytes of the value in the text.
    pub range: Range<usize>,
    /// The name that the value was given, if it is known by its name.
    pub name: Option<String>,
}

/// Returns the lines that keep a secret out: what they replace, those of a Dockerfile, and those of
/// `.dockerignore` with a comment above them.
pub fn lines_without(
    take_out: Option<&Escaped>,
    dockerfile: Option<&Escaped>,
    dockerignore: Option<&Escaped>,
) -> Vec<Escaped> {
    let taken_out = take_out.map(|line| shown!("# instead of: {}", line));
    let mut lines: Vec<_> = taken_out.into_iter().chain(dockerfile.cloned()).collect();
    if let Some(line) = dockerignore {
        lines.extend(["# in .dockerignore:".into(), line.clone()]);
    }
    lines
}

/// Counts the secrets of an image by their places, their values, and those that a later layer
/// deleted, in a sentence.
pub fn headline(count: usize, values: usize, deleted: usize) -> String {
    let secrets = match values {
        values if values == count => plural(count, "secret"),
        values => format!("{} ({})", plural(count, "secret"), plural(values, "different value")),
    };
    let them = if count == 1 { "it" } else { "them" };
    match deleted {
        1 if count == 1 => {
            format!("{secrets}, deleted too late: anyone who can pull the image can read {them}")
        }
        0 => format!("{secrets}: anyone who can pull the image can read {them}"),
        deleted => format!(
            "{secrets}, {deleted} of them deleted too late: anyone who can pull the image can \
             read {them}"
        ),
    }
}

/// The parts of an image that were not searched for secrets.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unsearched {
    /// The number of files that were not searched.
    pub files: usize,
    /// The number of files that have more secrets than are counted.
    pub cut_files: usize,
    /// The number of layers that could not be read.
    pub layers: usize,
    /// True if the config is not known.
    pub lacks_config: bool,
    /// True if the config has more secrets than are counted.
    pub has_cut_config: bool,
    /// The number of archives, databases and repositories of Git whose contents were not searched.
    pub archives: usize,
    /// The number of attestations that were not opened.
    pub attestations: usize,
}

impl Unsearched {
    /// Lists what was to be searched and was not.
    pub fn parts(&self) -> Vec<String> {
        let some = |count: usize, text: &dyn Fn(usize) -> String| (count > 0).then(|| text(count));
        let each = if self.cut_files > 1 { " each" } else { "" };
        let most = format!("more than {}", plural(MOST, "secret"));
        let config = match (self.lacks_config, self.has_cut_config) {
            (true, _) => Some("the config".into()),
            (false, true) => Some(format!("the rest of the config ({most})")),
            (false, false) => None,
        };
        let parts = [
            some(self.files, &|count| plural(count, "file")),
            some(self.cut_files, &|count| {
                format!("the rest of {} ({most}{each})", plural(count, "file"))
            }),
            some(self.layers, &|count| {
                format!("{} that could not be read", plural(count, "layer"))
            }),
            config,
        ];
        parts.into_iter().flatten().collect()
    }

    /// Counts the files that were not searched as a whole, and else names the config, in a few words;
    /// `None` for layers, which are missing everywhere.
    pub fn in_short(&self) -> Option<String> {
        match self.files + self.cut_files {
            0 => self.has_cut_config.then(|| "rest of the config not searched".into()),
            files => Some(format!("{} not searched", plural(files, "file"))),
        }
    }

    /// Returns whether it is a single thing.
    pub fn is_one(&self) -> bool {
        self.parts().len() == 1 && self.files + self.layers <= 1
    }

    /// Counts what was to be searched and was not.
    pub fn count(&self) -> usize {
        let config = usize::from(self.lacks_config || self.has_cut_config);
        self.files + self.cut_files + self.layers + config
    }

    /// Says that there are at least as many secrets as were counted, unless everything was searched.
    pub fn qualify(&self, counted: String) -> String {
        if self.parts().is_empty() { counted } else { format!("at least {counted}") }
    }

    /// Lists what is never opened, and was not to be searched.
    pub fn closed(&self) -> Vec<String> {
        let archives =
            || format!("what is inside {}, such as jar and zip", plural(self.archives, "archive"));
        let attestations =
            || format!("{} that were not opened", plural(self.attestations, "attestation"));
        let attestation = || "1 attestation that was not opened".to_owned();
        let attestations = match self.attestations {
            0 => None,
            1 => Some(attestation()),
            _ => Some(attestations()),
        };
        (self.archives > 0).then(archives).into_iter().chain(attestations).collect()
    }

    /// Says what was not searched; `None` if everything was.
    pub fn words(&self) -> Option<Escaped> {
        let mut parts = self.parts();
        parts.extend(self.closed());
        (!parts.is_empty())
            .then(|| escaped_str(&format!("Not searched for secrets: {}", parts.join(", and "))))
    }
}

/// Returns whether a text may have more secrets than were looked for.
pub fn is_cut(hits: &[Hit]) -> bool {
    hits.len() >= HITS
}

/// Sorts secrets by place, and drops those that lie inside another one.
fn apart(mut hits: Vec<Hit>) -> Vec<Hit> {
    // Of two that begin together, the longer one stays; of equal ones, that with the better kind.
    hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end)));
    let mut kept: Vec<Hit> = Vec::with_capacity(hits.len());
    for hit in hits {
        match kept.last_mut() {
            Some(last) if hit.range.start < last.range.end => {
                // A value that is a token is named as one.
                if last.kind.is_general && !hit.kind.is_general {
                    last.kind = hit.kind;
                }
                last.range.end = last.range.end.max(hit.range.end);
            }
            _ => kept.push(hit),
        }
    }
    kept
}

#[cfg(test)]
mod tests;
