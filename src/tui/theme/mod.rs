//! Colours, as roles. A mark or a different character always says the same as the colour.

use ratatui::style::{Color, Modifier, Style};

/// The styles of the roles.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    pub live: Style,
    pub dead: Style,
    pub added: Style,
    pub modified: Style,
    pub removed: Style,
    pub dim: Style,
    pub strong: Style,
    /// The selected row of the pane that has the keys.
    pub selected: Style,
    /// The selected row of another pane.
    pub elsewhere: Style,
    pub border: Style,
    pub focused: Style,
}

impl Theme {
    /// The 16 colours that every terminal has, which follow its own palette.
    pub fn colours() -> Self {
        let plain = Style::new();
        Self {
            live: plain.fg(Color::Green),
            dead: plain.fg(Color::Red),
            added: plain.fg(Color::Green),
            modified: plain.fg(Color::Yellow),
            removed: plain.fg(Color::Red),
            dim: plain.fg(Color::DarkGray),
            strong: plain.add_modifier(Modifier::BOLD),
            selected: plain.fg(Color::Reset).bg(Color::Reset).add_modifier(Modifier::REVERSED),
            elsewhere: plain.fg(Color::Cyan).add_modifier(Modifier::BOLD),
            border: plain.fg(Color::DarkGray),
            focused: plain.fg(Color::Cyan),
        }
    }

    /// No colours, for `NO_COLOR`.
    pub fn plain() -> Self {
        let plain = Style::new();
        let (bold, dim) = (plain.add_modifier(Modifier::BOLD), plain.add_modifier(Modifier::DIM));
        Self {
            live: plain,
            dead: bold,
            added: plain,
            modified: plain,
            removed: plain,
            dim,
            strong: bold,
            selected: plain.add_modifier(Modifier::REVERSED),
            elsewhere: bold,
            border: dim,
            focused: bold,
        }
    }
}
