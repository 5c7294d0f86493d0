//! The configuration: settings in a file, which the command line can override.

mod accept;
mod place;
mod read;
mod setting;
mod write;

use std::path::{Path, PathBuf};

use layerscope::Gap;
use layerscope::display::{Escaped, Units};
use layerscope::origin::Provider;

use crate::tui::Signs;
use crate::tui::keys::{Action, Chord, Keymap};
use crate::tui::widgets::theme::{BUILT_IN, Theme};
use crate::view::View;
use layerscope::toml_file::Problem;

pub use accept::Accept;
pub use place::Place;
use setting::NoSuchTheme;
pub use write::write;

/// The settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    pub units: Units,
    /// The view that is shown first.
    pub view: View,
    pub theme: ThemeChoice,
    pub ascii: Ascii,
    pub mouse: bool,
    /// True if parts of the screen may move on their own.
    pub motion: bool,
    pub keys: Keys,
    /// Keys that differ from these, by action.
    pub keymap: Vec<(Action, Vec<Chord>)>,
    /// The pager for long texts; by default `PAGER`, or less or more.
    pub pager: Option<String>,
    /// The reasons for an incomplete image that do not lead to exit code 2.
    pub accept: Vec<Accept>,
    /// The places where an image is looked for by its name; empty for all.
    pub sources: Vec<Provider>,
    /// The most bytes that are kept of what was read of registries' images.
    pub cache: u64,
    /// True to search images for secrets.
    pub secrets: bool,
}

/// The choice of colours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ThemeChoice {
    /// Colours that suit the terminal.
    Auto,
    BuiltIn(&'static str),
    File(PathBuf),
}

/// The choice between ASCII and Unicode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ascii {
    /// ASCII if the locale has nothing else.
    Auto,
    Always,
    Never,
}

/// The default keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keys {
    Usual,
    Dive,
}

impl Keys {
    pub fn word(self) -> &'static str {
        match self {
            Self::Usual => "usual",
            Self::Dive => "dive",
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            units: Units::Iec,
            view: View::Explore,
            theme: ThemeChoice::Auto,
            ascii: Ascii::Auto,
            mouse: true,
            motion: true,
            keys: Keys::Usual,
            keymap: Vec::new(),
            pager: None,
            accept: Vec::new(),
            sources: Vec::new(),
            cache: layerscope::origin::USUAL_LIMIT,
            secrets: true,
        }
    }
}

/// The reason why the configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The file, escaped for display, cannot be read.
    #[error("cannot read {0}: {1}")]
    Unreadable(Escaped, std::io::Error),
    /// The file contains something that is not understood.
    #[error("{0} {1}")]
    File(Escaped, Problem),
    /// The command line contains something that is not understood.
    #[error("{0}")]
    Option(String),
}

impl Error {
    /// Returns a suggestion, if there is one.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::File(..) => {
                Some("all settings with their values: layerscope config --no-config".into())
            }
            Self::Unreadable(..) => None,
            Self::Option(_) => Some("see layerscope --help".into()),
        }
    }
}

impl Config {
    /// Reads the file at a place. Unless the file was given by the user, it may be missing.
    pub fn load(place: &Place) -> Result<Self, Error> {
        match place.read()? {
            Some((path, text)) => read::read(&text, place.directory().as_deref())
                .map_err(|problem| Error::File(shown(&path), problem)),
            None => Ok(Self::default()),
        }
    }

    /// Returns the accepted reasons for an incomplete image.
    pub fn accepted(&self) -> Vec<Gap> {
        self.accept.iter().map(|accept| accept.gap()).collect()
    }

    /// Returns the effective keys.
    pub fn keymap(&self) -> Keymap {
        let mut keymap = match self.keys {
            Keys::Usual => Keymap::usual(),
            Keys::Dive => Keymap::dive(),
        };
        for (action, chords) in &self.keymap {
            keymap.bind(*action, chords.clone());
        }
        keymap.with_names_in_ascii(self.signs().is_ascii())
    }

    /// Returns the characters to draw with.
    pub fn signs(&self) -> Signs {
        match self.ascii {
            Ascii::Always => Signs::Ascii,
            Ascii::Auto if !cfg!(windows) && !is_unicode(|name| std::env::var(name).ok()) => {
                Signs::AsciiOnly
            }
            Ascii::Auto | Ascii::Never => Signs::Unicode,
        }
    }
}

impl ThemeChoice {
    /// Returns a theme by name: a file in `themes` in the directory of the configuration, a
    /// built-in theme, or the path of a file, relative to `base`.
    pub fn named(name: &str, directory: Option<&Path>, base: &Path) -> Result<Self, NoSuchTheme> {
        if name == "auto" {
            return Ok(Self::Auto);
        }
        let is_path = name.contains(std::path::is_separator)
            || Path::new(name).extension().is_some_and(|e| e == "toml");
        if is_path {
            return Ok(Self::File(base.join(name)));
        }
        let own = directory.map(|directory| directory.join("themes").join(format!("{name}.toml")));
        if let Some(own) = own.filter(|path| path.is_file()) {
            return Ok(Self::File(own));
        }
        let built_in = BUILT_IN.iter().find(|(built_in, _)| *built_in == name);
        built_in.map(|&(name, _)| Self::BuiltIn(name)).ok_or_else(|| {
            let names = BUILT_IN.iter().map(|&(name, _)| name).chain(["auto"]);
            let all = names.clone().collect::<Vec<_>>().join(", ");
            NoSuchTheme { name: layerscope::toml_file::unknown("theme", name, names), all }
        })
    }

    /// Returns the colours, unless they depend on the terminal.
    pub fn theme(&self) -> Result<Option<Theme>, Error> {
        match self {
            Self::Auto => Ok(None),
            Self::BuiltIn(name) => Ok(Theme::built_in(name)),
            Self::File(path) => {
                let text = crate::host_text::contents(path)
                    .map_err(|error| Error::Unreadable(shown(path), error))?;
                Theme::read(&text).map(Some).map_err(|problem| Error::File(shown(path), problem))
            }
        }
    }
}

/// Returns whether the locale is Unicode. Without a locale, Unicode is assumed, as in today's
/// terminals.
fn is_unicode(variable: impl Fn(&str) -> Option<String>) -> bool {
    let set = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(variable)
        .find(|value| !value.is_empty());
    set.is_none_or(|locale| {
        let locale = locale.to_ascii_lowercase();
        locale.contains("utf-8") || locale.contains("utf8")
    })
}

fn shown(path: &Path) -> Escaped {
    layerscope::display::escaped(path.as_os_str().as_encoded_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_says_what_the_locale_is() {
        let unicode = |set: &[(&str, &str)]| {
            is_unicode(|name| {
                set.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
            })
        };
        assert!(
            unicode(&[])
                && unicode(&[("LANG", "de_DE.UTF-8")])
                && unicode(&[("LC_CTYPE", "UTF-8"), ("LANG", "C")])
        );
        assert!(unicode(&[("LC_ALL", ""), ("LANG", "en_US.utf8")]));
        assert!(
            !unicode(&[("LC_ALL", "C"), ("LANG", "de_DE.UTF-8")]) && !unicode(&[("LANG", "POSIX")])
        );
    }

    #[test]
    fn a_theme_is_found_by_name_beside_the_configuration_or_by_path() {
        let directory = tempfile::tempdir().unwrap();
        let themes = directory.path().join("themes");
        std::fs::create_dir(&themes).unwrap();
        std::fs::write(themes.join("mine.toml"), "wasted = \"magenta\"").unwrap();
        let named = |name: &str| ThemeChoice::named(name, Some(directory.path()), directory.path());
        assert_eq!(named("mine"), Ok(ThemeChoice::File(themes.join("mine.toml"))));
        assert_eq!(named("themes/mine.toml"), Ok(ThemeChoice::File(themes.join("mine.toml"))));
        assert_eq!(named("light"), Ok(ThemeChoice::BuiltIn("light")));
        assert!(
            named("drak").unwrap_err().to_string().starts_with("no such theme; did you mean dark?")
        );
        assert!(named("mine").unwrap().theme().unwrap().is_some());
        let missing = named("nowhere.toml").unwrap().theme().unwrap_err().to_string();
        assert!(missing.starts_with("cannot read "), "{missing}");
    }
}
