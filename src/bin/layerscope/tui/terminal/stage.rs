//! The terminal and its events: screen, keys, signals, and the single channel for all of them.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::Event as TerminalEvent;
use layerscope::{Archive, Error, Progress};
use ratatui::Frame;
use ratatui::layout::Rect;

use super::{Asking, Environment, Input, Reader, Screen, drawn, give_to_tmux};
use crate::lesson::LessonError;
use crate::signals::{self, Asked};
use crate::tui::comparison::ComparisonMessage;
use crate::tui::lesson::LessonPlayer;
use crate::tui::message::Message;
use crate::tui::widgets::theme::Theme;
use crate::tui::{Failure, Settings};

/// The interval at which progress is updated during work.
pub const TICK: Duration = Duration::from_millis(80);

/// An event in the channel.
pub enum Event {
    /// An event of the user or the system.
    Message(Message),
    /// A message of a session's threads, with the session's number.
    RenderedLesson(u64, Message),
    /// The archive that a session waits for, with the session's number.
    Archive(u64, Result<Archive, Error>),
    /// A lesson that has been rendered, or an error, with the progress by which it was requested.
    Lesson(Arc<Progress>, Result<Box<LessonPlayer>, Box<LessonError>>),
    /// A message of the comparison's threads.
    Compared(ComparisonMessage),
    /// The request of a signal.
    Asked(Asked),
}

/// The resources that the system may refuse, acquired before the terminal is touched: signal
/// handlers, and a thread for the keys.
pub struct Prepared {
    reader: Reader,
    sender: Sender<Event>,
    receiver: Receiver<Event>,
}

/// The terminal, taken over until this is dropped.
pub struct Stage {
    screen: Screen,
    theme: Theme,
    input: Input,
    receiver: Receiver<Event>,
}

impl Prepared {
    /// Handles signals, and sends their requests to `receiver`.
    pub fn watching(sender: Sender<Event>, receiver: Receiver<Event>) -> Result<Self, Failure> {
        let asks = sender.clone();
        signals::watch(move |asked| asks.send(Event::Asked(asked)).is_ok())
            .map_err(Failure::Thread)?;
        Ok(Self { reader: Reader::prepare().map_err(Failure::Thread)?, sender, receiver })
    }

    /// Asks the terminal for its colours unless the settings have a theme, and takes it over.
    pub fn open(self, settings: &Settings) -> io::Result<Stage> {
        let environment = Environment::read();
        let mut asking = Asking::default();
        let theme = match settings.theme {
            Some(theme) => environment.adapted(theme),
            None => environment.suitable(|| asking.background()),
        };
        let screen = Screen::open(settings.mouse)?;
        let input = watch_input(self.reader, self.sender, asking);
        Ok(Stage { screen, theme: theme.with(settings.signs), input, receiver: self.receiver })
    }
}

impl Stage {
    /// Draws a frame.
    pub fn draw(&mut self, draw: impl FnOnce(&Theme, &mut Frame<'_>)) -> io::Result<()> {
        let Self { screen, theme, .. } = self;
        screen.draw(|frame| draw(theme, frame))
    }

    /// Waits for an event, at most for `patience`.
    ///
    /// Returns `None` when all senders are gone.
    pub fn wait(&mut self, patience: Option<Duration>) -> io::Result<Option<Vec<Event>>> {
        let first = match patience {
            Some(patience) => match self.receiver.recv_timeout(patience) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return Ok(None),
            },
            None => match self.receiver.recv() {
                Ok(event) => Some(event),
                Err(_) => return Ok(None),
            },
        };
        // All events that have arrived are handled before the next frame.
        let events: Vec<Event> = first.into_iter().chain(self.receiver.try_iter()).collect();
        events.into_iter().map(|event| self.obey(event)).collect::<io::Result<_>>().map(Some)
    }

    /// Performs the request of a signal; returns the event for the screen.
    fn obey(&mut self, event: Event) -> io::Result<Event> {
        let Event::Asked(asked) = event else { return Ok(event) };
        Ok(Event::Message(match asked {
            Asked::End => Message::Terminate,
            // Continued in order to end: the terminal is the shell's.
            Asked::Continue if signals::received().is_some() => Message::Terminate,
            Asked::Stop => self.stop()?,
            Asked::Continue => self.renew()?,
        }))
    }

    /// Copies a text to the terminal's clipboard.
    pub fn copy(&mut self, text: String) -> io::Result<()> {
        give_to_tmux(&text);
        crossterm::execute!(
            self.screen.terminal.backend_mut(),
            CopyToClipboard::to_clipboard_from(text)
        )
    }

    /// Gives the terminal to another program for a while. Its size may change meanwhile.
    pub fn leave<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<(T, Message)> {
        let result = self.screen.suspended(&self.input, work)?;
        Ok((result, self.size()?))
    }

    /// Stops the program until the shell continues it.
    pub fn stop(&mut self) -> io::Result<Message> {
        Ok(self.leave(signals::stop)?.1)
    }

    /// Takes over the terminal again, after the program was stopped from outside.
    fn renew(&mut self) -> io::Result<Message> {
        self.screen.renew()?;
        self.size()
    }

    /// Returns the area of the terminal.
    pub fn area(&self) -> io::Result<Rect> {
        self.screen.area()
    }

    fn size(&self) -> io::Result<Message> {
        let area = self.area()?;
        Ok(Message::Resize(area.width, area.height))
    }
}

/// Passes events on: first those that came while the terminal was asked.
fn watch_input(reader: Reader, sender: Sender<Event>, asking: Asking) -> Input {
    let Asking { mut late, events } = asking;
    let start = Instant::now();
    let end = sender.clone();
    let mut take = move |event: TerminalEvent| {
        let message = match event {
            #[cfg(debug_assertions)]
            TerminalEvent::Key(key) if key.code == crossterm::event::KeyCode::F(12) => {
                panic!("asked for by F12, in debug builds only")
            }
            TerminalEvent::Key(key) if late.swallows(key) => return true,
            TerminalEvent::Key(key) => Message::Key(key),
            TerminalEvent::Paste(text) => Message::Paste(text),
            TerminalEvent::Mouse(mouse) => Message::Mouse(mouse, start.elapsed()),
            TerminalEvent::Resize(width, height) => {
                let area = drawn(width, height);
                Message::Resize(area.width, area.height)
            }
            _ => return true,
        };
        sender.send(Event::Message(message)).is_ok()
    };
    events.into_iter().for_each(|event| {
        take(event);
    });
    reader.watch(take, move || drop(end.send(Event::Message(Message::Terminate))))
}
