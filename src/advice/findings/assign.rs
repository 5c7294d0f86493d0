//! Assigns every inode to at most one rule or signature.

use crate::escape::Untrusted;
use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;

use super::Fate;
use super::matcher::take;
use super::rules::{Level, Rule, Rules, Signature, When};
use crate::analysis::Inspection;
use crate::layer_index::LayerIndex;
use crate::progress::join;
use crate::runtime::command::{named, named_by_check, named_by_environment};
use crate::tree::{NodeId, Reason, Removal, Tree, VersionId};

type Map<K, V> = HashMap<K, V, RandomState>;

/// The rule or signature that an inode is assigned to, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    Rule(u16),
    Signature(u16),
}

/// An inode with its display name.
#[derive(Debug, Clone, Copy)]
pub struct Inode {
    pub version: VersionId,
    pub node: NodeId,
    /// The cause of its removal; `None` if it is visible.
    pub reason: Option<Reason>,
}

/// Inodes with the same subject, layer and fate.
#[derive(Debug)]
pub struct Group {
    pub subject: Subject,
    pub added_in: LayerIndex,
    pub fate: Fate,
    pub bytes: u64,
    pub inodes: Vec<Inode>,
}

impl Group {
    /// Returns the most frequent cause of removal, by bytes.
    pub fn reason(&self, inspection: &Inspection) -> Option<Reason> {
        let mut sums: BTreeMap<Reason, u64> = BTreeMap::new();
        for inode in &self.inodes {
            if let Some(reason) = inode.reason {
                *sums.entry(reason).or_default() += inspection.tree.size(inode.version);
            }
        }
        sums.into_iter()
            .max_by_key(|&(reason, bytes)| (bytes, std::cmp::Reverse(reason)))
            .map(|(reason, _)| reason)
    }
}

/// The rule and the purpose of each path, indexed like [`NodeId`].
#[derive(Debug)]
pub(crate) struct Matches {
    pub rule: Vec<Option<u16>>,
    pub place: Vec<Option<u16>>,
    /// Visible names of inodes whose first name is not visible.
    names: Map<VersionId, NodeId>,
}

impl Matches {
    /// Matches all paths. Files that the image's command names, or that are used from elsewhere,
    /// belong to no rule.
    pub fn find(inspection: &Inspection, rules: &Rules) -> Self {
        let tree = &inspection.tree;
        let (rule, place) = join(
            || take(&rules.matcher, tree, &rules.proofs),
            || take(&rules.place_matcher, tree, &[]),
        );
        let mut matches = Self { rule, place, names: other_names(tree) };
        for named in [named(tree, &inspection.run), named_by_check(tree, &inspection.run)] {
            matches.keep_programs(tree, rules, &named.programs);
            matches.keep_files(tree, rules, &named.arguments);
        }
        matches.keep_set(tree, rules, &named_by_environment(tree, &inspection.run));
        matches.keep_run(tree, rules);
        matches.keep_unproved(tree, rules);
        matches.keep_linked(tree, rules);
        matches.keep_shared(tree);
        matches
    }

    /// Returns the display name of an inode: its first name or, if that was removed, a visible one.
    pub fn name_of(&self, tree: &Tree, inode: VersionId) -> NodeId {
        self.names.get(&inode).copied().unwrap_or_else(|| tree.node_of(inode))
    }
}

/// Finds visible names of files whose first name was removed.
fn other_names(tree: &Tree) -> Map<VersionId, NodeId> {
    let is_lost =
        |inode: &VersionId| tree.removed_in(*inode).is_some() && tree.removal(*inode).is_none();
    let mut lost: Vec<VersionId> = tree.linked_inodes().filter(is_lost).collect();
    lost.sort_unstable();
    let mut names = Map::default();
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

/// Groups the inodes that a rule or a signature applies to, in a fixed order.
pub fn groups(inspection: &Inspection, rules: &Rules, matches: &Matches) -> Vec<Group> {
    let tree = &inspection.tree;
    let mut taken: Map<(u16, LayerIndex, Fate), (u64, Vec<Inode>)> = Map::default();
    let mut pairs: Map<(LayerIndex, LayerIndex), Vec<Inode>> = Map::default();
    for (version, removal) in
        tree.inodes_with_removals().filter(|&(version, _)| tree.size(version) > 0)
    {
        let node = matches.name_of(tree, version);
        let inode = Inode { version, node, reason: removal.map(|removal| removal.reason) };
        let rule = rule_of(inspection, rules, matches, node, removal);
        let added_in = tree.added_in(version);
        let fate = removal.map_or(Fate::Left, |removal| Fate::Gone { removed_in: removal.layer });
        match (rule, fate) {
            (Some(rule), _) => {
                let group = taken.entry((rule, added_in, fate)).or_default();
                group.0 += tree.size(version);
                group.1.push(inode);
            }
            (None, Fate::Gone { removed_in }) => {
                pairs.entry((added_in, removed_in)).or_default().push(inode);
            }
            (None, Fate::Left) => {}
        }
    }
    let mut groups = Vec::new();
    for ((rule, added_in, fate), (bytes, inodes)) in in_order(taken) {
        if bytes >= rules.list[usize::from(rule)].minimum {
            groups.push(Group { subject: Subject::Rule(rule), added_in, fate, bytes, inodes });
        } else if let Fate::Gone { removed_in } = fate {
            pairs.entry((added_in, removed_in)).or_default().extend(inodes);
        }
    }
    let mut words = Words { inspection, rules, known: BTreeMap::new() };
    for ((added_in, removed_in), inodes) in in_order(pairs) {
        groups.extend(signed(tree, rules, &mut words, added_in, removed_in, inodes));
    }
    groups
}

/// Returns the rule that matches an inode by one of its names, if it covers such a death.
fn rule_of(
    inspection: &Inspection,
    rules: &Rules,
    matches: &Matches,
    node: NodeId,
    removal: Option<&Removal>,
) -> Option<u16> {
    matches.rule[node.index()].filter(|&number| {
        let rule = &rules.list[usize::from(number)];
        speaks_of(rule, removal) && is_for(rule, inspection)
    })
}

/// Returns the inodes that rules match, whatever their size, each with its rule and the layer that
/// added it.
pub fn taken(
    inspection: &Inspection,
    rules: &Rules,
    matches: &Matches,
) -> Vec<(u16, LayerIndex, Inode)> {
    let tree = &inspection.tree;
    let inodes = tree.inodes_with_removals().filter(|&(version, _)| tree.size(version) > 0);
    let taken = inodes.filter_map(|(version, removal)| {
        let node = matches.name_of(tree, version);
        let rule = matches.rule[node.index()]?;
        // A tool's flag or command keeps its files out, whatever happens to them later.
        if rules.list[usize::from(rule)].tools.is_empty() {
            rule_of(inspection, rules, matches, node, removal)?;
        }
        Some((
            rule,
            tree.added_in(version),
            Inode { version, node, reason: removal.map(|removal| removal.reason) },
        ))
    });
    taken.collect()
}

/// Returns the items of a map, ordered by key.
fn in_order<K: Ord, V>(map: Map<K, V>) -> impl Iterator<Item = (K, V)> {
    map.into_iter().collect::<BTreeMap<_, _>>().into_iter()
}

/// A cache of the signatures whose words occur in an instruction, by layer.
struct Words<'a> {
    inspection: &'a Inspection,
    rules: &'a Rules,
    known: BTreeMap<LayerIndex, Vec<(bool, bool)>>,
}

impl Words<'_> {
    /// Returns, for each signature, whether the layer's instruction may have made its bytes, and
    /// whether it may have removed them.
    fn of_layer(&mut self, layer: LayerIndex) -> Vec<(bool, bool)> {
        let words = self.known.entry(layer).or_insert_with(|| {
            let text = self.inspection.layers[layer].instruction.one_line();
            let has = |signature: &Signature| {
                (has_any(&text, &signature.made_by), has_any(&text, &signature.removed_by))
            };
            self.rules.signatures.iter().map(has).collect()
        });
        words.clone()
    }
}

/// Returns whether a rule covers bytes with this fate.
fn speaks_of(rule: &Rule, removal: Option<&Removal>) -> bool {
    match (rule.when, removal.map(|removal| removal.reason)) {
        (When::Visible, Some(_)) | (When::Wasted, None) | (_, Some(Reason::RewrittenUnchanged)) => {
            false
        }
        (When::Both, Some(Reason::Overwritten)) => rule.level == Level::Leftovers,
        (When::Both | When::Visible | When::Wasted, _) => true,
    }
}

fn is_for(rule: &Rule, inspection: &Inspection) -> bool {
    let platform = inspection.platform.as_ref().map(Untrusted::raw);
    match (&rule.platform, platform) {
        (Some(wanted), Some(platform)) => platform.starts_with(wanted.as_str()),
        (None, _) | (_, None) => true,
    }
}

/// Returns the groups of a pair of layers: for each cause, by the first signature that fits.
fn signed(
    tree: &Tree,
    rules: &Rules,
    words: &mut Words,
    added_in: LayerIndex,
    removed_in: LayerIndex,
    inodes: Vec<Inode>,
) -> impl Iterator<Item = Group> {
    let (adding, removing) = (words.of_layer(added_in), words.of_layer(removed_in));
    let fits_the_pair = |&(number, signature): &(usize, &Signature)| {
        signature.same_layer == (added_in == removed_in) && adding[number].0 && removing[number].1
    };
    let signatures: Vec<_> = rules.signatures.iter().enumerate().filter(fits_the_pair).collect();
    let mut by_signature: BTreeMap<u16, (u64, Vec<Inode>)> = BTreeMap::new();
    for inode in inodes {
        let Some(reason) = inode.reason else { continue };
        let fits = |(_, signature): &&(usize, &Signature)| {
            signature.reasons.is_empty() || signature.reasons.contains(&reason)
        };
        if let Some(&(number, _)) = signatures.iter().find(fits) {
            let group = by_signature
                .entry(u16::try_from(number).expect("signatures are limited"))
                .or_default();
            group.0 += tree.size(inode.version);
            group.1.push(inode);
        }
    }
    let enough = move |(number, (bytes, inodes)): (u16, (u64, Vec<Inode>))| {
        let subject = Subject::Signature(number);
        let group = Group { subject, added_in, fate: Fate::Gone { removed_in }, bytes, inodes };
        (bytes >= rules.signatures[usize::from(number)].minimum).then_some(group)
    };
    by_signature.into_iter().filter_map(enough)
}

/// Returns whether a text contains any of the words; true if there are none.
pub fn has_any(text: &str, words: &[String]) -> bool {
    words.is_empty() || words.iter().any(|word| text.contains(word.as_str()))
}
