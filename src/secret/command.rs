//! Secrets in commands: build arguments, assignments, options, addresses with passwords.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::argument::Argument;
use super::hints::Hints;
use super::names::is_secret;
use super::pattern::expression;
use super::rules::{Kind, rules};
use super::token::find_tokens;
use super::value::{end_of_value, is_telling};
use super::{HITS, Hit, apart};
use crate::shell::{after_shell, without_arguments};

/// A name and its value, as in shells, dotenv files, properties, YAML and JSON. Behind `NAME= ` is no
/// value, unless it is in quotes: to shells and in a history, it is empty.
static PAIR: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?P<name>(?:-[DP])?[A-Za-z_][A-Za-z0-9_.-]*)["']?(?:=|[ \t]+=[ \t]*|=[ \t]+["']|[ \t]*:[ \t]+(?:(?:!!?str|&[A-Za-z0-9_.-]+)[ \t]+)?|[ \t]*:["'])(?P<value>"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|[^\s;&|"'<>(),][^\s;&|"'<>(),]*)"#,
    )
});
/// An option with its value behind a space.
static OPTION: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?P<name>--[A-Za-z][A-Za-z0-9_-]*|[:/]_(?:authToken|auth|password))[ \t]+(?P<value>"[^"]*"|'[^']*'|[^\s;&|"'<>()-][^\s;&|"'<>()]*)"#,
    )
});
/// An option, or a property of Java, with its value in the same word.
static WORD: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?:^|[\s"'])(?P<name>--?[A-Za-z][A-Za-z0-9_.-]*)=(?P<value>"[^"\n]*"|'[^'\n]*'|[^\s;&|"'<>()]+)"#,
    )
});
/// An option with its value as the next word of an exec form.
static JSON_OPTION: LazyLock<Regex> = LazyLock::new(|| {
    expression(r#""(?P<name>--[A-Za-z][A-Za-z0-9_-]*)"[ \t]*,?[ \t]*(?P<value>"(?:[^"\\]|\\.)*")"#)
});
/// An option and its value as two items of a list of YAML.
static LIST_OPTION: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)^[ \t]*-[ \t]+["']?(?P<name>--?[A-Za-z][A-Za-z0-9_-]*)["']?[ \t]*\r?\n[ \t]*-[ \t]+(?P<value>"[^"\n]+"|'[^'\n]+'|[^\s"'-]\S*)[ \t]*\r?$"#,
    )
});
/// A header with credentials.
static HEADER: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?i)\b(?:authorization:\s*(?:bearer|token|basic)\s+|(?:x-(?:[a-z0-9]+-)*(?:api|token|key|auth|secret)|(?:private|job|deploy)-token|api-key):\s*)(?P<value>[A-Za-z0-9._~+/=-]{8,})"#,
    )
});
/// The login of a registry, as JSON in a command.
static AUTH: LazyLock<Regex> = LazyLock::new(|| {
    expression(r#"\\?"(?:auth|identitytoken)\\?"\s*:\s*\\?"(?P<value>[A-Za-z0-9+/=._-]{8,})\\?""#)
});
/// The beginning of a variable.
static NAME: LazyLock<Regex> =
    LazyLock::new(|| expression(r"(?:^|\s)(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)="));
/// A name with a value in quotes that are inside others, or of which only a shell of today knows.
static NESTED: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)(?:\\+["'])?[ \t]*[=:][ \t]*(?:\\+["']|\$')(?P<value>[^"'\\\n]+)"#,
    )
});
/// A name whose value is in the next line.
static CONTINUED: LazyLock<Regex> = LazyLock::new(|| {
    expression(r#"(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)=\\\r?\n["']?(?P<value>[^\s"'\\;&|<>]+)"#)
});
/// The login that a download is given.
static LOGIN: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"\b(?:curl|wget)\b[^;&|\n]*?\s(?:-[0-9#aBfgGiIjJklLMnNOpqRsSvZ]*u|--user)[ =]+["']?[^\s:"'$]+:(?P<value>[^\s"'$]+)"#,
    )
});
/// An address with a password.
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"[A-Za-z][A-Za-z0-9+.-]*://[^\s/:@"'$<{]*:(?P<value>[^\s/@"'<]+)@[A-Za-z0-9\[$%{]"#,
    )
});

/// An address with a token instead of a name.
static TOKEN_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r"https?://(?P<value>[A-Za-z0-9_]{16,})(?::|:x-oauth-basic)?@(?P<host>[A-Za-z0-9.-]+)",
    )
});
/// A line of a file with variables, whose value goes on to its end.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    expression(
        r#"(?m)^[ \t]*(?:export[ \t]+)?(?P<name>[A-Za-z_][A-Za-z0-9_.-]*)[ \t]*=[ \t]*(?P<value>[^\s"'#][^\n]*)$"#,
    )
});

/// An expression that is compiled when it is needed.
type Expression = fn() -> &'static Regex;

/// Finds the secrets in a command, or in an instruction of a Dockerfile.
pub fn find_in_command(text: &str) -> Vec<Hit> {
    let mut hits = find_tokens(text.as_bytes());
    let hints = Hints::new(text);
    hits.extend(hinted_pairs(text, &hints));
    if hints.has_name() {
        hits.extend(in_other_quotes(text));
    }
    let text = &*joined(text);
    // `--token abc` and `_authToken abc`: only an option takes its value behind a space.
    if hints.has_option() {
        hits.extend(options(text).filter_map(|found| named(text, &found)).take(HITS));
    }
    hits.extend(logins(text, &hints));
    hits.extend(arguments(text));
    if hints.has_name() {
        hits.extend(in_variables(text));
    }
    if hints.has_address() {
        hits.extend(addresses(text));
    }
    apart(hits)
}

/// Finds what a script has beside its settings: headers, arguments of programs and addresses with a
/// password, if the value has a letter and a digit.
pub(super) fn find_calls(text: &str) -> Vec<Hit> {
    let text = &*joined(text);
    let hints = Hints::new(text);
    let mut hits = logins(text, &hints);
    hits.extend(arguments(text));
    if hints.has_name() && text.contains('-') {
        let options = options(text).chain(WORD.captures_iter(text));
        hits.extend(options.filter_map(|found| named(text, &found)).take(HITS));
    }
    if hints.has_address() {
        hits.extend(addresses(text));
    }
    hits.retain(|hit| text.get(hit.range.clone()).is_some_and(is_telling));
    apart(hits)
}

/// Finds what a command among settings has, in a part of a text in which a name stands: options, also as
/// items of a list, and arguments of programs, if the value has a letter and a digit.
pub(super) fn find_calls_in_part(part: &str) -> Vec<Hit> {
    let mut hits = arguments(part);
    let options = options(part).chain(WORD.captures_iter(part));
    let options = options.chain(LIST_OPTION.captures_iter(part));
    hits.extend(options.filter_map(|found| named(part, &found)).take(HITS));
    if part.contains("[\"") {
        // The words of a list, with each byte at its place.
        hits.extend(arguments(&part.replace(['"', '[', ']', ','], " ")));
    }
    hits.retain(|hit| part.get(hit.range.clone()).is_some_and(is_telling));
    hits
}

/// Returns the options of commands with their values as the next word.
fn options(text: &str) -> impl Iterator<Item = Captures<'_>> {
    OPTION.captures_iter(text).chain(JSON_OPTION.captures_iter(text))
}

/// Returns a text whose continued lines are one, with every byte at its place.
fn joined(text: &str) -> Cow<'_, str> {
    match text.contains("\\\n") || text.contains("\\\r\n") {
        true => text.replace("\\\r\n", "   ").replace("\\\n", "  ").into(),
        false => text.into(),
    }
}

/// Finds headers with credentials, and logins of registries.
fn logins(text: &str, hints: &Hints<'_>) -> Vec<Hit> {
    let expressions: [(bool, Expression); 2] =
        [(hints.has_header(), || &HEADER), (hints.has_login(), || &AUTH)];
    let expressions = expressions.into_iter().filter(|&(may_match, _)| may_match);
    let in_each = expressions.flat_map(|(_, expression)| {
        let found = expression().captures_iter(text);
        found.filter_map(|found| valued(text, &found, &rules().named)).take(HITS)
    });
    in_each.collect()
}

/// Finds named values in quotes that are inside others, in `$'…'`, and in the next line.
fn in_other_quotes(text: &str) -> Vec<Hit> {
    let has_nested = ["\\\"", "\\'", "=$'"].iter().any(|quote| text.contains(quote));
    let nested = has_nested.then(|| &*NESTED);
    let continued = (text.contains("=\\\n") || text.contains("=\\\r\n")).then(|| &*CONTINUED);
    let expressions = nested.into_iter().chain(continued);
    let in_each = expressions.flat_map(|expression| {
        expression.captures_iter(text).filter_map(|found| named(text, &found)).take(HITS)
    });
    in_each.collect()
}

/// Finds the passwords that a command gives to programs as arguments.
pub(super) fn arguments(text: &str) -> Vec<Hit> {
    let is_download = Hints::has_download(text);
    let login = is_download.then(|| &*LOGIN);
    let arguments = rules().arguments.iter().filter(|argument| argument.may_be_in(text));
    let expressions = login.into_iter().chain(arguments.map(Argument::expression));
    let in_each = expressions.flat_map(|expression| {
        let found = expression.captures_iter(text);
        found.filter_map(|found| valued(text, &found, &rules().named)).take(HITS)
    });
    in_each.collect()
}

/// Returns the range of the build arguments of a history entry, or of the variables of an `ENV` or
/// `ARG`. Their values are written without quotes, so each ends where the next name begins.
fn variables(text: &str) -> Option<Range<usize>> {
    let run = text.strip_prefix("RUN ").unwrap_or(text);
    if run.starts_with('|') {
        let command = without_arguments(run);
        // Without a shell, it is unclear where the last value ends.
        let rest = after_shell(command).map_or(0, |_| command.len());
        return Some(text.len() - run.len()..text.len() - rest);
    }
    let bare = text.strip_prefix("/bin/sh -c #(nop)").map_or(text, str::trim_start);
    let variables = bare.strip_prefix("ENV ").or_else(|| bare.strip_prefix("ARG "))?;
    Some(text.len() - variables.len()..text.len())
}

/// Finds the secrets among the variables of a history entry or an instruction; a value may have
/// spaces and quotes.
fn in_variables(text: &str) -> Vec<Hit> {
    let Some(range) = variables(text) else { return Vec::new() };
    let (first, all) = (range.start, &text[range]);
    let names: Vec<_> = NAME.captures_iter(all).collect();
    let starts = names.iter().skip(1).filter_map(|next| Some(next.get(0)?.start()));
    let ends = starts.chain([all.len()]);
    let hits = names.iter().zip(ends).filter_map(|(name, end)| {
        let start = name.get(0)?.end();
        let value = all.get(start..end)?.trim_end();
        let is_quoted = value.len() >= 2
            && ['"', '\''].iter().any(|&quote| value.starts_with(quote) && value.ends_with(quote));
        let quotes = usize::from(is_quoted);
        let name = &name["name"];
        let inner = &value[quotes..value.len() - quotes];
        let from = first + start + quotes;
        is_secret(name, inner.as_bytes()).then(|| Hit {
            kind: &rules().named,
            range: from..from + inner.len(),
            name: Some(name.into()),
        })
    });
    hits.take(HITS).collect()
}

/// Finds names of secrets with their values in a file: `NAME=value`, `name: value`,
/// `"name": "value"`. A value without quotes goes on to the end of its line.
pub fn pairs_of_file(text: &str) -> Vec<Hit> {
    let hints = Hints::new(text);
    let mut hits = hinted_pairs(text, &hints);
    if hints.has_name() {
        let lines = LINE.captures_iter(text).filter_map(|line| whole_line(&line));
        hits.extend(lines.take(HITS));
    }
    apart(hits)
}

/// Returns the secret that a line has after its name, without a comment behind it.
fn whole_line(line: &Captures<'_>) -> Option<Hit> {
    let (name, value) = (line.name("name")?.as_str(), line.name("value")?);
    let text = value.as_str();
    // A comment, or the next command of a shell.
    let ends = [" #", " && ", " || ", " | ", "; "].into_iter().filter_map(|end| text.find(end));
    let text = text[..ends.min().unwrap_or(text.len())].trim_end();
    // A shell has several in a line.
    if NAME.is_match(text) || !is_secret(name, text.as_bytes()) {
        return None;
    }
    let range = value.start()..value.start() + text.len();
    Some(Hit { kind: &rules().named, range, name: Some(name.into()) })
}

fn hinted_pairs(text: &str, hints: &Hints<'_>) -> Vec<Hit> {
    let mut hits = Vec::new();
    if hints.has_name() {
        hits.extend(PAIR.captures_iter(text).flat_map(|it| named_inside(text, &it)).take(HITS));
    }
    if hints.has_address() {
        hits.extend(addresses(text));
    }
    apart(hits)
}

/// Finds passwords with a letter and a digit in addresses.
pub(super) fn find_addresses(text: &str) -> Vec<Hit> {
    let mut hits = Vec::new();
    if Hints::has_address_in(text) {
        let is_telling = |hit: &Hit| text.get(hit.range.clone()).is_some_and(is_telling);
        hits.extend(addresses(text).filter(is_telling));
    }
    hits
}

/// Finds passwords and tokens in addresses: `https://user:password@host`, `https://token@host`.
fn addresses(text: &str) -> impl Iterator<Item = Hit> {
    let passwords = ADDRESS.captures_iter(text);
    let passwords = passwords.filter_map(|found| valued(text, &found, &rules().address));
    let tokens = TOKEN_ADDRESS.captures_iter(text).filter_map(|found| {
        let host = found.name("host")?.as_str();
        let is_public = rules().public_hosts.iter().any(|part| host.contains(part.as_str()));
        let hit = valued(text, &found, &rules().address)?;
        (!is_public && is_telling(&text[hit.range.clone()])).then_some(hit)
    });
    passwords.take(HITS).chain(tokens.take(HITS))
}

/// Returns the secret that a name and its value are; of a value that is JSON in quotes, those in it.
fn named_inside(text: &str, found: &Captures<'_>) -> Vec<Hit> {
    if let Some(hit) = named(text, found) {
        return vec![hit];
    }
    let inside = range_of_value(text, found).filter(|range| text[range.clone()].starts_with('{'));
    let Some(range) = inside else { return Vec::new() };
    let inside = &text[range.clone()];
    let hits = PAIR.captures_iter(inside).filter_map(|found| named(inside, &found));
    let place = |at: Range<usize>| range.start + at.start..range.start + at.end;
    hits.map(|hit| Hit { range: place(hit.range.clone()), ..hit }).collect()
}

/// Returns the secret that a name and its value are.
fn named(text: &str, found: &Captures<'_>) -> Option<Hit> {
    let name = found.name("name")?.as_str().trim_start_matches([':', '/']);
    let range = range_of_value(text, found)?;
    let value = text.get(range.clone())?.as_bytes();
    // `--token TOKEN1` says where the value stands.
    let is_variable =
        value.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_')
            && std::str::from_utf8(value).is_ok_and(|value| rules().is_word(value));
    let name_of_hit = || Some(name.trim_start_matches('-').into());
    (!is_variable && is_secret(name, value)).then(|| Hit {
        kind: &rules().named,
        range,
        name: name_of_hit(),
    })
}

/// Returns the value of a match without its quotes, unless it is a placeholder: the group of that
/// name, or the first one that matched.
pub(super) fn valued(text: &str, found: &Captures<'_>, kind: &'static Kind) -> Option<Hit> {
    let range = range_of_value(text, found)?;
    rules().is_value(text[range.clone()].as_bytes()).then_some(Hit { kind, range, name: None })
}

/// Returns the place of the value of a match, without its quotes.
fn range_of_value(text: &str, found: &Captures<'_>) -> Option<Range<usize>> {
    let value = found.name("value").or_else(|| found.iter().skip(1).flatten().next())?;
    let is_quoted = value.len() >= 2 && value.as_str().starts_with(['"', '\'']);
    Some(match is_quoted {
        true => value.start() + 1..value.end() - 1,
        false => value.start()..end_of_value(text, value.range()),
    })
}
