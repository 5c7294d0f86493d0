//! Writes the report as Markdown, for a comment on a change or a page of a wiki.
//!
//! It is written from what the JSON records, so that an earlier report gives the same page.

use std::io::{self, Write};

use super::TextStyle;
use super::markdown::{Page, code, code_cell, plain, repository};
use super::words::{NOT_SEARCHED, date, incomplete};
use crate::display::{Escaped, Units, count, escaped_str, percent, plural};
use crate::layer_index::LayerIndex;
use crate::recorded::{FindingRecord, PairRecord, RecordedImage};

/// The changes and possible sizes that are listed.
const LISTED: usize = 10;

/// Writes an image as Markdown; `style.top` limits the wasted files, and 0 means as many as there
/// is room for.
///
/// # Errors
///
/// An error of `out`.
pub fn write_markdown(
    image: &RecordedImage,
    style: TextStyle,
    mut out: impl Write,
) -> io::Result<()> {
    let inspection = &image.inspection;
    let name = repository(&inspection.name);
    let mut page = Page::new(&format!("layerscope report {name}"));
    page.line(format!("### {}: {}\n", code(&inspection.name), plain(&image.document.verdict)));
    page.line(format!("{}\n", facts(image, style.units)));
    if let Some(words) = incomplete(inspection) {
        page.line(format!("❔ **{}**\n", plain(&words)));
        for gap in inspection.completeness.gaps() {
            page.line(format!("- {}", plain(&gap.to_string())));
        }
        page.line("");
    }
    secrets(&mut page, image);
    layers(&mut page, image, style.units);
    changes(&mut page, image, style.units);
    possible_sizes(&mut page, image, style.units);
    wasted(&mut page, image, style);
    remarks(&mut page, image);
    out.write_all(page.finish().as_bytes())?;
    out.flush()
}

/// Returns the numbers of the image in one line.
fn facts(image: &RecordedImage, units: Units) -> String {
    let inspection = &image.inspection;
    let totals = &inspection.totals;
    let mut facts = vec![
        format!("size **{}**", inspection.amount(totals.size).text(units)),
        format!("wasted **{}**", inspection.amount(totals.wasted()).text(units)),
    ];
    facts.extend(inspection.efficiency().map(|part| format!("efficiency {}", percent(part))));
    facts.push(plural(inspection.layers.len(), "layer"));
    facts.push(format!("{} files", count(totals.files)));
    facts.extend(image.document.base.name.as_ref().map(|name| format!("base {}", plain(name))));
    facts.extend(inspection.platform.as_deref().map(|text| plain(&escaped_str(text))));
    facts.extend(inspection.created.as_deref().map(|day| format!("built {}", plain(&date(day)))));
    facts.join(" · ")
}

/// Writes the secrets, before everything else.
fn secrets(page: &mut Page, image: &RecordedImage) {
    let Some(secrets) = &image.document.secrets else {
        page.line(format!("{}\n", plain(NOT_SEARCHED)));
        return;
    };
    let Some(headline) = secrets.headline() else { return };
    page.line(format!("🔑 **{}**\n", plain(&headline)));
    page.line("| secret | where | layer | now | next time |\n|---|---|---|---|---|");
    for secret in secrets.found.iter().take(LISTED) {
        let layer = match (secret.layer, secret.removed_in) {
            (Some(layer), Some(removed)) => format!("{layer}, deleted too late in {removed}"),
            (Some(layer), None) => layer.to_string(),
            (None, _) => "config".into(),
        };
        page.row(&[
            format!("{} {}", plain(&secret.what), code_cell(&secret.masked)),
            code_cell(&secret.whereabouts()),
            layer,
            plain(&secret.revocation()),
            plain(&secret.fix.what),
        ]);
    }
    rest(page, secrets.found.len(), LISTED);
    page.line("");
}

fn layers(page: &mut Page, image: &RecordedImage, units: Units) {
    let inspection = &image.inspection;
    page.line("| layer | size | visible | wasted | hides | instruction |");
    page.line("|--:|--:|--:|--:|--:|---|");
    for (index, layer) in LayerIndex::numbered(&inspection.layers) {
        let amounts = inspection.amounts_of(index);
        let known = inspection.completeness.layer(index);
        let mark = known.mark().map_or_else(String::new, |mark| format!("❔ {} ", plain(mark)));
        page.row(&[
            index.to_string(),
            amounts.size.text(units),
            amounts.visible.text(units),
            amounts.wasted.or_dash(units),
            amounts.hid.or_dash(units),
            format!("{mark}{}", code_cell(&layer.instruction.one_line())),
        ]);
    }
}

/// A change in one's own layers, and what it saves.
enum Change<'a> {
    /// The bytes that one layer adds and another one removes, with the findings among them.
    Pair(&'a PairRecord, Vec<&'a FindingRecord>),
    /// Bytes that are visible.
    Left(&'a FindingRecord),
}

impl Change<'_> {
    fn bytes(&self) -> u64 {
        match self {
            Self::Pair(pair, _) => pair.bytes,
            Self::Left(finding) => finding.bytes,
        }
    }

    /// Returns the cells of the change.
    fn row(&self, units: Units) -> [String; 4] {
        let (what, layers, change) = match self {
            Self::Pair(pair, findings) => {
                let titles: Vec<_> = findings.iter().map(|it| it.title.as_str()).take(3).collect();
                let files = usize::try_from(pair.files).unwrap_or(usize::MAX);
                let files = plural(files, &format!("{} file", pair.reason));
                let what = if titles.is_empty() { files } else { titles.join(", ") };
                let place = place(findings.first().copied());
                let layers = match (pair.added_in, pair.removed_in) {
                    (one, other) if one == other => format!("twice in layer {one}{place}"),
                    (one, other) => format!("layer {one}, removed in layer {other}{place}"),
                };
                (what, layers, findings.first().map_or(&pair.fix, |finding| &finding.fix.what))
            }
            Self::Left(finding) => {
                let layers = format!("layer {}{}", finding.layer, place(Some(finding)));
                (finding.title.to_string(), layers, &finding.fix.what)
            }
        };
        [units.size(self.bytes()), plain(&what), layers, plain(change)]
    }
}

/// Returns the largest place of a finding, to follow its layers.
fn place(finding: Option<&FindingRecord>) -> String {
    let spot = finding.and_then(|finding| finding.places.first());
    spot.map_or_else(String::new, |spot| format!(": {}", code_cell(&spot.path)))
}

fn changes(page: &mut Page, image: &RecordedImage, units: Units) {
    let document = &image.document;
    let own = || document.findings.iter().filter(|finding| finding.is_own());
    let among = |pair: &PairRecord| {
        let is_among = |finding: &&FindingRecord| {
            (finding.layer, finding.removed_in) == (pair.added_in, Some(pair.removed_in))
        };
        own().filter(is_among).collect()
    };
    let pairs = document.wasted_by_layers.iter();
    let mut changes: Vec<_> = pairs
        .filter(|pair| pair.added_in >= document.base.layers && pair.bytes > 0)
        .map(|pair| Change::Pair(pair, among(pair)))
        .collect();
    changes.extend(own().filter(|finding| finding.removed_in.is_none()).map(Change::Left));
    changes.sort_by_key(|change| std::cmp::Reverse(change.bytes()));
    if changes.is_empty() {
        page.line("\nNothing to avoid in your layers.");
        return;
    }
    page.line("\n#### What to change\n\n| size | what | where | change |\n|--:|---|---|---|");
    changes.iter().take(LISTED).for_each(|change| page.row(&change.row(units)));
    rest(page, changes.len(), LISTED);
}

fn possible_sizes(page: &mut Page, image: &RecordedImage, units: Units) {
    let [_, smaller @ ..] = &image.document.possible_sizes[..] else { return };
    if smaller.is_empty() {
        return;
    }
    page.line(
        "\n<details><summary>Possible sizes</summary>\n\n| size | after | how |\n|--:|---|---|",
    );
    for size in smaller.iter().take(LISTED) {
        let bytes = format!("{}{}", size.sign(), units.size(size.size_bytes));
        // A cell is one line.
        let how = Escaped::join(size.how.iter().cloned(), "; ");
        page.row(&[plain(&bytes), plain(&size.title), plain(&how)]);
    }
    page.close("\n</details>");
}

fn wasted(page: &mut Page, image: &RecordedImage, style: TextStyle) {
    let wasted: Vec<_> = image.document.wasted.iter().filter(|wasted| wasted.bytes > 0).collect();
    if wasted.is_empty() {
        return;
    }
    let listed = if style.top == 0 { wasted.len() } else { style.top };
    page.line("\n<details><summary>Biggest wasted files</summary>\n\n| size | added in | removed in | reason | path |\n|--:|--:|--:|---|---|");
    for file in wasted.iter().take(listed) {
        page.row(&[
            style.units.size(file.bytes),
            file.added_in.to_string(),
            file.removed_in.to_string(),
            plain(&file.reason.replace('-', " ")),
            code_cell(&file.path),
        ]);
    }
    rest(page, wasted.len(), listed);
    page.close("\n</details>");
}

fn remarks(page: &mut Page, image: &RecordedImage) {
    let warnings = &image.inspection.warnings;
    if warnings.is_empty() || !image.inspection.completeness.is_whole() {
        return;
    }
    page.line("\n<details><summary>Warnings</summary>\n");
    for warning in warnings.iter().take(LISTED) {
        page.line(format!("- {}", plain(&warning.to_string())));
    }
    rest(page, warnings.len(), LISTED);
    page.close("\n</details>");
}

fn rest(page: &mut Page, all: usize, listed: usize) {
    if let more @ 1.. = all.saturating_sub(listed) {
        page.line(format!("\nand {more} more"));
    }
}
