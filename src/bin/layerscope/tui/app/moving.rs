//! What moves by itself: nothing but the time-lapse, as long as it can be seen.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::{App, Phase};
use crate::view::View;

impl App {
    /// Whether time has to be told, because something moves by itself and can be seen.
    pub fn is_moving(&self) -> bool {
        self.views.as_ref().is_some_and(|views| views.is_moving(self.view)) && !self.is_covered() && !self.sums_up()
    }

    /// Lets time pass in the view that is shown.
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

    /// Plays the build in the view for it, from the start of a layer through the end of another.
    pub fn play(&mut self, layers: RangeInclusive<usize>) {
        self.show(View::Play);
        if let Some(views) = &mut self.views {
            views.play(layers);
        }
    }

    /// What a view has come to by itself is what everything else goes by.
    pub(in crate::tui) fn settle(&mut self) {
        if let (Phase::Ready(explorer), Some(views)) = (&mut self.phase, &self.views) {
            views.settle(self.view, explorer);
        }
    }
}
