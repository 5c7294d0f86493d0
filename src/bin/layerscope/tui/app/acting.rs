//! The reaction to actions, whichever key or click they come from.

use super::{App, Screen, bars};
use crate::tui::keys::Action;
use crate::tui::keys::help::EXPLORER;
use crate::tui::layout::Pane;
use crate::tui::message::Effect;
use crate::tui::overlay::Overlay;
use crate::tui::overlay::help::Help;
use crate::view::View;
use layerscope::LayerIndex;

impl App {
    /// Performs the action of a key or a click.
    pub(in crate::tui) fn act(&mut self, action: Action) -> Option<Effect> {
        self.settle();
        self.look_for_typed();
        // The list lies over the tree, and the quit key closes what lies on top.
        let is_listed =
            self.view == View::Explore && self.search.listed && self.overlays.is_empty();
        let action = if is_listed && action == Action::Quit { Action::Back } else { action };
        match action {
            Action::Quit if self.returns => return Some(Effect::Leave),
            Action::Quit => return Some(Effect::Quit),
            Action::Suspend => return Some(Effect::Suspend),
            Action::Help => {
                self.toggle_help();
                return None;
            }
            Action::Palette if self.overlays.help().is_none() => {
                self.open_palette();
                return None;
            }
            _ => {}
        }
        let helps = self.overlays.help().is_some();
        // The key that returns to a lesson also closes the help.
        let action = if helps && (action != Action::LessonReturn || self.is_told()) {
            action
        } else {
            match self.act_in_lesson(action) {
                Ok(effect) => return effect,
                Err(action) => action,
            }
        };
        match (&self.screen, action) {
            _ if helps => self.act_on_overlay(action),
            (Screen::Loading { .. } | Screen::Choosing { .. }, Action::Back) => {
                Some(Effect::Cancel)
            }
            (Screen::Choosing { .. }, action) => self.choose(action),
            (Screen::Loading { .. }, action) => {
                self.act_while_loading(action);
                None
            }
            (Screen::Image { .. }, action) => match self.overlays.top() {
                Some(overlay) if !overlay.leaves_to_screen(action) => self.act_on_overlay(action),
                _ => self.act_on_image(action),
            },
        }
    }

    /// Gives an action to the overlay on top.
    fn act_on_overlay(&mut self, action: Action) -> Option<Effect> {
        match self.overlays.top_mut()? {
            Overlay::Viewer(_) => self.act_in_viewer(action),
            Overlay::Instruction(_) => self.read(action),
            Overlay::Proposal(_) => self.act_in_proposal(action),
            Overlay::Explanation(_) => {
                self.act_in_explanation(action);
                None
            }
            Overlay::Help(help) => {
                if !help.act(action, &EXPLORER, &self.keymap, self.area) {
                    self.overlays.close();
                }
                None
            }
            // Keys are text there.
            Overlay::Extraction(_)
            | Overlay::Palette(_)
            | Overlay::Opening(_)
            | Overlay::Picker(_) => None,
        }
    }

    fn toggle_help(&mut self) {
        // The key of the help closes any text over the screen.
        if self.overlays.is_text() {
            self.overlays.close();
        } else {
            let (title, first) = bars::hints_for_help(self);
            self.overlays.open(Overlay::Help(Help::new(title, first, self.contexts())));
        }
    }

    /// Performs an action while the image is read: narrow screens show one pane at a time.
    fn act_while_loading(&mut self, action: Action) {
        match action {
            Action::NextPane => self.next_pane(1),
            Action::PreviousPane => self.next_pane(2),
            _ => {}
        }
    }

    /// Performs an action on the image: one that is the same in all views, or one of the current
    /// view.
    fn act_on_image(&mut self, action: Action) -> Option<Effect> {
        match action {
            Action::Back if self.stop_extracting() => {}
            Action::Instruction => self.open_instruction(),
            Action::CopyDigest => {
                return self.copied(self.selected_digest(), "no digest of this layer is known");
            }
            Action::CopyPath if self.selects_layers() => {
                return self.copied(self.selected_digest(), "no digest of this layer is known");
            }
            Action::CopyPath => {
                return match self.copy_lines() {
                    Some(effect) => effect,
                    None => self.copied(self.selected_path(), "no path is selected"),
                };
            }
            Action::Extract => self.ask_to_extract(),
            Action::Explain => self.explain(),
            Action::ExplainHeader => self.explain_header(),
            Action::Compare if self.view == View::Findings && self.overlays.is_empty() => {
                self.show_proposal();
            }
            Action::Compare if self.view == View::Sizes && self.overlays.is_empty() => {
                // A size is no file: what Explore has selected is not meant.
                self.notice = Some("select a change in Fix first".into());
            }
            Action::ViewFile | Action::Compare => self.view_selected(action),
            Action::CopyCommand => return self.copied(Some(self.command()), ""),
            Action::Search | Action::Filter => {
                self.show(View::Explore);
                self.focus = Pane::Tree;
                self.start_typing(action);
            }
            Action::BigFiles => self.list_big_files(),
            Action::OpenImage => self.ask_for_image(),
            Action::LessonReturn => return Some(Effect::Tour),
            Action::TryIt => self.try_it(),
            Action::ReplayAgain => self.replay(LayerIndex::FIRST..=LayerIndex::FINAL),
            action => match View::asked_for(action) {
                Some(view) => self.show(view),
                None if self.view == View::Explore => return self.explore(action),
                None => self.act_in_view(action),
            },
        }
        None
    }

    /// Returns whether the selection is a layer or the image, and not a path.
    fn selects_layers(&self) -> bool {
        let selected = match self.view {
            View::Image | View::Timeline => true,
            View::Explore => self.focus == Pane::Layers,
            _ => false,
        };
        selected && self.overlays.is_empty()
    }

    fn act_in_view(&mut self, action: Action) {
        match action {
            Action::Back => self.show(View::Explore),
            Action::NextPane => self.show(next_view(self.view, 1)),
            Action::PreviousPane => self.show(next_view(self.view, View::ALL.len() - 1)),
            action => self.view_action(action),
        }
    }
}

fn next_view(view: View, steps: usize) -> View {
    let now = View::ALL.iter().position(|&other| other == view).unwrap_or(0);
    View::ALL[(now + steps) % View::ALL.len()]
}
