//! The mouse between its events: double clicks, and what is dragged.

use std::time::Duration;

use ratatui::layout::Position;

use super::layout::Divider;

/// The longest time between the clicks of a double click.
const DOUBLE: Duration = Duration::from_millis(400);

/// The state between mouse events.
#[derive(Debug, Default)]
pub struct Pointer {
    /// The place and time of the last press of the button.
    pub pressed: Option<(Position, Duration)>,
    pub hit: Option<Hit>,
    pub dragged: Option<Divider>,
}

/// The result of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    Layer,
    /// An entry that Enter opens.
    Entry,
}

impl Pointer {
    /// Records a press of the button; returns whether it is a double click.
    pub fn presses(&mut self, at: Position, time: Duration) -> bool {
        let double = self
            .pressed
            .is_some_and(|(cell, before)| cell == at && time.saturating_sub(before) <= DOUBLE);
        // A third click is a new first one.
        self.pressed = (!double).then_some((at, time));
        double
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_clicks_in_a_short_time_on_one_cell_are_a_double_click() {
        let mut pointer = Pointer::default();
        let mut clicks = |x: u16, millis: u64| {
            pointer.presses(Position::new(x, 1), Duration::from_millis(millis))
        };
        assert!(!clicks(5, 0) && clicks(5, 400));
        assert!(!clicks(5, 500), "the third click begins anew");
        assert!(!clicks(6, 600), "on another cell");
        assert!(!clicks(6, 1001), "too late");
        assert!(clicks(6, 1200));
    }
}
