//! Packages that nothing needs: those that apt installs because others recommend them, with what is
//! known of their use.

mod names;
mod recommended;
mod texts;
mod uses;

pub(in crate::advice) use names::Links;
pub(in crate::advice) use recommended::recommended;
pub(in crate::advice) use uses::{Later, used_by_instruction, used_by_text};

pub use recommended::Unneeded;
pub use texts::{Texts, mentions};

use super::tool::Tool;
use crate::analysis::Inspection;
use crate::error::Error;
use crate::files::filesystem::Filesystem;
use crate::layer_index::LayerIndex;
use crate::tree::VersionId;

/// Flag that keeps recommended packages out.
pub(in crate::advice) const NO_RECOMMENDED: &str = "--no-install-recommends";
/// The smallest saving that is worth a flag.
pub(in crate::advice) const NOTEWORTHY: u64 = 64 << 10;

/// Packages that a `RUN` need not install.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surplus {
    /// The packages.
    pub unneeded: Unneeded,
    /// The size of their files in bytes.
    pub bytes: u64,
    /// The reason why one of them may be used, as a clause; `None` if nothing is known to use them.
    pub used: Option<String>,
    /// The changed instruction.
    pub line: String,
}

impl Surplus {
    /// Returns the layer.
    pub fn layer(&self) -> LayerIndex {
        self.unneeded.layer
    }

    /// Returns what a person has to do about those that may be used, with the reason, if one is
    /// known.
    pub fn to_name(used: Option<&str>) -> String {
        let because = used.map_or_else(String::new, |used| format!("{used}, so "));
        format!("{because}name the packages that are used")
    }

    /// Returns the inodes of all packages.
    pub fn inodes(all: &[Self]) -> impl Iterator<Item = VersionId> {
        all.iter().flat_map(|surplus| surplus.unneeded.inodes.iter().copied())
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
    let tree = &inspection.tree;
    let is_meant = |tool: &&Tool| tool.flag.as_deref() == Some(NO_RECOMMENDED);
    let Some(apt) = tools.iter().find(is_meant) else { return Ok(Vec::new()) };
    let (mut texts, mut found) = (None, Vec::new());
    for unneeded in recommended(inspection, base_layers, filesystem)? {
        let bytes = unneeded.inodes.iter().map(|&inode| tree.size(inode)).sum();
        let run = inspection.layers[unneeded.layer].instruction.text.raw();
        let line = apt.flagged(run, &unneeded.wanted).filter(|_| bytes >= NOTEWORTHY);
        let Some(line) = line else { continue };
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
        found.push(Surplus { unneeded, bytes, used, line });
    }
    Ok(found)
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
        later.push(Later { place, texts: vec![text.to_owned()] });
    }
    later
}
