//! Packages that `apt-get install` brought, with their files and what each depends on.

use std::collections::{HashMap, HashSet};

use super::recommended::{LAYERS, STATUS, STATUS_LIMIT, asked_words, files, name_of, text};
use crate::analysis::Inspection;
use crate::error::Error;
use crate::files::filesystem::Filesystem;
use crate::files::packages::status::{Relations, relations};
use crate::layer_index::LayerIndex;
use crate::tree::{NodeId, Paths};

/// The packages that the commands of all own layers installed.
#[derive(Debug, Default)]
pub struct Installed {
    /// The layers whose packages are known.
    pub layers: HashSet<LayerIndex>,
    /// The packages that the commands name, as they are written, in order.
    pub asked: Vec<String>,
    /// The packages that were not there before.
    pub packages: Vec<NewPackage>,
    by_name: HashMap<String, Vec<usize>>,
}

/// A package that an instruction installed.
#[derive(Debug, Clone)]
pub struct NewPackage {
    /// The name.
    pub name: String,
    /// Its files.
    pub files: Vec<NodeId>,
    /// The packages it depends on. Of each group one is enough.
    depends: Vec<Vec<String>>,
}

impl Installed {
    /// Finds these packages in the layers from `base_layers` on.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub(in crate::advice) fn find(
        inspection: &Inspection,
        base_layers: usize,
        filesystem: &Filesystem<'_>,
    ) -> Result<Self, Error> {
        let tree = &inspection.tree;
        let Some(status) = tree.find(STATUS) else { return Ok(Self::default()) };
        let paths = Paths::new(tree);
        let mut installed = Self::default();
        let own = LayerIndex::numbered(&inspection.layers);
        for (layer, account) in own.filter(|(layer, _)| *layer >= base_layers.max(1)).take(LAYERS) {
            let Some(asked) = asked_words(account.instruction.text.raw()) else { continue };
            let before = layer.previous().and_then(|below| tree.at(status, below));
            let after = tree.at(status, layer).filter(|&it| tree.added_in(it) == layer);
            let (Some(before), Some(after)) = (before, after) else { continue };
            let before = text(filesystem, before, STATUS_LIMIT)?;
            let after = text(filesystem, after, STATUS_LIMIT)?;
            let (Some(before), Some(after)) = (before, after) else { continue };
            let before = relations(&before);
            for (name, package) in relations(&after) {
                if !before.contains_key(name) {
                    let files = files(filesystem, &paths, layer, name, package.architecture)?;
                    installed.add(name, &package, files);
                }
            }
            installed.layers.insert(layer);
            installed.asked.extend(asked);
        }
        Ok(installed)
    }

    fn add(&mut self, name: &str, package: &Relations<'_>, files: Vec<NodeId>) {
        let owned = |group: &Vec<&str>| group.iter().map(|&name| name.to_owned()).collect();
        for provided in package.provides.iter().chain([&name]) {
            self.by_name.entry((*provided).to_owned()).or_default().push(self.packages.len());
        }
        let depends = package.depends.iter().map(owned).collect();
        self.packages.push(NewPackage { name: name.to_owned(), files, depends });
    }

    /// Returns the positions of the packages that have a name, or provide it.
    pub fn named<'a>(&'a self, word: &str) -> impl Iterator<Item = usize> + use<'a> {
        self.by_name.get(name_of(word)).into_iter().flatten().copied()
    }

    /// Returns the positions of the packages that one depends on itself.
    pub fn depends(&self, at: usize) -> impl Iterator<Item = usize> {
        self.packages[at].depends.iter().flatten().flat_map(|name| self.named(name))
    }

    /// Returns the position of the package that brought a file.
    pub fn owner_of(&self, file: NodeId) -> Option<usize> {
        self.packages.iter().position(|package| package.files.contains(&file))
    }

    /// Returns the files of the packages of some programs, and of all that these depend on.
    pub fn needed_by(&self, programs: impl IntoIterator<Item = NodeId>) -> Vec<NodeId> {
        let owners = programs.into_iter().filter_map(|program| self.owner_of(program));
        let needed = self.with_dependencies(owners);
        needed.into_iter().flat_map(|package| self.packages[package].files.clone()).collect()
    }

    /// Returns the positions of some packages and of all that they depend on. Any of the
    /// alternatives may be chosen.
    pub fn with_dependencies(&self, from: impl IntoIterator<Item = usize>) -> HashSet<usize> {
        let (mut seen, mut work) = (HashSet::new(), from.into_iter().collect::<Vec<_>>());
        while let Some(at) = work.pop() {
            if seen.insert(at) {
                let asked = self.packages[at].depends.iter().flatten();
                work.extend(asked.flat_map(|name| self.named(name)));
            }
        }
        seen
    }
}
