//! Decides whether a `RUN` does the same if a copy that follows it comes first.
//!
//! Only what is known counts: programs that read nothing but what their words name, with words that
//! name neither the destination, nor what lies below it, nor a directory above it. A program that
//! is not listed may read anything.

use std::collections::HashSet;

use super::{READ_NOTHING, below, is_placeless_command, is_read_by_all};
use crate::advice::dockerfile::fix::Work;
use crate::advice::dockerfile::parse::Instruction;
use crate::layer_index::LayerIndex;
use crate::shell::{Command, base_name};
use crate::tree::Kind;

/// Programs that read no files but those that their words name, and their own settings.
const READ_WHAT_IS_NAMED: [&str; 33] = [
    "apt-key",
    "apt-mark",
    "base64",
    "bunzip2",
    "bzip2",
    "cat",
    "cd",
    "curl",
    "dd",
    "export",
    "fallocate",
    "find",
    "gpg",
    "gunzip",
    "gzip",
    "head",
    "install",
    "ls",
    "md5sum",
    "sed",
    "sha1sum",
    "sha256sum",
    "sha512sum",
    "sleep",
    "tail",
    "tar",
    "tee",
    "truncate",
    "unzip",
    "wc",
    "wget",
    "which",
    "xz",
];
/// Package managers of the system: they work in its directories only.
const PACKAGE_MANAGERS: [&str; 8] =
    ["apk", "apt", "apt-get", "dnf", "microdnf", "yum", "zypper", "update-ca-certificates"];
/// Directories in which the system has its programs.
const PROGRAMS: [&str; 6] =
    ["/bin", "/sbin", "/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"];
/// Settings beside `package.json` that installing its packages reads, and that packages of it read
/// while they are installed.
const READ_BY_NODE: [&str; 16] = [
    ".npmrc",
    ".puppeteerrc",
    ".puppeteerrc.cjs",
    ".puppeteerrc.js",
    ".puppeteerrc.json",
    ".yarn",
    ".yarnrc",
    ".yarnrc.yml",
    "binding.gyp",
    "npm-shrinkwrap.json",
    "patches",
    "prisma",
    "puppeteer.config.cjs",
    "puppeteer.config.js",
    "puppeteer.config.ts",
    "schema.prisma",
];
/// Settings beside a list of Python packages that installing them reads.
const READ_BY_PIP: [&str; 3] = ["pip.conf", "setup.cfg", "constraints.txt"];
/// Files that know users and groups.
const USERS: [&str; 2] = ["/etc/passwd", "/etc/group"];

impl Work<'_> {
    /// Returns whether a `RUN` does the same if what a copy brings to `to` is there already, and
    /// leaves it alone. `is_of_system` tells that programs look there without being told.
    pub(super) fn is_indifferent(
        &self,
        run: usize,
        copy: usize,
        to: &str,
        is_of_system: bool,
    ) -> bool {
        let Some(script) = self.script(run) else { return false };
        let instruction = &self.file.instructions[run];
        let mut flags = instruction.flags.iter().filter_map(|flag| flag.value.as_deref());
        if to.is_empty() || flags.any(|value| names(value, to)) {
            return false;
        }
        let here = self.absolute(run, ".").unwrap_or_default();
        let here = here.trim_end_matches('.').trim_end_matches('/');
        let is_here = !here.is_empty() && (below(to, here) || below(here, to));
        let (by_all, by_some) = self.set_to(to);
        let commands = script.every();
        !by_all
            && commands.iter().all(|command| {
                // What a substitution runs is not among the commands.
                if command.words.iter().any(|word| word.contains("$(") || word.contains('`')) {
                    return false;
                }
                let [program, words @ ..] = command.program() else {
                    // An assignment; what it sets is named where it is used.
                    return true;
                };
                let Some(name) = ordinary(program) else { return false };
                // A shell whose text is among the commands.
                if command.inner().is_some() && !command.runs_as_another() {
                    return true;
                }
                let names_it = words.iter().any(|word| names(word, to));
                let is_relative =
                    |word: &str| !word.starts_with(['-', '/', '\'', '"', '>', '<', '&']);
                let names_it_from_here = || {
                    let mut relative = words.iter().filter(|word| is_relative(word));
                    relative.any(|word| names(&format!("{here}/{word}"), to))
                };
                let is_open = words.iter().any(|word| is_open(word));
                let is_closed = !is_of_system && !by_some && !is_open;
                match name {
                    _ if names_it => false,
                    _ if PACKAGE_MANAGERS.contains(&name) && is_placeless_command(command) => {
                        !(is_of_system || is_open && by_some)
                    }
                    ":" | "echo" | "false" | "printf" | "set" | "true" => true,
                    "cd" if !words.iter().any(|word| word.starts_with('/')) => false,
                    _ if READ_NOTHING.contains(&name) => !is_open && !names_it_from_here(),
                    _ if READ_WHAT_IS_NAMED.contains(&name) => is_closed && !names_it_from_here(),
                    _ => {
                        is_closed
                            && (installs_by_name(command) && !is_here
                                || self.reads_its_list(command, run, copy))
                    }
                }
            })
    }

    /// Returns whether a command installs what a list says that lies where the command runs, reads
    /// nothing else there, and the copy brings no settings for it.
    fn reads_its_list(&self, command: &Command, run: usize, copy: usize) -> bool {
        let (list, settings): (&str, &[&str]) = match command.program() {
            ["npm", "ci" | "install", ..] | ["yarn", "install", ..] | ["yarn"] => {
                ("package.json", &READ_BY_NODE)
            }
            ["pip" | "pip3", "install", words @ ..]
                if !words.iter().any(|it| it.starts_with('.')) =>
            {
                let Some(at) = words.iter().position(|word| *word == "-r") else { return false };
                (words.get(at + 1).copied().unwrap_or_default(), &READ_BY_PIP)
            }
            _ => return false,
        };
        let tree = &self.inspection.tree;
        let brings = |name: &&str| {
            let (Some(path), Some(layer)) = (self.absolute(run, name), self.layer(copy)) else {
                return true;
            };
            let node = tree.find(path.as_bytes());
            node.is_some_and(|node| {
                tree.versions(node).any(|version| tree.added_in(version) == layer)
            })
        };
        let path = self.absolute(run, list);
        path.is_some_and(|path| self.evidence.texts.stands_alone(&path))
            && !settings.iter().any(brings)
    }

    /// Returns whether a variable that all programs read names a path, and whether any variable
    /// does.
    fn set_to(&self, to: &str) -> (bool, bool) {
        let set = self.inspection.run.environment.texts().map(|text| text.raw().to_owned());
        let own = self.stage.iter().map(|&i| &self.file.instructions[i]);
        let own = own.flat_map(Instruction::assignments);
        let (mut by_all, mut by_some) = (false, false);
        for text in set.chain(own) {
            let (name, value) = text.split_once('=').unwrap_or(("", &text));
            if !names(value, to) {
                continue;
            }
            by_some = true;
            by_all |= is_read_by_all(name);
        }
        (by_all, by_some)
    }

    /// Returns whether a copy needs what `RUN`s before it make: the user who is to own the files, or
    /// a link on the way to its destination.
    pub(super) fn needs_before(
        &self,
        copy: usize,
        to: &str,
        layers: &HashSet<LayerIndex>,
    ) -> Option<String> {
        let tree = &self.inspection.tree;
        let made = |path: &str, is_meant: &dyn Fn(Kind) -> bool| {
            tree.find(path.as_bytes()).is_some_and(|node| {
                tree.versions(node).any(|version| {
                    is_meant(tree.kind(version)) && layers.contains(&tree.added_in(version))
                })
            })
        };
        let owner = self.file.instructions[copy].flag("chown").unwrap_or_default();
        let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if !owner.split(':').all(is_number) && USERS.iter().any(|file| made(file, &|_| true)) {
            return Some(format!("gives files to {owner}, whom the RUN before it may make"));
        }
        let ends = to.match_indices('/').map(|(at, _)| at).skip(1).chain([to.len()]);
        let link =
            ends.map(|end| &to[..end]).find(|path| made(path, &|kind| kind == Kind::Symlink));
        link.map(|link| format!("goes through {link}, a link that the RUN before it makes"))
    }
}

/// Returns the name of a program that is looked for in the directories of the system.
fn ordinary(program: &str) -> Option<&str> {
    let name = base_name(program);
    let directory = program.strip_suffix(name)?.trim_end_matches('/');
    (directory.is_empty() || PROGRAMS.contains(&directory)).then_some(name)
}

/// Returns whether a command installs what it names from a registry of packages.
fn installs_by_name(command: &Command) -> bool {
    let words = match command.program() {
        ["pip" | "pip3", "install", words @ ..]
        | ["python" | "python3", "-m", "pip", "install", words @ ..]
        | ["gem" | "cargo", "install", words @ ..] => words,
        ["npm", "install" | "i", words @ ..]
            if words.iter().any(|word| ["-g", "--global"].contains(word)) =>
        {
            words
        }
        _ => return false,
    };
    let is_file = |word: &&str| {
        ["-r", "-c", "-e"].contains(word)
            || ["--requirement", "--constraint", "--editable", "--path", "--prefix", "--target"]
                .iter()
                .any(|option| word.starts_with(option))
            || word.starts_with(['.', '/'])
    };
    !words.iter().any(is_file)
}

/// Returns whether the shell makes something else of a word.
fn is_open(word: &str) -> bool {
    !word.starts_with('\'') && word.contains(['$', '~'])
}

/// Returns whether a text names a path, what lies below it, or a directory above it; with wildcards
/// also if they may stand for it.
fn names(text: &str, path: &str) -> bool {
    let starts = text.match_indices('/').filter(|&(at, _)| {
        let before = text[..at].chars().next_back();
        // `-C/opt` is an option with a path; `a/b` is a relative one, and `http://` an address.
        before.is_none_or(|c| !(c.is_alphanumeric() || "/_.-}*?]".contains(c)))
            || text.starts_with('-') && !text[1..at].contains(['-', '/'])
    });
    starts.into_iter().any(|(at, _)| {
        let rest = &text[at..];
        if rest.starts_with("//") {
            return false;
        }
        let end = rest
            .find(|c: char| c.is_whitespace() || "'\"\\:;,|&<>()=".contains(c))
            .unwrap_or(rest.len());
        meets(&rest[..end], path)
    })
}

/// Returns whether a pattern of a path may stand for a path, one below it, or one above it.
fn meets(pattern: &str, path: &str) -> bool {
    let open = pattern.find(['*', '?', '[', '{', '$', '`']);
    let Some(open) = open else {
        let plain = pattern.trim_end_matches('/');
        let plain = plain.strip_suffix("/.").unwrap_or(plain);
        return plain.contains("/..") || below(plain, path) || below(path, plain);
    };
    let (directory, start) = pattern[..open].rsplit_once('/').unwrap_or_default();
    if below(directory, path) {
        return true;
    }
    let rest = path.strip_prefix(directory).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| rest.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_names_a_path_also_by_what_is_above_and_by_wildcards() {
        for word in [
            "/opt/lib",
            "/opt",
            "/opt/",
            "/",
            "/*",
            "/opt/*",
            "/opt/l*",
            "/opt/lib/x",
            "-C/opt",
            "--prefix=/opt",
            "if=/opt/lib/a",
            "'/opt'",
            "/o*/x",
            "a:/opt/lib",
            "/opt/$X",
            "/opt/.",
            "/srv/../opt",
        ] {
            assert!(names(word, "/opt/lib"), "{word}");
        }
        for word in [
            "/opt/a.bin",
            "/opt/b*",
            "/var/lib/apt/lists/*",
            "/tmp/*",
            "/srv",
            "opt/lib",
            "https://x/opt/lib",
            "s,a,b,",
            "/optional",
            "/opt/library",
            "-o/opt/a",
        ] {
            assert!(!names(word, "/opt/lib"), "{word}");
        }
    }
}
