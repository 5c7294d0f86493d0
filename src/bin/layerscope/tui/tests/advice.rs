//! Journeys through findings and ladder.

use std::collections::HashSet;
use std::sync::{Arc, LazyLock};

use crossterm::event::KeyCode;
use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::{Fate, Level, Rules, Whose};
use layerscope::advice::ladder::Holds;
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::files::contents::LayerContents;

use super::{DEMO, Person, pictures};
use crate::view::View;

pub(super) static STUDY: LazyLock<Arc<Study>> = LazyLock::new(|| {
    let (rules, contents) = (Rules::built_in(), LayerContents::new(&DEMO.0));
    let question = Question { contents: Some(&contents), ..Question::with(&rules) };
    Arc::new(Study::assess(&DEMO.1, &question).expect("nothing that could be wrong is given"))
});

fn at(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.studies(&STUDY);
    person
}

#[test]
fn findings_say_what_it_is_which_instruction_made_it_and_how_to_fix_it() {
    let mut person = at(120, 40);
    person.types("6");
    let screen = person.reads();
    let first = &STUDY.findings[0];
    person.press(KeyCode::Right);
    assert!(
        person.screen().contains(first.title.as_str()),
        "it opens to its findings:\n{}",
        person.screen()
    );
    for part in [
        "combine the RUN instructions of layers 1 to 3",
        "added layer 1 RUN apk add",
        "removed layer 3 RUN apk del",
        "why",
        "fix",
    ] {
        assert!(screen.contains(part), "{part:?} is not on\n{}", person.screen());
    }
}

#[test]
fn enter_on_a_finding_explores_its_biggest_file() {
    let mut person = at(80, 24);
    person.types("6").press(KeyCode::Enter);
    let tree = &DEMO.1.tree;
    let expected = layerscope::display::escaped(&tree.path(STUDY.findings[0].examples[0].node));
    assert_eq!(person.path(), expected.as_str());
}

#[test]
fn every_finding_can_be_reached_and_explored() {
    for place in 0..STUDY.findings.len() {
        let mut person = at(80, 24);
        person.types("6").types(&"j".repeat(place)).sees();
        person.press(KeyCode::Enter);
        assert!(person.screen().contains("layer"), "{}", person.screen());
    }
}

#[test]
fn the_ladder_has_a_rung_for_each_remedy_and_says_how_to_get_there() {
    let mut person = at(80, 24);
    person.types("7");
    let screen = person.reads();
    for step in [&STUDY.ladder[0].step, &STUDY.ladder[1].step] {
        assert!(screen.contains(&step.title()), "{}", person.screen());
    }
    let gain = |i: usize| STUDY.ladder[i - 1].size - STUDY.ladder[i].size;
    assert!((2..STUDY.ladder.len()).all(|i| gain(i) <= gain(1)), "the first step gains the most");
    let how = STUDY.ladder[1].how.lines().next().expect("a recipe").to_owned();
    let start: String = how.chars().take(40).collect();
    assert!(
        screen.contains(&start),
        "it starts on the step that gains the most, with its recipe:\n{}",
        person.screen()
    );
    assert!(screen.contains("Exact: the same files"), "{}", person.screen());
}

#[test]
fn what_is_marked_in_the_tree_is_taken_off_the_size_in_the_ladder() {
    let mut person = at(80, 24);
    person.types("/usr/lib/go/bin/go").press(KeyCode::Enter).press(KeyCode::Esc).types(" 7");
    let tree = &DEMO.1.tree;
    let go = tree.find(b"usr/lib/go/bin/go").expect("the demo has a Go toolchain");
    let size = tree.size(tree.versions(go).next().expect("a version"));
    let saved = layerscope::report::Units::Iec.size(size);
    assert!(
        person.reads().contains(&format!("Without /usr/lib/go/bin/go: {saved} less")),
        "{}",
        person.screen()
    );
    person.press(KeyCode::Esc).types("U7");
    assert!(!person.reads().contains("Without /usr/lib/go/bin/go"), "{}", person.screen());
}

#[test]
fn several_marks_are_rows_that_can_be_compared() {
    let mut person = at(80, 24);
    for path in ["/usr/lib/go/pkg/tool", "/usr/lib/go/bin/go"] {
        person.types(&format!("/{path}")).press(KeyCode::Enter).press(KeyCode::Esc).types(" ");
    }
    person.types("7");
    let size = |bytes| layerscope::report::Units::Iec.size(bytes);
    let tree = &DEMO.1.tree;
    let node = |path: &str| tree.find(path.as_bytes()).expect("the demo has a Go toolchain");
    let drop = |paths: &[&str]| {
        let changes: Vec<_> = paths.iter().map(|path| Change::Drop(node(path))).collect();
        size(what_if(&DEMO.1, &changes).size)
    };
    let screen = person.screen();
    let row = |title: &str| {
        screen.lines().find(|line| line.contains(title)).unwrap_or_default().to_owned()
    };
    let (tool, go) = ("/usr/lib/go/pkg/tool", "/usr/lib/go/bin/go");
    // The biggest mark is the first, and all of them together are selected.
    assert!(row("without /usr/lib/go/pkg/tool").contains(&drop(&[tool])), "{screen}");
    assert!(row("without /usr/lib/go/bin/go").contains(&drop(&[go])), "{screen}");
    assert!(row("▸ all your marks").contains(&drop(&[tool, go])), "{screen}");
    // Enter on a mark goes to its path.
    person.press(KeyCode::Up).press(KeyCode::Enter);
    assert_eq!(person.app.view, View::Explore);
    assert_eq!(person.app.explorer().unwrap().selected(), Some(node(go)));
}

#[test]
fn enter_on_a_step_shows_its_files_and_esc_goes_back_to_the_step() {
    let mut person = at(80, 24);
    let inspection = person.app.explorer().unwrap().inspection.clone();
    let kept = |person: &Person| {
        let explorer = person.app.explorer().unwrap();
        let tree = &inspection.tree;
        let kept = explorer.filter.kept.as_ref()?;
        let files = tree.inodes().filter(|&inode| tree.size(inode) > 0);
        Some(files.map(|inode| tree.node_of(inode)).filter(|&n| kept.holds(n)).collect())
    };
    // The first step leaves out the wasted bytes: what no change of its own removes stays.
    let Holds::Changed(changes) = &STUDY.ladder[1].holds else { panic!("a change") };
    let outcome = what_if(&inspection, changes);
    let tree = &inspection.tree;
    let files = tree.inodes().filter(|&inode| tree.size(inode) > 0);
    let gone = files.filter(|&inode| !outcome.keeps(inode));
    let gone: HashSet<_> = gone.map(|inode| tree.node_of(inode)).collect();
    person.types("7g").press(KeyCode::Down).press(KeyCode::Enter);
    assert_eq!(person.app.view, View::Explore);
    assert!(person.screen().contains(&STUDY.ladder[1].step.title()), "{}", person.screen());
    assert!(person.screen().contains("saves "), "{}", person.screen());
    assert_eq!(kept(&person), Some(gone));
    person.press(KeyCode::Esc);
    assert_eq!((person.app.view, kept(&person)), (View::Sizes, None));
    // The last one keeps the program.
    person.types("G").press(KeyCode::Enter);
    let program = STUDY.ladder_inputs.program.as_ref().unwrap().path;
    assert_eq!(person.app.explorer().unwrap().selected(), Some(program));
    assert!(person.screen().contains(", which stay"), "{}", person.screen());
    person.press(KeyCode::Esc);
    assert_eq!(person.app.view, View::Sizes);
    // The image as built is all of it.
    person.types("g").press(KeyCode::Enter);
    assert_eq!((person.app.view, kept(&person)), (View::Explore, None));
}

#[test]
fn esc_leaves_the_files_of_a_change_for_the_change() {
    let mut person = at(80, 24);
    person.types("6").press(KeyCode::Enter);
    assert_eq!(person.app.view, View::Explore);
    person.press(KeyCode::Esc);
    assert_eq!(person.app.view, View::Findings);
    // A filter that a person types is one of the explorer.
    person.press(KeyCode::Enter).types("fgo").press(KeyCode::Enter).press(KeyCode::Esc);
    assert_eq!(person.app.view, View::Explore);
}

#[test]
fn no_title_among_the_sizes_is_cut_at_80_columns() {
    let mut person = at(80, 24);
    person.types("7");
    let screen = person.screen();
    for possible_size in &STUDY.ladder[1..] {
        assert!(screen.contains(&possible_size.step.title()), "{screen}");
    }
}

#[test]
fn layers_that_are_marked_are_one_in_the_ladder() {
    let mut person = at(80, 24);
    person.press(KeyCode::Tab).types("gj jj ");
    assert_eq!(person.app.explorer().unwrap().marked_run(), Some((1.into(), 3.into())));
    assert!(person.screen().lines().any(|line| line.starts_with("│1*")), "{}", person.screen());
    person.types("7");
    let outcome = what_if(&DEMO.1, &[Change::Merge { first: 1.into(), last: 3.into() }]);
    let size = |bytes| layerscope::report::Units::Iec.size(bytes);
    let (size, saved) = (size(outcome.size), size(outcome.saved(&DEMO.1)));
    let sentence = format!("With layers 1 to 3 as one: {saved} less");
    let reads = person.reads();
    assert!(
        reads.contains(&sentence) && reads.contains(&size),
        "{sentence} is not on\n{}",
        person.screen()
    );
}

#[test]
fn before_files_have_been_looked_into_both_say_so() {
    let mut person = Person::at(80, 24);
    for view in ["6", "7"] {
        person.types(view).types("jkG").press(KeyCode::Enter);
        person.types(view);
        assert!(person.screen().contains("Analyzing files"), "{}", person.screen());
    }
}

#[test]
fn no_size_of_screen_is_too_small() {
    for (width, height) in [(0, 0), (1, 1), (5, 3), (12, 9), (40, 12), (200, 60)] {
        let mut person = at(width, height);
        person.types("6jjG").sees();
        person.types("7jjG").sees();
    }
}

#[test]
fn pictures() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = at(width, height);
        person.types("6");
        pictures::check(&format!("findings-{width}x{height}"), &person);
        person.types("7");
        pictures::check(&format!("ladder-{width}x{height}"), &person);
    }
}

#[test]
fn findings_with_one_fix_are_one_change_and_groups_have_sums() {
    let mut person = at(120, 40);
    person.types("6");
    let screen = person.screen();
    let own: u64 = STUDY
        .findings
        .iter()
        .filter(|finding| finding.whose == Whose::Own)
        .filter(|finding| {
            finding.fate != Fate::Left
                || matches!(finding.level, Level::Leftovers | Level::Toolchain)
        })
        .map(|finding| finding.bytes)
        .sum();
    let own = layerscope::report::Units::Iec.size(own);
    let head = format!("In your Dockerfile: {own} avoidable");
    assert!(screen.contains(&head), "{head:?} is not on\n{screen}");
    let fixes: HashSet<_> =
        STUDY.findings.iter().map(|finding| (finding.whose, finding.fix.clause())).collect();
    let changes = screen
        .lines()
        .find_map(|line| line.split("Fix: what to change · 1/").nth(1))
        .expect("a title");
    let changes: usize = changes.split(' ').next().unwrap().parse().unwrap();
    assert!(
        changes >= fixes.len() && changes < STUDY.findings.len(),
        "{changes} changes for {} fixes",
        fixes.len()
    );
}

#[test]
fn the_fix_is_said_before_anything_else_where_there_is_little_room() {
    let mut person = at(80, 16);
    person.types("6");
    let screen = person.screen();
    let fix = screen
        .lines()
        .position(|line| line.contains("fix "))
        .unwrap_or_else(|| panic!("no fix on\n{screen}"));
    let rule = screen.lines().position(|line| line.starts_with("│ ───")).expect("a rule");
    assert_eq!(fix, rule + 1, "{screen}");
}

#[test]
fn enter_shows_only_the_files_of_the_change_and_esc_shows_all_again() {
    let mut person = at(120, 40);
    let before = person.screen();
    person.types("6").press(KeyCode::Enter);
    assert!(person.screen().contains("saves 200 MiB in "), "{}", person.screen());
    person.press(KeyCode::Esc);
    assert!(!person.screen().contains("saves 200 MiB in "), "{}", person.screen());
    assert_eq!(before.lines().count(), person.screen().lines().count());
}

#[test]
fn the_lines_of_a_change_are_copied_whole() {
    let mut person = at(120, 40);
    person.types("6y");
    assert!(
        person.screen().contains("(through the terminal)") && person.screen().contains(" line"),
        "{}",
        person.screen()
    );
}

#[test]
fn a_step_that_saves_less_than_a_hundredth_is_left_out() {
    let mut person = at(120, 40);
    person.types("7");
    let screen = person.screen();
    let mut before = STUDY.ladder[0].size;
    for possible_size in &STUDY.ladder[1..] {
        let title = possible_size.step.title();
        let gains = before.saturating_sub(possible_size.size) > before / 100;
        let shown =
            screen.lines().any(|line| line.trim_start_matches(['│', '▸', ' ']).starts_with(&title));
        assert_eq!(shown, gains, "{title}:\n{screen}");
        before = if gains { possible_size.size } else { before };
    }
}
