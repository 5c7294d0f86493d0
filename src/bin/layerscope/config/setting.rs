//! The table of settings: name, description, and how a value is read and written.

use std::path::Path;

use layerscope::display::{Units, read_size};
use layerscope::origin::Provider;
use toml::de::DeValue;

use super::{Accept, Ascii, Config, Keys, ThemeChoice};
use crate::tui::keys::UnknownKey;
use crate::view::View;
use layerscope::toml_file::{UnknownName, ValueError, instead, string};

/// The reason why the value of a setting is refused.
#[derive(Debug, thiserror::Error)]
pub enum SettingError {
    #[error(transparent)]
    Value(#[from] ValueError),
    #[error("expected true, false or \"auto\"")]
    Ascii,
    #[error("{0:?} is not a size such as \"256 MiB\" or \"1.5 GiB\"")]
    Size(String),
    #[error(transparent)]
    Theme(#[from] NoSuchTheme),
    #[error(transparent)]
    Key(#[from] UnknownKey),
}

/// A theme that is neither built in nor a file of the user.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{name} (there are {all}, your own in themes/NAME.toml beside the configuration, and paths)"
)]
pub struct NoSuchTheme {
    pub name: UnknownName,
    /// The names of all built-in themes.
    pub all: String,
}

/// A setting that is not a key of the keyboard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Setting {
    Units,
    View,
    Theme,
    Ascii,
    Mouse,
    Motion,
    Keys,
    Pager,
    Accept,
    Sources,
    Cache,
    Secrets,
}

impl Setting {
    pub const ALL: [Self; 12] = [
        Self::Units,
        Self::View,
        Self::Theme,
        Self::Ascii,
        Self::Mouse,
        Self::Motion,
        Self::Keys,
        Self::Pager,
        Self::Accept,
        Self::Sources,
        Self::Cache,
        Self::Secrets,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Self::Units => "units",
            Self::View => "view",
            Self::Theme => "theme",
            Self::Ascii => "ascii",
            Self::Mouse => "mouse",
            Self::Motion => "motion",
            Self::Keys => "keys",
            Self::Pager => "pager",
            Self::Accept => "accept",
            Self::Sources => "sources",
            Self::Cache => "cache",
            Self::Secrets => "secrets",
        }
    }

    /// Returns the description, and the possible values.
    pub fn comment(self) -> &'static str {
        match self {
            Self::Units => {
                "Sizes in powers of 1024 (\"iec\": KiB, MiB) or of 1000 (\"si\": kB, MB)."
            }
            Self::View => {
                "The first view: \"explore\", \"waste\", \"timeline\", \"treemap\", \"image\", \"fix\",\n\
                 \"sizes\" or \"replay\"."
            }
            Self::Theme => {
                "The colours: \"auto\" (what suits the terminal), \"dark\", \"light\", \"16\" (the \
                    terminal's own palette),\n\
                 \"plain\" (none), \"blue-orange\" (for every kind of colour vision), the name of a file \
                 themes/NAME.toml\n\
                 beside this one, or the path of a file."
            }
            Self::Ascii => {
                "Draw with ASCII only: true, false or \"auto\" (where the locale is not UTF-8)."
            }
            Self::Mouse => "Take clicks and the wheel; false leaves the mouse to the terminal.",
            Self::Motion => {
                "Let the Replay move; false shows one layer after the other, and starts none by itself."
            }
            Self::Keys => {
                "The keys to start from: \"usual\", or \"dive\" for what dive's keys do in dive."
            }
            Self::Pager => {
                "The program that long texts are shown with; \"\" stands for $PAGER, or else \
                less or more."
            }
            Self::Accept => {
                "What may be missing of an image without being a reason for exit code 2: \"foreign\", \
                    \"encrypted\", \"absent\"."
            }
            Self::Sources => {
                "The places where an image is looked for by its name, in order: \"docker\", \"podman\", \
                    \"containerd\",\n\
                 \"registry\"; [] stands for all of them in this order."
            }
            Self::Cache => {
                "The room for what was read of registries' images, so that it is not downloaded again; \"0\" keeps nothing."
            }
            Self::Secrets => "Search images for secrets; false searches none.",
        }
    }

    /// Sets a value; relative paths start from `directory`.
    pub fn set(
        self,
        config: &mut Config,
        value: &DeValue<'_>,
        directory: Option<&Path>,
    ) -> Result<(), SettingError> {
        match self {
            Self::Units => config.units = one_of(value, &[("iec", Units::Iec), ("si", Units::Si)])?,
            Self::View => {
                config.view = match View::named(string(value)?) {
                    Some(view) => view,
                    None => one_of(value, &View::ALL.map(|view| (view.word(), view)))?,
                };
            }
            Self::Theme => {
                let base = directory.unwrap_or(Path::new(""));
                config.theme = ThemeChoice::named(string(value)?, directory, base)?;
            }
            Self::Ascii => {
                config.ascii = match value {
                    DeValue::Boolean(true) => Ascii::Always,
                    DeValue::Boolean(false) => Ascii::Never,
                    value if value.as_str() == Some("auto") => Ascii::Auto,
                    _ => return Err(SettingError::Ascii),
                }
            }
            Self::Mouse => {
                config.mouse = value.as_bool().ok_or_else(|| instead("true or false", value))?;
            }
            Self::Motion => {
                config.motion = value.as_bool().ok_or_else(|| instead("true or false", value))?;
            }
            Self::Keys => {
                config.keys =
                    one_of(value, &[Keys::Usual, Keys::Dive].map(|keys| (keys.word(), keys)))?;
            }
            Self::Pager => {
                config.pager =
                    Some(string(value)?.to_owned()).filter(|pager| !pager.trim().is_empty());
            }
            Self::Accept => {
                let kinds = value.as_array().ok_or_else(|| instead("a list", value))?;
                config.accept = kinds
                    .iter()
                    .map(|kind| one_of(kind.get_ref(), &ACCEPTABLE))
                    .collect::<Result<_, _>>()?;
            }
            Self::Sources => {
                let places = value.as_array().ok_or_else(|| instead("a list", value))?;
                let words = Provider::ALL.map(|provider| (provider.word(), provider));
                config.sources = places
                    .iter()
                    .map(|place| one_of(place.get_ref(), &words))
                    .collect::<Result<_, _>>()?;
            }
            Self::Cache => {
                let text = string(value)?;
                config.cache =
                    read_size(text).ok_or_else(|| SettingError::Size(text.to_owned()))?;
            }
            Self::Secrets => {
                config.secrets = value.as_bool().ok_or_else(|| instead("true or false", value))?;
            }
        }
        Ok(())
    }

    /// Returns the value as TOML.
    pub fn written(self, config: &Config) -> String {
        let quoted = |text: &str| toml::Value::from(text).to_string();
        match self {
            Self::Units => quoted(match config.units {
                Units::Iec => "iec",
                Units::Si => "si",
            }),
            Self::View => quoted(config.view.word()),
            Self::Theme => match &config.theme {
                ThemeChoice::Auto => quoted("auto"),
                ThemeChoice::BuiltIn(name) => quoted(name),
                ThemeChoice::File(path) => quoted(&path.to_string_lossy()),
            },
            Self::Ascii => match config.ascii {
                Ascii::Auto => quoted("auto"),
                Ascii::Always => "true".into(),
                Ascii::Never => "false".into(),
            },
            Self::Mouse => config.mouse.to_string(),
            Self::Motion => config.motion.to_string(),
            Self::Keys => quoted(config.keys.word()),
            Self::Pager => quoted(config.pager.as_deref().unwrap_or_default()),
            Self::Accept => {
                let kinds: Vec<_> =
                    config.accept.iter().map(|accept| quoted(accept.gap().word())).collect();
                format!("[{}]", kinds.join(", "))
            }
            Self::Sources => {
                let places: Vec<_> =
                    config.sources.iter().map(|provider| quoted(provider.word())).collect();
                format!("[{}]", places.join(", "))
            }
            Self::Cache => quoted(&Units::Iec.size(config.cache)),
            Self::Secrets => config.secrets.to_string(),
        }
    }
}

const ACCEPTABLE: [(&str, Accept); 3] =
    [("foreign", Accept::Foreign), ("encrypted", Accept::Encrypted), ("absent", Accept::Absent)];

fn one_of<T: Copy>(value: &DeValue<'_>, words: &[(&str, T)]) -> Result<T, ValueError> {
    let text = string(value)?;
    words.iter().find(|(word, _)| *word == text).map(|&(_, value)| value).ok_or_else(|| {
        let possible = words.iter().map(|&(word, _)| word.to_owned()).collect();
        ValueError::NoneOf { found: text.to_owned(), possible }
    })
}
