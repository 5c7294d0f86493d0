//! Describes files that a layer rewrites unchanged, for example the `chmod` that doubles a layer.

use layerscope::analysis::WastedGroup;
use layerscope::display::files;
use layerscope::tree::Reason;

use super::options::Options;
use super::place::biggest_place;
use super::story::{StoryBuilder, changes, explore};
use super::words;

/// The smallest part of the image that is worth a question: one part in so many.
const ASKABLE: u64 = 20;
/// The most pairs that are described.
const MOST: usize = 2;
/// The size of a file in a tar besides its contents, in bytes.
const HEADER: u64 = 512;
/// The width of an instruction.
const CODE: usize = 100;

impl StoryBuilder<'_> {
    /// Describes files that were rewritten unchanged, the largest pair of layers first.
    pub fn tell_rewritten(&mut self) {
        let is_again = |pair: &WastedGroup| {
            pair.reason == Reason::RewrittenUnchanged && pair.added_in < pair.removed_in
        };
        let pairs = self.pairs_that(|pair| is_again(pair) && self.matters(pair.bytes));
        for pair in pairs.iter().take(MOST) {
            self.tell_copied_again(pair);
        }
    }

    fn tell_copied_again(&mut self, pair: &WastedGroup) {
        let (added_in, removed_in) = (pair.added_in, pair.removed_in);
        let (bytes, count) = (self.size(pair.bytes), files(pair.count));
        let path = biggest_place(self.inspection, pair);
        let again = format!(
            "{} changes only mode, owner or time of {count} of layer {added_in}, {bytes}.",
            words::capital(&self.layer(removed_in))
        );
        let principle = "A layer stores whole files: a changed mode stores the whole file again.";
        let size = self.inspection.layers[removed_in].size;
        let right = (self.size(size), "every file is stored again".into());
        let headers = HEADER.saturating_mul(pair.count as u64);
        let wrong = [
            (self.size(0), "no contents change".into()),
            (self.size(headers), "a note for each file".into()),
        ];
        let options = Options::arrange(right, wrong, added_in.get() + removed_in.get());
        let is_big = pair.bytes >= self.image_size() / ASKABLE;
        match options.filter(|_| is_big) {
            Some(options) => {
                let because = format!("{principle} So {bytes} is wasted.");
                self.ask(
                    explore(added_in, Some(path)),
                    &format!(
                        "{again} How big is this \
                    layer?"
                    ),
                    options,
                    &because,
                );
            }
            None => self.say(
                explore(removed_in, Some(path)),
                [
                    again,
                    format!(
                        "{principle} So {bytes} is \
                stored twice."
                    ),
                ],
            ),
        }
        let line = self
            .finding_of(pair)
            .and_then(|finding| words::code(finding.fix.dockerfile.as_deref()?, CODE));
        let line = line.map(|line| format!("Written out: `{line}`")).unwrap_or_default();
        self.say(
            changes(removed_in, Some(path)),
            [format!("What helps: {}", self.change(pair)), line],
        );
        let line = format!(
            "Layer {removed_in} stores {bytes} again that layer {added_in} already contains, with the same contents."
        );
        self.waste(pair.bytes, line);
    }
}
