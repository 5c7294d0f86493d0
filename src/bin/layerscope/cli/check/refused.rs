//! A check whose command line is refused: the results of an earlier run that it was to replace say so.

use std::path::{Path, PathBuf};

use clap::CommandFactory;
use layerscope::display::{escaped, escaped_str};
use layerscope::report::Places;

use super::super::sources::split_tag;
use super::super::{Arguments, Failure, fix};
use super::output::{Asked, OutputOptions};
use super::sources;

/// Names the images and the Dockerfile of a check.
pub fn asked(paths: &[PathBuf], dockerfile: Option<&Path>) -> Asked {
    let name = |path: &PathBuf| {
        let (path, image) = split_tag(path);
        image.map_or_else(|| escaped(path.as_os_str().as_encoded_bytes()), |tag| escaped_str(&tag))
    };
    let file = dockerfile.map_or_else(|| Places::default().file, |it| fix::named(it).to_string());
    Asked { names: paths.iter().map(name).collect(), file }
}

/// Writes into the outputs of a check whose command line is refused that it was, if `words` are
/// those of a check.
pub fn refused(words: &[String], error: &clap::Error) {
    let Some((_, words)) = words.split_first().filter(|(command, _)| *command == "check") else {
        return;
    };
    let text = error.to_string();
    let message = text.split("\n\n").next().unwrap_or_default().trim_start_matches("error: ");
    let program = Arguments::command();
    let options = program.find_subcommand("check").map(clap::Command::get_arguments);
    let options: Vec<_> = options.into_iter().flatten().collect();
    let takes_value = |word: &str| {
        let name = word.strip_prefix("--").unwrap_or_default();
        options.iter().any(|it| it.get_long() == Some(name) && it.get_action().takes_values())
    };
    let is_value = |at: usize| at.checked_sub(1).is_some_and(|before| takes_value(&words[before]));
    let names = words.iter().enumerate();
    let names = names.filter(|(at, word)| !word.starts_with('-') && !is_value(*at));
    let names: Vec<PathBuf> = names.map(|(_, word)| word.into()).collect();
    let dockerfile = words.iter().position(|word| word == "--dockerfile");
    let dockerfile = dockerfile.and_then(|at| words.get(at + 1)).map(Path::new);
    let failure = Failure::Usage(message.into());
    let sources = sources(words.iter().map(Into::into));
    OutputOptions::of_words(words)
        .replaceable(&sources)
        .failed(failure, &asked(&names, dockerfile));
}
