//! What a person does with the tree: columns, orders, filters, changes, marks, and what they see then.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use layerscope::Opened;
use layerscope::tree::{Change, NodeId};

use super::pictures::check;
use super::support::build::{self, Image, Layer, dir, entries, file, gone, hardlink, layer, symlink};
use super::{Person, settings};
use crate::tui::Keymap;
use crate::tui::app::App;
use crate::tui::explorer::Explorer;
use crate::tui::message::{Effect, Intro, Message};
use crate::tui::rows::Scope;

fn explorer(person: &Person) -> &Explorer {
    person.app.explorer().expect("the layers have been read")
}

/// The names of the rows, indented by their depth.
fn names(person: &Person) -> Vec<String> {
    let explorer = explorer(person);
    let tree = &explorer.inspection.tree;
    let rows = explorer.rows_from(0, usize::MAX);
    rows.iter().map(|row| " ".repeat(row.depth) + &layerscope::text::escaped(tree.name(row.node))).collect()
}

/// Someone who looks at an image of these layers, with everything folded and the cursor on the first row.
fn at_an_image_of(layers: Vec<Layer>) -> Person {
    let opened: Opened = build::open(entries(Image::of(layers).docker())).expect("an image");
    let inspection = layerscope::inspect(&opened, &layerscope::Progress::default()).expect("a readable image");
    let mut person = Person::in_front_of("built.tar", 120, 40);
    person.tell(Message::Opened(Intro::of(&opened)));
    person.tell(Message::Loaded(Ok(Arc::new(inspection))));
    person.types("Zg");
    person
}

/// A directory of three files in a layer, and a layer that changes all in another way.
fn three_changes() -> Person {
    at_an_image_of(vec![
        layer([dir("a"), file("a/same", 3000), file("a/other", 2000), file("a/gone", 1000), file("b", 500)]),
        layer([
            file("a/same", 3000).mode(0o600).owner(7, 8),
            file("a/other", 2000).filled_with(1),
            gone("a/gone"),
            dir("new"),
            file("new/x", 10),
            file("new/y", 20),
        ]),
    ])
}

#[test]
fn the_same_sort_key_again_turns_the_order_round_and_the_head_shows_it() {
    let mut person = at_an_image_of(vec![layer([file("b", 30), file("c", 10), file("a", 20)])]);
    assert_eq!(names(&person), ["b", "a", "c"]);
    assert!(person.screen().contains("shipped▼"));
    person.types("s");
    assert_eq!(names(&person), ["c", "a", "b"]);
    assert!(person.screen().contains("shipped▲"));
    person.types("n");
    assert_eq!(names(&person), ["a", "b", "c"]);
    assert!(person.screen().contains("name▲") && !person.screen().contains("shipped▲"));
    person.types("n");
    assert_eq!(names(&person), ["c", "b", "a"]);
    person.control('o');
    assert!(person.screen().contains("by items▼"), "{}", person.screen());
}

#[test]
fn directories_are_sorted_by_what_is_in_them_and_by_time() {
    let later = |entry: build::Entry| entry.tweak(|header| header.set_mtime(1_700_000_000));
    let mut person = at_an_image_of(vec![layer([
        dir("few"),
        file("few/big", 5000),
        later(dir("many")),
        file("many/1", 1),
        file("many/2", 1),
    ])]);
    person.types("C");
    assert_eq!(names(&person), ["many", "few"]);
    person.types("c");
    let screen = person.screen();
    assert!(screen.contains("items▼"), "{screen}");
    let row = |name: &str| screen.lines().find(|line| line.contains(name)).expect(name).to_owned();
    assert!(row("many/").contains("      2 ") && row("few/").contains("      1 "), "{screen}");
    person.types("M");
    assert_eq!(names(&person), ["many", "few"]);
    person.types("M");
    assert_eq!(names(&person), ["few", "many"]);
}

#[test]
fn a_click_on_the_head_of_a_column_sorts_by_it() {
    let mut person = at_an_image_of(vec![layer([file("b", 30), file("c", 10), file("a", 20)])]);
    let mut click = |head: &str| {
        let (column, row) = person.finds(head);
        names(person.clicks(column, row))
    };
    assert_eq!(click("name"), ["a", "b", "c"]);
    assert_eq!(click("shipped   "), ["b", "a", "c"]);
    assert_eq!(click("shipped▼"), ["c", "a", "b"]);
}

#[test]
fn permissions_owner_and_time_are_columns_that_come_and_go() {
    let mut person = at_an_image_of(vec![layer([
        file("tool", 10).mode(0o4755).owner(1000, 50).tweak(|header| header.set_mtime(951_782_400)),
        dir("tmp").mode(0o1777),
        symlink("link", "tool"),
    ])]);
    assert!(!person.screen().contains("rwx"));
    person.control('b');
    let screen = person.screen();
    for answer in ["-rwsr-xr-x 1000:50", "drwxrwxrwt 0:0", "lrwxrwxrwx", "mode", "owner"] {
        assert!(screen.contains(answer), "{answer:?} is not on\n{screen}");
    }
    person.control('b');
    assert!(person.screen().contains("2000-02-29") && !person.screen().contains("rws"));
    person.control('b');
    assert!(person.screen().contains("-rwsr-xr-x 1000:50     2000-02-29"), "{}", person.screen());
    person.control('b');
    assert!(!person.screen().contains("2000-02-29"));
}

#[test]
fn the_size_column_goes_from_what_ships_to_what_is_dead_to_what_is_seen() {
    let mut person = three_changes();
    let sizes = |person: &mut Person| {
        person.types("gg");
        let screen = person.screen();
        let line = screen.lines().find(|line| line.contains("a/")).expect("a row").to_owned();
        let cell = line.split('│').nth(3).expect("the tree").trim().to_owned();
        (cell.split_whitespace().take(2).collect::<Vec<_>>().join(" "), screen)
    };
    assert_eq!(sizes(&mut person).0, "10.7 KiB");
    person.types("a");
    let (size, screen) = sizes(&mut person);
    assert!(size == "5.86 KiB" && screen.contains("dead▼"), "{screen}");
    person.types("a");
    let (size, screen) = sizes(&mut person);
    assert!(
        size == "4.88 KiB" && screen.contains("visible▼"),
        "layers are stored plain, so pull is left out\n{screen}"
    );
    person.types("a");
    assert!(sizes(&mut person).1.contains("shipped▼"));
}

#[test]
fn what_is_pulled_is_called_an_estimate_where_layers_are_compressed() {
    let mut person = at_an_image_of(vec![
        layer([file("zeros", 100_000), file("more", 50_000).filled_with(7)]).gzip(),
        layer([file("plain", 4096)]),
    ]);
    person.types("aa");
    let screen = person.screen();
    assert!(screen.contains("~pull▼"), "{screen}");
    assert_eq!(names(&person)[0], "plain", "what is compressed is pulled in next to nothing");
    person.types("G");
    assert!(person.app.details.paragraphs.iter().any(|text| text.contains("an estimate")), "{:?}", person.app.details);
    let explorer = explorer(&person);
    let pulled: u64 = explorer.inspection.tree.inodes().map(|inode| explorer.inspection.pull_bytes(inode)).sum();
    let stored = explorer.inspection.layers[0].stored_bytes;
    assert!((4096 + stored - 2..=4096 + stored).contains(&pulled), "a whole layer is exact: {pulled}, {stored}");
}

#[test]
fn metadata_alone_is_a_change_of_its_own_kind() {
    let mut person = three_changes();
    person.types("t").press(KeyCode::Enter);
    let screen = person.screen();
    for answer in ["@     same", "~     other", "-     gone", "~ ▾ a/", "+ ▸ new/"] {
        assert!(screen.contains(answer), "{answer:?} is not on\n{screen}");
    }
    person.types("~-+");
    assert_eq!(names(&person), ["a", " same"]);
    assert!(person.screen().contains("hidden +~-"), "{}", person.screen());
    person.types("@");
    assert!(names(&person).is_empty());
    person.types("~@-+@");
    assert!(!names(&person).contains(&" same".into()), "{:?}", names(&person));
}

#[test]
fn what_is_smaller_than_a_limit_can_be_hidden() {
    let mut person = Person::at(120, 40);
    person.types("Z>");
    let lens = explorer(&person).lens();
    let rows = explorer(&person).rows_from(0, usize::MAX);
    assert!(!rows.is_empty() && rows.iter().all(|row| lens.size(row.node) >= 1 << 20));
    assert!(person.screen().contains("≥ 1 MiB"));
    person.types(">>");
    assert!(person.screen().contains("≥ 100 MiB") && names(&person).len() == 1, "{}", person.screen());
    person.types(">");
    assert!(!person.screen().contains("MiB ·") && names(&person).len() > 5, "{}", person.screen());
}

#[test]
fn a_glob_leaves_what_matches_with_the_directories_above() {
    let mut person = Person::at(120, 40);
    let before = names(&person);
    person.types("f*.so").press(KeyCode::Enter);
    let explorer = explorer(&person);
    let tree = &explorer.inspection.tree;
    let rows = explorer.rows_from(0, usize::MAX);
    let matches: Vec<_> = rows.iter().filter(|row| tree.name(row.node).ends_with(b".so")).collect();
    assert!(matches.len() > 10);
    assert!(rows.iter().all(|row| tree.name(row.node).ends_with(b".so") || explorer.is_open(row.node)));
    let usr = tree.find(b"usr").unwrap();
    assert_eq!(explorer.lens().size(usr), tree.totals(3)[usr.index()].shipped(), "a directory keeps its true size");
    let count = explorer.filter.kept.as_ref().unwrap().count;
    let screen = person.screen();
    assert!(screen.contains(&format!("filtered: {count} of ")), "{screen}");
    check("filter-120x40", &person);
    person.types("jjjGh").press(KeyCode::Esc);
    assert!(!person.ended && !person.screen().contains("filtered"));
    assert!(names(&person).len() >= before.len(), "what was open is open again");
}

#[test]
fn filters_by_part_path_and_expression_find_the_same_file() {
    let mut person = three_changes();
    for filter in ["othe", "a/oth", "a/*r", "o[t]her", "re:^/a/o", "/r$/"] {
        person.types("f").control('u').types(filter).press(KeyCode::Enter);
        assert_eq!(names(&person), ["a", " other"], "{filter}");
    }
    person.types("f").control('u').press(KeyCode::Enter);
    assert_eq!(names(&person).len(), 6, "an empty filter is none, and what was found stays in sight");
    person.types("fnew").press(KeyCode::Enter).types("gl");
    assert_eq!(names(&person), ["new", " y", " x"], "what is in a directory that matches can be opened");
}

#[test]
fn a_filter_that_is_none_says_so_and_keeps_what_the_last_good_one_left() {
    let mut person = three_changes();
    person.types("fre:oth");
    assert_eq!(names(&person), ["a", " other"]);
    person.types("(");
    assert_eq!(person.path(), "/a/other", "the cursor goes to what matches");
    assert!(person.screen().contains("re:oth(▏ no regular expression: unclosed group"), "{}", person.screen());
    assert_eq!(names(&person), ["a", " other"]);
    person.control('u').types("[");
    assert!(person.screen().contains("no glob: unclosed character class"), "{}", person.screen());
    person.control('u').types("nowhere");
    assert!(person.screen().contains("nothing in any layer matches"), "{}", person.screen());
    person.press(KeyCode::Esc);
    assert!(names(&person).len() > 2 && !person.ended);
}

#[test]
fn a_hit_that_is_filtered_out_or_hidden_is_shown_all_the_same() {
    let mut person = three_changes();
    person.types("fother").press(KeyCode::Enter).types("/same").press(KeyCode::Enter);
    assert_eq!(person.path(), "/a/same");
    person.press(KeyCode::Esc).types("-!~@+=>/gone").press(KeyCode::Enter);
    assert_eq!(person.path(), "/a/gone");
}

#[test]
fn a_hit_says_in_which_layers_it_lives_and_dies() {
    let mut person = three_changes();
    person.types("/gone");
    assert!(person.screen().contains("1 of 1 · in layer 0, gone since 1"), "{}", person.screen());
    person.press(KeyCode::Enter);
    assert!(person.screen().contains("/gone 1 of 1 · in layer 0, gone since 1"), "{}", person.screen());
    person.types("/other");
    assert!(person.screen().contains("1 of 1 · since layer 0"), "{}", person.screen());
}

#[test]
fn changes_are_gone_to_one_after_the_other_even_in_closed_directories() {
    let mut person = three_changes();
    let mut all = Vec::new();
    for _ in 0..4 {
        person.types("}");
        all.push(person.path());
    }
    // The cursor stood on the first row, which is a directory in which something changed.
    assert_eq!(all, ["/a/same", "/a/other", "/a/gone", "/new"], "a new directory is one change");
    person.types("}");
    assert_eq!(person.path(), "/new", "there is no other");
    let back: Vec<_> = (0..4).map(|_| person.types("{").path()).collect();
    assert_eq!(back, ["/a/gone", "/a/other", "/a/same", "/a/same"]);
}

#[test]
fn every_change_of_the_demo_is_come_to_in_the_order_of_the_tree_and_back() {
    for layers_back in 0..4 {
        let mut person = Person::at(120, 40);
        person.types(&"[".repeat(layers_back)).types("Zg");
        let (expected, layer) = (changes_in_order(explorer(&person)), person.layer());
        let first = explorer(&person).selected();
        let expected: Vec<_> = expected.into_iter().filter(|&node| Some(node) != first).collect();
        let walk = |person: &mut Person, key| {
            let mut found = Vec::new();
            loop {
                let before = explorer(person).selected();
                person.types(key);
                if explorer(person).selected() == before {
                    return found;
                }
                found.extend(explorer(person).selected());
            }
        };
        assert_eq!(walk(&mut person, "}"), expected, "down in layer {layer}");
        person.types("G");
        let mut up = walk(&mut person, "{");
        up.reverse();
        up.retain(|&node| Some(node) != first);
        assert!(expected.starts_with(&up) && up.len() + 1 >= expected.len(), "up in layer {layer}");
    }
}

/// Everything that the layer changed, by a walk over the whole tree; what is new or gone with its directory is one.
fn changes_in_order(explorer: &Explorer) -> Vec<NodeId> {
    let (tree, layer) = (&explorer.inspection.tree, explorer.layer);
    let mut found = Vec::new();
    let mut work = vec![(NodeId::ROOT, false)];
    while let Some((node, part)) = work.pop() {
        let change = tree.change(node, layer);
        let whole = matches!(change, Change::Added | Change::Removed) && node != NodeId::ROOT;
        let news = match change {
            Change::Metadata => !explorer.slice.changes(node).contents(),
            change => change != Change::Unchanged,
        };
        if news && !part && node != NodeId::ROOT {
            found.push(node);
        }
        work.extend(explorer.lens().children(node).into_iter().rev().map(|child| (child, part || whole)));
    }
    found
}

#[test]
fn space_marks_and_goes_on_and_what_is_marked_is_counted_once() {
    let mut person = three_changes();
    person.types("  ");
    assert_eq!(explorer(&person).cursor, 2);
    assert!(person.screen().contains("2 marked: "), "{}", person.screen());
    let marked = explorer(&person).marked_bytes();
    person.types("gl").types("j   ");
    assert_eq!(explorer(&person).marked_bytes(), marked, "files in a marked directory count with it");
    assert!(person.screen().contains("5 marked: "));
    person.types("U");
    assert!(!person.screen().contains("marked"));
    person.types(" k ");
    assert!(!person.screen().contains("marked"), "a second time takes the mark away");
}

#[test]
fn bytes_with_two_names_are_marked_once() {
    let mut person = at_an_image_of(vec![layer([file("a", 1000), hardlink("b", "a"), file("c", 1)])]);
    person.types("ng   ");
    assert_eq!(explorer(&person).marked_bytes(), 1001);
}

#[test]
fn a_picture_of_marks() {
    let mut person = Person::at(80, 24);
    person.types("jj  j c");
    check("marks-80x24", &person);
}

#[test]
fn in_dive_s_keys_space_folds_and_m_marks() {
    let mut person = Person::at(120, 40);
    person.app.keymap = Keymap::dive();
    let rows = names(&person).len();
    person.types("g ");
    assert!(names(&person).len() < rows && explorer(&person).marks.is_empty());
    person.types("m");
    assert_eq!(explorer(&person).marks.len(), 1);
    let mut person = Person::at(120, 40);
    person.types("gz");
    assert!(names(&person).len() < rows, "z folds in the usual keys");
}

#[test]
fn everything_folds_with_one_key() {
    let mut person = Person::at(120, 40);
    person.types("Z");
    assert!(explorer(&person).rows_from(0, usize::MAX).iter().all(|row| row.depth == 0));
}

#[test]
fn a_path_that_a_layer_does_not_have_is_selected_again_where_it_is() {
    let mut person = three_changes();
    person.types("/new/x").press(KeyCode::Enter).press(KeyCode::Esc);
    assert_eq!(person.path(), "/new/x");
    person.types("[");
    assert_ne!(person.path(), "/new/x");
    person.tell(Message::Resize(80, 24));
    person.types("]");
    assert_eq!(person.path(), "/new/x");
    person.types("t");
    assert_eq!((explorer(&person).slice.scope, person.path()), (Scope::Changes, "/new/x".into()));
}

#[test]
fn a_large_image_is_searched_beside_the_screen_and_only_the_last_query_counts() {
    let mut files = vec![dir("many")];
    files.extend((0..60_000).map(|i| file(format!("many/file-{i:05}"), i % 7)));
    let opened = build::open(entries(Image::of([layer(files)]).docker())).unwrap();
    let inspection = layerscope::inspect(&opened, &layerscope::Progress::default()).unwrap();
    let mut app = App::new("many.tar".into(), &settings(), ratatui::layout::Rect::new(0, 0, 80, 24));
    app.update(Message::Loaded(Ok(Arc::new(inspection))));
    let mut press = |code: KeyCode| match app.update(Message::Key(KeyEvent::from(code))) {
        Some(Effect::Work(job)) => Some(job),
        _ => None,
    };
    press(KeyCode::Char('/'));
    let first = press(KeyCode::Char('9')).expect("beside the screen");
    let second = press(KeyCode::Char('6')).expect("beside the screen");
    let mut results = 0;
    first.run(&mut |_| results += 1);
    assert_eq!(results, 0, "nobody wants it any more");
    second.run(&mut |done| drop(app.update(Message::Done(done))));
    assert!(app.search.running.is_none());
    assert_eq!(app.search.hits.len(), (0..60_000).filter(|i| format!("{i:05}").contains("96")).count());
    let explorer = app.explorer().unwrap();
    assert_eq!(explorer.selected(), app.search.hit(), "the biggest is shown");

    app.update(Message::Key(KeyCode::Esc.into()));
    app.update(Message::Key(KeyCode::Char('f').into()));
    let Some(Effect::Work(job)) = app.update(Message::Key(KeyCode::Char('7').into())) else { panic!("beside") };
    job.run(&mut |done| drop(app.update(Message::Done(done))));
    let kept = app.explorer().unwrap().filter.kept.as_ref().unwrap();
    assert!(kept.complete && kept.count == (0..60_000).filter(|i| format!("{i:05}").contains('7')).count());
}

#[test]
fn the_life_of_a_path_says_what_each_layer_changed() {
    let at = |seconds: fn(&mut tar::Header)| move |entry: build::Entry| entry.tweak(seconds);
    let day = at(|header| header.set_mtime(86_400));
    let mut person = at_an_image_of(vec![
        layer([file("x", 10), symlink("l", "x"), dir("d"), file("d/y", 5)]),
        layer([day(file("x", 10).mode(0o600).owner(1, 2)), symlink("l", "d")]),
        layer([file("x", 20), gone("d")]),
        layer([gone("x")]),
        layer([dir("x")]),
    ]);
    let mut life = |path: &str| {
        person.press(KeyCode::Esc).types("/").types(path).press(KeyCode::Enter);
        if !person.app.biography {
            person.types("i");
        }
        person.app.details.paragraphs.join("\n")
    };
    let text = life("/x");
    for part in [
        "layer 0 `step 0` made it: a file of 10 B, mode 0644, owner 0:0, of 1970-01-01.",
        "The version before is dead: 10 B recopied, still shipped by layer 0.",
        "its mode (0644 to 0600), its owner (0:0 to 1:2), its time (1970-01-01 to 1970-01-02), and shipped the same 10 B again",
        "layer 2 `step 2` changed its contents (10 B to 20 B), its mode (0600 to 0644)",
        "layer 3 `step 3` took it away: 20 B deleted, still shipped by layer 2.",
        "layer 4 `step 4` made it: a directory",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(life("/l").contains("changed where it leads (x to d): now a link to d"), "{}", life("/l"));
    assert!(life("/d/y").contains("layer 2 `step 2` took it away: 5 B deleted"), "{}", life("/d/y"));
}
