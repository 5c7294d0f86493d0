//! Secrets in files, of every layer.
//!
//! A file is read once, if its path is that of a rule or if it may be a text, and only within
//! limits: names decide, then sizes, then the first bytes. One that was searched while its layer
//! passed is read again only if something was found in it. Texts are not downloaded for it.

use std::collections::{HashMap, HashSet};
use std::io;
use std::sync::Arc;

use super::links::other_names;
use super::{Place, Secret, Secrets};
use crate::advice::findings::take;
use crate::analysis::Inspection;
use crate::archive::{Extent, read_extent};
use crate::display::{Escaped, escaped_str};
use crate::error::Error;
use crate::files::contents::{Contents, Searched};
use crate::files::filesystem::{Filesystem, readable};
use crate::files::packages::Packages;
use crate::layer_index::LayerIndex;
use crate::progress::Progress;
use crate::secret::{
    BlockSearch, Encoding, FarHit, FileSearch, HEAD, Kind, Masked, SearchByPath, SmallTexts,
    ValueHash, count_lines, has_other_search, is_container, path_matcher, rules,
};
use crate::tree::{NodeId, Removal, Tree, VersionId};

/// The most bytes that are read in all.
const BYTES: u64 = 256 << 20;
/// The most files that are read.
const FILES: usize = 200_000;
/// The bytes by which most files that are no texts are recognised.
const START: u64 = 512;
/// The bytes of a long text that are read at once.
const PIECE: u64 = 1 << 20;
/// The most secrets of all files.
pub(super) const SECRETS: usize = 5_000;

/// A file that is to be read.
pub(super) struct Candidate {
    pub(super) inode: VersionId,
    /// The way in which it is searched.
    pub(super) search: FileSearch,
    /// True for a small text: reading it again to look for copies of a secret in it costs nothing.
    pub(super) is_small: bool,
}

/// A secret that a search found in a file.
pub(super) struct FoundValue<'a> {
    pub(super) kind: &'static Kind,
    pub(super) name: Option<Escaped>,
    /// The value, and false if it is not of a text, so that nothing of it is shown.
    pub(super) value: &'a [u8],
    pub(super) is_text: bool,
    pub(super) line: Option<usize>,
}

/// The result of a look into a file.
enum Looked {
    /// A file that was searched, or has nothing to search.
    Searched,
    /// A file that was searched, and has more secrets than are counted.
    Cut,
    /// A file that was not searched, although its name or its text asks for it.
    Unsearched,
}

/// The search of an image's files.
pub(super) struct Search<'a> {
    pub(super) tree: &'a Tree,
    pub(super) packages: &'a Packages,
    pub(super) filesystem: Filesystem<'a>,
    /// The number of bytes and of files that may still be read.
    bytes: u64,
    files: usize,
    secrets: Secrets,
    /// The texts for a second look.
    pub(super) texts: Vec<Candidate>,
    /// The contents of small ones, as far as they were read.
    pub(super) kept: HashMap<VersionId, Vec<u8>>,
}

/// Finds the secrets in the files of an image, and keeps the texts for a second look.
///
/// # Errors
///
/// Only a cancellation.
pub(super) fn find<'a>(
    inspection: &'a Inspection,
    contents: &'a dyn Contents,
    packages: &'a Packages,
    progress: &'a Arc<Progress>,
) -> Result<(Secrets, Search<'a>), Error> {
    let tree = &inspection.tree;
    let mut search = Search {
        tree,
        packages,
        filesystem: Filesystem::new(tree, contents, progress),
        bytes: BYTES,
        files: FILES,
        secrets: Secrets { archives: archives(tree, packages), ..Secrets::default() },
        texts: Vec::new(),
        kept: HashMap::new(),
    };
    for candidate in candidates(tree, packages) {
        let is_costly = match contents.searched(tree, candidate.inode, candidate.search) {
            Searched::Text => {
                search.texts.push(candidate);
                continue;
            }
            Searched::Binary(is_container) => {
                search.count_container(&candidate, is_container);
                continue;
            }
            Searched::Hit if candidate.is_of_a_package(tree, packages) => continue,
            Searched::Hit | Searched::NotYet => false,
            Searched::NotHere => !candidate.search.is_by_name(),
        };
        let looked = match is_costly || search.files == 0 || search.secrets.list.len() >= SECRETS {
            true => Looked::Unsearched,
            false => search.look(candidate)?,
        };
        if search.files == 0 {
            search.secrets.limit = Some("200,000 files");
        }
        search.secrets.unread += usize::from(matches!(looked, Looked::Unsearched));
        search.secrets.cut += usize::from(matches!(looked, Looked::Cut));
    }
    let mut known = HashSet::new();
    search.secrets.list.retain(|secret| known.insert((secret.inode, secret.hash)));
    Ok((std::mem::take(&mut search.secrets), search))
}

impl<'a> Search<'a> {
    /// Looks into a file: its first bytes tell whether the rest is read.
    fn look(&mut self, candidate: Candidate) -> Result<Looked, Error> {
        let (size, search) = (self.tree.size(candidate.inode), candidate.search);
        let is_whole = search.takes_whole(size);
        self.files -= 1;
        if search.is_for_texts() && size > HEAD as u64 {
            match self.encoding(&candidate)? {
                Some(Encoding::Binary) => return Ok(Looked::Searched),
                Some(encoding) if is_whole || encoding == Encoding::Narrow => {}
                _ => return Ok(Looked::Unsearched),
            }
        } else if !is_whole {
            return Ok(Looked::Unsearched);
        }
        let Some(left) = self.bytes.checked_sub(size) else {
            self.secrets.limit = Some("256 MiB");
            return Ok(Looked::Unsearched);
        };
        self.bytes = left;
        if !is_whole {
            let looked = self.look_in_blocks(&candidate)?;
            self.texts.push(candidate);
            return Ok(looked);
        }
        let Some(bytes) = readable(self.filesystem.read_start(candidate.inode, size))? else {
            return Ok(Looked::Unsearched);
        };
        let (looked, is_text) = self.look_at_all(&candidate, &bytes);
        if is_text && candidate.is_small {
            self.kept.insert(candidate.inode, bytes);
        }
        self.texts.extend(is_text.then_some(candidate));
        Ok(looked)
    }

    /// Returns the encoding of a file by its first bytes, and counts an archive or a database; `None` if
    /// they cannot be read.
    fn encoding(&mut self, candidate: &Candidate) -> Result<Option<Encoding>, Error> {
        let read = self.filesystem.with_source(candidate.inode, |source| {
            let whole = Extent::whole(&**source);
            let start = read_extent(&**source, whole.part(0, START))?;
            if Encoding::is_binary(&start) {
                return Ok::<_, io::Error>((Encoding::Binary, is_container(&start)));
            }
            let head = read_extent(&**source, whole.part(0, HEAD as u64))?;
            let encoding = Encoding::detect(&head);
            Ok((encoding, !encoding.is_text() && is_container(&head)))
        });
        let Some((encoding, is_container)) = readable(read)? else { return Ok(None) };
        self.count_container(candidate, is_container);
        Ok(Some(encoding))
    }

    /// Counts an archive or a database that is not known by its name, unless a package brought it.
    fn count_container(&mut self, candidate: &Candidate, is_container: bool) {
        let (tree, packages) = (self.tree, self.packages);
        let is_one = is_container
            && !is_named_archive(tree, candidate.inode)
            && !is_common(tree, candidate.inode)
            && !candidate.is_of_a_package(tree, packages);
        self.secrets.archives += usize::from(is_one);
    }

    /// Searches the contents of a file; returns whether it is a text, too.
    fn look_at_all(&mut self, candidate: &Candidate, bytes: &[u8]) -> (Looked, bool) {
        let found = candidate.search.find(bytes);
        self.count_container(candidate, !found.is_text && is_container(bytes));
        if found.hits.is_empty() || candidate.is_of_a_package(self.tree, self.packages) {
            return (Looked::Searched, found.is_text);
        }
        let mut lines = Lines::default();
        for hit in &found.hits {
            let value = &found.text[hit.range.clone()];
            if found.is_text {
                self.secrets.values.add(value);
            }
            let found = FoundValue {
                kind: hit.kind,
                name: hit.name.as_deref().map(escaped_str),
                value,
                is_text: found.is_text,
                line: found.is_text.then(|| lines.at(&found.text, hit.range.start)),
            };
            self.secrets.list.push(candidate.secret(self.tree, found));
        }
        (if found.is_whole { Looked::Searched } else { Looked::Cut }, found.is_text)
    }

    /// Searches a long text.
    fn look_in_blocks(&mut self, candidate: &Candidate) -> Result<Looked, Error> {
        let size = self.tree.size(candidate.inode);
        let mut blocks = BlockSearch::new(candidate.search);
        let read = self.filesystem.with_source(candidate.inode, |source| {
            let whole = Extent::whole(&**source);
            (0..size).step_by(PIECE as usize).try_for_each(|at| {
                blocks.push(&read_extent(&**source, whole.part(at, PIECE))?);
                Ok::<_, io::Error>(())
            })
        });
        if readable(read)?.is_none() {
            return Ok(Looked::Unsearched);
        }
        let (found, is_whole) = blocks.finish();
        if found.is_empty() || candidate.is_of_a_package(self.tree, self.packages) {
            return Ok(Looked::Searched);
        }
        for FarHit { hit, value, line } in &found {
            self.secrets.values.add(value);
            let (kind, line) = (hit.kind, Some(*line));
            let name = hit.name.as_deref().map(escaped_str);
            let found = FoundValue { kind, name, value, is_text: true, line };
            self.secrets.list.push(candidate.secret(self.tree, found));
        }
        Ok(if is_whole { Looked::Searched } else { Looked::Cut })
    }
}

/// The number of the line of a place, for places one after the other.
#[derive(Default)]
struct Lines {
    counted: usize,
    ends: usize,
}

impl Lines {
    fn at(&mut self, text: &[u8], place: usize) -> usize {
        self.ends += count_lines(text.get(self.counted..place).unwrap_or_default());
        self.counted = place;
        1 + self.ends
    }
}

/// Counts the archives that no package brought, by their names, and the repositories of Git: each keeps its
/// objects compressed.
fn archives(tree: &Tree, packages: &Packages) -> usize {
    let mut repositories = HashSet::new();
    let is_archive = |&(inode, removal): &(VersionId, Option<&Removal>)| {
        let node = tree.node_of(inode);
        repositories.extend(repository(tree, node));
        is_named_archive(tree, inode)
            && tree.size(inode) > 0
            && !is_common(tree, inode)
            && !is_of_a_package(tree, packages, (inode, node, removal))
    };
    let archives = tree.inodes_with_removals().filter(is_archive).count();
    archives + repositories.len()
}

/// Returns the directory of the objects of Git that a file is one of, loose or packed.
fn repository(tree: &Tree, node: NodeId) -> Option<NodeId> {
    let name = tree.name(node);
    let is_loose = || name.len() == 38 && name.iter().all(u8::is_ascii_hexdigit);
    if !name.ends_with(b".pack") && !is_loose() {
        return None;
    }
    let objects = tree.parent(tree.parent(node));
    let is_of_git = tree.name(objects) == b"objects" && tree.name(tree.parent(objects)) == b".git";
    is_of_git.then_some(objects)
}

/// Returns whether the name of a file is that of an archive.
fn is_named_archive(tree: &Tree, inode: VersionId) -> bool {
    let name = tree.name(tree.node_of(inode)).to_ascii_lowercase();
    rules().archives.iter().any(|end| name.ends_with(end.as_bytes()))
}

/// Returns whether everybody has the archives of the directory of a file.
fn is_common(tree: &Tree, inode: VersionId) -> bool {
    let path = tree.path(tree.node_of(inode));
    rules().common_archives.iter().any(|start| path.starts_with(start.as_bytes()))
}

/// Returns whether a package brought a file as it is: everybody who has the package has it.
fn is_of_a_package(
    tree: &Tree,
    packages: &Packages,
    (inode, node, removal): (VersionId, NodeId, Option<&Removal>),
) -> bool {
    let is_first = tree.versions(node).last() == Some(inode);
    let layer = packages.layer_for(tree, inode, removal);
    is_first && packages.owner(tree, layer, node).is_some()
}

/// Returns the number of the search of each path.
fn searches(tree: &Tree) -> Vec<Option<u16>> {
    let mut taken = take(path_matcher(), tree, &[]);
    let mut paths = SearchByPath::default();
    for node in tree.nodes() {
        let search = &mut taken[node.index()];
        let name = tree.name(node);
        *search = search.map(|number| FileSearch::numbered(number).with_name(name).number());
        if has_other_search(search.map(FileSearch::numbered), name) {
            *search = paths.search_for(&tree.path(node)).map(FileSearch::number);
        }
    }
    taken
}

/// Returns the files to read, in the order of the layers and of their places in them.
fn candidates(tree: &Tree, packages: &Packages) -> Vec<Candidate> {
    let taken = searches(tree);
    let inodes = tree.inodes_with_removals().filter_map(|(inode, removal)| {
        let node = tree.node_of(inode);
        let search = FileSearch::numbered(taken[node.index()]?);
        // Everybody has what a package brought, and most such files are in the directories of programs.
        let is_foreign = || {
            search.is_for_rare_tokens() && is_of_a_package(tree, packages, (inode, node, removal))
        };
        let candidate = Candidate { inode, search, is_small: false };
        (tree.size(inode) > 0 && !is_foreign()).then_some(candidate)
    });
    let mut candidates: Vec<_> = inodes.collect();
    candidates.sort_by_key(|candidate| candidate.place(tree));
    let layers = candidates.chunk_by_mut(|one, other| one.place(tree).0 == other.place(tree).0);
    for layer in layers {
        let mut small = SmallTexts::default();
        for candidate in layer {
            candidate.is_small = small.takes(candidate.search, tree.size(candidate.inode));
        }
    }
    candidates.extend(other_names(tree, &taken).into_iter().filter_map(|(inode, search)| {
        let candidate = Candidate { inode, search, is_small: false };
        (tree.size(inode) > 0 && !candidate.is_of_a_package(tree, packages)).then_some(candidate)
    }));
    // Named files come first, so that texts cannot use up their bytes; those beside programs come last.
    candidates.sort_by_key(|Candidate { search, .. }| {
        let is_disguised = search.is_for_disguised_texts();
        (!search.is_by_name(), search.is_for_rare_tokens(), is_disguised)
    });
    candidates
}

impl Candidate {
    /// Returns the place in the image: the layer, and the bytes in it.
    pub(super) fn place(&self, tree: &Tree) -> (LayerIndex, u64) {
        (tree.added_in(self.inode), tree.data_offset(self.inode))
    }

    pub(super) fn is_of_a_package(&self, tree: &Tree, packages: &Packages) -> bool {
        let Self { inode, .. } = *self;
        is_of_a_package(tree, packages, (inode, tree.node_of(inode), tree.removal(inode)))
    }

    pub(super) fn secret(&self, tree: &Tree, found: FoundValue<'_>) -> Secret {
        let FoundValue { kind, name, value, is_text, line } = found;
        let removal = tree.removal(self.inode);
        Secret {
            kind,
            place: Place::File { node: tree.node_of(self.inode), line },
            name,
            inode: Some(self.inode),
            added_in: Some(tree.added_in(self.inode)),
            removed_in: removal.map(|removal| removal.layer),
            reason: removal.map(|removal| removal.reason),
            shown: Masked::new(if is_text { value } else { b"" }),
            hash: ValueHash::new(value),
            origin: None,
        }
    }
}
