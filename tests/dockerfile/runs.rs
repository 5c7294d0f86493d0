//! `RUN`s that are merged, and why others are not.

use layerscope::analysis::what_if::{Change, what_if};

use super::situation::{MEGABYTE, Situation};
use crate::support::build::{dir, file, gone};

/// Something big that is made by one `RUN` and removed by the next.
fn made_and_removed(
    first: &str,
    between: impl FnOnce(Situation) -> Situation,
    second: &str,
) -> Situation {
    let situation = Situation::new().run(first, [dir("opt"), file("opt/big", 2 * MEGABYTE)]);
    between(situation).run(second, [gone("opt/big")])
}

#[test]
fn what_one_run_ships_and_the_next_removes_is_saved_by_merging_them() {
    let situation = made_and_removed("make", |s| s, "rm /opt/big");
    let fixed = situation
        .fixed("FROM base\n# builds\nRUN make\n\n# cleans\nRUN rm /opt/big\nCMD [\"x\"]\n");
    assert_eq!(
        fixed.dockerfile(),
        "FROM base\n# builds\nRUN make \\\n    # cleans\n    && rm /opt/big\nCMD [\"x\"]\n"
    );
    assert_eq!(fixed.saves(), 2 * MEGABYTE as u64);
    let inspection = situation.inspection();
    let merged = what_if(&inspection, &[Change::Merge { first: 1.into(), last: 2.into() }]);
    assert_eq!(merged.saved(&inspection), fixed.saves(), "the ladder says the same");
}

#[test]
fn commands_keep_their_meaning_when_they_are_merged() {
    let merged = |first: &str, second: &str| {
        let situation = made_and_removed(first, |s| s, second);
        let fixed = situation.fixed(&format!("FROM base\nRUN {first}\nRUN {second}\n"));
        fixed.dockerfile().strip_prefix("FROM base\nRUN ").unwrap().to_owned()
    };
    assert_eq!(merged("a && b", "c | d"), "a && b \\\n    && c | d\n");
    assert_eq!(merged("cd /x && b", "c"), "(cd /x && b) \\\n    && c\n");
    assert_eq!(merged("a", "cd /x && c"), "a \\\n    && cd /x && c\n");
    assert_eq!(merged("a; b", "c || true"), "(a; b) \\\n    && (c || true)\n");
    assert_eq!(
        merged("set -eux; a; b;", "c && d"),
        "set -e; \\\n    (set -eux; a; b;); \\\n    (c && d)\n"
    );
}

#[test]
fn commands_that_cannot_be_merged_say_why() {
    for (first, second, why) in [
        ("a 'b # note", "b", "has a quote without its end, which is not followed"),
        ("case x in y) z;; esac", "b", "has a `case`, which is not followed"),
        ("[\"/bin/sh\", \"-c\", \"a\"]", "b", "not a plain shell command"),
        ("<<E\na\nE", "b", "not a plain shell command"),
        ("--network=none a", "b", "other flags"),
    ] {
        let made = first.strip_prefix("--network=none ").unwrap_or(first);
        let made = made
            .strip_prefix("[\"/bin/sh\", \"-c\", \"")
            .map_or(made, |rest| rest.trim_end_matches("\"]"));
        let made = made.strip_prefix("<<E\n").map_or(made, |rest| rest.trim_end_matches("\nE"));
        let fixed = made_and_removed(made, |s| s, second)
            .fixed(&format!("FROM base\nRUN {first}\nRUN {second}\n"));
        assert!(
            fixed.fix.changes.is_empty() && fixed.left().contains(why),
            "{first}: {}",
            fixed.left()
        );
    }
}

#[test]
fn what_only_says_how_a_container_runs_moves_before_the_run() {
    let between = |value: &str| {
        let fixed = made_and_removed("make", |s| s.value(value), "rm /opt/big")
            .fixed(&format!("FROM base\nRUN make\n{value}\nRUN rm /opt/big\n"));
        (fixed.dockerfile().to_owned(), fixed.left())
    };
    for value in ["LABEL a=b", "EXPOSE 80", "CMD x"] {
        assert_eq!(
            between(value).0,
            format!("FROM base\n{value}\nRUN make \\\n    && rm /opt/big\n")
        );
    }
    for value in ["USER app", "VOLUME /opt"] {
        let (file, left) = between(value);
        assert!(!file.contains("&&") && left.contains("line 3"), "{value}: {left}");
    }
}

#[test]
fn the_working_directory_moves_only_before_commands_that_do_not_depend_on_it() {
    let between = |first: &str| {
        let situation = made_and_removed(first, |s| s.value("WORKDIR /srv"), "rm /opt/big");
        situation
            .fixed(&format!("FROM base\nRUN {first}\nWORKDIR /srv\nRUN rm /opt/big\n"))
            .dockerfile()
            .to_owned()
    };
    assert!(
        between("apk add go && mkdir -p /opt")
            .starts_with("FROM base\nWORKDIR /srv\nRUN apk add go")
    );
    for first in ["make", "mkdir opt", "rm -rf src", "echo x > y"] {
        assert!(between(first).contains("\nWORKDIR /srv\nRUN rm"), "{first}");
    }
}

#[test]
fn a_copy_moves_before_runs_that_were_at_work_elsewhere() {
    let between = |command: &str, path: &str| {
        let parent = path.rsplit_once('/').unwrap().0.to_owned();
        let path = path.to_owned();
        let situation = made_and_removed(
            command,
            |s| s.copy("main.go", &format!("/{path}"), [dir(parent), file(path.clone(), 10)]),
            "rm /opt/big",
        );
        let file = format!("FROM base\nRUN {command}\nCOPY main.go /{path}\nRUN rm /opt/big\n");
        situation.fixed(&file)
    };
    let fetches = "curl -o /opt/big https://example.org/big";
    let fixed = between(fetches, "src/main.go");
    assert_eq!(
        fixed.dockerfile(),
        format!("FROM base\nCOPY main.go /src/main.go\nRUN {fetches} \\\n    && rm /opt/big\n")
    );
    assert_eq!(fixed.saves(), 2 * MEGABYTE as u64);
    // Nobody knows what make reads.
    let fixed = between("make", "src/main.go");
    assert!(
        fixed.fix.changes.is_empty() && fixed.left().contains("may read or change"),
        "{}",
        fixed.left()
    );
    let fixed = between(fetches, "opt/main.go");
    assert!(
        fixed.fix.changes.is_empty()
            && fixed.left().contains("brings /opt, where the RUN before it was at work"),
        "{}",
        fixed.left()
    );
}

#[test]
fn what_the_base_image_ships_is_not_blamed() {
    let situation = Situation::new().run("rm -rf /etc", [gone("etc")]);
    assert!(situation.fixed("FROM base\nRUN rm -rf /etc\n").fix.changes.is_empty());
}

#[test]
fn an_instruction_that_the_image_does_not_know_is_named_and_left_alone() {
    let fixed = made_and_removed("make", |s| s, "rm /opt/big")
        .fixed("FROM base\nRUN make\nRUN new\nRUN rm /opt/big\n");
    assert!(fixed.fix.changes.is_empty());
    assert!(
        fixed.left().contains("line 3 could not be matched with a layer")
            && fixed.left().contains("line 3 (RUN)"),
        "{}",
        fixed.left()
    );
}
