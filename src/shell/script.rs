//! Splits a shell command into simple commands and the operators between them, as far as a change
//! needs.
//!
//! It follows the quoting and the operators of the POSIX shell. A command that cannot be followed
//! with certainty (here-documents, unclosed quotes, `case`) is not read at all, so that nothing is
//! changed that is not understood; the [`Obstacle`](super::Obstacle) says why.

mod reader;

use std::ops::Range;

use super::{base_name, wrappers};
pub(crate) use reader::{follow, read};

/// The operator before a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Joint {
    /// No operator: the command is the first, or the first in its parentheses.
    Start,
    /// `&&`.
    And,
    /// `||`.
    Or,
    /// `;` or the end of a line.
    Then,
    /// `|`.
    Pipe,
    /// `&`.
    Background,
}

/// A simple command.
#[derive(Debug, Clone)]
pub(crate) struct Command<'a> {
    /// Its words as written, quotes and redirections with them.
    pub words: Vec<&'a str>,
    /// The position of each word in the text.
    pub places: Vec<Range<usize>>,
    /// The operator before the command, and its position.
    pub joint: (Joint, usize),
    /// The depth of parentheses.
    pub depth: usize,
}

/// The commands of a text.
#[derive(Debug, Clone)]
pub(crate) struct Script<'a> {
    /// In the order in which they are written.
    pub commands: Vec<Command<'a>>,
}

/// Reserved words after which a command follows.
const RESERVED: [&str; 10] =
    ["!", "{", "if", "then", "else", "elif", "while", "until", "do", "time"];
/// Words of the shell itself that run the rest as a command.
const PREFIXES: [&str; 2] = ["exec", "command"];
/// Commands that affect later commands of the same shell.
const STATEFUL: [&str; 24] = [
    ".", "alias", "break", "cd", "declare", "eval", "exec", "exit", "export", "local", "popd",
    "pushd", "read", "readonly", "return", "set", "shift", "shopt", "source", "trap", "typeset",
    "ulimit", "umask", "unset",
];

impl<'a> Command<'a> {
    /// Returns the words from the program on, without assignments, `sudo` and similar prefixes.
    pub fn program(&self) -> &[&'a str] {
        let mut words = &self.words[..];
        while let Some(first) = words.first() {
            if RESERVED.contains(first) || PREFIXES.contains(first) || is_assignment(first) {
                words = &words[1..];
            } else if let Some(at) = wrappers::command_at(words) {
                words = &words[at..];
            } else {
                break;
            }
        }
        words
    }

    /// Returns the name of its program, without a directory; empty for assignments alone.
    pub fn name(&self) -> &'a str {
        self.program().first().map_or("", |program| base_name(program))
    }

    /// Returns whether one of the programs is what it runs first, before any other.
    pub fn starts_with_any(&self, programs: &[&str]) -> bool {
        let first =
            self.words.iter().find(|word| !RESERVED.contains(*word) && !is_assignment(word));
        first.is_some_and(|first| programs.contains(first))
    }

    /// Words that run another command as the same user, with a blank behind them; `None` if that is
    /// not certain.
    pub fn runs_as(&self) -> Option<String> {
        let before = &self.words[..self.words.len() - self.program().len()];
        // A cache may lie elsewhere for this command only.
        let moves = |word: &&str| {
            word.contains('=') && ["HOME", "CACHE", "cache"].iter().any(|part| word.contains(part))
        };
        if before.iter().any(moves) {
            return None;
        }
        let from = before.iter().position(|word| wrappers::changes_user(word));
        Some(from.map(|from| before[from..].join(" ") + " ").unwrap_or_default())
    }

    /// Returns whether the command affects later commands of the same shell.
    fn changes_state(&self) -> bool {
        let first = self.words.iter().find(|word| !RESERVED.contains(*word));
        first.is_some_and(|word| STATEFUL.contains(word) || is_assignment(word) || *word == "exec")
    }

    /// Returns whether the command is `set -e` in any spelling.
    fn ends_at_errors(&self) -> bool {
        let mut words = self
            .words
            .iter()
            .skip_while(|word| RESERVED.contains(*word) || PREFIXES.contains(*word));
        let rest: Vec<_> = words.by_ref().skip(1).collect();
        let first = self.words.len().checked_sub(rest.len() + 1).and_then(|at| self.words.get(at));
        first == Some(&"set")
            && rest.iter().any(|word| {
                **word == "errexit" || (word.starts_with('-') && word[1..].contains('e'))
            })
    }
}

impl Script<'_> {
    /// Returns whether the command needs parentheses between `&&`: because of operators that bind
    /// less tightly, or state that must not leak.
    pub fn needs_parentheses(&self, last: bool) -> bool {
        let outer = || self.commands.iter().filter(|command| command.depth == 0);
        outer()
            .any(|command| matches!(command.joint.0, Joint::Or | Joint::Then | Joint::Background))
            || outer().any(|command| RESERVED.contains(command.words.first().unwrap_or(&"")))
            || (!last && outer().any(Command::changes_state))
    }

    /// Returns whether the script relies on `set -e`, which the shell ignores before `&&`.
    pub fn ends_at_errors(&self) -> bool {
        self.commands.iter().any(Command::ends_at_errors)
    }
}

impl Script<'_> {
    /// Returns whether something may run after a command that failed, because the script does not
    /// begin with `set -e`.
    pub fn goes_on_after_errors(&self) -> bool {
        let is_set =
            |command: &&Command| command.depth == 0 && command.words.first() == Some(&"set");
        let begins_with_it = self.commands.iter().take_while(is_set).any(Command::ends_at_errors);
        let is_list = self.commands.iter().all(|command| {
            let goes_on = matches!(command.joint.0, Joint::Or | Joint::Then | Joint::Background);
            let is_reserved = RESERVED.contains(command.words.first().unwrap_or(&""));
            let substitutes =
                command.words.iter().any(|word| word.contains("$(") || word.contains('`'));
            command.depth == 0 && !goes_on && !is_reserved && !substitutes
        });
        !begins_with_it && !is_list
    }
}

fn is_assignment(word: &str) -> bool {
    word.split_once('=').is_some_and(|(name, _)| {
        let mut characters = name.chars();
        characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
            && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::super::obstacle::Construct;
    use super::*;

    fn programs(text: &str) -> Vec<String> {
        read(text)
            .unwrap()
            .commands
            .iter()
            .map(|command| command.words.join(" "))
            .filter(|c| !c.is_empty())
            .collect()
    }

    #[test]
    fn commands_end_at_operators_that_are_not_quoted() {
        assert_eq!(programs("a && b || c; d | e"), ["a", "b", "c", "d", "e"]);
        assert_eq!(
            programs("echo 'x && y' \"$(p \"q\" && r)\" `s;t` && z"),
            ["echo 'x && y' \"$(p \"q\" && r)\" `s;t`", "z"]
        );
        assert_eq!(programs("make 2>&1 > log && x &> y"), ["make 2>&1 > log", "x &> y"]);
        assert_eq!(programs("(cd /src && make) && rm -r /src"), ["cd /src", "make", "rm -r /src"]);
        assert_eq!(
            programs("echo a#b ${x#y} \\# $((1 + (2)))"),
            ["echo a#b ${x#y} \\# $((1 + (2)))"]
        );
    }

    #[test]
    fn what_cannot_be_followed_is_not_read() {
        for text in [
            "echo 'x",
            "echo \"x",
            "a # b",
            "cat <<EOF",
            "(a",
            "a)",
            "case x in y) z;; esac",
            "f() { x; }",
            "a \\",
            "",
        ] {
            assert!(read(text).is_none(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_named_with_its_place() {
        for (text, construct, at) in [
            ("a && b # c", Construct::Comment, 7),
            ("a; case x in y) z;; esac", Construct::Case, 3),
            ("if a; then case x in (y) z; esac; fi", Construct::Case, 11),
            ("f() { x; }", Construct::Function, 1),
            ("cat <<EOF", Construct::Document, 4),
            ("echo 'x", Construct::OpenQuote, 5),
            ("(a", Construct::Parenthesis, 2),
        ] {
            assert_eq!(follow(text).err(), Some(construct.at(at)), "{text}");
        }
    }

    #[test]
    fn parentheses_are_needed_for_weaker_operators_and_for_state_that_would_leak() {
        let needs = |text, last| read(text).unwrap().needs_parentheses(last);
        assert!(!needs("a && b | c", false) && !needs("(a; b)", false));
        assert!(needs("a; b", true) && needs("a || b", true) && needs("if a; then b; fi", true));
        assert!(needs("(a) || b", true) && needs("a || (b)", true));
        assert!(needs("cd /src && make", false) && !needs("cd /src && make", true));
        assert!(needs("X=1 && make", false) && needs("export X=1", false));
    }

    #[test]
    fn the_program_is_found_behind_what_runs_it() {
        let script = read("DEBIAN_FRONTEND=noninteractive sudo apt-get install -y curl").unwrap();
        assert_eq!(script.commands[0].program(), ["apt-get", "install", "-y", "curl"]);
        let program = |text| read(text).unwrap().commands[0].program().join(" ");
        assert_eq!(program("sudo -u app -E env A=1 pip install x"), "pip install x");
        assert_eq!(program("timeout -k 5 60 exec apt-get update"), "apt-get update");
        assert_eq!(program("env -S 'npm ci'"), "env -S 'npm ci'", "what it splits is not guessed");
        assert_eq!(program("runuser -u app -- pip install x"), "pip install x");
        assert_eq!(
            program("runuser -l app -c 'pip install x'"),
            "runuser -l app -c 'pip install x'"
        );
        assert!(read("(set -e; ! true); a").unwrap().goes_on_after_errors());
        assert!(!read("set -e; ! true; a").unwrap().goes_on_after_errors());
        assert!(
            read("{ set -e; a; }; b").unwrap().ends_at_errors()
                && read("command set -e").unwrap().ends_at_errors()
        );
        assert!(
            read("set -eux; a").unwrap().ends_at_errors()
                && !read("set -x; a").unwrap().ends_at_errors()
        );
    }
}
