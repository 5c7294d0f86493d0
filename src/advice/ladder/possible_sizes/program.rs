//! Computes the rungs for a binary: the bare program on smaller and smaller bases, and the program
//! made smaller.

use std::collections::HashSet;

use super::Ladder;
use crate::advice::ladder::bases::{BaseKind, SmallBase, smallest};
use crate::advice::ladder::slim::{size_of_base, slim_base};
use crate::advice::ladder::{ALL_ELSE, Certainty, Holds, PossibleSize, Step, TakenOver};
use crate::analysis::download::Download;
use crate::display::{Sentence, shown};
use crate::runtime::command::is_system;
use crate::runtime::libraries::Libc;
use crate::runtime::{MadeBy, Parts, Start};
use crate::tree::{Kind, NodeId, VersionId};

/// The smallest saving that is worth making a program smaller: one part in so many of the image.
const WORTH: u64 = 100;

impl Ladder<'_> {
    /// Adds the rungs for a binary: the program with its libraries, on smaller and smaller bases.
    pub(super) fn bare_program(&mut self, program: &Parts) {
        self.keep_data(program);
        let files = self.inodes(self.nodes_of(program, true));
        if self.inputs.base_layers > 0 {
            let own = self.own(&files);
            let base = self.base_bytes();
            let download = self.download(&own, Some(self.inputs.base_layers));
            let base_name = same_base(self.inputs.base_name.as_deref());
            let how = self.configured(self.stages(&base_name, self.own_copies(program)), false);
            let size = base + self.size(&own);
            let mut notes = self.notes(program);
            if self.inputs.base_toolchains > size / WORTH {
                let toolchains = Sentence::from("the base image's toolchains (")
                    .size(self.inputs.base_toolchains);
                notes.push(toolchains.words(") stay. To avoid them, use another base image"));
            }
            let possible_size = PossibleSize {
                step: Step::MultiStage,
                size,
                holds: copied(self.inputs.base_layers, &own),
                download,
                certainty: self.certainty(program),
                needs_a_look: false,
                how,
                notes,
            };
            self.add(possible_size);
        }
        if let Some(base) = smallest(BaseKind::Small, program.libc) {
            self.on_another_base(program, base, Step::SmallBase(base));
        }
        if let Some(base) = smallest(BaseKind::Distroless, program.libc) {
            self.on_another_base(program, base, Step::Distroless(base));
        }
        let size = self.size(&files);
        let download = self.download(&files, None);
        let how =
            self.in_exec_form(program, self.stages("scratch", self.copies(program, |_| true)));
        self.add(PossibleSize {
            step: Step::Scratch,
            size,
            holds: copied(0, &files),
            download,
            certainty: self.certainty(program),
            needs_a_look: false,
            how,
            notes: self.notes(program),
        });
        self.stripped(program, size);
        self.packed(program, size);
    }

    /// Adds the rung with another base: the program's own files, and the libraries that such a base
    /// does not have.
    fn on_another_base(&mut self, program: &Parts, base: &'static SmallBase, step: Step) {
        let nodes: Vec<_> = self
            .nodes_of(program, false)
            .into_iter()
            .filter(|&node| !self.is_of_libc(node))
            .collect();
        let size = base.bytes + self.size(&self.inodes(nodes.clone()));
        let how = self.stages(&base.name, self.copies(program, |node| nodes.contains(&node)));
        let how = match step {
            Step::Distroless(_) => self.in_exec_form(program, how),
            _ => self.configured(how, false),
        };
        let certainty = Certainty::Estimate(size_of_base(base));
        let (holds, download) = (Holds::Others, Download::Unknown);
        self.add(PossibleSize {
            step,
            size,
            holds,
            download,
            certainty,
            needs_a_look: false,
            how,
            notes: self.notes(program),
        });
    }

    /// Adds the rung for a program that an interpreter runs: packages are installed again on the
    /// same base, and files are copied.
    pub(super) fn taken_over(&mut self, taken_over: &TakenOver) {
        let inodes: HashSet<_> = taken_over.inodes.iter().copied().collect();
        let base = self.inputs.base_layers;
        let from = same_base(self.inputs.base_name.as_deref());
        let recipe = format!(
            "# your instructions, unchanged, as the stage build{}\nFROM {from}\n{}",
            at_the_end(&taken_over.prunes),
            taken_over.lines.trim_end()
        );
        let note = "an interpreter runs the program, so it is not known whether that uses what is left out: test the image";
        self.add(PossibleSize {
            step: Step::MultiStage,
            size: self.base_bytes() + self.size(&inodes),
            holds: copied(base, &inodes),
            download: self.download(&inodes, Some(base)),
            certainty: taken_over.certainty.clone(),
            needs_a_look: true,
            how: match &taken_over.start {
                Some(start) => format!("{}\n{start}", self.configured(recipe, true)),
                None => self.configured(recipe, false),
            },
            notes: vec![note.into()],
        });
    }

    /// Adds the rung on the slim variant of the same base, where all else stays: it is the same system
    /// without documentation and translations.
    pub(super) fn on_slim_base(&mut self) {
        let (bytes, now) = (self.base_bytes(), self.possible_sizes.last().map(|last| last.size));
        let slim = slim_base(self.inspection, self.inputs);
        let (Some(base), Some(now)) = (slim, now) else { return };
        self.add(PossibleSize {
            step: Step::SmallBase(base),
            size: now - bytes + base.bytes,
            holds: Holds::Others,
            download: Download::Unknown,
            certainty: Certainty::Estimate(size_of_base(base)),
            needs_a_look: true,
            how: format!("FROM {}{ALL_ELSE}", base.name),
            notes: vec![
                "needs a look: if the base image is of another release, take the slim image of that one"
                    .into(),
                "it is the same system without documentation and translations".into(),
            ],
        });
    }

    /// Adds the rung for a script on a small base: the files of your layers, and the program that
    /// the script starts with its libraries.
    pub(super) fn script_on_another_base(&mut self, program: &Parts, libc: Libc) {
        let Some(base) = smallest(BaseKind::Small, libc) else { return };
        let tree = &self.inspection.tree;
        let loaded = program.needed.iter().flatten().map(|loaded| loaded.node);
        let mut inodes = self.inodes(loaded.filter(|&node| !self.is_of_libc(node)).collect());
        let unwanted: HashSet<_> =
            self.inputs.leftovers.iter().chain(&self.inputs.build_only).copied().collect();
        let kept = tree
            .inodes_with_removals()
            .filter(|(_, removal)| removal.is_none())
            .map(|(inode, _)| inode);
        inodes.extend(kept.filter(|&inode| {
            tree.added_in(inode) >= self.inputs.base_layers && !unwanted.contains(&inode)
        }));
        let size = base.bytes + self.size(&inodes);
        let how = self.configured(self.stages(&base.name, self.own_copies(program)), false);
        let mut notes = self.notes(program);
        notes.push(
            "all other files of your layers are counted. Install there what the script needs"
                .into(),
        );
        let (holds, download) = (Holds::Others, Download::Unknown);
        let certainty = Certainty::Estimate(size_of_base(base));
        self.add(PossibleSize {
            step: Step::SmallBase(base),
            size,
            holds,
            download,
            certainty,
            needs_a_look: false,
            how,
            notes,
        });
        self.stripped(program, size);
    }

    fn stripped(&mut self, program: &Parts, whole: u64) {
        let Some(inode) = self.inspection.tree.last(program.path) else { return };
        let strippable = program.strippable.min(self.inspection.tree.size(inode));
        if strippable > whole / WORTH {
            let (how, note) = match program.made_by {
                MadeBy::Go => (
                    "build the program with -ldflags \"-s -w\"",
                    "stack traces keep their names; debuggers \
                        lose them",
                ),
                MadeBy::Another => (
                    "strip the program in the build stage: `strip --strip-all`",
                    "debuggers lose the names, and so do stack traces",
                ),
            };
            self.add(PossibleSize {
                step: Step::Stripped,
                size: whole - strippable,
                holds: Holds::Others,
                download: Download::Unknown,
                certainty: Certainty::Estimate(
                    "the sections that strip removes, by their sizes".into(),
                ),
                needs_a_look: false,
                how: how.into(),
                notes: vec![note.into()],
            });
        }
    }

    fn packed(&mut self, program: &Parts, scratch: u64) {
        let Some(inode) = self.inspection.tree.last(program.path) else { return };
        let size = self.inspection.tree.size(inode);
        let strippable = program.strippable.min(size);
        if let Some(packed) =
            program.packed.filter(|&packed| packed + scratch / WORTH < size - strippable)
        {
            let size = scratch - size + packed;
            self.add(PossibleSize {
                step: Step::Packed,
                size,
                holds: Holds::Others,
                download: Download::Estimate(size),
                certainty: Certainty::Estimate("the stripped program was compressed to find out".into()),
                needs_a_look: false,
                how: "pack the program in the build stage: `upx -9`".into(),
                notes: vec![
                    "the program is unpacked into memory at each start. The download hardly shrinks, because layers \
                        are compressed anyway"
                        .into(),
                ],
            });
        }
    }

    /// Appends the instructions that configure the container, and that start the program without a
    /// shell.
    fn in_exec_form(&self, program: &Parts, lines: String) -> String {
        match &program.start {
            Start::ShellForm(exec_form) => format!("{}\n{exec_form}", self.configured(lines, true)),
            Start::Alone | Start::Script(_) => self.configured(lines, false),
        }
    }

    fn notes(&self, program: &Parts) -> Vec<Sentence> {
        let needs = program.needs.iter().map(|need| {
            let name = need.kind.name();
            let why = need
                .evidence
                .first()
                .map(|evidence| evidence.sentence(&self.inspection.tree))
                .unwrap_or_default();
            match need.files.len() {
                0 => shown!("the program uses {} ({}), missing in this image", name, why),
                _ => shown!("the program uses {} ({})", name, why),
            }
        });
        let words = needs.chain(program.doubts.iter().cloned()).map(Sentence::from);
        words.chain(self.left.clone()).collect()
    }

    /// Records the files that the program reads: those that its command names, and those that were
    /// copied for it.
    fn keep_data(&mut self, program: &Parts) {
        let tree = &self.inspection.tree;
        let is_kept = |&node: &NodeId| match tree.last(node) {
            Some(version) if tree.kind(version) == Kind::Directory => !is_system(&tree.path(node)),
            version => version.is_some(),
        };
        self.kept = self.inputs.named.iter().copied().filter(is_kept).collect();
        let data = self.data(&self.inodes(self.nodes_of(program, true)));
        self.kept.extend(data.kept);
        self.left = data.left;
    }

    /// Returns the reliability of the size of a program's copied files.
    fn certainty(&self, program: &Parts) -> Certainty {
        if program.doubts.is_empty() && self.left.is_none() {
            Certainty::Exact
        } else {
            Certainty::WithoutAllNeeded
        }
    }
}

/// Returns the commands that a stage ends with, after what is said of it.
fn at_the_end(commands: &[String]) -> String {
    if commands.is_empty() {
        return String::new();
    }
    let lines: String = commands.iter().map(|command| format!("\nRUN {command}")).collect();
    format!("; at its end:{lines}")
}

/// Describes layers that consist of the lowest ones and one with these inodes.
fn copied(below: usize, inodes: &HashSet<VersionId>) -> Holds {
    let mut inodes: Vec<_> = inodes.iter().copied().collect();
    inodes.sort_unstable();
    Holds::Copied { below, inodes }
}

/// Returns the reference of the current base image for `FROM`.
pub(super) fn same_base(name: Option<&str>) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/:@".contains(c);
    match name {
        // The name of a system or of an archive is not a reference.
        Some(name) if name.chars().all(is_plain) && !name.contains(".tar") => name.into(),
        Some(name) => format!("…   # the same base image, {name}"),
        None => "…   # the same base image".into(),
    }
}
