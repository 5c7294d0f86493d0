//! A lesson to hand out: a directory with its images, both Dockerfiles, the handout, and a word on what to do with them.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path};

use layerscope::Error;
use layerscope::display::{escaped, escaped_str};
use layerscope::image::builtin;

use super::{Handout, Pictures, file, picture_name};
use crate::tui::widgets::picture::{WHITE, titled};

/// The directory of the pictures that the Markdown shows.
const PICTURES: &str = "pictures";
/// What is written into the fresh directory, and then moved to its place.
const ROOT: &str = "root";

/// What a directory is made of.
pub struct Kit<'a> {
    pub handout: &'a Handout,
    /// The file of the lesson, if it is not a built-in one.
    pub lesson: Option<&'a Path>,
    /// The images as the lesson names them.
    pub images: &'a [String],
}

/// What becomes of an image.
enum Archive {
    Written(String),
    /// It lies elsewhere, so only its name is told.
    Elsewhere(String),
}

impl Kit<'_> {
    /// Makes the directory, whole or not at all.
    ///
    /// # Errors
    ///
    /// [`Error::Exists`] where something is there already, but for an empty directory; nothing is written then.
    pub fn write(&self, directory: &Path) -> Result<(), Error> {
        let is_empty = is_free(directory)?;
        let parent = directory.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let fresh = tempfile::Builder::new().prefix(".layerscope-").tempdir_in(parent);
        let fresh = fresh.map_err(|source| failed("write into", parent, source))?;
        let root = fresh.path().join(ROOT);
        self.fill(&root)?;
        if is_empty {
            // Somebody may have put something into it meanwhile; then this fails.
            fs::remove_dir(directory).map_err(|source| failed("replace", directory, source))?;
        }
        fs::rename(&root, directory).map_err(|source| failed("create", directory, source))
    }

    fn fill(&self, root: &Path) -> Result<(), Error> {
        for directory in [root, &root.join(PICTURES)] {
            fs::create_dir(directory).map_err(|source| failed("create", directory, source))?;
        }
        let archives = self.images.iter().map(|image| self.archive(image, root)).collect::<Result<Vec<_>, _>>()?;
        let handout = self.handout;
        for (step, still) in handout.pictures() {
            let drawn = titled(WHITE, &still.screen, &escaped_str(&still.caption));
            put(&root.join(PICTURES).join(picture_name(step)), &drawn)?;
        }
        put(&root.join("handout.html"), &handout.html())?;
        put(&root.join("handout.md"), &handout.markdown(Pictures::Files(PICTURES)))?;
        for (name, dockerfile) in
            [("Dockerfile.before", &handout.told.before), ("Dockerfile.after", &handout.told.after)]
        {
            if !dockerfile.is_empty() {
                put(&root.join(name), &file(dockerfile))?;
            }
        }
        if let Some((lesson, name)) = self.lesson.and_then(|lesson| Some((lesson, lesson.file_name()?))) {
            copy(lesson, &root.join(name))?;
        }
        put(&root.join("README.txt"), &self.readme(&archives))
    }

    /// Writes the archive of an image, if it is a built-in one or lies right beside the lesson.
    fn archive(&self, image: &str, root: &Path) -> Result<Archive, Error> {
        let path = self.lesson.map(|lesson| lesson.parent().unwrap_or(Path::new("")).join(image));
        if let Some(path) = path.filter(|path| path.exists()) {
            let is_name = matches!(Path::new(image).components().collect::<Vec<_>>()[..], [Component::Normal(_)]);
            if !is_name || !path.is_file() {
                return Ok(Archive::Elsewhere(shown(&path)));
            }
            copy(&path, &root.join(image))?;
            return Ok(Archive::Written(escaped_str(image)));
        }
        if !builtin::names().any(|name| name == image) {
            return Ok(Archive::Elsewhere(escaped_str(image)));
        }
        let name = format!("{image}.tar");
        let path = root.join(&name);
        let written = File::create_new(&path).and_then(|mut file| builtin::write_file(image, &mut file));
        written.map_err(|source| failed("write", &path, source))?;
        Ok(Archive::Written(name))
    }

    /// What to do with all this.
    fn readme(&self, archives: &[Archive]) -> String {
        let Handout { told, about, command, images, .. } = self.handout;
        let mut text = format!("{}\n{}\n", escaped_str(&told.title), escaped_str(about));
        text.push_str("\nA lesson of layerscope. handout.html is to be read and printed, with the answers on a\n");
        text.push_str("page of their own; handout.md is the same as Markdown, with pictures/.\n");
        for (archive, image) in archives.iter().zip(images) {
            let _ = match archive {
                Archive::Written(name) => write!(
                    text,
                    "\n{name} is the image {image}. To look into it, and to load it:\n\n    layerscope {name}\n    docker load -i {name}\n",
                ),
                Archive::Elsewhere(name) => {
                    write!(text, "\nThe image {image} is not in here: it lies in {name}.\n")
                }
            };
        }
        let builds =
            [("before", &told.before), ("after", &told.after)].into_iter().filter(|(_, file)| !file.is_empty());
        for (i, (when, _)) in builds.enumerate() {
            if i == 0 {
                text.push_str("\nTo build it; what COPY and ADD take has to lie beside the Dockerfile:\n\n");
            }
            let _ = writeln!(text, "    docker build -f Dockerfile.{when} -t {when} .");
        }
        let _ = write!(text, "\nThe lesson on a screen:\n\n    {command}\n");
        text
    }
}

/// Whether an empty directory is there, and can be replaced.
fn is_free(directory: &Path) -> Result<bool, Error> {
    let exists = || Error::Exists { path: shown(directory) };
    match directory.symlink_metadata() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(source) => Err(failed("create", directory, source)),
        Ok(metadata) if !metadata.is_dir() => Err(exists()),
        Ok(_) => {
            let mut entries = fs::read_dir(directory).map_err(|source| failed("read", directory, source))?;
            // Who is in the directory would be left in one that is gone.
            let is_here = fs::canonicalize(directory).ok() == std::env::current_dir().ok();
            if entries.next().is_some() || is_here { Err(exists()) } else { Ok(true) }
        }
    }
}

fn put(path: &Path, text: &str) -> Result<(), Error> {
    let written = File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|source| failed("write", path, source))
}

/// Copies a file to where nothing is.
fn copy(from: &Path, to: &Path) -> Result<(), Error> {
    let copied = File::open(from).and_then(|mut from| io::copy(&mut from, &mut File::create_new(to)?));
    copied.map(drop).map_err(|source| failed("copy", from, source))
}

fn failed(operation: &'static str, path: &Path, source: io::Error) -> Error {
    Error::Output { path: shown(path), operation, source }
}

fn shown(path: &Path) -> String {
    escaped(path.as_os_str().as_encoded_bytes())
}
