//! Animations: only the replay, while it is visible.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::{App, Screen};
use crate::view::View;
use layerscope::LayerIndex;

impl App {
    /// Returns whether an animation is running and visible.
    pub fn is_moving(&self) -> bool {
        let moves =
            matches!(&self.screen, Screen::Image { views, .. } if views.is_moving(self.view));
        moves && !self.is_covered() && !self.sums_up()
    }

    /// Advances the visible view by some time.
    pub(in crate::tui) fn tick(&mut self, time: Duration) {
        if self.is_moving()
            && let Screen::Image { explorer, views } = &mut self.screen
        {
            views.tick(self.view, explorer, time);
            if !views.is_moving(self.view) {
                self.refresh_details();
            }
        }
    }

    /// Replays the build, from the start of one layer to the end of another.
    pub fn replay(&mut self, layers: RangeInclusive<LayerIndex>) {
        self.show(View::Replay);
        if let Screen::Image { views, .. } = &mut self.screen {
            views.replay(layers);
        }
    }

    /// Applies the layer that an animated view has reached to the rest of the screen.
    pub(in crate::tui) fn settle(&mut self) {
        if let Screen::Image { explorer, views } = &mut self.screen {
            views.settle(self.view, explorer);
        }
    }
}
