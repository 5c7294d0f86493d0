//! The signs that the screen draws with, and how they look where there is only ASCII.
//!
//! Everything is drawn with the signs of Unicode. Where those cannot be shown,
//! the finished frame is put into ASCII cell by cell: no view can forget it,
//! and nothing moves.

use ratatui::buffer::Buffer;

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

/// Writes three dots over an ellipsis and what is next to it, on the side from which nothing was cut off.
fn dots(buffer: &mut Buffer, x: u16, y: u16) {
    let letter = |buffer: &Buffer, x: Option<u16>| {
        let symbol = x.filter(|&x| x < buffer.area.right()).map(|x| buffer[(x, y)].symbol());
        symbol.is_some_and(|symbol| symbol.len() == 1 && symbol != " ")
    };
    buffer[(x, y)].set_symbol(".");
    let left = [x.checked_sub(1), x.checked_sub(2)];
    let right = [x.checked_add(1), x.checked_add(2)];
    let side = [left, right].into_iter().find(|side| side.iter().all(|&x| letter(buffer, x)));
    for x in side.into_iter().flatten().flatten() {
        buffer[(x, y)].set_symbol(".");
    }
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
