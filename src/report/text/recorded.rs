//! Writes an image that was read from an earlier report: the numbers as in every report, and the
//! changes as far as the report records them.

use std::io::{self, Write};

use super::changes::Changes;
use super::{Paint, REASON, ReportText, WIDTH};
use crate::Inspection;
use crate::advice::avoidable::Avoidable;
use crate::display::{cut, cut_front, shown, wrap};
use crate::recorded::{Document, RecordedImage};
use crate::report::TextStyle;
use crate::report::words::{NOT_SEARCHED, nothing_wasted};

/// The width of the title of a possible size.
const TITLE: usize = 36;
/// The secrets that are shown if not all are asked for.
const SECRETS: usize = 8;

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
    let mut page = ReportText { style, out: &mut out };
    page.headline(inspection)?;
    for line in wrap(&document.verdict, WIDTH) {
        writeln!(page.out, "{line}")?;
    }
    writeln!(page.out)?;
    page.not_whole(inspection)?;
    page.recorded_secrets(document)?;
    page.numbers(inspection)?;
    page.layers(inspection)?;
    if let Some(words) = nothing_wasted(inspection) {
        writeln!(page.out, "\n{words}")?;
    }
    page.recorded_changes(inspection, document)?;
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

impl<W: Write> ReportText<'_, W> {
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

    fn recorded_changes(&mut self, inspection: &Inspection, document: &Document) -> io::Result<()> {
        let Some(all) = &document.changes else {
            let line = "The report has no changes: the program that wrote it recorded none.";
            return writeln!(self.out, "\n{}", self.paint(Paint::Dim, line));
        };
        let totals = &document.totals;
        let sums = Avoidable {
            own: totals.avoidable_bytes,
            optional: totals.optional_bytes,
            base: totals.base_avoidable_bytes,
        };
        let base = document.base.name.clone();
        self.changes(inspection, &Changes { all, sums, base })
    }

    fn recorded_sizes(&mut self, document: &Document) -> io::Result<()> {
        if document.possible_sizes.len() < 2 {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.paint(Paint::Bold, "Possible sizes"))?;
        for size in document.possible_sizes.iter().filter(|size| size.noticeable) {
            let bytes = format!("{}{}", size.sign(), self.size(size.size_bytes));
            let (title, grade) =
                (cut(&size.title, WIDTH - 25), self.paint(Paint::Dim, &size.grade));
            writeln!(self.out, "{bytes:>12}  {title:<TITLE$}  {grade}")?;
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
