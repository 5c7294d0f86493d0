//! Archives whose images are known, and one image of them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use super::passed::{Passed, PassedLayers};
use super::region::Place;
use super::remembered::remember;
use super::select::{OtherPlatforms, other_platforms, selector};
use super::{Compression, Image, Layer, ReadLayer, Selection, select};
use crate::archive::Source;
use crate::display::Escaped;
use crate::error::Error;
use crate::origin::Cache;

/// An archive whose images are known.
pub struct Archive {
    /// The name of the archive, escaped for display.
    pub path: Escaped,
    /// The images, in order.
    pub images: Vec<Image>,
    pub(super) read: HashMap<usize, Arc<ReadLayer>>,
    pub(super) storage: Storage,
    /// The cache for layers that are read, if they come from a registry.
    pub(super) cache: Option<Cache>,
    /// Other platforms that the registry has the image for.
    pub(super) offered: Vec<String>,
}

/// The place where contents can be read after the layers have been read.
#[derive(Clone)]
pub(crate) enum Storage {
    /// The members of the archive.
    Members,
    /// A file that is compressed as a whole.
    Compressed(Arc<CompressedArchive>),
    /// Nowhere: the archive was read from a pipe.
    Pipe,
    /// The files below this directory of the host, which is the root of the only layer.
    Root(Arc<Path>),
}

/// A file that is compressed as a whole and has been decoded once.
pub(crate) struct CompressedArchive {
    /// The file.
    pub source: Source,
    /// Its compression.
    pub compression: Compression,
    /// The places in the uncompressed archive of members that were not kept, by member number.
    pub places: HashMap<usize, Place>,
    /// Its checkpoints, and contents that are always wanted.
    pub passed: Arc<Passed>,
}

/// An image whose manifest has been read.
#[derive(Clone)]
#[non_exhaustive]
pub struct Opened {
    /// The name of the archive, escaped for display.
    pub path: Escaped,
    /// The image.
    pub image: Image,
    /// The options that select the image in the archive, as words; empty if it is the only one.
    pub selector: Vec<String>,
    /// The same image for other platforms in the archive.
    pub other_platforms: OtherPlatforms,
    /// Layers that were read from a stream before the manifest was known, by member number.
    pub(crate) read: HashMap<usize, Arc<ReadLayer>>,
    /// The place where the contents of files can be read.
    pub(crate) storage: Storage,
    /// The checkpoints and contents that are kept of layers while they are read.
    pub(crate) passed: PassedLayers,
    /// The cache for layers that are read, if they come from a registry.
    cache: Option<Cache>,
}

impl Opened {
    /// Returns where the bytes of the image come from, each source once.
    pub(crate) fn sources(&self) -> Vec<Source> {
        let layers = self
            .image
            .layers
            .iter()
            .filter_map(|layer| Some(layer.member.as_ref()?.source.clone()));
        let whole = match &self.storage {
            Storage::Compressed(archive) => Some(archive.source.clone()),
            _ => None,
        };
        let mut sources: Vec<Source> = layers.chain(whole).collect();
        sources.dedup_by(|one, other| Arc::ptr_eq(one, other));
        sources
    }

    /// Keeps what later readers want of a layer, and for the next time what its bytes say, if they
    /// have their digest.
    pub(crate) fn remember(&self, layer: &Layer, read: &ReadLayer) {
        if let Some(member) = layer.member.as_ref().filter(|_| !read.passed.is_empty()) {
            self.passed.insert(member.id, &read.passed);
        }
        if let Some(cache) = self.cache.as_ref().filter(|_| !self.is_known(layer)) {
            remember(layer, read, cache);
        }
    }

    /// Returns whether a layer had been read before the image was opened.
    fn is_known(&self, layer: &Layer) -> bool {
        layer.member.as_ref().is_some_and(|member| self.read.contains_key(&member.id))
    }

    /// Fails if the archive has been changed since it was opened, so that the bytes that were read
    /// do not belong together.
    ///
    /// # Errors
    ///
    /// [`Error::Changed`] names the archive.
    pub fn check_unchanged(&self) -> Result<(), Error> {
        check_unchanged(&self.path, &self.sources())
    }
}

/// Fails if one of the sources of an archive has been changed since it was opened.
pub(crate) fn check_unchanged(path: &Escaped, sources: &[Source]) -> Result<(), Error> {
    match sources.iter().any(|source| source.has_changed()) {
        true => Err(Error::Changed { path: path.clone() }),
        false => Ok(()),
    }
}

impl Archive {
    /// Makes an archive of images whose layers have not been read.
    pub(super) fn of_images(path: Escaped, images: Vec<Image>) -> Self {
        let (read, storage) = (HashMap::new(), Storage::Members);
        Self { path, images, read, storage, cache: None, offered: Vec::new() }
    }

    /// Returns the index of the selected image.
    ///
    /// # Errors
    ///
    /// An error if no image matches, or if several do.
    pub fn select(&self, selection: &Selection) -> Result<usize, Error> {
        select(&self.path, &self.images, selection)
    }

    /// Takes the image with an index.
    pub fn pick(mut self, index: usize) -> Opened {
        let selector = selector(&self.path, &self.images, index);
        let other_platforms = match &self.offered[..] {
            [] => other_platforms(&self.path, &self.images, index),
            offered => OtherPlatforms::in_registry(offered),
        };
        let image = self.images.swap_remove(index);
        let Self { path, read, storage, cache, .. } = self;
        let passed = PassedLayers::default();
        read.iter().for_each(|(&member, read)| passed.insert(member, &read.passed));
        Opened { path, image, selector, other_platforms, read, storage, passed, cache }
    }

    /// Takes the selected image.
    ///
    /// # Errors
    ///
    /// An error if no image matches, or if several do.
    pub fn choose(self, selection: &Selection) -> Result<Opened, Error> {
        let index = self.select(selection)?;
        Ok(self.pick(index))
    }
}
