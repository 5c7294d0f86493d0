//! Tests of the comparison: actions of a user, and the screen after them.

mod differences;
mod images;
mod keys;
mod odd;

use std::sync::{Arc, LazyLock};
use std::time::Duration;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use layerscope::compare::Pair;
use layerscope::files::contents::LayerContents;
use layerscope::files::packages::{Installed, installed};
use layerscope::{Error, Inspection, Opened, Progress};
use proptest::prelude::*;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::support::build;
use super::{lines, pictures, settings, svg};
use crate::intro::Intro;
use crate::tui::Settings;
use crate::tui::app::App;
use crate::tui::comparison::{Comparison, ComparisonMessage, Effect, Spot};
use crate::tui::message::{Effect as ExplorerEffect, Message};
use crate::tui::tests::support::build::{Image, dir, file, layer, tar};
use crate::tui::tests::support::versions::versions;
use crate::tui::widgets::theme::Theme;

/// An image with what the threads find out about it.
struct Known {
    opened: Opened,
    inspection: Arc<Inspection>,
    installed: Arc<Installed>,
}

fn known(archive: Vec<u8>) -> Known {
    let opened = build::open(archive).expect("the image opens");
    let inspection =
        layerscope::inspect(&opened, &Progress::default()).expect("the image is readable");
    let installed = installed(&inspection.tree, &LayerContents::new(&opened), &Arc::default());
    Known { opened, inspection: Arc::new(inspection), installed: Arc::new(installed) }
}

static VERSIONS: LazyLock<[Known; 2]> = LazyLock::new(|| versions().map(known));

/// Four images that get smaller and smaller, none of them sharing a layer.
static LADDER: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let sizes =
        [("golang", 801_000), ("golang-alpine", 382_000), ("alpine", 10_800), ("scratch", 6_560)];
    let image = |(tag, size): (&str, usize)| {
        let mut image = Image::of([layer([file("app", size), dir(tag)])]);
        image.tags = serde_json::json!([format!("outyet:{tag}")]);
        known(tar(image.docker()))
    };
    sizes.into_iter().map(image).collect()
});

/// A user in front of the comparison.
struct Onlooker<'a> {
    side: Comparison,
    images: &'a [Known],
    theme: Theme,
    time: Duration,
    clicked: (u16, u16),
    ended: bool,
    failed: Option<Error>,
    copied: Option<String>,
    opened: Option<(usize, Option<Spot>)>,
    named: Option<String>,
}

impl<'a> Onlooker<'a> {
    /// Starts before anything has been read.
    fn waiting(images: &'a [Known], width: u16, height: u16) -> Self {
        Self::with(&settings(), images, width, height)
    }

    fn with(settings: &Settings, images: &'a [Known], width: u16, height: u16) -> Self {
        let names = (0..images.len()).map(|i| layerscope::shown!("{}.tar", i)).collect();
        let theme = settings.theme.unwrap_or_else(Theme::colours).with(settings.signs);
        let side = Comparison::new(names, settings, Rect::new(0, 0, width, height));
        let (time, clicked) = (Duration::ZERO, (0, 0));
        Self {
            side,
            images,
            theme,
            time,
            clicked,
            ended: false,
            failed: None,
            copied: None,
            opened: None,
            named: None,
        }
    }

    fn before(images: &'a [Known], width: u16, height: u16) -> Self {
        Self::waiting(images, width, height).reads_all()
    }

    fn reads_all(mut self) -> Self {
        for (i, image) in self.images.iter().enumerate() {
            self.learns(ComparisonMessage::Opened(i, Box::new(image.opened.clone())));
            self.learns(ComparisonMessage::Read(i, Ok(image.inspection.clone())));
        }
        for (i, image) in self.images.iter().enumerate() {
            self.learns(ComparisonMessage::Installed(i, image.installed.clone()));
        }
        self
    }

    fn learns(&mut self, news: ComparisonMessage) {
        let effect = self.side.learn(news);
        self.does(effect);
    }

    fn does(&mut self, effect: Option<Effect>) {
        match effect {
            Some(Effect::Quit) => self.ended = true,
            Some(Effect::Fail(error)) => self.failed = Some(error),
            Some(Effect::Copy(text)) => self.copied = Some(text),
            Some(Effect::Open(image, spot)) => self.opened = Some((image, spot)),
            Some(Effect::OpenNamed(name)) => self.named = Some(name),
            Some(Effect::Compare(other)) => {
                let pair =
                    Pair::between(&self.images[0].inspection, &self.images[other].inspection);
                self.learns(ComparisonMessage::Compared(other, Arc::new(pair)));
            }
            Some(Effect::Resume(messages)) => {
                for message in messages {
                    self.tells(message);
                }
            }
            Some(Effect::Suspend) | None => {}
        }
    }

    fn tells(&mut self, message: Message) -> &mut Self {
        let effect = self.side.update(message);
        self.does(effect);
        self.side.search_now();
        self
    }

    fn press(&mut self, code: KeyCode) -> &mut Self {
        self.tells(Message::Key(KeyEvent::new(code, KeyModifiers::NONE)))
    }

    fn types(&mut self, text: &str) -> &mut Self {
        for c in text.chars() {
            self.press(KeyCode::Char(c));
        }
        self
    }

    fn mouse(&mut self, kind: MouseEventKind, column: u16, row: u16) -> &mut Self {
        let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
        self.tells(Message::Mouse(event, self.time))
    }

    /// Clicks on a text, long after the last time.
    fn clicks(&mut self, text: &str) -> &mut Self {
        self.time += Duration::from_secs(1);
        let lines = lines(&self.sees());
        let place = lines.iter().enumerate().find_map(|(y, line)| Some((line.find(text)?, y)));
        let (byte, y) = place.unwrap_or_else(|| panic!("{text:?} is not on\n{}", self.screen()));
        let cells = |n: usize| u16::try_from(n).expect("a cell of the screen");
        self.clicked = (cells(lines[y][..byte].chars().count()), cells(y));
        self.clicks_again()
    }

    /// Clicks at once where the last click was.
    fn clicks_again(&mut self) -> &mut Self {
        let (x, y) = self.clicked;
        self.mouse(MouseEventKind::Down(MouseButton::Left), x, y)
    }

    fn sees(&self) -> Buffer {
        let area = self.side.area;
        let mut terminal =
            Terminal::new(TestBackend::new(area.width, area.height)).expect("a screen");
        terminal.draw(|frame| self.side.draw(&self.theme, frame)).expect("a frame");
        terminal.backend().buffer().clone()
    }

    fn screen(&self) -> String {
        lines(&self.sees()).join("\n")
    }

    /// Returns the text on the screen, without frames and line breaks.
    fn reads(&self) -> String {
        let framed = |c: char| matches!(c, '│' | '┌' | '┐' | '└' | '┘' | '─' | '▐');
        let screen = self.screen();
        let words =
            screen.split(|c: char| framed(c) || c.is_whitespace()).filter(|word| !word.is_empty());
        words.collect::<Vec<_>>().join(" ")
    }

    #[track_caller]
    fn finds(&self, texts: &[&str]) -> &Self {
        let words = self.reads();
        for text in texts {
            assert!(words.contains(text), "{text:?} is not on\n{}", self.screen());
        }
        self
    }

    /// Returns the row of the screen that is selected in the list.
    fn selected(&self) -> String {
        let buffer = self.sees();
        let plain = Theme::plain();
        let mut looked = Terminal::new(TestBackend::new(buffer.area.width, buffer.area.height))
            .expect("a screen");
        looked.draw(|frame| self.side.draw(&plain, frame)).expect("a frame");
        let reversed = looked.backend().buffer().clone();
        let is_selected =
            |y: u16| reversed[(2, y)].modifier.contains(ratatui::style::Modifier::REVERSED);
        // The header has the current view.
        let y = (1..buffer.area.height).find(|&y| is_selected(y));
        y.map(|y| lines(&buffer)[usize::from(y)].clone()).unwrap_or_default()
    }
}
