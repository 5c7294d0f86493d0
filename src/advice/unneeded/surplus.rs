//! Packages that a `RUN` need not install, with the instruction that leaves them out.

mod npm;

use std::collections::BTreeSet;

use super::development::{Development, Project, development};
use super::installed::Installed;
use super::recommended::{Unneeded, recommended};
use super::texts::Texts;
use super::uses::{Later, SAME_RUN, When, used_by_instruction, used_by_text, used_in_development};
use super::{NO_DEVELOPMENT, NO_RECOMMENDED, NOTEWORTHY, RUNS_SCRIPTS};
use crate::advice::tool::Tool;
use crate::analysis::Inspection;
use crate::display::plural;
use crate::error::Error;
use crate::files::filesystem::Filesystem;
use crate::layer_index::LayerIndex;
use crate::runtime::command::Application;
use crate::tree::{Reason, Tree, VersionId};
use npm::npm_itself;

/// Packages that a `RUN` need not install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surplus {
    /// The reason why they are installed.
    pub kind: SurplusKind,
    /// The packages.
    pub unneeded: Unneeded,
    /// The size of their files in bytes.
    pub bytes: u64,
    /// The reason why one of them may be used, as a clause; `None` if nothing is known to use them.
    pub used: Option<String>,
    /// The reason among these that no instruction gives.
    pub(in crate::advice) used_by_project: Option<String>,
    /// The changed instruction, or the one to add.
    pub line: String,
    /// The layer whose instruction installs them, or copies them from where they are installed.
    pub from: LayerIndex,
    /// The instruction that starts the program without them.
    pub start: Option<String>,
    /// The npm project that they are installed for.
    pub project: Option<Project>,
    /// True if a `COPY` brings them, so that the change is where they are installed.
    pub is_copied: bool,
}

/// The reason why packages are installed that nothing needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SurplusKind {
    /// Other packages recommend them.
    Recommended,
    /// Developers need them.
    Development,
    /// Only npm needs them, and it only starts the program.
    Npm,
}

impl SurplusKind {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::Recommended, Self::Development, Self::Npm];

    /// Returns the change that leaves them out.
    pub fn change(self) -> &'static str {
        match self {
            Self::Recommended => "add --no-install-recommends to apt-get install",
            Self::Development => "add --omit=dev to the npm command",
            Self::Npm => "start the program without npm",
        }
    }

    /// Returns what they are, as a title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Recommended => "packages that are only recommended",
            Self::Development => "npm packages for development",
            Self::Npm => "npm and the packages that only npm needs",
        }
    }

    /// Returns what a number of them is.
    pub fn counted(self, count: usize) -> String {
        match self {
            Self::Recommended => format!("{} that others only recommend", plural(count, "package")),
            Self::Development => format!("{} for development", plural(count, "npm package")),
            Self::Npm if count < 2 => "npm".into(),
            Self::Npm => {
                format!("npm and {} that only npm needs", plural(count - 1, "package"))
            }
        }
    }

    /// Returns the reason why nothing needs a number of them, as a clause.
    pub fn need(self, count: usize) -> String {
        let them = if count == 1 { "it" } else { "them" };
        match self {
            Self::Recommended => format!(
                "no package that is asked for depends on {them}; apt installs what others recommend"
            ),
            Self::Development => {
                format!("`package-lock.json` marks {them} as needed only for development")
            }
            Self::Npm => {
                "npm only starts the program, which a container can start itself".to_owned()
            }
        }
    }

    /// Returns what a person has to do, with the reason why one of them may be used, if one is
    /// known; `None` if there is nothing to do.
    pub fn to_do(self, used: Option<&str>) -> Option<String> {
        match (self, used) {
            (Self::Recommended, used) => {
                let because = used.map_or_else(String::new, |used| format!("{used}, so "));
                Some(format!("{because}name the packages that are used"))
            }
            (Self::Development, Some(used)) => {
                Some(format!("{used}, so install them in another stage"))
            }
            (Self::Development, None) => None,
            (Self::Npm, Some(used)) => {
                Some(format!("{used}, so install npm only in another stage"))
            }
            (Self::Npm, None) => {
                Some("npm also sets variables such as npm_package_version: test the program".into())
            }
        }
    }
}

impl Surplus {
    /// Returns the layer whose instruction installs or copies them. A later one may store them again.
    pub fn layer(&self) -> LayerIndex {
        self.from
    }

    /// Returns the change that leaves them out.
    pub fn change(&self) -> String {
        match self.project.filter(|_| self.is_copied) {
            Some(project) => {
                format!(
                    "run {} where they come from, before layer {} copies them",
                    project.prune, self.from
                )
            }
            None => match &self.start {
                Some(start) => format!("{}: {start}", self.kind.change()),
                None => self.kind.change().into(),
            },
        }
    }

    /// Returns the inodes of all packages.
    pub fn inodes(all: &[Self]) -> impl Iterator<Item = VersionId> {
        all.iter().flat_map(|surplus| surplus.unneeded.inodes.iter().copied())
    }

    /// Returns the inodes of the packages of one kind.
    pub(in crate::advice) fn inodes_of(
        all: &[Self],
        kind: SurplusKind,
    ) -> impl Iterator<Item = VersionId> {
        let of_kind = all.iter().filter(move |surplus| surplus.kind == kind);
        of_kind.flat_map(|surplus| surplus.unneeded.inodes.iter().copied())
    }

    /// Returns the npm packages for development as they were found; `None` for other packages.
    pub(in crate::advice) fn into_development(self) -> Option<Development> {
        let project = self.project?;
        Some(Development { unneeded: self.unneeded, used: self.used_by_project, project })
    }

    /// Returns those of one kind.
    pub fn of_kind(all: &[Self], kind: SurplusKind) -> Vec<Self> {
        all.iter().filter(|surplus| surplus.kind == kind).cloned().collect()
    }
}

/// Finds such packages in the layers from `base_layers` on, with the instruction that leaves them
/// out by the flag of one of some tools.
///
/// # Errors
///
/// [`Error::Cancelled`] is the only one.
pub(in crate::advice) fn surplus(
    inspection: &Inspection,
    base_layers: usize,
    filesystem: &Filesystem<'_>,
    tools: &[Tool],
    (installed, application): (&Installed, Option<&Application>),
) -> Result<Vec<Surplus>, Error> {
    let with = |flag| tools.iter().find(|tool| tool.flag.as_deref() == Some(flag));
    let mut found = Vec::new();
    if let Some(apt) = with(NO_RECOMMENDED) {
        found = of_apt(inspection, base_layers, filesystem, apt)?;
    }
    if let Some(npm) = with(NO_DEVELOPMENT) {
        found.extend(of_npm(inspection, base_layers, filesystem, npm)?);
    }
    found.extend(application.and_then(|it| npm_itself(inspection, base_layers, installed, it)));
    Ok(found)
}

fn of_apt(
    inspection: &Inspection,
    base_layers: usize,
    filesystem: &Filesystem<'_>,
    apt: &Tool,
) -> Result<Vec<Surplus>, Error> {
    let tree = &inspection.tree;
    let (mut texts, mut found) = (None, Vec::new());
    for unneeded in recommended(inspection, base_layers, filesystem)? {
        let Some((bytes, line)) = without(inspection, &unneeded, unneeded.layer, apt) else {
            continue;
        };
        let known = [&unneeded];
        let used = match used_by_instruction(tree, &known, &later(inspection, unneeded.layer)) {
            Some(used) => Some(used),
            None => {
                let texts = match &texts {
                    Some(texts) => texts,
                    None => texts.insert(Texts::read(inspection, base_layers, filesystem)?),
                };
                used_by_text(tree, &known, texts)
            }
        };
        let from = unneeded.layer;
        found.push(Surplus {
            kind: SurplusKind::Recommended,
            unneeded,
            bytes,
            used,
            used_by_project: None,
            line,
            from,
            start: None,
            project: None,
            is_copied: false,
        });
    }
    Ok(found)
}

fn of_npm(
    inspection: &Inspection,
    base_layers: usize,
    filesystem: &Filesystem<'_>,
    npm: &Tool,
) -> Result<Vec<Surplus>, Error> {
    let mut found: Vec<Surplus> = Vec::new();
    for Development { mut unneeded, used: used_by_project, project } in
        development(inspection, base_layers, filesystem)?
    {
        // Where a later layer gives them another mode or owner, all copies come from one instruction.
        let copies = copies(&inspection.tree, &unneeded.inodes, base_layers);
        let mut layers: Vec<_> =
            copies.iter().map(|&copy| inspection.tree.added_in(copy)).collect();
        layers.sort_unstable();
        layers.dedup();
        unneeded.inodes.extend(copies);
        layers.push(unneeded.layer);
        let by_npm = layers.iter().find_map(|&layer| {
            let (bytes, line) = without(inspection, &unneeded, layer, npm)?;
            Some((layer, bytes, line))
        });
        let (from, bytes, line, is_copied) = match by_npm {
            Some((from, bytes, line)) => (from, bytes, line, false),
            None => match copied(inspection, &unneeded, layers[0], project) {
                Some((bytes, line)) => (layers[0], bytes, line, true),
                None => continue,
            },
        };
        // Where they are only copied, nothing of the installation runs.
        let is_meant = |used: &String| !is_copied || used != RUNS_SCRIPTS;
        let used_by_project = used_by_project.filter(is_meant);
        let used =
            used_by_project.clone().or_else(|| used_in_development(&later(inspection, from), npm));
        found.push(Surplus {
            kind: SurplusKind::Development,
            unneeded,
            bytes,
            used,
            used_by_project,
            line,
            from,
            start: None,
            project: Some(project),
            is_copied,
        });
    }
    Ok(found)
}

/// Returns the older copies of files, of layers from `base_layers` on, that later layers store again
/// with another mode, owner or time.
fn copies(tree: &Tree, inodes: &[VersionId], base_layers: usize) -> Vec<VersionId> {
    let nodes: BTreeSet<_> = inodes.iter().map(|&inode| tree.node_of(inode)).collect();
    let versions = nodes.into_iter().flat_map(|node| tree.versions(node));
    let mut copies: Vec<_> = versions.map(|version| tree.inode(version)).collect();
    copies.sort_unstable();
    copies.dedup();
    copies.retain(|&inode| {
        let removal = tree.removal(inode);
        tree.added_in(inode) >= base_layers
            && removal.is_some_and(|removal| removal.reason == Reason::RewrittenUnchanged)
    });
    copies
}

/// Returns the size of npm packages that a `COPY` brings, and the instruction that removes them where
/// they come from; `None` if something else made the layer, or they are small.
fn copied(
    inspection: &Inspection,
    unneeded: &Unneeded,
    layer: LayerIndex,
    project: Project,
) -> Option<(u64, String)> {
    let tree = &inspection.tree;
    let text = inspection.layers[layer].instruction.text.raw();
    let bytes = unneeded.inodes.iter().map(|&inode| tree.size(inode)).sum();
    let line =
        format!("# at the end of the stage that they are copied from\nRUN {}", project.prune);
    (bytes >= NOTEWORTHY && text.starts_with("COPY ")).then_some((bytes, line))
}

/// Returns the size of packages, and the instruction of a layer that leaves them out by the flag of a
/// tool; `None` if there is no such instruction, or too little to save.
fn without(
    inspection: &Inspection,
    unneeded: &Unneeded,
    layer: LayerIndex,
    tool: &Tool,
) -> Option<(u64, String)> {
    let tree = &inspection.tree;
    let bytes = unneeded.inodes.iter().map(|&inode| tree.size(inode)).sum();
    let run = inspection.layers[layer].instruction.text.raw();
    let line = tool.flagged(run, &unneeded.wanted).filter(|_| bytes >= NOTEWORTHY)?;
    Some((bytes, line))
}

/// Returns the instructions of the history from that of a layer on.
fn later(inspection: &Inspection, from: LayerIndex) -> Vec<Later> {
    let mut made = 0;
    let mut later = Vec::new();
    for entry in &inspection.history {
        let layer = LayerIndex::new(made);
        let makes_layer = entry.empty_layer != Some(true);
        made += usize::from(makes_layer);
        if made <= from.get() {
            continue;
        }
        let written = entry.instruction_as_written().text;
        let Some((keyword, text)) = written.raw().split_once(' ') else { continue };
        let place = match keyword {
            "RUN" if makes_layer && layer == from => SAME_RUN.into(),
            "RUN" if makes_layer => format!("the RUN in layer {layer}"),
            "ONBUILD" if text.trim_start().starts_with("RUN") => keyword.to_owned(),
            "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" | "ENV" => keyword.to_owned(),
            _ => continue,
        };
        let text = if keyword == "ONBUILD" { text.trim_start()[3..].trim_start() } else { text };
        let when = match keyword {
            "ENV" => When::Set,
            "CMD" | "ENTRYPOINT" => When::Start(words(text)),
            "HEALTHCHECK" => When::Check,
            _ => When::Build,
        };
        later.push(Later { place, texts: vec![text.to_owned()], when });
    }
    later
}

/// Returns the words of a command in either form, without quotes.
fn words(text: &str) -> Vec<String> {
    serde_json::from_str(text.trim()).unwrap_or_else(|_| {
        let words = text.split_whitespace();
        words.map(|word| word.trim_matches(['"', '\'']).to_owned()).collect()
    })
}
