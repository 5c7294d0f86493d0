//! Colours by role. Every colour is accompanied by a mark or a character with the same meaning.

mod depth;
mod read;

use ratatui::style::{Color, Style};

use super::signs::Signs;

pub use depth::Depth;

/// The brightness of the terminal's background.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    Dark,
    Light,
}

macro_rules! roles {
    ($($(#[doc = $doc:literal])* $role:ident,)*) => {
        /// The styles of the roles.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Theme {
            $($(#[doc = $doc])* pub $role: Style,)*
            /// The background that the colours are made for; `None` for any.
            pub background: Option<Background>,
            /// The available characters.
            pub signs: Signs,
            /// True if bars are hatched although there are colours, as in print.
            pub hatched: bool,
        }

        impl Theme {
            /// The names of the roles in theme files.
            const ROLES: &[&str] = &[$(stringify!($role),)*];

            /// A theme without any style.
            pub const BARE: Self = Self { $($role: Style::new(),)* background: None, signs: Signs::Unicode, hatched: false };

            fn role(&mut self, name: &str) -> Option<&mut Style> {
                match name {
                    $(stringify!($role) => Some(&mut self.$role),)*
                    _ => None,
                }
            }

            fn styles(&mut self) -> impl Iterator<Item = &mut Style> {
                [$(&mut self.$role,)*].into_iter()
            }
        }
    };
}

roles! {
    visible,
    wasted,
    added,
    modified,
    removed,
    dim,
    strong,
    /// The selected row of the pane with the focus.
    selected,
    /// The selected row of another pane.
    elsewhere,
    border,
    focused,
}

/// The built-in themes.
pub const BUILT_IN: &[(&str, &str)] = &[
    ("dark", include_str!("../../../../../../assets/themes/dark.toml")),
    ("light", include_str!("../../../../../../assets/themes/light.toml")),
    ("16", include_str!("../../../../../../assets/themes/16.toml")),
    ("plain", include_str!("../../../../../../assets/themes/plain.toml")),
    ("blue-orange", include_str!("../../../../../../assets/themes/blue-orange.toml")),
];

impl Theme {
    /// Returns the theme of the terminal's own 16 colours.
    pub fn colours() -> Self {
        Self::expected("16")
    }

    /// Returns the theme without colours, for `NO_COLOR`.
    pub fn plain() -> Self {
        Self::expected("plain")
    }

    /// Returns the true-colour theme for a background.
    pub fn for_background(background: Background) -> Self {
        Self::expected(match background {
            Background::Dark => "dark",
            Background::Light => "light",
        })
    }

    /// Returns the built-in theme of a name.
    pub fn built_in(name: &str) -> Option<Self> {
        let (_, text) = BUILT_IN.iter().find(|(built_in, _)| *built_in == name)?;
        Some(Self::read(text).expect("a theme of the program, which a test reads"))
    }

    fn expected(name: &str) -> Self {
        Self::built_in(name).expect("a name of the table")
    }

    /// Returns the theme reduced to fewer colours.
    pub fn reduced(mut self, depth: Depth) -> Self {
        for style in self.styles() {
            style.fg = style.fg.map(|colour| depth.nearest(colour));
            style.bg = style.bg.map(|colour| depth.nearest(colour));
        }
        if depth == Depth::Sixteen && self.selected.bg.is_some() {
            // No shade of the background is left for the selected row.
            let Self { selected, elsewhere, .. } = Self::colours();
            (self.selected, self.elsewhere) = (selected, elsewhere);
        }
        self
    }

    /// Returns the theme with hatched bars, which are told apart in print and in plain text, too.
    pub fn hatched(self) -> Self {
        Self { hatched: true, ..self }
    }

    /// Returns whether colours alone tell visible from wasted bytes.
    pub fn has_two_tones(&self) -> bool {
        let colours = [self.visible.fg, self.wasted.fg];
        !self.hatched
            && !self.signs.is_ascii()
            && colours.iter().all(Option::is_some)
            && colours[0] != colours[1]
    }

    /// Returns a style in the muted tone that fills large areas; none if the theme has no true
    /// colours, or the background is unknown.
    pub fn muted(&self, style: Style) -> Option<Style> {
        let paper = match self.background? {
            Background::Dark => [0x14, 0x17, 0x1c],
            Background::Light => [0xfa, 0xf9, 0xf5],
        };
        let Some(Color::Rgb(red, green, blue)) = style.fg.filter(|_| self.has_two_tones()) else {
            return None;
        };
        let mix = |part: u8, paper: u8| {
            u8::try_from((2 * u16::from(part) + 3 * u16::from(paper)) / 5).unwrap_or(part)
        };
        let tone = Color::Rgb(mix(red, paper[0]), mix(green, paper[1]), mix(blue, paper[2]));
        Some(style.fg(tone))
    }

    /// Returns the theme with other characters.
    pub fn with(self, signs: Signs) -> Self {
        Self { signs, ..self }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Modifier;

    use super::*;

    #[test]
    fn every_built_in_theme_is_readable_and_gives_every_role() {
        for (name, text) in BUILT_IN {
            assert!(Theme::built_in(name).is_some());
            for role in Theme::ROLES {
                assert!(
                    text.lines().any(|line| line.starts_with(&format!("{role} = "))),
                    "{role} in {name}"
                );
            }
        }
        assert_eq!(Theme::for_background(Background::Light).background, Some(Background::Light));
    }

    #[test]
    fn without_colours_the_selection_and_the_dead_still_look_different() {
        let mut plain = Theme::plain();
        assert!(plain.styles().all(|style| style.fg.is_none() && style.bg.is_none()));
        assert_ne!(plain.wasted, plain.visible);
        assert!(plain.selected.add_modifier.contains(Modifier::REVERSED));
    }

    #[test]
    fn large_areas_are_muted_where_there_are_true_colours_and_a_known_background() {
        let bright = |style: Style| match style.fg {
            Some(Color::Rgb(red, green, blue)) => [red, green, blue].map(u32::from).iter().sum(),
            _ => 0,
        };
        let [dark, light] = [Background::Dark, Background::Light].map(Theme::for_background);
        for style in [dark.visible, dark.wasted] {
            assert!(dark.muted(style).is_some_and(|muted| bright(muted) < bright(style)));
        }
        for style in [light.visible, light.wasted] {
            assert!(light.muted(style).is_some_and(|muted| bright(muted) > bright(style)));
        }
        assert_ne!(dark.muted(dark.visible), dark.muted(dark.wasted));
        for theme in [Theme::colours(), Theme::plain(), dark.with(Signs::Ascii), dark.hatched()] {
            assert_eq!(theme.muted(theme.visible), None);
        }
    }

    /// Returns the contrast of two colours, as WCAG 2.2 defines it: from 1 to 21.
    fn contrast(one: Color, other: Color) -> f64 {
        let luminance = |colour: Color| {
            let Color::Rgb(red, green, blue) = colour else { panic!("{colour} is no true colour") };
            let linear = |part: u8| match f64::from(part) / 255.0 {
                part if part <= 0.04045 => part / 12.92,
                part => ((part + 0.055) / 1.055).powf(2.4),
            };
            0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
        };
        let (one, other) = (luminance(one) + 0.05, luminance(other) + 0.05);
        (one / other).max(other / one)
    }

    #[test]
    fn every_text_can_be_read_on_every_background_of_its_theme() {
        let grey = |shade| Color::Rgb(shade, shade, shade);
        let black = [grey(0), grey(0x1e), Color::Rgb(0x14, 0x17, 0x1c)];
        let white = [grey(0xff), Color::Rgb(0xfa, 0xf9, 0xf5), Color::Rgb(0xfd, 0xf6, 0xe3)];
        for (background, papers) in [(Background::Dark, black), (Background::Light, white)] {
            let theme = Theme::for_background(background);
            let rows = [theme.selected, theme.elsewhere].map(|style| style.bg.expect("a colour"));
            let Theme { visible, wasted, added, modified, removed, dim, focused, .. } = theme;
            for text in [visible, wasted, added, modified, removed, dim, focused] {
                let text = text.fg.expect("a colour");
                for paper in papers.into_iter().chain(rows) {
                    let found = contrast(text, paper);
                    assert!(found >= 4.5, "{text} on {paper} in {background:?}: {found:.2}");
                }
            }
            let frame = theme.border.fg.expect("a colour");
            assert!(papers.iter().all(|&paper| contrast(frame, paper) >= 3.0), "{background:?}");
        }
    }

    #[test]
    fn on_16_colours_the_dark_theme_keeps_its_hues() {
        let theme = Theme::for_background(Background::Dark).reduced(Depth::Sixteen);
        let sixteen = Theme::colours();
        assert_eq!(
            (theme.wasted, theme.visible, theme.modified),
            (sixteen.wasted, sixteen.visible, sixteen.modified)
        );
        assert_eq!(theme.focused, sixteen.focused);
    }
}
