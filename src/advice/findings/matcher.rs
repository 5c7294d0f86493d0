//! Matches many globs against all paths of a tree in one pass, with an NFA that is determinised
//! lazily.
//!
//! The globs form one automaton over the components of paths. The state of a path follows from its
//! directory's state and its own name, so the nodes of the tree are visited once, in the order of
//! their creation. States are sets of positions in globs, made when they first occur and then
//! cached.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use foldhash::fast::RandomState;

use super::glob::{Glob, Name, Part, Specificity};
use super::proof::Proof;
use crate::tree::{NodeId, Tree};

type Map<K, V> = HashMap<K, V, RandomState>;

/// The effect of a glob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Target {
    /// The number of the rule.
    of: u16,
    /// True if a match excludes the path from the rule.
    excludes: bool,
    specificity: Specificity,
}

/// A position in a glob: before one of its parts, or at its end.
#[derive(Debug, Clone, Copy)]
enum Step {
    Name(u32),
    Pattern(u32),
    /// Any number of components.
    Deep,
    /// Everything below here.
    Below,
    /// The path is matched.
    End {
        below: bool,
    },
}

/// Globs of numbered rules, compiled for matching.
#[derive(Debug, Default)]
pub struct Matcher {
    steps: Vec<Step>,
    /// The glob of each step.
    glob_of: Vec<u32>,
    globs: Vec<Target>,
    starts: Vec<u32>,
    names: Map<Box<[u8]>, u32>,
    patterns: Vec<(Box<str>, Name)>,
    /// Patterns by their last byte or, failing that, by their first byte.
    by_end: Buckets,
    by_start: Buckets,
    /// Patterns whose first and last bytes are not fixed.
    open: Vec<u32>,
}

/// Patterns indexed by a byte.
#[derive(Debug, Default)]
struct Buckets(Vec<Vec<u32>>);

impl Buckets {
    fn add(&mut self, byte: u8, pattern: u32) {
        self.0.resize(256, Vec::new());
        let patterns = &mut self.0[usize::from(byte)];
        if patterns.last() != Some(&pattern) {
            patterns.push(pattern);
        }
    }

    fn at(&self, byte: Option<&u8>) -> &[u32] {
        byte.and_then(|&byte| self.0.get(usize::from(byte))).map_or(&[], Vec::as_slice)
    }
}

impl Matcher {
    /// Adds a glob for a rule. The glob has been parsed, so its patterns are valid.
    pub fn add(&mut self, glob: &Glob, of: u16, excludes: bool) {
        let number = u32::try_from(self.globs.len()).expect("globs are limited");
        self.globs.push(Target { of, excludes, specificity: glob.specificity() });
        self.starts.push(u32::try_from(self.steps.len()).expect("globs are limited"));
        for (i, part) in glob.parts.iter().enumerate() {
            let step = match part {
                Part::Deep if i + 1 == glob.parts.len() => Step::Below,
                Part::Deep => Step::Deep,
                Part::Name(name) => {
                    let next = u32::try_from(self.names.len()).expect("globs are limited");
                    Step::Name(*self.names.entry(name.clone()).or_insert(next))
                }
                Part::Pattern(pattern) => Step::Pattern(self.pattern(pattern)),
            };
            self.steps.push(step);
        }
        self.steps.push(Step::End { below: glob.takes_all_below() });
        self.glob_of.resize(self.steps.len(), number);
    }

    fn pattern(&mut self, pattern: &str) -> u32 {
        if let Some(known) = self.patterns.iter().position(|(text, _)| **text == *pattern) {
            return u32::try_from(known).expect("globs are limited");
        }
        let number = u32::try_from(self.patterns.len()).expect("globs are limited");
        let name = Name::parse(pattern).expect("the glob has been parsed");
        self.sort_in(&name, number);
        self.patterns.push((pattern.into(), name));
        number
    }

    fn sort_in(&mut self, name: &Name, number: u32) {
        match name {
            Name::OneOf(names) => names.iter().for_each(|name| self.sort_in(name, number)),
            Name::Stars { behind: end, .. } if !end.is_empty() => {
                self.by_end.add(end[end.len() - 1], number);
            }
            Name::Stars { before: start, .. } if !start.is_empty() => {
                self.by_start.add(start[0], number);
            }
            Name::Stars { .. } | Name::General(_) if self.open.last() == Some(&number) => {}
            Name::Stars { .. } | Name::General(_) => self.open.push(number),
        }
    }

    /// Returns the number of the matching rule for each path, indexed like [`NodeId`]: the most
    /// specific one or, among equals, the first.
    pub fn take(&self, tree: &Tree, proofs: &[Proof]) -> Vec<Option<u16>> {
        Pass {
            matcher: self,
            symbols: Map::default(),
            states: Vec::new(),
            known: Map::default(),
            next: Map::default(),
        }
        .run(tree, proofs)
    }

    fn pattern_at(&self, at: u32) -> Option<u32> {
        match self.steps[at as usize] {
            Step::Pattern(pattern) => Some(pattern),
            Step::Name(_) | Step::Deep | Step::Below | Step::End { .. } => None,
        }
    }

    /// Reduces a name to the facts that matter: its number among the fixed names, and the numbers
    /// of the requested patterns that it matches.
    fn symbol(&self, name: &[u8], asked: &[u32], out: &mut Vec<u32>) {
        out.clear();
        out.push(self.names.get(name).copied().unwrap_or(u32::MAX));
        for patterns in [self.by_end.at(name.last()), self.by_start.at(name.first()), &self.open] {
            let fits = |&pattern: &u32| {
                asked.binary_search(&pattern).is_ok()
                    && self.patterns[pattern as usize].1.fits(name)
            };
            out.extend(patterns.iter().copied().filter(fits));
        }
    }
}

/// A set of positions in globs.
#[derive(Debug)]
struct State {
    steps: Box<[u32]>,
    /// The patterns that these positions need, in order.
    patterns: Box<[u32]>,
    /// The rule that matches a path in this state.
    taken_by: Option<u16>,
    /// Positions at a directory that a glob matches entirely, where a proof is checked.
    asking: Box<[u32]>,
}

struct Pass<'a> {
    matcher: &'a Matcher,
    /// Numbers of the facts about names, as the alphabet of the automaton.
    symbols: Map<Box<[u32]>, u32>,
    states: Vec<State>,
    known: Map<Box<[u32]>, u32>,
    next: Map<(u32, u32), u32>,
}

impl Pass<'_> {
    fn run(mut self, tree: &Tree, proofs: &[Proof]) -> Vec<Option<u16>> {
        let holds: Vec<bool> = proofs.iter().map(|proof| proof.holds_anywhere(tree)).collect();
        let applies = |glob: u32| {
            holds.get(usize::from(self.matcher.globs[glob as usize].of)).is_none_or(|&h| h)
        };
        let starts = (0_u32..)
            .zip(&self.matcher.starts)
            .filter(|(glob, _)| applies(*glob))
            .map(|(_, &start)| start);
        let starts: Vec<_> = starts.collect();
        let nothing = self.state(Vec::new(), proofs);
        let root = self.state(starts, proofs);
        let mut state_of = vec![nothing; tree.node_count()];
        let mut taken = vec![None; tree.node_count()];
        state_of[NodeId::ROOT.index()] = self.proved(root, NodeId::ROOT, tree, proofs);
        let mut symbol = Vec::new();
        // A directory precedes its contents.
        for node in tree.nodes() {
            let above = state_of[tree.parent(node).index()];
            if above == nothing {
                continue;
            }
            self.matcher.symbol(
                tree.name(node),
                &self.states[above as usize].patterns,
                &mut symbol,
            );
            let mut state = self.step(above, &symbol, proofs);
            if !self.states[state as usize].asking.is_empty() {
                state = self.proved(state, node, tree, proofs);
            }
            state_of[node.index()] = state;
            taken[node.index()] = self.states[state as usize].taken_by;
        }
        taken
    }

    fn step(&mut self, from: u32, symbol: &[u32], proofs: &[Proof]) -> u32 {
        let number = match self.symbols.get(symbol) {
            // No glob needs this name.
            _ if symbol == [u32::MAX] => 0,
            Some(&number) => number,
            None => {
                let number = u32::try_from(self.symbols.len() + 1).expect("no more than paths");
                self.symbols.insert(symbol.into(), number);
                number
            }
        };
        if let Some(&to) = self.next.get(&(from, number)) {
            return to;
        }
        let mut steps = Vec::new();
        for &at in &*self.states[from as usize].steps {
            match self.matcher.steps[at as usize] {
                Step::Name(name) if symbol[0] == name => steps.push(at + 1),
                Step::Pattern(pattern) if symbol[1..].contains(&pattern) => steps.push(at + 1),
                Step::Below => steps.push(at + 1),
                Step::Deep | Step::End { below: true } => steps.push(at),
                Step::Name(_) | Step::Pattern(_) | Step::End { below: false } => {}
            }
        }
        let to = self.state(steps, proofs);
        self.next.insert((from, number), to);
        to
    }

    /// Removes the globs whose proof is missing at a directory that they would match entirely.
    fn proved(&mut self, state: u32, node: NodeId, tree: &Tree, proofs: &[Proof]) -> u32 {
        let asking = &self.states[state as usize].asking;
        let fails = |at: &u32| {
            let rule = self.matcher.globs[self.matcher.glob_of[*at as usize] as usize].of;
            proofs.get(usize::from(rule)).is_some_and(|proof| !proof.holds_at(tree, node))
        };
        let failed: Vec<u32> = asking.iter().copied().filter(fails).collect();
        if failed.is_empty() {
            return state;
        }
        let steps = self.states[state as usize]
            .steps
            .iter()
            .copied()
            .filter(|at| !failed.contains(at))
            .collect();
        self.state(steps, proofs)
    }

    /// Returns the state for a set of positions, closed over `**` that match no component.
    fn state(&mut self, mut steps: Vec<u32>, proofs: &[Proof]) -> u32 {
        let mut i = 0;
        while i < steps.len() {
            if matches!(self.matcher.steps[steps[i] as usize], Step::Deep) {
                steps.push(steps[i] + 1);
            }
            i += 1;
        }
        steps.sort_unstable();
        steps.dedup();
        match self.known.entry(steps.into_boxed_slice()) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(new) => {
                let number = u32::try_from(self.states.len()).expect("no more than paths");
                let steps = new.key().clone();
                new.insert(number);
                let asking = steps.iter().copied().filter(|&at| {
                    let rule = self.matcher.globs[self.matcher.glob_of[at as usize] as usize].of;
                    let asks = proofs.get(usize::from(rule)).is_some_and(Proof::asks_beside);
                    asks && matches!(self.matcher.steps[at as usize], Step::Below)
                });
                let asking = asking.collect();
                let mut patterns: Vec<_> =
                    steps.iter().filter_map(|&at| self.matcher.pattern_at(at)).collect();
                patterns.sort_unstable();
                patterns.dedup();
                let taken_by = taken_by(self.matcher, &steps);
                self.states.push(State { steps, patterns: patterns.into(), taken_by, asking });
                number
            }
        }
    }
}

fn taken_by(matcher: &Matcher, steps: &[u32]) -> Option<u16> {
    let ends = steps.iter().filter(|&&at| matches!(matcher.steps[at as usize], Step::End { .. }));
    let ends: Vec<Target> =
        ends.map(|&at| matcher.globs[matcher.glob_of[at as usize] as usize]).collect();
    let excluded = |of: u16| ends.iter().any(|target| target.excludes && target.of == of);
    let takes = ends.iter().filter(|target| !target.excludes && !excluded(target.of));
    takes
        .max_by_key(|target| (target.specificity, std::cmp::Reverse(target.of)))
        .map(|target| target.of)
}
