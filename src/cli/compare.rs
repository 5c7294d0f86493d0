//! `layerscope compare`: images side by side.

use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use clap::Args;
use layerscope::contents::LayerContents;
use layerscope::packages::installed;
use layerscope::report::{Comparison, TextStyle, write_comparison, write_comparison_json};
use layerscope::text::escaped;
use layerscope::{Error, Inspection, Opened, Progress, Selection};

use super::input::Input;
use super::settings::Preferences;
use super::{Failure, Format, coloured, read_opened, to_stdout};

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
    /// Do not look into files: quicker with compressed layers, but no packages are named
    #[arg(long)]
    quick: bool,
}

/// Writes what differs between images.
pub fn compare(arguments: &CompareArguments) -> Result<(), Failure> {
    let units = arguments.preferences.units()?;
    let pipes = arguments.paths.iter().filter(|path| path.as_os_str() == "-").count();
    if pipes > 1 {
        return Err(Failure::Usage("only one of the images can come from standard input".into()));
    }
    let read = |path: &PathBuf| {
        // `ARCHIVE` or `ARCHIVE#TAG`, so that two images of one archive can be compared.
        let (path, image) = named(path);
        let selection = Selection { image, platform: arguments.platform.clone() };
        let (opened, inspection) = read_opened(Input::named(&path), &selection, &Progress::default())
            .map_err(|failure| chosen(failure, &path))?;
        Ok((opened, inspection))
    };
    let images = arguments.paths.iter().map(read).collect::<Result<Vec<_>, Failure>>()?;
    let archives: Vec<String> = images.iter().map(|(opened, _)| opened.path.clone()).collect();
    let inspections: Vec<&Inspection> = images.iter().map(|(_, inspection)| inspection).collect();
    let mut comparison = Comparison::of(&inspections).told_apart_by(&archives);
    if let [(first, one), (second, two)] = &images[..]
        && !arguments.quick
    {
        let installed = |opened: &Opened, image: &Inspection| installed(&image.tree, &LayerContents::new(opened));
        comparison = comparison.with_packages(&installed(first, one), &installed(second, two));
    }
    let out = BufWriter::new(io::stdout().lock());
    match arguments.format {
        Format::Text => {
            let style = TextStyle { colour: coloured(), units, top: arguments.top };
            write_comparison(&comparison, style, out).map_err(to_stdout)
        }
        Format::Json => write_comparison_json(&comparison, units, out).map_err(to_stdout),
    }
}

/// Here an image of several is named in another way than elsewhere.
fn chosen(failure: Failure, path: &Path) -> Failure {
    match failure {
        Failure::Image(error @ (Error::Ambiguous { .. } | Error::NoSuchImage { .. })) => Failure::Place {
            message: error.to_string(),
            hint: format!("name one as {}#TAG", escaped(path.as_os_str().as_encoded_bytes())),
        },
        failure => failure,
    }
}

/// The archive and the image in it that `ARCHIVE#TAG` names; a file whose name has a `#` is itself.
fn named(path: &Path) -> (PathBuf, Option<String>) {
    let whole = (path.to_path_buf(), None);
    if path.exists() {
        return whole;
    }
    match path.to_str().and_then(|text| text.rsplit_once('#')) {
        Some((archive, image)) if !image.is_empty() => (archive.into(), Some(image.into())),
        _ => whole,
    }
}
