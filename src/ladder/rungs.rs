//! Climbing the ladder: one function a rung.

use std::collections::{BTreeMap, HashSet};

use super::bases::{BaseKind, Libc, SmallBase, smallest};
use super::{Certainty, Footing, Program, Rung, Ships, Step};
use crate::analysis::{Inspection, LayerAccount, dead_groups};
use crate::text::escaped;
use crate::tree::{Kind, NodeId, VersionId};
use crate::units::{Units, plural};
use crate::what_if::{Change, Pull, estimate_pull, what_if};

/// What a smaller program has to save of the image: one part in so many.
const WORTH: u64 = 100;
/// Paths that a COPY is written out for; of more, the directories are told.
const COPIES: usize = 12;

/// The sizes of an image after each remedy that saves something, in order, the image as it is first; sizes in words are in `units`.
pub fn climb(inspection: &Inspection, footing: &Footing, units: Units) -> Vec<Rung> {
    let mut ladder = Ladder { inspection, footing, units, rungs: Vec::new() };
    ladder.built_otherwise(Step::AsBuilt, &[], String::new(), Vec::new());
    let merges = ladder.without_dead();
    let changes = ladder.without_leftovers(merges);
    match footing.program.as_ref().map(|program| (program, &program.closure)) {
        Some((program, Some(_))) => ladder.bare_program(program),
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

    /// Adds what is left of the image as it is built.
    fn built_otherwise(&mut self, step: Step, changes: &[Change], how: String, notes: Vec<String>) {
        let outcome = what_if(self.inspection, changes);
        let pull = estimate_pull(self.inspection, &outcome);
        let (shipped, ships) = (outcome.shipped, Ships::Changed(changes.to_vec()));
        self.add(Rung { step, shipped, ships, pull, certainty: Certainty::Exact, how, notes });
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
        let left: u64 = groups.iter().filter(|group| group.born_in < base).map(|group| group.bytes).sum();
        let mut notes = Vec::new();
        if left > 0 {
            notes.push(format!(
                "{} of the base image stay dead: only another base image saves them",
                self.units.size(left)
            ));
        }
        let copies = |&(first, last): &(usize, usize)| {
            (first..=last).filter(|&layer| {
                let line = self.inspection.layers[layer].instruction.one_line();
                line.starts_with("COPY") || line.starts_with("ADD")
            })
        };
        notes.extend(merged.iter().flat_map(copies).map(|layer| {
            format!("layer {layer} copies files, which no RUN can take in: RUN --mount=type=bind reads them unshipped")
        }));
        let changes: Vec<_> = merged.into_iter().map(|(first, last)| Change::Merge { first, last }).collect();
        self.built_otherwise(Step::WithoutDead, &changes, named.join("\n"), notes);
        changes
    }

    fn without_leftovers(&mut self, mut changes: Vec<Change>) -> Vec<Change> {
        changes.push(Change::Without(self.footing.leftovers.clone()));
        let how = "clean up in the RUN that makes them, or keep them out with a cache mount (see the findings)";
        self.built_otherwise(Step::WithoutLeftovers, &changes, how.into(), Vec::new());
        changes
    }

    /// For what is no binary: all that is not known to be for the build stays.
    fn without_build_only(&mut self, mut changes: Vec<Change>) {
        changes.push(Change::Without(self.footing.build_only.clone()));
        let how = "build in another stage, and copy from it what runs: COPY --from=build …".into();
        let note = match &self.footing.program {
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
            let base_name = self.footing.base_name.clone().unwrap_or_else(|| "the same base image".into());
            let how = self.stages(&base_name, self.own_copies(program));
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
        let how = self.stages("scratch", self.copies(program, |_| true));
        self.add(Rung {
            step: Step::Scratch,
            shipped,
            ships: copied(0, &files),
            pull,
            certainty: Certainty::Exact,
            how,
            notes: self.notes(program),
        });
        self.smaller_program(program, shipped);
    }

    /// Only the program's own files and the libraries that such a base does not have.
    fn on_another_base(&mut self, program: &Program, base: &'static SmallBase, step: Step) {
        let nodes: Vec<_> = self.nodes_of(program, false).into_iter().filter(|&node| !self.is_of_libc(node)).collect();
        let shipped = base.bytes + self.size(&self.inodes(nodes.clone()));
        let size = self.units.size(base.bytes);
        let rests = format!("{} shipped {size} in {}, {}", base.name, base.date, base.source);
        let how = self.stages(&base.name, self.copies(program, |node| nodes.contains(&node)));
        let certainty = Certainty::Estimate(rests);
        let (ships, pull) = (Ships::Others, Pull::Unknown);
        self.add(Rung { step, shipped, ships, pull, certainty, how, notes: self.notes(program) });
    }

    fn smaller_program(&mut self, program: &Program, scratch: u64) {
        let Some(inode) = self.inspection.tree.last(program.path) else { return };
        let size = self.inspection.tree.size(inode);
        let strippable = program.strippable.min(size);
        if strippable > scratch / WORTH {
            let how = "strip the program in the build stage: `strip --strip-all`, or for Go -ldflags \"-s -w\"";
            self.add(Rung {
                step: Step::Stripped,
                shipped: scratch - strippable,
                ships: Ships::Others,
                pull: Pull::Unknown,
                certainty: Certainty::Estimate("the sections that strip removes, by their sizes".into()),
                how: how.into(),
                notes: vec!["stack traces of Go keep their names; debuggers lose them".into()],
            });
        }
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
        let loaded: Vec<_> = program.closure.iter().flatten().collect();
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
