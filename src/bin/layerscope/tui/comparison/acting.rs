//! The actions of keys and clicks in the comparison.

use super::Comparison;
use super::find::Find;
use super::layers::spot;
use super::message::Effect;
use super::sheet::Sheet;
use super::view::View;
use crate::tui::keys::Action;
use crate::tui::keys::help::COMPARISON;
use crate::tui::overlay::help::Help;

impl Comparison {
    /// Performs the action of a key or a click.
    pub(super) fn act(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Quit => return Some(Effect::Quit),
            Action::Suspend => return Some(Effect::Suspend),
            Action::Palette => self.open_palette(),
            Action::OpenImage => self.ask_for_image(),
            Action::Help => {
                self.help = if self.help.is_some() {
                    None
                } else {
                    Some(Help::new(self.view.name(), self.hints(), Vec::new()))
                };
            }
            _ if self.help.is_some() => self.act_in_help(action),
            _ if self.explained.is_some() => self.act_in_explanation(action),
            Action::Back if !self.is_ready() => return Some(Effect::Quit),
            _ if !self.is_ready() => {}
            Action::Back => self.leave(),
            Action::NextPane => self.view = self.view.after(1),
            Action::PreviousPane => self.view = self.view.after(View::ALL.len() - 1),
            Action::PreviousImage | Action::NextImage => self.step(action == Action::NextImage),
            Action::CopyCommand => return self.copied(self.command()),
            Action::CopyPath => return self.copied(self.selected()?),
            Action::Search => self.begin_search(),
            Action::Explain => self.explain(),
            action => match View::asked_for(action) {
                Some(view) => self.view = view,
                None => return self.act_in_view(action),
            },
        }
        None
    }

    /// Returns whether no text is over the view.
    pub(super) fn is_bare(&self) -> bool {
        self.help.is_none() && self.explained.is_none()
    }

    fn act_in_help(&mut self, action: Action) {
        let Some(help) = &mut self.help else { return };
        if !help.act(action, &COMPARISON, &self.keymap, self.area) {
            self.help = None;
        }
    }

    /// Goes one step back: out of the search, then to the images; never out of the program.
    fn leave(&mut self) {
        let is_paths = self.view == View::Paths;
        let find = self.sheet_mut().map(|sheet| &mut sheet.paths.find);
        match find.filter(|find| is_paths && find.is_active()) {
            Some(find) => *find = Find::default(),
            None => self.view = View::Images,
        }
    }

    /// Compares another image with the first.
    fn step(&mut self, forward: bool) {
        let last = self.images.len().saturating_sub(1);
        let next = if forward { self.other + 1 } else { self.other.saturating_sub(1) };
        self.other = next.clamp(1.min(last), last);
        self.cursor.at = self.other;
        let (rows, all) = (self.image_rows(self.panes().main), self.columns.len());
        self.cursor.settle(all, rows);
    }

    fn begin_search(&mut self) {
        self.view = View::Paths;
        if let Some(sheet) = self.sheet_mut() {
            sheet.paths.find.begin();
        }
    }

    fn act_in_view(&mut self, action: Action) -> Option<Effect> {
        let area = self.panes().main;
        let other = self.other;
        let image = |second: bool| if second { other } else { 0 };
        if self.view == View::Images {
            if action == Action::Enter {
                return Some(Effect::Open(self.cursor.at, None));
            }
            self.act_on_images(action, area);
            return None;
        }
        let view = self.view;
        let Sheet { against, layers, paths, packages } = self.sheet_mut()?;
        match view {
            View::Layers if action == Action::Enter => {
                let (second, spot) = spot(layers.selected(&against.pair.layers)?);
                return Some(Effect::Open(image(second), Some(spot)));
            }
            View::Layers => layers.act(against.pair.layers.len(), action, area),
            View::Paths => {
                let (second, spot) = paths.act(&against.pair.paths, action, area)?;
                return Some(Effect::Open(image(second), Some(spot)));
            }
            View::Packages => packages.act(against.package_count(), action, area),
            View::Images => {}
        }
        None
    }
}
