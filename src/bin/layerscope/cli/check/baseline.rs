//! The image that growth is measured from, or its JSON report.

use std::path::Path;

use layerscope::{Inspection, Progress};

use super::super::{Failure, TargetOptions, completeness, read_opened, recorded};
use super::named;

/// Reads a JSON report if the path is a file that begins like one, and an image otherwise.
pub fn read(path: &Path, options: &TargetOptions) -> Result<Inspection, Failure> {
    if let Some(report) = recorded::read(path)? {
        return Ok(report.inspection);
    }
    let (input, selection) = named(path, options)?;
    let (opened, inspection) = read_opened(input, &selection, &Progress::default())?;
    opened.check_unchanged()?;
    completeness::say_of(&inspection.name, &inspection);
    Ok(inspection)
}
