//! The findings in the types of the JSON contract.

use crate::escape::Untrusted;
use serde::Serialize;

use super::json::lossless;
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::base::{Base, Share, named};
use crate::advice::changes::Change;
use crate::advice::findings::{Finding, Spot};
use crate::display::Escaped;
use crate::layer_index::LayerIndex;
use crate::tree::Tree;

#[derive(Debug, Serialize)]
pub struct FindingPart {
    rule: String,
    title: String,
    level: &'static str,
    grade: &'static str,
    change: Option<usize>,
    whose: &'static str,
    layer: LayerIndex,
    removed_in: Option<LayerIndex>,
    reason: Option<&'static str>,
    bytes: u64,
    files: usize,
    places: Vec<SpotPart>,
    examples: Vec<SpotPart>,
    packages: Vec<PackagePart>,
    why: String,
    fix: FixPart,
    sources: Vec<String>,
}

#[derive(Debug, Serialize)]
struct SpotPart {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct PackagePart {
    name: Escaped,
    bytes: u64,
}

#[derive(Debug, Serialize)]
struct FixPart {
    what: String,
    dockerfile: Option<String>,
    dockerignore: Vec<String>,
    saves_bytes: u64,
}

#[derive(Debug, Serialize)]
pub struct BasePart {
    layers: usize,
    size_bytes: u64,
    name: Option<Untrusted>,
    digest: Option<Untrusted>,
    evidence: &'static str,
    certain: bool,
    words: String,
}

#[derive(Debug, Serialize)]
pub struct SharePart {
    purpose: &'static str,
    bytes: u64,
    wasted_bytes: u64,
}

/// Converts the findings of a study.
pub fn findings(inspection: &Inspection, study: &Study) -> Vec<FindingPart> {
    let mut changes = vec![None; study.findings.len()];
    for (place, change) in study.changes.iter().enumerate() {
        change.findings.iter().for_each(|&finding| changes[finding] = Some(place));
    }
    let part = |(finding, place): (&Finding, &Option<usize>)| {
        let change = place.and_then(|place| Some((place, study.changes.get(place)?)));
        FindingPart::new(&inspection.tree, finding, change)
    };
    study.findings.iter().zip(&changes).map(part).collect()
}

impl FindingPart {
    fn new(tree: &Tree, finding: &Finding, change: Option<(usize, &Change)>) -> Self {
        let spots = |spots: &[Spot]| spots.iter().map(|spot| SpotPart::new(tree, spot)).collect();
        let package =
            |(name, bytes): &(Escaped, u64)| PackagePart { name: name.clone(), bytes: *bytes };
        Self {
            rule: finding.rule.clone(),
            title: finding.title.clone(),
            level: finding.level.name(),
            grade: change.map_or("needs a look", |(_, change)| change.grade()),
            change: change.map(|(place, _)| place),
            whose: finding.whose.name(),
            layer: finding.added_in,
            removed_in: finding.removed_in(),
            reason: finding.reason.map(crate::tree::Reason::name),
            bytes: finding.bytes,
            files: finding.files,
            places: spots(&finding.places),
            examples: spots(&finding.examples),
            packages: finding.packages.iter().map(package).collect(),
            why: finding.why.clone(),
            fix: FixPart {
                what: finding.fix.what.clone(),
                dockerfile: finding.fix.dockerfile.clone(),
                dockerignore: finding.fix.dockerignore.clone(),
                saves_bytes: finding.fix.saves,
            },
            sources: finding.sources.clone(),
        }
    }
}

impl SpotPart {
    fn new(tree: &Tree, spot: &Spot) -> Self {
        let (path, path_hex) = lossless(&tree.path(spot.node));
        Self { path, path_hex, bytes: spot.bytes }
    }
}

impl BasePart {
    pub fn new(inspection: &Inspection, base: &Base) -> Self {
        Self {
            layers: base.layers,
            size_bytes: inspection.layers.iter().take(base.layers).map(|layer| layer.size).sum(),
            name: base.name.clone(),
            digest: named(inspection)
                .filter(|is| Some(&is.name) == base.name.as_ref())
                .and_then(|is| is.digest),
            evidence: base.how.name(),
            certain: base.certain,
            words: base.how.to_string(),
        }
    }
}

impl SharePart {
    pub fn new(share: &Share) -> Self {
        Self { purpose: share.purpose.name(), bytes: share.bytes, wasted_bytes: share.wasted }
    }
}
