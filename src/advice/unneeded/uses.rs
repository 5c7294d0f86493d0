//! Tells whether something may use packages that nothing asks for: an instruction that runs or starts
//! later, or a script.

use std::collections::HashSet;

use super::recommended::Unneeded;
use super::texts::Texts;
use crate::advice::tool::{Tool, find_verb};
use crate::display::{Escaped, escaped_str};
use crate::shell::{self, Command, base_name};
use crate::tree::Tree;

/// Packages that build others.
const BUILDS: [&str; 9] =
    ["gcc", "g++", "build-essential", "make", "binutils", "cpp", "libc6-dev", "dpkg-dev", "git"];
/// Programs that may build what they install.
const COMPILE: [&str; 16] = [
    "pip", "pip3", "pipx", "python", "python3", "npm", "yarn", "pnpm", "gem", "bundle", "cpan",
    "cpanm", "cargo", "go", "make", "Rscript",
];
/// Words of the command that installs, which say nothing of use.
const APT: [&str; 7] = ["apt", "apt-get", "install", "update", "rm", "lists", "clean"];

/// Parts of commands and settings that need a package whose programs they do not name.
const IMPLIED: [(&str, &str); 6] = [
    ("git@", "openssh-client"),
    ("ssh://", "openssh-client"),
    ("git+ssh:", "openssh-client"),
    ("TZ=", "tzdata"),
    ("TZ ", "tzdata"),
    ("zoneinfo", "tzdata"),
];

/// Returns whether a text has a part that does not begin inside a word.
fn has_part(text: &str, part: &str) -> bool {
    text.match_indices(part).any(|(at, _)| {
        !text[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

/// The place in words of what else the `RUN` does that installs the packages.
pub const SAME_RUN: &str = "the rest of the same RUN";

/// An instruction that runs when the packages are installed, or after that.
pub struct Later {
    /// The instruction in words.
    pub place: String,
    /// The commands.
    pub texts: Vec<String>,
    /// The time at which they run.
    pub when: When,
}

/// The time at which an instruction runs something.
pub enum When {
    /// While the image is built.
    Build,
    /// When a container starts, with the words of the command.
    Start(Vec<String>),
    /// While a container runs: a health check.
    Check,
    /// Never: it sets variables.
    Set,
}

/// Programs that use no npm packages.
const INDIFFERENT: [&str; 20] = [
    "apk", "apt", "apt-get", "cd", "chgrp", "chmod", "chown", "cp", "echo", "export", "find",
    "install", "ln", "mkdir", "mv", "rm", "rmdir", "set", "touch", "true",
];

/// Returns the instruction that may need npm packages for development, as a clause.
pub fn used_in_development(later: &[Later], npm: &Tool) -> Option<String> {
    let needs = |instruction: &&Later| match &instruction.when {
        When::Set => false,
        When::Check => instruction.texts.iter().any(|text| check_uses_packages(text)),
        When::Start(words) => {
            let program = words.first().map_or("", |program| base_name(program));
            let is_of_them = |word: &String| word.starts_with('-') || word.contains("node_modules");
            program != "node" || words.iter().skip(1).any(is_of_them)
        }
        When::Build => !instruction.texts.iter().all(|text| {
            let script = shell::read(text);
            script.is_some_and(|script| script.commands.iter().all(|it| is_indifferent(it, npm)))
        }),
    };
    let place = &later.iter().find(needs)?.place;
    Some(format!("{place} may need them"))
}

/// Returns the instruction that needs npm itself, as a clause, without those that start a container.
pub fn uses_npm(later: &[Later]) -> Option<String> {
    let names_npm = |text: &String| {
        let text = without_apt(text);
        let mut words = text.split(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)));
        words.any(|word| ["npm", "npx", "node-gyp"].contains(&word))
    };
    let uses = |instruction: &&Later| {
        !matches!(instruction.when, When::Start(_)) && instruction.texts.iter().any(names_npm)
    };
    later.iter().find(uses).map(|instruction| format!("{} uses npm", instruction.place))
}

/// Returns whether a health check runs something of npm packages, or loads one.
fn check_uses_packages(text: &str) -> bool {
    let words: Vec<_> =
        text.split(|c: char| c.is_whitespace() || "\"'`;&|()[],".contains(c)).collect();
    let runs = |program: &str| words.iter().any(|word| base_name(word) == program);
    let loads = ["-r", "--require", "--import", "--loader", "--experimental-loader"];
    ["npx", "npm", "yarn", "pnpm"].into_iter().any(runs)
        || words.iter().any(|word| word.contains("node_modules"))
        || runs("node") && words.iter().any(|word| loads.contains(word))
}

fn is_indifferent(command: &Command, npm: &Tool) -> bool {
    let program = command.name();
    program.is_empty()
        || INDIFFERENT.contains(&program)
        || npm.is_used_by(command)
        || find_verb(command.program(), &npm.programs, &["cache"]).is_some()
}

/// Returns the recommended package that an instruction may need, with the instruction, as a clause.
pub fn used_by_instruction(tree: &Tree, known: &[&Unneeded], later: &[Later]) -> Option<String> {
    let packages: Vec<_> =
        known.iter().flat_map(|known| &known.packages).map(Escaped::as_str).collect();
    let files = programs(tree, known);
    let is_build = |package: &&str| {
        BUILDS.iter().any(|name| package == name || package.starts_with(&format!("{name}-")))
            || package.ends_with("-dev")
    };
    let implied = |text: &str| {
        let of_them = |(_, package): &&(&str, &str)| packages.contains(package);
        let mut hints = IMPLIED.iter().filter(of_them);
        hints.find(|(part, _)| has_part(text, part))
    };
    // The largest is not always the same one.
    let builds = packages.iter().copied().filter(is_build).min();
    let uses = |text: &str| {
        let text = without_apt(text);
        if let Some((part, package)) = implied(&text) {
            return Some(format!("has {part}, which needs {package}"));
        }
        let words: HashSet<_> =
            text.split(|c: char| !(c.is_alphanumeric() || "_-.+".contains(c))).collect();
        let is_program = |word: &&&str| !APT.contains(*word) && files.contains(word.as_bytes());
        if let Some(word) = words.iter().filter(is_program).min() {
            return Some(format!("names {}, which one of them has", escaped_str(word)));
        }
        let package = builds.filter(|_| COMPILE.iter().any(|program| words.contains(program)))?;
        Some(format!("may use {package} to install or build something"))
    };
    later.iter().find_map(|instruction| {
        let use_of_it = instruction.texts.iter().find_map(|text| uses(text))?;
        Some(format!("{} {use_of_it}", instruction.place))
    })
}

/// Returns the script that runs a program of a recommended package, as a clause.
pub fn used_by_text(tree: &Tree, known: &[&Unneeded], texts: &Texts) -> Option<String> {
    let files = programs(tree, known);
    let names = files.iter().filter_map(|name| std::str::from_utf8(name).ok());
    let names: Vec<_> = names.filter(|name| name.len() > 2).collect();
    let packages = known.iter().flat_map(|known| &known.packages).map(Escaped::as_str);
    for package in packages {
        for (part, _) in IMPLIED.iter().filter(|(_, implied)| *implied == package) {
            if let Some(file) = texts.script_with(|text| has_part(text, part)) {
                return Some(format!("{file} has {part}, which needs {package}"));
            }
        }
    }
    texts.running(&names).map(|file| format!("{file} runs what one of them has"))
}

/// Returns the names of the programs of some packages.
fn programs(tree: &Tree, known: &[&Unneeded]) -> HashSet<Vec<u8>> {
    let nodes = known.iter().flat_map(|known| &known.inodes).map(|&inode| tree.node_of(inode));
    let is_program =
        |node: &_| [&b"bin"[..], b"sbin", b"games"].contains(&tree.name(tree.parent(*node)));
    nodes.filter(is_program).map(|node| tree.name(node).to_vec()).collect()
}

/// Returns commands without those of apt, whose arguments are names of packages and no programs.
fn without_apt(text: &str) -> String {
    let Some(script) = shell::read(text) else { return text.to_owned() };
    let is_apt = |command: &&Command| {
        let program = command.name();
        matches!(program, "apt" | "apt-get")
    };
    let all = script.every();
    if !all.iter().any(|command| is_apt(&command)) {
        return text.to_owned();
    }
    let others = all.iter().filter(|command| !is_apt(command));
    others.map(|command| command.words.join(" ")).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_package_is_not_a_program_that_runs() {
        let text = "apt-get update && apt-get install -y nodejs npm && npm ci";
        assert_eq!(without_apt(text), "npm ci");
        assert_eq!(without_apt("sudo apt-get install -y npm"), "");
        assert_eq!(without_apt("npm ci"), "npm ci");
    }
}
