//! Takes over the terminal, and restores it in any case.

mod asking;
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
use crossterm::event::{
    DisableBracketedPaste, DisableMouseCapture, EnableBracketedPaste, EnableMouseCapture,
};
use crossterm::terminal::{
    BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen,
    disable_raw_mode, enable_raw_mode,
};
use crossterm::{execute, queue};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Frame, Terminal, TerminalOptions, Viewport};

pub use asking::Asking;
pub use background::Environment;
pub use input::{Input, Reader};
pub use tmux::give_to_tmux;

use crate::signals;

/// Held while a frame is written.
static WRITING: Mutex<()> = Mutex::new(());

/// The size of the output buffer, so that a frame is written at once.
const BUFFER: usize = 64 << 10;

/// The most cells that are drawn. Each cell needs 48 bytes, twice, so a terminal that claims to be
/// larger is only used in part.
const CELLS: u32 = 1 << 20;

/// The screen, in raw mode until it is dropped.
pub struct Screen {
    /// Not dropped: if the terminal is gone, dropping it would report to standard error that the
    /// cursor cannot be shown, and panic if that is gone as well.
    pub terminal: ManuallyDrop<Terminal<CrosstermBackend<BufWriter<Stdout>>>>,
    mouse: bool,
    /// True if the terminal has to be restored.
    is_taken: bool,
}

impl Screen {
    /// Takes over the terminal, and installs a panic hook that restores it before the report.
    pub fn open(mouse: bool) -> io::Result<Self> {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            end_frames();
            give_back();
            before(panic);
            // After a panic on another thread, the screen would wait for it forever.
            std::process::exit(101);
        }));
        take_over(mouse).inspect_err(|_| give_back())?;
        let out = BufWriter::with_capacity(BUFFER, io::stdout());
        let area = size().inspect_err(|_| give_back())?;
        let options = TerminalOptions { viewport: Viewport::Fixed(area) };
        let terminal = Terminal::with_options(CrosstermBackend::new(out), options)
            .inspect_err(|_| give_back())?;
        Ok(Self { terminal: ManuallyDrop::new(terminal), mouse, is_taken: true })
    }

    /// Returns the part of the terminal that is used: everything, up to a limit.
    pub fn area(&self) -> io::Result<Rect> {
        size()
    }

    /// Draws a frame atomically (synchronized update). Nothing is drawn while the terminal is given
    /// back.
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

    /// Restores the terminal, runs `work`, which may use it, and takes it over again.
    ///
    /// The keyboard is not read in the meantime, so that another program receives all keys.
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

    /// Returns whether a signal that ends the program arrived while the terminal was given back;
    /// the terminal then stays so.
    fn is_to_end(&self) -> bool {
        // A signal that arrived together with SIGCONT may be delivered a moment later.
        std::thread::sleep(Duration::from_millis(5));
        signals::received().is_some()
    }

    /// Takes over the terminal again, whatever happened to it. The next frame is drawn completely.
    pub fn renew(&mut self) -> io::Result<()> {
        // crossterm remembers the modes until it restores them, so it would not notice that a
        // shell has changed them.
        let _ = disable_raw_mode();
        take_over(self.mouse)?;
        self.is_taken = true;
        self.resize(size()?)
    }

    /// Sets the size, and draws the next frame completely.
    fn resize(&mut self, area: Rect) -> io::Result<()> {
        // `clear` would ask the terminal for its cursor while another thread reads the keys.
        self.terminal.resize(area)
    }

    fn give_back(&mut self) {
        if std::mem::take(&mut self.is_taken) {
            give_back();
        }
    }
}

/// Returns the part of the terminal that is used.
fn size() -> io::Result<Rect> {
    let (width, height) = crossterm::terminal::size()?;
    Ok(drawn(width, height))
}

/// Returns the part of a terminal of this size that is used: the upper rows, if it is too large.
pub fn drawn(width: u16, height: u16) -> Rect {
    let rows = CELLS / u32::from(width.max(1));
    Rect::new(0, 0, width, u16::try_from(rows).map_or(height, |rows| height.min(rows)))
}

/// Waits for the current frame and prevents further ones, unless a frame itself panics.
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
        // In the background the terminal belongs to another program, and using it would stop this
        // one.
        if is_in_foreground() {
            self.give_back();
        }
    }
}

#[cfg(unix)]
fn is_in_foreground() -> bool {
    // If the terminal is gone, there is no other program to disturb.
    rustix::termios::tcgetpgrp(io::stdout())
        .map_or(true, |group| group == rustix::process::getpgrp())
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

/// Restores the terminal. Errors are ignored, because there is no remedy.
fn give_back() {
    let mut out = io::stdout();
    let _ = queue!(out, DisableMouseCapture, DisableBracketedPaste, LeaveAlternateScreen, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}
