//! The key map: one table for the keyboard, the help, the footer and the configuration.

mod action;
mod chord;
pub mod help;

use std::collections::HashMap;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use action::Action;
pub use chord::{Chord, UnknownKey};

/// The context of a key; the same key may have different actions in different contexts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Context {
    Everywhere,
    /// The explorer, whichever pane has the focus.
    Explore,
    /// The layers of the explorer.
    Layers,
    /// The tree of the explorer.
    Tree,
    /// The explorer with matches of a search.
    Found,
    Waste,
    Findings,
    Treemap,
    /// The replay of the build.
    Replay,
    /// The viewer.
    Viewer,
    /// A text over a screen: the help, an explanation, an instruction.
    Overlay,
    /// A lesson.
    Lesson,
    /// A question of a lesson.
    Question,
    /// The comparison.
    Comparison,
}

/// The keys of all actions.
#[derive(Debug, Clone)]
pub struct Keymap {
    actions: HashMap<(Context, Chord), Action>,
    keys: HashMap<Action, Vec<Chord>>,
    /// True if arrow keys are shown by name.
    ascii: bool,
}

impl Keymap {
    /// Returns the default keys, including those of dive, vim and ncdu.
    pub fn usual() -> Self {
        Self::from_usual(Action::usual_keys)
    }

    /// Returns the default keys, except that dive's keys have dive's actions.
    pub fn dive() -> Self {
        Self::from_usual(|action| match action.dive_keys() {
            [] => action.usual_keys(),
            keys => keys,
        })
    }

    fn from_usual(keys: impl Fn(Action) -> &'static [&'static str]) -> Self {
        let mut keymap = Self { actions: HashMap::new(), keys: HashMap::new(), ascii: false };
        for &action in Action::ALL {
            let chords = keys(action)
                .iter()
                .map(|key| key.parse().expect("a key of the table, which a test reads"));
            keymap.bind(action, chords.collect());
        }
        keymap
    }

    /// Returns the same keys, with names in Unicode or ASCII.
    pub fn with_names_in_ascii(self, ascii: bool) -> Self {
        Self { ascii, ..self }
    }

    /// Binds an action to these keys only, and removes them from other actions in its context.
    pub fn bind(&mut self, action: Action, chords: Vec<Chord>) {
        let context = action.context();
        for chord in self.keys.remove(&action).unwrap_or_default() {
            self.actions.remove(&(context, chord));
        }
        for &chord in &chords {
            if let Some(before) =
                self.actions.insert((context, chord), action).filter(|&before| before != action)
                && let Some(keys) = self.keys.get_mut(&before)
            {
                keys.retain(|&key| key != chord);
            }
        }
        self.keys.insert(action, chords);
    }

    /// Returns the action of a key in the first context that has one.
    pub fn action(&self, contexts: &[Context], chord: Chord) -> Option<Action> {
        contexts.iter().find_map(|&context| self.actions.get(&(context, chord)).copied())
    }

    /// Returns the keys of an action, the default one first.
    pub fn keys(&self, action: Action) -> &[Chord] {
        self.keys.get(&action).map_or(&[], Vec::as_slice)
    }

    /// Returns all keys of some actions in turns: "↑ ↓ k j".
    pub fn all_keys(&self, actions: &[Action]) -> String {
        self.keys_in(actions, &[])
    }

    /// Returns the same without the keys that do something else in some contexts, the most specific
    /// first.
    pub fn keys_in(&self, actions: &[Action], contexts: &[Context]) -> String {
        let most = actions.iter().map(|&action| self.keys(action).len()).max().unwrap_or(0);
        let does = |action: Action, chord: &&Chord| {
            self.action(contexts, **chord).is_none_or(|other| other == action)
        };
        let key =
            |i: usize, action: Action| self.keys(action).get(i).filter(|chord| does(action, chord));
        let keys = (0..most).flat_map(|i| actions.iter().filter_map(move |&action| key(i, action)));
        keys.map(|key| key.shown(self.ascii)).collect::<Vec<_>>().join(" ")
    }

    /// Returns the first key of each action, with arrows joined: "→←".
    pub fn first_keys(&self, actions: &[Action]) -> String {
        self.labels(actions).into_iter().map(|(_, key)| key).collect()
    }

    /// Returns the same as parts, each with its action.
    pub fn labels(&self, actions: &[Action]) -> Vec<(Action, String)> {
        let is_arrow = |text: &str| text.chars().all(|c| "←↑→↓".contains(c));
        let mut labels: Vec<(Action, String)> = Vec::new();
        for &action in actions {
            let Some(chord) = self.keys(action).first() else { continue };
            let shown = chord.shown(self.ascii);
            let together =
                labels.last().is_none_or(|(_, before)| is_arrow(before) && is_arrow(&shown));
            labels.push((action, if together { shown } else { format!(" {shown}") }));
        }
        labels
    }
}

/// Returns whether a key types text, or edits or leaves it.
pub fn is_typed(key: KeyEvent) -> bool {
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    matches!(key.code, KeyCode::Char(_) | KeyCode::Backspace | KeyCode::Esc) && plain
}

/// Returns whether a key is `^C`, which always ends the program.
pub fn is_interrupt(key: KeyEvent) -> bool {
    key.code == KeyCode::Char('c') && key.modifiers.contains(KeyModifiers::CONTROL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_one_place_a_key_does_one_thing() {
        for keys in [Keymap::usual(), Keymap::dive()] {
            for &action in Action::ALL {
                let is_kept = !keys.keys(action).is_empty() || action.usual_keys().is_empty();
                assert!(is_kept, "{action:?} has lost its keys to another action");
                for &chord in keys.keys(action) {
                    assert_eq!(keys.action(&[action.context()], chord), Some(action), "{chord}");
                }
            }
        }
    }

    #[test]
    fn a_key_that_is_given_to_another_action_leaves_the_one_that_had_it() {
        let mut keymap = Keymap::usual();
        let q: Chord = "q".parse().unwrap();
        keymap.bind(Action::Help, vec![q]);
        assert_eq!(keymap.action(&[Context::Everywhere], q), Some(Action::Help));
        assert_eq!(keymap.all_keys(&[Action::Quit]), "^C");
        assert_eq!(keymap.action(&[Context::Everywhere], "?".parse().unwrap()), None);
    }

    #[test]
    fn the_more_particular_place_comes_first() {
        let keymap = Keymap::usual();
        let n = "n".parse().unwrap();
        assert_eq!(keymap.action(&[Context::Found, Context::Tree], n), Some(Action::NextHit));
        assert_eq!(
            keymap.action(&[Context::Tree], n),
            None,
            "outside of a search it has no meaning"
        );
    }

    #[test]
    fn labels_name_the_keys_in_turns() {
        let keymap = Keymap::usual();
        assert_eq!(keymap.all_keys(&[Action::Up, Action::Down]), "↑ ↓ k j");
        assert_eq!(keymap.first_keys(&[Action::Right, Action::Left]), "→←");
        assert_eq!(keymap.first_keys(&[Action::PreviousLayer, Action::NextLayer]), "[ ]");
    }
}
