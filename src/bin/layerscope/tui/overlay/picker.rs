//! The list of the images that container runtimes hold: what is typed narrows it, and Enter opens
//! one.

use crossterm::event::KeyCode;
use layerscope::display::Escaped;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use unicode_width::UnicodeWidthStr;

use crate::tui::widgets::choices::{Choice, Choices, choices};
use crate::tui::widgets::prompt::Prompt;
use crate::tui::widgets::theme::Theme;

/// An image that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// The argument that opens it.
    pub argument: String,
    /// The name, escaped for display.
    pub name: Escaped,
    /// The engine.
    pub place: String,
    /// The size, as the engine says it.
    pub size: Escaped,
    /// The age, as the engine says it.
    pub age: Escaped,
}

/// The list, and what was typed.
#[derive(Debug, Default)]
pub struct Picker {
    /// The words that the shown images contain.
    pub query: Prompt,
    offers: Vec<Offer>,
    pub cursor: usize,
}

impl Picker {
    /// Makes a list of all images.
    pub fn new(offers: Vec<Offer>) -> Self {
        Self { offers, ..Self::default() }
    }

    /// Returns the images that contain all words of the query.
    pub fn found(&self) -> Vec<&Offer> {
        let query = self.query.text().to_lowercase();
        let contains = |offer: &&Offer| {
            let text = format!("{} {}", offer.name, offer.place).to_lowercase();
            query.split_whitespace().all(|word| text.contains(word))
        };
        self.offers.iter().filter(contains).collect()
    }

    pub fn step(&mut self, key: KeyCode) {
        let last = self.found().len().saturating_sub(1);
        self.cursor = match key {
            KeyCode::Down => self.cursor + 1,
            KeyCode::PageDown => self.cursor + PAGE,
            KeyCode::PageUp => self.cursor.saturating_sub(PAGE),
            _ => self.cursor.saturating_sub(1),
        }
        .min(last);
    }
}

/// The rows of a page.
const PAGE: usize = 10;

/// Draws the list over an area.
pub fn draw(picker: &Picker, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let found = picker.found();
    let place = if found.is_empty() { 0 } else { picker.cursor + 1 };
    let list = Choices {
        title: &format!("Which image? · {place}/{}", found.len()),
        query: &picker.query,
        cursor: picker.cursor,
        count: found.len(),
        nothing: if picker.offers.is_empty() {
            "There is no image."
        } else {
            "No image has this name."
        },
    };
    let widest =
        |text: fn(&Offer) -> &str| found.iter().map(|offer| text(offer).width()).max().unwrap_or(0);
    let (places, sizes, ages) =
        (widest(|offer| &offer.place), widest(|offer| &offer.size), widest(|offer| &offer.age));
    let row = |at: usize| {
        let Offer { name, place, size, age, .. } = found[at];
        let beside = format!(" {size:>sizes$}  {age:<ages$}  {place:<places$}");
        Choice { name: name.to_string(), beside }
    };
    choices(&list, row, theme.dim, theme, area, buffer);
}
