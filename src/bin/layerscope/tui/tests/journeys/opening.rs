//! An image while it is opened.

use crossterm::event::{KeyCode, KeyEvent};
use layerscope::Error;

use crate::tui::app::App;
use crate::tui::message::{Effect, Message};
use crate::tui::tests::Person;

#[test]
fn before_any_layer_is_read_name_layers_and_instructions_are_there() {
    let mut person = Person::waiting(80, 24);
    person.tell(Message::Progress(105 << 20, 217 << 20, 1));
    let screen = person.screen();
    for answer in
        ["layerscope/demo:latest", "RUN apk add", "105 MiB of 217 MiB", "Esc or q cancels"]
    {
        assert!(screen.contains(answer), "{answer:?} is not on\n{screen}");
    }
    assert!(!person.ended);
    person.press(KeyCode::Esc);
    assert!(person.ended, "Esc cancels while layers are read");
}

#[test]
fn an_image_that_cannot_be_read_ends_the_screen_with_the_error() {
    let mut app: App = Person::waiting(80, 24).app;
    let effect = app.update(Message::Loaded(Err(Error::Empty { path: "x.tar".into() })));
    assert!(matches!(effect, Some(Effect::Fail(Error::Empty { .. }))));
}

#[test]
fn of_several_images_a_person_picks_one() {
    let mut person = Person::in_front_of("two.tar", 80, 24);
    person.tell(Message::Choices(
        "image",
        vec!["app:1  linux/amd64".into(), "app:2  linux/amd64".into()],
        0,
    ));
    let screen = person.screen();
    assert!(screen.contains("Which image?") && screen.contains("app:2"), "{screen}");
    person.types("jjjkkj");
    let enter = KeyEvent::from(KeyCode::Enter);
    assert!(matches!(person.app.update(Message::Key(enter)), Some(Effect::Choose(1))));
}

#[test]
fn from_a_pipe_the_screen_says_how_much_has_come() {
    let mut person = Person::in_front_of("standard input", 80, 24);
    person.tell(Message::Progress(300 << 20, 0, 2));
    let screen = person.screen();
    assert!(
        screen.contains("300 MiB, 2 layers") && screen.contains("from standard input"),
        "{screen}"
    );
}

#[test]
fn before_an_engine_sends_anything_the_screen_says_what_it_waits_for() {
    let mut person = Person::in_front_of("nginx:1.27", 80, 24);
    person.tell(Message::Waiting(Some("Docker is preparing the image".into())));
    let screen = person.screen();
    assert!(
        screen.contains("Docker is preparing the image …") && !screen.contains("0 B"),
        "{screen}"
    );
    person.tell(Message::Waiting(None));
    person.tell(Message::Progress(300 << 20, 0, 2));
    assert!(person.screen().contains("300 MiB, 2 layers"), "{}", person.screen());
}
