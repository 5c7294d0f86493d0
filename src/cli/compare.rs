//! `layerscope compare`: images side by side.

use std::io::{self, BufWriter};
use std::path::PathBuf;

use clap::Args;
use layerscope::report::{Comparison, TextStyle, write_comparison, write_comparison_json};
use layerscope::{Inspection, Progress, Selection};

use super::input::Input;
use super::settings::Preferences;
use super::{Failure, Format, coloured, read, to_stdout};

#[derive(Args)]
pub struct CompareArguments {
    /// The images: the first is what the others are compared with
    #[arg(value_name = "IMAGE", num_args = 2.., required = true)]
    paths: Vec<PathBuf>,
    /// For which platform, where an archive holds several: os/architecture[/variant]
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    #[command(flatten)]
    preferences: Preferences,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// How many paths that differ to list, the biggest difference first; 0 lists all (text only)
    #[arg(long, value_name = "N", default_value_t = super::DEFAULT_TOP)]
    top: usize,
}

/// Writes what differs between images.
pub fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let units = arguments.preferences.units()?;
    let images = arguments
        .paths
        .iter()
        .map(|path| {
            // `ARCHIVE` or `ARCHIVE#TAG`, so that two images of one archive can be compared.
            let (path, image) = named(path);
            read(Input::named(&path), &Selection { image, platform: arguments.platform.clone() }, &Progress::default())
        })
        .collect::<Result<Vec<Inspection>, _>>()?;
    let comparison = Comparison::of(&images.iter().collect::<Vec<_>>());
    let out = BufWriter::new(io::stdout().lock());
    match arguments.format {
        Format::Text => {
            let style = TextStyle { colour: coloured(), units, top: arguments.top };
            write_comparison(&comparison, style, out).map_err(to_stdout)
        }
        Format::Json => write_comparison_json(&comparison, units, out).map_err(to_stdout),
    }
}

/// The archive and the image in it that `ARCHIVE#TAG` names; a file whose name has a `#` is itself.
fn named(path: &std::path::Path) -> (PathBuf, Option<String>) {
    let whole = (path.to_path_buf(), None);
    if path.exists() {
        return whole;
    }
    match path.to_str().and_then(|text| text.rsplit_once('#')) {
        Some((archive, image)) if !image.is_empty() => (archive.into(), Some(image.into())),
        _ => whole,
    }
}
