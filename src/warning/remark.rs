//! A remark on an image or on one of its layers.

use super::{Gap, WarningKind};
use crate::layer_index::LayerIndex;

/// A remark on an image or on one of its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The layer, counted from 0; `None` for the image as a whole.
    pub layer: Option<LayerIndex>,
    /// The remark itself.
    pub kind: WarningKind,
}

impl Warning {
    /// Makes a warning about the image as a whole.
    pub fn image(kind: impl Into<WarningKind>) -> Self {
        Self { layer: None, kind: kind.into() }
    }

    /// Makes a remark on layer `layer`, counted from 0.
    pub fn layer(layer: LayerIndex, kind: impl Into<WarningKind>) -> Self {
        Self { layer: Some(layer), kind: kind.into() }
    }

    /// Returns the part of the account that is incomplete for this reason; `None` if it is
    /// complete.
    pub fn gap(&self) -> Option<Gap> {
        self.kind.gap()
    }
}
