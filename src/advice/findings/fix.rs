//! Explains why bytes are in the image, and how to avoid them, with the image's own instructions.

use super::assign::{Group, Subject, has_any};
use super::rules::{Rule, Rules};
use super::{Fate, Whose};
use crate::analysis::Inspection;
use crate::tree::Cause;

/// The most instructions that are merged into one.
const MERGED: usize = 6;
/// The longest instruction that is examined and written out, in bytes.
const LINE: usize = 16 << 10;
/// The number of later layers in which a user of an instruction's leftovers is searched.
const LATER: usize = 64;

/// A way to avoid bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The advice in a sentence.
    pub what: String,
    /// The changed instruction, made from the image's own; not escaped.
    pub dockerfile: Option<String>,
    /// Lines for `.dockerignore`.
    pub dockerignore: Vec<String>,
    /// The number of bytes that the image becomes smaller by.
    pub saves: u64,
}

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

/// Suggests how to avoid the bytes of a group.
pub fn of(inspection: &Inspection, rules: &Rules, group: &Group, whose: Whose, base: usize) -> Fix {
    let text = |layer: usize| inspection.layers[layer].instruction.text.as_str();
    let fix = |what: String, dockerfile: Option<String>| Fix {
        what,
        dockerfile: dockerfile.filter(|line| line.len() <= LINE),
        dockerignore: Vec::new(),
        saves: group.bytes,
    };
    let born = group.born_in;
    if whose == Whose::Base {
        let what = match group.fate {
            Fate::Gone { died_in } if died_in >= base => {
                "a base image without them, or another stage: what ships with the base image cannot be removed later"
            }
            _ => "a base image without them, such as a slim or runtime variant, or another stage",
        };
        return fix(what.into(), None);
    }
    let copied = text(born).starts_with("COPY ") || text(born).starts_with("ADD ");
    match group.subject {
        Subject::Rule(number) => {
            let rule = &rules.list[usize::from(number)];
            if is_from_context(text(born)) && !rule.ignore.is_empty() {
                let what = "keep them out of the build context with .dockerignore".into();
                return Fix { dockerignore: rule.ignore.clone(), ..fix(what, None) };
            }
            let line = match used_in(inspection, rule, group) {
                Some(user) => merged(inspection, born, user).and_then(|text| fitted(rule, &text)),
                None => fitted(rule, text(born)),
            };
            match group.fate {
                Fate::Gone { died_in } if line.is_none() => {
                    fix(merge_or(died_in, born, base, &rule.fix), merged(inspection, born, died_in))
                }
                Fate::Left | Fate::Gone { .. } => fix(rule.fix.clone(), line),
            }
        }
        Subject::Signature(number) => {
            let signature = &rules.signatures[usize::from(number)];
            match (group.fate, group.cause(inspection)) {
                (Fate::Gone { died_in }, Some(Cause::Recopied)) => {
                    let line = with_mode(inspection, born, died_in).or_else(|| merged(inspection, born, died_in));
                    if signature.id == "recopied" && is_from_context(text(born)) && text(died_in).starts_with("RUN ") {
                        let what = format!(
                            "keep them out of the build context with .dockerignore if the RUN of layer {died_in} makes them anew; else {}",
                            signature.fix
                        );
                        return fix(what, line);
                    }
                    fix(signature.fix.clone(), line)
                }
                (Fate::Gone { died_in }, _) if copied && died_in != born => {
                    let what =
                        "copy only what stays: keep the rest out with .dockerignore, or copy it in another stage";
                    fix(what.into(), None)
                }
                (Fate::Gone { died_in }, _) if died_in != born => {
                    fix(merge_or(died_in, born, base, &signature.fix), merged(inspection, born, died_in))
                }
                _ => fix(signature.fix.clone(), None),
            }
        }
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
        text.len() <= LINE && has_any(text, &rule.used_by)
    };
    let end = match group.fate {
        Fate::Left => inspection.layers.len(),
        Fate::Gone { died_in } => died_in,
    };
    if rule.used_by.is_empty() || uses(group.born_in) {
        return None;
    }
    (group.born_in + 1..end.min(group.born_in + LATER)).rev().find(|&layer| uses(layer))
}

/// Suggests what to do about bytes that one instruction adds and another removes.
fn merge_or(died_in: usize, born: usize, base: usize, otherwise: &str) -> String {
    if died_in <= born || born < base {
        return otherwise.into();
    }
    let layers: Vec<_> = (born..=died_in).map(|layer| layer.to_string()).collect();
    match layers.as_slice() {
        [one, other] => format!("merge RUN {one} and RUN {other}; or {otherwise}"),
        [.., last] if layers.len() <= 4 => {
            format!("merge RUN {} and {last}; or {otherwise}", layers[..layers.len() - 1].join(", "))
        }
        _ => otherwise.into(),
    }
}

/// Merges the instructions of a range of layers into one RUN, if all of them are RUNs.
fn merged(inspection: &Inspection, born: usize, died_in: usize) -> Option<String> {
    if died_in <= born || died_in - born >= MERGED {
        return None;
    }
    let commands: Option<Vec<_>> = (born..=died_in).map(|i| command(&inspection.layers[i].instruction.text)).collect();
    Some(format!("RUN {}", commands?.join(" \\\n && ")))
}

/// Returns the command of a RUN in shell form, in one line.
fn command(text: &str) -> Option<&str> {
    let command = text.strip_prefix("RUN ")?.trim();
    let plain =
        text.len() <= LINE && !command.starts_with("<<") && !command.starts_with("--") && !command.starts_with('[');
    (plain && !command.contains('\n')).then_some(command)
}

/// Applies the replacements and additions of a rule to an instruction.
fn fitted(rule: &Rule, text: &str) -> Option<String> {
    let run = text.strip_prefix("RUN ").filter(|run| run.len() <= LINE)?;
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

    fn line(id: &str, text: &str) -> Option<String> {
        let rules = Rules::built_in();
        fitted(rules.iter().find(|rule| rule.id == id).unwrap(), text)
    }

    #[test]
    fn a_cleanup_is_appended_to_the_instruction_that_needs_it() {
        assert_eq!(
            line("apt-lists", "RUN apt-get update && apt-get install -y curl").unwrap(),
            "RUN apt-get update && apt-get install -y curl \\\n && rm -rf /var/lib/apt/lists/*"
        );
        assert_eq!(
            line("apt-lists", "RUN <<EOF\napt-get update\nEOF").unwrap(),
            "RUN <<EOF\napt-get update\nrm -rf /var/lib/apt/lists/*\nEOF"
        );
        assert_eq!(line("apt-lists", "RUN curl x | sh"), None, "what did it is not known");
        assert_eq!(line("apt-lists", "COPY . ."), None);
    }

    #[test]
    fn what_the_classic_builder_hides_is_left_open() {
        assert_eq!(as_written("dir:070bc217 in /srv/shop"), "… /srv/shop");
        assert_eq!(as_written("shop /srv/shop"), "shop /srv/shop");
        assert_eq!(as_written("a in b"), "a in b");
    }

    #[test]
    fn a_flag_is_put_into_the_instruction_s_own_words() {
        let pip = |text| line("pip", text).unwrap();
        assert_eq!(
            pip("RUN pip install -r a.txt && python -m pip install b"),
            "RUN pip install --no-cache-dir -r a.txt && python -m pip install --no-cache-dir b"
        );
        assert_eq!(pip("RUN pip3 install x"), "RUN pip3 install --no-cache-dir x");
        assert_eq!(line("apk-cache", "RUN apk add --update go git").unwrap(), "RUN apk add --no-cache go git");
        assert_eq!(line("apk-cache", "RUN apk add --no-cache go"), None, "it is there already");
    }
}
