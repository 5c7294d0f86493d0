//! Images as a JSON report records them: what `layerscope report --format json` wrote is read back,
//! as far as its detail goes.
//!
//! A report has the numbers of an image and of its layers, and with `--tree` the final filesystem.
//! It has no contents. Its text is as hostile as that of an image.

mod application;
mod change;
mod document;
mod image;
mod reason;
mod secrets;

use crate::analysis::Inspection;
use crate::display::{Escaped, cut, escaped_str};
use crate::tree::LimitExceeded;

pub use application::{ApplicationRecord, ExecutableRecord, LibrariesRecord};
pub use change::{ChangeRecord, ContentRecord, OtherRecord, StepRecord};
pub use document::{
    BaseRecord, Document, FindingRecord, PairRecord, PossibleSizeRecord, ShareRecord, SpotRecord,
    WastedRecord,
};
pub use secrets::{PreventionRecord, SecretRecord, SecretsRecord};

/// The version of the contract, `assets/report.schema.json`; incremented when readers have to
/// change.
pub const SCHEMA_VERSION: u64 = 2;

/// An image as a report records it.
#[derive(Debug)]
pub struct RecordedImage {
    /// The report, without its tree.
    pub document: Document,
    /// The numbers of the image, with the final filesystem if the report has it.
    pub inspection: Inspection,
}

/// The reason why a text cannot be read as a report.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// The text ends early.
    #[error("the report is cut: it ends in line {line}")]
    Cut {
        /// The last line.
        line: usize,
    },
    /// The text is not JSON.
    #[error("it is not JSON: {0}")]
    NotJson(String),
    /// The text is JSON of something else.
    #[error("it is JSON, but not a report of `layerscope report --format json`")]
    Foreign,
    /// The report is of a later version.
    #[error(
        "the report has schema_version {0}, and this program reads {known}: use a newer \
         layerscope",
        known = SCHEMA_VERSION
    )]
    Newer(u64),
    /// The report is of an earlier version.
    #[error(
        "the report has schema_version {0}, and this program reads {known}: write the report \
         again",
        known = SCHEMA_VERSION
    )]
    Older(u64),
    /// A member is missing or has another type.
    #[error("the report does not match its schema: {0}")]
    Member(String),
    /// The numbers contradict each other.
    #[error("the report does not match its schema: {0} contradicts the rest")]
    Contradiction(&'static str),
    /// The report has more than an image may have.
    #[error("the report has more than {limit} {what}")]
    Limit {
        /// The name of the things.
        what: &'static str,
        /// The most of them.
        limit: usize,
    },
}

impl From<LimitExceeded> for RecordError {
    fn from(LimitExceeded { what, limit }: LimitExceeded) -> Self {
        Self::Limit { what, limit }
    }
}

impl RecordedImage {
    /// Reads a JSON report; `name` is that of the file, escaped for display.
    ///
    /// # Errors
    ///
    /// [`RecordError`] if the text is no report, one of another version, or a damaged one.
    pub fn read(name: &Escaped, text: &str) -> Result<Self, RecordError> {
        document::check_version(text)?;
        let document = serde_json::from_str(text).map_err(|error| of_json(&error))?;
        Self::from_document(document, name)
    }

    /// Makes the image of a report; `name` is that of the file, escaped for display.
    ///
    /// # Errors
    ///
    /// [`RecordError`] if the numbers contradict each other or exceed a limit.
    pub fn from_document(mut document: Document, name: &Escaped) -> Result<Self, RecordError> {
        let tree = document.tree.take();
        document.check()?;
        let inspection = image::inspection(&document, tree, name)?;
        Ok(Self { document, inspection })
    }
}

/// Returns what is wrong with the text, as a clause.
fn of_json(error: &serde_json::Error) -> RecordError {
    if error.is_eof() {
        RecordError::Cut { line: error.line() }
    } else if error.is_data() {
        RecordError::Member(cut(&escaped_str(&error.to_string()), 200))
    } else {
        RecordError::NotJson(cut(&escaped_str(&error.to_string()), 200))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        RecordedImage::read(&"x.json".into(), text).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn what_is_no_report_of_this_version_is_said_in_a_clause() {
        let tool = r#""tool": {"name": "layerscope", "version": "9"}, "totals": {}"#;
        for (text, words) in [
            ("{\"schema_version\":".to_owned(), "the report is cut: it ends in line 1"),
            ("{]".into(), "it is not JSON: "),
            ("{}".into(), "it is JSON, but not a report of `layerscope report --format json`"),
            ("{\"schema_version\": 2, \"verdict\": \"\"}".into(), "it is JSON, but not a report"),
            ("{\"schema_version\": \"2\"}".into(), "it is JSON, but not a report"),
            (format!("{{\"schema_version\": 3, {tool}}}"), "the report has schema_version 3, "),
            (format!("{{\"schema_version\": 1, {tool}}}"), "the report has schema_version 1, "),
            (
                format!("{{\"schema_version\": 2, {tool}}}"),
                "the report does not match its schema: missing field ",
            ),
        ] {
            assert!(error(&text).starts_with(words), "{text}: {}", error(&text));
        }
    }
}
