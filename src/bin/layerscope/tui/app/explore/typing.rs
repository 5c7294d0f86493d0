//! Searches and filters: what is typed, and the pass over the tree that it starts.

use crossterm::event::{KeyCode, KeyEvent};
use layerscope::display::escaped_str;

use crate::tui::app::{App, Screen};
use crate::tui::explorer::exploration::Query;
use crate::tui::explorer::search::Search;
use crate::tui::keys::Action;
use crate::tui::pattern::Pattern;
use crate::tui::widgets::prompt::Typed;
use crate::tui::work::Task;
use crate::tui::work::pass::{Matches, Pass, Pending, Purpose};

impl App {
    /// Returns whether keys go to an input line.
    pub(in crate::tui) fn is_typing(&self) -> bool {
        self.query.is_some()
    }

    /// Starts the input of a search or a filter; an existing filter can be edited.
    pub(in crate::tui) fn start_typing(&mut self, action: Action) {
        if action == Action::Search {
            self.list_big_files();
            self.query = Some(Query::Search);
        } else {
            self.query = Some(Query::Filter);
        }
    }

    /// Handles a key in the input line; changes take effect at once.
    pub(in crate::tui) fn typed(&mut self, key: KeyEvent) {
        if self.query == Some(Query::Search) { self.search_key(key) } else { self.filter_key(key) }
    }

    /// Starts the passes for what was typed since the last frame: keys that arrive together make
    /// one pass.
    pub(in crate::tui) fn look_for_typed(&mut self) {
        if std::mem::take(&mut self.search.is_new) {
            if self.search.query.text().is_empty() {
                self.list_big_files();
            } else {
                self.start_search();
            }
            self.refresh_details();
        }
        if let Screen::Image { explorer, .. } = &mut self.screen
            && std::mem::take(&mut explorer.filter.is_new)
        {
            self.start_filter();
        }
    }

    /// Says that nothing matches the query, once that is known and the query is entered.
    pub(in crate::tui) fn tell_no_match(&mut self) {
        let text = self.search.query.text();
        let is_over = self.search.running.is_none() && self.query.is_none();
        if is_over && self.search.count == 0 && !text.is_empty() {
            self.notice = Some(format!("no file in any layer matches {}", escaped_str(text)));
        }
    }

    fn search_key(&mut self, key: KeyEvent) {
        match self.search.query.key(key) {
            Typed::Left => {
                self.query = None;
                self.search = Search::default();
            }
            Typed::Entered => {
                self.look_for_typed();
                self.query = None;
                self.search.listed = false;
                self.tell_no_match();
                return self.show_hit();
            }
            Typed::Changed => {
                self.search.is_new = true;
                return;
            }
            Typed::Other => {
                self.look_for_typed();
                let page = self.page();
                let action = match key.code {
                    KeyCode::Down => Action::Down,
                    KeyCode::Up => Action::Up,
                    KeyCode::PageDown => Action::PageDown,
                    KeyCode::PageUp => Action::PageUp,
                    _ => return,
                };
                self.search.walk(action, page);
            }
            Typed::Same => return,
        }
        self.refresh_details();
    }

    fn start_search(&mut self) {
        self.search.running = None;
        match Pattern::text(self.search.query.text()) {
            Some(pattern) => self.pass(pattern, Purpose::Search),
            None => drop(self.search.found(0, None, Some(Vec::new()))),
        }
    }

    fn filter_key(&mut self, key: KeyEvent) {
        let Screen::Image { explorer, .. } = &mut self.screen else { return };
        let filter = &mut explorer.filter;
        match filter.query.key(key) {
            Typed::Left => self.clear_filter(),
            Typed::Entered if filter.query.text().is_empty() => self.clear_filter(),
            Typed::Entered => self.query = None,
            Typed::Changed => {
                filter.is_new = true;
                filter.asked = None;
            }
            Typed::Other if matches!(key.code, KeyCode::Down | KeyCode::Up) => {
                let down = key.code == KeyCode::Down;
                self.look_for_typed();
                let Screen::Image { explorer, .. } = &mut self.screen else { return };
                explorer.move_to(if down {
                    explorer.cursor + 1
                } else {
                    explorer.cursor.saturating_sub(1)
                });
                self.refresh_details();
            }
            Typed::Same | Typed::Other => {}
        }
    }

    fn start_filter(&mut self) {
        let Screen::Image { explorer, .. } = &mut self.screen else { return };
        let pattern = Pattern::filter(explorer.filter.query.text());
        explorer.filter.fault = pattern.as_ref().err().map(ToString::to_string);
        match pattern {
            Ok(Some(pattern)) => self.pass(pattern, Purpose::Filter),
            Ok(None) => {
                explorer.filter.running = None;
                explorer.set_kept(None);
                self.refresh_details();
            }
            Err(_) => {}
        }
    }

    /// Goes through all paths beside the screen, or at once where that is quick.
    fn pass(&mut self, pattern: Pattern, purpose: Purpose) {
        let Screen::Image { explorer, .. } = &mut self.screen else { return };
        let pass = Pass { weights: explorer.weights.clone(), pattern, purpose };
        let inspection = explorer.inspection.clone();
        if pass.is_quick(&inspection.tree) {
            return pass.run(&inspection.tree, &|| true, &mut |matches| self.matched(matches));
        }
        let running = match purpose {
            Purpose::Search => &mut self.search.running,
            Purpose::Filter => &mut explorer.filter.running,
        };
        *running = Some(Pending::Wanted(pass));
    }

    /// Returns the pass to start next, if there is one.
    pub(in crate::tui) fn pass_task(&mut self) -> Option<Task> {
        let filter = match &mut self.screen {
            Screen::Image { explorer, .. } => explorer.filter.running.as_mut(),
            Screen::Loading { .. } | Screen::Choosing { .. } => None,
        };
        let numbers = &mut self.numbers;
        self.search
            .running
            .as_mut()
            .into_iter()
            .chain(filter)
            .find_map(|pending| pending.task(numbers))
    }

    /// Returns whether a pass runs as the task with this number.
    pub(in crate::tui) fn pass_awaits(&self, number: u64) -> bool {
        let filter = self.explorer().and_then(|explorer| explorer.filter.running.as_ref());
        self.search.running.iter().chain(filter).any(|pending| pending.awaits(number))
    }

    /// Handles the results of a pass.
    pub(in crate::tui) fn matched(&mut self, matches: Matches) {
        let Screen::Image { explorer, .. } = &mut self.screen else { return };
        match matches {
            Matches::Hits { count, biggest, all } => {
                if self.search.found(count, biggest, all) {
                    self.refresh_details();
                }
                self.tell_no_match();
            }
            Matches::Kept(kept) => {
                if kept.complete {
                    explorer.filter.running = None;
                }
                explorer.set_kept(Some(kept));
                self.refresh_details();
            }
        }
    }
}
