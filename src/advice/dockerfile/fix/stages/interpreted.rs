//! Drafts the stages of a program that an interpreter runs.

use crate::advice::dockerfile::evidence::{Interpreted, Needs};
use crate::advice::dockerfile::fix::condition::{Condition, Kind};
use crate::advice::dockerfile::fix::remark::Verdict;
use crate::advice::dockerfile::fix::{Change, Work};
use crate::display::{escaped_str, listed};

/// The most names that are listed.
const NAMED: usize = 5;

impl Work<'_> {
    /// Drafts a file that installs packages again and copies the rest; leaves a remark with the
    /// reason where that cannot be.
    pub(super) fn interpreted(&mut self) -> Option<Change> {
        let evidence = self.evidence;
        let from = self.file.last_from();
        let (_, alias) = self.file.instructions[from].stage()?;
        let image = self.file.image_below()?;
        let stage = match evidence.interpreted.as_ref()? {
            Ok(stage) => stage,
            Err(reason) => {
                let text = format!(
                    "leaves compilers in the image; use a multi-stage build: no draft, because {reason}"
                );
                self.leave(Kind::Stages, 0, from, text, Condition::StandsAlone);
                return None;
            }
        };
        let start = self.same_base(&image, &Needs::Nothing);
        let tree = &self.inspection.tree;
        let added: u64 = stage.inodes.iter().map(|&inode| tree.size(inode)).sum();
        let (base, _) = start.size_after.clone()?;
        let size = base.saturating_add(added);
        if size >= self.inspection.totals.size {
            return None;
        }
        let (name, mut text) = self.two_stages(from, alias, &start);
        text.push_str(&stage.lines(&name));
        let users = if stage.makes_users() { &["/etc/passwd"][..] } else { &[] };
        self.runtime(&mut text, from, &start, users);
        let draft = self.second_file(text)?;
        let said = self.said_of_interpreted(stage, &start.called);
        let verdict = Verdict::Proposed { size_after: Some((size, stage.certainty())) };
        let remark = self.say(Kind::Stages, verdict, from, said);
        remark.condition = Some(Condition::StandsAlone);
        Some(draft)
    }

    fn said_of_interpreted(&self, stage: &Interpreted, base: &str) -> String {
        let does = match (stage.packages(), &stage.paths()[..]) {
            (names, []) => format!("installs {} again", some(names)),
            ([], paths) => format!("copies {}", some(paths)),
            (names, paths) => format!("installs {} again and copies {}", some(names), some(paths)),
        };
        let without = match &stage.left_out[..] {
            [] => "the build tools".to_owned(),
            names => some(names),
        };
        format!(
            "{}.multi-stage is a draft on {base} that {does}, without {without}; {} runs \
                the program, so test whether it uses what is left out",
            self.target.name, stage.program
        )
    }
}

/// Lists the first of some names.
fn some(names: &[String]) -> String {
    let mut shown: Vec<_> =
        names.iter().take(NAMED).map(|name| escaped_str(name).to_string()).collect();
    if let more @ 1.. = names.len().saturating_sub(NAMED) {
        shown.push(format!("{more} more"));
    }
    listed(&shown)
}
