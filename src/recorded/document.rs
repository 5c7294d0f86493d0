//! The members of a report that are read back. What this version does not know is ignored, since
//! members may be added within a version of the contract.

#![expect(missing_docs, reason = "the contract explains its members: assets/report.schema.json")]

use serde::de::IgnoredAny;
use serde::{Deserialize, Deserializer};

use super::application::ApplicationRecord;
use super::change::{ChangeRecord, sign};
use super::secrets::SecretsRecord;
use super::{RecordError, SCHEMA_VERSION, of_json};
use crate::display::{Escaped, Units, escaped_str, shown};

/// The root of a JSON report.
#[derive(Debug, Deserialize)]
pub struct Document {
    /// The program that wrote it.
    pub tool: ToolRecord,
    /// The name of the image.
    pub image: ImageRecord,
    /// The verdict in a sentence, in the units of the one who wrote the report.
    #[serde(default)]
    pub verdict: Escaped,
    /// The parts of the image that were read.
    pub completeness: CompletenessRecord,
    /// The sums over the image.
    pub totals: TotalsRecord,
    /// The layers, the lowest first.
    pub layers: Vec<LayerRecord>,
    /// Wasted files, the largest first, as many as were asked for.
    #[serde(default)]
    pub wasted: Vec<WastedRecord>,
    /// Wasted bytes by the layers that added and removed them, the largest first.
    #[serde(default)]
    pub wasted_by_layers: Vec<PairRecord>,
    /// Findings, the largest first.
    #[serde(default)]
    pub findings: Vec<FindingRecord>,
    /// The changes: one's own first, in each part the one that saves most first. `None` if a program
    /// wrote the report that recorded none.
    #[serde(default)]
    pub changes: Option<Vec<ChangeRecord>>,
    /// Secrets, if they were searched for.
    #[serde(default)]
    pub secrets: Option<SecretsRecord>,
    /// The base image.
    #[serde(default)]
    pub base: BaseRecord,
    /// The bytes of one's own layers by purpose.
    #[serde(default)]
    pub bytes_by_purpose: Vec<ShareRecord>,
    /// The program that a container runs, if it was looked for.
    #[serde(default)]
    pub application: Option<ApplicationRecord>,
    /// The size after each change, the image as it is first.
    #[serde(default)]
    pub possible_sizes: Vec<PossibleSizeRecord>,
    /// Remarks.
    #[serde(default)]
    pub warnings: Vec<RemarkRecord>,
    /// The final filesystem.
    #[serde(default)]
    pub(super) tree: Option<Vec<PathRecord>>,
}

/// The program that wrote a report.
#[derive(Debug, Deserialize)]
pub struct ToolRecord {
    /// Its name.
    pub name: Escaped,
    /// Its version.
    pub version: Escaped,
}

#[derive(Debug, Deserialize)]
pub struct ImageRecord {
    pub source: Escaped,
    /// The options that select it in its source.
    #[serde(default)]
    pub selector: Vec<String>,
    pub tags: Vec<String>,
    pub id: Option<String>,
    pub platform: Option<String>,
    pub created: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct CompletenessRecord {
    pub sizes_exact: bool,
    pub gaps: Vec<GapRecord>,
}

#[derive(Debug, Deserialize)]
pub struct GapRecord {
    pub layer: Option<usize>,
    pub gap: String,
    pub code: String,
    pub message: Escaped,
}

#[derive(Debug, Deserialize)]
pub struct RemarkRecord {
    pub layer: Option<usize>,
    pub code: String,
    pub message: Escaped,
}

#[derive(Debug, Deserialize)]
pub struct TotalsRecord {
    pub size_bytes: u64,
    pub visible_bytes: u64,
    #[serde(default)]
    pub avoidable_bytes: u64,
    #[serde(default)]
    pub optional_bytes: u64,
    #[serde(default)]
    pub base_avoidable_bytes: u64,
    /// The smallest possible size that keeps the program unchanged.
    #[serde(default)]
    pub smallest_bytes: Option<u64>,
    /// The number of wasted files that are not empty; `None` if a program wrote the report that did
    /// not count them.
    #[serde(default)]
    pub wasted_files: Option<usize>,
    pub tar_bytes: u64,
    pub stored_bytes: u64,
    pub files: u64,
    pub directories: u64,
    pub symlinks: u64,
}

#[derive(Debug, Deserialize)]
pub struct LayerRecord {
    pub index: usize,
    pub diff_id: Option<String>,
    pub digest: Option<String>,
    pub known: String,
    pub read_to_byte: Option<u64>,
    pub instruction: String,
    pub created_by: Option<String>,
    pub compression: Option<String>,
    pub entries: usize,
    pub size_bytes: u64,
    pub visible_bytes: u64,
    pub hidden_bytes: u64,
    /// The bytes that changes in this layer save; `None` if a program wrote the report that did not
    /// record them.
    #[serde(default)]
    pub avoidable_bytes: Option<u64>,
    pub tar_bytes: u64,
    pub stored_bytes: u64,
}

#[derive(Debug, Deserialize)]
pub struct WastedRecord {
    pub path: Escaped,
    pub bytes: u64,
    pub added_in: usize,
    pub removed_in: usize,
    pub reason: Escaped,
}

#[derive(Debug, Deserialize)]
pub struct FindingRecord {
    pub title: Escaped,
    pub grade: Escaped,
    pub whose: Escaped,
    pub layer: usize,
    pub removed_in: Option<usize>,
    pub bytes: u64,
    pub places: Vec<SpotRecord>,
    pub why: Escaped,
    pub fix: FixRecord,
}

#[derive(Debug, Deserialize)]
pub struct PairRecord {
    pub added_in: usize,
    pub removed_in: usize,
    pub bytes: u64,
    pub files: u64,
    pub reason: Escaped,
    pub why: Escaped,
    pub fix: Escaped,
}

impl FindingRecord {
    /// Returns whether the bytes are in the layers above the base image.
    pub fn is_own(&self) -> bool {
        self.whose == *"own"
    }
}

#[derive(Debug, Deserialize)]
pub struct SpotRecord {
    pub path: Escaped,
    pub bytes: u64,
}

#[derive(Debug, Deserialize)]
pub struct FixRecord {
    pub what: Escaped,
}

#[derive(Debug, Default, Deserialize)]
pub struct BaseRecord {
    pub layers: usize,
    pub size_bytes: u64,
    pub name: Option<Escaped>,
    /// The evidence in a word; empty if a program wrote the report that recorded none.
    #[serde(default)]
    pub evidence: Escaped,
    /// True if the evidence leaves no doubt.
    #[serde(default)]
    pub certain: bool,
    /// The evidence in words.
    #[serde(default)]
    pub words: Escaped,
}

#[derive(Debug, Deserialize)]
pub struct ShareRecord {
    pub purpose: Escaped,
    pub bytes: u64,
    #[serde(default)]
    pub wasted_bytes: u64,
}

#[derive(Debug, Deserialize)]
pub struct PossibleSizeRecord {
    /// The ID of the step; empty in older reports.
    #[serde(default)]
    pub step: String,
    pub title: Escaped,
    pub size_bytes: u64,
    /// The size as built divided by this one; `None` if they cannot be compared.
    #[serde(default)]
    pub ratio: Option<f64>,
    pub grade: Escaped,
    /// The word for how far the size can be relied on, whoever has to decide; older reports have
    /// only the grade.
    #[serde(default)]
    pub size_certainty: Escaped,
    /// False if people are not shown it, since it is hardly smaller than the one before.
    #[serde(default = "shown_by_default")]
    pub noticeable: bool,
    #[serde(deserialize_with = "lines")]
    pub how: Vec<Escaped>,
    /// The basis of an estimate.
    #[serde(default)]
    pub estimated_from: Option<Escaped>,
    /// The download size then, if it is known.
    #[serde(default)]
    pub download_bytes: Option<u64>,
    #[serde(default)]
    pub download_exact: bool,
    #[serde(default)]
    pub notes: Vec<Escaped>,
}

fn shown_by_default() -> bool {
    true
}

/// Reads the lines of a text.
fn lines<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Escaped>, D::Error> {
    Ok(String::deserialize(deserializer)?.lines().map(escaped_str).collect())
}

impl PossibleSizeRecord {
    /// Returns the download size in words, if it is known.
    pub fn download(&self, units: Units) -> Option<Escaped> {
        let size = units.size(self.download_bytes?);
        Some(match self.download_exact {
            true => shown!("download: {}", escaped_str(&size)),
            false => shown!("download: about {}, if files compress as before", escaped_str(&size)),
        })
    }

    /// Returns the sign before a size that is not exact.
    pub fn sign(&self) -> &'static str {
        let is_old = self.size_certainty.is_empty();
        sign(if is_old { &self.grade } else { &self.size_certainty })
    }

    /// Returns whether the program itself becomes another one.
    pub fn changes_the_program(&self) -> bool {
        matches!(&*self.step, "stripped" | "packed")
    }
}

/// A path of the final filesystem.
#[derive(Debug, Deserialize)]
pub(super) struct PathRecord {
    pub path: String,
    pub path_hex: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub size: u64,
    pub mode: String,
    pub uid: u32,
    pub gid: u32,
    pub layer: usize,
    pub mtime: Option<i64>,
    pub target: Option<String>,
    pub target_hex: Option<String>,
    pub hard_link_to: Option<String>,
    pub hard_link_to_hex: Option<String>,
    pub device: Option<(u32, u32)>,
}

/// Checks that a text is a report of the version that is read.
pub(super) fn check_version(text: &str) -> Result<(), RecordError> {
    #[derive(Deserialize)]
    struct Tool {
        name: String,
    }
    #[derive(Deserialize)]
    struct Head {
        schema_version: u64,
        tool: Tool,
        // The JSON of `check` and of `compare` has a version, too.
        #[serde(rename = "totals")]
        _totals: IgnoredAny,
    }
    let head: Head = serde_json::from_str(text).map_err(|error| match of_json(&error) {
        RecordError::Member(_) => RecordError::Foreign,
        other => other,
    })?;
    match head {
        Head { tool: Tool { name }, .. } if name != env!("CARGO_PKG_NAME") => {
            Err(RecordError::Foreign)
        }
        Head { schema_version, .. } if schema_version > SCHEMA_VERSION => {
            Err(RecordError::Newer(schema_version))
        }
        Head { schema_version, .. } if schema_version < SCHEMA_VERSION => {
            Err(RecordError::Older(schema_version))
        }
        _ => Ok(()),
    }
}

impl Document {
    /// Returns the number of wasted files that are not empty, of which the report may list some.
    pub fn wasted_files(&self) -> usize {
        let listed = self.wasted.iter().filter(|wasted| wasted.bytes > 0).count();
        self.totals.wasted_files.unwrap_or(listed)
    }

    /// Checks that the numbers fit together, as those of every report that was written do.
    pub(super) fn check(&self) -> Result<(), RecordError> {
        let sum = |member: &'static str, total: u64, of: fn(&LayerRecord) -> u64| {
            let sum = self.layers.iter().try_fold(0_u64, |sum, layer| sum.checked_add(of(layer)));
            if sum == Some(total) { Ok(()) } else { Err(RecordError::Contradiction(member)) }
        };
        sum("size_bytes", self.totals.size_bytes, |layer| layer.size_bytes)?;
        sum("visible_bytes", self.totals.visible_bytes, |layer| layer.visible_bytes)?;
        sum("tar_bytes", self.totals.tar_bytes, |layer| layer.tar_bytes)?;
        sum("stored_bytes", self.totals.stored_bytes, |layer| layer.stored_bytes)?;
        let layers = self.layers.len();
        let size = self.totals.size_bytes;
        let add = |sum: u64, share: &ShareRecord| sum.checked_add(share.bytes);
        let shares = self.bytes_by_purpose.iter().try_fold(0_u64, add);
        let has = |layer: Option<usize>| layer.is_none_or(|layer| layer < layers);
        for (member, holds) in [
            ("index", self.layers.iter().enumerate().all(|(i, layer)| layer.index == i)),
            ("visible_bytes", self.layers.iter().all(|it| it.visible_bytes <= it.size_bytes)),
            ("hidden_bytes", self.layers.iter().all(|layer| layer.hidden_bytes <= size)),
            (
                "avoidable_bytes",
                self.layers.iter().all(|it| it.avoidable_bytes.unwrap_or(0) <= it.size_bytes),
            ),
            ("base", self.base.layers <= layers && self.base.size_bytes <= size),
            ("bytes_by_purpose", shares.is_some_and(|shares| shares <= size)),
            ("gaps", self.completeness.gaps.iter().all(|gap| has(gap.layer))),
            ("warnings", self.warnings.iter().all(|remark| has(remark.layer))),
            ("wasted", self.wasted.iter().all(|it| has(Some(it.added_in.max(it.removed_in))))),
            (
                "wasted_by_layers",
                self.wasted_by_layers.iter().all(|it| has(Some(it.added_in.max(it.removed_in)))),
            ),
            ("findings", self.findings.iter().all(|it| has(Some(it.layer)) && has(it.removed_in))),
            (
                "changes",
                self.changes.iter().flatten().all(|change| {
                    let parts = change.contains.iter().map(|part| &part.step);
                    let mut steps = change.layers.iter().chain(parts);
                    let fits = change.saves_bytes <= size && change.size_bytes <= size;
                    fits && steps.all(|step| has(Some(step.added_in)) && has(step.removed_in))
                }),
            ),
        ] {
            if !holds {
                return Err(RecordError::Contradiction(member));
            }
        }
        Ok(())
    }
}
