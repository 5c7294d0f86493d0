//! The file history of a path: every version, and its changes.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::display::escaped;
use layerscope::report::Units;
use layerscope::tree::{Change, Kind, NodeId, Reason, VersionId};

use super::details::Details;
use super::sentences::layer_named;
use crate::tui::widgets::text::date;

/// Describes the history of a path, the first version first.
pub fn of_path(inspection: &Inspection, node: NodeId, units: Units) -> Details {
    let tree = &inspection.tree;
    let mut versions: Vec<_> = tree.versions(node).collect();
    versions.reverse();
    let mut paragraphs = Vec::new();
    for (i, &version) in versions.iter().enumerate() {
        let layer = layer_named(inspection, tree.added_in(version));
        let now = described(inspection, version, units);
        let before = i.checked_sub(1).map(|before| versions[before]);
        // After a removal in between, the version is new and not a change.
        let before =
            before.filter(|&before| tree.removed_in(before) == Some(tree.added_in(version)));
        paragraphs.push(match before {
            None => format!("Added in {layer}: {now}."),
            Some(before) if tree.kind(before) != tree.kind(version) => {
                format!("Replaced in {layer}: {now}.")
            }
            Some(before) => match changes(inspection, before, version, units) {
                Some(changes) => format!("{layer} changed {changes}. Now: {now}."),
                None => format!("Written again without changes in {layer}: {now}."),
            },
        });
        let next = versions.get(i + 1).map(|&next| tree.added_in(next));
        if let Some(removed_in) = tree.removed_in(version) {
            paragraphs.extend(end(
                inspection,
                version,
                removed_in,
                next == Some(removed_in),
                units,
            ));
        }
    }
    if versions.is_empty() {
        paragraphs.push(
            "No layer has an entry for this directory. It exists only as a parent of other \
            paths."
                .into(),
        );
    }
    let title = format!("{}: file history", escaped(&tree.path(node)));
    Details { title, paragraphs, ..Details::default() }
}

/// Describes a version: kind and size, mode, owner and time.
fn described(inspection: &Inspection, version: VersionId, units: Units) -> String {
    let tree = &inspection.tree;
    let (uid, gid) = tree.owner(version);
    let device = || {
        tree.device(version).map(|(major, minor)| format!(" {major}:{minor}")).unwrap_or_default()
    };
    let what = match tree.kind(version) {
        Kind::File if tree.inode(version) != version => {
            format!("hard link to a file of {}", units.size(tree.size(version)))
        }
        Kind::File => format!("file, {}", units.size(tree.size(version))),
        Kind::Directory => "directory".into(),
        Kind::Symlink => format!("link to {}", escaped(tree.target(version).unwrap_or_default())),
        Kind::Char => format!("character device{}", device()),
        Kind::Block => format!("block device{}", device()),
        Kind::Fifo => "named pipe".into(),
    };
    format!(
        "{what}, mode {:04o}, owner {uid}:{gid}, dated {}",
        tree.mode(version),
        date(tree.mtime(version))
    )
}

/// Describes the end of a version: the layer that removed it, the cause, and the bytes that stay in
/// the image.
fn end(
    inspection: &Inspection,
    version: VersionId,
    removed_in: LayerIndex,
    followed: bool,
    units: Units,
) -> Option<String> {
    let tree = &inspection.tree;
    let inode = (tree.kind(version) == Kind::File).then(|| tree.inode(version));
    let removal =
        inode.and_then(|inode| tree.removal(inode)).filter(|removal| removal.layer == removed_in);
    let size = inode.map_or(0, |inode| tree.size(inode));
    let still_there = |reason: &str| match size {
        0 => String::new(),
        size => {
            format!(
                ": {} {reason}, still in layer {}",
                units.size(size),
                tree.added_in(inode.unwrap_or(version))
            )
        }
    };
    let by = layer_named(inspection, removed_in);
    match removal.map(|removal| removal.reason) {
        Some(Reason::Overwritten | Reason::RewrittenUnchanged) if size == 0 => None,
        Some(reason @ (Reason::Overwritten | Reason::RewrittenUnchanged)) => {
            Some(format!("The previous version is wasted{}.", still_there(reason.words())))
        }
        Some(Reason::Opaque) => {
            Some(format!("{by} made a directory above it opaque{}.", still_there("hidden")))
        }
        Some(Reason::Replaced) => {
            Some(format!("{by} replaced a directory above it{}.", still_there("hidden")))
        }
        Some(Reason::Deleted) => Some(format!("{by} deleted it{}.", still_there("deleted"))),
        None if followed => None,
        None if inode.is_some() => {
            Some(format!("{by} removed this hard link; the file has another name."))
        }
        None => Some(format!("{by} deleted it.")),
    }
}

/// Describes the changes from one version to the next; `None` if no recorded property changed.
fn changes(
    inspection: &Inspection,
    before: VersionId,
    after: VersionId,
    units: Units,
) -> Option<String> {
    let tree = &inspection.tree;
    let same = tree.change(tree.node_of(after), tree.added_in(after)) == Change::Metadata;
    let mut parts = Vec::new();
    if tree.kind(after) == Kind::File && !same {
        let (old, new) = (tree.size(before), tree.size(after));
        parts.push(format!("its contents ({} to {})", units.size(old), units.size(new)));
    }
    if tree.target(before) != tree.target(after) {
        let of = |version| escaped(tree.target(version).unwrap_or_default());
        parts.push(format!("its target ({} to {})", of(before), of(after)));
    }
    if tree.device(before) != tree.device(after) {
        parts.push("its device numbers".into());
    }
    if tree.mode(before) != tree.mode(after) {
        parts.push(format!("its mode ({:04o} to {:04o})", tree.mode(before), tree.mode(after)));
    }
    if tree.owner(before) != tree.owner(after) {
        let ((uid, gid), (new_uid, new_gid)) = (tree.owner(before), tree.owner(after));
        parts.push(format!("its owner ({uid}:{gid} to {new_uid}:{new_gid})"));
    }
    if tree.mtime(before) != tree.mtime(after) {
        let (old, new) = (date(tree.mtime(before)), date(tree.mtime(after)));
        parts.push(if old == new {
            "its time of day".into()
        } else {
            format!("its time ({old} to {new})")
        });
    }
    let is_file = tree.kind(after) == Kind::File;
    let text = match parts.is_empty() {
        true if is_file => "no more than extended attributes".into(),
        true => return None,
        false => parts.join(", "),
    };
    if is_file && same && tree.inode(before) != tree.inode(after) && tree.size(after) > 0 {
        return Some(format!("{text}, and stored the same {} again", units.size(tree.size(after))));
    }
    Some(text)
}
