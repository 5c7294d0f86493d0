//! Writes the effective configuration, so that it can be kept as a file.

use std::fmt::Write;

use super::setting::Setting;
use super::{Config, Place, shown};
use crate::tui::keys::{Action, Chord};

/// Returns the configuration as TOML with comments. The first comment names the file.
pub fn write(config: &Config, place: &Place) -> String {
    let mut out = match place {
        Place::Nowhere => "# No configuration file was read.\n".to_owned(),
        Place::Asked(path) => format!("# The configuration, as read from {}.\n", shown(path)),
        Place::Usual(path) if path.is_file() => {
            format!("# The configuration, as read from {}.\n", shown(path))
        }
        Place::Usual(path) => {
            format!(
                "# The configuration would be read from {}, which does not exist.\n",
                shown(path)
            )
        }
    };
    out.push_str("# Options on the command line override it. A setting that the file does not have keeps the value shown here.\n");
    for setting in Setting::ALL {
        out.push('\n');
        for line in setting.comment().lines() {
            let _ = writeln!(out, "# {line}");
        }
        let _ = writeln!(out, "{} = {}", setting.name(), setting.written(config));
    }
    out.push_str(
        "\n# The keys of each action: one, such as \"q\", or a list, such as [\"q\", \"ctrl-c\"]; [] is none. Written as q, Q,\n\
         # ctrl-c, alt-x, shift-tab, space, up, pageup, enter, esc or f5. ^C always quits.\n[keymap]\n",
    );
    let keymap = config.keymap();
    for &action in Action::ALL {
        let keys: Vec<_> =
            keymap.keys(action).iter().map(Chord::written).map(toml::Value::from).collect();
        let value = match &keys[..] {
            [key] => key.to_string(),
            keys => format!(
                "[{}]",
                keys.iter().map(toml::Value::to_string).collect::<Vec<_>>().join(", ")
            ),
        };
        let _ = writeln!(out, "{} = {value}", action.name());
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Ascii, Keys, ThemeChoice, read};

    /// Writes a configuration, and reads it again.
    fn again(config: &Config) -> Config {
        read::read(&write(config, &Place::Nowhere), None).expect("what is written is read")
    }

    #[test]
    fn what_is_written_reads_back_to_the_same() {
        let mine = read::read(
            "theme = \"/tmp/it's \\\"mine\\\".toml\"\npager = \"less -R\"\nascii = false\nmouse = false\nkeys = \"dive\"\n\
             units = \"si\"\nview = \"image\"\n[keymap]\nquit = [\"Q\", \"minus\", \"\\\"\", \"\\\\\"]\nhelp = \"q\"\nback = []",
            None,
        )
        .unwrap();
        assert_eq!((mine.keys, mine.ascii), (Keys::Dive, Ascii::Never));
        assert!(
            matches!(&mine.theme, ThemeChoice::File(path) if path.ends_with("it's \"mine\".toml"))
        );
        for config in [Config::default(), mine] {
            let again = again(&config);
            for &action in Action::ALL {
                assert_eq!(again.keymap().keys(action), config.keymap().keys(action), "{action:?}");
            }
            let keymap = again.keymap.clone();
            assert_eq!(again, Config { keymap, ..config });
        }
    }

    #[test]
    fn it_says_first_where_the_file_is_looked_for_and_whether_it_is_there() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("config.toml");
        let first = |place: &Place| {
            write(&Config::default(), place).lines().next().unwrap_or_default().to_owned()
        };
        assert!(
            first(&Place::Usual(path.clone()))
                .ends_with(&format!("{}, which does not exist.", path.display()))
        );
        std::fs::write(&path, "").unwrap();
        let there = format!("# The configuration, as read from {}.", path.display());
        assert_eq!(first(&Place::Usual(path.clone())), there);
        assert_eq!(first(&Place::Asked(path)), there);
    }

    #[test]
    fn every_line_fits_into_a_terminal_of_130_columns() {
        let written = write(&Config::default(), &Place::Nowhere);
        assert!(written.lines().all(|line| line.chars().count() <= 130), "{written}");
    }
}
