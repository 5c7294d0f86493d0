//! Writes the report as text in 80 columns: headline, layers, changes, base image and your layers,
//! wasted bytes.

mod changes;
mod recorded;
mod runtime;
mod secrets;
mod whose;

use crate::escape::Untrusted;
use std::io::{self, Write};

use super::changes::changes;
use super::paint::{Paint, TextStyle};
use super::words::{date, incomplete, nothing_wasted, verdict};
use crate::advice::assessment::Study;
use crate::advice::avoidable::Avoidable;
use crate::analysis::Wasted;
use crate::display::shown;
use crate::display::{Escaped, files, listed, percent, plural};
use crate::display::{cut, cut_front, wrap, wrap_words};
use crate::display::{escaped, escaped_str};
use crate::layer_index::LayerIndex;
use crate::{Inspection, Warning};

use self::changes::Changes;
pub use recorded::write_recorded;

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
    let mut page = ReportText { style, out: &mut out };
    page.headline(inspection)?;
    page.secrets(inspection, study)?;
    page.verdict(inspection, study)?;
    let whole = inspection.completeness.is_whole();
    page.not_whole(inspection)?;
    page.numbers(inspection)?;
    page.layers(inspection)?;
    if let Some(words) = nothing_wasted(inspection) {
        writeln!(page.out, "\n{words}")?;
    }
    let all = changes(inspection, study);
    let sums = Avoidable::measure(inspection, study);
    page.changes(
        inspection,
        &Changes { all: &all, sums, base: study.base.name.as_ref().map(Untrusted::escaped) },
    )?;
    page.whose(inspection, study)?;
    page.runtime(inspection, study)?;
    page.ladder(inspection, study)?;
    page.files(inspection)?;
    page.not_searched(study)?;
    if whole {
        page.remarks("Warnings", &inspection.warnings)?;
    }
    page.verification(inspection)?;
    out.flush()
}

struct ReportText<'a, W> {
    style: TextStyle,
    out: &'a mut W,
}

impl<W: Write> ReportText<'_, W> {
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
    fn verdict(&mut self, inspection: &Inspection, study: &Study) -> io::Result<()> {
        for line in wrap(&verdict(inspection, study, self.style.units), WIDTH) {
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

    fn files_head(&mut self) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint(Paint::Bold, "Biggest wasted files"))?;
        let head = format!(
            "{:>12} {:>5} {:>7}  {:<REASON$}  {}",
            "size", "added", "removed", "reason", "path"
        );
        writeln!(self.out, "{}", self.paint(Paint::Dim, &head))
    }

    fn files(&mut self, inspection: &Inspection) -> io::Result<()> {
        let top = if self.style.top == 0 { usize::MAX } else { self.style.top };
        let shown: Vec<&Wasted> =
            inspection.wasted.iter().take_while(|wasted| wasted.bytes > 0).take(top).collect();
        if shown.is_empty() {
            return Ok(());
        }
        self.files_head()?;
        for wasted in &shown {
            let path = escaped(&inspection.tree.path(inspection.tree.node_of(wasted.version)));
            let path = cut_front(&path, WIDTH - 30 - REASON);
            let (size, reason) = (self.size(wasted.bytes), wasted.reason.words());
            writeln!(
                self.out,
                "{size:>12} {:>5} {:>7}  {reason:<REASON$}  \
                {path}",
                wasted.added_in, wasted.removed_in
            )?;
        }
        let rest = inspection.wasted.iter().filter(|wasted| wasted.bytes > 0).count() - shown.len();
        if rest > 0 {
            let line = format!("{:>12}  and {} more (--top 0 lists all)", "", files(rest));
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
