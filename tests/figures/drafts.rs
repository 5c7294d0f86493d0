//! A change in stages is a whole Dockerfile, and every output has the same one.

use layerscope::advice::avoidable::Avoidable;
use layerscope::advice::changes::{Change, Extent};
use layerscope::advice::dockerfile::{Kind, Verdict};
use layerscope::advice::ladder::Step;
use layerscope::advice::unneeded::SurplusKind;
use layerscope::report::{TextStyle, write_ladder};
use serde_json::{Value, json};

use super::{Image, MB, apt, changes};
use crate::dockerfile::situation::Situation;
use crate::dockerfile::stages::built_by_go;
use crate::dockerfile::unneeded::modules;
use crate::executables::tiny::{executable, glibc, library};
use crate::support::build::{Entry, dir, file, symlink};

/// Packages as dpkg has them after an installation: each with what it depends on and its files.
const PACKAGES: [(&str, &str, &[&str]); 6] = [
    ("python3", "", &["/usr/bin/python3.11", "/usr/bin/python3"]),
    ("build-essential", "gcc-12", &["/usr/share/doc/build-essential/copyright"]),
    ("gcc-12", "", &["/usr/lib/gcc/x86_64-linux-gnu/12/cc1"]),
    ("libpq-dev", "libpq5, libssl3", &["/usr/include/postgresql/libpq-fe.h"]),
    ("libpq5", "", &["/usr/lib/x86_64-linux-gnu/libpq.so.5.15"]),
    ("libssl3", "", &["/usr/lib/x86_64-linux-gnu/libssl.so.3"]),
];

/// The database of dpkg with some packages.
pub(super) fn status_of(packages: &[(&str, &str, &[&str])]) -> Entry {
    let paragraph = |(name, depends, _): &(&str, &str, &[&str])| {
        format!(
            "Package: {name}\nStatus: install ok installed\nArchitecture: amd64\nDepends: {depends}\n\n"
        )
    };
    let text: String = packages.iter().map(paragraph).collect();
    file("var/lib/dpkg/status", 0).holding(text)
}

/// Files with the database of the packages that they belong to.
pub(super) fn installed_as(packages: &[(&str, &str, &[&str])], files: Vec<Entry>) -> Vec<Entry> {
    let list = |(name, _, files): &(&str, &str, &[&str])| {
        let path = format!("var/lib/dpkg/info/{name}.list");
        file(path, 0).holding(files.join("\n"))
    };
    files.into_iter().chain(packages.iter().map(list)).chain([status_of(packages)]).collect()
}

fn installed() -> Vec<Entry> {
    let files = vec![
        file("usr/bin/python3.11", 0).holding(executable().build()).mode(0o755),
        symlink("usr/bin/python3", "python3.11"),
        file("usr/share/doc/build-essential/copyright", 1_000),
        file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", 20 * MB),
        file("usr/include/postgresql/libpq-fe.h", 2 * MB),
        file("usr/lib/x86_64-linux-gnu/libpq.so.5.15", 0).holding(library("libpq.so.5").build()),
        symlink("usr/lib/x86_64-linux-gnu/libpq.so.5", "libpq.so.5.15"),
        file("usr/lib/x86_64-linux-gnu/libssl.so.3", 3 * MB),
        file("var/lib/apt/lists/Packages", 4 * MB),
    ];
    installed_as(&PACKAGES, files)
}

/// A Python program whose `RUN` compiles a module against a library.
fn python(install: &str) -> Situation {
    let module = glibc().needs("libpq.so.5").build();
    let packages = "usr/local/lib/python3.11/dist-packages";
    Situation::new()
        .run("debootstrap", [status_of(&[]), dir("usr/local/lib/python3.11/dist-packages")])
        .run(install, installed())
        .value("WORKDIR /app")
        .copy("app.py", "/app", [dir("app"), file("app/app.py", 700)])
        .run(
            "pip3 install --break-system-packages psycopg2",
            [
                file(format!("{packages}/psycopg2/_psycopg.so"), 0).holding(module),
                file(format!("{packages}/psycopg2/__init__.py"), 5_000),
            ],
        )
        .value("CMD [\"python3\", \"/app/app.py\"]")
        .config(json!({ "Cmd": ["python3", "/app/app.py"], "WorkingDir": "/app" }))
}

const INSTALL: &str = "apt-get update && apt-get install -y python3 build-essential libpq-dev";

impl Image {
    pub(super) fn stage(&self) -> (usize, &Change) {
        let mut all = self.study.changes.iter().enumerate();
        all.find(|(_, change)| change.is_stage()).unwrap_or_else(|| panic!("{:#?}", self.study))
    }

    /// The second file of the diff.
    pub(super) fn second(&self) -> &str {
        let is_it = |name: &str| name.ends_with(".multi-stage");
        let file = self.fix.changes.iter().find(|change| is_it(&change.name));
        file.map_or("", |file| &file.new)
    }

    fn ladder(&self) -> String {
        let style = TextStyle { colour: false, units: super::Units::Iec, top: 0 };
        let mut text = Vec::new();
        write_ladder(&self.study.ladder, style, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

#[test]
fn reports_have_the_whole_second_dockerfile_that_fix_prints() {
    for situation in [built_by_go(executable().build(), []), python(INSTALL)] {
        let image = Image::of(&situation);
        let (place, _) = image.stage();
        let second = image.second();
        assert_eq!(image.lines(place), second.trim_end(), "{}", image.text());
        assert_eq!(second.matches("FROM ").count() - second.matches("`FROM ").count(), 2);
        assert!(second.contains("\nCMD "), "{second}");
    }
}

#[test]
fn a_draft_that_needs_a_look_says_why_where_the_change_stands() {
    let told = |situation| Image::of(&situation).stage().1.clone();
    let of_python = told(python(INSTALL));
    assert!(of_python.needs_a_look);
    assert!(
        of_python.why.ends_with("Test whether the program uses any of them."),
        "{}",
        of_python.why
    );
    let of_go = told(built_by_go(executable().build(), []));
    assert!(!of_go.needs_a_look && !of_go.why.contains("Test whether"), "{}", of_go.why);
}

#[test]
fn what_an_interpreter_runs_gets_a_draft_with_the_packages_that_it_needs() {
    let image = Image::of(&python(INSTALL));
    let second = image.second();
    // Neither the compiler nor the headers; the library that a copied module loads is named.
    assert!(
        second.ends_with(
            "RUN apt-get update \\\n    \
             && apt-get install -y --no-install-recommends python3 libpq5 \\\n    \
             && apt-get clean \\\n    \
             && rm -rf /var/lib/apt/lists/* /var/log/apt /var/log/dpkg.log /var/cache/debconf/*-old /var/lib/dpkg/*-old\n\
             COPY --from=build /app /app\n\
             COPY --from=build /usr/local /usr/local\n\
             WORKDIR /app\nCMD [\"python3\", \"/app/app.py\"]\n"
        ),
        "{second}"
    );
    let remark = image.fix.remarks.iter().find(|it| it.kind == Kind::Stages).unwrap();
    assert_eq!(remark.grade(), Some("needs a look"), "{remark:?}");
    assert!(remark.text.contains("installs python3 and libpq5 again"), "{}", remark.text);
    assert!(remark.text.contains("without build-essential and libpq-dev"), "{}", remark.text);
    // One figure: of the change, the ladder's step, and the draft.
    let (_, change) = image.stage();
    let step = image.study.ladder.iter().find(|step| step.step == Step::MultiStage).unwrap();
    let Verdict::Proposed { size_after: Some((size, _)) } = &remark.verdict else {
        panic!("{remark:?}")
    };
    assert_eq!((change.size, step.size), (*size, *size));
    assert_eq!((change.extent, change.grade()), (Extent::Stage, "needs a look"));
    // What goes is the compiler with what only it needs, the headers, and apt's lists.
    let tree = &image.inspection.tree;
    let gone = &change.left_out;
    let paths: Vec<_> = gone.iter().map(|&inode| tree.path(tree.node_of(inode))).collect();
    let has = |path: &str| paths.iter().any(|it| it == path.as_bytes());
    for path in [
        "/usr/lib/gcc/x86_64-linux-gnu/12/cc1",
        "/usr/include/postgresql/libpq-fe.h",
        "/usr/lib/x86_64-linux-gnu/libssl.so.3",
        "/var/lib/apt/lists/Packages",
    ] {
        assert!(has(path), "{path} stays: {change:?}");
    }
    assert!(!has("/usr/lib/x86_64-linux-gnu/libpq.so.5.15") && !has("/usr/bin/python3.11"));
}

/// The image of the draft with pip beside Python, which a container starts by some words.
fn with_pip(start: &[&str]) -> Image {
    let packages = [
        ("python3", "", &["/usr/bin/python3.11", "/usr/bin/python3"][..]),
        ("python3-pip", "python3-wheel, ca-certificates", &["/usr/bin/pip3"]),
        ("python3-wheel", "python3-distutils", &["/usr/share/python3/wheel"]),
        ("python3-distutils", "", &["/usr/lib/python3/distutils.py"]),
        ("ca-certificates", "", &["/etc/ssl/certs/a.crt"]),
        ("gcc", "", &["/usr/lib/gcc/x86_64-linux-gnu/12/cc1"]),
    ];
    let files = vec![
        file("usr/bin/python3.11", 0).holding(executable().build()).mode(0o755),
        symlink("usr/bin/python3", "python3.11"),
        file("usr/bin/pip3", MB),
        file("usr/share/python3/wheel", 1_000),
        file("usr/lib/python3/distutils.py", 1_000),
        file("etc/ssl/certs/a.crt", 1_000),
        file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", 20 * MB),
    ];
    let script = "#!/usr/bin/python3\n# starts with pip\nimport app\n";
    let situation = Situation::new()
        .run("debootstrap", [status_of(&[]), dir("usr/local/lib")])
        .run("apt-get install -y python3 python3-pip gcc", installed_as(&packages, files))
        .copy(
            ".",
            "/app",
            [dir("app"), file("app/app.py", 700), file("app/start", 0).holding(script).mode(0o755)],
        )
        .run("pip3 install flask", [file("usr/local/lib/python3.11/flask.py", 5_000)])
        .value(&format!("CMD {}", json!(start)))
        .config(json!({ "Cmd": start, "WorkingDir": "/app" }));
    Image::of(&situation)
}

#[test]
fn pip_stays_in_the_stage_that_builds_unless_a_container_runs_it() {
    let image = with_pip(&["python3", "/app/app.py"]);
    let second = image.second();
    // What came with pip may be used: its certificates and modules stay.
    let installs = "--no-install-recommends python3 ca-certificates python3-distutils \\\n";
    assert!(second.contains(installs), "{second}\n{}", image.text());
    let remark = image.fix.remarks.iter().find(|it| it.kind == Kind::Stages).unwrap();
    assert!(remark.text.contains("without python3-pip and gcc"), "{}", remark.text);
    for start in [
        &["sh", "-c", "pip3 install -r r.txt && python3 /app/app.py"][..],
        &["/app/start"],
        &["python3", "-m", "pip", "list"],
    ] {
        let image = with_pip(start);
        let second = image.second();
        let kept =
            second.rsplit_once("FROM ").is_none_or(|(_, last)| last.contains(" python3-pip "));
        assert!(kept, "{start:?}: {second}\n{}", image.text());
    }
}

#[test]
fn an_empty_file_of_a_cache_is_not_copied() {
    let image = Image::of(&python(INSTALL).run(
        "pip3 install --break-system-packages requests",
        [file("root/.cache/pip/http/a", 2 * MB), file("root/.cache/pip/checked", 0)],
    ));
    let second = image.second();
    assert!(
        second.contains("COPY --from=build /app /app") && !second.contains("/.cache"),
        "{second}"
    );
}

#[test]
fn where_a_draft_cannot_be_made_the_reason_is_said_and_no_lines_are_offered() {
    for (install, reason) in [
        (
            "apt-get update && apt-get install -y python3 build-essential && curl x | sh",
            "the RUN in layer 2 also runs curl",
        ),
        (
            "apt-get update && apt-get install -y -t sid python3 build-essential",
            "the RUN in layer 2 gives apt the option -t",
        ),
    ] {
        let image = Image::of(&python(install));
        assert_eq!(image.second(), "");
        let text = image.text();
        assert!(text.contains(&format!("there is no draft of one, because {reason}")), "{text}");
        let (place, _) = image.stage();
        let lines = image.lines(place);
        assert!(lines.contains(reason), "{lines}");
        // An image of such lines would lack what the program needs.
        assert!(lines.starts_with("# ") && !lines.contains('\n'), "{lines}");
    }
}

#[test]
fn files_that_a_chown_gives_to_a_user_are_copied_with_that_user() {
    let modules = |owner| file("app/node_modules/a.js", 3 * MB).owner(owner, owner);
    let situation = Situation::new()
        .run("debootstrap", [status_of(&[]), file("etc/passwd", 100)])
        .run(INSTALL, installed())
        .copy("node_modules", "/app", [dir("app"), modules(0)])
        .run(
            "useradd -m app && chown -R app:app /app",
            [
                file("etc/passwd", 140),
                dir("home/app").owner(7, 7),
                file("home/app/.bashrc", 500).owner(7, 7),
                dir("app").owner(7, 7),
                modules(7),
            ],
        )
        .value("USER app")
        .value("CMD [\"python3\", \"/app/node_modules/a.js\"]")
        .config(json!({ "Cmd": ["python3", "/app/node_modules/a.js"], "User": "app" }));
    let image = Image::of(&situation);
    let second = image.second();
    let end = "RUN useradd -m app\nCOPY --from=build --chown=7:7 /app /app\nUSER app\n";
    assert!(second.contains(end), "{second}\n{}", image.text());
}

/// The same image with npm's packages for development.
fn npm(scripts: &Value, start: &str) -> Image {
    Image::of(&Situation::new().run("npm ci", modules(scripts)).value(start))
}

#[test]
fn npm_packages_for_development_are_a_change_with_the_figure_and_grade_of_fix() {
    let start = "CMD [\"node\", \"server.js\"]";
    for (scripts, start, grade) in [
        (json!({ "test": "jest" }), start, "exact"),
        (json!({ "prepare": "husky" }), start, "needs a look"),
        (json!({}), "CMD [\"npm\", \"start\"]", "needs a look"),
    ] {
        let image = npm(&scripts, start);
        let (place, change) = image.change("add --omit=dev to the npm command");
        assert_eq!(change.extent, Extent::Packages(SurplusKind::Development));
        assert_eq!((change.saves, change.grade()), (2_300_000, grade), "{change:?}");
        assert_eq!(image.lines(place), "RUN npm ci --omit=dev");
        let remark = image.fix.remarks.iter().find(|it| it.kind == Kind::Development).unwrap();
        let saves = match remark.verdict {
            Verdict::Changed { saves, .. } | Verdict::Left { would_save: saves } => saves,
            _ => 0,
        };
        assert_eq!((saves, remark.grade()), (change.saves, Some(grade)), "{remark:?}");
        // Each byte counts once: what is left when all is avoided is the smallest size.
        let avoidable = Avoidable::measure(&image.study).own;
        let (smallest, built) = image.study.smallest().unwrap();
        assert_eq!(built.size - avoidable, smallest.size, "{:#?}", image.study.ladder);
        assert_eq!((smallest.step.id(), smallest.grade()), ("without-development", grade));
        let told = changes(&image.inspection, &image.study);
        let what = told[place].what.to_string();
        assert_eq!(what, "2 npm packages for development");
        assert_eq!(told[place].packages.len(), 2);
    }
}

#[test]
fn the_ladder_moves_the_copy_that_fix_moves() {
    let image = Image::of(&apt());
    let (ladder, text) = (image.ladder(), image.text());
    assert!(text.contains("now copied first"), "{text}");
    let ought =
        "layer 2 copies files, which a RUN cannot include: copy them before the combined RUN";
    assert!(ladder.contains(ought), "{ladder}");
    assert!(!ladder.contains("--mount=type=bind"), "{ladder}");
}

#[test]
fn a_copy_that_brings_what_is_there_is_removed() {
    let copied = || [file("app/f1", 3 * MB)];
    let twice = Situation::new()
        .buildkit()
        .copy(".", "/app", [file("app/f1", 3 * MB), file("app/f2", MB)])
        .copy("f1", "/app/f1", copied());
    let image = Image::of(&twice);
    let (place, change) = image.change("remove the COPY of layer 2");
    assert_eq!((change.saves, change.grade()), (3_000_000, "exact"));
    assert_eq!(image.lines(place), "");
    let (size, certainty) = image.fix.size_after();
    assert_eq!((size, certainty.grade()), (change.size, "exact"));
    let new = &image.fix.changes[0].new;
    assert!(new.contains("COPY . /app") && !new.contains("COPY f1"), "{new}");
    // Another mode is another file.
    let mode = Situation::new().buildkit().copy(".", "/app", [file("app/f1", 3 * MB)]).copy(
        "f1",
        "/app/f1",
        [file("app/f1", 3 * MB).mode(0o755)],
    );
    let image = Image::of(&mode);
    assert!(!image.text().contains("removes the COPY"), "{}", image.text());
}

/// A `RUN` that only fetches package lists installs nothing, and what a package manager logs has
/// another name in the next build, where a `COPY` would not find it.
#[test]
fn a_draft_stands_beside_a_run_that_only_fetches_lists_and_takes_no_log_along() {
    let lists = [file("var/lib/apt/lists/InRelease", 200_000), file("var/lib/apt/lists/lock", 0)];
    let log = "root/.npm/_logs/2026-11-30T15_29_29_697Z-debug-0.log";
    let situation = Situation::new()
        .run("debootstrap", [status_of(&[]), dir("usr/local/lib")])
        .run("apt-get update", lists)
        .run("apt-get install -y python3 build-essential libpq-dev", installed())
        .copy("app.py", "/app", [dir("app"), file("app/app.py", 700)])
        .run("npm install", [file(log, 900), file("app/node_modules/a/index.js", 5_000)])
        .value("CMD [\"python3\", \"/app/app.py\"]")
        .config(json!({ "Cmd": ["python3", "/app/app.py"] }));
    let image = Image::of(&situation);
    let second = image.second();
    let (_, last) = second.rsplit_once("FROM ").unwrap_or_else(|| panic!("{}", image.text()));
    assert!(last.contains("COPY --from=build /app /app\n"), "{second}");
    assert!(!last.contains(".npm") && !last.contains("/var/lib/apt/lists/InRelease"), "{second}");
}

#[test]
fn where_another_package_manager_installs_the_reason_is_one_sentence() {
    let image = Image::of(&python("apk add --no-cache python3 build-base"));
    assert_eq!(image.second(), "", "{}", image.text());
    let reason = "there is no draft of one, because the RUN in layer 2 installs packages with apk, and a draft can only do so with apt";
    assert!(image.text().contains(reason), "{}", image.text());
}
