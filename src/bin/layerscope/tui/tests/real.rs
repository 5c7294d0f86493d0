//! The first screens of real images, which are too big to be kept here.
//!
//! `tests/scenarios/first-look` has their Dockerfiles. `LAYERSCOPE_IMAGES=DIR` names the directory
//! with the archives (`docker save NAME -o DIR/NAME.tar`), and with `LAYERSCOPE_UPDATE=1` their
//! pictures are written anew. They are not compared to the byte, because every build has other
//! versions of packages.

use crate::tui::tests::loaded;
use std::path::Path;
use std::sync::Arc;

use layerscope::Progress;

use super::first_look::study;
use super::{Person, pictures, svg};
use crate::intro::Intro;
use crate::tui::message::Message;

/// Images, each with a part of the right first change.
const IMAGES: [(&str, &str); 6] = [
    ("ladder-naive", "multi-stage build"),
    ("s0-split", "combine the RUN instructions"),
    ("node", "Fix"),
    ("python", "Fix"),
    ("chown", "owner"),
    ("scratch", ""),
];

#[test]
fn the_first_screen_of_a_real_image_answers_without_a_key() {
    let Some(directory) = std::env::var_os("LAYERSCOPE_IMAGES") else {
        eprintln!(
            "skipped: LAYERSCOPE_IMAGES names no directory with the images of tests/scenarios/first-look"
        );
        return;
    };
    for (name, fix) in IMAGES {
        let file = Path::new(&directory).join(format!("{name}.tar"));
        let opened = layerscope::open(&file, None).unwrap_or_else(|error| panic!("{error}"));
        let inspection = Arc::new(layerscope::inspect(&opened, &Progress::default()).unwrap());
        let study = study(&opened, &inspection);
        for (width, height) in [(80, 24), (120, 40)] {
            let mut person = Person::in_front_of(&format!("{name}.tar"), width, height);
            person.tell(Message::Opened(Intro::from_opened(&opened)));
            person.tell(loaded(&person.app, inspection.clone()));
            person.studies(&study);
            let screen = person.screen();
            for answer in ["size", "wasted", "avoidable", fix] {
                assert!(screen.contains(answer), "{name}: no {answer:?} in\n{screen}");
            }
            if std::env::var_os("LAYERSCOPE_UPDATE").is_some() {
                pictures::compare(
                    &format!("real-{name}-{width}x{height}.txt"),
                    &format!("{screen}\n"),
                );
                if name == "chown" {
                    let picture = svg::draw(svg::DARK, &person.sees());
                    pictures::compare(&format!("real-{name}-{width}x{height}.svg"), &picture);
                }
            }
        }
    }
}
