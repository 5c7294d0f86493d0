//! Describes the size of the selection and its causes in sentences.

use layerscope::Inspection;
use layerscope::analysis::{DeadGroup, LayerAccount};
use layerscope::display::{count, escaped, escaped_str, files, share};
use layerscope::report::fit::{cut, wrap};
use layerscope::report::{Units, advice};
use layerscope::tree::{Cause, Kind, NodeId, VersionId};

use super::rows::{Measure, Scope};
use super::{Explorer, Pair, Slice};

/// The title and the paragraphs of the details pane.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Details {
    pub title: String,
    pub paragraphs: Vec<String>,
}

impl Details {
    /// Returns the paragraphs in lines of at most `width` columns.
    pub fn lines(&self, width: usize) -> Vec<String> {
        self.paragraphs.iter().flat_map(|text| wrap(text, width)).collect()
    }
}

/// The width of an instruction inside a sentence; the details of its layer have it in full.
const QUOTED: usize = 52;

/// Remarks on a layer that its details have.
const REMARKS: usize = 3;

/// Formats an instruction as ``layer 6 `RUN rm -rf …` ``.
pub fn layer_named(inspection: &Inspection, layer: usize) -> String {
    format!("layer {layer} `{}`", cut(&inspection.layers[layer].instruction.one_line(), QUOTED))
}

/// Explains the terms while the layers are being read.
pub fn of_reading() -> Details {
    let lines = [
        "█ live: bytes that the final filesystem still reaches.",
        "▒ dead: bytes that still ship although a later layer deleted or overwrote them.",
        "Layers are only ever added: a later RUN can hide what an earlier one shipped, but not take it back.",
    ];
    Details { title: "What will be shown".into(), paragraphs: lines.map(Into::into).into() }
}

/// Describes a layer.
pub fn of_layer(inspection: &Inspection, groups: &[DeadGroup], layer: usize, units: Units) -> Details {
    let Some(account) = inspection.layers.get(layer) else {
        return Details {
            title: "No layers".into(),
            paragraphs: vec!["This image has no layers, so it ships nothing.".into()],
        };
    };
    let mut paragraphs = vec![account.instruction.one_line(), costs(account, units)];
    let known = inspection.completeness.layer(layer);
    if let Some(missing) = known.sentence(|bytes| units.size(bytes)) {
        if known.is_nothing() {
            paragraphs.pop();
        }
        paragraphs.push(format!("Not whole: {missing}."));
    }
    let of_layer = inspection.warnings.iter().filter(|warning| warning.layer == Some(layer));
    paragraphs.extend(of_layer.take(REMARKS).map(|warning| format!("! {}.", warning.kind)));
    for group in groups.iter().filter(|group| group.born_in == layer && group.bytes > 0).take(3) {
        let verb = match group.cause {
            Cause::Recopied => "shipped again, unchanged,",
            Cause::Overwritten => "overwritten",
            Cause::Deleted | Cause::Opaque | Cause::Replaced => "deleted",
        };
        let died =
            if group.died_in == layer { "the same layer".into() } else { layer_named(inspection, group.died_in) };
        paragraphs.push(format!(
            "{} in {} {verb} by {died}, but still shipped.",
            units.size(group.bytes),
            files(group.count)
        ));
    }
    if let Some(group) = groups.iter().find(|group| group.born_in == layer && group.bytes > 0) {
        paragraphs.push(format!("Fix: {}.", advice(inspection, group).1));
    }
    if account.killed > 0 {
        paragraphs.push(format!(
            "It hid {} of earlier layers, which makes the image no smaller.",
            units.size(account.killed)
        ));
    }
    paragraphs.push(technical(account, units));
    Details { title: format!("Layer {layer}"), paragraphs }
}

fn costs(account: &LayerAccount, units: Units) -> String {
    match (account.compression, account.shipped, account.dead()) {
        (None, ..) => "Its bytes are not in the archive, so what it ships is not known.".into(),
        (_, 0, _) => "It ships no file contents.".into(),
        (_, shipped, 0) => format!("It ships {}, all of it live.", units.size(shipped)),
        (_, shipped, dead) => {
            let share = share(dead, shipped);
            format!(
                "It ships {}: {} live and {} dead ({share}).",
                units.size(shipped),
                units.size(account.live),
                units.size(dead)
            )
        }
    }
}

fn technical(account: &LayerAccount, units: Units) -> String {
    let mut facts =
        vec![format!("{} entries", count(account.entries as u64)), format!("tar {}", units.size(account.tar_bytes))];
    if let Some(compression) = account.compression {
        facts.push(match compression.name() {
            "none" => "stored plain".into(),
            name => format!("stored {} ({name})", units.size(account.stored_bytes)),
        });
    }
    facts.extend(account.diff_id.as_deref().map(|id| format!("diff ID {}", escaped_str(id))));
    facts.join(" · ")
}

/// Describes a path as of the layer of `slice`.
pub fn of_path(explorer: &Explorer, node: NodeId, units: Units) -> Details {
    let (inspection, slice) = (&*explorer.inspection, &explorer.slice);
    let tree = &inspection.tree;
    let title = escaped(&tree.path(node));
    let now = tree.at(node, slice.layer);
    let mut paragraphs = Vec::new();
    if tree.children(node).next().is_some() {
        paragraphs.extend(directory(slice, node, now.is_some(), units));
        paragraphs.extend(dead_below(explorer, node, units));
    } else {
        paragraphs.extend(history(inspection, slice, node, units));
    }
    paragraphs.extend(slice.version(tree, node).map(|version| facts(inspection, version, units)));
    if explorer.measure == Measure::Pull {
        paragraphs.push(pulled(explorer, node, units));
    }
    Details { title, paragraphs }
}

/// Describes a version in a sentence.
pub fn facts(inspection: &Inspection, version: VersionId, units: Units) -> String {
    let tree = &inspection.tree;
    let (uid, gid) = tree.owner(version);
    let what = match tree.kind(version) {
        Kind::File => format!("File of {} bytes ({})", count(tree.size(version)), units.size(tree.size(version))),
        Kind::Directory if tree.is_implied(version) => "Directory (no entry of its own)".into(),
        Kind::Directory => "Directory".into(),
        Kind::Symlink => format!("Link to {}", escaped(tree.target(version).unwrap_or_default())),
        Kind::Char => "Character device".into(),
        Kind::Block => "Block device".into(),
        Kind::Fifo => "Named pipe".into(),
    };
    let linked = if tree.is_linked(version) { ", hard-linked: its bytes count once" } else { "" };
    let by = layer_named(inspection, tree.born(version));
    format!("{what}, mode {:04o}, owner {uid}:{gid}{linked}; from {by}.", tree.mode(version))
}

fn directory(slice: &Slice, node: NodeId, there: bool, units: Units) -> Option<String> {
    let totals = slice.totals(node);
    let (visible, dead) = (units.size(totals.visible), units.size(totals.dead));
    Some(match slice.scope {
        Scope::Changes => format!("Layer {} ships {visible} in here and hid {dead} of earlier layers.", slice.layer),
        Scope::UpTo if totals.dead == 0 => format!("{visible} in here, none of it dead."),
        Scope::UpTo if there => format!(
            "{} ship in here: {visible} that a container sees and {dead} that it does not.",
            units.size(totals.shipped())
        ),
        // A path that was removed as a whole is described by its pairs of layers.
        Scope::UpTo => return None,
    })
}

/// Describes the pairs of layers with most of the wasted bytes below a directory.
fn dead_below(explorer: &Explorer, node: NodeId, units: Units) -> Vec<String> {
    let inspection = &*explorer.inspection;
    if explorer.slice.totals(node).dead == 0 {
        return Vec::new();
    }
    let pairs = explorer.dead_below.pairs(node, explorer.slice.layer);
    let line = |pair: &Pair| {
        let from = layer_named(inspection, pair.born_in);
        let by = layer_named(inspection, pair.died_in);
        let (bytes, files) = (units.size(pair.bytes), files(pair.count));
        format!("{bytes} in {files} still ship from {from} although they are gone since {by}.")
    };
    let mut lines: Vec<_> = pairs.iter().take(2).map(line).collect();
    let is_of = |pair: &Pair, group: &DeadGroup| (group.born_in, group.died_in) == (pair.born_in, pair.died_in);
    let biggest = pairs.first().and_then(|pair| explorer.groups.iter().find(|group| is_of(pair, group)));
    lines.extend(biggest.map(|group| format!("Fix: {}.", advice(inspection, group).1)));
    lines
}

/// Describes the download size of a path, and how it was determined.
fn pulled(explorer: &Explorer, node: NodeId, units: Units) -> String {
    let size = units.size(explorer.lens().size(node));
    if explorer.inspection.pull_is_estimated(explorer.layer) {
        format!(
            "About {size} of it are pulled: an estimate, its part of what each layer ships × that layer as stored. Whole layers are exact."
        )
    } else {
        format!("{size} of it are pulled: the layers up to here are stored plain.")
    }
}

/// Describes the removed versions of a file, the newest first.
fn history(inspection: &Inspection, slice: &Slice, node: NodeId, units: Units) -> Vec<String> {
    let tree = &inspection.tree;
    let mut lines = Vec::new();
    for version in tree.versions(node).filter(|&v| tree.inode(v) == v && tree.kind(v) == Kind::File) {
        let Some(death) = tree.death(version).filter(|death| usize::from(death.layer) <= slice.layer) else { continue };
        let size = units.size(tree.size(version));
        let born = layer_named(inspection, tree.born(version));
        let died = layer_named(inspection, usize::from(death.layer));
        lines.push(match death.cause {
            Cause::Deleted => format!("Deleted in {died}, but {born} still ships its {size}: a later layer can only hide."),
            Cause::Opaque => format!("Hidden with its whole directory by {died}, but {born} still ships its {size}."),
            Cause::Replaced => format!("Gone since {died} put something else in place of a directory above it, but {born} still ships its {size}."),
            Cause::Overwritten => format!("Overwritten in {died}, but {born} still ships the old {size}."),
            Cause::Recopied => format!("Copied again, unchanged, in {died} (only mode, owner, time or attributes differ): {born} still ships the same {size}."),
        });
        if lines.len() == 3 {
            break;
        }
    }
    if lines.is_empty() && tree.at(node, slice.layer).is_some_and(|version| tree.size(version) > 0) {
        lines.push("Live: nothing of it is wasted.".into());
    }
    lines
}
