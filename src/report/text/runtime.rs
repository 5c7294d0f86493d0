//! Writes what a container of the image runs and needs, and the possible sizes.

use std::io::{self, Write};

use super::super::ladder::write_recorded_sizes;
use super::{Paint, ReportText, WIDTH};
use crate::Inspection;
use crate::display::plural;
use crate::display::{cut, wrap};
use crate::recorded::{Document, ExecutableRecord, LibrariesRecord};

impl<W: Write> ReportText<'_, W> {
    pub(super) fn runtime(
        &mut self,
        inspection: &Inspection,
        document: &Document,
    ) -> io::Result<()> {
        let Some(application) = &document.application else { return Ok(()) };
        if application.steps.is_empty() && application.program.is_none() {
            return Ok(());
        }
        writeln!(self.out, "\n{}", self.paint(Paint::Bold, "What it runs"))?;
        let executable = application.executable.as_ref();
        if let Some(path) = &application.program {
            let bytes = application.program_bytes.or(executable.map(|it| it.bytes));
            let size = bytes.map_or_else(String::new, |bytes| self.size(bytes));
            // The contents could not be read, for example because they came from a pipe. The
            // reason is given below.
            let what = executable.map_or("contents not seen".into(), ExecutableRecord::words);
            let line = cut(&format!("{path}, {what}"), WIDTH - 14);
            writeln!(self.out, "  {size:>10}  {line}")?;
            if let Some(executable) = executable.filter(|it| it.strip_saves_bytes > 0) {
                let words = "symbols and debug information (removable with strip)";
                writeln!(self.out, "  {:>10}  {words}", self.size(executable.strip_saves_bytes))?;
            }
        }
        if let Some(needed) = &application.program_and_libraries {
            self.needed(needed)?;
        }
        if !inspection.completeness.sizes_are_exact() {
            let line = "missing files may be in the part that could not be read";
            writeln!(self.out, "{:14}{}", "", self.paint(Paint::Warning, line))?;
        }
        for step in application.steps.iter().chain(&application.reason) {
            for line in wrap(step, WIDTH - 14) {
                writeln!(self.out, "{:14}{}", "", self.paint(Paint::Dim, &line))?;
            }
        }
        Ok(())
    }

    fn needed(&mut self, needed: &LibrariesRecord) -> io::Result<()> {
        let size = self.size(needed.bytes);
        let libraries = needed.files.len().saturating_sub(1);
        let what = match libraries {
            0 if needed.missing.is_empty() => "no libraries needed (statically linked)".into(),
            0 => "none of its libraries is in the image".into(),
            n => format!("with its loader and libraries: {}", plural(n + 1, "file")),
        };
        writeln!(self.out, "  {size:>10}  {what}")?;
        for missing in &needed.missing {
            let line = format!("needs {missing}, which is missing in the image");
            writeln!(self.out, "{:14}{}", "", self.paint(Paint::Warning, &line))?;
        }
        for outside in &needed.outside {
            let have = if outside.files.is_empty() { " (missing in the image)" } else { "" };
            let line = format!("uses {}{have}", outside.what);
            writeln!(
                self.out,
                "  {:>10}  {line}",
                if outside.bytes > 0 { self.size(outside.bytes) } else { "-".into() }
            )?;
        }
        Ok(())
    }

    pub(super) fn sizes(&mut self, inspection: &Inspection, document: &Document) -> io::Result<()> {
        if document.possible_sizes.len() < 2 {
            return Ok(());
        }
        let hint = format!("steps: layerscope ladder {}", inspection.argument());
        let hint = self.paint(Paint::Dim, &hint);
        writeln!(self.out, "\n{}  {hint}", self.paint(Paint::Bold, "Possible sizes"))?;
        write_recorded_sizes(&document.possible_sizes, self.style, &mut *self.out)
    }
}
