//! The replay of the build: layers arrive one by one, the image grows, the tree fills. Deleting
//! files only empties the tree.

mod account;
mod branches;
mod draw;
mod losses;
mod path;
mod playback;
mod schedule;
mod stage;
mod transport;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Look;
use super::timeline::{CHART_LEAST, Chart, Column, Point};
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use branches::{Branches, Presence};
use layerscope::LayerIndex;
use losses::Losses;
use path::{Shown, State};
use playback::{Playback, between};
use schedule::Schedule;
use stage::Stage;
use transport::Click;

pub use playback::Motion;

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::ReplayPause], "play / pause"),
    (&[Action::Left, Action::Right], "layer"),
    (&[Action::Faster, Action::Slower], "speed"),
    (&[Action::Enter], "explore"),
    (&[Action::ReplayAgain], "again"),
    (&[Action::Quit], "quit"),
];

/// The state of the replay, with everything that is computed only once.
pub struct Replay {
    points: Arc<[Point]>,
    playback: Playback,
    losses: Losses,
    /// The paths that are shown.
    branches: Branches,
    is_shown: bool,
    /// True if the user has moved the replay, so that it stays where it is.
    is_begun: bool,
}

impl Replay {
    pub fn new(points: Arc<[Point]>, explorer: &Explorer, motion: Motion) -> Self {
        let schedule = Schedule::from_sizes(
            points.iter().map(|point| (point.added + point.changed).max(point.hidden)),
        );
        Self {
            losses: Losses::new(points.len(), &explorer.groups),
            playback: Playback::new(schedule, motion),
            points,
            branches: Branches::new(&explorer.inspection.tree, &explorer.weights),
            is_shown: false,
            is_begun: false,
        }
    }

    fn last(&self) -> LayerIndex {
        LayerIndex::highest(self.points.len()).unwrap_or_default()
    }

    /// Shows the replay: from the start if no particular layer is selected, and otherwise after the
    /// selected layer.
    ///
    /// The first and the last layer are not particular: they are selected by default.
    pub fn enter(&mut self, explorer: &Explorer) {
        if std::mem::replace(&mut self.is_shown, true) {
            return;
        }
        let layer = explorer.layer;
        if self.is_begun && layer == self.playback.layer() && !self.playback.is_over() {
            return;
        }
        self.is_begun = true;
        match self.playback.motion() {
            Motion::Smooth if layer == LayerIndex::FIRST || layer == self.last() => {
                self.start(LayerIndex::FIRST..=self.last());
            }
            Motion::Still if layer == self.last() => self.playback.stand_at(LayerIndex::FIRST),
            Motion::Smooth | Motion::Still => self.playback.stand_at(layer),
        }
    }

    /// Pauses when another view is shown.
    pub fn leave(&mut self) {
        self.is_shown = false;
        self.playback.pause();
    }

    /// Replays from the start of a layer to the end of another.
    pub fn start(&mut self, layers: RangeInclusive<LayerIndex>) {
        self.is_begun = true;
        self.playback.start(layers);
    }

    pub fn is_running(&self) -> bool {
        self.is_shown && self.playback.is_running()
    }

    /// Returns the current layer.
    pub fn layer(&self) -> LayerIndex {
        self.playback.layer()
    }

    /// Advances the replay by some time.
    pub fn tick(&mut self, time: Duration) {
        self.playback.tick(time);
    }

    /// Performs an action; returns whether to go to the explorer.
    pub fn act(&mut self, action: Action) -> bool {
        match action {
            Action::ReplayPause => self.playback.toggle(),
            Action::Right | Action::NextLayer => self.playback.forward(),
            Action::Left | Action::PreviousLayer => self.playback.back(),
            Action::First => self.playback.rewind(),
            Action::Last => self.playback.end(),
            Action::Faster => self.playback.faster(),
            Action::Slower => self.playback.slower(),
            Action::Enter => return true,
            _ => {}
        }
        false
    }

    /// Goes to the layer at a cell, or toggles the replay; returns whether it was a layer.
    pub fn select(&mut self, look: Look<'_>, at: Position, area: Rect) -> bool {
        let stage = Stage::fit_into(area);
        let layers = self.points.len();
        let (list, chart) = stage.list_and_chart(layers);
        let click = if list.contains(at) {
            let row = self.first_listed(usize::from(list.height)) + usize::from(at.y - list.y);
            let layer = LayerIndex::new(row);
            (layer <= self.playback.layer()).then_some(Click::Layer(layer))
        } else if chart.contains(at) && usize::from(chart.height) >= CHART_LEAST {
            self.chart(look, chart).layer_at(usize::from(at.x - chart.x)).map(Click::Layer)
        } else {
            transport::clicked(&self.playback, layers, at, stage.transport)
        };
        match click {
            Some(Click::Layer(layer)) => self.playback.stand_at(layer),
            Some(Click::Toggle) => self.playback.toggle(),
            None => {}
        }
        matches!(click, Some(Click::Layer(_)))
    }

    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        draw::draw(self, explorer, look, area, buffer);
    }

    /// Returns the final size of the image, which is the largest.
    fn most(&self) -> u64 {
        self.points.last().map_or(0, |point| point.size)
    }

    /// Returns the sign before the size of the image so far, if that is a lower bound.
    fn bound(&self) -> &'static str {
        let so_far = self.points.iter().take(self.playback.layer().count());
        if so_far.into_iter().all(|point| point.whole) { "" } else { "≥ " }
    }

    fn chart(&self, look: Look<'_>, area: Rect) -> Chart {
        Chart::new(
            self.most(),
            LayerIndex::all(self.points.len()).collect(),
            self.playback.layer(),
            false,
            look,
            area,
        )
    }

    /// Returns the current sizes of the image.
    fn column(&self) -> Column {
        self.column_of(self.playback.layer()).unwrap_or(Column {
            size: 0,
            visible: 0,
            added: 0,
            whole: true,
        })
    }

    /// Returns the sizes of the image after a layer, or while that layer arrives.
    fn column_of(&self, layer: LayerIndex) -> Option<Column> {
        let now = layer.get_from(&self.points).filter(|_| layer <= self.playback.layer())?.column();
        if layer < self.playback.layer() {
            return Some(now);
        }
        let before = layer.previous().map(|before| self.points[before]).unwrap_or_default();
        let done = self.playback.done();
        let size = between(before.size, now.size, done);
        Some(Column {
            size,
            visible: between(before.visible, now.visible, done).min(size),
            added: 0,
            whole: now.whole,
        })
    }

    /// Returns the first of the layers that fit, including the newest.
    fn first_listed(&self, rows: usize) -> usize {
        self.playback.layer().count().saturating_sub(rows)
    }

    /// Returns a path in its current state; `None` as long as it has not existed.
    fn path(&self, path: usize) -> Option<Shown<'_>> {
        let branches = &self.branches;
        let branch = branches.branch(path);
        let (layer, done) = (self.playback.layer(), self.playback.done());
        let before = layer.previous();
        let held = |layer: Option<LayerIndex>| {
            layer.map(|layer| branches.held(path, layer)).unwrap_or_default()
        };
        let presence = |layer: Option<LayerIndex>| {
            layer.map_or(Presence::Unmade, |layer| branch.presence(layer))
        };
        let (was, is) = (presence(before), presence(Some(layer)));
        let (held_before, held_now) = (held(before), held(Some(layer)));
        let state = match (done, was, is) {
            (_, Presence::Unmade, Presence::Unmade) => return None,
            (0, Presence::Unmade, _) => return None,
            (0, Presence::There, _) => State::Untouched,
            (0, Presence::Gone, _) => State::Deleted,
            _ => State::between(was, is, held_before != held_now),
        };
        Some(Shown {
            name: &branch.name,
            depth: branch.depth,
            state,
            visible: between(held_before.visible, held_now.visible, done),
            wasted: between(held_before.wasted, held_now.wasted, done),
            peak: before.map_or(0, |before| branches.peak(path, before)),
        })
    }
}
