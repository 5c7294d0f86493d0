//! The losses of layers to later ones: the wasted bytes of each layer over time, and the layers
//! that caused them.

use layerscope::LayerIndex;
use layerscope::analysis::WastedGroup;
use layerscope::tree::Reason;

/// The bytes that a layer removed from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// The layer that added the bytes.
    pub of: LayerIndex,
    pub bytes: u64,
    pub reason: Reason,
}

/// The losses of all layers.
pub struct Losses {
    /// For each layer, the wasted bytes as of later layers, in order.
    wasted: Vec<Vec<(LayerIndex, u64)>>,
    /// For each layer, the bytes that it removed from earlier ones, the largest first.
    taken: Vec<Vec<Loss>>,
}

impl Losses {
    /// Indexes groups, which are ordered by size, by their layers.
    pub fn new(layers: usize, groups: &[WastedGroup]) -> Self {
        let mut losses = Self { wasted: vec![Vec::new(); layers], taken: vec![Vec::new(); layers] };
        for group in groups.iter().filter(|group| group.bytes > 0) {
            losses.wasted[group.added_in].push((group.removed_in, group.bytes));
            if group.added_in < group.removed_in {
                let loss = Loss { of: group.added_in, bytes: group.bytes, reason: group.reason };
                losses.taken[group.removed_in].push(loss);
            }
        }
        for wasted in &mut losses.wasted {
            wasted.sort_unstable();
            let mut sum = 0;
            for (_, bytes) in wasted {
                sum += *bytes;
                *bytes = sum;
            }
        }
        losses
    }

    /// Returns the wasted bytes of a layer as of another one.
    pub fn wasted(&self, layer: LayerIndex, as_of: LayerIndex) -> u64 {
        let wasted = &self.wasted[layer];
        wasted[..wasted.partition_point(|&(removed_in, _)| removed_in <= as_of)]
            .last()
            .map_or(0, |&(_, bytes)| bytes)
    }

    /// Returns the bytes that a layer removed from earlier ones.
    pub fn taken(&self, layer: LayerIndex) -> &[Loss] {
        layer.get_from(&self.taken).map_or(&[], Vec::as_slice)
    }
}
