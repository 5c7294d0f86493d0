//! `layerscope report`, and the image on the screen: what is read, and where it is shown.

use std::io::{self, BufWriter, IsTerminal};
use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::report::{Account, Detail, TextStyle, Units, write_json, write_text};
use layerscope::{Error, Gap, Inspection, Opened, Progress, Selection};

use super::ascii::Ascii;
use super::input::Input;
use super::study::StudyArguments;
use super::{DEFAULT_TOP, Failure, Format, ReportArguments, check, completeness, progress};
use crate::tui::{self, Environment, Settings, Signs};

pub fn report(arguments: ReportArguments) -> Result<(), Failure> {
    if arguments.tree && matches!(arguments.format, Format::Text) {
        return Err(Failure::Usage(
            "--tree lists the filesystem in JSON: add --format json".into(),
        ));
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
        Format::Json => print_json(
            &inspection,
            &study,
            Detail { top: arguments.top, tree: arguments.tree, units },
        )?,
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
pub fn show(
    input: Input,
    selection: Selection,
    settings: Settings,
    accepted: &[Gap],
) -> Result<(), Failure> {
    if !io::stdout().is_terminal() {
        let (opened, inspection) = read_opened(input, &selection, &Progress::default())?;
        let study =
            StudyArguments::default().prepare()?.study(&opened, &inspection, &Arc::default())?;
        opened.check_unchanged()?;
        print_text(&inspection, &study, settings.units, settings.signs, DEFAULT_TOP)?;
        check::hint_in_ci();
        return completeness::ended([&inspection], accepted);
    }
    if Environment::read().is_dumb() {
        return Err(Failure::Dumb("layerscope report IMAGE"));
    }
    let start = start(input, &selection)?;
    completeness::quit(tui::run(start, selection, settings), accepted)
}

/// Returns the start of the screen. Errors in opening are reported before the screen is taken over.
pub fn start(input: Input, selection: &Selection) -> Result<tui::Start, Failure> {
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

pub fn read(
    input: Input,
    selection: &Selection,
    progress: &Progress,
) -> Result<Inspection, Failure> {
    Ok(read_opened(input, selection, progress)?.1)
}

pub fn read_opened(
    input: Input,
    selection: &Selection,
    progress: &Progress,
) -> Result<(Opened, Inspection), Failure> {
    let read: Result<_, Error> = progress::shown("reading layers", progress, || {
        let opened: Opened = input.open(progress)?.choose(selection)?;
        let inspection = layerscope::inspect(&opened, progress)?;
        Ok((opened, inspection))
    });
    Ok(read?)
}

pub fn print_text(
    inspection: &Inspection,
    study: &Study,
    units: Units,
    signs: Signs,
    top: usize,
) -> Result<(), Failure> {
    let style = TextStyle { colour: coloured(), units, top };
    write_text(inspection, study, style, text_output(signs)).map_err(to_stdout)
}

/// Returns standard output for text, in the characters that can be shown.
pub fn text_output(signs: Signs) -> Ascii<BufWriter<io::StdoutLock<'static>>> {
    Ascii::new(BufWriter::new(io::stdout().lock()), signs)
}

/// Returns whether text on standard output is coloured.
pub fn coloured() -> bool {
    io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

pub fn print_json(inspection: &Inspection, study: &Study, detail: Detail) -> Result<(), Failure> {
    let account = Account::new(inspection, study, detail);
    write_json(&account, BufWriter::new(io::stdout().lock())).map_err(to_stdout)
}

pub fn to_stdout(error: io::Error) -> Failure {
    Failure::Output("the report".into(), error)
}
