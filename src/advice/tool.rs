//! Programs that leave caches behind, and what keeps those out of an image: `[[rule.tool]]` of the
//! rules.
//!
//! Findings and `fix` both render what stands there, so that they never give different advice.

mod edits;
mod in_use;
mod named;

use std::ops::Range;

use serde::Deserialize;

use crate::shell::{Command, base_name};
pub(in crate::advice) use in_use::is_offline;

/// Any subcommand, or none.
const NO_VERBS: &[&str] = &[];
/// Commands behind which nothing of the same shell runs.
const LEAVING: [&str; 3] = ["exec", "exit", "return"];
/// Words of package managers and programs that take something away.
const REMOVING: [&str; 8] =
    ["remove", "purge", "autoremove", "erase", "del", "uninstall", "rm", "unlink"];

/// A program that leaves files behind.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tool {
    /// Name of what it leaves.
    pub leaves: String,
    /// Its names; `python -m pip` is `pip`.
    pub programs: Vec<String>,
    /// Subcommands that leave the files; none means any.
    #[serde(default)]
    pub verbs: Vec<String>,
    /// Subcommands that need the files.
    #[serde(default)]
    pub needed_by: Vec<String>,
    /// Other programs that read the files.
    #[serde(default)]
    pub readers: Vec<String>,
    /// Names of files that run what the tool left, where it is.
    #[serde(default)]
    pub run_by: Vec<String>,
    /// Options and settings by which somebody asks for what the flag leaves out.
    #[serde(default)]
    pub asked_by: Vec<String>,
    /// Beginnings of options and settings with which it leaves nothing at the usual place.
    #[serde(default)]
    pub off: Vec<String>,
    /// Directories that the flag and the command keep empty; none means all of the rule's.
    #[serde(default)]
    pub places: Vec<String>,
    /// Flag behind the subcommand that keeps the files out.
    pub flag: Option<String>,
    /// Words that the flag replaces.
    #[serde(default)]
    pub instead_of: Vec<String>,
    /// Command that removes the files.
    pub clean: Option<String>,
    /// Part of that command, or of another one that does the same; the command itself if it is not
    /// given.
    pub shows: Option<String>,
    /// Directories that a cache mount may keep instead.
    #[serde(default)]
    pub mount: Vec<String>,
}

/// A piece of a script and the text to put in its place.
pub type Edit = (Range<usize>, String);

impl Tool {
    /// Returns whether a command leaves the files.
    pub(crate) fn is_used_by(&self, command: &Command) -> bool {
        self.verb(command).is_some()
    }

    /// Returns whether a command runs the program at all.
    pub(crate) fn runs(&self, command: &Command) -> bool {
        find_verb(command.program(), &self.programs, NO_VERBS).is_some()
    }

    /// Returns whether a command needs the files.
    pub(crate) fn is_needed_by(&self, command: &Command) -> bool {
        !self.needed_by.is_empty()
            && find_verb(command.program(), &self.programs, &self.needed_by).is_some()
    }

    /// Returns whether a command leaves files at the usual place.
    pub(crate) fn leaves_by(&self, command: &Command) -> bool {
        let is_off = |word: &&str| self.off.iter().any(|off| word.starts_with(off.as_str()));
        let has_flag = self.flag.as_deref().is_some_and(|flag| command.words.contains(&flag));
        self.is_used_by(command) && !has_flag && !command.words.iter().any(is_off)
    }

    /// Returns the position of the subcommand in a command's words.
    fn verb(&self, command: &Command) -> Option<usize> {
        let program = command.program();
        Some(command.words.len() - program.len() + find_verb(program, &self.programs, &self.verbs)?)
    }

    /// Returns whether flag and command keep a path out, given without the slash at its start.
    pub fn keeps_out(&self, path: &str) -> bool {
        self.places.is_empty() || self.places.iter().any(|place| lies_at(path, place))
    }

    /// Returns the directory of the cache mount that keeps a path.
    pub fn mount_of(&self, path: &str) -> Option<&str> {
        self.mount.iter().map(String::as_str).find(|mount| lies_at(path, mount))
    }

    /// Returns the names of the directories in which its files lie, without the home directory.
    pub(crate) fn directories(&self) -> impl Iterator<Item = &str> {
        let shown = self.shows.iter().filter(|shows| shows.starts_with('/'));
        let all = self
            .mount
            .iter()
            .chain(&self.places)
            .chain(shown)
            .map(|place| place.trim_start_matches('/'));
        all.map(|place| {
            place.strip_prefix("root/").or(place.strip_prefix("home/")).unwrap_or(place)
        })
    }

    /// Returns whether a script removes the files already.
    pub fn is_cleaned_in(&self, text: &str) -> bool {
        let shows = self.shows.as_ref().or(self.clean.as_ref());
        shows.is_some_and(|shows| text.contains(shows.as_str()))
    }

    /// Describes in a sentence how to keep the files out.
    pub fn sentence(&self) -> String {
        let mount =
            self.mount.first().map(|mount| format!("RUN --mount=type=cache,target=/{mount} …"));
        let own = match (&self.flag, &self.clean) {
            (Some(flag), _) => {
                let verb = self.verbs.first().map(|verb| format!("{verb} ")).unwrap_or_default();
                Some(format!("{} {verb}{flag} …", self.programs[0]))
            }
            (None, Some(clean)) => Some(format!("in the same RUN: && {clean}")),
            (None, None) => None,
        };
        own.into_iter().chain(mount).collect::<Vec<_>>().join("; or ")
    }
}

/// Returns whether a path is a place or lies below it; `home/` stands for each home directory.
fn lies_at(path: &str, place: &str) -> bool {
    let path = crate::path::components(path.as_bytes());
    let home = match path.as_slice() {
        [b"root", rest @ ..] | [b"home", _, rest @ ..] => Some(rest),
        _ => None,
    };
    let (path, place) = match (place.strip_prefix("home/"), home) {
        (Some(place), Some(rest)) => (rest, place),
        (Some(_), None) => return false,
        (None, _) => (path.as_slice(), place),
    };
    path.starts_with(&crate::path::components(place.as_bytes()))
}

/// Returns whether a name is that of a program, or of one version of it, such as `pip3.11`.
fn is_version_of(name: &str, program: &str) -> bool {
    let version = |rest: &str| rest.chars().all(|c| c.is_ascii_digit() || c == '.');
    name.strip_prefix(program).is_some_and(version)
}

/// Returns the position of the subcommand in a program's words; `None` if the program or the
/// subcommand does not match.
pub fn find_verb(
    words: &[&str],
    programs: &[impl AsRef<str>],
    verbs: &[impl AsRef<str>],
) -> Option<usize> {
    let (program, skipped) = match words {
        [python, "-m", module, ..]
            if ["python", "pypy"].iter().any(|name| base_name(python).starts_with(name)) =>
        {
            (*module, 3)
        }
        [program, ..] => (base_name(program), 1),
        [] => return None,
    };
    if !programs.iter().any(|known| is_version_of(program, known.as_ref())) {
        return None;
    }
    if verbs.is_empty() {
        return Some(skipped - 1);
    }
    // An option that takes a value in the next word comes before the subcommand only rarely.
    (skipped..words.len())
        .find(|&at| verbs.iter().any(|verb| verb.as_ref() == words[at]))
        .filter(|&at| words[skipped..at].iter().filter(|word| !word.starts_with('-')).count() <= 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    // A test may look up.
    use super::super::findings::Rules;

    fn line(id: &str, text: &str) -> Option<String> {
        let rules = Rules::built_in();
        let rule = rules.iter().find(|rule| rule.id == id).unwrap();
        rule.tools.iter().find_map(|tool| tool.applied_to(text))
    }

    #[test]
    fn a_subcommand_is_found_behind_options() {
        let verb = |text: &str| {
            let words: Vec<_> = text.split(' ').collect();
            find_verb(&words, &["apt-get", "pip"], &["install"])
        };
        assert_eq!(verb("apt-get -y install x"), Some(2));
        assert_eq!(verb("apt-get -o Dpkg::Use-Pty=0 install x"), Some(3));
        assert_eq!(verb("python3 -m pip install x"), Some(3));
        assert_eq!(verb("/usr/bin/apt-get install x"), Some(1));
        assert_eq!(verb("apt-get purge x"), None);
        assert_eq!(verb("echo apt-get install"), None);
    }

    #[test]
    fn a_cleanup_is_appended_to_the_instruction_that_needs_it() {
        assert_eq!(
            line("apt-lists", "RUN apt-get update && apt-get install -y curl").unwrap(),
            "RUN apt-get update && apt-get install -y curl \\\n && rm -rf /var/lib/apt/lists/*"
        );
        assert_eq!(
            line("apt-lists", "RUN <<EOF\napt-get update\nEOF").unwrap(),
            "RUN <<EOF\napt-get update\nrm -rf /var/lib/apt/lists/*\nEOF"
        );
        assert_eq!(
            line("apt-lists", "RUN curl x | sh"),
            None,
            "the command that made them is unknown"
        );
        assert_eq!(line("apt-lists", "COPY . ."), None);
    }

    #[test]
    fn a_flag_is_put_into_the_instruction_s_own_words() {
        let pip = |text| line("pip", text).unwrap();
        assert_eq!(
            pip("RUN pip install -r a.txt && python -m pip install b"),
            "RUN pip install --no-cache-dir -r a.txt && python -m pip install --no-cache-dir b"
        );
        assert_eq!(pip("RUN pip3 install x"), "RUN pip3 install --no-cache-dir x");
        assert_eq!(
            line("apk-cache", "RUN apk add --update go git").unwrap(),
            "RUN apk add --no-cache go git"
        );
        assert_eq!(
            line("apk-cache", "RUN apk --update add go").unwrap(),
            "RUN apk add --no-cache go"
        );
        assert_eq!(line("apk-cache", "RUN apk add --no-cache go"), None, "it is there already");
    }

    #[test]
    fn a_cleanup_runs_as_what_it_cleans_up_after_or_not_at_all() {
        let clean = |text: &str| {
            line("npm", text).map(|line| line[line.find("&& ").map_or(0, |at| at + 3)..].to_owned())
        };
        assert_eq!(
            clean("RUN npm ci").as_deref(),
            Some("npm cache clean --force && rm -rf ~/.npm/_logs")
        );
        // The logs of another user's npm lie in another home, which is not known here.
        assert_eq!(clean("RUN sudo npm ci"), None);
        assert_eq!(clean("RUN gosu node npm ci"), None);
        let rules = Rules::built_in();
        let npm =
            rules.iter().find(|rule| rule.id == "npm").and_then(|rule| rule.tools.first()).unwrap();
        let named = |text: &str| {
            let left = [
                "home/node/.npm/_cacache/a",
                "home/node/.npm/_logs/b",
                "home/node/.npm/_cacache/c",
            ];
            npm.cleaning(&crate::shell::read(text).unwrap(), text, &left)
        };
        let paths = "rm -rf /home/node/.npm/_cacache /home/node/.npm/_logs";
        for (text, prefix) in [
            ("sudo -u node npm ci", "sudo -u node "),
            ("gosu node npm ci", "gosu node "),
            ("su-exec node npm ci && a", "su-exec node "),
            ("runuser -u node -- npm ci", "runuser -u node -- "),
            ("runuser -l node -c 'npm ci'", ""),
            ("su node -c 'cd /app && npm ci'", ""),
            ("sudo su - node -c \"npm ci\"", "sudo "),
        ] {
            assert_eq!(named(text), Some(format!("&& {prefix}{paths}")), "{text}");
        }
        assert_eq!(
            named("sh -c 'npm ci'").as_deref(),
            Some("&& npm cache clean --force && rm -rf ~/.npm/_logs")
        );
        assert_eq!(named("sudo HOME=/x npm ci"), None);
        for text in [
            "RUN npm ci && exec sh -c x",
            "RUN npm ci &",
            "RUN npm ci; exit 0",
            "RUN HOME=/tmp npm ci",
            "RUN env npm_config_cache=/x npm ci",
            "RUN npm ci && apk del npm",
        ] {
            assert_eq!(clean(text), None, "{text}");
        }
    }

    #[test]
    fn a_place_in_a_home_directory_is_one_in_each() {
        for path in ["root/.cache/pip", "home/me/.cache/pip/a"] {
            assert!(lies_at(path, "home/.cache/pip"), "{path}");
        }
        for path in ["root/.cache/pipx", "srv/.cache/pip", "home/.cache/pip"] {
            assert!(!lies_at(path, "home/.cache/pip"), "{path}");
        }
    }
}
