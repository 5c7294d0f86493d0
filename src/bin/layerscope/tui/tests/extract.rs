//! Extracting: where to, what is said before and after, and what is refused.

use crossterm::event::KeyCode;

use super::pictures::check;
use super::{Person, files};
use crate::tui::message::{Effect, Message};
use crate::tui::work::Ask;

fn erase(person: &mut Person) {
    person.control('u');
}

#[test]
fn a_directory_is_written_where_one_says_and_the_result_is_told() {
    let directory = tempfile::tempdir().unwrap();
    let to = directory.path().to_str().unwrap().to_owned();
    let mut person = Person::with_files(160, 40);
    person.writes = true;
    person.goes_to("usr/bin").types("x");
    let screen = person.screen();
    assert!(
        screen.contains("Extract /usr/bin")
            && screen.contains(
                "2 files, 1 directory, 2 links, 716 \
        B"
            ),
        "{screen}"
    );
    assert!(screen.contains("Result              ./bin"), "{screen}");
    erase(&mut person);
    person.types(&to).press(KeyCode::Enter);
    let screen = person.screen();
    assert!(screen.contains("wrote 2 files, 1 directory, 2 links, 716 B to"), "{screen}");
    assert!(screen.contains("owners are not restored"), "{screen}");
    let written = std::fs::read(directory.path().join("bin/start")).unwrap();
    assert_eq!(written, files::SCRIPT.as_bytes());
    person.types("j");
    assert!(!person.screen().contains("owners are not restored"), "the next key takes it away");
}

#[test]
fn nothing_is_overwritten_and_another_place_can_be_tried() {
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("motd"), "mine").unwrap();
    let mut person = Person::with_files(160, 40);
    person.writes = true;
    person.goes_to("etc/motd").types("x");
    erase(&mut person);
    person.types(directory.path().to_str().unwrap()).press(KeyCode::Enter);
    assert!(
        person.reads().contains("already exists; existing files are not overwritten"),
        "{}",
        person.screen()
    );
    assert_eq!(std::fs::read(directory.path().join("motd")).unwrap(), b"mine");
    person.types("/other").press(KeyCode::Enter);
    assert_eq!(
        std::fs::read(directory.path().join("other/motd")).unwrap(),
        b"Welcome.\n",
        "a deleted file too"
    );
}

#[test]
fn while_it_runs_one_can_go_on_and_escape_cancels_it() {
    let mut person = Person::with_files(120, 40);
    person.slow = true;
    person.goes_to("usr").types("x").press(KeyCode::Enter);
    let number = person
        .waiting
        .iter()
        .find(|task| matches!(task.ask, Ask::Extract { .. }))
        .expect("it starts")
        .number;
    person.tell(Message::Progressed(number, 12 << 20, 240 << 20));
    assert!(
        person.screen().contains("extracting /usr to ./usr: 12.0 MiB of 240 MiB read, Esc cancels"),
        "{}",
        person.screen()
    );
    person.types("k");
    assert!(person.app.awaits(number));
    person.types("x");
    assert!(person.screen().contains("An extraction is already running"), "{}", person.screen());
    person.press(KeyCode::Esc);
    assert!(
        !person.app.awaits(number) && person.screen().contains("cancelled: nothing was written")
    );
}

#[test]
fn from_the_viewer_the_version_that_is_shown_is_extracted() {
    let directory = tempfile::tempdir().unwrap();
    let mut person = Person::with_files(160, 40);
    person.writes = true;
    person.goes_to("etc/server.json").types("v[").control('e');
    erase(&mut person);
    person.types(directory.path().to_str().unwrap()).press(KeyCode::Enter);
    let written = std::fs::read_to_string(directory.path().join("server.json")).unwrap();
    assert!(written.contains("\"debug\": true"), "{written}");
}

#[test]
fn digests_and_paths_are_copied_and_the_footer_says_so() {
    let mut person = Person::at(120, 40);
    let copied = |person: &mut Person, key: crossterm::event::KeyEvent| match person
        .app
        .update(Message::Key(key))
    {
        Some(Effect::Copy(text)) => text,
        _ => panic!("it copies"),
    };
    let control_y = crossterm::event::KeyEvent::new(
        KeyCode::Char('y'),
        crossterm::event::KeyModifiers::CONTROL,
    );
    let digest = copied(&mut person, control_y);
    assert!(digest.starts_with("sha256:"), "{digest}");
    assert!(person.screen().contains(&format!("copied {digest}")), "{}", person.screen());
    person.press(KeyCode::Tab);
    assert_eq!(
        copied(&mut person, KeyCode::Char('y').into()),
        digest,
        "in the layers, y copies the digest"
    );
    person.types("5");
    assert_ne!(copied(&mut person, KeyCode::Char('y').into()), digest, "the image's ID");
}

#[test]
fn pictures_of_the_dialog() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::with_files(width, height);
        person.goes_to("usr/bin").types("x");
        check(&format!("extract-{width}x{height}"), &person);
    }
}
