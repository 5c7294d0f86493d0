//! `layerscope compare`: images side by side.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use layerscope::files::contents::LayerContents;
use layerscope::files::packages::installed;
use layerscope::gate::Quantity;
use layerscope::report::{
    Comparison, TextStyle, differs_by_less, write_comparison, write_comparison_json,
    write_comparison_markdown,
};
use layerscope::{Error, Inspection, Opened, Progress, Selection};

use super::input::Input;
use super::name::{self, NameOptions};
use super::settings::{self, LookOptions, Preferences};
use super::study::StudyArguments;
use super::{Failure, coloured, completeness, read_opened, text_output, to_stdout};
use crate::tui::comparison::{Candidate, Opener};
use crate::tui::{self, Environment, Signs};

#[derive(Args)]
pub struct CompareArguments {
    /// Images; each is compared with the first. ARCHIVE#TAG selects one image of an archive
    #[arg(value_name = "IMAGE", num_args = 2.., required = true)]
    paths: Vec<PathBuf>,
    /// Select a platform: os/architecture[/variant]
    #[arg(long, value_name = "PLATFORM", value_parser = name::platform)]
    platform: Option<String>,
    #[command(flatten)]
    names: NameOptions,
    #[command(flatten)]
    preferences: Preferences,
    /// Output format [default: interactive on a terminal, otherwise text]
    #[arg(long, value_enum)]
    format: Option<CompareFormat>,
    /// Write no Markdown if sizes and wasted bytes differ by less
    #[arg(long, value_name = "SIZE|PERCENT", value_parser = Quantity::parse)]
    quiet_below: Option<Quantity>,
    #[command(flatten)]
    look: LookOptions,
    /// Number of paths and packages to list, largest difference first; 0 lists all (text only)
    #[arg(long, value_name = "N", default_value_t = super::DEFAULT_TOP, value_parser = name::whole)]
    top: usize,
    /// Do not read file contents: faster with compressed layers, but without packages (text and
    /// JSON only)
    #[arg(long)]
    quick: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum CompareFormat {
    /// For people: 80 columns
    Text,
    /// For programs: see assets/compare.schema.json
    Json,
    /// For a comment on a change: what it costs, your own files apart from the base image and
    /// packages
    #[value(alias = "md")]
    Markdown,
}

/// Shows images side by side on the terminal, or writes what differs where the output is none.
pub fn compare(arguments: CompareArguments) -> Result<(), Failure> {
    let pipes = arguments.paths.iter().filter(|path| path.as_os_str() == "-").count();
    if pipes > 1 {
        return Err(Failure::Usage("only one image can come from standard input".into()));
    }
    let outcome = match arguments.format {
        None if io::stdout().is_terminal() => show(&arguments),
        format => write(&arguments, format.unwrap_or(CompareFormat::Text)),
    };
    outcome.map_err(named_here)
}

/// Returns the archives, each with the selected image.
fn inputs(arguments: &CompareArguments) -> Result<Vec<(Input, Selection)>, Failure> {
    let usual = arguments.preferences.usual()?;
    let input = |path: &PathBuf| {
        let (path, image) = named(path);
        let platform = arguments.platform.clone();
        let input = Input::named(&path, &arguments.names, platform.as_deref(), &usual);
        let selection = input.select(Selection { image, platform });
        (input, selection)
    };
    Ok(arguments.paths.iter().map(input).collect())
}

fn show(arguments: &CompareArguments) -> Result<(), Failure> {
    let settings = settings::of_look(&arguments.preferences, &arguments.look)?;
    if Environment::read().is_dumb() {
        return Err(Failure::Dumb("layerscope compare --format text IMAGE IMAGE"));
    }
    let candidate = |(input, selection): (Input, Selection)| {
        let name = input.name();
        let open: Opener = if input.opens_at_once() {
            // Errors in opening are reported before the screen is taken over.
            let opened = input.open(&Progress::default())?.choose(&selection)?;
            Box::new(move |_| Ok(opened))
        } else {
            Box::new(move |progress| input.open(progress)?.choose(&selection))
        };
        Ok(Candidate { name, open })
    };
    let candidates = inputs(arguments)?.into_iter().map(candidate).collect::<Result<_, Error>>()?;
    completeness::quit(tui::compare(candidates, settings), &arguments.preferences.accepted()?)
}

fn write(arguments: &CompareArguments, format: CompareFormat) -> Result<(), Failure> {
    let (units, signs) = arguments.preferences.of_text(&arguments.look.ascii)?;
    let read = |(input, selection)| read_opened(input, &selection, &Progress::default());
    let images = inputs(arguments)?.into_iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let archives: Vec<_> = images.iter().map(|(opened, _)| opened.path.clone()).collect();
    let inspections: Vec<&Inspection> = images.iter().map(|(_, inspection)| inspection).collect();
    let mut comparison = Comparison::compare(&inspections).told_apart_by(&archives);
    for (column, inspection) in archives.iter().zip(&inspections) {
        completeness::say_of(column, inspection);
    }
    // The packages in unknown layers are unknown as well.
    let is_known = inspections.iter().all(|inspection| inspection.completeness.sizes_are_exact());
    if let [(first, one), (second, two)] = &images[..]
        && !arguments.quick
        && is_known
    {
        let installed = |opened: &Opened, image: &Inspection| {
            installed(&image.tree, &LayerContents::new(opened), &Arc::default())
        };
        comparison = comparison.with_packages(&installed(first, one), &installed(second, two));
    }
    let mut studies = Vec::new();
    if matches!(format, CompareFormat::Markdown) && images.len() == 2 {
        for (opened, inspection) in &images {
            let prepared = StudyArguments::default().prepare()?;
            let prepared = if arguments.quick { prepared.quick() } else { prepared };
            studies.push(prepared.study(opened, inspection, &Arc::default())?);
        }
    }
    images.iter().try_for_each(|(opened, _)| opened.check_unchanged())?;
    match format {
        CompareFormat::Text => {
            let style = TextStyle { colour: coloured(), units, top: arguments.top };
            write_comparison(&comparison, style, text_output(signs)).map_err(to_stdout)
        }
        CompareFormat::Json => {
            write_comparison_json(&comparison, units, text_output(Signs::Unicode))
                .map_err(to_stdout)
        }
        CompareFormat::Markdown => {
            if arguments
                .quiet_below
                .as_ref()
                .is_none_or(|limit| !differs_by_less(&comparison, limit))
            {
                write_comparison_markdown(
                    &comparison,
                    &studies,
                    units,
                    text_output(Signs::Unicode),
                )
                .map_err(to_stdout)?;
            }
            Ok(())
        }
    }?;
    completeness::ended(inspections, &arguments.preferences.accepted()?)
}

/// Adapts the hint of an error to this command, where images are named differently.
pub(super) fn named_here(failure: Failure) -> Failure {
    match failure {
        Failure::Image(error) => match &error {
            Error::Ambiguous { path, .. } | Error::NoSuchImage { path, .. } => Failure::Place {
                message: error.to_string(),
                hint: format!("select one with {path}#TAG or --platform"),
            },
            _ => Failure::Image(error),
        },
        failure => failure,
    }
}

/// Splits `ARCHIVE#TAG` into archive and image, so that two images of one archive can be compared.
/// A name with `#` that exists as a file is that file.
pub(super) fn named(path: &Path) -> (PathBuf, Option<String>) {
    let whole = (path.to_path_buf(), None);
    if path.exists() {
        return whole;
    }
    match path.to_str().and_then(|text| text.rsplit_once('#')) {
        Some((archive, image)) if !image.is_empty() => (archive.into(), Some(image.into())),
        _ => whole,
    }
}
