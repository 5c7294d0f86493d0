//! Finds the layers that two images share, and with them the download size of one for users of the
//! other.

use crate::escape::Untrusted;
use std::collections::{HashMap, HashSet};

use super::paths::{PathChange, changed_at};
use crate::analysis::{Inspection, LayerAccount, Listing};
use crate::layer_index::LayerIndex;
use crate::warning::Known;

/// The most paths that are listed as reasons for the end of sharing.
const NAMED: usize = 3;

/// The layers that a second image shares with a first.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Sharing {
    /// For each layer of the second image, the index of the same layer in the first.
    pub same: Vec<Option<LayerIndex>>,
    /// The number of layers, from the lowest up, that are the same in both images.
    pub common: usize,
    /// For each layer of the second image, whether it is downloaded: it is neither shared nor the
    /// same as a lower one.
    pub sent: Vec<bool>,
    /// The download size of the second image for users of the first, in bytes as its archive stores
    /// the layers.
    pub download: u64,
    /// True if `download` is the size that a registry sends, because the archive's layers are
    /// compressed.
    pub exact: bool,
    /// True if the bytes of a layer that is downloaded are not known, so that `download` is a lower
    /// bound.
    pub at_least: bool,
    /// The largest differences in the first layer that is not shared: the paths that ended the
    /// sharing.
    pub broken_by: Vec<PathChange>,
}

impl Sharing {
    /// Returns a clause to follow a download size that is not exact.
    pub fn qualification(&self) -> &'static str {
        match (self.exact, self.at_least) {
            (true, _) => "",
            (false, true) => " or more, since not all of it is in the archive",
            (false, false) => " (uncompressed)",
        }
    }

    /// Returns the number of layers of the second image that the first one has.
    pub fn shared(&self) -> usize {
        self.same.iter().flatten().count()
    }
}

/// Finds the layers that `second` shares with `first`, by digest or diff ID.
pub fn sharing(first: &Inspection, second: &Inspection) -> Sharing {
    let known = Places::from_layers(&first.layers);
    // The same index is tried first, because a layer may be in an image several times.
    let same_place =
        |i: LayerIndex, layer| i.get_from(&first.layers).is_some_and(|other| is_same(layer, other));
    let found = |(i, layer)| if same_place(i, layer) { Some(i) } else { known.place(layer) };
    let same: Vec<Option<LayerIndex>> = LayerIndex::numbered(&second.layers).map(found).collect();
    let common = LayerIndex::numbered(&same).take_while(|&(i, &other)| other == Some(i)).count();
    let missing = || {
        second.layers.iter().zip(&same).filter(|(_, same)| same.is_none()).map(|(layer, _)| layer)
    };
    let mut counted: HashSet<&Untrusted> = HashSet::new();
    let mut sent = Vec::with_capacity(second.layers.len());
    for (layer, same) in second.layers.iter().zip(&same) {
        // A layer that occurs several times is sent once.
        let digest = layer.digest.as_ref().or(layer.diff_id.as_ref());
        sent.push(same.is_none() && digest.is_none_or(|digest| counted.insert(digest)));
    }
    let bytes = second
        .layers
        .iter()
        .zip(&sent)
        .filter(|(_, sent)| **sent)
        .map(|(layer, _)| layer.stored_bytes);
    let download = bytes.fold(0, u64::saturating_add);
    let whole = first.completeness.sizes_are_exact() && second.completeness.sizes_are_exact();
    let exact = whole && missing().all(LayerAccount::is_compressed);
    let is_held = |(j, same): (LayerIndex, &Option<LayerIndex>)| {
        same.is_some() || second.completeness.layer(j) == Known::Whole
    };
    let at_least = !LayerIndex::numbered(&same).all(is_held);
    // The contents of single layers are known only of images that were read themselves.
    let are_whole = [first, second].iter().all(|image| image.listing == Listing::Whole);
    let broken = are_whole && common < second.layers.len() && common < first.layers.len();
    let broken_by =
        if broken { changed_at(first, second, LayerIndex::new(common), NAMED) } else { Vec::new() };
    Sharing { same, common, sent, download, exact, at_least, broken_by }
}

/// The place of a layer in two images.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LayerPlace {
    /// In both images, at these places.
    Both(LayerIndex, LayerIndex),
    /// Only in the first image.
    First(LayerIndex),
    /// Only in the second image.
    Second(LayerIndex),
}

impl LayerPlace {
    /// Returns the layer: of the second image, if that has it.
    pub fn account<'a>(self, first: &'a Inspection, second: &'a Inspection) -> &'a LayerAccount {
        match self {
            // If only the first image's archive has the layer, its facts are used.
            Self::Both(layer, other) if second.completeness.layer(other).is_nothing() => {
                &first.layers[layer]
            }
            Self::Both(_, layer) | Self::Second(layer) => &second.layers[layer],
            Self::First(layer) => &first.layers[layer],
        }
    }

    /// Returns how far the layer is known, from the image that knows more of it.
    pub fn known(self, first: &Inspection, second: &Inspection) -> Known {
        let of = |image: &Inspection, layer: Option<LayerIndex>| {
            layer.map(|layer| image.completeness.layer(layer))
        };
        let (one, two) = (of(first, self.first()), of(second, self.second()));
        match (one, two) {
            (Some(known), Some(other)) if !other.is_nothing() || known.is_nothing() => other,
            (Some(known), _) => known,
            (None, known) => known.unwrap_or_default(),
        }
    }

    /// Returns the index in the first image.
    pub fn first(self) -> Option<LayerIndex> {
        match self {
            Self::Both(first, _) | Self::First(first) => Some(first),
            Self::Second(_) => None,
        }
    }

    /// Returns the index in the second image.
    pub fn second(self) -> Option<LayerIndex> {
        match self {
            Self::Both(_, second) | Self::Second(second) => Some(second),
            Self::First(_) => None,
        }
    }
}

/// Merges the layers of both images into one list, in the order of the second image. Layers that
/// only the first image has stand where they were.
pub fn layer_places(first: &Inspection, second: &Inspection, sharing: &Sharing) -> Vec<LayerPlace> {
    let shown: HashSet<LayerIndex> = sharing.same.iter().flatten().copied().collect();
    let mut rest = LayerIndex::all(first.layers.len()).filter(|i| !shown.contains(i)).peekable();
    // One layer may be at several places in the first image.
    let known = Places::from_layers(&second.layers);
    let of_first = |i: LayerIndex| {
        known.place(&first.layers[i]).map_or(LayerPlace::First(i), |j| LayerPlace::Both(i, j))
    };
    let mut next_shared = LayerIndex::FINAL;
    let mut before_shared: Vec<LayerIndex> = Vec::with_capacity(sharing.same.len());
    for &same in sharing.same.iter().rev() {
        next_shared = same.unwrap_or(next_shared);
        before_shared.push(next_shared);
    }
    let mut places = Vec::with_capacity(first.layers.len() + second.layers.len());
    let limits = before_shared.into_iter().rev();
    for ((j, &same), limit) in LayerIndex::numbered(&sharing.same).zip(limits) {
        match same {
            Some(i) => {
                places.extend(
                    std::iter::from_fn(|| rest.next_if(|&before| before < i)).map(of_first),
                );
                places.push(LayerPlace::Both(i, j));
            }
            None => {
                // A replacement stands below the layer that it replaces.
                places.extend(rest.next_if(|&before| before < limit).map(of_first));
                places.push(LayerPlace::Second(j));
            }
        }
    }
    places.extend(rest.map(of_first));
    places
}

/// The index of every layer of an image, by diff ID and by digest.
struct Places<'a> {
    diff_ids: HashMap<&'a Untrusted, LayerIndex>,
    digests: HashMap<&'a Untrusted, LayerIndex>,
}

impl<'a> Places<'a> {
    fn from_layers(layers: &'a [LayerAccount]) -> Self {
        let by = |id: fn(&LayerAccount) -> Option<&Untrusted>| {
            // Of several equal layers, the lowest counts.
            LayerIndex::numbered(layers)
                .rev()
                .filter_map(|(i, layer)| Some((id(layer)?, i)))
                .collect()
        };
        Self {
            diff_ids: by(|layer| layer.diff_id.as_ref()),
            digests: by(|layer| layer.digest.as_ref()),
        }
    }

    fn place(&self, layer: &LayerAccount) -> Option<LayerIndex> {
        let in_map = |map: &HashMap<&Untrusted, LayerIndex>, id: &Option<Untrusted>| {
            map.get(id.as_ref()?).copied()
        };
        in_map(&self.diff_ids, &layer.diff_id).or_else(|| in_map(&self.digests, &layer.digest))
    }
}

fn is_same(one: &LayerAccount, other: &LayerAccount) -> bool {
    let equal = |a: &Option<Untrusted>, b: &Option<Untrusted>| a.is_some() && a == b;
    equal(&one.diff_id, &other.diff_id) || equal(&one.digest, &other.digest)
}
