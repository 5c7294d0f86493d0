//! Finds npm packages that are only needed for development, as npm records them (package-lock.json,
//! "packages", `dev`).

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::RUNS_SCRIPTS;
use super::application::{Names, used_by_application};
use super::names::Links;
use super::recommended::Unneeded;
use crate::analysis::Inspection;
use crate::display::escaped_str;
use crate::error::Error;
use crate::files::filesystem::{Filesystem, readable};
use crate::layer_index::LayerIndex;
use crate::tree::{NodeId, Paths, Tree, VersionId};

/// The directory that packages are installed in.
const DIRECTORY: &[u8] = b"node_modules";
/// The largest file that is read, in bytes.
const LIMIT: u64 = 32 << 20;
/// The most projects that are examined.
const PROJECTS: usize = 64;

/// The packages of a layer that are only needed for development.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Development {
    /// The packages.
    pub unneeded: Unneeded,
    /// The part of the project that uses the packages, or may, as a clause: scripts that the installation
    /// runs, files of the application, variables.
    pub used: Option<String>,
    /// The project that they are installed for.
    pub project: Project,
}

/// A project with npm packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Project {
    /// The directory.
    pub directory: NodeId,
    /// The command that removes packages for development once they are installed.
    pub prune: &'static str,
}

/// Removes the packages with npm 7 or later, which keeps a record in their directory.
const PRUNE: &str = "npm prune --omit=dev";
/// Removes them with an older npm.
const PRUNE_BEFORE_7: &str = "npm prune --production";

#[derive(Deserialize)]
struct Lock {
    #[serde(default)]
    packages: BTreeMap<String, Package>,
}

#[derive(Deserialize)]
struct Package {
    #[serde(default)]
    dev: bool,
}

#[derive(Deserialize)]
struct Manifest {
    #[serde(default)]
    scripts: BTreeMap<String, IgnoredAny>,
    #[serde(default, rename = "devDependencies")]
    development: BTreeMap<String, IgnoredAny>,
}

/// Finds such packages in the layers from `base_layers` on.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub fn development(
    inspection: &Inspection,
    base_layers: usize,
    filesystem: &Filesystem<'_>,
) -> Result<Vec<Development>, Error> {
    let tree = &inspection.tree;
    let mut found: Vec<Development> = Vec::new();
    let paths = Paths::new(tree);
    let links = Links::from_tree(tree);
    let is_outer = |&node: &NodeId| tree.name(node) == DIRECTORY && !lies_in_another(tree, node);
    for directory in tree.nodes().filter(is_outer).take(PROJECTS) {
        let project = tree.parent(directory);
        let child = |of: NodeId, name: &[u8]| paths.child(of, name);
        // npm 7 and later record the installed packages; before that there is only the request.
        let record = child(directory, b".package-lock.json");
        let prune = if record.is_some() { PRUNE } else { PRUNE_BEFORE_7 };
        let locks = [record, child(project, b"package-lock.json")];
        let Some(lock) = locks.into_iter().flatten().find_map(|lock| tree.last(lock)) else {
            continue;
        };
        let Some(Lock { packages }) = json(filesystem, lock)? else { continue };
        let manifest = child(project, b"package.json").and_then(|node| tree.last(node));
        let manifest: Option<Manifest> = match manifest {
            Some(manifest) => json(filesystem, manifest)?,
            None => None,
        };
        // Without a manifest the scripts are unknown.
        let runs_scripts = manifest.as_ref().is_none_or(|manifest| {
            ["install", "prepare"].iter().any(|name| has_stage(&manifest.scripts, name))
        });
        let mut names: Vec<(&str, NodeId)> = Vec::new();
        for path in packages.iter().filter(|(_, package)| package.dev).map(|(path, _)| path) {
            let below = crate::path::components(path.as_bytes());
            let Some(package) = below.iter().try_fold(project, |node, part| child(node, part))
            else {
                continue;
            };
            names.extend(own_files(tree, package).map(|file| (name_in(path), file)));
        }
        let all = by_layer(tree, &links, &names, base_layers);
        if all.is_empty() {
            continue;
        }
        let asked = manifest.iter().flat_map(|manifest| manifest.development.keys());
        let sought = Names {
            all: names.iter().map(|&(name, _)| name).collect(),
            direct: asked.map(String::as_str).collect(),
        };
        let mut variables = inspection.run.environment.texts();
        let used = if runs_scripts {
            Some(RUNS_SCRIPTS.to_owned())
        } else if let Some(name) = variables.find_map(|text| sought.in_text(text.raw())) {
            Some(format!("a variable of the image names {}", escaped_str(name)))
        } else {
            used_by_application(tree, filesystem, (project, base_layers), &sought)?
        };
        found.extend(all.into_iter().map(|unneeded| Development {
            unneeded,
            used: used.clone(),
            project: Project { directory: project, prune },
        }));
    }
    Ok(found)
}

/// Returns the name of the package at a path of the lock file.
fn name_in(path: &str) -> &str {
    path.rsplit_once("node_modules/").map_or(path, |(_, name)| name)
}

/// Returns the visible files of packages by the layer that added them, from `base_layers` on. What a
/// later layer removes is saved where that is.
fn by_layer(
    tree: &Tree,
    links: &Links,
    files: &[(&str, NodeId)],
    base_layers: usize,
) -> Vec<Unneeded> {
    let names: HashMap<NodeId, &str> = files.iter().map(|&(name, node)| (node, name)).collect();
    let nodes: Vec<_> = files.iter().map(|&(_, node)| node).collect();
    let is_meant =
        |inode: &VersionId| tree.added_in(*inode) >= base_layers && tree.removal(*inode).is_none();
    let mut layers: BTreeMap<LayerIndex, Vec<VersionId>> = BTreeMap::new();
    for inode in links.wholly_named(tree, &nodes).into_iter().filter(is_meant) {
        layers.entry(tree.added_in(inode)).or_default().push(inode);
    }
    let unneeded = |(layer, inodes): (LayerIndex, Vec<VersionId>)| {
        let mut sizes: BTreeMap<&str, u64> = BTreeMap::new();
        for &inode in &inodes {
            let name = names.get(&tree.node_of(inode)).copied().unwrap_or_default();
            *sizes.entry(name).or_default() += tree.size(inode);
        }
        let mut sizes: Vec<_> = sizes.into_iter().collect();
        sizes.sort_by_key(|&(name, bytes)| (Reverse(bytes), name));
        let packages = sizes.into_iter().map(|(name, _)| escaped_str(name)).collect();
        Unneeded { layer, packages, inodes, wanted: Vec::new() }
    };
    layers.into_iter().map(unneeded).collect()
}

/// Returns whether a project has a script of this name, or one that runs before or after it.
fn has_stage(scripts: &BTreeMap<String, IgnoredAny>, name: &str) -> bool {
    ["", "pre", "post"].iter().any(|stage| scripts.contains_key(&format!("{stage}{name}")))
}

fn lies_in_another(tree: &Tree, node: NodeId) -> bool {
    let above = std::iter::successors(Some(tree.parent(node)), |&node| {
        (node != NodeId::ROOT).then(|| tree.parent(node))
    });
    above.into_iter().any(|node| tree.name(node) == DIRECTORY)
}

/// Returns the paths of a package without those of nested packages, which are recorded themselves.
fn own_files(tree: &Tree, package: NodeId) -> impl Iterator<Item = NodeId> {
    let inner: Vec<_> =
        tree.children(package).filter(|&child| tree.name(child) != DIRECTORY).collect();
    inner.into_iter().flat_map(move |node| tree.at_and_below(node))
}

/// Parses a JSON file; `None` if it cannot be read or parsed.
fn json<T: for<'a> Deserialize<'a>>(
    filesystem: &Filesystem<'_>,
    version: VersionId,
) -> Result<Option<T>, Error> {
    if filesystem.tree().size(version) > LIMIT {
        return Ok(None);
    }
    let bytes = readable(filesystem.read_start(version, LIMIT))?;
    Ok(bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok()))
}
