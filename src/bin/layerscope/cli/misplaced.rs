//! Explains words of the command line in places where no command can be.

use std::path::Path;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use layerscope::display::escaped_str;

use super::Arguments;
use layerscope::shell::quoted;
use layerscope::toml_file::unknown;

/// Commands of other tools and names of views, with the command that does the same.
pub const ELSEWHERE: [(&str, &str); 14] = [
    ("findings", "report"),
    ("analyze", "report"),
    ("analyse", "report"),
    ("inspect", "report"),
    ("show", "report"),
    ("history", "dockerfile"),
    ("diff", "compare"),
    ("sizes", "ladder"),
    ("tour", "learn --image"),
    ("lessons", "learn"),
    ("list", "images"),
    ("ls", "images"),
    ("ci", "check"),
    ("lint", "fix"),
];

/// Explains a word that was taken for a command after an image or an option, or for an option although
/// it is a number: a sentence and a hint.
pub fn explained(error: &clap::Error) -> Option<(String, String)> {
    if let (ErrorKind::UnknownArgument, Some(ContextValue::String(word))) =
        (error.kind(), error.get(ContextKind::InvalidArg))
    {
        let words = std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned());
        let words: Vec<_> = words.collect();
        let exists = |word: &str| Path::new(word).exists();
        return negative(word, &words)
            .or_else(|| before_the_command(word, &words))
            .or_else(|| of_the_screen(word, &words))
            .or_else(|| second_image(word, &words, exists));
    }
    if matches!(error.kind(), ErrorKind::MissingRequiredArgument | ErrorKind::TooFewValues) {
        let missing = match error.get(ContextKind::InvalidArg)? {
            ContextValue::Strings(all) => all.join(" "),
            ContextValue::String(one) => one.clone(),
            _ => return None,
        };
        // An option may need another one; this is about what the command itself needs.
        let is_its_own = ["<IMAGE>", "<PATH>", "--to"].iter().any(|it| missing.contains(it));
        let command = std::env::args_os().nth(1).filter(|_| is_its_own)?;
        return needs(command.to_str()?);
    }
    let Some(ContextValue::String(word)) = error.get(ContextKind::InvalidSubcommand) else {
        return None;
    };
    error.get(ContextKind::PriorArg)?;
    let words: Vec<String> =
        std::env::args_os().skip(1).map(|word| word.to_string_lossy().into_owned()).collect();
    let program = Arguments::command();
    let commands: Vec<&str> = program.get_subcommands().map(clap::Command::get_name).collect();
    Some(explain(word, &words, &commands, |word| Path::new(word).exists()))
}

/// Says what a command needs, and how it is written; `None` for those that need nothing.
fn needs(command: &str) -> Option<(String, String)> {
    let (what, example) = match command {
        "compare" => ("two images or more", "layerscope compare my-app:1.4 my-app:1.5"),
        "cat" => ("an image and a path in it", "layerscope cat my-app.tar /etc/os-release"),
        "extract" => (
            "an image, a path in it, and a directory behind --to",
            "layerscope extract my-app.tar /usr/lib/go --to .",
        ),
        _ => return None,
    };
    Some((format!("{command} needs {what}"), format!("for example: {example}")))
}

/// Explains an option of a command that stands before it; `None` if the command has no such option.
fn before_the_command(option: &str, words: &[String]) -> Option<(String, String)> {
    let program = Arguments::command();
    let find = |word: &String| program.get_subcommands().find(|it| it.get_name() == word);
    let (at, command) = words.iter().enumerate().find_map(|(at, word)| Some((at, find(word)?)))?;
    let name = option.strip_prefix("--")?;
    let has_it = command.get_arguments().any(|argument| argument.get_long() == Some(name));
    let is_it = |word: &String| word.split('=').next() == Some(option);
    if !has_it || words.iter().position(is_it)? > at {
        return None;
    }
    let line = std::iter::once(&words[at]).chain(&words[at + 1..]).chain(&words[..at]);
    let line: Vec<_> = line.map(|word| quoted(&escaped_str(word))).collect();
    Some((
        format!("{} is an option of {}, so it stands after it", escaped_str(option), words[at]),
        format!("did you mean: layerscope {}?", line.join(" ")),
    ))
}

/// Explains an option of the screen behind a command; `None` for other words.
fn of_the_screen(word: &str, words: &[String]) -> Option<(String, String)> {
    let name = word.strip_prefix("--")?;
    let program = Arguments::command();
    let command = program.find_subcommand(words.first()?)?;
    let has = |command: &clap::Command| {
        command.get_arguments().any(|argument| argument.get_long() == Some(name))
    };
    (has(&program) && !has(command)).then(|| {
        let (word, command) = (escaped_str(word), command.get_name());
        (
            format!("layerscope {command} has no option {word}"),
            format!("{word} is for the screen, without a command: layerscope {word} … IMAGE"),
        )
    })
}

/// Explains a second image behind a command that reads one; `None` for other words.
fn second_image(
    word: &str,
    words: &[String],
    exists: impl Fn(&str) -> bool,
) -> Option<(String, String)> {
    let (command, behind) = words.split_first()?;
    let mut images = behind.iter().filter(|word| !word.starts_with('-') && exists(word));
    let (first, second) = (images.next()?, images.next()?);
    (second == word && Arguments::command().find_subcommand(command).is_some()).then(|| {
        let images = [first, second].map(|image| quoted(&escaped_str(image)));
        (
            format!("several images given, but layerscope {command} reads only one"),
            format!("compare them: layerscope compare {}", images.join(" ")),
        )
    })
}

/// Explains a negative number behind an option; `None` for other words.
fn negative(word: &str, words: &[String]) -> Option<(String, String)> {
    if !word.strip_prefix('-')?.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let at = words.iter().position(|other| other.starts_with(word))?;
    let option = at.checked_sub(1).map(|before| &words[before]);
    let option = option.filter(|option| option.starts_with("--"))?;
    let (option, value) = (escaped_str(option), escaped_str(&words[at]));
    Some((
        format!("{option} {value}: a negative value is not allowed"),
        format!("did you mean: {option} {}?", value.trim_start_matches('-')),
    ))
}

fn explain(
    word: &str,
    words: &[String],
    commands: &[&str],
    exists: impl Fn(&str) -> bool,
) -> (String, String) {
    let command = words.iter().find(|word| commands.contains(&word.as_str()));
    if let Some(command) =
        command.filter(|_| words.first().is_some_and(|first| first.starts_with('-')))
    {
        let message = format!("write options after the command: layerscope {command} …");
        return (
            message,
            "options before a command are those of the screen: layerscope --theme dark IMAGE"
                .into(),
        );
    }
    if let Some(line) = with_the_command_first(words, commands, &exists) {
        return ("the command comes first".into(), format!("did you mean: {line}?"));
    }
    let first = words.iter().find(|word| !word.starts_with('-')).map_or(word, String::as_str);
    let near = unknown("command", first, commands.iter().copied());
    if !exists(first)
        && let Some((_, command)) = ELSEWHERE.iter().find(|(other, _)| *other == first)
    {
        return (format!("no such command: {first}"), format!("did you mean {command}?"));
    }
    if !exists(first)
        && let Some(hint) = near.hint()
    {
        return (format!("no such command: {}", escaped_str(first)), hint);
    }
    let images = format!("{} {}", escaped_str(first), escaped_str(word));
    (
        "several images given, but layerscope opens only one".into(),
        format!("compare them: layerscope compare {images}"),
    )
}

/// Returns a line whose command stands behind an image, or behind a word of its own, with the command
/// at its beginning.
fn with_the_command_first(
    words: &[String],
    commands: &[&str],
    exists: impl Fn(&str) -> bool,
) -> Option<String> {
    let is_command = |word: &String| commands.contains(&word.as_str()) && !exists(word);
    let at = words.iter().position(is_command).filter(|&at| at > 0)?;
    let (before, after) = (&words[..at], &words[at + 1..]);
    let is_image_behind = after.iter().any(|word| !word.starts_with('-'));
    let before =
        if is_image_behind && !before.iter().any(|word| exists(word)) { &[] } else { before };
    let line = std::iter::once(&words[at]).chain(before).chain(after);
    let line: Vec<_> = line.map(|word| quoted(&escaped_str(word))).collect();
    Some(format!("layerscope {}", line.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn explained(line: &str, word: &str) -> String {
        let words: Vec<String> = line.split(' ').map(Into::into).collect();
        let (message, hint) =
            explain(word, &words, &["report", "compare", "cat"], |word| word.ends_with(".tar"));
        format!("{message} / {hint}")
    }

    #[test]
    fn a_negative_value_is_no_option() {
        let words = ["check", "a.tar", "--max-size", "-5MB"].map(String::from);
        let (message, hint) = negative("-5", &words).unwrap();
        assert_eq!(message, "--max-size -5MB: a negative value is not allowed");
        assert_eq!(hint, "did you mean: --max-size 5MB?");
        assert!(negative("-x", &words).is_none() && negative("-5", &words[3..]).is_none());
    }

    #[test]
    fn an_option_before_its_command_is_told_its_place() {
        let words = ["--base-layers", "1", "ladder", "a.tar"].map(String::from);
        let (message, hint) = before_the_command("--base-layers", &words).unwrap();
        assert_eq!(message, "--base-layers is an option of ladder, so it stands after it");
        assert_eq!(hint, "did you mean: layerscope ladder a.tar --base-layers 1?");
        assert!(before_the_command("--nothing", &words).is_none());
        let words = ["ladder", "a.tar", "--base-layers", "1"].map(String::from);
        assert!(before_the_command("--base-layers", &words).is_none());
    }

    #[test]
    fn an_option_of_the_screen_and_a_second_image_behind_a_command_are_explained() {
        let words = |line: &str| line.split(' ').map(String::from).collect::<Vec<_>>();
        let (message, hint) =
            of_the_screen("--theme", &words("report --theme dark a.tar")).unwrap();
        assert_eq!(message, "layerscope report has no option --theme");
        assert!(hint.ends_with("layerscope --theme … IMAGE"), "{hint}");
        assert!(of_the_screen("--format", &words("cat --format json a.tar")).is_none());
        let second = |line: &str, word: &str| {
            second_image(word, &words(line), |word| word.ends_with(".tar"))
        };
        let (message, hint) = second("report a.tar b.tar", "b.tar").unwrap();
        assert_eq!(message, "several images given, but layerscope report reads only one");
        assert_eq!(hint, "compare them: layerscope compare a.tar b.tar");
        assert!(second("report a.tar extra", "extra").is_none());
    }

    #[test]
    fn what_was_meant_is_told_from_what_stands_there() {
        assert_eq!(
            explained("a.tar b.tar", "b.tar"),
            "several images given, but layerscope opens only one / compare them: layerscope compare a.tar b.tar"
        );
        assert_eq!(
            explained("reprot a.tar", "a.tar"),
            "no such command: reprot / did you mean report?"
        );
        assert_eq!(
            explained("findings a.tar", "a.tar"),
            "no such command: findings / did you mean report?"
        );
        assert_eq!(
            explained("diff a.tar b.tar", "a.tar"),
            "no such command: diff / did you mean compare?"
        );
        for (line, meant) in [
            ("a.tar report", "report a.tar"),
            ("a.tar report --top 0", "report a.tar --top 0"),
            ("L report demo", "report demo"),
            ("a.tar compare b.tar", "compare a.tar b.tar"),
        ] {
            assert_eq!(
                explained(line, "report"),
                format!("the command comes first / did you mean: layerscope {meant}?"),
                "{line}"
            );
        }
        assert!(
            explained("--theme dark report a.tar", "a.tar")
                .starts_with("write options after the command: ")
        );
    }
}
