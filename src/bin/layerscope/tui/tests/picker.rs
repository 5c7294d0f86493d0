//! The list of the images that container runtimes hold.

use crossterm::event::KeyCode;

use super::Person;
use crate::tui::message::{Effect, Message};
use crate::tui::overlay::picker::Offer;

fn offers() -> Vec<Offer> {
    let offer = |name: &str, place: &str| Offer {
        argument: format!("{}:{name}", place.to_lowercase()),
        name: layerscope::display::escaped_str(name),
        place: place.into(),
        size: "120MB".into(),
        age: "2 days ago".into(),
    };
    vec![offer("debian:12", "Docker"), offer("node:20", "Docker"), offer("node:20-slim", "Podman")]
}

fn opened(effect: Option<Effect>) -> Option<String> {
    match effect {
        Some(Effect::Open(name)) => Some(name),
        _ => None,
    }
}

#[test]
fn what_is_typed_narrows_the_list_and_enter_opens_the_image() {
    let mut person = Person::in_front_of("Images", 80, 24);
    person.tell(Message::Offers(offers()));
    let screen = person.screen();
    for text in ["Which image? · 1/3", "debian:12", "120MB", "2 days ago", "Podman"] {
        assert!(screen.contains(text), "{text} is missing\n{screen}");
    }
    person.types("node");
    let screen = person.screen();
    assert!(screen.contains("1/2") && !screen.contains("debian"), "{screen}");
    person.press(KeyCode::Down);
    let key = |code: KeyCode| Message::Key(code.into());
    assert_eq!(
        opened(person.app.update(key(KeyCode::Enter))).as_deref(),
        Some("podman:node:20-slim")
    );
    person.types(" q");
    assert!(
        person.screen().contains("No image has this name."),
        "letters are text here: {}",
        person.screen()
    );
    assert_eq!(opened(person.app.update(key(KeyCode::Enter))), None);
    person.press(KeyCode::Esc);
    assert!(person.screen().contains("1/3"), "Esc ends the narrowing first");
    assert!(!person.ended);
    person.press(KeyCode::Esc);
    assert!(person.ended);
}

#[test]
fn the_list_fits_any_screen() {
    for (width, height) in [(20, 5), (40, 10), (200, 50)] {
        let mut person = Person::in_front_of("Images", width, height);
        person.tell(Message::Offers(offers()));
        person.types("node");
        person.press(KeyCode::PageDown);
        person.screen();
    }
}
