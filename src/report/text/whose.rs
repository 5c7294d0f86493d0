//! Writes the sizes of the base image and of your layers, and the purposes of the latter.

use std::io::{self, Write};

use super::super::words::{base_image, mostly_application, mostly_purpose};
use super::{Paint, ReportText, WIDTH};
use crate::Inspection;
use crate::advice::base::Evidence;
use crate::advice::findings::Purpose;
use crate::display::{share, wrap};
use crate::recorded::{Document, ShareRecord};

impl<W: Write> ReportText<'_, W> {
    pub(super) fn whose(&mut self, inspection: &Inspection, document: &Document) -> io::Result<()> {
        let (size, base) = (inspection.totals.size, &document.base);
        if size == 0 || base.evidence.is_empty() {
            return Ok(());
        }
        let whole = inspection.completeness.sizes_are_exact();
        let head = if whole {
            "Base image and your layers"
        } else {
            "Base image and your layers, of what \
            could be read"
        };
        writeln!(self.out, "\n{}", self.paint(Paint::Bold, head))?;
        let shares = &document.bytes_by_purpose;
        let own: u64 = shares.iter().map(|share| share.bytes).sum();
        if base.evidence == *Evidence::Nothing.name() {
            self.line(own, size, &format!("your layers: {}", base.words))?;
        } else {
            let line = base_image(base.layers, base.name.as_ref(), base.certain, &base.words);
            self.line(size - own, size, &line)?;
            self.line(own, size, "your layers")?;
        }
        for share in shares {
            let wasted = if share.wasted_bytes > 0 {
                format!("  wasted {}", self.size(share.wasted_bytes))
            } else {
                String::new()
            };
            self.line(share.bytes, size, &format!("  {:<13}{wasted}", share.purpose))?;
        }
        let Some(sentence) = conclusion(inspection, document) else { return Ok(()) };
        writeln!(self.out, "{:>12}  {}", "", self.paint(Paint::Bold, &sentence))
    }

    fn line(&mut self, bytes: u64, size: u64, what: &str) -> io::Result<()> {
        let mut head = format!("{:>12} {:>8}  ", self.size(bytes), share(bytes, size));
        let indent = what.len() - what.trim_start().len();
        for line in wrap(what.trim_start(), WIDTH - 23 - indent) {
            writeln!(self.out, "{head}{:indent$}{}", "", line.trim_end())?;
            head = format!("{:23}", "");
        }
        Ok(())
    }
}

/// Says what most of the image is, where the verdict does not.
fn conclusion(inspection: &Inspection, document: &Document) -> Option<String> {
    let shares = &document.bytes_by_purpose;
    let is_known = document.application.as_ref().is_some_and(|it| !it.files.is_empty());
    let is = |share: &ShareRecord, purpose: Purpose| share.purpose == *purpose.name();
    if is_known {
        let own = shares.iter().find(|share| is(share, Purpose::Application));
        let visible = own.map_or(0, |share| share.bytes.saturating_sub(share.wasted_bytes));
        return mostly_application(inspection, visible);
    }
    let most = shares.iter().max_by_key(|share| share.bytes);
    let most = most.filter(|most| !is(most, Purpose::Other))?;
    mostly_purpose(inspection, most.bytes, &most.purpose)
}
