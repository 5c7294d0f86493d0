//! Parses theme files: TOML with a style for each role, such as `wasted = "#f0646b bold"`.

use ratatui::style::{Color, Modifier, Style};
use toml::de::{DeTable, DeValue};

use super::{BUILT_IN, Background, Theme};
use layerscope::toml_file::{self, Problem, UnknownName, ValueError};

/// The reason why a style of a theme is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
enum StyleError {
    #[error(transparent)]
    Value(#[from] ValueError),
    #[error(transparent)]
    Name(#[from] UnknownName),
    #[error("{0:?} is neither dark nor light")]
    Background(String),
    #[error("a colour has to follow \"on\"")]
    NoColour,
    #[error(
        "{0:?} is neither a colour (#rrggbb, 0 to 255, red, bright-red, default) nor one of \
         bold, dim, italic, underlined, reversed, crossed-out"
    )]
    Colour(String),
}

impl Theme {
    /// Parses a theme file. Missing roles come from its `base`, or from the 16 colours.
    pub fn read(text: &str) -> Result<Self, Problem> {
        let table =
            DeTable::parse(text).map_err(|error| Problem::of_syntax(text, &error))?.into_inner();
        let mut theme = match table.get("base") {
            None => Self::BARE,
            Some(base) => Self::base(base.get_ref())
                .map_err(|what| Problem::at(text, base.span().start, "base", what))?,
        };
        if !table.contains_key("base") && Self::ROLES.iter().any(|role| !table.contains_key(*role))
        {
            theme = Self::colours();
        }
        for (key, value) in toml_file::in_order(&table) {
            let name = key.get_ref().as_ref();
            theme
                .set(name, value.get_ref())
                .map_err(|what| Problem::at(text, key.span().start, name, what))?;
        }
        Ok(theme)
    }

    fn base(value: &DeValue<'_>) -> Result<Self, StyleError> {
        let names = BUILT_IN.iter().map(|&(name, _)| name);
        let name = toml_file::string(value)?;
        Ok(Self::built_in(name).ok_or_else(|| toml_file::unknown("theme", name, names))?)
    }

    fn set(&mut self, name: &str, value: &DeValue<'_>) -> Result<(), StyleError> {
        match name {
            "base" => {}
            "background" => self.background = Some(background(toml_file::string(value)?)?),
            name => {
                let keys = Self::ROLES.iter().copied().chain(["background", "base"]);
                let role = self.role(name).ok_or_else(|| toml_file::unknown("role", name, keys))?;
                *role = style(toml_file::string(value)?)?;
            }
        }
        Ok(())
    }
}

fn background(text: &str) -> Result<Background, StyleError> {
    match text {
        "dark" => Ok(Background::Dark),
        "light" => Ok(Background::Light),
        other => Err(StyleError::Background(other.into())),
    }
}

/// Parses `green bold`, `#f0646b on 236 underlined`.
fn style(text: &str) -> Result<Style, StyleError> {
    let mut style = Style::new();
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let modifier = match word {
            "bold" => Modifier::BOLD,
            "dim" => Modifier::DIM,
            "italic" => Modifier::ITALIC,
            "underlined" => Modifier::UNDERLINED,
            "reversed" => Modifier::REVERSED,
            "crossed-out" => Modifier::CROSSED_OUT,
            "on" => {
                let word = words.next().ok_or(StyleError::NoColour)?;
                style = style.bg(colour(word)?);
                continue;
            }
            word => {
                style = style.fg(colour(word)?);
                continue;
            }
        };
        style = style.add_modifier(modifier);
    }
    Ok(style)
}

fn colour(word: &str) -> Result<Color, StyleError> {
    let known = match word {
        "default" => Some(Color::Reset),
        word => word.parse().ok(),
    };
    known.ok_or_else(|| StyleError::Colour(word.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_style_is_a_colour_a_background_and_modifiers() {
        let expected = Style::new()
            .fg(Color::Rgb(1, 2, 3))
            .bg(Color::Indexed(236))
            .add_modifier(Modifier::BOLD);
        assert_eq!(style("#010203 on 236 bold"), Ok(expected));
        assert_eq!(style("bright-black"), Ok(Style::new().fg(Color::DarkGray)));
        assert_eq!(style(""), Ok(Style::new()));
    }

    #[test]
    fn what_a_theme_does_not_say_is_its_base_s() {
        let theme = Theme::read("base = \"plain\"\nwasted = \"magenta\"").unwrap();
        assert_eq!(theme.wasted, Style::new().fg(Color::Magenta));
        assert_eq!(theme.visible, Theme::plain().visible);
        assert_eq!(Theme::read("dim = \"blue\"").unwrap().visible, Theme::colours().visible);
    }

    #[test]
    fn an_error_names_line_and_role() {
        for (text, message) in [
            (
                "visible = \"green\"\nwatsed = \"red\"",
                "line 2: watsed: no such role; did you mean wasted?",
            ),
            ("wasted = \"rde\"", "line 1: wasted: \"rde\" is neither a colour"),
            ("wasted = 7", "line 1: wasted: expected a string, found an integer"),
            ("wasted = \"on\"", "line 1: wasted: a colour has to follow \"on\""),
            ("\nbase = \"drak\"", "line 2: base: no such theme; did you mean dark?"),
            ("background = \"blue\"", "line 1: background: \"blue\" is neither dark nor light"),
            ("wasted = \"red", "line 1: "),
        ] {
            let problem = Theme::read(text).unwrap_err().to_string();
            assert!(problem.starts_with(message), "{problem}");
        }
    }
}
