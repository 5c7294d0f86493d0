//! The report in the types of the JSON contract.

use serde::{Serialize, Serializer};

use super::completeness::{CompletenessPart, VerificationPart, WarningPart, warning_parts};
use super::json::lossless;
use super::ladder::{PossibleSizePart, possible_size_parts};
use super::runtime::ApplicationPart;
use super::study::{BasePart, FindingPart, SharePart, findings};
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::avoidable::Avoidable;
use crate::analysis::{LayerAccount, Wasted};
use crate::display::Escaped;
use crate::display::Units;
use crate::image::Compression;
use crate::origin::Provider;
use crate::tree::{Kind, NodeId, Tree, VersionId};

/// The version of the contract; incremented when readers have to change.
const SCHEMA_VERSION: u32 = 2;

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
    schema_version: u32,
    tool: Tool,
    image: ImagePart,
    completeness: CompletenessPart,
    totals: TotalsPart,
    layers: Vec<LayerPart>,
    wasted: WastedParts<'a>,
    findings: Vec<FindingPart>,
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
    source_kind: &'static str,
    tags: Vec<String>,
    id: Option<String>,
    platform: Option<String>,
    created: Option<String>,
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
    index: usize,
    diff_id: Option<String>,
    digest: Option<String>,
    known: &'static str,
    read_to_byte: Option<u64>,
    exact: bool,
    instruction: String,
    created_by: Option<String>,
    compression: Option<&'static str>,
    entries: usize,
    size_bytes: u64,
    visible_bytes: u64,
    wasted_bytes: u64,
    hidden_bytes: u64,
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
        let paths = self.0.final_paths();
        serializer.collect_seq(
            paths.into_iter().map(|(node, version)| PathPart::new(self.0, node, version)),
        )
    }
}

#[derive(Debug, Serialize)]
struct WastedPart {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    bytes: u64,
    added_in: usize,
    removed_in: usize,
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
    layer: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    target: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    target_hex: Option<String>,
}

impl<'a> Account<'a> {
    /// Builds the report from `inspection` and from the findings in `study`.
    pub fn new(inspection: &'a Inspection, study: &Study, detail: Detail) -> Self {
        let top = if detail.top == 0 { usize::MAX } else { detail.top };
        let tree = &inspection.tree;
        let totals = &inspection.totals;
        let avoidable = Avoidable::measure(inspection, study);
        Self {
            schema_version: SCHEMA_VERSION,
            tool: Tool { name: env!("CARGO_PKG_NAME"), version: env!("CARGO_PKG_VERSION") },
            image: ImagePart {
                tags: inspection.tags.clone(),
                id: inspection.id.clone(),
                platform: inspection.platform.clone(),
                source: inspection.source.clone(),
                source_kind: inspection.provider.map_or("archive", Provider::word),
                created: inspection.created.clone(),
            },
            completeness: CompletenessPart::new(&inspection.completeness),
            totals: TotalsPart {
                size_bytes: totals.size,
                visible_bytes: totals.visible,
                wasted_bytes: totals.wasted(),
                avoidable_bytes: avoidable.own,
                optional_bytes: avoidable.optional,
                base_avoidable_bytes: avoidable.base,
                smallest_bytes: study.smallest().map(|(smallest, _)| smallest.size),
                tar_bytes: totals.tar_bytes,
                stored_bytes: totals.stored_bytes,
                exact: inspection.completeness.sizes_are_exact(),
                efficiency: inspection.efficiency(),
                files: totals.files,
                directories: totals.directories,
                symlinks: totals.symlinks,
            },
            layers: inspection
                .layers
                .iter()
                .enumerate()
                .map(|(i, layer)| LayerPart::new(inspection, i, layer))
                .collect(),
            wasted: WastedParts {
                tree,
                wasted: &inspection.wasted[..inspection.wasted.len().min(top)],
            },
            findings: findings(inspection, study),
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

impl LayerPart {
    fn new(inspection: &Inspection, index: usize, layer: &LayerAccount) -> Self {
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
    fn new(tree: &Tree, node: NodeId, version: VersionId) -> Self {
        let (path, path_hex) = lossless(&tree.path(node));
        let (uid, gid) = tree.owner(version);
        let target = tree.target(version).map(lossless);
        let (target, target_hex) = target.map_or((None, None), |(text, hex)| (Some(text), hex));
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
            target,
            target_hex,
        }
    }
}
