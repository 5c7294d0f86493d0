//! Journeys and pictures of the interface, without a terminal.

mod film;
mod journeys;
mod pictures;
mod svg;
mod timeline;
mod treemap;
mod waste;

use std::sync::{Arc, LazyLock};

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use layerscope::report::Units;
use layerscope::{Inspection, Opened, Progress};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::{App, Effect, Intro, Message};
use super::theme::Theme;
use super::{Keymap, Settings};

static DEMO: LazyLock<(Opened, Arc<Inspection>)> = LazyLock::new(|| {
    let opened = layerscope::demo::open().expect("the demo opens");
    let inspection = layerscope::inspect(&opened, &Progress::default()).expect("the demo is readable");
    (opened, Arc::new(inspection))
});

/// What the program does when nothing is configured.
fn settings() -> Settings {
    Settings { units: Units::Iec, mouse: true, keymap: Keymap::usual() }
}

/// Someone at a screen of a given size, with the demo on it.
struct Person {
    app: App,
    ended: bool,
}

impl Person {
    /// The layers have not been read yet.
    fn waiting(width: u16, height: u16) -> Self {
        let mut person = Self::in_front_of("the built-in demo", width, height);
        person.tell(Message::Opened(Intro::of(&DEMO.0)));
        person
    }

    /// Nothing is known yet but where the image comes from.
    fn in_front_of(source: &str, width: u16, height: u16) -> Self {
        Self { app: App::new(source.into(), &settings(), Rect::new(0, 0, width, height)), ended: false }
    }

    fn at(width: u16, height: u16) -> Self {
        let mut person = Self::waiting(width, height);
        person.tell(Message::Loaded(Ok(DEMO.1.clone())));
        person
    }

    fn tell(&mut self, message: Message) {
        self.ended |= matches!(self.app.update(message), Some(Effect::Quit));
    }

    fn press(&mut self, code: KeyCode) -> &mut Self {
        self.tell(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self
    }

    fn control(&mut self, c: char) -> &mut Self {
        self.tell(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)));
        self
    }

    /// Types characters, one key each.
    fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
        self
    }

    fn sees(&self) -> Buffer {
        let mut terminal =
            Terminal::new(TestBackend::new(self.app.area.width, self.app.area.height)).expect("a screen");
        terminal.draw(|frame| super::draw::draw(&self.app, &Theme::colours(), frame)).expect("a frame");
        terminal.backend().buffer().clone()
    }

    fn screen(&self) -> String {
        lines(&self.sees()).join("\n")
    }

    /// What is written on the screen, without frames and line breaks.
    fn reads(&self) -> String {
        let framed = |c: char| matches!(c, '│' | '┌' | '┐' | '└' | '┘' | '─');
        self.screen()
            .split(|c: char| framed(c) || c.is_whitespace())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// The path under the cursor.
    fn path(&self) -> String {
        let explorer = self.app.explorer().expect("the layers have been read");
        let node = explorer.selected().expect("a row is selected");
        layerscope::text::escaped(&explorer.inspection.tree.path(node))
    }

    fn layer(&self) -> usize {
        self.app.explorer().expect("the layers have been read").layer
    }
}

/// The characters of a buffer, a line a row.
fn lines(buffer: &Buffer) -> Vec<String> {
    let area = buffer.area;
    let row = |y: u16| (0..area.width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..area.height).map(row).collect()
}
