//! Journeys and pictures of the interface, without a terminal.

mod advice;
mod around;
mod comfort;
mod comparison;
mod deep;
mod explain;
mod explore;
mod extract;
pub mod files;
mod film;
mod first_look;
mod journeys;
mod lessons;
mod mouse;
mod picker;
mod pictures;
mod real;
mod replay;
mod savings;
mod secrets;
mod small;
mod studying;
#[path = "../../../../../tests/support/mod.rs"]
mod support;
mod timeline;
mod tour;
mod treemap;
mod viewer;
mod waste;
mod whole;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use layerscope::advice::assessment::Study;
use layerscope::report::Units;
use layerscope::{Inspection, Opened, Progress};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::app::{App, Screen};
use super::message::{Effect, Message};
use super::views::{Motion, Prepared, Studied};
use super::widgets::picture as svg;
use super::work::{Ask, Task, Workshop};
use super::{Keymap, Settings};
use crate::intro::Intro;
pub use crate::tui::widgets::picture::lines;
use crate::tui::widgets::signs::Signs;
use crate::tui::widgets::theme::Theme;
use crate::view::View;

static DEMO: LazyLock<(Opened, Arc<Inspection>)> = LazyLock::new(|| {
    let opened = layerscope::image::builtin::demo::open().expect("the demo opens");
    let inspection =
        layerscope::inspect(&opened, &Progress::default()).expect("the demo is readable");
    (opened, Arc::new(inspection))
});

/// Returns the default settings.
fn settings() -> Settings {
    Settings {
        units: Units::Iec,
        mouse: true,
        keymap: Keymap::usual(),
        view: View::Explore,
        theme: None,
        signs: Signs::Unicode,
        motion: Motion::Smooth,
        open: |path, progress| layerscope::open_archive(std::path::Path::new(path), progress),
        pager: None,
        secrets: true,
    }
}

/// Returns the message that an image has been read.
fn loaded(app: &App, inspection: Arc<Inspection>) -> Message {
    Message::Loaded(Ok(Prepared::new(inspection, app.motion)))
}

/// A user at a screen of a given size that shows the demo.
struct Person {
    app: App,
    theme: Theme,
    ended: bool,
    /// The time of the last click.
    time: Duration,
    /// The tool that runs background tasks.
    workshop: Option<Workshop>,
    /// True if tasks may write to the host.
    writes: bool,
    /// True if tasks wait until the test runs them.
    slow: bool,
    waiting: Vec<Task>,
    /// The files that were passed to a pager.
    paged: Vec<Vec<u8>>,
}

impl Person {
    /// Starts before the layers have been read.
    fn waiting(width: u16, height: u16) -> Self {
        let mut person = Self::in_front_of("the built-in demo", width, height);
        person.tell(Message::Opened(Intro::from_opened(&DEMO.0)));
        person
    }

    /// Starts before anything but the source's name is known.
    fn in_front_of(source: &str, width: u16, height: u16) -> Self {
        Self::with(&settings(), source, width, height)
    }

    /// Puts a user with these settings in front of an unread source.
    fn with(settings: &Settings, source: &str, width: u16, height: u16) -> Self {
        let app = App::new(
            layerscope::display::escaped_str(source),
            settings,
            Rect::new(0, 0, width, height),
        );
        let theme = settings.theme.unwrap_or_else(Theme::colours).with(settings.signs);
        Self {
            app,
            theme,
            ended: false,
            time: Duration::ZERO,
            workshop: None,
            writes: false,
            slow: false,
            waiting: Vec::new(),
            paged: Vec::new(),
        }
    }

    fn at(width: u16, height: u16) -> Self {
        Self::who(&settings(), width, height)
    }

    /// Puts a user with these settings in front of the demo.
    fn who(settings: &Settings, width: u16, height: u16) -> Self {
        let mut person = Self::with(settings, "the built-in demo", width, height);
        person.tell(Message::Opened(Intro::from_opened(&DEMO.0)));
        person.tell(loaded(&person.app, DEMO.1.clone()));
        person
    }

    /// Puts a user in front of an image of this many layers, each like the demo's last one.
    fn before_layers(number: usize, width: u16, height: u16) -> Self {
        let mut opened = DEMO.0.clone();
        let last = opened.image.layers.pop().expect("the demo has layers");
        opened.image.layers = vec![last; number];
        let inspection = layerscope::inspect(&opened, &Progress::default()).unwrap();
        let mut person = Self::in_front_of("many.tar", width, height);
        person.tell(Message::Opened(Intro::from_opened(&opened)));
        person.tell(loaded(&person.app, Arc::new(inspection)));
        person
    }

    /// Sends a message; background tasks complete before the next one.
    fn tell(&mut self, message: Message) {
        self.does(message);
        while let Some(task) = self.app.task() {
            self.waiting.push(task);
        }
        if !self.slow {
            self.works();
        }
        for message in self.app.resume() {
            self.tell(message);
        }
    }

    /// Tells the result of studying the image on the screen.
    fn studies(&mut self, study: &Arc<Study>) {
        let explorer = self.app.explorer().expect("the layers have been read");
        let studied = Studied::new(&explorer.inspection, study, &explorer.wasted_below);
        self.tell(Message::Studied(Box::new(studied)));
    }

    fn does(&mut self, message: Message) {
        match self.app.update(message) {
            Some(Effect::Quit | Effect::Cancel) => self.ended = true,
            Some(Effect::Page(file)) => {
                self.paged.push(std::fs::read(file).expect("the pager can read it"));
            }
            _ => {}
        }
    }

    /// Does the work that waits, and what that makes necessary.
    fn works(&mut self) {
        let mut tasks = 0;
        while let Some(task) = self.waiting.pop() {
            tasks += 1;
            assert!(tasks < 100, "one key makes work without end: {:?}", task.ask);
            if matches!(task.ask, Ask::Extract { .. }) && !self.writes {
                continue;
            }
            let Some(workshop) = self.workshop.clone().filter(|_| self.app.awaits(task.number))
            else {
                continue;
            };
            let mut answers = Vec::new();
            workshop.perform(task.ask, &Arc::default(), &mut |answer| answers.push(answer));
            for answer in answers {
                self.does(Message::Answer(task.number, answer));
            }
            while let Some(task) = self.app.task() {
                self.waiting.push(task);
            }
        }
    }

    /// Puts a user in front of an image whose files have contents.
    fn with_files(width: u16, height: u16) -> Self {
        Self::looking_at(&files::FILES.0, &files::FILES.1, width, height)
    }

    fn looking_at(opened: &Opened, workshop: &Workshop, width: u16, height: u16) -> Self {
        let mut person = Self::in_front_of("files.tar", width, height);
        person.workshop = Some(workshop.clone());
        person.tell(Message::Opened(Intro::from_opened(opened)));
        person.tell(loaded(&person.app, workshop.inspection.clone()));
        person
    }

    /// Puts the cursor on a path.
    fn goes_to(&mut self, path: &str) -> &mut Self {
        let Screen::Image { explorer, .. } = &mut self.app.screen else {
            panic!("the layers have been read")
        };
        let node = explorer.inspection.tree.find(path.as_bytes()).expect("the path is there");
        explorer.show(node);
        self.app.refresh_details();
        self
    }

    fn press(&mut self, code: KeyCode) -> &mut Self {
        self.tell(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)));
        self
    }

    fn control(&mut self, c: char) -> &mut Self {
        self.tell(Message::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)));
        self
    }

    /// Uses the mouse, long after the last time.
    fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        self.time += Duration::from_secs(1);
        self.at_once(kind, column, row)
    }

    /// Uses the mouse again at the same time.
    fn at_once(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        self.tell(Message::Mouse(event, self.time));
        self
    }

    fn clicks(&mut self, column: u16, row: u16) -> &mut Self {
        self.mouse(MouseEventKind::Down(MouseButton::Left), column, row);
        self.at_once(MouseEventKind::Up(MouseButton::Left), column, row)
    }

    fn double_clicks(&mut self, column: u16, row: u16) -> &mut Self {
        self.clicks(column, row).at_once(MouseEventKind::Down(MouseButton::Left), column, row)
    }

    /// Returns the position of a text on the screen.
    fn finds(&self, text: &str) -> (u16, u16) {
        let lines = lines(&self.sees());
        let place = lines.iter().enumerate().find_map(|(y, line)| Some((line.find(text)?, y)));
        let (byte, y) = place.unwrap_or_else(|| panic!("{text:?} is not on\n{}", self.screen()));
        let x = lines[y][..byte].chars().count();
        (u16::try_from(x).expect("a column"), u16::try_from(y).expect("a row"))
    }

    /// Types characters, one key each.
    fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
        self
    }

    fn sees(&self) -> Buffer {
        crate::tui::app::draw::screen(&self.app, &self.theme)
    }

    /// Returns the screen as text. Without colours, bars are hatched, so that the text has all that
    /// colours say.
    fn screen(&self) -> String {
        let plain = Theme::plain().with(self.theme.signs);
        lines(&crate::tui::app::draw::screen(&self.app, &plain)).join("\n")
    }

    /// Returns the text on the screen, without frames and line breaks.
    fn reads(&self) -> String {
        let framed =
            |c: char| matches!(c, '│' | '┌' | '┐' | '└' | '┘' | '─' | '▐' | '╭' | '╮' | '╰' | '╯');
        self.screen()
            .split(|c: char| framed(c) || c.is_whitespace())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    }

    /// Returns the path under the cursor.
    fn path(&self) -> String {
        let explorer = self.app.explorer().expect("the layers have been read");
        let node = explorer.selected().expect("a row is selected");
        layerscope::display::escaped(&explorer.inspection.tree.path(node)).into()
    }

    fn layer(&self) -> usize {
        self.app.explorer().expect("the layers have been read").layer.get()
    }
}
