//! Gathers facts about an image beyond its history: results of other rooms, and facts that follow
//! from paths.

mod interpreted;
mod program;

pub use interpreted::{Drafted, Interpreted};
pub use program::{CopiedProgram, Library, LooksFor, NeededPath, Needs};

use std::collections::BTreeMap;

use crate::advice::change::Kind;
use crate::advice::changes::{Change, Extent, Part};
use crate::advice::findings::{Finding, Rules, Whose, find};
use crate::advice::ladder::{Certainty, Holds, LadderInputs, PossibleSize, climb};
use crate::advice::unneeded::{
    Development, Installed, Surplus, SurplusKind, Texts, Unneeded, development, recommended,
};
use crate::analysis::Inspection;
use crate::error::Error;
use crate::files::filesystem::Filesystem;
use crate::layer_index::LayerIndex;
use crate::runtime::Program;
use crate::runtime::command::told_of;
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
    /// The last stage of an interpreted program, or why there is none; `None` if the program is not
    /// interpreted, or no file is known to be for the build.
    pub interpreted: Option<Drafted>,
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
    /// The changes of the assessment, in its order.
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
    /// The layers of the instructions that it edits.
    pub edited: Vec<LayerIndex>,
    /// True if it is in the user's own layers, and nobody may want the files.
    pub is_own: bool,
    /// True if it is another build stage.
    pub is_stage: bool,
    /// The kind of the advice.
    pub(super) kind: Kind,
    /// The extent.
    pub extent: Extent,
    /// The reliability of the size after it.
    pub certainty: Certainty,
}

impl NamedChange {
    /// Returns the changes of an assessment.
    pub fn all(inspection: &Inspection, changes: &[Change]) -> Vec<Self> {
        let named = changes.iter().map(|change| Self {
            what: change.fix.what.clone(),
            layer: layer_of_most(inspection, &change.left_out),
            inodes: change.left_out.clone(),
            edited: change.edits.iter().map(|edit| edit.layers.0).collect(),
            is_own: change.part == Part::Own,
            is_stage: change.is_stage(),
            kind: change.fix.kind,
            extent: change.extent,
            certainty: change.certainty.clone(),
        });
        named.collect()
    }

    /// Returns whether more may be left out.
    pub(super) fn is_least(&self) -> bool {
        self.certainty == Certainty::AtMost
    }

    /// Returns the size of its files in bytes.
    pub(super) fn bytes(&self, inspection: &Inspection) -> u64 {
        self.inodes.iter().map(|&inode| inspection.tree.size(inode)).sum()
    }
}

/// Returns the layer that added most bytes of some files.
fn layer_of_most(inspection: &Inspection, inodes: &[VersionId]) -> LayerIndex {
    let (tree, mut layers) = (&inspection.tree, BTreeMap::<LayerIndex, u64>::new());
    for &inode in inodes {
        *layers.entry(tree.added_in(inode)).or_default() += tree.size(inode);
    }
    layers.into_iter().max_by_key(|&(_, bytes)| bytes).map_or(LayerIndex::FIRST, |(layer, _)| layer)
}

/// The parts of an assessment that facts about an image come from.
pub(in crate::advice) struct Assessed<'a> {
    /// The findings.
    pub findings: &'a [Finding],
    /// The changes.
    pub changes: &'a [Change],
    /// The possible sizes.
    pub ladder: &'a [PossibleSize],
    /// Packages that nothing asks for.
    pub surplus: &'a [Surplus],
    /// The last stage of an interpreted program.
    pub interpreted: Option<Drafted>,
    /// The texts of the image, as far as they were read.
    pub texts: Texts,
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
        let rules = Rules::built_in();
        let findings = find(inspection, &rules, base_layers, None);
        let installed = Installed::find(inspection, base_layers, filesystem)?;
        Ok(Self {
            recommended: recommended(inspection, base_layers, filesystem)?,
            development: development(inspection, base_layers, filesystem)?,
            ..Self::of_stages(
                inspection,
                base_layers,
                filesystem,
                program,
                (&findings, &installed),
            )?
        })
    }

    /// Gathers what a draft in stages needs, where the findings are known.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub(in crate::advice) fn of_stages(
        inspection: &Inspection,
        base_layers: usize,
        filesystem: &Filesystem<'_>,
        program: &Program,
        (findings, installed): (&[Finding], &Installed),
    ) -> Result<Self, Error> {
        Ok(Self {
            toolchains: toolchains(findings),
            program: program::copied(filesystem, base_layers, program),
            interpreted: interpreted::interpreted(
                inspection,
                base_layers,
                filesystem,
                program,
                findings,
                installed,
            )?,
            bare: bare(inspection, base_layers, program),
            named: program::named(filesystem, base_layers, &inspection.run, program)?,
            texts: Texts::read(inspection, base_layers, filesystem)?,
            ..Self::default()
        })
    }

    /// Gathers the facts that an assessment has already.
    ///
    /// # Errors
    ///
    /// [`Error::Cancelled`] is the only one.
    pub(in crate::advice) fn known(
        inspection: &Inspection,
        base_layers: usize,
        (filesystem, program): (Option<&Filesystem<'_>>, Option<&Program>),
        assessed: Assessed<'_>,
    ) -> Result<Self, Error> {
        let mut known = Self {
            recommended: Surplus::of_kind(assessed.surplus, SurplusKind::Recommended)
                .into_iter()
                .map(|surplus| surplus.unneeded)
                .collect(),
            development: Surplus::of_kind(assessed.surplus, SurplusKind::Development)
                .into_iter()
                .filter_map(Surplus::into_development)
                .collect(),
            interpreted: assessed.interpreted,
            texts: assessed.texts,
            changes: NamedChange::all(inspection, assessed.changes),
            ..Self::default()
        };
        let has_stage = known.changes.iter().any(|change| change.is_stage);
        if let (Some(filesystem), Some(program), true) = (filesystem, program, has_stage) {
            known.toolchains = toolchains(assessed.findings);
            known.program = program::copied(filesystem, base_layers, program);
            known.named = program::named(filesystem, base_layers, &inspection.run, program)?;
            known.bare = sizes_of_the_bare(assessed.ladder);
        }
        Ok(known)
    }
}

/// Returns the possible sizes of the bare program, as the ladder has them.
fn bare(inspection: &Inspection, base_layers: usize, program: &Program) -> Vec<(u64, Certainty)> {
    let inputs = LadderInputs {
        base_layers,
        program: program.parts.clone(),
        named: told_of(&inspection.tree, &inspection.run),
        ..LadderInputs::default()
    };
    sizes_of_the_bare(&climb(inspection, &inputs))
}

/// Returns the sizes among possible ones at which only the files of a program are copied.
fn sizes_of_the_bare(ladder: &[PossibleSize]) -> Vec<(u64, Certainty)> {
    let bare = ladder.iter().filter(|size| matches!(size.holds, Holds::Copied { .. }));
    bare.map(|size| (size.size, size.certainty.clone())).collect()
}

/// Returns the compilers that the built-in rules know.
fn toolchains(findings: &[Finding]) -> Vec<Toolchain> {
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
