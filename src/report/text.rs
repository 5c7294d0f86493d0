//! Writes the report as text in 80 columns: headline, layers, changes, base image and your layers,
//! wasted bytes.

mod changes;
mod runtime;
mod secrets;
mod whose;

use crate::escape::Untrusted;
use std::io::{self, Write};

use super::account::{Account, Detail};
use super::paint::{Paint, TextStyle};
use super::words::{date, incomplete, nothing_wasted};
use crate::advice::assessment::Study;
use crate::advice::avoidable::Avoidable;
use crate::display::escaped_str;
use crate::display::shown;
use crate::display::{Escaped, files, listed, percent, plural};
use crate::display::{cut, wrap, wrap_words};
use crate::layer_index::LayerIndex;
use crate::recorded::{Document, RecordedImage};
use crate::{Inspection, Warning};

use self::changes::Changes;

const WIDTH: usize = 80;
/// The column at which the text of a finding begins.
const INDENT: usize = 16;
/// The width of the longest reason.
const REASON: usize = 19;

/// Writes the inspection and the findings as text.
///
/// # Errors
///
/// An error of `out`.
pub fn write_text(
    inspection: &Inspection,
    study: &Study,
    style: TextStyle,
    mut out: impl Write,
) -> io::Result<()> {
    let document = Account::new(inspection, study, detail(style)).document();
    let document = document.map_err(io::Error::other)?;
    let mut page = ReportText { style, out: &mut out };
    page.report(inspection, &document)?;
    page.verification(inspection)?;
    out.flush()
}

/// Returns the detail that a text needs.
fn detail(style: TextStyle) -> Detail {
    Detail { top: style.top, tree: false, units: style.units }
}

/// Writes an image of an earlier report as text, as far as its detail goes.
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
    page.report(inspection, document)?;
    page.source(inspection, document)?;
    out.flush()
}

struct ReportText<'a, W> {
    style: TextStyle,
    out: &'a mut W,
}

impl<W: Write> ReportText<'_, W> {
    /// Writes everything that a report records.
    fn report(&mut self, inspection: &Inspection, document: &Document) -> io::Result<()> {
        self.headline(inspection)?;
        self.secrets(inspection, document)?;
        self.verdict(document)?;
        self.not_whole(inspection)?;
        self.numbers(inspection)?;
        self.layers(inspection)?;
        if let Some(words) = nothing_wasted(inspection) {
            writeln!(self.out, "\n{words}")?;
        }
        self.what_to_change(inspection, document)?;
        self.whose(inspection, document)?;
        self.runtime(inspection, document)?;
        self.sizes(inspection, document)?;
        self.files(document)?;
        self.not_searched(document)?;
        if inspection.completeness.is_whole() {
            self.remarks("Warnings", &inspection.warnings)?;
        }
        Ok(())
    }

    fn what_to_change(&mut self, inspection: &Inspection, document: &Document) -> io::Result<()> {
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
        let has_secrets = document.secrets.as_ref().is_some_and(|it| !it.found.is_empty());
        let base = document.base.name.clone();
        self.changes(inspection, &Changes { all, sums, base, has_secrets })
    }

    /// Writes where a report that was read comes from.
    fn source(&mut self, inspection: &Inspection, document: &Document) -> io::Result<()> {
        let source = shown!(
            "Read from a report of layerscope {} on {}. A report has no file contents.",
            &document.tool.version,
            &inspection.source
        );
        writeln!(self.out)?;
        source.wrap(WIDTH).into_iter().try_for_each(|line| writeln!(self.out, "{line}"))
    }

    fn paint(&self, paint: Paint, text: &str) -> String {
        paint.on(text, self.style.colour)
    }

    fn size(&self, bytes: u64) -> String {
        self.style.units.size(bytes)
    }

    fn headline(&mut self, inspection: &Inspection) -> io::Result<()> {
        let layers = inspection.layers.len();
        let mut facts = vec![inspection.name.clone()];
        facts.extend(inspection.provider.map(|provider| escaped_str(&format!("from {provider}"))));
        facts.extend(inspection.platform.as_ref().map(Untrusted::escaped));
        facts.extend(inspection.created.as_ref().map(|created| shown!("built {}", date(created))));
        facts.push(escaped_str(&plural(layers, "layer")));
        let name = Escaped::join(facts, " · ").cut(WIDTH);
        writeln!(self.out, "{}", self.paint(Paint::Bold, &name))
    }

    /// Writes the verdict below the headline.
    fn verdict(&mut self, document: &Document) -> io::Result<()> {
        for line in wrap(&document.verdict, WIDTH) {
            writeln!(self.out, "{line}")?;
        }
        writeln!(self.out)
    }

    /// Writes which parts could not be read, before any number.
    fn not_whole(&mut self, inspection: &Inspection) -> io::Result<()> {
        let Some(incomplete) = incomplete(inspection) else { return Ok(()) };
        for line in wrap(&incomplete, WIDTH) {
            writeln!(self.out, "{}", self.paint(Paint::Warning, &line))?;
        }
        self.remarks("Warnings", &inspection.warnings)?;
        writeln!(self.out)
    }

    fn numbers(&mut self, inspection: &Inspection) -> io::Result<()> {
        let totals = &inspection.totals;
        let size = inspection.amount(totals.size).text(self.style.units);
        let size = format!("size {}", self.paint(Paint::Bold, &size));
        let visible = format!("visible {}", self.paint(Paint::Visible, &self.size(totals.visible)));
        let wasted = if totals.wasted() > 0 { Paint::Wasted } else { Paint::Dim };
        let wasted = format!("wasted {}", self.paint(wasted, &self.size(totals.wasted())));
        match inspection.efficiency() {
            Some(efficiency) => {
                let efficiency = self.paint(Paint::Bold, &percent(efficiency));
                writeln!(self.out, "  {size}   {visible}   {wasted}   efficiency {efficiency}\n")
            }
            None => writeln!(self.out, "  {size}   of what could be read: {visible}   {wasted}\n"),
        }
    }

    fn layers(&mut self, inspection: &Inspection) -> io::Result<()> {
        let head = format!(
            "{:>3} {:>9} {:>9} {:>9} {:>9}  {}",
            "#", "size", "visible", "wasted", "hides", "instruction"
        );
        writeln!(self.out, "{}", self.paint(Paint::Dim, &head))?;
        for (i, layer) in LayerIndex::numbered(&inspection.layers) {
            let amounts = inspection.amounts_of(i);
            let units = self.style.units;
            let wasted = format!("{:>9}", amounts.wasted.or_dash(units));
            let wasted =
                self.paint(if layer.wasted() > 0 { Paint::Wasted } else { Paint::Dim }, &wasted);
            let known = inspection.completeness.layer(i);
            let mark = known.mark().map_or(String::new(), |mark| format!("({mark}) "));
            let line = cut(&layer.instruction.one_line(), WIDTH - 45 - mark.len());
            let missing = self.paint(Paint::Warning, &mark);
            let (size, visible) = (amounts.size.column(units), amounts.visible.column(units));
            let hid = amounts.hid.or_dash(units);
            writeln!(self.out, "{i:>3} {size:>9} {visible:>9} {wasted} {hid:>9}  {missing}{line}")?;
        }
        Ok(())
    }

    /// Writes a word and a text that wraps with a hanging indent.
    fn paragraph(&mut self, word: &'static str, text: &Escaped) -> io::Result<()> {
        let mut head = format!("{}  ", self.label(word));
        for line in wrap_words(text, WIDTH - INDENT) {
            writeln!(self.out, "{head}{line}")?;
            head = format!("{:INDENT$}", "");
        }
        Ok(())
    }

    /// Formats a word before a text, flush right.
    fn label(&self, word: &str) -> String {
        self.paint(Paint::Dim, &format!("{word:>width$}", width = INDENT - 2))
    }

    /// Writes the largest wasted files with their whole paths, which can be copied, and how many more
    /// there are.
    fn files(&mut self, document: &Document) -> io::Result<()> {
        let top = if self.style.top == 0 { usize::MAX } else { self.style.top };
        let listed = document.wasted.iter().filter(|wasted| wasted.bytes > 0);
        let listed: Vec<_> = listed.collect();
        let shown = &listed[..listed.len().min(top)];
        if shown.is_empty() {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.paint(Paint::Bold, "Biggest wasted files"))?;
        let reasons = shown.iter().map(|wasted| wasted.reason.replace('-', " "));
        let wide = reasons.map(|reason| reason.len()).max().unwrap_or(0).clamp(6, REASON);
        let head = format!(
            "{:>10} {:>5} {:>7}  {:<wide$}  {}",
            "size", "added", "removed", "reason", "path"
        );
        writeln!(self.out, "{}", self.paint(Paint::Dim, &head))?;
        for wasted in shown {
            let size = self.size(wasted.bytes);
            let reason = cut(&wasted.reason.replace('-', " "), wide);
            writeln!(
                self.out,
                "{size:>10} {:>5} {:>7}  {reason:<wide$}  {}",
                wasted.added_in, wasted.removed_in, wasted.path
            )?;
        }
        let rest = document.wasted_files().saturating_sub(shown.len());
        if rest > 0 {
            let line = format!("{:>10}  and {} more (--top 0 lists all)", "", files(rest));
            writeln!(self.out, "{}", self.paint(Paint::Dim, &line))?;
        }
        Ok(())
    }

    fn verification(&mut self, inspection: &Inspection) -> io::Result<()> {
        match &inspection.mismatches {
            Some(mismatches) => self.remarks("Mismatches", mismatches)?,
            None => return Ok(()),
        }
        let Some(verification) = &inspection.verification else { return Ok(()) };
        let unverified: Vec<_> = verification
            .unverified
            .iter()
            .map(|part| match part.layer {
                Some(layer) => shown!("layer {}: {}", layer, &part.reason),
                None => part.reason.clone(),
            })
            .collect();
        self.list("Not verified", &unverified)?;
        if verification.layers == 0 && !unverified.is_empty() {
            return Ok(());
        }
        let layers = inspection.layers.len();
        let counts = [
            plural(verification.sizes, "size"),
            plural(verification.digests, "digest"),
            plural(verification.diff_ids, "diff ID"),
        ];
        let line = if unverified.is_empty()
            && inspection.mismatches.as_ref().is_some_and(Vec::is_empty)
        {
            let (layers, counts) = (plural(layers, "layer"), listed(&counts));
            format!(
                "Verified: sizes, digests and diff IDs are what manifest and config say ({layers}: {counts})."
            )
        } else {
            format!(
                "Compared: {} of {}: {}.",
                verification.layers,
                plural(layers, "layer"),
                listed(&counts)
            )
        };
        writeln!(self.out)?;
        wrap(&line, WIDTH).into_iter().try_for_each(|line| writeln!(self.out, "{line}"))
    }

    fn remarks(&mut self, title: &'static str, remarks: &[Warning]) -> io::Result<()> {
        let shown = |remark: &Warning| escaped_str(&remark.to_string());
        self.list(title, &remarks.iter().map(shown).collect::<Vec<_>>())
    }

    fn list(&mut self, title: &'static str, remarks: &[Escaped]) -> io::Result<()> {
        for (i, warning) in remarks.iter().enumerate() {
            if i == 0 {
                writeln!(self.out, "\n{}", self.paint(Paint::Bold, title))?;
            }
            let mut mark = format!("  {} ", self.paint(Paint::Warning, "!"));
            for line in warning.wrap(WIDTH - 4) {
                writeln!(self.out, "{mark}{line}")?;
                mark = "    ".into();
            }
        }
        Ok(())
    }
}
