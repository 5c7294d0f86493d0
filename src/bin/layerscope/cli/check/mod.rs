//! `layerscope check`: holds images to limits, for the builds that make them.

mod baseline;
mod dive;
mod ending;
mod limits;
mod output;
mod refused;

use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use layerscope::advice::assessment::Study;
use layerscope::advice::dockerfile::{Dockerfile, lines_of_layers, lines_of_secrets};
use layerscope::advice::measure::measure;
use layerscope::advice::secrets::Secret;
use layerscope::analysis::download::Download;
use layerscope::display::{Units, escaped, plural, plural_of};
use layerscope::files::output::write_file;
use layerscope::gate::{self, Baseline, Limit, Limits, Measure, Subject};
use layerscope::report::{CheckResults, Checked, Places};
use layerscope::{Error, Gap, Inspection, Opened, Progress, Selection};

use super::input::Input;
use super::output::writing;
use super::settings::AsciiOption;
use super::sources::{Sources, split_tag};
use super::stderr::say;
use super::study::{Prepared, SecretsOption, StudyArguments};
use super::{Failure, TargetOptions, compare, completeness, fix, progress, read_opened};
use ending::{ended, worst};
use limits::LimitOptions;
use output::OutputOptions;
use refused::asked;

use crate::tui::Signs;

pub use dive::DiveOptions;
pub use refused::refused;

const AFTER_HELP: &str = "\
Examples:
  layerscope check my-app --max-wasted 20MB --min-efficiency 0.9
  layerscope check my-app --init                         writes a .layerscope.toml that the image meets
  layerscope check my-app --baseline report.json --max-growth 5%
  layerscope check my-app --output sarif=x.sarif --output markdown=-
  CI=true layerscope my-app                              the rules of a .dive-ci, or of a .layerscope.toml

Exit codes:
  0  the image meets every limit
  1  the image exceeds a limit, or --verify found that it is not what its manifest and config say
  2  the image could not be read, or only in part; a limit could not be checked; or the command line is wrong

Limits in a file, exceptions and outputs: layerscope help gate";

#[derive(Args)]
#[command(after_help = AFTER_HELP)]
pub struct CheckArguments {
    /// The images; ARCHIVE#TAG names one of several; without any, the one that is piped in
    #[arg(value_name = "IMAGE")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    options: TargetOptions,
    #[command(flatten)]
    ascii: AsciiOption,
    #[command(flatten)]
    study: StudyArguments,
    #[command(flatten)]
    secrets: SecretsOption,
    #[command(flatten)]
    limits: LimitOptions,
    #[command(flatten)]
    dive: DiveOptions,
    /// Write a commented file of limits that the image meets now: .layerscope.toml, or the file of
    /// --limits
    #[arg(long)]
    init: bool,
    /// The image that growth is measured from, or its JSON report
    #[arg(long, value_name = "IMAGE|REPORT")]
    baseline: Option<PathBuf>,
    /// Also compare sizes, digests and diff IDs with the bytes: an image that is not what manifest and
    /// config say is not checked (exit code 1), nor is one that cannot be compared (exit code 2)
    #[arg(long)]
    verify: bool,
    /// The Dockerfile that the image was built from: results point to its lines
    #[arg(long, value_name = "FILE")]
    dockerfile: Option<PathBuf>,
    #[command(flatten)]
    output: OutputOptions,
}

impl CheckArguments {
    /// Makes the check that `layerscope IMAGE` is in a build: of one image, with limits of files
    /// and options of dive.
    pub fn of_image(path: Option<PathBuf>, options: TargetOptions, dive: DiveOptions) -> Self {
        Self {
            paths: Vec::from_iter(path),
            options,
            dive,
            ascii: AsciiOption::default(),
            study: StudyArguments::default(),
            secrets: SecretsOption::default(),
            limits: LimitOptions::default(),
            init: false,
            verify: false,
            baseline: None,
            dockerfile: None,
            output: OutputOptions::default(),
        }
    }

    /// Reads the limits: those of a file and of options, and those of dive.
    fn limits(&self) -> Result<Limits, Failure> {
        let mut limits = self.limits.read()?;
        if let Some(rules) = self.dive.read(self.limits.has_file())? {
            // A rule that an option disables is none, as a number in its place would count.
            let given = self.dive.given().map(|(rule, _)| rule.measure());
            limits.leave_out(&given.collect::<Vec<_>>());
            limits.override_with(rules);
            limits.of_dive = true;
        }
        Ok(limits)
    }

    /// Checks that there is a limit, and one that this check can measure: a check of nothing does not
    /// pass.
    fn check_that_something_is_limited(&self, limits: &Limits) -> Result<(), Failure> {
        let place = |message: &str, hint: &str| {
            Err(Failure::Place { message: message.into(), hint: hint.into() })
        };
        let is_of_growth =
            |limit: &Limit| matches!(limit.measure, Measure::Growth | Measure::GrowthShare);
        let init =
            "layerscope check IMAGE --init writes one; or give options, such as --max-wasted 20MB";
        if limits.is_strict && !limits.has(&Measure::Secrets) {
            return place(
                "--strict (strict = true in a file) is about a limit on secrets, and there is none",
                "add one: --max-secrets 0",
            );
        }
        match &limits.limits[..] {
            [] if limits.of_dive && self.limits.has_file() => place(
                "options disable all limits of the file, so nothing is checked",
                "leave one of them out; or give options, such as --max-wasted 20MB",
            ),
            [] if limits.of_dive => place(
                "all rules of dive are disabled, so nothing is checked",
                "enable one, such as highestWastedBytes: 20MB; or give options, such as --max-wasted 20MB",
            ),
            [] if self.limits.has_file() => place(
                "the file of limits has no limit, so nothing is checked",
                "write one, such as wasted = \"20MB\" below [limits]; or give options, such as --max-wasted 20MB",
            ),
            [] => place(
                "no limits are given, and there is no .layerscope.toml here or above, and no .dive-ci",
                init,
            ),
            all if self.baseline.is_none() && all.iter().all(is_of_growth) => place(
                "all limits are about growth, and nothing says since when, so nothing is checked",
                "name the earlier image or its report: --baseline IMAGE",
            ),
            _ => Ok(()),
        }
    }
}

/// Returns whether `layerscope IMAGE` is a check: one of dive's options asks for it, or a build
/// runs and has limits.
pub fn is_asked_for(dive: &DiveOptions) -> bool {
    dive.are_given() || dive::is_in_ci() && (dive::has_file() || LimitOptions::default().has_file())
}

/// Says how to check the image, if a build runs that only reports on it.
pub fn hint_in_ci() {
    if dive::is_in_ci() {
        say(
            "hint: CI is set, but there are no limits to check: layerscope check IMAGE --init writes some",
        );
    }
}

/// An image that was read and assessed.
struct Read {
    inspection: Inspection,
    study: Study,
    download: Option<Download>,
}

impl Read {
    fn secrets(&self) -> &[Secret] {
        self.study.secrets.as_ref().map_or(&[], |secrets| &secrets.list)
    }
}

/// Everything that a check needs beside its images.
struct Setting {
    limits: Limits,
    prepared: Prepared,
    /// The Dockerfile, with its path as results name it.
    dockerfile: Option<(String, Dockerfile)>,
    units: Units,
    signs: Signs,
    accepted: Vec<Gap>,
    verify: bool,
    baseline: Option<baseline::Earlier>,
    needs_download: bool,
}

impl Setting {
    /// Reads the limits and everything that they are compared with.
    fn read(arguments: &CheckArguments) -> Result<Self, Failure> {
        let limits = if arguments.init { Limits::default() } else { arguments.limits()? };
        let secrets = arguments.secrets.wanted(&arguments.options.preferences)?;
        let prepared = arguments.study.prepare()?.with_secrets(secrets);
        limits
            .check_rules(prepared.rules())
            .map_err(|error| Failure::Place { message: error.to_string(), hint: error.hint() })?;
        if !arguments.init {
            arguments.check_that_something_is_limited(&limits)?;
        }
        if limits.has(&Measure::Secrets) && !prepared.searches_secrets() {
            return Err(Failure::Place {
                message: "the limit on secrets needs the search for them, which --quick, --no-secrets or the configuration leaves out".into(),
                hint: "leave out that option, or the limit".into(),
            });
        }
        let dockerfile = arguments
            .dockerfile
            .as_deref()
            .map(|path| Ok::<_, Failure>((fix::named(path).to_string(), fix::parse(path)?.0)));
        let dockerfile = dockerfile.transpose()?;
        let (units, signs) = arguments.options.preferences.of_text(&arguments.ascii)?;
        let accepted = arguments.options.preferences.accepted()?;
        let baseline = arguments
            .baseline
            .as_deref()
            .map(|path| baseline::read(path, &arguments.options, prepared.searches_secrets()))
            .transpose()?;
        let needs_download = arguments.init || limits.has(&Measure::Download);
        let verify = arguments.verify;
        Ok(Self {
            limits,
            prepared,
            dockerfile,
            units,
            signs,
            accepted,
            verify,
            baseline,
            needs_download,
        })
    }

    /// Reads and assesses an image.
    fn image(&self, input: Input, selection: &Selection) -> Result<Read, Failure> {
        let prepared = &self.prepared;
        let (searching, verify) = (prepared.searching(), self.verify);
        let progress = Progress { searching, verify, ..Progress::default() };
        let (opened, inspection) =
            read_opened(input, selection, &progress).map_err(compare::named_here)?;
        completeness::say(&inspection);
        self.check_verified(&inspection)?;
        let masked = self.baseline.as_ref().map(|baseline| &baseline.values);
        let study = prepared.study_beside(&opened, &inspection, masked, &Arc::default())?;
        let download = if self.needs_download { measured(&opened, &inspection)? } else { None };
        opened.check_unchanged()?;
        Ok(Read { inspection, study, download })
    }

    /// Checks that the bytes of an image are what manifest and config say, if that was compared.
    fn check_verified(&self, inspection: &Inspection) -> Result<(), Failure> {
        if let Some([first, others @ ..]) = inspection.mismatches.as_deref() {
            let more = match others.len() {
                0 => String::new(),
                more => format!(", and {}", plural_of(more, "other mismatch", "other mismatches")),
            };
            return Err(Failure::Altered {
                message: format!(
                    "{} is not what its manifest and config say: {first}{more}",
                    inspection.name
                ),
                hint: format!(
                    "layerscope report {} --verify lists all; save or pull the image again",
                    inspection.argument()
                ),
            });
        }
        completeness::verified(inspection, &self.accepted)
    }

    /// Holds an image to the limits.
    fn checked<'a>(&'a self, read: &'a Read, baseline: Option<&'a Baseline<'a>>) -> Checked<'a> {
        let places = |(path, file): &(String, Dockerfile)| Places {
            file: path.clone(),
            lines: lines_of_layers(file, &read.inspection),
            secrets: lines_of_secrets(file, &read.inspection, read.secrets()),
        };
        let subject = subject(read, baseline, &self.accepted);
        Checked {
            inspection: read.study.shown(&read.inspection),
            study: &read.study,
            verdict: gate::check(&subject, &self.limits),
            places: self.dockerfile.as_ref().map_or_else(Places::default, places),
            growth: baseline.and_then(|baseline| baseline.growth_to(&read.inspection)),
            secrets: baseline::secrets(self.baseline.as_ref(), read),
            baseline_is_unsearched: self
                .baseline
                .as_ref()
                .is_some_and(|baseline| baseline.secrets.is_none())
                && read.study.secrets.is_some(),
        }
    }
}

/// Returns the files that a check reads, as far as its command line and its directory name them.
fn sources(words: impl IntoIterator<Item = OsString>) -> Sources {
    Sources::of_words(words).with([dive::FILE.into()]).with(limits::find())
}

/// Checks images, and ends with a failure if one of them exceeds a limit or is not known well
/// enough.
pub fn check(arguments: &CheckArguments) -> Result<(), Failure> {
    if arguments.init {
        return init(arguments);
    }
    let asked = asked(&arguments.paths, arguments.dockerfile.as_deref());
    let sources = sources(std::env::args_os().skip(1));
    let outputs = arguments.output.prepare(&sources);
    let outputs = outputs
        .map_err(|failure| arguments.output.replaceable(&sources).failed(failure, &asked))?;
    let failed = |failure| outputs.failed(failure, &asked);
    outputs.begin(&asked).map_err(failed)?;
    let inputs = inputs(arguments).map_err(failed)?;
    let setting = Setting::read(arguments).map_err(failed)?;
    let (mut images, mut failures, mut unchecked) = (Vec::new(), Vec::new(), Vec::new());
    for (input, selection) in inputs {
        let name = input.name();
        match setting.image(input, &selection) {
            Ok(read) => images.push(read),
            Err(cancelled @ Failure::Image(Error::Cancelled)) => return Err(failed(cancelled)),
            Err(failure) => {
                unchecked.extend(output::unchecked(&failure, Some(name), asked.file.clone()));
                failures.push(failure);
            }
        }
    }
    let baseline = setting.baseline.as_ref().map(|it| Baseline::of_image(&it.inspection));
    let checked = images.iter().map(|read| setting.checked(read, baseline.as_ref())).collect();
    let results = CheckResults { images: checked, unchecked, named: Vec::new() };
    failures.extend(ended(&results.images, &setting.accepted).err());
    // The result counts for nothing where it could not be written.
    failures.extend(outputs.write(&results, setting.units, setting.signs).err());
    worst(failures)
}

fn subject<'a>(
    read: &'a Read,
    baseline: Option<&'a Baseline<'a>>,
    accepted: &'a [Gap],
) -> Subject<'a> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    Subject {
        inspection: read.study.shown(&read.inspection),
        study: &read.study,
        download: read.download,
        baseline,
        accepted,
        now: since.ok().and_then(|since| i64::try_from(since.as_secs()).ok()).unwrap_or(0),
    }
}

/// Returns the images with their selections.
fn inputs(arguments: &CheckArguments) -> Result<Vec<(Input, Selection)>, Failure> {
    let options = &arguments.options;
    if arguments.paths.is_empty() {
        let piped = Input::piped().ok_or_else(|| Failure::Place {
            message: "no image given, and nothing piped in".into(),
            hint: "name an image: layerscope check my-app:latest; or: docker save my-app | layerscope check".into(),
        })?;
        return Ok(vec![(piped, options.selection())]);
    }
    if arguments.paths.iter().filter(|path| path.as_os_str() == "-").count() > 1 {
        return Err(Failure::Usage("only one of the images can come from standard input".into()));
    }
    arguments.paths.iter().map(|path| named(path, options)).collect()
}

/// Returns an image by its argument, in which `#TAG` selects one of several.
fn named(path: &Path, options: &TargetOptions) -> Result<(Input, Selection), Failure> {
    let (path, image) = split_tag(path);
    let (input, selection) = options.named(&path)?;
    Ok((input, Selection { image: image.or(selection.image), ..selection }))
}

/// Measures the download size of an image whose layers are not all stored compressed.
fn measured(opened: &Opened, inspection: &Inspection) -> Result<Option<Download>, Failure> {
    if inspection.layers.iter().all(|layer| layer.size == 0 || layer.is_compressed()) {
        return Ok(None);
    }
    let progress = Arc::<Progress>::default();
    let measuring = || measure(inspection, &[], opened, &progress);
    Ok(Some(progress::shown("compressing layers", &progress, measuring)?))
}

/// Writes a file of limits that the image keeps.
fn init(arguments: &CheckArguments) -> Result<(), Failure> {
    let mut inputs = inputs(arguments)?;
    let (Some((input, selection)), true) = (inputs.pop(), inputs.is_empty()) else {
        return Err(Failure::Usage("--init takes one image".into()));
    };
    let setting = Setting::read(arguments)?;
    let read = setting.image(input, &selection)?;
    completeness::ended([&read.inspection], &setting.accepted)?;
    let example = gate::example(&subject(&read, None, &setting.accepted), setting.units);
    let file = arguments.limits.file().unwrap_or(Path::new(limits::FILE));
    let progress = Progress::default();
    writing(&progress, || {
        write_file(file, &progress, |out| out.write_all(example.text.as_bytes()))
    })?;
    let name = escaped(file.as_os_str().as_encoded_bytes());
    say(format_args!("wrote {name}; layerscope check IMAGE reads it"));
    if let secrets @ 1.. = example.allowed_secrets {
        say(format_args!(
            "these limits allow {}, which anyone who pulls the image can read: revoke what they open, \
             take them out, and write secrets = 0; layerscope report IMAGE lists them",
            plural(secrets, "secret")
        ));
    }
    Ok(())
}

/// Returns the failure of a file of the user that cannot be read.
fn unreadable(path: &Path, error: &io::Error) -> Failure {
    Failure::File(format!("cannot read {}: {error}", escaped(path.as_os_str().as_encoded_bytes())))
}
