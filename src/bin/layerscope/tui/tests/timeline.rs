//! Tests of the timeline.

use crossterm::event::KeyCode;
use layerscope::LayerIndex;
use layerscope::report::Units;
use layerscope::tree::NodeId;

use super::advice::STUDY;
use super::pictures::check;
use super::{DEMO, Person};
use crate::view::View;

fn at_the_timeline(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.types("3");
    person
}

fn of_layers(number: usize, width: u16, height: u16) -> Person {
    let mut person = Person::before_layers(number, width, height);
    person.types("3");
    person
}

#[test]
fn the_layer_that_deletes_lowers_what_is_visible_but_not_what_is_shipped() {
    let mut person = at_the_timeline(80, 24);
    for answer in ["`RUN apk del", "hides 200 MiB", "Image so far 210 MiB", "wasted 200 MiB"] {
        assert!(person.reads().contains(answer), "{answer:?} is not on\n{}", person.screen());
    }
    person.press(KeyCode::Left);
    assert_eq!(person.layer(), 2);
    assert!(!person.reads().contains("The deleted files are still"), "{}", person.screen());
}

#[test]
fn keys_step_through_the_layers_and_go_to_the_explorer() {
    let mut person = at_the_timeline(80, 24);
    person.types("g");
    assert_eq!(person.layer(), 0);
    person.press(KeyCode::Left).press(KeyCode::Right).types("l");
    assert_eq!(person.layer(), 2);
    person.types("Gl");
    assert_eq!(person.layer(), 3);
    person.types("h").press(KeyCode::Enter);
    assert_eq!((person.app.view, person.layer()), (View::Explore, 2));
}

#[test]
fn the_numbers_are_those_of_the_tree_as_of_each_layer() {
    let mut person = at_the_timeline(160, 40);
    person.types("g");
    for layer in LayerIndex::all(DEMO.1.layers.len()) {
        let totals = DEMO.1.tree.totals(layer)[NodeId::ROOT.index()];
        let size = |bytes| Units::Iec.size(bytes);
        let screen = person.reads();
        assert!(screen.contains(&format!("Image so far {}", size(totals.size()))), "{screen}");
        if totals.wasted > 0 {
            assert!(screen.contains(&format!("visible {}", size(totals.visible))), "{screen}");
            assert!(screen.contains(&format!("wasted {}", size(totals.wasted))), "{screen}");
        }
        person.types("l");
    }
}

#[test]
fn what_a_layer_puts_in_the_place_of_something_is_changed_not_added() {
    let (tree, mut changed) = (&DEMO.1.tree, [0; 4]);
    for inode in tree.inodes() {
        let added_in = tree.added_in(inode);
        let at = |below| tree.at(tree.node_of(inode), below);
        if added_in.previous().and_then(at).is_some() {
            changed[added_in] += tree.size(inode);
        }
    }
    let mut person = at_the_timeline(160, 40);
    person.types("g");
    for (changed, layer) in changed.into_iter().zip(&DEMO.1.layers) {
        let size = |bytes| Units::Iec.size(bytes);
        let words =
            format!("adds {}, changes {}, hides", size(layer.size - changed), size(changed));
        assert!(person.reads().contains(&words), "{words:?} is not on\n{}", person.screen());
        person.types("l");
    }
}

#[test]
fn the_selected_layer_is_marked_below_its_column() {
    let mut person = at_the_timeline(80, 24);
    let mut marks = Vec::new();
    for _ in 0..4 {
        let screen = person.screen();
        let rows: Vec<Vec<char>> = screen.lines().map(|line| line.chars().collect()).collect();
        let row = rows.iter().position(|row| row.contains(&'▲')).expect("a mark");
        let column = rows[row].iter().position(|&c| c == '▲').unwrap();
        assert_eq!(rows[row - 1][column].to_string(), person.layer().to_string(), "{screen}");
        marks.push(column);
        person.types("h");
    }
    assert!(marks.is_sorted_by(|a, b| a > b), "{marks:?}");
}

#[test]
fn of_500_layers_the_selected_one_is_in_sight() {
    let mut person = of_layers(500, 80, 24);
    for _ in 0..4 {
        let screen = person.screen();
        assert!(
            screen.contains('▲') && screen.contains(&format!("Layer {} ", person.layer())),
            "{screen}"
        );
        let mark = screen.lines().position(|line| line.contains('▲')).unwrap_or_default();
        let numbers = screen.lines().nth(mark - 1).unwrap_or_default();
        let number = person.layer().to_string();
        assert!(
            numbers.split([' ', '│']).any(|word| word == number),
            "{number} is not on\n{numbers}"
        );
        for _ in 0..150 {
            person.types("h");
        }
    }
    assert_eq!(person.layer(), 0);
}

#[test]
fn no_size_of_screen_or_image_is_too_small() {
    for layers in [0, 1, 70] {
        for (width, height) in
            [(1, 1), (2, 2), (3, 3), (5, 30), (12, 12), (80, 5), (80, 11), (14, 60), (0, 0)]
        {
            let mut person = of_layers(layers, width, height);
            person.sees();
            person.types("hhgl").press(KeyCode::Enter);
        }
    }
    assert!(of_layers(0, 80, 24).reads().contains("no layers"));
}

#[test]
fn pictures() {
    // The README shows them, so the image has been assessed.
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = at_the_timeline(width, height);
        person.studies(&STUDY);
        assert!(person.screen().contains("avoidable 200 MiB"), "{}", person.screen());
        check(&format!("timeline-{width}x{height}"), &person);
    }
}
