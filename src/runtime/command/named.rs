//! Paths that the command of an image names itself, told without the contents of files.

use super::DEFAULT_PATH;
use super::from_start::{FromStart, nodes};
use super::interpreters::{Shell, shell};
use super::mentioned::named_by_environment;
use crate::image::Run;
use crate::tree::{Found, Kind, NodeId, Tree};

/// The most words of a command that are looked at.
const WORDS_LIMIT: usize = 4096;
/// Separators within a word: of options and values, of lists, of a shell.
const SEPARATORS: [char; 15] =
    ['=', ',', ':', ';', '&', '|', '(', ')', '<', '>', '\'', '"', ' ', '\t', '\n'];

/// The files of the final filesystem that `ENTRYPOINT` and `CMD` name, with the symbolic links that
/// lead to them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// The program at the beginning of the command, and of a shell's text.
    pub programs: Vec<NodeId>,
    /// Files and directories among the arguments.
    pub arguments: Vec<NodeId>,
}

/// Finds the files that the command of an image names.
pub fn named(tree: &Tree, run: &Run) -> Named {
    named_by(tree, run, &run.words())
}

/// Finds the files that the check of a container's health names.
pub fn named_by_check(tree: &Tree, run: &Run) -> Named {
    named_by(tree, run, &run.check())
}

fn named_by(tree: &Tree, run: &Run, words: &[String]) -> Named {
    let places = FromStart::new(tree, run);
    let find = |path: &str| places.find(path);
    let mut named = Named::default();
    named.add_command(run, words, find);
    if let Some(Shell::Text(text, arguments)) = shell(words) {
        let text: Vec<_> =
            text.split_whitespace().map(str::to_owned).filter(|word| word != "exec").collect();
        named.add_command(run, &[text, arguments].concat(), find);
    }
    named
}

/// Finds what the program is told of: the arguments of its command, and the files that variables are
/// set to.
pub fn told_of(tree: &Tree, run: &Run) -> Vec<NodeId> {
    let is_file =
        |node: &NodeId| tree.last(*node).is_some_and(|version| tree.kind(version) == Kind::File);
    let set = named_by_environment(tree, run).into_iter().flat_map(|(_, nodes)| nodes);
    named(tree, run).arguments.into_iter().chain(set.filter(is_file)).collect()
}

/// Returns `PATH` if a container looks for its program there, and not only in the usual
/// directories.
pub fn unusual_path(run: &Run) -> Option<&str> {
    let words = run.words();
    let is_found_there = words.first().is_some_and(|word| !word.contains('/'))
        || matches!(shell(&words), Some(Shell::Text(..)));
    let path = run.environment.raw_value("PATH").filter(|_| is_found_there)?;
    let usual: Vec<_> = DEFAULT_PATH.split(':').collect();
    path.split(':').any(|directory| !usual.contains(&directory)).then_some(path)
}

impl Named {
    fn add_command(&mut self, run: &Run, words: &[String], find: impl Fn(&str) -> Option<Found>) {
        let Some((program, arguments)) = words.split_first() else { return };
        let found =
            if program.contains('/') { find(program) } else { on_path(run, program, &find) };
        self.programs.extend(found.into_iter().flat_map(nodes));
        for word in arguments.iter().take(WORDS_LIMIT) {
            let parts =
                word.split(SEPARATORS).filter(|part| !part.is_empty() && !part.starts_with('-'));
            self.arguments.extend(parts.filter_map(&find).flat_map(nodes));
        }
    }
}

/// Finds the program for a name without a slash.
fn on_path(run: &Run, name: &str, find: impl Fn(&str) -> Option<Found>) -> Option<Found> {
    let path = run.environment.raw_value("PATH");
    let mut candidates =
        path.unwrap_or(DEFAULT_PATH).split(':').map(|directory| format!("{directory}/{name}"));
    candidates.find_map(|path| find(&path).filter(|found| found.kind == Kind::File))
}
