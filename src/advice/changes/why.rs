//! Explains why the bytes that a change avoids are in the image.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::Change;
use super::alone::Also;
use crate::advice::findings::{Fate, Finding, cause, is_of_any_number, layers_named};
use crate::advice::unneeded::{Surplus, SurplusKind};
use crate::analysis::{Inspection, WastedGroup, reasons};
use crate::display::{either, listed, sentences};
use crate::layer_index::LayerIndex;
use crate::tree::Reason;

/// Explains why the bytes of some findings, the biggest first, are in the image: all layers that
/// have them are named, and those whose instructions the same change edits.
pub(super) fn of_findings(
    inspection: &Inspection,
    all: &[Finding],
    findings: &[usize],
    also: &Also,
) -> String {
    let mut parts = findings.iter().map(|&i| &all[i]);
    let Some(first) = parts.next() else { return String::new() };
    let is_alike = |other: &&Finding| {
        let (one, other) = (first, *other);
        (one.fate, one.reason, one.whose) == (other.fate, other.reason, other.whose)
    };
    let alike: Vec<_> = parts.filter(is_alike).collect();
    let mut layers: Vec<_> = alike.iter().map(|finding| finding.added_in).collect();
    layers.push(first.added_in);
    if first.fate == Fate::Left {
        layers.extend(also.layers(inspection));
    }
    layers.sort_unstable();
    layers.dedup();
    let is_one = first.files == 1 && alike.is_empty() && is_of_any_number(&first.need);
    let what = cause(inspection, &layers, first.fate, first.reason, first.whose, is_one);
    // What nothing needs for one reason, another one needs for none.
    let is_one = findings.iter().all(|&i| all[i].need == first.need);
    sentences(&[&what, if is_one { &first.need } else { "" }])
}

/// The most parts that are named of what a stage leaves out.
const PARTS: usize = 3;
/// The part of a saving, one in so many, below which what it consists of is not named.
const PART: u64 = 20;

/// Explains what the bytes are that the last stage of a build leaves out, as sentences: most of them,
/// and the layers that have them.
pub(super) fn of_a_stage(
    inspection: &Inspection,
    findings: &[Finding],
    surplus: &[Surplus],
    stage: &Change,
) -> String {
    let mut parts: Vec<(String, u64)> = Vec::new();
    for finding in stage.parts().map(|i| &findings[i]) {
        let title = named(&finding.title);
        match parts.iter_mut().find(|(other, _)| *other == title) {
            Some((_, bytes)) => *bytes += finding.bytes,
            None => parts.push((title, finding.bytes)),
        }
    }
    for kind in SurplusKind::ALL {
        let inodes = Surplus::inodes_of(surplus, kind);
        let among = inodes.filter(|inode| stage.left_out.binary_search(inode).is_ok());
        let bytes = among.map(|inode| inspection.tree.size(inode)).sum();
        parts.push((kind.title().into(), bytes));
    }
    parts.retain(|&(_, bytes)| bytes > 0 && bytes >= stage.saves / PART);
    parts.sort_by_key(|&(_, bytes)| Reverse(bytes));
    let told: u64 = parts.iter().take(PARTS).map(|(_, bytes)| bytes).sum();
    let layers: BTreeSet<_> =
        stage.left_out.iter().map(|&inode| inspection.tree.added_in(inode)).collect();
    let layers: Vec<_> = layers.into_iter().collect();
    let has = if layers.len() == 1 { "contains" } else { "contain" };
    let all = format!("{} {has} files that the program does not need", layers_named(&layers));
    let names: Vec<_> = parts.into_iter().take(PARTS).map(|(title, _)| title).collect();
    let what = match (names.is_empty(), told > stage.saves / 2) {
        (true, _) => all,
        (false, true) => format!("{all}, most of all {}", listed(&names)),
        (false, false) => format!("{all}, among them {}", listed(&names)),
    };
    sentences(&[&what])
}

/// Returns the title of a finding as a name: some titles say what happened to the files.
pub(super) fn named(title: &str) -> String {
    if title.starts_with("rewritten") { format!("files {title}") } else { title.to_owned() }
}

/// Explains why the bytes that combined instructions add and remove are in the image, as a sentence.
pub(super) fn combined(inspection: &Inspection, groups: &[WastedGroup]) -> String {
    let layers = |of: fn(&WastedGroup) -> LayerIndex| {
        let mut layers: Vec<_> = groups.iter().map(of).collect();
        layers.sort_unstable();
        layers.dedup();
        let words: Vec<_> = layers.iter().map(LayerIndex::to_string).collect();
        (
            format!("layer{} {}", if words.len() == 1 { "" } else { "s" }, listed(&words)),
            words.len(),
        )
    };
    let ((removing, count), (adding, adders)) =
        (layers(|group| group.removed_in), layers(|group| group.added_in));
    let all = reasons(inspection, groups);
    let has = |some: &[Reason]| some.iter().any(|reason| all.contains(reason));
    let verbs = [
        (has(&[Reason::Deleted, Reason::Opaque, Reason::Replaced]), "delete"),
        (has(&[Reason::Overwritten]), "replace"),
        (has(&[Reason::RewrittenUnchanged]), "rewrite"),
    ];
    let s = |verb: &str| if count == 1 { format!("{verb}s") } else { verb.to_owned() };
    let verbs: Vec<_> =
        verbs.iter().filter(|(is_there, _)| *is_there).map(|(_, verb)| s(verb)).collect();
    let contain = if adders == 1 { "contains" } else { "contain" };
    let is_one = groups.iter().map(|group| group.count).sum::<usize>() == 1;
    if all == [Reason::RewrittenUnchanged] {
        let again = if count == 1 { "stores" } else { "store" };
        let files = if is_one { "a file" } else { "files" };
        return sentences(&[&format!(
            "{removing} {again} {files} again that {adding} {contain} already"
        )]);
    }
    let verbs = either(&verbs);
    let (files, them) = if is_one { ("this file", "it") } else { ("these files", "them") };
    sentences(&[&format!("{removing} {verbs} {files}, but {adding} still {contain} {them}")])
}
