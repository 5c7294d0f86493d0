//! Tells whether a text may run a program: in any wrapper, in any language.

use super::{NO_VERBS, Tool, find_verb, is_version_of};
use crate::shell::{Command, base_name};

/// Programs whose arguments are names of packages or files, and run nothing.
const RUN_NOTHING: [&str; 24] = [
    "apk", "cargo", "chmod", "chown", "command", "conda", "dnf", "dpkg", "gem", "grep", "ls",
    "mkdir", "npm", "pip", "pip3", "pipx", "rm", "rmdir", "test", "type", "which", "yarn", "yum",
    "[",
];

impl Tool {
    /// Returns whether a text names one of the tool's programs as something that runs.
    pub(crate) fn is_named_in(&self, text: &str) -> bool {
        names(text, &self.programs)
    }

    /// Returns whether a text names one of the tool's programs with one of its subcommands.
    pub(crate) fn is_run_in(&self, text: &str) -> bool {
        let is_verb =
            |word: &str| self.verbs.is_empty() || self.verbs.iter().any(|verb| verb == word);
        self.is_named_in(text) && words(text).any(is_verb)
    }

    /// Returns whether a text may need the files, without making them anew.
    pub(crate) fn may_be_needed_in(&self, text: &str) -> bool {
        let makes = |word: &str| self.verbs.iter().any(|verb| verb == word);
        !self.needed_by.is_empty()
            && (self.is_named_in(text) || names(text, &self.readers))
            && !words(text).any(makes)
    }

    /// Returns whether a command may need the files: the tool with such a subcommand, a program that
    /// reads them, one that is given the tool to run, or one that a variable names.
    pub(crate) fn may_be_needed_by(&self, command: &Command) -> bool {
        if self.needed_by.is_empty() || command.inner().is_some() {
            return false;
        }
        if self.runs(command) {
            let is_unknown = |word: &&str| word.trim_start_matches('"').starts_with('$');
            return self.is_needed_by(command)
                || command.program().iter().skip(1).take(1).any(is_unknown);
        }
        self.may_be_run_by(command)
    }

    /// Returns whether a command may run the tool in any way.
    pub(crate) fn may_be_run_by(&self, command: &Command) -> bool {
        if command.inner().is_some()
            || find_verb(command.program(), &RUN_NOTHING, NO_VERBS).is_some()
        {
            return self.runs(command);
        }
        let is_variable = command.program().first().is_some_and(|program| is_variable(program));
        let program = command.name();
        self.runs(command)
            || is_variable
            || self.readers.iter().any(|reader| is_version_of(program, reader))
            || command.words.iter().any(|word| self.is_named_in(word) || names(word, &self.readers))
    }
}

/// Returns whether a word is a variable alone.
fn is_variable(word: &str) -> bool {
    let word = word.trim_matches('"');
    let name = word.strip_prefix('$').map(|name| name.trim_matches(['{', '}']));
    name.is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

/// Returns whether a text names one of some programs, alone or with the directory of programs.
fn names(text: &str, programs: &[String]) -> bool {
    let is_program = |word: &str| {
        let name = base_name(word);
        (name == word || word.contains("bin/"))
            && programs.iter().any(|program| is_version_of(name, program))
    };
    words(text).any(is_program)
}

/// Returns the words of a text in a shell, JSON or another language.
fn words(text: &str) -> impl Iterator<Item = &str> {
    let is_between = |c: char| c.is_whitespace() || "\"'`;&|()[]{},<>=$\\".contains(c);
    text.split(is_between).filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use crate::advice::findings::Rules;
    use crate::shell;

    #[test]
    fn a_text_runs_what_it_names_in_any_wrapper() {
        let rules = Rules::built_in();
        let rule = rules.iter().find(|rule| rule.id == "apt-lists").unwrap();
        let apt = rule.tools.first().unwrap();
        let needs = |text: &str| {
            shell::read(text).unwrap().every().iter().any(|command| apt.may_be_needed_by(command))
        };
        for text in [
            "xargs apt-get install -y < /pkgs",
            "eatmydata apt-get install -y curl",
            "$APT curl",
            "\"${APT}\" curl",
            "parallel -j1 apt-get install -y ::: curl",
            "find /debs -exec apt-get install -y {} +",
            "python3 -c \"import os; os.system('apt-get install -y curl')\"",
            "mk-build-deps -i debian/control",
            "gdebi -n /x.deb",
            "rosdep install --from-paths src -y",
            "cd /tmp && apt-get download hello",
            "nala install -y wget",
            "tasksel install web-server",
            "ansible-playbook -c local x.yml",
            "apt-cache policy curl > /v",
            "apt-get $WHAT curl",
            "echo $(apt-cache policy curl)",
        ] {
            assert!(needs(text), "{text}");
        }
        for text in [
            "rm -rf /var/lib/apt/lists/*",
            "apt-get purge -y curl && apt-get clean",
            "pip install ansible nala",
            "$JAVA_HOME/bin/java -version",
            "which apt-get",
            "echo 'deb x' > /etc/apt/sources.list",
        ] {
            assert!(!needs(text), "{text}");
        }
        assert!(apt.may_be_needed_in("[\"sh\",\"-c\",\"apt-get install -y $X\"]"));
        assert!(
            !apt.may_be_needed_in("[\"sh\",\"-c\",\"apt-get update && apt-get install -y x\"]")
        );
    }
}
