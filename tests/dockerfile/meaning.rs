//! Changes keep the meaning of a Dockerfile, and stand in the diff only where the image shows it:
//! what was reported, and variations of each kind.

mod ignored;
mod order;

use super::situation::{Fixed, MEGABYTE, Situation};
use crate::support::build::{Entry, dir, file, gone};

const BIG: usize = 2 * MEGABYTE;

fn text(path: &str, text: &str) -> Entry {
    file(path, 0).holding(text)
}

/// Something big that one `RUN` makes and another one removes, with a head and instructions between
/// them.
fn merged(head: &str, first: &str, between: &[&str], second: &str) -> Fixed {
    merged_by("/bin/sh -c", head, first, between, second)
}

fn merged_by(shell: &str, head: &str, first: &str, between: &[&str], second: &str) -> Fixed {
    let ran = |situation: Situation, command: &str, of: Vec<Entry>| match shell {
        "/bin/sh -c" => situation.run(command, of),
        _ => situation.ran_by(shell, command, of),
    };
    let mut situation = ran(Situation::new(), first, vec![dir("opt"), file("opt/big", BIG)]);
    for value in between {
        situation = situation.value(value);
    }
    let situation = ran(situation, second, vec![gone("opt/big")]);
    let between: String = between.iter().map(|value| format!("{value}\n")).collect();
    situation.fixed(&format!("FROM base\n{head}RUN {first}\n{between}RUN {second}\n"))
}

/// A tree that a `COPY` brings to `/app`, and a command that gives a part of it to somebody.
fn given(copy: &str, command: &str, changed: &[&str]) -> Fixed {
    let paths = ["app/main", "app/data/x", "app/storage/y"];
    let all = [dir("app"), dir("app/data"), dir("app/storage")]
        .into_iter()
        .chain(paths.map(|path| file(path, MEGABYTE)));
    let again =
        paths.into_iter().filter(|path| changed.iter().any(|start| path.starts_with(start)));
    let again = again.map(|path| file(path, MEGABYTE).owner(33, 33));
    let situation = Situation::new().buildkit().copy(".", "/app", all).run(command, again);
    situation.fixed(&format!("FROM base\n{copy}\nRUN {command}\n"))
}

fn unchanged(fixed: &Fixed, why: &str) {
    assert!(fixed.fix.changes.is_empty(), "{}", fixed.dockerfile());
    assert!(fixed.left().contains(why), "{why:?} is not in {}", fixed.left());
}

#[test]
fn a_part_of_a_copy_does_not_become_the_whole() {
    let part = "it is only a part of what line 2 copies";
    unchanged(&given("COPY . /app", "chown -R 33:33 /app/data", &["app/data"]), part);
    unchanged(&given("COPY . /app", "chmod -R 777 /app/storage", &["app/storage"]), part);
    unchanged(
        &given(
            "COPY . /app",
            "chown -R 33:33 /app/data /app/storage",
            &["app/data", "app/storage"],
        ),
        part,
    );
    unchanged(
        &given("COPY . /app", "cd /app && chown -R 33:33 .", &["app"]),
        "changes the directory first",
    );
    let whole = given("COPY . /app", "chown -R 33:33 /app", &["app"]);
    assert_eq!(whole.dockerfile(), "FROM base\nCOPY --chown=33:33 . /app\n", "{}", whole.left());
}

#[test]
fn each_of_two_copies_gets_the_owner_that_is_for_it() {
    let place = |name: &str, owner: u64| {
        [
            dir(format!("srv/{name}")).owner(owner, owner),
            file(format!("srv/{name}/x"), MEGABYTE).owner(owner, owner),
        ]
    };
    let command = "chown -R 33:33 /srv/a && chown -R 44:44 /srv/b";
    let situation = Situation::new()
        .buildkit()
        .copy("a", "/srv/a", place("a", 0))
        .copy("b", "/srv/b", place("b", 0))
        .run(command, place("a", 33).into_iter().chain(place("b", 44)));
    let fixed =
        situation.fixed(&format!("FROM base\nCOPY a /srv/a\nCOPY b /srv/b\nRUN {command}\n"));
    assert_eq!(
        fixed.dockerfile(),
        "FROM base\nCOPY --chown=33:33 a /srv/a\nCOPY --chown=44:44 b /srv/b\n",
        "{}",
        fixed.left()
    );
}

#[test]
fn a_flag_is_one_that_the_instruction_takes() {
    let linked = given("COPY --link . /app", "chown -R www-data:www-data /app", &["app"]);
    assert_eq!(
        linked.dockerfile(),
        "FROM base\nCOPY --chown=33:33 --link . /app\n",
        "{}",
        linked.left()
    );
    unchanged(
        &given("COPY --chown=1:1 . /app", "chown -R 33:33 /app", &["app"]),
        "has a --chown already",
    );
    unchanged(&given("COPY . /app", "chmod -R g+rwX /app", &["app"]), "depends on the mode before");
    let files = || [dir("app"), file("app/x", MEGABYTE)];
    let situation = Situation::new()
        .buildkit()
        .added("app.tar.gz", "/app", files())
        .run("chown -R 33:33 /app", files().map(|entry| entry.owner(33, 33)));
    let fixed = situation.fixed("FROM base\nADD app.tar.gz /app\nRUN chown -R 33:33 /app\n");
    unchanged(&fixed, "unpacks an archive");
}

#[test]
fn the_shell_in_force_is_known() {
    let powershell = "SHELL [\"pwsh\", \"-Command\"]\n";
    unchanged(&merged(powershell, "a; b", &[], "rm /opt/big"), "not for a POSIX shell");
    for shell in ["cmd /S /C", "powershell -Command"] {
        unchanged(&merged_by(shell, "", "a", &[], "b"), "not for a POSIX shell");
    }
    unchanged(
        &merged("SHELL [\"/usr/bin/python3\", \"-c\"]\n", "a", &[], "b"),
        "not for a POSIX shell",
    );
    let bash = "SHELL [\"/bin/bash\", \"-euo\", \"pipefail\", \"-c\"]\n";
    let fixed = merged(bash, "make-a; make-b", &[], "step-c; rm -f /opt/big");
    let expected = "RUN set -e; \\\n    (make-a; make-b); \\\n    (step-c; rm -f /opt/big)\n";
    assert!(fixed.dockerfile().ends_with(expected), "{}", fixed.dockerfile());
}

#[test]
fn errors_end_a_build_exactly_where_they_did() {
    let fixed = merged("", "set -e; a; b", &[], "c; rm -f /opt/big");
    let expected = "RUN set -e; \\\n    (set -e; a; b); \\\n    (set +e; c; rm -f /opt/big)\n";
    assert!(fixed.dockerfile().ends_with(expected), "{}", fixed.dockerfile());
    unchanged(
        &merged("", "server & sleep 1", &[], "rm /opt/big"),
        "leaves a process in the background",
    );
}

#[test]
fn a_value_stays_behind_what_may_read_it_and_before_what_may_read_it() {
    for value in [
        "ENV DESTDIR=/stage",
        "ENV MAKEFLAGS=-j",
        "ENV UV_LINK_MODE=copy",
        "ENV CI=1",
        "ARG BUILD_DATE",
        "ARG VCS_REF=1",
    ] {
        let fixed = merged("", "./configure && make install", &[value], "rm -rf /opt/big");
        let expected = format!(
            "FROM base\nRUN ./configure && make install \\\n    && rm -rf /opt/big\n{value}\n"
        );
        assert_eq!(fixed.dockerfile(), expected, "{}", fixed.left());
    }
    for (value, second) in [
        ("ENV A=1", "make clean"),
        ("ENV PATH=/x", "rm /opt/big"),
        ("ENV LD_PRELOAD=/x", "rm /opt/big"),
        ("ARG WHAT", "rm /opt/$WHAT"),
        ("USER me", "rm /opt/big"),
    ] {
        unchanged(&merged("", "make", &[value], second), "line 3");
    }
    let before =
        merged("", "mkdir /opt && cp /etc/a /opt/big", &["ENV A=1"], "make && rm /opt/big");
    assert!(
        before.dockerfile().starts_with("FROM base\nENV A=1\nRUN mkdir"),
        "{}",
        before.dockerfile()
    );
}

#[test]
fn what_tells_a_linter_something_stays_above_its_instruction() {
    let make = |head: &str, between: &str| {
        let situation = Situation::new()
            .run("mk", [dir("opt"), file("opt/big", BIG)])
            .run("rm", [gone("opt/big")]);
        situation
            .fixed(&format!("FROM base\n{head}RUN mk\n{between}RUN rm\n"))
            .dockerfile()
            .to_owned()
    };
    assert_eq!(
        make("", "# why\n# hadolint ignore=DL3059\n"),
        "FROM base\n# hadolint ignore=DL3059\nRUN mk \\\n    # why\n    && rm\n"
    );
    assert_eq!(
        make("# hadolint ignore=DL1\n", "# hadolint ignore=DL3059\n"),
        "FROM base\n# hadolint ignore=DL1,DL3059\nRUN mk \\\n    && rm\n"
    );
    assert_eq!(
        make("", "# checkov:skip=CKV_1\n"),
        "FROM base\n# checkov:skip=CKV_1\nRUN mk \\\n    && rm\n"
    );
}

#[test]
fn line_ends_marks_and_lower_case_stay_as_they_are() {
    let situation = || {
        let situation = Situation::new().run("mk", [dir("opt"), file("opt/big", BIG)]);
        situation.value("ENV A=1").run("rm", [gone("opt/big")])
    };
    let fixed = situation().fixed("\u{feff}from base\r\nrun mk\r\nenv A=1\r\nrun rm\r\n");
    assert_eq!(fixed.dockerfile(), "\u{feff}from base\r\nrun mk \\\r\n    && rm\r\nenv A=1\r\n");
    let fixed = situation().fixed("FROM base\nRUN mk\nENV A=1\nRUN rm");
    assert_eq!(fixed.dockerfile().trim_end(), "FROM base\nRUN mk \\\n    && rm\nENV A=1");
}

#[test]
fn a_cleanup_runs_as_what_left_the_files_or_not_at_all() {
    let lists = |command: &str| {
        let left = [file("var/lib/apt/lists/x_Packages", 200_000), file("usr/bin/curl", 300_000)];
        let situation = Situation::new().run(command, left);
        situation.fixed(&format!("FROM base\nRUN {command}\n")).dockerfile().to_owned()
    };
    let install = "apt-get update && apt-get install -y curl";
    for (command, end) in [
        (install.to_owned(), " \\\n    && rm -rf /var/lib/apt/lists/*\n"),
        (
            "sudo apt-get update && sudo apt-get install -y curl".into(),
            " \\\n    && sudo rm -rf /var/lib/apt/lists/*\n",
        ),
        (format!("{install} && exec bash -c \"echo x\""), "\n"),
        (format!("{install}; exit 0"), "\n"),
        (format!("{install} &"), "\n"),
    ] {
        assert_eq!(lists(&command), format!("FROM base\nRUN {command}{end}"));
    }
}

#[test]
fn a_cache_is_mounted_only_where_the_image_s_own_instructions_were_built_so() {
    let situation = |own: bool| {
        let start = Situation::new().buildkit().run("base", [file("usr/x", 10)]);
        let start = if own { start } else { start.classic() };
        start.run("npm ci", [file("root/.npm/_cacache/a", 100_000)])
    };
    let file = "FROM base\nRUN npm ci\n";
    assert!(
        situation(true)
            .fixed(file)
            .dockerfile()
            .contains("--mount=type=cache,target=/root/.npm npm ci")
    );
    assert_eq!(
        situation(false).fixed(file).dockerfile(),
        "FROM base\nRUN npm ci \\\n    && npm cache clean --force && rm -rf ~/.npm/_logs\n"
    );
}

#[test]
fn what_a_cleanup_leaves_is_not_counted() {
    let situation = Situation::new()
        .run("dnf install a", [file("var/cache/dnf/a", 100_000), file("var/log/dnf.log", 70_000)]);
    assert_eq!(
        situation.fixed("FROM base\nRUN dnf install a\n").saves(),
        100_000,
        "dnf keeps its logs"
    );
}

#[test]
fn the_largest_saving_comes_first_and_what_cannot_be_noticed_is_summed_up() {
    let situation = Situation::new()
        .run("apk add a", [file("var/cache/apk/x", 200)])
        .run("pip install x", [file("root/.cache/pip/a", 100_000)])
        .run("dnf install x", [file("var/cache/dnf/a", 3 * MEGABYTE)]);
    let fixed = situation.fixed("FROM base\nRUN apk add a\nRUN pip install x\nRUN dnf install x\n");
    let text = fixed.text();
    let place =
        |words: &str| text.find(words).unwrap_or_else(|| panic!("{words} is not in {text}"));
    assert!(place("line 4: adds dnf") < place("line 3: adds --no-cache-dir"), "{text}");
    assert!(
        place("line 3: adds")
            < place("1 smaller change (line 2), under 0.1 % of the image; saves 200 bytes"),
        "{text}"
    );
}
