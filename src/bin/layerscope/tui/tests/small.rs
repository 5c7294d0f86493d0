//! Small screens: every text is whole, or says that there is more.

use crossterm::event::KeyCode;

use super::advice::STUDY;
use super::savings::{Assessed, demo};
use super::support::build::{self, Image, file, layer};
use super::{Person, lines};
use crate::tui::app::bars::hints_for_help;
use crate::tui::keys::Action;

fn in_front_of_the_demo(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.studies(&STUDY);
    person
}

#[test]
fn on_60_columns_the_first_screen_says_what_to_change() {
    let screen = in_front_of_the_demo(60, 20).screen();
    assert!(screen.contains("Fix: combine the RUN instructions"), "{screen}");
    assert!(screen.contains("▾ usr/"), "the tree stays:\n{screen}");
}

#[test]
fn the_help_has_a_text_beside_every_key_and_cuts_none() {
    for width in [60, 80] {
        let mut person = in_front_of_the_demo(width, 20);
        person.types("?");
        let mut all = String::new();
        for _ in 0..20 {
            let screen = person.screen();
            for row in screen.lines().filter(|row| row.starts_with("│   ")) {
                let (keys, text) = row.split_at(row.char_indices().nth(21).map_or(0, |(at, _)| at));
                let has_key = !keys.trim_matches(['│', ' ']).is_empty();
                let text = text.trim_matches(['│', '▐', ' ']);
                assert!(!has_key || !text.is_empty(), "only a key: {row:?}\n{screen}");
                all += text;
                all += "\n";
            }
            person.press(KeyCode::PageDown);
        }
        let read = all.split_whitespace().collect::<Vec<_>>().join(" ");
        // In one row, or in two.
        for whole in ["show the difference to the version", "clear all marks", "part of a name"] {
            assert!(read.contains(whole), "{whole:?} is not whole at {width}:\n{all}");
        }
    }
}

#[test]
fn what_can_be_typed_is_said_in_whole_sentences() {
    for width in [40, 60, 80, 120] {
        let mut person = in_front_of_the_demo(width, 20);
        for key in ["/", "f"] {
            person.types(key);
            let screen = person.screen();
            let last = screen.lines().last().unwrap_or_default().trim_end();
            let ends = [" path", " any layer", " biggest files", "/regex/", "*.so", "/lib*"];
            assert!(ends.iter().any(|end| last.ends_with(end)), "{last:?} at {width}");
            person.press(KeyCode::Esc);
        }
    }
}

#[test]
fn a_title_is_not_cut_inside_a_sentence() {
    for view in ["2", "4"] {
        for width in [40, 60, 80] {
            let mut person = in_front_of_the_demo(width, 20);
            person.types(view);
            let screen = person.screen();
            let title = screen.lines().find(|row| row.starts_with('╭')).unwrap_or_default();
            assert!(!title.contains('…'), "{title} at {width}");
            let begins = if view == "2" { "╭ Waste" } else { "╭ / · 210 MiB" };
            assert!(title.starts_with(begins), "{title} at {width}");
        }
    }
}

#[test]
fn rows_of_fix_are_whole_where_there_is_room_and_notes_say_that_they_go_on() {
    let mut person = in_front_of_the_demo(120, 40);
    person.types("6");
    let screen = person.screen();
    let list = screen.lines().take_while(|row| !row.contains("────────── │"));
    assert!(list.skip(3).all(|row| !row.contains("… │")), "{screen}");
    let mut small = in_front_of_the_demo(40, 12);
    small.types("6");
    let screen = small.screen();
    let last = screen.lines().rev().nth(2).unwrap_or_default();
    assert!(last.contains('…'), "{last}\n{screen}");
}

#[test]
fn every_footer_of_a_view_ends_with_the_way_out() {
    for width in [60, 80, 120, 200] {
        for view in '1'..='8' {
            let mut person = Person::at(width, 24);
            person.types(&view.to_string());
            let footer = lines(&person.sees()).pop().unwrap_or_default();
            assert!(footer.trim_end().ends_with("q quit"), "{width}, {view}: {footer}");
        }
    }
}

#[test]
fn the_footer_of_a_table_offers_nothing_that_a_table_does_not_do() {
    let mut person = Person::at(120, 24);
    person.types("2");
    let footer = |person: &Person| lines(&person.sees()).pop().unwrap_or_default();
    assert!(footer(&person).contains("open, fold"), "{}", person.screen());
    person.types("T");
    assert!(!footer(&person).contains("fold"), "{}", person.screen());
    assert!(footer(&person).contains("T list"), "{}", person.screen());
}

#[test]
fn the_image_view_says_how_big_the_base_image_is() {
    let mut person = Person::at(120, 40);
    person.studies(&STUDY);
    person.types("5");
    assert!(person.reads().contains("Alpine (layer 0, 4.99 MiB)"), "{}", person.screen());
}

/// Puts a person in front of an image that has nothing to change.
fn in_front_of(image: Image, width: u16, height: u16) -> Person {
    Assessed::new("small.tar", build::open(build::tar(image.docker())).unwrap())
        .person(width, height)
}

#[test]
fn an_image_without_files_says_so_and_hides_nothing() {
    let screen = in_front_of(Image::of([layer([])]), 80, 24).reads();
    assert!(screen.contains("This image has no files."), "{screen}");
    assert!(!screen.contains("hidden"), "{screen}");
    let mut person = in_front_of(Image::of([layer([]), layer([file("bin/sh", 900_000)])]), 80, 24);
    let screen = person.types("[").reads();
    assert!(screen.contains("No files up to this layer."), "{screen}");
}

#[test]
fn what_does_nothing_here_is_not_offered_and_d_among_the_sizes_opens_no_hidden_file() {
    let mut person = in_front_of(Image::of([layer([file("bin/sh", 900_000)])]), 80, 24);
    let footer = |person: &Person| lines(&person.sees()).pop().unwrap_or_default();
    person.types("6");
    for offered in ["diff", "open, fold", "files", "try it", "explain"] {
        assert!(!footer(&person).contains(offered), "{offered}: {}", person.screen());
    }
    assert!(person.types("D").reads().contains("there is no change to show"));
    person.types("7D");
    assert!(person.app.overlays.is_empty(), "{}", person.screen());
    assert!(person.reads().contains("select a change in Fix first"), "{}", person.screen());
}

/// Returns whether an action moves the cursor, the layer or the replay, which may be there already.
fn moves(action: Action) -> bool {
    use Action::{Down, First, Last, Left, NextLayer, PreviousLayer, ReplayAgain, Right, Up};
    [Up, Down, Left, Right, First, Last, PreviousLayer, NextLayer, ReplayAgain].contains(&action)
}

/// Returns the keys of the footer that do nothing, or another thing, where a person is after some
/// keys.
fn false_offers(image: &Assessed, keys: &str) -> Vec<String> {
    let at_once = || {
        let mut person = image.person(80, 24);
        for key in keys.chars() {
            match key {
                '\n' => person.press(KeyCode::Enter),
                '\t' => person.press(KeyCode::Tab),
                key => person.press(KeyCode::Char(key)),
            };
        }
        person
    };
    let person = at_once();
    let before = person.screen();
    let mut wrong = Vec::new();
    for (actions, what) in hints_for_help(&person.app).1 {
        let mut does_something = actions.iter().all(|&action| moves(action));
        for &action in *actions {
            let mut person = at_once();
            let keymap = &person.app.keymap;
            let chord = keymap.keys(action)[0];
            let is_bound = keymap.action(&person.app.contexts(), chord) == Some(action);
            let effect = person.app.act(action);
            let is_refused = person.app.notice.as_ref().is_some_and(|it| it.contains("nothing to"));
            does_something |= effect.is_some() || person.screen() != before;
            if !is_bound || is_refused {
                wrong.push(format!("{keys:?}: {what} does another thing on\n{before}"));
            }
        }
        if !does_something {
            wrong.push(format!("{keys:?}: {what} does nothing on\n{before}"));
        }
    }
    wrong
}

#[test]
fn each_key_that_a_footer_offers_does_something_there() {
    let small =
        |image: Image| Assessed::new("small.tar", build::open(build::tar(image.docker())).unwrap());
    let whole = demo();
    let others = [
        small(Image::of([layer([file("bin/sh", 900_000)])])),
        small(Image::of([layer([])])),
        small(Image::of([])),
    ];
    let mut wrong = Vec::new();
    for view in ["1", "1\t", "1\t\t", "2", "2T", "3", "4", "5", "6", "7", "8"] {
        for image in others.iter().chain([&whole]) {
            wrong.extend(false_offers(image, view));
        }
    }
    for deeper in ["4\n", "6j", "6l", "6lj", "7j", "7G", "6m", "1t", "1e", "1ee", "6e", "6D", "1o"]
    {
        wrong.extend(false_offers(&whole, deeper));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn the_footer_names_the_scope_that_t_leads_to() {
    let mut person = in_front_of_the_demo(80, 24);
    let footer = |person: &Person| lines(&person.sees()).pop().unwrap_or_default();
    for told in ["t this layer", "t all layers", "t this layer"] {
        assert!(footer(&person).contains(told), "{told}\n{}", person.screen());
        person.types("t");
    }
}

#[test]
fn without_waste_its_key_says_so() {
    let mut person = in_front_of(Image::of([layer([file("bin/sh", 900_000)])]), 80, 24);
    assert!(person.types("w").screen().contains("no wasted bytes in this image"));
}
