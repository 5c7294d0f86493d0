//! The engine that builds: what layerscope's numbers are held against comes from here.

use std::collections::HashSet;
use std::fs;
use std::io::{self, Read};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::command::{run, succeeded};

/// The paths that an engine puts into each container itself.
pub const ENGINE_S_OWN: [&str; 6] =
    [".dockerenv", "dev/console", "etc/hostname", "etc/hosts", "etc/mtab", "etc/resolv.conf"];

/// The bytes in the regular files of a container that was never started.
#[derive(Debug, Clone, Copy, Default)]
pub struct Content {
    /// Those of all files; names of one inode count once.
    pub bytes: u64,
    /// Those of the files that the engine put there.
    pub engine_s_own: u64,
}

/// An engine that builds, saves and runs images.
#[derive(Debug)]
pub enum Engine {
    /// The client of a daemon.
    Docker(PathBuf),
    /// Needs no daemon, and keeps its images in a directory of its own.
    Buildah(PathBuf, PathBuf),
}

impl Engine {
    /// The engine that the environment asks for; `directory` is where it may keep things.
    ///
    /// # Panics
    ///
    /// Panics where the environment names something else.
    pub fn wanted(directory: &Path) -> Option<Self> {
        let program = PathBuf::from(std::env::var_os("LAYERSCOPE_ENGINE")?);
        match program.file_name().and_then(|name| name.to_str()) {
            Some("docker") => Some(Self::Docker(program)),
            Some("buildah") => Some(Self::Buildah(program, directory.join("buildah"))),
            _ => panic!(
                "LAYERSCOPE_ENGINE is docker or buildah, or the path of one, not {}",
                program.display()
            ),
        }
    }

    fn command(&self) -> Command {
        match self {
            Self::Docker(program) => {
                let mut command = Command::new(program);
                // The classic builder makes a layer of each instruction, and its images' size is
                // that of their files.
                command.env("DOCKER_BUILDKIT", "0");
                command
            }
            Self::Buildah(program, storage) => {
                let mut command = Command::new(program);
                command.args(["--storage-driver", "vfs", "--root"]).arg(storage.join("root"));
                command.arg("--runroot").arg(storage.join("run"));
                command
            }
        }
    }

    fn run<const N: usize>(&self, arguments: [&str; N]) -> String {
        run(self.command().args(arguments))
    }

    /// Returns whether there is an image of this name.
    pub fn has(&self, tag: &str) -> bool {
        match self {
            Self::Docker(_) => !self.run(["images", "--quiet", tag]).is_empty(),
            Self::Buildah(..) => {
                !self.run(["images", "--quiet", "--filter", &format!("reference={tag}")]).is_empty()
            }
        }
    }

    /// Makes the image `tag` of the root filesystem in `tar`, unless there is one.
    pub fn import(&self, tag: &str, tar: &Path) {
        let tar = tar.to_str().unwrap();
        match self {
            _ if self.has(tag) => {}
            Self::Docker(_) => drop(self.run(["import", tar, tag])),
            Self::Buildah(..) => {
                let container = self.run(["from", "scratch"]);
                self.run(["add", "--quiet", &container, tar, "/"]);
                self.run(["commit", "--quiet", "--rm", &container, tag]);
            }
        }
    }

    /// Builds `dockerfile` with `context` as the image `tag`.
    pub fn build(&self, tag: &str, dockerfile: &Path, context: &Path) {
        let mut command = self.command();
        match self {
            Self::Docker(_) => command.args(["build", "--quiet", "--network", "host"]),
            Self::Buildah(..) => {
                command.args(["bud", "--quiet", "--layers", "--isolation", "chroot"])
            }
        };
        run(command.args(["--tag", tag, "--file"]).arg(dockerfile).arg(context));
    }

    /// What the engine calls the size of an image, where that is the bytes of its files and nothing
    /// else.
    pub fn size(&self, tag: &str) -> Option<u64> {
        match self {
            // With other drivers it is what the layers take on disk: overlay2 counts the length of
            // links, too.
            Self::Docker(_) if self.run(["info", "--format", "{{.Driver}}"]) != "vfs" => None,
            Self::Docker(_) => {
                Some(self.run(["inspect", "--format", "{{.Size}}", tag]).parse().unwrap())
            }
            Self::Buildah(..) => None,
        }
    }

    /// Writes the image as an archive, whole or not at all.
    pub fn save(&self, tag: &str, archive: &Path) {
        let unfinished = archive.with_extension("unfinished");
        let _ = fs::remove_file(&unfinished);
        let file = unfinished.to_str().unwrap();
        match self {
            Self::Docker(_) => self.run(["save", "--output", file, tag]),
            Self::Buildah(..) => {
                self.run(["push", "--quiet", tag, &format!("docker-archive:{file}:{tag}")])
            }
        };
        fs::rename(unfinished, archive).unwrap();
    }

    /// Makes a container of an image for `command`, without starting it.
    pub fn container(&self, tag: &str, command: &[&str]) -> Container<'_> {
        let name = match self {
            Self::Docker(_) => {
                run(self.command().args(["create", "--network", "none", tag]).args(command))
            }
            Self::Buildah(..) => self.run(["from", tag]),
        };
        Container { engine: self, name, command: command.iter().map(ToString::to_string).collect() }
    }
}

/// A container that was never started; it is removed when it is dropped.
#[derive(Debug)]
pub struct Container<'a> {
    engine: &'a Engine,
    name: String,
    command: Vec<String>,
}

impl Container<'_> {
    /// What the container holds.
    pub fn content(&self) -> Content {
        match self.engine {
            Engine::Docker(_) => {
                let mut command = self.engine.command();
                let mut export =
                    command.args(["export", &self.name]).stdout(Stdio::piped()).spawn().unwrap();
                let content = exported(export.stdout.take().unwrap());
                succeeded(&command, &export.wait_with_output().unwrap());
                content
            }
            Engine::Buildah(..) => mounted(Path::new(&self.engine.run(["mount", &self.name]))),
        }
    }

    /// What its command prints, without a network.
    pub fn output(&self) -> String {
        let mut command = self.engine.command();
        match self.engine {
            Engine::Docker(_) => command.args(["start", "--attach", &self.name]),
            Engine::Buildah(..) => {
                command.args(["run", "--isolation", "chroot", &self.name, "--"]).args(&self.command)
            }
        };
        run(&mut command)
    }
}

impl Drop for Container<'_> {
    fn drop(&mut self) {
        // Not claimed to succeed: a second panic would hide the first.
        let _ = self.engine.command().args(["rm", &self.name]).output();
    }
}

impl Content {
    fn add(&mut self, path: &Path, bytes: u64) {
        self.bytes += bytes;
        if ENGINE_S_OWN.iter().any(|own| Path::new(own) == path) {
            self.engine_s_own += bytes;
        }
    }
}

/// What is in an exported tar, in which a hard link is an entry without contents.
fn exported(tar: impl Read) -> Content {
    let mut content = Content::default();
    let mut archive = tar::Archive::new(tar);
    for entry in archive.entries().unwrap().map(Result::unwrap) {
        if entry.header().entry_type().is_file() {
            content.add(&entry.path().unwrap(), entry.size());
        }
    }
    // The engine fails where nobody reads what it pads the archive with.
    io::copy(&mut archive.into_inner(), &mut io::sink()).unwrap();
    content
}

/// What is below a directory.
fn mounted(root: &Path) -> Content {
    let mut content = Content::default();
    let (mut directories, mut seen) = (vec![root.to_owned()], HashSet::new());
    while let Some(directory) = directories.pop() {
        for file in fs::read_dir(directory).unwrap().map(Result::unwrap) {
            let metadata = file.metadata().unwrap();
            if metadata.is_dir() {
                directories.push(file.path());
            } else if metadata.is_file() && seen.insert(metadata.ino()) {
                content.add(file.path().strip_prefix(root).unwrap(), metadata.len());
            }
        }
    }
    content
}
