//! The questions of lessons, and their answers.

use crossterm::event::KeyCode;

use super::COURSE;
use crate::tui::tests::Person;
use crate::view::View;

pub(super) const LETTERS: [char; 4] = ['a', 'b', 'c', 'd'];

#[test]
fn a_question_waits_for_an_answer_and_the_first_one_counts() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.goes_on().goes_on().goes_on();
    assert!(person.lesson().asks());
    person.goes_on();
    assert!(person.lesson().asks(), "going on does not answer");
    assert!(person.screen().contains("Press the letter of an answer"), "{}", person.screen());
    // Down, and Enter takes what is chosen.
    person.press(KeyCode::Down).press(KeyCode::Enter);
    assert!(person.reads().contains("No: b is right."), "{}", person.screen());
    person.types("b");
    assert!(person.reads().contains("Right."), "{}", person.screen());
    assert_eq!(person.lesson().score().0, 0);
    person.goes_on();
    assert_eq!(person.lesson().step, 4);
}

#[test]
fn no_letter_is_right_in_more_than_half_of_the_questions() {
    let mut right = [0; 4];
    for (_, told, _) in COURSE.iter() {
        let questions = told.steps.iter().filter_map(|step| step.question.as_ref());
        questions.for_each(|question| right[question.right] += 1);
    }
    let all: usize = right.iter().sum();
    assert!(all > 0 && right.iter().all(|count| 2 * count <= all), "{right:?}");
}

#[test]
fn what_is_asked_for_is_not_on_the_screen() {
    let mut person = Person::learning("chown", 80, 24);
    let screen = person.screen();
    assert!(screen.contains("2         ?") || screen.contains("2        ?"), "{screen}");
    assert!(!screen.contains("wasted") && !screen.contains('▒'), "{screen}");
    person.types("b");
    assert!(person.screen().contains('▒'), "{}", person.screen());
}

/// Returns the sizes in a text, such as `6.56 MB`.
fn sizes(text: &str) -> Vec<String> {
    let words: Vec<_> =
        text.split_whitespace().map(|word| word.trim_matches([',', ':', '.', '~'])).collect();
    let is_size = |pair: &&[&str]| {
        pair[0].starts_with(|c: char| c.is_ascii_digit()) && pair[1].ends_with('B')
    };
    words.windows(2).filter(is_size).map(|pair| pair.join(" ")).collect()
}

#[test]
fn the_answer_to_a_question_is_nowhere_on_the_screen() {
    for (name, told, _) in COURSE.iter() {
        let mut person = Person::learning(name, 120, 40);
        let mut said = String::new();
        for (i, step) in told.steps.iter().enumerate() {
            said.push_str(&step.text);
            if let Some(question) = &step.question {
                let above = usize::from(person.app.panes().narrator.y);
                let shown = person.screen().lines().take(above).collect::<Vec<_>>().join("\n");
                // What the narrator has told is no secret.
                for size in sizes(&question.options[question.right])
                    .iter()
                    .filter(|size| !said.contains(*size))
                {
                    assert!(!shown.contains(size), "{name}, step {}: {size} is on\n{shown}", i + 1);
                }
                assert!(
                    !matches!(step.scene.view, Some(View::Findings | View::Sizes)),
                    "{name}, step {}: what helps is listed while it is asked for",
                    i + 1
                );
                said.push_str(&question.because);
                person.types("s");
            }
            person.goes_on();
        }
    }
}

#[test]
fn what_a_question_hides_has_not_been_shown_before() {
    for (name, told, stages) in COURSE.iter() {
        for (i, step) in told.steps.iter().enumerate().filter(|(_, step)| step.question.is_some()) {
            let image = step.scene.image;
            if step.scene.layer.count() < stages[image].inspection.layers.len() {
                let before = told.steps[..i].iter().position(|other| other.scene.image == image);
                assert_eq!(before, None, "{name}: question {} comes too late", i + 1);
            }
        }
    }
}

#[test]
fn the_footer_has_as_many_letters_as_there_are_answers() {
    let mut person = Person::learning("add-dot", 80, 24);
    assert!(person.screen().contains(" a b c answer"), "{}", person.screen());
    person.types("c");
    while !person.lesson().asks() {
        person.goes_on();
    }
    assert!(person.screen().contains(" a b answer"), "{}", person.screen());
}

#[test]
fn an_option_can_be_clicked() {
    let mut person = Person::learning("cleanup", 80, 24);
    person.goes_on().goes_on().goes_on();
    let (x, y) = person.finds("b  221 MB");
    person.clicks(x, y);
    assert!(person.reads().contains("Right."), "{}", person.screen());
}
