//! Parses an entry of the history, and separates the instruction from what builders wrapped around
//! it.

use super::parse::{Dockerfile, Instruction, Keyword};
use crate::escape::Untrusted;
use crate::image::HistoryEntry;
use crate::layer_index::LayerIndex;
use crate::secret::mask;
use crate::shell::{after_shell, without_arguments};

/// The comment that BuildKit writes in history entries.
const BUILDKIT: &str = "buildkit.dockerfile.v0";

/// An entry of the history.
#[derive(Debug, Clone)]
pub struct Step {
    /// The instruction as in a Dockerfile; control characters and secrets are kept.
    pub text: String,
    /// The build arguments of a `RUN`, as `NAME=value`; `None` if they cannot be separated.
    pub arguments: Option<Vec<String>>,
    /// The shell of a `RUN` with its flags, if the history has one.
    pub shell: Option<Vec<String>>,
    /// The layer that the entry made.
    pub layer: Option<LayerIndex>,
    /// True if BuildKit built it.
    pub buildkit: bool,
}

impl Step {
    /// Returns the step with masked secrets, for showing it.
    pub fn masked(&self) -> Self {
        let masked = |argument: &String| mask(argument).into_owned();
        Self {
            text: mask(&self.text).into_owned(),
            arguments: self
                .arguments
                .as_ref()
                .map(|arguments| arguments.iter().map(masked).collect()),
            ..self.clone()
        }
    }
}

/// Parses the entries of a history. The k-th entry that made a layer made the k-th layer.
pub fn steps(history: &[HistoryEntry], layers: usize) -> Vec<Step> {
    let mut next = 0;
    history
        .iter()
        .map(|entry| {
            let makes_layer = entry.empty_layer != Some(true) && next < layers;
            let layer = makes_layer.then(|| LayerIndex::new(next));
            next += usize::from(makes_layer);
            step(entry, layer)
        })
        .collect()
}

fn step(entry: &HistoryEntry, layer: Option<LayerIndex>) -> Step {
    let created_by = entry.created_by.as_ref().map(Untrusted::raw).unwrap_or_default().trim();
    let comment = entry.comment.as_ref().map(Untrusted::raw).unwrap_or_default().trim();
    let marked = created_by.ends_with("# buildkit");
    let wrapped = created_by.strip_suffix("# buildkit").unwrap_or(created_by).trim();
    let run = wrapped.strip_prefix("RUN ").unwrap_or(wrapped);
    let bare = without_arguments(run);
    let command = after_shell(bare);
    let shell = command.map(|command| &bare[..bare.len() - command.len()]);
    Step {
        text: entry.instruction_as_written().text.raw().to_owned(),
        arguments: named_values(run[..run.len() - bare.len()].trim()),
        shell: shell.map(|shell| shell.split_whitespace().map(Into::into).collect()),
        layer,
        buildkit: marked || comment == BUILDKIT,
    }
}

/// Splits the arguments of `|2 A=1 B=x y`, if there is only one way to do so.
fn named_values(prefix: &str) -> Option<Vec<String>> {
    let Some((count, rest)) = prefix.strip_prefix('|').and_then(|prefix| prefix.split_once(' '))
    else {
        return Some(Vec::new());
    };
    let values = split_assignments(rest);
    (Ok(values.len()) == count.parse()).then_some(values)
}

/// Splits `A=1 B=x y C=` before each word that begins like an assignment.
fn split_assignments(mut text: &str) -> Vec<String> {
    let mut out = Vec::new();
    while !text.is_empty() {
        let end = first_assignment(text);
        out.push(text[..end].trim_end().to_owned());
        text = &text[end..];
    }
    out
}

/// Returns the end of the first assignment: the start of the next word that begins like one.
pub fn first_assignment(text: &str) -> usize {
    let begins = |at: &usize| {
        let name = text[*at..].find(|c: char| !(c.is_ascii_alphanumeric() || "_.-/".contains(c)));
        name.is_some_and(|end| end > 0 && text[at + end..].starts_with('='))
    };
    text.match_indices(' ').map(|(i, _)| i + 1).find(begins).unwrap_or(text.len())
}

/// Returns whether a name is that of an image, and not the start of an image ID.
pub fn is_name(name: &str) -> bool {
    let id = name.len() >= 12 && name.bytes().all(|b| b.is_ascii_hexdigit());
    let plain = |c: char| c.is_ascii_alphanumeric() || "./:@_-".contains(c);
    !name.is_empty()
        && !id
        && name.starts_with(|c: char| c.is_ascii_alphanumeric())
        && name.chars().all(plain)
}

impl Step {
    /// Returns the entry as an instruction of a Dockerfile, if it is exactly one.
    pub fn instruction(&self) -> Option<(Dockerfile, Instruction)> {
        let file = Dockerfile::parse(format!("FROM scratch\n{}\n", self.text)).ok()?;
        match &*file.instructions {
            [_, instruction]
                if !matches!(instruction.keyword, Keyword::Unknown | Keyword::From) =>
            {
                let instruction = instruction.clone();
                Some((file, instruction))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step_from(created_by: &str) -> Step {
        let entry = HistoryEntry { created_by: Some(created_by.into()), ..HistoryEntry::default() };
        steps(&[entry], 1).remove(0)
    }

    #[test]
    fn build_arguments_and_the_shell_are_told_from_the_command() {
        let step = step_from(
            "RUN |2 VERSION=1.2 B=x y /bin/bash -o pipefail -c curl x | tar x # buildkit",
        );
        assert_eq!(step.text, "RUN curl x | tar x");
        assert_eq!(step.arguments, Some(vec!["VERSION=1.2".into(), "B=x y".into()]));
        assert_eq!(step.shell.unwrap().join(" "), "/bin/bash -o pipefail -c");
        assert!(step.buildkit);
        assert_eq!(step_from("|2 A=1 /bin/sh -c true").arguments, None, "one is missing");
    }

    #[test]
    fn only_steps_that_made_a_layer_have_one() {
        let entry = |empty| HistoryEntry { empty_layer: Some(empty), ..HistoryEntry::default() };
        let layers: Vec<_> = steps(&[entry(false), entry(true), entry(false), entry(false)], 2)
            .iter()
            .map(|step| step.layer)
            .collect();
        assert_eq!(layers, [Some(0.into()), None, Some(1.into()), None]);
    }

    #[test]
    fn an_image_id_and_what_is_more_than_a_name_is_no_name() {
        assert!(is_name("localhost/debian:base") && is_name("debian@sha256:0123"));
        assert!(
            !is_name("fa11d0e57f01")
                && !is_name("x\nRUN evil")
                && !is_name("golang 1.22")
                && !is_name("")
        );
    }
}
