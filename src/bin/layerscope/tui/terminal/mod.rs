//! The terminal, taken over and given back whatever happens.

mod background;
pub mod clock;
mod input;
mod late;
pub mod stage;
mod tmux;

use std::io::{self, BufWriter, Stdout, Write};
use std::mem::ManuallyDrop;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode,
    enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

pub use background::{Answer, Environment};
pub use input::{Input, Reader};
pub use late::Late;
pub use tmux::give_to_tmux;

use crate::signals;

/// Held while a frame is written.
static WRITING: Mutex<()> = Mutex::new(());

/// Frames are written in one piece.
const BUFFER: usize = 64 << 10;

/// Cells that are drawn at most. A terminal that is said to be larger is drawn in part: each cell takes 48 bytes, twice.
const CELLS: u32 = 1 << 20;

/// The screen, in raw mode until dropped.
pub struct Screen {
    /// Never dropped: it would write to standard error that the cursor cannot be shown, where the terminal has gone, and
    /// panic where that has gone as well.
    pub terminal: ManuallyDrop<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    mouse: bool,
    /// Whether the terminal has to be given back.
    is_taken: bool,
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
        let area = size().inspect_err(|_| give_back())?;
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let terminal = Terminal::with_options(CrosstermBackend::new(out), options).inspect_err(|_| give_back())?;
        Ok(Self { terminal: ManuallyDrop::new(terminal), mouse, is_taken: true })
    }

    /// Returns the part of the terminal that is drawn: all of it, unless it is larger than any.
    pub fn area(&self) -> io::Result<Rect> {
        size()
    }

    /// Draws a frame, which is shown as a whole; whoever listens knows where it ends. Nothing is drawn on the shell's screen.
    pub fn draw(&mut self, frame: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
        if !self.is_taken {
            return Ok(());
        }
        let writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        let area = size()?;
        if area != self.terminal.get_frame().area() {
            self.resize(area)?;
        }
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
        self.give_back();
        let result = work();
        if !self.is_to_end() {
            self.renew()?;
        }
        drop(rest);
        Ok(result)
    }

    /// Whether a signal came that ends the program, while the terminal was the shell's: it stays so.
    fn is_to_end(&self) -> bool {
        // A signal that came together with the one to go on may be delivered a moment later.
        std::thread::sleep(Duration::from_millis(5));
        signals::received().is_some()
    }

    /// Takes the terminal over anew, whatever was done to it; the next frame is drawn as a whole.
    pub fn renew(&mut self) -> io::Result<()> {
        // The modes that it was in are kept until it is given back, so a shell may have changed them unseen.
        let _ = disable_raw_mode();
        take_over(self.mouse)?;
        self.is_taken = true;
        self.resize(size()?)
    }

    /// Draws the next frame as a whole, in this area.
    fn resize(&mut self, area: Rect) -> io::Result<()> {
        // `clear` would ask the terminal where its cursor is, with the keys being read elsewhere.
        self.terminal.resize(area)
    }

    fn give_back(&mut self) {
        if std::mem::take(&mut self.is_taken) {
            give_back();
        }
    }
}

/// Returns the part of the terminal that is drawn.
fn size() -> io::Result<Rect> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(drawn(width, height))
}

/// Returns the part of a terminal of this size that is drawn: its upper rows, where there are more than anybody sees.
pub fn drawn(width: u16, height: u16) -> Rect {
    let rows = CELLS / u32::from(width.max(1));
    Rect::new(0, 0, width, u16::try_from(rows).map_or(height, |rows| height.min(rows)))
}

/// Sees to it that no frame follows, nor is one under way, unless it is the one that panics.
fn end_frames() {
    for _ in 0..20 {
        if let Ok(writing) = WRITING.try_lock() {
            std::mem::forget(writing);
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        // In the background the terminal is another program's, and whoever touches it is stopped.
        if is_in_foreground() {
            self.give_back();
        }
    }
}

#[cfg(unix)]
fn is_in_foreground() -> bool {
    // Where the terminal has gone, so has the question.
    rustix::termios::tcgetpgrp(io::stdout()).map_or(true, |group| group == rustix::process::getpgrp())
}

#[cfg(not(unix))]
fn is_in_foreground() -> bool {
    true
}

fn take_over(mouse: bool) -> io::Result<()> {
    enable_raw_mode()?;
    let mut out = io::stdout();
    execute!(out, EnterAlternateScreen, Hide, EnableBracketedPaste)?;
    if mouse { execute!(out, EnableMouseCapture) } else { Ok(()) }
}

/// Leaves the terminal as it was; what fails cannot be helped any more.
fn give_back() {
    let mut out = io::stdout();
    let _ = queue!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}
