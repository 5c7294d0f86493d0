//! Writes a comparison as Markdown, for a comment on a change: what it costs, and where the bytes
//! come from.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Against, Comparison};
use crate::advice::assessment::Study;
use crate::advice::findings::Purpose;
use crate::analysis::Inspection;
use crate::display::{Escaped, Units, escaped, escaped_str};
use crate::gate::Quantity;
use crate::report::markdown::{Page, code, code_cell, plain};

/// The paths and packages that are listed.
const LISTED: usize = 10;

/// Writes a comparison as Markdown. `studies` has an assessment of each image, or nothing.
///
/// # Errors
///
/// An error of `out`.
pub fn write_comparison_markdown(
    comparison: &Comparison<'_>,
    studies: &[Study],
    units: Units,
    mut out: impl Write,
) -> io::Result<()> {
    let names: Vec<_> = comparison.columns.iter().map(|column| repository(&column.name)).collect();
    let mut page =
        Page::new(&format!("layerscope compare {}", names.last().map_or("", Escaped::as_str)));
    page.line(format!("### {}\n", plain(&comparison.verdict(units))));
    for (column, image) in comparison.images() {
        for gap in image.completeness.gaps() {
            page.line(format!("- ❔ {}: {}", code(&column.name), plain(&gap.to_string())));
        }
    }
    columns(&mut page, comparison, units);
    if let Some(against) = comparison.pair() {
        if let [first, second] = studies {
            sources(&mut page, [(against.first, first), (against.second, second)], units);
        }
        paths(&mut page, against, units);
        packages(&mut page, against, units);
    }
    out.write_all(page.finish().as_bytes())?;
    out.flush()
}

/// Returns whether the second of two images differs by less than a limit, so that a comment would
/// say nothing.
pub fn differs_by_less(comparison: &Comparison<'_>, limit: &Quantity) -> bool {
    let [first, second] = &comparison.columns[..] else { return false };
    let least = limit.of(first.size);
    let is_small = |before: u64, after: u64| before.abs_diff(after) < least;
    first.exact
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
            column.files.to_string(),
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

/// Writes the bytes of both images by where they come from: the base image, packages, and what is
/// one's own.
fn sources(page: &mut Page, images: [(&Inspection, &Study); 2], units: Units) {
    let base = images.map(|(inspection, study)| {
        inspection.layers.iter().take(study.base.layers).map(|layer| layer.size).sum::<u64>()
    });
    let mut shares: BTreeMap<usize, [u64; 2]> = BTreeMap::new();
    for (side, (_, study)) in images.iter().enumerate() {
        for share in &study.shares {
            shares.entry(share.purpose as usize).or_default()[side] += share.bytes;
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
    let packages = shares.remove(&(Purpose::Packages as usize)).unwrap_or_default();
    row("packages in your layers", packages, "");
    let own = shares.values().fold([0, 0], |sum, share| [sum[0] + share[0], sum[1] + share[1]]);
    row("your own files", own, "**");
    for (purpose, share) in shares.into_iter().filter(|(_, [before, after])| before != after) {
        row(&format!("— {}", Purpose::ALL[purpose].name()), share, "");
    }
}

fn paths(page: &mut Page, against: &Against<'_>, units: Units) {
    let paths = &against.pair.paths;
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
        page.line(format!("\nand {more} more"));
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

/// Returns a name without its tag, which changes from comment to comment.
fn repository(name: &str) -> Escaped {
    let start = name.rfind('/').map_or(0, |slash| slash + 1);
    let end = name[start..].find([':', '@', ' ']).map_or(name.len(), |end| start + end);
    escaped_str(&name[..end])
}
