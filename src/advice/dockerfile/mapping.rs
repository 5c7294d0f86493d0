//! Maps the instructions of a Dockerfile to the entries of an image's history.
//!
//! Both are in order, so this is a sequence alignment. The alignment with the most in common is
//! chosen and, among equals, the latest one, because the entries of the base image come first.

use std::collections::HashSet;

use super::parse::{Dockerfile, Instruction, Keyword};
use super::step::{Step, steps};
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;

/// The most entries, or instructions, that are compared; the last ones count.
const MOST: usize = 1000;

/// The relation of a Dockerfile to an image.
#[derive(Debug, Clone, Default)]
pub struct Mapping {
    /// For each instruction of the file, the index of its history entry.
    pub steps: Vec<Option<usize>>,
    /// For each instruction of the file, the layer that it made.
    pub layers: Vec<Option<LayerIndex>>,
    /// The instructions of the last stage that could not be matched.
    pub unmatched: Vec<usize>,
    /// The number of layers before the first one that was matched.
    pub base_layers: usize,
    /// The instruction that shows that the file is another image's, with the step of the history in
    /// its place.
    pub foreign: Option<(usize, Option<usize>)>,
    /// The steps of the history that bring or make files and that the file lacks, behind the first
    /// one that it has.
    pub lacking: Vec<usize>,
}

/// Maps the instructions of a file's last stage to the entries of a history.
pub fn map(file: &Dockerfile, steps: &[Step]) -> Mapping {
    let all = file.of_last_stage();
    let stage = &all[all.len().saturating_sub(MOST)..];
    let first = steps.len().saturating_sub(MOST);
    let history: Vec<_> = steps[first..].iter().map(Key::of_step).collect();
    let mut written: Vec<_> =
        stage.iter().map(|&i| Key::from_instruction(&file.instructions[i], file)).collect();
    // The history begins a RUN with the words of the shell in force.
    let mut shell = None;
    for (key, &i) in written.iter_mut().zip(stage) {
        match key.keyword {
            Keyword::Shell => shell = file.instructions[i].json().map(|words| words.join(" ")),
            Keyword::Run => key.in_shell = shell.as_ref().map(|it| format!("{it} {}", key.text)),
            _ => {}
        }
    }
    let pairs = align(&history, &written);
    let mut mapping = Mapping {
        steps: vec![None; file.instructions.len()],
        layers: vec![None; file.instructions.len()],
        ..Mapping::default()
    };
    for &(step, instruction) in &pairs {
        let (step, instruction) = (first + step, stage[instruction]);
        mapping.steps[instruction] = Some(step);
        mapping.layers[instruction] = steps[step].layer;
    }
    mapping.unmatched = all.iter().copied().filter(|&i| mapping.steps[i].is_none()).collect();
    // An equal keyword is weak evidence, because base images set values, too.
    let certain = |&(step, instruction): &(usize, usize)| {
        likeness(&history[step], &written[instruction]) >= CERTAIN
    };
    let before = match pairs.iter().position(certain) {
        Some(certain) => first + pairs[beginning(&pairs, certain)].0,
        None => steps.len(),
    };
    mapping.base_layers = steps[..before].iter().filter(|step| step.layer.is_some()).count();
    let certain = pairs.iter().filter(|pair| certain(pair));
    let made = certain.filter(|&&(step, _)| makes_files(history[step].keyword)).count();
    mapping.lacking = lacking(steps, &mapping, before);
    mapping.foreign = foreign(file, steps, &mapping, made);
    mapping
}

/// Returns whether an instruction brings files or makes them.
fn makes_files(keyword: Keyword) -> bool {
    matches!(keyword, Keyword::Run | Keyword::Copy | Keyword::Add)
}

/// Returns the steps from `before` on that bring or make files, and are no instruction of the file.
fn lacking(steps: &[Step], mapping: &Mapping, before: usize) -> Vec<usize> {
    let is_known: HashSet<_> = mapping.steps.iter().flatten().copied().collect();
    let is_missing = |&at: &usize| {
        let keyword = steps[at].instruction().map(|(_, instruction)| instruction.keyword);
        !is_known.contains(&at) && keyword.is_some_and(makes_files)
    };
    (before..steps.len()).filter(is_missing).collect()
}

/// Returns the first instruction of which the history knows nothing, with the step in its place, if
/// the file differs from the history in more than it has in common with it. `certain` is the number
/// of instructions that were found for certain.
fn foreign(
    file: &Dockerfile,
    steps: &[Step],
    mapping: &Mapping,
    certain: usize,
) -> Option<(usize, Option<usize>)> {
    let makes = |&i: &usize| makes_files(file.instructions[i].keyword);
    let unmatched = mapping.unmatched.iter().copied().filter(makes).count();
    let missing = mapping.lacking.len();
    let nothing = !mapping.unmatched.is_empty() && mapping.steps.iter().all(Option::is_none);
    let differs =
        unmatched > certain || unmatched > 0 && missing > 0 && unmatched + missing > certain + 1;
    if !(nothing || differs) || steps.is_empty() {
        return None;
    }
    let first =
        mapping.unmatched.iter().copied().find(makes).or(mapping.unmatched.first().copied())?;
    // The step behind the last one that was found before it.
    let last = mapping.steps[..first].iter().flatten().max();
    let place = last.and_then(|last| lacking(steps, mapping, last + 1).first().copied());
    Some((first, place))
}

/// Returns, for each layer, the line of the instruction that made it, counted from 1. Layers of the
/// base image have the line of the last `FROM`.
pub fn lines_of_layers(file: &Dockerfile, inspection: &Inspection) -> Vec<Option<usize>> {
    let mapping = map(file, &steps(&inspection.history, inspection.layers.len()));
    let from = file.instructions.get(file.last_from()).map(|instruction| instruction.line);
    let mut lines = vec![None; inspection.layers.len()];
    lines.iter_mut().take(mapping.base_layers).for_each(|line| *line = from);
    for (instruction, layer) in file.instructions.iter().zip(&mapping.layers) {
        if let Some(line) = layer.and_then(|layer| lines.get_mut(layer.get())) {
            *line = Some(instruction.line);
        }
    }
    lines
}

/// Returns the first pair of the unbroken sequence that leads up to a certain match.
fn beginning(pairs: &[(usize, usize)], certain: usize) -> usize {
    let follows = |at: &usize| {
        let (before, here) = (pairs[at - 1], pairs[*at]);
        before.0 + 1 == here.0 && before.1 + 1 == here.1
    };
    (1..=certain).rev().take_while(follows).last().map_or(certain, |at| at - 1)
}

/// The parts of an instruction that are compared.
struct Key {
    keyword: Keyword,
    /// The arguments without flags and quotes, with white space folded.
    text: String,
    /// The same of a `RUN` behind the words of the `SHELL` in force.
    in_shell: Option<String>,
    /// The most significant word: the last one of a `COPY` or `ADD`, the name that an `ENV` sets,
    /// and so on.
    subject: String,
}

impl Key {
    fn from_instruction(instruction: &Instruction, file: &Dockerfile) -> Self {
        let fold = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let text = match (&*instruction.heredocs, instruction.json()) {
            // The shell's input is the document if the command consists of nothing else.
            ([one], _)
                if instruction.keyword == Keyword::Run
                    && fold(&instruction.arguments).split(' ').count() == 1 =>
            {
                fold(&file.source()[one.body.clone()])
            }
            (documents @ [_, ..], _) if instruction.keyword == Keyword::Run => {
                // The history has them as they are written, each up to the word that ends it.
                let mut text = instruction.arguments.clone();
                for document in documents {
                    text.extend([" ", &file.source()[document.body.clone()], &document.name]);
                }
                fold(&text)
            }
            ([], Some(words)) if instruction.keyword == Keyword::Run => {
                let joined = words.join(" ");
                fold(crate::shell::after_shell(&joined).unwrap_or(&joined))
            }
            ([], Some(words)) => fold(&words.join(" ")),
            // The history has a comment of the shell in one line with what it hides.
            ([], None) if instruction.keyword == Keyword::Run => {
                let text = &instruction.arguments;
                fold(&text[..crate::shell::comment_at(text).unwrap_or(text.len())])
            }
            _ => fold(&instruction.arguments),
        };
        let text =
            if instruction.keyword == Keyword::Run { text } else { text.replace(['"', '\''], "") };
        let subject = match instruction.keyword {
            Keyword::Copy | Keyword::Add => {
                let destination = text.rsplit(' ').next().unwrap_or_default();
                destination.trim_start_matches("./").trim_matches('/').to_owned()
            }
            _ => text.split(['=', ' ']).next().unwrap_or_default().to_owned(),
        };
        Self { keyword: instruction.keyword, text, in_shell: None, subject }
    }

    fn of_step(step: &Step) -> Self {
        // The history names the here-documents of a COPY, and does not have them.
        let bare = || {
            let is_copy = step.text.starts_with("COPY ") || step.text.starts_with("ADD ");
            let text = step.text.replace("<<", "");
            is_copy.then(|| Step { text, ..step.clone() })?.instruction()
        };
        if let Some((file, instruction)) = step.instruction().or_else(bare) {
            return Self::from_instruction(&instruction, &file);
        }
        // The classic builder records the exec form of a RUN as its words, without a shell.
        let (keyword, text) = match step.layer.is_some() && !step.text.is_empty() {
            true => (Keyword::Run, step.text.split_whitespace().collect::<Vec<_>>().join(" ")),
            false => (Keyword::Unknown, String::new()),
        };
        Self { keyword, text, in_shell: None, subject: String::new() }
    }

    /// Returns whether a text is this `RUN` behind the words of its shell, or behind the last ones:
    /// those that are told from the command are gone.
    fn is_in_its_shell(&self, text: &str) -> bool {
        let Some(rest) = self.in_shell.as_deref().and_then(|it| it.strip_suffix(text)) else {
            return false;
        };
        let is_whole = rest.is_empty() || rest.ends_with(' ');
        is_whole && text.len() > self.text.len() && text.ends_with(&self.text)
    }
}

/// The likeness that cannot be a coincidence.
const CERTAIN: u32 = 4;

/// Scores the similarity of a history entry and an instruction; 0 if they cannot be the same.
fn likeness(step: &Key, written: &Key) -> u32 {
    if step.keyword != written.keyword || step.keyword == Keyword::Unknown {
        return 0;
    }
    match step.keyword {
        Keyword::Run if step.text == written.text => 8,
        Keyword::Run if written.is_in_its_shell(&step.text) => 8,
        Keyword::Run => 0,
        Keyword::Copy | Keyword::Add if step.text == written.text => 8,
        Keyword::Copy | Keyword::Add => {
            // In the history, variables are replaced and relative destinations are completed.
            let (made, wanted) = (step.subject.as_str(), written.subject.as_str());
            let ends = made == wanted
                || made
                    .strip_suffix(wanted)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('/'));
            match () {
                () if wanted.contains('$') => 2,
                () if matches!(wanted, "" | ".") => 3,
                () if ends => CERTAIN,
                () => 0,
            }
        }
        _ if step.text == written.text => 3,
        _ if step.subject == written.subject => 2,
        _ => 1,
    }
}

/// Returns the pairs of the best alignment, the latest among equals.
fn align(history: &[Key], written: &[Key]) -> Vec<(usize, usize)> {
    let width = written.len() + 1;
    let mut best = vec![0_u32; (history.len() + 1) * width];
    for i in (0..history.len()).rev() {
        for j in (0..written.len()).rev() {
            let skipped = best[(i + 1) * width + j].max(best[i * width + j + 1]);
            let likeness = likeness(&history[i], &written[j]);
            let paired = if likeness == 0 { 0 } else { likeness + best[(i + 1) * width + j + 1] };
            best[i * width + j] = skipped.max(paired);
        }
    }
    let mut pairs = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < history.len() && j < written.len() {
        let here = best[i * width + j];
        if best[(i + 1) * width + j] == here {
            i += 1;
        } else if best[i * width + j + 1] == here {
            j += 1;
        } else {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        }
    }
    pairs
}

#[cfg(test)]
mod tests;
