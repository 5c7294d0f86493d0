//! The layers of the base image, which stand together in the list of layers, and the rows of that
//! list.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::base::Base;
use layerscope::display::Escaped;
use layerscope::escape::Untrusted;

use super::Explorer;

/// A row of the list of layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerRow {
    /// The base image, with all of its layers or as a heading above them.
    Base,
    /// A layer.
    Layer(LayerIndex),
}

/// The layers of the base image.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BaseLayers {
    /// The number of layers, which are the lowest ones.
    pub count: usize,
    /// The name of the base image, if it is known; escaped.
    pub name: Option<Escaped>,
    /// True if the layers are shown one by one.
    pub open: bool,
}

impl BaseLayers {
    pub fn from_base(base: &Base) -> Self {
        Self { count: base.layers, name: base.name.as_ref().map(Untrusted::escaped), open: false }
    }

    /// Returns the name on the screen.
    pub fn title(&self) -> String {
        self.name.as_ref().map_or_else(|| "base image".into(), |name| format!("{name} (base)"))
    }

    /// Returns the highest of the layers.
    fn highest(&self) -> LayerIndex {
        LayerIndex::highest(self.count).unwrap_or_default()
    }

    /// Returns whether the layers stand together: several of them, below layers of the user.
    pub fn stands_together(&self, inspection: &Inspection) -> bool {
        self.count > 1 && self.count < inspection.layers.len()
    }
}

impl Explorer {
    /// Returns the rows of the list of layers.
    pub fn layer_rows(&self) -> Vec<LayerRow> {
        let all = self.inspection.layers.len();
        let layers = |from: usize| LayerIndex::range(from..all).map(LayerRow::Layer);
        if !self.base.stands_together(&self.inspection) {
            return layers(0).collect();
        }
        let from = if self.base.open { 0 } else { self.base.count };
        std::iter::once(LayerRow::Base).chain(layers(from)).collect()
    }

    /// Returns the row of the selected layer.
    pub fn layer_row(&self) -> usize {
        let rows = self.layer_rows();
        rows.iter().position(|&row| row == LayerRow::Layer(self.layer)).unwrap_or(0)
    }

    /// Selects a row of the list of layers; the heading of an open base image stands for the layer
    /// below it.
    pub fn select_layer_row(&mut self, row: usize) {
        match self.layer_rows().get(row) {
            Some(&LayerRow::Layer(layer)) => self.select_layer(layer),
            Some(LayerRow::Base) if self.base.open => self.select_layer(LayerIndex::FIRST),
            Some(LayerRow::Base) => self.select_layer(self.base.highest()),
            None => {}
        }
    }

    /// Shows the layers of the base image one by one or together, if one of them is selected;
    /// returns whether that is so.
    pub fn toggle_base(&mut self) -> bool {
        let is_selected =
            self.base.stands_together(&self.inspection) && self.layer < self.base.count;
        if is_selected {
            self.base.open = !self.base.open;
            self.select_layer(self.base.highest());
        }
        is_selected
    }

    /// Opens the base image if a layer inside is selected, so that the selected layer has a row.
    pub(super) fn keep_layer_in_sight(&mut self) {
        self.base.open |= self.layer < self.base.highest();
    }
}
