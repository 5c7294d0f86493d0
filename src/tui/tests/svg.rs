//! A screen as an SVG picture: what a terminal with a dark palette shows.

use std::fmt::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL: (usize, usize) = (9, 19);
const MARGIN: usize = 10;
const BACKGROUND: &str = "#14171c";
const FOREGROUND: &str = "#d5d9e0";

fn colour(colour: Color, otherwise: &'static str) -> &'static str {
    match colour {
        Color::Red => "#f0646b",
        Color::Green => "#7fc77f",
        Color::Yellow => "#e3bd62",
        Color::Cyan => "#5fbfd0",
        Color::DarkGray => "#8a919e",
        _ => otherwise,
    }
}

fn colours(cell: &Cell) -> (&'static str, &'static str) {
    let (fore, back) = (colour(cell.fg, FOREGROUND), colour(cell.bg, BACKGROUND));
    if cell.modifier.contains(Modifier::REVERSED) { (back, fore) } else { (fore, back) }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Draws a screen.
pub fn draw(buffer: &Buffer) -> String {
    let mut out = begin(buffer.area.width, buffer.area.height);
    for y in 0..buffer.area.height {
        row(buffer, y, usize::from(y), &mut out);
    }
    out.push_str("</svg>\n");
    out
}

/// The picture of an empty screen, still open.
pub fn begin(columns: u16, rows: u16) -> String {
    let (width, height) = (usize::from(columns) * CELL.0 + 2 * MARGIN, usize::from(rows) * CELL.1 + 2 * MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"15\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{BACKGROUND}\"/>\n"
    )
}

/// Draws a row of a screen at a row of the picture, a run of equal cells at a time.
pub fn row(buffer: &Buffer, y: u16, at: usize, out: &mut String) {
    let width = buffer.area.width;
    let mut x = 0;
    while x < width {
        let first = &buffer[(x, y)];
        let style = (colours(first), first.modifier.contains(Modifier::BOLD));
        let start = x;
        let mut text = String::new();
        while x < width {
            let cell = &buffer[(x, y)];
            if (colours(cell), cell.modifier.contains(Modifier::BOLD)) != style {
                break;
            }
            text.push_str(cell.symbol());
            x += u16::try_from(cell.symbol().width().max(1)).unwrap_or(1);
        }
        run(out, usize::from(start), at, usize::from(x - start), &text, style);
    }
}

type Style = ((&'static str, &'static str), bool);

/// Draws text of one style.
fn run(out: &mut String, column: usize, row: usize, cells: usize, text: &str, ((fore, back), bold): Style) {
    let (x, y) = (MARGIN + column * CELL.0, MARGIN + row * CELL.1);
    if back != BACKGROUND {
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\" fill=\"{back}\"/>",
            cells * CELL.0,
            CELL.1
        );
    }
    let shown = text.trim_end();
    if shown.trim().is_empty() {
        return;
    }
    let weight = if bold { " font-weight=\"bold\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{}\" fill=\"{fore}\"{weight} textLength=\"{}\" xml:space=\"preserve\">{}</text>",
        y + CELL.1 - 5,
        shown.width() * CELL.0,
        escape(shown)
    );
}
