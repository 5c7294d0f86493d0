//! `layerscope report`, and the image on the screen: what is read, and where it is shown.

use std::io::{self, BufWriter, IsTerminal};
use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::display::escaped;
use layerscope::recorded::RecordedImage;
use layerscope::report::{
    Account, Detail, TextStyle, Units, write_html, write_json, write_markdown, write_ncdu,
    write_recorded, write_recorded_html, write_text,
};
use layerscope::{Error, Gap, Inspection, Opened, Progress, Selection};

use super::ascii::Ascii;
use super::input::Input;
use super::study::StudyArguments;
use super::{
    DEFAULT_TOP, Failure, ReportArguments, ReportFormat, check, completeness, progress, recorded,
};
use crate::tui::{self, Environment, Settings, Signs};

pub fn report(arguments: ReportArguments) -> Result<(), Failure> {
    if arguments.tree && arguments.format != ReportFormat::Json {
        return Err(Failure::Usage(
            "--tree lists the filesystem in JSON: add --format json".into(),
        ));
    }
    let options = &arguments.target.options;
    let (units, signs) = options.preferences.of_text(&arguments.ascii)?;
    if let Some(path) = &arguments.target.path
        && let Some(image) = recorded::read(path)?
    {
        return report_recorded(&image, &arguments, units, signs);
    }
    let secrets = arguments.secrets.wanted(&options.preferences)?;
    let prepared = arguments.study.prepare()?.with_secrets(secrets);
    let progress = Progress {
        verify: arguments.verify,
        account_only: prepared.is_quick() || arguments.format == ReportFormat::Ncdu,
        searching: prepared.searching(),
        ..Progress::default()
    };
    let (input, selection) = arguments.target.input()?;
    let (opened, inspection) = read_opened(input, &selection, &progress)?;
    let study = || {
        let study = prepared.study(&opened, &inspection, &Arc::default())?;
        opened.check_unchanged()?;
        Ok::<_, Failure>(study)
    };
    match arguments.format {
        ReportFormat::Text => {
            let study = study()?;
            print_text(study.shown(&inspection), &study, units, signs, arguments.top)?;
        }
        ReportFormat::Json => {
            let detail = Detail { top: arguments.top, tree: arguments.tree, units };
            let study = study()?;
            print_json(study.shown(&inspection), &study, detail)?;
        }
        ReportFormat::Markdown => {
            let study = study()?;
            let detail = Detail { top: arguments.top, tree: false, units };
            let account = Account::new(study.shown(&inspection), &study, detail);
            let image = account.recorded(&inspection.name).map_err(io::Error::other);
            print_markdown(&image.map_err(to_stdout)?, units, arguments.top)?;
        }
        ReportFormat::Html => {
            let study = study()?;
            let out = BufWriter::new(io::stdout().lock());
            write_html(study.shown(&inspection), &study, units, out).map_err(to_stdout)?;
        }
        ReportFormat::Ncdu => {
            opened.check_unchanged()?;
            completeness::say(&inspection);
            write_ncdu(&inspection, BufWriter::new(io::stdout().lock())).map_err(to_stdout)?;
        }
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

/// Writes the report of an earlier run, as far as its detail goes.
fn report_recorded(
    image: &RecordedImage,
    arguments: &ReportArguments,
    units: Units,
    signs: Signs,
) -> Result<(), Failure> {
    let refused = |what: &str| {
        let name = escaped(
            arguments
                .target
                .path
                .as_deref()
                .map_or(&[], |path| path.as_os_str().as_encoded_bytes()),
        );
        Failure::Place {
            message: format!("{name} is a report, and a report has no file contents: {what}"),
            hint: "name the image, or its archive".into(),
        }
    };
    if arguments.verify {
        return Err(refused("--verify has nothing to compare"));
    }
    if arguments.study.is_given() {
        return Err(refused("--rules, --base and --base-layers need the image"));
    }
    match arguments.format {
        ReportFormat::Text => {
            let style = TextStyle { colour: coloured(), units, top: arguments.top };
            write_recorded(image, style, text_output(signs)).map_err(to_stdout)?;
        }
        ReportFormat::Markdown => print_markdown(image, units, arguments.top)?,
        ReportFormat::Json => return Err(refused("it is the JSON report already")),
        ReportFormat::Html => {
            let out = BufWriter::new(io::stdout().lock());
            write_recorded_html(image, units, out).map_err(to_stdout)?;
        }
        ReportFormat::Ncdu => return Err(refused("--format ncdu needs the image")),
    }
    completeness::ended([&image.inspection], &arguments.target.options.preferences.accepted()?)
}

fn print_markdown(image: &RecordedImage, units: Units, top: usize) -> Result<(), Failure> {
    let style = TextStyle { colour: false, units, top };
    write_markdown(image, style, text_output(Signs::Unicode)).map_err(to_stdout)
}

/// Shows the image on the terminal, or writes the text report if the output is not a terminal.
pub fn show(
    input: Input,
    selection: Selection,
    settings: Settings,
    accepted: &[Gap],
) -> Result<(), Failure> {
    if !io::stdout().is_terminal() {
        let prepared = StudyArguments::default().prepare()?.with_secrets(settings.secrets);
        let progress = Progress { searching: prepared.searching(), ..Progress::default() };
        let (opened, inspection) = read_opened(input, &selection, &progress)?;
        let study = prepared.study(&opened, &inspection, &Arc::default())?;
        opened.check_unchanged()?;
        print_text(study.shown(&inspection), &study, settings.units, settings.signs, DEFAULT_TOP)?;
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
