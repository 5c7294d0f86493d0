//! Makes an image of a report: its numbers, and its final filesystem if that is recorded.

use crate::escape::Untrusted;
use std::sync::{Arc, OnceLock};

use super::RecordError;
use super::document::{CompletenessRecord, Document, LayerRecord, PathRecord};
use crate::analysis::{Completeness, ImageTotals, Inspection, LayerAccount, Listing};
use crate::archive::{Entry, EntryKind};
use crate::display::{Escaped, escaped_str, unhex};
use crate::image::{Compression, Instruction, LayerEntries, OtherPlatforms, Run};
use crate::layer_index::LayerIndex;
use crate::secret::mask;
use crate::tree::{Builder, ENTRY_LIMIT, Tree};
use crate::warning::{Gap, Known, Warning, WarningKind};

pub(super) fn inspection(
    document: &Document,
    tree: Option<Vec<PathRecord>>,
    name: &Escaped,
) -> Result<Inspection, RecordError> {
    let Document { image, totals, .. } = document;
    let listing = match &tree {
        Some(paths) if paths.iter().all(|path| path.mtime.is_some()) => Listing::Final,
        _ => Listing::Absent,
    };
    let paths = tree.filter(|_| listing == Listing::Final).unwrap_or_default();
    Ok(Inspection {
        name: image.tags.first().map_or_else(|| name.clone(), |tag| escaped_str(tag)),
        source: image.source.clone(),
        selector: untrusted(&image.selector),
        other_platforms: OtherPlatforms::default(),
        provider: None,
        tags: untrusted(&image.tags),
        id: image.id.as_ref().map(Untrusted::from),
        platform: image.platform.as_ref().map(Untrusted::from),
        created: image.created.as_ref().map(Untrusted::from),
        built_on: None,
        run: Run::default(),
        history: Vec::new(),
        layers: document.layers.iter().map(account).collect(),
        totals: ImageTotals {
            size: totals.size_bytes,
            visible: totals.visible_bytes,
            tar_bytes: totals.tar_bytes,
            stored_bytes: totals.stored_bytes,
            files: totals.files,
            directories: totals.directories,
            symlinks: totals.symlinks,
        },
        tree: Arc::new(tree_of(paths, document.layers.len())?),
        listing,
        wasted: Vec::new(),
        warnings: warnings(document),
        completeness: completeness(&document.completeness, &document.layers),
        mismatches: None,
        verification: None,
        groups: OnceLock::new(),
    })
}

fn untrusted(texts: &[String]) -> Vec<Untrusted> {
    texts.iter().map(Untrusted::from).collect()
}

fn account(layer: &LayerRecord) -> LayerAccount {
    let named =
        |name: &str| Compression::ALL.into_iter().find(|compression| compression.name() == name);
    LayerAccount {
        instruction: Instruction {
            // A report of a program that masked less may hold secrets.
            text: mask(&layer.instruction).into(),
            created_by: layer.created_by.as_deref().map(|text| mask(text).into()),
        },
        diff_id: layer.diff_id.as_ref().map(Untrusted::from),
        digest: layer.digest.as_ref().map(Untrusted::from),
        compression: layer.compression.as_deref().and_then(named),
        entries: layer.entries,
        size: layer.size_bytes,
        visible: layer.visible_bytes,
        hidden: layer.hidden_bytes,
        tar_bytes: layer.tar_bytes,
        stored_bytes: layer.stored_bytes,
    }
}

/// Returns how far a layer is known; a word of a later version is no whole layer.
fn known(layer: &LayerRecord) -> Known {
    Known::from_word(&layer.known, layer.read_to_byte.unwrap_or(0))
}

/// Returns the code of a remark; what does not look like one is no code.
fn code(text: &str) -> String {
    let is_code = !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
    if is_code { text.into() } else { "unknown".into() }
}

fn completeness(record: &CompletenessRecord, layers: &[LayerRecord]) -> Completeness {
    let gap = |gap: &super::document::GapRecord| Warning {
        layer: gap.layer.map(LayerIndex::new),
        kind: WarningKind::Recorded {
            code: code(&gap.code),
            // A kind of a later version has no remedy that is known here.
            gap: Gap::ALL.into_iter().find(|kind| kind.word() == gap.gap).or(Some(Gap::Unreadable)),
            message: gap.message.clone(),
        },
    };
    let gaps = record.gaps.iter().map(gap).collect();
    Completeness::recorded(layers.iter().map(known).collect(), gaps, record.sizes_exact)
}

/// Returns the remarks, those on what is missing among them.
fn warnings(document: &Document) -> Vec<Warning> {
    let gap_of = |code: &str| {
        let gap = document.completeness.gaps.iter().find(|gap| gap.code == code)?;
        Gap::ALL.into_iter().find(|kind| kind.word() == gap.gap)
    };
    let warning = |remark: &super::document::RemarkRecord| Warning {
        layer: remark.layer.map(LayerIndex::new),
        kind: WarningKind::Recorded {
            code: code(&remark.code),
            gap: gap_of(&remark.code),
            message: remark.message.clone(),
        },
    };
    document.warnings.iter().map(warning).collect()
}

/// Builds the tree of the final filesystem: each path has the version that is visible.
fn tree_of(paths: Vec<PathRecord>, layers: usize) -> Result<Tree, RecordError> {
    if paths.len() > ENTRY_LIMIT {
        return Err(RecordError::Limit { what: "paths", limit: ENTRY_LIMIT });
    }
    let mut entries: Vec<LayerEntries> = Vec::new();
    entries.resize_with(layers, LayerEntries::default);
    // A hard link follows the file that it names.
    let (links, others): (Vec<_>, Vec<_>) =
        paths.into_iter().partition(|path| path.hard_link_to.is_some());
    for path in others.into_iter().chain(links) {
        let of = entries.get_mut(path.layer).ok_or(RecordError::Contradiction("layer"))?;
        if !of.push(&entry(path)?) {
            return Err(RecordError::Limit { what: "bytes of names", limit: u32::MAX as usize });
        }
    }
    let mut builder = Builder::new();
    for layer in &entries {
        builder.apply(layer)?;
    }
    Ok(builder.finish().tree)
}

fn entry(path: PathRecord) -> Result<Entry, RecordError> {
    let bytes = |text: String, hex: Option<String>, member| match hex {
        Some(hex) => unhex(&hex).ok_or(RecordError::Contradiction(member)),
        None => Ok(text.into_bytes()),
    };
    let link = match (path.target, path.hard_link_to) {
        (Some(target), _) => bytes(target, path.target_hex, "target_hex")?,
        (None, Some(same)) => bytes(same, path.hard_link_to_hex, "hard_link_to_hex")?,
        (None, None) => Vec::new(),
    };
    let kind = match path.kind.as_str() {
        "file" if link.is_empty() => EntryKind::File,
        "file" => EntryKind::HardLink,
        "directory" => EntryKind::Directory,
        "symlink" => EntryKind::Symlink,
        "char" => EntryKind::Char,
        "block" => EntryKind::Block,
        "fifo" => EntryKind::Fifo,
        _ => return Err(RecordError::Contradiction("type")),
    };
    let mode = u16::from_str_radix(&path.mode, 8).ok().filter(|mode| *mode <= 0o7777);
    Ok(Entry {
        name: bytes(path.path, path.path_hex, "path_hex")?,
        link,
        kind,
        size: if kind == EntryKind::File { path.size } else { 0 },
        mode: mode.ok_or(RecordError::Contradiction("mode"))?,
        uid: path.uid,
        gid: path.gid,
        mtime: path.mtime.unwrap_or(0),
        device: path.device.unwrap_or_default(),
        ..Entry::default()
    })
}
