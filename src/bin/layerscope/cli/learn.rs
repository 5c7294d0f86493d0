//! `layerscope learn`: lessons on the screen and on paper, the list of lessons, and the guided tour
//! of an image.

use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, ValueEnum};
use layerscope::display::escaped;
use layerscope::display::wrap;
use layerscope::shell::quoted;
use layerscope::toml_file::unknown;
use layerscope::{Gap, Progress, Selection};

use super::compare::named_here;
use super::input::Input;
use super::name::{self, NameOptions, Usual};
use super::output::writing;
use super::settings::{self, Preferences, ScreenOptions};
use super::sources::split_tag;
use super::{Failure, completeness, progress, start, to_stdout};
use crate::handout::{Handout, Kit, PRINTED, Pictures, Size, WRITTEN, check_kit_free};
use crate::host_text::contents;
use crate::lesson::{self, Course, Entry, Origin, RenderedLesson, Stage};
use crate::tui::{self, Environment, Settings, Signs, Start};

#[derive(Args)]
pub struct LearnArguments {
    /// Lesson by number or name, or your own lesson file [default: list all lessons]
    #[arg(value_name = "LESSON")]
    lesson: Option<String>,
    /// Give a guided tour of this image instead; ARCHIVE#TAG selects one of several, `-` is
    /// standard input
    #[arg(long, value_name = "ARCHIVE", conflicts_with = "lesson")]
    image: Option<PathBuf>,
    /// Select a platform: os/architecture[/variant]
    #[arg(long, value_name = "PLATFORM", value_parser = name::platform, requires = "image", conflicts_with = "lesson")]
    platform: Option<String>,
    /// Print the lesson as a handout with pictures and answers
    #[arg(long, value_enum)]
    format: Option<Format>,
    /// Write the lesson to this new directory: images for `docker load`, Dockerfiles and handout
    #[arg(long, value_name = "DIR", conflicts_with_all = ["format", "image"])]
    write: Option<PathBuf>,
    #[command(flatten)]
    names: NameOptions,
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

impl Format {
    /// Returns the size of the screens.
    fn size(self) -> Size {
        match self {
            Self::Markdown => WRITTEN,
            Self::Html => PRINTED,
        }
    }
}

/// Opens a lesson, writes it, or lists all lessons; or gives the guided tour of an image.
pub fn learn(arguments: &LearnArguments) -> Result<(), Failure> {
    let settings = settings::of_screen(&arguments.preferences, &arguments.screen)?;
    if let Some(image) = &arguments.image {
        let platform = arguments.platform.clone();
        let accepted = arguments.preferences.accepted()?;
        return tour(
            image,
            platform,
            (&arguments.names, &arguments.preferences.usual()?),
            arguments.format,
            settings,
            &accepted,
        )
        .map_err(named_here);
    }
    let (course, chosen) = course(arguments)?;
    let is_paper = arguments.format.is_some() || arguments.write.is_some();
    if !is_paper && io::stdout().is_terminal() && !Environment::read().is_dumb() {
        let shown = tui::run(Start::Course(course, chosen), Selection::default(), settings);
        return completeness::quit(shown, &arguments.preferences.accepted()?);
    }
    match (chosen.and_then(|index| course.entries.get(index)), &arguments.write) {
        (Some(entry), None) => print(entry, arguments.format.unwrap_or(Format::Markdown), settings),
        (Some(entry), Some(directory)) => write_kit(entry, directory, settings),
        (None, _) if is_paper => Err(Failure::Place {
            message: "no lesson given".into(),
            hint: "name it, as in: layerscope learn 1 --format html".into(),
        }),
        (None, _) => to_output(&list(&course)),
    }
}

/// Writes the handout of a lesson.
fn print(entry: &Entry, format: Format, settings: Settings) -> Result<(), Failure> {
    let size = format.size();
    print_handout(&on_paper(entry, settings, size)?, format)
}

fn print_handout(handout: &Handout, format: Format) -> Result<(), Failure> {
    to_output(&match format {
        Format::Markdown => handout.markdown(Pictures::Text),
        Format::Html => handout.html(),
    })
}

/// Writes a directory with everything that a class needs for a lesson.
fn write_kit(entry: &Entry, directory: &Path, settings: Settings) -> Result<(), Failure> {
    check_kit_free(directory)?;
    let handout = on_paper(entry, settings, PRINTED)?;
    let lesson = match &entry.origin {
        Origin::BuiltIn => None,
        Origin::File(path) => Some(&**path),
    };
    let kit = Kit { handout: &handout, lesson, images: &entry.lesson.images };
    let progress = Progress::default();
    writing(&progress, || kit.write(directory, &progress))
}

fn on_paper(entry: &Entry, settings: Settings, size: Size) -> Result<Handout, Failure> {
    let reading = Arc::<Progress>::default();
    let (told, stages) =
        progress::shown("reading layers", &reading, || entry.stage(settings.units, &reading))?;
    let lesson = match &entry.origin {
        Origin::BuiltIn => entry.name.clone(),
        Origin::File(path) => {
            quoted(&escaped(path.file_name().unwrap_or_default().as_encoded_bytes()))
        }
    };
    Ok(handout(
        told,
        &stages,
        &entry.lesson.about,
        format!("layerscope learn {lesson}"),
        settings,
        size,
    ))
}

fn handout(
    told: RenderedLesson,
    stages: &[Stage],
    about: &str,
    command: String,
    settings: Settings,
    size: Size,
) -> Handout {
    // Paper can show all characters, whatever the terminal can.
    let signs = if settings.signs == Signs::AsciiOnly { Signs::Unicode } else { settings.signs };
    Handout::new(told, stages, about, command, &Settings { signs, ..settings }, size)
}

fn to_output(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes()).and_then(|()| out.flush()).map_err(to_stdout)
}

/// Gives the guided tour of an image: on the screen, or as a handout if requested or if there is no
/// screen.
fn tour(
    image: &Path,
    platform: Option<String>,
    (names, usual): (&NameOptions, &Usual),
    format: Option<Format>,
    settings: Settings,
    accepted: &[Gap],
) -> Result<(), Failure> {
    let (path, tag) = split_tag(image);
    let input = Input::named(&path, names, platform.as_deref(), usual);
    let selection = input.select(Selection { image: tag, platform });
    if format.is_none() && io::stdout().is_terminal() && !Environment::read().is_dumb() {
        let start = Start::Tour(Box::new(start(input, &selection)?));
        return completeness::quit(tui::run(start, selection, settings), accepted);
    }
    let reading = Arc::new(Progress::default());
    let (told, stage) = progress::shown("reading layers", &reading, || {
        let opened = input.open(&reading)?.choose(&selection)?;
        lesson::tour::prepare(&opened, settings.units, &reading)
    })?;
    let format = format.unwrap_or(Format::Markdown);
    let command = format!(
        "layerscope learn --image {}",
        quoted(&escaped(image.as_os_str().as_encoded_bytes()))
    );
    let inspection = stage.inspection.clone();
    let about = "the size of this image, its causes, and how to make it smaller";
    let about = match inspection.completeness.summary() {
        Some(summary) => format!("{about}; incomplete, because {summary}"),
        None => about.into(),
    };
    completeness::say(&inspection);
    print_handout(&handout(told, &[stage], &about, command, settings, format.size()), format)?;
    completeness::ended([&*inspection], accepted)
}

/// Returns all lessons, and the index of the requested one.
fn course(arguments: &LearnArguments) -> Result<(Course, Option<usize>), Failure> {
    let own = arguments.preferences.directory().map(|directory| directory.join("lessons"));
    let mut course = Course::built_in()?;
    if let Some(directory) = own {
        course = course.with_files_of(&directory)?;
    }
    let Some(word) = &arguments.lesson else { return Ok((course, None)) };
    if let Some(index) = course.find(word) {
        return Ok((course, Some(index)));
    }
    let path = Path::new(word);
    if path.extension().is_some_and(|extension| extension == "toml") || path.exists() {
        let is_text = contents(path).is_ok_and(|text| !text.contains('\0'));
        if !is_text && path.exists() && path.extension().is_none_or(|extension| extension != "toml")
        {
            return Err(Failure::Place {
                message: format!("{} is no lesson", layerscope::display::escaped_str(word)),
                hint: format!(
                    "for the guided tour of an image: layerscope learn --image {}",
                    quoted(word)
                ),
            });
        }
        course.entries.push(Entry::of_file(&PathBuf::from(word))?);
        let last = course.entries.len() - 1;
        return Ok((course, Some(last)));
    }
    let lessons =
        course.entries.iter().enumerate().map(|(i, entry)| format!("{} {}", i + 1, entry.name));
    let near = unknown("lesson", word, course.entries.iter().map(|entry| &*entry.name)).hint();
    let near = near.map(|hint| format!("; {hint}")).unwrap_or_default();
    Err(Failure::Place {
        message: format!("no lesson {}{near}", layerscope::display::escaped_str(word)),
        hint: format!(
            "the lessons are {}; for your own lesson, give its file",
            lessons.collect::<Vec<_>>().join(", ")
        ),
    })
}

/// Formats the list of lessons, one paragraph each.
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
