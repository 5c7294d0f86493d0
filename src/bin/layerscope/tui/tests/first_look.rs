//! The first look: what can be saved, in every view, and how one leaves what lies over the screen.

use std::sync::Arc;

use crossterm::event::KeyCode;
use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::Rules;
use layerscope::files::contents::LayerContents;
use layerscope::{Opened, Progress};

use super::support::build::{self, Image, dir, entries, file, layer};
use super::{DEMO, Person, loaded, pictures};
use crate::intro::Intro;
use crate::tui::explorer::rows::Shown;
use crate::tui::message::Message;
use crate::view::View;

pub fn study(opened: &Opened, inspection: &layerscope::Inspection) -> Arc<Study> {
    let (rules, contents) = (Rules::built_in(), LayerContents::new(opened));
    let question = Question { contents: Some(&contents), ..Question::with(&rules) };
    Arc::new(Study::assess(inspection, &question).expect("nothing that could be wrong is given"))
}

#[test]
fn every_view_shows_size_visible_wasted_avoidable_and_smallest_at_80_columns() {
    let mut person = Person::at(80, 24);
    person.studies(&study(&DEMO.0, &DEMO.1));
    for key in ["1", "2", "3", "4", "5", "6", "7", "8"] {
        let screen = person.types(key).screen();
        let header: Vec<_> = screen.lines().take(2).collect();
        for part in ["size 210 MiB", "wasted 200 MiB", "avoidable"] {
            assert!(header[0].contains(part), "{part:?} is not in\n{}", header[0]);
        }
        assert!(
            header[0].contains("layerscope/demo:latest") || header[0].contains("visible"),
            "{}",
            header[0]
        );
        assert!(!header[0].contains("layerscope/d…"), "the name is whole: {}", header[0]);
        assert!(header[1].contains("smallest") || header[1].contains("min."), "{}", header[1]);
        for view in View::ALL {
            assert!(
                header[1].contains(view.short_name()),
                "{} is not in\n{}",
                view.short_name(),
                header[1]
            );
        }
    }
}

#[test]
fn what_is_still_being_computed_says_so_and_moves_nothing() {
    let mut person = Person::at(120, 40);
    let before: Vec<_> = person.screen().lines().take(2).map(str::to_owned).collect();
    assert!(before[0].contains("…") && before[1].contains("smallest"), "{before:?}");
    person.studies(&study(&DEMO.0, &DEMO.1));
    let after: Vec<_> = person.screen().lines().take(2).map(str::to_owned).collect();
    for word in ["size", "visible", "wasted", "avoidable"] {
        assert_eq!(
            before[0].find(word),
            after[0].find(word),
            "{word} moved:\n{before:?}\n{after:?}"
        );
    }
    assert!(!after[0].contains('…'), "{after:?}");
}

#[test]
fn every_number_of_the_header_stays_on_a_narrow_screen_and_in_a_lesson() {
    for (width, height) in [(40, 24), (50, 24), (60, 24), (72, 15), (79, 14)] {
        let mut person = Person::at(width, height);
        person.studies(&study(&DEMO.0, &DEMO.1));
        for key in ["1", "2", "3", "6", "7"] {
            let screen = person.types(key).screen();
            let header = screen.lines().take(2).collect::<Vec<_>>().join(" ");
            for number in ["210 MiB", "▒ ", "200 MiB", "4.64 MiB", "layersco"] {
                assert!(header.contains(number), "{width}x{height}: no {number} in {header}");
            }
            assert_eq!(header.matches("200 MiB").count(), 2, "wasted and avoidable: {header}");
        }
    }
    // Where there is a single row, the numbers go by rank, and words before numbers.
    for (width, numbers) in [(40, 1), (60, 2), (80, 3)] {
        let mut person = Person::at(width, 12);
        person.studies(&study(&DEMO.0, &DEMO.1));
        let screen = person.screen();
        let header = screen.lines().next().expect("a header").to_owned();
        let found =
            ["210 MiB", "200 MiB", "4.64 MiB"].iter().filter(|part| header.contains(**part));
        assert!(found.count() >= numbers, "{width}: {header}");
        assert!(header.contains("210 MiB"), "{width}: {header}");
    }
}

#[test]
fn on_a_narrow_screen_the_view_has_its_name() {
    let mut person = Person::at(60, 24);
    person.types("2");
    assert!(
        person.screen().lines().take(2).any(|line| line.contains("Waste")),
        "{}",
        person.screen()
    );
}

/// Puts a user in front of an image of a base and one layer, in which nothing is deleted.
fn fat() -> (Opened, Person) {
    let cache = "root/.cache/go-build";
    let base = layer([dir("usr"), dir("usr/share"), file("usr/share/base", 2_000_000)]);
    let own = layer([
        dir("usr/lib"),
        file("usr/lib/small", 1_000),
        dir("root/.cache"),
        dir(cache),
        file(format!("{cache}/a"), 4_000_000),
        file(format!("{cache}/b"), 3_000_000),
    ]);
    let opened = build::open(entries(Image::of([base, own]).docker())).expect("an image");
    let inspection =
        Arc::new(layerscope::inspect(&opened, &Progress::default()).expect("a readable image"));
    let mut person = Person::in_front_of("fat.tar", 120, 40);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, inspection));
    (opened, person)
}

#[test]
fn without_waste_it_opens_on_the_biggest_directory() {
    let (_, person) = fat();
    assert_eq!(person.path(), "/root/.cache/go-build");
}

#[test]
fn a_change_is_named_only_for_paths_that_have_some_of_its_files() {
    let (opened, mut person) = fat();
    let inspection = person.app.explorer().expect("read").inspection.clone();
    person.studies(&study(&opened, &inspection));
    for (path, said) in [
        ("root/.cache/go-build", "saves 6.68 MiB)"),
        ("root/.cache/go-build/b", "saves 6.68 MiB, 2.86 MiB of it here)"),
    ] {
        person.goes_to(path);
        let fix = person.app.details.paragraphs[0].clone();
        assert!(fix.contains(said), "{path}: {fix}\n{}", person.screen());
    }
    for path in ["usr", "usr/lib", "usr/lib/small", "usr/share/base"] {
        person.goes_to(path);
        assert!(!person.reads().contains("Fix:"), "{path}:\n{}", person.screen());
    }
    person.goes_to("root/.cache").types("[");
    assert!(!person.reads().contains("Fix:"), "a later layer adds them:\n{}", person.screen());
}

#[test]
fn who_has_gone_somewhere_stays_there_when_the_findings_come() {
    let (opened, mut person) = fat();
    person.press(KeyCode::Home);
    let before = person.path();
    let inspection = person.app.explorer().expect("read").inspection.clone();
    person.studies(&study(&opened, &inspection));
    assert_eq!(person.path(), before);
}

#[test]
fn every_text_over_the_screen_is_closed_by_q_esc_and_its_own_key() {
    for (opens, own) in [("?", Some("?")), ("e", None), ("o", None), ("v", None)] {
        for closes in ["q", "esc", own.unwrap_or("q")] {
            let mut person = Person::with_files(80, 24);
            person.goes_to("etc/server.json");
            let before = person.screen();
            person.types(opens);
            assert!(!person.app.overlays.is_empty(), "{opens} opens something");
            if closes == "esc" {
                person.press(KeyCode::Esc);
            } else {
                person.types(closes);
            }
            assert!(!person.ended, "{closes} after {opens} does not end the program");
            assert!(person.app.overlays.is_empty(), "{closes} closes what {opens} opened");
            assert_eq!(person.screen(), before);
        }
    }
}

#[test]
fn every_overlay_is_closed_by_esc_and_where_letters_are_no_text_by_q_and_its_own_key() {
    // The view, the key that opens it, and whether letters are text in it.
    let overlays = [
        ("1", "?", true),
        ("1", "e", false),
        ("1", "o", false),
        ("1", "v", false),
        ("1", "x", true),
        ("1", "O", true),
        ("1", ":", true),
        ("6", "D", false),
    ];
    for (view, opens, is_text) in overlays {
        let closes = match (opens, is_text) {
            ("?" | ":", _) => vec!["esc", "q", opens],
            (_, true) => vec!["esc"],
            (_, false) => vec!["esc", "q", opens],
        };
        for close in closes {
            let mut person;
            if view == "1" {
                person = Person::with_files(80, 24);
                person.goes_to("etc/server.json");
            } else {
                person = Person::at(80, 24);
                person.studies(&study(&DEMO.0, &DEMO.1));
            }
            let before = person.types(view).screen();
            person.types(opens);
            assert!(!person.app.overlays.is_empty(), "{opens} opens something");
            // An explanation goes on to the whole before it closes.
            for _ in 0..4 {
                if person.app.overlays.is_empty() {
                    break;
                }
                if close == "esc" {
                    person.press(KeyCode::Esc)
                } else {
                    person.types(close)
                };
                if (close, opens) != ("e", "e") {
                    break;
                }
            }
            assert!(!person.ended, "{close} after {opens} ends the program");
            assert!(person.app.overlays.is_empty(), "{close} does not close what {opens} opened");
            assert_eq!(person.screen(), before, "{close} after {opens}");
        }
    }
}

#[test]
fn esc_goes_one_step_back_until_everything_is_as_it_was() {
    let mut person = Person::at(120, 40);
    let before = person.screen();
    // Each is undone by one Esc, the last one first where they lie on each other.
    for keys in ["i", "+", ">", "@>", "f*.so\n", "/gofmt\n"] {
        for key in keys.chars() {
            match key {
                '\n' => person.press(KeyCode::Enter),
                key => person.types(&key.to_string()),
            };
        }
        assert_ne!(person.screen(), before, "{keys:?} changes something");
        person.press(KeyCode::Esc);
        let explorer = person.app.explorer().expect("an image");
        assert!(explorer.filter.kept.is_none() && person.app.search.hits.is_empty(), "{keys:?}");
        assert_eq!(explorer.shown, Shown::ALL, "{keys:?}");
        assert!(!person.app.file_history, "{keys:?}");
    }
    person.types("i+f*.so").press(KeyCode::Enter);
    for left in ["paths match", "filters: no added", ""] {
        person.press(KeyCode::Esc);
        let screen = person.screen();
        assert!(!screen.contains("file history"), "{screen}");
        assert!(screen.contains(left), "{left}:\n{screen}");
    }
    assert!(!person.ended);
    for view in ["2", "3", "4", "5", "6", "7", "8"] {
        person.types(view).press(KeyCode::Esc);
        assert_eq!(person.app.view, View::Explore, "Esc leaves view {view}");
    }
}

#[test]
fn what_was_opened_on_another_text_is_closed_one_by_one() {
    let mut person = Person::with_files(80, 24);
    person.goes_to("etc/server.json").types("v").types("e");
    for left in (0..2).rev() {
        person.types("q");
        assert_eq!(person.app.overlays.count(), left);
        assert!(!person.ended);
    }
}

#[test]
fn the_help_begins_with_the_keys_of_the_current_view() {
    for (key, view) in ["1", "2", "3", "4", "5", "6", "7", "8"].into_iter().zip(View::ALL) {
        let mut person = Person::at(80, 48);
        person.types(key).types("?");
        let screen = person.screen();
        let first =
            screen.lines().find(|line| line.contains("Keys in")).expect("a heading").to_owned();
        assert!(first.contains(view.name()), "{first}");
        let at = |text: &str| screen.find(text).unwrap_or(usize::MAX);
        assert!(at("Keys in") < at("Moving"), "{screen}");
    }
}

#[test]
fn a_chown_that_doubled_the_image_is_seen_with_the_copy_that_avoids_it() {
    let opened =
        layerscope::image::builtin::open("chmod").expect("the image is there").expect("it opens");
    let inspection =
        Arc::new(layerscope::inspect(&opened, &Progress::default()).expect("it is readable"));
    let study = study(&opened, &inspection);
    let mut person = Person::in_front_of("the lesson's image", 120, 40);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, inspection));
    person.studies(&study);
    let screen = person.screen();
    let fix = person.app.details.paragraphs[0].clone();
    assert!(fix.contains("made (saves 47.7 MiB, 41.4 MiB of it here): COPY --chown=…"), "{fix}");
    assert!(screen.contains("chown -R"), "{screen}");
    assert!(!screen.contains("--chmod"), "the mode stays as it is:\n{screen}");
    pictures::check("chown-120x40", &person);
    person.types("w").sees();
    let fix = person.app.details.paragraphs[0].clone();
    assert!(fix.starts_with("Fix: set the owner where the files are made"), "{fix}");
    person.types("3");
    assert!(person.reads().contains("The old copies are still in earlier"), "{}", person.screen());
}

/// Returns an image of a base and a layer with a compiler in many places, and what was found in it.
fn with_a_compiler(steps: usize) -> Person {
    let base = layer([dir("usr"), file("usr/base", 2_000_000)]);
    let libraries = "usr/lib/gcc/x86_64-linux-gnu/12";
    let own = layer([
        dir("usr/bin"),
        file("usr/bin/x86_64-linux-gnu-as", 600_000),
        dir("usr/lib"),
        dir("usr/lib/gcc"),
        dir("usr/lib/gcc/x86_64-linux-gnu"),
        dir(libraries),
        file(format!("{libraries}/cc1"), 5_000_000),
        file(format!("{libraries}/collect2"), 500_000),
        file("usr/lib/libasan.so.8", 700_000),
        dir("usr/lib/bfd-plugins"),
        file("usr/lib/bfd-plugins/libdep.so", 400_000),
        dir("usr/share"),
        dir("usr/share/gcc"),
        file("usr/share/gcc/python", 300_000),
        file("usr/share/words", 9_000_000),
    ]);
    let more = (0..steps).map(|i| layer([file(format!("step{i}"), 10)]));
    let mut image = Image::of([base, own].into_iter().chain(more));
    image.config["history"][1]["created_by"] =
        "RUN apt-get update && apt-get install -y gcc".into();
    let opened = build::open(entries(image.docker())).expect("an image");
    let inspection =
        Arc::new(layerscope::inspect(&opened, &Progress::default()).expect("a readable image"));
    let mut person = Person::in_front_of("compiler.tar", 80, 24);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, inspection.clone()));
    person.studies(&study(&opened, &inspection));
    person
}

#[test]
fn where_the_biggest_change_has_many_places_it_opens_on_the_biggest_with_the_fix() {
    let person = with_a_compiler(0);
    let screen = person.screen();
    assert_eq!(person.path(), "/usr/lib/gcc", "{screen}");
    let title =
        screen.lines().position(|line| line.contains("╭ /usr/lib/gcc")).expect("the details");
    let first = screen.lines().nth(title + 1).unwrap_or_default();
    assert!(first.contains("Fix: use a multi-stage build"), "{first}\nin\n{screen}");
    assert!(!screen.contains("words"), "what is beside stays folded:\n{screen}");
}

#[test]
fn what_is_avoidable_in_a_layer_is_there_where_layers_have_a_single_row() {
    let row = |person: &Person| {
        let screen = person.screen();
        screen
            .lines()
            .find(|line| line.contains("RUN a"))
            .unwrap_or_else(|| panic!("no such layer in\n{screen}"))
            .to_owned()
    };
    let bytes = layerscope::report::Units::Iec.size(7_500_000);
    let (roomy, narrow) = (with_a_compiler(0), with_a_compiler(9));
    assert!(roomy.screen().contains(&format!("avoidable {bytes}│")), "{}", roomy.screen());
    assert!(row(&narrow).contains(&format!("… −{bytes}│")), "{}", narrow.screen());
}

#[test]
fn keys_typed_while_the_image_is_read_are_kept_and_esc_drops_them() {
    let read = |keys: &dyn Fn(&mut Person)| {
        let mut person = Person::waiting(120, 30);
        keys(&mut person);
        let image = loaded(&person.app, DEMO.1.clone());
        person.tell(image);
        person
    };
    let person = read(&|person| {
        person.types("[[2");
    });
    assert_eq!((person.layer(), person.app.view), (1, View::Waste), "{}", person.screen());
    let person = read(&|person| {
        person.types("[[").press(KeyCode::Esc);
    });
    assert_eq!(person.layer(), 3, "{}", person.screen());
    let person = read(&|person| {
        person.types("/q").press(KeyCode::Backspace).types("go");
    });
    assert!(!person.ended && person.reads().contains("go"), "{}", person.screen());
    let person = read(&|person| {
        person.types("[q");
    });
    assert!(person.ended, "the quit key waits for nothing");
}
