//! What is wrong with a part of an image: said beside the rest, which is shown.

/// A remark on an image or on one of its layers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// The layer it speaks of, counted from 0.
    pub layer: Option<usize>,
    /// A sentence without a capital and a full stop, escaped for display.
    pub text: String,
}

impl Warning {
    /// A remark on the image as a whole.
    pub fn image(text: impl Into<String>) -> Self {
        Self { layer: None, text: text.into() }
    }

    /// A remark on layer `layer`, counted from 0.
    pub fn layer(layer: usize, text: impl Into<String>) -> Self {
        Self { layer: Some(layer), text: text.into() }
    }
}

impl std::fmt::Display for Warning {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.layer {
            Some(layer) => write!(f, "layer {layer}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}
