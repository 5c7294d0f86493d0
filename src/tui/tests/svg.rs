//! A screen as an SVG picture: what a terminal shows.

use std::fmt::{self, Write};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL: (usize, usize) = (9, 19);
const MARGIN: usize = 10;
/// What a terminal makes of "no colour".
#[derive(Clone, Copy)]
pub struct Paper {
    background: Rgb,
    foreground: Rgb,
}

pub const DARK: Paper = Paper { background: Rgb(0x14, 0x17, 0x1c), foreground: Rgb(0xd5, 0xd9, 0xe0) };
pub const LIGHT: Paper = Paper { background: Rgb(0xfa, 0xf9, 0xf5), foreground: Rgb(0x24, 0x29, 0x2f) };

#[derive(Clone, Copy, PartialEq, Eq)]
struct Rgb(u8, u8, u8);

impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

fn colour(colour: Color, otherwise: Rgb) -> Rgb {
    match colour {
        Color::Red => Rgb(0xf0, 0x64, 0x6b),
        Color::Green => Rgb(0x7f, 0xc7, 0x7f),
        Color::Yellow => Rgb(0xe3, 0xbd, 0x62),
        Color::Cyan => Rgb(0x5f, 0xbf, 0xd0),
        Color::DarkGray => Rgb(0x8a, 0x91, 0x9e),
        Color::Rgb(red, green, blue) => Rgb(red, green, blue),
        _ => otherwise,
    }
}

impl Paper {
    fn colours(self, cell: &Cell) -> (Rgb, Rgb) {
        let (fore, back) = (colour(cell.fg, self.foreground), colour(cell.bg, self.background));
        if cell.modifier.contains(Modifier::REVERSED) { (back, fore) } else { (fore, back) }
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Draws a screen.
pub fn draw(paper: Paper, buffer: &Buffer) -> String {
    let mut out = begin(paper, buffer.area.width, buffer.area.height);
    for y in 0..buffer.area.height {
        row(paper, buffer, y, usize::from(y), &mut out);
    }
    out.push_str("</svg>\n");
    out
}

/// The picture of an empty screen, still open.
pub fn begin(paper: Paper, columns: u16, rows: u16) -> String {
    let (width, height) = (usize::from(columns) * CELL.0 + 2 * MARGIN, usize::from(rows) * CELL.1 + 2 * MARGIN);
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"15\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>\n",
        paper.background
    )
}

/// Draws a row of a screen at a row of the picture, a run of equal cells at a time.
pub fn row(paper: Paper, buffer: &Buffer, y: u16, at: usize, out: &mut String) {
    let width = buffer.area.width;
    let mut x = 0;
    while x < width {
        let first = &buffer[(x, y)];
        let style = style(paper, first);
        let start = x;
        let mut text = String::new();
        while x < width {
            let cell = &buffer[(x, y)];
            if self::style(paper, cell) != style {
                break;
            }
            text.push_str(cell.symbol());
            x += u16::try_from(cell.symbol().width().max(1)).unwrap_or(1);
        }
        run(paper, out, usize::from(start), at, usize::from(x - start), &text, style);
    }
}

/// Both colours, whether it is bold, and whether it is struck through.
type Style = ((Rgb, Rgb), bool, bool);

fn style(paper: Paper, cell: &Cell) -> Style {
    let is = |modifier| cell.modifier.contains(modifier);
    (paper.colours(cell), is(Modifier::BOLD), is(Modifier::CROSSED_OUT))
}

/// Draws text of one style.
fn run(
    paper: Paper,
    out: &mut String,
    column: usize,
    row: usize,
    cells: usize,
    text: &str,
    ((fore, back), bold, struck): Style,
) {
    let (x, y) = (MARGIN + column * CELL.0, MARGIN + row * CELL.1);
    if back != paper.background {
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
    let line = if struck { " text-decoration=\"line-through\"" } else { "" };
    let _ = writeln!(
        out,
        "<text x=\"{x}\" y=\"{}\" fill=\"{fore}\"{weight}{line} textLength=\"{}\" xml:space=\"preserve\">{}</text>",
        y + CELL.1 - 5,
        shown.width() * CELL.0,
        escape(shown)
    );
}
