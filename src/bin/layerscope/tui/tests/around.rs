//! Tests of ways around: commands by name, lists, the base image's layers, and what closes what.

use crossterm::event::KeyCode;
use layerscope::display::count;
use layerscope::tree::NodeId;

use super::advice::STUDY;
use super::support::build::{dir, file, layer, symlink};
use super::{DEMO, Person};
use crate::tui::app::Screen;
use crate::tui::explorer::{BaseLayers, LayerRow};
use crate::tui::keys::Action;
use crate::tui::keys::help::EXPLORER;
use crate::tui::layout::Pane;
use crate::tui::message::{Effect, Message};
use crate::tui::tests::explore::at_an_image_of;
use crate::tui::work::pass::PASSES;
use crate::view::View;

/// Keys that open each text and dialog over the screen.
const OVERLAYS: &[&str] = &["?", "e", "o", "6D", "v", ":"];

#[test]
fn q_and_esc_close_every_text_over_the_screen_and_never_the_program() {
    for keys in OVERLAYS {
        for close in [KeyCode::Esc, KeyCode::Char('q')] {
            let mut person = Person::at(80, 24);
            person.studies(&STUDY);
            person.types(keys);
            assert_eq!(person.app.overlays.count(), 1, "{keys}:\n{}", person.screen());
            person.press(close);
            assert_eq!(person.app.overlays.count(), 0, "{keys} and {close}:\n{}", person.screen());
            assert!(!person.ended, "{keys} and {close}");
        }
    }
}

#[test]
fn the_key_of_the_help_closes_every_text_that_is_only_read() {
    for keys in ["?", "e", "o", "6D", ":"] {
        let mut person = Person::at(80, 24);
        person.studies(&STUDY);
        person.types(keys).types("?");
        assert_eq!(person.app.overlays.count(), 0, "{keys}:\n{}", person.screen());
    }
}

#[test]
fn any_command_is_found_by_name_with_its_key_and_runs_in_its_view() {
    let mut person = Person::at(80, 24);
    person.types(":table");
    let screen = person.screen();
    assert!(
        screen
            .lines()
            .any(|line| line.contains("toggle the table of layers") && line.contains(" T")),
        "{screen}"
    );
    person.press(KeyCode::Enter);
    assert_eq!((person.app.view, person.app.overlays.count()), (View::Waste, 0));
    assert!(person.reads().contains("removed in 3: RUN apk del"), "{}", person.screen());
    person.control('p').types("sort name").press(KeyCode::Enter);
    assert!(
        person.app.view == View::Explore && person.screen().contains("name▲"),
        "{}",
        person.screen()
    );
    person.types(":nothing like that");
    assert!(person.screen().contains("no match"), "{}", person.screen());
    person.press(KeyCode::Enter);
    assert_eq!(person.app.overlays.count(), 0);
}

#[test]
fn every_command_of_the_views_is_in_the_list() {
    let mut person = Person::at(80, 24);
    let views = [View::Waste, View::Findings, View::Treemap, View::Replay, View::Explore];
    for &action in EXPLORER.groups.iter().flat_map(|(_, actions)| *actions) {
        let context = format!("{:?}", action.context());
        if !views.iter().any(|view| format!("{view:?}") == context) && context != "Tree" {
            continue;
        }
        person.types(":").types(action.what());
        assert!(
            person.reads().contains(action.what().split(' ').next().unwrap()),
            "{}",
            person.screen()
        );
        assert!(!person.screen().contains("no match"), "{action:?}:\n{}", person.screen());
        person.press(KeyCode::Esc);
    }
}

#[test]
fn the_help_is_searched_as_one_types() {
    let mut person = Person::at(80, 24);
    person.types("?whole image");
    assert!(person.screen().contains("No key or mark matches"), "{}", person.screen());
    person.press(KeyCode::Esc).types("biggest");
    let screen = person.screen();
    assert!(
        screen.contains("list the biggest files") && !screen.contains("sort by size"),
        "{screen}"
    );
    person.press(KeyCode::Esc);
    assert!(person.screen().contains("type to search"), "Esc clears the search first");
    person.press(KeyCode::Esc);
    assert_eq!(person.app.overlays.count(), 0);
}

#[test]
fn the_biggest_files_are_one_key_away_and_enter_goes_there() {
    let mut person = Person::at(120, 40);
    let before = person.path();
    person.types("F");
    let biggest = DEMO.1.tree.inodes().map(|inode| DEMO.1.tree.size(inode)).max().unwrap();
    let screen = person.screen();
    let (tree, weights) = (&DEMO.1.tree, &person.app.explorer().unwrap().weights);
    let is_file =
        |node: &NodeId| weights[node.index()] > 0 && tree.children(*node).next().is_none();
    let all = count(tree.nodes().filter(is_file).count() as u64);
    let title = format!("Biggest files · 1/1,000, of {all} in all");
    assert!(screen.contains(&title), "a list that is cut says so: {title}\n{screen}");
    let first = person.app.search.hits[0];
    let size =
        |node| DEMO.1.tree.versions(node).map(|version| DEMO.1.tree.size(version)).max().unwrap();
    assert_eq!(size(first), biggest);
    person.press(KeyCode::Esc);
    assert_eq!(person.path(), before, "Esc leaves the tree as it was");
    person.types("Fq");
    assert!(
        !person.ended && !person.screen().contains("Biggest files"),
        "q closes the list:\n{}",
        person.screen()
    );
    person.types("Fj").press(KeyCode::Enter);
    let second = Person::at(120, 40).types("F").app.search.hits[1];
    assert_eq!(person.app.explorer().unwrap().selected(), Some(second));
    assert!(!person.screen().contains("Biggest files"), "{}", person.screen());
}

#[test]
fn links_without_a_size_are_one_row_until_it_is_opened() {
    let links = (0..5).map(|i| symlink(format!("lib/link-{i}"), "real"));
    let files = [dir("lib"), file("lib/real", 100)].into_iter().chain(links);
    let mut person = at_an_image_of(vec![layer(files.collect::<Vec<_>>())]);
    person.goes_to("lib/real");
    assert!(person.screen().contains("5 links, 0 B"), "{}", person.screen());
    assert!(!person.screen().contains("link-3"), "{}", person.screen());
    person.types("jl");
    assert!(
        person.screen().contains("link-3") && !person.screen().contains("5 links"),
        "{}",
        person.screen()
    );
    let mut person = at_an_image_of(vec![layer(
        (0..4).map(|i| symlink(format!("link-{i}"), "x")).collect::<Vec<_>>(),
    )]);
    person.types("/link-2").press(KeyCode::Enter);
    assert_eq!(person.path(), "/link-2", "a link that is found has a row");
}

/// Puts a user in front of an image of six layers, three of which belong to its base image.
fn on_a_base(width: u16, height: u16) -> Person {
    let mut person = Person::before_layers(6, width, height);
    let Screen::Image { explorer, .. } = &mut person.app.screen else { panic!("an image") };
    explorer.base = BaseLayers { count: 3, name: Some("Debian".into()), open: false };
    explorer.select_layer(5.into());
    person
}

#[test]
fn the_layers_of_the_base_image_stand_together_until_they_are_opened() {
    let rows = |person: &Person| person.app.explorer().unwrap().layer_rows();
    let mut person = on_a_base(80, 30);
    person.press(KeyCode::Tab);
    assert_eq!((rows(&person)[0], rows(&person).len()), (LayerRow::Base, 4));
    assert!(
        person.screen().contains("Debian (base)") && person.screen().contains("▸"),
        "{}",
        person.screen()
    );
    person.types("g");
    assert_eq!(person.layer(), 2, "together they stand for all of them");
    for key in [KeyCode::Enter, KeyCode::Char(' '), KeyCode::Char('z'), KeyCode::Char('l')] {
        person.press(key);
        assert_eq!(rows(&person).len(), 7, "{key}");
        assert_eq!(person.app.focus, Pane::Layers, "{key}");
        person.press(KeyCode::Left);
        assert_eq!((rows(&person).len(), person.layer()), (4, 2), "{key}");
    }
    person.types("[");
    assert_eq!((person.layer(), rows(&person).len()), (1, 7), "a layer inside opens them");
    let (x, y) = person.finds("▾");
    person.clicks(x, y);
    assert_eq!(person.layer(), 0, "the heading stands for the layer below it");
}

#[test]
fn no_text_below_the_layers_is_cut_while_rows_are_free() {
    let person = Person::at(80, 24);
    let panes = person.app.panes();
    assert_eq!(panes.layers.height, 9, "the base layer needs one line, the others two");
    assert_eq!(panes.details.y, panes.layers.bottom());
    assert_eq!(panes.tree.height, panes.main.height);
    let many = Person::before_layers(60, 80, 24).app.panes();
    assert!(many.details.height >= 9, "{many:?}");
}

#[test]
fn what_each_layer_of_yours_could_save_stands_beside_it() {
    let mut person = Person::at(120, 40);
    person.studies(&STUDY);
    let explorer = person.app.explorer().unwrap();
    let sum: u64 = explorer.avoidable_of_layers.iter().sum();
    assert_eq!(
        Some(sum),
        explorer.avoidable().map(|avoidable| avoidable.own),
        "together it is all of it"
    );
    let line =
        person.screen().lines().find(|line| line.contains("avoidable 200 MiB ")).map(str::to_owned);
    assert!(line.is_some(), "{}", person.screen());
}

#[test]
fn a_change_is_tried_among_the_sizes_and_shown_as_a_difference() {
    let mut person = Person::at(120, 40);
    person.studies(&STUDY);
    person.types("6D");
    let screen = person.screen();
    for line in [
        "- RUN apk add --update go git mercurial",
        "+ RUN apk add --update go git mercurial \\",
        "+     && apk del go git",
    ] {
        assert!(screen.contains(line), "{line} is not on\n{screen}");
    }
    person.press(KeyCode::Esc).types("m");
    assert_eq!(person.app.view, View::Sizes);
    assert!(
        person.screen().contains("▸ layers 1–3 as one") && person.screen().contains("21.3×"),
        "{}",
        person.screen()
    );
    assert!(matches!(Action::TryIt.usual_keys(), ["m"]));
}

#[test]
fn a_directory_is_listed_in_the_viewer() {
    let mut person = Person::with_files(80, 24);
    person.goes_to("etc").types("v");
    let screen = person.screen();
    assert!(screen.contains("1 entry (layer 1):") && screen.contains("server.json"), "{screen}");
}

#[test]
fn layers_that_change_nothing_have_no_column_in_the_timeline() {
    let layers = [layer([file("a", 5000)]), layer([dir("empty")]), layer([file("b", 3000)])];
    let mut person = at_an_image_of(layers.into());
    person.types("3");
    assert!(
        person.screen().contains("+4.88 KiB") && person.screen().contains("+2.93 KiB"),
        "{}",
        person.screen()
    );
    person.press(KeyCode::Left);
    assert_eq!(person.layer(), 0, "the empty layer is passed over");
}

#[test]
fn another_image_and_the_tour_of_this_one_are_opened_from_inside() {
    let mut person = Person::at(80, 24);
    person.types("Omy image.tar");
    assert!(person.screen().contains("my image.tar▏"), "{}", person.screen());
    let effect = person.app.update(Message::Key(KeyCode::Enter.into()));
    assert!(matches!(effect, Some(Effect::Open(name)) if name == "my image.tar"));
    person.types("O").press(KeyCode::Esc);
    assert_eq!(person.app.overlays.count(), 0);
    let effect = person.app.update(Message::Key(KeyCode::Char('L').into()));
    assert!(matches!(effect, Some(Effect::Tour)));
}

#[test]
fn the_help_lists_every_key_and_escape_leaves_it_but_never_the_program() {
    let mut person = Person::at(80, 160);
    person.types("?");
    let screen = person.screen();
    for &action in EXPLORER.groups.iter().flat_map(|(_, actions)| *actions) {
        let keys = person.app.keymap.keys(action);
        // What a key does in this view stands in its place.
        let here = Some("open, fold").filter(|_| matches!(action, Action::Right | Action::Left));
        let what = here.unwrap_or(action.what());
        assert!(keys.is_empty() || screen.contains(what), "{what} is not on\n{screen}");
        for key in keys {
            assert!(screen.contains(&key.to_string()), "{key} is not on\n{screen}");
        }
    }
    person.press(KeyCode::Esc);
    assert!(!person.screen().contains("Show or hide"));
    person.press(KeyCode::Esc).press(KeyCode::Esc);
    assert!(!person.ended);
    person.types("q");
    assert!(person.ended);
}

/// A sentence that is longer than a line of the screen.
const REASON: &str = "cannot find app:none: Docker has no such image, Podman is not there, and the \
    registry registry-1.docker.io says that the repository library/app does not exist or needs a login";

#[test]
fn a_name_that_cannot_be_opened_stays_in_its_dialog_with_the_whole_reason() {
    let mut person = Person::at(80, 24);
    person.types("Oapp:none").press(KeyCode::Enter);
    assert_eq!(person.app.overlays.count(), 0);
    person.app.ask_again_for_image("app:none".into(), vec![REASON.into(), "Hint: log in".into()]);
    for text in ["name or path app:none▏", REASON, "Hint: log in"] {
        assert!(person.reads().contains(text), "{text}:\n{}", person.screen());
    }
    person.press(KeyCode::Backspace);
    assert!(!person.reads().contains("cannot find"), "{}", person.screen());
    assert!(person.reads().contains("name or path app:non▏"), "{}", person.screen());
    person.press(KeyCode::Esc);
    assert_eq!(person.app.overlays.count(), 0);
}

#[test]
fn the_key_that_deletes_never_leaves_an_input_line() {
    for keys in ["/", "f", "?", ":", "O", "x"] {
        let mut person = Person::at(80, 24);
        person.types(keys);
        let before = person.screen();
        // The place of an extraction is written already.
        person.control('u').press(KeyCode::Backspace).control('h').press(KeyCode::Backspace);
        assert!(person.app.takes_text(), "{keys}:\n{}", person.screen());
        assert!(keys == "x" || person.screen() == before, "{keys}:\n{}", person.screen());
        person.press(KeyCode::Esc);
        assert!(!person.app.takes_text(), "{keys}:\n{}", person.screen());
    }
}

#[test]
fn keys_that_arrive_together_are_searched_for_once() {
    for keys in ["/", "f"] {
        for length in [1, 500, 5000] {
            let mut person = Person::at(80, 24);
            person.types(keys);
            let before = PASSES.get();
            for _ in 0..length {
                let _ = person.app.update(Message::Key(KeyCode::Char('a').into()));
            }
            assert_eq!(PASSES.get(), before, "{keys}: a pass before the next frame");
            assert!(person.app.task().is_none(), "the demo is small");
            assert_eq!(PASSES.get(), before + 1, "{keys}: {length} keys");
            assert!(person.app.task().is_none());
            assert_eq!(PASSES.get(), before + 1, "{keys}: nothing is left to do");
            person.tell(Message::Paste("b".repeat(length)));
            assert_eq!(PASSES.get(), before + 2, "{keys}: a paste of {length}");
            assert!(person.screen().contains("b▏"), "{keys}:\n{}", person.screen());
        }
    }
}

#[test]
fn a_key_that_needs_the_matches_does_not_come_before_them() {
    let mut person = Person::at(80, 24);
    for code in ["/bash".chars().map(KeyCode::Char).collect(), vec![KeyCode::Enter]].concat() {
        let _ = person.app.update(Message::Key(code.into()));
    }
    assert!(person.path().ends_with("bash"), "{}", person.path());
}
