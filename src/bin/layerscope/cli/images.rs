//! `layerscope images`: what an archive holds.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use layerscope::Progress;
use layerscope::report::{ImageList, write_image_list};

use super::input::Input;
use super::{Failure, Format, to_stdout};

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
    let archive = Input::named(&arguments.path).open(&Progress::default())?;
    let mut out = io::BufWriter::new(io::stdout().lock());
    match arguments.format {
        Format::Text => archive
            .images
            .iter()
            .try_for_each(|image| writeln!(out, "{}", image.description()))
            .and_then(|()| out.flush())
            .map_err(to_stdout),
        Format::Json => write_image_list(&ImageList::new(&archive.images), out).map_err(to_stdout),
    }
}
