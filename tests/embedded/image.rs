//! A built-in image: the steps of its build, and what a container of it runs.

use serde_json::{Value, json};

use crate::embedded::archive::digits;
use crate::embedded::layer::Layer;

const CREATED: &str = "2025-07-06T12:00:00Z";
/// What official images and engines set.
pub const PATH: &str = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// An image, with `layerscope/` before its name.
pub struct Image {
    pub name: &'static str,
    pub steps: Vec<Step>,
    pub run: Run,
}

/// What the config says of a container, as far as the images differ.
pub struct Run {
    pub environment: Vec<String>,
    pub entrypoint: Vec<&'static str>,
    pub command: Vec<&'static str>,
    pub directory: &'static str,
    pub user: &'static str,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            environment: vec![PATH.into()],
            entrypoint: Vec::new(),
            command: Vec::new(),
            directory: "",
            user: "",
        }
    }
}

impl Run {
    /// What a container runs that has nothing but a command.
    pub fn command(command: impl IntoIterator<Item = &'static str>) -> Self {
        Self { command: command.into_iter().collect(), ..Self::default() }
    }
}

/// A step of the build: what the person wrote, and the layer it made, if any.
pub enum Step {
    Run(String, Option<Layer>),
    /// `ADD` or `COPY` of something in the context, to somewhere.
    Copy(&'static str, Copied, &'static str, Layer),
    /// `COPY` of a directory with an owner.
    CopyOwned(&'static str, &'static str, Layer),
    /// `WORKDIR` makes the directory if it is not there.
    Workdir(&'static str, Option<Layer>),
    Metadata(String),
}

/// What is copied, as the classic builder spells it.
#[derive(Clone, Copy)]
pub enum Copied {
    File,
    Directory,
    /// Several sources.
    Several,
}

impl Step {
    pub fn run(command: &str, layer: Layer) -> Self {
        Self::Run(command.into(), Some(layer))
    }

    /// The base image's root filesystem.
    pub fn base(layer: Layer) -> Self {
        Self::Copy("ADD", Copied::File, "/", layer)
    }

    /// `COPY` of a file.
    pub fn copy_file(destination: &'static str, layer: Layer) -> Self {
        Self::Copy("COPY", Copied::File, destination, layer)
    }

    /// `COPY` of a directory.
    pub fn copy(destination: &'static str, layer: Layer) -> Self {
        Self::Copy("COPY", Copied::Directory, destination, layer)
    }

    pub fn metadata(instruction: &str) -> Self {
        Self::Metadata(instruction.into())
    }

    pub fn layer(&self) -> Option<&Layer> {
        match self {
            Self::Copy(_, _, _, layer) | Self::CopyOwned(_, _, layer) => Some(layer),
            Self::Run(_, layer) | Self::Workdir(_, layer) => layer.as_ref(),
            Self::Metadata(_) => None,
        }
    }

    /// The step in the classic builder's spelling.
    fn created_by(&self) -> String {
        match self {
            Self::Run(command, _) => format!("/bin/sh -c {command}"),
            Self::Copy(instruction, copied, destination, layer) => {
                let kind = match copied {
                    Copied::File => "file",
                    Copied::Directory => "dir",
                    Copied::Several => "multi",
                };
                let digits = digits(layer.listing().as_bytes());
                format!("/bin/sh -c #(nop) {instruction} {kind}:{digits} in {destination} ")
            }
            // It writes no space behind the owner.
            Self::CopyOwned(owner, destination, layer) => {
                let digits = digits(layer.listing().as_bytes());
                format!("/bin/sh -c #(nop) COPY --chown={owner}dir:{digits} in {destination} ")
            }
            Self::Workdir(directory, _) => format!("/bin/sh -c #(nop) WORKDIR {directory}"),
            Self::Metadata(instruction) => format!("/bin/sh -c #(nop)  {instruction}"),
        }
    }
}

impl Image {
    pub fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.steps.iter().filter_map(Step::layer)
    }

    /// The image's config, as Docker 20 writes it.
    pub fn config<'a>(&self, diff_ids: impl Iterator<Item = &'a str>) -> Value {
        let history = self.steps.iter().map(|step| {
            let mut entry = json!({ "created": CREATED, "created_by": step.created_by() });
            if step.layer().is_none() {
                entry["empty_layer"] = true.into();
            }
            entry
        });
        json!({
            "architecture": "amd64",
            "os": "linux",
            "created": CREATED,
            "docker_version": "20.10.24",
            "config": {
                "Hostname": "",
                "Domainname": "",
                "User": self.run.user,
                "AttachStdin": false,
                "AttachStdout": false,
                "AttachStderr": false,
                "Tty": false,
                "OpenStdin": false,
                "StdinOnce": false,
                "Env": self.run.environment,
                "Cmd": listed(&self.run.command),
                "Image": "",
                "Volumes": null,
                "WorkingDir": self.run.directory,
                "Entrypoint": listed(&self.run.entrypoint),
                "OnBuild": null,
                "Labels": null,
            },
            "history": history.collect::<Vec<_>>(),
            "rootfs": {
                "type": "layers",
                "diff_ids": diff_ids.collect::<Vec<_>>(),
            },
        })
    }
}

/// What Docker writes for a list that may not be there.
fn listed(words: &[&str]) -> Option<Vec<String>> {
    (!words.is_empty()).then(|| words.iter().map(|&word| word.into()).collect())
}

/// The config of one layer, as Docker before 1.10 read it.
pub fn old_config(id: &str, parent: Option<&str>) -> Value {
    let mut config =
        json!({ "id": id, "created": CREATED, "os": "linux", "architecture": "amd64" });
    if let Some(parent) = parent {
        config["parent"] = parent.into();
    }
    config
}
