//! Describes the possible sizes in two steps: the rungs that matter, and images that are already
//! small.

use layerscope::advice::ladder::{Certainty, Rung, Step as Remedy};
use layerscope::display::noticeably;

use super::teller::{Teller, explore, in_view};
use crate::view::View;

/// The smallest saving that makes a rung worth mentioning: one part in so many.
const WORTH: u64 = 100;

impl<'a> Teller<'a> {
    /// Returns the rungs worth mentioning: those that save a notable part of the previous one.
    fn rungs(&self) -> Vec<&'a Rung> {
        let mut rungs: Vec<&Rung> = Vec::new();
        let study = self.study;
        let Some(first) = study.ladder.first() else { return rungs };
        for rung in &study.ladder[1..] {
            let last = rungs.last().map_or(first.shipped, |rung| rung.shipped);
            if last.saturating_sub(rung.shipped) > last / WORTH {
                rungs.push(rung);
            }
        }
        rungs
    }

    /// Describes the smallest possible size, preferably an exact one.
    pub fn smallest(&self) -> Option<String> {
        let rungs = self.rungs();
        let exact = rungs.iter().rev().find(|rung| rung.certainty == Certainty::Exact);
        let rung = exact.or(rungs.last())?;
        let first = self.study.ladder.first()?;
        let ratio = noticeably(rung.shipped, first.shipped);
        let ratio = ratio.map(|ratio| format!(": {ratio} smaller")).unwrap_or_default();
        let about = if exact.is_some() { "" } else { "about " };
        if first.certainty != Certainty::Exact {
            return None;
        }
        let (from, size) = (self.size(first.shipped), self.size(rung.shipped));
        Some(format!("The {from} could be {about}{size}{ratio}."))
    }

    /// Says that there is little to improve, if nothing was found.
    pub fn tell_lean(&mut self) {
        if !self.wastes.is_empty() {
            return;
        }
        let layers = self.inspection.layers.len();
        let dead = self.inspection.totals.dead();
        let is_one_file = layers == 1 && self.inspection.totals.files == 1;
        let first = if is_one_file {
            "There is little to teach here: one file in one layer, and nothing else. That is lean.".to_owned()
        } else {
            let dead = match dead {
                0 if !self.inspection.completeness.sizes_are_exact() => {
                    "no dead bytes are in what could be read".into()
                }
                0 => "nothing is dead".into(),
                dead => format!("no more than {} is dead, {} of the image", self.size(dead), self.share(dead)),
            };
            format!(
                "There is little to teach here: {dead}, and no layer of yours leaves behind what is known to be needless."
            )
        };
        let second = match self.application() {
            0 => String::new(),
            bytes => format!("The application is {} of what ships: {}.", self.share(bytes), self.size(bytes)),
        };
        self.say(explore(self.last_layer(), None), [first, second]);
    }

    pub fn tell_the_ladder(&mut self) {
        let rungs = self.rungs();
        let study = self.study;
        let Some(first) = study.ladder.first().filter(|_| !rungs.is_empty()) else { return };
        let built_better = |rung: &&&Rung| {
            matches!(rung.step, Remedy::AsBuilt | Remedy::WithoutDead | Remedy::WithoutLeftovers | Remedy::MultiStage)
        };
        let split = rungs.iter().take_while(built_better).count();
        let (better, smaller) = rungs.split_at(split);
        let shrunk = |rung: &&Rung| matches!(rung.step, Remedy::Stripped | Remedy::Packed);
        let title = match smaller.first().is_some_and(shrunk) {
            true => "The program itself, made smaller",
            false => "Only what runs, on smaller and smaller bases",
        };
        for (title, rungs) in [("The same image, built better", better), (title, smaller)] {
            if rungs.is_empty() {
                continue;
            }
            let sizes: Vec<_> = rungs.iter().map(|rung| self.rung(rung, first)).collect();
            let estimates = rungs.iter().filter(|rung| rung.certainty != Certainty::Exact).count();
            let sure = match (estimates, rungs.len() - estimates) {
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
            self.say(in_view(View::Ladder, self.last_layer()), [text, sure.into()]);
        }
    }

    fn rung(&self, rung: &Rung, first: &Rung) -> String {
        let about = rung.certainty.sign();
        let is_known = first.certainty == Certainty::Exact;
        let ratio = noticeably(rung.shipped, first.shipped)
            .filter(|_| is_known)
            .map(|ratio| format!(" ({ratio})"))
            .unwrap_or_default();
        format!("{} {about}{}{ratio}", rung.step.title(), self.size(rung.shipped))
    }
}
