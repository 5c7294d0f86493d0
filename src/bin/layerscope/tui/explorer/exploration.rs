//! The explorer as it is drawn: the image, if it has been read, and what is selected and typed.

use layerscope::LayerIndex;
use layerscope::report::Units;

use super::details::Details;
use super::search::Search;
use super::{Explorer, LayerRow};
use crate::intro::LayerIntro;
use crate::tui::layout::Pane;

/// A query that is typed below the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Query {
    Search,
    Filter,
}

/// The first visible rows of the lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Tops {
    pub layers: usize,
    pub tree: usize,
}

/// Everything that the panes of the explorer show.
#[derive(Clone, Copy)]
pub struct Exploration<'a> {
    /// The image; `None` while it is read.
    pub explorer: Option<&'a Explorer>,
    /// The layers, as the manifest and the config describe them.
    pub intro: &'a [LayerIntro],
    pub search: &'a Search,
    /// The query that keys go to, if there is one.
    pub query: Option<Query>,
    pub details: &'a Details,
    pub details_scroll: usize,
    pub focus: Pane,
    pub tops: Tops,
    pub units: Units,
    /// The layer above which a question of a lesson keeps the layers secret.
    pub secret_above: Option<LayerIndex>,
}

impl Exploration<'_> {
    /// Returns whether a question of a lesson keeps a layer secret.
    pub fn is_kept_secret(&self, layer: LayerIndex) -> bool {
        self.secret_above.is_some_and(|shown| layer > shown)
    }

    /// Returns the rows of the list of layers.
    pub fn layer_rows(&self) -> Vec<LayerRow> {
        self.explorer.map_or_else(
            || LayerIndex::all(self.intro.len()).map(LayerRow::Layer).collect(),
            Explorer::layer_rows,
        )
    }
}
