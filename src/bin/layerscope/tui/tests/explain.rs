//! Tests of explanations: their wording, and that the figures add up.

use std::collections::HashSet;

use crossterm::event::KeyCode;
use layerscope::LayerIndex;
use layerscope::advice::changes::Part as Side;
use layerscope::advice::ladder::noticeable;
use layerscope::display::{count, escaped_str};
use layerscope::report::Units;

use super::files::FILES;
use super::pictures::check;
use super::savings::{demo, images};
use super::{DEMO, Person};
use crate::tui::explorer::rows::Scope;
use crate::tui::explorer::{Explorer, Slice};
use crate::tui::overlay::Overlay;
use crate::tui::overlay::explain::{Part, Subject, Sum, explain};
use crate::view::View;

/// Asserts that a sum adds up, and that a difference is what is left.
fn adds_up(sum: &Sum, what: &str) {
    let all = |parts: &[(u64, String)]| parts.iter().map(|(bytes, _)| bytes).sum::<u64>();
    match sum.from[..] {
        [] => assert_eq!(all(&sum.parts), sum.total, "{what}: {sum:?}"),
        _ => assert_eq!(all(&sum.from) - all(&sum.parts), sum.total, "{what}: {sum:?}"),
    }
}

/// Returns the sums of an explanation, each of which adds up.
fn sums(parts: Vec<Part>, what: &str) -> Vec<Sum> {
    let sums = parts.into_iter().filter_map(|part| match part {
        Part::Sum(sum) => Some(sum),
        Part::Sentence(_) => None,
    });
    sums.inspect(|sum| adds_up(sum, what)).collect()
}

/// Returns the title and the sums of the explanation that is open.
fn explained(person: &Person) -> (String, Vec<Sum>) {
    match person.app.overlays.top() {
        Some(Overlay::Explanation(it)) => {
            (it.title.clone(), sums(it.parts.clone(), &person.screen()))
        }
        _ => panic!("nothing is explained on\n{}", person.screen()),
    }
}

#[test]
fn the_parts_of_every_sum_add_up_to_its_total_whatever_is_explained() {
    for inspection in [DEMO.1.clone(), FILES.1.inspection.clone()] {
        let explorer = Explorer::new(inspection.clone());
        let tree = &inspection.tree;
        let mut subjects = vec![Subject::Image];
        subjects.extend(explorer.groups.iter().cloned().map(Subject::Waste));
        for layer in LayerIndex::all(inspection.layers.len()) {
            subjects.extend([Subject::Layer(layer), Subject::UpTo(layer)]);
            for scope in [Scope::UpTo, Scope::Changes] {
                let mut slice = Slice::new(tree, layer);
                slice.scope = scope;
                // The directories, and some of the files.
                let nodes = tree
                    .nodes()
                    .filter(|&node| tree.children(node).next().is_some() || node.index() % 50 == 1);
                subjects.extend(nodes.map(|node| Subject::Path {
                    node,
                    layer,
                    scope,
                    totals: slice.totals(node),
                }));
            }
        }
        for subject in subjects {
            sums(explain(&explorer, &subject, Units::Iec).1, &format!("{subject:?}"));
        }
    }
}

#[test]
fn in_fix_e_derives_the_saving_of_the_row_and_the_size_after_it() {
    for image in images() {
        let secrets = image.study.secrets.as_ref().map_or(0, |secrets| secrets.list.len());
        let changes = image.study.changes.iter();
        let mut before: u64 = 0;
        for (row, change) in changes.enumerate() {
            let mut person = image.person(120, 60);
            person.types("6").types(&"j".repeat(secrets + row)).types("e");
            let (title, sums) = explained(&person);
            let named = format!("{}: {title}\n{}", image.name, person.screen());
            assert_eq!(title, String::from(escaped_str(&change.short_title())), "{named}");
            assert!(sums.iter().any(|sum| sum.total == change.saves), "{named}");
            let after = sums.last().expect("a size after it");
            assert_eq!((after.total, &*after.what), (change.size, "size after it"), "{named}");
            let screen = person.reads();
            let (saves, after) = (count(change.saves), count(change.size));
            assert!(screen.contains(&saves) && screen.contains(&after), "{named}");
            let says = |grade: &str| screen.to_lowercase().contains(&format!("{grade}: "));
            assert!(says(change.grade()) && says(change.certainty.grade()), "{named}");
            // What is saved in addition to those before: all of them together count each byte once.
            let added = sums.iter().find(|sum| sum.what == "saved in addition");
            before += added.map_or(change.saves, |sum| sum.total);
        }
        let all: u64 = image.study.changes.iter().map(|change| change.adds).sum();
        assert_eq!(before, all, "{}", image.name);
    }
}

#[test]
fn in_fix_e_explains_a_part_of_a_change_and_then_the_change() {
    let image = demo();
    let mut person = image.person(120, 40);
    person.types("6").press(KeyCode::Right).types("je");
    let screen = person.screen();
    let finding = &image.study.findings[image.study.changes[0].findings[0]];
    let (title, sums) = explained(&person);
    assert_eq!(title, finding.title, "{screen}");
    assert_eq!(sums[0].total, finding.bytes, "{screen}");
    assert!(screen.contains("e explain the change"), "{screen}");
    person.types("e");
    assert_eq!(explained(&person).0, image.study.changes[0].short_title());
}

#[test]
fn in_sizes_e_derives_each_size_from_the_one_above_it() {
    for image in images() {
        let sizes = &image.study.ladder;
        let shown = noticeable(sizes);
        for (row, &place) in shown.iter().enumerate() {
            let mut person = image.person(120, 60);
            person.types("7").types("g").types(&"j".repeat(row)).types("e");
            let (title, sums) = explained(&person);
            let named = format!("{}: {title}\n{}", image.name, person.screen());
            if row == 0 {
                assert_eq!(sums[0].total, image.inspection.totals.size, "{named}");
                continue;
            }
            assert_eq!(title, sizes[place].step.title(), "{named}");
            assert_eq!(sums[0].total, sizes[place].size, "{named}");
            assert_eq!(sums[0].from[0].0, sizes[shown[row - 1]].size, "{named}");
        }
        // What is marked, and what is tried.
        let mut person = image.person(120, 60);
        person.types("1 7e");
        let (_, sums) = explained(&person);
        let saved: u64 = sums[0].parts.iter().map(|(bytes, _)| bytes).sum();
        assert_eq!(sums[0].total + saved, image.inspection.totals.size, "{}", person.screen());
        let first = image.study.changes.iter().find(|change| change.part == Side::Own);
        if let Some(first) =
            first.filter(|_| image.study.secrets.as_ref().is_none_or(|it| it.list.is_empty()))
        {
            let mut person = image.person(120, 60);
            person.types("6m");
            assert_eq!(person.app.view, View::Sizes, "{}", person.screen());
            let (_, sums) = explained(person.types("e"));
            assert!(sums.iter().any(|sum| sum.total == first.saves), "{}", person.screen());
        }
    }
}

#[test]
fn the_header_s_numbers_are_explained_by_a_key_and_by_a_click() {
    for image in images() {
        let mut person = image.person(120, 60);
        let explorer = person.app.explorer().expect("it is read");
        let avoidable = explorer.avoidable().expect("it is assessed").own;
        let (smallest, first) = image.study.smallest().expect("a size as built");
        let (smallest, first) = (smallest.size, first.size);
        person.types("E");
        assert_eq!(explained(&person).1[0].total, image.inspection.totals.size);
        assert!(person.screen().contains("e explain avoidable, smallest"), "{}", person.screen());
        person.types("e");
        let (title, sums) = explained(&person);
        let named = format!("{}: {title}\n{}", image.name, person.screen());
        let totals: Vec<_> = sums.iter().map(|sum| (&*sum.what, sum.total)).collect();
        assert_eq!(totals.contains(&("avoidable", avoidable)), avoidable > 0, "{named}");
        assert_eq!(totals.contains(&("smallest", smallest)), smallest < first, "{named}");
    }
    let mut person = demo().person(80, 24);
    for word in ["size ", "wasted ", "avoidable ", "smallest "] {
        let screen = person.screen();
        let (row, column) = screen
            .lines()
            .enumerate()
            .find_map(|(row, line)| Some((row, line[..line.find(word)?].chars().count())))
            .expect("the word is in the header");
        let at = |value: usize| u16::try_from(value).expect("a cell of the screen");
        person.clicks(at(column), at(row));
        assert_eq!(explained(&person).0, "layerscope/demo:latest", "{word}: {}", person.screen());
        person.press(KeyCode::Esc);
    }
}

#[test]
fn the_footer_says_what_e_explains_next_and_the_last_e_closes() {
    let image = demo();
    for view in ["1", "2", "2j", "2T", "3", "4", "5", "6", "7", "8"] {
        let mut person = image.person(80, 24);
        person.types(view).types("e");
        let mut told: Option<&str> = None;
        for presses in 0.. {
            assert!(presses < 6, "{view}: e never ends\n{}", person.screen());
            let (title, _) = explained(&person);
            let is_told = match told {
                Some("the layer") => title.starts_with("Layer "),
                Some("the pair") => title.contains("→"),
                Some("the image") => title == "layerscope/demo:latest",
                Some("avoidable, smallest") => title == "Avoidable and smallest",
                Some(other) => panic!("{other} is not known"),
                None => true,
            };
            assert!(is_told, "{view}: {title} after {told:?}");
            let screen = person.screen();
            let footer = screen.lines().last().unwrap_or_default();
            let next = footer.split_once("e explain ").map(|(_, next)| next.trim());
            let known = ["the layer", "the pair", "the image", "avoidable, smallest"];
            told = next.and_then(|next| known.into_iter().find(|known| *known == next));
            assert_eq!(told.is_some(), next.is_some(), "{footer}");
            // Only the footer says so.
            assert_eq!(
                screen.matches("e explain").count(),
                usize::from(told.is_some()),
                "{screen}"
            );
            person.types("e");
            if told.is_none() {
                assert!(footer.contains("Esc e close"), "{footer}");
                break;
            }
        }
        assert!(person.app.overlays.is_empty(), "{view}:\n{}", person.screen());
    }
}

#[test]
fn e_explains_the_row_then_the_layer_then_the_image() {
    let mut person = Person::at(100, 40);
    person.types("e");
    let screen = person.reads();
    assert!(screen.contains("/usr/lib/go, up to layer 3"), "{}", person.screen());
    assert!(screen.contains("e explain the layer"), "{}", person.screen());
    assert!(screen.contains("wasted: deleted or replaced up to this layer"), "{}", person.screen());
    person.types("e");
    assert!(person.screen().contains("e explain the image"), "{}", person.screen());
    person.types("e");
    let totals = &DEMO.1.totals;
    let sentence = format!(
        "Efficiency = visible ÷ size = {} ÷ {} = 4.7 %.",
        count(totals.visible),
        count(totals.size)
    );
    assert!(person.reads().contains(&sentence), "{}", person.screen());
    person.press(KeyCode::Esc);
    assert!(!person.screen().contains("Efficiency ="));
    assert_eq!(person.path(), "/usr/lib/go");
}

#[test]
fn every_view_explains_what_is_selected_in_it() {
    for (view, title) in [
        ("2", "Layer 1 → layer 3"),
        ("3", "The layers up to 3"),
        ("4", ", up to layer 3"),
        ("5", "layerscope/demo:latest"),
    ] {
        let mut person = Person::at(100, 40);
        person.types(view).types("e");
        assert!(
            person.screen().contains(&format!("{title} ")),
            "{title} is not on\n{}",
            person.screen()
        );
    }
}

#[test]
fn pictures_of_an_explanation() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.types("e");
        check(&format!("explain-{width}x{height}"), &person);
    }
}

/// Returns the number of files in the words of a part: `5,761 files deleted`, `5,757 others`.
fn files_in(words: &str) -> Option<usize> {
    let (number, rest) = words.split_once(' ')?;
    let is_number = rest.starts_with("file") || rest.starts_with("others");
    number.replace(',', "").parse().ok().filter(|_| is_number)
}

#[test]
fn a_group_of_waste_has_as_many_files_by_reason_and_one_by_one_as_in_its_row() {
    let explorer = Explorer::new(DEMO.1.clone());
    for group in &explorer.groups {
        let (_, parts) = explain(&explorer, &Subject::Waste(group.clone()), Units::Iec);
        let [by_reason, by_file] = &sums(parts, "a group")[..] else { panic!("{group:?}") };
        let reasons: usize = by_reason.parts.iter().filter_map(|(_, it)| files_in(it)).sum();
        let one_by_one =
            |(_, it): &(u64, String)| if it.starts_with('/') { Some(1) } else { files_in(it) };
        let listed: usize = by_file.parts.iter().filter_map(one_by_one).sum();
        assert_eq!((reasons, listed), (group.count, group.count), "{by_reason:?} {by_file:?}");
    }
}

#[test]
fn in_fix_the_sums_of_optional_changes_and_of_the_base_are_explained_behind_their_changes() {
    let mut parts = HashSet::new();
    for image in images() {
        let secrets = image.study.secrets.as_ref().map_or(0, |secrets| secrets.list.len());
        for (row, change) in image.study.changes.iter().enumerate() {
            if change.part == Side::Own || !parts.insert((image.name.clone(), change.part)) {
                continue;
            }
            let mut person = image.person(120, 60);
            person.types("6").types(&"j".repeat(secrets + row)).types("e");
            assert!(person.screen().contains("e explain the sum"), "{}", person.screen());
            person.types("e");
            let (title, sums) = explained(&person);
            assert_eq!(title, change.part.title(), "{}", person.screen());
            let of_part = image.study.changes.iter().filter(|it| it.part == change.part);
            let all: u64 = of_part.map(|it| it.adds).sum();
            assert_eq!(sums.first().map_or(0, |sum| sum.total), all, "{}", person.screen());
        }
    }
    assert!(parts.iter().any(|(_, part)| *part == Side::Optional), "{parts:?}");
    assert!(parts.iter().any(|(_, part)| *part == Side::Base), "{parts:?}");
}

#[test]
fn on_image_e_explains_the_figure_of_the_row() {
    let image = demo();
    let mut person = image.person(120, 40);
    person.types("5");
    for (row, title, total) in [
        ("uncompressed tar", "In the archive", Some(DEMO.1.totals.stored_bytes)),
        ("base image", "Base image", Some(DEMO.1.layers[0].size)),
        ("directories,", "Final filesystem", None),
        ("layer 1 ", "Layer 1", Some(DEMO.1.layers[1].tar_bytes)),
        ("diff ID 3", "Layer 3", Some(DEMO.1.layers[3].tar_bytes)),
    ] {
        let (x, y) = person.finds(row);
        person.clicks(x, y).types("e");
        let (said, sums) = explained(&person);
        assert_eq!(said, title, "{}", person.screen());
        assert_eq!(sums.last().map(|sum| sum.total), total, "{}", person.screen());
        // Then come the numbers of the header.
        person.types("e");
        assert_eq!(explained(&person).0, &*DEMO.1.name, "{}", person.screen());
        person.press(KeyCode::Esc);
    }
}
