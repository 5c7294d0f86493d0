//! Reports on checked images: for people, for programs, and for the services that run builds.

mod github;
mod gitlab;
mod json;
mod junit;
mod markdown;
mod openmetrics;
mod results;
mod sarif;
mod text;
mod words;

use crate::escape::Untrusted;
use std::io::{self, Write};

use super::TextStyle;
use crate::advice::assessment::Study;
use crate::advice::secrets::Secret;
use crate::analysis::Inspection;
use crate::compare::SecretChanges;
use crate::display::{Escaped, escaped_str, shown};
use crate::gate::{Blame, Quantity, Status, Verdict};
use crate::layer_index::LayerIndex;

/// The Dockerfile that results point to where none is given.
const USUAL_FILE: &str = "Dockerfile";

/// An image with the result of its check.
#[derive(Debug)]
pub struct Checked<'a> {
    /// The image.
    pub inspection: &'a Inspection,
    /// Its findings.
    pub study: &'a Study,
    /// The result.
    pub verdict: Verdict,
    /// The lines that made its layers.
    pub places: Places,
    /// The growth in bytes since the baseline, if there is one.
    pub growth: Option<i64>,
    /// The difference of its secrets to those of the baseline, if both were searched.
    pub secrets: Option<SecretChanges>,
    /// True if the image was searched for secrets, and the baseline was not.
    pub baseline_is_unsearched: bool,
}

/// An image that could not be checked, or the failure of a whole check.
#[derive(Debug, Clone)]
pub struct Unchecked {
    /// The image as the user named it; `None` if the check itself failed.
    pub image: Option<Escaped>,
    /// The error, in one line.
    pub message: Escaped,
    /// The suggestion.
    pub hint: Option<Escaped>,
    /// The path of the Dockerfile, not escaped.
    pub file: String,
}

impl Unchecked {
    /// Names the image, or the check as a whole.
    fn name(&self) -> Escaped {
        self.image.clone().unwrap_or_else(|| "layerscope check".into())
    }

    /// Returns the error and the suggestion in a sentence or two.
    fn sentences(&self) -> Escaped {
        match &self.hint {
            Some(hint) => shown!("{} (hint: {})", self.message, hint),
            None => self.message.clone(),
        }
    }
}

/// The results of a check. One with an image that could not be checked never passes.
#[derive(Debug, Default)]
pub struct CheckResults<'a> {
    /// The images that were checked.
    pub images: Vec<Checked<'a>>,
    /// The images that could not be checked, or the failure of the whole check.
    pub unchecked: Vec<Unchecked>,
    /// The images that were to be checked, if the check failed before any was read.
    pub named: Vec<Escaped>,
}

impl CheckResults<'_> {
    /// Returns the state of the whole check: unknown before failed before passed.
    pub fn status(&self) -> Status {
        let any = |status| self.images.iter().any(|checked| checked.verdict.status() == status);
        match () {
            () if !self.unchecked.is_empty() || any(Status::Unknown) => Status::Unknown,
            () if any(Status::Failed) => Status::Failed,
            () => Status::Passed,
        }
    }

    /// Returns whether every image passes and differs from the baseline by less than a limit, so
    /// that a comment would say nothing.
    pub fn are_below(&self, limit: &Quantity) -> bool {
        self.unchecked.is_empty() && self.images.iter().all(|image| image.is_below(limit))
    }
}

impl Checked<'_> {
    /// Says which secrets came since the baseline; `None` without one, or if there are none.
    fn new_secrets(&self) -> Option<Escaped> {
        if self.baseline_is_unsearched {
            return Some(
                "The baseline was not searched for secrets, so it is not known which are new."
                    .into(),
            );
        }
        self.secrets.as_ref()?.sentence("the baseline")
    }

    /// Returns whether every limit is kept and the size differs from the baseline by less than a
    /// limit, so that a comment would say nothing.
    fn is_below(&self, limit: &Quantity) -> bool {
        let has_new = self.secrets.as_ref().is_some_and(|secrets| !secrets.added.is_empty());
        let is_quiet = self.verdict.status() == Status::Passed && !has_new;
        let Some(growth) = self.growth.filter(|_| is_quiet) else {
            return false;
        };
        let before = self.inspection.totals.size.saturating_add_signed(growth.saturating_neg());
        growth.unsigned_abs() < limit.bytes_of(before)
    }
}

/// The Dockerfile that results point to.
#[derive(Debug, Clone)]
pub struct Places {
    /// The path of the file, relative to the project, not escaped.
    pub file: String,
    /// The line of each layer's instruction, counted from 1.
    pub lines: Vec<Option<usize>>,
    /// The line of each secret of the config.
    pub secrets: Vec<Option<usize>>,
}

impl Default for Places {
    /// Returns the usual Dockerfile, whose lines are not known.
    fn default() -> Self {
        Self { file: USUAL_FILE.into(), lines: Vec::new(), secrets: Vec::new() }
    }
}

impl Places {
    /// Returns the line of a layer's instruction, if it is known.
    fn known_line(&self, layer: Option<LayerIndex>) -> Option<usize> {
        layer?.get_from(&self.lines).copied().flatten()
    }

    /// Returns the line that brings a secret, by its number, if it is known.
    fn line_of_secret(&self, number: usize, secret: &Secret) -> Option<usize> {
        let of_config = self.secrets.get(number).copied().flatten();
        of_config.or_else(|| self.known_line(secret.brought_in()))
    }

    /// Returns the line that is to blame, if it is known.
    fn line_of_blame(&self, blame: Option<&Blame>) -> Option<usize> {
        let blame = blame?;
        let of_secret = blame.secret.and_then(|number| self.secrets.get(number).copied());
        of_secret.flatten().or_else(|| self.known_line(blame.layer))
    }
}

/// A format of reports on checked images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CheckFormat {
    /// Text for people.
    Text,
    /// JSON: `assets/check.schema.json`.
    Json,
    /// Markdown for a comment.
    Markdown,
    /// SARIF 2.1.0.
    Sarif,
    /// JUnit XML.
    Junit,
    /// Workflow commands of GitHub Actions that annotate a Dockerfile.
    Github,
    /// Code quality of GitLab.
    Gitlab,
    /// `OpenMetrics` text.
    OpenMetrics,
}

/// Writes the results of a check in a format.
///
/// # Errors
///
/// An error of `out`.
pub fn write_check(
    format: CheckFormat,
    results: &CheckResults<'_>,
    style: TextStyle,
    mut out: impl Write,
) -> io::Result<()> {
    match format {
        CheckFormat::Text => text::write(results, style, &mut out),
        CheckFormat::Json => json::write(results, style.units, &mut out),
        CheckFormat::Markdown => markdown::write(results, style.units, &mut out),
        CheckFormat::Sarif => sarif::write(results, style.units, &mut out),
        CheckFormat::Junit => junit::write(results, style.units, &mut out),
        CheckFormat::Github => github::write(results, style.units, &mut out),
        CheckFormat::Gitlab => gitlab::write(results, style.units, &mut out),
        CheckFormat::OpenMetrics => openmetrics::write(results, &mut out),
    }?;
    out.flush()
}

/// Returns whether another one of the images has the same name.
fn has_namesake(images: &[Checked<'_>], checked: &Checked<'_>) -> bool {
    let name = &checked.inspection.name;
    images.iter().filter(|other| other.inspection.name == *name).count() > 1
}

/// Returns the name of an image without its tag or digest, escaped for display: it stays the same
/// from build to build.
fn repository(inspection: &Inspection) -> Escaped {
    let name = inspection.tags.first().map_or(inspection.name.as_str(), Untrusted::raw);
    let start = name.rfind('/').map_or(0, |slash| slash + 1);
    let name = if inspection.tags.is_empty() { &name[start..] } else { name };
    escaped_str(without_tag(name))
}

/// Returns a reference without its tag or digest.
fn without_tag(name: &str) -> &str {
    let name = name.split('@').next().unwrap_or(name);
    let start = name.rfind('/').map_or(0, |slash| slash + 1);
    let end = name[start..].find(':').map_or(name.len(), |colon| start + colon);
    &name[..end]
}
