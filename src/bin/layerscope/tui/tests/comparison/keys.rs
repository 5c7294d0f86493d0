//! Keys and the mouse: where they lead, and back.

use layerscope::display::count;

use super::*;
use crate::tui::keys::help::OF_THE_VIEW;
use crate::tui::tests::loaded;

#[test]
fn escape_goes_back_to_the_images_and_never_out_and_q_quits() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    for view in ["2", "3", "4"] {
        onlooker.types(view).press(KeyCode::Esc).finds(&["Images · 2/2"]);
    }
    onlooker.press(KeyCode::Esc).press(KeyCode::Esc);
    assert!(!onlooker.ended);
    onlooker.press(KeyCode::BackTab).finds(&["Totals"]);
    onlooker.press(KeyCode::Tab).finds(&["Images · 2/2"]);
    onlooker.types("Y");
    assert_eq!(onlooker.copied.as_deref(), Some("layerscope compare 0.tar 1.tar"));
    onlooker.types("q");
    assert!(onlooker.ended);
}

#[test]
fn keys_typed_while_the_images_are_being_compared_are_not_lost() {
    let pair = || {
        let pair = Pair::between(&VERSIONS[0].inspection, &VERSIONS[1].inspection);
        ComparisonMessage::Compared(1, Arc::new(pair))
    };
    let mut onlooker = Onlooker::waiting(&*VERSIONS, 80, 24);
    // Not even the images have been read.
    onlooker.types("3/nothing").press(KeyCode::Enter).press(KeyCode::Esc).types("3");
    for (i, image) in VERSIONS.iter().enumerate() {
        // The comparison that is asked for here takes its time.
        onlooker.side.learn(ComparisonMessage::Read(i, Ok(image.inspection.clone())));
    }
    onlooker.types("3/app").tells(Message::Paste("-0".into()));
    onlooker.press(KeyCode::Backspace).press(KeyCode::Backspace).press(KeyCode::Enter);
    onlooker.types("q").press(KeyCode::Esc);
    assert!(!onlooker.ended);
    // Esc dropped what was typed; what comes now waits again, and a key without need does not.
    onlooker.types("23/server").press(KeyCode::Enter).finds(&["The images are being compared"]);
    onlooker.learns(pair());
    onlooker.finds(&["/server 1 of"]);
    onlooker.press(KeyCode::Enter);
    assert!(onlooker.opened.is_some());
    let mut onlooker = Onlooker::waiting(&*VERSIONS, 80, 24);
    onlooker.types("3q");
    assert!(onlooker.ended, "nothing that is kept stops the user from leaving");
}

#[test]
fn another_image_opens_from_the_comparison_and_every_dialog_closes_without_ending_it() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.types("O").finds(&["Open another image", "name or path"]);
    onlooker.tells(Message::Paste("old.tar\n".into())).types(" ").press(KeyCode::Enter);
    assert_eq!(onlooker.named.as_deref(), Some("old.tar"));
    onlooker.types("O").press(KeyCode::Esc).finds(&["Images · 2/2"]);
    for leave in [KeyCode::Char('q'), KeyCode::Esc, KeyCode::Char('?')] {
        onlooker.types(":").finds(&["Commands"]);
        onlooker.press(leave).finds(&["Images · 2/2"]);
        assert!(
            !onlooker.screen().contains("Commands") && !onlooker.ended,
            "{}",
            onlooker.screen()
        );
    }
}

#[test]
fn the_comparison_finds_a_command_by_its_name() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.types(":packages");
    onlooker.finds(&["show the packages that differ"]);
    onlooker.press(KeyCode::Enter).finds(&["Totals"]);
    onlooker.types(":open another").press(KeyCode::Enter).finds(&["Open another image"]);
}

#[test]
fn the_help_lists_every_key_of_the_comparison() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 60);
    let first = onlooker.side.hints();
    onlooker.types("?");
    for &action in
        crate::tui::keys::help::COMPARISON.groups.iter().flat_map(|(_, actions)| *actions)
    {
        // What a key does in this view stands in its place.
        let here = first.iter().find(|(actions, _)| actions.contains(&action));
        let here = here.filter(|_| OF_THE_VIEW.contains(&action));
        onlooker.finds(&[here.map_or(action.what(), |(_, what)| what)]);
        for key in settings().keymap.keys(action) {
            assert!(
                onlooker.screen().contains(&key.to_string()),
                "{key} is not on\n{}",
                onlooker.screen()
            );
        }
    }
    onlooker.types("?").finds(&["Images · 2/2"]);
}

#[test]
fn the_mouse_chooses_views_selects_rows_and_opens_them() {
    let mut onlooker = Onlooker::before(&*VERSIONS, 80, 24);
    onlooker.clicks("1.00×");
    assert!(onlooker.selected().contains("shop:1.4"), "{}", onlooker.screen());
    onlooker.clicks("1.05×  shop:1.5").clicks_again();
    assert_eq!(onlooker.opened, Some((1, None)), "a double click opens the image");
    onlooker.clicks("Paths").finds(&["12 paths differ"]);
    onlooker.mouse(MouseEventKind::ScrollDown, 5, 5);
    assert!(!onlooker.selected().contains("srv/"), "{}", onlooker.screen());
    onlooker.clicks("▾ srv/").finds(&["paths differ: +"]);
    onlooker.clicks("Packages").clicks("tzdata").types("y");
    assert_eq!(onlooker.copied.as_deref(), Some("tzdata"));
    onlooker.clicks("Layers").clicks("rm /srv/server.map").finds(&["Layer 4 of the first only"]);
    onlooker.clicks("quit");
    assert!(onlooker.ended, "hints are buttons");
}

#[test]
fn a_bigger_list_scrolls_and_keeps_what_is_selected() {
    let many = |count: usize, size: usize| {
        let files = (0..count).map(|i| file(format!("d/{i:03}"), size + i));
        known(tar(Image::of([layer(files)]).docker()))
    };
    let images = [many(1, 1), many(200, 10)];
    let mut onlooker = Onlooker::before(&images, 80, 24);
    onlooker.types("3glG");
    assert!(
        onlooker.selected().contains("000"),
        "the smallest difference comes last\n{}",
        onlooker.screen()
    );
    onlooker.press(KeyCode::PageUp).tells(Message::Resize(60, 12));
    assert!(!onlooker.selected().is_empty(), "{}", onlooker.screen());
    onlooker.tells(Message::Resize(80, 24));
    let many: Vec<Known> = (1..40).map(|size| many(1, size)).collect();
    let mut onlooker = Onlooker::before(&many, 80, 24);
    onlooker.types("gkjj").finds(&["Images · 3/39"]);
    onlooker.types("G").finds(&["Images · 39/39"]);
}

#[test]
fn from_the_explorer_escape_and_q_come_back_and_interrupt_quits() {
    let image = &VERSIONS[1];
    let explorer = || {
        let mut app = App::new("1.tar".into(), &settings(), Rect::new(0, 0, 80, 24));
        app.returns = true;
        app.update(Message::Opened(Intro::from_opened(&image.opened)));
        app.update(loaded(&app, image.inspection.clone()));
        app
    };
    let key = |app: &mut App, code: KeyCode| app.update(Message::Key(code.into()));
    let mut app = explorer();
    app.go_to(Spot::Path(image.inspection.tree.find(b"srv/server").unwrap()));
    assert_eq!(app.selected_path().as_deref(), Some("/srv/server"));
    for way_in in [
        KeyCode::Char('2'),
        KeyCode::Char('/'),
        KeyCode::Char('f'),
        KeyCode::Tab,
        KeyCode::Char('?'),
    ] {
        key(&mut app, way_in);
        assert!(key(&mut app, KeyCode::Esc).is_none(), "{way_in:?} is left first");
    }
    assert!(matches!(key(&mut app, KeyCode::Esc), Some(ExplorerEffect::Leave)));
    let mut app = explorer();
    app.go_to(Spot::Layer(2.into()));
    assert_eq!(app.explorer().unwrap().layer, 2);
    assert!(matches!(key(&mut app, KeyCode::Char('q')), Some(ExplorerEffect::Leave)));
    let interrupt = KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL);
    assert!(matches!(app.update(Message::Key(interrupt)), Some(ExplorerEffect::Quit)));
}

#[test]
fn e_explains_the_image_and_then_the_comparison_and_closes() {
    let mut person = Onlooker::before(&*VERSIONS, 120, 50);
    person.types("e");
    let size = |image: usize| count(VERSIONS[image].inspection.totals.size);
    person.finds(&[
        "The size is the sum of the layers' sizes",
        &size(1),
        "e explain the comparison",
    ]);
    person.types("e").finds(&[
        "Updating from the first image downloads the layers that it does not have",
        "size of the first image",
        &size(0),
        "size of this image",
        &size(1),
    ]);
    person.types("e");
    assert!(!person.reads().contains("Updating from the first image"), "{}", person.screen());
    // The first image has nothing to be compared with; a layer and a path have figures, too.
    person.press(KeyCode::Up).types("e").finds(&[&size(0)]);
    person.press(KeyCode::Esc).types("2e").finds(&["the layer's tar"]);
    person.press(KeyCode::Esc).types("3e").finds(&["added or larger"]);
    person.press(KeyCode::Esc).types("4e").finds(&["size of this image"]);
    person.types("q");
    assert!(!person.ended, "q closes the explanation");
}
