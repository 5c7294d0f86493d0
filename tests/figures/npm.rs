//! Programs that npm builds and starts: what another stage takes over, and what its packages for
//! development cost.

use layerscope::advice::avoidable::Avoidable;
use layerscope::advice::changes::{Change, Extent};
use layerscope::advice::ladder::Step;
use layerscope::advice::unneeded::SurplusKind;
use layerscope::report::changes;
use serde_json::{Value, json};

use super::drafts::{installed_as, status_of};
use super::{Image, MB};
use crate::dockerfile::situation::Situation;
use crate::dockerfile::unneeded::modules;
use crate::executables::tiny::executable;
use crate::support::build::{Entry, dir, file, symlink};

/// Debian's npm depends on headers, through node-gyp.
const PACKAGES: [(&str, &str, &[&str]); 4] = [
    ("nodejs", "", &["/usr/bin/node"]),
    ("npm", "libnode-dev", &["/usr/share/nodejs/npm/bin/npm-cli.js"]),
    ("libnode-dev", "", &["/usr/include/node/node.h"]),
    ("gcc-12", "", &["/usr/lib/gcc/x86_64-linux-gnu/12/cc1"]),
];

fn installed() -> Vec<Entry> {
    let mut files = files();
    files.extend([
        file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", 20 * MB),
        file("var/lib/apt/lists/Packages", 4 * MB),
        file("var/log/dpkg.log", 90_000),
    ]);
    installed_as(&PACKAGES, files)
}

/// The files of the packages without a compiler.
fn files() -> Vec<Entry> {
    vec![
        program("usr/bin/node"),
        program("usr/bin/env"),
        program("bin/sh"),
        file("usr/share/nodejs/npm/bin/npm-cli.js", 0).holding("#!/usr/bin/env node\n").mode(0o755),
        symlink("usr/bin/npm", "../share/nodejs/npm/bin/npm-cli.js"),
        file("usr/include/node/node.h", 9 * MB),
    ]
}

fn program(path: &str) -> Entry {
    file(path, 0).holding(executable().build()).mode(0o755)
}

/// A program of which npm builds and starts the whole.
fn web(command: &[&str]) -> Situation {
    let mut all = modules(&json!({ "start": "node server.js" }));
    let manifest = all.remove(0);
    Situation::new()
        .run("debootstrap", [status_of(&[]), dir("usr/share/nodejs")])
        .run("apt-get update && apt-get install -y nodejs npm gcc-12", installed())
        .value("WORKDIR /app")
        .copy(".", "/app", [dir("app"), manifest, file("app/server.js", 900)])
        .run("npm install", all)
        .run("npm run build", [file("app/dist.js", 700)])
        .value(&format!("CMD {}", json!(command)))
        .config(json!({ "Cmd": command, "WorkingDir": "/app" }))
}

/// All that can be avoided is what the smallest size lacks.
fn is_one_account(image: &Image) {
    let avoidable = Avoidable::measure(&image.study).own;
    let (smallest, built) = image.study.smallest().unwrap();
    assert_eq!(built.size - avoidable, smallest.size, "{:#?}", image.study.ladder);
}

#[test]
fn a_draft_starts_the_program_itself_where_npm_only_does_that() {
    for command in [&["npm", "start"][..], &["/bin/sh", "-c", "npm run start"]] {
        let image = Image::of(&web(command));
        let (second, text) = (image.second(), image.text());
        assert!(
            second.contains("install -y --no-install-recommends nodejs \\\n"),
            "{second}{text}"
        );
        assert!(second.ends_with("CMD [\"node\", \"server.js\"]\n"), "{second}");
        assert!(!second[second.find("# what runs").unwrap()..].contains("npm"), "{second}");
        assert!(text.contains("it starts the program without npm"), "{text}");
        is_one_account(&image);
        // The way of the possible sizes is the same.
        let ladder = &image.study.ladder;
        let stage = ladder.iter().find(|size| size.step == Step::MultiStage).unwrap();
        assert!(stage.how.ends_with("CMD [\"node\", \"server.js\"]"), "{}", stage.how);
        // npm installs the project, so that only another stage can do without it.
        let (place, change) = image.change("start the program without npm");
        assert_eq!(image.lines(place), "CMD [\"node\", \"server.js\"]");
        assert!(change.fix.what.contains("the RUN in layer 4 uses npm"), "{}", change.fix.what);
    }
    // A program that node starts itself needs no npm.
    let image = Image::of(&web(&["node", "server.js"]));
    let second = image.second();
    assert!(second.contains("--no-install-recommends nodejs \\\n"), "{second}");
    is_one_account(&image);
}

/// The image that a draft makes: npm starts the program, and brings headers with it.
fn built_from_a_draft(scripts: &Value) -> Image {
    let mut all = modules(scripts);
    all.push(file("app/server.js", 900));
    let files = installed_as(&PACKAGES[..3], files());
    let command = ["npm", "start"];
    Image::of(
        &Situation::new()
            .run("debootstrap", [status_of(&[]), dir("usr/share/nodejs")])
            .run("apt-get update && apt-get install -y --no-install-recommends nodejs npm", files)
            .copy("--from=build /app", "/app", all)
            .value("WORKDIR /app")
            .value(&format!("CMD {}", json!(command)))
            .config(json!({ "Cmd": command, "WorkingDir": "/app" })),
    )
}

#[test]
fn an_image_that_npm_starts_is_told_the_command_and_no_stage_for_what_npm_brings() {
    let image = built_from_a_draft(&json!({ "start": "node server.js" }));
    let (study, text) = (&image.study, image.text());
    assert!(!study.changes.iter().any(Change::is_stage), "{:#?}", study.changes);
    assert!(!study.findings.iter().any(|it| it.title.contains("headers")), "npm needs them");
    let (place, change) = image.change("start the program without npm");
    assert!(change.saves > 9_000_000, "{change:?}");
    assert_eq!(change.grade(), "needs a look");
    let lines = "RUN apt-get update && apt-get install -y --no-install-recommends nodejs\n\
                 CMD [\"node\", \"server.js\"]";
    assert_eq!(image.lines(place), lines);
    let ladder = &study.ladder;
    let step = Step::WithoutPackages(SurplusKind::Npm);
    let at = ladder.iter().position(|size| size.step == step).expect("a step of Sizes");
    let size = &ladder[at];
    assert_eq!(size.size, ladder[at - 1].size - change.saves);
    assert_eq!(size.grade(), change.grade());
    assert!(size.how.contains("CMD [\"node\", \"server.js\"]"), "{}", size.how);
    assert!(
        text.contains("[needs a look] not changed: line 7: start the program without npm"),
        "{text}"
    );
    is_one_account(&image);
}

#[test]
fn what_npm_brings_stays_where_npm_does_more_than_start_a_program() {
    for scripts in [
        json!({ "start": "node server.js", "prestart": "node check.js" }),
        json!({ "start": "node server.js | tee log" }),
        json!({ "start": "jest" }),
    ] {
        let study = built_from_a_draft(&scripts).study;
        let is_of_npm = |it: &&Change| it.is_stage() || it.fix.what.contains("without npm");
        assert!(study.changes.iter().find(is_of_npm).is_none(), "{scripts}: {:#?}", study.changes);
    }
}

#[test]
fn a_draft_removes_packages_for_development_once_all_is_built() {
    let image = Image::of(&web(&["node", "server.js"]));
    let second = image.second();
    let ought = "RUN npm run build\nRUN npm prune --omit=dev\n\n# what runs";
    assert!(second.contains(ought), "{second}");
    let (place, stage) = image.stage();
    assert_eq!(stage.extent, Extent::Stage);
    let told = changes(&image.inspection, &image.study).swap_remove(place);
    assert!(told.why.contains("most of all C and C++ compilers"), "{}", told.why);
    let text = image.text();
    assert!(text.contains("gcc-12 and npm packages for development"), "{text}");
    // What a container runs from such a package stays.
    let image = Image::of(&web(&["node", "/app/node_modules/jest/index.js"]));
    assert!(!image.second().contains("npm prune"), "{}", image.second());
}

#[test]
fn packages_that_a_later_layer_gives_to_a_user_are_those_of_the_run_that_installs_them() {
    let given = || modules(&json!({})).into_iter().map(|entry| entry.owner(7, 7));
    let situation = Situation::new()
        .run("npm ci", modules(&json!({})))
        .copy("src", "/app/src", [file("app/src/a.js", 10)])
        .run("chown -R app:app /app", given())
        .value("CMD [\"node\", \"server.js\"]");
    let image = Image::of(&situation);
    let (place, change) = image.change("add --omit=dev to the npm command");
    assert_eq!(change.saves, 2 * 2_300_000, "both copies: {change:?}");
    assert_eq!(image.lines(place), "RUN npm ci --omit=dev");
    let told = changes(&image.inspection, &image.study).swap_remove(place);
    assert_eq!(told.layers[0].added_in, 1);
}

#[test]
fn packages_that_a_copy_brings_are_named_with_the_command_that_removes_them() {
    let situation = Situation::new()
        .run("true", [file("etc/a", 1)])
        .copy("app", "/app", modules(&json!({})))
        .value("CMD [\"node\", \"server.js\"]");
    let image = Image::of(&situation);
    let (place, change) = image.change("run npm prune --omit=dev where they come from");
    assert_eq!(change.saves, 2_300_000);
    let lines = image.lines(place);
    assert!(lines.ends_with("\nRUN npm prune --omit=dev"), "{lines}");
    assert_eq!(change.grade(), "needs a look");
    is_one_account(&image);
}

#[test]
fn what_fix_combines_has_the_same_grade_and_lines_in_the_report() {
    let given = || modules(&json!({})).into_iter().map(|entry| entry.owner(7, 7));
    let manifest = || file("app/package.json", 0).holding("{\"scripts\":{}}");
    let situation = Situation::new()
        .value("WORKDIR /app")
        .copy("package.json", "/app/", [dir("app"), manifest()])
        .run("npm install", modules(&json!({})).into_iter().skip(1))
        .copy("src", "/app/src", [file("app/src/a.js", 10)])
        .run("chown -R app:app /app", given())
        .value("CMD [\"npm\", \"start\"]");
    let image = Image::of(&situation);
    let (place, change) = image.change("set the owner where the files are made");
    let text = image.text();
    assert!(text.contains("[exact] line") && text.contains("so files are stored once"), "{text}");
    assert_eq!(change.grade(), "exact", "{text}");
    let lines = image.lines(place);
    let ought = "RUN npm install \\\n    && chown -R app:app /app";
    assert!(lines.ends_with(ought), "{lines}\n{text}");
    assert!(image.fix.changes[0].new.contains(ought), "{text}");
}
