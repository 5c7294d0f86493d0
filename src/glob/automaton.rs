//! The automaton of many globs, determinised while it runs.
//!
//! States are sets of positions in globs, made when they first occur and then cached.

use std::collections::hash_map::Entry;

use super::matcher::{Asked, EVERY, Map, Matcher, Step, Target};

/// The number of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StateId(u32);

impl StateId {
    /// The state of a path that no glob matches, and none below it.
    pub const NOTHING: Self = Self(0);
}

/// A set of positions in globs.
#[derive(Debug)]
struct PositionSet {
    steps: Box<[u32]>,
    /// The patterns that these positions need.
    asked: Asked,
    /// The rule that matches a path in this state.
    taken_by: Option<u16>,
    /// Positions at a directory that a glob of a conditional rule matches entirely.
    asking: Box<[u32]>,
}

/// The states of globs that occurred so far, and the steps between them.
pub struct Automaton<'a> {
    matcher: &'a Matcher,
    /// True for each rule whose globs ending in `/**` hold only under a condition.
    conditional: Vec<bool>,
    /// Numbers of the facts about names, as the alphabet of the automaton.
    symbols: Map<Box<[u32]>, u32>,
    states: Vec<PositionSet>,
    known: Map<Box<[u32]>, StateId>,
    next: Map<(StateId, u32), StateId>,
    /// The last state from which a name led that no glob needs, and the one to which it led.
    last: (StateId, StateId),
    /// The facts about the last name.
    symbol: Vec<u32>,
    root: StateId,
}

impl<'a> Automaton<'a> {
    /// Makes the automaton of all globs of a matcher.
    pub fn new(matcher: &'a Matcher) -> Self {
        Self::with(matcher, |_| true, Vec::new())
    }

    /// Makes the automaton of the rules that apply. `conditional` is true for each rule whose globs
    /// ending in `/**` hold only under a condition; rules behind its end have none.
    pub fn with(
        matcher: &'a Matcher,
        applies: impl Fn(u16) -> bool,
        conditional: Vec<bool>,
    ) -> Self {
        let mut automaton = Self {
            matcher,
            conditional,
            symbols: Map::default(),
            states: Vec::new(),
            known: Map::default(),
            next: Map::default(),
            last: (StateId::NOTHING, StateId::NOTHING),
            symbol: Vec::new(),
            root: StateId::NOTHING,
        };
        automaton.state(Vec::new());
        let starts = matcher.starts().filter(|&(rule, _)| applies(rule)).map(|(_, start)| start);
        automaton.root = automaton.state(starts.collect());
        automaton
    }

    /// Returns the state of the root directory.
    pub fn root(&self) -> StateId {
        self.root
    }

    /// Returns the rule that takes a path in a state: that of the most specific glob or, among
    /// equals, the first.
    pub fn taken_by(&self, state: StateId) -> Option<u16> {
        self.at(state).taken_by
    }

    /// Returns the state of the entry called `name` in a directory.
    pub fn step(&mut self, from: StateId, name: &[u8]) -> StateId {
        if from == StateId::NOTHING {
            return from;
        }
        let mut symbol = std::mem::take(&mut self.symbol);
        self.matcher.symbol(name, &self.at(from).asked, &mut symbol);
        let to = self.follow(from, &symbol);
        self.symbol = symbol;
        to
    }

    /// Returns the state without the globs of conditional rules that match the whole directory, if
    /// their condition fails.
    pub fn without(&mut self, state: StateId, mut fails: impl FnMut(u16) -> bool) -> StateId {
        let asking = &self.at(state).asking;
        if asking.is_empty() {
            return state;
        }
        let failed: Vec<u32> =
            asking.iter().copied().filter(|&at| fails(self.matcher.target(at).of)).collect();
        if failed.is_empty() {
            return state;
        }
        let steps = self.at(state).steps.iter().copied().filter(|at| !failed.contains(at));
        self.state(steps.collect())
    }

    fn at(&self, state: StateId) -> &PositionSet {
        &self.states[state.0 as usize]
    }

    fn follow(&mut self, from: StateId, symbol: &[u32]) -> StateId {
        if symbol != [u32::MAX] {
            let number = match self.symbols.get(symbol) {
                Some(&number) => number,
                None => {
                    let number = u32::try_from(self.symbols.len() + 1).expect("no more than paths");
                    self.symbols.insert(symbol.into(), number);
                    number
                }
            };
            return self.follow_numbered(from, number, symbol);
        }
        // No glob needs this name, nor those of most of its neighbours.
        if self.last.0 != from {
            self.last = (from, self.follow_numbered(from, 0, symbol));
        }
        self.last.1
    }

    fn follow_numbered(&mut self, from: StateId, number: u32, symbol: &[u32]) -> StateId {
        if let Some(&to) = self.next.get(&(from, number)) {
            return to;
        }
        let mut steps = Vec::new();
        for &at in &*self.at(from).steps {
            match self.matcher.steps[at as usize] {
                Step::Name(name) if symbol[0] == name => steps.push(at + 1),
                Step::Pattern(pattern) if symbol[1..].contains(&pattern) => steps.push(at + 1),
                Step::Below => steps.push(at + 1),
                Step::Deep | Step::End { below: true } => steps.push(at),
                Step::Name(_) | Step::Pattern(_) | Step::End { below: false } => {}
            }
        }
        let to = self.state(steps);
        self.next.insert((from, number), to);
        to
    }

    /// Returns the state for a set of positions, closed over `**` that match no component.
    fn state(&mut self, mut steps: Vec<u32>) -> StateId {
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
                let id = StateId(u32::try_from(self.states.len()).expect("no more than paths"));
                let steps = new.key().clone();
                new.insert(id);
                let asking = steps.iter().copied().filter(|&at| {
                    let rule = usize::from(self.matcher.target(at).of);
                    let asks = self.conditional.get(rule).is_some_and(|&conditional| conditional);
                    asks && matches!(self.matcher.steps[at as usize], Step::Below)
                });
                let asking = asking.collect();
                let asked =
                    self.matcher.ask(steps.iter().filter_map(|&at| self.matcher.pattern_at(at)));
                let taken_by = taken_by(self.matcher, &steps);
                self.states.push(PositionSet { steps, asked, taken_by, asking });
                id
            }
        }
    }
}

fn taken_by(matcher: &Matcher, steps: &[u32]) -> Option<u16> {
    let ends = steps.iter().filter(|&&at| matches!(matcher.steps[at as usize], Step::End { .. }));
    let ends: Vec<Target> = ends.map(|&at| matcher.target(at)).collect();
    let excluded = |of: u16| {
        ends.iter().any(|target| target.excludes && (target.of == of || target.of == EVERY))
    };
    let takes = ends.iter().filter(|target| !target.excludes && !excluded(target.of));
    takes
        .max_by_key(|target| (target.specificity, std::cmp::Reverse(target.of)))
        .map(|target| target.of)
}
