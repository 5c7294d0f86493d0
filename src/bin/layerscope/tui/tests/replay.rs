//! Tests of the replay, with time that is passed in and not waited for.

use std::time::Duration;

use crossterm::event::{KeyCode, MouseEventKind};
use layerscope::LayerIndex;
use layerscope::report::Units;
use layerscope::tree::NodeId;

use super::pictures::check;
use super::{DEMO, Person, settings};
use crate::tui::message::Message;
use crate::tui::views::Motion;
use crate::tui::widgets::signs::Signs;
use crate::tui::widgets::theme::Theme;
use crate::tui::{Keymap, Settings};
use crate::view::View;

const FRAME: Duration = Duration::from_millis(40);

impl Person {
    /// Returns the layer that the replay shows.
    pub fn playing(&self) -> usize {
        let screen = self.reads();
        let place = screen
            .split_once("Replay · ")
            .and_then(|(_, rest)| rest.split_once('/'))
            .expect("the time-lapse")
            .0;
        place.parse::<usize>().expect("a number") - 1
    }

    /// Waits a while.
    fn waits(&mut self, time: Duration) -> &mut Self {
        for _ in 0..time.as_millis() / FRAME.as_millis() {
            self.tell(Message::Tick(FRAME));
        }
        self
    }

    /// Waits until nothing moves any more; returns how long that took.
    fn watches(&mut self) -> Duration {
        let mut time = Duration::ZERO;
        while self.app.is_moving() {
            self.tell(Message::Tick(FRAME));
            time += FRAME;
            assert!(time < Duration::from_secs(120), "it never ends");
        }
        time
    }

    fn says(&mut self, words: &str) -> &mut Self {
        assert!(self.reads().contains(words), "{words:?} is not on\n{}", self.screen());
        self
    }
}

fn at_the_start(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.types("8");
    person
}

fn size(bytes: u64) -> String {
    Units::Iec.size(bytes)
}

#[test]
fn it_plays_from_the_start_and_says_in_the_end_what_has_come_of_it() {
    let totals = &DEMO.1.totals;
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut person = at_the_start(width, height);
        assert!(person.app.is_moving() && person.playing() == 0);
        let time = person.watches();
        assert!(time > Duration::from_secs(5) && time < Duration::from_secs(30), "{time:?}");
        let (size, visible, wasted) =
            (size(totals.size), size(totals.visible), size(totals.wasted()));
        person.says(&format!("The end: {size}, {visible} visible, {wasted} wasted."));
        person.says("the end 1×");
        assert_eq!((person.layer(), person.playing()), (3, 3), "other views go on from there");
        person.types(" ");
        assert_eq!((person.app.is_moving(), person.playing()), (true, 0), "Space starts again");
    }
}

#[test]
fn a_deletion_empties_the_tree_and_not_the_bar() {
    let mut person = at_the_start(120, 40);
    person.types("G").press(KeyCode::Left).press(KeyCode::Right);
    let bar = |person: &Person| {
        let screen = person.screen();
        let lines: Vec<_> = screen.lines().map(str::to_owned).collect();
        let row = lines
            .iter()
            .find(|line| line.trim_start_matches(['│', ' ']).starts_with("1  200 MiB "))
            .expect("the layer with Go")
            .clone();
        let (visible, wasted) = (row.matches('█').count(), row.matches('▒').count());
        // The tree stands beside it: only what is before the border counts.
        let left: String = row.chars().take(54).collect();
        assert!(left.matches('█').count() <= visible && left.matches('▒').count() <= wasted);
        (left.matches('█').count(), left.matches('▒').count())
    };
    let container_sees = |person: &Person| {
        let screen = person.reads();
        let (_, rest) = screen.split_once(" Visible: ").expect("a title");
        rest.split(' ').take(2).collect::<Vec<_>>().join(" ")
    };
    let (mut seen, mut bars) = (vec![container_sees(&person)], vec![bar(&person)]);
    while person.app.is_moving() {
        person.tell(Message::Tick(FRAME));
        person.says("Size: 210 MiB");
        seen.push(container_sees(&person));
        bars.push(bar(&person));
    }
    seen.dedup();
    assert!(
        seen.len() > 10 && seen[0] == "210 MiB" && seen.last().unwrap() == "9.85 MiB",
        "{seen:?}"
    );
    let long = bars[0].0 + bars[0].1;
    assert!(
        bars.iter().all(|(visible, wasted)| visible + wasted == long),
        "the bar has moved: {bars:?}"
    );
    assert!(bars.is_sorted_by_key(|&(_, wasted)| wasted), "{bars:?}");
    assert!(bars[0].1 <= 1 && bars.last().unwrap().0 <= 1, "it was live and is dead: {bars:?}");
    person
        .says("✗ go/ deleted")
        .says("▒ 144 MiB")
        .says("it deletes 200 MiB, which stay in layer 1.");
}

#[test]
fn the_numbers_of_every_layer_are_those_of_the_tree_as_of_it() {
    let mut person = at_the_start(120, 40);
    person.types(" g");
    for layer in LayerIndex::all(DEMO.1.layers.len()) {
        person.press(KeyCode::Right).watches();
        let totals = DEMO.1.tree.totals(layer);
        let root = totals[NodeId::ROOT.index()];
        person.says(&format!("Size: {}", size(root.size())));
        person.says(&format!("Visible: {}", size(root.visible)));
        for path in ["/usr", "/usr/bin", "/lib"] {
            let node = DEMO.1.tree.find(path.as_bytes()).unwrap();
            let name = path.rsplit('/').next().unwrap();
            person.says(&format!("{name}/ {}", size(totals[node.index()].visible)));
        }
    }
}

#[test]
fn every_layer_says_what_it_did_once_its_instruction_is_written() {
    let mut person = at_the_start(120, 40);
    person.types(" g").says("Nothing has been built yet.");
    person.press(KeyCode::Right).waits(FRAME * 3);
    assert!(!person.reads().contains(", all of it visible"), "{}", person.screen());
    assert!(
        !person.reads().contains("ADD file:db0aca87 in /"),
        "it is being written\n{}",
        person.screen()
    );
    person
        .waits(Duration::from_secs(1))
        .says("ADD file:db0aca87 in /: image +4.99 MiB, all of it visible.");
    person.watches();
    person.press(KeyCode::Right).watches();
    person.says("+200 MiB visible, image +200 MiB: it replaces 19.8 KiB, which stay in layer 0.");
}

#[test]
fn space_pauses_and_arrows_step_through_a_layer_each() {
    let mut person = at_the_start(80, 24);
    person.waits(Duration::from_millis(500)).types(" ");
    let before = person.screen();
    assert!(!person.app.is_moving());
    person.waits(Duration::from_secs(5)).says("┃┃ paused");
    assert_eq!(person.screen(), before, "nothing moves");
    person.types(" ").waits(FRAME * 5).says("▶ playing");
    person.types(" ").types("]").watches();
    assert_eq!(person.playing(), 0, "the layer that was begun is gone on with");
    person.press(KeyCode::Right).watches();
    assert_eq!((person.playing(), person.layer()), (1, 1));
    person.types("l").watches();
    person.types("[");
    assert_eq!((person.playing(), person.app.is_moving()), (1, false));
    person.types("G").says("The end:");
    person.press(KeyCode::Home).says("Nothing has been built yet.");
    person.types(" ").watches();
    assert_eq!(person.playing(), 3);
    person.types("r");
    assert_eq!((person.playing(), person.app.is_moving()), (0, true));
    person.types("ll");
    assert_eq!(
        (person.playing(), person.app.is_moving()),
        (2, true),
        "it runs on from the next layer"
    );
}

#[test]
fn plus_and_minus_change_the_speed() {
    let mut person = at_the_start(80, 24);
    let usual = person.watches();
    person.types(".").says("2×").types("r");
    assert!(person.watches().abs_diff(usual / 2) <= FRAME);
    person.types(",,").says("0.5×").types(".").says("1×").types(",,,").says("0.25×");
}

#[test]
fn it_waits_while_something_else_is_open() {
    for (open, close) in [("?", "?"), ("o", "q"), ("e", "e")] {
        let mut person = at_the_start(80, 24);
        person.waits(Duration::from_secs(4));
        let before = person.screen();
        person.types(open);
        assert!(!person.app.is_moving(), "behind {open}");
        person.waits(Duration::from_secs(9));
        match close {
            "q" | "e" => person.press(KeyCode::Esc),
            close => person.types(close),
        };
        assert_eq!(person.screen(), before, "{open} was in front of it");
        assert!(person.app.is_moving());
    }
}

#[test]
fn the_layer_is_the_one_of_all_views() {
    let mut person = at_the_start(80, 24);
    person.waits(Duration::from_secs(4));
    assert_eq!(person.playing(), 1);
    person.types("3").says("Layer 1 `RUN apk add");
    assert!(!person.app.is_moving());
    person.waits(Duration::from_secs(20)).types("8").says("┃┃ paused");
    assert_eq!(person.playing(), 1, "nobody has seen what would have come");
    person.types("3l8").says("RUN go get").says("┃┃ paused");
    assert_eq!(person.playing(), 2, "it stands after the layer that was chosen");
    person.press(KeyCode::Enter);
    assert_eq!((person.app.view, person.layer()), (View::Explore, 2));
    person.types("]8");
    assert_eq!(
        (person.playing(), person.app.is_moving()),
        (0, true),
        "with no layer in particular it plays"
    );
    person.types("8");
    assert!(person.app.is_moving(), "the view that is shown already stays as it is");
    person.press(KeyCode::Esc);
    assert_eq!((person.app.view, person.layer()), (View::Explore, 0));
}

#[test]
fn the_instruction_is_that_of_the_layer_that_plays() {
    let mut person = at_the_start(80, 24);
    person.waits(Duration::from_secs(4)).types("o").says("Layer 1: its instruction");
}

#[test]
fn with_the_mouse_one_goes_to_a_layer_and_plays_and_pauses() {
    let mut person = at_the_start(120, 40);
    let (x, y) = person.finds("Space");
    person.clicks(x, y);
    assert!(!person.app.is_moving());
    let (x, y) = person.finds("paused");
    person.clicks(x, y);
    assert!(person.app.is_moving(), "the words at the bottom are a button");
    person.clicks(112, y);
    assert_eq!(
        (person.playing(), person.layer(), person.app.is_moving()),
        (3, 3, false),
        "the end of the line"
    );
    person.clicks(5, 3);
    assert_eq!(person.playing(), 3, "the instruction is no button");
    let (x, y) = person.finds("1  200 MiB");
    person.clicks(x, y);
    assert_eq!((person.playing(), person.layer()), (1, 1));
    let (x, y) = person.finds("▲");
    person.clicks(x, y - 4);
    assert_eq!(person.playing(), 1);
    person.mouse(MouseEventKind::ScrollUp, x, y);
    assert_eq!(person.playing(), 0);
    person.clicks(x, y - 4);
    assert_eq!(person.playing(), 1, "a column");
    person.double_clicks(x, y - 4);
    assert_eq!((person.app.view, person.layer()), (View::Explore, 1));
}

#[test]
fn who_wants_no_motion_sees_one_layer_after_the_other() {
    let still = Settings { motion: Motion::Still, ..settings() };
    let mut person = Person::who(&still, 80, 24);
    person.types("8").says("ADD file:db0aca87 in /: image +4.99 MiB, all of it visible.");
    assert!(!person.app.is_moving(), "nothing starts by itself");
    person.press(KeyCode::Right).says("RUN apk add --update go git mercurial");
    assert_eq!((person.playing(), person.app.is_moving()), (1, false));
    person.types(" ");
    let mut screens = vec![person.screen()];
    while person.app.is_moving() {
        person.tell(Message::Tick(FRAME));
        screens.push(person.screen().replace(['━', '─'], ""));
    }
    screens.dedup();
    assert!(screens.len() <= 5, "{} pictures of three layers", screens.len());
}

#[test]
fn it_is_the_first_view_of_who_asks_for_it() {
    let mut person = Person::who(&Settings { view: View::Replay, ..settings() }, 80, 24);
    assert!(person.app.is_moving());
    person.watches();
    person.says("The end:");
}

#[test]
fn part_of_the_build_is_played_on_request() {
    let mut person = Person::at(80, 24);
    person.app.replay(1.into()..=2.into());
    assert_eq!((person.app.view, person.playing()), (View::Replay, 1));
    person.watches();
    assert_eq!((person.playing(), person.layer()), (2, 2));
}

#[test]
fn of_500_layers_it_takes_half_a_minute_and_no_size_of_screen_is_too_small() {
    let mut person = Person::before_layers(500, 80, 24);
    person.types("8");
    let time = person.watches();
    assert!(time > Duration::from_secs(15) && time < Duration::from_secs(30), "{time:?}");
    for layers in [0, 1, 70] {
        for (width, height) in [
            (1, 1),
            (2, 2),
            (3, 3),
            (5, 30),
            (12, 12),
            (80, 5),
            (60, 16),
            (61, 19),
            (14, 60),
            (0, 0),
        ] {
            let mut person = Person::before_layers(layers, width, height);
            person.types("8").waits(FRAME * 9);
            person.sees();
            for (x, y) in [
                (0, 0),
                (width / 2, height / 2),
                (width.saturating_sub(1), height.saturating_sub(2)),
            ] {
                person.clicks(x, y).mouse(MouseEventKind::ScrollDown, x, y);
            }
            person.types("r").waits(FRAME * 40);
            person.sees();
            person.types("hhgl  Gr+-[]").sees();
            person.press(KeyCode::Enter);
        }
    }
    let mut person = Person::before_layers(0, 80, 24);
    person.types("8").says("no layers");
}

#[test]
fn in_ascii_and_without_colours_nothing_is_lost() {
    let bare = Settings {
        theme: Some(Theme::plain()),
        signs: Signs::Ascii,
        keymap: Keymap::usual().with_names_in_ascii(true),
        ..settings()
    };
    let mut person = Person::who(&bare, 120, 40);
    person.types("8G").says("% go/ deleted").says("x 144 MiB").says("# the end");
    assert!(person.screen().is_ascii(), "{}", person.screen());
    person.types("h").says("|| paused");
    assert!(person.screen().contains("===---"), "{}", person.screen());
}

#[test]
fn pictures() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut person = at_the_start(width, height);
        person.types(" Ghl").waits(Duration::from_millis(1520));
        check(&format!("play-{width}x{height}"), &person);
    }
}
