//! The terminal with what happens at it: the screen, the keys, the signals, and the one channel that all of it goes through.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

use crossterm::clipboard::CopyToClipboard;
use crossterm::event::Event as TerminalEvent;
use layerscope::{Archive, Error, Progress};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use super::{Answer, Environment, Input, Late, Screen};
use crate::lesson::LessonError;
use crate::tui::Settings;
use crate::tui::comparison::News;
use crate::tui::lesson::Narrator;
use crate::tui::message::Message;
use crate::tui::widgets::theme::Theme;

/// How often the progress is looked at while something is worked at.
pub const TICK: Duration = Duration::from_millis(80);

/// What the threads send.
pub enum Event {
    /// What the person does, or the system.
    Message(Message),
    /// What has come of the work of a session, by its number.
    Told(u64, Message),
    /// The archive that a session waits for.
    Archive(Result<Archive, Error>),
    /// A lesson has been told, or cannot be, by what was asked to read its images.
    Lesson(Arc<Progress>, Result<Box<Narrator>, Box<LessonError>>),
    /// What has come of comparing images.
    Compared(News),
    /// The program was stopped from outside, and goes on.
    #[cfg_attr(not(unix), expect(dead_code, reason = "a signal of Unix tells it"))]
    Continued,
}

/// The terminal, taken over until this is dropped.
pub struct Stage {
    screen: Screen,
    theme: Theme,
    input: Input,
    receiver: Receiver<Event>,
}

impl Stage {
    /// Asks the terminal for its colours unless the settings have some, and takes it over.
    pub fn open(settings: &Settings, sender: Sender<Event>, receiver: Receiver<Event>) -> io::Result<Self> {
        let environment = Environment::read();
        let (theme, answer) = match settings.theme {
            Some(theme) => (environment.adapted(theme), Answer::Nothing),
            None => environment.suitable(Answer::ask),
        };
        let screen = Screen::open(settings.mouse)?;
        watch_signals(sender.clone())?;
        let input = watch_input(sender, Late::expected(answer == Answer::Late));
        Ok(Self { screen, theme: theme.with(settings.signs), input, receiver })
    }

    /// Draws a frame.
    pub fn draw(&mut self, draw: impl FnOnce(&Theme, &mut Frame<'_>)) -> io::Result<()> {
        let Self { screen, theme, .. } = self;
        screen.draw(|frame| draw(theme, frame))
    }

    /// Waits for what happens, no longer than `patience`; nothing happened where that is over.
    ///
    /// `None` means that nobody is left to send anything.
    pub fn wait(&self, patience: Option<Duration>) -> Option<Vec<Event>> {
        let first = match patience {
            Some(patience) => match self.receiver.recv_timeout(patience) {
                Ok(event) => Some(event),
                Err(RecvTimeoutError::Timeout) => None,
                Err(RecvTimeoutError::Disconnected) => return None,
            },
            None => Some(self.receiver.recv().ok()?),
        };
        // What has come meanwhile is taken in before the next frame.
        Some(first.into_iter().chain(self.receiver.try_iter()).collect())
    }

    /// Gives a text to the terminal's clipboard.
    pub fn copy(&mut self, text: String) -> io::Result<()> {
        crossterm::execute!(self.screen.terminal.backend_mut(), CopyToClipboard::to_clipboard_from(text))
    }

    /// Leaves the terminal to another program for a while; afterwards its size may be another one.
    pub fn leave<T>(&mut self, work: impl FnOnce() -> T) -> io::Result<(T, Message)> {
        let result = self.screen.suspended(&self.input, work)?;
        Ok((result, self.size()?))
    }

    /// Stops the program until the shell lets it go on.
    pub fn stop(&mut self) -> io::Result<Message> {
        Ok(self.leave(stop)?.1)
    }

    /// Takes the terminal over anew, after the program was stopped from outside.
    pub fn renew(&mut self) -> io::Result<Message> {
        self.screen.renew()?;
        self.size()
    }

    /// The whole of the terminal.
    pub fn area(&self) -> io::Result<Rect> {
        Ok(Rect::from((Position::ORIGIN, self.screen.terminal.size()?)))
    }

    fn size(&self) -> io::Result<Message> {
        let area = self.area()?;
        Ok(Message::Resize(area.width, area.height))
    }
}

fn watch_input(sender: Sender<Event>, mut late: Late) -> Input {
    let start = Instant::now();
    let end = sender.clone();
    let take = move |event: TerminalEvent| {
        let message = match event {
            #[cfg(debug_assertions)]
            TerminalEvent::Key(key) if key.code == crossterm::event::KeyCode::F(12) => {
                panic!("asked for by F12, in debug builds only")
            }
            TerminalEvent::Key(key) if late.swallows(key) => return true,
            TerminalEvent::Key(key) => Message::Key(key),
            TerminalEvent::Mouse(mouse) => Message::Mouse(mouse, start.elapsed()),
            TerminalEvent::Resize(width, height) => Message::Resize(width, height),
            _ => return true,
        };
        sender.send(Event::Message(message)).is_ok()
    };
    Input::watch(take, move || drop(end.send(Event::Message(Message::Terminate))))
}

/// Stops the program until the shell lets it go on; where there is no shell to do so, the system does not stop it.
#[cfg(unix)]
fn stop() {
    let _ = signal_hook::low_level::raise(signal_hook::consts::SIGTSTP);
}

#[cfg(not(unix))]
fn stop() {}

/// Ends the program in order when the system asks for it, so that the terminal is given back; draws anew after a stop.
#[cfg(unix)]
fn watch_signals(sender: Sender<Event>) -> io::Result<()> {
    use signal_hook::consts::{SIGCONT, SIGHUP, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP, SIGCONT])?;
    std::thread::spawn(move || {
        for signal in signals.forever() {
            let event = if signal == SIGCONT { Event::Continued } else { Event::Message(Message::Terminate) };
            if sender.send(event).is_err() {
                return;
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn watch_signals(_: Sender<Event>) -> io::Result<()> {
    Ok(())
}
