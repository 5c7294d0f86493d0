//! Explains why bytes are in the image, and how to avoid them, with the image's own instructions.

mod copied;

use super::assign::{Group, Subject, has_any};
use super::rules::{Level, Rule, Rules, Signature};
use super::{Fate, Whose};
use crate::advice::apart::is_by_buildkit;
use crate::advice::change::{
    Given, Kind, LINE, Removed, SuggestedChange, command, copies, is_from_context, is_removal,
    merged,
};
use crate::advice::merges::Merges;
use crate::analysis::Inspection;
use crate::display::{listed, sentences};
use crate::layer_index::LayerIndex;
use crate::shell;
use crate::tree::Reason;

/// The number of later layers in which a user of an instruction's leftovers is searched.
const LATER: usize = 64;

/// Explains why the bytes of a group are in the image.
pub fn why(inspection: &Inspection, rules: &Rules, group: &Group, whose: Whose) -> String {
    let reason = group.reason(inspection);
    let need = need(rules, group);
    let is_one = group.inodes.len() == 1 && is_of_any_number(need);
    let what = cause(inspection, &[group.added_in], group.fate, reason, whose, is_one);
    sentences(&[&what, need])
}

/// Returns the reason why nothing needs the bytes of a group, as a clause.
pub fn need<'a>(rules: &'a Rules, group: &Group) -> &'a str {
    match group.subject {
        Subject::Rule(number) => &rules.list[usize::from(number)].why,
        Subject::Signature(number) => &rules.signatures[usize::from(number)].why,
    }
}

/// Returns whether a clause is right of one file and of several: it has no plural that stands for
/// them.
pub(in crate::advice) fn is_of_any_number(clause: &str) -> bool {
    !clause
        .split(|c: char| !c.is_alphabetic())
        .any(|word| ["they", "them", "their"].contains(&word))
}

/// Says as a clause how bytes of some layers, the lowest first, came to be in the image: of one
/// file or of several.
pub(in crate::advice) fn cause(
    inspection: &Inspection,
    layers: &[LayerIndex],
    fate: Fate,
    reason: Option<Reason>,
    whose: Whose,
    is_one_file: bool,
) -> String {
    let (named, is_one) = (layers_named(layers), layers.len() == 1);
    let (these_files, them, files) = match is_one_file {
        true => ("this file", "it", "a file"),
        false => ("these files", "them", "files"),
    };
    match fate {
        Fate::Left if whose == Whose::Base => {
            format!("the base image adds {them} in {named}")
        }
        Fate::Left => {
            let word = |layer: &LayerIndex| {
                let text = inspection.layers[*layer].instruction.text.raw();
                text.split_whitespace().next().unwrap_or_default().to_owned()
            };
            let mut words: Vec<_> = layers.iter().map(word).collect();
            words.dedup();
            match (words.first().map_or("", String::as_str), words.len(), is_one) {
                ("RUN", 1, true) => format!("the RUN in {named} leaves {them} in the image"),
                ("RUN", 1, false) => {
                    format!("the RUN instructions in {named} leave {them} in the image")
                }
                (word @ ("COPY" | "ADD"), 1, true) => {
                    format!("the {word} in {named} adds {them}")
                }
                (word @ ("COPY" | "ADD"), 1, false) => {
                    format!("the {word} instructions in {named} add {them}")
                }
                (.., true) => format!("{named} adds {them}"),
                (.., false) => format!("{named} add {them}"),
            }
        }
        Fate::Gone { removed_in } if layers == [removed_in] => {
            let their = if is_one_file { "its" } else { "their" };
            format!("{named} contains {them} and something else at {their} path")
        }
        Fate::Gone { removed_in } => {
            let contain = if is_one { "contains" } else { "contain" };
            let verb = match reason {
                Some(Reason::RewrittenUnchanged) => {
                    return format!(
                        "Layer {removed_in} stores {files} again that {named} {contain} already"
                    );
                }
                Some(Reason::Overwritten) => "replaces",
                _ => "deletes",
            };
            format!("Layer {removed_in} {verb} {these_files}, but {named} still {contain} {them}")
        }
    }
}

/// Returns `layer 1`, or `layers 1 and 4`.
pub(in crate::advice) fn layers_named(layers: &[LayerIndex]) -> String {
    let words: Vec<_> = layers.iter().map(LayerIndex::to_string).collect();
    format!("{} {}", if words.len() == 1 { "layer" } else { "layers" }, listed(&words))
}

/// Finds the remedy for the bytes of a group.
pub fn find(
    inspection: &Inspection,
    rules: &Rules,
    merges: &Merges,
    group: &Group,
    whose: Whose,
    base: usize,
) -> SuggestedChange {
    let change = match (whose, group.subject) {
        (Whose::Base, _) => for_base(group.fate, base),
        (Whose::Own, Subject::Rule(number)) => {
            for_rule(inspection, &rules.list[usize::from(number)], merges, group)
        }
        (Whose::Own, Subject::Signature(number)) => {
            for_signature(inspection, &rules.signatures[usize::from(number)], merges, group)
        }
    };
    // One RUN saves more than the bytes of one finding.
    SuggestedChange { saves: group.bytes.max(change.saves), ..change }
}

/// Makes the remedy for bytes of the base image, which are the lowest `base` layers.
pub(in crate::advice) fn for_base(fate: Fate, base: usize) -> SuggestedChange {
    let what = match fate {
        Fate::Gone { removed_in } if removed_in >= base => {
            "use another base image or a multi-stage build: a later layer cannot remove files of the base image"
        }
        _ => {
            "use a base image without them, such as a slim or runtime variant, or a multi-stage build"
        }
    };
    SuggestedChange::new(Kind::Base, what)
}

/// Returns the lines of a rule for the names that some files have in their paths; all if none has.
fn ignored(inspection: &Inspection, rule: &Rule, group: &Group) -> Vec<String> {
    let tree = &inspection.tree;
    let paths: Vec<_> = group.inodes.iter().map(|inode| tree.path(inode.node)).collect();
    let is_there = |line: &&String| {
        let name = line.trim_end_matches('/').rsplit('/').next().unwrap_or_default().as_bytes();
        paths.iter().any(|path| path.split(|&byte| byte == b'/').any(|part| part == name))
    };
    let lines: Vec<_> = rule.ignore.iter().filter(is_there).cloned().collect();
    if lines.is_empty() { rule.ignore.clone() } else { lines }
}

fn for_rule(
    inspection: &Inspection,
    rule: &Rule,
    merges: &Merges,
    group: &Group,
) -> SuggestedChange {
    let text = |layer: LayerIndex| inspection.layers[layer].instruction.text.raw();
    let added_in = group.added_in;
    if is_from_context(text(added_in)) && !rule.ignore.is_empty() {
        let change = SuggestedChange::new(
            Kind::Ignore,
            "keep them out of the build context with .dockerignore",
        );
        return SuggestedChange { dockerignore: ignored(inspection, rule, group), ..change };
    }
    if let Some(change) = copied::for_rule(inspection, rule, group) {
        return change;
    }
    let line = match group.fate {
        Fate::Left => line_at(inspection, rule, added_in),
        Fate::Gone { removed_in } => line_before(inspection, rule, added_in, removed_in.get()),
    };
    match (group.fate, line) {
        (Fate::Gone { removed_in }, None) => {
            SuggestedChange::merge(inspection, merges, added_in, removed_in, &rule.fix)
        }
        (Fate::Left | Fate::Gone { .. }, line) => {
            let ends = line.as_ref().map(|(last, _)| (added_in, *last));
            let change = SuggestedChange::new(Kind::Tool, rule.fix.as_str());
            let change = change.with_line(line.map(|(_, line)| line));
            let merges = ends.filter(|(first, last)| group.fate == Fate::Left && first < last);
            let change = SuggestedChange { merges, ..change };
            // No tool has a command for it, so a person decides.
            let is_certain = !(group.fate == Fate::Left && is_left_to_a_person(rule));
            SuggestedChange { is_certain, ..change }
        }
    }
}

/// Returns whether only a person can say that what a rule finds is not needed: it is a leftover of
/// commands, and no tool cleans it.
pub(in crate::advice) fn is_left_to_a_person(rule: &Rule) -> bool {
    rule.level == Level::Leftovers && rule.tools.is_empty()
}

fn for_signature(
    inspection: &Inspection,
    signature: &Signature,
    merges: &Merges,
    group: &Group,
) -> SuggestedChange {
    let text = |layer: LayerIndex| inspection.layers[layer].instruction.text.raw();
    let added_in = group.added_in;
    let is_run = |layer: LayerIndex| inspection.layers[layer].instruction.is_run();
    match (group.fate, group.reason(inspection)) {
        (Fate::Gone { removed_in }, Some(Reason::RewrittenUnchanged))
            if removed_in > added_in && is_run(added_in) && is_run(removed_in) =>
        {
            let reason = Reason::RewrittenUnchanged;
            SuggestedChange::for_wasted(inspection, merges, added_in, removed_in, reason)
        }
        (Fate::Gone { removed_in }, Some(Reason::RewrittenUnchanged))
            if copies(text(removed_in)) =>
        {
            let reason = Reason::RewrittenUnchanged;
            SuggestedChange::for_wasted(inspection, merges, added_in, removed_in, reason)
        }
        (Fate::Gone { removed_in }, Some(Reason::RewrittenUnchanged)) => {
            let line = with_mode(inspection, added_in, removed_in)
                .or_else(|| merged(inspection, added_in, removed_in));
            if signature.id == "rewritten-unchanged"
                && is_from_context(text(added_in))
                && inspection.layers[removed_in].instruction.is_run()
            {
                let what = format!(
                    "keep them out of the build context with .dockerignore if the RUN of layer {removed_in} \
                        makes them anew; else {}",
                    signature.fix
                );
                return SuggestedChange::new(Kind::Ignore, what).with_line(line);
            }
            let needs_buildkit = line.as_ref().is_some_and(|line| line.contains(" --chmod="));
            // Only what the later instruction gives has to be set.
            let given = Given::by(text(removed_in));
            let both = Given { mode: true, owner: true };
            let fix = signature
                .fix
                .replace(both.subject(), given.subject())
                .replace(&both.flags("=…"), &given.flags("=…"));
            let what = match needs_buildkit && !is_by_buildkit(inspection, added_in) {
                true => format!("{fix} (--chmod needs BuildKit)"),
                false => fix,
            };
            SuggestedChange::new(Kind::Copy, what).with_line(line)
        }
        (Fate::Gone { removed_in }, _) if copies(text(added_in)) && removed_in != added_in => {
            let is_gone = group.reason(inspection).is_some_and(is_removal);
            let removed = match is_gone {
                true => Removed::find(inspection, added_in, removed_in),
                false => Removed::Unused,
            };
            removed.change()
        }
        (Fate::Gone { removed_in }, _) if removed_in != added_in => {
            SuggestedChange::merge(inspection, merges, added_in, removed_in, &signature.fix)
        }
        _ => SuggestedChange::new(Kind::Other, signature.fix.as_str()),
    }
}

/// Returns the instruction of a layer with the change of a rule, and the last layer of those that it
/// stands for: others that need the files are part of it. `None` if no line is known.
pub(super) fn line_at(
    inspection: &Inspection,
    rule: &Rule,
    layer: LayerIndex,
) -> Option<(LayerIndex, String)> {
    line_before(inspection, rule, layer, inspection.layers.len())
}

/// Does the same where only the layers below `end` need the files.
fn line_before(
    inspection: &Inspection,
    rule: &Rule,
    layer: LayerIndex,
    end: usize,
) -> Option<(LayerIndex, String)> {
    let line = match used_in(inspection, rule, layer, end) {
        Some(user) => (user, fitted(rule, &merged(inspection, layer, user)?)?),
        None => (layer, fitted(rule, inspection.layers[layer].instruction.text.raw())?),
    };
    Some(line).filter(|(_, line)| line.len() <= LINE)
}

/// Returns the last layer behind one and before `end` that needs the files of a rule: of a tool's
/// files, one that does not make them itself; of others, none if the layer that makes them uses
/// them.
fn used_in(
    inspection: &Inspection,
    rule: &Rule,
    added_in: LayerIndex,
    end: usize,
) -> Option<LayerIndex> {
    let text = |layer: LayerIndex| {
        Some(inspection.layers[layer].instruction.text.raw()).filter(|text| text.len() <= LINE)
    };
    let uses = |text: &str| {
        rule.tools.iter().any(|tool| has_command(text, |command| tool.is_needed_by(command)))
            || has_words(text, &rule.used_by)
    };
    let makes = |text: &str| {
        rule.tools.iter().any(|tool| has_command(text, |command| tool.is_used_by(command)))
    };
    let is_used_there = text(added_in).is_some_and(uses);
    let later = LayerIndex::range(added_in.count()..end.min(added_in.get() + LATER));
    let needs = |text: &str| uses(text) && !(is_used_there && makes(text));
    let is_asked = !is_used_there || rule.tools.iter().any(|tool| !tool.needed_by.is_empty());
    later.rev().filter(|_| is_asked).find(|&layer| text(layer).is_some_and(needs))
}

/// Returns whether a `RUN` has such a command.
fn has_command(text: &str, is_it: impl Fn(&shell::Command) -> bool) -> bool {
    let script = text.strip_prefix("RUN ").and_then(shell::read);
    script.is_some_and(|script| script.commands.iter().any(is_it))
}

fn has_words(text: &str, words: &[String]) -> bool {
    !words.is_empty() && has_any(text, words)
}

/// Applies the replacements and additions of a rule to an instruction.
fn fitted(rule: &Rule, text: &str) -> Option<String> {
    let run = text.strip_prefix("RUN ").filter(|run| run.len() <= LINE)?;
    if !rule.tools.is_empty() {
        return rule.tools.iter().find_map(|tool| tool.applied_to(text));
    }
    if !has_any(run, &rule.made_by) {
        return None;
    }
    for (from, to) in &rule.replace {
        if run.contains(to.as_str()) {
            return None;
        }
        let replaced = replace_words(run, from, to);
        if replaced != run {
            return Some(format!("RUN {replaced}"));
        }
    }
    let append = rule.append.as_deref().filter(|append| !run.contains(append))?;
    if let Some(body) = text.strip_suffix("\nEOF") {
        return Some(format!("{body}\n{append}\nEOF"));
    }
    Some(format!("{} \\\n && {append}", text.trim_end().trim_end_matches(';').trim_end()))
}

/// Replaces whole words: `pip install`, but not in `mypip install`.
fn replace_words(text: &str, from: &str, to: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, _) in text.match_indices(from) {
        let is_part = |c: char| c.is_alphanumeric() || "_-".contains(c);
        let before = text[..at].chars().next_back();
        let behind = text[at + from.len()..].chars().next();
        if at >= done && !before.is_some_and(is_part) && !behind.is_some_and(is_part) {
            out.push_str(&text[done..at]);
            out.push_str(to);
            done = at + from.len();
        }
    }
    out.push_str(&text[done..]);
    out
}

/// Returns a COPY with the mode or the owner that a later instruction gives to everything it
/// copied.
fn with_mode(
    inspection: &Inspection,
    added_in: LayerIndex,
    removed_in: LayerIndex,
) -> Option<String> {
    let text = inspection.layers[added_in].instruction.text.raw();
    let (word, rest) = text
        .split_once(' ')
        .filter(|(word, rest)| matches!(*word, "COPY" | "ADD") && rest.len() <= LINE)?;
    let command = command(inspection.layers[removed_in].instruction.text.raw())?;
    let mut words = command.split_whitespace();
    let flag = match words.next()? {
        "chmod" => "chmod",
        "chown" => "chown",
        _ => return None,
    };
    let value = words.find(|word| !word.starts_with('-'))?;
    let sound = value.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c));
    // Symbolic modes need version 1.14 of the Dockerfile syntax.
    let understood = flag == "chown" || value.chars().all(|c| c.is_digit(8));
    let alone = !command.contains(['&', ';', '|', '$', '`']);
    (sound && understood && alone && !rest.contains(&format!("--{flag}")))
        .then(|| format!("{word} --{flag}={value} {}", as_written(rest)))
}

/// Returns the source and the destination of a COPY. The classic builder writes `dir:<digits> in
/// /srv`, which hides the source.
fn as_written(rest: &str) -> String {
    match rest.split_once(" in ") {
        Some((source, place))
            if ["dir:", "file:", "multi:"].iter().any(|kind| source.starts_with(kind))
                && !source.contains(' ') =>
        {
            format!("… {place}")
        }
        _ => rest.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_classic_builder_hides_is_left_open() {
        assert_eq!(as_written("dir:070bc217 in /srv/shop"), "… /srv/shop");
        assert_eq!(as_written("shop /srv/shop"), "shop /srv/shop");
        assert_eq!(as_written("a in b"), "a in b");
    }
}
