//! The terminal interface: one loop, one channel, one message type.
//!
//! [`App::update`](app::App::update) is pure, drawing never changes state, and
//! the loop sleeps while nothing happens.

mod app;
mod draw;
mod explorer;
mod keys;
mod layout;
mod rows;
mod sentences;
mod terminal;
#[cfg(test)]
mod tests;
mod text;
mod theme;

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use crossterm::event::{self, Event};
use layerscope::report::Units;
use layerscope::{Error, Opened, Progress};
use ratatui::layout::Rect;

use app::{App, Effect, Message, Phase};
use terminal::Screen;
use theme::Theme;

/// How often the progress is looked at while layers are read.
const TICK: Duration = Duration::from_millis(80);

/// Why the interface ended without success.
pub enum Failure {
    /// The image could not be read.
    Image(Error),
    /// The terminal could not be used.
    Terminal(io::Error),
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Terminal(error)
    }
}

/// Shows `opened` until the person quits.
pub fn run(opened: Opened, units: Units) -> Result<(), Failure> {
    let theme = if std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        Theme::plain()
    } else {
        Theme::colours()
    };
    let (sender, receiver) = channel();
    let mut screen = Screen::open()?;
    let size = screen.terminal.size()?;
    let mut app = App::new(&opened, units, Rect::new(0, 0, size.width, size.height));
    screen.terminal.draw(|frame| draw::draw(&app, &theme, frame))?;
    let progress = Arc::new(Progress::default());
    watch_signals(sender.clone())?;
    watch_input(sender.clone());
    read_image(opened, progress.clone(), sender);
    let effect = exchange(&mut app, &theme, &mut screen, &receiver, &progress);
    progress.cancel.store(true, Ordering::Relaxed);
    drop(screen);
    match effect? {
        Effect::Quit => Ok(()),
        Effect::Fail(error) => Err(Failure::Image(error)),
    }
}

/// Takes messages and draws, until something ends the program.
fn exchange(
    app: &mut App,
    theme: &Theme,
    screen: &mut Screen,
    receiver: &Receiver<Message>,
    progress: &Progress,
) -> io::Result<Effect> {
    loop {
        let message = match app.phase {
            Phase::Ready(_) => receiver.recv().map_err(|_| RecvTimeoutError::Disconnected),
            Phase::Loading { .. } => receiver.recv_timeout(TICK),
        };
        let message = match message {
            Ok(message) => message,
            Err(RecvTimeoutError::Timeout) => {
                let count = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
                Message::Progress(count(&progress.done), count(&progress.total), count(&progress.layers))
            }
            Err(RecvTimeoutError::Disconnected) => return Ok(Effect::Quit),
        };
        // What has come meanwhile is taken in before the next frame.
        for message in std::iter::once(message).chain(receiver.try_iter()) {
            if let Some(effect) = app.update(message) {
                return Ok(effect);
            }
        }
        screen.terminal.draw(|frame| draw::draw(app, theme, frame))?;
    }
}

fn watch_input(sender: Sender<Message>) {
    thread::spawn(move || {
        while let Ok(event) = event::read() {
            let message = match event {
                #[cfg(debug_assertions)]
                Event::Key(key) if key.code == event::KeyCode::F(12) => {
                    panic!("asked for by F12, in debug builds only")
                }
                Event::Key(key) => Message::Key(key),
                Event::Resize(width, height) => Message::Resize(width, height),
                _ => continue,
            };
            if sender.send(message).is_err() {
                return;
            }
        }
        let _ = sender.send(Message::Terminate);
    });
}

fn read_image(opened: Opened, progress: Arc<Progress>, sender: Sender<Message>) {
    thread::spawn(move || {
        let inspection = layerscope::inspect(&opened, &progress).map(Arc::new);
        let _ = sender.send(Message::Loaded(inspection));
    });
}

/// Ends the program in order when the system asks for it, so that the terminal is given back.
#[cfg(unix)]
fn watch_signals(sender: Sender<Message>) -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGTERM, SIGHUP])?;
    thread::spawn(move || {
        for _ in signals.forever() {
            if sender.send(Message::Terminate).is_err() {
                return;
            }
        }
    });
    Ok(())
}

#[cfg(not(unix))]
fn watch_signals(_: Sender<Message>) -> io::Result<()> {
    Ok(())
}
