//! The available lessons: the built-in ones, and those of a directory.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use layerscope::display::shown;
use layerscope::display::{Escaped, escaped, escaped_str};
use layerscope::toml_file::Problem;

use super::Lesson;
use crate::host_text::contents;

/// The built-in lessons in order: name and text.
const BUILT_IN: &[(&str, &str)] = &[
    ("cleanup", include_str!("../../../../assets/lessons/cleanup.toml")),
    ("one-run", include_str!("../../../../assets/lessons/one-run.toml")),
    ("add-dot", include_str!("../../../../assets/lessons/add-dot.toml")),
    ("two-stages", include_str!("../../../../assets/lessons/two-stages.toml")),
    ("scratch", include_str!("../../../../assets/lessons/scratch.toml")),
    ("binary", include_str!("../../../../assets/lessons/binary.toml")),
    ("cache-order", include_str!("../../../../assets/lessons/cache-order.toml")),
    ("chown", include_str!("../../../../assets/lessons/chown.toml")),
    ("secret", include_str!("../../../../assets/lessons/secret.toml")),
];

/// Other words for built-in lessons, each with the name of its lesson.
const ALIASES: &[(&str, &str)] = &[("chmod", "chown")];

/// The reason why a lesson cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CourseError {
    /// The file cannot be read.
    #[error("cannot read {path}: {source}")]
    Unreadable {
        /// The file, escaped for display.
        path: Escaped,
        source: io::Error,
    },
    /// The lesson contains something that is not understood.
    #[error("{lesson}: {problem}")]
    Lesson {
        /// The name of the lesson, escaped for display.
        lesson: Escaped,
        problem: Problem,
    },
}

/// Lessons in their order.
pub struct Course {
    pub entries: Vec<Entry>,
}

/// A lesson of a course.
pub struct Entry {
    /// A short name, without spaces.
    pub name: String,
    pub origin: Origin,
    pub lesson: Lesson,
}

/// The origin of a lesson.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    BuiltIn,
    File(PathBuf),
}

impl Course {
    /// Returns the built-in lessons.
    ///
    /// # Errors
    ///
    /// Only if one of them is wrong, which the tests rule out.
    pub fn built_in() -> Result<Self, CourseError> {
        let entry = |&(name, text): &(&str, &str)| {
            let wrong = |problem| CourseError::Lesson {
                lesson: shown!("the built-in lesson {}", escaped_str(name)),
                problem,
            };
            let lesson = Lesson::read(text).map_err(wrong)?;
            Ok(Entry::from_lesson(lesson, name))
        };
        Ok(Self { entries: BUILT_IN.iter().map(entry).collect::<Result<_, CourseError>>()? })
    }

    /// Adds the lessons in a directory, in the order of their names.
    ///
    /// # Errors
    ///
    /// An error with the file and the line that is wrong.
    pub fn with_files_of(mut self, directory: &Path) -> Result<Self, CourseError> {
        let Ok(files) = std::fs::read_dir(directory) else { return Ok(self) };
        let mut paths: Vec<_> = files.flatten().map(|file| file.path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
        // The user did not ask for these files in particular, so unreadable ones are skipped.
        paths.retain(|path| File::open(path).is_ok());
        paths.sort();
        for path in paths {
            self.entries.push(Entry::of_file(&path)?);
        }
        Ok(self)
    }

    /// Finds the index of a lesson by its number, counted from 1, by its name, or by another word
    /// for a built-in one.
    pub fn find(&self, word: &str) -> Option<usize> {
        let named = |name: &str| self.entries.iter().position(|entry| entry.name == name);
        let by_number = word.parse().ok().and_then(|number: usize| number.checked_sub(1));
        by_number.filter(|&index| index < self.entries.len()).or_else(|| named(word)).or_else(
            || ALIASES.iter().find(|(alias, _)| *alias == word).and_then(|(_, name)| named(name)),
        )
    }
}

impl Entry {
    /// Makes the entry of a built-in lesson.
    pub fn from_lesson(lesson: Lesson, name: &str) -> Self {
        Self { name: name.into(), origin: Origin::BuiltIn, lesson }
    }

    /// Returns the name of the lesson for errors.
    pub fn place(&self) -> Escaped {
        match &self.origin {
            Origin::BuiltIn => shown!("the built-in lesson {}", escaped_str(&self.name)),
            Origin::File(path) => escaped(path.as_os_str().as_encoded_bytes()),
        }
    }

    /// Reads the lesson in a file.
    ///
    /// # Errors
    ///
    /// An error with the file and the line that is wrong.
    pub fn of_file(path: &Path) -> Result<Self, CourseError> {
        let shown = escaped(path.as_os_str().as_encoded_bytes());
        let unreadable = |source| CourseError::Unreadable { path: shown.clone(), source };
        let text = contents(path).map_err(unreadable)?;
        let wrong = |problem| CourseError::Lesson { lesson: shown.clone(), problem };
        let lesson = Lesson::read(&text).map_err(wrong)?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { name, origin: Origin::File(path.into()), lesson })
    }
}
