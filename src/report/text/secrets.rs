//! Writes the secrets, before everything else: who can read them, how, and what to do.

use std::io::{self, Write};

use super::{INDENT, Paint, ReportText, WIDTH};
use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::secrets::{Prevention, Secret, Secrets};
use crate::display::{cut, plural, shown, wrap};
use crate::report::words::NOT_SEARCHED;

/// The most secrets that are shown in full.
const SECRETS: usize = 8;

impl<W: Write> ReportText<'_, W> {
    pub(super) fn secrets(&mut self, inspection: &Inspection, study: &Study) -> io::Result<()> {
        let Some(secrets) = &study.secrets else { return Ok(()) };
        if secrets.list.is_empty() {
            return Ok(());
        }
        writeln!(self.out)?;
        self.headline_of_secrets(&secrets.headline())?;
        let most = if self.style.top == 0 { usize::MAX } else { SECRETS };
        for secret in secrets.list.iter().take(most) {
            self.secret(inspection, secret)?;
        }
        let more = secrets.list.len().saturating_sub(most);
        if more > 0 {
            let line = format!("and {} (--top 0 lists all)", plural(more, "more secret"));
            writeln!(self.out, "\n  {}", self.paint(Paint::Dim, &line))?;
        }
        self.unread(secrets)?;
        writeln!(self.out)
    }

    /// Writes the sentence about all secrets.
    pub(super) fn headline_of_secrets(&mut self, headline: &str) -> io::Result<()> {
        for line in wrap(headline, WIDTH) {
            writeln!(self.out, "{}", self.paint(Paint::Wasted, &line))?;
        }
        Ok(())
    }

    fn secret(&mut self, inspection: &Inspection, secret: &Secret) -> io::Result<()> {
        let what = secret.what();
        let line = shown!("{} in {}", what, secret.whereabouts(inspection));
        writeln!(self.out)?;
        for (i, line) in line.wrap(WIDTH - 4).into_iter().enumerate() {
            let line = if i == 0 { self.paint(Paint::Bold, &line) } else { line.into() };
            writeln!(self.out, "  {line}")?;
        }
        let shown = shown!("{} (masked)", secret.shown);
        self.paragraph("value", &shown)?;
        for (word, layer) in [("added in", secret.added_in), ("removed in", secret.removed_in)] {
            let Some(layer) = layer.filter(|&layer| layer < inspection.layers.len()) else {
                continue;
            };
            let instruction = inspection.layers[layer].instruction.one_line();
            let line = cut(&shown!("layer {}: {}", layer, instruction), WIDTH - INDENT);
            writeln!(self.out, "{}  {line}", self.label(word))?;
        }
        self.paragraph("why", &secret.why())?;
        if let Some(see) = secret.see(inspection) {
            // Lines that can be copied are never cut.
            writeln!(self.out, "{}  {see}", self.label("see"))?;
        }
        self.paragraph("now", &secret.revoke())?;
        let prevention = Prevention::find(inspection, secret);
        self.paragraph("fix", &prevention.what)?;
        prevention.lines().try_for_each(|line| writeln!(self.out, "{:INDENT$}{line}", ""))
    }

    /// Says in a line that secrets were not searched for, or not in all files, where nothing above
    /// says it.
    pub(super) fn not_searched(&mut self, study: &Study) -> io::Result<()> {
        match &study.secrets {
            None => {
                let line = self.paint(Paint::Dim, NOT_SEARCHED);
                writeln!(self.out, "\n{line}")
            }
            Some(secrets) if secrets.list.is_empty() => self.unread(secrets),
            Some(_) => Ok(()),
        }
    }

    fn unread(&mut self, secrets: &Secrets) -> io::Result<()> {
        let Some(text) = secrets.not_searched() else { return Ok(()) };
        writeln!(self.out)?;
        for line in wrap(&text, WIDTH - 2) {
            writeln!(self.out, "  {}", self.paint(Paint::Dim, &line))?;
        }
        Ok(())
    }
}
