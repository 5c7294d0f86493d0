//! The first minute as an animated picture: real screens, one after the other, each with the key
//! that led to it.
//!
//! A row that stays the same over several screens is drawn once. The timing is in CSS, so that the
//! picture needs no script.

use std::fmt::Write;
use std::time::Duration;

use crossterm::event::KeyCode;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{Person, pictures, svg};
use crate::tui::message::Message;

/// A screen with what is said below it.
struct Scene {
    screen: Buffer,
    caption: Buffer,
    seconds: f64,
}

struct Film {
    person: Person,
    scenes: Vec<Scene>,
}

impl Film {
    fn with_size(width: u16, height: u16) -> Self {
        Self { person: Person::at(width, height), scenes: Vec::new() }
    }

    /// Shows the screen as it is now.
    fn shows(&mut self, key: &str, caption: &str, seconds: f64) {
        let screen = self.person.sees();
        let mut line = Buffer::empty(Rect::new(0, 0, screen.area.width, 1));
        let key = if key.is_empty() { String::new() } else { format!(" {key} ") };
        line.set_string(0, 0, &key, Style::new().add_modifier(Modifier::REVERSED));
        let indent = u16::try_from(key.chars().count() + 1).unwrap_or(0);
        line.set_string(indent, 0, caption, Style::new().add_modifier(Modifier::BOLD));
        self.scenes.push(Scene { screen, caption: line, seconds });
    }

    /// Types keys, a scene each; what they do is said below all of them.
    fn types(&mut self, keys: &str, caption: &str, seconds: f64) {
        for key in keys.chars() {
            self.person.press(KeyCode::Char(key));
            self.shows(&key.to_string(), caption, seconds);
        }
    }

    fn presses(&mut self, key: KeyCode, name: &str, caption: &str, seconds: f64) {
        self.person.press(key);
        self.shows(name, caption, seconds);
    }

    fn draw(&self) -> String {
        let area = self.scenes[0].screen.area;
        let whole: f64 = self.scenes.iter().map(|scene| scene.seconds).sum();
        let mut out = svg::begin(svg::DARK, area.width, area.height + 2);
        let mut style = String::new();
        let mut runs = 0;
        for y in 0..=area.height {
            let row_of = |scene: &Scene| {
                let mut row = String::new();
                if y < area.height {
                    svg::row(svg::DARK, &scene.screen, y, usize::from(y), &mut row);
                } else {
                    svg::row(svg::DARK, &scene.caption, 0, usize::from(y) + 1, &mut row);
                }
                row
            };
            let rows: Vec<String> = self.scenes.iter().map(row_of).collect();
            let mut begin = 0;
            let mut time = 0.0;
            while begin < rows.len() {
                let same = rows[begin..].iter().take_while(|row| **row == rows[begin]).count();
                let lasts: f64 =
                    self.scenes[begin..begin + same].iter().map(|scene| scene.seconds).sum();
                if same == rows.len() {
                    out.push_str(&rows[begin]);
                } else if !rows[begin].is_empty() {
                    let percent = |seconds: f64| seconds / whole * 100.0;
                    let (from, to) = (percent(time), percent(time + lasts));
                    // Where nothing is animated, the last screen is seen.
                    let last = if begin + same == rows.len() { " e" } else { "" };
                    let _ = writeln!(out, "<g class=\"s r{runs}{last}\">{}</g>", rows[begin]);
                    let _ = write!(style, ".r{runs}{{animation-name:k{runs}}}@keyframes k{runs}{{");
                    if from > 0.0 {
                        style.push_str("0%{visibility:hidden}");
                    }
                    let _ = write!(style, "{from:.3}%{{visibility:visible}}");
                    if to < 99.999 {
                        let _ = write!(style, "{to:.3}%{{visibility:hidden}}");
                    }
                    style.push_str("}\n");
                    runs += 1;
                }
                time += lasts;
                begin += same;
            }
        }
        let _ = write!(
            out,
            "<style>.s{{visibility:hidden;animation-duration:{whole:.1}s;animation-timing-function:step-end;\
             animation-iteration-count:infinite}}\n.e{{visibility:visible}}\n\
             @media(prefers-reduced-motion:reduce){{.s{{animation:none}}}}\n{style}</style>\n</svg>\n"
        );
        out
    }
}

#[test]
fn where_nothing_is_animated_the_last_screen_is_seen() {
    let mut film = Film::with_size(80, 24);
    film.shows("", "first", 1.0);
    film.types("2", "last", 1.0);
    let drawn = film.draw();
    let group_of = |text: &str| {
        let place = drawn.find(&format!(">{text}<")).expect("a caption");
        let begin = drawn[..place].rfind("<g class").expect("a group");
        drawn[begin..place].split('>').next().unwrap_or_default().to_owned()
    };
    assert!(group_of("last").ends_with(" e\""), "{}", group_of("last"));
    assert!(!group_of("first").ends_with(" e\""), "{}", group_of("first"));
    let (hidden, seen) = (
        drawn.find(".s{visibility:hidden").unwrap(),
        drawn.find(".e{visibility:visible}").unwrap(),
    );
    assert!(hidden < seen, "the later rule wins");
}

#[test]
fn the_build() {
    const FRAME: Duration = Duration::from_millis(160);
    let mut film = Film::with_size(100, 30);
    film.person.types("8");
    film.shows("8", "replay: the build, layer by layer", FRAME.as_secs_f64());
    while film.person.app.is_moving() {
        film.person.tell(Message::Tick(FRAME));
        let caption = match film.person.playing() {
            0 | 1 => "each layer adds to the size, and to what is visible in the container",
            2 => "Space pauses, arrows step, + and - change the speed",
            _ => "deleted files leave the tree, but their bytes stay in the image: they are wasted",
        };
        film.shows("", caption, FRAME.as_secs_f64());
    }
    film.shows("", "200 MiB is downloaded every time and never used; Space plays it again", 5.0);
    let drawn = film.draw();
    assert!(drawn.len() < 1 << 20, "{} bytes are too many for a page", drawn.len());
    pictures::compare("play.svg", &drawn);
}

#[test]
fn the_first_minute() {
    let mut film = Film::with_size(100, 30);
    film.shows("", "layerscope my-app.tar: it opens where the waste is", 5.0);
    film.types("[[[", "step back through the layers: the image as it was then", 1.2);
    film.types("]]]", "and forward again: layer 3 deletes Go, but its bytes stay in layer 1", 1.8);
    film.types(
        "3",
        "timeline: the size never falls, the visible part does; the gap is wasted",
        4.0,
    );
    film.types("hh", "each layer shows what it added, changed and deleted", 1.8);
    film.types(
        "2",
        "waste: the instruction that added it, the one that removed it, and the fix",
        4.0,
    );
    film.types("t", "the same as a table", 2.5);
    film.types("4", "treemap: the biggest directories, with the wasted parts marked", 3.0);
    film.presses(KeyCode::Esc, "Esc", "back to the tree", 1.0);
    film.types("/gofmt", "search all layers, also for deleted files", 0.5);
    film.presses(
        KeyCode::Enter,
        "Enter",
        "added in layer 1, deleted in layer 3, still downloaded",
        2.0,
    );
    film.types("i", "file history: every version, and the layer that deleted it", 4.0);
    film.types("?", "all keys", 3.0);
    let drawn = film.draw();
    assert!(drawn.len() < 1 << 20, "{} bytes are too many for a page", drawn.len());
    pictures::compare("first-minute.svg", &drawn);
}
