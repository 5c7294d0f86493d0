//! Writes the sizes of the base image and of your layers, and the purposes of the latter.

use std::io::{self, Write};

use super::super::words::{base, conclusion};
use super::{Paint, ReportText, WIDTH};
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::display::{share, wrap};

impl<W: Write> ReportText<'_, W> {
    pub(super) fn whose(&mut self, inspection: &Inspection, study: &Study) -> io::Result<()> {
        let size = inspection.totals.size;
        if size == 0 {
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
        let own: u64 = study.shares.iter().map(|share| share.bytes).sum();
        match base(study) {
            None => self.line(own, size, &format!("your layers: {}", study.base.how))?,
            Some(line) => {
                self.line(size - own, size, &line)?;
                self.line(own, size, "your layers")?;
            }
        }
        for share in &study.shares {
            let wasted = if share.wasted > 0 {
                format!("  wasted {}", self.size(share.wasted))
            } else {
                String::new()
            };
            self.line(share.bytes, size, &format!("  {:<13}{wasted}", share.purpose.name()))?;
        }
        let Some(sentence) = conclusion(inspection, study) else { return Ok(()) };
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
