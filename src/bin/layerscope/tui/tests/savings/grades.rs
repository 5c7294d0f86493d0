//! Changes whose size is no more than an estimate, and those that several layers have a part in.

use layerscope::advice::avoidable::Avoidable;
use layerscope::advice::changes::Extent;
use layerscope::advice::dockerfile::{Kind, Remark, Verdict};
use layerscope::advice::ladder::{Certainty, PossibleSize, Step};
use layerscope::advice::unneeded::SurplusKind;
use layerscope::display::Units;
use serde_json::json;

use super::Assessed;
use super::outputs::fixed;
use crate::tui::tests::support::build::{self, Image, file, gone, layer, tar};

/// A base, `RUN apt-get install`, which leaves a compressed log, and `RUN rm` of what it made.
pub fn logs() -> Assessed {
    let mut image = Image::of([
        layer([file("etc/os-release", 80), file("bin/sh", 900_000)]),
        layer([
            file("usr/bin/gcc", 3_000_000),
            file("usr/bin/g++", 2_000_000),
            file("var/log/apt/eipp.log.xz", 20_000),
        ]),
        layer([
            gone("usr/bin/gcc"),
            gone("usr/bin/g++"),
            file("var/log/apt/eipp.log.xz", 19_000).holding(vec![b'y'; 19_000]),
        ]),
    ]);
    let step = |text: &str| json!({ "created_by": text });
    image.config["history"] = json!([
        step("/bin/sh -c #(nop) ADD file:aaaa in / "),
        step("RUN /bin/sh -c apt-get install -y gcc # buildkit"),
        step("RUN /bin/sh -c apt-get purge -y gcc # buildkit"),
    ]);
    Assessed::new("logs", build::open(tar(image.docker())).unwrap())
}

/// A base, and two `RUN`s that leave lists of apt.
pub fn lists() -> Assessed {
    let list = |name: &str| file(format!("var/lib/apt/lists/{name}_Packages"), 4_000_000);
    let mut image = Image::of([
        layer([file("etc/os-release", 80), file("bin/sh", 900_000)]),
        layer([list("a"), file("usr/bin/a", 3_000)]),
        layer([list("b"), file("usr/bin/b", 3_000)]),
    ]);
    let step = |text: &str| json!({ "created_by": text });
    let run = |name: &str| {
        step(&format!("RUN /bin/sh -c apt-get update && apt-get install -y {name} # buildkit"))
    };
    image.config["history"] =
        json!([step("/bin/sh -c #(nop) ADD file:aaaa in / "), run("a"), run("b")]);
    Assessed::new("lists", build::open(tar(image.docker())).unwrap())
}

/// A base, and files of two layers that a `chown -R` gives to a user.
pub fn owners() -> Assessed {
    let owned = |owner| {
        let files = [file("app/package.json", 3_000), file("app/node_modules/a.js", 4_000_000)];
        files.map(|file| file.owner(owner, owner))
    };
    let [settings, modules] = owned(0);
    let mut image = Image::of([
        layer([file("etc/os-release", 80), file("bin/sh", 900_000)]),
        layer([settings]),
        layer([modules]),
        layer(owned(1000)),
    ]);
    let step = |text: &str| json!({ "created_by": text });
    image.config["history"] = json!([
        step("/bin/sh -c #(nop) ADD file:aaaa in / "),
        step("COPY package.json /app/ # buildkit"),
        step("RUN /bin/sh -c cp -r /usr/share/nodejs /app/node_modules # buildkit"),
        step("RUN /bin/sh -c chown -R app /app # buildkit"),
    ]);
    Assessed::new("owners", build::open(tar(image.docker())).unwrap())
}

/// A base, `RUN apt-get install git`, which brings ssh because git recommends it, and a command.
pub fn recommends(name: &str, command: &str) -> Assessed {
    let package = |name: &str, more: &str| {
        format!("Package: {name}\nStatus: install ok installed\nArchitecture: amd64\n{more}\n")
    };
    let before = package("libc6", "");
    let git = package("git", "Depends: libc6\nRecommends: ssh\n");
    let after = format!("{before}{git}{}", package("ssh", "Depends: libc6\n"));
    let status = |text: &str| file("var/lib/dpkg/status", 0).holding(text);
    let list = |name: &str| {
        let path = format!("var/lib/dpkg/info/{name}.list");
        file(&path, 0).holding(format!("/.\n/usr/bin/{name}\n/usr/share/{name}/data\n"))
    };
    let mut image = Image::of([
        layer([file("etc/os-release", 80), file("bin/sh", 900_000), status(&before)]),
        layer([
            status(&after),
            list("git"),
            list("ssh"),
            file("usr/bin/git", 2_000_000),
            file("usr/bin/ssh", 1_000_000),
            file("usr/share/ssh/data", 4_000_000),
        ]),
    ]);
    let step = |text: &str| json!({ "created_by": text });
    image.config["history"] = json!([
        step("/bin/sh -c #(nop) ADD file:aaaa in / "),
        step("RUN /bin/sh -c apt-get update && apt-get install -y git # buildkit"),
        json!({ "created_by": format!("CMD [\"{command}\"]"), "empty_layer": true }),
    ]);
    Assessed::new(name, build::open(tar(image.docker())).unwrap())
}

#[test]
fn packages_that_are_only_recommended_are_one_change_with_one_grade_everywhere() {
    for (image, grade, sign) in [
        (recommends("unused", "git"), "at most", "≤"),
        (recommends("used", "ssh"), "needs a look", "~"),
    ] {
        let change = &image.changes()[0];
        let title = "add --no-install-recommends to apt-get install";
        assert_eq!(
            (change.extent, change.fix.title()),
            (Extent::Packages(SurplusKind::Recommended), title.to_owned())
        );
        assert_eq!((change.saves, change.grade()), (5_000_000, grade));
        assert_eq!(change.certainty.sign(), sign);
        let is_step =
            |rung: &&PossibleSize| rung.step == Step::WithoutPackages(SurplusKind::Recommended);
        let rung = image.study.ladder.iter().find(is_step).expect("a step");
        assert_eq!((rung.size, &rung.certainty), (change.size, &change.certainty));
        let avoidable = Avoidable::measure(&image.study).own;
        assert_eq!(avoidable, 5_000_000);
        let fix = fixed(&image);
        let is_it = |remark: &&Remark| remark.kind == Kind::Recommended;
        let remark = fix.remarks.iter().find(is_it).expect("a remark");
        let saves = match remark.verdict {
            Verdict::Changed { saves, .. } | Verdict::Left { would_save: saves } => saves,
            _ => 0,
        };
        assert_eq!((saves, remark.verdict.grade()), (change.saves, Some(grade)), "{remark:?}");
        let person = image.person(120, 40);
        let told = person.app.details.paragraphs[0].clone();
        let ought = format!("Fix: {title} (saves {}, ", Units::Iec.size(change.saves));
        assert!(told.starts_with(&ought), "{told}");
    }
}

#[test]
fn a_merge_that_makes_apt_s_logs_anew_is_an_estimate_everywhere() {
    let image = logs();
    let change = image.study.changes.iter().find(|change| change.extent == Extent::Merge).unwrap();
    let why = "apt's compressed logs differ in size from build to build";
    let is_estimate = |certainty: &Certainty| match certainty {
        Certainty::Estimate(told) => told.shown(Units::Iec) == why,
        _ => false,
    };
    assert!(is_estimate(&change.certainty), "{change:?}");
    assert_eq!((change.grade(), change.saves), ("estimate", 5_020_000));
    let rung = image.study.ladder.iter().find(|rung| rung.step == Step::WithoutWasted).unwrap();
    assert!(is_estimate(&rung.certainty), "{rung:?}");
    let fix = fixed(&image);
    let (size, certainty) = fix.size_after();
    assert!(is_estimate(&certainty) && size == rung.size, "{fix:?}");
    let merge = fix.remarks.iter().find(|remark| remark.text.starts_with("combined")).unwrap();
    let Verdict::Changed { saves: 5_020_000, certainty } = &merge.verdict else {
        panic!("{merge:?}")
    };
    assert!(is_estimate(certainty), "{merge:?}");
}

#[test]
fn the_reason_names_every_layer_that_has_a_part_in_the_change() {
    let image = lists();
    let own: Vec<_> = image.changes();
    let why = "The RUN instructions in layers 1 and 2 leave them in the image. ";
    assert!(own[0].why.starts_with(why), "{:?}", own[0]);
    let mut person = image.person(140, 60);
    let screen = person.types("6").reads();
    assert!(screen.contains(why.trim_end()), "{screen}");
    // Each instruction has its own difference, and only the line that changes is another one.
    let screen = person.types("D").screen();
    let added = screen.lines().filter(|line| line.contains("+     && rm -rf")).count();
    assert_eq!(added, 2, "{screen}");
    assert!(screen.contains("  RUN apt-get update \\"), "{screen}");
    assert!(!screen.contains("- RUN apt-get update"), "{screen}");
}

#[test]
fn every_grade_stands_whole_among_the_sizes() {
    let image = recommends("used", "ssh");
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = image.person(width, height);
        let screen = person.types("6m").screen();
        for grade in ["needs a look", "exact"] {
            assert!(screen.contains(grade), "{grade} at {width}:\n{screen}");
        }
        let cut = |row: &str| row.contains("needs a") && !row.contains("needs a look");
        assert!(!screen.lines().any(cut), "{width}:\n{screen}");
    }
}
