//! Reports of earlier runs that stand where an image can stand.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use layerscope::display::{Escaped, escaped};
use layerscope::recorded::RecordedImage;

use super::Failure;

/// The largest report that is read, in bytes.
const LARGEST: u64 = 1 << 30;

/// Returns whether a path is a file that begins with a brace, as JSON does and no archive, or is
/// named like one and is missing.
pub fn is_report(path: &Path) -> bool {
    let is_named = path.extension().is_some_and(|extension| extension == "json");
    // A pipe must not be opened, because that would take its bytes.
    match path.metadata() {
        Ok(metadata) => {
            metadata.is_file() && File::open(path).and_then(begins_with_brace).unwrap_or(false)
        }
        Err(error) => is_named && error.kind() == io::ErrorKind::NotFound,
    }
}

fn begins_with_brace(mut file: File) -> io::Result<bool> {
    let mut start = [0; 64];
    let read = file.read(&mut start)?;
    Ok(start[..read].trim_ascii_start().starts_with(b"{"))
}

/// Reads a report; `None` if the path is something else.
pub fn read(path: &Path) -> Result<Option<RecordedImage>, Failure> {
    if !is_report(path) {
        return Ok(None);
    }
    let name = escaped(path.as_os_str().as_encoded_bytes());
    let text = text(path, &name)?;
    let read = RecordedImage::read(&name, &text);
    read.map(Some).map_err(|error| Failure::File(format!("cannot use {name}: {error}")))
}

fn text(path: &Path, name: &Escaped) -> Result<String, Failure> {
    let mut text = String::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST).read_to_string(&mut text));
    match read {
        Ok(_) if text.len() as u64 == LARGEST => {
            Err(Failure::File(format!("cannot read {name}: it is larger than 1 GiB")))
        }
        Ok(_) => Ok(text),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(Failure::Place {
            message: format!("cannot read {name}: no such file"),
            hint: format!("write one: layerscope report IMAGE --format json > {name}"),
        }),
        Err(error) if error.kind() == io::ErrorKind::InvalidData => {
            Err(Failure::File(format!("cannot use {name}: it is not UTF-8, so it is no JSON")))
        }
        Err(error) => Err(Failure::File(format!("cannot read {name}: {error}"))),
    }
}
