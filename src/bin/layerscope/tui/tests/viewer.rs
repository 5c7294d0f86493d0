//! Tests of the viewer.

use crossterm::event::KeyCode;
use proptest::prelude::*;

use super::pictures::check;
use super::{Person, files};
use crate::tui::message::Message;

/// Puts a user in front of a file in the viewer.
fn viewing(path: &str, width: u16, height: u16) -> Person {
    let mut person = Person::with_files(width, height);
    person.goes_to(path).types("v");
    person
}

#[test]
fn a_file_is_shown_with_line_numbers_and_q_closes_it() {
    let mut person = viewing("usr/bin/start", 80, 24);
    let screen = person.screen();
    assert!(
        screen.contains("/usr/bin/start · layer 0") && screen.contains("line 1/10"),
        "{screen}"
    );
    assert!(screen.contains("  1 #!/bin/sh") && screen.contains(" 10 exec server"), "{screen}");
    assert!(screen.contains("  6         echo"), "tabs go to the next stop\n{screen}");
    person.types("q");
    assert!(!person.ended && person.screen().contains("Layers 0–"), "{}", person.screen());
    person.press(KeyCode::Enter);
    assert!(person.screen().contains("#!/bin/sh"), "Enter opens it too");
    person.press(KeyCode::Esc);
    assert_eq!(person.path(), "/usr/bin/start");
}

#[test]
fn a_deleted_file_can_still_be_read() {
    let person = viewing("etc/motd", 80, 24);
    let screen = person.screen();
    assert!(screen.contains("layer 0, deleted in 1") && screen.contains("1 Welcome."), "{screen}");
}

#[test]
fn what_was_found_in_the_tree_does_not_hide_the_keys_of_the_viewer() {
    let mut person = Person::with_files(80, 24);
    person.types("/start").press(KeyCode::Enter).types("v");
    let screen = person.screen();
    assert!(screen.contains("#!/bin/sh") && screen.contains(" q close"), "{screen}");
}

#[test]
fn every_version_of_a_path_can_be_shown() {
    let mut person = viewing("etc/server.json", 100, 24);
    assert!(
        person.screen().contains("\"limit\": 512") && person.screen().contains("version 2/2"),
        "{}",
        person.screen()
    );
    person.types("[");
    let screen = person.screen();
    assert!(
        screen.contains("\"debug\": true")
            && screen.contains(
                "layer 0, replaced in 1 · version \
        1/2"
            ),
        "{screen}"
    );
    person.types("[");
    assert!(person.screen().contains("this is the oldest version"), "{}", person.screen());
    person.types("]");
    assert!(person.screen().contains("\"limit\": 512"), "{}", person.screen());
}

#[test]
fn text_is_found_and_shown_in_the_middle_of_a_large_file() {
    let mut person = viewing("usr/share/numbers.txt", 80, 24);
    person.types("/line +77777$").press(KeyCode::Enter);
    assert!(person.screen().contains(" 77777 this is line  77777"), "{}", person.screen());
    person.types("/7{5}").press(KeyCode::Enter).types("n");
    assert!(
        person.screen().contains("search wrapped") && person.screen().contains("line  77777"),
        "{}",
        person.screen()
    );
    person.types("/nowhere").press(KeyCode::Enter);
    assert!(person.screen().contains("nowhere is not in this file"), "{}", person.screen());
    person.types("/a[").press(KeyCode::Enter);
    assert!(person.screen().contains("a[ is not in this file"), "{}", person.screen());
}

#[test]
fn the_end_and_any_line_are_a_key_away() {
    let mut person = viewing("usr/share/numbers.txt", 80, 24);
    person.types("G");
    let screen = person.screen();
    assert!(
        screen.contains("100000 this is line 100000") && screen.contains("/100,000"),
        "{screen}"
    );
    person.control('g').types("54321").press(KeyCode::Enter);
    assert!(person.screen().contains("line 54,321/100,000"), "{}", person.screen());
    assert!(person.screen().contains(" 54321 this is line  54321"), "{}", person.screen());
    person.types("k");
    assert!(person.screen().contains("line 54,320/"), "{}", person.screen());
    person.control('g').types("x").press(KeyCode::Enter);
    assert!(person.screen().contains("x is no number"), "{}", person.screen());
    person.types("g");
    assert!(person.screen().contains("    1 this is line      1"), "{}", person.screen());
}

#[test]
fn the_end_of_a_file_is_shown_before_its_lines_have_been_counted() {
    let mut person = viewing("usr/share/numbers.txt", 80, 24);
    person.slow = true;
    person.types("G");
    let window = person
        .waiting
        .iter()
        .position(|task| matches!(task.ask, crate::tui::work::Ask::Window { .. }));
    let count = person.waiting.swap_remove(1 - window.expect("the end is read"));
    person.works();
    let screen = person.screen();
    assert!(
        screen.contains("this is line 100000") && screen.contains("line ? · > 99.9 %"),
        "{screen}"
    );
    person.tell(Message::Progressed(count.number, 1 << 20, 2 << 20));
    assert!(
        person.screen().contains("counting lines 1.00 MiB of 2.00 MiB, Esc cancels"),
        "{}",
        person.screen()
    );
    person.press(KeyCode::Esc);
    assert!(
        !person.app.awaits(count.number) && person.screen().contains("this is line 100000"),
        "Esc ends the counting only"
    );
}

#[test]
fn binaries_are_shown_in_hex_and_texts_if_one_wants_to() {
    let mut person = viewing("usr/lib/tables.bin", 80, 24);
    let screen = person.screen();
    assert!(screen.contains("00000000  00 01 02 03 04 05 06 07  08"), "{screen}");
    assert!(
        screen.contains("00000020  20 21 22") && screen.contains(" !\"#$%&'()*+,-./"),
        "{screen}"
    );
    person.control('g').types("0x800").press(KeyCode::Enter);
    assert!(person.screen().contains("0x7"), "{}", person.screen());
    person.types("G");
    assert!(person.screen().contains("00000f90"), "{}", person.screen());
    person.types("/ABCDE").press(KeyCode::Enter);
    assert!(
        person.screen().contains("│ 00000f40"),
        "what is on the screen is not moved\n{}",
        person.screen()
    );
    person.types("nn");
    assert!(
        person.screen().contains("│ 00000140"),
        "after the last comes the first\n{}",
        person.screen()
    );
    let mut person = viewing("usr/bin/start", 80, 24);
    person.types("b");
    assert!(person.screen().contains("00000000  23 21 2f 62"), "{}", person.screen());
    person.types("b");
    assert!(person.screen().contains("  1 #!/bin/sh"), "{}", person.screen());
}

#[test]
fn a_program_says_what_it_is_above_its_bytes() {
    let mut person = viewing("usr/bin/server", 80, 24);
    let screen = person.screen();
    assert!(
        screen.contains("ELF, static executable for x86-64, 64 bits, little-endian; stripped."),
        "{screen}"
    );
    assert!(screen.contains("00000000  7f 45 4c 46"), "{screen}");
    person.types("G");
    assert!(person.screen().contains("000001f0"), "{}", person.screen());
}

#[test]
fn contents_never_speak_to_the_terminal() {
    let screen = viewing("usr/share/hostile.txt", 80, 24).screen();
    assert!(screen.contains("\\x1b]0;owned\\x07 and \\u{202e} so on"), "{screen}");
    assert!(viewing("usr/share/latin.txt", 80, 24).screen().contains("1 café"));
    assert!(viewing("usr/share/empty", 80, 24).screen().contains("The file is empty."));
}

#[test]
fn a_link_says_where_it_leads_and_enter_goes_there() {
    let mut person = viewing("usr/bin/go", 80, 24);
    assert!(
        person.reads().contains("it points to /usr/bin/start (a file of"),
        "{}",
        person.screen()
    );
    person.press(KeyCode::Enter);
    assert!(person.screen().contains("#!/bin/sh"), "{}", person.screen());
    assert!(viewing("usr/bin/nowhere", 80, 24).reads().contains("Broken link"));
}

#[test]
fn two_versions_are_compared_line_by_line_with_what_the_tree_knows() {
    let mut person = viewing("etc/server.json", 80, 24);
    person.types("D");
    let screen = person.screen();
    for line in [
        "mode: 0644 → 0600",
        "time: 2023-11-14 22:13:20 UTC → 2024-05-01 12:00:01 UTC",
        "contents: 3 lines added, 3 lines removed",
        "  3 -  \"port\": 8080,",
        "  3 +  \"port\": 80,",
    ] {
        assert!(screen.contains(line), "{line} is not on\n{screen}");
    }
    person.press(KeyCode::Esc);
    assert!(person.screen().contains("  1 {"), "{}", person.screen());
    let mut person = Person::with_files(80, 24);
    person.goes_to("usr/lib/tables.bin").types("D");
    assert!(
        person
            .screen()
            .contains("the contents differ, first at byte 4,000 (0xfa0); they are not text"),
        "{}",
        person.screen()
    );
    let mut person = Person::with_files(80, 24);
    person.goes_to("usr/bin/start").types("D");
    assert!(person.screen().contains("only one version") && person.screen().contains("Layers 0–"));
}

#[test]
fn a_pager_gets_the_bytes_of_the_version() {
    let mut person = viewing("usr/bin/start", 80, 24);
    person.types("|");
    assert_eq!(person.paged, [files::SCRIPT.as_bytes()]);
}

#[test]
fn what_takes_long_says_so_and_is_given_up_when_one_leaves() {
    let mut person = Person::with_files(80, 24);
    person.slow = true;
    person.goes_to("usr/share/numbers.txt").types("v");
    let number = person.waiting[0].number;
    person.tell(Message::Progressed(number, 12 << 20, 240 << 20));
    assert!(
        person.screen().contains("reading 12.0 MiB of 240 MiB, Esc cancels"),
        "{}",
        person.screen()
    );
    person.types("/x");
    assert!(person.app.awaits(number), "typing ends nothing");
    person.press(KeyCode::Esc).press(KeyCode::Esc);
    assert!(!person.app.awaits(number) && person.screen().contains("Layers 0–"));
    person.works();
}

#[test]
fn a_layer_that_is_not_there_is_said_in_a_sentence() {
    let mut opened = files::image(&[files::layer(&[("a", b"text\n")])]);
    let workshop = files::workshop(&opened);
    opened.image.layers[0].member = None;
    let gone = crate::tui::work::Workshop {
        contents: std::sync::Arc::new(layerscope::files::contents::LayerContents::new(&opened)),
        ..workshop
    };
    let mut person = Person::looking_at(&opened, &gone, 80, 24);
    person.goes_to("a").types("v");
    assert!(person.reads().contains("archive"), "{}", person.screen());
    person.types("jkG/x").press(KeyCode::Enter).types("n=p");
    person.sees();
}

#[test]
fn lines_that_are_too_wide_are_moved_sideways_or_wrapped() {
    let wide = format!("{}END\n", "0123456789".repeat(20));
    let opened = files::image(&[files::layer(&[("wide", wide.as_bytes())])]);
    let mut person = Person::looking_at(&opened, &files::workshop(&opened), 60, 12);
    person.goes_to("wide").types("v");
    assert!(!person.screen().contains("END"));
    person.types("W");
    assert!(person.screen().contains("END"), "{}", person.screen());
    person.types("W/END").press(KeyCode::Enter);
    assert!(person.screen().contains("END"), "what is found is moved to\n{}", person.screen());
    person.types("hhhhhhhhhhhhhhhhhhhhhhhhhhh");
    assert!(person.screen().contains("  1 0123"), "{}", person.screen());
}

#[test]
fn the_wheel_scrolls_the_file_and_the_footer_can_be_clicked() {
    use crossterm::event::{MouseButton, MouseEventKind};
    let mut person = viewing("usr/share/numbers.txt", 80, 24);
    person.mouse(MouseEventKind::ScrollDown, 40, 10);
    assert!(person.screen().contains("· line 4 ·"), "{}", person.screen());
    person.mouse(MouseEventKind::Down(MouseButton::Left), 1, 23);
    assert!(person.screen().contains("Layers 0–"), "{}", person.screen());
}

#[test]
fn pictures_of_the_viewer() {
    for (width, height) in [(80, 24), (120, 40)] {
        let picture = |name: &str, path: &str, keys: &str| {
            let mut person = viewing(path, width, height);
            for key in keys.chars() {
                person.press(if key == '\n' { KeyCode::Enter } else { KeyCode::Char(key) });
            }
            check(&format!("{name}-{width}x{height}"), &person);
        };
        picture("viewer-text", "usr/bin/start", "/port\n");
        picture("viewer-hex", "usr/bin/server", "");
        picture("viewer-compare", "etc/server.json", "=");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn neither_contents_nor_keys_make_it_panic(
        pieces in proptest::collection::vec((contents(), 0usize..3000), 0..6),
        keys in proptest::collection::vec((proptest::sample::select(all_keys()), 0u16..100, 0u16..40), 1..60)
    ) {
        let bytes: Vec<u8> = pieces.iter().flat_map(|(piece, times)| piece.repeat(*times)).collect();
        let changed = [&bytes[bytes.len() / 3..], b"new\n"].concat();
        let opened = files::image(&[files::layer(&[("a", &bytes)]), files::layer(&[("a", &changed)])]);
        let mut person = Person::looking_at(&opened, &files::workshop(&opened), 80, 24);
        person.goes_to("a").types("v");
        for (key, width, height) in keys {
            if key == KeyCode::F(5) {
                person.tell(Message::Resize(width, height));
            } else {
                person.press(key);
            }
            person.sees();
        }
    }
}

fn contents() -> impl Strategy<Value = Vec<u8>> {
    let text = "[a-z\\t\\n\u{0}-\u{1f}é漢\u{301}\u{202e}]{1,30}".prop_map(String::into_bytes);
    prop_oneof![3 => text, 1 => proptest::collection::vec(any::<u8>(), 1..30)]
}

fn all_keys() -> Vec<KeyCode> {
    let mut keys: Vec<_> = "kjudgGwxhl<>[]nN:/19a.=p v".chars().map(KeyCode::Char).collect();
    keys.extend([
        KeyCode::Enter,
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::F(5),
        KeyCode::F(5),
        KeyCode::PageDown,
    ]);
    keys
}
