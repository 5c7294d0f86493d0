//! Gives every inode to one rule or one signature, or to none.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;

use super::Fate;
use super::rules::{Level, Rule, Rules, Signature, When};
use crate::analysis::Inspection;
use crate::tree::{Cause, Death, NodeId, Tree, VersionId};

/// What takes bytes: the number of a rule or of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Rule(u16),
    Signature(u16),
}

/// An inode with the name that it is known by.
#[derive(Debug, Clone, Copy)]
pub struct Inode {
    pub version: VersionId,
    pub node: NodeId,
}

/// Inodes with one subject, one layer that ships them and one fate.
#[derive(Debug)]
pub struct Group {
    pub subject: Subject,
    pub born_in: usize,
    pub fate: Fate,
    pub bytes: u64,
    pub inodes: Vec<Inode>,
}

impl Group {
    /// How most of the bytes died.
    pub fn cause(&self, inspection: &Inspection) -> Option<Cause> {
        let mut sums: BTreeMap<Cause, u64> = BTreeMap::new();
        for inode in &self.inodes {
            if let Some(death) = inspection.tree.death(inode.version) {
                *sums.entry(death.cause).or_default() += inspection.tree.size(inode.version);
            }
        }
        sums.into_iter().max_by_key(|&(cause, bytes)| (bytes, std::cmp::Reverse(cause))).map(|(cause, _)| cause)
    }
}

/// Which rule takes each path, and what each path is for; indexed like [`NodeId`].
#[derive(Debug)]
pub(crate) struct Matches {
    pub rule: Vec<Option<u16>>,
    pub place: Vec<Option<u16>>,
    /// Names that are there, of inodes whose first name is not.
    names: HashMap<VersionId, NodeId, RandomState>,
}

impl Matches {
    /// Matches all paths.
    pub fn of(inspection: &Inspection, rules: &Rules) -> Self {
        let tree = &inspection.tree;
        Self {
            rule: rules.matcher.take(tree, &rules.proofs),
            place: rules.place_matcher.take(tree, &[]),
            names: other_names(tree),
        }
    }

    /// The name that an inode is known by: its first one, or one that is there if that is gone.
    pub fn name_of(&self, tree: &Tree, inode: VersionId) -> NodeId {
        self.names.get(&inode).copied().unwrap_or_else(|| tree.node_of(inode))
    }
}

/// A file whose first name is gone may still be reached by another one.
fn other_names(tree: &Tree) -> HashMap<VersionId, NodeId, RandomState> {
    let lost = tree.inodes_with_deaths().filter(|(inode, death)| death.is_none() && tree.died(*inode).is_some());
    let lost: Vec<VersionId> = lost.map(|(inode, _)| inode).collect();
    let mut names = HashMap::default();
    if lost.is_empty() {
        return names;
    }
    for node in tree.nodes() {
        if let Some(version) = tree.last(node)
            && tree.is_linked(version)
            && lost.binary_search(&tree.inode(version)).is_ok()
        {
            names.entry(tree.inode(version)).or_insert(node);
        }
    }
    names
}

/// Groups the inodes that a rule or a signature takes, in a fixed order.
pub fn groups(inspection: &Inspection, rules: &Rules, matches: &Matches) -> Vec<Group> {
    let tree = &inspection.tree;
    let mut taken: BTreeMap<(Subject, usize, Fate), (u64, Vec<Inode>)> = BTreeMap::new();
    let mut pairs: BTreeMap<(usize, usize), Vec<Inode>> = BTreeMap::new();
    for (version, death) in tree.inodes_with_deaths().filter(|&(version, _)| tree.size(version) > 0) {
        let inode = Inode { version, node: matches.name_of(tree, version) };
        let rule = matches.rule[inode.node.index()].filter(|&number| {
            let rule = &rules.list[usize::from(number)];
            speaks_of(rule, death) && is_for(rule, inspection)
        });
        let born = tree.born(version);
        let fate = death.map_or(Fate::Left, |death| Fate::Gone { died_in: usize::from(death.layer) });
        match (rule, fate) {
            (Some(rule), _) => {
                let group = taken.entry((Subject::Rule(rule), born, fate)).or_default();
                group.0 += tree.size(version);
                group.1.push(inode);
            }
            (None, Fate::Gone { died_in }) => pairs.entry((born, died_in)).or_default().push(inode),
            (None, Fate::Left) => {}
        }
    }
    let mut groups = Vec::new();
    for ((subject, born_in, fate), (bytes, inodes)) in taken {
        let Subject::Rule(number) = subject else { continue };
        if bytes >= rules.list[usize::from(number)].minimum {
            groups.push(Group { subject, born_in, fate, bytes, inodes });
        } else if let Fate::Gone { died_in } = fate {
            pairs.entry((born_in, died_in)).or_default().extend(inodes);
        }
    }
    let mut words = Words { inspection, rules, known: BTreeMap::new() };
    for ((born_in, died_in), inodes) in pairs {
        groups.extend(signed(tree, rules, &mut words, born_in, died_in, inodes));
    }
    groups
}

/// Which signatures' words an instruction has, found once for each layer.
struct Words<'a> {
    inspection: &'a Inspection,
    rules: &'a Rules,
    known: BTreeMap<usize, Vec<(bool, bool)>>,
}

impl Words<'_> {
    /// For each signature, whether the layer's instruction may have made its bytes, and whether it may have removed them.
    fn of(&mut self, layer: usize) -> Vec<(bool, bool)> {
        let words = self.known.entry(layer).or_insert_with(|| {
            let text = self.inspection.layers[layer].instruction.one_line();
            let has =
                |signature: &Signature| (has_any(&text, &signature.made_by), has_any(&text, &signature.removed_by));
            self.rules.signatures.iter().map(has).collect()
        });
        words.clone()
    }
}

/// Whether a rule speaks of bytes with this fate.
fn speaks_of(rule: &Rule, death: Option<&Death>) -> bool {
    match (rule.when, death.map(|death| death.cause)) {
        (When::Live, Some(_)) | (When::Dead, None) | (_, Some(Cause::Recopied)) => false,
        (When::Both, Some(Cause::Overwritten)) => rule.level == Level::Junk,
        (When::Both | When::Live | When::Dead, _) => true,
    }
}

fn is_for(rule: &Rule, inspection: &Inspection) -> bool {
    let platform = inspection.platform.as_deref();
    match (&rule.platform, platform) {
        (Some(wanted), Some(platform)) => platform.starts_with(wanted.as_str()),
        (None, _) | (_, None) => true,
    }
}

/// The groups of a pair of layers, by the first signature that fits each way to die.
fn signed(
    tree: &Tree,
    rules: &Rules,
    words: &mut Words,
    born_in: usize,
    died_in: usize,
    inodes: Vec<Inode>,
) -> impl Iterator<Item = Group> {
    let (born, died) = (words.of(born_in), words.of(died_in));
    let mut by_signature: BTreeMap<u16, (u64, Vec<Inode>)> = BTreeMap::new();
    for inode in inodes {
        let Some(death) = tree.death(inode.version) else { continue };
        let fits = |&(number, signature): &(usize, &Signature)| {
            (signature.causes.is_empty() || signature.causes.contains(&death.cause))
                && signature.same_layer == (born_in == died_in)
                && born[number].0
                && died[number].1
        };
        if let Some((number, _)) = rules.signatures.iter().enumerate().find(fits) {
            let group = by_signature.entry(u16::try_from(number).expect("signatures are limited")).or_default();
            group.0 += tree.size(inode.version);
            group.1.push(inode);
        }
    }
    let enough = move |(number, (bytes, inodes)): (u16, (u64, Vec<Inode>))| {
        let subject = Subject::Signature(number);
        let group = Group { subject, born_in, fate: Fate::Gone { died_in }, bytes, inodes };
        (bytes >= rules.signatures[usize::from(number)].minimum).then_some(group)
    };
    by_signature.into_iter().filter_map(enough)
}

/// Whether a text has any of the words, or none are asked for.
pub fn has_any(text: &str, words: &[String]) -> bool {
    words.is_empty() || words.iter().any(|word| text.contains(word.as_str()))
}
