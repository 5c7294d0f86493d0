//! Finds the command that a shell script or `package.json` runs at its end.

use super::locate::Surroundings;
use crate::shell::TooComplex;
use crate::shell::expand::{self, Command, Variables, Word};

/// The characters other than quotes that a shell interprets.
pub(super) const NEEDS_SHELL: [char; 17] =
    ['$', '`', '*', '?', '[', '~', '<', '>', '&', ';', '|', '\n', '(', ')', '{', '#', '!'];

/// The handover from a script to the command that replaces it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Handover {
    /// The commands; the last one keeps running.
    pub commands: Vec<Command>,
    /// The end of a sentence that begins with "it is a script that".
    pub how: &'static str,
}

/// Returns the value of a variable in a script: the image's environment, unless the script sets it.
pub(super) fn value(surroundings: &Surroundings<'_, '_>, text: &str, name: &str) -> Option<Word> {
    if is_set(text, name) {
        return Some(None);
    }
    surroundings.environment.get(name).map(|value| Some(value.clone()))
}

/// Returns whether a script sets a variable, in any of the shell's ways.
fn is_set(text: &str, name: &str) -> bool {
    text.match_indices(name).any(|(at, _)| {
        let before = text[..at].trim_end_matches([' ', '\t']);
        let starts = !text[..at]
            .ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '{'));
        let after = &text[at + name.len()..];
        let is_read = ["read", "-r", "for", "getopts"].iter().any(|word| before.ends_with(word));
        starts && (after.starts_with('=') || after.starts_with("+=") || is_read)
    })
}

/// Finds the commands to which a shell script with `arguments` hands over.
pub(super) fn handover(
    surroundings: &Surroundings<'_, '_>,
    text: &str,
    arguments: &[String],
) -> Result<Handover, TooComplex> {
    let text = text.replace("\\\n", " ");
    let value = |name: &str| value(surroundings, &text, name);
    let variables = Variables { value: &value, arguments };
    let parse = |line: &str| {
        expand::parse(line, &variables).ok().filter(|commands| runs_something(commands))
    };
    let is_exec = |line: &&str| line.trim_start().starts_with("exec ");
    if !arguments.is_empty() {
        if arguments[0].starts_with('-') && text.contains("set -- ") {
            return Err("it puts something before its arguments");
        }
        let hands_over =
            |line: &&str| is_exec(line) && (line.contains("$@") || line.contains("${@}"));
        let commands = text
            .lines()
            .rev()
            .filter(hands_over)
            .take(16)
            .find_map(|line| parse(line.trim_start()));
        if let Some(commands) = commands {
            return Ok(Handover { commands, how: "runs its arguments" });
        }
    }
    let whole = expand::parse(&text, &variables);
    if let Some(commands) = whole.as_ref().ok().filter(|commands| runs_something(commands)) {
        let how = if commands.len() == 1 {
            "runs a command"
        } else {
            "runs several commands, and the last one stays"
        };
        return Ok(Handover { commands: commands.clone(), how });
    }
    let last = text.lines().rev().find(|line| !line.trim().is_empty());
    match last.filter(|line| line.starts_with("exec ")).and_then(parse) {
        Some(commands) => Ok(Handover { commands, how: "ends with a command" }),
        None => Err(whole.err().unwrap_or("it decides at run time which program it starts")),
    }
}

/// Returns whether the last command is known.
fn runs_something(commands: &[Command]) -> bool {
    let words = commands.last().map_or(&[][..], |command| without_exec(&command.words));
    words.first().is_some_and(|word| word.as_deref().is_some_and(|word| !word.is_empty()))
}

/// Returns the words of a command without `exec` and its options.
pub(super) fn without_exec(words: &[Word]) -> &[Word] {
    let is = |word: &Word, text: &str| word.as_deref() == Some(text);
    let mut rest = match words {
        [first, rest @ ..] if is(first, "exec") => rest,
        words => return words,
    };
    loop {
        rest = match rest {
            [option, _, rest @ ..] if is(option, "-a") => rest,
            [option, rest @ ..] if is(option, "-c") || is(option, "-l") || is(option, "--") => rest,
            rest => return rest,
        };
    }
}

/// Returns the script's name in `package.json` for `npm start` and similar commands.
pub(super) fn package_script_name(manager: &str, arguments: &[String]) -> Option<String> {
    if !matches!(manager, "npm" | "pnpm" | "yarn") {
        return None;
    }
    let mut words = arguments.iter().filter(|argument| !argument.starts_with('-'));
    match words.next().map(String::as_str) {
        Some("run" | "run-script") => words.next().cloned(),
        Some(word @ ("start" | "test")) => Some(word.to_owned()),
        Some(word) if manager == "yarn" && !matches!(word, "install" | "add" | "exec" | "node") => {
            Some(word.to_owned())
        }
        _ => None,
    }
}

/// Returns whether a script of `package.json` is a single command that needs no shell, and no other
/// script runs before or after it.
pub(super) fn is_one_command(package: &[u8], name: &str, script: &str) -> bool {
    let around = ["pre", "post"].map(|when| format!("{when}{name}"));
    let is_alone = around.iter().all(|other| package_script(package, other).is_none());
    let assigns = script.split_whitespace().next().is_some_and(|first| first.contains('='));
    is_alone && !assigns && !script.contains(NEEDS_SHELL)
}

/// Returns the command of a script in `package.json`; `npm start` has a default.
pub(super) fn package_script(package: &[u8], name: &str) -> Option<String> {
    let package: serde_json::Value = serde_json::from_slice(package).ok()?;
    let script = package
        .get("scripts")
        .and_then(|scripts| scripts.get(name))
        .and_then(serde_json::Value::as_str);
    script.map(str::to_owned).or_else(|| (name == "start").then(|| "node server.js".to_owned()))
}
