//! Writes what to change: first in your layers, with instructions and fix, then one line each for
//! what needs a look.

use std::io::{self, Write};

use super::super::changes::{ALONE, base_remark, is_twice, layers_of, removals, summary};
use super::super::words::{TO_APPLY, nothing_to_change, to_apply};
use super::{INDENT, Paint, ReportText, WIDTH};
use crate::Inspection;
use crate::advice::avoidable::Avoidable;
use crate::advice::changes::Part;
use crate::display::{Escaped, escaped_str, plural, shown, wrap};
use crate::layer_index::LayerIndex;
use crate::recorded::{ChangeRecord, ContentRecord};

/// The most changes of a part that are shown.
const CHANGES: usize = 6;
/// The most parts of a change that are shown.
const PARTS: usize = 6;
/// The most columns of the path of a part, in several lines.
const LONGEST: usize = 160;
/// The most layers of a change that are named.
const LAYERS: usize = 3;
/// The most lines of a Dockerfile that are shown.
const LINES: usize = 24;
/// The size below which changes are summed up, unless it is more than a hundredth of the largest.
const SMALL: u64 = 1 << 20;

/// The changes of an image.
pub(super) struct Changes<'a> {
    pub all: &'a [ChangeRecord],
    pub sums: Avoidable,
    /// The name of the base image.
    pub base: Option<Escaped>,
    /// True if the image has secrets, which are told before.
    pub has_secrets: bool,
}

impl Changes<'_> {
    fn in_part(&self, part: Part) -> Vec<&ChangeRecord> {
        self.all.iter().filter(|change| change.part == *part.word()).collect()
    }
}

impl<W: Write> ReportText<'_, W> {
    pub(super) fn changes(&mut self, inspection: &Inspection, changes: &Changes) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint(Paint::Bold, "What to change"))?;
        let own = changes.in_part(Part::Own);
        if own.is_empty() {
            writeln!(self.out, "  {}", nothing_to_change(inspection, changes.has_secrets))?;
        }
        if changes.all.is_empty() {
            return Ok(());
        }
        let summary = summary(changes.sums, self.style.units);
        let summary = summary.map_or_else(String::new, |summary| format!("{summary}. "));
        for line in wrap(&format!("{summary}{ALONE}"), WIDTH - 2) {
            writeln!(self.out, "  {}", self.paint(Paint::Dim, &line))?;
        }
        let shown = self.shown(&own);
        own[..shown].iter().try_for_each(|change| self.change(inspection, change))?;
        self.smaller(&own[shown..])?;
        if !own.is_empty() {
            writeln!(self.out, "\n  {}", self.paint(Paint::Dim, TO_APPLY))?;
            for command in to_apply(inspection) {
                writeln!(self.out, "    {command}")?;
            }
        }
        let optional = changes.in_part(Part::Optional);
        if self.style.top == 0 {
            if !optional.is_empty() {
                writeln!(self.out, "\n  [needs a look] Optional")?;
            }
            optional.iter().try_for_each(|change| self.change(inspection, change))?;
        } else {
            let head = "[needs a look] Optional (details: --top 0)";
            self.lines(head, &optional)?;
        }
        let head = shown!("[needs a look] {}", base_remark(changes.base.as_ref()));
        self.lines(&head, &changes.in_part(Part::Base))
    }

    /// Returns the number of changes to show: the first, and all that are not small; or all if
    /// requested.
    fn shown(&self, changes: &[&ChangeRecord]) -> usize {
        if self.style.top == 0 {
            return changes.len();
        }
        let biggest = changes.first().map_or(0, |change| change.saves_bytes);
        let small = SMALL.min(biggest / 100);
        let worth = |(i, change): &(usize, &&ChangeRecord)| {
            *i == 0 || (*i < CHANGES && change.saves_bytes >= small)
        };
        changes.iter().enumerate().take_while(worth).count()
    }

    /// Returns the number of items of a list that are shown: a few, or all if requested.
    fn few(&self, few: usize, all: usize) -> usize {
        if self.style.top == 0 { all } else { few.min(all) }
    }

    fn smaller(&mut self, changes: &[&ChangeRecord]) -> io::Result<()> {
        let Some(most) = changes.iter().map(|change| change.saves_bytes).max() else {
            return Ok(());
        };
        let what = plural(changes.len(), "smaller change");
        let saves = match changes.len() {
            1 => format!("saves {}", self.size(most)),
            _ => format!("each saves {} or less", self.size(most)),
        };
        let line = format!("{:>10}  {what}: {saves} (--top 0 lists all)", "");
        writeln!(self.out, "\n  {}", self.paint(Paint::Dim, &line))
    }

    fn change(&mut self, inspection: &Inspection, change: &ChangeRecord) -> io::Result<()> {
        let is_wasted = change.layers.iter().all(|step| step.removed_in.is_some());
        let paint = if is_wasted { Paint::Wasted } else { Paint::Warning };
        let size = self.paint(paint, &format!("{:>10}", self.size(change.saves_bytes)));
        let mut what = change.what.wrap(WIDTH - 14).into_iter();
        writeln!(self.out, "\n  {size}  {}", what.next().unwrap_or_default())?;
        what.try_for_each(|line| writeln!(self.out, "{:14}{line}", ""))?;
        self.contents(change)?;
        let mut added: Vec<_> = change.layers.iter().map(|step| step.added_in).collect();
        added.dedup();
        self.instructions(inspection, "added in", &added)?;
        for (word, layers) in removals(change) {
            self.instructions(inspection, word, &layers)?;
        }
        for (i, place) in change.places.iter().enumerate() {
            let word = if i == 0 { "at" } else { "" };
            writeln!(self.out, "{}  {place}", self.label(word))?;
        }
        if !change.packages.is_empty() {
            self.paragraph("packages", &Escaped::join(change.packages.iter().cloned(), ", "))?;
        }
        self.paragraph("why", &change.why)?;
        self.paragraph("fix", &change.advice)?;
        self.fix_lines(inspection, &change.lines)?;
        if let Some(words) = change.in_addition(self.style.units) {
            self.paragraph("saves", &words)?;
        }
        let after = format!("{}{}", change.sign(), self.size(change.size_bytes));
        // Of an image that is not whole, no size is exact.
        let is_exact = inspection.completeness.sizes_are_exact();
        let grade = match is_exact || change.grade == *"needs a look" {
            true => format!(" [{}]", change.grade),
            false => String::new(),
        };
        writeln!(self.out, "{}  {after}{grade}", self.label("size after"))
    }

    fn contents(&mut self, change: &ChangeRecord) -> io::Result<()> {
        let layers = change.layers.iter().filter(|step| step.removed_in.is_none()).count();
        let text = |part: &ContentRecord| match layers {
            0 | 1 if !is_twice(part, &change.contains) => titled(part).to_string(),
            _ => format!("{}: {}", layers_of(&part.step), titled(part)),
        };
        let mut lines: Vec<(u64, String)> =
            change.contains.iter().map(|part| (part.bytes, text(part))).collect();
        let more = lines.split_off(self.few(PARTS, lines.len()));
        if !more.is_empty() {
            let sum = more.iter().map(|(bytes, _)| bytes).sum();
            lines.push((sum, format!("in {}", plural(more.len(), "more place"))));
        }
        let others = change.all_others().into_iter();
        lines.extend(others.map(|part| (part.bytes, part.what.to_string())));
        let mut word = "contains";
        for (bytes, text) in lines {
            let (mut size, mut label) = (self.size(bytes), std::mem::take(&mut word));
            for line in wrap(&text, WIDTH - INDENT - 10) {
                writeln!(self.out, "{}  {size:>8}  {line}", self.label(label))?;
                (size, label) = (String::new(), "");
            }
        }
        Ok(())
    }

    fn instructions(
        &mut self,
        inspection: &Inspection,
        word: &str,
        layers: &[usize],
    ) -> io::Result<()> {
        let shown = self.few(LAYERS, layers.len());
        for (i, layer) in layers.iter().take(shown).enumerate() {
            let instruction = LayerIndex::new(*layer).get_from(&inspection.layers);
            let line = instruction.map(|layer| layer.instruction.one_line()).unwrap_or_default();
            let line = shown!("layer {layer}: {}", line).cut(WIDTH - INDENT);
            writeln!(self.out, "{}  {line}", self.label(if i == 0 { word } else { "" }))?;
        }
        match layers.len() - shown {
            0 => Ok(()),
            more => writeln!(self.out, "{:INDENT$}and {}", "", plural(more, "more layer")),
        }
    }

    fn fix_lines(&mut self, inspection: &Inspection, all: &[Escaped]) -> io::Result<()> {
        if all.len() > LINES {
            let (image, count) = (inspection.argument(), all.len());
            return writeln!(
                self.out,
                "{:INDENT$}(layerscope fix {image} prints the {count} lines)",
                ""
            );
        }
        // Lines that can be copied are never cut.
        all.iter().try_for_each(|line| match line.as_str() {
            "" => writeln!(self.out),
            _ => writeln!(self.out, "{:INDENT$}{line}", ""),
        })
    }

    /// Writes a line for each change and its parts, under a remark.
    fn lines(&mut self, head: &str, changes: &[&ChangeRecord]) -> io::Result<()> {
        if changes.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        for line in wrap(head, WIDTH - 2) {
            writeln!(self.out, "  {}", self.paint(Paint::Dim, &line))?;
        }
        let shown = self.shown(changes);
        for change in &changes[..shown] {
            let what =
                if change.contains.is_empty() { change.in_short() } else { change.title.clone() };
            let size = self.size(change.saves_bytes);
            writeln!(self.out, "  {size:>10}  {}", what.cut(WIDTH - 14))?;
            self.parts(change)?;
        }
        self.smaller(&changes[shown..])
    }

    /// Writes the parts of a change that has one line.
    fn parts(&mut self, change: &ChangeRecord) -> io::Result<()> {
        for part in change.contains.iter().take(self.few(PARTS, change.contains.len())) {
            let text = shown!("{}: {}", escaped_str(&layers_of(&part.step)), titled(part));
            let mut size = self.size(part.bytes);
            for line in text.wrap(WIDTH - 24) {
                writeln!(self.out, "{:14}{size:>8}  {line}", "")?;
                size.clear();
            }
        }
        Ok(())
    }
}

/// Returns the title of a part with its place.
fn titled(part: &ContentRecord) -> Escaped {
    match &part.path {
        Some(path) => shown!("{}: {}", &part.title, path.cut_front(LONGEST)),
        None => part.title.clone(),
    }
}
