//! Writes the report as Markdown, for a comment on a change or a page of a wiki.
//!
//! It is written from what the JSON records, so that an earlier report gives the same page.

use std::io::{self, Write};

use super::TextStyle;
use super::changes::{ALONE, is_twice, layers_of as named};
use super::markdown::{Page, code, code_cell, plain, repository};
use super::words::{NOT_SEARCHED, TO_APPLY, date, incomplete, nothing_to_change, to_apply};
use crate::advice::changes::Part;
use crate::display::{Escaped, Units, count, files, percent, plural};
use crate::layer_index::LayerIndex;
use crate::recorded::{ChangeRecord, ContentRecord, RecordedImage, StepRecord};
use crate::tree::Reason;

/// The changes and possible sizes that are listed.
const LISTED: usize = 10;
/// The parts and the layers of a change that are listed.
const PARTS: usize = 4;

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
    facts.push(files(usize::try_from(totals.files).unwrap_or(usize::MAX)));
    facts.extend(image.document.base.name.as_ref().map(|name| format!("base {}", plain(name))));
    facts.extend(inspection.platform.as_ref().map(|text| plain(&text.escaped())));
    facts.extend(inspection.created.as_ref().map(|day| format!("built {}", plain(&date(day)))));
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
            (Some(layer), Some(removed)) => {
                format!("{layer}, {} too late in {removed}", Reason::past_of(secret.reason))
            }
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

/// The head of a table of changes.
const HEAD: &str = "| saves | size after | grade | change | layers |\n|--:|--:|---|---|---|";

fn changes(page: &mut Page, image: &RecordedImage, units: Units) {
    let document = &image.document;
    let Some(all) = &document.changes else {
        page.line("\nThe report records no changes.");
        return;
    };
    let of = |part: Part| -> Vec<_> {
        all.iter().filter(|change| change.part == *part.word()).collect()
    };
    let own = of(Part::Own);
    if own.is_empty() {
        let has_secrets = document.secrets.as_ref().is_some_and(|it| !it.found.is_empty());
        page.line(format!("\n{}", nothing_to_change(&image.inspection, has_secrets)));
    } else {
        page.line(format!("\n#### What to change\n\n{ALONE}\n"));
        table(page, &own, units);
        let commands = Escaped::join(to_apply(&image.inspection), " && ");
        page.line(format!("\n{} {}", plain(TO_APPLY), code(&commands)));
    }
    for part in [Part::Optional, Part::Base] {
        let changes = of(part);
        if changes.is_empty() {
            continue;
        }
        page.line(format!("\n<details><summary>{}</summary>\n", part.title()));
        table(page, &changes, units);
        page.close("\n</details>");
    }
}

fn table(page: &mut Page, changes: &[&ChangeRecord], units: Units) {
    page.line(HEAD);
    for change in changes.iter().take(LISTED) {
        let more = change.in_addition(units);
        let more = more.map_or_else(String::new, |more| format!("<br>saves {}", plain(&more)));
        page.row(&[
            units.size(change.saves_bytes),
            plain(&format!("{}{}", change.sign(), units.size(change.size_bytes))),
            plain(&change.grade),
            format!("{}<br>{}{more}", plain(&change.advice), contents(change, units)),
            layers_of(change),
        ]);
    }
    rest(page, changes.len(), LISTED);
}

/// Says what a change leaves out: its largest parts, or its only one with its place.
fn contents(change: &ChangeRecord, units: Units) -> String {
    let place = |path: Option<&Escaped>| {
        path.map_or_else(String::new, |path| format!(" in {}", code_cell(path)))
    };
    if change.contains.is_empty() {
        return format!("{}{}", plain(&change.what), place(change.places.first()));
    }
    let part = |part: &ContentRecord| {
        let bytes = units.size(part.bytes);
        let layers = match is_twice(part, &change.contains) {
            true => format!(" ({})", named(&part.step)),
            false => String::new(),
        };
        format!("{bytes} {}{}{layers}", plain(&part.title), place(part.path.as_ref()))
    };
    let mut parts: Vec<_> = change.contains.iter().take(PARTS).map(part).collect();
    let more: u64 = change.contains.iter().skip(PARTS).map(|part| part.bytes).sum();
    if let count @ 1.. = change.contains.len().saturating_sub(PARTS) {
        parts.push(format!("{} in {}", units.size(more), plural(count, "more place")));
    }
    let others = change.all_others().into_iter();
    parts.extend(others.map(|part| format!("{} {}", units.size(part.bytes), plain(&part.what))));
    parts.join("<br>")
}

/// Names the layers that added and removed what a change leaves out.
fn layers_of(change: &ChangeRecord) -> String {
    let step = |step: &StepRecord| match step.removed_in {
        Some(removed_in) if removed_in == step.added_in => format!("twice in {removed_in}"),
        Some(removed_in) => {
            format!("{}, {} in {removed_in}", step.added_in, Reason::past_of(step.reason))
        }
        None => step.added_in.to_string(),
    };
    let mut steps: Vec<_> = change.layers.iter().take(PARTS).map(step).collect();
    steps.extend((change.layers.len() > PARTS).then(|| "…".to_owned()));
    steps.join("<br>")
}

fn possible_sizes(page: &mut Page, image: &RecordedImage, units: Units) {
    let sizes = image.document.possible_sizes.iter().skip(1);
    let smaller: Vec<_> = sizes.filter(|size| size.noticeable).collect();
    if smaller.is_empty() {
        return;
    }
    page.line(
        "\n<details><summary>Possible sizes</summary>\n\n| size | grade | after | how |\n|--:|---|---|---|",
    );
    for size in smaller.iter().take(LISTED) {
        let bytes = format!("{}{}", size.sign(), units.size(size.size_bytes));
        // A cell is one line.
        let how = Escaped::join(size.how.iter().cloned(), "; ");
        page.row(&[plain(&bytes), plain(&size.grade), plain(&size.title), plain(&how)]);
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
    rest(page, image.document.wasted_files(), listed);
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
        page.line(format!("\nand {} more", count(more as u64)));
    }
}
