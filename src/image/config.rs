//! Reads the image config (OCI image specification, config.md): platform, diff IDs and history.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::document::DocumentError;
use super::instruction::Instruction;
use super::json::{Document, Fields, Value};
use super::platform::Platform;
use super::variables::Variables;
use crate::escape::Untrusted;
use crate::secret::mask_words;
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

/// The names under which [`Run::build`] has what is no variable.
pub const NOTES: [&str; 3] = ["command of the build", "comment", "build request"];

/// The run configuration of a container.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// The command that is always run.
    pub entrypoint: Vec<Untrusted>,
    /// The arguments of the entrypoint, or the command if there is none.
    pub command: Vec<Untrusted>,
    /// The environment.
    pub environment: Variables,
    /// The user; empty for root.
    pub user: Untrusted,
    /// The working directory.
    pub directory: Untrusted,
    /// The ports to publish.
    pub ports: Vec<Untrusted>,
    /// The directories that are volumes.
    pub volumes: Vec<Untrusted>,
    /// The labels.
    pub labels: Variables,
    /// The annotations of the manifest and of the indexes that lead to it.
    pub annotations: Variables,
    /// The provenance of the build, as attestations beside the image have it.
    pub attestations: Vec<Untrusted>,
    /// The author of the image, the environment in which its last layer was built, and what else
    /// builders note of the build.
    pub build: Variables,
    /// The shell of the shell form, with its flags, as Docker's format has it; empty for the usual
    /// one.
    pub shell: Vec<Untrusted>,
    /// The check of a container's health, as Docker's format has it.
    pub health_check: Vec<Untrusted>,
    /// The instructions that run when another image is built on this one.
    pub on_build: Vec<Untrusted>,
}

/// An entry of the history.
#[derive(Debug, Clone, Default)]
pub struct HistoryEntry {
    /// The command, in the builder's own spelling.
    pub created_by: Option<Untrusted>,
    /// A comment of the builder or of the user.
    pub comment: Option<Untrusted>,
    /// The author of the step.
    pub author: Option<Untrusted>,
    /// True if the entry made no layer.
    pub empty_layer: Option<bool>,
    /// The time of the build step, RFC 3339.
    pub created: Option<Untrusted>,
}

impl HistoryEntry {
    /// Returns the instruction as in a Dockerfile, with masked secrets.
    pub fn instruction(&self) -> Instruction {
        Instruction::from_history(
            self.created_by.as_ref().map(Untrusted::raw),
            self.comment.as_ref().map(Untrusted::raw),
        )
    }

    /// Returns the instruction with its secrets: for comparing it, never for showing it.
    pub(crate) fn instruction_as_written(&self) -> Instruction {
        Instruction::as_written(
            self.created_by.as_ref().map(Untrusted::raw),
            self.comment.as_ref().map(Untrusted::raw),
        )
    }
}

impl HistoryEntry {
    fn read(mut fields: Fields<'_>) -> Self {
        Self {
            created_by: fields.text("created_by").map(Untrusted::from),
            comment: fields.text("comment").map(Untrusted::from),
            author: fields.text("author").map(Untrusted::from),
            empty_layer: fields.flag("empty_layer"),
            created: fields.text("created").map(Untrusted::from),
        }
    }
}

impl Run {
    /// Returns the entrypoint, its arguments, the check of the health and what runs on a build with
    /// masked secrets, for showing them.
    pub fn masked(&self) -> [Vec<Untrusted>; 4] {
        let masked = |words: &[String]| -> Vec<Untrusted> {
            mask_words(words).into_iter().map(Untrusted::from).collect()
        };
        let mut entrypoint = masked(&self.words());
        let command = entrypoint.split_off(self.entrypoint.len());
        let on_build = self.on_build.iter();
        let on_build = on_build.flat_map(|instruction| masked(&[instruction.raw().to_owned()]));
        let health_check = masked(&Untrusted::raw_words(&self.health_check));
        [entrypoint, command, health_check, on_build.collect()]
    }

    /// Returns the words of the command that a container runs: the entrypoint and its arguments.
    pub fn words(&self) -> Vec<String> {
        Untrusted::raw_words(&[&self.entrypoint[..], &self.command[..]].concat())
    }

    /// Returns the words of the command that checks a container's health; none if there is no check.
    pub fn check(&self) -> Vec<String> {
        let words = Untrusted::raw_words(&self.health_check);
        match words.split_first() {
            Some((kind, words)) if kind == "CMD" => words.to_vec(),
            Some((kind, words)) if kind == "CMD-SHELL" => {
                let shell = match &self.shell[..] {
                    [] => vec!["/bin/sh".to_owned(), "-c".to_owned()],
                    shell => Untrusted::raw_words(shell),
                };
                [&shell, words].concat()
            }
            _ => Vec::new(),
        }
    }

    fn read(mut fields: Fields<'_>) -> Self {
        let labels = fields.map("Labels").unwrap_or_default();
        let health_check =
            fields.object("Healthcheck").and_then(|mut health_check| health_check.command("Test"));
        Self {
            entrypoint: untrusted(fields.command("Entrypoint")),
            command: untrusted(fields.command("Cmd")),
            environment: fields.words("Env").unwrap_or_default().into_iter().collect(),
            user: fields.text("User").unwrap_or_default().into(),
            directory: fields.text("WorkingDir").unwrap_or_default().into(),
            ports: untrusted(fields.keys("ExposedPorts")),
            volumes: untrusted(fields.keys("Volumes")),
            shell: untrusted(fields.words("Shell")),
            health_check: untrusted(health_check),
            on_build: untrusted(fields.words("OnBuild")),
            annotations: Variables::default(),
            attestations: Vec::new(),
            build: Variables::default(),
            labels: labels.into_iter().map(|(name, value)| format!("{name}={value}")).collect(),
        }
    }
}

/// Takes the texts of a list that may be missing.
fn untrusted(texts: Option<Vec<String>>) -> Vec<Untrusted> {
    texts.unwrap_or_default().into_iter().map(Untrusted::from).collect()
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
        let author = fields.text("author").map(|author| format!("author={author}"));
        let build = author.into_iter().chain(notes_of_build(&mut fields)).collect();
        Self {
            platform: read_platform(&mut fields),
            created: fields.text("created"),
            diff_ids: diff_ids.unwrap_or_default(),
            run: Run { build, ..fields.object("config").map(Run::read).unwrap_or_default() },
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

/// Lists what builders note beside the history, as `NAME=value`: the environment, the command and the
/// labels of the last build container, a comment, and what `BuildKit` was asked for.
fn notes_of_build(fields: &mut Fields<'_>) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(mut container) = fields.object("container_config") {
        notes.extend(container.words("Env").unwrap_or_default());
        notes.extend(
            container.command("Cmd").map(|words| format!("{}={}", NOTES[0], words.join(" "))),
        );
        let labels = container.map("Labels").unwrap_or_default();
        notes.extend(labels.into_iter().map(|(name, value)| format!("{name}={value}")));
    }
    notes.extend(fields.text("comment").map(|text| format!("{}={text}", NOTES[1])));
    let asked = fields.text("moby.buildkit.buildinfo.v1");
    let asked = asked.and_then(|text| STANDARD.decode(text).ok());
    notes.extend(asked.map(|text| format!("{}={}", NOTES[2], String::from_utf8_lossy(&text))));
    notes
}

/// Reads the platform that is spread over the fields of an object.
pub fn read_platform(fields: &mut Fields<'_>) -> Platform {
    Platform {
        os: fields.text("os"),
        architecture: fields.text("architecture"),
        variant: fields.text("variant"),
    }
}
