//! The order of instructions, for the cache of a build.

use super::text;
use crate::dockerfile::situation::Situation;
use crate::support::build::{dir, file};

/// A project whose dependencies a `RUN` fetches behind its sources; what is said of the order if it
/// is asked for.
fn ordered(files: &[(&str, &str)], command: &str) -> (bool, String) {
    let entries = [dir("app")]
        .into_iter()
        .chain(files.iter().map(|(name, holds)| text(&format!("app/{name}"), holds)));
    let situation = Situation::new()
        .buildkit()
        .value("WORKDIR /app")
        .copy(".", ".", entries)
        .run(command, [file("usr/lib/x", 200_000)]);
    let fixed =
        situation.asking_for_order(&format!("FROM base\nWORKDIR /app\nCOPY . .\nRUN {command}\n"));
    (fixed.fix.changes.is_empty(), fixed.left())
}

#[test]
fn the_order_for_the_cache_is_only_said_and_only_where_the_files_stand_alone() {
    let lock = ("package-lock.json", "{}");
    for (files, command) in [
        (vec![("package.json", "{\"dependencies\": {\"a\": \"file:./lib/a\"}}"), lock], "npm ci"),
        (
            vec![("package.json", "{\"scripts\": {\"postinstall\": \"node build.js\"}}"), lock],
            "npm ci",
        ),
        (vec![("package.json", "{\"workspaces\": [\"a\"]}"), lock], "npm ci"),
        (
            vec![("requirements.txt", "-r requirements/base.txt\n")],
            "pip install -r requirements.txt",
        ),
        (vec![("requirements.txt", "a\n")], "pip install -r requirements.txt -c constraints.txt"),
        (vec![("Gemfile", "gemspec\n")], "bundle install"),
        (
            vec![
                ("package.json", "{}"),
                ("yarn.lock", ""),
                (".yarnrc.yml", "yarnPath: .yarn/releases/y\n"),
            ],
            "yarn install",
        ),
        (vec![("go.mod", "replace a => ./a\n"), ("go.sum", "x")], "go build"),
    ] {
        let (unchanged, left) = ordered(&files, command);
        assert!(unchanged && !left.contains("for the build's cache"), "{files:?}: {left}");
    }
    let (unchanged, left) = ordered(&[("package.json", "{}"), lock], "npm ci");
    assert!(
        unchanged && left.contains("for the build cache: copies the sources before line 4"),
        "{left}"
    );
}

#[test]
fn without_being_asked_nothing_is_said_of_the_order() {
    let entries = [dir("app"), text("app/package.json", "{}"), text("app/package-lock.json", "{}")];
    let situation =
        Situation::new().buildkit().value("WORKDIR /app").copy(".", ".", entries).run("npm ci", []);
    let fixed = situation.fixed("FROM base\nWORKDIR /app\nCOPY . .\nRUN npm ci\n");
    assert!(fixed.fix.changes.is_empty() && fixed.left().is_empty(), "{}", fixed.left());
}
