//! The views beside the explorer: each shows the same inspection in another way, and shares its selection.

mod image;
mod timeline;
mod treemap;
mod waste;

use crossterm::event::KeyCode;
use layerscope::report::Units;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::explorer::Explorer;
use super::theme::Theme;

use image::ImageFacts;
use timeline::Timeline;
use treemap::Treemap;
use waste::Waste;

/// A way to look at an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum View {
    #[default]
    Explore,
    Waste,
    Timeline,
    Treemap,
    Image,
}

impl View {
    pub const ALL: [Self; 5] = [Self::Explore, Self::Waste, Self::Timeline, Self::Treemap, Self::Image];

    /// The view that a number key stands for.
    pub fn numbered(key: char) -> Option<Self> {
        let index = key.to_digit(10)?.checked_sub(1)?;
        Self::ALL.get(usize::try_from(index).ok()?).copied()
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Explore => "Explore",
            Self::Waste => "Waste",
            Self::Timeline => "Timeline",
            Self::Treemap => "Treemap",
            Self::Image => "Image",
        }
    }
}

/// What drawing needs besides the state.
#[derive(Clone, Copy)]
pub struct Look<'a> {
    pub theme: &'a Theme,
    pub units: Units,
}

/// The state of the views, made when the image has been read.
pub struct Views {
    waste: Waste,
    timeline: Timeline,
    treemap: Treemap,
    image: ImageFacts,
}

impl Views {
    pub fn new(explorer: &Explorer) -> Self {
        Self {
            waste: Waste::new(explorer),
            timeline: Timeline::new(explorer),
            treemap: Treemap::new(explorer),
            image: ImageFacts::new(explorer),
        }
    }

    /// Brings a view that is about to be shown to the explorer's selection.
    pub fn enter(&mut self, view: View, explorer: &Explorer) {
        match view {
            View::Waste => self.waste.enter(explorer),
            View::Treemap => self.treemap.enter(explorer),
            View::Explore | View::Timeline | View::Image => {}
        }
    }

    /// Takes a key in the area that the view is drawn in; says whether to go to the explorer now.
    pub fn key(&mut self, view: View, explorer: &mut Explorer, code: KeyCode, area: Rect) -> bool {
        match view {
            View::Explore => false,
            View::Waste => self.waste.key(explorer, code, area),
            View::Timeline => self.timeline.key(explorer, code, area),
            View::Treemap => self.treemap.key(explorer, code, area),
            View::Image => self.image.key(code, area),
        }
    }

    pub fn draw(&self, view: View, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        match view {
            View::Explore => {}
            View::Waste => self.waste.draw(explorer, look, area, buffer),
            View::Timeline => self.timeline.draw(explorer, look, area, buffer),
            View::Treemap => self.treemap.draw(explorer, look, area, buffer),
            View::Image => self.image.draw(look, area, buffer),
        }
    }

    /// The keys that matter in a view, for the footer and for `?`.
    pub fn keys(view: View) -> &'static [(&'static str, &'static str)] {
        match view {
            View::Explore => &[],
            View::Waste => waste::KEYS,
            View::Timeline => timeline::KEYS,
            View::Treemap => treemap::KEYS,
            View::Image => image::KEYS,
        }
    }
}
