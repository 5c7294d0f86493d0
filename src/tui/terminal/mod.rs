//! The terminal, taken over and given back whatever happens.

mod background;
mod input;
mod late;

use std::io::{self, BufWriter, Stdout, Write};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::layout::{Position, Rect};

pub use background::{Answer, Environment};
pub use input::Input;
pub use late::Late;

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
