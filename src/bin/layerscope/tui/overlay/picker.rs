//! The list of the images that container runtimes hold: what is typed narrows it, and Enter opens
//! one.

use crossterm::event::{KeyCode, KeyEvent};
use layerscope::display::Escaped;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::Overlay;
use crate::tui::app::App;
use crate::tui::message::Effect;
use crate::tui::widgets::prompt::{Prompt, Typed};
use crate::tui::widgets::text::{cut, first_visible};
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{fill, pane, put, scroll_bar};

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
    cursor: usize,
}

impl Picker {
    /// Makes a list of all images.
    pub fn new(offers: Vec<Offer>) -> Self {
        Self { offers, ..Self::default() }
    }

    /// Returns the images that contain all words of the query.
    fn found(&self) -> Vec<&Offer> {
        let query = self.query.text().to_lowercase();
        let contains = |offer: &&Offer| {
            let text = format!("{} {}", offer.name, offer.place).to_lowercase();
            query.split_whitespace().all(|word| text.contains(word))
        };
        self.offers.iter().filter(contains).collect()
    }

    fn step(&mut self, key: KeyCode) {
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
/// The least columns of a name.
const LEAST: usize = 20;

impl App {
    /// Offers images to open.
    pub(in crate::tui) fn offer_images(&mut self, offers: Vec<Offer>) {
        self.overlays.open(Overlay::Picker(Picker::new(offers)));
    }

    /// Handles a key while an image is picked.
    pub(in crate::tui) fn pick_image(&mut self, key: KeyEvent) -> Option<Effect> {
        let Some(Overlay::Picker(picker)) = self.overlays.top_mut() else { return None };
        let is_empty = picker.query.text().is_empty();
        match (key.code, picker.query.key(key)) {
            (KeyCode::Down | KeyCode::Up | KeyCode::PageDown | KeyCode::PageUp, _) => {
                picker.step(key.code)
            }
            // Esc ends the narrowing first, and then the list.
            (KeyCode::Esc, _) if !is_empty => {
                picker.query = Prompt::default();
                picker.cursor = 0;
            }
            (KeyCode::Backspace, Typed::Left) => {}
            (_, Typed::Left) => return Some(Effect::Quit),
            (_, Typed::Changed) => picker.cursor = 0,
            (_, Typed::Entered) => {
                return picker
                    .found()
                    .get(picker.cursor)
                    .map(|offer| Effect::Open(offer.argument.clone()));
            }
            (_, Typed::Same | Typed::Other) => {}
        }
        None
    }
}

/// Draws the list over an area.
pub fn draw(picker: &Picker, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let found = picker.found();
    let place = if found.is_empty() { 0 } else { picker.cursor + 1 };
    let inner = pane(&format!("Which image? · {place}/{}", found.len()), true, theme, area, buffer);
    let (before, after) = picker.query.shown();
    let prompt = vec![Span::styled("› ", theme.focused), Span::raw(format!("{before}▏{after}"))];
    put(Line::from(prompt), 0, inner, buffer);
    let list = Rect { y: inner.y + 1, height: inner.height.saturating_sub(1), ..inner };
    if found.is_empty() {
        let text =
            if picker.offers.is_empty() { "There is no image." } else { "No image has this name." };
        put(Line::styled(text, theme.dim), 0, list, buffer);
    }
    let rows = usize::from(list.height);
    let first = scroll_bar(
        first_visible(picker.cursor, found.len(), rows),
        found.len(),
        list,
        theme,
        buffer,
    );
    let widest =
        |text: fn(&Offer) -> &str| found.iter().map(|offer| text(offer).width()).max().unwrap_or(0);
    let (places, sizes, ages) =
        (widest(|offer| &offer.place), widest(|offer| &offer.size), widest(|offer| &offer.age));
    let room = usize::from(list.width).saturating_sub(places + sizes + ages + 6).max(LEAST);
    for (row, offer) in found.iter().enumerate().skip(first).take(rows) {
        let name = cut(&offer.name, room);
        let gap = " ".repeat(room.saturating_sub(name.width()));
        let facts =
            format!("  {:>sizes$}  {:<ages$}  {:<places$}", offer.size, offer.age, offer.place);
        put(
            Line::from(vec![Span::raw(name), Span::raw(gap), Span::styled(facts, theme.dim)]),
            row - first,
            list,
            buffer,
        );
        if row == picker.cursor {
            fill(row - first, list, theme.selected, buffer);
        }
    }
}
