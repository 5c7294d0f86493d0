//! Leftovers that no tool cleans: a person decides about them.

use super::condition::{Condition, Kind};
use super::{NOTEWORTHY, Work};
use crate::advice::dockerfile::parse::Keyword;
use crate::tree::VersionId;

impl Work<'_> {
    /// Says of leftovers that no tool cleans what the findings say of them.
    pub(super) fn by_hand(&mut self) {
        let leftovers = self.leftovers;
        for (&rule, layers) in &leftovers.by_hand {
            let rule = &leftovers.rules.list[usize::from(rule)];
            let is_run = |i: &usize| self.file.instructions[*i].keyword == Keyword::Run;
            let mut lines = Vec::new();
            let mut left: Vec<VersionId> = Vec::new();
            for (layer, inodes) in layers {
                let run = self.by_layer.get(layer).copied().filter(is_run);
                if let Some(run) = run.filter(|_| self.unclaimed(inodes) >= rule.minimum) {
                    lines.push(self.file.instructions[run].line);
                    left.extend(inodes);
                }
            }
            let bytes = self.unclaimed(&left);
            if bytes < NOTEWORTHY {
                continue;
            }
            let text = format!("leaves this in the image: {}; {}", rule.title, rule.fix);
            let remark = self.leave(Kind::Tool, bytes, None, text, Condition::NotNeededLater);
            (remark.lines, remark.inodes) = (lines, left);
        }
    }
}
