//! Explains words of the command line in places where no command can be.

use std::path::Path;

use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue};
use layerscope::display::escaped_str;

use super::Arguments;
use layerscope::toml_file::unknown;

/// Commands of other tools and names of views, with the command that does the same.
const ELSEWHERE: [(&str, &str); 14] = [
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

/// Explains a word that was taken for a command after an image or an option: a sentence and a hint.
pub fn explained(error: &clap::Error) -> Option<(String, String)> {
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
        assert!(
            explained("--theme dark report a.tar", "a.tar")
                .starts_with("write options after the command: ")
        );
    }
}
