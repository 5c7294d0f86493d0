//! Writes the verdict: size, wasted, avoidable, the reason in a sentence, and the smallest possible
//! size.

use std::io::{self, Write};

use super::{Page, WIDTH};
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::avoidable::{Avoidable, Cause};
use crate::display::escaped_str;
use crate::display::{noticeably, share, wrap};

impl<W: Write> Page<'_, W> {
    /// Writes the verdict below the headline.
    pub(super) fn verdict(&mut self, inspection: &Inspection, study: &Study) -> io::Result<()> {
        let mut text = self.sizes_and_reason(inspection, study);
        if inspection.completeness.sizes_are_exact() {
            text.extend(self.smallest(study));
            text.extend(own_share(inspection, study));
        }
        for line in wrap(&text, WIDTH) {
            writeln!(self.out, "{line}")?;
        }
        writeln!(self.out)
    }

    fn sizes_and_reason(&self, inspection: &Inspection, study: &Study) -> String {
        let size = inspection.amount(inspection.totals.size).text(self.style.units);
        let wasted = match inspection.totals.wasted() {
            0 => "nothing wasted".into(),
            wasted => format!("{} wasted", self.size(wasted)),
        };
        let avoidable = Avoidable::measure(inspection, study).own;
        let read =
            if inspection.completeness.sizes_are_exact() { "" } else { " of what could be read" };
        if avoidable == 0 {
            return format!("{size}, {wasted}, nothing avoidable in your layers{read}.");
        }
        let mostly = match Avoidable::biggest_cause(inspection, study) {
            Some(Cause::Removed { added_in, removed_in, .. }) if added_in == removed_in => {
                format!(": layer {added_in} stores files twice")
            }
            Some(Cause::Removed { added_in, removed_in, verb, .. }) => {
                format!(": layer {removed_in} {verb} files that layer {added_in} still contains")
            }
            Some(Cause::Left { title, layer, .. }) => {
                format!(", mostly {} (layer {layer})", escaped_str(title))
            }
            None => String::new(),
        };
        format!("{size}, {wasted}, {} avoidable{read}{mostly}.", self.size(avoidable))
    }

    fn smallest(&self, study: &Study) -> Option<String> {
        let (smallest, first) = study.smallest()?;
        let ratio = noticeably(smallest.size, first.size)?;
        Some(format!(
            " Smallest possible: {}{} ({ratio} smaller), with the same program.",
            smallest.certainty.sign(),
            self.size(smallest.size)
        ))
    }
}

/// Says how much of the image is the application, if that is known.
fn own_share(inspection: &Inspection, study: &Study) -> Option<String> {
    let visible = study.application_bytes()?;
    let size = inspection.totals.size;
    (size > 0).then(|| format!(" Your application is {} of the image.", share(visible, size)))
}
