//! Reads the image config (OCI image specification, config.md): platform, diff IDs and history.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::instruction::Instruction;
use crate::warning::Warning;

/// The fields of a config that are used; any of them may be missing.
#[derive(Debug, Default, Deserialize)]
pub struct Config {
    os: Option<String>,
    architecture: Option<String>,
    variant: Option<String>,
    /// The time of the build, RFC 3339.
    pub created: Option<String>,
    rootfs: Option<RootFs>,
    /// Parsed separately, so that an invalid entry only affects the run configuration.
    config: Option<serde_json::Value>,
    /// The history, including entries that made no layer.
    pub history: Option<Vec<HistoryEntry>>,
}

#[derive(Debug, Default, Deserialize)]
struct RootFs {
    diff_ids: Option<Vec<String>>,
}

/// The run configuration as configs spell it.
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

/// The run configuration of a container.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The command that is always run.
    pub entrypoint: Vec<String>,
    /// The arguments of the entrypoint, or the command if there is none.
    pub command: Vec<String>,
    /// The environment, as `NAME=value`.
    pub environment: Vec<String>,
    /// The user; empty for root.
    pub user: String,
    /// The working directory.
    pub directory: String,
    /// The ports to publish.
    pub ports: Vec<String>,
    /// The directories that are volumes.
    pub volumes: Vec<String>,
    /// The labels, as `name=value`.
    pub labels: Vec<String>,
}

/// An entry of the history.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct HistoryEntry {
    /// The command, in the builder's own spelling.
    pub created_by: Option<String>,
    /// A comment of the builder or of the user.
    pub comment: Option<String>,
    /// True if the entry made no layer.
    pub empty_layer: Option<bool>,
    /// The time of the build step, RFC 3339.
    pub created: Option<String>,
}

impl HistoryEntry {
    /// Returns the instruction as in a Dockerfile.
    pub fn instruction(&self) -> Instruction {
        Instruction::from_history(self.created_by.as_deref(), self.comment.as_deref())
    }
}

impl Config {
    /// Parses the bytes of a config.
    pub fn parse(bytes: &[u8]) -> Result<Self, serde_json::Error> {
        super::parse(bytes)
    }

    /// Makes a config that only has a history.
    pub fn of_history(history: Option<Vec<HistoryEntry>>) -> Self {
        Self { history, ..Self::default() }
    }

    /// Returns `os/architecture[/variant]`, if the config has them.
    pub fn platform(&self) -> Option<String> {
        platform(self.os.as_deref(), self.architecture.as_deref(), self.variant.as_deref())
    }

    /// Returns the run configuration.
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

    /// Returns the digests of the uncompressed layers, the lowest first.
    pub fn diff_ids(&self) -> &[String] {
        self.rootfs.as_ref().and_then(|rootfs| rootfs.diff_ids.as_deref()).unwrap_or_default()
    }

    /// Pairs `layers` layers with the history entries that made a layer, in order.
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
