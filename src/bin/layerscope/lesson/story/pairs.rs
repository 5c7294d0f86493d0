//! Describes bytes that one layer adds and a later one removes: the largest pair in detail, the
//! next ones briefly.

use layerscope::advice::ladder::Step as Remedy;
use layerscope::analysis::DeadGroup;
use layerscope::display::noticeably;
use layerscope::display::{files, plural};
use layerscope::tree::{Cause, NodeId};

use super::options::Options;
use super::place::biggest_place;
use super::teller::{Teller, changes, explore, in_view};
use super::words;
use crate::view::View;

/// The most pairs that are described after the largest.
const SHORTLY: usize = 3;
/// The smallest part of the image that a layer has to remove for a question: one part in so many.
const ASKABLE: u64 = 20;

impl Teller<'_> {
    /// Describes the bytes of your layers that a later layer removed, unless they were rewritten
    /// unchanged.
    pub fn tell_pairs(&mut self) {
        let base = self.study.base.layers;
        let pairs = self.pairs_that(|pair| pair.born_in >= base && pair.cause != Cause::Recopied);
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
                "And {} in {pairs} of layers, of which one ships what the other one hides. Here they are in a list.",
                self.size(bytes)
            );
            self.say(in_view(View::Waste, self.last_layer()), [text]);
        }
    }

    /// Describes the largest pair: the layers, the growth of the image, and the reason.
    fn tell_pair(&mut self, pair: &DeadGroup) {
        let (born, died) = (pair.born_in, pair.died_in);
        let path = biggest_place(self.inspection, pair);
        if born == died {
            return self.tell_pair_shortly(pair);
        }
        self.say(explore(born, Some(path)), self.what_ships(pair, path));
        let (verb, told) = match pair.cause {
            Cause::Overwritten | Cause::Recopied => ("writes files again", "wrote files again"),
            Cause::Deleted | Cause::Opaque | Cause::Replaced => ("deletes files", "deleted files"),
        };
        let asked = self.ask_what_it_costs(pair, path, verb);
        self.say(changes(died, Some(path)), self.what_it_did(pair, asked));
        self.say(in_view(View::Timeline, died), [self.as_a_chart(died)]);
        self.say(in_view(View::Waste, died), self.what_helps(pair));
        let (hid, bytes) = (self.size(self.inspection.layers[died].killed), self.size(pair.bytes));
        let them = if hid == bytes { "them".into() } else { format!("{bytes} of them") };
        let smaller = "and the image got no smaller";
        let line = format!("Layer {died} {told} and hid {hid}, {smaller}: layer {born} still ships {them}.");
        self.waste(pair.bytes, line);
    }

    fn what_ships(&self, pair: &DeadGroup, path: NodeId) -> [String; 2] {
        let born = pair.born_in;
        let shipped = self.size(self.inspection.layers[born].shipped);
        let there = self.inspection.tree.totals(born)[path.index()].visible;
        let look = match path {
            NodeId::ROOT => String::new(),
            path => format!("Keep an eye on {}, {}.", self.path(path), self.size(there)),
        };
        [format!("{} ships {shipped}.", words::capital(&self.layer(born))), look]
    }

    /// Asks for the size of the image after the layer that removed the bytes; returns whether it
    /// asked.
    fn ask_what_it_costs(&mut self, pair: &DeadGroup, path: NodeId, verb: &str) -> bool {
        let died = pair.died_in;
        let account = &self.inspection.layers[died];
        let (hid, grows) = (account.killed, account.shipped);
        let before = self.up_to(died);
        let after = before + grows;
        if hid < before / ASKABLE {
            return false;
        }
        let overwritten = matches!(pair.cause, Cause::Overwritten | Cause::Recopied);
        let sees = self.size(self.root_at(died).visible);
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
                (sees, "the deleted files are gone"),
                (self.size(after.saturating_add(hid)), "each deleted file is copied first"),
            ]
        };
        let wrong = wrong.map(|(figure, words)| (figure, words.into()));
        let Some(options) = Options::of((self.size(after), right), wrong, pair.born_in + died) else { return false };
        let text = format!(
            "Up to here {} ship. Then {} {verb}: {} of that are hidden. How much ships after it?",
            self.size(before),
            self.layer(died),
            self.size(hid)
        );
        self.ask(explore(died - 1, Some(path)), &text, options, principle(pair.cause));
        true
    }

    fn what_it_did(&self, pair: &DeadGroup, asked: bool) -> Vec<String> {
        let (born, died) = (pair.born_in, pair.died_in);
        let account = &self.inspection.layers[died];
        let what = if asked {
            format!("This is what layer {died} did")
        } else {
            format!("This is what {} did", self.layer(died))
        };
        let brought = match account.shipped {
            0 => "brought nothing".into(),
            shipped => format!("brought {}", self.size(shipped)),
        };
        let (hid, bytes) = (self.size(account.killed), self.size(pair.bytes));
        let of = match pair.bytes == account.killed {
            true => format!("all of it from layer {born}"),
            false if bytes == hid => format!("nearly all of it from layer {born}"),
            false => format!("{bytes} of it from layer {born}"),
        };
        // The marks are those of the tree view.
        let still = match pair.cause {
            Cause::Overwritten | Cause::Recopied => {
                "The old bytes of what is marked ~ still ship: who pulls this image downloads them, and never sees them."
            }
            Cause::Deleted | Cause::Opaque | Cause::Replaced => {
                "What is marked - still ships: who pulls this image downloads it, and never sees it."
            }
        };
        let mut said = vec![format!("{what}: it {brought}, and hid {hid}, {of}. {still}")];
        if !asked {
            said.push(principle(pair.cause).into());
        }
        said
    }

    fn as_a_chart(&self, died: usize) -> String {
        let (before, after) = (self.root_at(died - 1).visible, self.root_at(died).visible);
        let seen = if after < before {
            format!("What a container sees falls from {} to {} at layer {died}.", self.size(before), self.size(after))
        } else {
            format!("What a container sees is {} after layer {died}.", self.size(after))
        };
        let dead = self.inspection.totals.dead();
        format!(
            "The same as a chart. What ships never falls. {seen} The gap between the two is dead: {} in the end, which is \
             {} of the image.",
            self.size(dead),
            self.share(dead)
        )
    }

    fn what_helps(&self, pair: &DeadGroup) -> Vec<String> {
        let mut said = vec![format!("What helps is not one more layer, but this: {}", self.remedy(pair))];
        let rung = self.study.ladder.iter().find(|rung| rung.step == Remedy::WithoutDead);
        if let (Some(rung), Some(first)) = (rung, self.study.ladder.first()) {
            let ratio = noticeably(rung.shipped, first.shipped);
            let ratio = ratio.map(|ratio| format!(", {ratio} smaller")).unwrap_or_default();
            let base = self.inspection.dead.iter().any(|dead| dead.born_in < self.study.base.layers && dead.bytes > 0);
            let own = if base { "of yours " } else { "" };
            said.push(format!("With nothing {own}dead, {} would ship{ratio}. That is exact.", self.size(rung.shipped)));
        }
        said
    }

    fn tell_pair_shortly(&mut self, pair: &DeadGroup) {
        let (born, died) = (pair.born_in, pair.died_in);
        let path = biggest_place(self.inspection, pair);
        let (bytes, count) = (self.size(pair.bytes), files(pair.count));
        let what = if born == died {
            format!(
                "{} ships {bytes} in {count} that something else in it takes the place of.",
                words::capital(&self.layer(born))
            )
        } else {
            let verb = match pair.cause {
                Cause::Overwritten | Cause::Recopied => "writes again",
                Cause::Deleted | Cause::Opaque | Cause::Replaced => "deletes",
            };
            let layer = self.layer(born);
            format!("The same with {bytes} more: {layer} ships them in {count}, and layer {died} {verb} them.")
        };
        let place = match path {
            NodeId::ROOT => String::new(),
            path => format!(" Most are at {}.", self.path(path)),
        };
        let helps = format!("What helps: {}", self.remedy(pair));
        // A path that one layer has twice is in its changes with the final version only.
        let is_there = born != died || self.inspection.tree.at(path, died).is_some();
        self.say(changes(died, Some(path).filter(|_| is_there)), [format!("{what}{place}"), helps]);
        let line = if born == died {
            format!("Layer {born} ships {bytes} and puts something else in their place itself.")
        } else {
            format!("{bytes} of layer {born} ship although layer {died} took them away.")
        };
        self.waste(pair.bytes, line);
    }
}

/// Explains why removing files in a later layer saves nothing.
fn principle(cause: Cause) -> &'static str {
    match cause {
        Cause::Deleted => {
            "A layer cannot take bytes out of another one: it only notes that a path is gone. That note is called a whiteout."
        }
        Cause::Opaque => {
            "A layer cannot take bytes out of another one: it only notes that a directory begins anew, as an opaque one."
        }
        Cause::Replaced => {
            "A layer cannot take bytes out of another one: what it puts in the place of a directory only hides its files."
        }
        Cause::Overwritten | Cause::Recopied => {
            "A layer cannot change a file of another one: it ships the whole file once more, and the old one still ships."
        }
    }
}
