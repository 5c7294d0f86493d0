//! The command line: what was asked, and how it ends.
//!
//! Exit codes: 0 fine and whole, 1 a limit is exceeded or `--verify` found something else than manifest and config say, 2 the
//! image could not be read or understood, or only in part, or the command line is wrong. A reader that closes the pipe early is no error.

mod ascii;
mod build;
mod cache;
mod check;
mod compare;
mod completeness;
mod contents;
mod demo;
mod escaping;
mod fix;
mod help;
mod images;
mod input;
mod ladder;

mod learn;
mod misplaced;
mod name;
mod output;
mod progress;
mod settings;
mod stderr;
mod study;

use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand, ValueEnum};
use layerscope::advice::assessment::Study;
use layerscope::report::{Account, Detail, TextStyle, Units, write_json, write_text};
use layerscope::{Error, Gap, Inspection, Opened, Progress, Selection};

use crate::config;
use crate::lesson::{CourseError, LessonError};
use crate::tui::{self, Environment, Settings, Signs};
use ascii::Ascii;
use build::BuildArguments;
use cache::CacheArguments;
use check::{CheckArguments, DiveOptions};
use compare::CompareArguments;
use contents::{CatArguments, ExtractArguments};
use fix::{DockerfileArguments, FixArguments};
use help::HelpArguments;
use images::ImagesArguments;
use input::Input;
use ladder::LadderArguments;
use learn::LearnArguments;
use name::NameOptions;
use settings::{AsciiOption, ConfigArguments, Preferences, ScreenOptions};
use stderr::say;
use study::StudyArguments;

/// Shows why a container image is big, what is wasted, and what to change.
///
/// Opens the image in a terminal interface; where the output is not a terminal, writes the text report instead.
/// Without an image, reads what is piped in, or else opens the built-in demo: an Alpine image whose Go
/// toolchain was deleted by a separate RUN.
#[derive(Parser)]
#[command(version, args_conflicts_with_subcommands = true, disable_help_subcommand = true, after_help = AFTER_HELP)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    target: OptionalTarget,
    #[command(flatten)]
    screen: ScreenOptions,
    #[command(flatten)]
    dive: DiveOptions,
}

const AFTER_HELP: &str = "Examples:
  layerscope nginx:1.27                        from Docker, Podman, containerd, or its registry
  layerscope build -t my-app .                 build an image and open it
  docker save my-app | layerscope
  layerscope report my-app.tar
  layerscope report my-app.tar --format json | jq .totals
  layerscope ladder my-app.tar                 possible sizes; with --measure, download sizes too
  layerscope my-app.tar --view replay          the build, replayed layer by layer
  layerscope fix my-app.tar --dockerfile Dockerfile | patch -p0
  layerscope check my-app --max-wasted 20MB    fail a build; check --init writes limits to keep
  layerscope compare old.tar new.tar           compare; --format text|json prints it
  layerscope learn 1                           why a separate RUN rm saves nothing
  layerscope learn --image my-app.tar          a guided tour of your image
  layerscope learn 1 --format html > lesson.html
  layerscope cat my-app.tar /etc/os-release
  layerscope extract my-app.tar /usr/lib/go --to .
  layerscope                                   opens the built-in demo
  layerscope demo --write demo.tar             then: docker load -i demo.tar

Exit codes, of every command:
  0  the whole image was read (or what was not is named by --accept), and check found every limit kept
  1  check found a limit exceeded, or report --verify something that is not what manifest and config say
  2  the image could not be read, or only in part: what was read is written all the same, and what is missing is said;
     or a limit could not be checked, --verify could not compare everything, an output could not be written, or the
     command line is wrong
A signal ends the program as it ends any other, after it has cleaned up.";

#[derive(Subcommand)]
enum Command {
    /// Print a text or JSON report
    Report(ReportArguments),
    /// Hold images to limits: exit code 1 if one is exceeded, for the build that makes them
    Check(Box<CheckArguments>),
    /// Compare images: sizes, shared layers, changed paths and packages
    Compare(CompareArguments),
    /// Learn what makes images big, lesson by lesson, in the explorer
    Learn(LearnArguments),
    /// Show possible image sizes and the change needed for each
    Ladder(LadderArguments),
    /// Print what to change in the Dockerfile, and why, as a diff that `patch` applies
    Fix(FixArguments),
    /// Reconstruct a Dockerfile from the image history
    Dockerfile(DockerfileArguments),
    /// Build an image with docker or podman, and open it
    Build(BuildArguments),
    /// List the images of an archive, or those of the container runtimes
    Images(ImagesArguments),
    /// Print a file from the image
    Cat(CatArguments),
    /// Write a file or a directory of the image to the host
    Extract(ExtractArguments),
    /// Open the built-in demo image, or write it to a file
    Demo(DemoArguments),
    /// Show where the cache lies and how much it takes, or clear it
    Cache(CacheArguments),
    /// Print the effective configuration as commented TOML
    Config(ConfigArguments),
    /// Print the help of a command, or a page of the manual; `help topics` lists the pages
    Help(HelpArguments),
}

#[derive(Args)]
struct OptionalTarget {
    /// The image: a name, which is looked for in Docker, Podman, containerd and its registry; or an archive of
    /// `docker
    /// save`, `podman save`, skopeo, buildah, BuildKit, kaniko, …; an OCI layout; a root filesystem; as a tar,
    /// compressed
    /// or not, or as a directory; `-` is standard input
    #[arg(value_name = "IMAGE")]
    path: Option<PathBuf>,
    #[command(flatten)]
    options: TargetOptions,
}

#[derive(Args)]
struct Target {
    /// The image: a name, which is looked for in Docker, Podman, containerd and its registry; or an archive of
    /// `docker
    /// save`, `podman save`, skopeo, buildah, BuildKit, kaniko, …; an OCI layout; a root filesystem; as a tar,
    /// compressed
    /// or not, or as a directory; `-` is standard input
    #[arg(value_name = "IMAGE")]
    path: PathBuf,
    #[command(flatten)]
    options: TargetOptions,
}

#[derive(Args)]
struct TargetOptions {
    /// Select an image by tag, ID prefix or digest
    #[arg(long, value_name = "TAG|ID|DIGEST")]
    image: Option<String>,
    /// Select a platform: os/architecture[/variant]
    #[arg(long, value_name = "PLATFORM")]
    platform: Option<String>,
    #[command(flatten)]
    names: NameOptions,
    #[command(flatten)]
    preferences: Preferences,
}

impl OptionalTarget {
    /// Returns what is named, or what is piped in, and the image in it.
    fn input(&self) -> Result<(Input, Selection), Failure> {
        let named = self.path.as_deref().map(|path| self.options.named(path)).transpose()?;
        let piped = || Some((Input::piped()?, self.options.selection()));
        named.or_else(piped).ok_or_else(|| Failure::Place {
            message: "no image is named, and nothing is piped in".into(),
            hint: "name an image: layerscope report nginx:1.27; or: docker save my-app | layerscope report".into(),
        })
    }
}

impl TargetOptions {
    fn selection(&self) -> Selection {
        Selection { image: self.image.clone(), platform: self.platform.clone() }
    }

    /// Returns the input for an argument, and the image in it.
    fn named(&self, argument: &Path) -> Result<(Input, Selection), Failure> {
        let usual = self.preferences.usual()?;
        let input = Input::named(argument, &self.names, self.platform.as_deref(), &usual);
        let selection = input.select(self.selection());
        Ok((input, selection))
    }
}

#[derive(Args)]
struct ReportArguments {
    #[command(flatten)]
    target: OptionalTarget,
    #[command(flatten)]
    ascii: AsciiOption,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Number of wasted files to list, the biggest first; 0 lists all
    #[arg(long, value_name = "N", default_value_t = DEFAULT_TOP)]
    top: usize,
    /// Also list the final filesystem, path by path (JSON only)
    #[arg(long)]
    tree: bool,
    /// Also compare sizes, digests and diff IDs with the bytes; a mismatch ends with exit code 1
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    study: StudyArguments,
}

const DEFAULT_TOP: usize = 20;

#[derive(Args)]
struct DemoArguments {
    /// Write the demo image to this file instead of opening it; docker load takes it
    #[arg(long, value_name = "FILE")]
    write: Option<PathBuf>,
    #[command(flatten)]
    preferences: Preferences,
    #[command(flatten)]
    screen: ScreenOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For people: 80 columns
    Text,
    /// For programs: see assets/report.schema.json
    Json,
}

/// The reason why the program ends without success.
enum Failure {
    /// The image could not be read or understood.
    Image(Error),
    /// The output could not be written.
    Output(String, io::Error),
    /// Another file could not be read or understood.
    File(String),
    /// The command line has a contradiction.
    Usage(String),
    /// A requested path or layer is not in the image.
    Place { message: String, hint: String },
    /// The configuration cannot be used.
    Config(config::Error),
    /// The terminal can only print. The value is the command to use instead.
    Dumb(&'static str),
    /// The report has been written, and lists a mismatch.
    Mismatch,
    /// The result has been written, and a limit is exceeded.
    Exceeded,
    /// The output has been written, and not all of the image could be read.
    NotWhole { message: String, hint: String },
}

impl Failure {
    /// Returns whether the output was closed by its reader, which is not a failure.
    fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(_, error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Image(error)
    }
}

impl From<LessonError> for Failure {
    fn from(error: LessonError) -> Self {
        match error {
            LessonError::Image(error) => Self::Image(error),
            LessonError::Named { .. } => {
                let names = layerscope::image::builtin::names().collect::<Vec<_>>().join(", ");
                let hint = format!(
                    "name an archive, as seen from where the lesson lies, or a built-in \
                    image: {names}"
                );
                Self::Place { message: error.to_string(), hint }
            }
            error @ LessonError::Words { .. } => Self::File(error.to_string()),
        }
    }
}

impl From<CourseError> for Failure {
    fn from(error: CourseError) -> Self {
        Self::File(error.to_string())
    }
}

impl From<tui::Failure> for Failure {
    fn from(failure: tui::Failure) -> Self {
        match failure {
            tui::Failure::Image(error) => Self::Image(error),
            tui::Failure::Lesson(error) => error.into(),
            tui::Failure::Thread(error) => Self::Place {
                message: format!("cannot open the screen: no thread can be made: {error}"),
                hint: "a report needs none: layerscope report IMAGE".into(),
            },
            tui::Failure::Terminal(error) => Self::Output("to the terminal".into(), error),
        }
    }
}

impl From<config::Error> for Failure {
    fn from(error: config::Error) -> Self {
        Self::Config(error)
    }
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    match dispatch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            let (message, hint) = match failure {
                Failure::Image(error) => (error.to_string(), error.hint()),
                Failure::Output(what, error) => (format!("cannot write {what}: {error}"), None),
                Failure::File(message) => (message, None),
                Failure::Usage(message) => (message, Some("see layerscope --help".into())),
                Failure::Place { message, hint } | Failure::NotWhole { message, hint } => (message, Some(hint)),
                Failure::Config(error) => (error.to_string(), error.hint()),
                Failure::Dumb(hint) => {
                    ("TERM=dumb cannot show the interactive screen".into(), Some(format!("the same as text: {hint}")))
                }
                Failure::Mismatch | Failure::Exceeded => return ExitCode::from(1),
            };
            say(format_args!("error: {message}"));
            if let Some(hint) = hint {
                say(format_args!("hint: {hint}"));
            }
            ExitCode::from(2)
        }
    }
}

/// Writes the requested help or version, or the error in the command line.
fn explain(error: &clap::Error) -> ExitCode {
    if let Some((message, hint)) = misplaced::explained(error) {
        say(format_args!("error: {message}"));
        say(format_args!("hint: {hint}"));
        return ExitCode::from(2);
    }
    // clap's own `exit` reports success even if the help could not be written.
    match error.print().and_then(|()| io::stdout().flush()) {
        Err(failed) if !error.use_stderr() && failed.kind() != io::ErrorKind::BrokenPipe => {
            say(format_args!("error: cannot write the help: {failed}"));
            ExitCode::from(2)
        }
        _ => u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
    }
}

fn dispatch(arguments: Arguments) -> Result<(), Failure> {
    match arguments.command {
        Some(Command::Report(arguments)) => report(arguments),
        Some(Command::Check(arguments)) => check::check(&arguments),
        Some(Command::Compare(arguments)) => compare::compare(arguments),
        Some(Command::Learn(arguments)) => learn::learn(&arguments),
        Some(Command::Ladder(arguments)) => ladder::ladder(&arguments),
        Some(Command::Fix(arguments)) => fix::print_fix(&arguments),
        Some(Command::Dockerfile(arguments)) => fix::print_dockerfile(&arguments),
        Some(Command::Build(arguments)) => {
            let (input, selection) = build::build(&arguments)?;
            let preferences = Preferences::default();
            let settings = settings::of_screen(&preferences, &ScreenOptions::default())?;
            show(input, selection, settings, &preferences.accepted()?)
        }
        Some(Command::Images(arguments)) => images::list(&arguments),
        Some(Command::Cat(arguments)) => contents::cat(&arguments),
        Some(Command::Extract(arguments)) => contents::extract_to(&arguments),
        Some(Command::Demo(DemoArguments { write: Some(file), .. })) => demo::write(&file),
        Some(Command::Demo(DemoArguments { write: None, preferences, screen })) => show(
            Input::Demo,
            Selection::default(),
            settings::of_screen(&preferences, &screen)?,
            &preferences.accepted()?,
        ),
        Some(Command::Cache(arguments)) => cache::cache(&arguments),
        Some(Command::Config(arguments)) => settings::print(&arguments),
        Some(Command::Help(arguments)) => help::help(&arguments),
        None if check::is_asked_for(&arguments.dive) => {
            let OptionalTarget { path, options } = arguments.target;
            check::check(&CheckArguments::of_image(path, options, arguments.dive))
        }
        None => {
            let options = &arguments.target.options;
            let (input, selection) = match &arguments.target.path {
                Some(path) => options.named(path)?,
                None => (Input::unnamed(), options.selection()),
            };
            let settings = settings::of_screen(&options.preferences, &arguments.screen)?;
            show(input, selection, settings, &options.preferences.accepted()?)
        }
    }
}

fn report(arguments: ReportArguments) -> Result<(), Failure> {
    if arguments.tree && matches!(arguments.format, Format::Text) {
        return Err(Failure::Usage("--tree lists the filesystem in JSON: add --format json".into()));
    }
    let options = &arguments.target.options;
    let (units, signs) = options.preferences.of_text(&arguments.ascii)?;
    let progress = Progress { verify: arguments.verify, ..Progress::default() };
    let prepared = arguments.study.prepare()?;
    let (input, selection) = arguments.target.input()?;
    let (opened, inspection) = read_opened(input, &selection, &progress)?;
    let study = prepared.study(&opened, &inspection, &Arc::default())?;
    opened.check_unchanged()?;
    match arguments.format {
        Format::Text => print_text(&inspection, &study, units, signs, arguments.top)?,
        Format::Json => print_json(&inspection, &study, Detail { top: arguments.top, tree: arguments.tree, units })?,
    }
    match &inspection.mismatches {
        Some(mismatches) if !mismatches.is_empty() => Err(Failure::Mismatch),
        _ => {
            let accepted = options.preferences.accepted()?;
            completeness::ended([&inspection], &accepted)?;
            completeness::verified(&inspection, &accepted)
        }
    }
}

/// Shows the image on the terminal, or writes the text report if the output is not a terminal.
fn show(input: Input, selection: Selection, settings: Settings, accepted: &[Gap]) -> Result<(), Failure> {
    if !io::stdout().is_terminal() {
        check::hint_in_ci();
        let (opened, inspection) = read_opened(input, &selection, &Progress::default())?;
        let study = StudyArguments::default().prepare()?.study(&opened, &inspection, &Arc::default())?;
        opened.check_unchanged()?;
        print_text(&inspection, &study, settings.units, settings.signs, DEFAULT_TOP)?;
        return completeness::ended([&inspection], accepted);
    }
    if Environment::read().is_dumb() {
        return Err(Failure::Dumb("layerscope report IMAGE"));
    }
    let start = start(input, &selection)?;
    completeness::quit(tui::run(start, selection, settings), accepted)
}

/// Returns the start of the screen. Errors in opening are reported before the screen is taken over.
fn start(input: Input, selection: &Selection) -> Result<tui::Start, Failure> {
    if !input.opens_at_once() {
        let name = input.name();
        return Ok(tui::Start::Later(name, Box::new(move |progress| input.open(progress))));
    }
    let archive = input.open(&Progress::default())?;
    Ok(match archive.select(selection) {
        Err(Error::Ambiguous { .. }) => tui::Start::Archive(archive),
        index => tui::Start::Image(Box::new(archive.pick(index?))),
    })
}

fn read(input: Input, selection: &Selection, progress: &Progress) -> Result<Inspection, Failure> {
    Ok(read_opened(input, selection, progress)?.1)
}

fn read_opened(input: Input, selection: &Selection, progress: &Progress) -> Result<(Opened, Inspection), Failure> {
    let read: Result<_, Error> = progress::shown("reading layers", progress, || {
        let opened: Opened = input.open(progress)?.choose(selection)?;
        let inspection = layerscope::inspect(&opened, progress)?;
        Ok((opened, inspection))
    });
    Ok(read?)
}

fn print_text(inspection: &Inspection, study: &Study, units: Units, signs: Signs, top: usize) -> Result<(), Failure> {
    let style = TextStyle { colour: coloured(), units, top };
    write_text(inspection, study, style, text_output(signs)).map_err(to_stdout)
}

/// Returns standard output for text, in the characters that can be shown.
fn text_output(signs: Signs) -> Ascii<BufWriter<io::StdoutLock<'static>>> {
    Ascii::new(BufWriter::new(io::stdout().lock()), signs)
}

/// Returns whether text on standard output is coloured.
fn coloured() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

fn print_json(inspection: &Inspection, study: &Study, detail: Detail) -> Result<(), Failure> {
    let account = Account::new(inspection, study, detail);
    write_json(&account, BufWriter::new(io::stdout().lock())).map_err(to_stdout)
}

fn to_stdout(error: io::Error) -> Failure {
    Failure::Output("the report".into(), error)
}
