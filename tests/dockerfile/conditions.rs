//! Conditions of each kind of change: a case in which one does not hold, so that the change is
//! left, and one in which all do, so that it is made.

use layerscope::advice::dockerfile::{Condition, Kind, Verdict};
use serde_json::json;

use super::situation::{Fixed, MEGABYTE, Situation};
use super::stages::built_by_go;
use super::unneeded::{installed_by, project};
use crate::executables::tiny::executable;
use crate::support::build::{dir, file, gone};

/// A condition, a file for which it does not hold, and a file of the same kind for which all hold.
struct Case {
    kind: Kind,
    condition: Condition,
    fails: Fixed,
    holds: Fixed,
}

/// A context that is copied to `/app`, and a command that gives parts of it to somebody else.
#[derive(Clone, Copy)]
struct Given {
    head: &'static str,
    copy: &'static str,
    between: Option<&'static str>,
    command: &'static str,
    changed: &'static [&'static str],
    classic: bool,
}

const GIVEN: Given = Given {
    head: "",
    copy: "COPY . /app",
    between: None,
    command: "chown -R 33:33 /app",
    changed: &["app/main", "app/data/x"],
    classic: false,
};

impl Given {
    fn fixed(self) -> Fixed {
        let all =
            [dir("app"), dir("app/data"), file("app/main", MEGABYTE), file("app/data/x", MEGABYTE)];
        let again = self.changed.iter().map(|path| file(*path, MEGABYTE).owner(33, 33));
        let situation = Situation::new();
        let mut situation =
            if self.classic { situation } else { situation.buildkit() }.copy(".", "/app", all);
        let mut text = format!("FROM base\n{}{}\n", self.head, self.copy);
        if let Some(between) = self.between {
            situation = situation.run(between, [file("var/made", 1)]);
            text.push_str(&format!("RUN {between}\n"));
        }
        situation.run(self.command, again).fixed(&format!("{text}RUN {}\n", self.command))
    }
}

fn ownership() -> Vec<Case> {
    let with = |condition, given: Given| Case {
        kind: Kind::Ownership,
        condition,
        fails: given.fixed(),
        holds: GIVEN.fixed(),
    };
    let mode = Given { command: "chmod -R 755 /app", ..GIVEN };
    vec![
        with(Condition::Posix, Given { head: "SHELL [\"pwsh\", \"-Command\"]\n", ..GIVEN }),
        with(Condition::Followed, Given { command: "(chown -R 33:33 /app)", ..GIVEN }),
        with(Condition::PlainPaths, Given { command: "cd / && chown -R 33:33 app", ..GIVEN }),
        with(
            Condition::WholeCopy,
            Given { command: "chown -R 33:33 /app/data", changed: &["app/data/x"], ..GIVEN },
        ),
        with(
            Condition::OnlyCopies,
            Given { changed: &["app/main", "app/data/x", "app/made"], ..GIVEN },
        ),
        with(Condition::KnownValue, Given { command: "chown -R $U:$U /app", ..GIVEN }),
        with(
            Condition::KnownValue,
            Given { command: "useradd me && chown -R me:me /app", ..GIVEN },
        ),
        with(Condition::TakesFlag, Given { copy: "COPY --chown=1:1 . /app", ..GIVEN }),
        Case {
            holds: Given { between: Some("mkdir /var/made"), ..GIVEN }.fixed(),
            ..with(Condition::Unseen, Given { between: Some("test ! -w /app/main"), ..GIVEN })
        },
        Case { holds: mode.fixed(), ..with(Condition::BuildKit, Given { classic: true, ..mode }) },
    ]
}

/// Something big that one `RUN` makes and another one removes.
fn merged(head: &str, first: &str, between: &str) -> Fixed {
    let situation = Situation::new().run(first, [dir("opt"), file("opt/big", 2 * MEGABYTE)]);
    let values = between.lines().filter(|line| !line.starts_with("RUN "));
    let situation = values.fold(situation, Situation::value).run("rm /opt/big", [gone("opt/big")]);
    situation.fixed(&format!("FROM base\n{head}RUN {first}\n{between}RUN rm /opt/big\n"))
}

fn merges() -> Vec<Case> {
    let with = |condition, head: &str, first: &str, between: &str| Case {
        kind: Kind::Merge,
        condition,
        fails: merged(head, first, between),
        holds: merged("", "mk", "LABEL a=b\n"),
    };
    vec![
        with(Condition::Posix, "SHELL [\"cmd\", \"/S\", \"/C\"]\n", "mk", ""),
        with(Condition::Followed, "", "mk() { x; }; mk", ""),
        with(Condition::Matched, "", "mk", "RUN other\n"),
        with(Condition::Mergeable, "", "mk & true", ""),
        with(Condition::SameFiles, "VOLUME /data\n", "mk", ""),
        with(Condition::Movable, "", "mk", "USER me\n"),
    ]
}

fn ignored(ignore: &str, command: &str) -> Fixed {
    let entries = [dir("app"), file("app/.git/pack", MEGABYTE), file("app/x", 1)];
    let situation = Situation::new().buildkit().copy(".", "/app", entries).ignoring(ignore);
    situation
        .run(command, [file("var/made", 1)])
        .fixed(&format!("FROM base\nCOPY . /app\nRUN {command}\n"))
}

fn installing(second: &str) -> Fixed {
    let first = "apt-get update && apt-get install -y a";
    let situation = Situation::new().run(first, [file("var/lib/apt/lists/p", MEGABYTE)]);
    situation
        .run(second, [file("usr/b", 1)])
        .fixed(&format!("FROM base\nRUN {first}\nRUN {second}\n"))
}

fn offline(second: &str) -> Fixed {
    let situation = Situation::new().run("pip install a", [file("root/.cache/pip/a", MEGABYTE)]);
    situation
        .run(second, [file("usr/b", 1)])
        .fixed(&format!("FROM base\nRUN pip install a\nRUN {second}\n"))
}

fn cleaned(command: &str) -> Fixed {
    let situation = Situation::new().run(command, [file("var/lib/apt/lists/p", MEGABYTE)]);
    situation.fixed(&format!("FROM base\nRUN {command}\n"))
}

fn tools() -> Vec<Case> {
    let with = |condition, fails, holds| Case { kind: Kind::Tool, condition, fails, holds };
    let update = "apt-get update && apt-get install -y b";
    vec![
        with(Condition::NotNeededLater, installing("apt-get install -y b"), installing(update)),
        with(
            Condition::NotNeededLater,
            offline("pip install --no-index b"),
            offline("pip install b"),
        ),
        with(
            Condition::NotNeededLater,
            offline("ls /root/.cache/pip"),
            offline("rm -rf /root/.cache/pip"),
        ),
        with(
            Condition::NotMadeAgain,
            installing("apt-get update && exec apt-get install -y b"),
            installing(update),
        ),
        with(Condition::Followed, cleaned("apt-get update; exit 0"), cleaned("apt-get update;")),
    ]
}

fn others() -> Vec<Case> {
    let recommended = |more: &str| {
        let text = format!("FROM base\nRUN debootstrap\nRUN apt-get install -y git\n{more}");
        installed_by("apt-get install -y git").fixed(&text)
    };
    let start = "CMD [\"node\", \"server.js\"]\n";
    let skeleton = |path: &str| {
        let program = file(path, 0).holding(executable().build()).mode(0o755);
        built_by_go(executable().build(), [program])
            .config(json!({ "Cmd": [format!("/{path}")] }))
            .fixed("FROM alpine\nRUN apk add go\nRUN go build -o /opt/app\nCMD [\"/opt/app\"]\n")
    };
    let start_of = "FROM alpine\nRUN apk add go\nRUN go build -o /opt/app\n";
    let naming = |path: &str| {
        let data = file("usr/share/words.txt", 100);
        built_by_go(executable().constants(&format!("\0{path}\0")).build(), [data]).fixed(start_of)
    };
    let git = |ignore: &str| ignored(ignore, "mkdir /var/made");
    let case = |kind, condition, fails, holds| Case { kind, condition, fails, holds };
    vec![
        case(Kind::Ignore, Condition::NotWanted, git("*\n!.git\n"), git("")),
        case(Kind::Ignore, Condition::NotUsed, ignored("", "git describe"), git("")),
        case(
            Kind::Recommended,
            Condition::NotNeededLater,
            recommended("CMD [\"ssh\", \"x\"]\n"),
            recommended(""),
        ),
        case(
            Kind::Development,
            Condition::NotNeededLater,
            project(&json!({}), "RUN npm run build\n"),
            project(&json!({}), start),
        ),
        case(
            Kind::Stages,
            Condition::StandsAlone,
            naming("/usr/share/words.txt"),
            naming("/usr/share/other.txt"),
        ),
        case(Kind::Stages, Condition::PlainNames, skeleton("opt/my app"), skeleton("opt/app")),
    ]
}

fn cases() -> Vec<Case> {
    [ownership(), merges(), tools(), others()].into_iter().flatten().collect()
}

#[test]
fn a_change_is_left_where_a_condition_fails_and_made_where_all_hold() {
    for Case { kind, condition, fails, holds } in cases() {
        let (kind_name, name) = (kind.id(), condition.id());
        let of_kind = |fixed: &Fixed| {
            fixed
                .fix
                .remarks
                .iter()
                .filter(|remark| remark.kind == kind)
                .cloned()
                .collect::<Vec<_>>()
        };
        let is_made = |verdict: &Verdict| {
            matches!(verdict, Verdict::Changed { .. } | Verdict::Proposed { .. })
        };
        let failing = of_kind(&fails);
        assert!(
            failing.iter().any(|remark| remark.condition == Some(condition)),
            "{kind_name}, {name}: {}",
            fails.text()
        );
        assert!(
            !failing.iter().any(|remark| is_made(&remark.verdict)),
            "{kind_name}, {name}: {}",
            fails.text()
        );
        let held = of_kind(&holds);
        assert!(
            held.iter().any(|remark| is_made(&remark.verdict)),
            "{kind_name}, {name}: {}",
            holds.text()
        );
        assert!(
            held.iter().all(|remark| remark.condition.is_none()),
            "{kind_name}, {name}: {}",
            holds.text()
        );
    }
}

#[test]
fn each_condition_of_each_kind_has_its_case_and_no_other_stops_a_change() {
    let cases = cases();
    for kind in Kind::ALL {
        for condition in kind.conditions() {
            let there = cases.iter().any(|case| case.kind == kind && case.condition == *condition);
            assert!(there, "{} has no case of {}", kind.id(), condition.id());
        }
    }
    for remark in
        cases.iter().flat_map(|case| case.fails.fix.remarks.iter().chain(&case.holds.fix.remarks))
    {
        if let Some(condition) = remark.condition {
            let (kind, condition_name) = (remark.kind.id(), condition.id());
            assert!(
                remark.kind.conditions().contains(&condition),
                "{condition_name} is none of {kind}"
            );
        }
    }
}
