//! Files that a layer ships again although their contents are the same: the chmod that doubles a layer.

use layerscope::analysis::{DeadGroup, dead_groups};
use layerscope::findings::Finding;
use layerscope::report::advice;
use layerscope::tree::Cause;
use layerscope::units::files;

use super::options::Options;
use super::place::biggest_place;
use super::teller::{Teller, changes, explore};
use super::words;

/// A question needs at least one part in so many of what ships.
const ASKABLE: u64 = 20;
/// Pairs that are spoken of.
const MOST: usize = 2;
/// What one file takes in a tar besides its contents, in bytes.
const HEADER: u64 = 512;
/// The columns of an instruction that is written out.
const CODE: usize = 100;

impl Teller<'_> {
    /// Tells of contents that came again unchanged, the biggest pair of layers first.
    pub fn tell_recopied(&mut self) {
        let mut groups = dead_groups(self.inspection);
        groups.retain(|group| {
            group.cause == Cause::Recopied && group.born_in < group.died_in && self.matters(group.bytes)
        });
        for group in groups.iter().take(MOST) {
            self.tell_copied_again(group);
        }
    }

    fn tell_copied_again(&mut self, group: &DeadGroup) {
        let (born, died) = (group.born_in, group.died_in);
        let (bytes, count) = (self.size(group.bytes), files(group.count));
        let path = biggest_place(self.inspection, group);
        let again = format!(
            "{} changes mode, owner or time of {count} of layer {born}: {bytes}.",
            words::capital(&self.layer(died))
        );
        let principle = "A layer holds whole files: what changes in any way, be it only its mode, ships once more.";
        let shipped = self.inspection.layers[died].shipped;
        let right = (self.size(shipped), "every file is shipped whole".into());
        let headers = HEADER.saturating_mul(group.count as u64);
        let wrong = [(self.size(0), "no contents change".into()), (self.size(headers), "a note for each file".into())];
        let options = Options::of(right, wrong, born + died);
        let is_big = group.bytes >= self.shipped() / ASKABLE;
        match options.filter(|_| is_big) {
            Some(options) => {
                let because = format!("{principle} So {bytes} are dead.");
                self.ask(explore(born, Some(path)), &format!("{again} How much does it ship?"), options, &because);
            }
            None => self.say(explore(died, Some(path)), [again, format!("{principle} So {bytes} ship twice.")]),
        }
        let is_of = |finding: &&Finding| finding.born_in == born && finding.died_in() == Some(died);
        let finding = self.study.findings.iter().find(is_of);
        let what = finding.map_or_else(|| advice(self.inspection, group).1, |finding| finding.fix.what.clone());
        let line = finding.and_then(|finding| words::code(finding.fix.dockerfile.as_deref()?, CODE));
        let line = line.map(|line| format!("Written out: `{line}`")).unwrap_or_default();
        self.say(changes(died, Some(path)), [format!("What helps: {}", words::stopped(&what)), line]);
        let line =
            format!("Layer {died} ships {bytes} again that layer {born} ships already: the contents are the same.");
        self.wastes.push((group.bytes, line));
    }
}
