//! Secrets in the words of a command that no shell takes apart: those of a config, and the exec form
//! of an instruction, such as `["curl", "-u", "me:secret"]`.

use std::ops::Range;

use super::command::{self, arguments};
use super::documents::find_in_documents;
use super::names::{is_secret, is_value};
use super::rules::rules;
use super::written::find_written;
use super::{Hit, apart};
use crate::shell::base_name;

/// The most exec forms of a text.
const FORMS: usize = 1_000;
/// The characters that end a value in a shell, and mean nothing special in a word.
const OF_SHELL: [char; 12] = ['\'', '"', '`', ';', '&', '|', '<', '>', '\\', ' ', '\t', '\n'];

/// Finds the secrets in a command as a shell reads it, and in what it writes into files.
pub(super) fn find_in_script(text: &str) -> Vec<Hit> {
    let mut hits = command::find_in_command(text);
    hits.extend(find_written(text));
    hits.extend(find_in_documents(text));
    hits
}

/// Finds the secrets in the words of a command, each with the number of its word and its place in it.
pub fn find_in_words(words: &[String]) -> Vec<(usize, Hit)> {
    let mut of_word: Vec<_> = words.iter().map(|word| find_in_script(word)).collect();
    for (number, pair) in words.windows(2).enumerate() {
        let [option, value] = pair else { continue };
        // `--token`, `abc`: the value of an option is a word of its own.
        if option.starts_with("--") && is_secret(option, value.as_bytes()) {
            let name = Some(option.trim_start_matches('-').into());
            let hit = Hit { kind: &rules().named, range: 0..value.len(), name };
            of_word[number + 1].push(hit);
        }
    }
    for (number, hit) in given(words) {
        of_word[number].push(hit);
    }
    let all = of_word.into_iter().enumerate();
    all.flat_map(|(number, hits)| apart(hits).into_iter().map(move |hit| (number, hit))).collect()
}

/// Finds the passwords that words give to a program.
fn given(words: &[String]) -> Vec<(usize, Hit)> {
    let (mut joined, mut starts) = (String::new(), Vec::new());
    for (number, word) in words.iter().enumerate() {
        starts.push(joined.len());
        let is_script = is_script(words, number);
        let bare = |c: char| if !is_script && OF_SHELL.contains(&c) { '_' } else { c };
        joined.extend(word.chars().map(bare));
        joined.push(' ');
    }
    let hits = arguments(&joined).into_iter().filter_map(|hit| {
        let number = starts.partition_point(|&start| start <= hit.range.start).checked_sub(1)?;
        let (word, start) = (&words[number], starts[number]);
        let from = hit.range.start - start;
        let to = (hit.range.end - start).min(word.len());
        let ends = word.get(to..)?.starts_with([',', ']']) && !is_script(words, number);
        let range = from..if ends { word.len() } else { to };
        is_value(word.get(range.clone())?.as_bytes()).then_some((number, Hit { range, ..hit }))
    });
    hits.collect()
}

/// Returns whether a word is a script, which a shell takes apart.
fn is_script(words: &[String], number: usize) -> bool {
    let Some(before) = number.checked_sub(1).map(|before| words[before].as_str()) else {
        return words.len() == 1;
    };
    let is_option = before.starts_with('-') && !before.starts_with("--") && before.ends_with('c');
    let has_shell = || words[..number].iter().any(|word| base_name(word).ends_with("sh"));
    before == "CMD-SHELL" || is_option && has_shell()
}

/// Finds the secrets in the exec forms of a text, as Dockerfiles and histories have them: with commas
/// between the words, or without.
pub fn find_in_exec_forms(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    let mut at = 0;
    for _ in 0..FORMS {
        let Some(open) = text[at..].find('[').map(|open| at + open + 1) else { break };
        at = open;
        let Some((form, end)) = ExecForm::read(text, open) else { continue };
        at = end;
        let found = find_in_words(&form.words).into_iter();
        hits.extend(found.map(|(word, hit)| Hit { range: form.range(word, &hit.range), ..hit }));
    }
    hits
}

/// The words of an exec form, with the places of their bytes in the text.
#[derive(Default)]
struct ExecForm {
    words: Vec<String>,
    places: Vec<Vec<Range<usize>>>,
}

impl ExecForm {
    /// Reads the words behind a bracket, up to the bracket that ends them.
    fn read(text: &str, mut at: usize) -> Option<(Self, usize)> {
        let mut form = Self::default();
        loop {
            let rest = text.get(at..)?;
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', ',']);
            at += rest.len() - trimmed.len();
            match trimmed.chars().next()? {
                '"' => at = form.word(text, at + 1)?,
                ']' if form.words.is_empty() => return None,
                ']' => return Some((form, at + 1)),
                _ => return None,
            }
        }
    }

    /// Reads a word behind its quote; returns the place behind the one that ends it.
    fn word(&mut self, text: &str, from: usize) -> Option<usize> {
        let (mut word, mut places) = (String::new(), Vec::new());
        let mut characters = text.get(from..)?.char_indices();
        while let Some((start, c)) = characters.next() {
            let c = match c {
                '"' => {
                    self.words.push(word);
                    self.places.push(places);
                    return Some(from + start + 1);
                }
                '\\' => match characters.next()?.1 {
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'u' => {
                        let digits = characters.as_str().get(..4)?;
                        let number = u32::from_str_radix(digits, 16).ok()?;
                        characters.by_ref().nth(3);
                        char::from_u32(number).unwrap_or(char::REPLACEMENT_CHARACTER)
                    }
                    other => other,
                },
                c => c,
            };
            let place = from + start..from + characters.offset();
            word.push(c);
            places.resize(word.len(), place);
        }
        None
    }

    /// Returns the place of a part of a word in the text.
    fn range(&self, word: usize, part: &Range<usize>) -> Range<usize> {
        let places = &self.places[word][part.clone()];
        places.first().map_or(0, |first| first.start)..places.last().map_or(0, |last| last.end)
    }
}
