//! The terminal, taken over and given back whatever happens.

use std::io::{self, BufWriter, Stdout, Write};

use crossterm::cursor::{Hide, Show};
use crossterm::event::{DisableMouseCapture, EnableMouseCapture};
use crossterm::terminal::{EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode};
use crossterm::{execute, queue};
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;

/// Frames are written in one piece.
const BUFFER: usize = 64 << 10;

/// The screen, in raw mode until dropped.
pub struct Screen {
    pub terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
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
        enable_raw_mode()?;
        let mut out = BufWriter::with_capacity(BUFFER, io::stdout());
        let entered = execute!(out, EnterAlternateScreen, Hide);
        let entered = if mouse { entered.and_then(|()| execute!(out, EnableMouseCapture)) } else { entered };
        entered.inspect_err(|_| give_back())?;
        let terminal = Terminal::new(CrosstermBackend::new(out)).inspect_err(|_| give_back())?;
        Ok(Self { terminal })
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Leaves the terminal as it was; what fails cannot be helped any more.
fn give_back() {
    let mut out = io::stdout();
    let _ = queue!(out, DisableMouseCapture, LeaveAlternateScreen, Show);
    let _ = out.flush();
    let _ = disable_raw_mode();
}
