//! Explains the bytes at a path: visible files, and removed files that are still in the image.

use std::collections::BTreeMap;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::analysis::Wasted;
use layerscope::display::escaped;
use layerscope::display::{bytes, count, files};
use layerscope::image::Compression;
use layerscope::tree::{Kind, NodeId, Reason, Totals, Tree, VersionId};

use super::{NAMED, Part, Sum};
use crate::tui::explorer::sentences::layer_named;

/// Explains the size of a path up to a layer.
pub fn as_of(
    inspection: &Inspection,
    node: NodeId,
    layer: LayerIndex,
    totals: Totals,
) -> (String, Vec<Part>) {
    let tree = &inspection.tree;
    let path = escaped(&tree.path(node));
    let both = vec![
        (totals.visible, "visible: files that are there after this layer".into()),
        (
            totals.wasted,
            "wasted: deleted or replaced up to this layer, still in an earlier one".into(),
        ),
    ];
    let mut parts = vec![
        Part::Sentence(format!("{path} in {}, file contents in bytes:", layer.all_up_to())),
        Part::Sum(Sum::new(both, totals.size(), "size")),
    ];
    if totals.visible > 0 {
        parts.push(Part::Sentence("Visible bytes by layer:".into()));
        parts.push(Part::Sum(visible(inspection, node, layer, totals.visible)));
    }
    if totals.wasted > 0 {
        parts.push(Part::Sentence("Wasted bytes (added in → removed in):".into()));
        let gone = wasted_below(inspection, node).filter(|wasted| wasted.removed_in <= layer);
        parts.push(Part::Sum(by_pair(inspection, gone, totals.wasted, "wasted")));
    }
    parts.extend(download(inspection, node, layer).map(Part::Sentence));
    parts.extend(remarks(tree, node).map(Part::Sentence));
    (format!("{path}, up to layer {layer}"), parts)
}

/// Explains the changes of a layer at a path.
pub fn changes(
    inspection: &Inspection,
    node: NodeId,
    layer: LayerIndex,
    totals: Totals,
) -> (String, Vec<Part>) {
    let path = escaped(&inspection.tree.path(node));
    let mut parts = vec![Part::Sentence(format!(
        "Layer {layer} adds {} at {path}, and deletes or replaces {} of earlier layers.",
        bytes(totals.visible),
        bytes(totals.wasted)
    ))];
    if totals.wasted > 0 {
        let gone = wasted_below(inspection, node)
            .filter(|wasted| wasted.removed_in == layer && wasted.added_in < layer);
        parts.push(Part::Sum(by_pair(inspection, gone, totals.wasted, "hidden")));
    }
    (format!("{path}, changes of layer {layer}"), parts)
}

/// Sums up the visible files by layer. Files with several names are the rest, because each of them
/// counts once for all its names.
fn visible(inspection: &Inspection, node: NodeId, layer: LayerIndex, total: u64) -> Sum {
    let tree = &inspection.tree;
    let mut by_layer: BTreeMap<LayerIndex, (u64, usize)> = BTreeMap::new();
    let mut work = vec![node];
    while let Some(node) = work.pop() {
        work.extend(tree.children(node));
        let Some(version) =
            tree.at(node, layer).filter(|&v| tree.kind(v) == Kind::File && !tree.is_linked(v))
        else {
            continue;
        };
        let sum = by_layer.entry(tree.added_in(version)).or_default();
        sum.0 += tree.size(version);
        sum.1 += 1;
    }
    let single: u64 = by_layer.values().map(|(bytes, _)| bytes).sum();
    let part = |(&layer, &(bytes, number)): (&LayerIndex, &(u64, usize))| {
        (bytes, format!("{} of {}", files(number), layer_named(inspection, layer)))
    };
    let mut parts: Vec<_> = by_layer.iter().map(part).collect();
    parts.push((
        total.saturating_sub(single),
        "files with several names, each once, at the first name".into(),
    ));
    Sum::new(parts, total, "visible")
}

/// Returns the wasted inodes at and below a path.
fn wasted_below(inspection: &Inspection, node: NodeId) -> impl Iterator<Item = &Wasted> {
    let tree = &inspection.tree;
    // A directory comes before its contents.
    let mut below = vec![false; tree.node_count()];
    below[node.index()] = true;
    for other in tree.all_nodes() {
        below[other.index()] |= below[tree.parent(other).index()];
    }
    inspection.wasted.iter().filter(move |wasted| below[tree.node_of(wasted.version).index()])
}

/// Sums up wasted inodes by the layers that added and removed them.
pub fn by_pair<'a>(
    inspection: &Inspection,
    wasted: impl Iterator<Item = &'a Wasted>,
    total: u64,
    what: &'static str,
) -> Sum {
    let mut pairs: BTreeMap<(LayerIndex, LayerIndex), (u64, usize)> = BTreeMap::new();
    for wasted in wasted {
        let sum = pairs.entry((wasted.added_in, wasted.removed_in)).or_default();
        sum.0 += wasted.bytes;
        sum.1 += 1;
    }
    let part = |((added_in, removed_in), &(bytes, number)): (&(LayerIndex, LayerIndex), _)| {
        (
            bytes,
            format!(
                "{}: layer {added_in} → {}",
                files(number),
                layer_named(inspection, *removed_in)
            ),
        )
    };
    Sum::new(pairs.iter().map(part).collect(), total, what)
}

/// Explains how the download size of a path is estimated, if layers are compressed.
fn download(inspection: &Inspection, node: NodeId, layer: LayerIndex) -> Option<String> {
    let tree = &inspection.tree;
    let mut layers = std::collections::BTreeSet::new();
    let mut work = vec![node];
    while let Some(node) = work.pop() {
        work.extend(tree.children(node));
        let is_there =
            |&version: &VersionId| tree.kind(version) == Kind::File && tree.size(version) > 0;
        layers.extend(
            tree.versions(node).filter(is_there).map(|version| tree.added_in(tree.inode(version))),
        );
    }
    let compressed = layers.iter().map(|&layer| (layer, &inspection.layers[layer]));
    let compressed = compressed.filter(|(i, account)| {
        *i <= layer
            && account.size > 0
            && account.compression.is_some_and(|how| how != Compression::None)
    });
    let ratios: Vec<_> = compressed
        .map(|(i, account)| {
            let (stored, size) = (count(account.stored_bytes), count(account.size));
            format!("layer {i}: {stored} ÷ {size}")
        })
        .collect();
    let shown = ratios.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    (!ratios.is_empty()).then(|| {
        format!(
            "Download size (estimate): its size × the layer's size in the archive ÷ the layer's size \
                ({shown}{}). Whole layers are exact.",
            if ratios.len() > NAMED { ", …" } else { "" }
        )
    })
}

/// Returns remarks on unusual ways in which a file is counted.
fn remarks(tree: &Tree, node: NodeId) -> impl Iterator<Item = String> {
    let versions = || tree.versions(node).filter(|&version| tree.kind(version) == Kind::File);
    let other = versions().find(|&version| tree.inode(version) != version);
    let other = other.map(|version| {
        format!(
            "It is another name of {}: the bytes belong to the inode and count once.",
            escaped(&tree.path(tree.node_of(tree.inode(version))))
        )
    });
    let several =
        versions().any(|version| tree.is_linked(version) && tree.inode(version) == version);
    let several =
        several.then(|| "It has or had other names (hard links). It is counted once.".to_owned());
    let sparse = versions().any(|version| tree.is_sparse(version));
    let sparse = sparse
        .then(|| "It is stored with holes. Its logical size counts, holes included.".to_owned());
    let rewritten = versions().any(|v| {
        tree.removal(v).is_some_and(|removal| removal.reason == Reason::RewrittenUnchanged)
    });
    let rewritten = rewritten.then(|| {
        "A layer stored the same contents again with another mode, owner or time: the older copy is wasted.".into()
    });
    [other, several, sparse, rewritten].into_iter().flatten()
}
