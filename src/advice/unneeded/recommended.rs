//! Finds packages that apt only installed because others recommend them, by comparing the database
//! of dpkg before and after a `RUN`.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::names::Links;
use crate::analysis::Inspection;
use crate::display::{Escaped, escaped_str};
use crate::error::Error;
use crate::files::filesystem::{Filesystem, readable};
use crate::files::packages::status::{Relations, relations};
use crate::layer_index::LayerIndex;
use crate::shell::{self, base_name};
use crate::tree::{Found, Kind, Last, NodeId, Paths, Tree, VersionId};

/// The database of dpkg.
pub(super) const STATUS: &[u8] = b"var/lib/dpkg/status";
/// The largest database that is read, in bytes.
pub(super) const STATUS_LIMIT: u64 = 16 << 20;
/// The largest list of a package's files that is read, in bytes.
const LIST_LIMIT: u64 = 8 << 20;
/// The most layers that are examined.
pub(super) const LAYERS: usize = 64;

/// The packages of a layer that are only recommended, and that nothing needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unneeded {
    /// The layer.
    pub layer: LayerIndex,
    /// The packages, escaped for display, the largest first.
    pub packages: Vec<Escaped>,
    /// The files of the packages.
    pub inodes: Vec<VersionId>,
    /// Packages that only recommends brought, and that are to be named from now on.
    pub wanted: Vec<String>,
}

/// Packages that programs use without a word: the certificates of authorities.
const USED_SILENTLY: [&str; 1] = ["ca-certificates"];

/// Packages by name, as in the database.
type Database<'a> = BTreeMap<&'a str, Relations<'a>>;

/// Finds such packages in the layers from `base_layers` on.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub fn recommended(
    inspection: &Inspection,
    base_layers: usize,
    filesystem: &Filesystem<'_>,
) -> Result<Vec<Unneeded>, Error> {
    let tree = &inspection.tree;
    let Some(status) = tree.find(STATUS) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    let paths = Paths::new(tree);
    let links = Links::from_tree(tree);
    let layers = LayerIndex::numbered(&inspection.layers);
    let installing = layers
        .filter_map(|(layer, account)| Some((layer, asked_for(account.instruction.text.raw())?)));
    let installing: Vec<_> =
        installing.filter(|&(layer, _)| layer >= base_layers.max(1)).take(LAYERS).collect();
    for (at_step, (layer, named)) in installing.iter().enumerate() {
        let (layer, named) = (*layer, named.clone());
        let before = layer.previous().and_then(|below| tree.at(status, below));
        let (Some(before), Some(after)) = (before, tree.at(status, layer)) else {
            continue;
        };
        if tree.added_in(after) != layer {
            continue;
        }
        let (Some(before), Some(after)) =
            (text(filesystem, before, STATUS_LIMIT)?, text(filesystem, after, STATUS_LIMIT)?)
        else {
            continue;
        };
        let (before, after) = (relations(&before), relations(&after));
        let all = only_recommended(&before, &after, &named);
        let wanted = USED_SILENTLY
            .iter()
            .filter(|package| all.contains(*package))
            .map(|&package| package.to_owned());
        let wanted: Vec<_> = wanted.collect();
        let mut packages = only_recommended(&before, &after, &[named, wanted.clone()].concat());
        // What a later command installs as well ships with that.
        let later: Vec<_> =
            installing[at_step + 1..].iter().flat_map(|(_, named)| named.iter().cloned()).collect();
        if let (false, Some(last)) = (later.is_empty(), tree.last(status))
            && let Some(last) = text(filesystem, last, STATUS_LIMIT)?
        {
            let again = brought_by(&relations(&last), &later);
            packages.retain(|package| !again.contains(*package));
        }
        let (mut names, mut sizes) = (Vec::new(), Vec::new());
        for package in &packages {
            let architecture = after.get(package).map_or("", |package| package.architecture);
            let files = files(filesystem, &paths, layer, package, architecture)?;
            let size =
                |node: &NodeId| tree.at(*node, layer).map_or(0, |version| tree.size(version));
            sizes.push((Reverse(files.iter().map(size).sum::<u64>()), escaped_str(package)));
            names.extend(files);
        }
        let mut inodes = links.wholly_named(tree, &names);
        // What a later layer removes is saved where that is.
        inodes.retain(|&inode| tree.added_in(inode) == layer && tree.removal(inode).is_none());
        if !inodes.is_empty() {
            sizes.sort();
            let packages = sizes.into_iter().map(|(_, package)| package).collect();
            found.push(Unneeded { layer, packages, inodes, wanted });
        }
    }
    Ok(found)
}

/// Returns the packages that the `apt-get install` commands of a `RUN` name; `None` if there are
/// none, or if they cannot be determined.
fn asked_for(run: &str) -> Option<Vec<String>> {
    let words = asked_words(run)?;
    Some(words.iter().map(|word| name_of(word).to_owned()).collect())
}

/// Returns the name of a package without a version, an architecture or a release.
pub(super) fn name_of(word: &str) -> &str {
    word.split([':', '=', '/']).next().unwrap_or_default()
}

/// Returns the packages as the commands write them.
pub(super) fn asked_words(run: &str) -> Option<Vec<String>> {
    let script = shell::read(run.strip_prefix("RUN ")?.trim())?;
    let mut named = Vec::new();
    for command in &script.commands {
        let words = command.program();
        let program = words.first().map_or("", |program| base_name(program));
        if !matches!(program, "apt-get" | "apt") {
            continue;
        }
        let Some(verb) = words.iter().position(|word| *word == "install") else { continue };
        for word in words[verb + 1..].iter().filter(|word| !word.starts_with('-')) {
            if !word.chars().all(|c| c.is_ascii_alphanumeric() || "+-.:=/~_".contains(c)) {
                return None;
            }
            named.push((*word).to_owned());
        }
    }
    (!named.is_empty()).then_some(named)
}

/// Returns the new packages that no named package depends on, and that a new package recommends.
fn only_recommended<'a>(
    before: &Database<'_>,
    after: &'a Database<'a>,
    named: &[String],
) -> BTreeSet<&'a str> {
    let new: Database<'_> = after
        .iter()
        .filter(|(name, _)| !before.contains_key(*name))
        .map(|(&name, package)| (name, package.clone()))
        .collect();
    let mut answers: BTreeMap<&str, Vec<&'a str>> = BTreeMap::new();
    for (&name, package) in after.iter().filter(|(name, _)| new.contains_key(*name)) {
        for other in package.provides.iter().chain([&name]) {
            answers.entry(other).or_default().push(name);
        }
    }
    let reach = |from: Vec<&'a str>, recommends: bool, not: &BTreeSet<&'a str>| {
        let (mut seen, mut asked_before) = (BTreeSet::new(), BTreeSet::new());
        let mut work = from;
        while let Some(name) = work.pop() {
            if not.contains(name) || !seen.insert(name) {
                continue;
            }
            let package = &new[name];
            let recommended = package.recommends.iter().filter(|_| recommends);
            // Any of the alternatives may have been chosen.
            for asked in package.depends.iter().chain(recommended).flatten() {
                if asked_before.insert(*asked) {
                    work.extend(answers.get(asked).into_iter().flatten());
                }
            }
        }
        seen
    };
    let named =
        named.iter().flat_map(|name| answers.get(name.as_str()).into_iter().flatten().copied());
    let needed = reach(named.collect(), false, &BTreeSet::new());
    let roots: BTreeSet<_> =
        needed.iter().flat_map(|name| new[name].recommends.iter().flatten()).collect();
    let roots =
        roots.into_iter().flat_map(|name| answers.get(*name).into_iter().flatten().copied());
    reach(roots.collect(), true, &needed)
}

/// Returns all packages that installing some brings, the recommended ones included.
fn brought_by(database: &Database<'_>, named: &[String]) -> BTreeSet<String> {
    let mut providers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, package) in database {
        for other in package.provides.iter().chain([name]) {
            providers.entry(other).or_default().push(name);
        }
    }
    let mut seen = BTreeSet::new();
    let mut work: Vec<&str> = named.iter().map(String::as_str).collect();
    while let Some(asked) = work.pop() {
        for &name in providers.get(asked).into_iter().flatten() {
            if seen.insert(name.to_owned()) {
                let package = &database[name];
                work.extend(package.depends.iter().chain(&package.recommends).flatten());
            }
        }
    }
    seen
}

/// Returns the paths of a package's files in a layer.
pub(super) fn files(
    filesystem: &Filesystem<'_>,
    paths: &Paths<'_>,
    layer: LayerIndex,
    package: &str,
    architecture: &str,
) -> Result<Vec<NodeId>, Error> {
    let tree = filesystem.tree();
    let at = |path: &[u8]| paths.lookup(layer, NodeId::ROOT, path, Last::Kept);
    let lists = [format!("{package}.list"), format!("{package}:{architecture}.list")];
    let mut names = Vec::new();
    for list in
        lists.iter().filter_map(|name| at(format!("/var/lib/dpkg/info/{name}").as_bytes())?.version)
    {
        let Some(list) = text(filesystem, list, LIST_LIMIT)? else { continue };
        let found = list.lines().filter_map(|path| at(path.as_bytes()));
        let is_file =
            |found: &Found| found.version.is_some_and(|version| tree.kind(version) == Kind::File);
        names.extend(found.filter(is_file).map(|found| found.node));
        names.extend(compiled_modules(tree, paths, layer, &list));
    }
    Ok(names)
}

/// Returns the compiled Python modules of a package, which are created by the installation and not
/// in its list.
fn compiled_modules(tree: &Tree, paths: &Paths<'_>, layer: LayerIndex, list: &str) -> Vec<NodeId> {
    let mut modules: BTreeMap<&str, HashSet<&[u8]>> = BTreeMap::new();
    for module in list.lines().filter_map(|path| path.strip_suffix(".py")) {
        if let Some((directory, name)) = module.rsplit_once('/') {
            modules.entry(directory).or_default().insert(name.as_bytes());
        }
    }
    let mut compiled = Vec::new();
    for (directory, names) in modules {
        let caches = format!("{directory}/__pycache__");
        let Some(caches) = paths.lookup(layer, NodeId::ROOT, caches.as_bytes(), Last::Kept) else {
            continue;
        };
        let is_of_it = |node: &NodeId| {
            tree.name(*node)
                .split(|&byte| byte == b'.')
                .next()
                .is_some_and(|module| names.contains(module))
        };
        let is_file = |node: &NodeId| {
            tree.at(*node, layer).is_some_and(|version| tree.kind(version) == Kind::File)
        };
        compiled.extend(tree.children(caches.node).filter(is_of_it).filter(is_file));
    }
    compiled
}

/// Reads a text file; `None` if it cannot be read or is too large.
pub(super) fn text(
    filesystem: &Filesystem<'_>,
    version: VersionId,
    limit: u64,
) -> Result<Option<String>, Error> {
    if filesystem.tree().size(version) > limit {
        return Ok(None);
    }
    let bytes = readable(filesystem.read_start(version, limit))?;
    Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok()))
}
