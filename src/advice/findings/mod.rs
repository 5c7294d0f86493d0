//! Findings: bytes that need not ship, with the reason, the instruction and the fix.
//!
//! Every inode belongs to one finding at most, so the bytes of all findings and
//! of the rest are the totals. The rule with the most specific glob takes a
//! path: the one that begins with more names, then the one that spells out more
//! bytes, then the one that comes first, a user's own before the built-in ones.
//! What died is taken by a rule too, if it was deleted (or hidden, or
//! replaced); what was overwritten only by rules for junk and for dead bytes,
//! since writing a header again does not make it a finding about headers. What
//! no rule takes, or fewer bytes than its rule speaks of, goes to the first
//! signature that fits the two instructions. Contents that came again unchanged
//! are always a signature's.

mod assign;
mod fix;
mod glob;
mod matcher;
mod places;
mod proof;
mod rules;

use std::sync::Arc;

use crate::analysis::Inspection;
use crate::files::contents::Contents;
use crate::files::packages::Packages;
use crate::tree::{Cause, NodeId, VersionId};

pub use fix::Fix;
pub use rules::{Level, Purpose, Rule, Rules, RulesError, Signature, When};

pub(crate) use assign::{Matches, has_any};

/// The most findings; an image with more is one that nobody built.
const FINDINGS: usize = 1_000;
/// Examples and packages that a finding has, the biggest first.
const EXAMPLES: usize = 5;

/// Whose doing bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Whose {
    /// That of the instructions after the base image.
    Own,
    /// That of the base image.
    Base,
}

impl Whose {
    /// The word that reports use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Base => "base",
        }
    }
}

/// Whether bytes are still reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fate {
    /// They are there at last.
    Left,
    /// They still ship although this layer took them away.
    Gone {
        /// The layer.
        died_in: usize,
    },
}

/// A path with bytes at it or below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// The path.
    pub node: NodeId,
    /// How many bytes.
    pub bytes: u64,
}

/// Bytes that need not ship.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The rule or the signature.
    pub rule: String,
    /// What the bytes are, in a few words.
    pub title: String,
    /// How sure it is that they need not ship.
    pub level: Level,
    /// Whose doing they are.
    pub whose: Whose,
    /// The layer that ships them.
    pub born_in: usize,
    /// Whether they are still reached.
    pub fate: Fate,
    /// How most of them died.
    pub cause: Option<Cause>,
    /// How many bytes.
    pub bytes: u64,
    /// How many inodes.
    pub files: usize,
    /// Which ones, in no order.
    pub inodes: Vec<VersionId>,
    /// Up to three directories that hold them, the biggest first.
    pub places: Vec<Spot>,
    /// The biggest files.
    pub examples: Vec<Spot>,
    /// The packages that most of them belong to, escaped for display, with their bytes.
    pub packages: Vec<(String, u64)>,
    /// Why they need not ship, in a sentence or two.
    pub why: String,
    /// How to keep them out.
    pub fix: Fix,
    /// Where this is documented.
    pub sources: Vec<String>,
}

impl Finding {
    /// The layer that took the bytes away.
    pub fn died_in(&self) -> Option<usize> {
        match self.fate {
            Fate::Left => None,
            Fate::Gone { died_in } => Some(died_in),
        }
    }
}

/// Finds what need not ship, the biggest first; the lowest `base` layers are the base image's.
///
/// With the contents of files at hand, packages are named.
pub fn find(inspection: &Inspection, rules: &Rules, base: usize, contents: Option<&dyn Contents>) -> Vec<Finding> {
    let packages =
        contents.map(|contents| Packages::read(&inspection.tree, contents, &Arc::default())).unwrap_or_default();
    findings_of(inspection, rules, &Matches::of(inspection, rules), base, &packages)
}

/// The same, where paths have been matched and databases been read already.
pub(crate) fn findings_of(
    inspection: &Inspection,
    rules: &Rules,
    matches: &Matches,
    base: usize,
    packages: &Packages,
) -> Vec<Finding> {
    let mut groups = assign::groups(inspection, rules, matches);
    groups.sort_by_key(|group| std::cmp::Reverse(group.bytes));
    groups.truncate(FINDINGS);
    let finding = |group: &assign::Group| Finding {
        packages: owners(inspection, group, packages),
        ..finding(inspection, rules, matches, group, base)
    };
    let mut findings: Vec<_> = groups.iter().map(finding).collect();
    findings.sort_by(|a, b| {
        let order = |finding: &Finding| (std::cmp::Reverse(finding.bytes), finding.born_in, finding.fate);
        order(a).cmp(&order(b)).then_with(|| a.rule.cmp(&b.rule))
    });
    findings
}

fn finding(inspection: &Inspection, rules: &Rules, matches: &Matches, group: &assign::Group, base: usize) -> Finding {
    let whose = if group.born_in < base { Whose::Base } else { Whose::Own };
    let tree = &inspection.tree;
    let spots: Vec<Spot> =
        group.inodes.iter().map(|inode| Spot { node: inode.node, bytes: tree.size(inode.version) }).collect();
    let mut examples = spots.clone();
    examples.sort_by_key(|spot| (std::cmp::Reverse(spot.bytes), spot.node));
    examples.truncate(EXAMPLES);
    let (rule, title, level, sources) = match group.subject {
        assign::Subject::Rule(number) => {
            let rule = &rules.list[usize::from(number)];
            (&rule.id, &rule.title, rule.level, &rule.sources)
        }
        assign::Subject::Signature(number) => {
            let signature = &rules.signatures[usize::from(number)];
            (&signature.id, &signature.title, Level::Junk, &signature.sources)
        }
    };
    Finding {
        rule: rule.clone(),
        title: title.clone(),
        level,
        whose,
        born_in: group.born_in,
        fate: group.fate,
        cause: group.cause(inspection),
        bytes: group.bytes,
        files: group.inodes.len(),
        inodes: group.inodes.iter().map(|inode| inode.version).collect(),
        places: places::of(inspection, matches, group.subject, &spots),
        examples,
        packages: Vec::new(),
        why: fix::why(inspection, rules, group, whose),
        fix: fix::of(inspection, rules, group, whose, base),
        sources: sources.clone(),
    }
}

fn owners(inspection: &Inspection, group: &assign::Group, packages: &Packages) -> Vec<(String, u64)> {
    let mut owners = packages.owners(&inspection.tree, group.inodes.iter().map(|inode| (inode.version, inode.node)));
    owners.truncate(EXAMPLES);
    owners
}
