//! Tests of the tree: columns, orders, filters, changes and marks.

mod changes;
mod columns;
mod filters;
mod marks;

use crate::tui::tests::loaded;
use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent};
use layerscope::Opened;
use layerscope::tree::{Change, NodeId};

use super::pictures::check;
use super::support::build::{
    self, Image, Layer, dir, entries, file, gone, hardlink, layer, symlink,
};
use super::{Person, settings};
use crate::intro::Intro;
use crate::tui::Keymap;
use crate::tui::app::App;
use crate::tui::explorer::Explorer;
use crate::tui::explorer::rows::Scope;
use crate::tui::message::Message;

fn explorer(person: &Person) -> &Explorer {
    person.app.explorer().expect("the layers have been read")
}

/// Returns the names of the rows, indented by their depth.
fn names(person: &Person) -> Vec<String> {
    let explorer = explorer(person);
    let tree = &explorer.inspection.tree;
    let rows = explorer.rows_from(0, usize::MAX);
    rows.iter()
        .map(|row| " ".repeat(row.depth) + &layerscope::display::escaped(tree.name(row.node)))
        .collect()
}

/// Puts a user in front of an image of these layers, with everything folded and the cursor on the
/// first row.
pub(super) fn at_an_image_of(layers: Vec<Layer>) -> Person {
    let opened: Opened = build::open(entries(Image::of(layers).docker())).expect("an image");
    let inspection =
        layerscope::inspect(&opened, &layerscope::Progress::default()).expect("a readable image");
    let mut person = Person::in_front_of("built.tar", 120, 40);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, Arc::new(inspection)));
    person.types("Zg");
    person
}

/// Makes a directory of three files in a layer, and a layer that changes each in a different way.
fn three_changes() -> Person {
    at_an_image_of(vec![
        layer([
            dir("a"),
            file("a/same", 3000),
            file("a/other", 2000),
            file("a/gone", 1000),
            file("b", 500),
        ]),
        layer([
            file("a/same", 3000).mode(0o600).owner(7, 8),
            file("a/other", 2000).filled_with(1),
            gone("a/gone"),
            dir("new"),
            file("new/x", 10),
            file("new/y", 20),
        ]),
    ])
}
