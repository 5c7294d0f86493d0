//! Animations: only the replay, while it is visible.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::{App, Phase};
use crate::view::View;

impl App {
    /// Returns whether an animation is running and visible.
    pub fn is_moving(&self) -> bool {
        self.views.as_ref().is_some_and(|views| views.is_moving(self.view)) && !self.is_covered() && !self.sums_up()
    }

    /// Advances the visible view by some time.
    pub(in crate::tui) fn tick(&mut self, time: Duration) {
        if self.is_moving()
            && let (Phase::Ready(explorer), Some(views)) = (&mut self.phase, &mut self.views)
        {
            views.tick(self.view, explorer, time);
            if !views.is_moving(self.view) {
                self.refresh_details();
            }
        }
    }

    /// Replays the build, from the start of one layer to the end of another.
    pub fn play(&mut self, layers: RangeInclusive<usize>) {
        self.show(View::Play);
        if let Some(views) = &mut self.views {
            views.play(layers);
        }
    }

    /// Applies the layer that an animated view has reached to the rest of the screen.
    pub(in crate::tui) fn settle(&mut self) {
        if let (Phase::Ready(explorer), Some(views)) = (&mut self.phase, &self.views) {
            views.settle(self.view, explorer);
        }
    }
}
