//! The image that growth is measured from.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use layerscope::display::escaped;
use layerscope::gate::Baseline;
use layerscope::{Inspection, Progress};

use super::super::{Failure, TargetOptions, completeness, read_opened};
use super::{named, unreadable};

/// The largest report that is read, in bytes.
const LARGEST: u64 = 256 << 20;

/// A baseline after reading it.
pub enum PreparedBaseline {
    Image(Box<Inspection>),
    Report(Baseline<'static>),
}

impl PreparedBaseline {
    pub fn baseline(&self) -> Baseline<'_> {
        match self {
            Self::Image(inspection) => Baseline::of_image(inspection),
            Self::Report(baseline) => baseline.clone(),
        }
    }
}

/// Reads a JSON report if the path is a file that begins like one, and an image otherwise.
pub fn read(path: &Path, options: &TargetOptions) -> Result<PreparedBaseline, Failure> {
    if path.extension().is_some_and(|extension| extension == "json") && !path.exists() {
        let name = escaped(path.as_os_str().as_encoded_bytes());
        return Err(Failure::Place {
            message: format!("cannot read {name}: no such file"),
            hint: format!("write one: layerscope report IMAGE --format json > {name}"),
        });
    }
    if let Some(text) = report(path)? {
        let name = escaped(path.as_os_str().as_encoded_bytes());
        let baseline = Baseline::of_report(&name, &text);
        return baseline
            .map(PreparedBaseline::Report)
            .map_err(|error| Failure::File(format!("cannot use {name} as a baseline: {error}")));
    }
    let (input, selection) = named(path, options)?;
    let (opened, inspection) = read_opened(input, &selection, &Progress::default())?;
    opened.check_unchanged()?;
    completeness::say_of(&inspection.name, &inspection);
    Ok(PreparedBaseline::Image(Box::new(inspection)))
}

/// Returns the text of a file that begins with a brace, as JSON does and no archive.
fn report(path: &Path) -> Result<Option<String>, Failure> {
    if !path.is_file() {
        return Ok(None);
    }
    let mut start = [0; 64];
    let mut file = File::open(path).map_err(|error| unreadable(path, &error))?;
    let read = file.read(&mut start).map_err(|error| unreadable(path, &error))?;
    if !start[..read].trim_ascii_start().starts_with(b"{") {
        return Ok(None);
    }
    let mut text = String::from_utf8_lossy(&start[..read]).into_owned();
    file.take(LARGEST).read_to_string(&mut text).map_err(|error| unreadable(path, &error))?;
    Ok(Some(text))
}
