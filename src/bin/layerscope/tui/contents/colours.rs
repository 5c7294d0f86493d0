//! Highlights the syntax of a text with syntect, in roles instead of colours.
//!
//! Only the start of a file is highlighted, in steps and in the background, because the regular
//! expressions backtrack and the text is hostile.

use std::ops::Range;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// The most bytes that are highlighted.
pub const BYTES: usize = 1 << 20;
const LINES: usize = 5_000;
/// The longest line that is highlighted.
const LONGEST_LINE: usize = 1 << 10;
/// The deepest nesting that is highlighted; real programs have less.
const DEEPEST: usize = 500;
/// The time limit; the parts found by then are kept.
const PATIENCE: Duration = Duration::from_secs(10);
/// The number of lines after which results are reported.
const STEP: usize = 250;

/// The role of a part of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Comment,
    String,
    Constant,
    Keyword,
    Name,
}

/// A part of the file with its role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub start: u32,
    pub end: u32,
    pub role: Role,
}

/// The definitions of languages, loaded when the first text is shown.
static LANGUAGES: LazyLock<SyntaxSet> = LazyLock::new(SyntaxSet::load_defaults_newlines);

/// The prefixes of scope names with their roles, the most specific first.
static ROLES: LazyLock<Vec<(Scope, Option<Role>)>> = LazyLock::new(|| {
    let roles = [
        ("comment", Some(Role::Comment)),
        ("constant.character.escape", Some(Role::Constant)),
        ("string", Some(Role::String)),
        ("constant", Some(Role::Constant)),
        ("keyword.operator", None),
        ("keyword", Some(Role::Keyword)),
        ("storage", Some(Role::Keyword)),
        ("entity.name.tag", Some(Role::Keyword)),
        ("entity.name", Some(Role::Name)),
        ("support.function", Some(Role::Name)),
        ("entity.other.attribute-name", Some(Role::Name)),
        ("markup.heading", Some(Role::Keyword)),
        ("markup.raw", Some(Role::String)),
    ];
    roles.iter().filter_map(|&(name, role)| Some((Scope::new(name).ok()?, role))).collect()
});

/// Highlights the start of a UTF-8 text in a file with this name. `tell` receives the parts as they
/// are found, and returns whether to continue.
pub fn colour(name: &str, text: &[u8], mut tell: impl FnMut(Vec<Part>) -> bool) {
    let text = &text[..text.len().min(BYTES)];
    let Some(language) = language(name, text) else { return };
    let end = Instant::now() + PATIENCE;
    let mut state = ParseState::new(language);
    let mut scopes = ScopeStack::new();
    let mut parts = Vec::new();
    let mut at = 0;
    for (number, line) in text.split_inclusive(|&b| b == b'\n').take(LINES).enumerate() {
        let start = at;
        at += line.len();
        if number % STEP == STEP - 1 && !tell(std::mem::take(&mut parts)) || Instant::now() > end {
            break;
        }
        let Some(line) = std::str::from_utf8(line).ok().filter(|line| line.len() <= LONGEST_LINE)
        else {
            continue;
        };
        let Ok(changes) = state.parse_line(line, &LANGUAGES) else { break };
        let mut from = 0;
        for (to, change) in changes {
            push(&mut parts, start + from..start + to, &scopes);
            from = to;
            if scopes.apply(&change).is_err() {
                return;
            }
        }
        push(&mut parts, start + from..start + line.len(), &scopes);
        if scopes.len() > DEEPEST {
            break;
        }
    }
    tell(parts);
}

fn push(parts: &mut Vec<Part>, range: Range<usize>, scopes: &ScopeStack) {
    let (Ok(start), Ok(end)) = (u32::try_from(range.start), u32::try_from(range.end)) else {
        return;
    };
    let Some(role) = role(scopes).filter(|_| start < end) else { return };
    match parts.last_mut() {
        Some(last) if last.end == start && last.role == role => last.end = end,
        _ => parts.push(Part { start, end, role }),
    }
}

/// Returns the role of the innermost scope that has one.
fn role(scopes: &ScopeStack) -> Option<Role> {
    let innermost = scopes.as_slice().iter().rev().take(8);
    innermost
        .filter_map(|scope| {
            ROLES.iter().find(|(prefix, _)| prefix.is_prefix_of(*scope)).map(|&(_, role)| role)
        })
        .next()
        .flatten()
}

/// Returns the language by the name of the file, its extension, or its first line.
fn language(name: &str, text: &[u8]) -> Option<&'static SyntaxReference> {
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let first = text.split(|&b| b == b'\n').next().unwrap_or_default();
    let first = std::str::from_utf8(first).ok().filter(|line| line.len() <= LONGEST_LINE);
    let found = LANGUAGES
        .find_syntax_by_extension(name)
        .or_else(|| LANGUAGES.find_syntax_by_extension(ending));
    let found = found.or_else(|| LANGUAGES.find_syntax_by_first_line(first?));
    found.filter(|language| language.name != "Plain Text")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(name: &str, text: &str) -> Vec<(Role, String)> {
        let mut all = Vec::new();
        colour(name, text.as_bytes(), |parts| {
            all.extend(
                parts.iter().map(|part| {
                    (part.role, text[part.start as usize..part.end as usize].to_owned())
                }),
            );
            true
        });
        all
    }

    #[test]
    fn comments_strings_and_keywords_are_told_apart() {
        let parts = parts("configure", "#!/bin/sh\n# why\nif true; then\n  echo 'text'\nfi\n");
        let has =
            |role, text: &str| parts.iter().any(|(r, part)| *r == role && part.contains(text));
        assert!(
            has(Role::Comment, "# why") && has(Role::String, "'text'") && has(Role::Keyword, "if"),
            "{parts:?}"
        );
    }

    #[test]
    fn the_language_is_told_by_name_ending_or_first_line() {
        let name = |file, text: &[u8]| language(file, text).map(|language| language.name.as_str());
        assert_eq!(name("Makefile", b""), Some("Makefile"));
        assert_eq!(name("main.go", b""), Some("Go"));
        assert_eq!(name("run", b"#!/usr/bin/env python\n"), Some("Python"));
        assert_eq!(name("passwd", b"root:x:0:0\n"), None);
        assert_eq!(name("notes.txt", b""), None);
    }

    #[test]
    fn more_than_a_person_reads_is_left_as_it_is() {
        let text = "let x = 1; // why\n".repeat(20_000);
        let last = parts("a.js", &text).len();
        assert!(last > 0 && last <= LINES * 4, "{last}");
        assert_eq!(parts("a.js", &format!("/* {} */", "x".repeat(LONGEST_LINE))), []);
        parts("a.json", &"[".repeat(LONGEST_LINE).repeat(40));
        parts("a.json", &("[".repeat(LONGEST_LINE - 1) + "\n").repeat(40));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_text_makes_it_panic(
            language in 0usize..100, text in "([ -~]|\\n|é|[{}()\\[\\]<>\"'#/*]){0,200}"
        ) {
            let syntaxes = LANGUAGES.syntaxes();
            let ending = syntaxes[language % syntaxes.len()].file_extensions.first();
            let name = format!("x.{}", ending.map_or("sh", String::as_str));
            let mut end = 0;
            colour(&name, text.as_bytes(), |parts| {
                for part in parts {
                    assert!(part.start >= end && part.end > part.start && part.end as usize <= text.len());
                    end = part.end;
                }
                true
            });
        }
    }
}
