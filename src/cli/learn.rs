//! `layerscope learn`: lessons in the explorer, and the list of them; the story of an image of one's own.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use layerscope::report::fit::wrap;
use layerscope::{Progress, Selection};

use super::compare::{named, named_here};
use super::input::Input;
use super::settings::{self, Preferences, ScreenOptions};
use super::{Failure, progress, start, to_stdout};
use crate::learn::{self, Course, Entry};
use crate::tui::{self, Environment, Settings, Start};

#[derive(Args)]
pub struct LearnArguments {
    /// The lesson: its number, its name, or a file with a lesson of your own; without one, the list of all
    #[arg(value_name = "LESSON")]
    lesson: Option<String>,
    /// Tell the story of an image of yours instead; ARCHIVE#TAG names one of several, `-` is standard input
    #[arg(long, value_name = "ARCHIVE", conflicts_with = "lesson")]
    image: Option<PathBuf>,
    /// For which platform, where the archive holds several: os/architecture[/variant]
    #[arg(long, value_name = "PLATFORM", requires = "image")]
    platform: Option<String>,
    #[command(flatten)]
    preferences: Preferences,
    #[command(flatten)]
    screen: ScreenOptions,
}

/// Opens a lesson, or lists them; or tells the story of an image.
pub fn learn(arguments: &LearnArguments) -> Result<(), Failure> {
    let settings = settings::of_screen(&arguments.preferences, &arguments.screen)?;
    if let Some(image) = &arguments.image {
        return story(image, arguments.platform.clone(), settings).map_err(named_here);
    }
    let (course, chosen) = course(arguments)?;
    if io::stdout().is_terminal() && !Environment::read().is_dumb() {
        return Ok(tui::run(Start::Course(course, chosen), Selection::default(), settings)?);
    }
    let mut out = io::stdout().lock();
    out.write_all(list(&course).as_bytes()).and_then(|()| out.flush()).map_err(to_stdout)
}

/// Tells the story of an image: on the screen, and as text where there is none.
fn story(image: &Path, platform: Option<String>, settings: Settings) -> Result<(), Failure> {
    let (path, image) = named(image);
    let (input, selection) = (Input::named(&path), Selection { image, platform });
    if io::stdout().is_terminal() && !Environment::read().is_dumb() {
        let start = Start::Story(Box::new(start(input, &selection)?));
        return Ok(tui::run(start, selection, settings)?);
    }
    let reading = Arc::new(Progress::default());
    let (told, _) = progress::shown("reading layers", &reading, || {
        let opened = input.open(&reading)?.choose(&selection)?;
        learn::story::of(&opened, settings.units, &reading)
    })?;
    let mut out = io::stdout().lock();
    out.write_all(told.plain().as_bytes()).and_then(|()| out.flush()).map_err(to_stdout)
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
    text.push_str("\nlayerscope learn 1 opens the first in the terminal.\n");
    text
}
