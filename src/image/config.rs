//! The image config (OCI image specification, config.md): platform, diff IDs and history.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::instruction::Instruction;
use crate::warning::Warning;

/// What is read of a config; anything may be missing.
#[derive(Debug, Default, Deserialize)]
pub struct Config {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
    /// When the image was built, RFC 3339.
    pub created: Option<String>,
    rootfs: Option<RootFs>,
    /// Read apart, so that an odd entry costs nothing but what a container runs.
    config: Option<serde_json::Value>,
    /// The steps of the build, with those that made no layer.
    pub history: Option<Vec<HistoryEntry>>,
}

#[derive(Debug, Default, Deserialize)]
struct RootFs {
    diff_ids: Option<Vec<String>>,
}

/// What a container of the image runs, as configs have it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct RunConfig {
    entrypoint: Option<Vec<String>>,
    cmd: Option<Vec<String>>,
    env: Option<Vec<String>>,
    user: Option<String>,
    working_dir: Option<String>,
    exposed_ports: Option<BTreeMap<String, IgnoredAny>>,
    volumes: Option<BTreeMap<String, IgnoredAny>>,
    labels: Option<BTreeMap<String, Option<String>>>,
}

/// What a container of the image runs.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The command that always runs.
    pub entrypoint: Vec<String>,
    /// Its arguments, or the command if there is no entrypoint.
    pub command: Vec<String>,
    /// `NAME=value`.
    pub environment: Vec<String>,
    /// Who runs it; empty for root.
    pub user: String,
    /// Where it runs.
    pub directory: String,
    /// Ports that are meant to be published.
    pub ports: Vec<String>,
    /// Directories that are volumes.
    pub volumes: Vec<String>,
    /// `name=value`.
    pub labels: Vec<String>,
}

/// One step of the build.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct HistoryEntry {
    /// The command, in the builder's own spelling.
    pub created_by: Option<String>,
    /// What the builder or the person remarked.
    pub comment: Option<String>,
    /// Whether the step made no layer.
    pub empty_layer: Option<bool>,
    /// When the step ran, RFC 3339.
    pub created: Option<String>,
}

impl HistoryEntry {
    /// The step as a person would write it.
    pub fn instruction(&self) -> Instruction {
        Instruction::from_history(self.created_by.as_deref(), self.comment.as_deref())
    }
}

impl Config {
    /// Parses the bytes of a config.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        super::parse(bytes)
    }

    /// A config that tells nothing but the history.
    pub fn of_history(history: Option<Vec<HistoryEntry>>) -> Self {
        Self { history, ..Self::default() }
    }

    /// `os/architecture[/variant]`, if the config tells.
    pub fn platform(&self) -> Option<String> {
        platform(self.os.as_deref(), self.architecture.as_deref(), self.variant.as_deref())
    }

    /// What a container runs.
    pub fn run(&mut self) -> Run {
        let config: Option<RunConfig> = self.config.take().and_then(|config| serde_json::from_value(config).ok());
        let config = config.unwrap_or_default();
        let keys = |map: Option<BTreeMap<String, IgnoredAny>>| map.unwrap_or_default().into_keys().collect();
        let label = |(name, value): (String, Option<String>)| format!("{name}={}", value.unwrap_or_default());
        Run {
            entrypoint: config.entrypoint.unwrap_or_default(),
            command: config.cmd.unwrap_or_default(),
            environment: config.env.unwrap_or_default(),
            user: config.user.unwrap_or_default(),
            directory: config.working_dir.unwrap_or_default(),
            ports: keys(config.exposed_ports),
            volumes: keys(config.volumes),
            labels: config.labels.unwrap_or_default().into_iter().map(label).collect(),
        }
    }

    /// The digests of the uncompressed layers, the lowest first.
    pub fn diff_ids(&self) -> &[String] {
        self.rootfs.as_ref().and_then(|rootfs| rootfs.diff_ids.as_deref()).unwrap_or_default()
    }

    /// Pairs `layers` layers with the steps that made one: the k-th layer with the k-th such step.
    pub fn instructions(&self, layers: usize, warnings: &mut Vec<Warning>) -> Vec<Instruction> {
        let history = self.history.as_deref().unwrap_or_default();
        let steps: Vec<_> = history.iter().filter(|step| step.empty_layer != Some(true)).collect();
        if history.is_empty() && layers > 0 {
            warnings.push(Warning::image("the image has no history, so no layer's instruction is known"));
        } else if steps.len() != layers {
            warnings.push(Warning::image(format!(
                "the history has {} steps that made a layer, but there are {layers} layers; instructions may be beside the wrong layer",
                steps.len()
            )));
        }
        (0..layers).map(|i| steps.get(i).map_or_else(Instruction::unknown, |step| step.instruction())).collect()
    }
}

/// Joins the parts of a platform.
pub fn platform(os: Option<&str>, architecture: Option<&str>, variant: Option<&str>) -> Option<String> {
    let parts: Vec<_> = [os, architecture, variant].into_iter().flatten().filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("/"))
}
