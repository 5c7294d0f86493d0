//! An image before its layers are read: its name, and the layers in the manifest.

use layerscope::display::Escaped;
use layerscope::{Inspection, Opened};

/// A layer of the manifest, before it is read.
#[derive(Clone)]
pub struct LayerIntro {
    pub instruction: Escaped,
    pub stored: Option<u64>,
}

/// The facts about an image before its layers are read.
#[derive(Clone)]
pub struct Intro {
    pub name: Escaped,
    pub layers: Vec<LayerIntro>,
}

impl Intro {
    pub fn from_opened(opened: &Opened) -> Self {
        let layers = opened.image.layers.iter().map(|layer| LayerIntro {
            instruction: layer.instruction.one_line(),
            stored: layer.member.as_ref().map(|member| member.extent.len),
        });
        Self { name: opened.image.name(), layers: layers.collect() }
    }

    /// Takes the instructions of an image in which the secrets that were found are masked.
    pub fn mask(layers: &mut [LayerIntro], shown: &Inspection) {
        for (layer, account) in layers.iter_mut().zip(&shown.layers) {
            layer.instruction = account.instruction.one_line();
        }
    }
}
