//! Writes a lesson to a directory: its images, both Dockerfiles, the handout, and instructions.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path};
use std::sync::atomic::Ordering;

use layerscope::display::{Escaped, escaped, escaped_str};
use layerscope::files::output::{NewDirectory, exists, failed};
use layerscope::image::builtin;
use layerscope::{Error, Progress};

use super::{Handout, Pictures, file, picture_name};
use crate::tui::widgets::picture::{WHITE, titled};

/// The directory of the pictures for the Markdown.
const PICTURES: &str = "pictures";

/// The contents of the directory.
pub struct Kit<'a> {
    pub handout: &'a Handout,
    /// The file of the lesson, if it is not a built-in one.
    pub lesson: Option<&'a Path>,
    /// The images, as named in the lesson.
    pub images: &'a [String],
}

/// The archive of an image in the directory.
enum Archive {
    Written(Escaped),
    /// The image is elsewhere; only its name is given.
    Elsewhere(Escaped),
}

impl Kit<'_> {
    /// Writes the directory, as a whole or not at all.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] if something other than an empty directory exists; nothing is written
    /// then.
    pub fn write(&self, directory: &Path, progress: &Progress) -> Result<(), Error> {
        check_kit_free(directory)?;
        let mut place = NewDirectory::prepare(directory, [""; 0])?;
        place.make_directory(PICTURES)?;
        let desk = Desk { place: &place, progress };
        self.fill(&desk)?;
        place.move_in()
    }

    fn fill(&self, desk: &Desk<'_>) -> Result<(), Error> {
        let archives = self
            .images
            .iter()
            .map(|image| self.archive(image, desk))
            .collect::<Result<Vec<_>, _>>()?;
        let handout = self.handout;
        for (step, still) in handout.pictures() {
            let drawn = titled(WHITE, &still.screen, &escaped_str(&still.caption));
            desk.put(Path::new(PICTURES).join(picture_name(step)), &drawn)?;
        }
        desk.put("handout.html", &handout.html())?;
        desk.put("handout.md", &handout.markdown(Pictures::Files(PICTURES)))?;
        for (name, dockerfile) in
            [("Dockerfile.before", &handout.told.before), ("Dockerfile.after", &handout.told.after)]
        {
            if !dockerfile.is_empty() {
                desk.put(name, &file(dockerfile))?;
            }
        }
        if let Some((lesson, name)) =
            self.lesson.and_then(|lesson| Some((lesson, lesson.file_name()?)))
        {
            desk.copy(lesson, name)?;
        }
        desk.put("README.txt", &self.readme(&archives))
    }

    /// Writes the archive of an image, if it is built in or beside the lesson.
    fn archive(&self, image: &str, desk: &Desk<'_>) -> Result<Archive, Error> {
        let path = self.lesson.map(|lesson| lesson.parent().unwrap_or(Path::new("")).join(image));
        if let Some(path) = path.filter(|path| path.exists()) {
            let is_name = matches!(
                Path::new(image).components().collect::<Vec<_>>()[..],
                [Component::Normal(_)]
            );
            if !is_name || !path.is_file() {
                return Ok(Archive::Elsewhere(shown(&path)));
            }
            desk.copy(&path, image)?;
            return Ok(Archive::Written(escaped_str(image)));
        }
        if !builtin::names().any(|name| name == image) {
            return Ok(Archive::Elsewhere(escaped_str(image)));
        }
        let name = format!("{image}.tar");
        desk.write(&name, |file| builtin::write_file(image, file))?;
        Ok(Archive::Written(escaped_str(&name)))
    }

    /// Returns the instructions.
    fn readme(&self, archives: &[Archive]) -> String {
        let Handout { told, about, command, images, .. } = self.handout;
        let mut text = format!("{}\n{}\n", escaped_str(&told.title), escaped_str(about));
        text.push_str("\nA lesson of layerscope. handout.html is to be read and printed, with the answers on a\n");
        text.push_str("page of their own; handout.md is the same as Markdown, with pictures/.\n");
        for (archive, image) in archives.iter().zip(images) {
            let _ = match archive {
                Archive::Written(name) => write!(
                    text,
                    "\n{name} is the image {image}. To look into it, and to load it:\n\n    layerscope \
                        {name}\n    docker load -i {name}\n",
                ),
                Archive::Elsewhere(name) => {
                    write!(text, "\nThe image {image} is not in this directory. It is in {name}.\n")
                }
            };
        }
        let builds = [("before", &told.before), ("after", &told.after)]
            .into_iter()
            .filter(|(_, file)| !file.is_empty());
        for (i, (when, _)) in builds.enumerate() {
            if i == 0 {
                text.push_str(
                    "\nTo build (files for COPY and ADD must be next to the Dockerfile):\n\n",
                );
            }
            let _ = writeln!(text, "    docker build -f Dockerfile.{when} -t {when} .");
        }
        let _ = write!(text, "\nThe lesson on a screen:\n\n    {command}\n");
        text
    }
}

/// Fails if a kit cannot be written because something other than an empty directory exists.
///
/// # Errors
///
/// [`Error::Exists`] if something exists, [`Error::Output`] if that cannot be determined.
pub fn check_kit_free(directory: &Path) -> Result<(), Error> {
    match directory.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(source) => Err(failed("create", directory, source)),
        Ok(metadata) if !metadata.is_dir() => Err(exists(directory)),
        Ok(_) => {
            let mut entries =
                fs::read_dir(directory).map_err(|source| failed("read", directory, source))?;
            if entries.next().is_some() { Err(exists(directory)) } else { Ok(()) }
        }
    }
}

/// The directory and its files, named by their relative paths.
struct Desk<'a> {
    place: &'a NewDirectory,
    progress: &'a Progress,
}

impl Desk<'_> {
    fn put(&self, name: impl AsRef<Path>, text: &str) -> Result<(), Error> {
        self.write(name, |file| file.write_all(text.as_bytes()))
    }

    fn copy(&self, from: &Path, name: impl AsRef<Path>) -> Result<(), Error> {
        let mut from_file = File::open(from).map_err(|source| failed("copy", from, source))?;
        self.write(name, |file| io::copy(&mut from_file, file).map(drop))
    }

    fn write(
        &self,
        name: impl AsRef<Path>,
        write: impl FnOnce(&mut File) -> io::Result<()>,
    ) -> Result<(), Error> {
        if self.progress.cancel.load(Ordering::Relaxed) {
            return Err(Error::Cancelled);
        }
        let path = self.place.root().join(name);
        let written = File::create_new(&path).and_then(|mut file| write(&mut file));
        written.map_err(|source| self.failed("write", &path, source))
    }

    fn failed(&self, operation: &'static str, path: &Path, source: io::Error) -> Error {
        failed(operation, &self.place.final_path(path), source)
    }
}

fn shown(path: &Path) -> Escaped {
    escaped(path.as_os_str().as_encoded_bytes())
}
