//! Writes a comparison as JSON: `assets/compare.schema.json`.

use std::io::{self, Write};

use serde::{Serialize, Serializer};

use super::{Against, Comparison};
use crate::analysis::{Inspection, Listing};
use crate::compare::{
    Column, Difference, LayerPlace, PackageChange, PackageChanges, PathChange, Sharing,
};
use crate::display::Escaped;
use crate::display::Units;
use crate::layer_index::LayerIndex;
use crate::report::completeness::{CompletenessPart, WarningPart, warning_parts};
use crate::report::json::lossless;
use crate::report::json::write_escaped;
use crate::report::secrets::SecretChangesPart;
use crate::warning::Known;

#[derive(Serialize)]
struct ComparisonPart<'a> {
    schema_version: u32,
    verdict: String,
    images: Vec<ImagePart<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    layers: Option<Vec<LayerPart>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    download: Option<DownloadPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    not_compared: Option<String>,
    /// The sentences on what the comparison cannot tell.
    not_told: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    changes: Option<ChangeParts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unknown: Option<ChangeParts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    packages: Option<PackagesPart<'a>>,
    /// Null if secrets were not searched for in both images.
    secrets: Option<SecretChangesPart<'a>>,
}

#[derive(Serialize)]
struct ImagePart<'a> {
    name: &'a str,
    read_from: &'static str,
    layers: usize,
    size_bytes: u64,
    visible_bytes: u64,
    wasted_bytes: u64,
    stored_bytes: u64,
    files: u64,
    ratio: Option<f64>,
    exact: bool,
    completeness: CompletenessPart,
    warnings: Vec<WarningPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    download: Option<DownloadPart>,
    secrets_searched: bool,
    /// Null for the first image, and if one of both was not searched.
    secrets_since_first: Option<SecretChangesPart<'a>>,
}

#[derive(Serialize)]
struct LayerPart {
    first: Option<LayerIndex>,
    second: Option<LayerIndex>,
    instruction: Escaped,
    size_bytes: u64,
    stored_bytes: u64,
    exact: bool,
    download_bytes: u64,
}

#[derive(Serialize)]
struct DownloadPart {
    bytes: u64,
    exact: bool,
    shared_layers: usize,
    common_layers: usize,
    broken_by: Vec<String>,
}

/// The paths that differ, generated while they are written, because all paths together may be
/// longer than the input.
///
/// Paths that may or may not differ are a separate list.
struct ChangeParts<'a> {
    against: &'a Against<'a>,
    unknown: bool,
}

impl Serialize for ChangeParts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Against { pair, first, second, .. } = self.against;
        let belongs = |place: &usize| {
            (pair.paths.get(*place).difference == Difference::Unknown) == self.unknown
        };
        let change = |place| change_part(&pair.paths.change(place, &first.tree, &second.tree));
        serializer.collect_seq(pair.paths.changes().filter(belongs).map(change))
    }
}

#[derive(Serialize)]
struct ChangePart {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    change: &'static str,
    before_bytes: u64,
    after_bytes: u64,
    less_bytes: u64,
    more_bytes: u64,
    layer_before: Option<LayerIndex>,
    layer_after: Option<LayerIndex>,
}

#[derive(Serialize)]
struct PackagesPart<'a> {
    before: usize,
    after: usize,
    same: usize,
    unpackaged_before_bytes: u64,
    unpackaged_after_bytes: u64,
    changes: Vec<PackagePart<'a>>,
}

#[derive(Serialize)]
struct PackagePart<'a> {
    name: &'a str,
    change: &'static str,
    version_before: Option<&'a str>,
    version_after: Option<&'a str>,
    before_bytes: u64,
    after_bytes: u64,
}

/// Writes a comparison as JSON.
///
/// # Errors
///
/// An error of `out`.
pub fn write_comparison_json(
    comparison: &Comparison<'_>,
    units: Units,
    out: impl Write,
) -> io::Result<()> {
    let against = comparison.pair();
    // The download size is relative to the first image, which therefore has none.
    let sharings = std::iter::once(None).chain(comparison.sharings().iter().map(Some));
    let not_compared =
        against.and_then(|against| super::not_compared(against.first, against.second));
    let compared = against.filter(|_| not_compared.is_none());
    let part = ComparisonPart {
        schema_version: 2,
        verdict: comparison.verdict(units),
        images: comparison
            .images()
            .zip(sharings)
            .enumerate()
            .map(|(number, (image, sharing))| ImagePart {
                secrets_searched: comparison.searched.get(number).copied().unwrap_or_default(),
                secrets_since_first: number
                    .checked_sub(1)
                    .and_then(|other| comparison.secrets.get(other)?.as_ref())
                    .map(SecretChangesPart::new),
                ..image_part(image, sharing)
            })
            .collect(),
        layers: against.map(layer_parts),
        download: against.map(|against| download_part(&against.pair.sharing)),
        changes: compared.map(|against| ChangeParts { against, unknown: false }),
        unknown: compared.map(|against| ChangeParts { against, unknown: true }),
        not_compared,
        not_told: against.map_or_else(Vec::new, Against::not_told),
        packages: against.and_then(|against| against.packages.as_ref()).map(packages_part),
        secrets: against
            .and_then(|_| comparison.secrets.first()?.as_ref())
            .map(SecretChangesPart::new),
    };
    write_escaped(&part, out)
}

fn image_part<'a>(
    (column, image): (&'a Column, &Inspection),
    sharing: Option<&Sharing>,
) -> ImagePart<'a> {
    ImagePart {
        name: &column.name,
        read_from: if image.listing == Listing::Whole { "image" } else { "report" },
        layers: column.layers,
        size_bytes: column.size,
        visible_bytes: column.visible,
        wasted_bytes: column.wasted,
        stored_bytes: column.stored,
        files: column.files,
        ratio: column.ratio,
        exact: column.exact,
        completeness: CompletenessPart::new(&image.completeness),
        warnings: warning_parts(&image.warnings),
        download: sharing.map(download_part),
        secrets_searched: false,
        secrets_since_first: None,
    }
}

fn layer_parts(against: &Against<'_>) -> Vec<LayerPart> {
    let part = |&place: &LayerPlace| {
        let account = place.account(against.first, against.second);
        LayerPart {
            first: place.first(),
            second: place.second(),
            instruction: account.instruction.one_line(),
            size_bytes: account.size,
            stored_bytes: account.stored_bytes,
            exact: place.known(against.first, against.second) == Known::Whole,
            download_bytes: if matches!(place, LayerPlace::Second(layer) if against.pair.sharing.sent[layer])
            {
                account.stored_bytes
            } else {
                0
            },
        }
    };
    against.pair.layers.iter().map(part).collect()
}

fn download_part(sharing: &Sharing) -> DownloadPart {
    DownloadPart {
        bytes: sharing.download,
        exact: sharing.exact,
        shared_layers: sharing.shared(),
        common_layers: sharing.common,
        broken_by: sharing.broken_by.iter().map(|change| lossless(&change.path).0).collect(),
    }
}

fn change_part(change: &PathChange) -> ChangePart {
    let (path, path_hex) = lossless(&change.path);
    ChangePart {
        path,
        path_hex,
        change: change.difference.name(),
        before_bytes: change.before,
        after_bytes: change.after,
        less_bytes: change.less,
        more_bytes: change.more,
        layer_before: change.layer_before,
        layer_after: change.layer_after,
    }
}

fn packages_part(packages: &PackageChanges) -> PackagesPart<'_> {
    PackagesPart {
        before: packages.counts.0,
        after: packages.counts.1,
        same: packages.same,
        unpackaged_before_bytes: packages.unpackaged.0,
        unpackaged_after_bytes: packages.unpackaged.1,
        changes: packages.changes.iter().map(package_part).collect(),
    }
}

fn package_part(change: &PackageChange) -> PackagePart<'_> {
    let (before_bytes, after_bytes) = change.bytes();
    PackagePart {
        name: &change.name,
        change: change.difference.name(),
        version_before: change.before.as_ref().and_then(|package| package.version.as_deref()),
        version_after: change.after.as_ref().and_then(|package| package.version.as_deref()),
        before_bytes,
        after_bytes,
    }
}
