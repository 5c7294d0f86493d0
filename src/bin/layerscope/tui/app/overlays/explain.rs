//! Explains the figure under the cursor, and then its totals.

use crate::tui::app::{App, Screen};
use crate::tui::keys::Action;
use crate::tui::layout::{Pane, rows_inside};
use crate::tui::overlay::Overlay;
use crate::tui::overlay::explain::{Explanation, Subject, explain};
use crate::tui::overlay::popup::inside;
use crate::tui::widgets::moved;
use crate::view::View;

impl App {
    /// Explains the figure under the cursor; if an explanation is shown, explains the next total
    /// instead, and closes the last one.
    pub(in crate::tui) fn explain(&mut self) {
        let (subjects, at) = match self.overlays.top() {
            Some(Overlay::Explanation(before)) => (before.subjects.clone(), before.at + 1),
            _ => (self.subjects(), 0),
        };
        let is_of_changes = matches!(self.view, View::Findings | View::Sizes);
        if is_of_changes && self.explorer().is_some_and(|it| it.study().is_none()) {
            self.notice =
                Some("The changes are still being computed. Press the key again soon.".into());
            return;
        }
        if at > 0 && at == subjects.len() {
            self.overlays.close();
            return;
        }
        self.show_explanation(subjects, at);
    }

    /// Explains the numbers of the header.
    pub(in crate::tui) fn explain_header(&mut self) {
        self.show_explanation(self.of_header(), 0);
    }

    fn show_explanation(&mut self, subjects: Vec<Subject>, at: usize) {
        let (Some(explorer), Some(subject)) = (self.explorer(), subjects.get(at)) else { return };
        let (title, parts) = explain(explorer, subject, self.units);
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
        let mut subjects = views.explained(self.view, explorer);
        if self.view == View::Explore && self.focus != Pane::Layers {
            subjects.extend(explorer.selected().map(|node| {
                let slice = &explorer.slice;
                Subject::Path { node, layer, scope: slice.scope, totals: slice.totals(node) }
            }));
        }
        let is_of_layer = !matches!(self.view, View::Image | View::Findings | View::Sizes);
        if is_of_layer
            && !explorer.inspection.layers.is_empty()
            && !matches!(subjects[..], [Subject::Layer(_)])
        {
            subjects.push(Subject::Layer(layer));
        }
        subjects.extend(self.of_header());
        subjects.dedup();
        subjects
    }

    /// Returns the subjects of the header: the last one once it is computed.
    fn of_header(&self) -> Vec<Subject> {
        let is_known = self.explorer().is_some_and(|explorer| explorer.study().is_some());
        std::iter::once(Subject::Image).chain(is_known.then_some(Subject::Avoidable)).collect()
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
            None if action == Action::ExplainHeader => self.explain_header(),
            None => {
                self.overlays.close();
            }
        }
    }
}
