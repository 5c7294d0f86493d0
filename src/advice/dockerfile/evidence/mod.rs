//! Gathers facts about an image beyond its history: results of other rooms, and facts that follow
//! from paths.

mod development;
mod program;

pub use development::Development;
pub use program::{CopiedProgram, Library, LooksFor, NeededPath, Needs};

use std::collections::BTreeMap;

use crate::advice::assessment::Study;
use crate::advice::avoidable::left_out_by_each;
use crate::advice::changes::{Extent, Part};
use crate::advice::findings::{Rules, Whose};
use crate::advice::ladder::{Certainty, Holds, LadderInputs, climb};
use crate::advice::unneeded::{Texts, Unneeded, recommended};
use crate::analysis::Inspection;
use crate::error::Error;
use crate::files::filesystem::Filesystem;
use crate::layer_index::LayerIndex;
use crate::runtime::Program;
use crate::runtime::command::named;
use crate::tree::VersionId;

/// A compiler with the files that belong to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// The common name.
    pub name: String,
    /// The size in bytes, visible and wasted.
    pub bytes: u64,
    /// The part of the size in the layers of the base image.
    pub in_base: u64,
}

/// The facts about an image beyond its history.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    /// Compilers in the image.
    pub toolchains: Vec<Toolchain>,
    /// The files to copy for the program, if it is known and in your layers.
    pub program: Option<CopiedProgram>,
    /// Files of your layers that the program names, as absolute paths.
    pub named: Vec<String>,
    /// Debian packages that were only installed because others recommend them.
    pub recommended: Vec<Unneeded>,
    /// npm packages that are only needed for development.
    pub development: Vec<Development>,
    /// The sizes of the bare program, on the same base and on none, with their reliability.
    pub bare: Vec<(u64, Certainty)>,
    /// Texts of small files: names that they mention, dependencies.
    pub texts: Texts,
    /// Executables in the image for some machine, as absolute paths.
    pub binaries: Vec<String>,
    /// The changes of the assessment in the user's own layers.
    pub changes: Vec<NamedChange>,
}

/// A change of the assessment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedChange {
    /// The advice.
    pub what: String,
    /// The layer that has most of it.
    pub layer: LayerIndex,
    /// The files that it leaves out.
    pub inodes: Vec<VersionId>,
    /// True if it is another build stage.
    pub is_stage: bool,
    /// True if more may be left out.
    pub is_least: bool,
}

impl NamedChange {
    /// Returns the changes of an assessment in the user's own layers.
    pub fn all(inspection: &Inspection, study: &Study) -> Vec<Self> {
        let all = study.changes.iter().zip(left_out_by_each(inspection, study));
        let own = all.filter(|(change, _)| change.part == Part::Own);
        let named = own.filter_map(|(change, inodes)| {
            let mut layers: BTreeMap<LayerIndex, u64> = BTreeMap::new();
            for &inode in &inodes {
                let tree = &inspection.tree;
                *layers.entry(tree.added_in(inode)).or_default() += tree.size(inode);
            }
            let layer = layers.into_iter().max_by_key(|&(_, bytes)| bytes)?.0;
            Some(Self {
                what: change.fix.what.clone(),
                layer,
                inodes,
                is_stage: change.extent == Extent::Stage || change.fix.is_stage(),
                is_least: change.certainty == Certainty::AtMost,
            })
        });
        named.collect()
    }

    /// Returns the size of its files in bytes.
    pub(super) fn bytes(&self, inspection: &Inspection) -> u64 {
        self.inodes.iter().map(|&inode| inspection.tree.size(inode)).sum()
    }
}

/// The rules about compilers, with the common names.
const TOOLCHAINS: [(&str, &[&str]); 4] = [
    ("Go", &["go-sdk"]),
    ("GCC", &["gcc"]),
    ("Rust", &["rust", "rust-packages"]),
    ("LLVM", &["llvm"]),
];

impl Evidence {
    /// Gathers the facts about compilers and the program that a container runs. The lowest
    /// `base_layers` layers are the base image.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub fn gather(
        inspection: &Inspection,
        base_layers: usize,
        filesystem: &Filesystem<'_>,
        program: &Program,
    ) -> Result<Self, Error> {
        Ok(Self {
            toolchains: toolchains(inspection, base_layers),
            program: program::copied(filesystem, base_layers, program),
            bare: bare(inspection, base_layers, program),
            named: program::named(filesystem, base_layers, &inspection.run, program)?,
            recommended: recommended(inspection, base_layers, filesystem)?,
            development: development::development(inspection, base_layers, filesystem)?,
            texts: Texts::read(inspection, base_layers, filesystem)?,
            ..Self::default()
        })
    }
}

/// Returns the possible sizes of the bare program, as the ladder has them.
fn bare(inspection: &Inspection, base_layers: usize, program: &Program) -> Vec<(u64, Certainty)> {
    let inputs = LadderInputs {
        base_layers,
        program: program.parts.clone(),
        named: named(&inspection.tree, &inspection.run).arguments,
        ..LadderInputs::default()
    };
    let sizes = climb(inspection, &inputs).into_iter();
    let bare = sizes.filter(|size| matches!(size.holds, Holds::Copied { .. }));
    bare.map(|size| (size.size, size.certainty)).collect()
}

/// Returns the compilers that the built-in rules know, counted as in findings.
fn toolchains(inspection: &Inspection, base_layers: usize) -> Vec<Toolchain> {
    let findings = crate::advice::findings::find(inspection, &Rules::built_in(), base_layers, None);
    let toolchain = |(name, rules): (&str, &[&str])| {
        let of_it = findings.iter().filter(|finding| rules.contains(&finding.rule.as_str()));
        let in_base = of_it.clone().filter(|finding| finding.whose == Whose::Base);
        Toolchain {
            name: name.into(),
            bytes: of_it.map(|finding| finding.bytes).sum(),
            in_base: in_base.map(|finding| finding.bytes).sum(),
        }
    };
    TOOLCHAINS.into_iter().map(toolchain).filter(|toolchain| toolchain.bytes > 0).collect()
}
