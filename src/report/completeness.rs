//! The completeness and the warnings of an image, in the types of the JSON contracts.

use serde::Serialize;

use crate::analysis::{Completeness, Unverified};
use crate::escape::Escaped;
use crate::layer_index::LayerIndex;
use crate::{Gap, Inspection, Warning};

/// The parts of an image that a report covers.
#[derive(Debug, Serialize)]
pub struct CompletenessPart {
    whole: bool,
    sizes_exact: bool,
    gaps: Vec<GapPart>,
}

#[derive(Debug, Serialize)]
struct GapPart {
    layer: Option<LayerIndex>,
    gap: &'static str,
    code: String,
    message: String,
}

/// A remark on an image.
#[derive(Debug, Serialize)]
pub struct WarningPart {
    layer: Option<LayerIndex>,
    code: String,
    message: String,
}

/// The result of a verification.
#[derive(Debug, Serialize)]
pub struct VerificationPart {
    outcome: &'static str,
    layers: usize,
    sizes: usize,
    digests: usize,
    diff_ids: usize,
    unverified: Vec<UnverifiedPart>,
}

#[derive(Debug, Serialize)]
struct UnverifiedPart {
    layer: Option<LayerIndex>,
    gap: Option<&'static str>,
    message: Escaped,
}

impl VerificationPart {
    /// `None` if nothing was to be verified.
    pub fn new(inspection: &Inspection) -> Option<Self> {
        let verification = inspection.verification.as_ref()?;
        let part = |part: &Unverified| UnverifiedPart {
            layer: part.layer,
            gap: part.gap.map(Gap::word),
            message: part.reason.clone(),
        };
        Some(Self {
            outcome: match &inspection.mismatches {
                Some(mismatches) if !mismatches.is_empty() => "mismatch",
                _ if verification.unverified.is_empty() => "verified",
                _ => "not-verified",
            },
            layers: verification.layers,
            sizes: verification.sizes,
            digests: verification.digests,
            diff_ids: verification.diff_ids,
            unverified: verification.unverified.iter().map(part).collect(),
        })
    }
}

impl CompletenessPart {
    pub fn new(completeness: &Completeness) -> Self {
        let gap = |warning: &Warning| {
            let gap = warning.gap()?.word();
            let (layer, code, message) =
                (warning.layer, warning.kind.code().to_owned(), warning.kind.to_string());
            Some(GapPart { layer, gap, code, message })
        };
        Self {
            whole: completeness.is_whole(),
            sizes_exact: completeness.sizes_are_exact(),
            gaps: completeness.gaps().iter().filter_map(gap).collect(),
        }
    }
}

/// Remarks in the JSON contracts.
pub fn warning_parts(warnings: &[Warning]) -> Vec<WarningPart> {
    let part = |warning: &Warning| WarningPart {
        layer: warning.layer,
        code: warning.kind.code().to_owned(),
        message: warning.kind.to_string(),
    };
    warnings.iter().map(part).collect()
}
