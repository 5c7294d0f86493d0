//! Describes avoidable bytes in the base image, which only another base image or a multi-stage
//! build avoids.

use layerscope::advice::findings::{Fate, Finding, Level, Whose};
use layerscope::analysis::WastedGroup;
use layerscope::display::{escaped_str, listed};
use layerscope::tree::{NodeId, Reason};

use super::place::biggest_place;
use super::story::{StoryBuilder, changes, explore};
use super::words;

/// The most findings that are listed.
const NAMED: usize = 3;

impl StoryBuilder<'_> {
    pub fn tell_the_base(&mut self) {
        self.tell_wasted_of_the_base();
        self.tell_left_by_the_base();
    }

    /// Describes bytes of the base image that a later layer removed.
    fn tell_wasted_of_the_base(&mut self) {
        let layers = self.study.base.layers;
        // Contents that were rewritten unchanged have been described already.
        let pairs = self
            .pairs_that(|pair| pair.added_in < layers && pair.reason != Reason::RewrittenUnchanged);
        let bytes: u64 = pairs.iter().map(|pair| pair.bytes).sum();
        let Some(biggest) = pairs.first().filter(|_| self.is_notable(bytes)) else { return };
        let path = biggest_place(self.inspection, biggest);
        let all = if bytes == self.inspection.totals.wasted() {
            "All wasted bytes are in the base image"
        } else {
            "Some of the wasted bytes are in the base image"
        };
        let text = format!(
            "{all}: {}. {}",
            self.size(bytes),
            self.who_hid(biggest, biggest.bytes == bytes)
        );
        let only = "Only another base image avoids them. Your Dockerfile cannot remove them.";
        self.say(changes(biggest.removed_in, Some(path)), [text, only.into()]);
        let line = format!(
            "{} wasted in the base image: only another base image avoids them.",
            self.size(bytes)
        );
        self.waste(bytes, line);
    }

    fn who_hid(&self, pair: &WastedGroup, is_all: bool) -> String {
        let most = if is_all { "" } else { "Most of it: " };
        let (added_in, removed_in) = (pair.added_in, pair.removed_in);
        let verb = match pair.reason {
            Reason::Overwritten | Reason::RewrittenUnchanged => "writes over",
            Reason::Deleted | Reason::Opaque | Reason::Replaced => "deletes",
        };
        let whose = if removed_in < self.study.base.layers {
            ", which is the base image's own,"
        } else {
            ""
        };
        let text = if added_in == removed_in {
            format!("{most}layer {added_in}{whose} contains some paths twice.")
        } else {
            format!(
                "{most}layer {removed_in}{whose} {verb} {} of layer {added_in}.",
                self.size(pair.bytes)
            )
        };
        words::capital(&text)
    }

    /// Describes toolchains and leftovers of the base image.
    fn tell_left_by_the_base(&mut self) {
        let study = self.study;
        let is_of = |finding: &&Finding| {
            finding.whose == Whose::Base
                && finding.fate == Fate::Left
                && finding.level != Level::Documentation
        };
        let found: Vec<_> = study
            .findings
            .iter()
            .filter(is_of)
            .filter(|finding| self.is_notable(finding.bytes))
            .collect();
        let Some(first) = found.first() else { return };
        let named = |finding: &&Finding| {
            format!("{} ({})", escaped_str(&finding.title), self.size(finding.bytes))
        };
        let names: Vec<_> = found.iter().take(NAMED).map(named).collect();
        let more = if found.len() > NAMED { ", and more" } else { "" };
        let bytes: u64 = found.iter().map(|finding| finding.bytes).sum();
        let path = first.places.first().map(|spot| spot.node).filter(|&node| node != NodeId::ROOT);
        let text = format!(
            "The base image brings {} that nothing needs at run time: {}{more}.",
            self.size(bytes),
            listed(&names)
        );
        let (only, learnt) = if found.iter().any(|finding| finding.level == Level::Toolchain) {
            let only = "Deleting it in one of your layers saves nothing. Use a multi-stage build: build on \
                this base image, and copy the result to a small one.";
            (only, "a second stage leaves them out")
        } else {
            let only = "Deleting it in one of your layers saves nothing. Use another base image, such as a \
                slim variant.";
            (only, "only another base image leaves them out")
        };
        self.say(explore(first.added_in, path), [text, only.into()]);
        let line =
            format!("{} of the base image are not needed at run time: {learnt}.", self.size(bytes));
        self.waste(bytes, line);
    }
}
