//! Package managers, the build context, owners and the build cache.

use super::situation::{Fixed, MEGABYTE, Situation};
use crate::support::build::{Entry, dir, file, open};

/// A `RUN` that leaves a file of 100,000 bytes.
fn left_by(command: &str, path: &str) -> Situation {
    Situation::new().run(command, [file(path, 100_000)])
}

#[test]
fn package_managers_get_the_flag_that_leaves_nothing_behind() {
    for (command, path, expected) in [
        ("apk add curl", "var/cache/apk/APKINDEX.tar.gz", "apk add --no-cache curl"),
        ("pip install -r x.txt", "root/.cache/pip/http/a", "pip install --no-cache-dir -r x.txt"),
        (
            "python3 -m pip install x",
            "home/me/.cache/pip/a",
            "python3 -m pip install --no-cache-dir x",
        ),
        (
            "npm ci",
            "root/.npm/_cacache/a",
            "npm ci \\\n    && npm cache clean --force && rm -rf ~/.npm/_logs",
        ),
        (
            "a; apt-get update; apt-get install x;",
            "var/lib/apt/lists/x_Packages",
            "a; apt-get update; apt-get install x \\\n    && rm -rf /var/lib/apt/lists/*",
        ),
        ("dnf -y install x", "var/cache/dnf/x.solv", "dnf -y install x \\\n    && dnf clean all"),
        (
            "conda env update -f x",
            "opt/conda/pkgs/a.conda",
            "conda env update -f x \\\n    && conda clean -afy",
        ),
    ] {
        let fixed = left_by(command, path).fixed(&format!("FROM base\nRUN {command}\n"));
        assert_eq!(fixed.dockerfile(), format!("FROM base\nRUN {expected}\n"));
        assert_eq!(fixed.saves(), 100_000, "{command}");
    }
}

#[test]
fn nothing_is_claimed_that_the_image_does_not_show() {
    for (command, path) in [
        ("apk add curl", "opt/curl"),
        ("npm ci", "srv/node_modules/a"),
        ("apt-get update", "var/lib/apt/lists/lock"),
        ("echo apk add", "var/cache/apk/x"),
    ] {
        let fixed = left_by(command, path).fixed(&format!("FROM base\nRUN {command}\n"));
        assert!(fixed.fix.changes.is_empty() && fixed.saves() == 0, "{command}");
    }
    let text = super::applied::text(&left_by("true", "opt/x").fixed("FROM base\nRUN true\n").fix);
    assert_eq!(
        text,
        "# nothing to fix: no change is sure to make built:latest smaller by 64.0 KiB or more; layerscope report lists all findings\n"
    );
}

#[test]
fn with_buildkit_a_language_s_cache_is_mounted() {
    let situation = Situation::new()
        .buildkit()
        .run("npm ci", [file("root/.npm/_cacache/a", 9000), file("root/.npm/_logs/b", 1000)]);
    let fixed = situation.fixed("FROM base\nRUN npm ci\n");
    assert_eq!(fixed.dockerfile(), "FROM base\nRUN --mount=type=cache,target=/root/.npm npm ci\n");
    assert_eq!(fixed.saves(), 10_000);
}

#[test]
fn lists_that_one_run_fetches_and_another_needs_go_when_both_are_one() {
    let situation =
        || Situation::new().run("apt-get update", [file("var/lib/apt/lists/x_Packages", 100_000)]);
    let fixed = situation()
        .run("apt-get install -y curl", [file("bin/curl", 10)])
        .fixed("FROM base\nRUN apt-get update\nRUN apt-get install -y curl\n");
    assert_eq!(
        fixed.dockerfile(),
        "FROM base\nRUN apt-get update \\\n    && apt-get install -y curl \\\n    && rm -rf /var/lib/apt/lists/*\n"
    );
    assert_eq!(fixed.saves(), 100_000);
    let apart = situation().value("USER x").run("apt-get install -y curl", [file("bin/curl", 10)]);
    let fixed = apart.fixed("FROM base\nRUN apt-get update\nUSER x\nRUN apt-get install -y curl\n");
    assert!(
        fixed.fix.changes.is_empty()
            && fixed.left().contains("the apt-get install in line 4 needs them"),
        "{}",
        fixed.left()
    );
}

#[test]
fn a_fixed_file_with_the_same_layers_gets_nothing_twice() {
    let situation = Situation::new()
        .buildkit()
        .run("apk add go", [file("var/cache/apk/x", 100_000)])
        .run("pip install x", [file("home/me/.cache/pip/a", 100_000)])
        .run("npm ci", [file("root/.npm/_cacache/a", 100_000)])
        .copy(".", "/srv", [dir("srv"), dir("srv/.git"), file("srv/.git/pack", 500_000)]);
    let fixed =
        situation.fixed("FROM base\nRUN apk add go\nRUN pip install x\nRUN npm ci\nCOPY . /srv\n");
    assert_eq!(fixed.saves(), 800_000);
    let mut again = fixed.target.clone();
    again.file = layerscope::advice::dockerfile::Dockerfile::parse(fixed.dockerfile()).unwrap();
    again.ignore = Some(fixed.file(".dockerignore").into());
    let again = Fixed::of(&open(situation.archive()).unwrap(), &situation.inspection(), &again);
    assert!(again.fix.changes.is_empty() && again.saves() == 0, "{:?}", again.fix.remarks);
}

#[test]
fn what_the_context_brought_without_need_is_kept_out() {
    let context = || {
        Situation::new().buildkit().copy(
            ". ",
            "/srv",
            [
                dir("srv"),
                file("srv/main.py", 10),
                dir("srv/.git"),
                file("srv/.git/pack", 5000),
                file("srv/lib/x.py", 10),
                file("srv/lib/__pycache__/x.cpython-311.pyc", 300),
                file("srv/node_modules/a/index.js", 70),
            ],
        )
    };
    let file = "FROM base\nCOPY . /srv\n";
    let fixed = context().fixed(file);
    assert_eq!(fixed.file(".dockerignore"), "**/__pycache__\n.git\n");
    assert_eq!(fixed.saves(), 5300);
    let fixed = context().ignoring("*.md\n.git/").fixed(file);
    assert_eq!(fixed.file(".dockerignore"), "*.md\n.git/\n**/__pycache__\n");
    let fixed = context().run("npm ci", []).fixed(&format!("{file}RUN npm ci\n"));
    assert_eq!(
        fixed.file(".dockerignore"),
        "**/__pycache__\n.git\n",
        "nothing shows that the RUN made it anew"
    );
    let fixed =
        context().run("git describe > /v", []).fixed(&format!("{file}RUN git describe > /v\n"));
    assert!(fixed.file(".dockerignore") == "**/__pycache__\n" && fixed.left().contains("uses git"));
    for (command, uses) in [
        ("apt-get remove -y npm git && true", false),
        ("apt-get install -y \\\n git \\\n curl", false),
        ("make && \\\n git log > /v", true),
        ("make V=$(git describe --tags)", true),
        ("if git diff ; then true; fi", true),
    ] {
        let fixed = context().run(command, []).fixed(&format!("{file}RUN {command}\n"));
        assert_eq!(fixed.left().contains("uses git"), uses, "{command}");
    }
}

#[test]
fn what_may_come_from_another_stage_is_no_matter_of_the_context() {
    let cache = [file("venv/lib/x.py", 1), file("venv/lib/__pycache__/x.pyc", 300_000)];
    let files = [dir("venv")].into_iter().chain(cache);
    let situation = Situation::new().buildkit().run("system", []).copy("/venv", "/venv", files);
    assert_eq!(situation.rebuilt().saves(), 0, "the history does not tell");
    let fixed = situation.fixed("FROM base\nCOPY /venv /venv\n");
    assert_eq!(fixed.saves(), 300_000, "in a Dockerfile it stands");
}

#[test]
fn what_a_run_makes_anew_ships_once_whether_it_came_with_the_context_or_not() {
    let module = || file("srv/node_modules/a/index.js", 200_000);
    let context = || {
        Situation::new().buildkit().copy(
            ".",
            "/srv",
            [dir("srv"), file("srv/main.js", 10), module()],
        )
    };
    let start = "FROM base\nCOPY . /srv\nRUN npm ci\n";
    let again = context().run("npm ci", [module()]).fixed(start);
    assert_eq!((again.file(".dockerignore"), again.saves()), ("node_modules\n", 200_000));
    let nothing_to_do = context().run("npm ci", [file("root/log", 10)]).fixed(start);
    assert_eq!(nothing_to_do.saves(), 0, "without those of the context, npm would make them");
    let given =
        context().run("npm ci", [module()]).run("chmod -R a+r /srv", [module().mode(0o666)]);
    let given = given.fixed(&format!("{start}RUN chmod -R a+r /srv\n"));
    assert_eq!(
        given.saves(),
        400_000,
        "three copies ship, and one is wanted:\n{}",
        given.dockerfile()
    );
}

#[test]
fn a_program_that_came_with_the_context_and_is_built_again_is_kept_out() {
    let binary = |byte| file("srv/app", MEGABYTE).mode(0o755).filled_with(byte);
    let situation = Situation::new()
        .buildkit()
        .copy(".", "/srv", [dir("srv"), binary(b'a')])
        .run("make", [binary(b'b')]);
    let fixed = situation.fixed("FROM base\nCOPY . /srv\nRUN make\n");
    assert_eq!((fixed.file(".dockerignore"), fixed.saves()), ("app\n", MEGABYTE as u64));
}

/// A tree that is copied and then given to somebody.
fn given_to(command: &str, top: Entry, more: impl IntoIterator<Item = Entry>) -> Situation {
    let owned =
        [top.owner(7, 8), file("srv/a", MEGABYTE).owner(7, 8), file("srv/b", 10).owner(7, 8)];
    Situation::new()
        .buildkit()
        .copy("src", "/srv", [dir("srv"), file("srv/a", MEGABYTE), file("srv/b", 10)])
        .run(command, owned.into_iter().chain(more))
}

#[test]
fn a_tree_that_is_copied_and_then_given_away_is_given_away_while_it_is_copied() {
    let fixed = |command: &str| {
        given_to(command, dir("srv"), [])
            .fixed(&format!("FROM base\nCOPY src /srv\nRUN {command}\nCMD x\n"))
    };
    let of = |command: &str| fixed(command).dockerfile().to_owned();
    assert_eq!(of("chown -R app:app /srv"), "FROM base\nCOPY --chown=app:app src /srv\nCMD x\n");
    assert_eq!(fixed("chown -R app:app /srv").saves(), MEGABYTE as u64 + 10);
    assert!(
        fixed("chown -R app /srv").left().contains("does not name both"),
        "the group is not in the command"
    );
    assert_eq!(of("chmod -R 755 /srv"), "FROM base\nCOPY --chmod=755 src /srv\nCMD x\n");
    let made_since = fixed("adduser app && chown -R app:app /srv");
    assert!(
        made_since.left().contains("make the user first"),
        "packages may decide its number: {}",
        made_since.left()
    );
    assert_eq!(
        of("chown -R a:a /srv && ldconfig"),
        "FROM base\nCOPY --chown=a:a src /srv\nRUN ldconfig\nCMD x\n"
    );
    assert!(fixed("chmod -R g+w /srv").left().contains("depends on the mode before"));
    assert!(
        fixed("chown -R $U /srv").left().contains("$U is a variable"),
        "another build may set it otherwise"
    );
    assert!(fixed("chown -R a:a $HOME").fix.changes.is_empty());
}

#[test]
fn an_owner_that_others_need_too_stays_in_its_run() {
    let more =
        given_to("chown -R a:a /srv", dir("srv"), [file("srv/made-by-a-run", 10).owner(7, 8)]);
    let fixed = more.fixed("FROM base\nCOPY src /srv\nRUN chown -R a:a /srv\n");
    assert!(
        fixed.fix.changes.is_empty()
            && fixed.left().contains("changes 1 path that the copies did not bring"),
        "{}",
        fixed.left()
    );
}

#[test]
fn a_dockerfile_of_another_image_is_told_to_be_one() {
    let fixed = left_by("apk add curl", "var/cache/apk/x").fixed("FROM base\nRUN other\n");
    assert!(
        fixed.fix.changes.is_empty() && fixed.left().contains("is this the image's Dockerfile?")
    );
}
