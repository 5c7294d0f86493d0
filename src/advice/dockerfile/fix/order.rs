//! The order that keeps the build cache: files that name dependencies before the sources. It saves
//! no bytes, so it is only said.

use super::Work;
use super::condition::Kind;
use super::ignore::is_whole_context;
use super::remark::Verdict;
use crate::advice::dockerfile::draft::Fate;
use crate::advice::dockerfile::parse::Keyword;
use crate::shell;

/// A language's way to list dependencies and to download them.
struct Way {
    /// The required file, and files that belong to it if they exist.
    files: &'static [&'static str],
    /// Commands that download the dependencies, or need them.
    commands: &'static [&'static [&'static str]],
    /// The command that only downloads, if there is one; without it, the whole `RUN` moves.
    fetch: Option<&'static str>,
    /// The file without which there is nothing to download, unless the command is one that
    /// downloads.
    locked: Option<&'static str>,
    /// Files and directories beside them that the command may read.
    beside: &'static [&'static str],
}

const WAYS: [Way; 6] = [
    Way {
        files: &["go.mod", "go.sum"],
        commands: &[&["go", "mod", "download"], &["go", "build"], &["go", "install"]],
        fetch: Some("go mod download"),
        // Since Go 1.16, no module is built that is not in go.sum.
        locked: Some("go.sum"),
        beside: &["go.work", "vendor"],
    },
    Way {
        files: &["package.json", "package-lock.json", "npm-shrinkwrap.json", ".npmrc"],
        commands: &[&["npm", "ci"], &["npm", "install"]],
        fetch: None,
        locked: None,
        beside: &["binding.gyp", "prisma", "patches", ".yarn"],
    },
    Way {
        files: &["package.json", "yarn.lock", ".yarnrc.yml"],
        commands: &[&["yarn", "install"]],
        fetch: None,
        locked: None,
        beside: &[".yarn", ".yarnrc", ".npmrc", ".pnp.cjs", "binding.gyp", "prisma", "patches"],
    },
    Way {
        files: &["requirements.txt"],
        commands: &[&["pip", "install"], &["pip3", "install"]],
        fetch: None,
        locked: None,
        beside: &["pip.conf", "constraints.txt"],
    },
    Way {
        files: &["Gemfile", "Gemfile.lock"],
        commands: &[&["bundle", "install"]],
        fetch: None,
        locked: None,
        beside: &[".bundle"],
    },
    Way {
        files: &["pom.xml"],
        commands: &[&["mvn"]],
        fetch: Some("mvn -B dependency:go-offline"),
        locked: None,
        beside: &[".mvn"],
    },
];
/// Options of commands that fetch dependencies which read no file.
const PLAIN: [&str; 41] = [
    "--no-cache-dir",
    "--no-cache",
    "-q",
    "-U",
    "--quiet",
    "--upgrade",
    "--user",
    "--no-compile",
    "--no-deps",
    "--prefer-binary",
    "--disable-pip-version-check",
    "--root-user-action=ignore",
    "--break-system-packages",
    "--no-input",
    "--require-hashes",
    "--omit=dev",
    "--only=production",
    "--only=prod",
    "--production",
    "--include=dev",
    "--no-audit",
    "--no-fund",
    "--no-optional",
    "--ignore-scripts",
    "--legacy-peer-deps",
    "--no-progress",
    "--silent",
    "--unsafe-perm",
    "--force",
    "--frozen-lockfile",
    "--pure-lockfile",
    "--immutable",
    "--inline-builds",
    "--non-interactive",
    "--prefer-online",
    "--no-save",
    "--jobs",
    "-j",
    "--retry",
    "--without=development",
    "--without=test",
];
/// Beginnings of options with which a build takes its dependencies from elsewhere.
const ELSEWHERE_OPTIONS: [&str; 9] =
    ["-modfile", "-mod=", "-C", "-s", "--settings", "-gs", "-f", "--file", "-Dmaven.repo"];
/// Parts of the names of variables that say where a manager finds something.
const SETTINGS: [&str; 13] = [
    "GOFLAGS",
    "GOWORK",
    "CONFIG_FILE",
    "CONSTRAINT",
    "FIND_LINKS",
    "PIP_CERT",
    "USERCONFIG",
    "userconfig",
    "cafile",
    "CAFILE",
    "BUNDLE_GEMFILE",
    "MAVEN_ARGS",
    "MAVEN_CONFIG",
];
/// Managers whose dependencies cannot be downloaded from such files alone, with advice.
const ELSEWHERE: [(&str, &str, &str); 3] = [
    ("Cargo.toml", "cargo", "cargo-chef, or cache mounts for the registry and target/"),
    (
        "composer.json",
        "composer",
        "composer install --no-scripts --no-autoloader before the sources, then dump-autoload",
    ),
    ("pyproject.toml", "pip", "a requirements file made of it, installed before the sources"),
];

impl Work<'_> {
    /// Says what fetches dependencies behind the sources that change more often, where their files
    /// stand alone.
    pub(super) fn order(&mut self) {
        // Only the first one: later copies repeat its files.
        let whole = |&&i: &&usize| {
            is_whole_context(&self.file.instructions[i]) && self.draft.fates[i] == Fate::Stays
        };
        if let Some(&copy) = self.stage.iter().find(whole) {
            for way in &WAYS {
                self.reorder(copy, way);
            }
            for (file, program, advice) in ELSEWHERE {
                let run = self.next_run(copy, &[&[program]]);
                let is_plain = || {
                    let path = self.copied_to(copy, file);
                    file != "composer.json"
                        || path.is_some_and(|path| self.evidence.texts.stands_alone(&path))
                };
                if let (Some(run), true) = (run, self.brings(copy, file) && is_plain()) {
                    let text = format!(
                        "copies the sources before it fetches the dependencies of {file}, so each change fetches them again; use {advice}"
                    );
                    self.say(Kind::Order, Verdict::Left { would_save: 0 }, run, text);
                }
            }
        }
    }

    fn reorder(&mut self, copy: usize, way: &Way) {
        // Vendored dependencies are not downloaded.
        if !self.brings(copy, way.files[0]) || self.brings(copy, "vendor/modules.txt") {
            return;
        }
        // The file has this order already.
        let earlier =
            |i: &usize| *i < copy && self.file.instructions[*i].arguments.contains(way.files[0]);
        if self.stage.iter().any(earlier) {
            return;
        }
        let Some(run) = self.next_run(copy, way.commands) else { return };
        let there: Vec<_> =
            way.files.iter().filter(|file| self.brings(copy, file)).copied().collect();
        let fetches = &self.file.instructions[run];
        let is_locked = way.locked.is_none_or(|file| self.brings(copy, file));
        let by_files_only = self.fetches_by_files_only(run, way)
            && !way.beside.iter().any(|name| self.brings_any(copy, name))
            && !self.is_configured(run);
        let stand_alone = there.iter().all(|file| {
            self.copied_to(copy, file)
                .is_some_and(|path| self.evidence.texts.stands_alone(&path) || is_lock(file))
        });
        if !is_locked || !by_files_only || !stand_alone {
            return;
        }
        let fetch = way.fetch.map(|fetch| format!(" and run {fetch}")).unwrap_or_default();
        let text = format!(
            "for the build cache: copies the sources before line {} fetches the dependencies of {}, so each change fetches them again; copy {}{fetch} first",
            fetches.line,
            way.files[0],
            there.join(" ")
        );
        self.say(Kind::Order, Verdict::Left { would_save: 0 }, copy, text);
    }

    /// Returns the next `RUN` after `copy` with one of the commands.
    fn next_run(&self, copy: usize, commands: &[&[&str]]) -> Option<usize> {
        let runs = self
            .stage
            .iter()
            .copied()
            .filter(|&i| i > copy && self.file.instructions[i].keyword == Keyword::Run);
        runs.into_iter().find(|&i| {
            let script = shell::read(&self.file.instructions[i].arguments);
            script.is_some_and(|script| {
                script.commands.iter().any(|command| {
                    commands.iter().any(|start| command.program().starts_with(start))
                })
            })
        })
    }

    /// Returns whether the command of a `RUN` that fetches dependencies reads nothing but the files that
    /// name them, where it was copied to.
    fn fetches_by_files_only(&self, run: usize, way: &Way) -> bool {
        let Some(script) = self.script(run) else { return false };
        let fetches = |command: &shell::Command| {
            way.commands.iter().any(|start| command.program().starts_with(start))
        };
        let Some(at) = script.commands.iter().position(fetches) else { return false };
        let moves = |command: &shell::Command| {
            ["cd", "pushd", "export", "."].contains(&command.name())
                || command.words.contains(&"source")
        };
        let command = &script.commands[at];
        let start = way.commands.iter().find(|start| command.program().starts_with(start));
        let arguments = &command.program()[start.map_or(0, |start| start.len())..];
        let is_known = |word: &&str| match way.fetch {
            // Another command fetches.
            Some(_) => !ELSEWHERE_OPTIONS.iter().any(|option| word.starts_with(option)),
            None => PLAIN.contains(word) || word.parse::<u32>().is_ok(),
        };
        command.words.len() == command.program().len()
            && !script.commands[..at].iter().any(moves)
            && match way.files[0] {
                "requirements.txt" => is_requirements_only(arguments),
                _ => arguments.iter().all(is_known),
            }
    }

    /// Returns whether a variable names a file or an option that the command may need.
    fn is_configured(&self, run: usize) -> bool {
        let names = |&&i: &&usize| {
            let instruction = &self.file.instructions[i];
            i < run
                && instruction.keyword.sets_variables()
                && SETTINGS.iter().any(|name| instruction.arguments.contains(name))
        };
        self.stage.iter().any(|i| names(&i))
    }

    /// Returns whether a copy put a file or a directory of this name at its destination.
    fn brings_any(&self, copy: usize, name: &str) -> bool {
        let tree = &self.inspection.tree;
        let (Some(path), Some(layer)) = (self.copied_to(copy, name), self.layer(copy)) else {
            return false;
        };
        let nodes = tree.find(path.as_bytes()).into_iter().flat_map(|top| tree.at_and_below(top));
        nodes.into_iter().any(|node| tree.versions(node).any(|it| tree.added_in(it) == layer))
    }

    /// Returns whether a copy put a file of this name at its destination.
    fn brings(&self, copy: usize, name: &str) -> bool {
        let tree = &self.inspection.tree;
        let (Some(path), Some(layer)) = (self.copied_to(copy, name), self.layer(copy)) else {
            return false;
        };
        let node = tree.find(path.as_bytes());
        node.is_some_and(|node| tree.versions(node).any(|version| tree.added_in(version) == layer))
    }

    /// Returns where a copy puts a file of this name.
    fn copied_to(&self, copy: usize, name: &str) -> Option<String> {
        let (_, destination) = self.file.instructions[copy].copied()?;
        Some(format!("{}/{name}", self.absolute(copy, &destination)?.trim_end_matches('/')))
    }
}

/// Returns whether a file only pins what another one names.
fn is_lock(name: &str) -> bool {
    ["go.sum", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "Gemfile.lock"]
        .contains(&name)
}

/// Returns whether the arguments are like those of `pip install -r requirements.txt`, with nothing that
/// reads another file.
fn is_requirements_only(arguments: &[&str]) -> bool {
    let names = |word: &str| matches!(word, "requirements.txt" | "./requirements.txt");
    let mut is_named = false;
    for (at, word) in arguments.iter().enumerate() {
        let named = word.strip_prefix("--requirement=").or(word.strip_prefix("-r")).unwrap_or(word);
        match *word {
            "-r" | "--requirement" if arguments.get(at + 1).is_some_and(|it| names(it)) => {}
            _ if names(named) && !is_named => is_named = true,
            _ if PLAIN.contains(word) => {}
            _ => return false,
        }
    }
    is_named
}
