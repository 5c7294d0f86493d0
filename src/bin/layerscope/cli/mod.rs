//! The command line: what was asked, and how it ends.
//!
//! Exit codes: 0 fine and whole, 1 a limit is exceeded or `--verify` found something else than
//! manifest and config say, 2 the image could not be read or understood, or only in part, or the
//! command line is wrong. A reader that closes the pipe early is no error.

mod ascii;
mod build;
mod cache;
mod check;
mod compare;
mod completeness;
mod contents;
mod demo;
mod escaping;
mod failure;
mod fix;
mod help;
mod images;
mod input;
mod ladder;
mod learn;
mod meant;
mod misplaced;
mod name;
mod output;
mod progress;
mod recorded;
mod report;
mod settings;
mod sources;
mod stderr;
mod study;
mod target;

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};
use layerscope::Selection;

use build::BuildArguments;
use cache::CacheArguments;
use check::{CheckArguments, DiveOptions};
use compare::CompareArguments;
use contents::{CatArguments, ExtractArguments};
use failure::Failure;
use fix::{DockerfileArguments, FixArguments};
use help::HelpArguments;
use images::ImagesArguments;
use input::Input;
use ladder::LadderArguments;
use learn::LearnArguments;
use output::{FileOption, coloured, text_output, to_stdout};
use report::{read_opened, report, show, start};
use settings::{AsciiOption, ConfigArguments, Preferences, ScreenOptions};
use stderr::say;
use study::{SecretsOption, StudyArguments};
use target::{OptionalTarget, Target, TargetOptions};

use crate::config::Config;

/// Shows why a container image is big, what is wasted, and what to change.
///
/// Opens the image on the terminal; if the output is not a terminal, prints the text report
/// instead. Without an image, reads what is piped in, or else opens the built-in demo: an Alpine
/// image whose Go toolchain was deleted by a separate RUN.
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
  layerscope report my-app.tar --format ncdu > files.json && ncdu -f files.json
  layerscope report my-app.tar --output my-app.html
  layerscope ladder my-app.tar                 possible sizes; with --measure, download sizes too
  layerscope my-app.tar --view replay          the build, replayed layer by layer
  layerscope fix my-app.tar --dockerfile Dockerfile > fix.diff && git apply -p0 fix.diff
  layerscope check my-app --max-wasted 20MB    fail a build; check --init writes limits to keep
  layerscope compare old.tar new.tar           compare; --format text|json|html prints it
  layerscope compare old.json new.tar          old.json is a report of an earlier run
  layerscope learn 1                           why a separate RUN rm saves nothing
  layerscope learn --image my-app.tar          a guided tour of your image
  layerscope learn 1 --format html > lesson.html
  layerscope cat my-app.tar /etc/os-release
  layerscope extract my-app.tar /usr/lib/go --to .
  layerscope                                   opens the built-in demo
  layerscope demo --write demo.tar             then: docker load -i demo.tar

Exit codes, of every command and of the screens:
  0  the whole image was read (except parts named by --accept), and the image meets every limit of check
  1  check found a limit exceeded, or --verify found a mismatch with manifest or config
  2  the image could not be read, or only in part (the output names what is missing); a limit could not be checked;
     --verify could not compare everything; an output could not be written; or the command line is wrong
On a signal, the program cleans up first and then ends by that signal.";

#[derive(Subcommand)]
enum Command {
    /// Print a report: text, JSON, Markdown, a page for a browser, or the files for ncdu and gdu
    ///
    /// IMAGE may also be the JSON report of an earlier run: it is shown as far as its detail goes.
    Report(ReportArguments),
    /// Check an image against limits; exit code 1 if it exceeds one
    Check(Box<CheckArguments>),
    /// Compare images: sizes, shared layers, changed paths and packages
    Compare(CompareArguments),
    /// Learn what makes images big, lesson by lesson, in the explorer
    Learn(LearnArguments),
    /// Show possible image sizes and the change needed for each
    Ladder(LadderArguments),
    /// Print what to change in the Dockerfile, and why, as a diff for `git apply -p0` or `patch -p0`
    ///
    /// Save it and apply it: `layerscope fix my-app --dockerfile Dockerfile > fix.diff`, then
    /// `git apply -p0 fix.diff` or `patch -p0 < fix.diff`.
    ///
    /// Without a change, standard output stays empty and standard error says why. A Dockerfile of
    /// another image is an error (exit code 2), and there is no diff.
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
    /// Show where the cache is and how much it takes, or clear it
    Cache(CacheArguments),
    /// Print the effective configuration as commented TOML
    Config(ConfigArguments),
    /// Print the help of a command, or a page of the manual; `help topics` lists the pages
    Help(HelpArguments),
}

#[derive(Args)]
struct ReportArguments {
    #[command(flatten)]
    target: OptionalTarget,
    #[command(flatten)]
    ascii: AsciiOption,
    /// Output format [default: text]
    #[arg(long, value_enum)]
    format: Option<ReportFormat>,
    #[command(flatten)]
    output: FileOption,
    /// Number of wasted files to list, largest first; 0 lists all
    #[arg(long, value_name = "N", default_value_t = DEFAULT_TOP, value_parser = name::whole)]
    top: usize,
    /// Also list the final filesystem by path (JSON only)
    #[arg(long)]
    tree: bool,
    /// Also compare sizes, digests and diff IDs with the bytes (exit code 1 on a mismatch)
    #[arg(long)]
    verify: bool,
    #[command(flatten)]
    study: StudyArguments,
    #[command(flatten)]
    secrets: SecretsOption,
}

impl ReportArguments {
    /// Returns the format: the one that is named, or that of the ending of the file.
    fn format(&self) -> ReportFormat {
        self.format.unwrap_or_else(|| match self.output.ending().as_deref() {
            Some("html" | "htm") => ReportFormat::Html,
            Some("json") => ReportFormat::Json,
            Some("md") => ReportFormat::Markdown,
            _ => ReportFormat::Text,
        })
    }
}

const DEFAULT_TOP: usize = 20;

#[derive(Args)]
struct DemoArguments {
    /// Write the demo image to this file instead of opening it (for docker load)
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

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ReportFormat {
    /// For people: 80 columns
    Text,
    /// For programs: see assets/report.schema.json
    Json,
    /// For a comment on a pull request, or a page of a wiki: below 64 KiB
    #[value(alias = "md")]
    Markdown,
    /// The files for ncdu and gdu: ncdu -f FILE
    Ncdu,
    /// For a browser: one page that loads nothing, with a treemap, a tree and a search
    Html,
}

/// Runs the program with the arguments of the process.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            if error.use_stderr() {
                let words = std::env::args_os().skip(1);
                let words: Vec<_> = words.filter_map(|word| word.into_string().ok()).collect();
                check::refused(&words, &error);
            }
            return explain(&error);
        }
    };
    match dispatch(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            failure.say();
            ExitCode::from(failure.exit_code())
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
    let signs = Config::default().signs();
    if !error.use_stderr() && signs.is_ascii() {
        let mut out = text_output(signs);
        let text = error.render().to_string();
        let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
        return help_written(written);
    }
    // clap's own `exit` reports success even if the help could not be written.
    let printed = error.print().and_then(|()| io::stdout().flush());
    match error.use_stderr() {
        true => u8::try_from(error.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from),
        false => help_written(printed),
    }
}

/// Says that the help or the version could not be written.
fn help_written(written: io::Result<()>) -> ExitCode {
    match written {
        Err(failed) if failed.kind() != io::ErrorKind::BrokenPipe => {
            say(format_args!("error: cannot write the help: {failed}"));
            ExitCode::from(2)
        }
        _ => ExitCode::SUCCESS,
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
