//! Detects the terminal's colours, and whether its background is dark or light.

use std::time::Duration;

use crossterm::event;
use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use terminal_colorsaurus::{Error, QueryOptions, ThemeMode, theme_mode};

use crate::tui::widgets::theme::{Background, Depth, Theme};

/// The time limit for the terminal's answer; terminals answer within a few milliseconds.
const PATIENCE: Duration = Duration::from_millis(100);

/// The environment variables about the terminal.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    pub term: Option<String>,
    pub colorterm: Option<String>,
    pub colorfgbg: Option<String>,
}

/// The terminal's answer about its background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Is(Background),
    /// No answer, and none will follow.
    Nothing,
    /// No answer yet; a late one would be taken for keys.
    Late,
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

    /// Returns the theme that suits the terminal, which is only asked if its answer matters.
    pub fn suitable(&self, ask: impl FnOnce() -> Answer) -> (Theme, Answer) {
        if self.depth() != Depth::True {
            return (Theme::colours(), Answer::Nothing);
        }
        let answer = ask();
        let background = match answer {
            Answer::Is(background) => Some(background),
            Answer::Nothing | Answer::Late => self.background(),
        };
        (background.map_or_else(Theme::colours, Theme::for_background), answer)
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

impl Answer {
    /// Asks the terminal. This has to happen before anything else reads from it.
    pub fn ask() -> Self {
        // An answer is recognised by its start only, so keys that were typed earlier have to be
        // read first.
        if something_was_typed() {
            return Self::Nothing;
        }
        let mut options = QueryOptions::default();
        options.timeout = PATIENCE;
        match theme_mode(options) {
            Ok(ThemeMode::Dark) => Self::Is(Background::Dark),
            Ok(ThemeMode::Light) => Self::Is(Background::Light),
            Err(Error::Timeout(_)) => Self::Late,
            Err(_) => Self::Nothing,
        }
    }
}

/// Returns whether there are unread keys, without reading them.
fn something_was_typed() -> bool {
    if enable_raw_mode().is_err() {
        return true;
    }
    let typed = event::poll(Duration::ZERO);
    let _ = disable_raw_mode();
    typed.unwrap_or(true)
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
        assert_eq!(
            environment(None, Some("0;15")).suitable(never),
            (Theme::colours(), Answer::Nothing)
        );
        for background in [Background::Dark, Background::Light] {
            let (theme, _) =
                environment(Some("truecolor"), Some("0;15")).suitable(|| Answer::Is(background));
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
            for answer in [Answer::Nothing, Answer::Late] {
                assert_eq!(
                    environment(Some("24bit"), variable).suitable(|| answer),
                    (theme, answer)
                );
            }
        }
    }
}
