//! Finds what another stage takes over for a program that an interpreter runs: packages that it
//! installs again, and files that it copies. All that your layers leave in the image is one of these,
//! or known to be for the build; where that is not so, there is a reason instead.

mod commands;
mod packages;
mod roots;

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::advice::dockerfile::births::is_plain;
use crate::advice::findings::{Fate, Finding, Level, Whose};
use crate::advice::ladder::{Certainty, TakenOver};
use crate::advice::unneeded::{
    Development, Installed, NOTEWORTHY, RUNS_SCRIPTS, SurplusKind, development, mentions,
};
use crate::analysis::{Inspection, LayerAccount};
use crate::display::escaped;
use crate::error::Error;
use crate::escape::Untrusted;
use crate::files::filesystem::{Filesystem, readable};
use crate::layer_index::LayerIndex;
use crate::runtime::command::is_system;
use crate::runtime::{Parts, Program};
use crate::tree::{Kind, NodeId, Tree, VersionId};
use commands::{Way, way_of};
use packages::{Chosen, Managers};
use roots::roots;

/// Directories whose files no image needs.
const PASSING: [&str; 5] = ["/tmp/", "/var/tmp/", "/run/", "/var/log/", "/var/cache/"];
/// Directories in which package managers keep downloads and logs, whose names differ in each build.
const KEPT_BY_TOOLS: [&str; 5] =
    ["/.npm/", "/.node-gyp/", "/.cache/node-gyp/", "/.cache/pip/", "/.cache/yarn/"];
/// Directories that the clean-up of an installation empties.
const CLEANED: [&str; 2] = ["/var/lib/apt/lists/", "/var/cache/apt/"];

/// The bytes of a script in which pip is looked for.
const SCRIPT: u64 = 64 << 10;
/// Logs and old copies that an installation writes, and nothing reads.
const APT_LOGS: &str =
    "/var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old /var/lib/dpkg/*-old";

/// An instruction of the last stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Packages are installed.
    Install {
        /// The packages, as a command names them.
        packages: Vec<String>,
        /// True if the command asks for no answers.
        is_noninteractive: bool,
    },
    /// A `RUN` is run again.
    Run(String),
    /// A symbolic link is made, because `COPY` would follow it.
    Link {
        /// The path that it leads to.
        target: String,
        /// Its own path.
        path: String,
    },
    /// A file or directory is copied.
    Copy {
        /// The absolute path.
        path: String,
        /// The user and the group that all its files belong to, if that is not root.
        owner: Option<(u32, u32)>,
    },
}

/// The last stage of a program that an interpreter runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Interpreted {
    /// The instructions before those that configure the container.
    pub steps: Vec<Step>,
    /// Files of your layers and copied ones of the base, which the stage adds to its base.
    pub inodes: Vec<VersionId>,
    /// Packages that were asked for and are not installed again.
    pub left_out: Vec<String>,
    /// The interpreter, escaped for display.
    pub program: String,
    /// The instruction that starts the program, if it is not that of the image.
    pub start: Option<String>,
    /// The commands that remove npm packages for development at the end of the first stage.
    pub prunes: Vec<String>,
}

/// The stage; else the reason why there is none, as a clause.
pub type Drafted = Result<Interpreted, String>;

/// Finds the stage; `None` if the program is no interpreted one, or the image has nothing that is
/// known to be for the build.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub fn interpreted(
    inspection: &Inspection,
    base_layers: usize,
    filesystem: &Filesystem<'_>,
    program: &Program,
    findings: &[Finding],
    installed: &Installed,
) -> Result<Option<Drafted>, Error> {
    let is_binary = !matches!(&program.parts, Some(Parts { needed: None, .. }));
    let tree = &inspection.tree;
    let mut found = Found::new(findings);
    // What comes with a program that a container starts cannot be left out.
    let started = program.application.started().map(|file| file.node);
    let kept: HashSet<_> = installed.needed_by(started).into_iter().collect();
    found.for_the_build.retain(|&inode| !kept.contains(&tree.node_of(inode)));
    let bytes: u64 = found.for_the_build.iter().map(|&inode| tree.size(inode)).sum();
    if is_binary || base_layers == 0 || bytes < NOTEWORTHY {
        return Ok(None);
    }
    let has_npm = inspection.layers.iter().skip(base_layers).any(|layer| {
        let text = layer.instruction.text.raw();
        text.starts_with("RUN ") && mentions(text, "npm")
    });
    let development = match has_npm {
        true => development(inspection, base_layers, filesystem)?,
        false => Vec::new(),
    };
    let ways = match ways(inspection, base_layers, installed) {
        Ok(ways) => ways,
        Err(reason) => return Ok(Some(Err(reason))),
    };
    let direct = program.application.direct.as_ref();
    let managers = Managers {
        unused_npm: direct.map(|direct| direct.npm),
        installs: starts_pip(inspection, filesystem, program)?,
    };
    let chosen = Chosen::new(tree, installed, &found.for_the_build, &managers);
    let directory = inspection.run.directory.raw();
    let mut takeover =
        Takeover { tree, base_layers, filesystem, found, ways, chosen, development, directory };
    Ok(Some(takeover.draft(program)?))
}

/// Returns whether a container runs pip when it starts, in its command or in a script.
fn starts_pip(
    inspection: &Inspection,
    filesystem: &Filesystem<'_>,
    program: &Program,
) -> Result<bool, Error> {
    let run = &inspection.run;
    let words = run.entrypoint.iter().chain(&run.command).chain(&run.health_check);
    let runs =
        |text: &str| ["pip", "pip3", "ensurepip", "venv"].iter().any(|it| mentions(text, it));
    let words: Vec<_> = words.map(Untrusted::raw).collect();
    if words.iter().any(|word| runs(word)) {
        return Ok(true);
    }
    let directory = filesystem.directory(NodeId::ROOT, run.directory.raw().as_bytes());
    let directory = directory.unwrap_or(NodeId::ROOT);
    let named = words.iter().filter(|word| word.contains('/'));
    let named = named.filter_map(|word| filesystem.file(directory, word.as_bytes()));
    let started = program.application.started().map(|file| file.version);
    for version in started.chain(named.map(|file| file.version)) {
        let start = readable(filesystem.read_start(version, SCRIPT))?.unwrap_or_default();
        if start.starts_with(b"#!") && runs(&String::from_utf8_lossy(&start)) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Files of your layers by what is known of them.
struct Found {
    for_the_build: HashSet<VersionId>,
    leftovers: HashSet<VersionId>,
}

impl Found {
    fn new(findings: &[Finding]) -> Self {
        let of = |levels: &[Level]| {
            let is_it = |finding: &&Finding| {
                finding.whose == Whose::Own
                    && finding.fate == Fate::Left
                    && levels.contains(&finding.level)
                    && !finding.is_optional()
            };
            findings.iter().filter(is_it).flat_map(|it| it.inodes.iter().copied()).collect()
        };
        Self {
            for_the_build: of(&[Level::Toolchain, Level::Build]),
            leftovers: of(&[Level::Leftovers]),
        }
    }
}

/// Returns whether a file lies where a package manager keeps downloads and logs.
fn is_kept_by_a_tool(path: &[u8]) -> bool {
    let is_in = |place: &&str| path.windows(place.len()).any(|part| part == place.as_bytes());
    KEPT_BY_TOOLS.iter().any(is_in)
}

/// Returns the way for each own layer, or why one cannot be taken over.
fn ways(
    inspection: &Inspection,
    base_layers: usize,
    installed: &Installed,
) -> Result<HashMap<LayerIndex, Way>, String> {
    let own = LayerIndex::numbered(&inspection.layers).filter(|(layer, _)| *layer >= base_layers);
    let way = |(layer, account): (LayerIndex, &LayerAccount)| {
        let way = way_of(account.instruction.text.raw());
        let way = way.map_err(|reason| format!("the RUN in layer {layer} {reason}"))?;
        let is_unknown = matches!(way, Way::Installed { .. }) && !installed.layers.contains(&layer);
        match is_unknown && account.size > 0 {
            true => Err(format!("the packages of layer {layer} are not known")),
            false => Ok((layer, way)),
        }
    };
    own.map(way).collect()
}

/// The work on a stage.
struct Takeover<'a> {
    tree: &'a Tree,
    base_layers: usize,
    filesystem: &'a Filesystem<'a>,
    found: Found,
    ways: HashMap<LayerIndex, Way>,
    chosen: Chosen<'a>,
    /// npm packages for development, where npm can remove them.
    development: Vec<Development>,
    /// The working directory of a container, which is the last one of the build.
    directory: &'a str,
}

impl Takeover<'_> {
    fn draft(&mut self, program: &Program) -> Result<Drafted, Error> {
        let application = &program.application;
        let Some(main) = &application.program else { return Ok(Err("no program is known".into())) };
        // What a container starts itself needs neither npm nor the shell of npm.
        let through = application.through.iter().filter(|_| application.direct.is_none());
        let started = through.chain([&main.file]).map(|file| file.node);
        self.chosen.started(started.clone());
        let wanted = match self.wanted() {
            Ok(wanted) => wanted,
            Err(reason) => return Ok(Err(reason)),
        };
        let Some(roots) = roots(self.tree, &wanted) else {
            return Ok(Err("its files lie in many places".into()));
        };
        let tree = self.tree;
        let copied: Vec<_> = roots.iter().flat_map(|&root| tree.at_and_below(root)).collect();
        let used: HashSet<_> = started.chain(application.files.iter().copied()).collect();
        let (pruned, prunes) = self.pruned(&copied, &used);
        let copied: Vec<_> = copied.into_iter().filter(|node| !pruned.contains(node)).collect();
        self.chosen.needed_by(self.filesystem, &copied)?;
        let program = self.filesystem.shown(main.file.node).to_string();
        let mut left_out = self.chosen.left_out.clone();
        if !prunes.is_empty() {
            left_out.push(SurplusKind::Development.title().into());
        }
        Ok(self.steps(&roots).map(|steps| Interpreted {
            inodes: self.inodes(&copied),
            steps,
            left_out,
            program,
            start: application.direct.as_ref().map(|direct| direct.line.clone()),
            prunes,
        }))
    }

    /// Returns the copied files of npm packages for development, and the commands that remove them;
    /// a project stays whole if a container uses one of its files there.
    fn pruned(&self, copied: &[NodeId], used: &HashSet<NodeId>) -> (HashSet<NodeId>, Vec<String>) {
        let copied: HashSet<_> = copied.iter().copied().collect();
        let (mut pruned, mut commands) = (HashSet::new(), BTreeSet::new());
        for Development { unneeded, project, used: by_project } in &self.development {
            // What the installation runs does not run when they are removed.
            if by_project.as_deref().is_some_and(|used| used != RUNS_SCRIPTS) {
                continue;
            }
            let nodes = unneeded.inodes.iter().map(|&inode| self.tree.node_of(inode));
            let nodes: Vec<_> = nodes.filter(|node| copied.contains(node)).collect();
            let directory = String::from_utf8(self.tree.path(project.directory)).ok();
            let Some(directory) = directory.filter(|directory| is_plain(directory)) else {
                continue;
            };
            if nodes.is_empty() || nodes.iter().any(|node| used.contains(node)) {
                continue;
            }
            pruned.extend(nodes);
            let is_there = directory == self.directory;
            let there = if is_there { String::new() } else { format!("cd {directory} && ") };
            commands.insert(format!("{there}{}", project.prune));
        }
        (pruned, commands.into_iter().collect())
    }

    fn own_layer(&self, version: VersionId) -> Option<LayerIndex> {
        Some(self.tree.added_in(version)).filter(|layer| *layer >= self.base_layers)
    }

    /// Returns the files to copy, or why one cannot be.
    fn wanted(&self) -> Result<HashSet<NodeId>, String> {
        let mut wanted = HashSet::new();
        for node in self.tree.nodes() {
            let Some(version) = self.tree.last(node) else { continue };
            let Some(layer) = self.own_layer(version) else { continue };
            let inode = self.tree.inode(version);
            if !matches!(self.tree.kind(version), Kind::File | Kind::Symlink)
                || self.found.for_the_build.contains(&inode)
                || self.found.leftovers.contains(&inode)
            {
                continue;
            }
            if self.is_copied(node, layer)? {
                wanted.insert(node);
            }
        }
        Ok(wanted)
    }

    /// Returns whether a file is copied, or why that is not known.
    fn is_copied(&self, node: NodeId, layer: LayerIndex) -> Result<bool, String> {
        let path = self.tree.path(node);
        let is_below = |place: &&str| path.starts_with(place.as_bytes());
        let is_of_system = is_system(&path) && !is_below(&"/usr/local/");
        Ok(match self.ways.get(&layer) {
            Some(Way::Copied) | None => true,
            Some(_) if is_kept_by_a_tool(&path) => false,
            Some(Way::Again(_)) => self.is_given(node, layer) && !is_of_system,
            Some(Way::Installed { .. }) => {
                !self.chosen.has_owner(node) && !is_of_system && !is_below(&"/var/")
            }
            Some(Way::Run) if PASSING.iter().any(is_below) || self.is_beside_leftovers(node) => {
                false
            }
            Some(Way::Run) if is_of_system || is_below(&"/var/lib/dpkg/") => {
                let path = escaped(&path);
                return Err(format!(
                    "the RUN in layer {layer} changes {path}, which is the system's"
                ));
            }
            Some(Way::Run) => true,
        })
    }

    /// Returns whether a file is empty, and all others in its directory are leftovers.
    fn is_beside_leftovers(&self, node: NodeId) -> bool {
        let tree = self.tree;
        let inode = |node| tree.last(node).map(|version| tree.inode(version));
        let is_empty = |&inode: &VersionId| tree.size(inode) == 0;
        if !inode(node).as_ref().is_some_and(is_empty) {
            return false;
        }
        let all = tree.at_and_below(tree.parent(node)).filter_map(inode);
        let others = all.filter(|it| !is_empty(it));
        let mut others = others.peekable();
        others.peek().is_some() && others.all(|it| self.found.leftovers.contains(&it))
    }

    /// Returns whether a file was there before a layer, which gives it another mode or owner.
    fn is_given(&self, node: NodeId, layer: LayerIndex) -> bool {
        layer.previous().is_some_and(|before| self.tree.at(node, before).is_some())
    }

    fn steps(&self, roots: &[NodeId]) -> Result<Vec<Step>, String> {
        let mut steps = Vec::new();
        let is_installed = |way: &&Way| matches!(way, Way::Installed { .. });
        if !self.chosen.words.is_empty() {
            let asked_none = Way::Installed { is_noninteractive: true };
            let is_noninteractive =
                self.ways.values().filter(is_installed).any(|it| *it == asked_none);
            let packages = self.chosen.words.clone();
            steps.push(Step::Install { packages, is_noninteractive });
        }
        let mut again: Vec<_> = self.ways.iter().collect();
        again.sort_unstable_by_key(|(layer, _)| **layer);
        steps.extend(again.into_iter().filter_map(|(_, way)| match way {
            Way::Again(run) => Some(Step::Run(run.clone())),
            _ => None,
        }));
        for &root in roots {
            steps.push(self.copy(root)?);
        }
        Ok(steps)
    }

    /// Returns the instruction that brings a path, or why there is none.
    fn copy(&self, root: NodeId) -> Result<Step, String> {
        let tree = self.tree;
        let shown = escaped(&tree.path(root));
        let plain = |path: Vec<u8>| String::from_utf8(path).ok().filter(|path| is_plain(path));
        let quotes = || format!("{shown} has a name that needs quotes");
        let path = plain(tree.path(root)).ok_or_else(quotes)?;
        if let Some(target) = tree.last(root).and_then(|version| tree.target(version)) {
            let target = plain(target.to_vec()).ok_or_else(quotes)?;
            return Ok(Step::Link { target, path });
        }
        let versions = tree.at_and_below(root).filter_map(|node| tree.last(node));
        let own = versions.filter(|&it| self.own_layer(it).is_some() && !tree.is_implied(it));
        let mut owners: Vec<_> = own.map(|version| tree.owner(version)).collect();
        owners.sort_unstable();
        owners.dedup();
        // A copy from a stage keeps the owners of the files, and makes the directory anew.
        let owner = match owners[..] {
            [owner] if owner != (0, 0) => Some(owner),
            _ => None,
        };
        Ok(Step::Copy { path, owner })
    }

    /// Returns the files that the stage adds to its base: those of the packages, of what is run
    /// again, and all that is copied.
    fn inodes(&self, copied: &[NodeId]) -> Vec<VersionId> {
        let tree = self.tree;
        let dropped = self.chosen.dropped();
        let file = |node: NodeId| tree.last(node).filter(|&it| tree.kind(it) == Kind::File);
        let stays = |&(node, version): &(NodeId, VersionId)| {
            let inode = tree.inode(version);
            let path = tree.path(node);
            let is_cleaned = || CLEANED.iter().any(|place| path.starts_with(place.as_bytes()));
            let layer = tree.added_in(version);
            match self.own_layer(version).and_then(|layer| self.ways.get(&layer)) {
                Some(Way::Again(_)) => !self.is_given(node, layer) || is_system(&path),
                Some(Way::Installed { .. }) => {
                    let is_of_system = is_system(&path) || path.starts_with(b"/var/");
                    (self.chosen.has_owner(node) || is_of_system)
                        && !dropped.contains(&inode)
                        && !self.found.leftovers.contains(&inode)
                        && !is_cleaned()
                }
                Some(Way::Copied | Way::Run) | None => false,
            }
        };
        let all = tree.nodes().filter_map(|node| Some((node, file(node)?)));
        let installed = all.filter(stays).map(|(_, version)| version);
        let copied = copied.iter().filter_map(|&node| file(node));
        let mut inodes: Vec<_> = installed.chain(copied).map(|it| tree.inode(it)).collect();
        inodes.sort_unstable();
        inodes.dedup();
        inodes
    }
}

impl Interpreted {
    /// Returns the instructions, with the name of the stage that they copy from.
    pub fn lines(&self, stage: &str) -> String {
        self.steps.iter().map(|step| step.line(stage)).collect()
    }

    /// Returns how far its size can be relied on: the files of packages that are installed again
    /// may have other sizes.
    pub fn certainty(&self) -> Certainty {
        match self.packages() {
            [] => Certainty::Exact,
            _ => Certainty::Estimate("packages are installed again, with what they need".into()),
        }
    }

    /// Returns the packages that are installed again.
    pub fn packages(&self) -> &[String] {
        let packages = self.steps.iter().find_map(|step| match step {
            Step::Install { packages, .. } => Some(packages.as_slice()),
            _ => None,
        });
        packages.unwrap_or_default()
    }

    /// Returns the paths that are copied.
    pub fn paths(&self) -> Vec<String> {
        let path = |step: &Step| match step {
            Step::Copy { path, .. } | Step::Link { path, .. } => Some(path.clone()),
            Step::Install { .. } | Step::Run(_) => None,
        };
        self.steps.iter().filter_map(path).collect()
    }

    /// Returns whether the stage makes its own users.
    pub fn makes_users(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Run(run) if run.contains("user")))
    }

    /// Returns it as the ladder tells it.
    pub fn taken_over(&self) -> TakenOver {
        TakenOver {
            inodes: self.inodes.clone(),
            prunes: self.prunes.clone(),
            lines: self.lines("build"),
            start: self.start.clone(),
            certainty: self.certainty(),
        }
    }
}

impl Step {
    fn line(&self, stage: &str) -> String {
        match self {
            Self::Install { packages, is_noninteractive } => {
                let prefix =
                    if *is_noninteractive { "DEBIAN_FRONTEND=noninteractive " } else { "" };
                format!(
                    "RUN apt-get update \\\n    && {prefix}apt-get install -y --no-install-recommends {} \\\n    \
                     && apt-get clean \\\n    && rm -rf /var/lib/apt/lists/* {APT_LOGS}\n",
                    packages.join(" ")
                )
            }
            Self::Run(run) => format!("{run}\n"),
            Self::Link { target, path } => format!("RUN ln -s {target} {path}\n"),
            Self::Copy { path, owner: None } => format!("COPY --from={stage} {path} {path}\n"),
            Self::Copy { path, owner: Some((user, group)) } => {
                format!("COPY --from={stage} --chown={user}:{group} {path} {path}\n")
            }
        }
    }
}
