//! The terminal, taken over and given back whatever happens.

mod background;
pub mod clock;
mod input;
mod late;
pub mod stage;

use std::io::{self, BufWriter, Stdout, Write};
use std::sync::{Mutex, PoisonError};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};
use ratatui::{Frame, Terminal};

pub use background::{Answer, Environment};
pub use input::Input;
pub use late::Late;

/// Held while a frame is written.
static WRITING: Mutex<()> = Mutex::new(());

/// Frames are written in one piece.
const BUFFER: usize = 64 << 10;

/// The screen, in raw mode until dropped.
pub struct Screen {
    pub terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over, and sees to it that a panic gives it back before it is reported.
    pub fn open(mouse: bool) -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            end_frames();
            give_back();
            before(panic);
            // A panic on another thread would leave the screen waiting for it.
            std::process::exit(101);
        }));
        take_over(mouse).inspect_err(|_| give_back())?;
        let out = BufWriter::with_capacity(BUFFER, io::stdout());
        let terminal = Terminal::new(CrosstermBackend::new(out)).inspect_err(|_| give_back())?;
        Ok(Self { terminal, mouse })
    }

    /// Draws a frame, which is shown as a whole; whoever listens knows where it ends.
    pub fn draw(&mut self, frame: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        let writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        self.terminal.draw(frame)?;
        execute!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        drop(writing);
        Ok(())
    }

    /// Gives the terminal back, does something that may use it, and takes it over again.
    ///
    /// Meanwhile nothing is read from the keyboard, so that another program has the keys to itself.
    ///
    /// # Errors
    ///
    /// The terminal cannot be taken over again.
    pub fn suspended<T>(&mut self, input: &Input, work: impl FnOnce() -> T) -> io::Result<T> {
        let rest = input.rest();
        give_back();
        let result = work();
        self.renew()?;
        drop(rest);
        Ok(result)
    }

    /// Takes the terminal over anew, whatever was done to it; the next frame is drawn as a whole.
    pub fn renew(&mut self) -> io::Result<()> {
        // The modes that it was in are kept until it is given back, so a shell may have changed them unseen.
        let _ = disable_raw_mode();
        take_over(self.mouse)?;
        // `clear` would ask the terminal where its cursor is, with the keys being read elsewhere.
        let size = self.terminal.size()?;
        self.terminal.resize(Rect::from((Position::ORIGIN, size)))
    }
}

/// Sees to it that no frame follows, nor is one under way, unless it is the one that panics.
fn end_frames() {
    for _ in 0..20 {
        if let Ok(writing) = WRITING.try_lock() {
            std::mem::forget(writing);
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

fn take_over(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    let mut out = io::stdout();
    execute!(out, EnterAlternateScreen, Hide)?;
    if mouse { execute!(out, EnableMouseCapture) } else { Ok(()) }
}

/// Leaves the terminal as it was; what fails cannot be helped any more.
fn give_back() {
    let mut out = io::stdout();
    let _ = queue!(out, DisableMouseCapture, LeaveAlternateScreen, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}
