//! The losses of layers to later ones: the wasted bytes of each layer over time, and the layers
//! that caused them.

use layerscope::analysis::DeadGroup;
use layerscope::tree::Cause;

/// The bytes that a layer removed from another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// The layer that added the bytes.
    pub of: usize,
    pub bytes: u64,
    pub cause: Cause,
}

/// The losses of all layers.
pub struct Losses {
    /// For each layer, the wasted bytes as of later layers, in order.
    dead: Vec<Vec<(usize, u64)>>,
    /// For each layer, the bytes that it removed from earlier ones, the largest first.
    taken: Vec<Vec<Loss>>,
}

impl Losses {
    /// Indexes groups, which are ordered by size, by their layers.
    pub fn new(layers: usize, groups: &[DeadGroup]) -> Self {
        let mut losses = Self { dead: vec![Vec::new(); layers], taken: vec![Vec::new(); layers] };
        for group in groups.iter().filter(|group| group.bytes > 0) {
            losses.dead[group.born_in].push((group.died_in, group.bytes));
            if group.born_in < group.died_in {
                let loss = Loss { of: group.born_in, bytes: group.bytes, cause: group.cause };
                losses.taken[group.died_in].push(loss);
            }
        }
        for dead in &mut losses.dead {
            dead.sort_unstable();
            let mut sum = 0;
            for (_, bytes) in dead {
                sum += *bytes;
                *bytes = sum;
            }
        }
        losses
    }

    /// Returns the wasted bytes of a layer as of another one.
    pub fn dead(&self, layer: usize, as_of: usize) -> u64 {
        let dead = &self.dead[layer];
        dead[..dead.partition_point(|&(died_in, _)| died_in <= as_of)].last().map_or(0, |&(_, bytes)| bytes)
    }

    /// Returns the bytes that a layer removed from earlier ones.
    pub fn taken(&self, layer: usize) -> &[Loss] {
        self.taken.get(layer).map_or(&[], Vec::as_slice)
    }
}
