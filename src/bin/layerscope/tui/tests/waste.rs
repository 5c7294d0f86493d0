//! Tests of the waste view.

use crate::tui::tests::loaded;
use std::sync::Arc;

use crossterm::event::KeyCode;
use layerscope::Progress;
use layerscope::analysis::WastedGroup;
use layerscope::report::why_wasted;

use super::pictures::check;
use super::{DEMO, Person};
use crate::intro::Intro;
use crate::tui::explorer::rows::Scope;
use crate::tui::message::Message;
use crate::tui::tests::support::build::{Image, file, gone, layer, open, tar};
use crate::view::View;

/// Puts a user in front of the waste of the demo.
fn at_the_waste(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.types("2");
    person
}

/// Goes down to the next row that is a file, opening all on the way, and presses Enter there.
fn explores_the_first_file(person: &mut Person) {
    for _ in 0..40 {
        person.press(KeyCode::Enter);
        if person.app.view == View::Explore {
            return;
        }
    }
    panic!("no file below\n{}", person.screen());
}

#[test]
fn every_group_has_its_size_cause_layers_and_both_instructions() {
    let screen = at_the_waste(120, 40).reads();
    for answer in [
        "1 → 3",
        "deleted",
        "RUN apk add --update go git mercurial → RUN apk del go git mercurial",
        "why Layer 3 deletes these files, but layer 1 still contains them",
        "fix combine the RUN instructions of layers 1 to 3",
    ] {
        assert!(screen.contains(answer), "{answer:?} is not on\n{screen}");
    }
    let biggest = DEMO
        .1
        .wasted
        .iter()
        .filter(|wasted| (wasted.added_in, wasted.removed_in) == (1.into(), 3.into()))
        .filter(|wasted| wasted.bytes > 0)
        .count();
    assert!(
        screen.contains(&format!("{} deleted", layerscope::display::files(biggest))),
        "{screen}"
    );
}

#[test]
fn at_80_columns_both_instructions_and_the_whole_fix_are_readable() {
    let screen = at_the_waste(80, 24).reads();
    for answer in ["RUN apk add --update", "→ RUN apk del go git", "or use a multi-stage build"] {
        assert!(screen.contains(answer), "{answer:?} is not on\n{screen}");
    }
}

#[test]
fn a_place_is_named_by_a_directory_of_at_most_three_names() {
    let cache = |n: u8| {
        file(
            format!("root/.cache/go-build/49/49{n:02x}e0d9ecc6caca5ef56bd3f1a9c73f24b7493-d"),
            5 << 20,
        )
    };
    let image = Image::of([layer([cache(1), cache(2)]), layer([gone("root/.cache")])]);
    let opened = open(tar(image.docker())).expect("the image opens");
    let inspection =
        layerscope::inspect(&opened, &Progress::default()).expect("the image is readable");
    let mut person = Person::in_front_of("image.tar", 90, 24);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, Arc::new(inspection)));
    person.types("2");
    let screen = person.screen();
    let row = screen.lines().find(|line| line.contains("0 → 1")).unwrap_or_default();
    assert!(row.contains("2 files deleted in /root/.cache/go-build "), "{screen}");
    // Where that does not fit, a directory above is named; no path is cut.
    person.tell(Message::Resize(65, 24));
    assert!(person.screen().contains("2 files deleted in /root/.cache "), "{}", person.screen());
}

#[test]
fn a_group_opens_to_its_directories_biggest_first_and_folds_again() {
    let mut person = at_the_waste(120, 40);
    let open = person.screen();
    assert!(open.contains("▸ /usr/"), "the first pair is open:\n{open}");
    person.types("h");
    let folded = person.screen();
    assert!(!folded.contains("▸ /usr/"), "{folded}");
    person.press(KeyCode::Enter).types("l");
    person.types("l");
    assert!(
        person.screen().contains("▸ lib/"),
        "a directory opens to what is in it:\n{}",
        person.screen()
    );
    person.types("h");
    person.press(KeyCode::Left).types(" ");
    assert_eq!(person.screen(), folded, "← folds, and so does Space");
    person.types(" ");
    assert_eq!(person.screen(), open, "what was open inside is forgotten");
}

#[test]
fn enter_on_a_file_explores_it_in_the_layer_that_ships_it() {
    let mut person = at_the_waste(80, 24);
    explores_the_first_file(&mut person);
    let explorer = person.app.explorer().unwrap();
    assert_eq!((person.layer(), explorer.slice.scope), (1, Scope::UpTo));
    let tree = &DEMO.1.tree;
    let node = explorer.selected().unwrap();
    let wasted = DEMO
        .1
        .wasted
        .iter()
        .find(|wasted| tree.node_of(wasted.version) == node)
        .expect("a deleted file is selected");
    assert_eq!((wasted.added_in, wasted.removed_in), (1.into(), 3.into()), "{}", person.path());
}

#[test]
fn a_file_is_found_even_if_the_explorer_hides_its_kind() {
    let mut person = Person::at(80, 24);
    person.types("+~-=!t2");
    explores_the_first_file(&mut person);
    let node = person.app.explorer().unwrap().selected().unwrap();
    assert!(
        DEMO.1.wasted.iter().any(|wasted| DEMO.1.tree.node_of(wasted.version) == node),
        "{}",
        person.path()
    );
}

#[test]
fn it_opens_on_the_group_of_the_path_that_is_explored() {
    let mut person = Person::at(80, 24);
    let group_here = |person: &Person| {
        let explorer = person.app.explorer().unwrap();
        let pairs = explorer.wasted_below.pairs(explorer.selected().unwrap(), explorer.layer);
        let is_of = |group: &&WastedGroup| {
            (group.added_in, group.removed_in) == (pairs[0].added_in, pairs[0].removed_in)
        };
        explorer.groups.iter().find(is_of).cloned().unwrap()
    };
    let first = group_here(&person);
    while group_here(&person) == first {
        person.types("w");
    }
    let why = String::from(why_wasted(&group_here(&person)));
    person.types("2");
    assert!(person.reads().contains(&why), "{why}\n{}", person.screen());
}

#[test]
fn capital_t_shows_the_table_of_layers_and_enter_leads_back_to_the_group() {
    let mut person = at_the_waste(120, 40);
    person.types("T");
    let screen = person.reads();
    for answer in [
        "Wasted bytes by layer (rows: added in, columns: removed \
        in)",
        "removed in layer",
        "removed in 3: RUN apk del",
    ] {
        assert!(screen.contains(answer), "{answer:?} is not on\n{screen}");
    }
    person.types("G").press(KeyCode::Enter);
    let last = DEMO
        .1
        .wasted
        .iter()
        .filter(|wasted| wasted.bytes > 0)
        .map(|wasted| wasted.added_in)
        .max()
        .unwrap();
    assert!(person.reads().contains(&format!("layer {last}")), "{}", person.screen());
    person.types("TT");
    assert!(person.screen().contains("why"), "{}", person.screen());
}

#[test]
fn an_image_with_nothing_dead_says_so() {
    let mut opened = DEMO.0.clone();
    opened.image.layers.truncate(1);
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let mut person = Person::in_front_of("base.tar", 80, 24);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, Arc::new(inspection)));
    person.types("2jklh TG T").press(KeyCode::Enter);
    assert!(person.reads().contains("No wasted bytes: every file"), "{}", person.screen());
}

#[test]
fn no_size_is_too_small() {
    let mut person = at_the_waste(80, 24);
    for width in 0..90 {
        for height in [0, 1, 2, 3, 4, 5, 9, 10, 11, 12, 24] {
            person.tell(Message::Resize(width, height));
            person.types("Tdd").sees();
            person.types("Tl").press(KeyCode::PageDown).sees();
        }
        person.types("gh1");
        person.types("2");
    }
}

#[test]
fn pictures() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = at_the_waste(width, height);
        person.types("llll");
        check(&format!("waste-{width}x{height}"), &person);
        person.types("T");
        check(&format!("waste-table-{width}x{height}"), &person);
    }
}
