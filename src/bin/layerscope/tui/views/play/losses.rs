//! What layers have lost to later ones: how much of each is dead by when, and whose bytes each one took away.

use layerscope::analysis::DeadGroup;
use layerscope::tree::Cause;

/// What a layer took away from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Loss {
    /// The layer that ships the bytes.
    pub of: usize,
    pub bytes: u64,
    /// How most of them died.
    pub cause: Cause,
}

/// The losses of all layers.
pub struct Losses {
    /// Of each layer, by when how many of its bytes are dead, the layers in order.
    dead: Vec<Vec<(usize, u64)>>,
    /// Of each layer, what it took away from earlier ones, most bytes first.
    taken: Vec<Vec<Loss>>,
}

impl Losses {
    /// Sorts groups, the biggest of which come first, by the layers that they are of.
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

    /// The bytes of a layer that are dead as of another one.
    pub fn dead(&self, layer: usize, as_of: usize) -> u64 {
        let dead = &self.dead[layer];
        dead[..dead.partition_point(|&(died_in, _)| died_in <= as_of)].last().map_or(0, |&(_, bytes)| bytes)
    }

    /// What a layer took away from earlier ones.
    pub fn taken(&self, layer: usize) -> &[Loss] {
        self.taken.get(layer).map_or(&[], Vec::as_slice)
    }
}
