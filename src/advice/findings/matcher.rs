//! Matches many globs against all paths of a tree in one pass.

use super::proof::Proof;
use crate::glob::{Automaton, Matcher, StateId};
use crate::tree::{NodeId, Tree};

/// Returns the number of the matching rule for each path, indexed like [`NodeId`]: the most specific
/// one or, among equals, the first. The proofs are those of the rules, by number.
pub(crate) fn take(matcher: &Matcher, tree: &Tree, proofs: &[Proof]) -> Vec<Option<u16>> {
    let holds: Vec<bool> = proofs.iter().map(|proof| proof.holds_anywhere(tree)).collect();
    let applies = |rule: u16| holds.get(usize::from(rule)).is_none_or(|&holds| holds);
    let conditional = proofs.iter().map(Proof::asks_beside).collect();
    let mut automaton = Automaton::with(matcher, applies, conditional);
    // Globs whose proof is missing at a directory that they would match entirely do not count.
    let fails = |rule: u16, node: NodeId| {
        proofs.get(usize::from(rule)).is_some_and(|proof| !proof.holds_at(tree, node))
    };
    let mut state_of = vec![StateId::NOTHING; tree.node_count()];
    let mut taken = vec![None; tree.node_count()];
    let root = automaton.root();
    state_of[NodeId::ROOT.index()] = automaton.without(root, |rule| fails(rule, NodeId::ROOT));
    // A directory precedes its contents.
    for node in tree.nodes() {
        let above = state_of[tree.parent(node).index()];
        if above == StateId::NOTHING {
            continue;
        }
        let state = automaton.step(above, tree.name(node));
        let state = automaton.without(state, |rule| fails(rule, node));
        state_of[node.index()] = state;
        taken[node.index()] = automaton.taken_by(state);
    }
    taken
}
