//! Writes the sizes of the base image and of your layers, and the purposes of the latter.

use std::io::{self, Write};

use super::{Page, Paint, WIDTH};
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::base::Evidence;
use crate::advice::findings::Purpose;
use crate::display::wrap;
use crate::display::{escaped_str, share};

impl<W: Write> Page<'_, W> {
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
        let name = study
            .base
            .name
            .as_deref()
            .map_or(String::new(), |name| format!(" {}", escaped_str(name)));
        if study.base.how == Evidence::Nothing {
            self.line(own, size, &format!("your layers: {}", study.base.how))?;
        } else {
            let layers = match study.base.layers {
                0 => "no layer".into(),
                1 => "layer 0".into(),
                layers => format!("layers 0 to {}", layers - 1),
            };
            let sure = if study.base.certain { "" } else { "probably, because " };
            let line = format!("base image{name} ({layers}): {sure}{}", study.base.how);
            self.line(size - own, size, &line)?;
            self.line(own, size, "your layers")?;
        }
        for share in &study.shares {
            let wasted = if share.wasted > 0 {
                format!("  wasted {}", self.size(share.wasted))
            } else {
                String::new()
            };
            self.line(share.bytes, size, &format!("  {:<13}{wasted}", share.purpose.name()))?;
        }
        self.conclusion(study, size, whole)
    }

    /// Writes the conclusion.
    fn conclusion(&mut self, study: &Study, size: u64, whole: bool) -> io::Result<()> {
        let of = if whole { "the image" } else { "what could be read" };
        let biggest = study.shares.iter().max_by_key(|share| share.bytes);
        let sentence = if let Some(bytes) = study.application_bytes() {
            // The verdict at the top says it of a whole image.
            if whole {
                return Ok(());
            }
            format!("Your application is {} of {of}.", share(bytes, size))
        } else if let Some(most) =
            biggest.filter(|most| most.purpose != Purpose::Other && most.bytes > size / 4)
        {
            format!("{} of {of} is {}.", share(most.bytes, size), most.purpose.name())
        } else {
            return Ok(());
        };
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
