//! The other side of the account: the barest tree that yields the live bytes.
//!
//! Nothing is checked, nothing can be asked of it, hard links are not followed
//! and no cause is kept: a lower bound for what a merge costs.

use std::fs::File;
use std::hash::BuildHasher;
use std::io;

use foldhash::fast::FixedState;
use hashbrown::HashTable;

use super::walk::{Header, read_at};

const NONE: u32 = u32::MAX;
/// Compared at a time.
const PIECE: usize = 256 << 10;

struct Node {
    parent: u32,
    name: (u32, u32),
    first_child: u32,
    next_sibling: u32,
    /// The version that is there, or none.
    now: u32,
}

struct Version {
    size: u64,
    data: u64,
    layer: u32,
    directory: bool,
}

/// A tree that is being built.
#[derive(Default)]
pub struct Tree {
    nodes: Vec<Node>,
    versions: Vec<Version>,
    names: Vec<u8>,
    children: HashTable<(u32, u32)>,
    hasher: FixedState,
    /// The directory of the entry before.
    last: (Vec<u8>, u32),
    layer: u32,
    /// Bytes that are reachable.
    pub visible: u64,
    /// Entries so far.
    pub entries: u64,
    pairs: Vec<(u64, u64, u64)>,
}

impl Tree {
    /// A tree with a root.
    pub fn new() -> Self {
        let mut tree = Self::default();
        tree.nodes.push(Node {
            parent: 0,
            name: (0, 0),
            first_child: NONE,
            next_sibling: NONE,
            now: NONE,
        });
        tree
    }

    /// Lays one more entry of the layer on top.
    pub fn add(&mut self, header: &Header<'_>) {
        self.entries += 1;
        let path = header.name.strip_prefix(b"./").unwrap_or(header.name);
        let path = path.strip_suffix(b"/").unwrap_or(path);
        let slash = path.iter().rposition(|&b| b == b'/');
        let (directory, name) =
            slash.map_or((&b""[..], path), |slash| (&path[..slash], &path[slash + 1..]));
        if self.last.0 != directory {
            let node = directory
                .split(|&b| b == b'/')
                .filter(|part| !part.is_empty())
                .fold(0, |n, part| self.child(n, part));
            self.last.0.clear();
            self.last.0.extend_from_slice(directory);
            self.last.1 = node;
        }
        let parent = self.last.1;
        match name.strip_prefix(b".wh.") {
            Some(b".wh..opq") => self.kill_children(parent),
            Some(gone) => {
                let node = self.child(parent, gone);
                self.kill(node);
            }
            None if name.is_empty() => {}
            None => self.place(parent, name, header),
        }
    }

    fn place(&mut self, parent: u32, name: &[u8], header: &Header<'_>) {
        let node = self.child(parent, name);
        let directory = header.flag == b'5';
        if let Some(old) = self.versions.get(self.nodes[node as usize].now as usize) {
            if !directory && !old.directory && old.size == header.size && header.size > 0 {
                self.pairs.push((old.data, header.data, header.size));
            }
            if !(directory && old.directory) {
                self.kill(node);
            }
        }
        let size = if directory { 0 } else { header.size };
        self.visible += size;
        self.nodes[node as usize].now =
            u32::try_from(self.versions.len()).expect("fewer than 2^32 entries");
        self.versions.push(Version { size, data: header.data, layer: self.layer, directory });
    }

    /// Goes on to the next layer.
    pub fn next_layer(&mut self) {
        self.layer += 1;
    }

    fn child(&mut self, parent: u32, name: &[u8]) -> u32 {
        let short =
            u32::try_from(self.hasher.hash_one((parent, name)) >> 32).expect("the upper half");
        let spread = |short: u32| u64::from(short).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let (nodes, names) = (&self.nodes, &self.names);
        let found = self.children.find(spread(short), |&(other, id)| {
            let node = &nodes[id as usize];
            other == short
                && node.parent == parent
                && &names[node.name.0 as usize..node.name.1 as usize] == name
        });
        if let Some(&(_, id)) = found {
            return id;
        }
        let id = u32::try_from(self.nodes.len()).expect("fewer than 2^32 paths");
        let start = u32::try_from(self.names.len()).expect("less than 4 GiB of names");
        self.names.extend_from_slice(name);
        let end = u32::try_from(self.names.len()).expect("less than 4 GiB of names");
        let next_sibling = std::mem::replace(&mut self.nodes[parent as usize].first_child, id);
        self.nodes.push(Node {
            parent,
            name: (start, end),
            first_child: NONE,
            next_sibling,
            now: NONE,
        });
        self.children.insert_unique(spread(short), (short, id), |&(short, _)| spread(short));
        id
    }

    /// Takes away what layers below have put at a node and below it.
    fn kill(&mut self, node: u32) {
        if let Some(version) = self.versions.get(self.nodes[node as usize].now as usize)
            && version.layer < self.layer
        {
            self.visible -= version.size;
            self.nodes[node as usize].now = NONE;
        }
        self.kill_children(node);
    }

    fn kill_children(&mut self, node: u32) {
        let mut child = self.nodes[node as usize].first_child;
        while child != NONE {
            self.kill(child);
            child = self.nodes[child as usize].next_sibling;
        }
    }

    /// Reads the files that came again at the same path with the same size; says how many did not
    /// change.
    pub fn compare_pairs(&self, file: &File) -> io::Result<usize> {
        let (mut one, mut other) = (vec![0; PIECE], vec![0; PIECE]);
        let mut same = 0;
        'pairs: for &(a, b, size) in &self.pairs {
            let mut done = 0;
            while done < size {
                let want = usize::try_from(size - done).unwrap_or(PIECE).min(if done == 0 {
                    4 << 10
                } else {
                    PIECE
                });
                let n = read_at(file, &mut one[..want], a + done)?;
                let m = read_at(file, &mut other[..n], b + done)?;
                if n == 0 || m < n || one[..n] != other[..n] {
                    continue 'pairs;
                }
                done += n as u64;
            }
            same += 1;
        }
        Ok(same)
    }
}
