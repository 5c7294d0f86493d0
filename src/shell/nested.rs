//! Commands that another shell runs from a quoted text, and processes that go on when a script has
//! ended.

use super::base_name;
use super::script::{Command, Joint, Script, read};

/// Shells and programs that run the text behind `-c`.
const NESTING: [&str; 7] = ["ash", "bash", "dash", "ksh", "runuser", "sh", "su"];
/// The most texts within one another that are read.
const DEPTH: usize = 3;
/// Programs that start others which go on by themselves.
const STARTERS: [&str; 12] = [
    "apache2ctl",
    "apachectl",
    "invoke-rc.d",
    "mysqld_safe",
    "pg_ctl",
    "pg_ctlcluster",
    "rc-service",
    "service",
    "start-stop-daemon",
    "supervisord",
    "systemctl",
    "tmux",
];
/// Options with which a program goes on in the background.
const DETACHING: [&str; 7] =
    ["--background", "--daemon", "--daemonize", "--detach", "--fork", "-daemon", "-daemonize"];
/// Words of commands that end what was started.
const ENDING: [&str; 6] = ["kill", "killall", "pkill", "quit", "shutdown", "stop"];

impl<'a> Command<'a> {
    /// Returns the text that another shell runs, if it stands in plain quotes: `sh -c 'a && b'`,
    /// `su user -c \"a\"`.
    pub fn inner(&self) -> Option<(usize, &'a str)> {
        let nests = |word: &&str| NESTING.contains(&base_name(word));
        let program = self.words.len() - self.program().len();
        let at = self.words.iter().position(nests).filter(|&at| at <= program)?;
        let option = self.words[at..].iter().position(|word| {
            let letters = word.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
            letters.is_some_and(|letters| letters.ends_with('c')) || *word == "--command"
        })?;
        let (word, place) = (self.words.get(at + option + 1)?, self.places.get(at + option + 1)?);
        let plain =
            |quote: char| word.len() > 2 && word.starts_with(quote) && word.ends_with(quote);
        let text = &word.get(1..word.len().checked_sub(1)?)?;
        let is_plain = match () {
            () if plain('\'') => !text.contains('\''),
            () if plain('"') => !text.contains(['"', '$', '`', '\\']),
            () => false,
        };
        is_plain.then_some((place.start + 1, *text))
    }

    /// Returns whether the command runs as another user, by `su` or `runuser -c`, whatever its
    /// other words say.
    pub fn runs_as_another(&self) -> bool {
        self.words.iter().any(|word| ["su", "runuser"].contains(&base_name(word)))
    }

    /// Returns whether the command starts a program that goes on by itself.
    fn starts_others(&self) -> bool {
        let [program, words @ ..] = self.program() else { return false };
        let starts = STARTERS.contains(&base_name(program)) || program.contains("init.d/");
        let detaches =
            |word: &&str| DETACHING.contains(&word.split('=').next().unwrap_or_default());
        starts && words.iter().any(|word| ["start", "restart"].contains(word))
            || ["mysqld_safe", "start-stop-daemon"].contains(program)
            || words.iter().any(detaches)
    }
}

impl<'a> Script<'a> {
    /// Returns all commands, with those that other shells run from plain quotes; these have places
    /// of their own text.
    pub fn every(&self) -> Vec<Command<'a>> {
        let mut all = self.commands.clone();
        let mut texts: Vec<_> =
            self.commands.iter().filter_map(Command::inner).map(|(_, text)| (text, 1)).collect();
        while let Some((text, depth)) = texts.pop() {
            let Some(script) = read(text).filter(|_| depth <= DEPTH) else { continue };
            texts.extend(
                script
                    .commands
                    .iter()
                    .filter_map(Command::inner)
                    .map(|(_, text)| (text, depth + 1)),
            );
            all.extend(script.commands);
        }
        all
    }

    /// Returns whether a process may go on when the script has ended: one in the background that is
    /// not waited for, or a service that is not stopped.
    pub fn leaves_processes(&self) -> bool {
        let all = self.every();
        let is_behind = |command: &&Command| command.joint.0 == Joint::Background;
        let waits = |command: &Command| command.depth == 0 && command.words == ["wait"];
        let last = self.commands.iter().rfind(is_behind);
        let in_background = all.iter().filter(is_behind).count();
        let own = self.commands.iter().filter(is_behind);
        let is_awaited = last.is_some_and(waits) && own.clone().all(|command| command.depth == 0);
        let leaves = in_background > 0 && !(is_awaited && own.count() == in_background);
        let started = all.iter().rposition(Command::starts_others);
        let ended = |from: usize| {
            all[from + 1..].iter().any(|command| command.words.iter().any(|w| ENDING.contains(w)))
        };
        leaves || started.is_some_and(|started| !ended(started))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_another_shell_runs_is_read_from_plain_quotes() {
        let inner = |text| {
            read(text).unwrap().commands[0].inner().map(|(at, inner)| (at, inner.to_owned()))
        };
        assert_eq!(inner("sh -c 'a && b'"), Some((7, "a && b".into())));
        assert_eq!(inner("sudo su - app -c \"a b\""), Some((18, "a b".into())));
        assert_eq!(inner("runuser -l app -c 'a'"), Some((19, "a".into())));
        assert_eq!(inner("/bin/bash -exc 'a' x"), Some((16, "a".into())));
        for text in ["sh -c \"a $B\"", "sh -c a", "sh a.sh", "echo -c 'a'", "sh -c 'a'b'c'"] {
            assert_eq!(inner(text), None, "{text}");
        }
        let every = |text| {
            read(text).unwrap().every().iter().map(|c| c.words.join(" ")).collect::<Vec<_>>()
        };
        assert_eq!(every("sh -c 'a; b' && c"), ["sh -c 'a; b'", "c", "a", "b"]);
    }

    #[test]
    fn a_process_that_is_waited_for_or_stopped_does_not_go_on() {
        let leaves = |text| read(text).unwrap().leaves_processes();
        for text in [
            "a & wait",
            "a & b & wait; c",
            "service x start && a && service x stop",
            "a; b",
            "start -x",
        ] {
            assert!(!leaves(text), "{text}");
        }
        for text in [
            "a & b",
            "a & wait & b",
            "(a &); wait",
            "a & wait $!",
            "sh -c 'a & b'",
            "service x start; a",
        ] {
            assert!(leaves(text), "{text}");
        }
        assert!(
            leaves("mysqld --daemonize && a")
                && leaves("/etc/init.d/x start")
                && leaves("redis --daemonize=yes")
        );
    }
}
