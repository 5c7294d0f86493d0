//! Lessons as a learner takes them.

mod questions;
mod small;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crossterm::event::KeyCode;
use layerscope::report::Units;
use layerscope::{LayerIndex, Progress};
use ratatui::layout::Rect;

use super::Person;
use crate::lesson::{Course, RenderedLesson, Scene, Stage};
use crate::tui::lesson::{LessonPlayer, Place};
use crate::tui::message::Message;
use crate::view::View;
use questions::LETTERS;

/// The built-in lessons, told.
static COURSE: LazyLock<Vec<(String, RenderedLesson, Vec<Stage>)>> = LazyLock::new(|| {
    let course = Course::built_in().unwrap_or_else(|problem| panic!("{problem}"));
    let told = course.entries.iter().map(|entry| {
        let told = entry.stage(Units::Si, &Arc::<Progress>::default());
        let (told, stages) = told.unwrap_or_else(|problem| panic!("{problem}"));
        (entry.name.clone(), told, stages)
    });
    told.collect()
});

impl Person {
    /// Puts a learner in front of a built-in lesson.
    fn learning(name: &str, width: u16, height: u16) -> Self {
        let (_, told, stages) =
            COURSE.iter().find(|(other, ..)| other == name).expect("there is such a lesson");
        let mut person = Self::in_front_of("Lessons", width, height);
        person.app.units = Units::Si;
        let narrator = LessonPlayer::new(told.clone(), stages.clone(), Place::Among);
        person.tell(Message::Lesson(Box::new(narrator)));
        person
    }

    fn goes_on(&mut self) -> &mut Self {
        self.press(KeyCode::Char(' '))
    }

    fn lesson(&self) -> &LessonPlayer {
        self.app.lesson.as_ref().expect("a lesson is told")
    }
}

#[test]
fn every_lesson_can_be_walked_to_its_end_with_every_answer() {
    for (width, height) in [(80, 24), (120, 40), (60, 20)] {
        for (name, told, _) in COURSE.iter() {
            for rightly in [true, false] {
                let mut person = Person::learning(name, width, height);
                for (i, step) in told.steps.iter().enumerate() {
                    let place =
                        format!("{name}, step {} at {width}×{height}:\n{}", i + 1, person.screen());
                    assert_eq!(person.lesson().step, i, "{place}");
                    if width >= 80 {
                        let begin: String =
                            step.text.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
                        assert!(person.reads().contains(&begin), "{begin} is not said in {place}");
                    }
                    if let Some(question) = &step.question {
                        let answer =
                            (0..question.options.len()).find(|&i| (i == question.right) == rightly);
                        let because: String = question
                            .because
                            .split_whitespace()
                            .take(4)
                            .collect::<Vec<_>>()
                            .join(" ");
                        assert!(
                            !person.reads().contains(&because),
                            "the answer is shown before it is asked for: {place}"
                        );
                        person.types(&LETTERS[answer.expect("another option")].to_string());
                        if width >= 80 {
                            let wrong = format!("No: {} is right.", LETTERS[question.right]);
                            let verdict = if rightly { "Right." } else { &wrong };
                            assert!(
                                person.reads().contains(&format!("{verdict} {because}")),
                                "{}",
                                person.screen()
                            );
                        }
                    }
                    person.goes_on();
                }
                let score = person.lesson().score();
                assert_eq!(score.0, if rightly { score.1 } else { 0 }, "{name}");
                assert!(person.app.sums_up());
                let reads = person.reads();
                for seen in &told.seen {
                    let begin: String =
                        seen.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
                    assert!(
                        height < 24 || reads.contains(&begin),
                        "{begin} is missing:\n{}",
                        person.screen()
                    );
                }
            }
        }
    }
}

#[test]
fn a_step_may_play_the_build_or_show_it_as_of_a_layer() {
    let (_, mut told, stages) = COURSE[0].clone();
    let layers = stages[0].inspection.layers.len();
    for (step, layer) in told.steps.iter_mut().zip([layers - 1, 1]) {
        let layer = LayerIndex::new(layer);
        step.scene =
            Scene { image: 0, view: Some(View::Replay), layer, path: None, changes: false };
    }
    let mut person = Person::in_front_of("Lessons", 80, 24);
    person.tell(Message::Lesson(Box::new(LessonPlayer::new(told, stages, Place::Last))));
    assert!(
        person.app.is_moving() && person.app.is_told(),
        "it plays while the narrator \
        speaks\n{}",
        person.screen()
    );
    person.tell(Message::Tick(Duration::from_millis(200)));
    assert_eq!(person.playing(), 0);
    person.goes_on();
    assert_eq!((person.playing(), person.layer(), person.app.is_moving()), (1, 1, false));
    person.goes_on();
    assert!(!person.app.is_moving());
}

#[test]
fn at_80_by_24_everything_that_is_said_can_be_read_without_scrolling() {
    for (name, told, stages) in COURSE.iter() {
        let narrator = LessonPlayer::new(told.clone(), stages.clone(), Place::Last);
        let too_long = narrator.too_long(Rect::new(0, 0, 80, 24));
        assert!(too_long.is_empty(), "{name}: steps, and lines too many: {too_long:?}");
    }
}

#[test]
fn every_lesson_asks_something_and_shows_both_dockerfiles() {
    assert_eq!(COURSE.len(), 9);
    for (name, told, _) in COURSE.iter() {
        let questions = told.steps.iter().filter_map(|step| step.question.as_ref());
        let mut count = 0;
        for question in questions {
            count += 1;
            let mut options = question.options.clone();
            options.sort();
            options.dedup();
            assert_eq!(
                options.len(),
                question.options.len(),
                "{name}: two options read alike: {options:?}"
            );
        }
        assert!(count >= 2, "{name} asks {count} times");
        assert!(
            told.before != told.after
                && told.before.contains("FROM")
                && told.after.contains("FROM"),
            "{name}"
        );
        assert_eq!(told.seen.len(), 3, "{name}");
    }
}

#[test]
fn figures_are_those_of_the_image() {
    let (_, told, stages) = &COURSE[0];
    let demo = &stages[1].inspection;
    let words: String = told.steps.iter().map(|step| step.text.clone()).collect();
    for bytes in [demo.layers[3].hidden, demo.totals.wasted(), stages[0].inspection.totals.size] {
        assert!(words.contains(&Units::Si.size(bytes)), "{bytes} is not said: {words}");
    }
}

#[test]
fn the_first_lesson_moves_the_explorer_to_what_it_speaks_of() {
    let mut person = Person::learning("cleanup", 80, 24);
    assert_eq!(person.layer(), 0);
    person.goes_on();
    assert_eq!((person.layer(), &*person.path()), (1, "/usr/lib/go"));
    assert!(person.screen().contains('◄'), "{}", person.screen());
    person.press(KeyCode::Left);
    assert_eq!(person.layer(), 0);
}

#[test]
fn a_mark_that_is_spoken_of_is_on_the_screen() {
    let mut marks = String::new();
    for (name, told, _) in COURSE.iter() {
        let mut person = Person::learning(name, 80, 24);
        for step in &told.steps {
            let spoken = step.text.split_once("marked ").and_then(|(_, rest)| rest.chars().next());
            let spoken = spoken.or_else(|| {
                step.text.split_once(" marks ").and_then(|(start, _)| start.chars().last())
            });
            if let Some(mark) = spoken {
                marks.push(mark);
                let tree = person.app.panes().tree;
                let rows = person
                    .screen()
                    .lines()
                    .map(|line| line.chars().skip(usize::from(tree.x)).collect())
                    .collect::<Vec<String>>();
                assert!(
                    rows.iter().any(|row| row.contains(&format!(" {mark} "))),
                    "{name}: no {mark} on\n{}",
                    person.screen()
                );
            }
            if step.question.is_some() {
                person.types("s");
            }
            person.goes_on();
        }
    }
    assert_eq!(marks, "-@");
}

#[test]
fn a_quarter_of_the_go_program_is_for_debuggers() {
    let (_, told, _) = COURSE.iter().find(|(name, ..)| name == "binary").expect("it is built in");
    let question = told.steps.iter().find_map(|step| step.question.as_ref()).expect("it asks");
    assert_eq!(question.options[question.right], "a quarter");
    let (_, share) = question.because.split_once(": ").expect("a share");
    let share: f64 =
        share.split(' ').next().and_then(|share| share.parse().ok()).expect("a number");
    assert!((22.0..28.0).contains(&share), "{share} %");
}

#[test]
fn images_of_a_lesson_stand_side_by_side() {
    let mut person = Person::learning("two-stages", 80, 24);
    for _ in 0..6 {
        person.types("b").goes_on();
    }
    let screen = person.screen();
    for figure in ["801 MB", "382 MB", "10.8 MB", "74.2×"] {
        assert!(screen.contains(figure), "{figure} is not on\n{screen}");
    }
    super::pictures::check("lesson-images-80x24", &person);
}

#[test]
fn who_only_wants_to_be_told_is_told() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.goes_on().goes_on().goes_on().types("s");
    assert!(person.reads().contains("A layer cannot remove bytes"), "{}", person.screen());
    assert!(!person.reads().contains("Right."), "{}", person.screen());
}

#[test]
fn a_learner_looks_around_and_one_key_comes_back() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.goes_on();
    for key in "2svetij/".chars() {
        person.types(&key.to_string());
        assert!(person.app.is_told(), "{key} leaves the lesson:\n{}", person.screen());
        assert!(person.screen().contains("Press L to look around"), "{key}:\n{}", person.screen());
    }
    assert!(person.press(KeyCode::Left).screen().contains("L look around"));
    person.goes_on();
    person.types("L2");
    assert!(person.screen().contains("Looking around"), "{}", person.screen());
    person.types("1/bash");
    assert!(person.screen().contains("Esc, then L comes back"), "{}", person.screen());
    person.press(KeyCode::Enter).types("]]");
    assert!(person.screen().contains("around · L comes back"), "{}", person.screen());
    person.types("L");
    assert_eq!((person.layer(), &*person.path()), (1, "/usr/lib/go"), "{}", person.screen());
    assert!(person.screen().contains("2 of 10"), "{}", person.screen());
}

#[test]
fn from_wherever_a_learner_is_one_key_comes_back() {
    for away in ["?", "2?", "i", "o", "e", "v", "vD", "8", "4", "i?", "t"] {
        let mut person = Person::learning("cleanup", 80, 24);
        person.goes_on().types("L").types(away);
        if !person.app.is_told() || person.app.overlays.help().is_some() {
            person.types("L");
        }
        assert!(
            person.app.is_told() && person.app.overlays.help().is_none(),
            "{away}:\n{}",
            person.screen()
        );
        assert_eq!(
            (person.layer(), &*person.path()),
            (1, "/usr/lib/go"),
            "{away}:\n{}",
            person.screen()
        );
        assert!(person.screen().contains("2 of 10"), "{away}:\n{}", person.screen());
    }
}

#[test]
fn a_command_that_is_chosen_by_name_looks_around() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.goes_on().types(":show waste").press(KeyCode::Enter);
    assert_eq!(person.app.view, View::Waste, "{}", person.screen());
    assert!(person.screen().contains("Looking around"), "{}", person.screen());
    person.types("L:lesson-next").press(KeyCode::Enter);
    assert!(person.app.is_told() && person.screen().contains("3 of 10"), "{}", person.screen());
}

#[test]
fn the_end_leads_to_the_next_lesson_and_escape_to_all_of_them() {
    let mut person = Person::learning("chown", 80, 24);
    let steps = person.lesson().told.steps.len();
    for _ in 0..steps {
        person.types("b").goes_on();
    }
    assert!(person.screen().contains("next lesson"), "{}", person.screen());
    person.press(KeyCode::PageDown).press(KeyCode::PageDown);
    assert!(person.screen().contains("COPY --chown=1000:1000"), "{}", person.screen());
}

#[test]
fn lessons_are_told_in_ascii_too() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.theme = person.theme.with(crate::tui::Signs::AsciiOnly);
    person.goes_on();
    assert!(person.screen().is_ascii(), "{}", person.screen());
    person.goes_on().goes_on().types("a");
    assert!(person.screen().is_ascii(), "{}", person.screen());
}

#[test]
fn pictures_of_a_lesson() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.goes_on();
    super::pictures::check("lesson-80x24", &person);
    person.goes_on().goes_on().types("a");
    super::pictures::check("lesson-question-80x24", &person);
    let steps = person.lesson().told.steps.len();
    for _ in 3..steps {
        person.types("a").goes_on();
    }
    super::pictures::check("lesson-end-80x24", &person);
}
