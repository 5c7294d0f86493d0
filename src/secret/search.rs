//! Searches the contents of a file, in the way that its path asks for.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::code::find_in_code;
use super::command::{find_addresses, find_calls, find_in_command, pairs_of_file};
use super::elsewhere;
use super::encoding::{Encoding, as_utf8};
use super::hints::find_near_names;
use super::names::is_value;
use super::rules::{FileRule, Looks, rules};
use super::settings::{find_settings, find_settings_and_commands, find_variables};
use super::telling::is_telling;
use super::token::find_tokens;
use super::{HITS, Hit, MOST, apart, is_cut};
use crate::glob::Pairs;

/// The largest file that is searched as a whole, in bytes. A larger text is searched in blocks.
const WHOLE: u64 = 8 << 20;
/// The largest text that is kept to look for copies of a secret in it, in bytes; a larger one is read
/// again.
const SMALL: u64 = 16 << 10;
/// The longest word that is a secret because it is all that a file holds, in bytes.
const LONGEST_WORD: usize = 1 << 10;
/// The words in the names of texts whose values are made up, and the pairs of bytes that they begin with.
static SAMPLES: LazyLock<(Pairs, AhoCorasick)> = LazyLock::new(|| {
    let words = ["example", "sample", "template", ".dist", ".defaults", ".schema"];
    let search = AhoCorasick::builder().ascii_case_insensitive(true).build(words);
    (Pairs::in_any_case(words), search.expect("a test makes it"))
});
/// The ends of the names of documents, which have examples.
const DOCUMENTS: [&str; 7] = [".md", ".rst", ".adoc", ".mdx", ".markdown", ".pod", ".man"];
/// The programs that run scripts of a shell.
const SHELLS: [&[u8]; 6] = [b"sh", b"bash", b"ash", b"dash", b"zsh", b"ksh"];
/// The most bytes of such texts in a layer.
const SMALL_OF_LAYER: u64 = 1 << 20;

/// The way in which a file is searched: by the rule of its path, and for tokens; or for tokens
/// alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FileSearch(u16);

impl FileSearch {
    /// Returns the search with a number: that of a rule, or one behind all rules.
    pub fn numbered(number: u16) -> Self {
        Self(number)
    }

    /// Returns the number.
    pub fn number(self) -> u16 {
        self.0
    }

    /// Returns the rule; `None` if only tokens are searched.
    pub fn rule(self) -> Option<&'static FileRule> {
        rules().files.get(usize::from(self.0))
    }

    /// Returns whether the rule of the path knows the file by its name; a search of source code is one
    /// of many texts.
    pub fn is_by_name(self) -> bool {
        self.rule().is_some_and(|rule| !rule.is_code)
    }

    /// Returns whether a text is searched, and of a long one only tokens: a file that is no text has
    /// nothing to search.
    pub fn is_for_texts(self) -> bool {
        self.rule().is_none_or(|rule| rule.is_code || matches!(rule.looks, Looks::Tokens))
    }

    /// Returns the search of a document, or of code of tests: variables in capitals are all that is no
    /// example there.
    pub fn as_document(self) -> Self {
        if self.of_texts() == Some(0) { Self(self.0 + 4) } else { self }
    }

    fn is_for_documents(self) -> bool {
        self.of_texts() == Some(4)
    }

    /// Returns the number of searches of texts behind those of the rules.
    fn of_texts(self) -> Option<usize> {
        usize::from(self.0).checked_sub(rules().files.len())
    }

    /// Returns whether only tokens are searched that files of packages do not have.
    pub fn is_for_rare_tokens(self) -> bool {
        self.of_texts().is_some_and(|number| number % 2 == 1)
    }

    /// Returns the search of a text with a name: one of an image or a program is hardly ever a text, and a
    /// sample is only searched for tokens, like those.
    pub fn with_name(self, name: &[u8]) -> Self {
        let is_disguise = || {
            let name = std::str::from_utf8(name).unwrap_or_default();
            let end = name.rsplit_once('.').map_or("", |(_, end)| end);
            let is_numbered = end.starts_with(|c: char| c.is_ascii_digit());
            let mut parts = rules().parts_of_not_text.iter();
            let (pairs, words) = &*SAMPLES;
            pairs.occur_in(name.as_bytes()) && words.is_match(name)
                || rules().not_text.contains(end)
                || is_numbered && parts.any(|part| name.contains(part.as_str()))
        };
        let ends_with = |end: &&str| {
            let at = name.len().checked_sub(end.len());
            at.is_some_and(|at| name[at..].eq_ignore_ascii_case(end.as_bytes()))
        };
        let is_document = || DOCUMENTS.iter().any(ends_with);
        match self.of_texts() {
            Some(0 | 1) if is_disguise() => Self(self.0 + 2),
            Some(0) if is_document() => self.as_document(),
            _ => self,
        }
    }

    /// Returns whether the name is one of an image or a program, so that the file is hardly ever a text.
    pub fn is_for_disguised_texts(self) -> bool {
        matches!(self.of_texts(), Some(2 | 3))
    }

    /// Returns whether a token counts in this search.
    pub fn counts(self, token: &Hit) -> bool {
        !self.is_for_rare_tokens() || token.kind.is_rare
    }

    /// Returns whether a file of `bytes` bytes is searched as a whole; a larger one in blocks.
    pub fn takes_whole(self, bytes: u64) -> bool {
        bytes <= WHOLE
    }

    /// Returns whether this search finds whatever the other one does.
    pub fn includes(self, other: Self) -> bool {
        let finds_all_tokens = !self.is_for_rare_tokens() || other.is_for_rare_tokens();
        self == other || other.rule().is_none() && finds_all_tokens
    }

    /// Finds the secrets in the contents of a file, each value once, without those that a script writes into
    /// other files.
    pub(super) fn find_alone(self, bytes: &[u8]) -> FoundInFile<'_> {
        let encoding = Encoding::detect(bytes);
        let is_text = encoding.is_text();
        let mut text = without_mark(encoding.decode(bytes));
        let rule = self.rule().or_else(|| script(is_text, &text));
        if is_text && self.reads_words(rule) {
            text = match text {
                Cow::Borrowed(bytes) => match as_utf8(bytes) {
                    Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
                    Cow::Owned(text) => Cow::Owned(text.into_bytes()),
                },
                decoded @ Cow::Owned(_) => decoded,
            };
        }
        let mut hits = match is_text {
            true => self.find_in_text(rule, &text),
            false => rule.map(|rule| by_rule(rule, &text)).unwrap_or_default(),
        };
        if is_text {
            hits.iter_mut().for_each(|hit| hit.range.end = end_of_quoted(&text, &hit.range));
        }
        let mut is_whole = !is_cut(&hits);
        let mut known = HashSet::new();
        hits.retain(|hit| known.insert(text[hit.range.clone()].to_vec()));
        hits.sort_by_key(|hit| hit.range.start);
        is_whole &= hits.len() <= MOST;
        hits.truncate(MOST);
        FoundInFile { text, is_text, hits, is_whole }
    }
}

impl FileSearch {
    /// Returns whether this search, with the rule of the path or of the first line, reads the words of a
    /// text.
    fn reads_words(self, rule: Option<&FileRule>) -> bool {
        let is_for_variables =
            rule.is_none() && !self.is_for_rare_tokens() && !self.is_for_disguised_texts();
        is_for_variables || rule.is_some_and(|rule| rule.looks.is_for_text())
    }

    /// Finds the secrets in a text, or in a part of one.
    pub(super) fn find_in_text(self, rule: Option<&'static FileRule>, text: &[u8]) -> Vec<Hit> {
        let mut hits = match rule {
            Some(rule) => by_rule(rule, text),
            None if self.reads_words(None) => in_any_text(text, self.is_for_documents()),
            None => Vec::new(),
        };
        let mut tokens = find_tokens(text);
        tokens.retain(|token| self.counts(token));
        hits.retain(|hit| !overlaps(&tokens, hit));
        hits.extend(tokens);
        hits
    }

    /// Returns the rule of a text by its path, or by its first line.
    pub(super) fn rule_of_text(self, start: &[u8]) -> Option<&'static FileRule> {
        self.rule().or_else(|| script(true, start))
    }
}

/// Returns a text without the mark of its encoding, which stands before the first line.
fn without_mark(text: Cow<'_, [u8]>) -> Cow<'_, [u8]> {
    const MARK: &[u8] = "\u{feff}".as_bytes();
    match text {
        Cow::Borrowed(bytes) => Cow::Borrowed(bytes.strip_prefix(MARK).unwrap_or(bytes)),
        Cow::Owned(mut bytes) => {
            if bytes.starts_with(MARK) {
                bytes.drain(..MARK.len());
            }
            Cow::Owned(bytes)
        }
    }
}

/// Returns the end of a value in double quotes: a quote behind a backslash is a part of it.
fn end_of_quoted(text: &[u8], range: &Range<usize>) -> usize {
    let before = &text[..range.start];
    let rest = &text[range.end..];
    if !before.ends_with(b"\"") || before.ends_with(b"\\\"") || !rest.starts_with(b"\\") {
        return range.end;
    }
    let mut at = 0;
    loop {
        match rest.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return range.end + at,
            None | Some(b'\n') => return range.end,
            Some(_) => at += 1,
        }
    }
}

/// Returns the rule for a text without one that begins as a script: that of scripts of a shell, or that
/// of source code.
fn script(is_text: bool, text: &[u8]) -> Option<&'static FileRule> {
    let line = text.strip_prefix(b"#!")?.split(|&b| b == b'\n').next()?;
    let mut words = line.split(|b| b.is_ascii_whitespace() || *b == b'/');
    let is_of_shell = words.any(|it| SHELLS.contains(&it));
    let is_one = |rule: &&FileRule| match is_of_shell {
        true => matches!(rule.looks, Looks::Scripts(false)),
        false => rule.is_code && matches!(rule.looks, Looks::Code),
    };
    rules().files.iter().find(is_one).filter(|_| is_text)
}

/// The small texts of a layer, in the order of its tar, that are kept to look for copies of a secret in
/// them.
#[derive(Debug)]
pub struct SmallTexts {
    /// The number of bytes that more of them may have.
    left: u64,
}

impl Default for SmallTexts {
    fn default() -> Self {
        Self { left: SMALL_OF_LAYER }
    }
}

impl SmallTexts {
    /// Returns whether the next file, of `bytes` bytes, is one of them, and counts it.
    pub fn takes(&mut self, search: FileSearch, bytes: u64) -> bool {
        let is_one =
            bytes <= SMALL && !search.is_for_rare_tokens() && !search.is_for_disguised_texts();
        let left = self.left.checked_sub(bytes).filter(|_| is_one);
        self.left = left.unwrap_or(self.left);
        left.is_some()
    }
}

/// The secrets in a file.
pub struct FoundInFile<'a> {
    /// The contents: of a text, in UTF-8 as far as it can be converted.
    pub text: Cow<'a, [u8]>,
    /// True if the file is a text.
    pub is_text: bool,
    /// The secrets with their places in the contents.
    pub hits: Vec<Hit>,
    /// False if it has more of them than are counted.
    pub is_whole: bool,
}

/// Finds the variables of a text without a rule: a `.env` may have any name.
fn in_any_text(bytes: &[u8], is_document: bool) -> Vec<Hit> {
    let text = std::str::from_utf8(bytes);
    text.map(|text| find_variables(text, is_document)).unwrap_or_default()
}

/// Finds the secrets that the rule of a path knows.
fn by_rule(rule: &'static FileRule, bytes: &[u8]) -> Vec<Hit> {
    let of_rule =
        |hit: Hit| Hit { kind: if hit.kind.is_general { &rule.kind } else { hit.kind }, ..hit };
    let in_text = |find: &dyn Fn(&str) -> Vec<Hit>| {
        let hits = std::str::from_utf8(bytes).map(find).unwrap_or_default();
        hits.into_iter().map(of_rule).collect()
    };
    match &rule.looks {
        Looks::Tokens => Vec::new(),
        Looks::Regex(expressions) => expressions
            .iter()
            .flat_map(|expression| expression.captures_iter(bytes))
            .filter_map(|found| {
                let value = found.get(1).or_else(|| found.get(0))?;
                let is_secret = found.get(1).is_none() || is_value(value.as_bytes());
                is_secret.then(|| Hit { kind: &rule.kind, range: value.range(), name: None })
            })
            .take(HITS)
            .collect(),
        Looks::Pairs => in_text(&|text| {
            let elsewhere = find_near_names(text, elsewhere::in_settings);
            apart(pairs_of_file(text).into_iter().chain(elsewhere).collect())
        }),
        Looks::Commands => in_text(&find_in_command),
        Looks::Scripts(only_calls) => in_text(&|text| {
            let settings = if *only_calls { Vec::new() } else { find_settings(text) };
            apart(settings.into_iter().chain(find_calls(text)).collect())
        }),
        Looks::Settings => in_text(&|text| {
            apart(
                find_settings_and_commands(text).into_iter().chain(find_addresses(text)).collect(),
            )
        }),
        Looks::Code => in_text(&find_in_code),
        Looks::Alone => in_text(&|text| {
            let word = text.trim();
            let start = text.len() - text.trim_start().len();
            let is_one =
                word.len() <= LONGEST_WORD && is_telling(word) && is_value(word.as_bytes());
            let hit = Hit { kind: &rule.kind, range: start..start + word.len(), name: None };
            if is_one { vec![hit] } else { find_variables(text, false) }
        }),
    }
}

/// Returns whether a hit overlaps one of some tokens, which are in the order of their places.
fn overlaps(tokens: &[Hit], hit: &Hit) -> bool {
    let before = tokens.partition_point(|token| token.range.start < hit.range.end);
    before.checked_sub(1).is_some_and(|last| tokens[last].range.end > hit.range.start)
}
