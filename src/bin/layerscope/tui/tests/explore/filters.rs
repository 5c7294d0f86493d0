//! Filters and searches: what is left out, and what is found all the same.

use crate::tui::tests::loaded;
use layerscope::Progress;
use layerscope::display::Units;
use layerscope::files::contents::LayerContents;

use super::*;
use crate::tui::work::{Answer, Task, Workshop};

#[test]
fn what_is_smaller_than_a_limit_can_be_hidden() {
    let mut person = Person::at(120, 40);
    person.types("Z>");
    let lens = explorer(&person).lens();
    let rows = explorer(&person).rows_from(0, usize::MAX);
    assert!(!rows.is_empty() && rows.iter().all(|row| lens.size(row.node) >= 1 << 20));
    assert!(person.screen().contains("≥ 1 MiB"));
    person.types(">>");
    assert!(
        person.screen().contains("≥ 100 MiB") && names(&person).len() == 1,
        "{}",
        person.screen()
    );
    person.types(">");
    assert!(!person.screen().contains("MiB ·") && names(&person).len() > 5, "{}", person.screen());
}

/// Returns whether a path lies below a directory.
fn leads(tree: &layerscope::tree::Tree, directory: NodeId, node: NodeId) -> bool {
    let mut here = node;
    while here != NodeId::ROOT && here != directory {
        here = tree.parent(here);
    }
    here == directory
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
    assert!(
        rows.iter().all(|row| tree.name(row.node).ends_with(b".so") || explorer.is_open(row.node))
    );
    let usr = tree.find(b"usr").unwrap();
    let sum: u64 = matches
        .iter()
        .filter(|row| leads(tree, usr, row.node))
        .map(|row| explorer.lens().size(row.node))
        .sum();
    assert!(sum > 0 && sum < tree.totals(3.into())[usr.index()].size());
    assert_eq!(explorer.lens().size(usr), sum, "a directory has the sum of what matches in it");
    let count = explorer.filter.kept.as_ref().unwrap().count;
    let screen = person.screen();
    let all = layerscope::display::count((tree.node_count() - 1) as u64);
    assert!(screen.contains(&format!("{count} of {all} paths match")), "{screen}");
    let items = |name: &[u8]| explorer.lens().items(tree.find(name).unwrap());
    let below: u32 = tree.children(NodeId::ROOT).map(|node| explorer.lens().items(node)).sum();
    assert_eq!(below as usize, count, "the counts of directories add up to that of the filter");
    assert!(items(b"usr") > 0 && (items(b"usr") as usize) < tree.node_count());
    check("filter-120x40", &person);
    person.types("jjjGh").press(KeyCode::Esc);
    assert!(!person.ended && !person.screen().contains("paths match"));
    assert_eq!(names(&person), before, "what was open is open again, and nothing else");
}

#[test]
fn filters_by_part_path_and_expression_find_the_same_file() {
    let mut person = three_changes();
    let folded = names(&person);
    for filter in ["othe", "a/oth", "a/*r", "o[t]her", "re:^/a/o", "/r$/"] {
        person.types("f").control('u').types(filter).press(KeyCode::Enter);
        assert_eq!(names(&person), ["a", " other"], "{filter}");
    }
    person.types("f").control('u').press(KeyCode::Enter);
    assert_eq!(names(&person), folded, "an empty filter is none");
    person.types("fnew").press(KeyCode::Enter).types("gl");
    assert_eq!(
        names(&person),
        ["new", " y", " x"],
        "what is in a directory that matches can be opened"
    );
}

#[test]
fn a_filter_that_is_none_says_so_and_keeps_what_the_last_good_one_left() {
    let mut person = three_changes();
    person.types("fre:oth");
    assert_eq!(names(&person), ["a", " other"]);
    person.types("(");
    assert_eq!(person.path(), "/a/other", "the cursor goes to what matches");
    assert!(
        person.screen().contains("re:oth(▏ invalid regular expression: unclosed group"),
        "{}",
        person.screen()
    );
    assert_eq!(names(&person), ["a", " other"]);
    person.control('u').types("[");
    assert!(
        person.screen().contains("invalid glob: unclosed character class"),
        "{}",
        person.screen()
    );
    person.control('u').types("nowhere");
    assert!(person.screen().contains("no match"), "{}", person.screen());
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
    assert!(person.screen().contains("1 of 1 · in layer 0, removed in 1"), "{}", person.screen());
    person.press(KeyCode::Enter);
    assert!(
        person.screen().contains("/gone 1 of 1 · in layer 0, removed in 1"),
        "{}",
        person.screen()
    );
    person.types("/other");
    assert!(person.screen().contains("1 of 1 · since layer 0"), "{}", person.screen());
}

#[test]
fn a_large_image_is_searched_beside_the_screen_and_only_the_last_query_counts() {
    let mut files = vec![dir("many")];
    files.extend((0..60_000).map(|i| file(format!("many/file-{i:05}"), i % 7)));
    let opened = build::open(entries(Image::of([layer(files)]).docker())).unwrap();
    let inspection = Arc::new(layerscope::inspect(&opened, &Progress::default()).unwrap());
    let mut app =
        App::new("many.tar".into(), &settings(), ratatui::layout::Rect::new(0, 0, 80, 24));
    app.update(loaded(&app, inspection.clone()));
    let workshop =
        Workshop { inspection, contents: Arc::new(LayerContents::new(&opened)), units: Units::Iec };
    let press = |app: &mut App, code: KeyCode| {
        app.update(Message::Key(KeyEvent::from(code)));
        app.task()
    };
    press(&mut app, KeyCode::Char('/'));
    let first = press(&mut app, KeyCode::Char('9')).expect("beside the screen");
    let second = press(&mut app, KeyCode::Char('6')).expect("beside the screen");
    assert!(!app.awaits(first.number), "nobody wants it any more");
    let mut answers = Vec::new();
    let stopped = Arc::new(Progress::default());
    stopped.cancel.store(true, std::sync::atomic::Ordering::Relaxed);
    workshop.perform(first.ask, &stopped, &mut |answer| answers.push(answer));
    assert!(matches!(answers[..], [Answer::Done]), "it stops when it is told to");
    let perform = |app: &mut App, task: Task| {
        let number = task.number;
        workshop.perform(task.ask, &Arc::default(), &mut |answer| {
            drop(app.update(Message::Answer(number, answer)));
        });
    };
    perform(&mut app, second);
    assert!(app.search.running.is_none());
    assert_eq!(
        app.search.hits.len(),
        (0..60_000).filter(|i| format!("{i:05}").contains("96")).count()
    );
    press(&mut app, KeyCode::Enter);
    let explorer = app.explorer().unwrap();
    assert_eq!(explorer.selected(), app.search.hit(), "the biggest is shown");

    press(&mut app, KeyCode::Esc);
    press(&mut app, KeyCode::Char('f'));
    let filter = press(&mut app, KeyCode::Char('7')).expect("beside the screen");
    perform(&mut app, filter);
    let kept = app.explorer().unwrap().filter.kept.as_ref().unwrap();
    assert!(
        kept.complete
            && kept.count == (0..60_000).filter(|i| format!("{i:05}").contains('7')).count()
    );
}
