//! The lines of a Dockerfile that bring secrets into the config of an image.
//!
//! A secret is looked for by its value first, in every stage, the last one first. A value that the
//! Dockerfile does not spell out comes by a variable: then the name tells, and else the instruction
//! that made the entry of the history.

use super::mapping::map;
use super::parse::{Dockerfile, Instruction, Keyword};
use super::step::steps;
use crate::advice::secrets::{Place, Secret};
use crate::analysis::Inspection;
use crate::secret::{Hit, ValueHash, find_in_command, find_in_words, find_named};

/// A secret that a Dockerfile spells out.
struct Spelt {
    hash: ValueHash,
    keyword: Keyword,
    line: usize,
}

/// Returns, for each secret of the config, the line that brings it, counted from 1: the last `FROM` for
/// one of the base image, `None` for one in a file, which its layer brings.
pub fn lines_of_secrets(
    file: &Dockerfile,
    inspection: &Inspection,
    secrets: &[Secret],
) -> Vec<Option<usize>> {
    if secrets.iter().all(|secret| keywords(&secret.place).is_empty()) {
        return vec![None; secrets.len()];
    }
    let steps = map(file, &steps(&inspection.history, inspection.layers.len())).steps;
    let spelt: Vec<_> =
        file.instructions.iter().flat_map(|instruction| spelt(file, instruction)).collect();
    let line = |secret: &Secret| {
        let keywords = keywords(&secret.place);
        let first = keywords.first()?;
        let base = file.instructions.get(file.last_from()).map(|from| from.line);
        let by_value = |is_keyword: &dyn Fn(Keyword) -> bool| {
            let spelt = spelt.iter().rev();
            let mut spelt = spelt.filter(|it| it.hash == secret.hash && is_keyword(it.keyword));
            spelt.next().map(|it| it.line)
        };
        by_value(&|keyword| keyword == *first)
            .or_else(|| by_value(&|keyword| keywords.contains(&keyword)))
            .or_else(|| by_value(&|_| true))
            .or_else(|| by_name(file, &keywords, secret.name.as_deref()))
            .or_else(|| by_history(file, &steps, &secret.place))
            .or(base)
    };
    secrets.iter().map(line).collect()
}

/// Returns the keywords of the instructions that bring a secret to a place, the likeliest first.
fn keywords(place: &Place) -> Vec<Keyword> {
    match place {
        Place::File { .. } | Place::Metadata(_) => Vec::new(),
        Place::Environment => vec![Keyword::Env, Keyword::Arg],
        Place::Label => vec![Keyword::Label, Keyword::Arg],
        Place::BuildArgument { .. } => vec![Keyword::Arg],
        Place::Command(keyword) | Place::History { keyword, .. } => {
            vec![Keyword::named(keyword), Keyword::Arg, Keyword::Env]
        }
    }
}

/// Finds the secrets that an instruction spells out, in its arguments and its here-documents.
fn spelt(file: &Dockerfile, instruction: &Instruction) -> Vec<Spelt> {
    let keyword = instruction.keyword;
    let of = |text: &str, hit: &Hit, line| Spelt {
        hash: ValueHash::new(text[hit.range.clone()].as_bytes()),
        keyword,
        line,
    };
    // `ENV` and `ARG` have variables with spaces, so that the keyword is needed.
    let lead = format!("{} ", keyword.name());
    let text = format!("{lead}{}", instruction.arguments);
    let mut all: Vec<_> = find_in_command(&text)
        .iter()
        .map(|hit| {
            let at = instruction.place(hit.range.start.saturating_sub(lead.len()));
            of(&text, hit, file.line_at(at))
        })
        .collect();
    all.extend(in_documents(file, instruction, &text));
    // The config has the words of the exec form, and the values of variables without quotes.
    if let Some(words) = instruction.json() {
        let hits = find_in_words(&words).into_iter();
        all.extend(hits.map(|(word, hit)| of(&words[word], &hit, instruction.line)));
    }
    for (name, value, at) in assignments(instruction) {
        let line = file.line_at(instruction.place(at));
        all.extend(find_named(&name, &value).iter().map(|hit| of(&value, hit, line)));
    }
    all
}

/// Finds the secrets in the here-documents of an instruction; its command, `text`, names the files.
fn in_documents(file: &Dockerfile, instruction: &Instruction, text: &str) -> Vec<Spelt> {
    let mut whole = text.to_owned();
    let mut places = Vec::new();
    for document in &instruction.heredocs {
        whole.push('\n');
        places.push((whole.len(), document.body.start));
        whole += &file.source()[document.body.clone()];
        whole += &document.name;
    }
    let hits = find_in_command(&whole).into_iter().filter_map(|hit| {
        let &(start, body) = places.iter().rfind(|(start, _)| *start <= hit.range.start)?;
        let line = file.line_at(body + hit.range.start - start);
        let hash = ValueHash::new(whole[hit.range].as_bytes());
        Some(Spelt { hash, keyword: instruction.keyword, line })
    });
    hits.collect()
}

/// Returns the variables that an instruction sets, with their values without quotes and the offsets of
/// their names in the arguments.
fn assignments(instruction: &Instruction) -> Vec<(String, String, usize)> {
    if !matches!(instruction.keyword, Keyword::Env | Keyword::Arg | Keyword::Label) {
        return Vec::new();
    }
    let text = &instruction.arguments;
    let bare = |text: &str| text.replace(['"', '\'', '\\'], "");
    let first = text.trim_start();
    // The old form has one variable: `ENV NAME value`.
    if let Some((name, value)) = first.split_once(char::is_whitespace)
        && !name.contains('=')
    {
        return vec![(bare(name), bare(value.trim()), text.len() - first.len())];
    }
    let mut all = Vec::new();
    let (mut quote, mut start) = (None, None);
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            (None, c) if c.is_whitespace() => {
                let word = start.take().map(|start: usize| (start, &text[start..at]));
                let pair = word.and_then(|(start, word)| Some((start, word.split_once('=')?)));
                all.extend(pair.map(|(start, (name, value))| (bare(name), bare(value), start)));
                continue;
            }
            _ => {}
        }
        start.get_or_insert(at);
    }
    all
}

/// Returns the line of the last instruction that names a variable: it sets it, or it takes it from the
/// one who builds.
fn by_name(file: &Dockerfile, keywords: &[Keyword], name: Option<&str>) -> Option<usize> {
    let name = name?;
    let names = |instruction: &&Instruction| {
        let arguments = instruction.arguments.trim_start();
        let first = arguments.split(['=', ' ', '\t']).next().unwrap_or_default();
        matches!(instruction.keyword, Keyword::Env | Keyword::Arg | Keyword::Label)
            && (first.trim_matches(['"', '\'']) == name
                || assignments(instruction).iter().any(|(other, ..)| other == name))
    };
    keywords.iter().find_map(|&keyword| {
        let mut last = file.instructions.iter().rev().filter(names);
        Some(last.find(|instruction| instruction.keyword == keyword)?.line)
    })
}

/// Returns the line of the instruction that made an entry of the history; for a command of the config,
/// that of the last such instruction.
fn by_history(file: &Dockerfile, steps: &[Option<usize>], place: &Place) -> Option<usize> {
    let mut all = file.instructions.iter().zip(steps).rev();
    let found = all.find(|(instruction, step)| match place {
        Place::BuildArgument { entry } | Place::History { entry, .. } => **step == Some(*entry),
        Place::Command(keyword) => instruction.keyword == Keyword::named(keyword),
        Place::File { .. } | Place::Environment | Place::Label | Place::Metadata(_) => false,
    });
    Some(found?.0.line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spelt_in(text: &str) -> Vec<(&'static str, usize)> {
        let file = Dockerfile::parse(text).unwrap();
        let all = file.instructions.iter().flat_map(|instruction| spelt(&file, instruction));
        let mut all: Vec<_> = all.map(|it| (it.keyword.name(), it.line)).collect();
        all.dedup();
        all
    }

    #[test]
    fn a_value_is_found_on_the_line_on_which_it_stands() {
        let text = "FROM a AS b\nENV A=1 \\\n    DB_PASSWORD=\"hunter2 hunter3\"\nFROM b\n\
                    CMD [\"serve\", \"--token\", \"t0psecret-token\"]\nRUN <<E\ntrue\n\
                    curl -u ci:hunter2x https://acme.dev\nE\nLABEL ci.token='hunter2-label'\n\
                    ENV API_KEY hunter2-old-form\n";
        assert_eq!(
            spelt_in(text),
            [("ENV", 3), ("CMD", 5), ("RUN", 8), ("LABEL", 10), ("ENV", 11)]
        );
    }

    #[test]
    fn values_of_variables_have_no_quotes() {
        let file = Dockerfile::parse("FROM a\nENV A=\"x y\" B='z' C=1\\ 2\n").unwrap();
        let values: Vec<_> = assignments(&file.instructions[1]);
        assert_eq!(values[0], ("A".into(), "x y".into(), 0));
        assert_eq!(values[1], ("B".into(), "z".into(), 8));
        assert_eq!(values.len(), 3);
    }
}
