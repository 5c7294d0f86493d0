//! Packages that a `RUN` need not install, with the instruction that leaves them out.

use super::development::{Development, development};
use super::recommended::{Unneeded, recommended};
use super::texts::Texts;
use super::uses::{Later, When, used_by_instruction, used_by_text, used_in_development};
use super::{NO_DEVELOPMENT, NO_RECOMMENDED, NOTEWORTHY, RUNS_SCRIPTS};
use crate::advice::tool::Tool;
use crate::analysis::Inspection;
use crate::display::plural;
use crate::error::Error;
use crate::files::filesystem::Filesystem;
use crate::layer_index::LayerIndex;
use crate::tree::VersionId;

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
    /// The changed instruction.
    pub line: String,
}

/// The reason why packages are installed that nothing needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SurplusKind {
    /// Other packages recommend them.
    Recommended,
    /// Developers need them.
    Development,
}

impl SurplusKind {
    /// All kinds.
    pub const ALL: [Self; 2] = [Self::Recommended, Self::Development];

    /// Returns the change that leaves them out.
    pub fn change(self) -> &'static str {
        match self {
            Self::Recommended => "add --no-install-recommends to apt-get install",
            Self::Development => "add --omit=dev to the npm command",
        }
    }

    /// Returns what they are, as a title.
    pub fn title(self) -> &'static str {
        match self {
            Self::Recommended => "packages that are only recommended",
            Self::Development => "npm packages for development",
        }
    }

    /// Returns what a number of them is.
    pub fn counted(self, count: usize) -> String {
        match self {
            Self::Recommended => format!("{} that others only recommend", plural(count, "package")),
            Self::Development => format!("{} for development", plural(count, "npm package")),
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
        }
    }
}

impl Surplus {
    /// Returns the layer.
    pub fn layer(&self) -> LayerIndex {
        self.unneeded.layer
    }

    /// Returns the inodes of all packages.
    pub fn inodes(all: &[Self]) -> impl Iterator<Item = VersionId> {
        all.iter().flat_map(|surplus| surplus.unneeded.inodes.iter().copied())
    }

    /// Returns those of one kind.
    pub fn of_kind(all: &[Self], kind: SurplusKind) -> Vec<Self> {
        all.iter().filter(|surplus| surplus.kind == kind).cloned().collect()
    }
}

impl From<Surplus> for Development {
    fn from(surplus: Surplus) -> Self {
        let runs_scripts = surplus.used.as_deref() == Some(RUNS_SCRIPTS);
        Self { unneeded: surplus.unneeded, runs_scripts }
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
) -> Result<Vec<Surplus>, Error> {
    let with = |flag| tools.iter().find(|tool| tool.flag.as_deref() == Some(flag));
    let mut found = Vec::new();
    if let Some(apt) = with(NO_RECOMMENDED) {
        found = of_apt(inspection, base_layers, filesystem, apt)?;
    }
    if let Some(npm) = with(NO_DEVELOPMENT) {
        found.extend(of_npm(inspection, base_layers, filesystem, npm)?);
    }
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
        let Some((bytes, line)) = without(inspection, &unneeded, apt) else { continue };
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
        found.push(Surplus { kind: SurplusKind::Recommended, unneeded, bytes, used, line });
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
    for Development { unneeded, runs_scripts } in development(inspection, base_layers, filesystem)?
    {
        let Some((bytes, line)) = without(inspection, &unneeded, npm) else { continue };
        let used = match runs_scripts {
            true => Some(RUNS_SCRIPTS.to_owned()),
            false => used_in_development(&later(inspection, unneeded.layer), npm),
        };
        found.push(Surplus { kind: SurplusKind::Development, unneeded, bytes, used, line });
    }
    Ok(found)
}

/// Returns the size of packages, and the instruction that leaves them out by the flag of a tool;
/// `None` if there is no such instruction, or too little to save.
fn without(inspection: &Inspection, unneeded: &Unneeded, tool: &Tool) -> Option<(u64, String)> {
    let tree = &inspection.tree;
    let bytes = unneeded.inodes.iter().map(|&inode| tree.size(inode)).sum();
    let run = inspection.layers[unneeded.layer].instruction.text.raw();
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
            "RUN" if makes_layer => format!("the RUN in layer {layer}"),
            "RUN" | "CMD" | "ENTRYPOINT" | "HEALTHCHECK" => keyword.to_owned(),
            _ => continue,
        };
        let when = match keyword {
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
