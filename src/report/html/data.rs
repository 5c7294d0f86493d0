//! The data of the page's script: the tree in columns, compressed.
//!
//! A column has a value for each entry, in the order of a walk. Compressed like this, an entry takes
//! 6 to 7 bytes; one by one in plain JSON, it would take 20.

use std::cmp::Reverse;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use serde::Serialize;

use crate::analysis::Listing;
use crate::display::{Units, escaped};
use crate::tree::{Kind, NodeId, Totals, Tree};
use crate::{Inspection, LayerIndex};

/// The most bytes of the tree in a page of up to [`MANY`] entries.
const SMALL: usize = 1_600_000;
/// The most bytes of the tree in any page.
const LARGE: usize = 8_500_000;
/// The number of entries above which a page may be large.
const MANY: usize = 100_000;
/// The width of an instruction in the details of a path.
const INSTRUCTION: usize = 300;

/// Everything that the script reads.
#[derive(Serialize)]
pub struct Data {
    units: &'static str,
    exact: bool,
    /// True if the tree is the final filesystem, without what is wasted.
    r#final: bool,
    /// The instructions of the layers.
    layers: Vec<String>,
    /// The number of entries of the tree.
    entries: usize,
    /// The number of those that are listed; the others are summed up in their directories.
    listed: usize,
    /// [`Columns`] as JSON, compressed as zlib does, in Base64.
    tree: String,
}

/// The entries of the tree, parents first.
#[derive(Default, Serialize)]
struct Columns {
    /// The names, between slashes; for entries that are summed up, their number.
    names: String,
    /// The number of directories above each entry.
    depths: Vec<u32>,
    /// A letter for each kind: directory, file, hard link, symbolic link, other; r for entries that
    /// are summed up.
    kinds: String,
    /// The visible bytes of each entry itself.
    visible: Vec<u64>,
    /// The wasted bytes of each entry itself.
    wasted: Vec<u64>,
    /// The layer that added it, counted from 1; 0 if none did.
    added: Vec<usize>,
    /// The layer that deleted or replaced it, counted from 1; 0 if none did.
    removed: Vec<usize>,
}

impl Data {
    /// Collects the data of an image.
    ///
    /// # Errors
    ///
    /// An error of the compression.
    pub fn from_inspection(inspection: &Inspection, units: Units) -> io::Result<Self> {
        let walk = Walk::new(&inspection.tree);
        let entries = walk.listed.len();
        let (tree, listed) = walk.packed(if entries > MANY { LARGE } else { SMALL })?;
        let instruction =
            |layer: &crate::LayerAccount| layer.instruction.one_line().cut(INSTRUCTION).to_string();
        Ok(Self {
            units: match units {
                Units::Iec => "iec",
                Units::Si => "si",
            },
            exact: inspection.completeness.sizes_are_exact(),
            r#final: inspection.listing == Listing::Final,
            layers: inspection.layers.iter().map(instruction).collect(),
            entries,
            listed,
            tree,
        })
    }
}

/// The tree with what a page shows of it.
struct Walk<'a> {
    tree: &'a Tree,
    totals: Vec<Totals>,
    /// True for each entry that is visible or has wasted bytes.
    is_shown: Vec<bool>,
    /// These entries, the largest first; a directory comes before its contents.
    listed: Vec<NodeId>,
}

/// The sums of entries that are not listed one by one.
#[derive(Clone, Copy, Default)]
struct Rest {
    entries: u64,
    visible: u64,
    wasted: u64,
}

impl<'a> Walk<'a> {
    fn new(tree: &'a Tree) -> Self {
        let totals = tree.totals(LayerIndex::FINAL);
        let counts = |node: &NodeId| {
            let total = totals[node.index()];
            total.items > 0 || total.wasted_items > 0 || tree.last(*node).is_some()
        };
        let mut listed: Vec<_> = tree.nodes().filter(counts).collect();
        let mut is_shown = vec![false; tree.node_count()];
        listed.iter().for_each(|node| is_shown[node.index()] = true);
        // A directory has a smaller id than its contents.
        listed.sort_by_key(|node| (Reverse(totals[node.index()].size()), *node));
        Self { tree, totals, is_shown, listed }
    }

    /// Returns the columns in at most `limit` bytes, and the number of entries in them.
    fn packed(&self, limit: usize) -> io::Result<(String, usize)> {
        let mut keep = self.listed.len();
        loop {
            let json = serde_json::to_vec(&self.columns(keep))?;
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
            encoder.write_all(&json)?;
            let text = STANDARD.encode(encoder.finish()?);
            if text.len() <= limit || keep == 0 {
                return Ok((text, keep));
            }
            let share = keep as u128 * limit as u128 / text.len() as u128;
            keep = usize::try_from(share * 9 / 10).unwrap_or(0);
        }
    }

    /// Returns the columns with the `keep` largest entries; the others are summed up.
    fn columns(&self, keep: usize) -> Columns {
        let tree = self.tree;
        let mut kept = vec![false; tree.node_count()];
        kept[NodeId::ROOT.index()] = true;
        self.listed[..keep].iter().for_each(|node| kept[node.index()] = true);
        let mut rests = vec![Rest::default(); tree.node_count()];
        for &node in &self.listed[keep..] {
            let (visible, wasted) = self.own(node);
            let rest = &mut rests[above(tree, node, &kept).index()];
            rest.entries += 1;
            rest.visible += visible;
            rest.wasted += wasted;
        }
        let mut columns = Columns::default();
        let mut work = vec![(NodeId::ROOT, 0)];
        let mut children = Vec::new();
        while let Some((node, depth)) = work.pop() {
            columns.push_entry(self, node, depth);
            let rest = rests[node.index()];
            if rest.entries > 0 {
                columns.push_rest(rest, depth + 1);
            }
            children.extend(tree.children(node).filter(|child| kept[child.index()]));
            children.sort_by(|&a, &b| tree.name(b).cmp(tree.name(a)));
            work.extend(children.drain(..).map(|child| (child, depth + 1)));
        }
        columns
    }

    /// Returns the visible and the wasted bytes of an entry itself.
    fn own(&self, node: NodeId) -> (u64, u64) {
        let Totals { mut visible, mut wasted, .. } = self.totals[node.index()];
        for child in self.tree.children(node).filter(|child| self.is_shown[child.index()]) {
            let below = self.totals[child.index()];
            visible = visible.saturating_sub(below.visible);
            wasted = wasted.saturating_sub(below.wasted);
        }
        (visible, wasted)
    }
}

/// Returns the nearest directory above an entry that is kept.
fn above(tree: &Tree, node: NodeId, kept: &[bool]) -> NodeId {
    let mut here = tree.parent(node);
    while !kept[here.index()] {
        here = tree.parent(here);
    }
    here
}

impl Columns {
    fn push(&mut self, name: &str, depth: u32, kind: char, (visible, wasted): (u64, u64)) {
        if !self.kinds.is_empty() {
            self.names.push('/');
        }
        self.names.push_str(name);
        self.depths.push(depth);
        self.kinds.push(kind);
        self.visible.push(visible);
        self.wasted.push(wasted);
    }

    fn push_entry(&mut self, walk: &Walk<'_>, node: NodeId, depth: u32) {
        let tree = walk.tree;
        let own = walk.own(node);
        let last = tree.last(node);
        let version = last.or_else(|| tree.versions(node).next());
        let kind = match version.map(|version| (version, tree.kind(version))) {
            None | Some((_, Kind::Directory)) => 'd',
            Some((version, Kind::File)) => {
                let counted_elsewhere = own == (0, 0) && tree.size(version) > 0;
                if tree.is_linked(version) && counted_elsewhere { 'h' } else { 'f' }
            }
            Some((_, Kind::Symlink)) => 'l',
            Some((_, Kind::Char | Kind::Block | Kind::Fifo)) => 's',
        };
        self.push(&escaped(tree.name(node)), depth, kind, own);
        self.added.push(version.map_or(0, |version| tree.added_in(version).count()));
        let removed = (last.is_none() || own.1 > 0)
            .then(|| tree.versions(node).find_map(|version| tree.removed_in(version)));
        self.removed.push(removed.flatten().map_or(0, LayerIndex::count));
    }

    fn push_rest(&mut self, rest: Rest, depth: u32) {
        self.push(&rest.entries.to_string(), depth, 'r', (rest.visible, rest.wasted));
        self.added.push(0);
        self.removed.push(0);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::ZlibDecoder;
    use serde_json::Value;

    use super::*;
    use crate::{Progress, inspect, open_demo};

    fn unpacked(text: &str) -> Value {
        let mut json = String::new();
        let bytes = STANDARD.decode(text).unwrap();
        ZlibDecoder::new(&bytes[..]).read_to_string(&mut json).unwrap();
        serde_json::from_str(&json).unwrap()
    }

    #[test]
    fn entries_that_find_no_room_are_summed_up_and_no_byte_is_lost() {
        let inspection = inspect(&open_demo().unwrap(), &Progress::default()).unwrap();
        let walk = Walk::new(&inspection.tree);
        let sum = |columns: &Value, column: &str| {
            columns[column].as_array().unwrap().iter().filter_map(Value::as_u64).sum::<u64>()
        };
        for limit in [1_000, 10_000, 1_000_000] {
            let (text, listed) = walk.packed(limit).unwrap();
            assert!(text.len() <= limit, "{} of {limit}", text.len());
            let columns = unpacked(&text);
            assert_eq!(sum(&columns, "visible"), inspection.totals.visible);
            assert_eq!(sum(&columns, "wasted"), inspection.totals.wasted());
            let kinds = columns["kinds"].as_str().unwrap().chars();
            let names = columns["names"].as_str().unwrap().split('/');
            let rests = names.zip(kinds).filter(|(_, kind)| *kind == 'r');
            let summed_up: usize = rests.map(|(count, _)| count.parse::<usize>().unwrap()).sum();
            assert_eq!(listed + summed_up, walk.listed.len());
            assert_eq!(summed_up == 0, limit == 1_000_000);
        }
    }
}
