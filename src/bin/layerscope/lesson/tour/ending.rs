//! Ends the story with three lines about this image.

use std::cmp::Reverse;

use layerscope::display::escaped_str;
use layerscope::display::plural;

use super::story::StoryBuilder;
use super::words;

/// The number of lines in the summary.
const LINES: usize = 3;

impl StoryBuilder<'_> {
    /// Returns the summary: the largest waste, the application's share, and the smallest possible
    /// size. Missing lines are replaced by the next largest waste and by general facts.
    pub fn seen(&self) -> Vec<String> {
        let mut wastes: Vec<_> = self.wastes.iter().collect();
        wastes.sort_by_key(|&&(bytes, _)| Reverse(bytes));
        let mut wastes = wastes.into_iter().map(|(_, line)| line.clone());
        let (application, smallest) = (self.share_of_the_application(), self.smallest());
        let room = LINES - usize::from(application.is_some()) - usize::from(smallest.is_some());
        let secrets = Some(self.secrets()).filter(|&count| count > 0);
        let secrets = secrets.map(|count| {
            let them = if count == 1 { "it" } else { "them" };
            format!("The image has {}: revoke {them} first.", plural(count, "secret"))
        });
        let mut seen: Vec<String> = secrets.into_iter().chain(wastes.by_ref()).take(room).collect();
        seen.extend(self.facts().into_iter().take(room.saturating_sub(seen.len())));
        seen.extend(application.into_iter().chain(smallest));
        seen.iter().map(|line| escaped_str(line).into()).collect()
    }

    fn share_of_the_application(&self) -> Option<String> {
        let bytes = self.application();
        (bytes > 0).then(|| {
            let of = if self.inspection.completeness.sizes_are_exact() {
                "the image"
            } else {
                "what could be read"
            };
            format!("Your application is {} of {of}.", self.share(bytes))
        })
    }

    /// Returns facts that hold for every image.
    fn facts(&self) -> [String; LINES] {
        let totals = &self.inspection.totals;
        let whole = self.inspection.completeness.sizes_are_exact();
        let size = words::at_least(self.inspection, self.size(totals.size));
        let size =
            format!("The image has {size} in {}.", plural(self.inspection.layers.len(), "layer"));
        let wasted = match totals.wasted() {
            0 if !whole => "No wasted bytes in the part that could be read.".into(),
            0 => "Nothing is wasted: every file is visible in the container.".into(),
            wasted if !whole => format!("{} is wasted, of what could be read.", self.size(wasted)),
            wasted => {
                format!("{} is wasted, {} of the image.", self.size(wasted), self.share(wasted))
            }
        };
        let (files, visible) = (
            plural(usize::try_from(totals.files).unwrap_or(usize::MAX), "file"),
            self.size(totals.visible),
        );
        let read = if whole { "" } else { ", of what could be read" };
        let sees = format!(
            "A container of {} sees {files}, {visible} in all{read}.",
            words::name(self.inspection)
        );
        [size, wasted, sees]
    }
}
