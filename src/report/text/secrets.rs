//! Writes the secrets, before everything else: who can read them, how, and what to do.

use std::io::{self, Write};

use super::{INDENT, Paint, ReportText, WIDTH};
use crate::Inspection;
use crate::display::{cut, plural, shown, wrap};
use crate::recorded::{Document, SecretRecord, SecretsRecord};
use crate::report::words::NOT_SEARCHED;
use crate::tree::Reason;

/// The most secrets that are shown in full.
const SECRETS: usize = 8;

impl<W: Write> ReportText<'_, W> {
    pub(super) fn secrets(&mut self, inspection: &Inspection, doc: &Document) -> io::Result<()> {
        let Some(secrets) = &doc.secrets else { return Ok(()) };
        let Some(headline) = secrets.headline() else { return Ok(()) };
        writeln!(self.out)?;
        for line in wrap(&headline, WIDTH) {
            writeln!(self.out, "{}", self.paint(Paint::Wasted, &line))?;
        }
        let most = if self.style.top == 0 { usize::MAX } else { SECRETS };
        for secret in secrets.found.iter().take(most) {
            self.secret(inspection, secret)?;
        }
        let more = secrets.found.len().saturating_sub(most);
        if more > 0 {
            let line = format!("and {} (--top 0 lists all)", plural(more, "more secret"));
            writeln!(self.out, "\n  {}", self.paint(Paint::Dim, &line))?;
        }
        self.unread(secrets)?;
        writeln!(self.out)
    }

    fn secret(&mut self, inspection: &Inspection, secret: &SecretRecord) -> io::Result<()> {
        let line = shown!("{} in {}", &secret.what, secret.whereabouts());
        writeln!(self.out)?;
        for (i, line) in line.wrap(WIDTH - 4).into_iter().enumerate() {
            let line = if i == 0 { self.paint(Paint::Bold, &line) } else { line.into() };
            writeln!(self.out, "  {line}")?;
        }
        self.paragraph("value", &shown!("{} (masked)", &secret.masked))?;
        let removed = format!("{} in", Reason::past_of(secret.reason));
        for (word, layer) in [("added in", secret.layer), (&*removed, secret.removed_in)] {
            let Some((index, layer)) = layer.and_then(|it| Some((it, inspection.layers.get(it)?)))
            else {
                continue;
            };
            let instruction = layer.instruction.one_line();
            let line = cut(&shown!("layer {}: {}", index, instruction), WIDTH - INDENT);
            writeln!(self.out, "{}  {line}", self.label(word))?;
        }
        self.paragraph("why", &secret.why)?;
        if let Some(see) = &secret.see {
            // Lines that can be copied are never cut.
            writeln!(self.out, "{}  {see}", self.label("see"))?;
        }
        self.paragraph("now", &secret.revocation())?;
        self.paragraph("fix", &secret.fix.what)?;
        secret.fix.lines().iter().try_for_each(|line| writeln!(self.out, "{:INDENT$}{line}", ""))
    }

    /// Says in a line that secrets were not searched for, or not in all files, where nothing above
    /// says it.
    pub(super) fn not_searched(&mut self, document: &Document) -> io::Result<()> {
        match &document.secrets {
            None => {
                let line = self.paint(Paint::Dim, NOT_SEARCHED);
                writeln!(self.out, "\n{line}")
            }
            Some(secrets) if secrets.found.is_empty() => self.unread(secrets),
            Some(_) => Ok(()),
        }
    }

    fn unread(&mut self, secrets: &SecretsRecord) -> io::Result<()> {
        let Some(text) = secrets.not_searched() else { return Ok(()) };
        writeln!(self.out)?;
        for line in wrap(&text, WIDTH - 2) {
            writeln!(self.out, "  {}", self.paint(Paint::Dim, &line))?;
        }
        Ok(())
    }
}
