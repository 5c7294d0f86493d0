//! Globs of numbered rules, as one nondeterministic automaton over the components of paths.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::pairs::Pairs;
use super::parse::{Glob, Name, Part, Specificity};

pub(super) type Map<K, V> = HashMap<K, V, RandomState>;

/// The number of a glob that excludes paths from all rules.
pub const EVERY: u16 = u16::MAX;

/// The effect of a glob.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    /// The number of the rule, or [`EVERY`].
    pub of: u16,
    /// True if a match excludes the path from the rule.
    pub excludes: bool,
    pub specificity: Specificity,
}

/// A position in a glob: before one of its parts, or at its end.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
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
    pub(super) steps: Vec<Step>,
    /// The glob of each step.
    glob_of: Vec<u32>,
    globs: Vec<Target>,
    starts: Vec<u32>,
    names: Map<Box<[u8]>, u32>,
    /// The lengths of the names with each first byte, as bits: most names of files are none of them.
    lengths: Lengths,
    patterns: Vec<(Box<str>, Name)>,
    /// Patterns by their last bytes or, failing that, by their first bytes.
    by_end: Buckets,
    by_start: Buckets,
    /// Patterns of which only something between is fixed, and the first two bytes of that.
    within: Vec<u32>,
    pairs_within: Pairs,
    /// Patterns of which nothing is fixed.
    open: Vec<u32>,
}

/// Lengths of names by their first byte; longer ones count as of 63 bytes.
#[derive(Debug)]
struct Lengths([u64; 256]);

impl Default for Lengths {
    fn default() -> Self {
        Self([0; 256])
    }
}

impl Lengths {
    fn add(&mut self, name: &[u8]) {
        self.0[usize::from(name.first().copied().unwrap_or(0))] |= 1 << name.len().min(63);
    }

    fn may_have(&self, name: &[u8]) -> bool {
        self.0[usize::from(name.first().copied().unwrap_or(0))] >> name.len().min(63) & 1 == 1
    }
}

/// Patterns by the bytes at one end of a name: by two, or by one if they fix no more.
#[derive(Debug, Default)]
struct Buckets {
    /// The second bytes that there are for each first one, as bits of their lower six bits: the ends of
    /// most names are none of them.
    pairs: Pairs,
    by_two: Map<[u8; 2], Vec<u32>>,
    by_one: Vec<Vec<u32>>,
}

impl Buckets {
    /// Adds a pattern that fixes these bytes, counted from the end of the name.
    fn add(&mut self, fixed: (u8, Option<u8>), pattern: u32) {
        let patterns = match fixed {
            (first, Some(second)) => {
                self.pairs.add(first, second);
                self.by_two.entry([first, second]).or_default()
            }
            (first, None) => {
                self.by_one.resize(256, Vec::new());
                &mut self.by_one[usize::from(first)]
            }
        };
        if patterns.last() != Some(&pattern) {
            patterns.push(pattern);
        }
    }

    /// Returns the patterns that fix both of these bytes at the end of a name.
    fn of_two(&self, first: u8, second: u8) -> &[u32] {
        if !self.pairs.may_have(first, second) {
            return &[];
        }
        self.by_two.get(&[first, second]).map_or(&[], Vec::as_slice)
    }

    /// Returns the patterns that fix only this byte at the end of a name.
    fn of_one(&self, first: u8) -> &[u32] {
        self.by_one.get(usize::from(first)).map_or(&[], Vec::as_slice)
    }
}

/// The patterns that a state of the automaton asks for.
#[derive(Debug, Default)]
pub(super) struct Asked {
    /// A bit for each pattern; empty if none is asked for.
    bits: Vec<u64>,
    /// Those of which only something between is fixed.
    within: Box<[u32]>,
    /// Those of which nothing is fixed.
    open: Box<[u32]>,
}

impl Asked {
    fn add(&mut self, pattern: u32) {
        let word = pattern as usize / 64;
        if self.bits.len() <= word {
            self.bits.resize(word + 1, 0);
        }
        self.bits[word] |= 1 << (pattern % 64);
    }

    fn has(&self, pattern: u32) -> bool {
        self.bits.get(pattern as usize / 64).is_some_and(|word| word >> (pattern % 64) & 1 == 1)
    }
}

impl Matcher {
    /// Adds a glob for a rule; one that excludes may be for [`EVERY`] rule. The glob has been parsed,
    /// so its patterns are valid.
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
                    self.lengths.add(name);
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
                let second = end.len().checked_sub(2).map(|at| end[at]);
                self.by_end.add((end[end.len() - 1], second), number);
            }
            Name::Stars { before: start, .. } if !start.is_empty() => {
                self.by_start.add((start[0], start.get(1).copied()), number);
            }
            Name::Stars { between, .. } if between.iter().any(|piece| piece.len() > 1) => {
                if let Some(&[first, second, ..]) =
                    between.iter().map(Vec::as_slice).find(|it| it.len() > 1)
                {
                    self.pairs_within.add(first, second);
                }
                if self.within.last() != Some(&number) {
                    self.within.push(number);
                }
            }
            Name::Stars { .. } | Name::General(_) if self.open.last() == Some(&number) => {}
            Name::Stars { .. } | Name::General(_) => self.open.push(number),
        }
    }

    /// Returns the effect of the glob that a position belongs to.
    pub(super) fn target(&self, at: u32) -> Target {
        self.globs[self.glob_of[at as usize] as usize]
    }

    /// Returns the first positions of the globs, each with the number of its rule.
    pub(super) fn starts(&self) -> impl Iterator<Item = (u16, u32)> {
        self.globs.iter().map(|glob| glob.of).zip(self.starts.iter().copied())
    }

    pub(super) fn pattern_at(&self, at: u32) -> Option<u32> {
        match self.steps[at as usize] {
            Step::Pattern(pattern) => Some(pattern),
            Step::Name(_) | Step::Deep | Step::Below | Step::End { .. } => None,
        }
    }

    /// Prepares the question which of some patterns a name fits.
    pub(super) fn ask(&self, patterns: impl Iterator<Item = u32>) -> Asked {
        let mut asked = Asked::default();
        for pattern in patterns {
            asked.add(pattern);
        }
        let of = |kind: &[u32]| kind.iter().copied().filter(|&it| asked.has(it)).collect();
        (asked.within, asked.open) = (of(&self.within), of(&self.open));
        asked
    }

    /// Reduces a name to the facts that matter: its number among the fixed names, and the numbers
    /// of the requested patterns that it matches.
    pub(super) fn symbol(&self, name: &[u8], asked: &Asked, out: &mut Vec<u32>) {
        out.clear();
        let known = self.lengths.may_have(name).then(|| self.names.get(name)).flatten();
        out.push(known.copied().unwrap_or(u32::MAX));
        if asked.bits.is_empty() {
            return;
        }
        let mut add = |patterns: &[u32]| {
            if !patterns.is_empty() {
                self.add_fitting(patterns, name, asked, out);
            }
        };
        match *name {
            [first, .., last] => {
                let (second, before_last) = (name[1], name[name.len() - 2]);
                add(self.by_end.of_two(last, before_last));
                add(self.by_end.of_one(last));
                add(self.by_start.of_two(first, second));
                add(self.by_start.of_one(first));
                if !asked.within.is_empty() && self.pairs_within.occur_in(name) {
                    add(&asked.within);
                }
            }
            [byte] => {
                add(self.by_end.of_one(byte));
                add(self.by_start.of_one(byte));
            }
            [] => {}
        }
        add(&asked.open);
    }

    /// Adds those patterns that are asked for and that a name fits.
    fn add_fitting(&self, patterns: &[u32], name: &[u8], asked: &Asked, out: &mut Vec<u32>) {
        for &pattern in patterns {
            if asked.has(pattern) && self.patterns[pattern as usize].1.fits(name) {
                out.push(pattern);
            }
        }
    }
}
