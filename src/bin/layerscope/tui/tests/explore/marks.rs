//! Marks, folding and the selection.

use super::*;

#[test]
fn space_marks_and_goes_on_and_what_is_marked_is_counted_once() {
    let mut person = three_changes();
    person.types("  ");
    assert_eq!(explorer(&person).cursor, 2);
    assert!(person.screen().contains("2 marked: "), "{}", person.screen());
    let marked = explorer(&person).marked_bytes();
    person.types("gl").types("j   ");
    assert_eq!(
        explorer(&person).marked_bytes(),
        marked,
        "files in a marked directory count with it"
    );
    assert!(person.screen().contains("5 marked: "));
    person.types("U");
    assert!(!person.screen().contains("marked"));
    person.types(" k ");
    assert!(!person.screen().contains("marked"), "a second time takes the mark away");
}

#[test]
fn bytes_with_two_names_are_marked_once() {
    let mut person =
        at_an_image_of(vec![layer([file("a", 1000), hardlink("b", "a"), file("c", 1)])]);
    person.types("Ag   ");
    assert_eq!(explorer(&person).marked_bytes(), 1001);
}

#[test]
fn a_picture_of_marks() {
    let mut person = Person::at(80, 24);
    person.types("jj  j c");
    check("marks-80x24", &person);
}

#[test]
fn in_dive_s_keys_space_folds_and_m_marks() {
    let mut person = Person::at(120, 40);
    person.app.keymap = Keymap::dive();
    let rows = names(&person).len();
    person.types("g ");
    assert!(names(&person).len() < rows && explorer(&person).marks.is_empty());
    person.types("m");
    assert_eq!(explorer(&person).marks.len(), 1);
    let mut person = Person::at(120, 40);
    person.types("gz");
    assert!(names(&person).len() < rows, "z folds in the usual keys");
}

#[test]
fn everything_folds_with_one_key() {
    let mut person = Person::at(120, 40);
    person.types("Z");
    assert!(explorer(&person).rows_from(0, usize::MAX).iter().all(|row| row.depth == 0));
}

#[test]
fn a_path_that_a_layer_does_not_have_is_selected_again_where_it_is() {
    let mut person = three_changes();
    person.types("/new/x").press(KeyCode::Enter).press(KeyCode::Esc);
    assert_eq!(person.path(), "/new/x");
    person.types("[");
    assert_ne!(person.path(), "/new/x");
    person.tell(Message::Resize(80, 24));
    person.types("]");
    assert_eq!(person.path(), "/new/x");
    person.types("t");
    assert_eq!((explorer(&person).slice.scope, person.path()), (Scope::Changes, "/new/x".into()));
}
