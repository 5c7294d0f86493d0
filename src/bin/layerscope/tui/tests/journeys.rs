//! Journeys: actions of a user, and the screen after them.

mod opening;

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEventKind};
use layerscope::Progress;
use layerscope::tree::{Kind, NodeId};
use proptest::prelude::*;

use super::{DEMO, Person};
use crate::intro::Intro;
use crate::tui::explorer::Explorer;
use crate::tui::layout::Pane;
use crate::tui::message::{Effect, Message};
use crate::tui::tests::loaded;
use crate::tui::tests::support::build;

#[test]
fn the_first_screen_answers_what_is_wasted_and_which_instruction_did_it() {
    let screen = Person::at(80, 24).reads();
    for answer in [
        "size 210 MiB ▒ wasted 200 MiB avoidable",
        "/usr/lib/go",
        "Fix: combine the RUN",
        "(saves 200 MiB), or",
        "History: added in 1 `RUN apk add",
        "removed in 3",
    ] {
        assert!(screen.contains(answer), "{answer:?} is not on\n{screen}");
    }
}

#[test]
fn layer_size_and_bar_are_visible_at_80_columns() {
    let screen = Person::at(80, 24).screen();
    let layer = screen.lines().find(|line| line.starts_with("│1 ")).expect("layer 1 has a row");
    assert!(
        layer.contains("200 MiB") && layer.contains('▒') && layer.contains("RUN apk add"),
        "{layer}"
    );
}

#[test]
fn it_opens_on_the_biggest_dead_thing_and_w_goes_to_the_next() {
    let mut person = Person::at(120, 40);
    let explorer = person.app.explorer().unwrap();
    let group = &explorer.groups[0];
    assert_eq!((group.added_in, group.removed_in), (1.into(), 3.into()));
    let first = person.path();
    assert_eq!(first, "/usr/lib/go");
    let wasted = |person: &Person| {
        let explorer = person.app.explorer().unwrap();
        explorer.slice.totals(explorer.selected().unwrap()).wasted
    };
    let (mut sizes, mut paths) = (vec![wasted(&person)], vec![first.clone()]);
    loop {
        person.types("w");
        if person.path() == first {
            break;
        }
        assert!(!paths.contains(&person.path()), "{paths:?}");
        paths.push(person.path());
        sizes.push(wasted(&person));
        assert!(person.screen().contains(&format!(" {} of ", paths.len())), "{}", person.screen());
    }
    assert!(sizes.is_sorted_by(|one, next| one >= next), "{paths:?} {sizes:?}");
    assert_eq!(sizes.iter().sum::<u64>(), DEMO.1.totals.wasted(), "all waste: {paths:?}");
}

#[test]
fn a_search_without_a_match_says_so_after_enter() {
    let mut person = Person::at(80, 24);
    person.types("/no such name").press(KeyCode::Enter);
    let told = "no file in any layer matches no such name";
    assert!(person.screen().contains(told), "{}", person.screen());
    person.types("j");
    assert!(!person.screen().contains(told), "{}", person.screen());
}

#[test]
fn a_change_is_explained_only_once_it_is_known() {
    let mut person = Person::at(80, 24);
    person.types("6e");
    assert!(person.screen().contains("still being computed"), "{}", person.screen());
    person.studies(&super::advice::STUDY);
    person.types("e");
    assert!(person.reads().contains("Made alone, it leaves out:"), "{}", person.screen());
}

#[test]
fn the_timeline_says_of_what_is_stored_again_that_old_copies_stay() {
    let given = build::file("app/a", 300).owner(7, 7);
    let layers = [build::layer([build::file("app/a", 300)]), build::layer([given])];
    let opened = build::open(build::tar(build::Image::of(layers).docker())).unwrap();
    let inspection = Arc::new(layerscope::inspect(&opened, &Progress::default()).unwrap());
    let mut person = Person::in_front_of("made", 120, 40);
    person.tell(loaded(&person.app, inspection));
    person.types("3");
    let told = "The old copies are still in earlier layers.";
    assert!(person.reads().contains(told), "{}", person.screen());
    assert!(!person.reads().contains("The deleted files"), "{}", person.screen());
}

#[test]
fn w_stops_at_what_is_gone_or_rewritten_as_a_whole_and_at_each_other_file() {
    let image = |entries: Vec<build::Entry>, later: Vec<build::Entry>| {
        let image = build::Image::of([build::layer(entries), build::layer(later)]);
        let opened = build::open(build::tar(image.docker())).unwrap();
        Arc::new(layerscope::inspect(&opened, &Progress::default()).unwrap())
    };
    let inspection = image(
        vec![
            build::file("app/a", 300),
            build::file("app/lib/b", 500),
            build::file("opt/gone/c", 400),
            build::file("opt/gone/d", 300),
            build::file("opt/stays", 10),
            build::file("srv/e", 90),
            build::file("srv/f", 80),
            build::file("srv/g", 70),
            build::file("lists/h", 30),
            build::file("lists/i", 20),
        ],
        vec![
            build::file("app/a", 300).owner(7, 7),
            build::file("app/lib/b", 500).owner(7, 7),
            build::gone("opt/gone"),
            build::gone("srv/e"),
            build::file("srv/g", 71),
            build::gone("lists/h"),
            build::gone("lists/i"),
        ],
    );
    let mut person = Person::in_front_of("made", 120, 40);
    person.tell(loaded(&person.app, inspection));
    let mut paths = vec![person.path()];
    for _ in 0..4 {
        person.types("w");
        paths.push(person.path());
    }
    assert_eq!(paths, ["/app/lib/b", "/opt/gone", "/srv/e", "/srv/g", "/lists"]);
    person.types("w");
    assert_eq!(person.path(), "/app", "after the last comes the first");
}

#[test]
fn brackets_change_the_layer_from_any_pane_and_keep_the_path() {
    let mut person = Person::at(120, 40);
    let path = person.path();
    person.types("[");
    assert_eq!((person.layer(), person.path()), (2, path.clone()));
    person.press(KeyCode::Tab).types("]");
    assert_eq!((person.layer(), person.app.focus, person.path()), (3, Pane::Layers, path));
}

#[test]
fn deleted_files_stay_in_the_tree_and_say_which_instruction_deleted_them() {
    let mut person = Person::at(120, 40);
    let screen = person.screen();
    assert!(screen.lines().any(|line| line.contains("-3 ") && line.contains("▸ go/")), "{screen}");
    assert!(
        person.app.details.paragraphs.join(" ").contains("removed in 3 `RUN apk del go git"),
        "{screen}"
    );
    person.types("!-~+");
    assert!(!person.screen().contains("-3 "), "hidden by keys:\n{}", person.screen());
}

#[test]
fn one_key_shows_only_what_the_layer_changed() {
    let mut person = Person::at(120, 40);
    person.types("t");
    let screen = person.screen();
    assert!(screen.contains("Only layer 3"), "{screen}");
    let explorer = person.app.explorer().unwrap();
    let rows = explorer.rows_from(0, usize::MAX);
    assert!(!rows.is_empty() && rows.iter().all(|row| explorer.slice.changes(row.node).any()));
    person.types("t");
    assert!(person.screen().contains("Layers 0–3"));
    person.control('l');
    assert!(person.screen().contains("Only layer 3"), "dive's key");
}

#[test]
fn directories_open_and_fold() {
    let mut person = Person::at(120, 40);
    person.types("g");
    let rows = person.app.explorer().unwrap().rows.len();
    let top = person.path();
    person.types("h");
    person.types("h");
    let folded = person.app.explorer().unwrap().rows.len();
    assert!(folded < rows, "h folds {top}");
    person.press(KeyCode::Enter);
    assert_eq!(person.app.explorer().unwrap().rows.len(), rows, "Enter opens it again as it was");
    person.press(KeyCode::Enter);
    assert_ne!(person.path(), top, "a second Enter goes into it");
}

#[test]
fn the_details_name_a_file_s_cost_and_cause() {
    let mut person = Person::at(120, 40);
    let inspection = DEMO.1.clone();
    let tree = &inspection.tree;
    let node = tree.find(b"usr/lib/go/bin/go").expect("the demo has a Go toolchain");
    let crate::tui::app::Screen::Image { explorer, .. } = &mut person.app.screen else {
        panic!("loaded")
    };
    explorer.reveal(node);
    person.types("t").types("t");
    let details = person.app.details.paragraphs.join(" ");
    assert!(details.contains("Deleted in layer 3 `RUN apk del"), "{details}");
    assert!(
        details.contains("stay in layer 1 `RUN apk add --update go git mercurial`"),
        "{details}"
    );
}

#[test]
fn below_80_columns_one_pane_is_shown_and_tab_goes_round() {
    let mut person = Person::at(40, 12);
    assert!(person.screen().contains("Layers 0–"));
    person.press(KeyCode::Tab);
    assert!(
        person.screen().lines().any(|line| line.starts_with("╭ ") && !line.contains("Everything"))
    );
    person.press(KeyCode::Tab);
    assert!(person.screen().contains("Layers · 4"), "{}", person.screen());
    person.press(KeyCode::Tab);
    assert!(person.screen().contains("Layers 0–"));
}

#[test]
fn an_image_without_layers_is_shown() {
    let mut opened = DEMO.0.clone();
    opened.image.layers.clear();
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let mut person = Person::in_front_of("empty.tar", 80, 24);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, Arc::new(inspection)));
    person.types("jklh[]tw").press(KeyCode::Tab).types("jk");
    assert!(person.screen().contains("no layers"), "{}", person.screen());
}

#[test]
fn a_name_is_found_in_all_layers_even_if_it_was_deleted() {
    let mut person = Person::at(80, 24);
    person.types("[[[");
    assert_eq!(person.layer(), 0);
    person.types("/gofmt");
    let screen = person.screen();
    assert!(screen.contains("Matches of gofmt · 1/"), "the matches are listed\n{screen}");
    let tree = &DEMO.1.tree;
    let exact: Vec<_> =
        person.app.search.hits.iter().map(|&hit| tree.name(hit) == b"gofmt").collect();
    assert!(
        exact[0] && exact.is_sorted_by(|a, b| a >= b),
        "names that are it come first: {exact:?}"
    );
    assert!(screen.contains("/gofmt▏ 1 of"), "{screen}");
    person.press(KeyCode::Enter);
    assert_eq!(person.path(), "/usr/lib/go/bin/gofmt");
    person.types("n");
    assert_ne!(person.path(), "/usr/lib/go/bin/gofmt");
    person.types("N");
    assert_eq!(person.path(), "/usr/lib/go/bin/gofmt");
    assert!(
        person.app.details.paragraphs[1].starts_with("Deleted in layer 3"),
        "it says where it died"
    );
    person.press(KeyCode::Esc).types("A");
    assert!(person.screen().contains("name▲"), "{}", person.screen());
}

#[test]
fn a_part_of_a_path_is_found_and_what_is_nowhere_is_said() {
    let mut person = Person::at(80, 24);
    person.types("/go/bin/app").press(KeyCode::Enter);
    assert_eq!(person.path(), "/go/bin/app");
    person.types("/go/bin/appzzz");
    assert!(person.screen().contains("no match in any layer"), "{}", person.screen());
    person.press(KeyCode::Esc);
    assert!(!person.screen().contains("appzzz"), "{}", person.screen());
}

#[test]
fn the_life_of_a_path_names_every_version_and_what_changed() {
    let mut person = Person::at(120, 40);
    person.types("/etc/apk/world").press(KeyCode::Enter).types("i");
    let file_history = person.app.details.paragraphs.join(" ");
    assert!(
        file_history.contains("Added in layer 0 `ADD file:") && file_history.contains(": file, "),
        "{file_history}"
    );
    assert!(
        file_history.contains("layer 1 `RUN apk add")
            && file_history.contains("changed its contents"),
        "{file_history}"
    );
    person.types("i/gofmt").press(KeyCode::Enter).types("i");
    let file_history = person.app.details.paragraphs.join(" ");
    assert!(
        file_history.contains("deleted it: ")
            && file_history.ends_with("deleted, still in layer 1."),
        "{file_history}"
    );
}

#[test]
fn y_copies_the_path_and_capital_y_the_command() {
    let mut person = Person::at(80, 24);
    let mut copied = |key| match person.app.update(Message::Key(KeyCode::Char(key).into())) {
        Some(Effect::Copy(text)) => text,
        _ => panic!("{key} copies"),
    };
    assert_eq!(copied('y'), "/usr/lib/go");
    assert_eq!(copied('Y'), "layerscope demo");
    let mut person = Person::in_front_of("it's mine.tar", 80, 24);
    person.tell(loaded(&person.app, DEMO.1.clone()));
    let copied = person.app.update(Message::Key(KeyCode::Char('Y').into()));
    assert!(
        matches!(copied, Some(Effect::Copy(text)) if text == r"layerscope report 'it'\''s mine.tar'")
    );
}

#[test]
fn numbers_lead_to_the_views_and_escape_comes_back() {
    let mut person = Person::at(120, 40);
    let path = person.path();
    person.types("5");
    let screen = person.reads();
    for fact in [
        "layerscope/demo:latest",
        "linux/amd64",
        "efficiency 4.7 %",
        "command [\"/go/bin/app\"]",
        "layer 1 RUN apk add",
    ] {
        assert!(screen.contains(fact), "{fact:?} is not on\n{}", person.screen());
    }
    for view in ["2", "3", "4", "5"] {
        person.types(view).press(KeyCode::Esc);
        assert_eq!(person.path(), path, "view {view} shares the selection");
    }
}

/// An action of a user.
#[derive(Debug, Clone)]
enum Deed {
    Key(KeyEvent),
    Resize(u16, u16),
    /// At once after the deed before, or later.
    Mouse(MouseEventKind, u16, u16, bool),
}

fn deed() -> impl Strategy<Value = Deed> {
    let button = MouseButton::Left;
    let kinds = [
        MouseEventKind::Down(button),
        MouseEventKind::Down(button),
        MouseEventKind::Drag(button),
        MouseEventKind::Up(button),
        MouseEventKind::ScrollDown,
        MouseEventKind::ScrollUp,
    ];
    let mouse = (proptest::sample::select(kinds.to_vec()), 0u16..130, 0u16..50, any::<bool>());
    prop_oneof![
        6 => proptest::sample::select(all_keys()).prop_map(Deed::Key),
        3 => mouse.prop_map(|(kind, x, y, at_once)| Deed::Mouse(kind, x, y, at_once)),
        // Where things are, and twice in one place.
        2 => (0u16..80, 1u16..24).prop_map(|(x, y)| Deed::Mouse(MouseEventKind::Down(MouseButton::Left), x, y, true)),
        1 => (0u16..130, 0u16..50).prop_map(|(width, height)| Deed::Resize(width, height)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_sequence_of_keys_clicks_and_resizes_panics_or_leaves_the_rows(
        deeds in proptest::collection::vec(deed(), 1..80)
    ) {
        let mut person = Person::at(80, 24);
        for deed in deeds {
            match deed {
                Deed::Key(key) => person.tell(Message::Key(key)),
                Deed::Resize(width, height) => {
                    let (path, layer) = (person.app.explorer().unwrap().selected(), person.layer());
                    person.tell(Message::Resize(width, height));
                    prop_assert_eq!((person.app.explorer().unwrap().selected(), person.layer()), (path, layer));
                }
                Deed::Mouse(kind, x, y, true) => drop(person.at_once(kind, x, y)),
                Deed::Mouse(kind, x, y, false) => drop(person.mouse(kind, x, y)),
            }
            let explorer = person.app.explorer().unwrap();
            prop_assert!(explorer.cursor < explorer.rows.len().max(1));
            prop_assert_eq!(explorer.selected().is_some(), !explorer.rows.is_empty());
            prop_assert_eq!(explorer.rows.len(), rows_one_by_one(explorer).len());
            let rows = explorer.rows_from(0, usize::MAX).into_iter().map(|row| row.node);
            prop_assert_eq!(rows.collect::<Vec<_>>(), rows_one_by_one(explorer));
            if let Some(node) = explorer.selected() {
                prop_assert_eq!(explorer.rows.position(node, &explorer.inspection.tree), Some(explorer.cursor));
            }
            prop_assert!(explorer.layer < explorer.inspection.layers.len());
            if let Some(node) = explorer.selected() {
                prop_assert!(explorer.inspection.tree.versions(node).next().is_some_and(|v| explorer.inspection.tree.kind(v) != Kind::Fifo));
            }
            person.sees();
        }
    }
}

/// Returns all rows by a plain walk over the open directories.
fn rows_one_by_one(explorer: &Explorer) -> Vec<NodeId> {
    let mut rows = Vec::new();
    let mut work = explorer.lens().children(NodeId::ROOT);
    work.reverse();
    while let Some(node) = work.pop() {
        rows.push(node);
        if explorer.is_open(node) {
            work.extend(explorer.lens().children(node).into_iter().rev());
        }
    }
    rows
}

fn all_keys() -> Vec<KeyEvent> {
    let mut keys: Vec<_> =
        "kjudgGw[]tlhsn+~@-=!>?/12345NiyYzZUCMacf{}m*go".chars().map(KeyCode::Char).collect();
    keys.extend([
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Enter,
        KeyCode::Backspace,
    ]);
    keys.extend([
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Tab,
        KeyCode::BackTab,
    ]);
    keys.extend([KeyCode::Esc, KeyCode::Char(' '), KeyCode::F(5)]);
    let control =
        "abflouwk".chars().map(|c| KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL));
    keys.into_iter().map(KeyEvent::from).chain(control).collect()
}

#[test]
fn even_one_cell_is_enough_not_to_panic() {
    for (width, height) in
        [(1, 1), (1, 60), (200, 1), (2, 2), (3, 3), (79, 3), (80, 11), (12, 4), (0, 0)]
    {
        let mut person = Person::at(width, height);
        person.sees();
        person.types("?").sees();
        person.types("?").press(KeyCode::Tab).sees();
        Person::waiting(width, height).sees();
    }
}

#[test]
fn a_terminal_that_has_not_said_yet_that_it_shrank_shows_what_fits() {
    let person = Person::at(80, 24);
    let mut small = ratatui::Terminal::new(ratatui::backend::TestBackend::new(40, 30)).unwrap();
    small.draw(|frame| crate::tui::app::draw::draw(&person.app, &person.theme, frame)).unwrap();
    let shown = super::lines(small.backend().buffer());
    assert!(shown[2].starts_with("╭ Layers"), "{shown:?}");
    assert_eq!(shown[29], "");
}
