//! The bar with state, speed and position of the replay, which can be clicked.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::playback::{Playback, WHOLE};
use crate::tui::widgets::put;
use crate::tui::widgets::theme::Theme;
use layerscope::LayerIndex;

/// The width of state and speed, before the bar.
const BEFORE: usize = 18;
/// The width below which there is no bar.
const SHORTEST: usize = 6;

/// The effect of a click.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Click {
    Toggle,
    Layer(LayerIndex),
}

/// Returns the width of the bar.
fn room(playback: &Playback, layers: usize, area: Rect) -> usize {
    let room = usize::from(area.width).saturating_sub(BEFORE + place(playback, layers).width() + 2);
    if room < SHORTEST { 0 } else { room }
}

/// Formats the position among the layers.
fn place(playback: &Playback, layers: usize) -> String {
    format!("{}/{layers}", playback.layer().count().min(layers))
}

/// Returns the effect of a click at a cell.
pub fn clicked(playback: &Playback, layers: usize, at: Position, area: Rect) -> Option<Click> {
    if !area.contains(at) {
        return None;
    }
    let room = room(playback, layers, area);
    match usize::from(at.x - area.x).checked_sub(BEFORE) {
        None => Some(Click::Toggle),
        // A cell stands for the time at its middle.
        Some(x) if x < room => {
            Some(Click::Layer(playback.layer_at((2 * x as u64 + 1) * WHOLE / (2 * room as u64))))
        }
        Some(_) => None,
    }
}

pub fn draw(playback: &Playback, layers: usize, theme: &Theme, area: Rect, buffer: &mut Buffer) {
    let state = match (playback.is_running(), playback.is_over()) {
        (true, _) => "▶ playing",
        (false, true) => "■ the end",
        (false, false) => "┃┃ paused",
    };
    let before = format!(" {state:<10} {:>5} ", playback.speed());
    let room = room(playback, layers, area);
    let played = usize::try_from(playback.progress() * room as u64 / WHOLE)
        .map_or(room, |cells| cells.min(room));
    let line = [
        Span::styled(before, theme.strong),
        Span::styled("━".repeat(played), theme.focused),
        Span::styled("─".repeat(room - played), theme.dim),
        Span::raw(format!(" {}", place(playback, layers))),
    ];
    put(Line::from(line.to_vec()), 0, area, buffer);
}
