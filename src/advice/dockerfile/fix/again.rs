//! Removes copies that bring files which the image has already.

use super::condition::Kind;
use super::remark::Verdict;
use super::{NOTEWORTHY, Work};
use crate::advice::change::only_copied_again;
use crate::advice::dockerfile::draft::Fate;
use crate::advice::dockerfile::parse::Keyword;

impl Work<'_> {
    /// Removes the instructions that only copy again, with the same mode and owner.
    pub(super) fn copied_again(&mut self) {
        for i in self.stage.clone() {
            let keyword = self.file.instructions[i].keyword;
            let layer = self.layer(i).filter(|_| matches!(keyword, Keyword::Copy | Keyword::Add));
            let Some(layer) = layer else { continue };
            let Some(inodes) = only_copied_again(self.inspection, layer) else { continue };
            if self.unclaimed(&inodes) < NOTEWORTHY {
                continue;
            }
            let saves = self.claims.claim(&self.inspection.tree, inodes.iter().copied());
            self.draft.fates[i] = Fate::Goes;
            let text = format!(
                "removes the {}: the image has its files already, with the same mode and owner",
                keyword.name()
            );
            self.say(Kind::Again, Verdict::saves(saves), i, text).inodes = inodes;
        }
    }
}
