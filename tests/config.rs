//! The configuration, as the program finds, reads and prints it.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::program::text;

/// The program in a home of its own.
fn layerscope(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    command
        .args(arguments)
        .stdin(Stdio::null())
        .env_remove("LAYERSCOPE_CONFIG")
        .env_remove("NO_COLOR");
    command.env("HOME", home).env("XDG_CONFIG_HOME", home.join("config")).output().unwrap()
}

fn printed(home: &Path, arguments: &[&str]) -> String {
    let output = layerscope(home, &[&["config"], arguments].concat());
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
}

/// What is set, without comments.
fn settings(printed: &str) -> String {
    printed.lines().filter(|line| !line.starts_with('#')).collect::<Vec<_>>().join("\n")
}

#[cfg(not(windows))]
#[test]
fn the_file_is_looked_for_where_the_platform_expects_it() {
    let home = tempfile::tempdir().unwrap();
    let place = home.path().join("config/layerscope/config.toml");
    assert_eq!(printed(home.path(), &["--path"]), format!("{}\n", place.display()));
    let first = |printed: &str| printed.lines().next().unwrap_or_default().to_owned();
    assert!(
        first(&printed(home.path(), &[]))
            .ends_with(&format!("{}, which does not exist.", place.display()))
    );
    std::fs::create_dir_all(place.parent().unwrap()).unwrap();
    std::fs::write(&place, "units = \"si\"\n").unwrap();
    let there = printed(home.path(), &[]);
    assert!(first(&there).ends_with(&format!("as read from {}.", place.display())), "{there}");
    assert!(there.contains("\nunits = \"si\"\n"), "{there}");
    assert!(printed(home.path(), &["--no-config"]).contains("\nunits = \"iec\"\n"));
}

#[test]
fn what_is_printed_is_a_configuration_that_says_the_same() {
    let home = tempfile::tempdir().unwrap();
    let arguments =
        ["--si", "--view", "waste", "--theme", "light", "--keys", "dive", "--no-mouse", "--ascii"];
    let first = printed(home.path(), &arguments);
    for line in [
        "units = \"si\"",
        "view = \"waste\"",
        "theme = \"light\"",
        "keys = \"dive\"",
        "mouse = false",
        "ascii = true",
    ] {
        assert!(first.lines().any(|printed| printed == line), "{line} is not in\n{first}");
    }
    assert!(
        first.contains("\nfold = [\"space\", ") || first.contains("\nfold = \"space\""),
        "dive's key\n{first}"
    );
    let file = home.path().join("mine.toml");
    std::fs::write(&file, &first).unwrap();
    let second = printed(home.path(), &["--config", file.to_str().unwrap()]);
    assert_eq!(settings(&second), settings(&first));
}

#[test]
fn reports_have_the_units_of_the_configuration_unless_the_command_line_has_others() {
    let home = tempfile::tempdir().unwrap();
    let (demo, file) = (home.path().join("demo.tar"), home.path().join("mine.toml"));
    let (demo, path) = (demo.to_str().unwrap(), file.to_str().unwrap());
    assert!(layerscope(home.path(), &["demo", "--write", demo]).status.success());
    std::fs::write(&file, "units = \"si\"").unwrap();
    let report = |arguments: &[&str]| {
        text(&layerscope(home.path(), &[&["report", demo], arguments].concat()).stdout)
    };
    assert!(report(&[]).contains(" MiB") && report(&["--config", path]).contains(" MB"));
    assert!(report(&["--config", path, "--iec"]).contains(" MiB"));
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    let by_variable =
        command.args(["report", demo]).env("LAYERSCOPE_CONFIG", path).output().unwrap();
    assert!(text(&by_variable.stdout).contains(" MB"));
}

#[test]
fn an_error_names_file_line_and_key_and_ends_with_2() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("mine.toml");
    let path = file.to_str().unwrap();
    for (config, message) in [
        (
            "# mine\n\nunits = \"si\"\n\n[keymap]\n# out\nquitt = \"x\"\n",
            "line 7: keymap.quitt: no such action; did you mean quit?",
        ),
        ("view = \"map\"", "line 1: view: \"map\" must be one of "),
        ("mouse = ", "line 1: "),
    ] {
        std::fs::write(&file, config).unwrap();
        for command in [vec!["config"], vec!["demo"], vec!["report", "x.tar"]] {
            let output = layerscope(home.path(), &[&command[..], &["--config", path]].concat());
            let error = text(&output.stderr);
            assert!(error.starts_with(&format!("error: {path} {message}")), "{command:?}: {error}");
            assert_eq!(output.status.code(), Some(2));
        }
    }
}

#[test]
fn a_file_that_was_asked_for_and_is_not_there_is_an_error() {
    let home = tempfile::tempdir().unwrap();
    let output = layerscope(home.path(), &["config", "--config", "nowhere.toml"]);
    assert!(
        text(&output.stderr).starts_with("error: cannot read nowhere.toml: "),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_theme_of_one_s_own_lies_beside_the_configuration() {
    let home = tempfile::tempdir().unwrap();
    let (file, themes) = (home.path().join("mine.toml"), home.path().join("themes"));
    std::fs::create_dir(&themes).unwrap();
    let theme = themes.join("dusk.toml");
    std::fs::write(&file, "theme = \"dusk\"").unwrap();
    std::fs::write(&theme, "wasted = \"magenta bold\"").unwrap();
    let path = file.to_str().unwrap();
    let toml: toml::Table = printed(home.path(), &["--config", path]).parse().unwrap();
    assert_eq!(toml["theme"].as_str(), theme.to_str());
    std::fs::write(&theme, "wasted = \"magenta bold\"\nvisible = \"grene\"").unwrap();
    let output = layerscope(home.path(), &["config", "--config", path]);
    let error = text(&output.stderr);
    assert!(
        error.starts_with(&format!(
            "error: {} line 2: visible: \"grene\" is neither a colour",
            theme.display()
        )),
        "{error}"
    );
    let output = layerscope(home.path(), &["config", "--theme", "drak"]);
    assert!(
        text(&output.stderr).starts_with("error: --theme drak: no such theme; did you mean dark?")
    );
    assert_eq!(output.status.code(), Some(2));
}
