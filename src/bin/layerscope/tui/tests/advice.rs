//! Journeys through findings and ladder.

use std::sync::{Arc, LazyLock};

use crossterm::event::KeyCode;
use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::Rules;
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::files::contents::LayerContents;

use super::{DEMO, Person, pictures};
use crate::tui::message::Message;

static STUDY: LazyLock<Arc<Study>> = LazyLock::new(|| {
    let (rules, contents) = (Rules::built_in(), LayerContents::new(&DEMO.0));
    let question = Question { contents: Some(&contents), ..Question::with(&rules) };
    Arc::new(Study::of(&DEMO.1, &question).expect("nothing that could be wrong is given"))
});

fn at(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.tell(Message::Studied(STUDY.clone()));
    person
}

#[test]
fn findings_say_what_it_is_which_instruction_made_it_and_how_to_fix_it() {
    let mut person = at(120, 40);
    person.types("6");
    let screen = person.reads();
    let first = &STUDY.findings[0];
    for part in [first.title.as_str(), "layer 1 RUN apk add", "layer 3 RUN apk del", "why", "fix"] {
        assert!(screen.contains(part), "{part:?} is not on\n{}", person.screen());
    }
}

#[test]
fn enter_on_a_finding_explores_its_biggest_file() {
    let mut person = at(80, 24);
    person.types("6").press(KeyCode::Enter);
    let tree = &DEMO.1.tree;
    let expected = layerscope::display::escaped(&tree.path(STUDY.findings[0].examples[0].node));
    assert_eq!(person.path(), expected);
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
    assert!(screen.contains("as built") && screen.contains("dead bytes gone"), "{}", person.screen());
    person.types("j");
    assert!(person.reads().contains("make layers 1 to 3 one"), "{}", person.screen());
    assert!(person.reads().contains("exact: the same files"), "{}", person.screen());
}

#[test]
fn what_is_marked_in_the_tree_is_taken_off_the_size_in_the_ladder() {
    let mut person = at(80, 24);
    person.types("/usr/lib/go/bin/go").press(KeyCode::Enter).press(KeyCode::Esc).types(" 7");
    let tree = &DEMO.1.tree;
    let go = tree.find(b"usr/lib/go/bin/go").expect("the demo has a Go toolchain");
    let size = tree.size(tree.versions(go).next().expect("a version"));
    let saved = layerscope::report::Units::Iec.size(size);
    assert!(person.reads().contains(&format!("without the 1 marked: {saved} less, exact")), "{}", person.screen());
    person.press(KeyCode::Esc).types("U7");
    assert!(!person.reads().contains("marked"), "{}", person.screen());
}

#[test]
fn layers_that_are_marked_are_one_in_the_ladder() {
    let mut person = at(80, 24);
    person.press(KeyCode::Tab).types("gj jj ");
    assert_eq!(person.app.explorer().unwrap().marked_run(), Some((1, 3)));
    assert!(person.screen().lines().any(|line| line.starts_with("│1*")), "{}", person.screen());
    person.types("7");
    let outcome = what_if(&DEMO.1, &[Change::Merge { first: 1, last: 3 }]);
    let size = |bytes| layerscope::report::Units::Iec.size(bytes);
    let (shipped, saved) = (size(outcome.shipped), size(outcome.saved(&DEMO.1)));
    let sentence = format!("{shipped} with layers 1 to 3 as one: {saved} less, exact");
    assert!(person.reads().contains(&sentence), "{sentence} is not on\n{}", person.screen());
}

#[test]
fn before_files_have_been_looked_into_both_say_so() {
    let mut person = Person::at(80, 24);
    for view in ["6", "7"] {
        person.types(view).types("jkG").press(KeyCode::Enter);
        person.types(view);
        assert!(person.screen().contains("being looked into"), "{}", person.screen());
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
        person.types("7j");
        pictures::check(&format!("ladder-{width}x{height}"), &person);
    }
}
