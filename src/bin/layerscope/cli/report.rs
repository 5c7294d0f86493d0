//! `layerscope report`, and the image on the screen: what is read, and where it is shown.

use std::io::{self, IsTerminal};
use std::sync::Arc;

use layerscope::advice::assessment::Study;
use layerscope::display::escaped;
use layerscope::recorded::RecordedImage;
use layerscope::report::{
    Account, Detail, TextStyle, Units, write_html, write_json, write_markdown, write_ncdu,
    write_recorded, write_recorded_html, write_text,
};
use layerscope::{Error, Gap, Inspection, Opened, Progress, Selection};

use super::input::Input;
use super::output::{Destination, to_stdout};
use super::study::StudyArguments;
use super::{
    DEFAULT_TOP, Failure, ReportArguments, ReportFormat, check, completeness, progress, recorded,
};
use crate::tui::{self, Environment, Settings, Signs};

pub fn report(arguments: ReportArguments) -> Result<(), Failure> {
    let format = arguments.format();
    if arguments.tree && format != ReportFormat::Json {
        return Err(Failure::Usage(
            "--tree lists the filesystem in JSON: add --format json".into(),
        ));
    }
    let options = &arguments.target.options;
    let (units, signs) = options.preferences.of_text(&arguments.ascii)?;
    let out = arguments.output.prepare("report")?;
    if let Some(path) = &arguments.target.path
        && let Some(image) = recorded::read(path)?
    {
        return report_recorded(&image, &arguments, &out, units, signs);
    }
    let secrets = arguments.secrets.wanted(&options.preferences)?;
    let prepared = arguments.study.prepare()?.with_secrets(secrets);
    let progress = Progress {
        verify: arguments.verify,
        account_only: prepared.is_quick() || format == ReportFormat::Ncdu,
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
    match format {
        ReportFormat::Text => {
            let study = study()?;
            print_text(study.shown(&inspection), &study, &out, (units, signs), arguments.top)?;
        }
        ReportFormat::Json => {
            let detail = Detail { top: arguments.top, tree: arguments.tree, units };
            let study = study()?;
            let account = Account::new(study.shown(&inspection), &study, detail);
            out.write(Signs::Unicode, |out| write_json(&account, out))?;
        }
        ReportFormat::Markdown => {
            let study = study()?;
            let detail = Detail { top: arguments.top, tree: false, units };
            let account = Account::new(study.shown(&inspection), &study, detail);
            let image = account.recorded(&inspection.name).map_err(io::Error::other);
            print_markdown(&image.map_err(to_stdout)?, &out, units, arguments.top)?;
        }
        ReportFormat::Html => {
            let study = study()?;
            let shown = study.shown(&inspection);
            out.write(Signs::Unicode, |out| write_html(shown, &study, units, out))?;
        }
        ReportFormat::Ncdu => {
            opened.check_unchanged()?;
            completeness::say(&inspection);
            out.write(Signs::Unicode, |out| write_ncdu(&inspection, out))?;
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
    out: &Destination,
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
    match arguments.format() {
        ReportFormat::Text => {
            let style = TextStyle { colour: out.is_coloured(), units, top: arguments.top };
            out.write(signs, |out| write_recorded(image, style, out))?;
        }
        ReportFormat::Markdown => print_markdown(image, out, units, arguments.top)?,
        ReportFormat::Json => return Err(refused("it is the JSON report already")),
        ReportFormat::Html => {
            out.write(Signs::Unicode, |out| write_recorded_html(image, units, out))?;
        }
        ReportFormat::Ncdu => return Err(refused("--format ncdu needs the image")),
    }
    completeness::ended([&image.inspection], &arguments.target.options.preferences.accepted()?)
}

fn print_markdown(
    image: &RecordedImage,
    out: &Destination,
    units: Units,
    top: usize,
) -> Result<(), Failure> {
    let style = TextStyle { colour: false, units, top };
    out.write(Signs::Unicode, |out| write_markdown(image, style, out))
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
        let (shown, look) = (study.shown(&inspection), (settings.units, settings.signs));
        print_text(shown, &study, &Destination::STDOUT, look, DEFAULT_TOP)?;
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

fn print_text(
    inspection: &Inspection,
    study: &Study,
    out: &Destination,
    (units, signs): (Units, Signs),
    top: usize,
) -> Result<(), Failure> {
    let style = TextStyle { colour: out.is_coloured(), units, top };
    out.write(signs, |out| write_text(inspection, study, style, out))
}
