//! Reads small text files of an image's own layers: the names that they mention, and whether a
//! project's files for dependencies stand for themselves.

mod project;
mod repository;

use std::collections::{BTreeMap, HashSet};

use crate::analysis::Inspection;
use crate::display::Escaped;
use crate::error::Error;
use crate::files::filesystem::{Filesystem, readable};
use crate::tree::{Kind, NodeId, Tree, VersionId};
use project::stands_alone;

/// Larger files are not read, in bytes.
const LIMIT: u64 = 256 << 10;
/// The most files that are read: first those that an instruction or the configuration names, then
/// the rest.
const FILES: usize = 1_000;
/// Directories whose files say nothing of the project itself.
const OTHERS: [&[u8]; 14] = [
    b"node_modules",
    b".git",
    b".venv",
    b"venv",
    b"site-packages",
    b"dist-packages",
    b"vendor",
    b"target",
    b"__pycache__",
    b".cache",
    b"proc",
    b"doc",
    b"lintian",
    b"bash-completion",
];
/// Directories of packages, whose files know nothing of what is copied into an image.
const PACKAGED: [&str; 5] = ["/usr/share/", "/usr/lib/", "/usr/libexec/", "/usr/include/", "/lib/"];
/// Files without an ending that say how a project is built or run.
const NAMES: [&str; 14] = [
    "makefile",
    "gulpfile.js",
    "meson.build",
    "rebar.config",
    "procfile",
    "gemfile",
    "rakefile",
    "justfile",
    "cmakelists.txt",
    "requirements.txt",
    "go.mod",
    "build.rs",
    "pipfile",
    "gruntfile",
];
/// Endings of files that say how a project is built or run.
const ENDINGS: [&str; 28] = [
    ".sh",
    ".bash",
    ".toml",
    ".cfg",
    ".ini",
    ".yml",
    ".yaml",
    ".json",
    ".xml",
    ".gradle",
    ".kts",
    ".mk",
    ".service",
    ".conf",
    ".py",
    ".csproj",
    ".fsproj",
    ".props",
    ".targets",
    ".gemspec",
    ".cmake",
    ".sbt",
    ".exs",
    ".cabal",
    ".config.js",
    ".config.ts",
    ".config.mjs",
    ".config.cjs",
];
/// Files of a build in which the word `git` alone says that it asks the repository.
const BUILDS: [&str; 24] = [
    "makefile",
    "rakefile",
    "justfile",
    "cmakelists.txt",
    "meson.build",
    "gruntfile",
    "gulpfile.js",
    "build.rs",
    "setup.py",
    "rebar.config",
    ".mk",
    ".gradle",
    ".kts",
    ".gemspec",
    ".cmake",
    ".sbt",
    ".exs",
    ".cabal",
    ".targets",
    ".props",
    ".config.js",
    ".config.ts",
    ".config.mjs",
    ".config.cjs",
];
/// Words of files whose build takes the version from a repository.
const REPOSITORY: [&str; 28] = [
    "\"vcs\"",
    "vcs_tag",
    "git-version",
    "GitInfo",
    "setuptools_scm",
    "setuptools-scm",
    "hatch-vcs",
    "hatch_vcs",
    "versioneer",
    "versioningit",
    "dunamai",
    "dynamic-versioning",
    "pbr",
    "git describe",
    "git rev-parse",
    "git log",
    "git-commit-id",
    "git-revision",
    "git-rev",
    "gitversion",
    "gitVersion",
    "jgitver",
    "MinVer",
    "Nerdbank",
    "vergen",
    "git2",
    "git submodule",
    ".git/",
];

/// Texts of files.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    /// Path and text of each.
    files: Vec<(Escaped, String)>,
    /// Positions of those that may run: scripts, and what an instruction names.
    scripts: Vec<usize>,
    /// Absolute targets of symbolic links, with theirs paths.
    links: Vec<(Escaped, String)>,
    /// The file of the project's code that may ask its repository.
    asking: Option<Escaped>,
}

impl Texts {
    /// Reads the files of the layers from `base_layers` on.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub fn read(
        inspection: &Inspection,
        base_layers: usize,
        filesystem: &Filesystem<'_>,
    ) -> Result<Self, Error> {
        let tree = &inspection.tree;
        let mut texts = Self::default();
        let named = named_by_instructions(inspection);
        let mut chosen: BTreeMap<(bool, Vec<u8>), VersionId> = BTreeMap::new();
        for node in tree.nodes() {
            let own = tree.versions(node).filter(|&version| tree.added_in(version) >= base_layers);
            for version in own {
                match tree.kind(version) {
                    Kind::Symlink => texts.links.extend(link(tree, node, version)),
                    Kind::File if is_telling(tree, node, version, &named) => {
                        chosen.insert((!named.contains(tree.name(node)), tree.path(node)), version);
                    }
                    _ => {}
                }
            }
        }
        texts.asking = repository::asking(tree, base_layers, filesystem)?;
        for ((_, path), version) in chosen.into_iter().take(FILES) {
            let is_run = named.contains(base_name(&path));
            if let Some(bytes) = readable(filesystem.read_start(version, LIMIT))?
                && let Ok(text) = String::from_utf8(bytes)
                && (text.starts_with("#!") || is_named(&path) || is_run)
            {
                if text.starts_with("#!") || path.ends_with(b".sh") || is_run {
                    texts.scripts.push(texts.files.len());
                }
                texts.files.push((crate::display::escaped(&path), text));
            }
        }
        Ok(texts)
    }

    /// Returns the file of the project that mentions a name as a part of a path, or is a link to it.
    pub fn mentioning(&self, name: &str) -> Option<&str> {
        let mut said = self.files.iter().chain(&self.links).filter(is_of_project);
        said.find(|(_, text)| mentions(text, name)).map(|(path, _)| path.as_str())
    }

    /// Returns the script that mentions a name as a part of a path.
    pub fn script_mentioning(&self, name: &str) -> Option<&str> {
        self.scripts().find(|(_, text)| mentions(text, name)).map(|(path, _)| path.as_str())
    }

    /// Returns the script of which something holds.
    pub fn script_with(&self, holds: impl Fn(&str) -> bool) -> Option<&str> {
        self.scripts().find(|(_, text)| holds(text)).map(|(path, _)| path.as_str())
    }

    /// Returns the script that a command names and of which something holds.
    pub fn named_in(&self, command: &str, holds: impl Fn(&str) -> bool) -> Option<&str> {
        let is_named = |path: &str| mentions(command, path.rsplit('/').next().unwrap_or(path));
        self.scripts()
            .find(|(path, text)| is_named(path) && holds(text))
            .map(|(path, _)| path.as_str())
    }

    /// Returns the script that contains one of these programs as a word.
    pub fn running(&self, programs: &[&str]) -> Option<&str> {
        first_running(self.scripts(), programs)
    }

    /// Returns the script of the project that contains one of these programs as a word.
    pub fn of_project_running(&self, programs: &[&str]) -> Option<&str> {
        first_running(self.scripts().filter(is_of_project), programs)
    }

    /// Returns the script that runs a program with one of these subcommands, and never one of those
    /// that make what these need.
    pub fn needing(
        &self,
        programs: &[String],
        verbs: &[String],
        makers: &[String],
    ) -> Option<&str> {
        let any = |text: &str, words: &[String]| words.iter().any(|word| has_word(text, word));
        // A message that names the program is no call of it.
        let calls = |text: &str| {
            let text = text.replace("\\\n", " ");
            text.lines().any(|line| any(line, programs) && any(line, verbs))
        };
        let needs = |text: &str| any(text, programs) && !any(text, makers) && calls(text);
        self.scripts().find(|(_, text)| needs(text)).map(|(path, _)| path.as_str())
    }

    /// Returns whether a script runs something besides one program, as far as is known: one that
    /// was not read may.
    pub fn runs_others(&self, script: &str, program: &str) -> bool {
        const OWN: [&str; 8] = ["#", "set ", "export ", "cd ", "umask ", "ulimit ", ":", "exec "];
        let name = program.rsplit('/').next().unwrap_or(program);
        let is_known = |line: &str| {
            let plain = !line.contains(['|', ';', '&', '`']) && !line.contains("$(");
            plain && (OWN.iter().any(|start| line.starts_with(start)) || has_word(line, name))
        };
        let lines = |text: &str| {
            text.lines().map(str::trim).any(|line| !line.is_empty() && !is_known(line))
        };
        self.files.iter().find(|(path, _)| path == script).is_none_or(|(_, text)| lines(text))
    }

    fn scripts(&self) -> impl Iterator<Item = &(Escaped, String)> {
        self.scripts.iter().filter_map(|&at| self.files.get(at))
    }

    /// Returns the file of the project whose build reads the version from a repository.
    pub fn needing_repository(&self) -> Option<&str> {
        let is_git = |word: &str| {
            let rest = word.strip_prefix("Git");
            word.eq_ignore_ascii_case("git")
                || rest.is_some_and(|rest| rest.starts_with(|c: char| c.is_uppercase()))
        };
        let says_git = |text: &str| text.split(|c: char| !c.is_alphanumeric()).any(is_git);
        let builds = |path: &str| {
            let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
            BUILDS
                .iter()
                .any(|build| name == *build || build.starts_with('.') && name.ends_with(build))
        };
        let asks = |path: &str, text: &str| {
            REPOSITORY.iter().any(|word| text.contains(word)) || builds(path) && says_git(text)
        };
        let mut own = self.files.iter().filter(is_of_project);
        own.find(|(path, text)| asks(path, text)).map(|(path, _)| path.as_str())
    }

    /// Returns the file of the project's code that may ask its repository.
    pub fn asking_repository(&self) -> Option<&str> {
        self.asking.as_ref().map(Escaped::as_str)
    }

    /// Returns whether the file for dependencies at a path was read, and refers to no other file.
    pub fn stands_alone(&self, path: &str) -> bool {
        let path: String = path
            .split('/')
            .filter(|part| !matches!(*part, "" | "."))
            .flat_map(|part| ["/", part])
            .collect();
        let Some((_, text)) = self.files.iter().find(|(known, _)| *known == path) else {
            return false;
        };
        stands_alone(path.rsplit('/').next().unwrap_or_default(), text)
    }
}

fn first_running<'a>(
    mut scripts: impl Iterator<Item = &'a (Escaped, String)>,
    programs: &[&str],
) -> Option<&'a str> {
    let runs = |text: &str| programs.iter().any(|program| has_word(text, program));
    scripts.find(|(_, text)| runs(text)).map(|(path, _)| path.as_str())
}

fn is_of_project((path, _): &&(Escaped, String)) -> bool {
    !PACKAGED.iter().any(|directory| path.as_str().starts_with(directory))
}

/// Returns whether a text has a name between what is no part of a name.
pub fn mentions(text: &str, name: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || "_-.".contains(c);
    text.match_indices(name).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(is_part)
            && !text[at + name.len()..].chars().next().is_some_and(is_part)
    })
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !(c.is_alphanumeric() || "_-.".contains(c))).any(|other| other == word)
}

fn link(tree: &Tree, node: NodeId, version: VersionId) -> Option<(Escaped, String)> {
    let target = tree.target(version)?;
    Some((crate::display::escaped(&tree.path(node)), String::from_utf8_lossy(target).into_owned()))
}

/// Returns the last components of the paths that instructions and the configuration may name.
fn named_by_instructions(inspection: &Inspection) -> HashSet<Vec<u8>> {
    let run = &inspection.run;
    let history = inspection.history.iter().filter_map(|step| step.created_by.as_ref());
    let texts = history.chain(&run.entrypoint).chain(&run.command);
    let words = texts
        .flat_map(|text| text.raw().split(|c: char| !(c.is_alphanumeric() || "_-.+".contains(c))));
    words.filter(|word| !word.is_empty()).map(|word| word.as_bytes().to_vec()).collect()
}

fn base_name(path: &[u8]) -> &[u8] {
    path.rsplit(|&byte| byte == b'/').next().unwrap_or(path)
}

/// Returns whether a file may say how a project is built or run.
fn is_telling(tree: &Tree, node: NodeId, version: VersionId, named: &HashSet<Vec<u8>>) -> bool {
    let above = std::iter::successors(Some(tree.parent(node)), |&node| {
        (node != NodeId::ROOT).then(|| tree.parent(node))
    });
    tree.size(version) > 0
        && tree.size(version) <= LIMIT
        && (tree.mode(version) & 0o111 != 0
            || is_named(tree.name(node))
            || named.contains(tree.name(node)))
        && !above.into_iter().any(|node| OTHERS.contains(&tree.name(node)))
}

fn is_named(path: &[u8]) -> bool {
    let path = String::from_utf8_lossy(path).to_ascii_lowercase();
    let name = path.rsplit('/').next().unwrap_or_default();
    // A list of what is not wanted mentions it.
    let is_list =
        name.ends_with("ignore") || name == ".gitattributes" || name.ends_with("-lock.json");
    !is_list
        && (NAMES.contains(&name)
            || name == ".npmrc"
            || ENDINGS.iter().any(|ending| name.ends_with(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::display::escaped_str;

    #[test]
    fn a_file_that_refers_to_others_does_not_stand_alone() {
        for (name, text) in [
            ("requirements.txt", "-r base.txt\n"),
            ("requirements.txt", "./lib\n"),
            ("package.json", "{\"workspaces\": [\"a\"]}"),
            ("package.json", "{\"dependencies\": {\"a\": \"file:./a\"}}"),
            ("package.json", "{\"scripts\": {\"postinstall\": \"node x.js\"}}"),
            ("package.json", "{"),
            ("go.mod", "replace a => ../a\n"),
            ("Gemfile", "gemspec\n"),
            ("Gemfile", "gem 'a', path: 'a'\n"),
            ("pom.xml", "<modules><module>a</module></modules>"),
            (".yarnrc.yml", "yarnPath: .yarn/releases/yarn.cjs\n"),
            ("requirements.txt", "lib/mylib\n"),
            ("Gemfile", "ruby File.read('.ruby-version').strip\n"),
            ("Gemfile", "ruby file: '.ruby-version'\n"),
            ("Gemfile", "Dir['engines/*/Gemfile'].each { |f| instance_eval File.read f }\n"),
            ("pom.xml", "<url>file://${project.basedir}/repo</url>"),
            (".npmrc", "cafile=./ca.pem\n"),
            (
                "composer.json",
                "{\"repositories\": [{\"type\": \"path\", \"url\": \"packages/*\"}]}",
            ),
        ] {
            assert!(!stands_alone(name, text), "{name}: {text}");
        }
        for (name, text) in [
            ("requirements.txt", "a==1\n# b/c\nd @ git+https://x/d.git\n"),
            (".npmrc", "registry=https://x/\n"),
            (
                "package.json",
                "{\"dependencies\": {\"a\": \"^1\"}, \"scripts\": {\"start\": \"node .\"}}",
            ),
            ("go.mod", "module x\nreplace a => b v1\n"),
            ("Gemfile", "gem 'a'\n"),
        ] {
            assert!(stands_alone(name, text), "{name}: {text}");
        }
    }

    #[test]
    fn a_file_of_a_package_says_nothing_of_what_is_copied() {
        let texts = |path: &str| Texts {
            files: vec![(escaped_str(path), "cp -a .git/config . && git describe".into())],
            ..Texts::default()
        };
        let packaged = texts("/usr/share/go-1.19/src/bootstrap.bash");
        assert_eq!((packaged.mentioning(".git"), packaged.needing_repository()), (None, None));
        let script = Texts { scripts: vec![0], ..packaged };
        assert_eq!(script.of_project_running(&["git"]), None);
        let own = Texts { scripts: vec![0], ..texts("/src/build.sh") };
        assert_eq!(own.of_project_running(&["git"]), Some("/src/build.sh"));
        for path in ["/src/build.sh", "/usr/local/bin/build.sh", "/usr/src/app/build.sh"] {
            assert_eq!(texts(path).mentioning(".git"), Some(path));
            assert_eq!(texts(path).needing_repository(), Some(path));
        }
    }

    #[test]
    fn a_name_is_mentioned_as_a_part_of_a_path_only() {
        assert!(mentions("/app/.venv/bin", ".venv") && mentions("rm -rf .venv", ".venv"));
        assert!(!mentions("/app/.venv2", ".venv") && !mentions("my.venv", ".venv"));
    }
}
