//! `layerscope check`: an image is held to limits, and the build that made it fails or goes on.
#![cfg(unix)]

mod baseline;
mod builds;
mod dive;
mod exceptions;
mod file;
mod limits;
mod markdown;
mod named;
pub mod outputs;
mod platforms;
mod sources;
mod unread;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::support::build::{Image, Layer, dir, file, gone, layer, tar};

/// An image whose second RUN deletes what the first one brought: 208,000 bytes, 200,000 of them
/// wasted.
pub fn shop() -> Image {
    image([
        ("/bin/sh -c #(nop) ADD file:0123 in / ", layer([dir("lib"), file("lib/libc", 3_000)])),
        (
            "RUN /bin/sh -c fetch tool # buildkit",
            layer([dir("opt"), file("opt/tool", 200_000), file("app", 5_000)]),
        ),
        ("RUN /bin/sh -c rm /opt/tool # buildkit", layer([gone("opt/tool")])),
    ])
}

/// An image with an instruction for each layer.
pub fn image<'a>(steps: impl IntoIterator<Item = (&'a str, Layer)>) -> Image {
    let (instructions, layers): (Vec<_>, Vec<_>) = steps.into_iter().unzip();
    let mut image = Image::of(layers);
    let step = |text: &&str| json!({ "created_by": text, "created": "2024-03-01T10:00:00Z" });
    image.config["history"] = instructions.iter().map(step).collect();
    image.tags = json!(["shop:1.4"]);
    image
}

/// A directory with `shop.tar`, in which the program runs.
pub struct Place(pub tempfile::TempDir);

impl Place {
    pub fn new() -> Self {
        Self::with(&shop())
    }

    pub fn with(image: &Image) -> Self {
        let place = Self(tempfile::tempdir().unwrap());
        place.write("shop.tar", tar(image.docker()));
        place
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn write(&self, name: &str, contents: impl AsRef<[u8]>) {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, contents).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// The program in this directory, outside of any build.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
        command
            .args(arguments)
            .current_dir(self.path())
            .env("LAYERSCOPE_CONFIG", "/dev/null")
            .stdin(Stdio::null());
        ["CI", "GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITLAB_CI"].iter().for_each(|name| {
            command.env_remove(name);
        });
        command
    }

    pub fn run(&self, arguments: &[&str]) -> Answer {
        Answer::of(&self.command(arguments).output().unwrap())
    }

    /// Checks the image of this directory.
    pub fn check(&self, arguments: &[&str]) -> Answer {
        self.run(&[&["check", "shop.tar"], arguments].concat())
    }
}

/// The answer of the program.
#[derive(Debug)]
pub struct Answer {
    pub code: Option<i32>,
    pub out: String,
    pub said: String,
}

impl Answer {
    pub fn of(output: &Output) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("the output is UTF-8");
        Self { code: output.status.code(), out: text(&output.stdout), said: text(&output.stderr) }
    }

    /// The line that begins with some words.
    pub fn line(&self, start: &str) -> &str {
        self.out
            .lines()
            .find(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("no {start:?} in {self:#?}"))
    }
}
