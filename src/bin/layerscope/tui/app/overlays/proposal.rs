//! Shows the selected change as a difference, and tries it.

use crate::tui::app::copy::NO_LINES;
use crate::tui::app::{App, Screen};
use crate::tui::keys::Action;
use crate::tui::layout::rows_inside;
use crate::tui::message::Effect;
use crate::tui::overlay::Overlay;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{inside, moved};
use crate::view::View;

impl App {
    /// Shows the selected change as a difference.
    pub(in crate::tui) fn show_proposal(&mut self) {
        let Screen::Image { explorer, views } = &self.screen else { return };
        match views.proposal(explorer) {
            Some(proposal) => self.overlays.open(Overlay::Proposal(proposal)),
            None => self.notice = Some(views.unmarkable().into()),
        }
    }

    /// Marks the selected change, and shows the size without it among the possible sizes.
    pub(in crate::tui) fn try_it(&mut self) {
        let Screen::Image { explorer, views } = &mut self.screen else { return };
        if views.mark_change(explorer) {
            self.show(View::Sizes);
        } else {
            self.notice = Some(views.unmarkable().into());
        }
    }

    /// Performs an action while a difference is shown.
    pub(in crate::tui) fn act_in_proposal(&mut self, action: Action) -> Option<Effect> {
        let area = self.panes().main;
        let Some(Overlay::Proposal(proposal)) = self.overlays.top_mut() else { return None };
        let lines = proposal.lines(&Theme::BARE, usize::from(inside(area).width)).len();
        let height = rows_inside(area);
        let last = lines.saturating_sub(height);
        match moved(action, proposal.scroll.min(last), last, height.max(2) - 1) {
            Some(scroll) => proposal.scroll = scroll,
            None if action == Action::CopyPath => {
                let lines = proposal.copied.join("\n");
                let lines = Some(lines).filter(|lines| !lines.is_empty());
                return self.copied(lines, NO_LINES);
            }
            None => {
                self.overlays.close();
            }
        }
        None
    }
}
