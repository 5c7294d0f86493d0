//! Writes the files of an image in the export format of ncdu, for ncdu, gdu and other viewers of
//! disk usage (<https://dev.yorhel.nl/ncdu/jsonfmt>, version 1.2).
//!
//! Visible files stand at their paths. Wasted files stand in a directory of their own for each pair
//! of layers, so that the apparent sizes add up to the size of the image.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use crate::Inspection;
use crate::analysis::{Wasted, wasted_groups};
use crate::display::escaped;
use crate::layer_index::LayerIndex;
use crate::tree::{Kind, NodeId, Reason, Tree, VersionId};

/// The size of the blocks in which a tar stores contents, and in which ncdu counts disk usage.
const BLOCK: u64 = 512;

/// Writes the files of an image as ncdu exports them.
///
/// # Errors
///
/// An error of `out`.
pub fn write_ncdu(inspection: &Inspection, mut out: impl Write) -> io::Result<()> {
    let tree = &inspection.tree;
    let (program, version) = (env!("CARGO_PKG_NAME"), env!("CARGO_PKG_VERSION"));
    write!(out, "[1,2,{{\"progname\":\"{program}\",\"progver\":\"{version}\"}}")?;
    let mut listing = Listing { tree, open: Vec::new(), out: &mut out };
    listing.begin(&inspection.name, !inspection.completeness.is_whole())?;
    listing.visible()?;
    let groups = wasted_groups(inspection);
    let reasons: HashMap<_, _> =
        groups.iter().map(|group| ((group.added_in, group.removed_in), group.reason)).collect();
    for ((added_in, removed_in), wasted) in pairs(&inspection.wasted) {
        let name = if added_in == removed_in {
            format!("[wasted] twice in layer {added_in}")
        } else {
            let removed = Reason::past_of(reasons.get(&(added_in, removed_in)).copied());
            format!("[wasted] added in layer {added_in}, {removed} in layer {removed_in}")
        };
        listing.wasted(&name, wasted)?;
    }
    out.write_all(b"]]\n")?;
    out.flush()
}

/// Groups wasted files by the layers that added and removed them.
fn pairs(wasted: &[Wasted]) -> BTreeMap<(LayerIndex, LayerIndex), Vec<VersionId>> {
    let mut pairs: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for wasted in wasted {
        pairs.entry((wasted.added_in, wasted.removed_in)).or_default().push(wasted.version);
    }
    pairs
}

/// Nested directories that are written as they come.
struct Listing<'a, W> {
    tree: &'a Tree,
    /// The directories that are open, the outermost first, without the root.
    open: Vec<NodeId>,
    out: &'a mut W,
}

impl<W: Write> Listing<'_, W> {
    /// Begins a directory; `is_incomplete` marks it as one of which not everything was read.
    fn begin(&mut self, name: &str, is_incomplete: bool) -> io::Result<()> {
        self.out.write_all(b",\n[{\"name\":")?;
        serde_json::to_writer(&mut *self.out, name)?;
        self.out.write_all(if is_incomplete { b",\"read_error\":true}" } else { b"}" })
    }

    /// Ends and begins directories until `directory` is the innermost one.
    fn enter(&mut self, directory: NodeId) -> io::Result<()> {
        if self.open.last().copied().unwrap_or(NodeId::ROOT) == directory {
            return Ok(());
        }
        let above = |&at: &NodeId| Some(self.tree.parent(at)).filter(|&at| at != NodeId::ROOT);
        let first = Some(directory).filter(|&at| at != NodeId::ROOT);
        let mut chain: Vec<_> = std::iter::successors(first, above).collect();
        chain.reverse();
        let same = self.open.iter().zip(&chain).take_while(|(one, other)| one == other).count();
        self.close(same)?;
        for directory in chain.into_iter().skip(same) {
            self.begin(&escaped(self.tree.name(directory)), false)?;
            self.open.push(directory);
        }
        Ok(())
    }

    /// Ends directories until only `depth` are open.
    fn close(&mut self, depth: usize) -> io::Result<()> {
        while self.open.len() > depth {
            self.open.pop();
            self.out.write_all(b"]")?;
        }
        Ok(())
    }

    /// Writes the final filesystem. A file with several names has its inode at each, so that
    /// readers count it once.
    fn visible(&mut self) -> io::Result<()> {
        let paths = self.tree.final_paths();
        let mut names: HashMap<VersionId, u32> = HashMap::new();
        for &(_, version) in paths.iter().filter(|(_, version)| self.tree.is_linked(*version)) {
            *names.entry(self.tree.inode(version)).or_default() += 1;
        }
        for (node, version) in paths {
            self.enter(self.tree.parent(node))?;
            let name = escaped(self.tree.name(node));
            match self.tree.kind(version) {
                Kind::Directory => self.enter(node)?,
                Kind::File => {
                    let inode = self.tree.inode(version);
                    let links = names.get(&inode).copied().unwrap_or(1);
                    self.file(&name, self.tree.size(inode))?;
                    if links > 1 {
                        let number = inode.index() + 1;
                        write!(self.out, ",\"ino\":{number},\"hlnkc\":true,\"nlink\":{links}")?;
                    }
                    self.out.write_all(b"}")?;
                }
                _ => {
                    self.item(&name)?;
                    self.out.write_all(b",\"notreg\":true}")?;
                }
            }
        }
        self.close(0)
    }

    /// Writes wasted files in a directory of their own. A path that one layer has several times is
    /// numbered.
    fn wasted(&mut self, name: &str, mut wasted: Vec<VersionId>) -> io::Result<()> {
        let tree = self.tree;
        wasted.sort_unstable_by(|&one, &other| {
            tree.compare_paths(tree.node_of(one), tree.node_of(other)).then(one.cmp(&other))
        });
        self.begin(name, false)?;
        let mut last = (NodeId::ROOT, 1);
        for version in wasted {
            let node = tree.node_of(version);
            last = (node, if last.0 == node { last.1 + 1 } else { 1 });
            self.enter(tree.parent(node))?;
            let name = escaped(tree.name(node));
            match last.1 {
                1 => self.file(&name, tree.size(version))?,
                n => self.file(&format!("{name} ({n})"), tree.size(version))?,
            }
            self.out.write_all(b"}")?;
        }
        self.close(0)?;
        self.out.write_all(b"]")
    }

    /// Begins a file with its exact size, and with the blocks that it fills.
    fn file(&mut self, name: &str, size: u64) -> io::Result<()> {
        self.item(name)?;
        if size > 0 {
            let blocks = size.div_ceil(BLOCK).saturating_mul(BLOCK);
            write!(self.out, ",\"asize\":{size},\"dsize\":{blocks}")?;
        }
        Ok(())
    }

    fn item(&mut self, name: &str) -> io::Result<()> {
        self.out.write_all(b",\n{\"name\":")?;
        serde_json::to_writer(&mut *self.out, name)?;
        Ok(())
    }
}
