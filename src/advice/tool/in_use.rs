//! Tells whether what a tool left is in use in the finished image: a program runs it where it is, or a
//! text that a container runs installs from it.

use super::Tool;
use crate::shell::base_name;
use crate::tree::{NodeId, Tree};

/// The directory beside such a file in which a project keeps a cache of its own.
const OWN_CACHE: &[u8] = b".yarn/cache";
/// Words of a command that downloads nothing.
const OFFLINE: [&str; 4] = ["--cacheonly", "--cache-only", "--no-network", "--offline"];
/// Programs, and their short option for it.
const OFFLINE_LETTERS: [(&str, &str); 5] =
    [("dnf", "-C"), ("dnf5", "-C"), ("microdnf", "-C"), ("yum", "-C"), ("mvn", "-o")];

/// Returns whether a word of a program's command tells it to download nothing.
pub(in crate::advice) fn is_offline(program: &str, word: &str) -> bool {
    OFFLINE.contains(&word) || OFFLINE_LETTERS.contains(&(program, word))
}

impl Tool {
    /// Returns the visible file that runs what the tool left where it is, as Plug'n'Play runs
    /// packages out of the archives in yarn's cache. One beside a cache of the project names that.
    pub(in crate::advice) fn runner(&self, tree: &Tree) -> Option<NodeId> {
        if self.run_by.is_empty() {
            return None;
        }
        let is_visible = |node: NodeId| tree.last(node).is_some();
        let is_one = |node: NodeId| {
            self.run_by.iter().any(|name| name.as_bytes() == tree.name(node)) && is_visible(node)
        };
        let has_own = |node: NodeId| {
            let mut here = tree.parent(node);
            let found = OWN_CACHE.split(|&byte| byte == b'/').all(|part| {
                let below = tree.children(here).find(|&child| tree.name(child) == part);
                below.inspect(|&child| here = child).is_some()
            });
            found && tree.children(here).any(is_visible)
        };
        tree.nodes().find(|&node| is_one(node) && !has_own(node))
    }

    /// Returns whether a text that a container runs installs from the tool's files: without a network,
    /// or without making them anew before.
    pub(in crate::advice) fn is_needed_in(&self, text: &str) -> bool {
        let is_between = |c: char| c.is_whitespace() || "\"'`()[]{},<>=\\".contains(c);
        let mut is_made = false;
        let comments = |line: &&str| !line.trim_start().starts_with('#');
        let text = text.replace("\\\n", " ");
        let commands = text.lines().filter(comments).flat_map(|line| line.split([';', '&', '|']));
        for command in commands {
            let words: Vec<_> = command.split(is_between).filter(|word| !word.is_empty()).collect();
            let is_program = |word: &&str| self.programs.iter().any(|it| it == base_name(word));
            let Some(at) = words.iter().position(is_program) else { continue };
            let (program, words) = (base_name(words[at]), &words[at + 1..]);
            let has =
                |known: &[String]| words.iter().any(|word| known.iter().any(|known| known == word));
            if words.iter().any(|word| is_offline(program, word))
                || has(&self.needed_by) && !is_made
            {
                return true;
            }
            is_made |= has(&self.verbs);
        }
        false
    }
}

#[cfg(test)]
mod tests {
    // A test may look up.
    use super::super::super::findings::Rules;

    #[test]
    fn a_text_that_installs_without_a_network_or_a_new_index_needs_what_was_left() {
        let rules = Rules::built_in();
        let needs = |id: &str, text: &str| {
            let rule = rules.iter().find(|rule| rule.id == id).unwrap();
            rule.tools.iter().any(|tool| tool.is_needed_in(text))
        };
        for (id, text) in [
            ("apt-lists", "#!/bin/sh\napt-get install -y \"$EXTRA\"\nexec app\n"),
            ("apt-lists", "subprocess.run([\"apt-get\", \"install\", \"-y\", name])"),
            ("apk-cache", "apk add --no-network foo"),
            ("dnf", "/usr/bin/dnf -C install -y foo"),
            ("yarn", "yarn install --offline && exec node x"),
            ("conda", "conda install \\\n  --offline -y x"),
        ] {
            assert!(needs(id, text), "{id}: {text}");
        }
        for (id, text) in [
            ("apt-lists", "apt-get update && apt-get install -y x"),
            ("apt-lists", "# apt-get install more here\nexec app"),
            ("apt-lists", "apt-get remove -y x"),
            ("apk-cache", "apk add foo"),
            ("dnf", "tar -C /x && dnf install -y foo"),
            ("yarn", "npm install --offline"),
        ] {
            assert!(!needs(id, text), "{id}: {text}");
        }
    }
}
