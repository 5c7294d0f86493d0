//! The life of a path: every version that layers gave it, and what each changed.

use layerscope::Inspection;
use layerscope::report::Units;
use layerscope::text::escaped;
use layerscope::tree::{Cause, Kind, NodeId, VersionId};

use super::sentences::{Details, layer_named};

/// Tells the life of a path, the first version first.
pub fn of_path(inspection: &Inspection, node: NodeId, units: Units) -> Details {
    let tree = &inspection.tree;
    let mut versions: Vec<_> = tree.versions(node).collect();
    versions.reverse();
    let mut paragraphs = Vec::new();
    for (i, &version) in versions.iter().enumerate() {
        let by = layer_named(inspection, tree.born(version));
        let before = i.checked_sub(1).map(|before| versions[before]);
        // What was gone in between is made anew, not changed.
        let before = before.filter(|&before| tree.died(before) == Some(tree.born(version)));
        paragraphs.push(match before {
            None => format!("{by} made it: {}.", described(inspection, version, units)),
            Some(before) => format!("{by} changed {}.", changes(inspection, before, version, units)),
        });
        let next = versions.get(i + 1).map(|&next| tree.born(next));
        if let Some(died) = tree.died(version).filter(|&died| next != Some(died)) {
            paragraphs.push(format!("{} took it away.", layer_named(inspection, died)));
        }
    }
    if versions.is_empty() {
        paragraphs.push("No layer has an entry for it; it is only part of the paths of others.".into());
    }
    Details { title: format!("{}: its life", escaped(&tree.path(node))), paragraphs }
}

fn described(inspection: &Inspection, version: VersionId, units: Units) -> String {
    let tree = &inspection.tree;
    let (uid, gid) = tree.owner(version);
    let what = match tree.kind(version) {
        Kind::File => format!("a file of {}", units.size(tree.size(version))),
        Kind::Directory => "a directory".into(),
        Kind::Symlink => format!("a link to {}", escaped(tree.target(version).unwrap_or_default())),
        Kind::Char | Kind::Block => "a device".into(),
        Kind::Fifo => "a named pipe".into(),
    };
    format!("{what}, mode {:04o}, owner {uid}:{gid}", tree.mode(version))
}

/// What a version changed: everything that differs, or that nothing does.
fn changes(inspection: &Inspection, before: VersionId, after: VersionId, units: Units) -> String {
    let tree = &inspection.tree;
    if tree.kind(before) != tree.kind(after) {
        return format!("it into {}", described(inspection, after, units));
    }
    let mut parts = Vec::new();
    let recopied = tree.death(tree.inode(before)).is_some_and(|death| death.cause == Cause::Recopied);
    if tree.kind(after) == Kind::File && !recopied {
        let (old, new) = (tree.size(before), tree.size(after));
        parts.push(format!("its contents ({} to {})", units.size(old), units.size(new)));
    }
    if tree.target(before) != tree.target(after) {
        parts.push(format!("where it leads (to {})", escaped(tree.target(after).unwrap_or_default())));
    }
    if tree.mode(before) != tree.mode(after) {
        parts.push(format!("its mode ({:04o} to {:04o})", tree.mode(before), tree.mode(after)));
    }
    if tree.owner(before) != tree.owner(after) {
        let ((uid, gid), (new_uid, new_gid)) = (tree.owner(before), tree.owner(after));
        parts.push(format!("its owner ({uid}:{gid} to {new_uid}:{new_gid})"));
    }
    if parts.is_empty() && tree.mtime(before) != tree.mtime(after) {
        parts.push("only its time".into());
    }
    let mut text = if parts.is_empty() { "nothing that is recorded here".into() } else { parts.join(", ") };
    if recopied {
        let size = units.size(tree.size(before));
        text.push_str(&format!(", and shipped the same {size} again"));
    }
    text
}
