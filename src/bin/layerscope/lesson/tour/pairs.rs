//! Describes bytes that one layer adds and a later one removes: the largest pair in detail, the
//! next ones briefly.

use layerscope::Known;
use layerscope::LayerIndex;
use layerscope::advice::ladder::Step as SuggestedChange;
use layerscope::analysis::WastedGroup;
use layerscope::display::noticeably;
use layerscope::display::{files, plural};
use layerscope::tree::{NodeId, Reason};

use super::options::Options;
use super::place::biggest_place;
use super::story::{StoryBuilder, changes, explore, in_view};
use super::words;
use crate::view::View;

/// The most pairs that are described after the largest.
const SHORTLY: usize = 3;
/// The smallest part of the image that a layer has to remove for a question: one part in so many.
const ASKABLE: u64 = 20;

impl StoryBuilder<'_> {
    /// Describes the bytes of your layers that a later layer removed, unless they were rewritten
    /// unchanged.
    pub fn tell_pairs(&mut self) {
        let base = self.study.base.layers;
        let pairs = self
            .pairs_that(|pair| pair.added_in >= base && pair.reason != Reason::RewrittenUnchanged);
        let mut worth = pairs.iter().take_while(|pair| self.matters(pair.bytes)).count();
        // Many small pairs are worth describing as well, by the largest of them.
        if worth == 0 && self.is_notable(pairs.iter().map(|pair| pair.bytes).sum()) {
            worth = 1;
        }
        let Some((first, others)) = pairs[..worth].split_first() else { return };
        self.tell_pair(first);
        let (told, rest) = others.split_at(others.len().min(SHORTLY));
        told.iter().for_each(|pair| self.tell_pair_shortly(pair));
        let bytes: u64 = rest.iter().map(|pair| pair.bytes).sum();
        if self.matters(bytes) {
            let pairs = plural(rest.len(), "more pair");
            let text = format!(
                "And {} in {pairs} of layers, of which one adds what the other one removes. Waste (key 2) lists them.",
                self.size(bytes)
            );
            self.say(in_view(View::Waste, self.last_layer()), [text]);
        }
    }

    /// Describes the largest pair: the layers, the growth of the image, and the reason.
    fn tell_pair(&mut self, pair: &WastedGroup) {
        let (added_in, removed_in) = (pair.added_in, pair.removed_in);
        let path = biggest_place(self.inspection, pair);
        if added_in == removed_in {
            return self.tell_pair_shortly(pair);
        }
        self.say(explore(added_in, Some(path)), self.what_stays(pair, path));
        let (verb, told) = match pair.reason {
            Reason::Overwritten | Reason::RewrittenUnchanged => {
                ("writes files again", "wrote files again")
            }
            Reason::Deleted | Reason::Opaque | Reason::Replaced => {
                ("deletes files", "deleted files")
            }
        };
        let asked = self.ask_what_it_costs(pair, path, verb);
        self.say(changes(removed_in, Some(path)), self.what_it_did(pair, asked));
        self.say(in_view(View::Timeline, removed_in), [self.as_a_chart(removed_in)]);
        self.say(in_view(View::Waste, removed_in), self.what_helps(pair));
        let (hid, bytes) =
            (self.size(self.inspection.layers[removed_in].hidden), self.size(pair.bytes));
        let them = if hid == bytes { "them".into() } else { format!("{bytes} of them") };
        let smaller = "and the image got no smaller";
        let line = format!(
            "Layer {removed_in} {told} and hides {hid}, {smaller}: layer {added_in} still \
            contains {them}."
        );
        self.waste(pair.bytes, line);
    }

    fn what_stays(&self, pair: &WastedGroup, path: NodeId) -> [String; 2] {
        let added_in = pair.added_in;
        let size = self.size(self.inspection.layers[added_in].size);
        let is_part = self.inspection.completeness.layer(added_in) != Known::Whole;
        let size = if is_part { format!("at least {size}") } else { size };
        let there = self.inspection.tree.totals(added_in)[path.index()].visible;
        let look = match path {
            NodeId::ROOT => String::new(),
            path => format!("Watch {}: {}.", self.path(path), self.size(there)),
        };
        [format!("{} has {size}.", words::capital(&self.layer(added_in))), look]
    }

    /// Asks for the size of the image after the layer that removed the bytes; returns whether it
    /// asked.
    fn ask_what_it_costs(&mut self, pair: &WastedGroup, path: NodeId, verb: &str) -> bool {
        let removed_in = pair.removed_in;
        let account = &self.inspection.layers[removed_in];
        let (hid, grows) = (account.hidden, account.size);
        let before = self.up_to(removed_in.get());
        let after = before + grows;
        // There is no right answer where not all of the image could be read.
        if hid < before / ASKABLE || !self.inspection.completeness.sizes_are_exact() {
            return false;
        }
        let overwritten = matches!(pair.reason, Reason::Overwritten | Reason::RewrittenUnchanged);
        let sees = self.size(self.root_at(removed_in).visible);
        let right = match grows {
            0 => "just as before".into(),
            grows => format!("it grows by {}", self.size(grows)),
        };
        let wrong = if overwritten {
            [
                (sees, "the new files take the place of the old"),
                (self.size(before), "the same: files are only replaced"),
            ]
        } else {
            [
                (sees, "the deleted files are removed"),
                (self.size(after.saturating_add(hid)), "each deleted file is copied first"),
            ]
        };
        let wrong = wrong.map(|(figure, words)| (figure, words.into()));
        let turn = pair.added_in.get() + removed_in.get();
        let Some(options) = Options::arrange((self.size(after), right), wrong, turn) else {
            return false;
        };
        let text = format!(
            "The image so far has {}. Then {} {verb}: {} of that is hidden. How big is the image now?",
            self.size(before),
            self.layer(removed_in),
            self.size(hid)
        );
        let below = removed_in.previous().unwrap_or_default();
        self.ask(explore(below, Some(path)), &text, options, principle(pair.reason));
        true
    }

    fn what_it_did(&self, pair: &WastedGroup, asked: bool) -> Vec<String> {
        let (added_in, removed_in) = (pair.added_in, pair.removed_in);
        let account = &self.inspection.layers[removed_in];
        let what = if asked {
            format!("This is what layer {removed_in} did")
        } else {
            format!("This is what {} did", self.layer(removed_in))
        };
        let brought = match account.size {
            0 => "brought nothing".into(),
            size => format!("brought {}", self.size(size)),
        };
        let (hid, bytes) = (self.size(account.hidden), self.size(pair.bytes));
        let of = match pair.bytes == account.hidden {
            true => format!("all of it from layer {added_in}"),
            false if bytes == hid => format!("nearly all of it from layer {added_in}"),
            false => format!("{bytes} of it from layer {added_in}"),
        };
        // The marks are those of the tree view.
        let still = match pair.reason {
            Reason::Overwritten | Reason::RewrittenUnchanged => {
                "The old bytes of files marked ~ are still downloaded with the image, and never visible."
            }
            Reason::Deleted | Reason::Opaque | Reason::Replaced => {
                "Files marked - are deleted but still downloaded with the image."
            }
        };
        let mut said = vec![format!("{what}: it {brought}, and hides {hid}, {of}. {still}")];
        if !asked {
            said.push(principle(pair.reason).into());
        }
        said
    }

    fn as_a_chart(&self, removed_in: LayerIndex) -> String {
        let before = removed_in.previous().map_or(0, |below| self.root_at(below).visible);
        let after = self.root_at(removed_in).visible;
        let seen = if after < before {
            format!(
                "What a container sees falls from {} to {} at layer {removed_in}.",
                self.size(before),
                self.size(after)
            )
        } else {
            format!("What a container sees is {} after layer {removed_in}.", self.size(after))
        };
        let wasted = self.inspection.totals.wasted();
        let share = if self.inspection.completeness.sizes_are_exact() {
            format!("{} of the image", self.share(wasted))
        } else {
            "of what could be read".into()
        };
        format!(
            "The same as a chart. The image only grows. {seen} The difference is wasted: {} in the end, {share}.",
            self.size(wasted)
        )
    }

    fn what_helps(&self, pair: &WastedGroup) -> Vec<String> {
        let mut said =
            vec![format!("What helps is not one more layer, but this: {}", self.change(pair))];
        let possible_size = self
            .study
            .ladder
            .iter()
            .find(|possible_size| possible_size.step == SuggestedChange::WithoutWasted);
        if let (Some(possible_size), Some(first)) = (possible_size, self.study.ladder.first()) {
            let ratio = noticeably(possible_size.size, first.size);
            let ratio = ratio.map(|ratio| format!(", {ratio} smaller")).unwrap_or_default();
            let base = self
                .inspection
                .wasted
                .iter()
                .any(|wasted| wasted.added_in < self.study.base.layers && wasted.bytes > 0);
            let own = if base { "your own " } else { "" };
            let size = self.size(possible_size.size);
            said.push(if self.inspection.completeness.sizes_are_exact() {
                format!("Without {own}wasted bytes, the image would have {size}{ratio}. That is exact.")
            } else {
                format!("Without {own}wasted bytes, it would have at least {size}: not all of it could be read.")
            });
        }
        said
    }

    fn tell_pair_shortly(&mut self, pair: &WastedGroup) {
        let (added_in, removed_in) = (pair.added_in, pair.removed_in);
        let path = biggest_place(self.inspection, pair);
        let (bytes, count) = (self.size(pair.bytes), files(pair.count));
        let what = if added_in == removed_in {
            format!(
                "{} contains {bytes} in {count} that the same layer replaces.",
                words::capital(&self.layer(added_in))
            )
        } else {
            let verb = match pair.reason {
                Reason::Overwritten | Reason::RewrittenUnchanged => "writes again",
                Reason::Deleted | Reason::Opaque | Reason::Replaced => "deletes",
            };
            let layer = self.layer(added_in);
            let them = if pair.count == 1 { "it" } else { "them" };
            format!(
                "The same with {bytes} more in {count}: {layer} adds {them}, and layer {removed_in} {verb} {them}."
            )
        };
        let place = match path {
            NodeId::ROOT => String::new(),
            path if pair.count == 1 => format!(" The file is {}.", self.path(path)),
            path if pair.all_in_place => format!(" All are in {}.", self.path(path)),
            path => format!(" Most are in {}.", self.path(path)),
        };
        let helps = format!("What helps: {}", self.change(pair));
        // A path that one layer has twice is in its changes with the final version only.
        let is_there =
            added_in != removed_in || self.inspection.tree.at(path, removed_in).is_some();
        self.say(
            changes(removed_in, Some(path).filter(|_| is_there)),
            [format!("{what}{place}"), helps],
        );
        let line = if added_in == removed_in {
            format!("Layer {added_in} contains {bytes} that it replaces itself.")
        } else {
            format!("{bytes} stay in layer {added_in} although layer {removed_in} removed them.")
        };
        self.waste(pair.bytes, line);
    }
}

/// Explains why removing files in a later layer saves nothing.
fn principle(reason: Reason) -> &'static str {
    match reason {
        Reason::Deleted => {
            "A layer cannot remove bytes from another one. It only stores a note that a path is deleted, \
                which is called a whiteout."
        }
        Reason::Opaque => {
            "A layer cannot take bytes out of another one: it only notes that a directory begins anew, as \
                an opaque one."
        }
        Reason::Replaced => {
            "A layer cannot remove bytes from another one. Replacing a directory only hides \
            its files."
        }
        Reason::Overwritten | Reason::RewrittenUnchanged => {
            "A layer cannot change a file of another one. It stores the whole file again, and the old one stays."
        }
    }
}
