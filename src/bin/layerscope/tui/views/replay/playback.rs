//! The position and the speed of the replay. Time is passed in; nothing is drawn here.

use std::ops::RangeInclusive;
use std::time::Duration;

use super::schedule::{Schedule, micros};
use layerscope::LayerIndex;

/// A whole in thousandths. Animations use integer parts, so that the same time gives the same
/// picture.
pub const WHOLE: u64 = 1000;
/// The parts of a layer's time until its instruction is revealed, and until its changes are
/// complete; the rest is a pause.
const WRITTEN: u64 = 180;
const DONE: u64 = 780;
/// The longest time between two frames, so that a delay does not skip anything.
const LEAP: Duration = Duration::from_millis(250);

/// The limits of the speed, as powers of two.
const SLOWEST: i8 = -2;
const FASTEST: i8 = 4;

/// The choice between smooth animation and steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    Smooth,
    /// Each layer is shown in its final state.
    Still,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Standing,
    /// The replay is running, and stops at the end of this layer.
    Running {
        through: LayerIndex,
    },
}

/// The replay of some layers.
pub struct Playback {
    schedule: Schedule,
    motion: Motion,
    state: State,
    layer: LayerIndex,
    /// The time within the layer, at normal speed.
    elapsed: Duration,
    doublings: i8,
}

impl Playback {
    /// Starts before the first layer.
    pub fn new(schedule: Schedule, motion: Motion) -> Self {
        Self {
            schedule,
            motion,
            state: State::Standing,
            layer: LayerIndex::FIRST,
            elapsed: Duration::ZERO,
            doublings: 0,
        }
    }

    /// Returns the layer whose instruction is shown.
    pub fn layer(&self) -> LayerIndex {
        self.layer
    }

    pub fn motion(&self) -> Motion {
        self.motion
    }

    pub fn is_running(&self) -> bool {
        self.state != State::Standing
    }

    /// Returns whether the layer is complete.
    fn is_done(&self) -> bool {
        self.elapsed >= self.schedule.length(self.layer)
    }

    /// Returns whether the replay is complete.
    pub fn is_over(&self) -> bool {
        self.is_done() && self.layer == self.last()
    }

    fn last(&self) -> LayerIndex {
        LayerIndex::highest(self.schedule.layers()).unwrap_or_default()
    }

    /// Runs from the start of a layer to the end of another.
    pub fn start(&mut self, layers: RangeInclusive<LayerIndex>) {
        self.go_to(*layers.start());
        self.state = State::Running { through: (*layers.end()).min(self.last()) };
    }

    /// Stops at the end of a layer.
    pub fn stand_at(&mut self, layer: LayerIndex) {
        self.state = State::Standing;
        self.finish(layer);
    }

    /// Pauses.
    pub fn pause(&mut self) {
        self.state = State::Standing;
    }

    /// Pauses or continues; from the end, starts again.
    pub fn toggle(&mut self) {
        match self.state {
            State::Running { .. } => self.pause(),
            State::Standing if self.is_over() => self.start(LayerIndex::FIRST..=self.last()),
            State::Standing => self.state = State::Running { through: self.last() },
        }
    }

    /// Moves to the next layer: runs through it, and then stops unless it was already running.
    pub fn forward(&mut self) {
        match self.state {
            State::Running { .. } if self.layer == self.last() => self.stand_at(self.layer),
            State::Running { through } => {
                self.go_to(self.layer.next());
                self.state = State::Running { through: through.max(self.layer) };
            }
            State::Standing if self.is_over() => {}
            State::Standing => {
                let layer = if self.is_done() { self.layer.next() } else { self.layer };
                match self.motion {
                    Motion::Still => self.stand_at(layer),
                    Motion::Smooth if self.is_done() => self.start(layer..=layer),
                    Motion::Smooth => self.state = State::Running { through: layer },
                }
            }
        }
    }

    /// Moves to the end of the previous layer; if running, continues from its start.
    pub fn back(&mut self) {
        match (self.layer.previous(), self.state) {
            (Some(before), State::Running { .. }) => self.go_to(before),
            (Some(before), State::Standing) => self.finish(before),
            (None, _) => self.go_to(LayerIndex::FIRST),
        }
    }

    /// Moves to the start.
    pub fn rewind(&mut self) {
        self.go_to(LayerIndex::FIRST);
    }

    /// Moves to the end of the last layer.
    pub fn end(&mut self) {
        self.stand_at(self.last());
    }

    fn go_to(&mut self, layer: LayerIndex) {
        self.layer = layer.min(self.last());
        self.elapsed = Duration::ZERO;
    }

    fn finish(&mut self, layer: LayerIndex) {
        self.layer = layer.min(self.last());
        self.elapsed = self.schedule.length(self.layer);
    }

    pub fn faster(&mut self) {
        self.doublings = (self.doublings + 1).min(FASTEST);
    }

    pub fn slower(&mut self) {
        self.doublings = (self.doublings - 1).max(SLOWEST);
    }

    /// Formats the speed: `0.5×`.
    pub fn speed(&self) -> String {
        match self.doublings {
            doublings @ 0.. => format!("{}×", 1 << doublings),
            -1 => "0.5×".into(),
            _ => "0.25×".into(),
        }
    }

    /// Advances by some time, if running.
    pub fn tick(&mut self, time: Duration) {
        let State::Running { through } = self.state else { return };
        let time = time.min(LEAP);
        self.elapsed += match u32::from(self.doublings.unsigned_abs()) {
            times if self.doublings < 0 => time / (1 << times),
            times => time * (1 << times),
        };
        while self.is_done() {
            if self.layer >= through {
                return self.stand_at(self.layer);
            }
            self.elapsed -= self.schedule.length(self.layer);
            self.layer = self.layer.next();
        }
    }

    /// Returns the part of the layer's time that has passed, in thousandths.
    fn passed(&self) -> u64 {
        match (self.motion, micros(self.schedule.length(self.layer))) {
            (Motion::Still, _) | (_, 0) => WHOLE,
            (Motion::Smooth, length) => (micros(self.elapsed) * WHOLE / length).min(WHOLE),
        }
    }

    /// Returns the revealed part of the instruction, in thousandths.
    pub fn written(&self) -> u64 {
        (self.passed() * WHOLE / WRITTEN).min(WHOLE)
    }

    /// Returns the completed part of the layer's changes, in thousandths, with a slow start and
    /// end.
    pub fn done(&self) -> u64 {
        let passed = (self.passed().saturating_sub(WRITTEN) * WHOLE / (DONE - WRITTEN)).min(WHOLE);
        passed * passed * (3 * WHOLE - 2 * passed) / (WHOLE * WHOLE)
    }

    /// Returns the part of the total time that has passed, in thousandths.
    pub fn progress(&self) -> u64 {
        let now = micros(self.schedule.start(self.layer) + self.elapsed);
        (now * WHOLE).checked_div(micros(self.schedule.whole())).unwrap_or(WHOLE).min(WHOLE)
    }

    /// Returns the layer at a position in thousandths of the total time.
    pub fn layer_at(&self, progress: u64) -> LayerIndex {
        let now = micros(self.schedule.whole()) * progress.min(WHOLE) / WHOLE;
        self.schedule.layer_at(Duration::from_micros(now))
    }
}

/// Interpolates between two numbers; `done` is in thousandths.
pub fn between(from: u64, to: u64, done: u64) -> u64 {
    let part = |bytes: u64| {
        u64::try_from(u128::from(bytes) * u128::from(done) / u128::from(WHOLE)).unwrap_or(bytes)
    };
    if to >= from { from + part(to - from) } else { from - part(from - to) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FRAME: Duration = Duration::from_millis(40);

    fn playback(layers: usize, motion: Motion) -> Playback {
        Playback::new(Schedule::from_sizes(vec![1 << 20; layers].into_iter()), motion)
    }

    /// Runs until the replay stops; returns the time it took.
    fn run(playback: &mut Playback) -> Duration {
        let mut time = Duration::ZERO;
        while playback.is_running() {
            playback.tick(FRAME);
            time += FRAME;
            assert!(time < Duration::from_secs(200), "it never ends");
        }
        time
    }

    #[test]
    fn it_runs_through_all_layers_and_stands_at_the_end() {
        for layers in [1, 4, 100, 1000] {
            let mut playback = playback(layers, Motion::Smooth);
            let last = LayerIndex::new(layers - 1);
            playback.start(LayerIndex::FIRST..=last);
            let time = run(&mut playback);
            assert!(playback.is_over() && playback.layer() == last);
            assert!(time < Duration::from_secs(30), "{layers} layers take {time:?}");
            assert_eq!(
                (playback.written(), playback.done(), playback.progress()),
                (WHOLE, WHOLE, WHOLE)
            );
            playback.toggle();
            assert_eq!(
                (playback.layer(), playback.progress(), playback.is_running()),
                (0.into(), 0, true),
                "Space starts again"
            );
        }
    }

    #[test]
    fn what_a_layer_does_is_never_undone_on_the_way() {
        let mut playback = playback(3, Motion::Smooth);
        playback.start(1.into()..=1.into());
        let (mut written, mut done) = (0, 0);
        while playback.is_running() {
            assert!(playback.written() >= written && playback.done() >= done);
            assert!(
                playback.written() == WHOLE || playback.done() == 0,
                "first it is written, then it is done"
            );
            (written, done) = (playback.written(), playback.done());
            playback.tick(FRAME);
        }
        assert_eq!(
            (playback.layer(), playback.done()),
            (1.into(), WHOLE),
            "it stands after the layer that was asked for"
        );
    }

    #[test]
    fn a_step_runs_through_one_layer_and_no_further() {
        let mut playback = playback(4, Motion::Smooth);
        playback.stand_at(1.into());
        playback.forward();
        assert!(playback.is_running() && playback.done() == 0);
        run(&mut playback);
        assert_eq!((playback.layer(), playback.is_over()), (2.into(), false));
        playback.forward();
        playback.tick(FRAME);
        playback.toggle();
        playback.forward();
        run(&mut playback);
        assert_eq!(playback.layer(), 3, "what was begun is gone on with");
        playback.forward();
        assert!(!playback.is_running() && playback.is_over());
        playback.back();
        assert_eq!(
            (playback.layer(), playback.done(), playback.is_running()),
            (2.into(), WHOLE, false)
        );
    }

    #[test]
    fn without_motion_every_layer_is_shown_as_it_is_in_the_end() {
        let mut playback = playback(3, Motion::Still);
        playback.start(0.into()..=2.into());
        while playback.is_running() {
            assert_eq!((playback.written(), playback.done()), (WHOLE, WHOLE));
            playback.tick(FRAME);
        }
        playback.rewind();
        playback.forward();
        playback.forward();
        assert_eq!((playback.layer(), playback.is_running()), (1.into(), false));
    }

    #[test]
    fn twice_as_fast_takes_half_the_time() {
        let time = |faster: usize, slower: usize| {
            let mut playback = playback(4, Motion::Smooth);
            (0..faster).for_each(|_| playback.faster());
            (0..slower).for_each(|_| playback.slower());
            playback.start(0.into()..=3.into());
            run(&mut playback)
        };
        let usual = time(0, 0);
        assert!(time(1, 0).abs_diff(usual / 2) <= FRAME && time(0, 1).abs_diff(usual * 2) <= FRAME);
        assert!(time(0, 9).abs_diff(usual * 4) <= FRAME * 4, "there is a slowest");
        let mut playback = playback(1, Motion::Smooth);
        assert_eq!(playback.speed(), "1×");
        playback.slower();
        assert_eq!(playback.speed(), "0.5×");
        (0..9).for_each(|_| playback.faster());
        assert_eq!(playback.speed(), "16×");
    }

    #[test]
    fn a_long_pause_between_two_pictures_is_no_leap() {
        let mut playback = playback(10, Motion::Smooth);
        playback.start(0.into()..=9.into());
        playback.tick(Duration::from_secs(3600));
        assert_eq!(playback.layer(), 0);
    }

    #[test]
    fn of_no_layers_nothing_runs_for_long() {
        let mut playback = playback(0, Motion::Smooth);
        playback.start(0.into()..=0.into());
        playback.tick(FRAME);
        playback.forward();
        playback.back();
        playback.toggle();
        playback.tick(FRAME);
        assert_eq!(
            (playback.is_running(), playback.layer(), playback.layer_at(500)),
            (false, 0.into(), 0.into())
        );
    }

    #[test]
    fn between_two_numbers_lies_what_is_between_them() {
        assert_eq!((between(10, 20, 500), between(20, 10, 500)), (15, 15));
        assert_eq!((between(0, u64::MAX, WHOLE), between(u64::MAX, 0, WHOLE)), (u64::MAX, 0));
        assert_eq!((between(7, 9, 0), between(9, 7, 0)), (7, 9));
    }
}
