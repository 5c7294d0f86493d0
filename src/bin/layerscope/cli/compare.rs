//! `layerscope compare`: images side by side.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use layerscope::compare::ComparedSecrets;
use layerscope::display::{Escaped, escaped};
use layerscope::files::contents::LayerContents;
use layerscope::files::packages::installed;
use layerscope::gate::Quantity;
use layerscope::progress::Searching;
use layerscope::recorded::RecordedImage;
use layerscope::report::{
    BytesBySource, Comparison, TextStyle, differs_by_less, write_comparison, write_comparison_html,
    write_comparison_json, write_comparison_markdown,
};
use layerscope::secret::FoundValues;
use layerscope::{Error, Inspection, Opened, Progress, Selection};

use super::input::Input;
use super::name::{self, NameOptions};
use super::output::FileOption;
use super::settings::{self, LookOptions, Preferences};
use super::sources::split_tag;
use super::study::{SecretsOption, StudyArguments};
use super::{Failure, completeness, read_opened, recorded};
use crate::tui::comparison::{Candidate, Opener};
use crate::tui::{self, Environment, Signs};

#[derive(Args)]
pub struct CompareArguments {
    /// Images, or JSON reports of earlier runs; each is compared with the first. ARCHIVE#TAG selects
    /// one image of an archive
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
    #[command(flatten)]
    output: FileOption,
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
    #[command(flatten)]
    secrets: SecretsOption,
}

#[derive(Clone, Copy, ValueEnum)]
enum CompareFormat {
    /// For people: 80 columns
    Text,
    /// For programs: see assets/compare.schema.json
    Json,
    /// For a comment on a pull request: sizes, and your layers apart from the base image
    #[value(alias = "md")]
    Markdown,
    /// For a browser: one page that loads nothing
    Html,
}

impl CompareArguments {
    /// Returns the format that is named, or that of the ending of the file.
    fn format(&self) -> Option<CompareFormat> {
        self.format.or_else(|| match self.output.ending().as_deref() {
            Some("html" | "htm") => Some(CompareFormat::Html),
            Some("json") => Some(CompareFormat::Json),
            Some("md") => Some(CompareFormat::Markdown),
            _ => None,
        })
    }
}

/// Shows images side by side on the terminal, or writes what differs where the output is none.
pub fn compare(arguments: CompareArguments) -> Result<(), Failure> {
    let pipes = arguments.paths.iter().filter(|path| path.as_os_str() == "-").count();
    if pipes > 1 {
        return Err(Failure::Usage("only one image can come from standard input".into()));
    }
    let has_report = arguments.paths.iter().any(|path| recorded::is_report(path));
    let outcome = match arguments.format() {
        // A screen shows the files of an image, which a report lacks.
        None if io::stdout().is_terminal() && !has_report && !arguments.output.is_given() => {
            show(&arguments)
        }
        format => write(&arguments, format.unwrap_or(CompareFormat::Text)),
    };
    outcome.map_err(named_here)
}

/// Returns an archive with the selected image.
fn input(arguments: &CompareArguments, path: &Path) -> Result<(Input, Selection), Failure> {
    let usual = arguments.preferences.usual()?;
    let (path, image) = split_tag(path);
    let platform = arguments.platform.clone();
    let input = Input::named(&path, &arguments.names, platform.as_deref(), &usual);
    let selection = input.select(Selection { image, platform });
    Ok((input, selection))
}

/// An image to compare, or the report of one.
enum Side {
    Image(Box<(Opened, Inspection)>, Option<ComparedSecrets>, FoundValues),
    Report(Box<RecordedImage>, Escaped),
}

impl Side {
    fn read(arguments: &CompareArguments, path: &Path) -> Result<Self, Failure> {
        if let Some(report) = recorded::read(path)? {
            let name = escaped(path.as_os_str().as_encoded_bytes());
            return Ok(Self::Report(Box::new(report), name));
        }
        let (input, selection) = input(arguments, path)?;
        let progress = match arguments.quick {
            true => Progress { searching: Searching::Nothing, ..Progress::default() },
            false => arguments.secrets.progress(&arguments.preferences)?,
        };
        let (opened, inspection) = read_opened(input, &selection, &progress)?;
        let secrets = match arguments.quick {
            true => None,
            false => arguments.secrets.search(&arguments.preferences, &opened, &inspection)?,
        };
        let values = secrets.as_ref().map(|secrets| secrets.values.clone()).unwrap_or_default();
        let inspection = inspection.masking(&values).unwrap_or(inspection);
        let secrets = secrets.map(|secrets| ComparedSecrets::of_image(&inspection, &secrets));
        Ok(Self::Image(Box::new((opened, inspection)), secrets, values))
    }

    /// Masks the secrets of all sides in each of them: what one image has in a file may stand in a
    /// command of another.
    fn mask(sides: &mut [Self]) {
        let mut all = FoundValues::default();
        for side in &*sides {
            if let Self::Image(.., values) = side {
                all.join(values);
            }
        }
        for side in sides {
            if let Self::Image(image, Some(secrets), _) = side {
                secrets.look_for(&all, &image.1);
            }
            let inspection = match side {
                Self::Image(image, ..) => &mut image.1,
                Self::Report(report, _) => &mut report.inspection,
            };
            if let Some(masked) = inspection.masking(&all) {
                *inspection = masked;
            }
        }
    }

    fn inspection(&self) -> &Inspection {
        match self {
            Self::Image(image, ..) => &image.1,
            Self::Report(report, _) => &report.inspection,
        }
    }

    /// Returns the name of the archive or of the report.
    fn file(&self) -> Escaped {
        match self {
            Self::Image(image, ..) => image.0.path.clone(),
            Self::Report(_, name) => name.clone(),
        }
    }

    /// Returns the secrets, if they were searched for.
    fn secrets(&self) -> Option<ComparedSecrets> {
        match self {
            Self::Image(_, secrets, _) => secrets.clone(),
            Self::Report(report, _) => {
                report.document.secrets.as_ref().map(ComparedSecrets::of_record)
            }
        }
    }

    fn sources(&self, is_quick: bool) -> Result<BytesBySource, Failure> {
        Ok(match self {
            Self::Image(image, ..) => {
                let (opened, inspection) = &**image;
                let prepared = StudyArguments::default().prepare()?;
                let prepared = if is_quick { prepared.quick() } else { prepared };
                let study = prepared.study(opened, inspection, &Arc::default())?;
                BytesBySource::of_study(inspection, &study)
            }
            Self::Report(report, _) => BytesBySource::of_record(&report.document),
        })
    }
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
    let inputs = arguments.paths.iter().map(|path| input(arguments, path));
    let inputs = inputs.collect::<Result<Vec<_>, Failure>>()?;
    let candidates = inputs.into_iter().map(candidate).collect::<Result<_, Error>>()?;
    completeness::quit(tui::compare(candidates, settings), &arguments.preferences.accepted()?)
}

fn write(arguments: &CompareArguments, format: CompareFormat) -> Result<(), Failure> {
    let (units, signs) = arguments.preferences.of_text(&arguments.look.ascii)?;
    let out = arguments.output.prepare("comparison")?;
    let sides = arguments.paths.iter().map(|path| Side::read(arguments, path));
    let mut sides = sides.collect::<Result<Vec<_>, _>>()?;
    Side::mask(&mut sides);
    let archives: Vec<_> = sides.iter().map(Side::file).collect();
    let inspections: Vec<&Inspection> = sides.iter().map(Side::inspection).collect();
    let secrets: Vec<_> = sides.iter().map(Side::secrets).collect();
    let comparison = Comparison::with_secrets(&inspections, &secrets);
    let mut comparison = comparison.told_apart_by(&archives);
    for (column, inspection) in archives.iter().zip(&inspections) {
        completeness::say_of(column, inspection);
    }
    // The packages in unknown layers are unknown as well.
    let is_known = inspections.iter().all(|inspection| inspection.completeness.sizes_are_exact());
    if let [Side::Image(first, ..), Side::Image(second, ..)] = &sides[..]
        && !arguments.quick
        && is_known
    {
        let installed = |(opened, image): &(Opened, Inspection)| {
            installed(&image.tree, &LayerContents::new(opened), &Arc::default())
        };
        comparison = comparison.with_packages(&installed(first), &installed(second));
    }
    let mut sources = Vec::new();
    if matches!(format, CompareFormat::Markdown) && sides.len() == 2 {
        for side in &sides {
            sources.push(side.sources(arguments.quick)?);
        }
    }
    for side in &sides {
        if let Side::Image(image, ..) = side {
            image.0.check_unchanged()?;
        }
    }
    match format {
        CompareFormat::Text => {
            let style = TextStyle { colour: out.is_coloured(), units, top: arguments.top };
            out.write(signs, |out| write_comparison(&comparison, style, out))
        }
        CompareFormat::Json => {
            out.write(Signs::Unicode, |out| write_comparison_json(&comparison, units, out))
        }
        CompareFormat::Html => {
            out.write(Signs::Unicode, |out| write_comparison_html(&comparison, units, out))
        }
        CompareFormat::Markdown => {
            let limit = arguments.quiet_below.as_ref();
            let is_quiet = limit.is_some_and(|limit| differs_by_less(&comparison, limit));
            out.write(Signs::Unicode, |out| match is_quiet {
                true => Ok(()),
                false => write_comparison_markdown(&comparison, &sources, units, out),
            })
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
