//! Describes the size of the selection and its causes in sentences.

use layerscope::LayerIndex;
use layerscope::advice::SuggestedChange;
use layerscope::advice::changes::{Extent, Part};
use layerscope::advice::ladder::{PossibleSize, SmallBase};
use layerscope::advice::secrets::{Place, Prevention, Secret};
use layerscope::analysis::LayerAccount;
use layerscope::display::{bytes_and_size, escaped, escaped_str, files, plural_of, share};
use layerscope::report::Units;
use layerscope::tree::{Kind, NodeId, Reason, VersionId};
use layerscope::{Inspection, Known, LayerAmounts};

use super::details::{Details, Quoted};
use super::opening::Advice;
use super::rows::{Measure, Scope};
use super::{Explorer, Slice};

/// The width of an instruction inside a sentence; the details of its layer have it in full.
const QUOTED: usize = 52;
/// The columns of one of two instructions that stand side by side at 80 columns.
const BESIDE: usize = 29;

/// Remarks on a layer that its details have.
const REMARKS: usize = 3;

/// Formats an instruction as ``layer 6 `RUN rm -rf …` ``.
pub fn layer_named(inspection: &Inspection, layer: LayerIndex) -> String {
    layer_quoted(inspection, layer, Quoted::Short)
}

fn layer_quoted(inspection: &Inspection, layer: LayerIndex, quoted: Quoted) -> String {
    let instruction = inspection.layers[layer].instruction.one_line();
    format!("layer {layer} `{}`", quoted.cut(&instruction, QUOTED))
}

/// Explains the terms while the layers are being read.
pub fn of_reading() -> Details {
    let lines = [
        "First part of a bar: visible bytes, of files in the final filesystem.",
        "Last part of a bar: wasted bytes, which a later layer deleted or replaced, and which are still in \
            the image.",
        "Every layer is kept: a later RUN can delete a file, but not remove its bytes from an earlier layer.",
    ];
    Details {
        title: "Legend".into(),
        paragraphs: lines.map(Into::into).into(),
        ..Details::default()
    }
}

/// Describes the selected layer.
pub fn of_layer(explorer: &Explorer, units: Units) -> Details {
    let (inspection, layer) = (&*explorer.inspection, explorer.layer);
    let Some(account) = layer.get_from(&inspection.layers) else {
        let text = match inspection.completeness.sizes_are_exact() {
            true => "This image has no layers, so its size is 0 bytes.",
            false => "The layers of this image could not be read, so its size is not known.",
        };
        let paragraphs = vec![text.into()];
        return Details { title: "No layers".into(), paragraphs, ..Details::default() };
    };
    Details::new(format!("Layer {layer}"), |quoted| about_layer(explorer, account, units, quoted))
}

fn about_layer(
    explorer: &Explorer,
    account: &LayerAccount,
    units: Units,
    quoted: Quoted,
) -> Vec<String> {
    let (inspection, layer) = (&*explorer.inspection, explorer.layer);
    let mut paragraphs = Vec::new();
    let mut wasted = explorer
        .groups
        .iter()
        .filter(|group| group.added_in == layer && group.bytes > 0)
        .peekable();
    if let Some(group) = wasted.peek() {
        paragraphs.push(format!("Fix: {}", in_words(&explorer.change_for(group), units)));
    }
    paragraphs.push(account.instruction.one_line().into());
    let known = inspection.completeness.layer(layer);
    if !known.is_nothing() {
        paragraphs.push(costs(account, &inspection.amounts_of(layer), units));
    }
    if let Some(missing) = known.sentence(|bytes| units.size(bytes)) {
        paragraphs.push(format!("Not whole: {missing}."));
    }
    let of_layer = inspection.warnings.iter().filter(|warning| warning.layer == Some(layer));
    paragraphs.extend(of_layer.take(REMARKS).map(|warning| format!("! {}.", warning.kind)));
    for group in wasted.take(3) {
        let verb = match group.reason {
            Reason::RewrittenUnchanged => "rewritten unchanged",
            Reason::Overwritten => "overwritten",
            Reason::Deleted | Reason::Opaque | Reason::Replaced => "deleted",
        };
        let by = if group.removed_in == layer {
            "the same layer".into()
        } else {
            layer_quoted(inspection, group.removed_in, quoted)
        };
        let (bytes, files) = (units.size(group.bytes), files(group.count));
        paragraphs.push(format!("Wasted: {bytes} in {files}, {verb} by {by}."));
    }
    if account.hidden > 0 {
        let bytes = inspection.amounts_of(layer).hid.text(units);
        paragraphs.push(format!(
            "It deletes or replaces {bytes} of earlier layers. The image does not get smaller."
        ));
    }
    paragraphs.push(technical(account, units));
    paragraphs
}

/// Says what a change is, what it saves, and which other changes would do.
pub fn in_words(change: &SuggestedChange, units: Units) -> String {
    in_words_with(change, "", units)
}

/// Says the same, with a part of the saving.
fn in_words_with(change: &SuggestedChange, part: &str, units: Units) -> String {
    let (clause, rest) = (escaped_str(change.clause()), escaped_str(change.alternatives()));
    let end = if rest.ends_with('…') { "" } else { "." };
    format!("{clause} (saves {}{part}){rest}{end}", units.size(change.saves))
}

fn costs(account: &LayerAccount, amounts: &LayerAmounts, units: Units) -> String {
    match (account.compression, account.size, account.wasted()) {
        (None, ..) => "This layer is missing in the archive. Its size is unknown.".into(),
        _ if !amounts.are_exact() => {
            let [size, visible, wasted] =
                [amounts.size, amounts.visible, amounts.wasted].map(|amount| amount.text(units));
            format!(
                "Size {size}: {visible} visible, {wasted} wasted, as far as the image could be read."
            )
        }
        (_, 0, _) => "It adds no file contents.".into(),
        (_, size, 0) => format!("Size {}, all of it visible.", units.size(size)),
        (_, size, wasted) => {
            let share = share(wasted, size);
            format!(
                "Size {}: {} visible, {} wasted ({share}).",
                units.size(size),
                units.size(account.visible),
                units.size(wasted)
            )
        }
    }
}

fn technical(account: &LayerAccount, units: Units) -> String {
    let mut facts = vec![
        plural_of(account.entries, "entry", "entries"),
        format!("tar {}", units.size(account.tar_bytes)),
    ];
    if let Some(compression) = account.compression {
        facts.push(match compression.name() {
            "none" => "stored uncompressed".into(),
            name => format!("stored {} ({name})", units.size(account.stored_bytes)),
        });
    }
    facts.extend(account.diff_id.as_ref().map(|id| format!("diff ID {}", id.escaped())));
    facts.join(" · ")
}

/// Describes a path as of the layer of `slice`.
pub fn of_path(explorer: &Explorer, node: NodeId, units: Units) -> Details {
    let title = escaped(&explorer.inspection.tree.path(node));
    Details::new(title.into(), |quoted| about_path(explorer, node, units, quoted))
}

fn about_path(explorer: &Explorer, node: NodeId, units: Units, quoted: Quoted) -> Vec<String> {
    let (inspection, slice) = (&*explorer.inspection, &explorer.slice);
    let tree = &inspection.tree;
    let mut paragraphs = fix_of(explorer, node, units);
    if tree.children(node).next().is_some() {
        paragraphs.extend(wasted_below(explorer, node, units, quoted));
        paragraphs.push(directory(explorer, node, units));
    } else {
        paragraphs.extend(history(inspection, slice, node, (units, quoted)));
    }
    // Whoever reads in which layer it was added need not read it twice.
    let is_told = |version: &VersionId| is_told_by(&paragraphs, tree.added_in(*version));
    paragraphs.extend(slice.version(tree, node).map(|version| match is_told(&version) {
        true => format!("{}.", attributes(inspection, version, units)),
        false => {
            let by = layer_quoted(inspection, tree.added_in(version), quoted);
            format!("{}; from {by}.", attributes(inspection, version, units))
        }
    }));
    if explorer.measure == Measure::Download {
        paragraphs.push(downloaded(explorer, node, units));
    }
    let secrets = explorer
        .secrets()
        .filter(|secret| matches!(secret.place, Place::File { node: at, .. } if at == node));
    let secrets: Vec<_> = secrets.map(|secret| of_secret(inspection, secret)).collect();
    paragraphs.splice(0..0, secrets);
    paragraphs
}

/// Says what to do about a path: the change that concerns it, and why. An optional change is called
/// so.
fn fix_of(explorer: &Explorer, node: NodeId, units: Units) -> Vec<String> {
    let nothing = explorer.nothing_to_change().map(str::to_owned);
    if explorer.is_at_waste(node)
        && let Some(fix) = fix_of_wasted(explorer, node, units)
    {
        return nothing.into_iter().chain([fix]).collect();
    }
    let Some(Advice { change, here, by_stage, why }) = explorer.advice_at(node) else {
        return nothing.into_iter().chain(fix_of_wasted(explorer, node, units)).collect();
    };
    let head = if change.part == Part::Optional { Part::Optional.title() } else { "Fix" };
    // Figures that read alike need not be told twice.
    let here_bytes = here;
    let (saves, here) = (units.size(change.fix.saves), units.size(here));
    let part = if here == saves { String::new() } else { format!(", {here} of it here") };
    let fix = format!("{head}: {}", in_words_with(&change.fix, &part, units));
    if let Some(other) = explorer.slim_base().filter(|_| change.part == Part::Base) {
        return nothing.into_iter().chain([on_slim_base(other, units)]).chain(why).collect();
    }
    let fix = match by_stage {
        Some(bytes) => {
            format!("{fix} Or use a multi-stage build (saves {}).", units.size(bytes))
        }
        None => fix,
    };
    // Where little of it is, the place alone does not tell what the change is about.
    let parts = (change.extent == Extent::Stage && here_bytes < change.saves / 2)
        .then(|| escaped_str(&change.why).into());
    nothing.into_iter().chain([fix]).chain(parts).chain(why).collect()
}

/// Says which base image is the slim variant, with the figures of the possible sizes.
fn on_slim_base(
    (before, on_slim, base): (&PossibleSize, &PossibleSize, &SmallBase),
    units: Units,
) -> String {
    let saves = units.size(before.size.saturating_sub(on_slim.size));
    let size = units.size(on_slim.size);
    format!(
        "Fix: use the slim variant of the base image, such as {} (saves ~{saves}: the image has \
            ~{size} then).",
        base.name
    )
}

/// Describes a secret: the kind, who can read it, and what to do.
fn of_secret(inspection: &Inspection, secret: &Secret) -> String {
    let (what, place) = (secret.what(), secret.whereabouts(inspection));
    let (why, revoke) = (secret.why(), secret.revoke());
    let prevention = Prevention::find(inspection, secret).what;
    format!(
        "! Secret: {what} ({}) in {place}. {why} Now: {revoke}. Fix: {prevention}.",
        secret.shown
    )
}

/// Describes a version in a sentence.
pub fn facts(inspection: &Inspection, version: VersionId, units: Units) -> String {
    let by = layer_named(inspection, inspection.tree.added_in(version));
    format!("{}; from {by}.", attributes(inspection, version, units))
}

/// Returns whether a paragraph says that a layer added what is selected.
fn is_told_by(paragraphs: &[String], layer: LayerIndex) -> bool {
    let words = format!("{HISTORY} added in {layer} ");
    paragraphs.iter().any(|text| text.starts_with(&words))
}

/// Describes the kind, the mode and the owner of a version.
fn attributes(inspection: &Inspection, version: VersionId, units: Units) -> String {
    let tree = &inspection.tree;
    let (uid, gid) = tree.owner(version);
    let what = match tree.kind(version) {
        Kind::File => format!("File of {}", bytes_and_size(tree.size(version), units)),
        Kind::Directory if tree.is_implied(version) => "Directory (implicit)".into(),
        Kind::Directory => "Directory".into(),
        Kind::Symlink => format!("Link to {}", escaped(tree.target(version).unwrap_or_default())),
        Kind::Char => "Character device".into(),
        Kind::Block => "Block device".into(),
        Kind::Fifo => "Named pipe".into(),
    };
    let linked = if tree.is_linked(version) { ", hard link (counted once)" } else { "" };
    format!("{what}, mode {:04o}, owner {uid}:{gid}{linked}", tree.mode(version))
}

/// Describes the bytes below a directory.
fn directory(explorer: &Explorer, node: NodeId, units: Units) -> String {
    let slice = &explorer.slice;
    let is_exact = explorer.inspection.completeness.sizes_are_exact();
    let read = if is_exact { "" } else { ", of what could be read" };
    let totals = slice.totals(node);
    let (visible, wasted) = (units.size(totals.visible), units.size(totals.wasted));
    let pairs = explorer.wasted_below.pairs(node, slice.layer);
    let in_files = files(pairs.iter().map(|pair| pair.count).sum());
    match slice.scope {
        Scope::Changes => {
            format!(
                "Layer {} adds {visible} here, and deletes or replaces {wasted} of earlier layers.",
                slice.layer
            )
        }
        Scope::UpTo if totals.wasted == 0 && is_exact => format!("{visible}, nothing wasted."),
        Scope::UpTo if totals.wasted == 0 => format!("{visible}{read}."),
        Scope::UpTo if totals.visible == 0 => format!("{wasted} in {in_files}, all wasted{read}."),
        Scope::UpTo => {
            let size = units.size(totals.size());
            format!("{size}: {visible} visible, {wasted} in {in_files} wasted{read}.")
        }
    }
}

/// The word before the layers and instructions that added and removed something.
const HISTORY: &str = "History:";
/// The pairs of layers that are named.
const PAIRS: usize = 2;

/// Says which instructions added and removed the wasted bytes below a directory.
fn wasted_below(explorer: &Explorer, node: NodeId, units: Units, quoted: Quoted) -> Vec<String> {
    let inspection = &*explorer.inspection;
    if explorer.slice.totals(node).wasted == 0 {
        return Vec::new();
    }
    let pairs = explorer.wasted_below.pairs(node, explorer.slice.layer);
    let mut lines = Vec::new();
    for pair in pairs.iter().take(PAIRS) {
        // The sum of a single pair is that of the directory.
        let bytes =
            if pairs.len() > 1 { format!(", {}", units.size(pair.bytes)) } else { String::new() };
        let what = Reason::past_of(explorer.group_of(*pair).map(|group| group.reason));
        let removed = if pair.added_in == pair.removed_in {
            format!("{what} in the same layer")
        } else {
            format!("{what} in {}", named(inspection, pair.removed_in, quoted))
        };
        let added = named(inspection, pair.added_in, quoted);
        lines.push(format!("{HISTORY} added in {added} ── {removed}{bytes}"));
    }
    lines
}

/// Says how to avoid the wasted bytes at and below a path: the change for the pair of layers with
/// the most.
fn fix_of_wasted(explorer: &Explorer, node: NodeId, units: Units) -> Option<String> {
    if explorer.slice.totals(node).wasted == 0 {
        return None;
    }
    let pairs = explorer.wasted_below.pairs(node, explorer.slice.layer);
    let group = explorer.group_of(*pairs.first()?)?;
    Some(format!("Fix: {}", in_words(&explorer.change_for(group), units)))
}

/// Writes an instruction as ``6 `RUN rm -rf …` ``.
fn named(inspection: &Inspection, layer: LayerIndex, quoted: Quoted) -> String {
    format!("{layer} `{}`", quoted.cut(&inspection.layers[layer].instruction.one_line(), BESIDE))
}

/// Describes the download size of a path, and how it was determined.
fn downloaded(explorer: &Explorer, node: NodeId, units: Units) -> String {
    let size = units.size(explorer.lens().size(node));
    if explorer.inspection.download_is_estimated(explorer.layer) {
        format!(
            "Download size: about {size}, estimated from its part of each layer and the layer's size in the \
                archive. Whole layers are exact."
        )
    } else {
        format!("Download size: at most {size}. These layers are uncompressed in the archive.")
    }
}

/// Describes the removed versions of a file, the newest first.
fn history(
    inspection: &Inspection,
    slice: &Slice,
    node: NodeId,
    (units, quoted): (Units, Quoted),
) -> Vec<String> {
    let tree = &inspection.tree;
    let mut lines = Vec::new();
    for version in tree.versions(node).filter(|&v| tree.inode(v) == v && tree.kind(v) == Kind::File)
    {
        let Some(removal) = tree.removal(version).filter(|removal| removal.layer <= slice.layer)
        else {
            continue;
        };
        let size = units.size(tree.size(version));
        let added_in = layer_quoted(inspection, tree.added_in(version), quoted);
        let removed_in = layer_quoted(inspection, removal.layer, quoted);
        let stay = format!("its {size} stay in {added_in}");
        lines.push(match removal.reason {
            Reason::Deleted => {
                format!("Deleted in {removed_in}, but {stay}. A layer cannot remove bytes from an earlier layer.")
            }
            Reason::Opaque => format!("Deleted with its whole directory by {removed_in}, but {stay}."),
            Reason::Replaced => format!("Deleted because {removed_in} replaced a directory above it, but {stay}."),
            Reason::Overwritten => format!("Overwritten in {removed_in}, but the old {size} stay in {added_in}."),
            Reason::RewrittenUnchanged => format!(
                "Rewritten unchanged in {removed_in} (only mode, owner, time or attributes differ): the \
                    same {size} stay in {added_in}."
            ),
        });
        if lines.len() == 3 {
            break;
        }
    }
    let here = tree.at(node, slice.layer).filter(|&version| tree.size(version) > 0);
    if let Some(version) = here.filter(|_| lines.is_empty()) {
        let above = inspection
            .completeness
            .layers()
            .get(tree.added_in(version).count()..)
            .unwrap_or_default();
        lines.push(match above.iter().all(|&known| known == Known::Whole) {
            true => "Visible in the container. Nothing wasted.".into(),
            false => {
                "Visible as far as the image could be read: a layer above it is not wholly known."
                    .into()
            }
        });
    }
    lines
}
