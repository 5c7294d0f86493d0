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
                    "installs compilers that stay in the image; a multi-stage build leaves them out, but there is no \
                     draft of one, because {reason}"
                );
                let at = self.with_compilers(from);
                self.leave(Kind::Stages, 0, at, text, Condition::StandsAlone);
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
        let (name, mut text) = self.two_stages(from, alias, &start, &stage.prunes);
        text.push_str(&stage.lines(&name));
        let users = if stage.makes_users() { &["/etc/passwd"][..] } else { &[] };
        self.runtime(&mut text, &start, (users, stage.start.as_deref()));
        let draft = self.second_file(text)?;
        let said = self.said_of_draft(&draft, &said_of_interpreted(stage, &start.called));
        let verdict = Verdict::Proposed { size_after: Some((size, stage.certainty())) };
        let remark = self.say(Kind::Stages, verdict, from, said);
        remark.condition = Some(Condition::StandsAlone);
        Some(draft)
    }
}

/// Says what a draft for an interpreted program does.
fn said_of_interpreted(stage: &Interpreted, base: &str) -> String {
    let does = match (stage.packages(), &stage.paths()[..]) {
        (names, []) => format!("installs {} again", some(names)),
        ([], paths) => format!("copies {}", some(paths)),
        (names, paths) => format!("installs {} again and copies {}", some(names), some(paths)),
    };
    let without = match &stage.left_out[..] {
        [] => "the build tools".to_owned(),
        names => some(names),
    };
    let started = match &stage.start {
        Some(_) => "; it starts the program without npm, which also sets variables",
        None => "",
    };
    format!(
        "a draft on {base} that {does}, without {without}; {} runs \
            the program, so test whether it uses what is left out{started}",
        stage.program,
    )
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
