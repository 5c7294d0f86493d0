//! The number of colours of a terminal, and the nearest available colour.

use ratatui::style::Color;

/// The number of colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    Sixteen,
    /// 256 colours: the 16, a 6 × 6 × 6 cube and 24 greys.
    Indexed,
    True,
}

/// The 16 colours as most terminals have them.
const SIXTEEN: [(Color, [u8; 3]); 16] = [
    (Color::Black, [0, 0, 0]),
    (Color::Red, [205, 0, 0]),
    (Color::Green, [0, 205, 0]),
    (Color::Yellow, [205, 205, 0]),
    (Color::Blue, [0, 0, 238]),
    (Color::Magenta, [205, 0, 205]),
    (Color::Cyan, [0, 205, 205]),
    (Color::Gray, [229, 229, 229]),
    (Color::DarkGray, [127, 127, 127]),
    (Color::LightRed, [255, 0, 0]),
    (Color::LightGreen, [0, 255, 0]),
    (Color::LightYellow, [255, 255, 0]),
    (Color::LightBlue, [92, 92, 255]),
    (Color::LightMagenta, [255, 0, 255]),
    (Color::LightCyan, [0, 255, 255]),
    (Color::White, [255, 255, 255]),
];

/// The largest difference between components of a colour that counts as pale, without a clear hue.
const PALE: u8 = 48;

/// The steps of the cube.
const STEPS: [u8; 6] = [0, 95, 135, 175, 215, 255];

impl Depth {
    /// Returns the colours that `COLORTERM` and `TERM` promise.
    pub fn promised(colorterm: Option<&str>, term: Option<&str>) -> Self {
        match (colorterm, term) {
            (Some("truecolor" | "24bit"), _) => Self::True,
            (_, Some(term)) if term.contains("256color") => Self::Indexed,
            _ => Self::Sixteen,
        }
    }

    /// Returns the nearest available colour.
    pub fn nearest(self, colour: Color) -> Color {
        match (self, colour) {
            (Self::Indexed, Color::Rgb(red, green, blue)) => {
                Color::Indexed(indexed([red, green, blue]))
            }
            (Self::Sixteen, Color::Rgb(red, green, blue)) => sixteen([red, green, blue]),
            (Self::Sixteen, Color::Indexed(index)) => match SIXTEEN.get(usize::from(index)) {
                Some(&(colour, _)) => colour,
                None => sixteen(of_index(index)),
            },
            (_, colour) => colour,
        }
    }
}

fn distance(one: [u8; 3], other: [u8; 3]) -> u32 {
    one.iter().zip(other).map(|(&a, b)| u32::from(a.abs_diff(b)).pow(2)).sum()
}

/// Returns the nearest of the 16 colours: by hue or, for pale colours, by brightness, because they
/// are nearer to grey than to any hue.
fn sixteen(colour: [u8; 3]) -> Color {
    let (least, most) =
        (colour.into_iter().min().unwrap_or(0), colour.into_iter().max().unwrap_or(0));
    let range = most - least;
    let (candidates, colour) = if range > PALE {
        let full = |part: u8| {
            u8::try_from(u16::from(part - least) * 205 / u16::from(range)).unwrap_or(205)
        };
        (&SIXTEEN[1..7], colour.map(full))
    } else {
        (&SIXTEEN[..], [most; 3])
    };
    let nearest = candidates.iter().min_by_key(|(_, known)| distance(*known, colour));
    nearest.map_or(Color::Reset, |&(colour, _)| colour)
}

fn indexed(colour: [u8; 3]) -> u8 {
    (16..=255).min_by_key(|&index| distance(of_index(index), colour)).unwrap_or(7)
}

/// Returns the RGB value of a colour of the cube, or of a grey.
fn of_index(index: u8) -> [u8; 3] {
    match index {
        ..16 => SIXTEEN[usize::from(index)].1,
        16..232 => {
            let cube = usize::from(index - 16);
            [STEPS[cube / 36], STEPS[cube / 6 % 6], STEPS[cube % 6]]
        }
        232.. => [8 + 10 * (index - 232); 3],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_says_how_many_colours_there_are() {
        assert_eq!(Depth::promised(Some("truecolor"), Some("xterm")), Depth::True);
        assert_eq!(Depth::promised(Some("1"), Some("xterm-256color")), Depth::Indexed);
        assert_eq!(Depth::promised(None, Some("vt100")), Depth::Sixteen);
    }

    #[test]
    fn a_colour_becomes_the_nearest_that_there_is() {
        let red = Color::Rgb(255, 10, 0);
        assert_eq!(Depth::True.nearest(red), red);
        assert_eq!(Depth::Indexed.nearest(red), Color::Indexed(196));
        assert_eq!(Depth::Sixteen.nearest(red), Color::Red);
        assert_eq!(Depth::Sixteen.nearest(Color::Rgb(0x8a, 0x91, 0x9e)), Color::DarkGray);
        assert_eq!(Depth::Sixteen.nearest(Color::Indexed(244)), Color::DarkGray);
        assert_eq!(Depth::Sixteen.nearest(Color::Indexed(2)), Color::Green);
        assert_eq!(Depth::Sixteen.nearest(Color::Cyan), Color::Cyan);
    }
}
