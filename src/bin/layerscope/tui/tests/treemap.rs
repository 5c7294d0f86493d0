//! Tests of the treemap.

use crate::tui::tests::loaded;
use std::sync::Arc;

use crossterm::event::KeyCode;
use layerscope::LayerIndex;
use layerscope::Progress;
use proptest::prelude::*;

use super::advice::STUDY;
use super::pictures::check;
use super::{DEMO, Person};
use crate::intro::Intro;
use crate::tui::app::Screen;
use crate::tui::message::Message;
use crate::view::View;

fn at_the_map(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.types("4");
    person
}

/// At the map of /usr/lib.
fn in_the_map(width: u16, height: u16) -> Person {
    let mut person = at_the_map(width, height);
    person.press(KeyCode::Enter).press(KeyCode::Enter);
    person
}

impl Person {
    /// Returns the title of the treemap: the directory and its sizes.
    fn title(&self) -> String {
        self.screen().lines().find(|line| line.contains(" visible + ")).expect("a title").to_owned()
    }

    /// Returns the name on the selected tile.
    fn tile(&self) -> String {
        let screen = self.screen();
        let mark = screen.split('▶').nth(1).expect("a marked tile");
        mark.split([' ', '━']).next().unwrap_or_default().to_owned()
    }
}

#[test]
fn it_opens_at_the_root_on_the_tile_that_holds_the_explorer_s_selection() {
    let person = at_the_map(80, 24);
    assert!(person.title().starts_with("╭ / · 210 MiB ="), "{}", person.screen());
    assert_eq!(person.tile(), "usr/");
}

#[test]
fn the_sizes_are_those_of_the_directory_up_to_the_layer() {
    let mut person = in_the_map(120, 40);
    let node = DEMO.1.tree.find(b"usr/lib").unwrap();
    for layer in LayerIndex::all(4).rev() {
        let totals = DEMO.1.tree.totals(layer)[node.index()];
        let size = |bytes| layerscope::report::Units::Iec.size(bytes);
        let (visible, wasted) = (size(totals.visible), size(totals.wasted));
        let words = format!(
            "{} = {visible} visible + {wasted} wasted, {}",
            size(totals.size()),
            layer.all_up_to()
        );
        assert!(person.title().contains(&words), "{words:?} is not on\n{}", person.screen());
        person.types("[");
    }
}

#[test]
fn the_sums_are_right_while_the_explorer_shows_only_changes() {
    let mut person = Person::at(80, 24);
    person.types("t4");
    person.types("0");
    assert!(person.title().contains("210 MiB ="), "{}", person.screen());
    person.types("[[[");
    assert!(person.title().contains("4.99 MiB ="), "{}", person.screen());
    person.press(KeyCode::Right);
    assert!(person.title().contains("4.99 MiB ="), "{}", person.screen());
}

#[test]
fn enter_zooms_in_backspace_out_and_zero_to_the_root() {
    let mut person = in_the_map(80, 24);
    person.press(KeyCode::Enter);
    assert!(person.title().starts_with("╭ /usr/lib/go · "), "{}", person.screen());
    person.press(KeyCode::Backspace);
    assert!(person.title().starts_with("╭ /usr/lib · "));
    assert_eq!(person.tile(), "go/", "where one came from is selected");
    person.press(KeyCode::Enter).press(KeyCode::Backspace).types("0");
    assert!(person.title().starts_with("╭ / · 210 MiB"), "{}", person.screen());
    assert_eq!(person.tile(), "usr/");
    person.press(KeyCode::Backspace);
    assert!(person.title().starts_with("╭ / · "), "there is nothing above the root");
}

#[test]
fn enter_on_a_file_shows_it_in_the_explorer() {
    let mut person = Person::at(120, 40);
    person.types("t!4");
    for _ in 0..20 {
        person.press(KeyCode::Enter);
        if person.app.view == View::Explore {
            break;
        }
    }
    assert_eq!(
        person.app.view,
        View::Explore,
        "the biggest of the biggest is a file at some depth"
    );
    let node = person.app.explorer().unwrap().selected().unwrap();
    assert_eq!(DEMO.1.tree.children(node).count(), 0, "{}", person.path());
    assert!(person.path().starts_with("/usr/lib/go/"), "{}", person.path());
}

#[test]
fn arrows_go_to_the_tile_beside() {
    let mut person = in_the_map(80, 24);
    let first = person.tile();
    person.press(KeyCode::Right);
    let second = person.tile();
    assert_ne!(first, second, "{}", person.screen());
    person.types("h");
    assert_eq!(person.tile(), first);
    person.press(KeyCode::Left);
    assert_eq!(person.tile(), first, "nothing is left of the first");
}

#[test]
fn dead_tiles_are_hatched_and_live_ones_are_not() {
    let mut person = at_the_map(80, 24);
    let hatched = |person: &Person| {
        person.screen().lines().skip(1).flat_map(str::chars).filter(|&c| c == '▒').count()
    };
    assert!(hatched(&person) > 500, "all of /usr/lib/go is dead:\n{}", person.screen());
    person.types("[[");
    assert!(hatched(&person) < 100, "little is dead up to layer 1:\n{}", person.screen());
}

#[test]
fn what_is_too_small_is_counted() {
    let mut person = in_the_map(80, 24);
    let node = DEMO.1.tree.find(b"usr/lib").unwrap();
    let totals = DEMO.1.tree.totals(3.into());
    let children =
        DEMO.1.tree.children(node).filter(|child| totals[child.index()].size() > 0).count();
    // Tiles of the next level are inside of others.
    let Screen::Image { explorer, views } = &person.app.screen else { panic!("an image") };
    let tiles = views.tiles(explorer, person.app.panes().main);
    // One of the tiles is that of the rest.
    let words = format!("{} more", children + 1 - tiles);
    assert!(person.screen().contains(&words), "{words:?} is not on\n{}", person.screen());
    for _ in 0..9 {
        person.types("jl");
    }
    let is_selected = |mark: &str| person.screen().contains(&format!("{mark}{words}"));
    assert!(!is_selected("▶") && !is_selected("▶ "), "what stands for many is not selected");
}

#[test]
fn an_image_without_layers_says_so() {
    let mut opened = DEMO.0.clone();
    opened.image.layers.clear();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let mut person = Person::in_front_of("empty.tar", 80, 24);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, Arc::new(inspection)));
    person.types("4hjkl+-0[]");
    assert!(person.reads().contains("no layers"), "{}", person.screen());
    person.press(KeyCode::Enter);
    assert_eq!(person.app.view, View::Treemap);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_keys_on_no_size_of_screen_panic(
        (width, height) in (0u16..140, 0u16..50),
        keys in proptest::collection::vec(proptest::sample::select(keys()), 1..40),
    ) {
        let mut person = at_the_map(width, height);
        for key in keys {
            if person.app.view == View::Explore {
                person.types("4");
            }
            person.press(key).sees();
        }
    }
}

fn keys() -> Vec<KeyCode> {
    let mut keys: Vec<_> = "hjkl+-0[]".chars().map(KeyCode::Char).collect();
    keys.extend([KeyCode::Enter, KeyCode::Enter, KeyCode::Backspace, KeyCode::Left, KeyCode::Up]);
    keys
}

#[test]
fn pictures() {
    // The README shows them, so the image has been assessed.
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = at_the_map(width, height);
        person.studies(&STUDY);
        assert!(person.screen().contains("avoidable 200 MiB"), "{}", person.screen());
        check(&format!("treemap-{width}x{height}"), &person);
    }
}

#[test]
fn the_help_has_each_key_with_what_it_does_there() {
    let mut person = at_the_map(80, 24);
    for keys in ["?", "q"] {
        person.types(keys);
        let screen = person.screen();
        let lonely = screen.lines().any(|line| line.trim_matches([' ', '│', '▐']) == "Backspace");
        assert!(!lonely, "{screen}");
    }
    person.press(KeyCode::Enter).types("?");
    let screen = person.screen();
    let line = screen.lines().find(|line| line.contains("Backspace"));
    assert!(line.is_some_and(|line| line.contains("zoom out")), "{screen}");
}
