//! Rebuilds a Dockerfile from the history as far as possible, with comments on what the history
//! does not record.

mod copied;
mod run;
mod values;

use std::cell::OnceCell;
use std::collections::HashSet;

use super::base::{likely_reference, reference, steps_of};
use super::births::Births;
use super::parse::{Dockerfile, Keyword};
use super::step::{Step, steps};
use crate::advice::base::Base;
use crate::analysis::Inspection;
use crate::display::{escaped_str, is_unprintable};
use crate::escape::Untrusted;
use crate::layer_index::LayerIndex;
use crate::secret::mask;

/// A Dockerfile rebuilt from an image.
#[derive(Debug, Clone)]
pub struct Rebuilt {
    /// The file; it is valid.
    pub file: Dockerfile,
    /// For each instruction of the file, the layer that it made.
    pub layers: Vec<Option<LayerIndex>>,
    /// The instruction that stands for a base image whose name is not known.
    pub unnamed_base: Option<usize>,
}

/// Rebuilds the Dockerfile of an image that was built on `base`.
pub fn rebuild(inspection: &Inspection, base: &Base) -> Rebuilt {
    // What is rebuilt is shown, and secrets are not.
    let steps = steps(&inspection.history, inspection.layers.len());
    let steps: Vec<_> = steps.iter().map(Step::masked).collect();
    let own = &steps[steps_of(&steps, base.layers)..];
    let mut page = DockerfileDraft {
        inspection,
        births: OnceCell::new(),
        text: String::new(),
        layers: Vec::new(),
        shell: None,
        known: HashSet::new(),
    };
    page.head(own);
    let recorded = reference(inspection, base);
    let name = recorded.clone().or_else(|| likely_reference(inspection, base));
    page.base(base, name.as_deref(), recorded.is_some());
    let starts = |step: &Step| ["CMD ", "ENTRYPOINT "].iter().any(|it| step.text.starts_with(it));
    if name.is_none() && base.layers > 0 && !own.iter().any(starts) {
        page.start();
    }
    let last = ["CMD ", "ENTRYPOINT "]
        .map(|name| own.iter().rposition(|step| step.text.starts_with(name)).unwrap_or(usize::MAX));
    for (i, step) in own.iter().enumerate() {
        page.step(step, last.contains(&i));
    }
    let placed = steps.iter().filter(|step| step.layer.is_some()).count();
    if placed < inspection.layers.len() {
        page.comment(&format!(
            "the history has no instruction for the last {} \
            layers",
            inspection.layers.len() - placed
        ));
    }
    let file =
        Dockerfile::parse(page.text).expect("each instruction was parsed before it was written");
    let unnamed_base = (name.is_none() && base.layers > 0).then_some(1);
    Rebuilt { file, layers: page.layers, unnamed_base }
}

/// The file under construction.
struct DockerfileDraft<'a> {
    inspection: &'a Inspection,
    births: OnceCell<Births>,
    text: String,
    layers: Vec<Option<LayerIndex>>,
    /// The shell that a `SHELL` instruction set.
    shell: Option<Vec<String>>,
    /// Build arguments that have been declared, as `NAME=value`.
    known: HashSet<String>,
}

impl DockerfileDraft<'_> {
    fn head(&mut self, own: &[Step]) {
        // Here-documents, mounts and the newer flags of COPY need a frontend that supports them.
        let modern = own.iter().any(|step| step.buildkit || step.text.starts_with("RUN <<"));
        if modern {
            self.text.push_str("# syntax=docker/dockerfile:1\n");
        }
        let name = escaped_str(&self.inspection.name);
        self.comment(&format!(
            "rebuilt by layerscope from the history of {name}; comments mark what the history does not record"
        ));
    }

    fn base(&mut self, base: &Base, name: Option<&str>, is_recorded: bool) {
        let layers = match base.layers {
            0 => "none".into(),
            1 => "layer 0".into(),
            n => format!("layers 0–{}", n - 1),
        };
        let how =
            if base.certain { base.how.to_string() } else { format!("probably: {}", base.how) };
        match (name, base.layers) {
            (Some(name), _) => {
                self.comment(&match is_recorded {
                    true => format!("base image: {layers} ({how})"),
                    false => format!(
                        "base image: {layers}, most likely {name}; if it was another one, name that one"
                    ),
                });
                self.instruction(&format!("FROM {name}"), None);
            }
            (None, 0) => self.instruction("FROM scratch", None),
            (None, _) => {
                let called = base
                    .name
                    .as_ref()
                    .map(|name| format!("; it may be {}", name.escaped()))
                    .unwrap_or_default();
                self.comment(&format!("base image: {layers}, unknown name{called} ({how})"));
                self.comment("replace `FROM scratch` and the ADD with the real base image");
                self.instruction("FROM scratch", None);
                self.instruction("ADD base.tar /", None);
            }
        }
    }

    /// Writes what a container starts, where only the base image can have set it and the base stands
    /// there without a name.
    fn start(&mut self) {
        let run = &self.inspection.run;
        for (keyword, words) in [("ENTRYPOINT", &run.entrypoint), ("CMD", &run.command)] {
            let words: Vec<_> = words.iter().map(Untrusted::raw).collect();
            if !words.is_empty() {
                let line = format!("{keyword} {}", serde_json::json!(words));
                self.try_instruction(&mask(&line), None);
            }
        }
    }

    /// Writes a comment in lines, with control characters escaped.
    fn comment(&mut self, text: &str) {
        for line in text.lines() {
            self.text.push_str("# ");
            self.text.push_str(&escaped_str(line));
            self.text.push('\n');
        }
    }

    /// Writes an instruction if it is valid; returns whether it was written.
    fn try_instruction(&mut self, text: &str, layer: Option<LayerIndex>) -> bool {
        // What follows shows that the instruction ends with its last line.
        const NEXT: &str = "USER next\n";
        let parsed = Dockerfile::parse(format!("FROM scratch\n{text}\n{NEXT}"));
        let one = parsed.is_ok_and(|file| match &*file.instructions {
            [_, one, _] => {
                let is_whole = one.span.end + NEXT.len() == file.source().len();
                one.keyword != Keyword::Unknown && is_whole && !one.leaves_document_open()
            }
            _ => false,
        });
        if one {
            self.instruction(text, layer);
        }
        one
    }

    fn instruction(&mut self, text: &str, layer: Option<LayerIndex>) {
        self.text.push_str(text);
        self.text.push('\n');
        self.layers.push(layer);
    }

    fn step(&mut self, step: &Step, last: bool) {
        let text = printable(&step.text);
        let shown = |argument: &String| printable(argument).unwrap_or_else(|| argument.clone());
        let arguments: Option<Vec<_>> =
            step.arguments.as_ref().map(|arguments| arguments.iter().map(shown).collect());
        if text.is_some() || arguments != step.arguments {
            self.comment(
                "control characters of the next instruction are shown as \\x and \\u escapes",
            );
        }
        let text = text.unwrap_or_else(|| step.text.clone());
        let step = &Step { text, arguments, ..step.clone() };
        let keyword = Keyword::named(step.text.split_whitespace().next().unwrap_or_default());
        let written = match keyword {
            Keyword::Run => self.run(step),
            Keyword::Copy | Keyword::Add => self.copy(step, keyword),
            Keyword::Unknown | Keyword::From => false,
            _ => self.value(step, keyword, last),
        };
        if !written {
            let what = match step.layer {
                Some(layer) => {
                    format!(
                        "layer {layer} was not made by a Dockerfile instruction, or is not fully recorded:"
                    )
                }
                None => "not a Dockerfile instruction, or not fully recorded:".into(),
            };
            self.comment(&what);
            let lines = step.text.lines().count();
            self.comment(
                &step
                    .text
                    .lines()
                    .take(SHOWN_LINES)
                    .map(|line| format!("  {line}\n"))
                    .collect::<String>(),
            );
            if lines > SHOWN_LINES {
                self.comment(&format!("  … and {} more lines", lines - SHOWN_LINES));
            }
        }
    }
}

/// The most lines of a text that is not an instruction.
const SHOWN_LINES: usize = 20;

/// Returns the text with control characters escaped, if it has any besides line ends and tabs.
fn printable(text: &str) -> Option<String> {
    let hostile = |c: char| c != '\n' && c != '\t' && (c.is_control() || is_unprintable(c));
    text.contains(hostile).then(|| {
        text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
            if hostile(c) {
                out.push_str(&escaped_str(c.encode_utf8(&mut [0; 4])));
            } else {
                out.push(c);
            }
            out
        })
    })
}

#[cfg(test)]
mod tests;
