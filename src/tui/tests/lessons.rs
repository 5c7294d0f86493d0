//! Lessons as a learner takes them.

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crossterm::event::KeyCode;
use layerscope::Progress;
use layerscope::report::Units;
use ratatui::layout::Rect;

use super::Person;
use crate::learn::{Course, Scene, Stage, Told};
use crate::tui::lesson::{Narrator, Place};
use crate::tui::message::Message;
use crate::tui::views::View;

/// The built-in lessons, told.
static COURSE: LazyLock<Vec<(String, Told, Vec<Stage>)>> = LazyLock::new(|| {
    let course = Course::built_in().unwrap_or_else(|problem| panic!("{problem}"));
    let told = course.entries.iter().map(|entry| {
        let told = entry.stage(Units::Si, &Arc::<Progress>::default());
        let (told, stages) = told.unwrap_or_else(|problem| panic!("{problem}"));
        (entry.name.clone(), told, stages)
    });
    told.collect()
});

impl Person {
    /// Someone who takes a built-in lesson.
    fn learning(name: &str, width: u16, height: u16) -> Self {
        let (_, told, stages) = COURSE.iter().find(|(other, ..)| other == name).expect("there is such a lesson");
        let mut person = Self::in_front_of("Lessons", width, height);
        person.app.units = Units::Si;
        let narrator = Narrator::new(told.clone(), stages.clone(), Place::Among);
        person.tell(Message::Lesson(Box::new(narrator)));
        person
    }

    fn goes_on(&mut self) -> &mut Self {
        self.press(KeyCode::Char(' '))
    }

    fn lesson(&self) -> &Narrator {
        self.app.lesson.as_ref().expect("a lesson is told")
    }
}

const LETTERS: [char; 4] = ['a', 'b', 'c', 'd'];

#[test]
fn every_lesson_can_be_walked_to_its_end_with_every_answer() {
    for (width, height) in [(80, 24), (120, 40), (60, 20)] {
        for (name, told, _) in COURSE.iter() {
            for rightly in [true, false] {
                let mut person = Person::learning(name, width, height);
                for (i, step) in told.steps.iter().enumerate() {
                    let place = format!("{name}, step {} at {width}×{height}:\n{}", i + 1, person.screen());
                    assert_eq!(person.lesson().step, i, "{place}");
                    if width >= 80 {
                        let begin: String = step.text.split_whitespace().take(6).collect::<Vec<_>>().join(" ");
                        assert!(person.reads().contains(&begin), "{begin} is not said in {place}");
                    }
                    if let Some(question) = &step.question {
                        let answer = (0..question.options.len()).find(|&i| (i == question.right) == rightly);
                        let because: String = question.because.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
                        assert!(
                            !person.reads().contains(&because),
                            "the answer is shown before it is asked for: {place}"
                        );
                        person.types(&LETTERS[answer.expect("another option")].to_string());
                        if width >= 80 {
                            let verdict = if rightly { "Right." } else { "Not quite." };
                            assert!(person.reads().contains(&format!("{verdict} {because}")), "{}", person.screen());
                        }
                    }
                    person.goes_on();
                }
                let score = person.lesson().score();
                assert_eq!(score.0, if rightly { score.1 } else { 0 }, "{name}");
                assert!(person.app.sums_up());
                let reads = person.reads();
                for seen in &told.seen {
                    let begin: String = seen.split_whitespace().take(4).collect::<Vec<_>>().join(" ");
                    assert!(height < 24 || reads.contains(&begin), "{begin} is missing:\n{}", person.screen());
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
        step.scene = Scene { image: 0, view: Some(View::Play), layer, path: None, changes: false };
    }
    let mut person = Person::in_front_of("Lessons", 80, 24);
    person.tell(Message::Lesson(Box::new(Narrator::new(told, stages, Place::Last))));
    assert!(person.app.is_moving() && person.app.is_told(), "it plays while the narrator speaks\n{}", person.screen());
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
        let narrator = Narrator::new(told.clone(), stages.clone(), Place::Last);
        let too_long = narrator.too_long(Rect::new(0, 0, 80, 24));
        assert!(too_long.is_empty(), "{name}: steps, and lines too many: {too_long:?}");
    }
}

#[test]
fn every_lesson_asks_something_and_shows_both_dockerfiles() {
    assert_eq!(COURSE.len(), 8);
    for (name, told, _) in COURSE.iter() {
        let questions = told.steps.iter().filter_map(|step| step.question.as_ref());
        let mut count = 0;
        for question in questions {
            count += 1;
            let mut options = question.options.clone();
            options.sort();
            options.dedup();
            assert_eq!(options.len(), question.options.len(), "{name}: two options read alike: {options:?}");
        }
        assert!(count >= 2, "{name} asks {count} times");
        assert!(told.before != told.after && told.before.contains("FROM") && told.after.contains("FROM"), "{name}");
        assert_eq!(told.seen.len(), 3, "{name}");
    }
}

#[test]
fn figures_are_those_of_the_image() {
    let (_, told, stages) = &COURSE[0];
    let demo = &stages[1].inspection;
    let words: String = told.steps.iter().map(|step| step.text.clone()).collect();
    for bytes in [demo.layers[3].killed, demo.totals.dead(), stages[0].inspection.totals.shipped] {
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
fn a_question_waits_for_an_answer_and_the_first_one_counts() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.goes_on().goes_on().goes_on();
    assert!(person.lesson().asks());
    person.goes_on();
    assert!(person.lesson().asks(), "going on does not answer");
    assert!(person.screen().contains("Which do you think?"), "{}", person.screen());
    // Down, and Enter takes what is chosen.
    person.press(KeyCode::Down).press(KeyCode::Enter);
    assert!(person.reads().contains("Not quite."), "{}", person.screen());
    person.types("b");
    assert!(person.reads().contains("Right."), "{}", person.screen());
    assert_eq!(person.lesson().score().0, 0);
    person.goes_on();
    assert_eq!(person.lesson().step, 4);
}

#[test]
fn what_is_asked_for_is_not_on_the_screen() {
    let mut person = Person::learning("chmod", 80, 24);
    person.goes_on();
    let screen = person.screen();
    assert!(screen.contains("2        ?"), "{screen}");
    assert!(!screen.contains("dead") && !screen.contains('▒'), "{screen}");
    person.types("b");
    assert!(person.screen().contains('▒'), "{}", person.screen());
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
    assert!(person.reads().contains("A layer cannot take bytes out"), "{}", person.screen());
    assert!(!person.reads().contains("Right."), "{}", person.screen());
}

#[test]
fn a_learner_looks_around_and_one_key_comes_back() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.goes_on();
    person.types("2");
    assert!(person.screen().contains("Looking around"), "{}", person.screen());
    person.types("1/bash");
    person.press(KeyCode::Enter).types("]]");
    person.types("L");
    assert_eq!((person.layer(), &*person.path()), (1, "/usr/lib/go"), "{}", person.screen());
    assert!(person.screen().contains("2 of 9"), "{}", person.screen());
}

#[test]
fn on_a_small_screen_what_does_not_fit_is_scrolled() {
    let mut person = Person::learning("cleanup", 40, 12);
    assert!(person.screen().contains(": more"), "{}", person.screen());
    for _ in 0..9 {
        if person.reads().contains("Layer 0 is Alpine") {
            return;
        }
        person.press(KeyCode::PageDown);
    }
    panic!("the last words never came:\n{}", person.screen());
}

#[test]
fn an_option_can_be_clicked() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.goes_on().goes_on().goes_on();
    let (x, y) = person.finds("a little more than before");
    person.clicks(x, y);
    assert!(person.reads().contains("Right."), "{}", person.screen());
}

#[test]
fn the_end_leads_to_the_next_lesson_and_escape_to_all_of_them() {
    let mut person = Person::learning("chmod", 80, 24);
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
        person.types("b").goes_on();
    }
    super::pictures::check("lesson-end-80x24", &person);
}
