//! Writes what a container of the image runs and needs, and the possible sizes.

use std::io::{self, Write};

use super::super::ladder::{LadderDetail, write_ladder};
use super::super::words::executable;
use super::{Paint, ReportText, WIDTH};
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::display::escaped;
use crate::display::plural;
use crate::display::{cut, wrap};
use crate::runtime::libraries::ProgramAndLibraries;

impl<W: Write> ReportText<'_, W> {
    pub(super) fn runtime(&mut self, inspection: &Inspection, study: &Study) -> io::Result<()> {
        let Some(runtime) = &study.runtime else { return Ok(()) };
        if runtime.application.steps.is_empty() && runtime.application.program.is_none() {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.paint(Paint::Bold, "What it runs"))?;
        if let Some(program) = &runtime.application.program {
            let size = self.size(inspection.tree.size(program.file.version));
            let path = escaped(&inspection.tree.path(program.file.node));
            // The contents could not be read, for example because they came from a pipe. The
            // reason is given below.
            let what = program.executable.as_ref().map_or("contents not seen".into(), executable);
            let line = cut(&format!("{path}, {what}"), WIDTH - 14);
            writeln!(self.out, "  {size:>10}  {line}")?;
            if let Some(executable) =
                program.executable.as_ref().filter(|executable| executable.strip.saves > 0)
            {
                let words = "symbols and debug information (removable with strip)";
                writeln!(self.out, "  {:>10}  {words}", self.size(executable.strip.saves))?;
            }
        }
        if let Some(needed) = &runtime.needed {
            self.needed(needed)?;
        }
        if !inspection.completeness.sizes_are_exact() {
            let line = "missing files may be in the part that could not be read";
            writeln!(self.out, "{:14}{}", "", self.paint(Paint::Warning, line))?;
        }
        for step in runtime.application.steps.iter().chain(&runtime.application.reason) {
            for line in wrap(step, WIDTH - 14) {
                writeln!(self.out, "{:14}{}", "", self.paint(Paint::Dim, &line))?;
            }
        }
        Ok(())
    }

    fn needed(&mut self, needed: &ProgramAndLibraries) -> io::Result<()> {
        let size = self.size(needed.bytes());
        let libraries = needed.files.len().saturating_sub(1);
        let what = match libraries {
            0 if needed.missing.is_empty() => "no libraries needed (statically linked)".into(),
            0 => "none of its libraries is in the image".into(),
            n => format!("with its loader and libraries: {}", plural(n + 1, "file")),
        };
        writeln!(self.out, "  {size:>10}  {what}")?;
        for missing in &needed.missing {
            let line = format!("needs {}, which is missing in the image", missing.name);
            writeln!(self.out, "{:14}{}", "", self.paint(Paint::Warning, &line))?;
        }
        for outside in &needed.needs {
            let have = if outside.files.is_empty() { " (missing in the image)" } else { "" };
            let line = format!("uses {}{have}", outside.kind.name());
            writeln!(
                self.out,
                "  {:>10}  {line}",
                if outside.bytes > 0 { self.size(outside.bytes) } else { "-".into() }
            )?;
        }
        Ok(())
    }

    pub(super) fn ladder(&mut self, inspection: &Inspection, study: &Study) -> io::Result<()> {
        if study.ladder.len() < 2 {
            return Ok(());
        }
        let hint = format!("steps: layerscope ladder {}", inspection.argument());
        let hint = self.paint(Paint::Dim, &hint);
        writeln!(self.out, "\n{}  {hint}", self.paint(Paint::Bold, "Possible sizes"))?;
        write_ladder(&study.ladder, LadderDetail::Sizes, self.style, &mut *self.out)
    }
}
