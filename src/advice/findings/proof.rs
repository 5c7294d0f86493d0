//! Checks for files beside a match, so that a name alone does not mislead a rule.

use crate::glob::{Glob, GlobError, Name, Part};
use crate::tree::{NodeId, Tree};

/// Paths that must exist in some layer for a rule to apply.
#[derive(Debug, Default)]
pub struct Proof {
    /// Paths from the root: each of these, in one of its spellings.
    anywhere: Vec<Vec<Trail>>,
    /// Paths from the directory that a glob ending in `/**` matches entirely.
    beside: Vec<Vec<Trail>>,
}

type Trail = Vec<Wanted>;

#[derive(Debug)]
enum Wanted {
    Name(Box<[u8]>),
    Fits(Name),
}

impl Proof {
    /// Adds a path that must exist: from the root if it begins with a slash, and otherwise beside
    /// the match.
    ///
    /// # Errors
    ///
    /// [`GlobError`] if the path is not valid.
    pub fn add(&mut self, text: &str) -> Result<(), GlobError> {
        let trails = Glob::parse(text)?.iter().map(trail).collect::<Result<Vec<_>, _>>()?;
        let list = if text.starts_with('/') { &mut self.anywhere } else { &mut self.beside };
        list.push(trails);
        Ok(())
    }

    /// Returns whether there are paths beside the match.
    pub fn asks_beside(&self) -> bool {
        !self.beside.is_empty()
    }

    /// Returns whether the paths from the root exist.
    pub fn holds_anywhere(&self, tree: &Tree) -> bool {
        all(&self.anywhere, tree, NodeId::ROOT)
    }

    /// Returns whether the paths from `node` exist.
    pub fn holds_at(&self, tree: &Tree, node: NodeId) -> bool {
        all(&self.beside, tree, node)
    }
}

fn all(asked: &[Vec<Trail>], tree: &Tree, from: NodeId) -> bool {
    asked.iter().all(|trails| trails.iter().any(|trail| leads_somewhere(trail, tree, from)))
}

fn leads_somewhere(trail: &[Wanted], tree: &Tree, from: NodeId) -> bool {
    let mut here = vec![from];
    for wanted in trail {
        let fits = |node: &NodeId| match wanted {
            Wanted::Name(name) => tree.name(*node) == &**name,
            Wanted::Fits(pattern) => pattern.fits(tree.name(*node)),
        };
        here = here.into_iter().flat_map(|node| tree.children(node)).filter(fits).collect();
    }
    !here.is_empty()
}

fn trail(glob: &Glob) -> Result<Trail, GlobError> {
    let wanted = |part: &Part| match part {
        Part::Deep => Err(GlobError::Proof),
        Part::Name(name) => Ok(Wanted::Name(name.clone())),
        Part::Pattern(pattern) => Name::parse(pattern).map(Wanted::Fits),
    };
    glob.parts.iter().map(wanted).collect()
}
