//! Layers that two images share: what someone who has the one downloads for the other.

use std::collections::HashSet;

use super::paths::{Difference, PathChange, changed_at};
use crate::analysis::{Inspection, LayerAccount};

/// How many of the paths that broke the sharing are named.
const NAMED: usize = 3;

/// What a second image has in common with a first.
#[derive(Debug, Clone)]
pub struct Sharing {
    /// For each layer of the second image, the same layer of the first.
    pub same: Vec<Option<usize>>,
    /// The layers from the lowest up that are the same in both.
    pub common: usize,
    /// Bytes that someone who has the first image downloads for the second, as its archive stores them.
    pub pull: u64,
    /// Whether `pull` is what a registry would send: the archive's layers are compressed.
    pub exact: bool,
    /// What differs in the first layer that is not shared, the biggest first: these paths broke the sharing.
    pub broken_by: Vec<PathChange>,
}

/// Finds the layers that `second` shares with `first`, by digest or diff ID.
pub fn sharing(first: &Inspection, second: &Inspection) -> Sharing {
    let same: Vec<Option<usize>> = second
        .layers
        .iter()
        .enumerate()
        .map(|(i, layer)| {
            // The same place first: a layer may be in an image several times.
            let is_same = |other: &&LayerAccount| is_same(layer, other);
            first
                .layers
                .get(i)
                .filter(is_same)
                .map(|_| i)
                .or_else(|| first.layers.iter().position(|other| is_same(&other)))
        })
        .collect();
    let common = same.iter().enumerate().take_while(|&(i, &other)| other == Some(i)).count();
    let mut counted = HashSet::new();
    let missing = || second.layers.iter().zip(&same).filter(|(_, same)| same.is_none()).map(|(layer, _)| layer);
    let once = |layer: &&LayerAccount| counted.insert(layer.digest.clone().or_else(|| layer.diff_id.clone()));
    let pull = missing().filter(once).map(|layer| layer.stored_bytes).sum();
    let exact = missing().all(LayerAccount::is_compressed);
    let broken = common < second.layers.len() && common < first.layers.len();
    let mut broken_by = if broken { changed_at(first, second, common) } else { Vec::new() };
    broken_by.sort_by_key(|change| std::cmp::Reverse(change.weight()));
    broken_by.retain(|change| change.difference != Difference::Same);
    broken_by.truncate(NAMED);
    Sharing { same, common, pull, exact, broken_by }
}

fn is_same(one: &LayerAccount, other: &LayerAccount) -> bool {
    let equal = |a: &Option<String>, b: &Option<String>| a.is_some() && a == b;
    equal(&one.diff_id, &other.diff_id) || equal(&one.digest, &other.digest)
}
