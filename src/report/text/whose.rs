//! Writes the sizes of the base image and of your layers, and the purposes of the latter.

use std::io::{self, Write};

use super::super::words::{base_image, conclusion};
use super::{Paint, ReportText, WIDTH};
use crate::Inspection;
use crate::advice::base::Evidence;
use crate::display::{share, wrap};
use crate::recorded::Document;

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
