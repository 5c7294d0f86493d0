//! Pictures of real screens: made here, kept in `screenshots/`, and compared.
//!
//! `LAYERSCOPE_UPDATE=1 cargo test` writes them anew.

use std::path::Path;

use crossterm::event::KeyCode;

use super::advice::STUDY;
use super::{Person, svg};
use crate::tui::message::Message;

pub(super) fn check(name: &str, person: &Person) {
    check_on(svg::DARK, name, person);
}

pub(super) fn check_on(paper: svg::Paper, name: &str, person: &Person) {
    let buffer = person.sees();
    let mut text = person.screen();
    text.push('\n');
    compare(&format!("{name}.txt"), &text);
    compare(&format!("{name}.svg"), &svg::draw(paper, &buffer));
}

pub(super) fn compare(file: &str, now: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("screenshots").join(file);
    if std::env::var_os("LAYERSCOPE_UPDATE").is_some() {
        std::fs::write(&path, now).unwrap();
        return;
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == now,
        "screenshots/{file} differs from the screen; if the screen is right: LAYERSCOPE_UPDATE=1 cargo test\n{}",
        if file.ends_with(".txt") { now } else { "" }
    );
}

#[test]
fn the_first_screen() {
    // They answer what can be saved, so the image has been assessed.
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.studies(&STUDY);
        check(&format!("explore-{width}x{height}"), &person);
    }
    check("explore-40x12", &Person::at(40, 12));
}

#[test]
fn the_layers_with_the_one_that_adds_the_toolchain() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.press(KeyCode::Tab).types("kk");
        check(&format!("layers-{width}x{height}"), &person);
    }
}

#[test]
fn what_the_deleting_layer_changed() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.types("t");
        check(&format!("changes-{width}x{height}"), &person);
    }
}

#[test]
fn reading() {
    let mut person = Person::waiting(80, 24);
    person.tell(Message::Progress(105 << 20, 217 << 20, 1));
    check("reading-80x24", &person);
}

#[test]
fn the_help() {
    let mut person = Person::at(80, 48);
    person.types("?");
    check("help-80x48", &person);
}

#[test]
fn the_image_itself() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.types("5");
        check(&format!("image-{width}x{height}"), &person);
    }
}
