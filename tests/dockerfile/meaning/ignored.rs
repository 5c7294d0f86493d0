//! What is kept out of the build context.

use super::text;
use crate::dockerfile::situation::{Fixed, Situation};
use crate::support::build::{Entry, dir, file};

/// A build context that is copied to `/app`, with a directory of 200,000 bytes in it.
fn context(name: &str, more: Vec<Entry>, command: &str, file_end: &str) -> Fixed {
    let entries = [dir("app"), file(format!("app/{name}/a/i"), 200_000), file("app/x", 1)]
        .into_iter()
        .chain(more);
    let mut situation = Situation::new().buildkit().copy(".", "/app", entries);
    if !command.is_empty() {
        situation = situation.run(command, [file("tmp/x", 1)]);
    }
    let run = if command.is_empty() { String::new() } else { format!("RUN {command}\n") };
    situation.fixed(&format!("FROM base\nCOPY . /app\n{run}{file_end}"))
}

#[test]
fn what_is_in_use_is_not_kept_out() {
    let ignored = |fixed: &Fixed| fixed.file(".dockerignore").to_owned();
    assert_eq!(ignored(&context(".git", vec![], "", "")), ".git\n");
    assert_eq!(ignored(&context(".venv", vec![], "", "CMD [\"python\", \"x\"]\n")), ".venv\n");
    for (name, more, command, end) in [
        ("node_modules", vec![], "yarn build", ""),
        ("node_modules", vec![], "npm run build", ""),
        ("node_modules", vec![], "echo npm install", ""),
        ("node_modules", vec![], "npm ci", ""),
        ("target", vec![], "cargo build --release", ""),
        (".venv", vec![], "", "ENV PATH=/app/.venv/bin:$PATH\nCMD [\"app\"]\n"),
        (".venv", vec![], "/app/.venv/bin/python x", ""),
        (".venv", vec![], "", "CMD [\"uv\", \"run\", \"x\"]\n"),
        (
            ".venv",
            vec![text("app/start.sh", "#!/bin/sh\nexec .venv/bin/app\n")],
            "",
            "CMD [\"/app/start.sh\"]\n",
        ),
        (".cache", vec![], "", ""),
        (".terraform", vec![], "terraform init", ""),
        (".terraform", vec![], "", "CMD [\"terraform\", \"apply\"]\n"),
        (".git", vec![text("app/pyproject.toml", "[tool.setuptools_scm]\n")], "pip install .", ""),
        (
            ".git",
            vec![text("app/pyproject.toml", "requires = [\"hatch-vcs\"]\n")],
            "pip install .",
            "",
        ),
        (".git", vec![text("app/Makefile", "V = $(shell git describe --tags)\n")], "make", ""),
        (".git", vec![], "make V=$(git describe)", ""),
        ("__pycache__", vec![], "", ""),
    ] {
        let fixed = context(name, more, command, end);
        assert_eq!(ignored(&fixed), "", "{name} {command} {end}");
    }
}

#[test]
fn what_is_listed_or_asked_for_is_not_listed_again() {
    let entries = || [dir("app"), file("app/.git/pack", 200_000)];
    let with = |ignore: &str| {
        Situation::new()
            .buildkit()
            .copy(".", "/app", entries())
            .ignoring(ignore)
            .fixed("FROM base\nCOPY . /app\n")
    };
    for listed in ["\u{feff}.git\n", "./.git/\n", "/.git\n", "**/.git\n"] {
        assert!(with(listed).fix.changes.is_empty(), "{listed:?}");
    }
    let wanted = with("*\n!.git\n!src\n");
    assert!(
        wanted.fix.changes.is_empty() && wanted.left().contains(".dockerignore asks for it"),
        "{}",
        wanted.left()
    );
    assert_eq!(with("# .git\n").file(".dockerignore"), "# .git\n.git\n", "a comment lists nothing");
}
