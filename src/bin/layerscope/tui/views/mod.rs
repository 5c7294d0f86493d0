//! The views beside the explorer. Each shows the same inspection in another way, and shares its
//! selection.

mod findings;
mod image;
mod ladder;
mod replay;
mod timeline;
mod treemap;
mod waste;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::assessment::Study;
use layerscope::recorded::ChangeRecord;
use layerscope::report::{Units, changes};
use layerscope::tree::NodeId;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::explorer::rows::Scope;
use super::explorer::{Assessment, Explorer, WastedBelow};
use super::keys::Action;
use super::overlay::explain::Subject;
use super::overlay::proposal::Proposal;
use super::widgets::WHEEL;
use crate::tui::keys::help::Line as Hint;
use crate::tui::widgets::theme::Theme;
use crate::view::View;

pub use replay::Motion;

use findings::Findings;
use image::ImageFacts;
use ladder::Ladder;
use replay::Replay;
use timeline::Timeline;
use treemap::Treemap;
use waste::Waste;

impl View {
    /// Returns the view of an action.
    pub fn asked_for(action: Action) -> Option<Self> {
        Self::ALL.into_iter().find(|view| view.action() == action)
    }

    /// Returns the action of a view.
    pub fn action(self) -> Action {
        match self {
            Self::Explore => Action::ViewExplore,
            Self::Waste => Action::ViewWaste,
            Self::Timeline => Action::ViewTimeline,
            Self::Treemap => Action::ViewTreemap,
            Self::Image => Action::ViewImage,
            Self::Findings => Action::ViewFindings,
            Self::Sizes => Action::ViewSizes,
            Self::Replay => Action::ViewReplay,
        }
    }
}

/// The keys where there is no layer to go through.
const NO_LAYERS: &[Hint] =
    &[(&[Action::Help], "help"), (&[Action::ViewExplore], "explore"), (&[Action::Quit], "quit")];

/// The settings for drawing besides the state.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub theme: &'a Theme,
    pub units: Units,
}

/// The states of the views, made when the image has been read.
pub struct Views {
    waste: Waste,
    timeline: Timeline,
    treemap: Treemap,
    image: ImageFacts,
    findings: Findings,
    ladder: Ladder,
    replay: Replay,
}

/// All that an image is shown with, made beside the screen: in a large image that takes too long
/// for a key to wait.
pub struct Prepared {
    pub explorer: Box<Explorer>,
    pub views: Box<Views>,
}

impl Prepared {
    /// Prepares an image that has been studied.
    pub fn studied(
        inspection: &Arc<Inspection>,
        study: &Arc<Study>,
        motion: Motion,
        units: Units,
    ) -> Self {
        let Self { mut explorer, mut views } = Self::new(inspection.clone(), motion);
        let studied = Studied::new(inspection, study, &explorer.wasted_below);
        views.assess(&mut explorer, studied, units);
        Self { explorer, views }
    }

    pub fn new(inspection: Arc<Inspection>, motion: Motion) -> Self {
        let explorer = Box::new(Explorer::new(inspection));
        let views = Box::new(Views::new(&explorer, motion));
        Self { explorer, views }
    }
}

/// All that a study is shown with, made beside the screen like what was prepared before it.
pub struct Studied {
    assessment: Assessment,
    /// The changes in the words of the reports.
    told: Vec<ChangeRecord>,
    /// The texts of the image, if secrets are masked in them.
    texts: Option<image::Texts>,
}

impl Studied {
    /// Prepares the study of an image that is shown; `order` is the explorer's.
    pub fn new(inspection: &Inspection, study: &Arc<Study>, order: &WastedBelow) -> Self {
        Self {
            told: changes(study.shown(inspection), study),
            texts: study.shown.as_ref().map(|shown| image::Texts::new(shown)),
            assessment: Assessment::new(study.shown(inspection), study, order),
        }
    }
}

impl Views {
    fn new(explorer: &Explorer, motion: Motion) -> Self {
        let points: Arc<[_]> = timeline::points(&explorer.inspection).into();
        Self {
            waste: Waste::new(explorer),
            timeline: Timeline::new(points.clone()),
            treemap: Treemap::new(explorer),
            image: ImageFacts::new(explorer),
            findings: Findings::new(),
            ladder: Ladder::new(),
            replay: Replay::new(points, explorer, motion),
        }
    }

    /// Sets the results of a study, also in the explorer. What takes longer the larger the image is
    /// was done beside the screen.
    pub fn assess(&mut self, explorer: &mut Explorer, studied: Studied, units: Units) {
        let Studied { assessment, told, texts } = studied;
        let study = assessment.study.clone();
        explorer.assess(assessment);
        self.findings.studied(&study, told, units);
        self.ladder.studied(&study);
        self.image.studied(&explorer.inspection, &study, texts, units);
    }

    /// Moves a view that is about to be shown to the explorer's selection.
    pub fn enter(&mut self, view: View, explorer: &Explorer) {
        match view {
            View::Waste => self.waste.enter(explorer),
            View::Treemap => self.treemap.enter(explorer),
            View::Sizes => self.ladder.enter(explorer),
            View::Replay => self.replay.enter(explorer),
            View::Image => self.image.point_at(None, Rect::default()),
            View::Explore | View::Timeline | View::Findings => {}
        }
    }

    /// Stops the animation of a view that is no longer shown.
    pub fn leave(&mut self, view: View) {
        if view == View::Replay {
            self.replay.leave();
        }
    }

    /// Returns whether an animation is running in a view.
    pub fn is_moving(&self, view: View) -> bool {
        view == View::Replay && self.replay.is_running()
    }

    /// Advances a view by some time.
    pub fn tick(&mut self, view: View, explorer: &mut Explorer, time: Duration) {
        if view == View::Replay {
            self.replay.tick(time);
            if !self.replay.is_running() {
                self.settle(view, explorer);
            }
        }
    }

    /// Selects the layer that an animation has reached.
    pub fn settle(&self, view: View, explorer: &mut Explorer) {
        if view == View::Replay {
            explorer.select_layer(self.replay.layer());
        }
    }

    /// Replays layers, from the start of the first to the end of the last.
    pub fn replay(&mut self, layers: RangeInclusive<LayerIndex>) {
        self.replay.start(layers);
    }

    /// Performs an action in a view drawn in `area`; returns the view to go to.
    pub fn act(
        &mut self,
        view: View,
        explorer: &mut Explorer,
        action: Action,
        area: Rect,
    ) -> Option<View> {
        let leaves = match view {
            View::Explore => false,
            View::Waste => self.waste.act(explorer, action, area),
            View::Timeline => self.timeline.act(explorer, action, area),
            View::Treemap => self.treemap.act(explorer, action, area),
            View::Image => self.image.act(action, area),
            View::Findings => {
                let next = self.findings.act(explorer, action, area);
                if next == Some(View::Image) {
                    let secret = self.findings.secret();
                    self.image.point_at(secret, area);
                }
                return next;
            }
            View::Sizes => self.ladder.act(explorer, action),
            View::Replay => {
                let leaves = self.replay.act(action);
                self.settle(view, explorer);
                leaves
            }
        };
        leaves.then_some(View::Explore)
    }

    /// Selects the item at a cell; returns whether there is one.
    pub fn select(
        &mut self,
        view: View,
        explorer: &mut Explorer,
        look: Look<'_>,
        at: Position,
        area: Rect,
    ) -> bool {
        match view {
            View::Explore => false,
            View::Image => self.image.select(look, at, area),
            View::Waste => self.waste.select(explorer, at, area),
            View::Timeline => self.timeline.select(explorer, look, at, area),
            View::Treemap => self.treemap.select(explorer, at, area),
            View::Findings => self.findings.select(explorer, at, area),
            View::Sizes => self.ladder.select(look, at, area),
            View::Replay => {
                let hit = self.replay.select(look, at, area);
                self.settle(view, explorer);
                hit
            }
        }
    }

    /// Scrolls lists and texts, steps through the layers of timeline and replay, or zooms the
    /// treemap.
    pub fn wheel(
        &mut self,
        view: View,
        explorer: &mut Explorer,
        look: Look<'_>,
        at: Position,
        down: bool,
        area: Rect,
    ) {
        let (action, times) = match (view, down) {
            (View::Timeline | View::Replay, true) => (Action::Right, 1),
            (View::Timeline | View::Replay, false) => (Action::Left, 1),
            (View::Treemap, true) => (Action::ZoomOut, 1),
            (View::Treemap, false) => {
                self.select(view, explorer, look, at, area);
                (Action::ZoomIn, 1)
            }
            (_, true) => (Action::Down, WHEEL),
            (_, false) => (Action::Up, WHEEL),
        };
        for _ in 0..times {
            self.act(view, explorer, action, area);
        }
    }

    /// Returns the selection of a view and the layer that applies; `None` if it is the explorer's
    /// selection.
    pub fn selected(&self, view: View, explorer: &Explorer) -> Option<(NodeId, LayerIndex)> {
        match view {
            View::Waste => self.waste.selected_path(explorer),
            View::Treemap => self.treemap.selected_path().map(|node| (node, explorer.layer)),
            View::Findings => self.findings.selected_path(),
            View::Explore | View::Timeline | View::Image | View::Sizes | View::Replay => None,
        }
    }

    /// Returns the lines that can be copied from a view, if they are not a path.
    pub fn lines_to_copy(&self, view: View, explorer: &Explorer) -> Option<Vec<String>> {
        match view {
            View::Findings => self.findings.lines_to_copy(&explorer.inspection),
            View::Sizes => self.ladder.lines_to_copy(),
            View::Explore
            | View::Waste
            | View::Timeline
            | View::Treemap
            | View::Image
            | View::Replay => None,
        }
    }

    /// Returns the selected change of the findings as a difference.
    pub fn proposal(&self, explorer: &Explorer) -> Option<Proposal> {
        self.findings.proposal(explorer)
    }

    /// Explains why the selected row of the findings cannot be marked.
    pub fn unmarkable(&self) -> &'static str {
        self.findings.unmarkable()
    }

    /// Marks the selected change of the findings in the explorer; returns whether there is one.
    pub fn mark_change(&self, explorer: &mut Explorer) -> bool {
        self.findings.mark(explorer)
    }

    /// Returns what the figure under the cursor of a view is explained by, the most specific first.
    pub fn explained(&self, view: View, explorer: &Explorer) -> Vec<Subject> {
        let layer = explorer.layer;
        match view {
            View::Waste => self.waste.explained(explorer),
            View::Treemap => {
                let tile = self.treemap.selected_totals(explorer);
                let path =
                    |(node, totals)| Subject::Path { node, layer, scope: Scope::UpTo, totals };
                tile.map(path).into_iter().collect()
            }
            View::Timeline | View::Replay => vec![Subject::UpTo(layer)],
            View::Findings => self.findings.explained(),
            View::Sizes => self.ladder.explained(explorer).into_iter().collect(),
            View::Image => self.image.explained().into_iter().collect(),
            View::Explore => Vec::new(),
        }
    }

    /// Returns the number of tiles in the treemap.
    #[cfg(test)]
    pub fn tiles(&self, explorer: &Explorer, area: Rect) -> usize {
        self.treemap.count(explorer, area)
    }

    pub fn draw(
        &self,
        view: View,
        explorer: &Explorer,
        look: Look<'_>,
        area: Rect,
        buffer: &mut Buffer,
    ) {
        match view {
            View::Explore => {}
            View::Waste => self.waste.draw(explorer, look, area, buffer),
            View::Timeline => self.timeline.draw(explorer, look, area, buffer),
            View::Treemap => self.treemap.draw(explorer, look, area, buffer),
            View::Image => self.image.draw(look, area, buffer),
            View::Findings => self.findings.draw(explorer, look, area, buffer),
            View::Sizes => self.ladder.draw(look, area, buffer),
            View::Replay => self.replay.draw(explorer, look, area, buffer),
        }
    }

    /// Returns the key hints of a view for the footer.
    pub fn keys(&self, view: View, explorer: &Explorer) -> &'static [Hint] {
        match view {
            View::Explore => &[],
            View::Timeline | View::Replay if explorer.inspection.layers.is_empty() => NO_LAYERS,
            View::Waste => self.waste.keys(),
            View::Timeline => timeline::KEYS,
            View::Treemap => self.treemap.keys(explorer),
            View::Image => image::KEYS,
            View::Findings => self.findings.keys(),
            View::Sizes => self.ladder.keys(),
            View::Replay => replay::KEYS,
        }
    }
}
