//! Describes the possible sizes in two steps: the rungs that matter, and images that are already
//! small.

use layerscope::advice::ladder::{Certainty, PossibleSize, Step as SuggestedChange};
use layerscope::display::noticeably;

use super::story::{StoryBuilder, explore, in_view};
use crate::view::View;

/// The smallest saving that makes a rung worth mentioning: one part in so many.
const WORTH: u64 = 100;

impl<'a> StoryBuilder<'a> {
    /// Returns the rungs worth mentioning: those that save a notable part of the previous one.
    fn possible_sizes(&self) -> Vec<&'a PossibleSize> {
        let mut possible_sizes: Vec<&PossibleSize> = Vec::new();
        let study = self.study;
        let Some(first) = study.ladder.first() else { return possible_sizes };
        for possible_size in &study.ladder[1..] {
            let last = possible_sizes.last().map_or(first.size, |possible_size| possible_size.size);
            if last.saturating_sub(possible_size.size) > last / WORTH {
                possible_sizes.push(possible_size);
            }
        }
        possible_sizes
    }

    /// Describes the smallest possible size, preferably an exact one.
    pub fn smallest(&self) -> Option<String> {
        let possible_sizes = self.possible_sizes();
        let exact = possible_sizes
            .iter()
            .rev()
            .find(|possible_size| possible_size.certainty == Certainty::Exact);
        let possible_size = exact.or(possible_sizes.last())?;
        let first = self.study.ladder.first()?;
        let ratio = noticeably(possible_size.size, first.size);
        let ratio = ratio.map(|ratio| format!(": {ratio} smaller")).unwrap_or_default();
        let about = if exact.is_some() { "" } else { "about " };
        if first.certainty != Certainty::Exact {
            return None;
        }
        let (from, size) = (self.size(first.size), self.size(possible_size.size));
        Some(format!("The {from} could be {about}{size}{ratio}."))
    }

    /// Says that there is little to improve, if nothing was found.
    pub fn tell_lean(&mut self) {
        if !self.wastes.is_empty() {
            return;
        }
        let layers = self.inspection.layers.len();
        let wasted = self.inspection.totals.wasted();
        let is_one_file = layers == 1 && self.inspection.totals.files == 1;
        let first = if is_one_file {
            let but = if self.secrets() > 0 { " but the secrets" } else { "" };
            format!("This image has one file in one layer. There is nothing to remove{but}.")
        } else {
            let wasted = match wasted {
                0 if !self.inspection.completeness.sizes_are_exact() => {
                    "no wasted bytes in the part that could be read".into()
                }
                0 => "nothing is wasted".into(),
                wasted => format!(
                    "only {} is wasted, {} of the image",
                    self.size(wasted),
                    self.share(wasted)
                ),
            };
            let start = match self.secrets() {
                0 => "There is little to change here",
                1 => "Apart from the secret, there is little to change",
                _ => "Apart from the secrets, there is little to change",
            };
            format!("{start}: {wasted}, and your layers leave no known caches or build leftovers.")
        };
        let second = match self.application() {
            0 => String::new(),
            bytes => format!(
                "The application is {} of the image: {}.",
                self.share(bytes),
                self.size(bytes)
            ),
        };
        self.say(explore(self.last_layer(), None), [first, second]);
    }

    pub fn tell_the_ladder(&mut self) {
        let possible_sizes = self.possible_sizes();
        let study = self.study;
        let Some(first) = study.ladder.first().filter(|_| !possible_sizes.is_empty()) else {
            return;
        };
        let built_better = |possible_size: &&&PossibleSize| {
            matches!(
                possible_size.step,
                SuggestedChange::AsBuilt
                    | SuggestedChange::WithoutWasted
                    | SuggestedChange::WithoutLeftovers
                    | SuggestedChange::MultiStage
            )
        };
        let split = possible_sizes.iter().take_while(built_better).count();
        let (better, smaller) = possible_sizes.split_at(split);
        let shrunk = |possible_size: &&PossibleSize| {
            matches!(possible_size.step, SuggestedChange::Stripped | SuggestedChange::Packed)
        };
        let title = match smaller.first().is_some_and(shrunk) {
            true => "The program itself, made smaller",
            false => "Only what runs, on smaller and smaller bases",
        };
        for (title, possible_sizes) in [("The same image, built better", better), (title, smaller)]
        {
            if possible_sizes.is_empty() {
                continue;
            }
            let sizes: Vec<_> = possible_sizes
                .iter()
                .map(|possible_size| self.possible_size(possible_size, first))
                .collect();
            let estimates = possible_sizes
                .iter()
                .filter(|possible_size| possible_size.certainty != Certainty::Exact)
                .count();
            let sure = match (estimates, possible_sizes.len() - estimates) {
                _ if first.certainty != Certainty::Exact => {
                    "None of these sizes is exact, since not all of the image could be read."
                }
                (0, 1) => "The size is exact: the same files are built, and some are left out.",
                (0, _) => "These sizes are exact: the same files are built, and some are left out.",
                (1, 0) => "The ~ says that this is an estimate.",
                (_, 0) => "The ~ says that these are estimates.",
                (_, _) => "The ~ marks estimates; the others are exact.",
            };
            let text = format!("{title}: {}.", sizes.join("; "));
            self.say(in_view(View::Sizes, self.last_layer()), [text, sure.into()]);
        }
    }

    fn possible_size(&self, possible_size: &PossibleSize, first: &PossibleSize) -> String {
        let about = possible_size.certainty.sign();
        let is_known = first.certainty == Certainty::Exact;
        let ratio = noticeably(possible_size.size, first.size)
            .filter(|_| is_known)
            .map(|ratio| format!(" ({ratio})"))
            .unwrap_or_default();
        format!("{} {about}{}{ratio}", possible_size.step.title(), self.size(possible_size.size))
    }
}
