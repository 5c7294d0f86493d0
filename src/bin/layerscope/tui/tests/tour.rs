//! The story of an image, walked to its end: on a small screen, about real images and about odd
//! ones.

use std::sync::Arc;

use crossterm::event::KeyCode;
use layerscope::report::Units;
use layerscope::{Opened, Progress};
use serde_json::json;

use super::support::build::{self, Entry, Image, Layer, dir, entries, file, gone, layer, opaque};
use super::{Person, pictures, support};
use crate::intro::Intro;
use crate::lesson::tour;
use crate::tui::lesson::{LessonPlayer, Place};
use crate::tui::message::Message;
use crate::view::View;

/// The screen that every step has to fit.
const SMALL: (u16, u16) = (80, 24);

/// Puts a user in front of the guided tour of an image.
fn listener(opened: &Opened, (width, height): (u16, u16)) -> Person {
    let (told, stage) =
        tour::prepare(opened, Units::Iec, &Arc::default()).expect("the image is readable");
    let mut person = Person::in_front_of("an image", width, height);
    person.tell(Message::Opened(Intro::from_opened(opened)));
    person.tell(Message::Lesson(Box::new(LessonPlayer::new(told, vec![stage], Place::Alone))));
    person
}

fn narrator(person: &Person) -> &LessonPlayer {
    person.app.lesson.as_ref().expect("a story is told")
}

/// Returns whether all of a text is on the screen.
fn says(person: &Person, text: &str) -> bool {
    squeezed(&person.reads()).contains(&squeezed(text))
}

/// Removes spaces and line breaks, which differ on narrow screens.
fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// Goes through the story, answers every question wrongly and rightly, and looks at every screen;
/// gives back the views.
fn walk(opened: &Opened, what: &str) -> Vec<View> {
    let mut person = listener(opened, SMALL);
    assert!(
        narrator(&person).too_long(person.app.area).is_empty(),
        "{what}: {}",
        narrator(&person).told.plain()
    );
    let mut views = Vec::new();
    while let Some(step) = narrator(&person).current().cloned() {
        let words = &step.text;
        assert!(says(&person, words), "{what}: {words:?} is not on\n{}", person.screen());
        views.push(person.app.view);
        let explorer = person.app.explorer().expect("the image is shown");
        assert_eq!(explorer.layer, step.scene.layer, "{what}: {words}");
        if step.scene.path.is_some() {
            assert_eq!(
                explorer.selected(),
                step.scene.path,
                "{what}: {words}\n{}",
                person.screen()
            );
        }
        if let Some(question) = &step.question {
            let mut distinct = question.options.clone();
            distinct.sort();
            distinct.dedup();
            assert!(
                distinct.len() > 1 && distinct.len() == question.options.len(),
                "{what}: {:?}",
                question.options
            );
            let wrong = (question.right + 1) % question.options.len();
            let letters = ['a', 'b', 'c', 'd'];
            let corrected = format!("No: {} is right.", letters[question.right]);
            for (option, verdict) in [(wrong, corrected.as_str()), (question.right, "Right.")] {
                person.press(KeyCode::Char(letters[option]));
                let because = format!("{verdict} {}", question.because);
                assert!(
                    says(&person, &because),
                    "{what}: {because:?} is not on\n{}",
                    person.screen()
                );
            }
        }
        person.press(KeyCode::Enter);
    }
    assert_eq!(narrator(&person).told.seen.len(), 3, "{what}");
    for seen in &narrator(&person).told.seen {
        assert!(says(&person, seen), "{what}: {seen:?} is not on\n{}", person.screen());
    }
    person.press(KeyCode::Enter);
    assert!(!person.ended, "{what}: nothing comes after a story");
    views
}

/// Returns the guided tour of an image as text.
fn told(opened: &Opened) -> String {
    tour::prepare(opened, Units::Iec, &Arc::default()).expect("the image is readable").0.plain()
}

/// Makes an image whose layers were made by these instructions.
fn image(layers: impl IntoIterator<Item = (&'static str, Layer)>) -> Opened {
    let (steps, layers): (Vec<_>, Vec<_>) = layers.into_iter().unzip();
    let mut image = Image::of(layers);
    image.config["history"] = steps.iter().map(|step| json!({ "created_by": step })).collect();
    build::open(entries(image.docker())).expect("the archive opens")
}

fn embedded(name: &str) -> Opened {
    layerscope::image::builtin::open(name).expect("the image is there").expect("it opens")
}

#[test]
fn the_story_of_every_embedded_image_is_told_to_its_end() {
    for name in layerscope::image::builtin::names() {
        walk(&embedded(name), name);
    }
}

#[test]
fn a_cleanup_is_shown_where_it_happens_then_as_a_curve_and_the_ladder_comes_last() {
    let views = walk(&embedded("demo"), "demo");
    let first =
        [View::Explore, View::Explore, View::Explore, View::Explore, View::Timeline, View::Waste];
    assert_eq!(views[..6], first);
    assert_eq!(views.last(), Some(&View::Sizes));
}

#[test]
fn the_guided_tour_tells_of_the_secrets_first() {
    let env = file("app/.env", 0).holding("DB_PASSWORD=c0rrect-h0rse-battery\n");
    let opened = image([
        ("COPY .env /app/.env", layer([dir("app"), env])),
        ("RUN rm /app/.env", layer([gone("app/.env"), file("app/b", 5_000)])),
    ]);
    let told = told(&opened);
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in [
        "A secret first: value of DB_PASSWORD in /app/.env. Layer 1 deletes it, but layer 0 still contains it.",
        "Revoke it. Next time, keep it out of the build context",
    ] {
        assert!(words.contains(part), "{part:?} is not in\n{told}");
    }
    assert!(!told.contains("c0rrect"), "{told}");
    walk(&opened, "an image with a secret");
}

#[test]
fn the_tour_begins_with_all_secrets_and_does_not_say_that_little_is_to_be_changed() {
    let env = "DB_PASSWORD=c0rrect-h0rse-battery\nAPI_TOKEN=c0rrect-h0rse-battery-2\n";
    let opened =
        image([("COPY .env /app/.env", layer([dir("app"), file("app/.env", 0).holding(env)]))]);
    let mut person = listener(&opened, SMALL);
    let first = person.reads();
    let expected =
        "2 secrets first: value of DB_PASSWORD in /app/.env, and 1 other. Layer 0 contains it.";
    assert!(first.contains(expected), "{}", person.screen());
    let told = told(&opened);
    let words = told.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(!words.contains("There is little to change here"), "{told}");
    assert!(words.contains("The image has 2 secrets: revoke them first."), "{told}");
    person.press(KeyCode::Esc);
}

#[test]
fn only_the_keys_of_the_footer_leave_the_guided_tour() {
    let opened = embedded("demo");
    let mut person = listener(&opened, SMALL);
    assert!(person.screen().contains("L Esc look around"), "{}", person.screen());
    for key in "s2fFxv]tz".chars() {
        person.types(&key.to_string());
        assert!(person.app.is_told(), "{key} leaves the tour:\n{}", person.screen());
    }
    person.press(KeyCode::Esc);
    assert!(!person.app.is_told());
    person.types("L");
    assert!(person.app.is_told());
}

#[test]
fn a_screen_of_the_story() {
    for size in [SMALL, (120, 40)] {
        let mut person = listener(&embedded("demo"), size);
        person.press(KeyCode::Enter).press(KeyCode::Enter);
        pictures::check(&format!("story-{}x{}", size.0, size.1), &person);
    }
}

#[test]
fn an_image_without_layers_has_a_story() {
    let opened = image([]);
    walk(&opened, "no layers");
    assert!(told(&opened).contains("has no layers. It has only a config"));
}

#[test]
fn an_image_without_contents_has_a_story() {
    let opened =
        image([("WORKDIR /a", layer([dir("a")])), ("RUN touch /a/b", layer([file("a/b", 0)]))]);
    walk(&opened, "no contents");
    assert!(told(&opened).contains("has no file contents"));
}

#[test]
fn a_lean_image_is_called_lean_and_asked_nothing() {
    let opened = image([("COPY hello /", layer([file("hello", 9000)]))]);
    walk(&opened, "one file");
    let text = told(&opened);
    assert!(text.contains("This image has one file in one layer"), "{text}");
    assert!(!text.contains('*'), "no question has an answer:\n{text}");
}

#[test]
fn a_chmod_that_doubles_a_layer_is_asked_about() {
    let data = |mode| layer((0..50).map(|i| file(format!("data/{i}"), 1000).mode(mode)));
    let opened = image([
        ("COPY dir:0 in /data", data(0o644)),
        ("RUN chmod -R 600 /data", data(0o600)),
        ("COPY x /x", layer([file("x", 1)])),
    ]);
    walk(&opened, "chmod");
    let text = told(&opened);
    for words in
        ["How big is this layer?", "* 48.8 KiB, every file is stored again", "COPY --chmod="]
    {
        assert!(squeezed(&text).contains(&squeezed(words)), "{words}: {text}");
    }
}

#[test]
fn a_layer_that_overwrites_deletes_opaquely_or_replaces_is_told_as_what_it_is() {
    let big = || layer([file("a/big", 5000), file("a/small", 3)]);
    let cases: [(&str, Layer, &str); 4] = [
        (
            "RUN strip",
            layer([file("a/big", 4000).filled_with(b'y')]),
            "A layer cannot change a file of another one",
        ),
        ("RUN rm -r", layer([gone("a")]), "which is called a whiteout"),
        ("RUN remake", layer([opaque("a"), file("a/new", 2)]), "a directory begins anew"),
        ("RUN replace", layer([file("a", 2)]), "Replacing a directory only hides"),
    ];
    for (instruction, upper, words) in cases {
        let opened = image([("RUN make", big()), (instruction, upper)]);
        walk(&opened, instruction);
        let text = told(&opened);
        assert!(squeezed(&text).contains(&squeezed(words)), "{instruction}: {text}");
    }
}

#[test]
fn a_path_that_a_layer_has_twice_is_no_question() {
    let opened = image([("RUN make", layer([file("a", 5000), file("a", 4000)]))]);
    walk(&opened, "twice");
    let text = told(&opened);
    assert!(squeezed(&text).contains(&squeezed("that the same layer replaces")), "{text}");
    assert!(!text.contains('*'), "no question has an answer:\n{text}");
}

#[test]
fn more_than_a_hundred_layers_are_told_of_shortly() {
    let pair = |i: usize| {
        let name = format!("made/{i}");
        [("RUN make", layer([file(&name, 1000 + i)])), ("RUN rm", layer([gone(&name)]))]
    };
    let opened = image((0..60).flat_map(pair));
    walk(&opened, "120 layers");
    let steps = tour::prepare(&opened, Units::Iec, &Arc::default()).unwrap().0.steps.len();
    assert!((6..16).contains(&steps), "{steps}");
    assert!(told(&opened).contains("56 more pairs of layers"), "{}", told(&opened));
}

#[test]
fn what_is_hostile_or_endless_is_escaped_and_cut() {
    let name = "\u{1b}]0;owned\u{7}\u{202e}".repeat(40);
    let made = || {
        let files = (0..3).map(|i| file(format!("{name}/{name}{i}"), 5000).pax("comment", "x"));
        layer(files.collect::<Vec<Entry>>())
    };
    let instruction: &'static str =
        format!("RUN \u{1b}[31m{}{}", "x".repeat(5000), " 漢字".repeat(5000)).leak();
    let opened = image([
        (instruction, made()),
        (instruction, layer([gone(&name)])),
        ("RUN <<EOF\n\u{9b}", made()),
    ]);
    walk(&opened, "hostile");
    let (told, _) = tour::prepare(&opened, Units::Iec, &Arc::default()).unwrap();
    let hostile = |text: &str| text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}');
    assert!(told.steps.iter().all(|step| !hostile(&step.text)));
    assert!(!hostile(&told.title) && !told.seen.iter().any(|line| hostile(line)));
}

#[test]
fn remarks_on_a_damaged_image_are_said_before_the_story() {
    let mut image = Image::of([layer([file("a", 5000)]), layer([gone("a")])]);
    image.config["history"] = json!([{ "created_by": "RUN make" }, { "created_by": "RUN rm" }]);
    let mut members = image.docker();
    members.retain(|member| member.name() != b"0.tar");
    let opened = build::open(build::tar(members)).expect("the archive opens");
    walk(&opened, "a layer is missing");
    assert!(
        told(&opened).contains("Before we begin, a remark on the image: layer 0"),
        "{}",
        told(&opened)
    );
}

#[test]
fn what_only_the_base_image_wastes_is_said_to_be_its_own() {
    let base =
        layer([file("etc/os-release", 40), file("var/cache/big", 50_000), file("bin/sh", 900)]);
    let opened = image([
        ("/bin/sh -c #(nop) ADD file:0 in / ", base),
        ("/bin/sh -c #(nop)  CMD [\"bash\"]", layer([])),
        ("RUN rm /var/cache/big", layer([gone("var/cache/big")])),
    ]);
    let (_, stage) = tour::prepare(&opened, Units::Iec, &Arc::default()).unwrap();
    assert_eq!(stage.study.base.layers, 2, "the base image is found");
    walk(&opened, "base");
    let text = squeezed(&told(&opened));
    assert!(text.contains(&squeezed("All wasted bytes are in the base image")), "{text}");
    assert!(text.contains(&squeezed("Only another base image avoids them.")), "{text}");
}

#[test]
fn every_image_of_the_corpus_has_a_story() {
    let Some(corpus) = support::corpus() else {
        assert!(
            std::env::var("LAYERSCOPE_CORPUS").as_deref() != Ok("required"),
            "the corpus is not at ../shared/corpus"
        );
        eprintln!("skipped: the corpus is not at ../shared/corpus");
        return;
    };
    let mut images = 0;
    for directory in ["small", "edge"] {
        for entry in std::fs::read_dir(corpus.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            // What cannot be opened has no story; tests/corpus.rs knows which that may be.
            let open = || layerscope::open_archive(&path, &Progress::default());
            let Ok(count) = open().map(|archive| archive.images.len()) else { continue };
            for index in 0..count {
                let opened = open().unwrap().pick(index);
                if layerscope::inspect(&opened, &Progress::default()).is_ok() {
                    walk(&opened, &format!("{} image {index}", path.display()));
                    images += 1;
                }
            }
        }
    }
    assert!(images > 240, "only {images} images have a story");
}
