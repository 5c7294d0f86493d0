//! Computes the size of an image after each possible change, in order: from the image as built to
//! the bare program.
//!
//! Rungs that only leave files out are exact, because nothing else changes. Rungs with another base
//! image, or with a program that has to be made smaller, are estimates and marked as such.

mod bases;
mod inputs;
mod possible_sizes;
mod slim;
mod stage;
mod surplus;
mod unshown;

pub use bases::{BaseKind, SmallBase, smallest};
pub use possible_sizes::climb;
pub use slim::on_slim_base;
pub(in crate::advice) use slim::size_of_base;
pub use stage::multi_stage;
pub(in crate::advice) use surplus::certainty_without;
use unshown::tell_unshown;

use std::collections::HashSet;

use crate::advice::merges::Merges;
use crate::advice::unneeded::{Surplus, SurplusKind};
use crate::analysis::download::Download;
use crate::analysis::what_if::Change;
use crate::display::{Escaped, Sentence, Units, ratio};
use crate::layer_index::LayerIndex;
use crate::runtime::Parts;
use crate::tree::{NodeId, VersionId};

/// The input of the ladder. Lists of inodes may overlap.
#[derive(Debug, Clone, Default)]
pub struct LadderInputs {
    /// The number of layers in the base image.
    pub base_layers: usize,
    /// The name of the base image, escaped for display, if known.
    pub base_name: Option<Escaped>,
    /// The name of the system of the base image, escaped for display, if the image shows it.
    pub base_system: Option<Escaped>,
    /// Visible inodes of your layers that are caches and leftovers.
    pub leftovers: Vec<VersionId>,
    /// The advice of the findings on these, the largest first, each with its layer.
    pub leftover_advice: Vec<String>,
    /// True if a person has to decide about some of these.
    pub leftovers_need_a_look: bool,
    /// Visible inodes of your layers that are only needed for the build: toolchains, sources,
    /// version control.
    pub build_only: Vec<VersionId>,
    /// The visible size of toolchains in the layers of the base image.
    pub base_toolchains: u64,
    /// The parts of the image's program, if it was found.
    pub program: Option<Parts>,
    /// True if that is a bare shell or interpreter: the image names no application.
    pub names_no_application: bool,
    /// Files and directories that the image's command names among its arguments: configuration,
    /// data.
    pub named: Vec<NodeId>,
    /// The RUN instructions that are worth combining.
    pub merges: Merges,
    /// Packages that nothing asks for.
    pub surplus: Vec<Surplus>,
    /// The last stage of a program that an interpreter runs, if one can be drafted.
    pub taken_over: Option<TakenOver>,
    /// The layers of copies that come first when the `RUN`s around them become one.
    pub copied_first: HashSet<LayerIndex>,
}

/// The part that the last stage adds to its base for a program that an interpreter runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenOver {
    /// The files.
    pub inodes: Vec<VersionId>,
    /// The instructions, which copy from the stage `build`.
    pub lines: String,
    /// The commands at the end of that stage.
    pub prunes: Vec<String>,
    /// The instruction that starts the program, if it is another one.
    pub start: Option<String>,
    /// The reliability of its size.
    pub certainty: Certainty,
}

/// A change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// No change.
    AsBuilt,
    /// Files that your layers add and remove are left out.
    WithoutWasted,
    /// Caches and leftovers are left out.
    WithoutLeftovers,
    /// Packages that nothing asks for are left out.
    WithoutPackages(SurplusKind),
    /// Only the files needed at run time are copied to the same base; toolchain and sources stay in
    /// another stage.
    MultiStage,
    /// As in a multi-stage build, on a small base image.
    SmallBase(&'static SmallBase),
    /// As in a multi-stage build, on a base image without shell and package manager.
    Distroless(&'static SmallBase),
    /// The program and its needs, and nothing else.
    Scratch,
    /// As `Scratch`, without symbols and debugging data.
    Stripped,
    /// As `Stripped`, and packed.
    Packed,
}

impl Step {
    /// Returns a stable id for programs.
    pub fn id(&self) -> &'static str {
        match self {
            Self::AsBuilt => "as-built",
            Self::WithoutWasted => "without-wasted",
            Self::WithoutLeftovers => "without-leftovers",
            Self::WithoutPackages(SurplusKind::Recommended) => "without-recommended",
            Self::WithoutPackages(SurplusKind::Development) => "without-development",
            Self::WithoutPackages(SurplusKind::Npm) => "without-npm",
            Self::MultiStage => "multi-stage",
            Self::SmallBase(_) => "small-base",
            Self::Distroless(_) => "distroless",
            Self::Scratch => "scratch",
            Self::Stripped => "stripped",
            Self::Packed => "packed",
        }
    }

    /// Returns whether the program itself becomes another one: without symbols, or packed.
    pub fn changes_the_program(&self) -> bool {
        matches!(self, Self::Stripped | Self::Packed)
    }

    /// Returns a title for display.
    pub fn title(&self) -> String {
        match self {
            Self::AsBuilt => "as built".into(),
            Self::WithoutWasted => "without wasted bytes".into(),
            Self::WithoutLeftovers => "without caches and build leftovers".into(),
            Self::WithoutPackages(SurplusKind::Recommended) => {
                "without recommended packages".into()
            }
            Self::WithoutPackages(SurplusKind::Development) => {
                "without packages for development".into()
            }
            Self::WithoutPackages(SurplusKind::Npm) => "started without npm".into(),
            Self::MultiStage => "without compilers and source code".into(),
            Self::SmallBase(base) | Self::Distroless(base) => format!("on {}", base.name),
            Self::Scratch => "from scratch".into(),
            Self::Stripped => "stripped".into(),
            Self::Packed => "packed".into(),
        }
    }
}

/// The head of the sizes that the smallest one leaves aside.
pub const CHANGED: &str = "with the program itself changed (the smallest size keeps it)";

/// A step that makes the image smaller by no more than this part of it is not shown.
const NOTICEABLE: u64 = 100;

/// Returns the position of the smallest size that keeps the program as it is.
pub fn smallest_kept(ladder: &[PossibleSize]) -> Option<usize> {
    let is_kept = |place: &usize| !ladder[*place].step.changes_the_program();
    (0..ladder.len()).filter(is_kept).min_by_key(|&place| ladder[place].size)
}

/// Returns the positions of the sizes that people are shown: the one as built, those noticeably
/// smaller than the one shown before, and the smallest that keeps the program, with the steps that
/// lead to it.
pub fn noticeable(ladder: &[PossibleSize]) -> Vec<usize> {
    let mut shown: Vec<usize> = Vec::new();
    for (place, possible_size) in ladder.iter().enumerate() {
        let is_smaller = |&before: &usize| {
            let before = ladder[before].size;
            before.saturating_sub(possible_size.size) > before / NOTICEABLE
        };
        if shown.last().is_none_or(is_smaller) {
            shown.push(place);
        }
    }
    if let Some(least) = smallest_kept(ladder).filter(|least| !shown.contains(least)) {
        let before = shown.iter().copied().filter(|&place| place < least).max().unwrap_or(0);
        shown.extend(before + 1..=least);
        shown.sort_unstable();
    }
    shown
}

/// The grade of what a person has to decide.
pub const NEEDS_A_LOOK: &str = "needs a look";

/// Returns the grade of a change or of a size: the one place that decides it, for reports, screens,
/// possible sizes and `fix`.
///
/// A change of the user's own layers needs a look unless `fix` can draft it, whatever the image
/// shows of its bytes: what the program cannot write, a person has to decide. What is optional, or
/// of the base image, always needs one. Otherwise the grade is how far the bytes can be relied on:
/// the weaker of what the image shows of the change alone, and of what its draft shows. A possible
/// size has the weakest grade of all changes that it contains.
pub fn grade(certainty: &Certainty, needs_a_look: bool) -> &'static str {
    if needs_a_look { NEEDS_A_LOOK } else { certainty.grade() }
}

/// The end of the way to a size on another base image, where the layers on it stay as they are.
const ALL_ELSE: &str = "   # in place of the base image; all else as before";

/// The reliability of a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Certainty {
    /// Exact to the byte: the same files, without some of them.
    Exact,
    /// A lower bound: a part of the image is not known.
    AtLeast,
    /// An upper bound: the changes may save more.
    AtMost,
    /// Exact for the files that are listed, but the program may need more: the image is at least
    /// this big.
    WithoutAllNeeded,
    /// An estimate, with its basis.
    Estimate(Sentence),
}

/// The layers of a rung.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holds {
    /// The layers of the image after some changes.
    Changed(Vec<Change>),
    /// The lowest layers of the image, and one layer with some of its files.
    Copied {
        /// The number of lowest layers.
        below: usize,
        /// The files.
        inodes: Vec<VersionId>,
    },
    /// Files that are not in the image: another base image, or another program.
    Others,
}

/// A change with the size that it leads to.
#[derive(Debug, Clone)]
pub struct PossibleSize {
    /// The change.
    pub step: Step,
    /// The size of the image in bytes.
    pub size: u64,
    /// The layers.
    pub holds: Holds,
    /// The download size.
    pub download: Download,
    /// The reliability of `size`.
    pub certainty: Certainty,
    /// True if a person has to decide whether to make a part of the change.
    pub needs_a_look: bool,
    /// The instructions for this change, in words and lines of a Dockerfile.
    pub how: String,
    /// Further remarks; they begin with why it needs a look.
    pub notes: Vec<Sentence>,
}

impl Certainty {
    /// Returns the word for it in reports.
    pub fn grade(&self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::AtLeast | Self::WithoutAllNeeded => "at least",
            Self::AtMost => "at most",
            Self::Estimate(_) => "estimate",
        }
    }

    /// Returns the weaker of two reliabilities.
    pub fn weaker<'a>(&'a self, other: &'a Self) -> &'a Self {
        let rank = |certainty: &Self| match certainty {
            Self::Exact => 0,
            Self::AtMost => 1,
            Self::WithoutAllNeeded => 2,
            Self::Estimate(_) => 3,
            Self::AtLeast => 4,
        };
        if rank(self) < rank(other) { other } else { self }
    }

    /// Explains the word in a sentence.
    pub fn sentence(&self, units: Units) -> String {
        match self {
            Self::Exact => "Exact: the same files, without those left out.".into(),
            Self::AtLeast => "At least: not all of the image could be read.".into(),
            Self::AtMost => "At most: other files can be left out with these.".into(),
            Self::WithoutAllNeeded => {
                "At least: the program may need other files, and these are added.".into()
            }
            Self::Estimate(from) => format!("Estimate: {}.", from.shown(units)),
        }
    }

    /// Returns the sign before a size.
    pub fn sign(&self) -> &'static str {
        match self {
            Self::Exact => "",
            Self::AtLeast | Self::WithoutAllNeeded => "≥",
            Self::AtMost => "≤",
            Self::Estimate(_) => "~",
        }
    }
}

impl PossibleSize {
    /// Returns the word for how far the size can be relied on.
    pub fn grade(&self) -> &'static str {
        grade(&self.certainty, self.needs_a_look)
    }

    /// Returns the slim variant of the base image, if that alone is another one, and all layers on it
    /// stay.
    pub fn slim_base(&self) -> Option<&'static SmallBase> {
        match self.step {
            Step::SmallBase(base) if self.how.ends_with(ALL_ELSE) => Some(base),
            _ => None,
        }
    }

    /// Returns the size of `first` divided by this size; `None` if nothing is left, or if not all
    /// of the image is known.
    pub fn ratio(&self, first: &Self) -> Option<f64> {
        (self.size > 0 && first.certainty == Certainty::Exact).then(|| ratio(first.size, self.size))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_steps_are_shown_only_if_they_lead_to_the_smallest_size() {
        let ladder = |sizes: &[(Step, u64)]| -> Vec<PossibleSize> {
            let possible_size = |(step, size): &(Step, u64)| PossibleSize {
                step: step.clone(),
                size: *size,
                holds: Holds::Others,
                download: Download::Unknown,
                certainty: Certainty::Exact,
                needs_a_look: false,
                how: String::new(),
                notes: Vec::new(),
            };
            sizes.iter().map(possible_size).collect()
        };
        use Step::{
            AsBuilt, MultiStage, Packed, Scratch, Stripped, WithoutLeftovers, WithoutWasted,
        };
        let small = [(AsBuilt, 885), (WithoutWasted, 884), (WithoutLeftovers, 883)];
        assert_eq!(noticeable(&ladder(&small)), [0, 1, 2]);
        assert_eq!(smallest_kept(&ladder(&small)), Some(2));
        let large = [(AsBuilt, 885), (WithoutWasted, 884), (MultiStage, 500)];
        assert_eq!(noticeable(&ladder(&large)), [0, 2]);
        let stripped = [(AsBuilt, 885), (Scratch, 884), (Stripped, 600), (Packed, 599)];
        assert_eq!(noticeable(&ladder(&stripped)), [0, 1, 2]);
        assert_eq!(noticeable(&ladder(&[(AsBuilt, 885), (Stripped, 884)])), [0]);
        assert_eq!(noticeable(&[]), Vec::<usize>::new());
    }
}
