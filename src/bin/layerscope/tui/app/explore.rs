//! The actions of the explorer: moving, sorting, showing and hiding, searching and filtering.

mod typing;

use layerscope::display::plural;

use super::{App, Screen};
use crate::tui::comparison::Spot;
use crate::tui::explorer::Explorer;
use crate::tui::explorer::filter::Filter;
use crate::tui::explorer::rows::{Order, Scope, Shown};
use crate::tui::explorer::search::{Search, biggest_files};
use crate::tui::keys::Action;
use crate::tui::layout::{Pane, rows_inside};
use crate::tui::message::Effect;
use crate::tui::widgets::moved;
use crate::view::View;

impl App {
    /// Performs an action in the pane with the focus.
    pub(in crate::tui) fn explore(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::NextPane => self.next_pane(1),
            Action::PreviousPane => self.next_pane(2),
            action if self.search.listed && self.act_in_list(action) => {}
            Action::Back if self.returns && !self.can_leave() => return Some(Effect::Leave),
            Action::Back => self.leave(),
            Action::NextLayer | Action::PreviousLayer => self.step_layer(action),
            Action::Enter if self.focus == Pane::Tree && self.selected_is_viewed() => {
                self.view_selected(Action::ViewFile);
            }
            action => self.act_in_pane(action),
        }
        None
    }

    /// Does something in the pane that has the keys.
    fn act_in_pane(&mut self, action: Action) {
        let focus = self.focus;
        let Screen::Image { explorer, .. } = &mut self.screen else { return };
        match action {
            Action::NextWaste => {
                self.notice = Some(match explorer.next_waste() {
                    Some((place, all)) => {
                        self.focus = Pane::Tree;
                        format!("{place} of {}", plural(all, "place"))
                    }
                    None => "no wasted bytes in this image".into(),
                });
            }
            Action::NextChange | Action::PreviousChange => {
                explorer.go_to_change(action == Action::NextChange);
                self.focus = Pane::Tree;
            }
            Action::FileHistory => {
                self.file_history = !self.file_history;
                self.focus = Pane::Tree;
            }
            Action::NextHit | Action::PreviousHit => {
                self.search.step(action == Action::NextHit);
                return self.show_hit();
            }
            Action::Enter | Action::Mark | Action::Fold | Action::Right
                if opens_base(explorer, focus, action) => {}
            Action::Left | Action::Fold if focus == Pane::Layers => {
                if explorer.base.open {
                    explorer.toggle_base();
                }
            }
            Action::Enter | Action::Right if focus == Pane::Layers => self.focus = Pane::Tree,
            Action::Enter | Action::Right if focus == Pane::Tree => explorer.expand(),
            Action::Left if focus == Pane::Tree => explorer.collapse(),
            Action::Fold if focus == Pane::Tree => explorer.toggle(),
            Action::Mark if focus == Pane::Tree => explorer.mark(),
            Action::Mark if focus == Pane::Layers => explorer.mark_layer(),
            action if choose(explorer, action) => {}
            action => return self.walk(action),
        }
        self.refresh_details();
    }

    /// Moves in the list or the text with the focus.
    fn walk(&mut self, action: Action) {
        let (page, hidden) = (self.page(), self.hidden_details());
        let Screen::Image { explorer, .. } = &mut self.screen else { return };
        let (now, last) = match self.focus {
            Pane::Layers => (explorer.layer_row(), explorer.layer_rows().len().saturating_sub(1)),
            Pane::Tree => (explorer.cursor, explorer.rows.len().saturating_sub(1)),
            Pane::Details => (self.details_scroll, hidden),
        };
        let Some(next) = moved(action, now, last, page) else { return };
        match self.focus {
            Pane::Layers => explorer.select_layer_row(next),
            Pane::Tree => explorer.move_to(next),
            Pane::Details => {
                self.details_scroll = next;
                return;
            }
        }
        self.refresh_details();
    }

    fn page(&self) -> usize {
        let panes = self.panes();
        let rows = match self.focus {
            Pane::Layers => rows_inside(panes.layers),
            Pane::Tree => usize::from(crate::tui::explorer::draw::tree_rows(panes.tree).height),
            Pane::Details => rows_inside(panes.details),
        };
        rows.max(2) - 1
    }

    /// Goes to a layer, or to a path in the final filesystem, as soon as the image is there.
    pub fn go_to(&mut self, spot: Spot) {
        self.show(View::Explore);
        let Screen::Image { explorer, .. } = &mut self.screen else {
            self.awaited_spot = Some(spot);
            return;
        };
        self.touched = true;
        match spot {
            Spot::Layer(layer) => {
                explorer.select_layer(layer);
                self.focus = Pane::Layers;
            }
            Spot::Path(node) => {
                explorer.select_layer(explorer.inspection.last_layer());
                explorer.reveal_up_to(node);
                self.focus = Pane::Tree;
            }
        }
        self.refresh_details();
    }

    /// Returns whether there is a search or a filter to leave.
    pub(in crate::tui) fn can_leave(&self) -> bool {
        let filtered = self.explorer().is_some_and(|explorer| {
            !explorer.filter.query.text().is_empty() || explorer.shown != Shown::ALL
        });
        self.focus != Pane::Tree
            || self.file_history
            || self.search.listed
            || !self.search.query.text().is_empty()
            || filtered
    }

    /// Goes one step back: out of the file history, then out of the search, then out of the
    /// filter; then everything that is hidden is shown again.
    pub(in crate::tui) fn leave(&mut self) {
        self.focus = Pane::Tree;
        if std::mem::take(&mut self.file_history) {
            return self.refresh_details();
        }
        if !self.search.query.text().is_empty() || self.search.listed {
            self.search = Search::default();
            return;
        }
        match &mut self.screen {
            Screen::Image { explorer, .. }
                if explorer.filter.query.text().is_empty()
                    && explorer.filter.kept.is_none()
                    && explorer.shown != Shown::ALL =>
            {
                explorer.set_shown(Shown::ALL);
                self.refresh_details();
            }
            _ => {
                let asked = self.explorer().and_then(|explorer| explorer.filter.asked);
                self.clear_filter();
                // What a view has shown here is left to that view.
                if let Some(asked) = asked {
                    self.show(asked.from);
                }
            }
        }
    }

    fn clear_filter(&mut self) {
        self.query = None;
        if let Screen::Image { explorer, .. } = &mut self.screen {
            explorer.filter = Filter::default();
            explorer.set_kept(None);
        }
        self.refresh_details();
    }

    /// Lists the biggest files in place of the tree.
    pub(in crate::tui) fn list_big_files(&mut self) {
        self.show(View::Explore);
        self.focus = Pane::Tree;
        let Some(explorer) = self.explorer() else { return };
        let (hits, count) = biggest_files(&explorer.inspection.tree, &explorer.weights);
        self.search = Search { listed: true, count, hits, ..Search::default() };
        self.refresh_details();
    }

    /// Performs an action in the list of matches; returns whether it has a meaning there.
    fn act_in_list(&mut self, action: Action) -> bool {
        let page = self.page();
        match action {
            Action::Enter | Action::Right => {
                self.search.listed = false;
                self.show_hit();
            }
            Action::Back | Action::Left => {
                self.search = Search::default();
                self.refresh_details();
            }
            Action::NextHit | Action::PreviousHit => {
                self.search.step(action == Action::NextHit);
                self.refresh_details();
            }
            action if self.focus == Pane::Tree && self.search.walk(action, page) => {
                self.refresh_details();
            }
            _ => return false,
        }
        true
    }

    /// Sorts by the column whose heading was clicked.
    pub(in crate::tui) fn click_column(&mut self, column: u16) {
        let rows = crate::tui::explorer::draw::tree_rows(self.panes().tree);
        let Screen::Image { explorer, .. } = &mut self.screen else { return };
        let x = usize::from(column.saturating_sub(rows.x));
        if let Some(order) =
            crate::tui::explorer::draw::order_at(explorer, usize::from(rows.width), x)
        {
            explorer.set_sort(explorer.sort.by(order));
        }
        self.focus = Pane::Tree;
        self.refresh_details();
    }

    pub(in crate::tui) fn show_hit(&mut self) {
        if self.search.listed {
            return self.refresh_details();
        }
        if let (Screen::Image { explorer, .. }, Some(hit)) = (&mut self.screen, self.search.hit()) {
            explorer.show(hit);
        }
        self.refresh_details();
    }
}

/// Opens the base image's layers if they stand together and are selected; returns whether that was
/// so.
fn opens_base(explorer: &mut Explorer, focus: Pane, action: Action) -> bool {
    let folds = action == Action::Fold;
    focus == Pane::Layers && (folds || !explorer.base.open) && explorer.toggle_base()
}

/// Changes what is shown, or its order; returns whether the action does that.
fn choose(explorer: &mut Explorer, action: Action) -> bool {
    let (shown, sort) = (explorer.shown, explorer.sort);
    match action {
        Action::Scope => explorer.set_scope(match explorer.slice.scope {
            Scope::UpTo => Scope::Changes,
            Scope::Changes => Scope::UpTo,
        }),
        Action::LayerChanges => explorer.set_scope(Scope::Changes),
        Action::Everything => explorer.set_scope(Scope::UpTo),
        Action::ShowAdded => explorer.set_shown(Shown { added: !shown.added, ..shown }),
        Action::ShowModified => explorer.set_shown(Shown { modified: !shown.modified, ..shown }),
        Action::ShowMetadata => explorer.set_shown(Shown { metadata: !shown.metadata, ..shown }),
        Action::ShowRemoved => explorer.set_shown(Shown { removed: !shown.removed, ..shown }),
        Action::ShowUnchanged => explorer.set_shown(Shown { unchanged: !shown.unchanged, ..shown }),
        Action::ShowWasted => explorer.set_shown(Shown { wasted: !shown.wasted, ..shown }),
        Action::BiggerThan => explorer.set_shown(shown.bigger()),
        Action::SortSize => explorer.set_sort(sort.by(Order::Size)),
        Action::SortName => explorer.set_sort(sort.by(Order::Name)),
        Action::SortCount => explorer.set_sort(sort.by(Order::Count)),
        Action::SortTime => explorer.set_sort(sort.by(Order::Time)),
        Action::NextSort => explorer.set_sort(sort.next()),
        Action::Measure => explorer.next_measure(),
        Action::ItemCount => explorer.counted = !explorer.counted,
        Action::Attributes => explorer.attributes = explorer.attributes.next(),
        Action::UnmarkAll => explorer.unmark_all(),
        Action::FoldAll => explorer.fold_all(),
        _ => return false,
    }
    true
}
