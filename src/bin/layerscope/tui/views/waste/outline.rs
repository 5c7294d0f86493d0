//! The wasted inodes as an outline: groups, directories and files.
//!
//! The rows below a row are created when it is opened, and removed when it is folded.

use std::cmp::Reverse;
use std::collections::HashMap;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::analysis::WastedGroup;
use layerscope::tree::{NodeId, Tree};

use crate::tui::explorer::WastedBelow;

/// The content of a row. Members are indices in [`Inspection::wasted`].
pub enum Item {
    Group,
    Directory { node: NodeId, members: Vec<usize> },
    File(usize),
}

/// A row of the outline; a group has two lines on the screen.
pub struct Row {
    pub item: Item,
    /// The index of its group in [`Outline::groups`].
    pub group: usize,
    pub depth: usize,
    pub bytes: u64,
    pub open: bool,
    /// The directory that its name is relative to; the root for a full path.
    pub above: NodeId,
}

/// The visible rows, and the cursor.
pub struct Outline {
    groups: Vec<WastedGroup>,
    members: Vec<Vec<usize>>,
    pub rows: Vec<Row>,
    pub cursor: usize,
    /// The first visible line.
    pub top: usize,
}

impl Outline {
    /// Starts with all groups that have bytes, folded.
    pub fn new(inspection: &Inspection, groups: &[WastedGroup]) -> Self {
        let groups: Vec<_> = groups.iter().filter(|group| group.bytes > 0).cloned().collect();
        let places: HashMap<_, _> = groups
            .iter()
            .enumerate()
            .map(|(i, group)| ((group.added_in, group.removed_in), i))
            .collect();
        let mut members = vec![Vec::new(); groups.len()];
        for (i, wasted) in inspection.wasted.iter().enumerate().filter(|(_, it)| it.bytes > 0) {
            if let Some(&group) = places.get(&(wasted.added_in, wasted.removed_in)) {
                members[group].push(i);
            }
        }
        let row = |(group, bytes)| Row {
            item: Item::Group,
            group,
            depth: 0,
            bytes,
            open: false,
            above: NodeId::ROOT,
        };
        let rows = groups.iter().map(|group| group.bytes).enumerate().map(row).collect();
        Self { groups, members, rows, cursor: 0, top: 0 }
    }

    /// Returns the groups that have bytes, the largest first.
    pub fn groups(&self) -> &[WastedGroup] {
        &self.groups
    }

    /// Returns the group under the cursor.
    pub fn selected_group(&self) -> Option<&WastedGroup> {
        self.rows.get(self.cursor).map(|row| &self.groups[row.group])
    }

    /// Returns the group with most of the wasted bytes at and below a path.
    pub fn group_of(&self, wasted: &WastedBelow, node: NodeId) -> Option<usize> {
        let pairs = wasted.pairs(node, LayerIndex::FINAL);
        let sums = pairs.iter().filter_map(|pair| {
            let is_of = |group: &WastedGroup| {
                (group.added_in, group.removed_in) == (pair.added_in, pair.removed_in)
            };
            Some((pair.bytes, Reverse(self.groups.iter().position(is_of)?)))
        });
        sums.max().map(|(_, Reverse(group))| group)
    }

    /// Moves the cursor to a group, unless it is in it already.
    pub fn go_to(&mut self, group: usize) {
        if self.rows.get(self.cursor).is_none_or(|row| row.group != group) {
            self.cursor =
                self.rows.iter().position(|row| row.group == group).unwrap_or(self.cursor);
        }
    }

    /// Opens the row under the cursor; if it is open, moves into it.
    pub fn expand(&mut self, inspection: &Inspection) {
        let Some(row) = self.rows.get_mut(self.cursor) else { return };
        let (group, depth) = (row.group, row.depth + 1);
        if row.open {
            self.cursor += 1;
            return;
        }
        let members = match &row.item {
            Item::Group => &self.members[group],
            Item::Directory { members, .. } => members,
            Item::File(_) => return,
        };
        let directory = match row.item {
            Item::Directory { node, .. } => node,
            _ => common(inspection, members),
        };
        let above = if depth == 1 { NodeId::ROOT } else { directory };
        let items = below(inspection, directory, members);
        row.open = true;
        let rows = items.into_iter().map(|(bytes, item)| Row {
            item,
            group,
            depth,
            bytes,
            open: false,
            above,
        });
        self.rows.splice(self.cursor + 1..=self.cursor, rows);
    }

    /// Folds the row under the cursor; if it is not open, moves to its parent.
    pub fn collapse(&mut self) {
        let Some(row) = self.rows.get_mut(self.cursor) else { return };
        let depth = row.depth;
        if row.open {
            row.open = false;
            let below =
                self.rows[self.cursor + 1..].iter().take_while(|row| row.depth > depth).count();
            self.rows.drain(self.cursor + 1..=self.cursor + below);
        } else if depth > 0 {
            self.cursor =
                self.rows[..self.cursor].iter().rposition(|row| row.depth < depth).unwrap_or(0);
        }
    }
}

/// The ways down from a directory, each walked once.
struct Ways<'a> {
    tree: &'a Tree,
    directory: NodeId,
    known: HashMap<NodeId, NodeId>,
}

impl Ways<'_> {
    /// Returns the child of the directory that leads to a path; the path itself if it is the
    /// directory or elsewhere.
    fn towards(&mut self, node: NodeId) -> NodeId {
        let (mut here, mut way) = (node, Vec::new());
        let child = loop {
            if let Some(&child) = self.known.get(&here) {
                break child;
            }
            if here == self.directory || here == NodeId::ROOT {
                return node;
            }
            way.push(here);
            let parent = self.tree.parent(here);
            if parent == self.directory {
                break here;
            }
            here = parent;
        };
        self.known.extend(way.into_iter().map(|node| (node, child)));
        child
    }
}

/// Returns the deepest directory that contains all members.
fn common(inspection: &Inspection, members: &[usize]) -> NodeId {
    let tree = &inspection.tree;
    let mut parents =
        members.iter().map(|&i| tree.parent(tree.node_of(inspection.wasted[i].version)));
    let mut line = vec![parents.next().unwrap_or(NodeId::ROOT)];
    while let Some(&last) = line.last().filter(|&&last| last != NodeId::ROOT) {
        line.push(tree.parent(last));
    }
    let mut heights: HashMap<_, _> =
        line.iter().enumerate().map(|(height, &node)| (node, height)).collect();
    let mut lowest = 0;
    for parent in parents {
        let (mut here, mut way) = (parent, Vec::new());
        let height = loop {
            if let Some(&height) = heights.get(&here) {
                break height;
            }
            way.push(here);
            here = tree.parent(here);
        };
        heights.extend(way.into_iter().map(|node| (node, height)));
        lowest = lowest.max(height);
    }
    line[lowest]
}

/// Returns the path of something below a directory, relative to it.
pub fn path_below(tree: &Tree, directory: NodeId, node: NodeId) -> Vec<u8> {
    let mut names = Vec::new();
    let mut here = node;
    while here != directory && here != NodeId::ROOT {
        names.push(tree.name(here));
        here = tree.parent(here);
    }
    names.reverse();
    names.join(&b'/')
}

/// Returns the contents of a directory, the largest first. A directory with a single entry is
/// skipped.
fn below(inspection: &Inspection, directory: NodeId, members: &[usize]) -> Vec<(u64, Item)> {
    let (tree, wasted) = (&inspection.tree, &inspection.wasted);
    let node_of = |i: usize| tree.node_of(wasted[i].version);
    let mut ways = Ways { tree, directory, known: HashMap::new() };
    let mut directories: HashMap<NodeId, Vec<usize>> = HashMap::new();
    let mut items = Vec::new();
    for &i in members {
        let node = node_of(i);
        match ways.towards(node) {
            child if child != node => directories.entry(child).or_default().push(i),
            _ => items.push((wasted[i].bytes, Item::File(i))),
        }
    }
    items.extend(directories.into_values().map(|members| match members[..] {
        [only] => (wasted[only].bytes, Item::File(only)),
        _ => {
            let bytes = members.iter().map(|&i| wasted[i].bytes).sum();
            (bytes, Item::Directory { node: common(inspection, &members), members })
        }
    }));
    items.sort_by_cached_key(|(bytes, item)| {
        let node = match item {
            Item::Directory { node, .. } => *node,
            Item::File(i) => node_of(*i),
            Item::Group => NodeId::ROOT,
        };
        (Reverse(*bytes), path_below(tree, directory, node), matches!(item, Item::File(_)))
    });
    items
}
