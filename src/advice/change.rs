//! Remedies: ways to keep bytes out of an image. Reports, screens, lessons and the ladder render
//! them.

mod again;
mod removed;
mod uses;

use super::apart::{between, is_by_buildkit};
use super::merges::Merges;
use crate::analysis::{Inspection, WastedGroup};
use crate::layer_index::LayerIndex;
use crate::tree::Reason;
pub(in crate::advice) use again::only_copied_again;
pub(in crate::advice) use removed::{Removed, is_from_context, is_removal};

/// The most instructions that are merged into one.
const MERGED: usize = 6;
/// The beginning of advice to build in a separate stage.
pub(super) const STAGE: &str = "use a multi-stage build";
/// The beginning of advice to clean up where the files are made, before the command.
const IN_PLACE: &str = "in the same RUN: ";
/// The longest instruction that is examined and written out, in bytes.
pub(super) const LINE: usize = 16 << 10;

/// The kind of a remedy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A single `RUN` in place of several.
    Merge,
    /// A flag, a command at the end of the `RUN`, or a cache mount, as a tool or a rule suggests.
    Tool,
    /// Lines in `.dockerignore`.
    Ignore,
    /// Mode or owner while copying.
    Copy,
    /// Another base image.
    Base,
    /// A separate build stage.
    Stage,
    /// An instruction less.
    Drop,
    /// Any other advice of a rule.
    Other,
}

/// A way to keep bytes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SuggestedChange {
    /// The kind.
    pub kind: Kind,
    /// The advice in a sentence.
    pub what: String,
    /// The changed instruction, made from the image's own; not escaped.
    pub dockerfile: Option<String>,
    /// Lines for `.dockerignore`.
    pub dockerignore: Vec<String>,
    /// True if nothing that is known of the image speaks against it.
    pub is_certain: bool,
    /// The number of bytes that the image becomes smaller by, if nothing else changes. Findings
    /// with the same change share it.
    pub saves: u64,
    /// The first and the last layer that become one.
    pub merges: Option<(LayerIndex, LayerIndex)>,
    /// The layer whose instruction is removed.
    pub drops: Option<LayerIndex>,
}

impl SuggestedChange {
    /// Makes a remedy that consists of a sentence.
    pub(super) fn new(kind: Kind, what: impl Into<String>) -> Self {
        Self {
            kind,
            what: what.into(),
            dockerfile: None,
            dockerignore: Vec::new(),
            is_certain: true,
            saves: 0,
            merges: None,
            drops: None,
        }
    }

    /// Returns the change itself: the advice without the alternatives and the example that follow
    /// it.
    pub fn clause(&self) -> &str {
        let marks: &[_] = match self.what.starts_with(IN_PLACE) {
            // The command is the change.
            true => &["; "],
            false => &[";", ", or ", ", and copy ", ": "],
        };
        let end = marks.iter().filter_map(|mark| self.what.find(mark)).min();
        &self.what[..end.unwrap_or(self.what.len())]
    }

    /// Returns the change itself as the title of a row.
    pub fn title(&self) -> String {
        match self.clause().strip_prefix(IN_PLACE) {
            Some(command) => format!("clean up in the same RUN: {command}"),
            None => self.clause().to_owned(),
        }
    }

    /// Returns the title where there is little room: what many changes have in common is short.
    pub fn short_title(&self) -> String {
        match self.clause().strip_prefix(IN_PLACE) {
            Some(command) => format!("RUN … {command}"),
            None => self.clause().to_owned(),
        }
    }

    /// Returns whether it is another build stage.
    pub fn is_stage(&self) -> bool {
        self.clause() == STAGE
    }

    /// Returns whether it changes a `RUN` as a tool or a rule suggests.
    pub fn is_of_a_tool(&self) -> bool {
        self.kind == Kind::Tool
    }

    /// Returns what follows the change itself.
    pub fn alternatives(&self) -> &str {
        self.what[self.clause().len()..].trim_end_matches('.')
    }

    /// Adds an instruction, unless it is too long to read.
    pub(super) fn with_line(self, line: Option<String>) -> Self {
        Self { dockerfile: line.filter(|line| line.len() <= LINE), ..self }
    }

    /// Makes the remedy for bytes of layer `added_in` that layer `removed_in` deletes, replaces or
    /// rewrites.
    pub fn for_wasted(
        inspection: &Inspection,
        merges: &Merges,
        added_in: LayerIndex,
        removed_in: LayerIndex,
        reason: Reason,
    ) -> Self {
        if added_in == removed_in {
            return Self::new(
                Kind::Other,
                "change the tool that writes this layer: each path should be in the layer only once",
            );
        }
        let instruction = |layer: LayerIndex| &inspection.layers[layer].instruction;
        let run = instruction(added_in).is_run();
        let text = instruction(added_in).text.raw();
        // What fills `/` in the first layer is a base image.
        let is_base = added_in == LayerIndex::FIRST && text.trim_end().ends_with(" /");
        let copied = copies(text) && !is_base;
        let both = run && instruction(removed_in).is_run();
        if let Some(again) = again::change(inspection, added_in, removed_in, reason) {
            return again;
        }
        match reason {
            Reason::RewrittenUnchanged if run => {
                let what = format!(
                    "set {} where the files are made: in the RUN of layer {added_in}",
                    Given::by(instruction(removed_in).text.raw()).subject()
                );
                let one = Self::merge(inspection, merges, added_in, removed_in, &what);
                match one.merges.filter(|_| both && one.is_certain) {
                    Some(ends) if ends == (added_in, removed_in) => Self { what, ..one },
                    Some(_) => one,
                    None => Self::new(Kind::Copy, what),
                }
            }
            Reason::RewrittenUnchanged => {
                let given = Given::by(instruction(removed_in).text.raw());
                let needs_buildkit = given.mode && !is_by_buildkit(inspection, added_in);
                let builder = if needs_buildkit { " (--chmod needs BuildKit)" } else { "" };
                let what = format!(
                    "set {} where the files are made: COPY {}{builder}",
                    given.subject(),
                    given.flags("=…")
                );
                // An instruction that also gives it to other files stays, and stores these again.
                let is_certain = !gives_to_others(inspection, added_in, removed_in);
                Self { is_certain, ..Self::new(Kind::Copy, what) }
            }
            _ if both => Self::merge(inspection, merges, added_in, removed_in, STAGE),
            Reason::Overwritten => Self::new(
                Kind::Other,
                "write each file once, in the instruction that knows its final contents",
            ),
            _ if copied => Removed::find(inspection, added_in, removed_in).change(),
            _ => Self::new(
                Kind::Base,
                "use a base image without them, or use a multi-stage build that copies only the needed files",
            ),
        }
    }

    /// Returns whether nothing speaks against the remedy for a group of wasted bytes.
    pub(super) fn is_certain_for(
        inspection: &Inspection,
        merges: &Merges,
        group: &WastedGroup,
    ) -> bool {
        let WastedGroup { added_in, removed_in, reason, .. } = *group;
        let is_run = |layer: LayerIndex| inspection.layers[layer].instruction.is_run();
        let is_merge = added_in != removed_in
            && reason != Reason::RewrittenUnchanged
            && is_run(added_in)
            && is_run(removed_in);
        if !is_merge {
            return Self::for_wasted(inspection, merges, added_in, removed_in, reason).is_certain;
        }
        // Very many layers have a group for each pair of them, and all but a few are in a range,
        // against which nothing speaks.
        let is_in_range = || merges.range_with(added_in, removed_in).is_some();
        let runs = || added_in.up_to(removed_in).filter(|&layer| is_run(layer)).collect::<Vec<_>>();
        is_in_range()
            || merges.kept_apart(inspection, &runs()).is_none()
                && between(inspection, added_in, removed_in).is_none()
    }

    /// Makes the remedy of a single `RUN` for the range of layers that contains `added_in` to
    /// `removed_in`, or `otherwise`.
    pub(super) fn merge(
        inspection: &Inspection,
        merges: &Merges,
        added_in: LayerIndex,
        removed_in: LayerIndex,
        otherwise: &str,
    ) -> Self {
        let (added_in, removed_in) = merges.around(added_in, removed_in);
        let is_run = |&layer: &LayerIndex| inspection.layers[layer].instruction.is_run();
        let runs: Vec<_> = added_in.up_to(removed_in).filter(is_run).collect();
        if let Some(why) = merges.kept_apart(inspection, &runs) {
            let what =
                format!("{otherwise}; the RUN instructions cannot be combined, because {why}");
            return Self { is_certain: false, ..Self::new(Kind::Other, what) };
        }
        let line = merged(inspection, added_in, removed_in);
        let one = |change: Self| Self {
            saves: merges.saves(added_in, removed_in),
            merges: Some((added_in, removed_in)),
            ..change
        };
        match combined(&runs) {
            Some(what) if runs.first() == Some(&added_in) => {
                if let Some(word) = between(inspection, added_in, removed_in) {
                    let what =
                        format!("{what} if the {word} between them can move, or {otherwise}");
                    return one(Self {
                        is_certain: false,
                        ..Self::new(Kind::Merge, what).with_line(line)
                    });
                }
                one(Self::new(Kind::Merge, format!("{what}, or {otherwise}")).with_line(line))
            }
            _ => Self::new(Kind::Other, otherwise).with_line(line),
        }
    }
}

/// Returns whether a `RUN` also gives mode or owner to files that neither it nor a certain layer
/// adds.
fn gives_to_others(inspection: &Inspection, added_in: LayerIndex, removed_in: LayerIndex) -> bool {
    let is_run = inspection.layers[removed_in].instruction.is_run();
    let mut by_it = inspection.wasted.iter().filter(|wasted| {
        wasted.removed_in == removed_in && wasted.reason == Reason::RewrittenUnchanged
    });
    is_run && by_it.any(|wasted| wasted.added_in != added_in && wasted.added_in != removed_in)
}

/// The metadata that an instruction gives to files that were copied before: mode, owner, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Given {
    pub mode: bool,
    pub owner: bool,
}

impl Given {
    /// Reads an instruction. If it names neither, it may give both.
    pub fn by(text: &str) -> Self {
        let (mode, owner) =
            (text.contains("chmod"), text.contains("chown") || text.contains("chgrp"));
        if mode || owner { Self { mode, owner } } else { Self { mode: true, owner: true } }
    }

    /// Returns `the mode`, `the owner` or `mode and owner`.
    pub fn subject(self) -> &'static str {
        match (self.mode, self.owner) {
            (true, false) => "the mode",
            (false, true) => "the owner",
            _ => "mode and owner",
        }
    }

    /// Returns `mode`, `owner` or `mode or owner`.
    pub fn alternatives(self) -> &'static str {
        match (self.mode, self.owner) {
            (true, false) => "mode",
            (false, true) => "owner",
            _ => "mode or owner",
        }
    }

    /// Returns the flags of `COPY`, each with a value.
    pub fn flags(self, value: &str) -> String {
        let flags = [(self.mode, "--chmod"), (self.owner, "--chown")];
        let wanted = flags.iter().filter(|(is_wanted, _)| *is_wanted);
        wanted.map(|(_, flag)| format!("{flag}{value}")).collect::<Vec<_>>().join(" ")
    }
}

/// Returns `combine the RUN instructions of layers 1 to 3`; `None` for fewer than two layers.
pub(super) fn combined(layers: &[LayerIndex]) -> Option<String> {
    let named = match layers {
        [] | [_] => return None,
        [first, .., last] if first.up_to(*last).len() == layers.len() && layers.len() > 2 => {
            format!("{first} to {last}")
        }
        [one, other] => format!("{one} and {other}"),
        [first, .., last] => {
            format!("{first} to {last}, without the COPY instructions between them")
        }
    };
    Some(format!("combine the RUN instructions of layers {named}"))
}

/// Returns whether an instruction copies.
pub(super) fn copies(text: &str) -> bool {
    text.starts_with("COPY ") || text.starts_with("ADD ")
}

/// Merges the instructions of a range of layers into one RUN, if all of them are RUNs.
pub(super) fn merged(
    inspection: &Inspection,
    added_in: LayerIndex,
    removed_in: LayerIndex,
) -> Option<String> {
    if removed_in <= added_in || added_in.up_to(removed_in).len() > MERGED {
        return None;
    }
    let commands: Option<Vec<_>> = added_in
        .up_to(removed_in)
        .map(|i| command(inspection.layers[i].instruction.text.raw()))
        .collect();
    Some(format!("RUN {}", commands?.join(" \\\n && ")))
}

/// Returns the command of a RUN in shell form, in one line.
pub(super) fn command(text: &str) -> Option<&str> {
    let command = text.strip_prefix("RUN ")?.trim();
    let plain = text.len() <= LINE
        && !command.starts_with("<<")
        && !command.starts_with("--")
        && !command.starts_with('[');
    (plain && !command.contains('\n')).then_some(command)
}
