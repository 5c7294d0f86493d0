//! Secrets in instructions of a Dockerfile, and how such texts are masked.

use std::borrow::Cow;

use super::names::is_secret;
use super::rules::rules;
use super::words::{find_in_exec_forms, find_in_script, find_in_words};
use super::{Hit, Masked, apart, elsewhere};

/// Finds the secrets in a command, or in an instruction of a Dockerfile.
pub fn find_in_command(text: &str) -> Vec<Hit> {
    let mut hits = find_in_script(text);
    hits.extend(find_in_exec_forms(text));
    hits.extend(elsewhere::in_braces(text));
    apart(hits)
}

/// Finds the secrets in the value of a variable: the whole value, if its name says so.
pub fn find_named(name: &str, value: &str) -> Vec<Hit> {
    let mut hits = find_in_command(value);
    if is_secret(name, value.as_bytes()) {
        hits.push(Hit { kind: &rules().named, range: 0..value.len(), name: None });
    }
    apart(hits)
}

/// Masks the secrets in a command, or in an instruction of a Dockerfile.
pub fn mask(text: &str) -> Cow<'_, str> {
    let hits = find_in_command(text);
    if hits.is_empty() {
        return Cow::Borrowed(text);
    }
    let (mut out, mut done) = (String::with_capacity(text.len()), 0);
    for hit in hits {
        // Tokens are ASCII, and the other expressions match whole characters.
        let (Some(before), Some(value)) =
            (text.get(done..hit.range.start), text.get(hit.range.clone()))
        else {
            continue;
        };
        out.push_str(before);
        out.push_str(Masked::new(value.as_bytes()).as_str());
        done = hit.range.end;
    }
    out.push_str(text.get(done..).unwrap_or_default());
    Cow::Owned(out)
}

/// Masks the secrets in the words of a command.
pub fn mask_words(words: &[String]) -> Vec<String> {
    let mut masked = words.to_vec();
    for (number, hit) in find_in_words(words).into_iter().rev() {
        let value = Masked::new(words[number][hit.range.clone()].as_bytes());
        masked[number].replace_range(hit.range, value.as_str());
    }
    masked
}
