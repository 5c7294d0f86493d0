//! An image as it is shown after secrets were found: every text of its config and its history
//! without their values.

use super::Inspection;
use crate::analysis::LayerAccount;
use crate::display::Escaped;
use crate::escape::Untrusted;
use crate::image::{HistoryEntry, OtherPlatforms, Run};
use crate::secret::FoundValues;

/// The texts of an image without the values of secrets.
struct MaskedTexts {
    name: Escaped,
    tags: Vec<Untrusted>,
    platform: Option<Untrusted>,
    other_platforms: OtherPlatforms,
    run: Run,
    history: Vec<HistoryEntry>,
    layers: Vec<LayerAccount>,
}

impl Inspection {
    /// Returns the image with found values masked in its name, its instructions, its history and its
    /// config;
    /// `None` if none of them occurs there. The numbers and the tree are the same.
    pub fn masking(&self, values: &FoundValues) -> Option<Self> {
        let texts = self.masked_texts(values)?;
        let MaskedTexts { name, tags, platform, other_platforms, run, history, layers } = texts;
        let masked =
            Self { name, tags, platform, other_platforms, run, history, layers, ..self.clone() };
        Some(masked)
    }

    /// Returns whether a text of the image has one of these values.
    pub fn mentions(&self, values: &FoundValues) -> bool {
        self.masked_texts(values).is_some()
    }

    fn masked_texts(&self, values: &FoundValues) -> Option<MaskedTexts> {
        if values.is_empty() {
            return None;
        }
        let mut run = self.run.clone();
        let mut has_any = mask_run(&mut run, values);
        let mut history = self.history.clone();
        history.iter_mut().for_each(|entry| has_any |= mask_entry(entry, values));
        let mut layers = self.layers.clone();
        for layer in &mut layers {
            let instruction = &mut layer.instruction;
            has_any |= values.mask_in(instruction.text.raw_mut());
            has_any |= mask_in(&mut instruction.created_by, values);
        }
        let (mut tags, mut platform) = (self.tags.clone(), self.platform.clone());
        tags.iter_mut().for_each(|tag| has_any |= values.mask_in(tag.raw_mut()));
        has_any |= mask_in(&mut platform, values);
        let mut other_platforms = self.other_platforms.clone();
        for other in &mut other_platforms.list {
            has_any |= values.mask_in(other.platform.raw_mut());
        }
        let name = values.mask_shown(&self.name);
        has_any |= name != self.name;
        let texts = MaskedTexts { name, tags, platform, other_platforms, run, history, layers };
        has_any.then_some(texts)
    }
}

fn mask_run(run: &mut Run, values: &FoundValues) -> bool {
    let Run { entrypoint, command, shell, health_check, on_build, .. } = run;
    let words = [entrypoint, command, shell, health_check, on_build];
    let mut has_any = false;
    words.into_iter().flatten().for_each(|word| has_any |= values.mask_in(word.raw_mut()));
    has_any |= run.environment.mask_found(values);
    has_any | run.labels.mask_found(values)
}

fn mask_entry(entry: &mut HistoryEntry, values: &FoundValues) -> bool {
    let has_any = mask_in(&mut entry.created_by, values);
    has_any | mask_in(&mut entry.comment, values)
}

fn mask_in(text: &mut Option<Untrusted>, values: &FoundValues) -> bool {
    text.as_mut().is_some_and(|text| values.mask_in(text.raw_mut()))
}
