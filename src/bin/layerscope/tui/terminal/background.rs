//! Detects the terminal's colours, and whether its background is dark or light.

use crate::tui::widgets::theme::{Background, Depth, Theme};

/// The environment variables about the terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    pub term: Option<String>,
    pub colorterm: Option<String>,
    pub colorfgbg: Option<String>,
}

impl Environment {
    pub fn read() -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        Self {
            term: variable("TERM"),
            colorterm: variable("COLORTERM"),
            colorfgbg: variable("COLORFGBG"),
        }
    }

    /// Returns whether the terminal can only print.
    pub fn is_dumb(&self) -> bool {
        self.term.as_deref() == Some("dumb")
    }

    /// Reduces a theme to the available colours.
    pub fn adapted(&self, theme: Theme) -> Theme {
        theme.reduced(self.depth())
    }

    /// Returns the theme that suits the terminal, which is only asked for its background if its
    /// answer matters.
    pub fn suitable(&self, ask: impl FnOnce() -> Option<Background>) -> Theme {
        if self.depth() != Depth::True {
            return Theme::colours();
        }
        let answer = if self.answers() { ask() } else { None };
        let background = answer.or_else(|| self.background());
        background.map_or_else(Theme::colours, Theme::for_background)
    }

    /// Returns whether the terminal may be asked: GNU screen passes questions on to several
    /// terminals, and others print them.
    fn answers(&self) -> bool {
        self.term.as_deref().is_some_and(|term| {
            !matches!(term, "dumb" | "screen" | "Eterm") && !term.starts_with("screen.")
        })
    }

    fn depth(&self) -> Depth {
        Depth::promised(self.colorterm.as_deref(), self.term.as_deref())
    }

    /// Returns the background in `COLORFGBG`: its last number, one of the 16 colours.
    fn background(&self) -> Option<Background> {
        let number: u8 = self.colorfgbg.as_deref()?.rsplit(';').next()?.parse().ok()?;
        match number {
            7 | 9..=15 => Some(Background::Light),
            0..=6 | 8 => Some(Background::Dark),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(colorterm: Option<&str>, colorfgbg: Option<&str>) -> Environment {
        let own = |text: Option<&str>| text.map(str::to_owned);
        Environment {
            term: Some("xterm-256color".into()),
            colorterm: own(colorterm),
            colorfgbg: own(colorfgbg),
        }
    }

    #[test]
    fn the_terminal_is_asked_only_if_it_has_true_colour() {
        let never = || panic!("asked");
        assert_eq!(environment(None, Some("0;15")).suitable(never), Theme::colours());
        let screen = Environment {
            term: Some("screen.xterm".into()),
            ..environment(Some("truecolor"), Some("0;15"))
        };
        let light = Theme::for_background(Background::Light);
        assert_eq!(screen.suitable(never), light, "its answer may be another terminal's");
        for background in [Background::Dark, Background::Light] {
            let theme = environment(Some("truecolor"), Some("0;15")).suitable(|| Some(background));
            assert_eq!(theme, Theme::for_background(background));
        }
    }

    #[test]
    fn without_an_answer_the_environment_speaks_and_then_the_terminal_s_own_palette() {
        for (variable, theme) in [
            (Some("0;15"), Theme::for_background(Background::Light)),
            (Some("15;default;0"), Theme::for_background(Background::Dark)),
            (Some("15;default"), Theme::colours()),
            (None, Theme::colours()),
        ] {
            assert_eq!(environment(Some("24bit"), variable).suitable(|| None), theme);
        }
    }
}
