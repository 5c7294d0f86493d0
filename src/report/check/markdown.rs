//! Writes the result of a check as Markdown, for a comment on a change and for the summary of a
//! job.

use std::io::{self, Write};

use super::words::{
    counted_secrets, exception, explained, measured_parts, other_platforms, summary,
    unsearched_notes,
};
use super::{CheckResults, Checked, repository, without_tag};
use crate::display::{Units, count, escaped, plural, share};
use crate::gate::Status;
use crate::report::markdown::{Page, code, code_cell, plain};

/// The findings that are listed of an image.
const FINDINGS: usize = 10;

/// The secrets that are listed of an image.
const SECRETS: usize = 20;

/// Writes the results of all images as one comment.
pub(super) fn write(
    results: &CheckResults<'_>,
    units: Units,
    out: &mut impl Write,
) -> io::Result<()> {
    let names = results.images.iter().map(|checked| repository(checked.inspection).into());
    let unread = results.unchecked.iter().filter_map(|unchecked| unchecked.image.as_deref());
    let named = results.named.iter().map(|name| &**name);
    let unread = unread.chain(named).map(|name| without_tag(name).to_owned());
    let names: Vec<String> = names.chain(unread).collect();
    let mut page = Page::new(&format!("layerscope check {}", names.join(" ")));
    for unchecked in &results.unchecked {
        let sign = sign(Status::Unknown);
        page.line(format!("### {sign} {}: not checked.\n", code(&unchecked.name())));
        page.line(format!("{}\n", plain(&unchecked.sentences())));
    }
    for checked in &results.images {
        image(&mut page, checked, units);
    }
    out.write_all(page.finish().as_bytes())
}

fn image(page: &mut Page, checked: &Checked<'_>, units: Units) {
    let sign = sign(checked.verdict.status());
    page.line(format!(
        "### {sign} {}: {}\n",
        code(&checked.inspection.name),
        plain(&summary(checked))
    ));
    let totals = &checked.inspection.totals;
    let mut facts = vec![
        format!("size **{}**", checked.inspection.amount(totals.size).text(units)),
        format!(
            "wasted **{}** ({})",
            units.size(totals.wasted()),
            share(totals.wasted(), totals.size)
        ),
        plural(checked.inspection.layers.len(), "layer"),
    ];
    if let Some(growth) = checked.growth {
        let sign = if growth < 0 { "−" } else { "+" };
        facts.push(format!("since the baseline **{sign}{}**", units.size(growth.unsigned_abs())));
    }
    page.line(format!("{}\n", facts.join(" · ")));
    if let Some(sentence) = checked.new_secrets() {
        page.line(format!("{}\n", plain(&sentence)));
    }
    if !checked.verdict.outcomes.is_empty() {
        page.line("| | limit | found | allowed | |\n|---|---|--:|--:|---|");
    }
    for outcome in &checked.verdict.outcomes {
        let [what, found, bound] = measured_parts(outcome, units);
        let explained = explained(outcome, units).map_or_else(String::new, |text| plain(&text));
        let sign = self::sign(outcome.status).to_owned();
        page.row(&[sign, plain(&what), plain(&found), plain(&bound), explained]);
    }
    let unsearched = unsearched_notes(checked).into_iter().map(|part| part.message);
    for note in other_platforms(checked.inspection).into_iter().chain(unsearched) {
        page.line(format!("\n- {}", plain(&note)));
    }
    for used in &checked.verdict.exceptions {
        page.line(format!("\n- {}", plain(&exception(used, units))));
    }
    secrets(page, checked);
    findings(page, checked, units);
    page.line("");
}

fn secrets(page: &mut Page, checked: &Checked<'_>) {
    let (named, more) = counted_secrets(checked, SECRETS);
    if named.is_empty() {
        return;
    }
    let all = plural(named.len() + more, "secret");
    page.line(format!("\n<details><summary>{all} to revoke</summary>\n"));
    page.line("| what | where | layer |\n|---|---|--:|");
    for secret in named {
        let layer = secret.added_in.map(|layer| layer.to_string()).unwrap_or_default();
        let place = secret.whereabouts(checked.inspection);
        page.row(&[plain(&secret.what()), code_cell(&place), layer]);
    }
    if more > 0 {
        page.line(format!("\nand {} more: `layerscope report` lists them", count(more as u64)));
    }
    page.close("\n</details>");
}

fn findings(page: &mut Page, checked: &Checked<'_>, units: Units) {
    let findings =
        checked.verdict.findings.iter().filter_map(|&index| checked.study.findings.get(index));
    let findings: Vec<_> = findings.collect();
    if findings.is_empty() {
        return;
    }
    page.line(format!(
        "\n<details><summary>{} to avoid</summary>\n",
        plural(findings.len(), "group") + " of files"
    ));
    page.line("| size | what | where | change |\n|--:|---|---|---|");
    for finding in findings.iter().take(FINDINGS) {
        let tree = &checked.inspection.tree;
        let place =
            finding.places.first().map(|spot| escaped(&tree.path(spot.node))).unwrap_or_default();
        let instruction = &checked.inspection.layers[finding.added_in].instruction;
        let cells = [
            units.size(finding.bytes),
            plain(&finding.title),
            format!(
                "{} in layer {}, {}",
                code_cell(&place),
                finding.added_in,
                code_cell(&instruction.one_line())
            ),
            plain(&finding.fix.what),
        ];
        page.row(&cells);
    }
    if let more @ 1.. = findings.len().saturating_sub(FINDINGS) {
        page.line(format!("\nand {} more", count(more as u64)));
    }
    page.close("\n</details>");
}

fn sign(status: Status) -> &'static str {
    match status {
        Status::Passed => "✅",
        Status::Failed => "❌",
        Status::Unknown => "❔",
        Status::Skipped => "➖",
    }
}
