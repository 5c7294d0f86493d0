//! Excludes paths from all rules: files that the image's command and its needs name, and inodes
//! that are used from elsewhere.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::assign::Matches;
use super::rules::{Level, Rule, Rules};
use crate::layer_index::LayerIndex;
use crate::runtime::command::{Mentioned, is_system};
use crate::tree::{Kind, Last, NodeId, Paths, Tree, VersionId};

/// Returns whether only builds need files of a level.
fn is_of_build(level: Level) -> bool {
    matches!(level, Level::Toolchain | Level::Build)
}

impl Matches {
    /// Returns the rule that matches a path.
    fn rule_at<'a>(&self, rules: &'a Rules, node: NodeId) -> Option<&'a Rule> {
        self.rule[node.index()].map(|rule| &rules.list[usize::from(rule)])
    }

    /// Excludes an inode from all rules unless the same rule matches all of its visible names:
    /// without one name, the others keep it.
    pub(super) fn keep_shared(&mut self, tree: &Tree) {
        let mut names: HashMap<VersionId, Vec<NodeId>, RandomState> = HashMap::default();
        for (node, version) in tree.linked_names() {
            names.entry(tree.inode(version)).or_default().push(node);
        }
        for names in names.into_values() {
            let rule = self.rule[names[0].index()];
            if names.iter().any(|name| self.rule[name.index()] != rule) {
                names.iter().for_each(|name| self.rule[name.index()] = None);
            }
        }
    }

    /// Excludes the programs that an image starts from all rules. A rule that matches one as a tool
    /// is wrong for this image and is disabled; for a cache, only the program's own directory is
    /// excluded.
    pub(crate) fn keep_programs(&mut self, tree: &Tree, rules: &Rules, programs: &[NodeId]) {
        for &program in programs {
            match self.rule[program.index()] {
                Some(rule) if rules.list[usize::from(rule)].level != Level::Leftovers => {
                    self.clear(tree, NodeId::ROOT, rule);
                }
                _ => self.keep_files(tree, rules, &[program]),
            }
        }
    }

    /// Excludes files and directories from their rules. A rule is removed from everything below the
    /// topmost directory above the file that it matches as well.
    pub(crate) fn keep_files(&mut self, tree: &Tree, rules: &Rules, files: &[NodeId]) {
        for &file in files {
            let Some(rule) = self.rule[file.index()] else {
                self.keep_whole(tree, file);
                continue;
            };
            let mut top = file;
            while tree.parent(top) != NodeId::ROOT
                && self.rule[tree.parent(top).index()] == Some(rule)
            {
                top = tree.parent(top);
            }
            // A source tree from which a program runs is the application.
            let above = tree.parent(top);
            let is_own = rules.list[usize::from(rule)].level != Level::Leftovers
                && !is_system(&tree.path(above));
            self.clear(tree, if is_own { above } else { top }, rule);
        }
    }

    /// Excludes a directory from a rule that matches everything in it.
    fn keep_whole(&mut self, tree: &Tree, directory: NodeId) {
        let mut rules = tree.children(directory).filter(|&child| tree.last(child).is_some());
        let first = rules.next().and_then(|child| self.rule[child.index()]);
        if let Some(rule) = first.filter(|_| rules.all(|child| self.rule[child.index()] == first)) {
            self.clear(tree, directory, rule);
        }
    }

    /// Excludes the targets of symbolic links from rules for junk, unless the rule also matches the
    /// link: they are used through it.
    pub(super) fn keep_linked(&mut self, tree: &Tree, rules: &Rules) {
        let paths = Paths::new(tree);
        for link in tree.nodes() {
            let Some(target) = tree.last(link).and_then(|version| tree.target(version)) else {
                continue;
            };
            let Some(found) =
                paths.lookup(LayerIndex::FINAL, tree.parent(link), target, Last::Followed)
            else {
                continue;
            };
            let Some(rule) =
                self.rule[found.node.index()].filter(|&rule| self.rule[link.index()] != Some(rule))
            else {
                continue;
            };
            if rules.list[usize::from(rule)].level == Level::Leftovers {
                self.clear(tree, found.node, rule);
            }
        }
    }

    /// Excludes files without the required file beside them.
    pub(super) fn keep_unproved(&mut self, tree: &Tree, rules: &Rules) {
        let paths = Paths::new(tree);
        for node in tree.nodes() {
            let beside =
                self.rule[node.index()].and_then(|rule| rules.list[usize::from(rule)].beside);
            let is_file =
                || tree.last(node).is_some_and(|version| tree.kind(version) == Kind::File);
            if beside.is_some_and(|beside| is_file() && !beside.is_there(tree, &paths, node)) {
                self.rule[node.index()] = None;
            }
        }
    }

    /// Excludes everything from the rules whose files something in the image runs where they are.
    pub(super) fn keep_run(&mut self, tree: &Tree, rules: &Rules) {
        for (number, rule) in (0..).zip(&rules.list) {
            let is_run = || rule.tools.iter().any(|tool| tool.runner(tree).is_some());
            let runs_some = rule.tools.iter().any(|tool| !tool.run_by.is_empty());
            if runs_some && self.rule.contains(&Some(number)) && is_run() {
                self.clear(tree, NodeId::ROOT, number);
            }
        }
    }

    /// Excludes leftovers that a variable of the environment names, unless it is one that tells the
    /// tool itself where to leave them.
    pub(super) fn keep_set(&mut self, tree: &Tree, rules: &Rules, set: &[(&str, Vec<NodeId>)]) {
        for (name, nodes) in set {
            for &node in nodes {
                let first = tree.children(node).find(|&child| tree.last(child).is_some());
                let is_meant =
                    |rule: &Rule| rule.level == Level::Leftovers && !rule.is_set_by(name);
                if self.rule_at(rules, node).is_some_and(is_meant) {
                    self.keep_files(tree, rules, &[node]);
                }
                if first.and_then(|child| self.rule_at(rules, child)).is_some_and(is_meant) {
                    self.keep_whole(tree, node);
                }
            }
        }
    }

    /// Excludes leftovers that a file of the application names: a path within them, since one that
    /// ends where they begin may tell a tool where to leave them.
    pub(crate) fn keep_named(&mut self, tree: &Tree, rules: &Rules, named: &[NodeId]) {
        let is_within = |node: &NodeId| {
            self.rule_at(rules, *node).is_some_and(|rule| rule.level == Level::Leftovers)
        };
        let within: Vec<_> = named.iter().copied().filter(is_within).collect();
        self.keep_files(tree, rules, &within);
    }

    /// Returns whether something visible above the base image is a leftover of a rule.
    pub(crate) fn has_leftovers(&self, tree: &Tree, rules: &Rules, base: usize) -> bool {
        let is_one = |node: NodeId| {
            self.rule_at(rules, node).is_some_and(|rule| rule.level == Level::Leftovers)
                && tree.last(node).is_some_and(|version| tree.added_in(version) >= base)
        };
        tree.nodes().any(is_one)
    }

    /// Excludes everything from the rules whose files a container's commands read.
    pub(crate) fn keep_read(&mut self, tree: &Tree, rules: &Rules, commands: &[String]) {
        for (number, rule) in (0..).zip(&rules.list) {
            if commands.iter().any(|text| rule.is_read_by(text)) {
                self.clear(tree, NodeId::ROOT, number);
            }
        }
    }

    /// Excludes what a container's scripts mention from all rules. Of a directory for caches,
    /// everything below it is excluded.
    pub(crate) fn keep_mentioned(&mut self, tree: &Tree, rules: &Rules, mentioned: &Mentioned) {
        let mut nodes = mentioned.nodes.clone();
        let ends: HashMap<&[u8], Vec<&str>, RandomState> =
            mentioned.ends.iter().fold(HashMap::default(), |mut ends, end| {
                let name = end.rsplit('/').next().unwrap_or_default().as_bytes();
                ends.entry(name).or_insert_with(Vec::new).push(end);
                ends
            });
        if !ends.is_empty() {
            let is_meant = |&node: &NodeId| {
                let Some(ends) = self.rule[node.index()].and_then(|_| ends.get(tree.name(node)))
                else {
                    return false;
                };
                let path = tree.path(node);
                ends.iter().any(|end| path.ends_with(format!("/{end}").as_bytes()))
            };
            nodes.extend(tree.nodes().filter(is_meant).collect::<Vec<_>>());
        }
        self.keep_files(tree, rules, &nodes);
        for &node in &nodes {
            let path = tree.path(node);
            let is_hidden = |part: &[u8]| {
                part.first() == Some(&b'.') || part.windows(5).any(|some| some == b"cache")
            };
            let is_directory =
                tree.last(node).is_some_and(|version| tree.kind(version) == Kind::Directory);
            if is_directory && path.split(|&b| b == b'/').any(is_hidden) {
                self.keep_below(tree, node);
            }
        }
        self.keep_shared(tree);
    }

    /// Excludes everything visible at and below a directory from all rules.
    fn keep_below(&mut self, tree: &Tree, directory: NodeId) {
        let mut work = vec![directory];
        while let Some(node) = work.pop() {
            self.rule[node.index()] = None;
            work.extend(tree.children(node));
        }
    }

    /// Returns whether a rule about what only builds need matches something.
    pub(crate) fn has_build_files(&self, rules: &Rules) -> bool {
        let mut matched = self.rule.iter().flatten();
        matched.any(|&rule| is_of_build(rules.list[usize::from(rule)].level))
    }

    /// Excludes the files of packages from rules about what only builds need.
    pub(crate) fn keep_packages(&mut self, rules: &Rules, files: Vec<NodeId>) {
        for file in files {
            if self.rule_at(rules, file).is_some_and(|rule| is_of_build(rule.level)) {
                self.rule[file.index()] = None;
            }
        }
    }

    /// Excludes single files from all rules: libraries, certificates.
    pub(crate) fn keep_needs(&mut self, files: impl Iterator<Item = NodeId>) {
        files.for_each(|file| self.rule[file.index()] = None);
    }

    /// Removes a rule from the visible files at and below a path.
    fn clear(&mut self, tree: &Tree, top: NodeId, rule: u16) {
        let mut work = vec![top];
        while let Some(node) = work.pop() {
            let known = &mut self.rule[node.index()];
            let is_file =
                tree.last(node).is_some_and(|version| tree.kind(version) != Kind::Directory);
            if *known == Some(rule) && (is_file || node == top) {
                *known = None;
            }
            work.extend(tree.children(node));
        }
    }
}
