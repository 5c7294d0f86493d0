//! Lessons on small screens.

use super::*;

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
fn on_a_small_screen_an_answer_is_seen_at_once() {
    for name in ["add-dot", "chown"] {
        let mut person = Person::learning(name, 40, 12);
        let right = person.lesson().question().expect("it begins with a question").right;
        person.types(&LETTERS[right].to_string());
        assert!(person.screen().contains(&format!("✓ {}", LETTERS[right])), "{}", person.screen());
        person
            .press(KeyCode::PageUp)
            .press(KeyCode::PageUp)
            .press(KeyCode::PageUp)
            .press(KeyCode::PageUp);
        assert!(
            !person.screen().contains('✓'),
            "the question can be read again\n{}",
            person.screen()
        );
    }
}
