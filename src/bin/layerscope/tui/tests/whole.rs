//! An image that could not be read as a whole says so, whatever is on the screen.

use super::*;
use crate::tui::tests::loaded;

/// The demo without the layer that brings the toolchain.
fn without_a_layer(width: u16, height: u16) -> Person {
    let mut opened = DEMO.0.clone();
    opened.image.layers[1].member = None;
    let inspection =
        layerscope::inspect(&opened, &Progress::default()).expect("the rest is readable");
    let mut person = Person::in_front_of("part.tar", width, height);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, Arc::new(inspection)));
    person
}

#[test]
fn the_header_counts_the_warnings_in_every_view_also_in_80_columns() {
    for (width, height) in [(80, 24), (120, 40)] {
        for view in View::ALL {
            let mut person = without_a_layer(width, height);
            person.tell(Message::Key(KeyEvent::new(KeyCode::Char('1'), KeyModifiers::NONE)));
            for _ in 0..View::ALL.iter().position(|other| *other == view).unwrap_or(0) {
                person.tell(Message::Key(KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE)));
            }
            let head = person.screen().lines().take(2).collect::<Vec<_>>().join("\n");
            assert!(head.contains("! "), "{width}×{height} {view:?}: {head}");
            assert!(!head.contains("efficiency"), "{head}");
        }
    }
    let whole = Person::at(80, 24).screen();
    assert!(
        !whole.lines().take(2).any(|line| line.contains('!')),
        "a whole image has no mark: {whole}"
    );
}

#[test]
fn the_layer_is_marked_its_details_say_what_is_missing_and_a_key_lists_the_warnings() {
    let mut person = without_a_layer(120, 40);
    let row = person
        .screen()
        .lines()
        .find(|line| line.contains("(not in the archive)"))
        .map(str::to_owned);
    assert!(row.is_some_and(|row| row.contains("1!") && row.contains('?')), "{}", person.screen());
    while person.layer() > 1 {
        person.press(KeyCode::Char('['));
    }
    // The details are those of what has the focus.
    for _ in 0..3 {
        if !person.reads().contains("Not whole") {
            person.press(KeyCode::Tab);
        }
    }
    assert!(person.reads().contains("Not whole: it is not in the archive"), "{}", person.screen());
    person.press(KeyCode::Char('5'));
    assert!(person.reads().contains("layer 1 is not known"), "{}", person.screen());
    assert!(person.screen().contains("≥"), "{}", person.screen());
}

#[test]
fn no_view_says_that_nothing_is_wasted_or_to_change_where_something_was_not_read() {
    for width in [80, 120] {
        let mut person = without_a_layer(width, 30);
        for _ in View::ALL {
            let screen = person.screen();
            for claim in
                ["No wasted bytes", "Nothing to change:", "Nothing wasted", "nothing wasted"]
            {
                assert!(!screen.contains(claim), "{claim}: {screen}");
            }
            assert!(
                !screen.lines().next().is_some_and(|line| line.contains("wasted 0 B")),
                "{screen}"
            );
            person.tell(Message::Key(KeyEvent::new(KeyCode::Tab, KeyModifiers::NONE)));
        }
    }
}

#[test]
fn the_timeline_says_from_where_on_the_curves_are_lower_bounds() {
    let mut person = without_a_layer(120, 30);
    person.types("3g");
    assert!(person.reads().contains("of what could be read"), "{}", person.screen());
    assert!(
        !person.reads().contains("at least this size"),
        "layer 0 is known: {}",
        person.screen()
    );
    person.types("G");
    let said = "Layer 1 is incomplete: it is not in the archive, so its contents are unknown.";
    assert!(person.reads().contains(said), "{}", person.screen());
    assert!(
        person.reads().contains("The image so far has at least this size"),
        "{}",
        person.screen()
    );
    assert!(
        !Person::at(120, 30).types("3").reads().contains("could be read"),
        "a whole image has no such words"
    );
}

#[test]
fn explanations_call_sums_what_could_be_read() {
    let opened = DEMO.0.clone();
    let whole = layerscope::inspect(&opened, &Progress::default()).expect("it is readable");
    let mut opened = opened;
    opened.image.layers.iter_mut().for_each(|layer| layer.member = None);
    let none = layerscope::inspect(&opened, &Progress::default()).expect("nothing is readable");
    let text = |inspection: Inspection| {
        use crate::tui::overlay::explain::{Part, Subject, explain};
        let explorer = crate::tui::explorer::Explorer::new(Arc::new(inspection));
        let (_, parts) = explain(&explorer, &Subject::Image, Units::Iec);
        let lines = parts.iter().flat_map(|part| match part {
            Part::Sentence(text) => vec![text.clone()],
            Part::Sum(sum) => sum.lines(Units::Iec, 200),
        });
        lines.collect::<Vec<_>>().join("\n")
    };
    let [none, whole] = [none, whole].map(text);
    assert!(none.contains("of what could be read (0 B)"), "{none}");
    assert!(!none.contains("This is exact") && !none.contains("efficiency 100 %"), "{none}");
    assert!(!whole.contains("could be read"), "{whole}");
}

#[test]
fn timeline_treemap_and_replay_mark_the_layer_as_the_list_of_layers_does() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = without_a_layer(width, height);
        let screen = person.types("3G").screen();
        let axis =
            screen.lines().find(|line| line.contains("───!")).unwrap_or_else(|| panic!("{screen}"));
        assert_eq!(axis.matches('!').count(), 1, "one layer is marked: {screen}");
        let screen = person.types("4").screen();
        assert!(screen.contains("(1!)"), "{screen}");
        let screen = person.types("8G").screen();
        assert!(screen.contains("Size: ≥ "), "{screen}");
        assert!(screen.lines().any(|line| line.contains("───!")), "{screen}");
        // The list of layers needs more rows.
        let row = screen.lines().find(|line| line.contains("1!"));
        assert_eq!(
            row.is_some_and(|row| row.contains('?')),
            height == 40,
            "its size is not known: {screen}"
        );
        assert!(person.reads().contains("The end: at least"), "{screen}");
    }
    let mut whole = Person::at(80, 24);
    for keys in ["3G", "4", "8G"] {
        let screen = whole.types(keys).screen();
        assert!(!screen.contains('!') && !screen.contains('≥'), "{screen}");
    }
}

#[test]
fn the_timeline_does_not_say_that_an_unknown_layer_adds_nothing() {
    let mut person = without_a_layer(120, 30);
    person.types("3G").press(KeyCode::Left);
    while person.layer() > 1 {
        person.press(KeyCode::Left);
    }
    assert!(
        person.reads().contains("what it adds, changes and hides is not known"),
        "{}",
        person.screen()
    );
    assert!(!person.reads().contains("adds 0 B"), "{}", person.screen());
}
