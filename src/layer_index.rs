//! The place of a layer in its image.

use std::cmp::Ordering;
use std::fmt;
use std::ops::{Index, IndexMut, Range};

use serde::Serialize;

use crate::escape::Shown;

/// The place of a layer in its image, counted from 0 at the bottom.
///
/// It is a type of its own so that it is never mixed up with a number of layers, or with the
/// number of an instruction. Lists with an item for each layer are indexed with it, and it compares
/// with a number: `layer < base_layers` tells whether a layer is one of the lowest `base_layers`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct LayerIndex(u16);

impl LayerIndex {
    /// The lowest layer.
    pub const FIRST: Self = Self(0);

    /// A place above every layer: what is there after it is in the final filesystem.
    pub const FINAL: Self = Self(u16::MAX - 1);

    /// A mark for what no layer removed.
    pub(crate) const NEVER: Self = Self(u16::MAX);

    /// Returns the layer with this many layers below it, or [`LayerIndex::FINAL`] if there are more
    /// than any image has.
    pub fn new(below: usize) -> Self {
        u16::try_from(below).map_or(Self::FINAL, Self::from)
    }

    /// Returns the number of layers below.
    pub fn get(self) -> usize {
        usize::from(self.0)
    }

    /// Returns the highest of a number of layers.
    pub fn highest(count: usize) -> Option<Self> {
        Self::new(count).previous()
    }

    /// Says which layers there are up to this one: `layer 0`, or `layers 0–3`.
    pub fn all_up_to(self) -> String {
        if self == Self::FIRST { "layer 0".into() } else { format!("layers 0–{self}") }
    }

    /// Names the layers from this one to another: `1 and 2`, `1 to 3`.
    pub fn to(self, last: Self) -> String {
        let word = if self.next() == last { "and" } else { "to" };
        format!("{self} {word} {last}")
    }

    /// Returns the number of layers up to this one.
    pub fn count(self) -> usize {
        self.get() + 1
    }

    /// Returns the layer above.
    pub fn next(self) -> Self {
        Self::from(self.0.saturating_add(1))
    }

    /// Returns the layer below.
    pub fn previous(self) -> Option<Self> {
        self.0.checked_sub(1).map(Self)
    }

    /// Returns the layers from this one up to another, both included.
    pub fn up_to(self, last: Self) -> impl LayerIndices {
        Self::range(self.get()..last.count())
    }

    /// Returns the lowest layers of an image, as many as `count`.
    pub fn all(count: usize) -> impl LayerIndices {
        Self::range(0..count)
    }

    /// Returns the layers between two numbers of layers: those of the second number without those
    /// of the first.
    pub fn range(counts: Range<usize>) -> impl LayerIndices {
        counts.map(Self::new)
    }

    /// Returns the items of a list with an item for each layer, each with its layer.
    pub fn numbered<T>(
        items: &[T],
    ) -> impl DoubleEndedIterator<Item = (Self, &T)> + ExactSizeIterator + Clone {
        Self::all(items.len()).zip(items)
    }

    /// Returns the item of this layer in a list with an item for each layer, if it is that long.
    pub fn get_from<T>(self, items: &[T]) -> Option<&T> {
        items.get(self.get())
    }
}

/// An iterator over layers.
pub trait LayerIndices: DoubleEndedIterator<Item = LayerIndex> + ExactSizeIterator + Clone {}

impl<T: DoubleEndedIterator<Item = LayerIndex> + ExactSizeIterator + Clone> LayerIndices for T {}

impl From<u16> for LayerIndex {
    fn from(below: u16) -> Self {
        Self(below).min(Self::FINAL)
    }
}

impl fmt::Display for LayerIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Shown for LayerIndex {}

impl PartialEq<usize> for LayerIndex {
    fn eq(&self, number: &usize) -> bool {
        self.get() == *number
    }
}

impl PartialOrd<usize> for LayerIndex {
    fn partial_cmp(&self, number: &usize) -> Option<Ordering> {
        self.get().partial_cmp(number)
    }
}

impl<T> Index<LayerIndex> for Vec<T> {
    type Output = T;

    fn index(&self, layer: LayerIndex) -> &T {
        &self[layer.get()]
    }
}

impl<T> IndexMut<LayerIndex> for Vec<T> {
    fn index_mut(&mut self, layer: LayerIndex) -> &mut T {
        &mut self[layer.get()]
    }
}

impl<T> Index<LayerIndex> for [T] {
    type Output = T;

    fn index(&self, layer: LayerIndex) -> &T {
        &self[layer.get()]
    }
}

impl<T> IndexMut<LayerIndex> for [T] {
    fn index_mut(&mut self, layer: LayerIndex) -> &mut T {
        &mut self[layer.get()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_layer_is_above_the_final_filesystem_nor_below_the_first() {
        for number in [usize::from(u16::MAX) - 1, usize::from(u16::MAX), usize::MAX] {
            assert_eq!(LayerIndex::new(number), LayerIndex::FINAL);
        }
        assert_eq!(LayerIndex::FINAL.next(), LayerIndex::FINAL);
        assert!(LayerIndex::FINAL < LayerIndex::NEVER);
        assert_eq!(LayerIndex::FIRST.previous(), None);
        assert_eq!((LayerIndex::highest(0), LayerIndex::highest(3)), (None, Some(2.into())));
    }

    #[test]
    fn ranges_are_those_of_the_numbers() {
        let layers = |layers: &mut dyn Iterator<Item = LayerIndex>| -> Vec<usize> {
            layers.map(LayerIndex::get).collect()
        };
        assert_eq!(layers(&mut LayerIndex::all(3)), [0, 1, 2]);
        assert_eq!(layers(&mut LayerIndex::range(1..3)), [1, 2]);
        assert_eq!(layers(&mut LayerIndex::from(2).up_to(4.into())), [2, 3, 4]);
        assert_eq!(LayerIndex::from(4).up_to(2.into()).len(), 0);
        assert_eq!(LayerIndex::from(1).get_from(&["a", "b"]), Some(&"b"));
        assert_eq!(LayerIndex::from(2).get_from(&["a", "b"]), None);
    }
}
