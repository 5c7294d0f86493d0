//! The signs that the screen draws with, and how they look where there is only ASCII.
//!
//! Everything is drawn with the signs of Unicode. Where those cannot be shown,
//! the finished frame is put into ASCII cell by cell: no view can forget it,
//! and nothing moves.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use unicode_width::UnicodeWidthStr;

/// Which characters the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signs {
    #[default]
    Unicode,
    /// The program's own signs are ASCII; names of an image are left as they are.
    Ascii,
    /// Nothing but ASCII, because the terminal takes other bytes for something else, be it for control characters.
    AsciiOnly,
}

/// What stands for the program's signs, a column for a column.
const ASCII: &[(char, &str)] = &[
    ('█', "#"),
    ('▒', "x"),
    ('▐', "#"),
    ('─', "-"),
    ('━', "="),
    ('│', "|"),
    ('┃', "|"),
    ('┌', "+"),
    ('┐', "+"),
    ('└', "+"),
    ('┘', "+"),
    ('├', "+"),
    ('┤', "+"),
    ('┬', "+"),
    ('┴', "+"),
    ('┼', "+"),
    ('┏', "+"),
    ('┓', "+"),
    ('┗', "+"),
    ('┛', "+"),
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

/// What stands for a part that was cut out.
const ELLIPSIS: &str = "…";

impl Signs {
    /// Whether keys and marks are to be named in words of ASCII.
    pub fn is_ascii(self) -> bool {
        self != Self::Unicode
    }

    /// Puts a line of text into the characters that can be shown; colours stay.
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
        let seen: Vec<usize> = (0..cells.len()).filter(|&i| !cells[i].starts_with('\x1b')).collect();
        for (place, &cell) in seen.iter().enumerate() {
            if cells[cell] == ELLIPSIS {
                let letter = |place: usize| seen.get(place).is_some_and(|&i| is_letter(&cells[i]));
                let side = dotted(place, letter).into_iter().flatten().flatten();
                for i in side.chain([place]).map(|place| seen[place]) {
                    cells[i] = ".".into();
                }
            }
        }
        cells.concat().into()
    }

    /// Puts a finished frame into the characters that can be shown.
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

/// Writes three dots over an ellipsis and what is next to it.
fn dots(buffer: &mut Buffer, x: u16, y: u16) {
    let column = |x: usize| u16::try_from(x).ok().filter(|&x| x < buffer.area.right());
    let letter = |x: usize| column(x).is_some_and(|x| is_letter(buffer[(x, y)].symbol()));
    let side: Vec<u16> = dotted(x.into(), letter).into_iter().flatten().flatten().filter_map(column).collect();
    for x in side.into_iter().chain([x]) {
        buffer[(x, y)].set_symbol(".");
    }
}

/// The two places beside an ellipsis that become dots as well: those on the side from which nothing was cut off.
fn dotted(place: usize, is_letter: impl Fn(usize) -> bool) -> Option<[Option<usize>; 2]> {
    let left = [place.checked_sub(1), place.checked_sub(2)];
    let right = [place.checked_add(1), place.checked_add(2)];
    [left, right].into_iter().find(|side| side.iter().all(|place| place.is_some_and(&is_letter)))
}

fn is_letter(symbol: &str) -> bool {
    symbol.len() == 1 && !matches!(symbol, " " | "\n")
}

/// The characters of a line, and the sequences that colour it.
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
            for line in code.lines().filter(|line| !is_test && !line.trim_start().starts_with("//")) {
                for sign in line.chars().filter(|c| !c.is_ascii() && *c != '…') {
                    assert!(ascii(&sign.to_string()).is_some(), "{sign} in {}: {line}", path.display());
                }
            }
        }
    }
}
