//! Findings: avoidable bytes, with the reason, the instruction and the fix.
//!
//! Every inode belongs to at most one finding, so the bytes of all findings and the rest add up to
//! the totals. The rule with the most specific glob is assigned to a path: the one with more
//! leading names, then the one with more literal bytes, then the first one; a user's rules precede
//! the built-in ones. Deleted, hidden and replaced files are assigned to rules, too. Overwritten
//! ones only to rules for junk and for wasted bytes, because writing a header again does not make
//! it a finding about headers. Files without a rule, or with fewer bytes than the rule's minimum,
//! go to the first signature that fits the two instructions. Contents that were rewritten unchanged
//! always belong to a signature.

mod assign;
mod beside;
mod everywhere;
mod fix;
mod in_use;
mod matcher;
mod places;
mod proof;
mod rules;
mod varying;

use std::sync::Arc;

use crate::advice::SuggestedChange;
use crate::advice::change::STAGE;
use crate::advice::merges::Merges;
use crate::analysis::{Inspection, wasted_groups};
use crate::display::Escaped;
use crate::files::contents::Contents;
use crate::files::packages::Packages;
use crate::layer_index::LayerIndex;
use crate::tree::{NodeId, Reason, VersionId};

pub use everywhere::Edit;
pub(in crate::advice) use everywhere::everywhere;
pub use rules::{Level, Purpose, Rule, Rules, RulesError, Signature, When};

pub(crate) use assign::{Matches, has_any, taken};
pub(in crate::advice) use fix::{
    cause, for_base, is_left_to_a_person, is_of_any_number, layers_named,
};
pub(crate) use matcher::take;
pub(crate) use varying::Varying;

/// The most findings; no real image has more.
const FINDINGS: usize = 1_000;
/// The most examples and packages of a finding, the largest first.
const EXAMPLES: usize = 5;

/// The side that bytes belong to: the base image or your layers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// Your layers: the instructions after the base image.
    Own,
    /// The base image.
    Base,
}

impl Whose {
    /// Returns the word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Base => "base",
        }
    }
}

/// The fate of bytes: visible or wasted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// The files are visible in the final filesystem.
    Left,
    /// The files were removed by a later layer, and are still in the image.
    Gone {
        /// The layer that removed them.
        removed_in: LayerIndex,
    },
}

/// A path with the size of everything at and below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The path.
    pub node: NodeId,
    /// The size in bytes.
    pub bytes: u64,
}

/// Avoidable bytes with one reason.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Finding {
    /// The id of the rule or of the signature.
    pub rule: String,
    /// A short description of the files.
    pub title: String,
    /// The confidence that they are not needed.
    pub level: Level,
    /// The side that they belong to.
    pub whose: Whose,
    /// The layer that added them.
    pub added_in: LayerIndex,
    /// The fate: visible or wasted.
    pub fate: Fate,
    /// The most frequent cause of removal.
    pub reason: Option<Reason>,
    /// The size in bytes.
    pub bytes: u64,
    /// The number of inodes.
    pub files: usize,
    /// The inodes, in no particular order.
    pub inodes: Vec<VersionId>,
    /// Up to three directories that contain them, the largest first.
    pub places: Vec<Spot>,
    /// The directory that contains most of them: one of the places, or one below where there are
    /// many.
    pub biggest_place: Option<Spot>,
    /// The largest files.
    pub examples: Vec<Spot>,
    /// The packages that most of them belong to, escaped for display, with sizes in bytes.
    pub packages: Vec<(Escaped, u64)>,
    /// The reason why they are not needed, in a sentence or two.
    pub why: String,
    /// The reason why nothing needs them, as a clause.
    pub need: String,
    /// The way to avoid them.
    pub fix: SuggestedChange,
    /// Links to documentation.
    pub sources: Vec<String>,
}

impl Finding {
    /// Returns the layer that removed the files.
    pub fn removed_in(&self) -> Option<LayerIndex> {
        match self.fate {
            Fate::Left => None,
            Fate::Gone { removed_in } => Some(removed_in),
        }
    }

    /// Returns whether files in your layers are left that somebody may want.
    pub fn is_optional(&self) -> bool {
        let may_be_wanted = matches!(self.level, Level::Build | Level::Documentation);
        // A separate stage leaves out what only builds need with the compilers: it is one change.
        self.whose == Whose::Own
            && self.fate == Fate::Left
            && may_be_wanted
            && self.fix.clause() != STAGE
    }
}

/// Finds avoidable bytes, the largest findings first. The lowest `base` layers are the base image.
///
/// If the contents of files are available, packages are named.
pub fn find(
    inspection: &Inspection,
    rules: &Rules,
    base: usize,
    contents: Option<&dyn Contents>,
) -> Vec<Finding> {
    let packages = contents
        .map(|contents| Packages::read(&inspection.tree, contents, &Arc::default()))
        .unwrap_or_default();
    let merges = Merges::find(inspection, &wasted_groups(inspection), base);
    findings_of(inspection, rules, &Matches::find(inspection, rules), &merges, base, &packages)
}

/// Returns the findings for paths that have been matched and package databases that have been read.
pub(crate) fn findings_of(
    inspection: &Inspection,
    rules: &Rules,
    matches: &Matches,
    merges: &Merges,
    base: usize,
    packages: &Packages,
) -> Vec<Finding> {
    let mut groups = assign::groups(inspection, rules, matches);
    groups.sort_by_key(|group| std::cmp::Reverse(group.bytes));
    groups.truncate(FINDINGS);
    let finding = |group: &assign::Group| Finding {
        packages: owners(inspection, group, packages),
        ..finding(inspection, rules, matches, merges, group, base)
    };
    let mut findings: Vec<_> = groups.iter().map(finding).collect();
    findings.sort_by(|a, b| {
        let order =
            |finding: &Finding| (std::cmp::Reverse(finding.bytes), finding.added_in, finding.fate);
        order(a).cmp(&order(b)).then_with(|| a.rule.cmp(&b.rule))
    });
    findings
}

fn finding(
    inspection: &Inspection,
    rules: &Rules,
    matches: &Matches,
    merges: &Merges,
    group: &assign::Group,
    base: usize,
) -> Finding {
    let whose = if group.added_in < base { Whose::Base } else { Whose::Own };
    let tree = &inspection.tree;
    let spots: Vec<Spot> = group
        .inodes
        .iter()
        .map(|inode| Spot { node: inode.node, bytes: tree.size(inode.version) })
        .collect();
    let largest = |spot: &Spot| (std::cmp::Reverse(spot.bytes), spot.node);
    let mut examples = spots.clone();
    if examples.len() > EXAMPLES {
        examples.select_nth_unstable_by_key(EXAMPLES, largest);
        examples.truncate(EXAMPLES);
    }
    examples.sort_by_key(largest);
    let (rule, title, level, sources) = match group.subject {
        assign::Subject::Rule(number) => {
            let rule = &rules.list[usize::from(number)];
            (&rule.id, &rule.title, rule.level, &rule.sources)
        }
        assign::Subject::Signature(number) => {
            let signature = &rules.signatures[usize::from(number)];
            (&signature.id, &signature.title, Level::Leftovers, &signature.sources)
        }
    };
    let (places, biggest_place) = places::find(inspection, matches, group.subject, &spots);
    Finding {
        rule: rule.clone(),
        title: title.clone(),
        level,
        whose,
        added_in: group.added_in,
        fate: group.fate,
        reason: group.reason(inspection),
        bytes: group.bytes,
        files: group.inodes.len(),
        inodes: group.inodes.iter().map(|inode| inode.version).collect(),
        places,
        biggest_place,
        examples,
        packages: Vec::new(),
        why: fix::why(inspection, rules, group, whose),
        need: fix::need(rules, group).to_owned(),
        fix: fix::find(inspection, rules, merges, group, whose, base),
        sources: sources.clone(),
    }
}

fn owners(
    inspection: &Inspection,
    group: &assign::Group,
    packages: &Packages,
) -> Vec<(Escaped, u64)> {
    let mut owners = packages
        .owners(&inspection.tree, group.inodes.iter().map(|inode| (inode.version, inode.node)));
    owners.truncate(EXAMPLES);
    owners
}
