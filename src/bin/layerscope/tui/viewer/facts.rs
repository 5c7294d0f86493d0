//! Describes a version of a path in sentences: the target of a link, the differences between
//! versions.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::display::escaped;
use layerscope::display::{Escaped, Units, count, plural, plural_of};
use layerscope::tree::{Kind, Last, NodeId, Tree, VersionId};

use crate::tui::contents::difference::{Difference, Why};
use crate::tui::explorer::sentences;
use crate::tui::widgets::text::date;

/// Describes a version that is not a file.
pub fn of_version(
    inspection: &Inspection,
    version: VersionId,
    layer: LayerIndex,
    units: Units,
) -> Vec<String> {
    let tree = &inspection.tree;
    let node = tree.node_of(version);
    let mut paragraphs = vec![
        sentences::facts(inspection, version, units),
        format!("Time {}.", time(tree.mtime(version))),
    ];
    match tree.kind(version) {
        Kind::Symlink => paragraphs.push(match target(tree, version, layer) {
            Some(target) => {
                let path = escaped(&tree.path(target));
                let what = match tree
                    .at(target, layer)
                    .map(|there| (tree.kind(there), tree.size(there)))
                {
                    Some((Kind::File, size)) => format!("a file of {}", units.size(size)),
                    Some((Kind::Directory, _)) | None => "a directory".into(),
                    Some((Kind::Char | Kind::Block, _)) => "a device".into(),
                    Some((Kind::Fifo, _)) => "a named pipe".into(),
                    Some((Kind::Symlink, _)) => "another link".into(),
                };
                format!("In layer {layer} it points to {path} ({what}). Press Enter to go there.")
            }
            None => format!("Broken link in layer {layer} (missing target or a loop)."),
        }),
        Kind::Directory => {
            let inside =
                tree.children(node).filter(|&child| tree.at(child, layer).is_some()).count();
            paragraphs.push(format!("{} (layer {layer}):", plural_of(inside, "entry", "entries")));
            paragraphs.extend(listing(tree, node, layer, units));
        }
        Kind::Char | Kind::Block => {
            let (major, minor) = tree.device(version).unwrap_or_default();
            paragraphs.push(format!("Device number {major}, {minor}."));
        }
        Kind::File | Kind::Fifo => {}
    }
    paragraphs
}

/// Lists a directory as of a layer: directories first, then files, the largest first.
fn listing(tree: &Tree, node: NodeId, layer: LayerIndex, units: Units) -> Vec<String> {
    let versions = tree.children(node).filter_map(|child| Some((child, tree.at(child, layer)?)));
    let mut entries: Vec<_> = versions
        .map(|(child, version)| {
            let name = escaped(tree.name(child));
            let (rank, size, text) = match tree.kind(version) {
                Kind::Directory => (0, 0, format!("{:>9}  {name}/", "")),
                Kind::File => {
                    let size = tree.size(version);
                    (1, size, format!("{:>9}  {name}", units.size(size)))
                }
                Kind::Symlink => {
                    let to = tree.target(version).map_or_else(Escaped::default, escaped);
                    (2, 0, format!("{:>9}  {name} -> {to}", "link"))
                }
                Kind::Char | Kind::Block => (3, 0, format!("{:>9}  {name}", "device")),
                Kind::Fifo => (3, 0, format!("{:>9}  {name}", "pipe")),
            };
            ((rank, std::cmp::Reverse(size), name), text)
        })
        .collect();
    entries.sort();
    entries.into_iter().map(|(_, text)| text).collect()
}

/// Returns the path to which a symbolic link leads as of a layer.
pub fn target(tree: &Tree, version: VersionId, layer: LayerIndex) -> Option<NodeId> {
    let target = tree.target(version)?;
    let mut path = tree.path(tree.parent(tree.node_of(version)));
    if target.starts_with(b"/") {
        path.clear();
    }
    path.push(b'/');
    path.extend_from_slice(target);
    tree.lookup(&path, layer, Last::Followed).map(|found| found.node)
}

/// Lists the differences between two versions besides their contents.
pub fn differences(tree: &Tree, old: VersionId, new: VersionId) -> Vec<String> {
    let kind = |version| match tree.kind(version) {
        Kind::File => "file",
        Kind::Directory => "directory",
        Kind::Symlink => "symbolic link",
        Kind::Char => "character device",
        Kind::Block => "block device",
        Kind::Fifo => "named pipe",
    };
    let size = |version| match tree.kind(version) {
        Kind::File => format!("{} bytes", count(tree.size(version))),
        _ => String::new(),
    };
    let owner = |version| {
        let (user, group) = tree.owner(version);
        format!("{user}:{group}")
    };
    let link =
        |version| tree.target(version).map_or_else(String::new, |target| escaped(target).into());
    let device = |version| {
        tree.device(version).map_or_else(String::new, |(major, minor)| format!("{major}, {minor}"))
    };
    let pairs = [
        ("kind", kind(old).to_owned(), kind(new).to_owned()),
        ("size", size(old), size(new)),
        ("mode", format!("{:04o}", tree.mode(old)), format!("{:04o}", tree.mode(new))),
        ("owner", owner(old), owner(new)),
        ("time", time(tree.mtime(old)), time(tree.mtime(new))),
        ("link", link(old), link(new)),
        ("device", device(old), device(new)),
    ];
    let word = |text: String| if text.is_empty() { "none".into() } else { text };
    let differs = pairs.into_iter().filter(|(_, old, new)| old != new);
    differs.map(|(what, old, new)| format!("{what}: {} → {}", word(old), word(new))).collect()
}

/// Describes the result of comparing contents.
pub fn of_difference(difference: &Difference) -> String {
    match difference {
        Difference::Same => "the contents are the same, byte for byte".into(),
        Difference::Lines(lines) => format!(
            "contents: {} added, {} removed, in {}",
            plural(lines.added, "line"),
            plural(lines.removed, "line"),
            plural(lines.hunks.len(), "place")
        ),
        Difference::Bytes { first, why } => {
            let why = match why {
                Why::Binary => "they are not text",
                Why::TooLarge => "they are too large to compare line by line",
                Why::TooManyLines => "they have too many lines to compare",
            };
            format!("the contents differ, first at byte {} (0x{first:x}); {why}", count(*first))
        }
    }
}

/// Formats a time in seconds since 1970 as `2024-05-01 12:00:00 UTC`.
fn time(seconds: i64) -> String {
    let second = seconds.rem_euclid(86_400);
    format!("{} {:02}:{:02}:{:02} UTC", date(seconds), second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_dates() {
        assert_eq!(time(0), "1970-01-01 00:00:00 UTC");
        assert_eq!(time(1_714_564_801), "2024-05-01 12:00:01 UTC");
        assert_eq!(time(951_782_400), "2000-02-29 00:00:00 UTC");
        assert_eq!(time(-1), "1969-12-31 23:59:59 UTC");
        time(i64::MAX);
        time(i64::MIN);
    }
}
