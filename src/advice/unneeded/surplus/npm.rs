//! Finds npm itself, where it only starts the program.

use std::cmp::Reverse;

use super::{Surplus, SurplusKind, later};
use crate::advice::unneeded::NOTEWORTHY;
use crate::advice::unneeded::installed::Installed;
use crate::advice::unneeded::names::Links;
use crate::advice::unneeded::recommended::Unneeded;
use crate::advice::unneeded::uses::uses_npm;
use crate::analysis::Inspection;
use crate::display::escaped_str;
use crate::runtime::command::Application;
use crate::shell;
use crate::tree::VersionId;

/// Finds npm with what only npm depends on, where a container starts a program through npm and can
/// start it itself.
pub(super) fn npm_itself(
    inspection: &Inspection,
    base_layers: usize,
    installed: &Installed,
    application: &Application,
) -> Option<Surplus> {
    let tree = &inspection.tree;
    let direct = application.direct.as_ref()?;
    let program = application.program.as_ref()?.file.node;
    let npm = installed.owner_of(direct.npm)?;
    let (words, others): (Vec<_>, Vec<_>) =
        installed.asked.iter().partition(|word| installed.named(word).any(|it| it == npm));
    let kept = others.into_iter().flat_map(|word| installed.named(word));
    let kept = installed.with_dependencies(kept.chain(installed.owner_of(program)));
    let mut only = installed.with_dependencies([npm]);
    only.retain(|package| !kept.contains(package));
    if words.is_empty() || !only.contains(&npm) {
        return None;
    }
    let size = |inode: &VersionId| tree.size(*inode);
    let of_package = |&package: &usize| {
        let package = &installed.packages[package];
        let versions = package.files.iter().filter_map(|&node| tree.last(node));
        let bytes = versions.map(|version| tree.size(version)).sum::<u64>();
        (Reverse(bytes), escaped_str(&package.name))
    };
    let mut packages: Vec<_> = only.iter().map(of_package).collect();
    packages.sort();
    let files: Vec<_> =
        only.iter().flat_map(|&it| &installed.packages[it].files).copied().collect();
    let mut inodes = Links::from_tree(tree).wholly_named(tree, &files);
    inodes.retain(|&inode| tree.added_in(inode) >= base_layers && tree.removal(inode).is_none());
    let bytes = inodes.iter().map(size).sum();
    let from = tree.last(direct.npm).map(|version| tree.added_in(version))?;
    if bytes < NOTEWORTHY {
        return None;
    }
    let used = uses_npm(&later(inspection, from));
    let run = inspection.layers[from].instruction.text.raw();
    let line = match without_words(run, &words).filter(|_| used.is_none()) {
        Some(run) => format!("{run}\n{}", direct.line),
        None => direct.line.clone(),
    };
    let packages = packages.into_iter().map(|(_, name)| name).collect();
    Some(Surplus {
        kind: SurplusKind::Npm,
        unneeded: Unneeded { layer: from, packages, inodes, wanted: Vec::new() },
        bytes,
        used,
        used_by_project: None,
        line,
        from,
        start: Some(direct.line.clone()),
        project: None,
        is_copied: false,
    })
}

/// Returns a `RUN` without some words of its commands; `None` if it is not followed.
fn without_words(run: &str, words: &[&String]) -> Option<String> {
    let command = run.strip_prefix("RUN ")?;
    let script = shell::read(command)?;
    let places = script.commands.iter().flat_map(|command| {
        let all = command.places.iter().zip(&command.words);
        all.skip(1).filter(|(_, word)| words.iter().any(|it| *it == *word)).map(|(place, _)| place)
    });
    let mut places: Vec<_> = places.cloned().collect();
    places.sort_unstable_by_key(|place| Reverse(place.start));
    let mut text = command.to_owned();
    for place in places {
        let before = text.get(..place.start)?.trim_end_matches(' ').len();
        text.replace_range(before..place.end, "");
    }
    Some(format!("RUN {text}"))
}
