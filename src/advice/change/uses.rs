//! Uses of what a `COPY` or `ADD` brings by the `RUN`s behind it.

use crate::analysis::Inspection;
use crate::image::Copied;
use crate::layer_index::LayerIndex;
use crate::shell::{self, Command};
use crate::tree::{Kind, Tree};

/// The most layers behind a copy, and the most of its files, that are looked at.
const LATER: usize = 64;
/// Directories that many instructions name for other files.
const SHARED: [&str; 15] = [
    "",
    "/bin",
    "/etc",
    "/home",
    "/lib",
    "/opt",
    "/root",
    "/srv",
    "/tmp",
    "/usr",
    "/usr/bin",
    "/usr/local",
    "/usr/local/bin",
    "/var",
    "/var/tmp",
];
/// Programs that do not read files, also if they name them.
const READ_NO_FILE: [&str; 6] = ["chgrp", "chmod", "chown", "rm", "rmdir", "unlink"];
/// Programs that read nothing where they run.
const READ_NOTHING_HERE: [&str; 24] = [
    ":", "[", "addgroup", "adduser", "apk", "apt", "apt-get", "cd", "dnf", "echo", "find",
    "groupadd", "ln", "microdnf", "mkdir", "printf", "set", "test", "touch", "true", "useradd",
    "usermod", "yum", "zypper",
];

/// A `RUN` that uses the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::advice) struct Use {
    pub layer: LayerIndex,
    /// True if it names them; otherwise it only runs where they are.
    pub is_named: bool,
}

/// Paths of what was copied.
struct Names {
    /// The paths, or a directory with all of them.
    paths: Vec<String>,
    /// The directory that they were copied to, unless it is shared with other files.
    directory: Option<String>,
}

/// Returns whether many instructions name a directory for other files.
pub(super) fn is_shared(directory: &str) -> bool {
    SHARED.contains(&directory)
}

/// Finds the `RUN`s that use files of a copy, up to the one that removes them.
pub(super) fn find_uses(
    inspection: &Inspection,
    copied: &Copied,
    added_in: LayerIndex,
    removed_in: LayerIndex,
) -> Vec<Use> {
    let later = added_in.up_to(removed_in).skip(1).take(LATER);
    let is_run = |layer: &LayerIndex| inspection.layers[*layer].instruction.is_run();
    let runs: Vec<_> = later.filter(is_run).collect();
    if runs.is_empty() {
        return Vec::new();
    }
    let directories = directories(inspection);
    let here = |layer: LayerIndex| directories.get(layer.get()).map_or("", String::as_str);
    let target = joined(here(added_in), &copied.target);
    let names = names(inspection, &target, added_in, removed_in);
    let used = |layer: LayerIndex| {
        let text = inspection.layers[layer].instruction.text.raw();
        let is_named = names.is_used_by(text.strip_prefix("RUN ")?, here(layer))?;
        Some(Use { layer, is_named })
    };
    runs.into_iter().filter_map(used).collect()
}

/// Returns the directory in which each layer was made, without a slash at its end.
fn directories(inspection: &Inspection) -> Vec<String> {
    let (mut here, mut all) = (String::new(), Vec::new());
    for entry in &inspection.history {
        let instruction = entry.instruction_as_written();
        if let Some(path) = instruction.text.raw().strip_prefix("WORKDIR ") {
            here = joined(&here, path.trim().trim_matches(['"', '\'']));
        }
        if entry.empty_layer != Some(true) {
            all.push(here.clone());
        }
    }
    all
}

/// Joins a path to a directory; neither ends with a slash.
fn joined(directory: &str, path: &str) -> String {
    let path = path.trim_start_matches("./").trim_end_matches("/.").trim_end_matches('/');
    match path {
        "" | "." => directory.to_owned(),
        _ if path.starts_with('/') => path.to_owned(),
        _ => format!("{directory}/{path}"),
    }
}

/// Gathers the paths that a `RUN` may name.
fn names(
    inspection: &Inspection,
    target: &str,
    added_in: LayerIndex,
    removed_in: LayerIndex,
) -> Names {
    let tree = &inspection.tree;
    let kind = |layer: Option<LayerIndex>| kind_at(tree, target, layer);
    let is_directory = target.is_empty() || kind(Some(added_in)) == Some(Kind::Directory);
    if !is_directory {
        return Names { paths: vec![target.to_owned()], directory: None };
    }
    let directory = Some(target.to_owned()).filter(|it| !is_shared(it));
    if directory.is_some() && kind(added_in.previous()).is_none() {
        return Names { paths: vec![target.to_owned()], directory };
    }
    let is_meant = |pair: (LayerIndex, LayerIndex)| pair == (added_in, removed_in);
    let wasted = inspection.wasted.iter().filter(|it| is_meant((it.added_in, it.removed_in)));
    let top = |path: &str| {
        let inside = path.strip_prefix(target)?.strip_prefix('/')?;
        let first = inside.split('/').next()?;
        Some(format!("{target}/{first}"))
    };
    let paths = wasted.take(LATER).filter_map(|wasted| {
        let path = tree.path(tree.node_of(wasted.version));
        top(&String::from_utf8_lossy(&path))
    });
    let mut paths: Vec<_> = paths.collect();
    paths.sort_unstable();
    paths.dedup();
    Names { paths, directory }
}

fn kind_at(tree: &Tree, path: &str, layer: Option<LayerIndex>) -> Option<Kind> {
    let version = tree.at(tree.find(path.as_bytes())?, layer?)?;
    Some(tree.kind(version))
}

impl Names {
    /// Returns whether a script uses the files: true if it names them, false if it only runs where
    /// they are, and `None` if neither.
    fn is_used_by(&self, text: &str, here: &str) -> Option<bool> {
        let Some(script) = shell::read(text) else {
            let is_named = self.paths.iter().any(|path| mentions(text, path));
            return is_named.then_some(true);
        };
        let every = script.every();
        let moved = |command: &Command| match command.program() {
            ["cd" | "pushd", directory, ..] => Some(joined(here, directory)),
            _ => None,
        };
        let moved: Vec<_> = every.iter().filter_map(moved).collect();
        let places: Vec<_> = [here].into_iter().chain(moved.iter().map(String::as_str)).collect();
        let programs = every.iter().filter(|command| {
            let program = command.name();
            !program.is_empty() && !READ_NO_FILE.contains(&program)
        });
        let programs: Vec<_> = programs.collect();
        let is_named =
            |command: &&&Command| command.words.iter().any(|word| self.is_named_by(word, &places));
        if programs.iter().any(|command| is_named(&command)) {
            return Some(true);
        }
        let directory = self.directory.as_deref()?;
        let is_here = places.iter().any(|place| is_at_or_below(place, directory));
        let reads = |command: &&&Command| {
            let program = command.name();
            !READ_NOTHING_HERE.contains(&program)
        };
        (is_here && programs.iter().any(|command| reads(&command))).then_some(false)
    }

    /// Returns whether a word names one of the paths, as it is or from one of some directories.
    fn is_named_by(&self, word: &str, places: &[&str]) -> bool {
        let is_relative = !word.starts_with('/');
        self.paths.iter().any(|path| {
            let from = |place: &&str| {
                let rest = path.strip_prefix(*place).and_then(|rest| rest.strip_prefix('/'));
                rest.is_some_and(|rest| mentions(word, rest))
            };
            let pattern = word.split_once('*').and_then(|(before, _)| before.rsplit_once('/'));
            let above = path.rsplit_once('/').map_or("", |(above, _)| above);
            mentions(word, path)
                || is_relative && places.iter().any(from)
                || pattern.is_some_and(|(directory, _)| directory == above)
        })
    }
}

fn is_at_or_below(path: &str, top: &str) -> bool {
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns whether a text has a path between what is no part of a path's last name.
fn mentions(text: &str, path: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    text.match_indices(path).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_part)
            && !text[at + path.len()..].chars().next().is_some_and(is_part)
    })
}
