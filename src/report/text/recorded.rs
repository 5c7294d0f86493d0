//! Writes an image that was read from an earlier report: the numbers as in every report, and the
//! findings as far as the report records them.

use std::io::{self, Write};

use super::{INDENT, Page, Paint, REASON, WIDTH};
use crate::display::{cut, cut_front, shown, wrap};
use crate::recorded::{Document, FindingRecord, RecordedImage};
use crate::report::TextStyle;
use crate::report::words::NOT_SEARCHED;

/// The secrets that are shown if not all are asked for.
const SECRETS: usize = 8;
/// The findings that are shown if not all are asked for.
const FINDINGS: usize = 6;

/// Writes an image of an earlier report as text.
///
/// # Errors
///
/// An error of `out`.
pub fn write_recorded(
    image: &RecordedImage,
    style: TextStyle,
    mut out: impl Write,
) -> io::Result<()> {
    let RecordedImage { document, inspection } = image;
    let mut page = Page { style, out: &mut out };
    page.headline(inspection)?;
    for line in wrap(&document.verdict, WIDTH) {
        writeln!(page.out, "{line}")?;
    }
    writeln!(page.out)?;
    page.not_whole(inspection)?;
    page.recorded_secrets(document)?;
    page.numbers(inspection)?;
    page.layers(inspection)?;
    page.recorded_findings(document)?;
    page.recorded_sizes(document)?;
    page.recorded_files(document)?;
    if inspection.completeness.is_whole() {
        page.remarks("Warnings", &inspection.warnings)?;
    }
    let version = &document.tool.version;
    let source = shown!(
        "Read from a report of layerscope {} on {}. A report has no file contents.",
        version,
        &inspection.source
    );
    writeln!(page.out)?;
    source.wrap(WIDTH).into_iter().try_for_each(|line| writeln!(page.out, "{line}"))?;
    out.flush()
}

impl<W: Write> Page<'_, W> {
    /// Returns the number of rows of a list that are shown.
    fn top(&self, usual: usize, all: usize) -> usize {
        if self.style.top == 0 { all } else { usual.min(all) }
    }

    fn recorded_secrets(&mut self, document: &Document) -> io::Result<()> {
        let Some(secrets) = &document.secrets else {
            let line = self.paint(Paint::Dim, NOT_SEARCHED);
            return writeln!(self.out, "{line}\n");
        };
        let Some(headline) = secrets.headline() else { return Ok(()) };
        self.headline_of_secrets(&headline)?;
        let top = self.top(SECRETS, secrets.found.len());
        for secret in &secrets.found[..top] {
            let line = shown!("{} in {}", &secret.what, secret.whereabouts());
            writeln!(self.out)?;
            for line in line.wrap(WIDTH - 4) {
                writeln!(self.out, "  {}", self.paint(Paint::Bold, &line))?;
            }
            self.paragraph("value", &shown!("{} (masked)", &secret.masked))?;
            self.paragraph("why", &secret.why)?;
            if let Some(see) = &secret.see {
                writeln!(self.out, "{}  {see}", self.label("see"))?;
            }
            self.paragraph("now", &secret.revocation())?;
            self.paragraph("fix", &secret.fix.what)?;
        }
        self.more(secrets.found.len() - top)?;
        writeln!(self.out)
    }

    fn recorded_findings(&mut self, document: &Document) -> io::Result<()> {
        let own: Vec<_> = document.findings.iter().filter(|finding| finding.is_own()).collect();
        if own.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.paint(Paint::Bold, "Findings"))?;
        let top = self.top(FINDINGS, own.len());
        own[..top].iter().try_for_each(|finding| self.recorded_finding(finding))?;
        self.more(own.len() - top)
    }

    fn recorded_finding(&mut self, finding: &FindingRecord) -> io::Result<()> {
        let paint = if finding.removed_in.is_some() { Paint::Wasted } else { Paint::Warning };
        let size = self.paint(paint, &format!("{:>10}", self.size(finding.bytes)));
        writeln!(self.out, "\n  {size}  {}", cut(&finding.title, WIDTH - 14))?;
        let removed =
            finding.removed_in.map_or_else(String::new, |it| format!(", removed in {it}"));
        writeln!(self.out, "{}  layer {}{removed}", self.label("added in"), finding.layer)?;
        for spot in &finding.places {
            let place = cut_front(&spot.path, WIDTH - INDENT);
            writeln!(self.out, "{}  {place}", self.label("at"))?;
        }
        self.paragraph("why", &finding.why)?;
        self.paragraph("fix", &finding.fix.what)
    }

    fn recorded_sizes(&mut self, document: &Document) -> io::Result<()> {
        if document.possible_sizes.len() < 2 {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.paint(Paint::Bold, "Possible sizes"))?;
        for size in &document.possible_sizes {
            let bytes = format!("{}{}", size.sign(), self.size(size.size_bytes));
            writeln!(self.out, "{bytes:>12}  {}", cut(&size.title, WIDTH - 14))?;
        }
        Ok(())
    }

    fn recorded_files(&mut self, document: &Document) -> io::Result<()> {
        let files: Vec<_> = document.wasted.iter().filter(|wasted| wasted.bytes > 0).collect();
        if files.is_empty() {
            return Ok(());
        }
        self.files_head()?;
        let top = self.top(self.style.top, files.len());
        for file in &files[..top] {
            let path = cut_front(&file.path, WIDTH - 30 - REASON);
            let (size, reason) = (self.size(file.bytes), file.reason.replace('-', " "));
            let (added_in, removed_in) = (file.added_in, file.removed_in);
            let reason = cut(&reason, REASON);
            writeln!(
                self.out,
                "{size:>12} {added_in:>5} {removed_in:>7}  {reason:<REASON$}  {path}"
            )?;
        }
        self.more(files.len() - top)
    }

    fn more(&mut self, rest: usize) -> io::Result<()> {
        if rest == 0 {
            return Ok(());
        }
        let line = format!("{:>12}  and {rest} more (--top 0 lists all)", "");
        writeln!(self.out, "{}", self.paint(Paint::Dim, &line))
    }
}
