//! Renders a screen as SVG or as lines of text.

use std::fmt::{self, Write};

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

const CELL: (usize, usize) = (9, 19);
const MARGIN: usize = 10;

/// The colours of text without a colour.
#[derive(Clone, Copy)]
pub struct Paper {
    background: Rgb,
    foreground: Rgb,
}

/// The colours for print on white paper.
pub const WHITE: Paper =
    Paper { background: Rgb(0xff, 0xff, 0xff), foreground: Rgb(0x1b, 0x1f, 0x24) };
#[cfg(test)]
pub const DARK: Paper =
    Paper { background: Rgb(0x14, 0x17, 0x1c), foreground: Rgb(0xd5, 0xd9, 0xe0) };
#[cfg(test)]
pub const LIGHT: Paper =
    Paper { background: Rgb(0xfa, 0xf9, 0xf5), foreground: Rgb(0x24, 0x29, 0x2f) };

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

/// Escapes text for XML and HTML elements; characters that XML forbids become U+FFFD.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {
                out.push(char::REPLACEMENT_CHARACTER);
            }
            c => out.push(c),
        }
    }
    out
}

/// Escapes text for an attribute in quotes.
fn attribute(text: &str) -> String {
    escape(text).replace('"', "&quot;")
}

/// Renders a screen as a separate file.
#[cfg(test)]
pub fn draw(paper: Paper, buffer: &Buffer) -> String {
    end(paper, buffer, begin(paper, buffer.area.width, buffer.area.height))
}

/// Renders a screen as a separate file with a title for accessibility.
pub fn titled(paper: Paper, buffer: &Buffer, title: &str) -> String {
    let mut out = begin(paper, buffer.area.width, buffer.area.height);
    let _ = writeln!(out, "<title>{}</title>", escape(title));
    end(paper, buffer, out)
}

/// Renders a screen as a part of an HTML page.
pub fn inline(paper: Paper, buffer: &Buffer, title: &str) -> String {
    let attributes = format!("role=\"img\" aria-label=\"{}\"", attribute(title));
    let mut out = open(&attributes, paper, buffer.area.width, buffer.area.height);
    let _ = writeln!(out, "<title>{}</title>", escape(title));
    end(paper, buffer, out)
}

fn end(paper: Paper, buffer: &Buffer, mut out: String) -> String {
    for y in 0..buffer.area.height {
        row(paper, buffer, y, usize::from(y), &mut out);
    }
    out.push_str("</svg>\n");
    out
}

/// Starts the picture of an empty screen.
pub fn begin(paper: Paper, columns: u16, rows: u16) -> String {
    open("xmlns=\"http://www.w3.org/2000/svg\"", paper, columns, rows)
}

fn open(attributes: &str, paper: Paper, columns: u16, rows: u16) -> String {
    let (width, height) =
        (usize::from(columns) * CELL.0 + 2 * MARGIN, usize::from(rows) * CELL.1 + 2 * MARGIN);
    format!(
        "<svg {attributes} viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"15\">\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"{}\"/>\n",
        paper.background
    )
}

/// Returns the characters of a screen, a line per row.
pub fn lines(buffer: &Buffer) -> Vec<String> {
    let row = |y: u16| {
        let (mut line, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line.push_str(symbol);
            x += columns(symbol);
        }
        line.trim_end().to_owned()
    };
    (0..buffer.area.height).map(row).collect()
}

/// Returns the number of cells that a symbol needs.
fn columns(symbol: &str) -> u16 {
    u16::try_from(symbol.width().max(1)).unwrap_or(1)
}

/// Renders a row of a screen at a row of the picture, one run of equal cells at a time.
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
            if self::style(paper, cell) != style || is_block(cell) != is_block(first) {
                break;
            }
            text.push_str(cell.symbol());
            x += columns(cell.symbol());
        }
        if is_block(first) {
            blocks(paper, out, usize::from(start), at, &text, style.0);
        } else {
            run(paper, out, usize::from(start), at, usize::from(x - start), &text, style);
        }
    }
}

/// Returns the part of a cell that a block fills, in eighths: the first and the number.
fn eighths(symbol: char) -> Option<(usize, usize)> {
    match symbol {
        '▐' => Some((4, 4)),
        '░' | '▒' => Some((0, 8)),
        // From the full block on, each one is an eighth narrower.
        '█'..='▏' => Some((0, 8 - (symbol as usize - '█' as usize))),
        _ => None,
    }
}

fn is_block(cell: &Cell) -> bool {
    cell.symbol().chars().next().is_some_and(|symbol| eighths(symbol).is_some())
}

/// Renders bars and tiles as rectangles: fonts draw blocks with gaps, and higher or lower than a
/// row.
fn blocks(
    paper: Paper,
    out: &mut String,
    column: usize,
    row: usize,
    text: &str,
    (fore, back): (Rgb, Rgb),
) {
    let (y, height) = (MARGIN + row * CELL.1, CELL.1);
    // Lengths are in eighths of a cell.
    let mut rectangle = |from: usize, length: usize, fill: Rgb, opacity: &str| {
        let pixels = |eighths: usize| (eighths * CELL.0) as f64 / 8.0;
        let (x, width) = (MARGIN as f64 + pixels(column * 8 + from), pixels(length));
        let _ = writeln!(
            out,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" fill=\"{fill}\"{opacity}/>"
        );
    };
    if back != paper.background {
        rectangle(0, 8 * text.chars().count(), back, "");
    }
    let mut symbols = text.chars().enumerate().peekable();
    while let Some((place, symbol)) = symbols.next() {
        let Some((first, mut number)) = eighths(symbol) else { continue };
        // Equal whole cells are one rectangle.
        while number % 8 == 0 && symbols.next_if(|&(_, next)| next == symbol).is_some() {
            number += 8;
        }
        let opacity = match symbol {
            '░' => " fill-opacity=\"0.3\"",
            '▒' => " fill-opacity=\"0.6\"",
            _ => "",
        };
        rectangle(8 * place + first, number, fore, opacity);
    }
}

/// The style of a run: both colours, bold, and strikethrough.
type Style = ((Rgb, Rgb), bool, bool);

fn style(paper: Paper, cell: &Cell) -> Style {
    let is = |modifier| cell.modifier.contains(modifier);
    (paper.colours(cell), is(Modifier::BOLD), is(Modifier::CROSSED_OUT))
}

/// Renders a text of one style.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_rectangles_of_eighths_and_no_letters() {
        let drawn = titled(WHITE, &Buffer::with_lines(["██▍ 9 B"]), "bar");
        let width = |eighths: usize| format!("width=\"{}\"", (eighths * CELL.0) as f64 / 8.0);
        assert!(drawn.contains(&width(16)) && drawn.contains(&width(3)), "{drawn}");
        assert!(!drawn.contains(['█', '▍']) && drawn.contains("9 B"), "{drawn}");
        let bar = titled(WHITE, &Buffer::with_lines(["▐"]), "scroll bar");
        assert!(
            bar.contains(&width(4)) && bar.contains(&format!("height=\"{}\"", CELL.1)),
            "{bar}"
        );
    }

    #[test]
    fn what_speaks_to_a_reader_of_xml_is_only_text() {
        let hostile = Buffer::with_lines(["<script>]]>&\u{ffff}\"x"]);
        let drawn = titled(WHITE, &hostile, "a\"<b>");
        assert!(drawn.contains("<title>a\"&lt;b&gt;</title>"), "{drawn}");
        assert!(drawn.contains(">&lt;script&gt;]]&gt;&amp;\u{fffd}\"x<"), "{drawn}");
        let inline = inline(WHITE, &hostile, "a\"<b>");
        assert!(
            inline.contains("aria-label=\"a&quot;&lt;b&gt;\"") && !inline.contains("http"),
            "{inline}"
        );
    }

    #[test]
    fn a_wide_character_takes_two_columns_and_no_more() {
        assert_eq!(lines(&Buffer::with_lines(["│漢字│  "])), ["│漢字│"]);
    }
}
