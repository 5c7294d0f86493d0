//! The plainest answer: a map from path to what is there, a layer at a time.
//!
//! It follows the reference implementation of the corpus step by step and
//! cares for nothing but being right.

use std::collections::{BTreeMap, BTreeSet};

use layerscope::tree::Reason;

use super::paths::{HOPS, Path, children, clean, find, follow, take};
use super::stack::{Contents, Item};

/// What is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// A name of the inode with this number.
    File(usize),
    Directory,
    Symlink(String),
    Fifo,
}

/// What is at a path, and who put it there.
#[derive(Debug, Clone)]
pub struct Thing {
    pub what: What,
    pub mode: u16,
    pub layer: usize,
    /// Whether it is a directory that no entry made.
    implied: bool,
}

/// The contents of a file, the names it has and how the last of them went.
#[derive(Debug, Clone)]
pub struct Inode {
    pub layer: usize,
    pub path: Path,
    pub contents: Contents,
    names: usize,
    pub end: Option<End>,
}

/// The loss of names at one moment: if no name is left, the inode died of one of these causes.
#[derive(Debug, Clone)]
pub struct End {
    moment: usize,
    pub layer: usize,
    pub reasons: Vec<(Path, Reason)>,
}

pub type Tree = BTreeMap<Path, Thing>;

/// The layers so far, merged.
#[derive(Default, Clone)]
pub struct Model {
    pub tree: Tree,
    pub inodes: Vec<Inode>,
    pub layers: usize,
    moment: usize,
}

/// What a layer has itself, before it is laid over the others.
struct Own {
    tree: Tree,
    opaque: BTreeSet<Path>,
    whiteouts: BTreeSet<Path>,
    /// Inodes that AUFS keeps under a number.
    aufs: BTreeMap<String, usize>,
}

impl Inode {
    pub fn is_wasted(&self) -> bool {
        self.names == 0
    }
}

impl Model {
    /// Merges the next layer.
    pub fn apply(&mut self, items: &[Item]) {
        let first = self.inodes.len();
        let mut own = Own {
            tree: Tree::from([(Path::new(), self.implied())]),
            opaque: BTreeSet::new(),
            whiteouts: BTreeSet::new(),
            aufs: BTreeMap::new(),
        };
        for item in items {
            self.moment += 1;
            self.add(item, &mut own);
        }
        self.moment += 1;
        self.overlay(&own);
        self.tell_copies();
        for inode in
            self.inodes[first..].iter_mut().filter(|inode| inode.names == 0 && inode.end.is_none())
        {
            let reasons = vec![(inode.path.clone(), Reason::Deleted)];
            inode.end = Some(End { moment: self.moment, layer: self.layers, reasons });
        }
        self.layers += 1;
    }

    fn implied(&self) -> Thing {
        Thing { what: What::Directory, mode: 0o755, layer: self.layers, implied: true }
    }

    fn thing(&self, what: What, mode: u16) -> Thing {
        Thing { what, mode, layer: self.layers, implied: false }
    }

    // ---- a layer by itself

    fn add(&mut self, item: &Item, own: &mut Own) {
        match item {
            Item::Whiteout { path } => {
                let mut path = clean(path);
                let name = path.pop().expect("a whiteout has a name");
                let mut path = self.directory(path, own);
                path.push(name);
                own.whiteouts.insert(path);
            }
            Item::Opaque { path } => {
                let path = self.directory(clean(path), own);
                own.opaque.insert(path);
            }
            Item::File { path, contents, .. } if clean(path)[0] == ".wh..wh.plnk" => {
                let number = self.inode(clean(path), *contents, 0);
                own.aufs.insert(clean(path)[1].clone(), number);
            }
            Item::Directory { path, mode } => {
                let path = self.place(path, own);
                if own.tree.get(&path).is_none_or(|old| old.what != What::Directory) {
                    self.replace_own(own, &path);
                }
                own.tree.insert(path, self.thing(What::Directory, *mode));
            }
            Item::Link { path, target } => {
                let path = self.place(path, own);
                if let Some(what) = self.target_of_link(&path, target, own) {
                    // The new name is there before the old thing at its place goes.
                    if let What::File(inode) = what {
                        self.inodes[inode].names += 1;
                    }
                    self.replace_own(own, &path);
                    let mode = if matches!(what, What::Symlink(_)) { 0o777 } else { 0o644 };
                    own.tree.insert(path, self.thing(what, mode));
                }
            }
            Item::File { path, contents, mode } => {
                let path = self.place(path, own);
                let inode = self.inode(path.clone(), *contents, 1);
                self.replace_own(own, &path);
                own.tree.insert(path, self.thing(What::File(inode), *mode));
            }
            Item::Symlink { path, target } => {
                let path = self.place(path, own);
                self.replace_own(own, &path);
                own.tree.insert(path, self.thing(What::Symlink(target.clone()), 0o777));
            }
            Item::Fifo { path } => {
                let path = self.place(path, own);
                self.replace_own(own, &path);
                own.tree.insert(path, self.thing(What::Fifo, 0o644));
            }
        }
    }

    fn inode(&mut self, path: Path, contents: Contents, names: usize) -> usize {
        self.inodes.push(Inode { layer: self.layers, path, contents, names, end: None });
        self.inodes.len() - 1
    }

    /// Where an entry goes: its directory through the links of the layer, and its name.
    fn place(&mut self, path: &str, own: &mut Own) -> Path {
        let mut path = clean(path);
        let name = path.pop().expect("the generator names no root");
        let mut place = self.directory(path, own);
        place.push(name);
        place
    }

    /// Walks to a directory of the layer, following its own links and making what is missing.
    fn directory(&mut self, path: Path, own: &mut Own) -> Path {
        let (mut todo, mut here, mut hops) = (path, Path::new(), 0);
        todo.reverse();
        while let Some(part) = todo.pop() {
            if part == ".." {
                here.pop();
                continue;
            }
            here.push(part);
            match own.tree.get(&here).map(|thing| thing.what.clone()) {
                Some(What::Directory) => {}
                Some(What::Symlink(target)) if hops < HOPS => {
                    hops += 1;
                    follow(&target, &mut here, &mut todo);
                }
                None => drop(own.tree.insert(here.clone(), self.implied())),
                Some(_) => {
                    self.replace_own(own, &here);
                    own.tree.insert(here.clone(), self.implied());
                }
            }
        }
        here
    }

    /// Removes what the layer itself has at a path and below it, with the marks in it.
    fn replace_own(&mut self, own: &mut Own, path: &Path) {
        for (gone, thing) in take(&mut own.tree, path) {
            let reason = if gone == *path { Reason::Overwritten } else { Reason::Replaced };
            self.lose_name(&thing, &gone, reason);
        }
        own.opaque.retain(|directory| !directory.starts_with(path));
        own.whiteouts.retain(|gone| gone == path || !gone.starts_with(path));
    }

    /// What a hard link names; nothing if it names itself, a directory or nothing.
    fn target_of_link(&self, path: &Path, target: &str, own: &Own) -> Option<What> {
        let target = clean(target);
        if target.first().is_some_and(|first| first == ".wh..wh.plnk") {
            return own.aufs.get(target.last()?).map(|&inode| What::File(inode));
        }
        let found = match find(&own.tree, &target) {
            Some(found) if found == *path => return None,
            Some(found) => own.tree[&found].what.clone(),
            None if target.is_empty() => return None,
            None => self.tree[&find(&self.tree, &target)?].what.clone(),
        };
        (found != What::Directory).then_some(found)
    }

    // ---- the layer over the others

    /// Parents come before what is in them, since a map is in order.
    fn overlay(&mut self, own: &Own) {
        for (path, thing) in &own.tree {
            let old = self.tree.get(path);
            let stays =
                thing.what == What::Directory && old.is_some_and(|old| old.what == What::Directory);
            if !stays {
                self.remove(path, own, Reason::Replaced);
            }
            if !stays || !thing.implied {
                self.tree.insert(path.clone(), thing.clone());
            }
            if own.opaque.contains(path) {
                for child in children(&self.tree, path) {
                    self.remove(&child, own, Reason::Opaque);
                }
            }
            for gone in own.whiteouts.iter().filter(|gone| gone[..gone.len() - 1] == path[..]) {
                self.remove(gone, own, Reason::Deleted);
            }
        }
    }

    fn remove(&mut self, path: &Path, own: &Own, reason: Reason) {
        for (gone, thing) in take(&mut self.tree, path) {
            let reason = if own.tree.contains_key(&gone) { Reason::Overwritten } else { reason };
            self.lose_name(&thing, &gone, reason);
        }
    }

    /// A name that the layer overwrote with the same contents was recopied.
    fn tell_copies(&mut self) {
        let contents: Vec<_> = self.inodes.iter().map(|inode| inode.contents).collect();
        for inode in &mut self.inodes {
            let Some(end) = inode.end.as_mut().filter(|end| end.layer == self.layers) else {
                continue;
            };
            for (path, reason) in
                end.reasons.iter_mut().filter(|(_, reason)| *reason == Reason::Overwritten)
            {
                let now = self.tree.get(path).filter(|thing| thing.layer == self.layers);
                if matches!(now.map(|thing| &thing.what), Some(What::File(new)) if contents[*new] == inode.contents)
                {
                    *reason = Reason::RewrittenUnchanged;
                }
            }
        }
    }

    fn lose_name(&mut self, thing: &Thing, path: &Path, reason: Reason) {
        let What::File(inode) = thing.what else { return };
        let inode = &mut self.inodes[inode];
        inode.names -= 1;
        let mut end = inode.end.take().filter(|end| end.moment == self.moment).unwrap_or(End {
            moment: self.moment,
            layer: self.layers,
            reasons: Vec::new(),
        });
        end.reasons.push((path.clone(), reason));
        inode.end = Some(end);
    }
}
