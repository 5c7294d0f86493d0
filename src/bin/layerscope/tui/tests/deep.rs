//! Keys in deep trees: the time that a key needs grows as the tree does, and not with its square.

use std::time::{Duration, Instant};

use super::support::build::{self, Entry, Image, dir, entries, file, gone, layer};
use super::*;
use crate::tui::keys::Action;

/// The levels of the small and of the large tree.
const LEVELS: [usize; 2] = [300, 1_200];
/// The most that a key may take in the large tree, in parts of its time in the small one. Linear
/// work takes 4 parts, and quadratic work 16.
const GROWTH: u32 = 8;
/// A time that is too short to be compared on a busy machine.
const SHORT: Duration = Duration::from_millis(80);

/// The path of the directory at a level.
fn at(level: usize) -> String {
    "d/".repeat(level)
}

/// Makes an image with a file at each level, of which later layers remove, overwrite and add some;
/// a branch from the middle on that is as deep; and wide directories far down.
fn image(levels: usize) -> Opened {
    let every = |step: usize| (0..levels).filter(move |level| level % step == 1);
    let wide = |name: &'static str| {
        let path = format!("{}{name}/", at(levels - 2));
        (0..levels).map(move |i| file(format!("{path}{i}"), 1 + i % 7))
    };
    let branch = |name: &'static str| {
        let path = format!("{}b/", at(levels / 2));
        let path = (0..levels / 2).map(move |level| format!("{path}{}{name}", at(level)));
        path.map(move |path| file(path, 2))
    };
    let first: Vec<Entry> = (0..levels)
        .flat_map(|level| [dir(at(level) + "d"), file(at(level) + "f", 3 + level % 5)])
        .chain(wide("wide"))
        .chain(branch("f"))
        .collect();
    let second = every(2).map(|level| gone(&(at(level) + "f"))).chain(wide("wider")).collect();
    let third = every(3).map(|level| file(at(level) + "f", 4).filled_with(1)).chain(wide("wide"));
    let fourth = [gone(&(at(levels / 3 * 2) + "d")), gone(&(at(levels / 2) + "b"))];
    let fifth: Vec<Entry> =
        every(5).map(|level| file(at(level) + "g", 9)).chain(branch("g")).collect();
    let layers: [Vec<Entry>; 5] = [first, second, third.collect(), fourth.into(), fifth];
    build::open(entries(Image::of(layers.map(layer)).docker())).expect("an image")
}

/// The keys of a walk through all views: each action in each of them, at the end of its list.
fn walk() -> Vec<(String, KeyEvent)> {
    let leaves = [Action::Quit, Action::Extract, Action::Pager];
    let mut keys = Vec::new();
    for (number, view) in View::ALL.iter().enumerate() {
        for &action in Action::ALL.iter().filter(|action| !leaves.contains(action)) {
            let Some(key) = action.usual_keys().first() else { continue };
            for key in ["esc", &(number + 1).to_string(), "end", key] {
                let chord: crate::tui::keys::Chord = key.parse().expect("a key of the table");
                keys.push((format!("{view:?}, {}: {key}", action.name()), chord.event()));
            }
        }
    }
    keys
}

/// Returns the time that each key of the walk takes, with the picture after it.
fn times(opened: &Opened, workshop: &Workshop) -> Vec<(String, Duration)> {
    let mut person = Person::looking_at(opened, workshop, 120, 40);
    let of_key = |(name, key): (String, KeyEvent)| {
        let start = Instant::now();
        person.does(Message::Key(key));
        person.sees();
        let time = start.elapsed();
        // Work beside the screen is not the key's.
        while let Some(task) = person.app.task() {
            person.waiting.push(task);
        }
        person.works();
        (name, time)
    };
    walk().into_iter().map(of_key).collect()
}

/// Returns the keys whose time grows faster than the tree, in the order of the walk.
fn quadratic(trees: &[(Opened, Workshop); 2]) -> Vec<(String, String)> {
    let [small, large] = [0, 1].map(|tree| times(&trees[tree].0, &trees[tree].1));
    std::iter::zip(small, large)
        .filter(|((_, small), (_, large))| *large > SHORT && *large > *small * GROWTH)
        .map(|((name, small), (_, large))| (name, format!("{small:?} became {large:?}")))
        .collect()
}

#[test]
fn the_time_of_a_key_does_not_grow_with_the_square_of_the_levels() {
    let trees = LEVELS.map(|levels| {
        let opened = image(levels);
        let workshop = files::workshop(&opened);
        (opened, workshop)
    });
    let mut slow = quadratic(&trees);
    // A busy machine makes one key slow or another; quadratic work is slow each time.
    for _ in 0..4 {
        if slow.is_empty() {
            return;
        }
        let again = quadratic(&trees);
        slow.retain(|(name, _)| again.iter().any(|(other, _)| other == name));
    }
    assert!(slow.is_empty(), "{slow:#?}");
}
