//! Themes, ASCII, long instructions, names in all scripts: that everybody can read the screen.

use crate::tui::tests::loaded;
use std::sync::Arc;

use crossterm::event::KeyCode;
use layerscope::Progress;
use layerscope::image::Instruction;
use ratatui::style::{Color, Modifier};

use super::pictures::{check, check_on};
use super::{DEMO, Person, lines, settings, svg};
use crate::intro::Intro;
use crate::tui::Settings;
use crate::tui::keys::Keymap;
use crate::tui::message::{Effect, Message};
use crate::tui::widgets::signs::Signs;
use crate::tui::widgets::theme::{Background, Theme};
use crate::view::View;

fn in_ascii() -> Settings {
    Settings {
        signs: Signs::Ascii,
        keymap: Keymap::usual().with_names_in_ascii(true),
        ..settings()
    }
}

fn themed(theme: Theme) -> Settings {
    Settings { theme: Some(theme), ..settings() }
}

/// Puts a user in front of the demo, whose last layer is made by another instruction.
fn made_by(created_by: &str, width: u16, height: u16) -> Person {
    let mut opened = DEMO.0.clone();
    let last = opened.image.layers.last_mut().expect("the demo has layers");
    last.instruction = Instruction::from_history(Some(created_by), None);
    let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
    let mut person = Person::in_front_of("mine.tar", width, height);
    person.tell(Message::Opened(Intro::from_opened(&opened)));
    person.tell(loaded(&person.app, Arc::new(inspection)));
    person
}

const LONG: &str = "RUN |2 VERSION=1.2 MIRROR=https://mirror.example.org /bin/sh -c set -eux; \tapt-get \
    update; \tapt-get install -y \
    --no-install-recommends \t\tca-certificates \t\tcurl \t\tgit \t; \tif [ \"$VERSION\" != 1 ]; then \t\tcurl -fsSL \
    \"$MIRROR/app-$VERSION.tar.gz\" | tar -xz -C /opt; \tfi; \techo 'never; && split' \x1b[31m \t&& rm -rf \
    /var/lib/apt/lists/* /tmp/* /var/tmp/* /root/.cache /usr/share/doc /usr/share/man # buildkit";

#[test]
fn in_ascii_every_cell_of_every_view_is_ascii() {
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let mut person = Person::who(&in_ascii(), width, height);
        let mut screens = vec![("explore", person.screen())];
        for keys in ["\t", "i", "1/go", "2", "2 ", "2t", "3", "4", "4+", "5", "o", "?"] {
            person.press(KeyCode::Esc).press(KeyCode::Esc);
            for key in keys.chars() {
                person.press(if key == '\t' { KeyCode::Tab } else { KeyCode::Char(key) });
            }
            screens.push((keys, person.screen()));
        }
        let mut waiting = Person::with(&in_ascii(), "x.tar", width, height);
        waiting.tell(Message::Opened(Intro::from_opened(&DEMO.0)));
        waiting.tell(Message::Progress(1 << 20, 2 << 20, 1));
        screens.push(("waiting", waiting.screen()));
        waiting.tell(Message::Choices("image", vec!["app:1".into()], 0));
        screens.push(("choosing", waiting.screen()));
        for (name, screen) in screens {
            assert!(screen.is_ascii(), "{name}:\n{screen}");
        }
    }
}

#[test]
fn in_ascii_live_and_dead_scroll_bars_and_keys_can_be_told_apart() {
    let person = Person::who(&in_ascii(), 80, 24);
    let screen = person.screen();
    assert!(screen.contains(" 200 MiB xxxxxx ") && screen.contains("x wasted"), "{screen}");
    assert!(screen.contains("> go/") && screen.contains("v lib/"), "{screen}");
    assert!(screen.contains("Right Left open, fold"), "{screen}");
    assert!(screen.lines().any(|line| line.ends_with('#')), "{screen}");
}

#[test]
fn without_colours_the_focus_the_selection_and_the_view_can_be_seen() {
    let mut person = Person::who(&themed(Theme::plain()), 120, 40);
    let buffer = person.sees();
    assert!(buffer.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    let (x, y) = person.finds("▸ go/");
    assert!(buffer[(x, y)].modifier.contains(Modifier::REVERSED), "the selected row");
    let panes = person.app.panes();
    let frame = |area: ratatui::layout::Rect| buffer[(area.x, area.y)].modifier;
    assert_ne!(frame(panes.tree), frame(panes.layers), "the frame of the pane that has the keys");
    let is_current = |person: &Person, tab: &str| {
        let ((x, y), buffer) = (person.finds(tab), person.sees());
        buffer[(x, y)].modifier.contains(Modifier::REVERSED)
    };
    assert!(is_current(&person, "1 Explore") && !is_current(&person, "2 Waste"));
    person.types("2");
    assert!(is_current(&person, "2 Waste") && !is_current(&person, "1 Explore"));
}

#[test]
fn the_first_view_is_the_configured_one() {
    let person = Person::who(&Settings { view: View::Waste, ..settings() }, 80, 24);
    assert!(person.screen().contains("Waste · 1/"), "{}", person.screen());
}

#[test]
fn a_long_instruction_is_shown_in_full_and_its_shell_in_lines() {
    let mut person = made_by(LONG, 80, 40);
    person.types("o");
    let screen = person.screen();
    for line in [
        "│ ARG VERSION=1.2 ",
        "│ ARG MIRROR=https://mirror.example.org ",
        r"│ RUN set -eux; \",
        r"│     apt-get update; \",
        r"│         ca-certificates \",
        r#"│     if [ "$VERSION" != 1 ]; then \"#,
        r"│     fi; \",
        r"│     echo 'never; && split' \x1b[31m \",
        "│     && rm -rf /var/lib/apt/lists/*",
        "/usr/share/man",
    ] {
        assert!(screen.contains(line), "{line} is not on\n{screen}");
    }
    person.press(KeyCode::Esc);
    assert!(!person.screen().contains("its instruction"));
}

#[test]
fn an_instruction_scrolls_says_where_it_is_and_can_be_copied() {
    let mut person = made_by(LONG, 80, 12);
    person.press(KeyCode::Tab).types("o");
    let all = person.app.instruction_rows().len();
    assert!(person.screen().contains(&format!("its instruction · 8/{all}")), "{}", person.screen());
    person.types("jj");
    assert!(
        person.screen().contains(&format!("its instruction · 10/{all}")),
        "{}",
        person.screen()
    );
    person.press(KeyCode::End);
    assert!(
        person.screen().contains(&format!("its instruction · {all}/{all}")),
        "{}",
        person.screen()
    );
    assert!(person.reads().contains("/usr/share/man"), "{}", person.screen());
    let copied = person.app.update(Message::Key(KeyCode::Char('y').into()));
    assert!(
        matches!(copied, Some(Effect::Copy(text)) if text.contains("RUN set -eux; \\\n    apt-get \
        update; \\\n"))
    );
    person.types("[");
    assert!(person.screen().contains("Layer 2: its instruction"), "{}", person.screen());
}

#[test]
fn control_z_asks_for_the_shell_from_everywhere() {
    let suspend = || {
        Message::Key(crossterm::event::KeyEvent::new(
            KeyCode::Char('z'),
            crossterm::event::KeyModifiers::CONTROL,
        ))
    };
    for keys in ["", "2", "?", "o"] {
        let mut person = Person::at(80, 24);
        person.types(keys);
        assert!(matches!(person.app.update(suspend()), Some(Effect::Suspend)), "{keys:?}");
    }
    assert!(matches!(Person::waiting(80, 24).app.update(suspend()), Some(Effect::Suspend)));
}

#[test]
fn wide_combining_and_right_to_left_names_move_no_column() {
    for name in [
        "漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字漢字",
        "שלום עולם",
        "مرحبا",
        "e\u{301}e\u{301}",
        "🇩🇪🙂❤\u{fe0f}",
    ] {
        for cut in 1..=3 {
            let name = format!("{}{name}", "x".repeat(cut));
            let mut person = made_by(&format!("RUN echo {name} && {name}"), 80, 24);
            for view in ["1", "2", "3", "5", "o"] {
                person.types(view);
                let buffer = person.sees();
                let panes = person.app.panes();
                for row in 3..16 {
                    let edge = buffer[(79, row)].symbol();
                    assert!(
                        ["│", "▐", "╮", "╯"].contains(&edge),
                        "{name} in {view}: {edge:?}\n{}",
                        lines(&buffer).join("\n")
                    );
                    if view == "1" {
                        let edge = buffer[(panes.layers.width - 1, row)].symbol();
                        assert!(
                            ["│", "▐", "╮", "╯"].contains(&edge),
                            "{edge}\n{}",
                            person.screen()
                        );
                    }
                }
            }
        }
    }
}

#[test]
fn a_resize_keeps_what_is_selected_in_every_view() {
    for keys in ["", "\t", "2jj", "2t", "3h", "4l", "5jj", "o"] {
        let mut person = Person::at(100, 40);
        for key in keys.chars() {
            person.press(if key == '\t' { KeyCode::Tab } else { KeyCode::Char(key) });
        }
        let before = person.screen();
        for (width, height) in [(1, 1), (30, 5), (300, 100), (79, 11), (80, 12), (100, 40)] {
            person.tell(Message::Resize(width, height));
            person.sees();
        }
        assert_eq!(person.screen(), before, "{keys:?}");
    }
}

#[test]
fn pictures() {
    check("ascii-80x24", &Person::who(&in_ascii(), 80, 24));
    check("plain-80x24", &Person::who(&themed(Theme::plain()), 80, 24));
    check("dark-80x24", &Person::who(&themed(Theme::for_background(Background::Dark)), 80, 24));
    let blue_orange = Theme::built_in("blue-orange").unwrap();
    check("blue-orange-80x24", &Person::who(&themed(blue_orange), 80, 24));
    check_on(
        svg::LIGHT,
        "light-80x24",
        &Person::who(&themed(Theme::for_background(Background::Light)), 80, 24),
    );
    let mut person = made_by(LONG, 80, 24);
    person.types("o");
    check("instruction-80x24", &person);
}
