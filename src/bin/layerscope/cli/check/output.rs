//! The outputs of a check: a format on standard output, and files in any number of formats.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use layerscope::display::{Escaped, Units, escaped, escaped_str};
use layerscope::gate::Quantity;
use layerscope::report::{CheckFormat, CheckResults, TextStyle, Unchecked, write_check};

use super::super::output::{check_replaceable, check_unused, is_stdout, write_whole};
use super::super::sources::Sources;
use super::super::{Failure, coloured, text_output, to_stdout};
use crate::cli::stderr;
use crate::tui::Signs;

#[derive(Args, Default)]
#[command(next_help_heading = "Output")]
pub struct OutputOptions {
    /// Output format
    #[arg(long, value_enum, value_name = "FORMAT")]
    format: Option<FormatWord>,
    /// Write the result to a file, in the format of --format or in its own; - is standard output
    /// (repeatable)
    #[arg(long, value_name = "[FORMAT=]FILE")]
    output: Vec<String>,
    /// Replace the files of --output that are there already
    #[arg(long)]
    overwrite: bool,
    /// Write no Markdown if the image meets every limit and its size differs from --baseline by less
    #[arg(long, value_name = "SIZE|PERCENT", value_parser = Quantity::parse, requires = "baseline")]
    quiet_below: Option<Quantity>,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatWord {
    /// For people: one line for each limit
    Text,
    /// For programs: see assets/check.schema.json
    Json,
    /// For a comment on a pull request, or the summary of a job
    #[value(alias = "md")]
    Markdown,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML: a test case for each limit
    Junit,
    /// Annotations of GitHub Actions
    Github,
    /// Code quality of GitLab
    #[value(alias = "codequality")]
    Gitlab,
    /// OpenMetrics text, for sizes over time
    Openmetrics,
}

impl FormatWord {
    fn format(self) -> CheckFormat {
        match self {
            Self::Text => CheckFormat::Text,
            Self::Json => CheckFormat::Json,
            Self::Markdown => CheckFormat::Markdown,
            Self::Sarif => CheckFormat::Sarif,
            Self::Junit => CheckFormat::Junit,
            Self::Github => CheckFormat::Github,
            Self::Gitlab => CheckFormat::Gitlab,
            Self::Openmetrics => CheckFormat::OpenMetrics,
        }
    }
}

/// The images of a check, as far as they are known before one is read.
pub struct Asked {
    /// Their names.
    pub names: Vec<Escaped>,
    /// The path of the Dockerfile, not escaped.
    pub file: String,
}

/// The outputs of a check, known to be free before an image is read.
#[derive(Clone)]
pub struct Outputs {
    /// The format on standard output, if something is written there.
    stdout: Option<CheckFormat>,
    files: Vec<(CheckFormat, PathBuf)>,
    overwrite: bool,
    quiet_below: Option<Quantity>,
}

impl OutputOptions {
    /// Reads the options from the words of a command line that is refused, as far as they can be
    /// understood.
    pub fn of_words(words: &[String]) -> Self {
        let mut options = Self::default();
        for (at, word) in words.iter().enumerate() {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (word.as_str(), words.get(at + 1).map(String::as_str)),
            };
            match (name, value) {
                ("--output", Some(value)) => options.output.push(value.into()),
                ("--format", Some(value)) => {
                    options.format = FormatWord::from_str(value, false).ok().or(options.format);
                }
                ("--overwrite", _) => options.overwrite = true,
                _ => {}
            }
        }
        options
    }

    /// Returns the files of an earlier run that may be replaced, whatever is wrong with the other
    /// outputs.
    pub fn replaceable(&self, sources: &Sources) -> Outputs {
        let given = self.format.map(FormatWord::format);
        let mut files = Vec::<(CheckFormat, PathBuf)>::new();
        for (format, file) in self.output.iter().filter_map(|output| split(output, given).ok()) {
            let path = Path::new(file);
            let is_new = !is_stdout(file) && files.iter().all(|(_, other)| other != path);
            let may_be = || {
                check_replaceable(path).and_then(|()| sources.check_not_at(path, "check")).is_ok()
            };
            if self.overwrite && is_new && may_be() {
                files.push((format, path.into()));
            }
        }
        Outputs { stdout: None, files, overwrite: self.overwrite, quiet_below: None }
    }

    /// Sorts the outputs, and checks that the files can be written, and that the check reads none of
    /// them.
    pub fn prepare(&self, sources: &Sources) -> Result<Outputs, Failure> {
        let given = self.format.map(FormatWord::format);
        let (mut stdout, mut files) = (Vec::new(), Vec::<(CheckFormat, PathBuf)>::new());
        for output in &self.output {
            let (format, file) = split(output, given)?;
            if is_stdout(file) {
                stdout.push(format);
            } else if files.iter().any(|(_, other)| other.as_os_str() == file) {
                return Err(Failure::Usage(format!("--output names {} twice", shown(file))));
            } else {
                files.push((format, file.into()));
            }
        }
        if stdout.len() > 1 {
            return Err(Failure::Usage("only one --output can be standard output".into()));
        }
        // As other tools do, `--format sarif --output x.sarif` leaves standard output alone.
        let usual = if given.is_some() && !self.output.is_empty() {
            None
        } else {
            given.or(Some(CheckFormat::Text))
        };
        files.iter().try_for_each(|(_, file)| sources.check_not_at(file, "check"))?;
        if self.overwrite {
            files.iter().try_for_each(|(_, file)| check_replaceable(file))?;
        } else {
            files.iter().try_for_each(|(_, file)| check_unused(file))?;
        }
        Ok(Outputs {
            stdout: stdout.pop().or(usual),
            files,
            overwrite: self.overwrite,
            quiet_below: self.quiet_below.clone(),
        })
    }
}

/// Splits `FORMAT=FILE`; without a format, it is the one of `--format`.
fn split(output: &str, given: Option<CheckFormat>) -> Result<(CheckFormat, &str), Failure> {
    if let Some((word, file)) = output.split_once('=')
        && !file.is_empty()
    {
        if let Ok(word) = FormatWord::from_str(word, false) {
            return Ok((word.format(), file));
        }
        if given.is_none() {
            let words =
                FormatWord::value_variants().iter().filter_map(ValueEnum::to_possible_value);
            let words: Vec<_> = words.map(|word| word.get_name().to_owned()).collect();
            let near =
                layerscope::toml_file::unknown("format", word, words.iter().map(String::as_str));
            return Err(Failure::Usage(format!("--output {}: {near}", shown(output))));
        }
    }
    match given {
        Some(format) => Ok((format, output)),
        None => Err(Failure::Place {
            message: format!("--output {}: the format is missing", shown(output)),
            hint: format!("write --output sarif={}, or add --format", shown(output)),
        }),
    }
}

fn shown(text: &str) -> Escaped {
    escaped_str(text)
}

impl Outputs {
    /// Writes all outputs: files first, so that a reader of standard output finds them. One that
    /// cannot be written does not keep the others from it.
    pub fn write(
        &self,
        results: &CheckResults<'_>,
        units: Units,
        signs: Signs,
    ) -> Result<(), Failure> {
        let plain = TextStyle { colour: false, units, top: 0 };
        let mut outcome = Ok(());
        for (format, file) in &self.files {
            let mut bytes = Vec::new();
            let rendered = self.render(*format, results, plain, &mut bytes).map_err(to_stdout);
            outcome =
                outcome.and(rendered.and_then(|()| write_whole(file, &bytes, self.overwrite)));
        }
        if let Some(format) = self.stdout {
            let (style, signs) = match format {
                CheckFormat::Text => (TextStyle { colour: coloured(), ..plain }, signs),
                _ => (plain, Signs::Unicode),
            };
            let written = self.render(format, results, style, text_output(signs));
            outcome = outcome.and(match written {
                // A reader that has seen enough does not make an image pass.
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
                written => written.map_err(to_stdout),
            });
        }
        outcome.and(self.annotate(results, plain))
    }

    /// Puts the results of an earlier run to "not checked", before the work begins: a signal leaves
    /// none of them.
    pub fn begin(&self, asked: &Asked) -> Result<(), Failure> {
        let unfinished = Failure::Place {
            message: "the check has not ended".into(),
            hint: "it still runs, or was interrupted; run it again".into(),
        };
        let unchecked = Vec::from_iter(unchecked(&unfinished, None, asked.file.clone()));
        let results = CheckResults { images: Vec::new(), unchecked, named: asked.names.clone() };
        let plain = TextStyle { colour: false, units: Units::Iec, top: 0 };
        for (format, file) in self.files.iter().filter(|(_, file)| file.exists()) {
            let mut bytes = Vec::new();
            self.render(*format, &results, plain, &mut bytes).map_err(to_stdout)?;
            write_whole(file, &bytes, self.overwrite)?;
        }
        Ok(())
    }

    /// Writes the failure of a whole check into all outputs, and returns it: no result of an earlier
    /// run stands for this one. Text on standard output is for people, who see the error anyway.
    pub fn failed(&self, failure: Failure, asked: &Asked) -> Failure {
        let unchecked = Vec::from_iter(unchecked(&failure, None, asked.file.clone()));
        let results = CheckResults { images: Vec::new(), unchecked, named: asked.names.clone() };
        let stdout = self.stdout.filter(|format| *format != CheckFormat::Text);
        let written = Self { stdout, ..self.clone() }.write(&results, Units::Iec, Signs::Unicode);
        if let Err(other) = written {
            other.say();
        }
        failure
    }

    fn render(
        &self,
        format: CheckFormat,
        results: &CheckResults<'_>,
        style: TextStyle,
        mut out: impl Write,
    ) -> io::Result<()> {
        let quiet = self.quiet_below.as_ref().is_some_and(|limit| results.are_below(limit));
        if format == CheckFormat::Markdown && quiet {
            out.flush()
        } else {
            write_check(format, results, style, out)
        }
    }

    /// Writes annotations and the summary of the job where GitHub runs the build.
    fn annotate(&self, results: &CheckResults<'_>, style: TextStyle) -> Result<(), Failure> {
        if std::env::var_os("GITHUB_ACTIONS").is_none_or(|value| value != "true") {
            return Ok(());
        }
        let render = |format| {
            let mut bytes = Vec::new();
            let _ = write_check(format, results, style, &mut bytes);
            bytes
        };
        // The runner reads commands from both streams, and standard output may be for another
        // program.
        if self.stdout != Some(CheckFormat::Github) {
            stderr::write(String::from_utf8_lossy(&render(CheckFormat::Github)));
        }
        let summary = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty());
        let Some(path) = summary else { return Ok(()) };
        // The runner makes the file, and other steps write there, too: the summary is appended in one
        // piece.
        let opened = OpenOptions::new().append(true).create(true).open(&path);
        let written = opened.and_then(|mut file| file.write_all(&render(CheckFormat::Markdown)));
        written.map_err(|error| {
            let path = escaped(path.as_encoded_bytes());
            Failure::Output(format!("the summary of the job, {path} (GITHUB_STEP_SUMMARY)"), error)
        })
    }
}

/// Makes the entry of what could not be checked; `None` if the failure has nothing to say.
pub fn unchecked(failure: &Failure, image: Option<Escaped>, file: String) -> Option<Unchecked> {
    let (message, hint) = failure.message()?;
    let hint = hint.map(|hint| in_one_line(&hint));
    Some(Unchecked { image, message: in_one_line(&message), hint, file })
}

/// Joins the lines of a message: a list follows its colon.
fn in_one_line(message: &str) -> Escaped {
    let lines: Vec<_> = message.lines().map(str::trim).collect();
    escaped_str(&lines.join("; ").replace(":; ", ": "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_with_a_list_is_one_line() {
        assert_eq!(
            in_one_line(
                "cannot find the image a:1:\n  Docker: no such image\n  Podman: not running"
            ),
            "cannot find the image a:1: Docker: no such image; Podman: not running"
        );
    }
}
