//! Reads the contents of an opened image's files from its layers.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use super::file::LayerFile;
use super::host::open_below;
use super::{Contents, Searched};
use crate::archive::{MemorySource, Source};
use crate::display::shown;
use crate::display::{Escaped, escaped};
use crate::error::Error;
use crate::image::Opened;
use crate::image::compression::SPACING;
use crate::image::opened::{Storage, check_unchanged};
use crate::image::passed::PassedLayers;
use crate::image::region::{Bytes, DecodedStream, Region, Shared, Watched};
use crate::image::{Compression, head};
use crate::layer_index::LayerIndex;
use crate::progress::Progress;
use crate::secret::FileSearch;
use crate::tree::{Kind, Tree, VersionId};

/// The number of the stream for an archive that is compressed as a whole; no layer has it.
const WHOLE: usize = usize::MAX;
/// The largest file that is kept of a pipe, in bytes.
const KEPT: usize = 32 << 20;

/// A reader of file contents from the layers of an image.
///
/// It is cheap to make, and should be kept as long as the image is in use, because bytes decoded
/// for one file help with the next. It keeps at most 512 KiB of decoded bytes, three decoders, and
/// the checkpoints of each gzip layer, one for 4 MiB or 1 MiB, and at most 1,024.
pub struct LayerContents {
    /// The name of the archive, escaped for display.
    path: Escaped,
    layers: Vec<LayerBytes>,
    /// The uncompressed layers that have been used, by member number. One member may be several
    /// layers.
    tars: Mutex<HashMap<usize, Region>>,
    shared: Arc<Shared>,
    /// The sources of all bytes.
    sources: Vec<Source>,
    /// The checkpoints and contents that were kept of layers while they were read.
    passed: PassedLayers,
}

/// A layer, and the place of its contents.
struct LayerBytes {
    /// The name of the member, escaped for display.
    name: Escaped,
    whereabouts: Whereabouts,
}

enum Whereabouts {
    /// The layer is not in the archive.
    Missing { foreign: bool },
    /// The layer was read from a pipe: only what was kept of it while it passed can be read.
    Piped { member: usize },
    /// The files are below a directory of the host.
    Root(Arc<Path>),
    /// The layer is stored, with or without compression.
    Stored { member: usize, bytes: Region, compression: Option<Compression>, files: Option<Region> },
}

impl LayerContents {
    /// Prepares to read the contents of an image; nothing is read yet.
    pub fn new(opened: &Opened) -> Self {
        let shared = Arc::<Shared>::default();
        let whole = match &opened.storage {
            Storage::Compressed(archive) => {
                let source = &archive.source;
                let bytes =
                    Region { bytes: Bytes::Source(source.clone()), offset: 0, len: source.len() };
                let (compression, passed) = (archive.compression, archive.passed.clone());
                let stream = DecodedStream::new(WHOLE, bytes, compression, shared.clone(), passed);
                Some(Region::decoded(Arc::new(stream)))
            }
            _ => None,
        };
        let layers = opened.image.layers.iter().map(|layer| {
            let whereabouts = match (&layer.member, &opened.storage) {
                (None, _) => Whereabouts::Missing { foreign: layer.foreign },
                (Some(member), Storage::Pipe) => Whereabouts::Piped { member: member.id },
                (Some(_), Storage::Root(root)) => Whereabouts::Root(root.clone()),
                (Some(member), storage) => {
                    let extent = member.extent;
                    let bytes = match (storage, &whole) {
                        (Storage::Compressed(archive), Some(whole)) => archive
                            .places
                            .get(&member.id)
                            .map(|place| whole.member(place, extent.len)),
                        _ => None,
                    };
                    let bytes = bytes.unwrap_or_else(|| Region {
                        bytes: Bytes::Source(member.source.clone()),
                        offset: extent.offset,
                        len: extent.len,
                    });
                    let read = opened.read.get(&member.id);
                    let table = read.and_then(|read| read.table.clone());
                    Whereabouts::Stored {
                        member: member.id,
                        bytes,
                        compression: read.map(|read| read.compression),
                        files: table.map(|table| Region {
                            bytes: Bytes::Chunked(table),
                            offset: 0,
                            len: u64::MAX,
                        }),
                    }
                }
            };
            LayerBytes { name: layer.name.clone(), whereabouts }
        });
        Self {
            path: opened.path.clone(),
            layers: layers.collect(),
            tars: Mutex::default(),
            shared,
            sources: opened.sources(),
            passed: opened.passed.clone(),
        }
    }

    /// Returns the uncompressed tar of a layer. It may be shorter than
    /// [`ReadAt::len`](crate::archive::ReadAt::len).
    ///
    /// Nothing is read before the source is. Reading adds to `progress`, and fails soon after
    /// [`Progress::cancel`] is set.
    ///
    /// # Errors
    ///
    /// An error if the layer is missing in the archive or was read from a pipe.
    pub fn layer(&self, layer: LayerIndex, progress: &Arc<Progress>) -> Result<Source, Error> {
        let file = || shown!("layer {}", layer);
        let none = || (Escaped::default(), &Whereabouts::Missing { foreign: false });
        let (name, place) = layer
            .get_from(&self.layers)
            .map_or_else(none, |place| (place.name.clone(), &place.whereabouts));
        match place {
            &Whereabouts::Missing { foreign } => {
                Err(Error::NoLayer { file: file(), layer, name, foreign })
            }
            Whereabouts::Piped { .. } => Err(Error::Piped { file: file() }),
            Whereabouts::Root(root) => {
                let root = escaped(root.as_os_str().as_encoded_bytes());
                Err(Error::NotATar { file: shown!("{} ({})", file(), root) })
            }
            Whereabouts::Stored { member, bytes, compression, .. } => {
                let region = self.tar(*member, bytes, *compression)?;
                Ok(Arc::new(Watched { region, progress: progress.clone() }))
            }
        }
    }

    /// Returns the contents of a file that were kept of a layer while it passed; `None` if they were
    /// not, or not as a whole.
    fn kept(&self, member: usize, tree: &Tree, inode: VersionId) -> Option<Vec<u8>> {
        let size = usize::try_from(tree.size(inode)).ok()?;
        let passed = self.passed.of_member(member);
        if !passed.has_pieces() || size > KEPT {
            return None;
        }
        let mut bytes = vec![0; size];
        (passed.read_at(&mut bytes, tree.data_offset(inode)) == size).then_some(bytes)
    }

    /// Returns the uncompressed tar of `stored`.
    fn tar(
        &self,
        member: usize,
        stored: &Region,
        compression: Option<Compression>,
    ) -> Result<Region, Error> {
        let mut tars = self.tars.lock().unwrap_or_else(PoisonError::into_inner);
        let vacant = match tars.entry(member) {
            Entry::Occupied(known) => return Ok(known.get().clone()),
            Entry::Vacant(vacant) => vacant,
        };
        let compression = match (compression, &stored.bytes) {
            (Some(compression), _) => compression,
            (None, Bytes::Source(source)) => {
                let failed =
                    |source| Error::Io { path: self.path.clone(), operation: "read", source };
                let head = head(&**source, stored.offset).map_err(failed)?;
                let len = usize::try_from(stored.len).unwrap_or(usize::MAX).min(head.len());
                Compression::sniff(&head[..len])
            }
            // The layer was not recognised as compressed when the archive was read.
            (None, _) => Compression::None,
        };
        let (shared, passed) = (self.shared.clone(), self.passed.of_member(member));
        let tar = match compression {
            Compression::None => stored.clone(),
            compression => {
                let stream =
                    DecodedStream::new(member, stored.clone(), compression, shared, passed.clone());
                Region::decoded(Arc::new(stream))
            }
        };
        Ok(vacant.insert(tar.with_pieces(&passed)).clone())
    }
}

impl Contents for LayerContents {
    fn check_unchanged(&self) -> Result<(), Error> {
        check_unchanged(&self.path, &self.sources)
    }

    fn searched(&self, tree: &Tree, inode: VersionId, search: FileSearch) -> Searched {
        let place = tree.added_in(inode).get_from(&self.layers).map(|place| &place.whereabouts);
        let (member, is_costly) = match place {
            Some(Whereabouts::Piped { member }) => (*member, false),
            Some(Whereabouts::Stored { member, bytes, files, .. }) => {
                let costs = |source: &Source| source.costs_a_download();
                let is_download = matches!(&bytes.bytes, Bytes::Source(source) if costs(source));
                // A layer that is read by its table of contents is costly, too.
                (*member, files.is_some() || is_download)
            }
            Some(Whereabouts::Missing { .. } | Whereabouts::Root(_)) | None => {
                return Searched::NotYet;
            }
        };
        let note = self.passed.of_member(member).note(tree.data_offset(inode));
        match note.filter(|note| note.search.includes(search)) {
            Some(note) if note.is_hit => Searched::Hit,
            Some(note) if note.is_text => Searched::Text,
            Some(note) => Searched::Binary(note.is_container),
            None if is_costly => Searched::NotHere,
            None => Searched::NotYet,
        }
    }

    fn keeps(&self, tree: &Tree, inode: VersionId) -> bool {
        let place = tree.added_in(inode).get_from(&self.layers).map(|place| &place.whereabouts);
        let member = match place {
            Some(Whereabouts::Piped { member }) => *member,
            Some(Whereabouts::Stored { member, .. })
                if self.decoded_before(tree, inode).is_some() =>
            {
                *member
            }
            _ => return false,
        };
        self.kept(member, tree, inode).is_some()
    }

    fn decoded_before(&self, tree: &Tree, inode: VersionId) -> Option<u64> {
        let place = tree.added_in(inode).get_from(&self.layers).map(|place| &place.whereabouts);
        match place? {
            Whereabouts::Stored { bytes, compression, files: None, .. } => match &bytes.bytes {
                Bytes::Source(source) if source.costs_a_download() => None,
                Bytes::Source(_) if *compression == Some(Compression::None) => Some(0),
                _ => Some(SPACING),
            },
            Whereabouts::Root(_) => Some(0),
            _ => None,
        }
    }

    fn open(
        &self,
        tree: &Tree,
        version: VersionId,
        progress: &Arc<Progress>,
    ) -> Result<Source, Error> {
        let file = || escaped(&tree.path(tree.node_of(version)));
        let found = match tree.kind(version) {
            Kind::File => None,
            Kind::Directory => Some("a directory"),
            Kind::Symlink => Some("a symbolic link"),
            Kind::Char | Kind::Block => Some("a device"),
            Kind::Fifo => Some("a named pipe"),
        };
        if let Some(found) = found {
            return Err(Error::NotAFile { file: file(), found });
        }
        if tree.size(version) == 0 {
            return Ok(Arc::new(MemorySource(Vec::new())));
        }
        let inode = tree.inode(version);
        let layer = tree.added_in(inode);
        let place = layer.get_from(&self.layers);
        let name = place.map_or_else(Escaped::default, |place| place.name.clone());
        match place.map(|place| &place.whereabouts) {
            None => Err(Error::NoLayer { file: file(), layer, name, foreign: false }),
            Some(&Whereabouts::Missing { foreign }) => {
                Err(Error::NoLayer { file: file(), layer, name, foreign })
            }
            Some(Whereabouts::Piped { member }) => {
                let kept =
                    self.kept(*member, tree, inode).ok_or_else(|| Error::Piped { file: file() })?;
                Ok(Arc::new(MemorySource(kept)))
            }
            Some(Whereabouts::Root(root)) => {
                open_below(root, &tree.path(tree.node_of(inode)), progress)
            }
            Some(Whereabouts::Stored { member, bytes, compression, files }) => {
                let tar = match files {
                    Some(files) => files.clone(),
                    None => self.tar(*member, bytes, *compression)?,
                };
                let place = format!("layer {layer} ({name})");
                Ok(Arc::new(LayerFile::new(tar, tree, inode, place, progress.clone())))
            }
        }
    }
}
