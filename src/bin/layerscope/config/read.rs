//! Reads the configuration. Unknown settings are errors, because a setting without effect would go
//! unnoticed.

use std::collections::HashMap;
use std::fmt::Display;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::Config;
use super::setting::{Setting, SettingError};
use crate::tui::keys::{Action, Chord};
use layerscope::toml_file::{Problem, UnknownName, ValueError, in_order, instead, unknown};

/// Reads the text of a configuration; relative paths start from `directory`.
pub fn read(text: &str, directory: Option<&Path>) -> Result<Config, Problem> {
    let table =
        DeTable::parse(text).map_err(|error| Problem::of_syntax(text, &error))?.into_inner();
    let mut config = Config::default();
    for (key, value) in in_order(&table) {
        let name = key.get_ref().as_ref();
        let problem = |what: SettingError| Problem::at(text, key.span().start, name, what);
        match (name, value.get_ref()) {
            ("keymap", DeValue::Table(actions)) => config.keymap = keymap(text, actions)?,
            ("keymap", value) => return Err(problem(instead("a table", value).into())),
            (name, value) => {
                let setting =
                    setting(name).map_err(|error| problem(ValueError::from(error).into()))?;
                setting.set(&mut config, value, directory).map_err(problem)?;
            }
        }
    }
    Ok(config)
}

fn setting(name: &str) -> Result<Setting, UnknownName> {
    let names = Setting::ALL.iter().map(|setting| setting.name()).chain(["keymap"]);
    Setting::ALL
        .into_iter()
        .find(|setting| setting.name() == name)
        .ok_or_else(|| unknown("setting", name, names))
}

fn keymap(text: &str, table: &DeTable<'_>) -> Result<Vec<(Action, Vec<Chord>)>, Problem> {
    let mut keymap = Vec::new();
    let mut taken = HashMap::new();
    for (key, value) in in_order(table) {
        let name = key.get_ref().as_ref();
        let key = key.span().start;
        let problem = |what: &dyn Display| Problem::at(text, key, &format!("keymap.{name}"), what);
        let action = action(name).map_err(|error| problem(&error))?;
        let chords = chords(value.get_ref()).map_err(|error| problem(&error))?;
        for &chord in &chords {
            if let Some(other) =
                taken.insert((action.context(), chord), action).filter(|&other| other != action)
            {
                return Err(problem(&format!(
                    "{:?} is the key of {} already",
                    chord.written(),
                    other.name()
                )));
            }
        }
        keymap.push((action, chords));
    }
    Ok(keymap)
}

fn action(name: &str) -> Result<Action, UnknownName> {
    let names = Action::ALL.iter().map(|action| action.name());
    Action::ALL
        .iter()
        .copied()
        .find(|action| action.name() == name)
        .ok_or_else(|| unknown("action", name, names))
}

fn chords(value: &DeValue<'_>) -> Result<Vec<Chord>, SettingError> {
    let one = |value: &DeValue<'_>| match value.as_str() {
        Some(key) => Ok(key.parse()?),
        None => Err(instead("a key or a list of keys", value).into()),
    };
    match value {
        DeValue::Array(keys) => keys.iter().map(|key| one(key.get_ref())).collect(),
        value => Ok(vec![one(value)?]),
    }
}

#[cfg(test)]
mod tests {
    use layerscope::display::Units;

    use layerscope::origin::Provider;

    use super::*;
    use crate::config::{Accept, Ascii, Keys, ThemeChoice};
    use crate::view::View;

    #[test]
    fn an_empty_file_says_nothing() {
        assert_eq!(read("", None), Ok(Config::default()));
    }

    #[test]
    fn every_setting_is_taken_over() {
        let config = read(
            "units = \"si\"\nview = \"waste\"\ntheme = \"light\"\nascii = true\nmouse = false\nmotion = \
                false\nkeys = \"dive\"\n\
             pager = \"less -S\"\naccept = [\"foreign\", \"absent\"]\nsources = [\"podman\", \
             \"registry\"]\ncache = \"1 GiB\"\nsecrets = false\n[keymap]\nquit = \"ctrl-q\"\nhelp = [\"f1\", \"?\"]\nback = []\n",
            None,
        )
        .unwrap();
        let key = |text: &str| text.parse::<Chord>().unwrap();
        let expected = Config {
            units: Units::Si,
            view: View::Waste,
            theme: ThemeChoice::BuiltIn("light"),
            ascii: Ascii::Always,
            mouse: false,
            motion: false,
            keys: Keys::Dive,
            keymap: vec![
                (Action::Quit, vec![key("ctrl-q")]),
                (Action::Help, vec![key("f1"), key("?")]),
                (Action::Back, vec![]),
            ],
            pager: Some("less -S".into()),
            accept: vec![Accept::Foreign, Accept::Absent],
            sources: vec![Provider::Podman, Provider::Registry],
            cache: 1 << 30,
            secrets: false,
        };
        assert_eq!(config, expected);
        assert_eq!(config.keymap().keys(Action::Help), [key("f1"), key("?")]);
    }

    #[test]
    fn an_error_names_the_line_and_the_key() {
        for (text, message) in [
            ("units = \"mib\"", "line 1: units: \"mib\" must be one of \"iec\" and \"si\""),
            ("\n\nview = \"map\"", "line 3: view: \"map\" must be one of \"explore\", \"waste\""),
            ("unit = \"si\"", "line 1: unit: no such setting; did you mean units?"),
            ("# mine\nzzz = 1", "line 2: zzz: no such setting"),
            ("theme = \"lihgt\"", "line 1: theme: no such theme; did you mean light?"),
            ("cache = \"much\"", "line 1: cache: \"much\" is not a size such as \"256 MiB\""),
            ("theme = 16", "line 1: theme: expected a string, found an integer"),
            ("ascii = \"yes\"", "line 1: ascii: expected true, false or \"auto\""),
            ("motion = 0", "line 1: motion: expected true or false, found an integer"),
            ("mouse = \"no\"", "line 1: mouse: expected true or false, found a string"),
            ("keys = \"vim\"", "line 1: keys: \"vim\" must be one of \"usual\" and \"dive\""),
            ("keymap = 1", "line 1: keymap: expected a table, found an integer"),
            (
                "[keymap]\nquit = \"q\"\nquitt = \"x\"",
                "line 3: keymap.quitt: no such action; did you mean quit?",
            ),
            (
                "[keymap]\nquit = \"hyper-q\"",
                "line 2: keymap.quit: unknown key \"hyper-q\"; write keys as",
            ),
            (
                "[keymap]\nquit = [\"q\", 7]",
                "line 2: keymap.quit: expected a key or a list of keys, found an integer",
            ),
            (
                "[keymap]\nquit = \"x\"\nhelp = \"x\"",
                "line 3: keymap.help: \"x\" is the key of quit already",
            ),
            (
                "accept = [\"cut\"]",
                "line 1: accept: \"cut\" must be one of \"foreign\", \"encrypted\" and \"absent\"",
            ),
            (
                "sources = [\"oras\"]",
                "line 1: sources: \"oras\" must be one of \"docker\", \"podman\", \"containerd\" and \"registry\"",
            ),
            ("accept = true", "line 1: accept: expected a list, found"),
            ("mouse = true\nmouse = false", "line 2: "),
            ("units = ", "line 1: "),
            ("[keymap\nquit = \"q\"", "line 1: "),
        ] {
            let problem = read(text, None).unwrap_err().to_string();
            assert!(problem.starts_with(message), "{text:?}: {problem}");
            assert!(!problem.contains('\n'), "one sentence: {problem}");
        }
    }
}
