//! The characters of the screen, and their ASCII replacements.
//!
//! Everything is drawn in Unicode. If a terminal cannot show that, the finished frame is converted
//! to ASCII cell by cell, so that no view can forget it, and the layout stays the same.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// The characters that the terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signs {
    #[default]
    Unicode,
    /// The program's own signs are ASCII; names from an image stay unchanged.
    Ascii,
    /// Everything is ASCII, because the terminal misinterprets other bytes, possibly as control
    /// characters.
    AsciiOnly,
}

/// The replacements of the program's signs; each has the same width.
const ASCII: &[(char, &str)] = &[
    ('█', "#"),
    ('▒', "x"),
    ('░', "."),
    ('▐', "#"),
    ('─', "-"),
    ('━', "="),
    ('│', "|"),
    ('┃', "|"),
    ('■', "#"),
    ('┌', "+"),
    ('┐', "+"),
    ('└', "+"),
    ('┘', "+"),
    ('├', "+"),
    ('┤', "+"),
    ('┬', "+"),
    ('┴', "+"),
    ('┼', "+"),
    ('╭', "+"),
    ('╮', "+"),
    ('╰', "+"),
    ('╯', "+"),
    ('▎', "#"),
    ('▍', "#"),
    ('▌', "#"),
    ('▋', "#"),
    ('▊', "#"),
    ('▉', "#"),
    ('┊', ":"),
    ('┏', "+"),
    ('┓', "+"),
    ('┗', "+"),
    ('┛', "+"),
    ('›', ">"),
    ('▶', ">"),
    ('►', ">"),
    ('◄', "<"),
    ('▸', ">"),
    ('▾', "v"),
    ('▴', "^"),
    ('▲', "^"),
    ('▼', "v"),
    ('✗', "%"),
    ('✓', "v"),
    ('·', "."),
    ('•', "*"),
    ('×', "x"),
    ('÷', "/"),
    ('→', ">"),
    ('←', "<"),
    ('↑', "^"),
    ('↓', "v"),
    ('▏', "_"),
    ('–', "-"),
    ('—', "-"),
    ('≤', "<"),
    ('≥', ">"),
    ('−', "-"),
];

/// The sign for text that was cut off.
const ELLIPSIS: &str = "…";

impl Signs {
    /// Returns whether keys and marks are named in ASCII words.
    pub fn is_ascii(self) -> bool {
        self != Self::Unicode
    }

    /// Converts a line of text to the available characters; colours stay.
    pub fn line(self, line: &str) -> Cow<'_, str> {
        if !self.is_ascii() || line.is_ascii() {
            return line.into();
        }
        let mut cells = cells(line);
        for cell in cells.iter_mut().filter(|cell| !cell.is_ascii() && *cell != ELLIPSIS) {
            match ascii(cell) {
                Some(sign) => *cell = sign.into(),
                None if self == Self::AsciiOnly => *cell = "?".repeat(cell.width()),
                None => {}
            }
        }
        let seen: Vec<usize> =
            (0..cells.len()).filter(|&i| !cells[i].starts_with('\x1b')).collect();
        for (place, &cell) in seen.iter().enumerate() {
            if cells[cell] == ELLIPSIS {
                let letter = |place: usize| seen.get(place).is_some_and(|&i| is_letter(&cells[i]));
                // In a row of a table nothing may move; elsewhere the text grows, and no letter is
                // lost.
                let rest: String = seen[place..].iter().map(|&i| &*cells[i]).collect();
                let side = dotted(place, letter).filter(|_| rest.contains("  "));
                cells[cell] = if side.is_some() { ".".into() } else { "...".into() };
                for i in side.into_iter().flatten().flatten().map(|place| seen[place]) {
                    cells[i] = ".".into();
                }
            }
        }
        cells.concat().into()
    }

    /// Converts a finished frame to the available characters.
    pub fn apply(self, buffer: &mut Buffer) {
        if !self.is_ascii() {
            return;
        }
        for y in buffer.area.top()..buffer.area.bottom() {
            for x in buffer.area.left()..buffer.area.right() {
                let symbol = buffer[(x, y)].symbol();
                if symbol.is_ascii() {
                    continue;
                }
                if symbol == ELLIPSIS {
                    dots(buffer, x, y);
                } else if let Some(ascii) = ascii(symbol) {
                    buffer[(x, y)].set_symbol(ascii);
                } else if self == Self::AsciiOnly {
                    buffer[(x, y)].set_symbol("?");
                }
            }
        }
    }
}

fn ascii(symbol: &str) -> Option<&'static str> {
    let mut chars = symbol.chars();
    let (sign, None) = (chars.next()?, chars.next()) else { return None };
    ASCII.iter().find(|(unicode, _)| *unicode == sign).map(|&(_, ascii)| ascii)
}

/// Writes three dots in place of an ellipsis and its neighbours.
fn dots(buffer: &mut Buffer, x: u16, y: u16) {
    let right = buffer.area.right();
    let column = |x: usize| u16::try_from(x).ok().filter(|&x| x < right);
    let letter = |x: usize| column(x).is_some_and(|x| is_letter(buffer[(x, y)].symbol()));
    let side = dotted(x.into(), letter);
    if side.is_none() && grow(buffer, x, y) {
        return;
    }
    let side: Vec<u16> = side.into_iter().flatten().flatten().filter_map(column).collect();
    for x in side.into_iter().chain([x]) {
        buffer[(x, y)].set_symbol(".");
    }
}

/// Writes three dots in place of an ellipsis between spaces, if there is room behind the text that
/// follows: that text moves by two cells.
fn grow(buffer: &mut Buffer, x: u16, y: u16) -> bool {
    let free = |x: u16| {
        (x..x.saturating_add(3)).all(|x| x < buffer.area.right() && buffer[(x, y)].symbol() == " ")
    };
    let is_frame = |x: &u16| matches!(buffer[(*x, y)].symbol(), "│" | "┃" | "|" | "─" | "-");
    let Some(end) = (x + 1..buffer.area.right()).take_while(|x| !is_frame(x)).find(|&x| free(x))
    else {
        return false;
    };
    for to in (x + 3..end + 2).rev() {
        let moved = buffer[(to - 2, y)].clone();
        buffer[(to, y)] = moved;
    }
    for dot in x..x + 3 {
        buffer[(dot, y)].set_symbol(".");
    }
    true
}

/// Returns the two positions beside an ellipsis that become dots, on the side from which nothing
/// was cut off.
fn dotted(place: usize, is_letter: impl Fn(usize) -> bool) -> Option<[Option<usize>; 2]> {
    let left = [place.checked_sub(1), place.checked_sub(2)];
    let right = [place.checked_add(1), place.checked_add(2)];
    [left, right].into_iter().find(|side| side.iter().all(|place| place.is_some_and(&is_letter)))
}

fn is_letter(symbol: &str) -> bool {
    symbol.len() == 1 && !matches!(symbol, " " | "\n")
}

/// Splits a line into characters and colour sequences.
fn cells(line: &str) -> Vec<String> {
    let mut cells: Vec<String> = Vec::new();
    let mut in_sequence = false;
    for c in line.chars() {
        match cells.last_mut().filter(|_| in_sequence) {
            Some(sequence) => {
                sequence.push(c);
                in_sequence = c == '[' || !('@'..='~').contains(&c);
            }
            None => {
                cells.push(c.into());
                in_sequence = c == '\x1b';
            }
        }
    }
    cells
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn shown(signs: Signs, line: &str) -> String {
        let mut buffer = Buffer::with_lines([line]);
        signs.apply(&mut buffer);
        crate::tui::tests::lines(&buffer).remove(0)
    }

    #[test]
    fn an_ellipsis_becomes_dots_and_nothing_moves() {
        assert_eq!(shown(Signs::Ascii, "│abcd…│"), "|ab...|");
        assert_eq!(shown(Signs::Ascii, "in …lib/go"), "in ...b/go");
        assert_eq!(shown(Signs::Ascii, "┌ … 16 more ─"), "+ . 16 more -");
        assert_eq!(shown(Signs::Ascii, "…"), ".");
        assert_eq!(shown(Signs::Ascii, "│FROM … AS build      │ b"), "|FROM ... AS build    | b");
        assert_eq!(shown(Signs::Ascii, "│FROM … AS build  │    b"), "|FROM . AS build  |    b");
    }

    #[test]
    fn names_in_other_scripts_stay_unless_the_terminal_cannot_take_them() {
        assert_eq!(shown(Signs::Unicode, "▸ ž"), "▸ ž");
        assert_eq!(shown(Signs::Ascii, "▸ ž"), "> ž");
        assert_eq!(shown(Signs::AsciiOnly, "▸ ž"), "> ?");
    }

    #[test]
    fn every_sign_in_the_sources_of_the_screen_has_an_ascii_form() {
        let mut files = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/layerscope/tui")];
        while let Some(path) = files.pop() {
            if path.is_dir() {
                files.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let is_test = path.components().any(|part| part.as_os_str() == "tests");
            let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
            for line in code.lines().filter(|line| !is_test && !line.trim_start().starts_with("//"))
            {
                for sign in line.chars().filter(|c| !c.is_ascii() && *c != '…') {
                    assert!(
                        ascii(&sign.to_string()).is_some(),
                        "{sign} in {}: {line}",
                        path.display()
                    );
                }
            }
        }
    }
}
