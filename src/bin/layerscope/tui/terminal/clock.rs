//! Measures the time between frames during an animation.

use std::time::{Duration, Instant};

/// The duration of a frame.
const FRAME: Duration = Duration::from_millis(40);

/// The time of the last frame; `None` without an animation.
#[derive(Debug, Default)]
pub struct Clock {
    last: Option<Instant>,
}

impl Clock {
    /// Returns the time until the next frame, during an animation.
    pub fn until_frame(&mut self, moves: bool, now: Instant) -> Option<Duration> {
        if !moves {
            self.last = None;
            return None;
        }
        let last = *self.last.get_or_insert(now);
        Some((last + FRAME).saturating_duration_since(now))
    }

    /// Returns the time since the last frame, if the next one is due.
    pub fn tick(&mut self, now: Instant) -> Option<Duration> {
        let time = now.saturating_duration_since(self.last?);
        (time >= FRAME).then(|| {
            self.last = Some(now);
            time
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_time_is_told_and_none_of_a_pause() {
        let start = Instant::now();
        let at = |millis: u64| start + Duration::from_millis(millis);
        let millis = Duration::from_millis;
        let mut clock = Clock::default();
        assert_eq!((clock.until_frame(false, at(0)), clock.tick(at(500))), (None, None));
        assert_eq!(clock.until_frame(true, at(1000)), Some(FRAME));
        assert_eq!(
            (clock.tick(at(1010)), clock.until_frame(true, at(1010))),
            (None, Some(millis(30)))
        );
        assert_eq!(clock.tick(at(1050)), Some(millis(50)));
        assert_eq!(clock.tick(at(1095)), Some(millis(45)));
        assert_eq!(clock.until_frame(true, at(1200)), Some(millis(0)), "a picture is due");
        assert_eq!(
            (clock.until_frame(false, at(1200)), clock.until_frame(true, at(9000))),
            (None, Some(FRAME))
        );
    }
}
