//! The Dockerfile to change, and its relation to the image.

use std::cell::OnceCell;
use std::collections::HashSet;

use super::Change;
use super::shells::{Shell, in_force};
use crate::advice::base::Base;
use crate::advice::dockerfile::mapping::map;
use crate::advice::dockerfile::parse::{Dockerfile, Keyword};
use crate::advice::dockerfile::rebuild::rebuild;
use crate::advice::dockerfile::step::steps;
use crate::analysis::Inspection;
use crate::display::{Escaped, escaped_str};
use crate::layer_index::LayerIndex;
use crate::shell;

/// The most characters of an instruction that a message quotes.
const SHOWN: usize = 60;

/// A Dockerfile with the layers that its instructions made.
#[derive(Debug, Clone)]
pub struct Target {
    /// The name in the diff.
    pub name: String,
    /// The file.
    pub file: Dockerfile,
    /// For each instruction, the layer that it made.
    pub layers: Vec<Option<LayerIndex>>,
    /// The instructions of the last stage that are not in the image's history.
    pub unmatched: Vec<usize>,
    /// The reason why the file is that of another image, as a sentence; escaped for display.
    pub foreign: Option<String>,
    /// The instructions that bring or make files of the image and that the file lacks, each with its
    /// layer; not escaped.
    pub lacking: Vec<(String, Option<LayerIndex>)>,
    /// The current contents of the second file in stages, if it exists.
    pub staged: Option<String>,
    /// The number of layers in the base image.
    pub base_layers: usize,
    /// The instruction that stands for a base image whose name is not known.
    pub unnamed_base: Option<usize>,
    /// For each instruction the shell that runs its commands.
    pub shells: Vec<Shell>,
    /// Directory in which the diff is to be applied, if that is not where the program runs; escaped
    /// for display.
    pub directory: Option<Escaped>,
    /// True if bytes that are not UTF-8 stand in the file as characters of their own.
    pub raw: bool,
    /// True if order for the build's cache is spoken of.
    pub cache: bool,
    /// True if what needs a look stands in the file as comments, and small changes are listed one
    /// by one.
    pub all: bool,
    /// True if BuildKit builds it, which supports mounts and `COPY --chmod`.
    pub buildkit: bool,
    /// True if the sources of `COPY` are as written by the author, and not placeholders.
    pub sources_known: bool,
    /// True if the file was rebuilt from the history, which does not show the sources of `COPY
    /// --from`.
    pub is_rebuilt: bool,
    /// The name of the ignore file in the diff.
    pub ignore_name: String,
    /// The current contents of the ignore file, if it exists.
    pub ignore: Option<String>,
    /// The `RUN`s that leave a process in the background.
    pub leaving: OnceCell<HashSet<usize>>,
}

impl Target {
    /// Makes a target of an existing Dockerfile and the `.dockerignore` beside it.
    pub fn given(
        inspection: &Inspection,
        name: String,
        file: Dockerfile,
        ignore: (String, Option<String>),
    ) -> Self {
        let steps = steps(&inspection.history, inspection.layers.len());
        let mapping = map(&file, &steps);
        // The base image may have been built by another builder.
        let own = mapping.steps.iter().flatten().filter_map(|&step| steps.get(step));
        let buildkit = file.syntax.is_some()
            || own.into_iter().any(|step| step.buildkit)
            || uses_mounts(&file);
        let shells = in_force(inspection, &file, &mapping, &steps);
        let foreign = mapping.foreign.map(|(first, place)| {
            let step = place.and_then(|place| steps.get(place)).map(|step| step.text.as_str());
            told_apart(&file, first, step)
        });
        let lacking = mapping.lacking.iter().filter_map(|&step| steps.get(step));
        let lacking = lacking.map(|step| (step.masked().text, step.layer)).collect();
        Self {
            name,
            foreign,
            lacking,
            staged: None,
            file,
            layers: mapping.layers,
            unmatched: mapping.unmatched,
            base_layers: mapping.base_layers,
            unnamed_base: None,
            shells,
            directory: None,
            raw: false,
            cache: false,
            all: false,
            buildkit,
            sources_known: true,
            is_rebuilt: false,
            ignore_name: ignore.0,
            ignore: ignore.1,
            leaving: OnceCell::new(),
        }
    }

    /// Makes a target of the Dockerfile rebuilt from the history.
    pub fn rebuilt(inspection: &Inspection, name: String, base: &Base) -> Self {
        let rebuilt = rebuild(inspection, base);
        let steps = steps(&inspection.history, inspection.layers.len());
        let shells = in_force(inspection, &rebuilt.file, &map(&rebuilt.file, &steps), &steps);
        Self {
            name,
            shells,
            directory: None,
            raw: false,
            cache: false,
            all: false,
            buildkit: rebuilt.file.syntax.is_some(),
            sources_known: rebuilt.file.syntax.is_some(),
            is_rebuilt: true,
            file: rebuilt.file,
            layers: rebuilt.layers,
            unmatched: Vec::new(),
            foreign: None,
            lacking: Vec::new(),
            staged: None,
            base_layers: base.layers,
            unnamed_base: rebuilt.unnamed_base,
            ignore_name: ".dockerignore".into(),
            ignore: None,
            leaving: OnceCell::new(),
        }
    }

    /// Returns whether a `RUN` leaves a process in the background, as far as its script can be followed.
    pub(super) fn leaves_processes(&self, run: usize) -> bool {
        let find = || {
            let runs = self.file.instructions.iter().enumerate();
            let runs = runs.filter(|(_, instruction)| instruction.keyword == Keyword::Run);
            let script = |text: &String| shell::read(text).is_some_and(|it| it.leaves_processes());
            runs.filter(|(_, run)| script(&run.arguments)).map(|(i, _)| i).collect()
        };
        self.leaving.get_or_init(find).contains(&run)
    }

    /// Returns the `.dockerignore` with additional patterns.
    pub(super) fn ignoring(&self, patterns: &[String]) -> Change {
        let mut new = self.ignore.clone().unwrap_or_default();
        let line_end = if new.contains("\r\n") { "\r\n" } else { "\n" };
        if !new.is_empty() && !new.ends_with('\n') {
            new.push_str(line_end);
        }
        for pattern in patterns {
            new.push_str(pattern);
            new.push_str(line_end);
        }
        Change { name: self.ignore_name.clone(), old: self.ignore.clone(), new }
    }
}

/// Returns an instruction in one line, cut.
pub(super) fn short(text: &str) -> Escaped {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let cut: String = line.chars().take(SHOWN).collect();
    escaped_str(&if cut.len() < line.len() { format!("{cut}…") } else { cut })
}

/// Says which instruction is not in the history, and what stands in its place.
fn told_apart(file: &Dockerfile, first: usize, step: Option<&str>) -> String {
    let instruction = &file.instructions[first];
    let written = short(&file.source()[instruction.span.clone()]);
    let there = step.map(|step| format!(", which has {} there", short(step))).unwrap_or_default();
    format!("line {} ({written}) is not in the history of the image{there}", instruction.line)
}

/// Returns whether the file uses features of BuildKit.
fn uses_mounts(file: &Dockerfile) -> bool {
    file.instructions.iter().any(|instruction| {
        !instruction.heredocs.is_empty()
            || (instruction.keyword == Keyword::Run && instruction.flag("mount").is_some())
    })
}
