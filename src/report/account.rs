//! The report in the types of the JSON contract.

use crate::escape::Untrusted;
use std::collections::HashMap;
use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::advice::advice;
use super::changes::changes;
use super::completeness::{CompletenessPart, VerificationPart, WarningPart, warning_parts};
use super::json::{lossless, write_escaped};
use super::ladder::{PossibleSizePart, possible_size_parts};
use super::runtime::ApplicationPart;
use super::secrets::{SearchPart, SecretsPart};
use super::study::{BasePart, FindingPart, SharePart, findings};
use super::words::verdict;
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::avoidable::Avoidable;
use crate::analysis::{LayerAccount, Wasted, WastedGroup, wasted_groups};
use crate::display::Escaped;
use crate::display::Units;
use crate::image::Compression;
use crate::layer_index::LayerIndex;
use crate::origin::Provider;
use crate::recorded::{ChangeRecord, Document, RecordError, RecordedImage, SCHEMA_VERSION};
use crate::tree::{Kind, NodeId, Tree, VersionId};

/// The amount of detail in a report.
#[derive(Debug, Clone, Copy)]
pub struct Detail {
    /// The number of wasted files; 0 for all.
    pub top: usize,
    /// True if the final tree is listed.
    pub tree: bool,
    /// The units of sizes in sentences.
    pub units: Units,
}

/// The root of the JSON report.
#[derive(Serialize)]
pub struct Account<'a> {
    schema_version: u64,
    tool: Tool,
    image: ImagePart,
    /// The verdict in a sentence.
    verdict: String,
    completeness: CompletenessPart,
    totals: TotalsPart,
    layers: Vec<LayerPart>,
    wasted: WastedParts<'a>,
    wasted_by_layers: Vec<PairPart>,
    findings: Vec<FindingPart>,
    changes: Vec<ChangeRecord>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secrets: Option<SecretsPart>,
    secrets_search: SearchPart,
    base: BasePart,
    bytes_by_purpose: Vec<SharePart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    application: Option<ApplicationPart>,
    possible_sizes: Vec<PossibleSizePart>,
    warnings: Vec<WarningPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mismatches: Option<Vec<WarningPart>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verification: Option<VerificationPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tree: Option<PathParts<'a>>,
}

#[derive(Debug, Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Debug, Serialize)]
struct ImagePart {
    source: Escaped,
    selector: Vec<Untrusted>,
    source_kind: &'static str,
    tags: Vec<Untrusted>,
    id: Option<Untrusted>,
    platform: Option<Untrusted>,
    created: Option<Untrusted>,
}

#[derive(Debug, Serialize)]
struct TotalsPart {
    size_bytes: u64,
    visible_bytes: u64,
    wasted_bytes: u64,
    /// Saved by changes in the user's own layers, wasted or not.
    avoidable_bytes: u64,
    /// Optional files in the user's own layers.
    optional_bytes: u64,
    /// Saved only with another base image or a multi-stage build.
    base_avoidable_bytes: u64,
    /// The smallest possible size that keeps the program unchanged.
    smallest_bytes: Option<u64>,
    /// The word for how far it can be relied on.
    smallest_certainty: Option<&'static str>,
    /// The number of wasted files that are not empty.
    wasted_files: usize,
    tar_bytes: u64,
    stored_bytes: u64,
    /// True if the sizes are exact; otherwise they are lower bounds.
    exact: bool,
    efficiency: Option<f64>,
    files: u64,
    directories: u64,
    symlinks: u64,
}

#[derive(Debug, Serialize)]
struct LayerPart {
    index: LayerIndex,
    diff_id: Option<Untrusted>,
    digest: Option<Untrusted>,
    known: &'static str,
    read_to_byte: Option<u64>,
    exact: bool,
    instruction: Untrusted,
    created_by: Option<Untrusted>,
    compression: Option<&'static str>,
    entries: usize,
    size_bytes: u64,
    visible_bytes: u64,
    wasted_bytes: u64,
    hidden_bytes: u64,
    /// Saved by changes in this layer, if it is one of the user's own.
    avoidable_bytes: u64,
    tar_bytes: u64,
    stored_bytes: u64,
}

/// Wasted files, whose paths are generated while they are written: together they may be longer than
/// the input.
struct WastedParts<'a> {
    tree: &'a Tree,
    wasted: &'a [Wasted],
}

impl Serialize for WastedParts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.wasted.iter().map(|wasted| WastedPart::new(self.tree, wasted)))
    }
}

/// The paths of the final filesystem, made as they are written.
struct PathParts<'a>(&'a Tree);

impl Serialize for PathParts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let tree = self.0;
        // The name that has the bytes of a file, for hard links of the same layer: the image's own,
        // or else the first one in the list.
        let mut first: HashMap<(VersionId, LayerIndex), NodeId> = HashMap::new();
        for (node, version) in tree.final_paths() {
            let inode = tree.inode(version);
            if tree.is_linked(version) && tree.node_of(inode) == node {
                first.insert((inode, tree.added_in(version)), node);
            }
        }
        let mut part = |(node, version): (NodeId, VersionId)| {
            let is_linked = tree.is_linked(version);
            let file = is_linked.then(|| (tree.inode(version), tree.added_in(version)));
            let same = file.map(|file| *first.entry(file).or_insert(node));
            PathPart::new(tree, node, version, same.filter(|&same| same != node))
        };
        serializer.collect_seq(tree.final_paths().into_iter().map(&mut part))
    }
}

#[derive(Debug, Serialize)]
struct WastedPart {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    bytes: u64,
    added_in: LayerIndex,
    removed_in: LayerIndex,
    reason: &'static str,
}

#[derive(Debug, Serialize)]
struct PathPart {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    #[serde(rename = "type")]
    kind: &'static str,
    size: u64,
    mode: String,
    uid: u32,
    gid: u32,
    layer: LayerIndex,
    mtime: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hard_link_to: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hard_link_to_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    device: Option<(u32, u32)>,
}

/// Wasted bytes that one layer added and another removed.
#[derive(Debug, Serialize)]
struct PairPart {
    added_in: LayerIndex,
    removed_in: LayerIndex,
    bytes: u64,
    files: usize,
    reason: &'static str,
    why: Escaped,
    fix: Escaped,
}

fn pairs(inspection: &Inspection, study: &Study) -> Vec<PairPart> {
    let pair = |group: WastedGroup| {
        let (why, fix) = advice(inspection, study, &group);
        PairPart {
            added_in: group.added_in,
            removed_in: group.removed_in,
            bytes: group.bytes,
            files: group.count,
            reason: group.reason.name(),
            why,
            fix,
        }
    };
    wasted_groups(inspection).into_iter().map(pair).collect()
}

impl<'a> Account<'a> {
    /// Builds the report from `inspection` and from the findings in `study`.
    pub fn new(inspection: &'a Inspection, study: &Study, detail: Detail) -> Self {
        let top = if detail.top == 0 { usize::MAX } else { detail.top };
        let tree = &inspection.tree;
        let totals = &inspection.totals;
        let avoidable = Avoidable::measure(study);
        let of_layers = Avoidable::of_layers(inspection, study);
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            image: ImagePart {
                tags: crate::image::masked_names(&inspection.tags),
                id: inspection.id.clone(),
                platform: inspection.platform.clone(),
                source: inspection.source.clone(),
                selector: inspection.selector.clone(),
                source_kind: inspection.provider.map_or("archive", Provider::word),
                created: inspection.created.clone(),
            },
            verdict: verdict(inspection, study, detail.units),
            completeness: CompletenessPart::new(&inspection.completeness),
            totals: TotalsPart {
                size_bytes: totals.size,
                visible_bytes: totals.visible,
                wasted_bytes: totals.wasted(),
                avoidable_bytes: avoidable.own,
                optional_bytes: avoidable.optional,
                base_avoidable_bytes: avoidable.base,
                smallest_bytes: study.smallest().map(|(smallest, _)| smallest.size),
                smallest_certainty: study.smallest().map(|(least, _)| least.certainty.grade()),
                wasted_files: inspection.wasted.iter().filter(|wasted| wasted.bytes > 0).count(),
                tar_bytes: totals.tar_bytes,
                stored_bytes: totals.stored_bytes,
                exact: inspection.completeness.sizes_are_exact(),
                efficiency: inspection.efficiency(),
                files: totals.files,
                directories: totals.directories,
                symlinks: totals.symlinks,
            },
            layers: LayerIndex::numbered(&inspection.layers)
                .zip(of_layers)
                .map(|((i, layer), avoidable)| LayerPart::new(inspection, i, layer, avoidable))
                .collect(),
            wasted: WastedParts {
                tree,
                wasted: &inspection.wasted[..inspection.wasted.len().min(top)],
            },
            wasted_by_layers: pairs(inspection, study),
            findings: findings(inspection, study),
            changes: changes(inspection, study),
            secrets: study.secrets.as_ref().map(|found| SecretsPart::new(inspection, found)),
            secrets_search: SearchPart::new(study.secrets.as_ref()),
            base: BasePart::new(inspection, &study.base),
            bytes_by_purpose: study.shares.iter().map(SharePart::new).collect(),
            application: study
                .runtime
                .as_ref()
                .map(|runtime| ApplicationPart::new(inspection, runtime)),
            possible_sizes: possible_size_parts(&study.ladder, detail.units),
            warnings: warning_parts(&inspection.warnings),
            mismatches: inspection.mismatches.as_deref().map(warning_parts),
            verification: VerificationPart::new(inspection),
            tree: detail.tree.then_some(PathParts(tree)),
        }
    }
}

impl Account<'_> {
    /// Returns the image as the report records it; `name` is that of the image.
    ///
    /// # Errors
    ///
    /// [`RecordError`] if the report cannot be read back, which is a fault of this program.
    pub fn recorded(&self, name: &Escaped) -> Result<RecordedImage, RecordError> {
        RecordedImage::from_document(self.document()?, name)
    }

    /// Returns the report as it is read back.
    ///
    /// # Errors
    ///
    /// [`RecordError`] if it cannot be read back, which is a fault of this program.
    pub fn document(&self) -> Result<Document, RecordError> {
        let fault = |error: serde_json::Error| RecordError::Member(error.to_string());
        serde_json::to_value(self).and_then(serde_json::from_value).map_err(fault)
    }
}

impl LayerPart {
    fn new(
        inspection: &Inspection,
        index: LayerIndex,
        layer: &LayerAccount,
        avoidable_bytes: u64,
    ) -> Self {
        let known = inspection.completeness.layer(index);
        Self {
            index,
            diff_id: layer.diff_id.clone(),
            digest: layer.digest.clone(),
            known: known.word(),
            read_to_byte: known.read_to(),
            exact: inspection.amounts_of(index).are_exact(),
            instruction: layer.instruction.text.clone(),
            created_by: layer.instruction.created_by.clone(),
            compression: layer.compression.map(Compression::name),
            entries: layer.entries,
            size_bytes: layer.size,
            visible_bytes: layer.visible,
            wasted_bytes: layer.wasted(),
            hidden_bytes: layer.hidden,
            avoidable_bytes,
            tar_bytes: layer.tar_bytes,
            stored_bytes: layer.stored_bytes,
        }
    }
}

impl WastedPart {
    fn new(tree: &Tree, wasted: &Wasted) -> Self {
        let (path, path_hex) = lossless(&tree.path(tree.node_of(wasted.version)));
        Self {
            path,
            path_hex,
            bytes: wasted.bytes,
            added_in: wasted.added_in,
            removed_in: wasted.removed_in,
            reason: wasted.reason.name(),
        }
    }
}

impl PathPart {
    fn new(tree: &Tree, node: NodeId, version: VersionId, same: Option<NodeId>) -> Self {
        let (path, path_hex) = lossless(&tree.path(node));
        let (uid, gid) = tree.owner(version);
        let link = |target: Option<(String, Option<String>)>| {
            target.map_or((None, None), |(text, hex)| (Some(text), hex))
        };
        let (target, target_hex) = link(tree.target(version).map(lossless));
        let (hard_link_to, hard_link_to_hex) = link(same.map(|same| lossless(&tree.path(same))));
        Self {
            path,
            path_hex,
            kind: match tree.kind(version) {
                Kind::File => "file",
                Kind::Directory => "directory",
                Kind::Symlink => "symlink",
                Kind::Char => "char",
                Kind::Block => "block",
                Kind::Fifo => "fifo",
            },
            size: tree.size(version),
            mode: format!("{:04o}", tree.mode(version)),
            uid,
            gid,
            layer: tree.added_in(version),
            mtime: tree.mtime(version),
            target,
            target_hex,
            hard_link_to,
            hard_link_to_hex,
            device: tree.device(version),
        }
    }
}

/// Writes the report as JSON, one member per line, with a line feed at the end.
///
/// # Errors
///
/// An error of `out`.
pub fn write_json(account: &Account<'_>, out: impl Write) -> io::Result<()> {
    write_escaped(account, out)
}
