//! Describes files that a layer rewrites unchanged, for example the `chmod` that doubles a layer.

use layerscope::analysis::DeadGroup;
use layerscope::display::files;
use layerscope::tree::Cause;

use super::options::Options;
use super::place::biggest_place;
use super::teller::{Teller, changes, explore};
use super::words;

/// The smallest part of the image that is worth a question: one part in so many.
const ASKABLE: u64 = 20;
/// The most pairs that are described.
const MOST: usize = 2;
/// The size of a file in a tar besides its contents, in bytes.
const HEADER: u64 = 512;
/// The width of an instruction.
const CODE: usize = 100;

impl Teller<'_> {
    /// Describes files that were rewritten unchanged, the largest pair of layers first.
    pub fn tell_recopied(&mut self) {
        let is_again = |pair: &DeadGroup| pair.cause == Cause::Recopied && pair.born_in < pair.died_in;
        let pairs = self.pairs_that(|pair| is_again(pair) && self.matters(pair.bytes));
        for pair in pairs.iter().take(MOST) {
            self.tell_copied_again(pair);
        }
    }

    fn tell_copied_again(&mut self, pair: &DeadGroup) {
        let (born, died) = (pair.born_in, pair.died_in);
        let (bytes, count) = (self.size(pair.bytes), files(pair.count));
        let path = biggest_place(self.inspection, pair);
        let again = format!(
            "{} leaves {count} of layer {born} as they are, {bytes}, but for mode, owner or time.",
            words::capital(&self.layer(died))
        );
        let principle = "A layer holds whole files: what changes in any way, be it only its mode, ships once more.";
        let shipped = self.inspection.layers[died].shipped;
        let right = (self.size(shipped), "every file is shipped whole".into());
        let headers = HEADER.saturating_mul(pair.count as u64);
        let wrong = [(self.size(0), "no contents change".into()), (self.size(headers), "a note for each file".into())];
        let options = Options::of(right, wrong, born + died);
        let is_big = pair.bytes >= self.shipped() / ASKABLE;
        match options.filter(|_| is_big) {
            Some(options) => {
                let because = format!("{principle} So {bytes} are dead.");
                self.ask(explore(born, Some(path)), &format!("{again} How much does it ship?"), options, &because);
            }
            None => self.say(explore(died, Some(path)), [again, format!("{principle} So {bytes} ship twice.")]),
        }
        let line = self.finding_of(pair).and_then(|finding| words::code(finding.fix.dockerfile.as_deref()?, CODE));
        let line = line.map(|line| format!("Written out: `{line}`")).unwrap_or_default();
        self.say(changes(died, Some(path)), [format!("What helps: {}", self.remedy(pair)), line]);
        let line =
            format!("Layer {died} ships {bytes} again that layer {born} ships already: the contents are the same.");
        self.waste(pair.bytes, line);
    }
}
