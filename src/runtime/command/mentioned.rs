//! Paths that the text of a script mentions, with its variables and homes in all values that they
//! may have.

use std::collections::HashMap;

use super::from_start::FromStart;
use crate::image::Run;
use crate::tree::{NodeId, Tree};

/// The most words of a text that are looked at.
const WORDS: usize = 1 << 14;
/// The longest word that is expanded, in bytes.
const WORD: usize = 1 << 10;
/// The most values of a word.
const VALUES: usize = 32;
/// The most expansions within one another.
const DEPTH: usize = 8;
/// Place of a value that is not known.
const UNKNOWN: char = '\0';

/// Paths that a text mentions.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mentioned {
    /// Files and directories, with the symbolic links that lead to them.
    pub nodes: Vec<NodeId>,
    /// The ends of paths that begin with an unknown value, without a slash before them.
    pub ends: Vec<String>,
}

/// Variables that name directories for many files, or for files to come.
const OF_ALL: [&str; 9] = [
    "HOME",
    "PATH",
    "TEMP",
    "TMP",
    "TMPDIR",
    "XDG_CACHE_HOME",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_STATE_HOME",
];

/// Finds the absolute paths that variables of the environment name, by the variable. One for a cache
/// tells where to leave what can be made again.
pub fn named_by_environment<'a>(tree: &Tree, run: &'a Run) -> Vec<(&'a str, Vec<NodeId>)> {
    let places = FromStart::new(tree, run);
    let set = run.environment.raw_values().filter(|(name, value)| {
        let is_cache = name.to_ascii_uppercase().contains("CACHE");
        !OF_ALL.contains(name) && !is_cache && value.starts_with('/') && value.len() <= WORD
    });
    let found = set.map(|(name, value)| {
        let parts = value.split([':', ',', ';', ' ']).filter(|part| part.starts_with('/'));
        (name, parts.filter_map(|part| places.nodes(part)).flatten().collect::<Vec<_>>())
    });
    found.filter(|(_, nodes)| !nodes.is_empty()).collect()
}

/// Finds the absolute paths that texts of any format name.
pub fn named_in_texts(tree: &Tree, run: &Run, texts: &[String]) -> Vec<NodeId> {
    let places = FromStart::new(tree, run);
    let is_end = |c: char| c.is_whitespace() || "\"'`;&|()[]{}<>,=:".contains(c);
    let words = texts.iter().flat_map(|text| {
        let words = text.split(is_end).filter(|word| word.starts_with('/') && word.len() <= WORD);
        words.take(WORDS)
    });
    words.filter_map(|word| places.nodes(word)).flatten().collect()
}

/// Finds the paths that texts mention.
pub fn mentioned(tree: &Tree, run: &Run, texts: &[String]) -> Mentioned {
    let places = FromStart::new(tree, run);
    let mut values = Values::gather(tree, run);
    let mut mentioned = Mentioned::default();
    for text in texts {
        let text = text.replace(['"', '\''], "");
        let is_end = |c: char| c.is_whitespace() || ";&|()<>`,".contains(c);
        let words = text.split(is_end).filter(|word| !word.is_empty() && word.len() <= WORD);
        for word in words.take(WORDS) {
            let value = match word.split_once('=') {
                Some((name, value)) if !name.is_empty() && name.chars().all(is_name) => {
                    let known = values.expand(value, DEPTH);
                    values.add(name, known);
                    value
                }
                Some((option, value)) if option.starts_with('-') => value,
                _ => word,
            };
            for path in values.expand(value, DEPTH) {
                mentioned.add(&path, |path| places.nodes(path));
            }
        }
    }
    mentioned
}

impl Mentioned {
    fn add(&mut self, path: &str, find: impl Fn(&str) -> Option<Vec<NodeId>>) {
        if let Some((_, end)) = path.rsplit_once(UNKNOWN) {
            let end = end.trim_matches('/');
            if !end.is_empty() {
                self.ends.push(end.to_owned());
            }
            return;
        }
        // Of a pattern, the directory counts.
        let whole = match path.find(['*', '?', '[']) {
            Some(at) => path[..at].rsplit_once('/').map_or("", |(directory, _)| directory),
            None => path,
        };
        let parts = [whole].into_iter().chain(whole.split(':').filter(|_| whole.contains(':')));
        for part in parts.filter(|part| !part.is_empty()) {
            self.nodes.extend(find(part).into_iter().flatten());
        }
    }
}

/// The values that variables may have.
struct Values {
    known: HashMap<String, Vec<String>>,
    homes: Vec<String>,
}

impl Values {
    fn gather(tree: &Tree, run: &Run) -> Self {
        let mut homes = vec!["/root".to_owned()];
        homes.extend(run.environment.raw_value("HOME").map(str::to_owned));
        if let Some(home) = tree.find(b"/home") {
            let names = tree
                .children(home)
                .map(|child| String::from_utf8_lossy(tree.name(child)).into_owned());
            homes.extend(names.take(VALUES).map(|name| format!("/home/{name}")));
        }
        let mut values = Self { known: HashMap::new(), homes: homes.clone() };
        let below =
            |place: &str| homes.iter().map(|home| format!("{home}{place}")).collect::<Vec<_>>();
        let own = [("HOME", ""), ("XDG_CACHE_HOME", "/.cache"), ("XDG_DATA_HOME", "/.local/share")];
        for (name, place) in own.into_iter().chain([("XDG_CONFIG_HOME", "/.config")]) {
            values.add(name, below(place));
        }
        for (name, value) in run.environment.raw_values() {
            values.add(name, vec![value.to_owned()]);
        }
        values
    }

    fn add(&mut self, name: &str, more: Vec<String>) {
        let known = self.known.entry(name.to_owned()).or_default();
        for value in more {
            if known.len() < VALUES && !known.contains(&value) {
                known.push(value);
            }
        }
    }

    /// Returns the values that a word may have.
    fn expand(&self, word: &str, depth: usize) -> Vec<String> {
        if depth == 0 {
            return vec![UNKNOWN.to_string()];
        }
        if let Some(rest) =
            word.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'))
        {
            let rests = self.expand(rest, depth - 1);
            return product(&self.homes, &rests);
        }
        let Some((before, rest)) = word.split_once('$') else { return vec![word.to_owned()] };
        let (inner, behind) = match rest.strip_prefix('{') {
            Some(inner) => closed(inner),
            None => rest.split_at(rest.find(|c| !is_name(c)).unwrap_or(rest.len())),
        };
        let (name, operator) = inner.split_at(inner.find(|c| !is_name(c)).unwrap_or(inner.len()));
        let mut values = self.known.get(name).cloned().unwrap_or_default();
        if let Some(default) = operator.trim_start_matches(':').strip_prefix(['-', '=']) {
            values.extend(self.expand(default, depth - 1));
        }
        if values.is_empty() {
            values.push(UNKNOWN.to_string());
        }
        let behind = self.expand(behind, depth - 1);
        product(&[before.to_owned()], &product(&values, &behind))
    }
}

/// Returns each of some texts before each of some others.
fn product(firsts: &[String], lasts: &[String]) -> Vec<String> {
    let all =
        firsts.iter().flat_map(|first| lasts.iter().map(move |last| format!("{first}{last}")));
    all.filter(|value| value.len() <= 4 * WORD).take(VALUES).collect()
}

/// Splits at the brace that closes.
fn closed(text: &str) -> (&str, &str) {
    let mut open = 1;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' => open -= 1,
            _ => {}
        }
        if open == 0 {
            return (&text[..at], &text[at + 1..]);
        }
    }
    (text, "")
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_have_all_the_values_that_they_may_have() {
        let mut values =
            Values { known: HashMap::new(), homes: vec!["/root".into(), "/home/u".into()] };
        values.add("A", vec!["/a".into()]);
        let expanded = |word: &str| values.expand(word, DEPTH).join(" ").replace(UNKNOWN, "?");
        assert_eq!(expanded("~/x"), "/root/x /home/u/x");
        assert_eq!(expanded("$A/x/${A}"), "/a/x//a");
        assert_eq!(expanded("${A:-/b}/x"), "/a/x /b/x");
        assert_eq!(expanded("${B:-${A}/c}/x"), "/a/c/x");
        assert_eq!(expanded("$B/x"), "?/x");
        assert_eq!(expanded("${B"), "?");
    }
}
