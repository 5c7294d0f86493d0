//! Opens the viewer, and passes keys to it.

use crossterm::event::KeyEvent;
use layerscope::tree::{Kind, NodeId};

use super::{Next, Viewer};
use crate::tui::app::App;
use crate::tui::keys::Action;
use crate::tui::message::Effect;
use crate::tui::work::{Answer, Task};
use crate::view::View;

impl App {
    /// Opens the viewer on the selected path.
    pub(in crate::tui) fn view_selected(&mut self, action: Action) {
        let Some((node, layer)) = self.selected_place() else { return };
        self.view_path(node, layer);
        if action == Action::Compare
            && let Some(viewer) = &mut self.viewer
        {
            self.notice = viewer.compare();
            if self.notice.is_some() {
                self.viewer = None;
            }
        }
    }

    fn view_path(&mut self, node: NodeId, layer: usize) {
        let Some(explorer) = self.explorer() else { return };
        self.viewer = Viewer::new(explorer.inspection.clone(), node, layer, self.units).map(Box::new);
        if self.viewer.is_none() {
            self.notice =
                Some("no layer has an entry for this directory: it is only part of the paths of others".into());
        }
    }

    /// Returns whether Enter views the selected row: it is not a directory, and nothing is below
    /// it.
    pub(in crate::tui) fn selected_is_viewed(&self) -> bool {
        self.explorer().is_some_and(|explorer| {
            let tree = &explorer.inspection.tree;
            explorer.selected().is_some_and(|node| {
                let directory = tree.versions(node).next().is_none_or(|version| tree.kind(version) == Kind::Directory);
                !directory && tree.children(node).next().is_none()
            })
        })
    }

    /// Returns the selected path, and the layer that applies.
    pub(in crate::tui) fn selected_place(&self) -> Option<(NodeId, usize)> {
        let explorer = self.explorer()?;
        if let Some(viewer) = &self.viewer {
            return Some((viewer.node, viewer.layer));
        }
        let views = self.views.as_ref().filter(|_| self.view != View::Explore);
        let place = views.and_then(|views| views.selected(self.view, explorer));
        place.or_else(|| Some((explorer.selected()?, explorer.layer)))
    }

    /// Handles a key while the viewer has an input line.
    pub(in crate::tui) fn type_in_viewer(&mut self, key: KeyEvent) {
        let area = self.panes().main;
        if let Some(viewer) = &mut self.viewer {
            self.notice = viewer.typed(key, area);
        }
    }

    pub(in crate::tui) fn act_in_viewer(&mut self, action: Action) -> Option<Effect> {
        let area = self.panes().main;
        let viewer = self.viewer.as_mut()?;
        if let Some(view) = View::asked_for(action) {
            self.viewer = None;
            self.show(view);
            return None;
        }
        let (next, said) = viewer.act(action, area);
        self.notice = said;
        let layer = viewer.layer;
        match next {
            Next::Stay => {}
            Next::Leave => self.viewer = None,
            Next::View(node) => self.view_path(node, layer),
        }
        None
    }

    /// Returns the next task to run in the background, if there is one.
    pub fn task(&mut self) -> Option<Task> {
        if let Some(task) = self.extraction_task() {
            return Some(task);
        }
        self.viewer.as_mut()?.task(&mut self.numbers)
    }

    /// Returns whether the answer with this number is awaited.
    pub fn awaits(&self, number: u64) -> bool {
        self.extraction_awaits(number) || self.viewer.as_ref().is_some_and(|viewer| viewer.awaits(number))
    }

    pub(in crate::tui) fn answer(&mut self, number: u64, answer: Answer) -> Option<Effect> {
        if self.extraction_awaits(number) {
            self.extraction_answer(answer);
            return None;
        }
        let area = self.panes().main;
        match self.viewer.as_mut()?.answer(number, answer, area) {
            Ok(saved) => saved.map(Effect::Page),
            Err(said) => {
                self.notice = Some(said);
                None
            }
        }
    }
}
