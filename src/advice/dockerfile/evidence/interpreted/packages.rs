//! Chooses the packages that the last stage installs again: those that are asked for, without those
//! that bring compilers, and with those that the copied files need.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::advice::unneeded::{Installed, Links};
use crate::error::Error;
use crate::files::executable::Recognised;
use crate::files::filesystem::Filesystem;
use crate::tree::{NodeId, Tree, VersionId};

/// The most libraries that are read.
const LIBRARIES: usize = 2_000;

/// Returns whether a package of Python only installs others: a program that is installed runs
/// without it.
fn is_installer(name: &str) -> bool {
    ["python3-pip", "python3-wheel"].contains(&name)
        || name.starts_with("python3") && name.ends_with("-venv")
}

/// The package managers that a container runs when it starts.
pub struct Managers {
    /// The file of npm, if nothing starts it.
    pub unused_npm: Option<NodeId>,
    /// True if something installs packages of Python.
    pub installs: bool,
}

/// The chosen packages.
pub struct Chosen<'a> {
    tree: &'a Tree,
    installed: &'a Installed,
    /// For each package, whether most of its bytes are of compilers and headers.
    builds: Vec<bool>,
    owners: HashMap<NodeId, usize>,
    /// The packages to name, as they were written.
    pub words: Vec<String>,
    /// The packages that were asked for and are left out.
    pub left_out: Vec<String>,
    /// The positions of the named packages and all that they need.
    all: HashSet<usize>,
}

impl<'a> Chosen<'a> {
    /// Chooses the packages that are asked for and bring no compiler, of which some files are, nor
    /// a package manager that nothing starts.
    pub fn new(
        tree: &'a Tree,
        installed: &'a Installed,
        compilers: &HashSet<VersionId>,
        managers: &Managers,
    ) -> Self {
        let size = |node: &NodeId| tree.last(*node).map_or(0, |version| tree.size(version));
        let is_of_them = |node: &&NodeId| {
            tree.last(**node).is_some_and(|version| compilers.contains(&tree.inode(version)))
        };
        let builds = installed.packages.iter().map(|package| {
            let all: u64 = package.files.iter().map(size).sum();
            let of_them: u64 = package.files.iter().filter(is_of_them).map(size).sum();
            of_them > all / 2
        });
        let owned = installed.packages.iter().enumerate();
        let owned = owned.flat_map(|(at, it)| it.files.iter().map(move |&file| (file, at)));
        let mut chosen = Self {
            tree,
            installed,
            builds: builds.collect(),
            owners: owned.collect(),
            words: Vec::new(),
            left_out: Vec::new(),
            all: HashSet::new(),
        };
        let npm = managers.unused_npm.and_then(|npm| installed.owner_of(npm));
        let mut installers = Vec::new();
        for word in &installed.asked {
            let all = installed.with_dependencies(installed.named(word));
            let is_npm = npm.is_some_and(|npm| installed.named(word).any(|it| it == npm));
            let named =
                |at: usize| !managers.installs && is_installer(&installed.packages[at].name);
            let is_installer = !all.is_empty() && installed.named(word).all(named);
            if is_installer || is_npm || chosen.has_compiler_among(&all) {
                chosen.left_out.push(word.clone());
                installers.extend(installed.named(word).filter(|_| is_installer));
            } else if !all.is_empty() && !chosen.words.contains(word) {
                chosen.words.push(word.clone());
                chosen.all.extend(all);
            }
        }
        chosen.with_dependencies_of(installers);
        chosen
    }

    /// Chooses what installers depend on as well: a program may need certificates, or modules that
    /// came with one.
    fn with_dependencies_of(&mut self, installers: Vec<usize>) {
        let (mut work, mut seen) = (installers, HashSet::new());
        while let Some(installer) = work.pop() {
            for at in self.installed.depends(installer).filter(|&at| seen.insert(at)) {
                let name = &self.installed.packages[at].name;
                let all = self.installed.with_dependencies([at]);
                if is_installer(name) {
                    work.push(at);
                } else if !self.all.contains(&at) && !self.has_compiler_among(&all) {
                    self.words.push(name.clone());
                    self.all.extend(all);
                }
            }
        }
    }

    fn has_compiler_among(&self, all: &HashSet<usize>) -> bool {
        all.iter().any(|&at| self.builds[at])
    }

    /// Returns whether a package brought a file.
    pub fn has_owner(&self, node: NodeId) -> bool {
        self.owners.contains_key(&node)
    }

    /// Chooses the package of a file as well, if it has one, whatever it depends on: what a container
    /// starts has to be there, also if it brings headers or compilers.
    fn with_owner_of(&mut self, node: NodeId) {
        let Some(&at) = self.owners.get(&node).filter(|at| !self.all.contains(at)) else { return };
        let name = &self.installed.packages[at].name;
        let all = self.installed.with_dependencies([at]);
        self.all.extend(all);
        // Of a package that was asked for, the command may name a version.
        let is_it = |word: &String| self.installed.named(word).any(|named| named == at);
        let word = self.left_out.iter().find(|word| is_it(word)).unwrap_or(name).clone();
        self.words.push(word);
        let (installed, all) = (self.installed, &self.all);
        let is_whole = |word: &String| {
            let mut named = installed.named(word).peekable();
            named.peek().is_some() && named.all(|at| all.contains(&at))
        };
        self.left_out.retain(|word| !is_whole(word));
    }

    /// Chooses the packages of files that a container starts.
    pub fn started(&mut self, files: impl IntoIterator<Item = NodeId>) {
        files.into_iter().for_each(|file| self.with_owner_of(file));
    }

    /// Chooses the packages of the libraries that copied files need.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub fn needed_by(
        &mut self,
        filesystem: &Filesystem<'_>,
        copied: &[NodeId],
    ) -> Result<(), Error> {
        let mut names: BTreeMap<Vec<u8>, NodeId> = BTreeMap::new();
        let is_library = |node: &&NodeId| {
            let name = self.tree.name(**node);
            name.ends_with(b".node") || name.windows(3).any(|part| part == b".so")
        };
        for &node in copied.iter().filter(is_library).take(LIBRARIES) {
            filesystem.check_cancelled()?;
            let Some(version) = self.tree.last(node) else { continue };
            if let Ok(Recognised::Elf(library)) = filesystem.recognise(version) {
                names.extend(library.needed.into_iter().map(|name| (name, node)));
            }
        }
        let by_name = self.libraries_by_name(&names);
        names.keys().filter_map(|name| by_name.get(&**name)).for_each(|&node| {
            self.with_owner_of(node);
        });
        Ok(())
    }

    /// Returns the libraries of packages by their names, of those that are needed. A library that
    /// the base or the copied files have as well is left out.
    fn libraries_by_name(&self, names: &BTreeMap<Vec<u8>, NodeId>) -> HashMap<&'a [u8], NodeId> {
        let tree = self.tree;
        let mut found: HashMap<&[u8], NodeId> = HashMap::new();
        let mut elsewhere = HashSet::new();
        for node in tree.nodes().filter(|&node| names.contains_key(tree.name(node))) {
            let Some(version) = tree.last(node) else { continue };
            // Of a library with a version in its name, the package owns what the link leads to.
            let target = tree.target(version).and_then(|target| {
                let parent = tree.parent(node);
                tree.children(parent).find(|&child| tree.name(child) == target)
            });
            let file = target.unwrap_or(node);
            if self.owners.contains_key(&file) {
                found.insert(tree.name(node), file);
            } else {
                elsewhere.insert(tree.name(node));
            }
        }
        found.retain(|name, _| !elsewhere.contains(name));
        found
    }

    /// Returns the inodes of the packages that are not installed again.
    pub fn dropped(&self) -> HashSet<VersionId> {
        let packages = self.installed.packages.iter().enumerate();
        let dropped = packages.filter(|(at, _)| !self.all.contains(at));
        let files: Vec<_> = dropped.flat_map(|(_, package)| &package.files).copied().collect();
        Links::from_tree(self.tree).wholly_named(self.tree, &files).into_iter().collect()
    }
}
