//! Asks the terminal for its colours, and keeps the keys that are typed meanwhile.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use crossterm::event::{self, Event};
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};

use super::late::Late;
use crate::tui::widgets::theme::Background;

/// The time limit for the terminal's answer; terminals answer within a few milliseconds.
const PATIENCE: Duration = Duration::from_millis(100);
/// The questions: the colours of text and background.
const QUESTIONS: &[u8] = b"\x1b]10;?\x1b\\\x1b]11;?\x1b\\";

/// A dialogue with the terminal.
#[derive(Debug, Default)]
pub struct Asking {
    /// The filter of answers, also of those that are late.
    pub late: Late,
    /// The keys, clicks and sizes that came meanwhile.
    pub events: Vec<Event>,
}

impl Asking {
    /// Asks for the background. This has to happen before anything else reads from the terminal.
    pub fn background(&mut self) -> Option<Background> {
        enable_raw_mode().ok()?;
        let asked = self.ask();
        let _ = disable_raw_mode();
        asked.ok()?;
        self.late.background()
    }

    fn ask(&mut self) -> io::Result<()> {
        let mut out = io::stdout();
        out.write_all(QUESTIONS)?;
        out.flush()?;
        self.late = Late::expected();
        let end = Instant::now() + PATIENCE;
        while !self.late.is_complete() {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() || !event::poll(left)? {
                break;
            }
            match event::read()? {
                Event::Key(key) if self.late.swallows(key) => {}
                event => self.events.push(event),
            }
        }
        Ok(())
    }
}
