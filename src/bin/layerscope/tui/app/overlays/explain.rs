//! Explains the selection, and then its totals.

use crate::tui::app::{App, Screen};
use crate::tui::explorer::rows::Scope;
use crate::tui::keys::Action;
use crate::tui::layout::{Pane, rows_inside};
use crate::tui::overlay::Overlay;
use crate::tui::overlay::explain::{Explanation, Subject, explain};
use crate::tui::overlay::popup::inside;
use crate::tui::widgets::moved;
use crate::view::View;

impl App {
    /// Explains the selection; if an explanation is shown, explains its total instead.
    pub(in crate::tui) fn explain(&mut self) {
        let (subjects, at) = match self.overlays.top() {
            Some(Overlay::Explanation(before)) => (before.subjects.clone(), before.at + 1),
            _ => (self.subjects(), 0),
        };
        if at > 0 && at == subjects.len() {
            // After the whole image the key that opened it closes it.
            self.overlays.close();
            return;
        }
        let (Some(explorer), Some(subject)) = (self.explorer(), subjects.get(at)) else { return };
        let (title, parts) = explain(&explorer.inspection, &explorer.groups, subject, self.units);
        self.overlays.open(Overlay::Explanation(Explanation {
            subjects,
            at,
            title,
            parts,
            scroll: 0,
        }));
    }

    /// Returns the subjects that can be explained here, the most specific first.
    fn subjects(&self) -> Vec<Subject> {
        let Screen::Image { explorer, views } = &self.screen else { return Vec::new() };
        let layer = explorer.layer;
        let mut subjects = Vec::new();
        match self.view {
            View::Explore if self.focus != Pane::Layers => {
                subjects.extend(explorer.selected().map(|node| {
                    let slice = &explorer.slice;
                    Subject::Path { node, layer, scope: slice.scope, totals: slice.totals(node) }
                }));
            }
            View::Waste => subjects.extend(views.waste_group().cloned().map(Subject::Waste)),
            View::Treemap => {
                subjects.extend(views.tile(explorer).map(|(node, totals)| Subject::Path {
                    node,
                    layer,
                    scope: Scope::UpTo,
                    totals,
                }));
            }
            View::Timeline | View::Replay => subjects.push(Subject::UpTo(layer)),
            View::Explore | View::Image | View::Findings | View::Sizes => {}
        }
        if !matches!(self.view, View::Image | View::Findings | View::Sizes)
            && !explorer.inspection.layers.is_empty()
        {
            subjects.push(Subject::Layer(layer));
        }
        subjects.push(Subject::Image);
        subjects
    }

    /// Handles an action while an explanation is shown.
    pub(in crate::tui) fn act_in_explanation(&mut self, action: Action) {
        let (area, units) = (self.panes().main, self.units);
        let Some(Overlay::Explanation(explanation)) = self.overlays.top_mut() else { return };
        let lines = explanation.lines(units, inside(area));
        let height = rows_inside(area);
        let last = lines.len().saturating_sub(height);
        match moved(action, explanation.scroll, last, height.max(2) - 1) {
            Some(scroll) => explanation.scroll = scroll,
            None if action == Action::Explain => self.explain(),
            None => {
                self.overlays.close();
            }
        }
    }
}
