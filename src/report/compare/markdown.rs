//! Writes a comparison as Markdown, for a comment on a change: what it costs, and where the bytes
//! come from.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Against, Comparison, SECRETS_LISTED, not_compared};
use crate::advice::assessment::Study;
use crate::advice::findings::Purpose;
use crate::analysis::Inspection;
use crate::display::{Escaped, Units, count, escaped};
use crate::gate::Quantity;
use crate::recorded::Document;
use crate::report::markdown::{Page, code, code_cell, plain, repository};

/// The paths and packages that are listed.
const LISTED: usize = 10;

/// The bytes of an image by where they come from.
#[derive(Debug, Default)]
pub struct BytesBySource {
    /// The base image.
    base: u64,
    /// The layers above it, by purpose.
    purposes: BTreeMap<usize, u64>,
}

impl BytesBySource {
    /// Adds up what an assessment found.
    pub fn of_study(inspection: &Inspection, study: &Study) -> Self {
        let layers = inspection.layers.iter().take(study.base.layers);
        let mut purposes = BTreeMap::new();
        for share in &study.shares {
            *purposes.entry(share.purpose as usize).or_default() += share.bytes;
        }
        Self { base: layers.map(|layer| layer.size).sum(), purposes }
    }

    /// Adds up what an earlier report records.
    pub fn of_record(document: &Document) -> Self {
        let mut purposes = BTreeMap::new();
        for share in &document.bytes_by_purpose {
            let named = |purpose: &Purpose| share.purpose == *purpose.name();
            let purpose = Purpose::ALL.into_iter().find(named).unwrap_or(Purpose::Other);
            *purposes.entry(purpose as usize).or_default() += share.bytes;
        }
        Self { base: document.base.size_bytes, purposes }
    }
}

/// Writes a comparison as Markdown. `sources` has the bytes of each image, or nothing.
///
/// # Errors
///
/// An error of `out`.
pub fn write_comparison_markdown(
    comparison: &Comparison<'_>,
    sources: &[BytesBySource],
    units: Units,
    mut out: impl Write,
) -> io::Result<()> {
    let names: Vec<_> = comparison.columns.iter().map(|column| repository(&column.name)).collect();
    let mut page =
        Page::new(&format!("layerscope compare {}", names.last().map_or("", Escaped::as_str)));
    page.line(format!("### {}\n", plain(&comparison.verdict(units))));
    for told in comparison.secrets(SECRETS_LISTED) {
        let (sign, mark) = if told.is_new { ("🔑 ", "**") } else { ("", "") };
        page.line(format!("{sign}{mark}{}{mark}\n", plain(&told.sentence)));
        told.list.iter().for_each(|secret| page.line(format!("- {}", plain(secret))));
        if !told.list.is_empty() {
            page.line("");
        }
    }
    for (column, image) in comparison.images() {
        for gap in image.completeness.gaps() {
            page.line(format!("- ❔ {}: {}", code(&column.name), plain(&gap.to_string())));
        }
    }
    columns(&mut page, comparison, units);
    if let Some(against) = comparison.pair() {
        if let [first, second] = sources {
            write_sources(&mut page, [first, second], units);
        }
        paths(&mut page, against, units);
        for sentence in against.not_told() {
            page.line(format!("\n{}", plain(&sentence)));
        }
        packages(&mut page, against, units);
    }
    out.write_all(page.finish().as_bytes())?;
    out.flush()
}

/// Returns whether the second of two images differs by less than a limit and brings no secret, so
/// that a comment would say nothing.
pub fn differs_by_less(comparison: &Comparison<'_>, limit: &Quantity) -> bool {
    let [first, second] = &comparison.columns[..] else { return false };
    let least = limit.bytes_of(first.size);
    let is_small = |before: u64, after: u64| before.abs_diff(after) < least;
    !comparison.brings_secrets()
        && first.exact
        && second.exact
        && is_small(first.size, second.size)
        && is_small(first.wasted, second.wasted)
}

fn columns(page: &mut Page, comparison: &Comparison<'_>, units: Units) {
    page.line("| image | size | wasted | layers | files |\n|---|--:|--:|--:|--:|");
    for column in &comparison.columns {
        let bound = if column.exact { "" } else { "≥ " };
        let size = |bytes| format!("{bound}{}", units.size(bytes));
        let cells = [
            code_cell(&column.name),
            size(column.size),
            size(column.wasted),
            column.layers.to_string(),
            count(column.files),
        ];
        page.row(&cells);
    }
    if let [first, second] = &comparison.columns[..] {
        let change = |before, after| signed(before, after, units);
        let layers = second.layers.abs_diff(first.layers);
        let sign = if second.layers < first.layers { "−" } else { "+" };
        let cells = [
            "**change**".into(),
            format!("**{}**", change(first.size, second.size)),
            change(first.wasted, second.wasted),
            if layers == 0 { "0".into() } else { format!("{sign}{layers}") },
            String::new(),
        ];
        page.row(&cells);
    }
}

/// Writes the bytes of both images by where they come from: the base image, and the user's own layers
/// by purpose.
fn write_sources(page: &mut Page, images: [&BytesBySource; 2], units: Units) {
    let base = images.map(|image| image.base);
    let mut shares: BTreeMap<usize, [u64; 2]> = BTreeMap::new();
    for (side, image) in images.iter().enumerate() {
        for (&purpose, &bytes) in &image.purposes {
            shares.entry(purpose).or_default()[side] = bytes;
        }
    }
    page.line("\n| where the bytes come from | before | after | change |\n|---|--:|--:|--:|");
    let mut row = |what: &str, [before, after]: [u64; 2], mark: &str| {
        let cells = [
            format!("{mark}{what}{mark}"),
            units.size(before),
            units.size(after),
            format!("{mark}{}{mark}", signed(before, after, units)),
        ];
        page.row(&cells);
    };
    row("base image", base, "");
    let own = shares.values().fold([0, 0], |sum, share| [sum[0] + share[0], sum[1] + share[1]]);
    row("your layers", own, "**");
    for (purpose, share) in shares.into_iter().filter(|(_, [before, after])| before != after) {
        row(&format!("— {}", Purpose::ALL[purpose].name()), share, "");
    }
}

fn paths(page: &mut Page, against: &Against<'_>, units: Units) {
    let paths = &against.pair.paths;
    if let Some(words) = not_compared(against.first, against.second) {
        page.line(format!("\n{}", plain(&words)));
        return;
    }
    let biggest = paths.biggest();
    if biggest.is_empty() {
        page.line("\nNo file differs in size.");
        return;
    }
    page.line("\n<details><summary>Biggest differences</summary>\n\n| change | | path | layer |\n|--:|---|---|--:|");
    for &place in biggest.iter().take(LISTED) {
        let change = paths.change(place, &against.first.tree, &against.second.tree);
        let sign = if change.more > 0 { "+" } else { "−" };
        let layer = change.layer_after.or(change.layer_before).unwrap_or_default();
        let cells = [
            format!("{sign}{}", units.size(change.weight())),
            change.difference.name().to_owned(),
            code_cell(&escaped(&change.path)),
            layer.to_string(),
        ];
        page.row(&cells);
    }
    rest(page, biggest.len());
    page.close("\n</details>");
}

fn packages(page: &mut Page, against: &Against<'_>, units: Units) {
    let Some(packages) = against.packages.as_ref().filter(|packages| !packages.changes.is_empty())
    else {
        return;
    };
    page.line("\n<details><summary>Packages</summary>\n\n| change | | package | version |\n|--:|---|---|---|");
    for change in packages.changes.iter().take(LISTED) {
        let (before, after) = change.bytes();
        let cells = [
            signed(before, after, units),
            change.difference.name().to_owned(),
            code_cell(&change.name),
            plain(&change.versions()),
        ];
        page.row(&cells);
    }
    rest(page, packages.changes.len());
    page.close("\n</details>");
}

fn rest(page: &mut Page, all: usize) {
    if let more @ 1.. = all.saturating_sub(LISTED) {
        page.line(format!("\nand {} more", count(more as u64)));
    }
}

/// Formats a difference in bytes with its sign.
fn signed(before: u64, after: u64, units: Units) -> String {
    let sign = match after.cmp(&before) {
        std::cmp::Ordering::Less => "−",
        std::cmp::Ordering::Equal => "",
        std::cmp::Ordering::Greater => "+",
    };
    format!("{sign}{}", units.size(before.abs_diff(after)))
}
