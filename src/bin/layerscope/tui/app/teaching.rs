//! The actions of a lesson, and the scenes that its steps show in the explorer.

use ratatui::layout::Position;

use super::{App, Screen};
use crate::tui::explorer::search::Search;
use crate::tui::keys::{Action, Context};
use crate::tui::layout::{Pane, rows_inside};
use crate::tui::lesson::{self, ANSWERS, Answer, LessonPlayer, Place, Turn};
use crate::tui::message::Effect;
use crate::tui::views::Prepared;
use crate::tui::widgets::moved;
use crate::view::View;
use layerscope::LayerIndex;

/// Returns whether an action moves by one row.
fn is_step(action: Action) -> bool {
    matches!(action, Action::Up | Action::Down)
}

impl App {
    /// Starts a lesson.
    pub(in crate::tui) fn teach(&mut self, narrator: LessonPlayer) {
        self.lesson = Some(Box::new(narrator));
        self.set_the_scene();
    }

    /// Returns whether the narrator has the focus.
    pub fn is_told(&self) -> bool {
        self.lesson.as_ref().is_some_and(|lesson| lesson.turn == Turn::Narrator)
    }

    /// Returns whether the last page of a lesson is shown.
    pub fn sums_up(&self) -> bool {
        self.is_told() && self.lesson.as_ref().is_some_and(|lesson| lesson.is_over())
    }

    /// Returns whether the lesson shows a page in place of the image.
    pub fn shows_a_page(&self) -> bool {
        self.sums_up() || self.is_beside()
    }

    /// Returns whether the images of the lesson are shown side by side.
    pub fn is_beside(&self) -> bool {
        let scene = self.lesson.as_ref().and_then(|lesson| lesson.scene());
        self.is_told() && scene.is_some_and(|scene| scene.view.is_none())
    }

    /// Performs an action of the narrator; returns the action if it is for the explorer.
    pub(in crate::tui) fn act_in_lesson(
        &mut self,
        action: Action,
    ) -> Result<Option<Effect>, Action> {
        let panes = self.panes();
        let page = rows_inside(panes.main).max(2) - 1;
        let Some(lesson) = &mut self.lesson else { return Err(action) };
        if lesson.turn == Turn::Learner {
            return match action {
                Action::LessonReturn => {
                    self.set_the_scene();
                    Ok(None)
                }
                action => Err(action),
            };
        }
        if lesson.is_over() {
            let last = lesson::page_rows(lesson, self.area.width).saturating_sub(page + 1);
            if let Some(scroll) = moved(action, lesson.scroll, last, page) {
                lesson.scroll = scroll;
                return Ok(None);
            }
        }
        // On a small screen not all words fit.
        let rows = rows_inside(panes.narrator);
        let hidden = lesson::lines_in(lesson, panes.narrator).saturating_sub(rows);
        let answered = ANSWERS.iter().position(|&answer| answer == action);
        match action {
            Action::LessonNext if lesson.asks() => {
                // Enter chooses an option after the user has moved to one.
                return Ok(match lesson.option.checked_sub(1) {
                    Some(option) => self.answer_question(Some(option)),
                    None => self.say_what_answers(),
                });
            }
            Action::LessonNext if lesson.is_over() => return Ok(self.go_to_the_next_lesson()),
            Action::LessonNext => self.tell_step(1),
            Action::LessonBack => self.tell_step(-1),
            Action::LessonTold if lesson.asks() => return Ok(self.answer_question(None)),
            Action::PageUp | Action::PageDown | Action::Up | Action::Down
                if hidden > 0 && !(lesson.asks() && is_step(action)) =>
            {
                lesson.scroll =
                    moved(action, lesson.scroll.min(hidden), hidden, rows.max(2) - 1).unwrap_or(0);
            }
            Action::Up | Action::Down if lesson.asks() => {
                let options = lesson.question().map_or(0, |question| question.options.len());
                let now = lesson.option;
                lesson.option = if action == Action::Down {
                    now % options + 1
                } else {
                    (now.max(1) + options - 2) % options + 1
                };
            }
            _ if answered.is_some() => return Ok(self.answer_question(answered)),
            Action::LessonReturn => self.look_around(),
            Action::Back if lesson.place() == Place::Alone => self.look_around(),
            Action::Back => return Ok(Some(Effect::Lessons)),
            _ if lesson.is_over() => {}
            // A key of the image does not end the lesson unasked.
            _ => self.say_what_looks_around(),
        }
        Ok(None)
    }

    /// Returns the action of a click on the narrator's pane: the option there, or the return to the
    /// lesson.
    pub(in crate::tui) fn lesson_at(&self, at: Position) -> Option<Action> {
        let lesson = self.lesson.as_ref()?;
        match lesson.turn {
            Turn::Learner => Some(Action::LessonReturn),
            Turn::Narrator => lesson::option_at(lesson, self.panes().narrator, at.y),
        }
    }

    /// Returns whether a layer comes after the current question, so that its size would reveal the
    /// answer.
    pub fn is_kept_secret(&self, layer: LayerIndex) -> bool {
        self.secret_above().is_some_and(|shown| layer > shown)
    }

    /// Returns the layer above which a question keeps the layers secret.
    pub fn secret_above(&self) -> Option<LayerIndex> {
        let asks = |lesson: &&LessonPlayer| lesson.turn == Turn::Narrator && lesson.asks();
        self.lesson.as_deref().filter(asks)?.scene().map(|scene| scene.layer)
    }

    /// Gives the keys to the image for a command that the user chose by its name in a lesson.
    pub(in crate::tui) fn make_way_for(&mut self, action: Action) {
        let is_of_lesson = matches!(action.context(), Context::Lesson | Context::Question)
            || matches!(
                action,
                Action::LessonReturn
                    | Action::Back
                    | Action::Help
                    | Action::Palette
                    | Action::Suspend
                    | Action::Quit
            );
        if self.is_told() && !is_of_lesson {
            self.look_around();
        }
    }

    fn say_what_looks_around(&mut self) {
        let key = self.keymap.first_keys(&[Action::LessonReturn]);
        self.notice =
            Some(format!("The lesson has the keys. Press {} to look around.", key.trim()));
    }

    fn look_around(&mut self) {
        let Some(lesson) = &mut self.lesson else { return };
        if !lesson.is_over() {
            lesson.turn = Turn::Learner;
        }
        self.refresh_details();
    }

    fn say_what_answers(&mut self) -> Option<Effect> {
        let key = self.keymap.first_keys(&[Action::LessonTold]);
        self.notice =
            Some(format!("Press the letter of an answer; {} shows the answer.", key.trim()));
        None
    }

    /// Answers the question; the first answer counts.
    fn answer_question(&mut self, option: Option<usize>) -> Option<Effect> {
        let area = self.panes().narrator;
        let lesson = self.lesson.as_mut()?;
        let options = lesson.question()?.options.len();
        if option.is_some_and(|option| option >= options) {
            return None;
        }
        let first = lesson.answer().map_or(option, |answer| answer.first);
        let step = lesson.step;
        lesson.answers[step] = Some(Answer { first, last: option });
        lesson.option = option.map_or(0, |option| option + 1);
        // On a small screen the question is scrolled out to make room for the answer.
        let fits = lesson::lines_in(lesson, area) <= rows_inside(area);
        lesson.scroll = if fits { 0 } else { lesson::lines_asked(lesson, area) };
        None
    }

    fn go_to_the_next_lesson(&mut self) -> Option<Effect> {
        let lesson = self.lesson.as_ref()?;
        match lesson.place() {
            Place::Among => Some(Effect::NextLesson),
            Place::Last => Some(Effect::Lessons),
            Place::Alone => None,
        }
    }

    /// Moves by some steps.
    fn tell_step(&mut self, by: isize) {
        let Some(lesson) = &self.lesson else { return };
        self.go_to_step(lesson.step.saturating_add_signed(by));
    }

    /// Goes to a step, counted from 0; the summary follows the last one.
    pub(in crate::tui) fn go_to_step(&mut self, step: usize) {
        let Some(lesson) = &mut self.lesson else { return };
        lesson.step = step.min(lesson.told.steps.len());
        self.set_the_scene();
    }

    /// Gives the focus to the narrator, and shows the scene of the step.
    pub(in crate::tui) fn set_the_scene(&mut self) {
        self.file_history = false;
        self.overlays.close_all();
        self.search = Search::default();
        let Some(lesson) = &mut self.lesson else { return };
        lesson.turn = Turn::Narrator;
        lesson.scroll = 0;
        lesson.option =
            lesson.answer().and_then(|answer| answer.last).map_or(0, |option| option + 1);
        let Some(scene) = lesson.scene() else { return };
        if lesson.staged != Some(scene.image)
            && let Some(stage) = lesson.stages.get(scene.image)
        {
            lesson.staged = Some(scene.image);
            let ready = lesson.ready.take_if(|(of, _)| *of == scene.image);
            let Prepared { explorer, views } = match ready {
                Some((_, prepared)) => prepared,
                None => Prepared::studied(&stage.inspection, &stage.study, self.motion, self.units),
            };
            self.name.clone_from(&stage.intro.name);
            self.intro.clone_from(&stage.intro.layers);
            self.screen = Screen::Image { explorer, views };
        }
        // The view is entered again, even if it stays the same.
        if let Screen::Image { explorer, views } = &mut self.screen {
            views.leave(self.view);
            explorer.set_the_scene(scene);
        }
        self.focus = if scene.path.is_some() { Pane::Tree } else { Pane::Layers };
        self.show(scene.view.unwrap_or(View::Explore));
    }
}
