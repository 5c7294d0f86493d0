//! Secrets in the config: environment, labels, commands, history.

use crate::escape::Untrusted;
use std::collections::HashSet;

use super::{Place, Secret};
use crate::analysis::Inspection;
use crate::display::escaped_str;
use crate::image::{HistoryEntry, NOTES};
use crate::secret::{
    FoundValues, Hit, MOST, Masked, ValueHash, find_in_command, find_in_words, find_named, is_cut,
};
use crate::shell::without_arguments;

/// Finds the secrets in the config of an image, each value once, and adds their values to those that
/// are known. Returns false, too, if there are more than are counted.
pub fn find(inspection: &Inspection, values: &mut FoundValues) -> (Vec<Secret>, bool) {
    let (list, known, set) = (Vec::new(), HashSet::new(), Vec::new());
    let mut found = Found { list, known, set, values, is_whole: true };
    let run = &inspection.run;
    for (variables, place) in [(&run.environment, Place::Environment), (&run.labels, Place::Label)]
    {
        for (name, value) in variables.raw_values() {
            let hits = find_named(name, value);
            found.is_whole &= !is_cut(&hits);
            for hit in hits {
                found.add(value, &Hit { name: Some(name.to_owned()), ..hit }, place.clone());
                found.set.push((name.to_owned(), bare(value)));
            }
        }
    }
    metadata(inspection).into_iter().for_each(|text| found.metadata(text));
    // What CMD has are arguments of ENTRYPOINT.
    let entrypoint = run.entrypoint.len();
    found.words(&run.words(), |word| if word < entrypoint { "ENTRYPOINT" } else { "CMD" });
    found.words(&Untrusted::raw_words(&run.health_check), |_| "HEALTHCHECK");
    for instruction in &run.on_build {
        found.words(&[instruction.raw().to_owned()], |_| "ONBUILD");
    }
    for (number, entry) in inspection.history.iter().enumerate() {
        found.history(number, entry);
    }
    // The history has most of it, too.
    notes(inspection).into_iter().for_each(|text| found.metadata(text));
    (found.list, found.is_whole)
}

/// A text that runs nothing: what it is, its name and its value.
type Named<'a> = (&'static str, &'a str, &'a str);

/// Lists what builders note of the last step of a build, and of the whole build.
fn notes(inspection: &Inspection) -> Vec<Named<'_>> {
    let notes = inspection.run.build.raw_values().filter(|(name, _)| NOTES.contains(name));
    let notes = notes.map(|(name, value)| match name {
        "comment" => ("a comment in the config", name, value),
        "build request" => ("what BuildKit was asked for (buildinfo)", "", value),
        _ => ("the command of the build (container_config)", "", value),
    });
    notes.collect()
}

/// Lists the texts of manifest and config that run nothing, and that whoever pulls the image gets, too:
/// each with what it is, its name and its value.
fn metadata(inspection: &Inspection) -> Vec<Named<'_>> {
    let run = &inspection.run;
    let annotations = run.annotations.raw_values();
    let annotations = annotations.map(|(name, value)| ("an annotation", name, value));
    let build = run.build.raw_values().filter(|(name, _)| !NOTES.contains(name));
    let build = build.map(|(name, value)| match name {
        "author" => ("the author", name, value),
        _ => ("the environment of the build (container_config)", name, value),
    });
    let comments = inspection.history.iter().filter_map(|entry| entry.comment.as_ref());
    let comments = comments.map(|text| ("a comment in the history", "comment", text.raw()));
    let authors = inspection.history.iter().filter_map(|entry| entry.author.as_ref());
    let authors = authors.map(|text| ("the author in the history", "author", text.raw()));
    let attestations = run.attestations.iter();
    let attestations = attestations.map(|text| ("the provenance (attestation)", "", text.raw()));
    let shell = run.shell.iter().map(|word| ("the SHELL", "shell", word.raw()));
    let single =
        [("the USER", "user", run.user.raw()), ("the WORKDIR", "directory", run.directory.raw())];
    let texts = comments.chain(authors).chain(attestations).chain(shell).chain(single);
    annotations.chain(build).chain(texts).collect()
}

/// The secrets so far, and the values that they have.
struct Found<'a> {
    list: Vec<Secret>,
    known: HashSet<String>,
    /// The variables and labels of the config without quotes, which the history has once more.
    set: Vec<(String, String)>,
    values: &'a mut FoundValues,
    /// False if there are more secrets than are counted.
    is_whole: bool,
}

impl Found<'_> {
    /// Searches the words of a command; `keyword` is the instruction that has a word.
    fn words(&mut self, words: &[String], keyword: impl Fn(usize) -> &'static str) {
        let hits = find_in_words(words);
        self.is_whole &= hits.len() < MOST;
        for (word, hit) in hits {
            self.add(&words[word], &hit, Place::Command(keyword(word)));
        }
    }

    /// Searches a text that runs nothing.
    fn metadata(&mut self, (what, name, value): Named<'_>) {
        for hit in find_named(name, value) {
            let name = hit.name.clone().filter(|_| name.is_empty()).unwrap_or(name.to_owned());
            let name = Some(name).filter(|name| !name.is_empty());
            self.add(value, &Hit { name, ..hit }, Place::Metadata(what));
        }
    }

    fn history(&mut self, number: usize, entry: &HistoryEntry) {
        let Some(text) = entry.created_by.as_ref().map(|text| text.raw().trim()) else { return };
        let run = text.strip_prefix("RUN ").unwrap_or(text);
        // The build arguments are what stands before the shell.
        let arguments = text.len() - without_arguments(run).len();
        let keyword = keyword(entry.instruction_as_written().text.raw());
        let hits = find_in_command(text);
        self.is_whole &= !is_cut(&hits);
        for hit in hits {
            let place = match run.starts_with('|') && hit.range.start < arguments {
                true => Place::BuildArgument { entry: number },
                false => Place::History { entry: number, keyword },
            };
            let is_variable = matches!(keyword, "ENV" | "LABEL");
            if is_variable && self.is_whole && self.is_set(text, &hit) {
                self.values.add(&text.as_bytes()[hit.range]);
                continue;
            }
            self.add(text, &hit, place);
        }
    }

    /// Returns whether the config has the same variable with this value: whole, or as the history
    /// cuts or quotes it.
    fn is_set(&self, text: &str, hit: &Hit) -> bool {
        let value = text.get(hit.range.clone()).unwrap_or_default();
        let value = bare(value.trim_end_matches("...").trim_end_matches('…'));
        let is_same = |(name, whole): &(String, String)| {
            hit.name.as_ref().is_none_or(|other| other == name)
                && (whole.contains(&value) || value.contains(whole.as_str()))
        };
        !value.is_empty() && self.set.iter().any(is_same)
    }

    fn add(&mut self, text: &str, hit: &Hit, place: Place) {
        let value = text.get(hit.range.clone()).unwrap_or_default();
        self.values.add(value.as_bytes());
        if !self.known.insert(value.to_owned()) {
            return;
        }
        self.is_whole &= self.list.len() < MOST;
        if self.list.len() < MOST {
            self.list.push(Secret {
                kind: hit.kind,
                place,
                name: hit.name.as_deref().map(escaped_str),
                inode: None,
                added_in: None,
                removed_in: None,
                reason: None,
                shown: Masked::new(value.as_bytes()),
                hash: ValueHash::new(value.as_bytes()),
                origin: None,
            });
        }
    }
}

/// Returns a value without its quotes.
fn bare(text: &str) -> String {
    text.replace(['"', '\'', '\\'], "")
}

/// Returns the keyword of an instruction.
fn keyword(instruction: &str) -> &'static str {
    const KEYWORDS: [&str; 11] = [
        "RUN",
        "CMD",
        "ENTRYPOINT",
        "ENV",
        "ARG",
        "LABEL",
        "HEALTHCHECK",
        "ONBUILD",
        "COPY",
        "ADD",
        "SHELL",
    ];
    let first = instruction.split_whitespace().next().unwrap_or_default();
    KEYWORDS.into_iter().find(|&keyword| keyword == first).unwrap_or("first")
}
