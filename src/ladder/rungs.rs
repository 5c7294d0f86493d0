//! Climbing the ladder: one function a rung.

use std::collections::{BTreeMap, HashSet};

use super::bases::{BaseKind, Libc, SmallBase, smallest};
use super::{Certainty, Footing, MadeBy, Program, Rung, Ships, Start, Step};
use crate::analysis::{DeadGroup, Inspection, LayerAccount, dead_groups};
use crate::text::escaped;
use crate::tree::{Cause, Kind, NodeId, VersionId};
use crate::units::{Units, plural};
use crate::what_if::{Change, Pull, estimate_pull, what_if};

/// What a smaller program has to save of the image: one part in so many.
const WORTH: u64 = 100;
/// The same for leaving out what is dead or a leftover, which changes the Dockerfile more than it saves.
const NOTEWORTHY: u64 = 1_000;
/// Paths that a COPY is written out for; of more, the directories are told.
const COPIES: usize = 12;

/// The sizes of an image after each remedy that saves something, in order, the image as it is first; sizes in words are in `units`.
pub fn climb(inspection: &Inspection, footing: &Footing, units: Units) -> Vec<Rung> {
    let mut ladder = Ladder { inspection, footing, units, rungs: Vec::new() };
    ladder.built_otherwise(Step::AsBuilt, &[], String::new(), Vec::new());
    let merges = ladder.without_dead();
    let changes = ladder.without_leftovers(merges);
    match footing.program.as_ref().map(|program| (program, &program.start, &program.closure)) {
        Some((program, Start::Script(libc), Some(_))) => {
            ladder.without_build_only(changes);
            ladder.script_on_another_base(program, *libc);
        }
        Some((program, _, Some(_))) => ladder.bare_program(program),
        _ => ladder.without_build_only(changes),
    }
    ladder.rungs
}

/// The lowest layers, and these inodes in one of their own.
fn copied(below: usize, inodes: &HashSet<VersionId>) -> Ships {
    let mut inodes: Vec<_> = inodes.iter().copied().collect();
    inodes.sort_unstable();
    Ships::Copied { below, inodes }
}

/// The lines of a Dockerfile with the instruction that starts the program, where there is no shell to do it.
fn in_exec_form(program: &Program, lines: String) -> String {
    match &program.start {
        Start::ShellForm(exec_form) => format!("{lines}\n{exec_form}"),
        Start::Alone | Start::Script(_) => lines,
    }
}

/// What `FROM` takes for the base image that there is.
fn same_base(name: Option<&str>) -> String {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/:@".contains(c);
    match name {
        // That of a system or of an archive is no reference.
        Some(name) if name.chars().all(is_plain) && !name.contains(".tar") => name.into(),
        Some(name) => format!("…   # the same base image, {name}"),
        None => "…   # the same base image".into(),
    }
}

/// Layers as a sentence names them, and what it says that they do; `None` if there are none.
fn named_layers(layers: &[usize]) -> Option<(String, &'static str)> {
    let words: Vec<_> = layers.iter().map(usize::to_string).collect();
    match words.split_last()? {
        (last, []) => Some((format!("layer {last}"), "copies")),
        (last, before) => Some((format!("layers {} and {last}", before.join(", ")), "copy")),
    }
}

struct Ladder<'a> {
    inspection: &'a Inspection,
    footing: &'a Footing,
    units: Units,
    rungs: Vec<Rung>,
}

impl Ladder<'_> {
    /// Adds a rung if it is lower than the last one.
    fn add(&mut self, rung: Rung) {
        if self.rungs.last().is_none_or(|last| rung.shipped < last.shipped) {
            self.rungs.push(rung);
        }
    }

    /// Adds what is left of the image as it is built, if that saves more of the last rung than could be seen in its bar; says whether.
    fn built_otherwise(&mut self, step: Step, changes: &[Change], how: String, notes: Vec<String>) -> bool {
        let outcome = what_if(self.inspection, changes);
        let saves = |last: &Rung| last.shipped.saturating_sub(outcome.shipped) > last.shipped / NOTEWORTHY;
        if !self.rungs.last().is_none_or(saves) {
            return false;
        }
        let pull = estimate_pull(self.inspection, &outcome);
        let (shipped, ships) = (outcome.shipped, Ships::Changed(changes.to_vec()));
        self.add(Rung { step, shipped, ships, pull, certainty: Certainty::Exact, how, notes });
        true
    }

    /// The runs of layers that have to be one, so that nothing of one's own is dead.
    fn without_dead(&mut self) -> Vec<Change> {
        let base = self.footing.base_layers;
        let groups = dead_groups(self.inspection);
        let own = groups.iter().filter(|group| group.born_in >= base && group.bytes > 0);
        let mut runs: Vec<(usize, usize)> = own.map(|group| (group.born_in, group.died_in)).collect();
        runs.sort_unstable();
        let mut merged: Vec<(usize, usize)> = Vec::new();
        for (first, last) in runs {
            match merged.last_mut() {
                Some(run) if first <= run.1 => run.1 = run.1.max(last),
                _ => merged.push((first, last)),
            }
        }
        if merged.is_empty() {
            return Vec::new();
        }
        let named: Vec<_> = merged
            .iter()
            .map(|&(first, last)| {
                let line = |layer: usize| self.inspection.layers[layer].instruction.one_line();
                match last - first {
                    0 => format!("layer {first} `{}` writes files twice", line(first)),
                    _ => format!("make layers {first} to {last} one: from `{}` to `{}`", line(first), line(last)),
                }
            })
            .collect();
        let notes = self.notes_on_merging(&groups, &merged);
        let changes: Vec<_> = merged.into_iter().map(|(first, last)| Change::Merge { first, last }).collect();
        if self.built_otherwise(Step::WithoutDead, &changes, named.join("\n"), notes) { changes } else { Vec::new() }
    }

    /// What stays dead, and what to do about files that a `COPY` in between ships.
    fn notes_on_merging(&self, groups: &[DeadGroup], merged: &[(usize, usize)]) -> Vec<String> {
        let left: u64 =
            groups.iter().filter(|group| group.born_in < self.footing.base_layers).map(|group| group.bytes).sum();
        let mut notes = Vec::new();
        if left > 0 {
            notes.push(format!(
                "{} of the base image stay dead: only another base image saves them",
                self.units.size(left)
            ));
        }
        let line = |layer: usize| self.inspection.layers[layer].instruction.one_line();
        let gives = |layer: usize| ["chmod", "chown", "chgrp"].iter().any(|word| line(layer).contains(word));
        let again = groups.iter().filter(|group| group.cause == Cause::Recopied && gives(group.died_in));
        let again: HashSet<usize> = again.map(|group| group.born_in).collect();
        let is_copy = |layer: &usize| ["COPY", "ADD"].iter().any(|word| line(*layer).starts_with(word));
        let copies = merged.iter().flat_map(|&(first, last)| first..=last).filter(is_copy);
        let (given, others): (Vec<_>, Vec<_>) = copies.partition(|layer| again.contains(layer));
        if let Some((layers, copies)) = named_layers(&given) {
            notes.push(format!(
                "what {layers} {copies} ships again with another owner or mode: COPY --chown=… --chmod=… sets them at once"
            ));
        }
        if let Some((layers, copies)) = named_layers(&others) {
            notes.push(format!(
                "{layers} {copies} files, which no RUN can take in: RUN --mount=type=bind reads them unshipped"
            ));
        }
        notes
    }

    fn without_leftovers(&mut self, mut changes: Vec<Change>) -> Vec<Change> {
        // Nothing is left out, so that it would be no rung.
        if self.footing.leftovers.is_empty() {
            return changes;
        }
        changes.push(Change::Without(self.footing.leftovers.clone()));
        let how = "clean up in the RUN that makes them, or keep them out with a cache mount (see the findings)";
        if !self.built_otherwise(Step::WithoutLeftovers, &changes, how.into(), Vec::new()) {
            changes.pop();
        }
        changes
    }

    /// For what is no binary: all that is not known to be for the build stays.
    fn without_build_only(&mut self, mut changes: Vec<Change>) {
        // Nothing is left out here, either.
        if self.footing.build_only.is_empty() {
            return;
        }
        changes.push(Change::Without(self.footing.build_only.clone()));
        let how = "build in another stage, and copy from it what runs: COPY --from=build …".into();
        let note = match &self.footing.program {
            Some(Program { start: Start::Script(_), closure: Some(_), .. }) => {
                "a script or a wrapper starts the program: what that needs cannot be told, so the rest stays"
            }
            Some(_) => {
                "the program is no binary: what it needs besides its own files cannot be told, so the rest stays"
            }
            None => "the program was not found, so all that is not known to be for the build stays",
        };
        self.built_otherwise(Step::MultiStage, &changes, how, vec![note.into()]);
    }

    /// For a binary: the program with what it loads, on smaller and smaller bases.
    fn bare_program(&mut self, program: &Program) {
        let files = self.inodes(self.nodes_of(program, true));
        if self.footing.base_layers > 0 {
            let own = self.own(&files);
            let base = self.base_bytes();
            let pull = self.pull(&own, Some(self.footing.base_layers));
            let how = self.stages(&same_base(self.footing.base_name.as_deref()), self.own_copies(program));
            let shipped = base + self.size(&own);
            let mut notes = self.notes(program);
            if self.footing.base_toolchains > shipped / WORTH {
                let stays = self.units.size(self.footing.base_toolchains);
                notes.push(format!("toolchains of the base image, {stays}, stay: only another base leaves them out"));
            }
            let rung = Rung {
                step: Step::MultiStage,
                shipped,
                ships: copied(self.footing.base_layers, &own),
                pull,
                certainty: Certainty::Exact,
                how,
                notes,
            };
            self.add(rung);
        }
        if let Some(base) = smallest(BaseKind::Small, program.libc) {
            self.on_another_base(program, base, Step::SmallBase(base));
        }
        if let Some(base) = smallest(BaseKind::Distroless, program.libc) {
            self.on_another_base(program, base, Step::Distroless(base));
        }
        let shipped = self.size(&files);
        let pull = self.pull(&files, None);
        let how = in_exec_form(program, self.stages("scratch", self.copies(program, |_| true)));
        self.add(Rung {
            step: Step::Scratch,
            shipped,
            ships: copied(0, &files),
            pull,
            certainty: Certainty::Exact,
            how,
            notes: self.notes(program),
        });
        self.stripped(program, shipped);
        self.packed(program, shipped);
    }

    /// Only the program's own files and the libraries that such a base does not have.
    fn on_another_base(&mut self, program: &Program, base: &'static SmallBase, step: Step) {
        let nodes: Vec<_> = self.nodes_of(program, false).into_iter().filter(|&node| !self.is_of_libc(node)).collect();
        let shipped = base.bytes + self.size(&self.inodes(nodes.clone()));
        let size = self.units.size(base.bytes);
        let rests = format!("{} shipped {size} in {}, {}", base.name, base.date, base.source);
        let how = self.stages(&base.name, self.copies(program, |node| nodes.contains(&node)));
        let how = if matches!(step, Step::Distroless(_)) { in_exec_form(program, how) } else { how };
        let certainty = Certainty::Estimate(rests);
        let (ships, pull) = (Ships::Others, Pull::Unknown);
        self.add(Rung { step, shipped, ships, pull, certainty, how, notes: self.notes(program) });
    }

    /// What one's own layers leave for a script and the program that it starts, with its libraries, on a small base.
    fn script_on_another_base(&mut self, program: &Program, libc: Libc) {
        let Some(base) = smallest(BaseKind::Small, libc) else { return };
        let tree = &self.inspection.tree;
        let loaded = program.closure.iter().flatten().map(|loaded| loaded.node);
        let mut inodes = self.inodes(loaded.filter(|&node| !self.is_of_libc(node)).collect());
        let unwanted: HashSet<_> = self.footing.leftovers.iter().chain(&self.footing.build_only).copied().collect();
        let kept = tree.inodes_with_deaths().filter(|(_, death)| death.is_none()).map(|(inode, _)| inode);
        inodes.extend(kept.filter(|&inode| tree.born(inode) >= self.footing.base_layers && !unwanted.contains(&inode)));
        let shipped = base.bytes + self.size(&inodes);
        let size = self.units.size(base.bytes);
        let rests = format!("{} shipped {size} in {}, {}", base.name, base.date, base.source);
        let how = self.stages(&base.name, self.own_copies(program));
        let mut notes = self.notes(program);
        notes.push(
            "all else that your own layers leave counts here, too: install again there what the script needs".into(),
        );
        let (ships, pull) = (Ships::Others, Pull::Unknown);
        let certainty = Certainty::Estimate(rests);
        self.add(Rung { step: Step::SmallBase(base), shipped, ships, pull, certainty, how, notes });
        self.stripped(program, shipped);
    }

    fn stripped(&mut self, program: &Program, whole: u64) {
        let Some(inode) = self.inspection.tree.last(program.path) else { return };
        let strippable = program.strippable.min(self.inspection.tree.size(inode));
        if strippable > whole / WORTH {
            let (how, note) = match program.made_by {
                MadeBy::Go => {
                    ("build the program with -ldflags \"-s -w\"", "stack traces keep their names; debuggers lose them")
                }
                MadeBy::Another => (
                    "strip the program in the build stage: `strip --strip-all`",
                    "debuggers lose the names, and so do stack traces",
                ),
            };
            self.add(Rung {
                step: Step::Stripped,
                shipped: whole - strippable,
                ships: Ships::Others,
                pull: Pull::Unknown,
                certainty: Certainty::Estimate("the sections that strip removes, by their sizes".into()),
                how: how.into(),
                notes: vec![note.into()],
            });
        }
    }

    fn packed(&mut self, program: &Program, scratch: u64) {
        let Some(inode) = self.inspection.tree.last(program.path) else { return };
        let size = self.inspection.tree.size(inode);
        let strippable = program.strippable.min(size);
        if let Some(packed) = program.packed.filter(|&packed| packed + scratch / WORTH < size - strippable) {
            let shipped = scratch - size + packed;
            self.add(Rung {
                step: Step::Packed,
                shipped,
                ships: Ships::Others,
                pull: Pull::Estimate(shipped),
                certainty: Certainty::Estimate("the stripped program was compressed to find out".into()),
                how: "pack the program in the build stage: `upx -9`".into(),
                notes: vec![
                    "it is unpacked into memory at each start, and pulls hardly shrink: layers are compressed anyway"
                        .into(),
                ],
            });
        }
    }

    fn notes(&self, program: &Program) -> Vec<String> {
        let needs = program.needs.iter().map(|need| match need.files.len() {
            0 => format!("it needs {} ({}), which this image does not have", need.what, need.why),
            _ => format!("it needs {} ({})", need.what, need.why),
        });
        needs.chain(program.doubts.iter().cloned()).collect()
    }

    /// The paths of a program and of what it loads, with or without what else it needs.
    fn nodes_of(&self, program: &Program, with_needs: bool) -> Vec<NodeId> {
        let mut nodes = program.files.clone();
        nodes.push(program.path);
        nodes.extend(program.closure.iter().flatten().map(|loaded| loaded.node));
        if with_needs {
            nodes.extend(program.needs.iter().flat_map(|need| &need.files));
        }
        let mut seen = HashSet::new();
        nodes.retain(|&node| seen.insert(node));
        nodes
    }

    /// What to copy of a program and of what it needs, of the paths that are wanted.
    fn copies(&self, program: &Program, wanted: impl Fn(NodeId) -> bool) -> Vec<String> {
        let tree = &self.inspection.tree;
        let loaded: Vec<_> = program.closure.iter().flatten().chain(&program.names).collect();
        // Links are not copied as such: COPY follows them, and what they lead to is in the list.
        let plain = |node: &NodeId| {
            let is_link = tree.last(*node).is_some_and(|version| tree.kind(version) == Kind::Symlink);
            !is_link && !loaded.iter().any(|loaded| loaded.node == *node)
        };
        let others = self.nodes_of(program, true).into_iter().filter(|&node| wanted(node)).filter(plain);
        let mut paths: Vec<String> = others.map(|node| escaped(&tree.path(node))).collect();
        paths.extend(loaded.iter().filter(|loaded| wanted(loaded.node)).map(|loaded| loaded.found_at.clone()));
        paths.sort();
        paths.dedup();
        paths
    }

    /// What one's own layers brought.
    fn own_copies(&self, program: &Program) -> Vec<String> {
        let tree = &self.inspection.tree;
        let own = |node: NodeId| tree.last(node).is_some_and(|v| tree.born(v) >= self.footing.base_layers);
        self.copies(program, own)
    }

    /// The inodes at last at some paths and below them, each once.
    fn inodes(&self, nodes: Vec<NodeId>) -> HashSet<VersionId> {
        let tree = &self.inspection.tree;
        let mut inodes = HashSet::new();
        let mut work = nodes;
        while let Some(node) = work.pop() {
            match tree.last(node) {
                Some(version) if tree.kind(version) == Kind::Directory => work.extend(tree.children(node)),
                Some(version) if tree.kind(version) == Kind::File => {
                    inodes.insert(tree.inode(version));
                }
                _ => {}
            }
        }
        inodes
    }

    fn own(&self, inodes: &HashSet<VersionId>) -> HashSet<VersionId> {
        let own = |inode: &&VersionId| self.inspection.tree.born(**inode) >= self.footing.base_layers;
        inodes.iter().filter(own).copied().collect()
    }

    fn size(&self, inodes: &HashSet<VersionId>) -> u64 {
        inodes.iter().map(|&inode| self.inspection.tree.size(inode)).sum()
    }

    fn base_bytes(&self) -> u64 {
        self.inspection.layers.iter().take(self.footing.base_layers).map(|layer| layer.shipped).sum()
    }

    /// The download of files at the density of the layers that they come from, on top of some layers.
    fn pull(&self, inodes: &HashSet<VersionId>, base: Option<usize>) -> Pull {
        let layers = &self.inspection.layers;
        let below = &layers[..base.unwrap_or(0)];
        let born = |&inode: &VersionId| &layers[self.inspection.tree.born(inode)];
        let known = below.iter().all(|layer| layer.shipped == 0 || layer.is_compressed());
        if !known || !inodes.iter().map(born).all(LayerAccount::is_compressed) {
            return Pull::Unknown;
        }
        let copied: u64 = inodes.iter().map(|&inode| self.inspection.pull_bytes(inode)).sum();
        Pull::Estimate(below.iter().map(|layer| layer.stored_bytes).sum::<u64>() + copied)
    }

    /// The lines of a Dockerfile that copy these paths onto a base.
    fn stages(&self, base: &str, paths: Vec<String>) -> String {
        let mut lines = vec!["FROM … AS build   # the instructions as they are".to_owned(), format!("FROM {base}")];
        let mut directories: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for path in paths.iter().take(COPIES) {
            let directory = path.rfind('/').map_or("/", |slash| &path[..=slash]);
            directories.entry(directory).or_default().push(path);
        }
        for (directory, paths) in directories {
            match paths[..] {
                [path] => lines.push(format!("COPY --from=build {path} {path}")),
                _ => {
                    lines.push("COPY --from=build \\".into());
                    lines.extend(paths.iter().map(|path| format!("  {path} \\")));
                    lines.push(format!("  {directory}"));
                }
            }
        }
        if paths.len() > COPIES {
            lines.push(format!("# and {} more", plural(paths.len() - COPIES, "path")));
        }
        lines.join("\n")
    }

    /// Whether a library is a part of the C library, which every base with it has.
    fn is_of_libc(&self, node: NodeId) -> bool {
        const PARTS: [&str; 13] = [
            "ld-linux",
            "ld-musl",
            "ld-2",
            "libc.",
            "libc-2",
            "libm.",
            "libm-2",
            "libpthread",
            "libdl.",
            "libdl-2",
            "librt",
            "libresolv",
            "libnss_",
        ];
        let name = String::from_utf8_lossy(self.inspection.tree.name(node));
        self.footing.program.as_ref().is_some_and(|program| program.libc != Libc::None)
            && PARTS.iter().any(|part| name.starts_with(part))
            || name.as_ref() == "ld.so"
    }
}
