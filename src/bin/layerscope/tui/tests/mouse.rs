//! Tests of the mouse in every view.

use crossterm::event::{MouseButton, MouseEventKind};

use super::Person;
use crate::tui::layout::Pane;
use crate::tui::message::{Effect, Message};
use crate::view::View;

const DRAG: MouseEventKind = MouseEventKind::Drag(MouseButton::Left);
const DOWN: MouseEventKind = MouseEventKind::Down(MouseButton::Left);
const UP: MouseEventKind = MouseEventKind::Up(MouseButton::Left);

#[test]
fn a_click_selects_and_a_double_click_opens_a_directory() {
    let mut person = Person::at(80, 24);
    let (x, y) = person.finds("RUN apk add");
    person.clicks(x, y);
    assert_eq!((person.layer(), person.app.focus), (1, Pane::Layers));
    person.clicks(x, y + 3);
    assert_eq!(person.layer(), 2, "the second line of a layer belongs to it");
    person.clicks(x, y);
    person.clicks(60, 4);
    assert_eq!((person.path(), person.app.focus), ("/usr".into(), Pane::Tree));
    let rows = |person: &Person| person.app.explorer().unwrap().rows.len();
    let before = rows(&person);
    person.clicks(60, 4);
    assert_eq!(rows(&person), before, "two clicks with time between them only select");
    let (x, y) = person.finds("▸");
    person.double_clicks(x, y);
    assert!(rows(&person) > before, "a double click opens");
    let cursor = person.app.explorer().unwrap().cursor;
    person.clicks(60, 22);
    assert_eq!(
        person.app.explorer().unwrap().cursor,
        cursor,
        "a click on the frame selects nothing"
    );
}

#[test]
fn nothing_moves_away_from_under_the_mouse() {
    let mut person = Person::at(80, 24);
    let lines = |person: &Person| -> Vec<String> {
        person
            .screen()
            .lines()
            .skip(3)
            .take(13)
            .map(|line| line.chars().skip(40).collect())
            .collect()
    };
    let before = lines(&person);
    person.clicks(60, 15);
    assert_eq!(lines(&person), before, "the list stands still");
    for _ in 0..9 {
        person.types("j");
    }
    let rows = person.app.explorer().unwrap().rows.len();
    let (x, y) = person.finds("engines-1.1/");
    let before = lines(&person);
    person.double_clicks(x, y);
    assert_eq!(person.path(), "/usr/lib/engines-1.1");
    assert!(person.app.explorer().unwrap().rows.len() > rows, "{}", person.screen());
    assert_eq!(lines(&person)[0], before[0]);
    person.types("2l").press(crossterm::event::KeyCode::Down).types("llll");
    let before = person.screen();
    person.clicks(20, 16);
    assert!(
        person
            .screen()
            .lines()
            .zip(before.lines())
            .skip(3)
            .take(11)
            .all(|(now, before)| now == before),
        "{before}"
    );
}

#[test]
fn a_double_click_on_a_layer_shows_its_instruction_in_full() {
    let mut person = Person::at(80, 24);
    let (x, y) = person.finds("RUN go get");
    person.double_clicks(x, y);
    assert_eq!(person.layer(), 2);
    assert!(person.screen().contains("Layer 2: its instruction"), "{}", person.screen());
}

#[test]
fn the_wheel_scrolls_what_lies_under_it() {
    let mut person = Person::at(80, 24);
    person.clicks(60, 4).mouse(MouseEventKind::ScrollDown, 60, 5);
    assert_eq!(person.app.explorer().unwrap().cursor, 3);
    person.mouse(MouseEventKind::ScrollUp, 10, 5);
    assert_eq!(person.layer(), 0, "the layers, although the tree has the keys");
    assert_eq!(person.app.focus, Pane::Tree);
    let mut person = Person::at(80, 17);
    let first = person.screen();
    person.mouse(MouseEventKind::ScrollDown, 10, 13);
    assert_ne!(person.screen(), first, "the details");
    for _ in 0..9 {
        person.mouse(MouseEventKind::ScrollDown, 10, 13);
    }
    person.mouse(MouseEventKind::ScrollUp, 10, 13).mouse(MouseEventKind::ScrollUp, 10, 13);
    assert_eq!(person.screen(), first, "and not beyond their end");
}

#[test]
fn tabs_and_hints_are_buttons() {
    let mut person = Person::at(200, 40);
    for view in View::ALL.into_iter().rev() {
        let (x, y) = person.finds(view.name());
        person.clicks(x, y);
        assert_eq!(person.app.view, view);
    }
    let mut person = Person::at(80, 24);
    for view in View::ALL.into_iter().rev() {
        let (x, y) = person.finds(view.short_name());
        person.clicks(x, y);
        assert_eq!(person.app.view, view);
    }
    let mut person = Person::at(120, 40);
    let (x, y) = person.finds("[ ] layer");
    person.clicks(x, y);
    assert_eq!(person.layer(), 2, "the left one of two keys");
    person.clicks(x + 2, y);
    assert_eq!(person.layer(), 3, "the right one");
    let (x, y) = person.finds("help");
    person.clicks(x, y);
    assert!(person.app.overlays.help().is_some());
    let (x, y) = person.finds("Esc back");
    person.clicks(x, y);
    assert!(person.app.overlays.help().is_none());
    let (x, y) = person.finds("q quit");
    person.clicks(x, y);
    assert!(person.ended);
}

#[test]
fn dividers_are_dragged_and_stay_where_they_are_when_the_screen_grows() {
    let mut person = Person::at(100, 40);
    let before = person.app.panes();
    person.mouse(DOWN, before.tree.x, 5).mouse(DRAG, 70, 5).mouse(DRAG, 75, 9).mouse(UP, 75, 9);
    assert_eq!(person.app.panes().tree.x, 75);
    person.mouse(DRAG, 40, 9);
    assert_eq!(person.app.panes().tree.x, 75, "only while the button is down");
    let details = person.app.panes().details;
    person.mouse(DOWN, 20, details.y).mouse(DRAG, 20, 20).mouse(UP, 20, 20);
    assert_eq!(person.app.panes().details.y, 20);
    person.mouse(DOWN, 75, 5).mouse(DRAG, 0, 5).mouse(DRAG, 99, 5).mouse(UP, 99, 5);
    let panes = person.app.panes();
    assert!(panes.tree.width >= 20 && panes.layers.width >= 20, "no pane vanishes: {panes:?}");
    person.tell(Message::Resize(200, 80));
    assert_eq!(person.app.panes().tree.x, 160);
    person.tell(Message::Resize(60, 10));
    person.sees();
    person.tell(Message::Resize(100, 40));
    assert_eq!(person.app.panes(), panes);
}

#[test]
fn in_the_waste_a_click_selects_a_line_and_a_double_click_opens_it() {
    let mut person = Person::at(80, 24);
    person.types("2");
    let (x, y) = person.finds("2 → 3");
    // The second line of a group is the group's, too.
    person.clicks(x, y + 1);
    assert!(person.screen().contains("Waste · 6/7"), "{}", person.screen());
    person.double_clicks(x, y);
    assert!(person.screen().contains("▾ 2 → 3"), "{}", person.screen());
    person.mouse(MouseEventKind::ScrollDown, x, y);
    assert!(person.screen().contains("Waste · 9/"), "{}", person.screen());
}

#[test]
fn in_the_table_of_the_waste_a_click_selects_a_row() {
    let mut person = Person::at(80, 24);
    person.types("2T");
    let (x, y) = person.finds("937 KiB");
    person.clicks(x, y);
    assert!(person.screen().contains("Waste · 3/3"), "{}", person.screen());
    person.clicks(x, 2);
    assert!(person.screen().contains("Waste · 3/3"), "a title is no row");
}

#[test]
fn in_the_timeline_a_click_goes_to_a_layer_and_the_wheel_steps() {
    let mut person = Person::at(80, 24);
    person.types("3");
    person.clicks(30, 10);
    assert_eq!(person.layer(), 1);
    person.clicks(14, 4);
    assert_eq!(person.layer(), 0);
    person.clicks(30, 19);
    assert_eq!(person.layer(), 0, "the text is no column");
    person.mouse(MouseEventKind::ScrollDown, 30, 10);
    assert_eq!(person.layer(), 1);
    person.double_clicks(50, 10);
    assert_eq!((person.layer(), person.app.view), (2, View::Explore));
}

#[test]
fn in_the_treemap_a_click_selects_a_tile_and_a_double_click_goes_into_it() {
    let mut person = Person::at(80, 24);
    person
        .types("4")
        .press(crossterm::event::KeyCode::Enter)
        .press(crossterm::event::KeyCode::Enter);
    person.clicks(70, 5);
    assert!(person.screen().contains("┏▶python3."), "{}", person.screen());
    person.double_clicks(70, 5);
    assert!(person.screen().contains("/python3.11 ·"), "{}", person.screen());
    person.mouse(MouseEventKind::ScrollDown, 10, 10);
    assert!(person.screen().contains("╭ /usr/lib ·"), "{}", person.screen());
    person.mouse(MouseEventKind::ScrollUp, 10, 10);
    assert!(person.screen().contains("╭ /usr/lib/go ·"), "{}", person.screen());
}

#[test]
fn of_several_images_one_is_picked_with_a_double_click() {
    let mut person = Person::in_front_of("two.tar", 80, 24);
    person.tell(Message::Choices("image", vec!["app:1".into(), "app:2".into()], 0));
    let (x, y) = person.finds("app:2");
    person.clicks(x, y);
    assert!(person.screen().contains("Which image? · 2/2"), "{}", person.screen());
    let event = |kind| crossterm::event::MouseEvent {
        kind,
        column: x,
        row: y,
        modifiers: crossterm::event::KeyModifiers::NONE,
    };
    let effect = person.app.update(Message::Mouse(event(DOWN), person.time));
    assert!(matches!(effect, Some(Effect::Choose(1))), "the second click of two");
}
