//! Names the changes of the assessment that nothing else here is about, so that no other report knows
//! of a larger one.

use std::collections::HashSet;

use super::condition::{Condition, Kind};
use super::remark::{Remark, Verdict};
use super::{NOTEWORTHY, Work};
use crate::advice::dockerfile::evidence::NamedChange;
use crate::display::escaped_str;

impl Work<'_> {
    /// Adds a remark on each of these changes; `has_stage` tells whether a build stage is proposed.
    pub(super) fn unnamed(&mut self, has_stage: bool) {
        // Of a file that is not the image's in all instructions, that is said instead.
        if !self.target.unmatched.is_empty() {
            return;
        }
        let evidence = self.evidence;
        let mut known: HashSet<_> =
            self.remarks.iter().flat_map(|remark| remark.inodes.iter().copied()).collect();
        for (place, change) in evidence.changes.iter().enumerate() {
            let is_left = |it: &Remark| matches!(it.verdict, Verdict::Left { .. });
            let is_known = |it: &Remark| it.change == Some(place) && is_left(it);
            if !change.is_own || !change.is_stage && self.remarks.iter().any(is_known) {
                continue;
            }
            if change.is_stage && (has_stage || self.is_said_of_stages(change)) {
                continue;
            }
            let new = change.inodes.iter().copied().filter(|inode| !known.contains(inode));
            let new: Vec<_> = new.collect();
            // A build stage leaves out what others do as well, and is still another change.
            let all = change.bytes(self.inspection);
            let is_said = !change.is_stage && self.unclaimed(&new) < all / 2;
            if is_said || self.unclaimed(&change.inodes) < NOTEWORTHY {
                continue;
            }
            known.extend(&new);
            self.name(place, change);
        }
    }

    /// Gives the remark on why no build stage is proposed, if there is one, what it would save.
    fn is_said_of_stages(&mut self, change: &NamedChange) -> bool {
        let is_it = |remark: &&mut Remark| {
            remark.kind == Kind::Stages && matches!(remark.verdict, Verdict::Left { .. })
        };
        let Some(remark) = self.remarks.iter_mut().find(is_it) else { return false };
        remark.inodes.clone_from(&change.inodes);
        remark.is_least = change.is_least();
        true
    }

    fn name(&mut self, place: usize, change: &NamedChange) {
        let kind = if change.is_stage { Kind::Stages } else { Kind::Tool };
        let condition =
            if change.is_stage { Condition::StandsAlone } else { Condition::NotNeededLater };
        let at = self.by_layer.get(&change.layer).copied();
        let text = escaped_str(&change.what);
        let bytes = self.unclaimed(&change.inodes);
        let remark = self.leave(kind, bytes, at, text.to_string(), condition);
        remark.inodes.clone_from(&change.inodes);
        remark.is_least = change.is_least();
        remark.change = Some(place);
    }
}
