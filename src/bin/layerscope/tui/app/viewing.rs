//! Opens the viewer, and passes keys to it.

use crossterm::event::KeyEvent;
use layerscope::LayerIndex;
use layerscope::tree::{Kind, NodeId};

use super::{App, Screen};
use crate::tui::keys::Action;
use crate::tui::message::Effect;
use crate::tui::overlay::Overlay;
use crate::tui::viewer::{Next, Notice, Viewer};
use crate::tui::work::{Answer, Task};
use crate::view::View;

impl App {
    /// Opens the viewer on the selected path.
    pub(in crate::tui) fn view_selected(&mut self, action: Action) {
        let Some((node, layer)) = self.selected_place() else { return };
        self.view_path(node, layer);
        if action == Action::Compare
            && let Some(Overlay::Viewer(viewer)) = self.overlays.top_mut()
        {
            self.notice = viewer.compare();
            if self.notice.is_some() {
                self.overlays.close();
            }
        }
    }

    fn view_path(&mut self, node: NodeId, layer: LayerIndex) {
        let Some(explorer) = self.explorer() else { return };
        match Viewer::new(explorer.inspection.clone(), node, layer, self.units) {
            Some(viewer) => self.overlays.open(Overlay::Viewer(Box::new(viewer))),
            None => {
                self.notice =
                    Some("No layer has an entry for this directory. It exists only as a parent of other paths.".into());
            }
        }
    }

    /// Returns whether Enter views the selected row: it is not a directory, and nothing is below
    /// it.
    pub(in crate::tui) fn selected_is_viewed(&self) -> bool {
        self.explorer().is_some_and(|explorer| {
            let tree = &explorer.inspection.tree;
            explorer.selected().is_some_and(|node| {
                let directory = tree
                    .versions(node)
                    .next()
                    .is_none_or(|version| tree.kind(version) == Kind::Directory);
                !directory && tree.children(node).next().is_none()
            })
        })
    }

    /// Returns the selected path, and the layer that applies.
    pub(in crate::tui) fn selected_place(&self) -> Option<(NodeId, LayerIndex)> {
        let Screen::Image { explorer, views } = &self.screen else { return None };
        if let Some(viewer) = self.overlays.any_viewer() {
            return Some((viewer.node, viewer.layer));
        }
        if let Some(hit) =
            self.search.hit().filter(|_| self.search.listed && self.view == View::Explore)
        {
            return Some((hit, explorer.layer));
        }
        let place = views.selected(self.view, explorer);
        place.or_else(|| Some((explorer.selected()?, explorer.layer)))
    }

    /// Handles a key while the viewer has an input line.
    pub(in crate::tui) fn type_in_viewer(&mut self, key: KeyEvent) {
        let area = self.panes().main;
        if let Some(Overlay::Viewer(viewer)) = self.overlays.top_mut() {
            self.notice = viewer.typed(key, area);
        }
    }

    pub(in crate::tui) fn act_in_viewer(&mut self, action: Action) -> Option<Effect> {
        let area = self.panes().main;
        let Some(Overlay::Viewer(viewer)) = self.overlays.top_mut() else { return None };
        if let Some(view) = View::asked_for(action) {
            self.overlays.close();
            self.show(view);
            return None;
        }
        let (next, said) = viewer.act(action, area);
        self.notice = said;
        let layer = viewer.layer;
        match next {
            Next::Stay => {}
            Next::Leave => {
                self.overlays.close();
            }
            Next::View(node) => self.view_path(node, layer),
        }
        None
    }

    /// Returns the next task to run in the background, if there is one.
    pub fn task(&mut self) -> Option<Task> {
        self.look_for_typed();
        if let Some(task) = self.extraction_task().or_else(|| self.pass_task()) {
            return Some(task);
        }
        self.overlays.any_viewer_mut()?.task(&mut self.numbers)
    }

    /// Returns whether the answer with this number is awaited.
    pub fn awaits(&self, number: u64) -> bool {
        self.extraction_awaits(number)
            || self.pass_awaits(number)
            || self.overlays.any_viewer().is_some_and(|viewer| viewer.awaits(number))
    }

    pub(in crate::tui) fn answer(&mut self, number: u64, answer: Answer) -> Option<Effect> {
        if self.extraction_awaits(number) {
            self.extraction_answer(answer);
            return None;
        }
        if let Answer::Matched(matches) = answer {
            if self.pass_awaits(number) {
                self.matched(matches);
            }
            return None;
        }
        let area = self.panes().main;
        match self.overlays.any_viewer_mut()?.answer(number, answer, area) {
            Ok(saved) => saved.map(Effect::Page),
            Err(Notice(said)) => {
                self.notice = Some(said);
                None
            }
        }
    }
}
