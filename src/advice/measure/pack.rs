//! Assembles a layer, and counts the bytes of its gzip stream.

use std::collections::HashSet;
use std::io::{self, Write};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::GZIP_LEVEL;
use super::plan::{Layer, Others, Recipe};
use crate::analysis::Inspection;
use crate::archive::{
    Entry, EntryKind, Extent, Fault, Limits, MemorySource, ReadAt, Source, Walker, Window,
};
use crate::display::Counter;
use crate::error::Error;
use crate::files::contents::LayerContents;
use crate::image::whiteout::{Spelling, spelling};
use crate::layer_index::LayerIndex;
use crate::path::components;
use crate::progress::Progress;
use crate::progress::{check_cancelled, is_cancelled};
use crate::tree::{Kind, NodeId, Paths, Tree, VersionId};

/// Number of bytes that are read and compressed at a time.
const PIECE: usize = 256 << 10;
/// Number of bytes that are read at a time around headers.
const WINDOW: usize = 32 << 10;
/// The end marker of a tar: two blocks of zeros.
const END: [u8; 1024] = [0; 1024];

/// Returns the size of a layer in a registry.
///
/// # Errors
///
/// [`Error::Cancelled`], or an error of the archive.
pub fn size(
    inspection: &Inspection,
    layer: &Layer,
    contents: &LayerContents,
    progress: &Arc<Progress>,
) -> Result<u64, Error> {
    match layer {
        Layer::Kept(layer) => {
            let account = &inspection.layers[*layer];
            if account.is_compressed() || account.stored_bytes == 0 {
                return Ok(account.stored_bytes);
            }
            let tar = contents.layer(*layer, progress)?;
            let mut packed = Packed::new(progress);
            as_far_as_it_goes(packed.copy(&*tar, Extent::whole(&*tar)))?;
            packed.finish()
        }
        Layer::Made(recipe) => made(&inspection.tree, recipe, contents, progress),
    }
}

fn made(
    tree: &Tree,
    recipe: &Recipe,
    contents: &LayerContents,
    progress: &Arc<Progress>,
) -> Result<u64, Error> {
    let mut packed = Packed::new(progress);
    let mut choice = Choice { tree, paths: Paths::new(tree), recipe, hidden: HashSet::new() };
    for layer in recipe.layers().filter(|&layer| recipe.takes_of(tree, layer)) {
        let tar = match contents.layer(layer, progress) {
            // A layer that is not in the archive counts as empty everywhere.
            Err(Error::NoLayer { .. }) => continue,
            tar => tar?,
        };
        as_far_as_it_goes(add_members(&tar, &mut packed, |entry| choice.takes(layer, entry)))?;
    }
    let end = MemorySource(END.into());
    as_far_as_it_goes(packed.copy(&end, Extent::whole(&end)))?;
    packed.finish()
}

/// Turns a layer that cannot be read to its end into one that ends there, as elsewhere. Only a
/// cancellation stays an error.
fn as_far_as_it_goes(read: io::Result<()>) -> Result<(), Error> {
    match read {
        Err(error) if is_cancelled(&error) => Err(Error::Cancelled),
        _ => Ok(()),
    }
}

/// Adds the selected members of a tar, with their headers unchanged.
fn add_members(
    tar: &Source,
    packed: &mut Packed<'_>,
    mut wanted: impl FnMut(&Entry) -> bool,
) -> io::Result<()> {
    let mut walker =
        Walker::new(Window::new(&**tar, Extent::whole(&**tar), WINDOW), Limits::default());
    // The bytes waiting to be copied, up to the start of the next member's extended headers.
    let mut waiting = Extent { offset: 0, len: 0 };
    let mut start = 0_u64;
    loop {
        match walker.advance() {
            Ok(true) => {}
            Err(Fault::Io(error)) if is_cancelled(&error) => return Err(error),
            Ok(false) | Err(_) => return packed.copy(&**tar, waiting),
        }
        let entry = walker.entry();
        let end = entry
            .data
            .saturating_add(entry.stored)
            .saturating_add(entry.stored.wrapping_neg() % 512);
        if wanted(entry) {
            if waiting.offset.saturating_add(waiting.len) != start {
                packed.copy(&**tar, waiting)?;
                waiting = Extent { offset: start, len: 0 };
            }
            waiting.len += end - start;
            // This happens before the walk continues: bytes of a compressed layer would have to be
            // decoded again later.
            if waiting.len >= PIECE as u64 {
                packed.copy(&**tar, waiting)?;
                waiting = Extent { offset: end, len: 0 };
            }
        }
        start = end;
    }
}

/// The selection of members for a layer.
struct Choice<'a> {
    tree: &'a Tree,
    paths: Paths<'a>,
    recipe: &'a Recipe,
    /// Paths that have a mark already, each with whether the mark is opaque.
    hidden: HashSet<(NodeId, bool)>,
}

impl Choice<'_> {
    fn takes(&mut self, layer: LayerIndex, entry: &Entry) -> bool {
        let parts = components(&entry.name);
        let Some((name, directory)) = parts.split_last() else {
            return self
                .version(NodeId::ROOT, layer, entry)
                .is_some_and(|version| self.recipe.has(version));
        };
        let directory =
            directory.iter().try_fold(NodeId::ROOT, |node, part| self.paths.child(node, part));
        let found = |name: &[u8]| directory.and_then(|directory| self.paths.child(directory, name));
        match spelling(name) {
            Spelling::Ordinary => {
                match found(name).and_then(|node| self.version(node, layer, entry)) {
                    Some(version) => self.recipe.has(version),
                    None => self.is_wanted(found(name).or(directory)),
                }
            }
            Spelling::Whiteout(gone) => self.still_hides(found(gone), false),
            Spelling::Opaque => self.still_hides(directory, true),
            Spelling::Invalid => self.is_wanted(directory),
        }
    }

    /// Returns the version that an entry of a layer made.
    fn version(&self, node: NodeId, layer: LayerIndex, entry: &Entry) -> Option<VersionId> {
        let tree = self.tree;
        let carries_bytes = entry.kind == EntryKind::File;
        tree.versions(node).find(|&version| {
            let is_inode = tree.kind(version) == Kind::File && tree.inode(version) == version;
            let fits = !carries_bytes || !is_inode || tree.data_offset(version) == entry.data;
            tree.added_in(version) == layer && fits
        })
    }

    /// Returns whether an entry without a version stays.
    fn is_wanted(&self, node: Option<NodeId>) -> bool {
        match &self.recipe.others {
            Others::Gone => false,
            Others::Needed { dropped, .. } => node.is_none_or(|node| !dropped[node.index()]),
        }
    }

    /// Returns whether a mark hides something below these layers that nothing replaces.
    fn still_hides(&mut self, node: Option<NodeId>, opaque: bool) -> bool {
        let Others::Needed { dropped, never_made } = &self.recipe.others else { return false };
        let Some(node) = node else { return true };
        let (first, last) = (*self.recipe.of.start(), *self.recipe.of.end());
        let kind = |node| self.tree.at(node, last).map(|version| self.tree.kind(version));
        let has_room = match kind(node) {
            Some(Kind::Directory) => true,
            Some(_) => false,
            None => !opaque,
        };
        has_room
            && first.previous().is_some_and(|below| self.tree.at(node, below).is_some())
            && !dropped[node.index()]
            && never_made.binary_search(&node).is_err()
            // If the directory is removed itself, one mark is sufficient.
            && kind(self.tree.parent(node)) == Some(Kind::Directory)
            && self.hidden.insert((node, opaque))
    }
}

/// A gzip stream of which only the length is kept.
struct Packed<'a> {
    encoder: GzEncoder<Counter>,
    /// The next piece to compress. Pieces always have the same size, because it influences the
    /// output.
    piece: Vec<u8>,
    filled: usize,
    progress: &'a Progress,
}

impl<'a> Packed<'a> {
    fn new(progress: &'a Progress) -> Self {
        let encoder = GzEncoder::new(Counter::default(), Compression::new(GZIP_LEVEL));
        Self { encoder, piece: vec![0; PIECE], filled: 0, progress }
    }

    /// Adds a run of bytes, up to the end of the source.
    fn copy(&mut self, source: &dyn ReadAt, extent: Extent) -> io::Result<()> {
        let mut left = extent;
        while left.len > 0 {
            if self.filled == PIECE {
                self.compress()?;
            }
            let room = &mut self.piece[self.filled..];
            let want = usize::try_from(left.len).unwrap_or(usize::MAX).min(room.len());
            let n = source.read_at(&mut room[..want], left.offset)?;
            if n == 0 {
                break;
            }
            self.filled += n;
            left = left.part(n as u64, u64::MAX);
        }
        Ok(())
    }

    fn compress(&mut self) -> io::Result<()> {
        check_cancelled(self.progress)?;
        self.encoder.write_all(&self.piece[..self.filled])?;
        self.filled = 0;
        Ok(())
    }

    fn finish(mut self) -> Result<u64, Error> {
        let written = self.compress().and_then(|()| self.encoder.finish());
        written.map(|counter| counter.0).map_err(|_| Error::Cancelled)
    }
}
