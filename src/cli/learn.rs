//! `layerscope learn`: lessons in the explorer and on paper, and the list of them.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use layerscope::Progress;
use layerscope::report::fit::wrap;
use layerscope::text::escaped;

use super::contents::quoted;
use super::settings::{self, Preferences, ScreenOptions};
use super::{Failure, progress, to_stdout};
use crate::handout::{Handout, Kit, PRINTED, Pictures, Size, WRITTEN};
use crate::learn::{Course, Entry, Origin};
use crate::tui::{self, Environment, Settings, Signs, Start};

#[derive(Args)]
pub struct LearnArguments {
    /// The lesson: its number, its name, or a file with a lesson of your own; without one, the list of all
    #[arg(value_name = "LESSON")]
    lesson: Option<String>,
    /// Write the lesson to standard output as a handout with pictures of the screens, the answers at the end
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the lesson to this new directory: its images for `docker load`, both Dockerfiles, and the handout
    #[arg(long, value_name = "DIR", conflicts_with = "format")]
    write: Option<PathBuf>,
    #[command(flatten)]
    preferences: Preferences,
    #[command(flatten)]
    screen: ScreenOptions,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    /// For GitHub and editors, the screens as text
    Markdown,
    /// For browsers and printers: one file, the screens as pictures
    Html,
}

/// Opens a lesson, writes it, or lists all of them.
pub fn learn(arguments: &LearnArguments) -> Result<(), Failure> {
    let settings = settings::of_screen(&arguments.preferences, &arguments.screen)?;
    let (course, chosen) = course(arguments)?;
    let is_paper = arguments.format.is_some() || arguments.write.is_some();
    if !is_paper && io::stdout().is_terminal() && !Environment::read().is_dumb() {
        return Ok(tui::run(Start::Course(course, chosen), layerscope::Selection::default(), settings)?);
    }
    match (chosen.and_then(|index| course.entries.get(index)), &arguments.write) {
        (Some(entry), None) => print(entry, arguments.format.unwrap_or(Format::Markdown), settings),
        (Some(entry), Some(directory)) => write_kit(entry, directory, settings),
        (None, _) if is_paper => Err(Failure::Place {
            message: "which lesson is to be written?".into(),
            hint: "name it, as in: layerscope learn 1 --format html".into(),
        }),
        (None, _) => to_output(&list(&course)),
    }
}

/// Writes the handout of a lesson.
fn print(entry: &Entry, format: Format, settings: Settings) -> Result<(), Failure> {
    to_output(&match format {
        Format::Markdown => on_paper(entry, settings, WRITTEN)?.markdown(Pictures::Text),
        Format::Html => on_paper(entry, settings, PRINTED)?.html(),
    })
}

/// Writes a directory with all that a class needs for a lesson.
fn write_kit(entry: &Entry, directory: &Path, settings: Settings) -> Result<(), Failure> {
    let handout = on_paper(entry, settings, PRINTED)?;
    let lesson = match &entry.origin {
        Origin::BuiltIn => None,
        Origin::File(path) => Some(&**path),
    };
    Ok(Kit { handout: &handout, lesson, images: &entry.lesson.images }.write(directory)?)
}

fn on_paper(entry: &Entry, settings: Settings, size: Size) -> Result<Handout, Failure> {
    let reading = Arc::<Progress>::default();
    let (told, stages) = progress::shown(&reading, || entry.stage(settings.units, &reading))?;
    // Paper has all the characters, whatever the terminal has.
    let signs = if settings.signs == Signs::AsciiOnly { Signs::Unicode } else { settings.signs };
    let lesson = match &entry.origin {
        Origin::BuiltIn => entry.name.clone(),
        Origin::File(path) => quoted(&escaped(path.file_name().unwrap_or_default().as_encoded_bytes())),
    };
    let command = format!("layerscope learn {lesson}");
    Ok(Handout::new(told, &stages, &entry.lesson.about, command, &Settings { signs, ..settings }, size))
}

fn to_output(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(to_stdout)
}

/// All lessons, and the one that is asked for.
fn course(arguments: &LearnArguments) -> Result<(Course, Option<usize>), Failure> {
    let own = arguments.preferences.directory().map(|directory| directory.join("lessons"));
    let mut course = Course::built_in().map_err(Failure::File)?;
    if let Some(directory) = own {
        course = course.with_files_of(&directory).map_err(Failure::File)?;
    }
    let Some(word) = &arguments.lesson else { return Ok((course, None)) };
    if let Some(index) = course.find(word) {
        return Ok((course, Some(index)));
    }
    let path = Path::new(word);
    if path.extension().is_some_and(|extension| extension == "toml") || path.exists() {
        course.entries.push(Entry::of_file(&PathBuf::from(word)).map_err(Failure::File)?);
        let last = course.entries.len() - 1;
        return Ok((course, Some(last)));
    }
    let lessons = course.entries.iter().enumerate().map(|(i, entry)| format!("{} {}", i + 1, entry.name));
    Err(Failure::Place {
        message: format!("there is no lesson {}", layerscope::text::escaped_str(word)),
        hint: format!("the lessons are {}; a lesson of your own is a file", lessons.collect::<Vec<_>>().join(", ")),
    })
}

/// The lessons, a paragraph each.
fn list(course: &Course) -> String {
    let mut text = String::new();
    for (i, entry) in course.entries.iter().enumerate() {
        let head = format!("{:>3}  ", i + 1);
        let lesson = &entry.lesson;
        text.push_str(&format!("{head}{} ({})\n", lesson.title, entry.name));
        for line in wrap(&lesson.about, 74) {
            text.push_str(&format!("     {line}\n"));
        }
    }
    text.push_str("\nlayerscope learn 1 opens the first in the terminal; with --format html it is a handout.\n");
    text
}
