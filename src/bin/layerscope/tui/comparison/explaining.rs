//! Explains the figures of the comparison: the image or layer under the cursor, the difference of
//! a path, and then the size and the download size against the first image.

use std::sync::Arc;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::analysis::{LayerAccount, wasted_groups};
use layerscope::display::{cut, escaped};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::Line;

use super::against::Against;
use super::layers::spot;
use super::message::Spot;
use super::{Comparison, View};
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::layout::rows_inside;
use crate::tui::overlay::explain::{Part, Sum, image, layer, lines};
use crate::tui::overlay::popup::{inside, popup};
use crate::tui::widgets::moved;
use crate::tui::widgets::theme::Theme;

/// The width of a path or an instruction in a sum.
const NAME: usize = 60;

/// An explanation on the screen.
pub struct Explained {
    title: String,
    parts: Vec<Part>,
    scroll: usize,
    /// True if the comparison with the first image is still to be explained.
    has_more: bool,
}

impl Explained {
    /// Returns the keys: the one that opened it goes on to the comparison, and then closes.
    pub fn keys(&self) -> &'static [Hint] {
        match self.has_more {
            true => &[
                (&[Action::Back], "close"),
                (&[Action::Up, Action::Down], "scroll"),
                (&[Action::Explain], "explain the comparison"),
            ],
            false => &[
                (&[Action::Back, Action::Explain], "close"),
                (&[Action::Up, Action::Down], "scroll"),
            ],
        }
    }
}

impl Comparison {
    /// Explains the figure under the cursor; if that is shown, the comparison with the first image;
    /// and closes that.
    pub(super) fn explain(&mut self) {
        let comparison = || {
            let against = &self.sheet()?.against;
            let name = |image: usize| self.columns.get(image).map_or("", |column| &column.name);
            let title = format!("{} against {}", name(self.other), name(0));
            Some((title, against_the_first(against)))
        };
        let next = match &self.explained {
            None => {
                let has_more = self.other > 0 && self.sheet().is_some();
                self.of_the_row()
                    .map(|row| (row, has_more))
                    .or_else(|| Some((comparison()?, false)))
            }
            Some(before) if before.has_more => comparison().map(|parts| (parts, false)),
            Some(_) => None,
        };
        self.explained =
            next.map(|((title, parts), has_more)| Explained { title, parts, scroll: 0, has_more });
    }

    /// Explains the row under the cursor.
    fn of_the_row(&self) -> Option<(String, Vec<Part>)> {
        if self.view == View::Images {
            let inspection = self.images.get(self.cursor.at)?.inspection.as_ref()?;
            return Some(image::explain(inspection, self.units));
        }
        let sheet = self.sheet()?;
        let Against { first, second, pair, .. } = &sheet.against;
        match self.view {
            View::Layers => {
                let (is_second, Spot::Layer(index)) = spot(sheet.layers.selected(&pair.layers)?)
                else {
                    return None;
                };
                let inspection = if is_second { second } else { first };
                Some(layer::explain(inspection, &wasted_groups(inspection), index, self.units))
            }
            View::Paths => {
                let (path, less, more) = sheet.paths.selected(&sheet.against)?;
                Some(of_path(&path, less, more))
            }
            View::Images | View::Packages => None,
        }
    }

    /// Handles an action while an explanation is shown.
    pub(super) fn act_in_explanation(&mut self, action: Action) {
        let (area, units) = (self.panes().main, self.units);
        let Some(explained) = &mut self.explained else { return };
        let all = lines(&explained.parts, units, inside(area)).len();
        let height = rows_inside(area);
        let last = all.saturating_sub(height);
        match moved(action, explained.scroll, last, height.max(2) - 1) {
            Some(scroll) => explained.scroll = scroll,
            None if action == Action::Explain => self.explain(),
            None => self.explained = None,
        }
    }

    /// Draws the explanation, if there is one.
    pub(super) fn draw_explanation(&self, theme: &Theme, area: Rect, buffer: &mut Buffer) {
        let Some(explained) = &self.explained else { return };
        let lines = lines(&explained.parts, self.units, inside(area));
        let lines = lines.into_iter().map(Line::raw).collect();
        popup(&explained.title, lines, explained.scroll, theme, area, buffer);
    }
}

/// Explains the size of an image by that of the first one, and the download size.
fn against_the_first(against: &Against) -> Vec<Part> {
    let Against { first, second, pair, .. } = against;
    let named = |inspection: &Arc<Inspection>, (index, account): (LayerIndex, &LayerAccount)| {
        let instruction = inspection.layers[index].instruction.one_line();
        (account.size, format!("layer {index}: {}", cut(&instruction, NAME)))
    };
    let is_shared = |index: LayerIndex| pair.sharing.same.contains(&Some(index));
    let gone = LayerIndex::numbered(&first.layers).filter(|(index, _)| !is_shared(*index));
    let gone: Vec<_> = gone.map(|layer| named(first, layer)).collect();
    let new = || {
        let layers = LayerIndex::numbered(&second.layers).zip(&pair.sharing.same);
        layers.filter(|(_, same)| same.is_none()).map(|(layer, _)| layer)
    };
    let sum = |parts: &[(u64, String)]| parts.iter().map(|(bytes, _)| bytes).sum::<u64>();
    let added: Vec<_> = new().map(|layer| named(second, layer)).collect();
    let kept = first.totals.size - sum(&gone);
    // A layer that the second image has more often than the first counts each time.
    let again = second.totals.size.saturating_sub(kept + sum(&added));
    let mut parts = vec![
        Part::Sentence("The size of the first image, and what of it both have:".into()),
        Part::Sum(Sum::less(
            vec![(first.totals.size, "size of the first image".into())],
            gone,
            kept,
            "in layers that both have",
        )),
    ];
    if kept + sum(&added) + again == second.totals.size {
        let both = (kept, "in layers that both have".to_owned());
        let again = (again, "in layers that it has more than once".to_owned());
        let all = std::iter::once(both).chain(added).chain([again]).collect();
        parts.extend([
            Part::Sentence("The size of this image:".into()),
            Part::Sum(Sum::new(all, second.totals.size, "size of this image")),
        ]);
    }
    let sent = LayerIndex::numbered(&second.layers).zip(&pair.sharing.sent);
    let sent = sent.filter(|(_, sent)| **sent).map(|((index, account), _)| {
        let instruction = account.instruction.one_line();
        (account.stored_bytes, format!("layer {index}: {}", cut(&instruction, NAME)))
    });
    let qualified = format!("download{}", pair.sharing.qualification());
    parts.extend([
        Part::Sentence(
            "Updating from the first image downloads the layers that it does not have, as the archive stores \
             them:"
                .into(),
        ),
        Part::Sum(Sum::new(sent.collect(), pair.sharing.download, qualified)),
    ]);
    parts
}

/// Explains the difference of a path, with everything below it.
fn of_path(path: &[u8], less: u64, more: u64) -> (String, Vec<Part>) {
    let text = "Visible bytes at and below this path: what the image compared has more than the first, and what \
        it has less. A file with several names counts once.";
    let parts = vec![
        Part::Sentence(text.into()),
        Part::Sum(Sum::new(vec![(more, "added or larger".into())], more, "more")),
        Part::Sum(Sum::new(vec![(less, "removed or smaller".into())], less, "less")),
    ];
    (escaped(path).into(), parts)
}
