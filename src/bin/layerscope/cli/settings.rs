//! The settings of the program: the configuration, overridden by the command line.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use layerscope::Gap;
use layerscope::report::Units;
use layerscope::toml_file::{UnknownName, unknown};

use super::Failure;
use super::input::Input;
use super::name::Usual;
use super::stderr::say;
use crate::config::{self, Accept, Ascii, Config, Error, Keys, Place, ThemeChoice};
use crate::tui::widgets::theme::Theme;
use crate::tui::{Motion, Settings, Signs};
use crate::view::View;

/// Options of every command that shows sizes.
#[derive(Args, Default)]
pub struct Preferences {
    /// Show sizes in powers of 1000 (kB, MB), as docker does, instead of powers of 1024 (KiB, MiB)
    #[arg(long, conflicts_with = "iec")]
    si: bool,
    /// Show sizes in powers of 1024 (overrides the configuration)
    #[arg(long)]
    iec: bool,
    /// Read the configuration from this file
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    config: Option<PathBuf>,
    /// Ignore the configuration file
    #[arg(long)]
    no_config: bool,
    /// Accept that these parts could not be read: they are still reported, but do not cause exit
    /// code 2
    #[arg(long, value_enum, value_name = "KIND", value_delimiter = ',')]
    accept: Vec<Accept>,
}

#[derive(Args, Default)]
pub struct ScreenOptions {
    /// The first view: explore, waste, timeline, treemap, image, fix, sizes or replay
    #[arg(long, value_name = "VIEW", value_parser = view)]
    view: Option<View>,
    #[command(flatten)]
    look: LookOptions,
}

/// The characters of text and screens.
#[derive(Args, Default)]
pub struct AsciiOption {
    /// Use ASCII only
    #[arg(long)]
    ascii: bool,
}

/// Options for the look and the keys of every screen.
#[derive(Args, Default)]
pub struct LookOptions {
    /// Colours: auto, dark, light, 16, plain, blue-orange, your own theme, or a theme file
    #[arg(long, value_name = "THEME")]
    theme: Option<String>,
    #[command(flatten)]
    pub ascii: AsciiOption,
    /// Key bindings: usual, or dive (as in dive)
    #[arg(long, value_enum)]
    keys: Option<Keys>,
    /// Disable mouse support
    #[arg(long)]
    no_mouse: bool,
    /// Disable animation
    #[arg(long)]
    no_motion: bool,
}

#[derive(Args)]
pub struct ConfigArguments {
    /// Print only the path of the configuration file
    #[arg(long)]
    path: bool,
    #[command(flatten)]
    preferences: Preferences,
    #[command(flatten)]
    screen: ScreenOptions,
}

impl ValueEnum for Keys {
    fn value_variants<'a>() -> &'a [Self] {
        &[Self::Usual, Self::Dive]
    }

    fn to_possible_value(&self) -> Option<clap::builder::PossibleValue> {
        Some(clap::builder::PossibleValue::new(self.word()))
    }
}

/// A word that names no view.
#[derive(Debug, thiserror::Error)]
#[error("{near}; the views are {all}")]
struct UnknownView {
    near: UnknownName,
    all: String,
}

fn view(word: &str) -> Result<View, UnknownView> {
    View::named(word).ok_or_else(|| UnknownView {
        near: unknown("view", word, View::ALL.into_iter().map(View::word)),
        all: View::ALL.map(View::word).join(", "),
    })
}

impl Preferences {
    /// Returns the units of sizes.
    pub fn units(&self) -> Result<Units, Failure> {
        Ok(self.load()?.0.units)
    }

    /// Returns the units of sizes, and the characters of text.
    pub fn of_text(&self, ascii: &AsciiOption) -> Result<(Units, Signs), Failure> {
        let (mut config, _) = self.load()?;
        ascii.apply(&mut config);
        Ok((config.units, config.signs()))
    }

    /// Returns the reasons for an incomplete image that do not lead to exit code 2.
    pub fn accepted(&self) -> Result<Vec<Gap>, Failure> {
        Ok(self.load()?.0.accepted())
    }

    /// Returns whether images are searched for secrets.
    pub fn secrets(&self) -> Result<bool, Failure> {
        Ok(self.load()?.0.secrets)
    }

    /// Returns the configuration for names.
    pub fn usual(&self) -> Result<Usual, Failure> {
        let config = self.load()?.0;
        Ok(Usual { sources: config.sources, cache: config.cache })
    }

    /// Returns the directory of the configuration, if there is one.
    pub fn directory(&self) -> Option<PathBuf> {
        self.place().directory()
    }

    fn place(&self) -> Place {
        if self.no_config { Place::Nowhere } else { Place::find(self.config.as_deref()) }
    }

    /// Returns the configuration overridden by these options, and its place.
    fn load(&self) -> Result<(Config, Place), Error> {
        let place = self.place();
        if let Some((path, error)) = place.denied() {
            say(format_args!("warning: cannot read {path}: {error}; going on without it"));
        }
        let mut config = Config::load(&place)?;
        match (self.si, self.iec) {
            (true, _) => config.units = Units::Si,
            (_, true) => config.units = Units::Iec,
            (false, false) => {}
        }
        if !self.accept.is_empty() {
            config.accept.clone_from(&self.accept);
        }
        Ok((config, place))
    }
}

impl AsciiOption {
    fn apply(&self, config: &mut Config) {
        // A locale without Unicode already results in a stricter setting.
        if self.ascii && config.signs() == Signs::Unicode {
            config.ascii = Ascii::Always;
        }
    }
}

impl LookOptions {
    fn apply(&self, config: &mut Config, place: &Place) -> Result<(), Error> {
        config.keys = self.keys.unwrap_or(config.keys);
        config.mouse &= !self.no_mouse;
        config.motion &= !self.no_motion;
        self.ascii.apply(config);
        if let Some(name) = &self.theme {
            let theme = ThemeChoice::named(name, place.directory().as_deref(), &PathBuf::new());
            config.theme =
                theme.map_err(|what| Error::Option(format!("--theme {name}: {what}")))?;
        }
        Ok(())
    }
}

fn effective(preferences: &Preferences, look: &LookOptions) -> Result<(Config, Place), Error> {
    let (mut config, place) = preferences.load()?;
    look.apply(&mut config, &place)?;
    Ok((config, place))
}

/// Returns the settings of the explorer.
pub fn of_screen(preferences: &Preferences, screen: &ScreenOptions) -> Result<Settings, Failure> {
    let settings = of_look(preferences, &screen.look)?;
    Ok(Settings { view: screen.view.unwrap_or(settings.view), ..settings })
}

/// Returns the settings of any other screen.
pub fn of_look(preferences: &Preferences, look: &LookOptions) -> Result<Settings, Failure> {
    let (config, _) = effective(preferences, look)?;
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    // The command line overrides the environment, which overrides the configuration.
    let theme = match (&look.theme, no_color) {
        (None, true) => Some(Theme::plain()),
        _ => config.theme.theme()?,
    };
    Ok(Settings {
        units: config.units,
        mouse: config.mouse,
        keymap: config.keymap(),
        view: config.view,
        theme,
        signs: config.signs(),
        motion: if config.motion { Motion::Smooth } else { Motion::Still },
        open: |name, progress| Input::path(Path::new(name)).open(progress),
        pager: config.pager,
        secrets: config.secrets,
    })
}

/// Prints the effective configuration, or its path.
pub fn print(arguments: &ConfigArguments) -> Result<(), Failure> {
    let text = if arguments.path {
        let place = arguments.preferences.place();
        let path = place.path().ok_or(Error::Option(
            "no configuration directory found (set XDG_CONFIG_HOME \
            or HOME)"
                .into(),
        ))?;
        format!("{}\n", path.display())
    } else {
        let (mut config, place) = effective(&arguments.preferences, &arguments.screen.look)?;
        config.view = arguments.screen.view.unwrap_or(config.view);
        config.theme.theme()?;
        config::write(&config, &place)
    };
    let mut out = io::stdout().lock();
    out.write_all(text.as_bytes())
        .and_then(|()| out.flush())
        .map_err(|error| Failure::Output("the configuration".into(), error))
}
