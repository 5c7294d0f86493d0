//! Explains why bytes are in the image, and how to avoid them, with the image's own instructions.

use super::assign::{Group, Subject, has_any};
use super::rules::{Rule, Rules, Signature};
use super::{Fate, Whose};
use crate::advice::remedy::{Kind, LINE, Remedy, command, copies, merged};
use crate::advice::tool::Tool;
use crate::analysis::Inspection;
use crate::shell;
use crate::tree::Cause;

/// The number of later layers in which a user of an instruction's leftovers is searched.
const LATER: usize = 64;

/// Explains why the bytes of a group are in the image.
pub fn why(inspection: &Inspection, rules: &Rules, group: &Group, whose: Whose) -> String {
    let reason = match group.subject {
        Subject::Rule(number) => &rules.list[usize::from(number)].why,
        Subject::Signature(number) => &rules.signatures[usize::from(number)].why,
    };
    let born = group.born_in;
    let what = match group.fate {
        Fate::Left if whose == Whose::Base => format!("the base image brings them in layer {born}"),
        Fate::Left => {
            let word = inspection.layers[born].instruction.text.split_whitespace().next().unwrap_or_default();
            match word {
                "RUN" => format!("the RUN of layer {born} leaves them behind"),
                "COPY" | "ADD" => format!("the {word} of layer {born} brings them"),
                _ => format!("layer {born} brings them"),
            }
        }
        Fate::Gone { died_in } if died_in == born => {
            format!("layer {born} holds them and something else at their path")
        }
        Fate::Gone { died_in } => match group.cause(inspection) {
            Some(Cause::Recopied) => format!("layer {died_in} ships what layer {born} shipped already"),
            Some(Cause::Overwritten) => format!("layer {died_in} writes over what layer {born} still ships"),
            _ => format!("layer {died_in} hides the bytes of layer {born}, but layer {born} still ships them"),
        },
    };
    if reason.is_empty() { what } else { format!("{what}; {reason}") }
}

/// Finds the remedy for the bytes of a group.
pub fn find(inspection: &Inspection, rules: &Rules, group: &Group, whose: Whose, base: usize) -> Remedy {
    let remedy = match (whose, group.subject) {
        (Whose::Base, _) => for_base(group, base),
        (Whose::Own, Subject::Rule(number)) => for_rule(inspection, &rules.list[usize::from(number)], group),
        (Whose::Own, Subject::Signature(number)) => {
            for_signature(inspection, &rules.signatures[usize::from(number)], group)
        }
    };
    Remedy { saves: group.bytes, ..remedy }
}

fn for_base(group: &Group, base: usize) -> Remedy {
    let what = match group.fate {
        Fate::Gone { died_in } if died_in >= base => {
            "a base image without them, or another stage: what ships with the base image cannot be removed later"
        }
        _ => "a base image without them, such as a slim or runtime variant, or another stage",
    };
    Remedy::new(Kind::Base, what)
}

fn for_rule(inspection: &Inspection, rule: &Rule, group: &Group) -> Remedy {
    let text = |layer: usize| inspection.layers[layer].instruction.text.as_str();
    let born = group.born_in;
    if is_from_context(text(born)) && !rule.ignore.is_empty() {
        let remedy = Remedy::new(Kind::Ignore, "keep them out of the build context with .dockerignore");
        return Remedy { dockerignore: rule.ignore.clone(), ..remedy };
    }
    let line = match used_in(inspection, rule, group) {
        Some(user) => merged(inspection, born, user).and_then(|text| fitted(rule, &text)),
        None => fitted(rule, text(born)),
    };
    match group.fate {
        Fate::Gone { died_in } if line.is_none() => Remedy::merge(inspection, born, died_in, &rule.fix),
        Fate::Left | Fate::Gone { .. } => Remedy::new(Kind::Tool, rule.fix.as_str()).with_line(line),
    }
}

fn for_signature(inspection: &Inspection, signature: &Signature, group: &Group) -> Remedy {
    let text = |layer: usize| inspection.layers[layer].instruction.text.as_str();
    let born = group.born_in;
    match (group.fate, group.cause(inspection)) {
        (Fate::Gone { died_in }, Some(Cause::Recopied)) => {
            let line = with_mode(inspection, born, died_in).or_else(|| merged(inspection, born, died_in));
            if signature.id == "recopied" && is_from_context(text(born)) && text(died_in).starts_with("RUN ") {
                let what = format!(
                    "keep them out of the build context with .dockerignore if the RUN of layer {died_in} makes them anew; else {}",
                    signature.fix
                );
                return Remedy::new(Kind::Ignore, what).with_line(line);
            }
            Remedy::new(Kind::Copy, signature.fix.as_str()).with_line(line)
        }
        (Fate::Gone { died_in }, _) if copies(text(born)) && died_in != born => {
            let what = "copy only what stays: keep the rest out with .dockerignore, or copy it in another stage";
            Remedy::new(Kind::Ignore, what)
        }
        (Fate::Gone { died_in }, _) if died_in != born => Remedy::merge(inspection, born, died_in, &signature.fix),
        _ => Remedy::new(Kind::Other, signature.fix.as_str()),
    }
}

/// Returns whether a `COPY` or `ADD` reads from the build context. Paths in another stage, which
/// BuildKit's history does not name, begin with a slash.
fn is_from_context(text: &str) -> bool {
    let Some((word, rest)) = text.split_once(' ') else { return false };
    let source = rest.split_whitespace().find(|word| !word.starts_with("--"));
    matches!(word, "COPY" | "ADD") && !rest.contains("--from=") && source.is_some_and(|source| !source.starts_with('/'))
}

/// Returns the last later layer that needs the files of a rule, unless the layer that makes them
/// uses them itself.
fn used_in(inspection: &Inspection, rule: &Rule, group: &Group) -> Option<usize> {
    let uses = |layer: usize| {
        let text = &inspection.layers[layer].instruction.text;
        text.len() <= LINE && (rule.tools.iter().any(|tool| needs(tool, text)) || has_words(text, &rule.used_by))
    };
    let end = match group.fate {
        Fate::Left => inspection.layers.len(),
        Fate::Gone { died_in } => died_in,
    };
    if uses(group.born_in) {
        return None;
    }
    (group.born_in + 1..end.min(group.born_in + LATER)).rev().find(|&layer| uses(layer))
}

/// Returns whether an instruction needs what a tool leaves.
fn needs(tool: &Tool, text: &str) -> bool {
    let command = text.strip_prefix("RUN ").and_then(shell::read);
    command.is_some_and(|script| script.commands.iter().any(|command| tool.is_needed_by(command)))
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
fn with_mode(inspection: &Inspection, born: usize, died_in: usize) -> Option<String> {
    let text = &inspection.layers[born].instruction.text;
    let (word, rest) =
        text.split_once(' ').filter(|(word, rest)| matches!(*word, "COPY" | "ADD") && rest.len() <= LINE)?;
    let command = command(&inspection.layers[died_in].instruction.text)?;
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
            if ["dir:", "file:", "multi:"].iter().any(|kind| source.starts_with(kind)) && !source.contains(' ') =>
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
