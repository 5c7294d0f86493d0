//! The image that growth is measured from: another image, or its JSON report.

use serde::Deserialize;

use crate::analysis::Inspection;
use crate::display::{Escaped, escaped_str};

/// The facts about an earlier image.
#[derive(Debug, Clone)]
pub struct Baseline<'a> {
    /// The name, escaped for display.
    pub name: Escaped,
    /// The size in bytes.
    pub size: u64,
    /// True if all of it was read.
    pub exact: bool,
    /// The digests of its uncompressed layers.
    pub diff_ids: Vec<String>,
    /// The image itself; `None` if only its report is there.
    pub image: Option<&'a Inspection>,
}

/// The reason why a report cannot be a baseline.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// The file is no report.
    #[error("it is no report of `layerscope report --format json`: {0}")]
    NoReport(#[from] serde_json::Error),
    /// The report is of another version.
    #[error("it has schema_version {0}, and this program reads 2")]
    Version(u64),
}

#[derive(Deserialize)]
struct Report {
    image: Image,
    totals: Totals,
    layers: Vec<Layer>,
}

#[derive(Deserialize)]
struct Image {
    tags: Vec<String>,
}

#[derive(Deserialize)]
struct Totals {
    size_bytes: u64,
    exact: bool,
}

#[derive(Deserialize)]
struct Layer {
    diff_id: Option<String>,
}

impl<'a> Baseline<'a> {
    /// Returns the difference of an image's size to the baseline in bytes; `None` if not all of
    /// both was read.
    pub fn growth_to(&self, image: &Inspection) -> Option<i64> {
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        let is_known = self.exact && image.completeness.sizes_are_exact();
        is_known.then(|| signed(image.totals.size).saturating_sub(signed(self.size)))
    }

    /// Makes a baseline of an image.
    pub fn of_image(image: &'a Inspection) -> Self {
        Self {
            name: image.name.clone(),
            size: image.totals.size,
            exact: image.completeness.sizes_are_exact(),
            diff_ids: image.layers.iter().filter_map(|layer| layer.diff_id.clone()).collect(),
            image: Some(image),
        }
    }

    /// Reads a JSON report; `name` is escaped for display.
    ///
    /// # Errors
    ///
    /// [`BaselineError`] if the text is no report, or one of another version.
    pub fn of_report(name: &Escaped, text: &str) -> Result<Self, BaselineError> {
        #[derive(Deserialize)]
        struct Versioned {
            schema_version: u64,
        }
        let Versioned { schema_version } = serde_json::from_str(text)?;
        if schema_version != 2 {
            return Err(BaselineError::Version(schema_version));
        }
        let report: Report = serde_json::from_str(text)?;
        let name = report.image.tags.first().map_or_else(|| name.clone(), |tag| escaped_str(tag));
        Ok(Self {
            name,
            size: report.totals.size_bytes,
            exact: report.totals.exact,
            diff_ids: report.layers.into_iter().filter_map(|layer| layer.diff_id).collect(),
            image: None,
        })
    }
}
