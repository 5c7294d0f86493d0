//! Reads the image config (OCI image specification, config.md): platform, diff IDs and history.

use super::document::DocumentError;
use super::instruction::Instruction;
use super::json::{Document, Fields, Value};
use super::platform::Platform;
use super::variables::Variables;
use crate::warning::{Warning, WarningKind};

/// The fields of a config that are used; any of them may be missing.
#[derive(Debug, Clone, Default)]
pub struct Config {
    /// The platform that the image is for.
    pub platform: Platform,
    /// The time of the build, RFC 3339.
    pub created: Option<String>,
    /// The digests of the uncompressed layers, the lowest first; `None` for one that is no text.
    pub diff_ids: Vec<Option<String>>,
    /// The run configuration of a container.
    pub run: Run,
    /// The steps of the build, with those that made no layer.
    pub history: Vec<HistoryEntry>,
}

/// The run configuration of a container.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The command that is always run.
    pub entrypoint: Vec<String>,
    /// The arguments of the entrypoint, or the command if there is none.
    pub command: Vec<String>,
    /// The environment.
    pub environment: Variables,
    /// The user; empty for root.
    pub user: String,
    /// The working directory.
    pub directory: String,
    /// The ports to publish.
    pub ports: Vec<String>,
    /// The directories that are volumes.
    pub volumes: Vec<String>,
    /// The labels.
    pub labels: Variables,
    /// The shell of the shell form, with its flags, as Docker's format has it; empty for the usual
    /// one.
    pub shell: Vec<String>,
    /// The check of a container's health, as Docker's format has it.
    pub health_check: Vec<String>,
    /// The instructions that run when another image is built on this one.
    pub on_build: Vec<String>,
}

/// An entry of the history.
#[derive(Debug, Clone, Default)]
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
    /// Returns the instruction as in a Dockerfile, with masked secrets.
    pub fn instruction(&self) -> Instruction {
        Instruction::from_history(self.created_by.as_deref(), self.comment.as_deref())
    }

    /// Returns the instruction with its secrets: for comparing it, never for showing it.
    pub(crate) fn instruction_as_written(&self) -> Instruction {
        Instruction::as_written(self.created_by.as_deref(), self.comment.as_deref())
    }
}

impl HistoryEntry {
    fn read(mut fields: Fields<'_>) -> Self {
        Self {
            created_by: fields.text("created_by"),
            comment: fields.text("comment"),
            empty_layer: fields.flag("empty_layer"),
            created: fields.text("created"),
        }
    }
}

impl Run {
    fn read(mut fields: Fields<'_>) -> Self {
        let labels = fields.map("Labels").unwrap_or_default();
        let health_check =
            fields.object("Healthcheck").and_then(|mut health_check| health_check.command("Test"));
        Self {
            entrypoint: fields.command("Entrypoint").unwrap_or_default(),
            command: fields.command("Cmd").unwrap_or_default(),
            environment: fields.words("Env").unwrap_or_default().into_iter().collect(),
            user: fields.text("User").unwrap_or_default(),
            directory: fields.text("WorkingDir").unwrap_or_default(),
            ports: fields.keys("ExposedPorts").unwrap_or_default(),
            volumes: fields.keys("Volumes").unwrap_or_default(),
            shell: fields.words("Shell").unwrap_or_default(),
            health_check: health_check.unwrap_or_default(),
            on_build: fields.words("OnBuild").unwrap_or_default(),
            labels: labels.into_iter().map(|(name, value)| format!("{name}={value}")).collect(),
        }
    }
}

impl Config {
    /// Parses the bytes of a config; its peculiarities are added to `doubts`.
    ///
    /// # Errors
    ///
    /// The bytes are not JSON, or not an object.
    pub fn parse(bytes: &[u8], doubts: &mut Vec<String>) -> Result<Self, DocumentError> {
        let document = Document::parse(bytes)?;
        if !matches!(document.value, Value::Object(_)) {
            return Err(DocumentError::NotAnObject(document.value.kind()));
        }
        doubts.extend(document.doubts);
        Ok(Self::read(document.value, doubts))
    }

    /// Reads a config out of a JSON value.
    pub fn read(value: Value, doubts: &mut Vec<String>) -> Self {
        let Some(mut fields) = Fields::new(value, "", doubts) else { return Self::default() };
        let diff_ids = fields.object("rootfs").and_then(|mut rootfs| rootfs.texts("diff_ids"));
        let history = fields.each("history", HistoryEntry::read).unwrap_or_default();
        Self {
            platform: read_platform(&mut fields),
            created: fields.text("created"),
            diff_ids: diff_ids.unwrap_or_default(),
            run: fields.object("config").map(Run::read).unwrap_or_default(),
            // An unreadable entry keeps its place, because later ones would otherwise be paired
            // with the wrong layers.
            history: history.into_iter().map(Option::unwrap_or_default).collect(),
        }
    }

    /// Pairs `layers` layers with the history entries that made a layer, in order.
    pub fn instructions(&self, layers: usize, warnings: &mut Vec<Warning>) -> Vec<Instruction> {
        let history = &self.history;
        let steps: Vec<_> = history.iter().filter(|step| step.empty_layer != Some(true)).collect();
        if history.is_empty() && layers > 0 {
            warnings.push(Warning::image(WarningKind::NoHistory));
        } else if steps.len() != layers {
            warnings.push(Warning::image(WarningKind::HistoryCount { steps: steps.len(), layers }));
        }
        (0..layers)
            .map(|i| steps.get(i).map_or_else(Instruction::unknown, |step| step.instruction()))
            .collect()
    }
}

/// Reads the platform that is spread over the fields of an object.
pub fn read_platform(fields: &mut Fields<'_>) -> Platform {
    Platform {
        os: fields.text("os"),
        architecture: fields.text("architecture"),
        variant: fields.text("variant"),
    }
}
