//! Odd images and odd people.

use super::*;

#[test]
fn the_same_image_twice_says_that_nothing_differs() {
    let twice = [0, 0].map(|_| known(versions()[0].clone()));
    let mut onlooker = Onlooker::before(&twice, 80, 24);
    onlooker.finds(&[
        "both images have 13.9 MiB",
        "all 5 layers shared",
        "no differences found",
        "all 8 packages are the same",
    ]);
    onlooker.types("2jj").finds(&["Updating from the first image downloads 0 B."]);
    onlooker.types("3jjllhzZtsn").press(KeyCode::Enter).finds(&["No differences found."]);
    onlooker.types("4jj").finds(&["All packages are the same"]);
}

#[test]
fn two_images_whose_files_only_look_the_same_say_that_contents_were_not_compared() {
    let image =
        |byte| known(tar(Image::of([layer([file("app", 900).filled_with(byte)])]).docker()));
    let images = [image(1), image(2)];
    let mut onlooker = Onlooker::before(&images, 100, 24);
    onlooker.finds(&["all look the same; the contents of 1 file not compared"]);
    onlooker.types("3").finds(&[
        "No differences in paths, sizes, times and owners.",
        "The contents of 1 file in layers that differ were not compared.",
    ]);
}

#[test]
fn images_without_layers_are_compared_too() {
    let empty = || known(tar(Image::of([]).docker()));
    let one = || known(tar(Image::of([layer([file("app", 5)])]).docker()));
    for (images, verdict) in [
        ([empty(), empty()], "both images have 0 B; no layer shared"),
        ([empty(), one()], "has 5 B, and the first nothing"),
        ([one(), empty()], "has no bytes"),
    ] {
        let mut onlooker = Onlooker::before(&images, 80, 24);
        onlooker.finds(&[verdict]);
        for view in ["2", "3", "4", "1"] {
            onlooker.types(view).types("jkGgl").press(KeyCode::Enter).sees();
        }
    }
}

#[test]
fn hostile_names_are_escaped_wherever_they_are_shown() {
    let hostile = layer([
        file("\u{1b}]0;owned\u{7}", 900),
        file(b"caf\xe9", 5),
        dir("\u{202e}x"),
        file("\u{202e}x/y", 7),
        file("lib/apk/db/installed", 0).holding("P:a\u{1b}[31m\nV:1\u{7}\nF:\nR:caf\n"),
    ]);
    let mut image = Image::of([hostile]);
    image.tags = serde_json::json!(["x\u{1b}[31m:1"]);
    image.config["history"] = serde_json::json!([{ "created_by": "RUN \u{1b}[2J" }]);
    let images = [known(tar(Image::of([]).docker())), known(tar(image.docker()))];
    let mut onlooker = Onlooker::before(&images, 80, 24);
    for view in ["1", "2", "3", "3t", "4"] {
        onlooker.types(view);
        let screen = onlooker.screen();
        assert!(
            screen.chars().all(|c| c == '\n' || !c.is_control() && c != '\u{202e}'),
            "{screen}"
        );
    }
    onlooker.types("4").finds(&["a\\x1b[31m"]);
    onlooker.types("3").finds(&["\\x1b]0;owned\\x07"]);
    onlooker.types("gy");
    assert!(onlooker.copied.is_some_and(|text| !text.contains('\u{1b}')));
}

#[test]
fn below_80_columns_and_on_a_few_cells_it_is_still_usable() {
    Onlooker::before(&*VERSIONS, 50, 18).finds(&["1.05×", "shop:1.5", "size"]);
    for (width, height) in
        [(40, 12), (20, 6), (12, 4), (3, 3), (2, 2), (1, 1), (1, 60), (200, 1), (0, 0)]
    {
        let mut onlooker = Onlooker::before(&*VERSIONS, width, height);
        for view in ["1", "2", "3", "4"] {
            onlooker.types(view).types("jlG?").sees();
            onlooker.types("?").sees();
        }
        Onlooker::waiting(&*VERSIONS, width, height).sees();
    }
}

/// An action of a user.
#[derive(Debug, Clone)]
enum Deed {
    Key(KeyCode),
    Resize(u16, u16),
    Mouse(MouseEventKind, u16, u16),
}

fn deed() -> impl Strategy<Value = Deed> {
    let mut keys: Vec<_> = "kjudgGhl[]1234t/?snNzZyYe".chars().map(KeyCode::Char).collect();
    keys.extend([
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::PageDown,
    ]);
    let button = MouseEventKind::Down(MouseButton::Left);
    let kinds = vec![button, button, MouseEventKind::ScrollDown, MouseEventKind::ScrollUp];
    prop_oneof![
        6 => proptest::sample::select(keys).prop_map(Deed::Key),
        2 => (proptest::sample::select(kinds), 0u16..130, 0u16..50).prop_map(|(kind, x, y)| Deed::Mouse(kind, x, y)),
        1 => (0u16..130, 0u16..50).prop_map(|(width, height)| Deed::Resize(width, height)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_a_person_does_panics(deeds in proptest::collection::vec(deed(), 1..60), many in any::<bool>()) {
        let images: &[Known] = if many { &LADDER } else { &*VERSIONS };
        let mut onlooker = Onlooker::before(images, 80, 24);
        for deed in deeds {
            match deed {
                Deed::Key(code) => drop(onlooker.press(code)),
                Deed::Resize(width, height) => drop(onlooker.tells(Message::Resize(width, height))),
                Deed::Mouse(kind, x, y) => drop(onlooker.mouse(kind, x, y)),
            }
            onlooker.sees();
        }
        prop_assert!(onlooker.failed.is_none());
    }
}
