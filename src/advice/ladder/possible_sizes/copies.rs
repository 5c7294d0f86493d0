//! Determines the files of a program to copy to another image: their paths, sizes, and lines of a
//! Dockerfile.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Ladder;
use crate::analysis::LayerAccount;
use crate::analysis::download::Download;
use crate::display::plural;
use crate::display::{Escaped, escaped};
use crate::layer_index::LayerIndex;
use crate::runtime::libraries::{self, Libc};
use crate::runtime::{Loaded, Parts};
use crate::tree::{Kind, Last, NodeId, Paths, VersionId};

/// The most paths for which a COPY is written; for more, only their directories are listed.
const COPIES: usize = 12;

/// A path that a line copies, escaped for display.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct CopiedPath {
    path: Escaped,
    is_directory: bool,
}

impl CopiedPath {
    fn of_file(loaded: &Loaded) -> Self {
        Self { path: loaded.found_at.clone(), is_directory: false }
    }
}

/// Returns whether a path can be written in a Dockerfile without quotes.
fn is_plain(path: &str) -> bool {
    path.chars().all(|c| !c.is_whitespace() && !"\"'`$\\#[]{}*?".contains(c))
}

impl Ladder<'_> {
    /// Returns the paths of a program, of the files that it loads, and of the data that the user
    /// gave it, with or without its other needs.
    pub(super) fn nodes_of(&self, program: &Parts, with_needs: bool) -> Vec<NodeId> {
        let mut nodes = program.files.clone();
        nodes.push(program.path);
        nodes.extend(&self.kept);
        nodes.extend(program.needed.iter().flatten().map(|loaded| loaded.node));
        if with_needs {
            nodes.extend(program.needs.iter().flat_map(|need| &need.files));
        }
        let mut seen = HashSet::new();
        nodes.retain(|&node| seen.insert(node));
        nodes
    }

    /// Returns the paths to copy for a program and its needs, among the wanted ones.
    pub(super) fn copies(
        &self,
        program: &Parts,
        wanted: impl Fn(NodeId) -> bool,
    ) -> Vec<CopiedPath> {
        let tree = &self.inspection.tree;
        let loaded: Vec<_> = program.needed.iter().flatten().chain(&program.names).collect();
        // COPY follows links, and their targets are in the list, so the links themselves are left
        // out.
        let plain = |node: &NodeId| {
            let is_link =
                tree.last(*node).is_some_and(|version| tree.kind(version) == Kind::Symlink);
            !is_link && !loaded.iter().any(|loaded| loaded.node == *node)
        };
        let others =
            self.nodes_of(program, true).into_iter().filter(|&node| wanted(node)).filter(plain);
        let others: Vec<_> = others.collect();
        let is_inside = |node: NodeId| {
            let mut above = std::iter::successors(Some(node), |&node| {
                (node != NodeId::ROOT).then(|| tree.parent(node))
            });
            above.any(|above| above != node && others.contains(&above))
        };
        let is_inside_by_name = |loaded: &&&Loaded| {
            is_inside(loaded.node) && escaped(&tree.path(loaded.node)) == loaded.found_at
        };
        let copied = others.iter().copied().filter(|&node| !is_inside(node));
        let called = self.called();
        let mut paths: Vec<CopiedPath> = copied
            .map(|node| CopiedPath {
                is_directory: tree
                    .last(node)
                    .is_some_and(|version| tree.kind(version) == Kind::Directory),
                path: escaped(called.get(&node).unwrap_or(&tree.path(node))),
            })
            .collect();
        paths.extend(
            loaded
                .iter()
                .filter(|loaded| wanted(loaded.node))
                .filter(|loaded| !is_inside_by_name(loaded))
                .map(|loaded| CopiedPath::of_file(loaded)),
        );
        paths.sort();
        paths.dedup();
        paths
    }

    /// Returns the paths by which the image's command names files that it reaches through symbolic
    /// links: a copy of such a path has the contents of the target.
    fn called(&self) -> HashMap<NodeId, Vec<u8>> {
        let tree = &self.inspection.tree;
        let paths = Paths::new(tree);
        let (mut called, mut link) = (HashMap::new(), None);
        for &node in &self.inputs.named {
            if tree.last(node).is_some_and(|version| tree.kind(version) == Kind::Symlink) {
                link = link.or(Some(node));
                continue;
            }
            let Some(link) = link.take() else { continue };
            let name = tree.path(link);
            let Some(found) = paths.lookup(LayerIndex::FINAL, NodeId::ROOT, &name, Last::Followed)
            else {
                continue;
            };
            let (path, target) = (tree.path(node), tree.path(found.node));
            match path.strip_prefix(&*target) {
                Some(rest) if rest.is_empty() || rest.starts_with(b"/") => {
                    called.insert(node, [&*name, rest].concat());
                }
                _ => {}
            }
        }
        called
    }

    /// Returns the paths to copy that are in your layers.
    pub(super) fn own_copies(&self, program: &Parts) -> Vec<CopiedPath> {
        let tree = &self.inspection.tree;
        let own = |node: NodeId| {
            tree.last(node).is_some_and(|v| tree.added_in(v) >= self.inputs.base_layers)
        };
        self.copies(program, own)
    }

    /// Returns the visible inodes at and below some paths, each once.
    pub(super) fn inodes(&self, nodes: Vec<NodeId>) -> HashSet<VersionId> {
        let tree = &self.inspection.tree;
        let mut inodes = HashSet::new();
        let mut work = nodes;
        while let Some(node) = work.pop() {
            match tree.last(node) {
                Some(version) if tree.kind(version) == Kind::Directory => {
                    work.extend(tree.children(node));
                }
                Some(version) if tree.kind(version) == Kind::File => {
                    inodes.insert(tree.inode(version));
                }
                _ => {}
            }
        }
        inodes
    }

    pub(super) fn own(&self, inodes: &HashSet<VersionId>) -> HashSet<VersionId> {
        let own =
            |inode: &&VersionId| self.inspection.tree.added_in(**inode) >= self.inputs.base_layers;
        inodes.iter().filter(own).copied().collect()
    }

    pub(super) fn size(&self, inodes: &HashSet<VersionId>) -> u64 {
        inodes.iter().map(|&inode| self.inspection.tree.size(inode)).sum()
    }

    pub(super) fn base_bytes(&self) -> u64 {
        self.inspection.layers.iter().take(self.inputs.base_layers).map(|layer| layer.size).sum()
    }

    /// Estimates the download size of files, compressed as well as the layers that they come from,
    /// on top of a base.
    pub(super) fn download(&self, inodes: &HashSet<VersionId>, base: Option<usize>) -> Download {
        let layers = &self.inspection.layers;
        let below = &layers[..base.unwrap_or(0)];
        let added_in = |&inode: &VersionId| &layers[self.inspection.tree.added_in(inode)];
        let known = below.iter().all(|layer| layer.size == 0 || layer.is_compressed());
        if !known || !inodes.iter().map(added_in).all(LayerAccount::is_compressed) {
            return Download::Unknown;
        }
        let copied: u64 = inodes.iter().map(|&inode| self.inspection.download_bytes(inode)).sum();
        Download::Estimate(below.iter().map(|layer| layer.stored_bytes).sum::<u64>() + copied)
    }

    /// Returns the lines of a Dockerfile that copy these paths to a base.
    pub(super) fn stages(&self, base: &str, paths: Vec<CopiedPath>) -> String {
        let mut lines = vec![
            "# your instructions, unchanged, as the stage build".to_owned(),
            format!("FROM {base}"),
        ];
        let mut directories: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut alone = Vec::new();
        for CopiedPath { path, is_directory } in paths.iter().take(COPIES) {
            // COPY copies the contents of a directory, and not the directory.
            if *is_directory || !is_plain(path) {
                alone.push(path.as_str());
                continue;
            }
            let directory = path.rfind('/').map_or("/", |slash| &path[..=slash]);
            directories.entry(directory).or_default().push(path);
        }
        let alone = alone.into_iter().map(|path| (path, vec![path]));
        for (directory, paths) in directories.into_iter().chain(alone) {
            match paths[..] {
                [path] if is_plain(path) => lines.push(format!("COPY --from=build {path} {path}")),
                [path] => {
                    let quoted = serde_json::Value::from(path).to_string();
                    lines.push(format!("COPY --from=build [{quoted}, {quoted}]"));
                }
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

    /// Returns whether a library is part of the C library, which every base with that C library
    /// has.
    pub(super) fn is_of_libc(&self, node: NodeId) -> bool {
        let is_linked =
            self.inputs.program.as_ref().is_some_and(|program| program.libc != Libc::None);
        is_linked && libraries::is_part(self.inspection.tree.name(node))
    }
}
