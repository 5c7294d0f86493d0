//! `layerscope images`: the images of an archive.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use layerscope::image::Image;
use layerscope::report::{ImageList, write_image_list};
use layerscope::{Progress, Warning};

use super::input::Input;
use super::{Failure, Format, completeness, to_stdout};

#[derive(Args)]
pub struct ImagesArguments {
    /// The archive, as a file or a directory; `-` is standard input
    #[arg(value_name = "ARCHIVE")]
    path: PathBuf,
    /// How to write it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Lists the images of an archive.
pub fn list(arguments: &ImagesArguments) -> Result<(), Failure> {
    let archive = Input::path(&arguments.path).open(&Progress::default())?;
    let gaps = gaps(&archive.images);
    completeness::say_each(&gaps);
    let mut out = io::BufWriter::new(io::stdout().lock());
    match arguments.format {
        Format::Text => archive
            .images
            .iter()
            .try_for_each(|image| writeln!(out, "{}", image.description()))
            .and_then(|()| out.flush())
            .map_err(to_stdout),
        Format::Json => write_image_list(&ImageList::new(&archive.images), out).map_err(to_stdout),
    }?;
    match gaps.first() {
        None => Ok(()),
        Some(gap) => Err(Failure::NotWhole {
            message: format!("not all of {} could be read: {gap}", archive.path),
            hint: "save or copy the archive again".into(),
        }),
    }
}

/// Returns the problems of the archive itself, or of all its images.
fn gaps(images: &[Image]) -> Vec<Warning> {
    let mut gaps = Vec::new();
    for warning in images.iter().flat_map(|image| &image.warnings).filter(|warning| warning.gap().is_some()) {
        if !gaps.contains(warning) {
            gaps.push(warning.clone());
        }
    }
    gaps
}
