//! The rows of Fix and Sizes: what they lead to has their title and their figure.

use std::collections::HashSet;

use crossterm::event::KeyCode;
use layerscope::advice::changes::{Change, Part};
use layerscope::display::{Units, escaped_str};

use super::{Assessed, grades, images};
use crate::tui::tests::Person;
use crate::tui::tests::advice::STUDY;
use crate::tui::widgets::picture::lines;
use crate::view::View;

/// Returns a number with its unit as it stands before `of` and a size with the same unit.
fn figures(bytes: u64) -> [String; 2] {
    let size = Units::Iec.size(bytes);
    let number = size.split(' ').next().unwrap_or_default().to_owned();
    [format!("saves {size}"), format!("saves {number} of ")]
}

/// Returns the changes of an image with the steps from the first row of Fix: secrets come first.
fn rows(image: &Assessed) -> Vec<(usize, Change)> {
    let changes = image.changes();
    let of = |part: Part| changes.iter().filter(move |change| change.part == part).cloned();
    let secrets = image.study.secrets.as_ref().map_or(0, |secrets| secrets.list.len());
    (secrets..).zip(Part::ALL.into_iter().flat_map(of)).collect()
}

#[test]
fn enter_on_a_change_shows_its_files_under_its_title_with_its_saving() {
    for image in images() {
        for (row, change) in rows(image) {
            let mut person = image.person(120, 40);
            person.types("6").types(&"j".repeat(row)).press(KeyCode::Enter);
            let screen = person.screen();
            if person.app.view != View::Explore {
                assert_eq!(change.saves, 0, "{}: {change:?}\n{screen}", image.name);
                continue;
            }
            let title: String = change.fix.short_title().chars().take(30).collect();
            assert!(screen.contains(escaped_str(&title).as_str()), "{title}\n{screen}");
            let is_told = figures(change.saves).iter().any(|figure| screen.contains(figure));
            assert!(is_told, "{}: {} is not on\n{screen}", image.name, change.saves);
            person.press(KeyCode::Esc);
            assert_eq!(person.app.view, View::Findings, "{}", image.name);
        }
    }
}

#[test]
fn enter_on_a_step_of_the_sizes_and_on_what_is_tried_shows_what_that_saves() {
    let demo = &images()[0];
    let mut person = demo.person(120, 40);
    let (step, saved) = (&STUDY.ladder[1], STUDY.ladder[0].size - STUDY.ladder[1].size);
    person.types("7").press(KeyCode::Enter);
    let screen = person.screen();
    assert!(screen.contains(&step.step.title()), "{screen}");
    assert!(figures(saved).iter().any(|figure| screen.contains(figure)), "{screen}");
    for image in images() {
        let mut person = image.person(120, 40);
        person.types("6m");
        let Some(trial) = person.app.explorer().and_then(|it| it.trial.clone()) else { continue };
        person.press(KeyCode::Enter);
        let screen = person.screen();
        assert_eq!(person.app.view, View::Explore, "{}:\n{screen}", image.name);
        let is_told = figures(trial.saves).iter().any(|figure| screen.contains(figure));
        assert!(is_told || trial.paths.len() == 1, "{}: {trial:?}\n{screen}", image.name);
        person.press(KeyCode::Esc);
        assert!(matches!(person.app.view, View::Sizes | View::Explore), "{}", image.name);
    }
}

#[test]
fn what_is_tried_or_marked_stands_under_a_head_of_its_own_with_its_whole_note() {
    let mut person = grades::recommends("ssh", "ssh").person(80, 24);
    person.types("6m");
    let screen = lines(&person.sees());
    let head = screen.iter().position(|line| line.contains("alone, without the changes above"));
    let row = head.map_or("", |head| &screen[head + 1]);
    assert!(row.contains("▸ "), "the row stands below its head:\n{}", screen.join("\n"));
    let trial = person.app.explorer().and_then(|it| it.trial.clone()).expect("a trial");
    let note = format!("alone: {} less.", Units::Iec.size(trial.saves));
    assert!(person.reads().contains(&note), "{note:?} is not on\n{}", screen.join("\n"));
    let mut person = Person::at(80, 24);
    person.studies(&STUDY);
    person.types(" 7");
    assert!(person.reads().contains("your marks, without the changes above"));
}

#[test]
fn rows_of_one_line_differ_where_they_are_cut_and_wide_ones_have_their_grade() {
    for image in images() {
        let mut person = image.person(80, 16);
        person.types("6");
        let width = |line: &String| line.chars().skip(29).take(48).collect::<String>();
        let mut seen = HashSet::new();
        for (row, change) in rows(image) {
            person.press(KeyCode::Home).types(&"j".repeat(row));
            let size = Units::Iec.size(change.saves);
            let screen = lines(&person.sees());
            let line = screen[4..].iter().find(|line| line.contains(&format!("│{size:>9}")));
            let text = line.map(width).unwrap_or_default();
            assert!(seen.insert(text.clone()), "{}: {text:?}\n{}", image.name, person.screen());
        }
        let mut person = image.person(120, 60);
        person.types("6");
        for (_, change) in rows(image) {
            let size = format!("{}{}", change.certainty.sign(), Units::Iec.size(change.size));
            let told = format!("{size} {}", change.grade());
            assert!(person.reads().contains(&told), "{told:?} is not on\n{}", person.screen());
        }
    }
}

#[test]
fn advice_without_lines_offers_none_and_its_difference_says_more_than_its_title() {
    let mut without = 0;
    for image in images() {
        for (row, change) in rows(image) {
            let mut person = image.person(120, 40);
            person.types("6").types(&"j".repeat(row));
            let footer = lines(&person.sees()).pop().unwrap_or_default();
            let offers = footer.contains("copy lines");
            person.types("y");
            let notice = lines(&person.sees()).pop().unwrap_or_default();
            let expected = if offers { "copied " } else { "nothing to copy" };
            assert!(notice.contains(expected), "{}: {change:?}\n{notice}", image.name);
            person.types("D");
            let text = person.reads();
            let why = change.why.split(['.', ';']).next().unwrap_or_default();
            if !offers {
                without += 1;
                assert!(text.contains(escaped_str(why).as_str()), "{why:?}\n{}", person.screen());
                assert!(!text.contains("copy the new lines"), "{}", person.screen());
            }
        }
    }
    assert!(without > 0, "some advice has no lines");
}

/// Names of programs that have no capital at the beginning of a sentence, either.
const NAMES: [&str; 4] = ["apk", "apt", "npm", "pip"];

#[test]
fn a_reason_in_the_details_begins_with_a_capital_or_the_name_of_a_program() {
    for image in images() {
        let mut explorer = crate::tui::explorer::Explorer::new(image.inspection.clone());
        explorer.studies(&image.study);
        for node in image.inspection.tree.nodes() {
            let Some(words) = explorer.advice_at(node).and_then(|advice| advice.why) else {
                continue;
            };
            let is_name = words.split(' ').next().is_some_and(|word| NAMES.contains(&word));
            assert!(is_name || words.starts_with(|c: char| !c.is_lowercase()), "{words}");
        }
    }
}

#[test]
fn the_smallest_size_has_the_same_name_at_every_width() {
    for image in images() {
        for width in [80, 81, 90, 120, 200] {
            let header = lines(&image.person(width, 24).sees())[..2].join("\n");
            assert!(header.contains("smallest"), "{}: {header}", image.name);
            assert!(header.contains("8 Replay"), "{}: {header}", image.name);
            assert!(!header.contains("min."), "{}: {header}", image.name);
        }
    }
}

#[test]
fn the_help_lists_no_key_of_the_current_view_twice() {
    for view in '1'..='8' {
        let mut person = images()[0].person(120, 120);
        person.types(&view.to_string()).types("?");
        let screen = person.screen();
        for (key, word) in [("D", "difference"), ("m ", "mark its files"), ("q ", "quit")] {
            let rows = screen.lines().filter(|line| {
                let text = line.trim_start_matches(|c: char| "│╭ ".contains(c));
                text.starts_with(key) && text.contains(word)
            });
            assert!(rows.count() <= 1, "{key}\n{screen}");
        }
    }
    let mut person = images()[0].person(120, 120);
    person.types("6?");
    let keys = person.screen().lines().filter(|line| line.contains("│   D ")).count();
    assert_eq!(keys, 1, "{}", person.screen());
}

#[test]
fn the_same_bytes_are_in_as_many_files_from_fix_as_from_the_sizes() {
    let demo = &images()[0];
    let files = |keys: &str| {
        let mut person = demo.person(120, 40);
        person.types(keys).press(KeyCode::Enter);
        let screen = person.screen();
        let line = screen.lines().find(|line| line.contains("saves 200 MiB in ")).unwrap_or("");
        let rest = line.split(" in ").nth(1).unwrap_or_else(|| panic!("{screen}"));
        rest.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>()
    };
    let wasted = demo.inspection.wasted.iter().filter(|it| it.bytes > 0 && it.added_in > 0);
    let number = layerscope::display::count(wasted.count() as u64);
    assert_eq!(files("6"), [number.as_str(), "files"]);
    assert_eq!(files("7"), files("6"));
}

#[test]
fn a_part_that_saves_nothing_more_does_not_say_0_b_above_a_saving() {
    for image in images() {
        let mut person = image.person(120, 60);
        let screen = person.types("6").screen();
        for part in ["Optional", "Only with another base image"] {
            assert!(!screen.contains(&format!("{part}: 0 B")), "{}:\n{screen}", image.name);
        }
    }
}

#[test]
fn the_difference_of_a_change_that_fix_leaves_to_a_person_says_so_with_the_reason() {
    let mut noted = 0;
    for image in images() {
        for (row, change) in rows(image) {
            let mut person = image.person(120, 60);
            person.types("6").types(&"j".repeat(row)).types("D");
            let screen = person.reads();
            let has_commands = screen.contains("git apply -p0 fix.diff");
            if change.part != Part::Own || !has_commands {
                continue;
            }
            let is_noted = screen.contains("--dockerfile Dockerfile --all > fix.diff");
            let is_draft = screen.contains("Dockerfile.multi-stage, a new file");
            let is_left = change.needs_a_look && !is_draft;
            assert_eq!(is_noted, is_left, "{}: {change:?}\n{}", image.name, person.screen());
            noted += usize::from(is_noted && screen.contains("Needs a look: "));
        }
    }
    assert!(noted > 0, "git recommends ssh, which a later command uses");
}
