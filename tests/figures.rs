//! The figures of changes: what one saves alone, what all save together, and that every output has
//! the same ones.

mod agreed;
mod drafts;
mod npm;
mod told;

use std::collections::HashSet;
use std::sync::Arc;

use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::avoidable::Avoidable;
use layerscope::advice::base::BaseHint;
use layerscope::advice::changes::{Change, Extent, Part};
use layerscope::advice::dockerfile::{Evidence, Fix, NamedChange, Target, Verdict, fix};
use layerscope::advice::findings::Rules;
use layerscope::advice::ladder::Step;
use layerscope::display::{Units, count};
use layerscope::files::contents::LayerContents;
use layerscope::files::filesystem::Filesystem;
use layerscope::report::changes;
use layerscope::runtime::Program;
use layerscope::{Inspection, Progress};

use crate::dockerfile::situation::Situation;
use crate::dockerfile::stages::built_by_go;
use crate::executables::tiny::executable;
use crate::program::{self, layerscope};
use crate::support::build::{self as built, Entry, entries, file, gone, layer, open};

const MB: usize = 1_000_000;

/// An image with its assessment and the diff that the program prints.
struct Image {
    inspection: Inspection,
    study: Study,
    evidence: Evidence,
    fix: Fix,
}

impl Image {
    fn of(situation: &Situation) -> Self {
        let opened = open(situation.archive()).unwrap();
        let inspection = situation.inspection();
        let (contents, progress) = (LayerContents::new(&opened), Arc::new(Progress::default()));
        let rules = Rules::built_in();
        let question = Question {
            base: BaseHint::Layers(1),
            contents: Some(&contents),
            ..Question::with(&rules)
        };
        let study = Study::assess(&inspection, &question).unwrap();
        let target = Target::rebuilt(&inspection, "Dockerfile".into(), &study.base);
        let filesystem = Filesystem::new(&inspection.tree, &contents, &progress);
        let program = Program::detect(&filesystem, &inspection.run).unwrap();
        let mut evidence = Evidence::gather(&inspection, 1, &filesystem, &program).unwrap();
        evidence.changes = NamedChange::all(&inspection, &study.changes);
        let fix = fix(&inspection, &target, &evidence);
        Self { inspection, study, evidence, fix }
    }

    fn change(&self, beginning: &str) -> (usize, &Change) {
        let all = self.study.changes.iter().enumerate();
        let mut found = all.filter(|(_, change)| change.fix.title().starts_with(beginning));
        found.next().unwrap_or_else(|| panic!("{beginning}: {:#?}", self.study.changes))
    }

    fn lines(&self, place: usize) -> String {
        let told = changes(&self.inspection, &self.study).swap_remove(place);
        told.lines.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    }

    /// What `fix` says, each reason in a line.
    fn text(&self) -> String {
        let mut text = Vec::new();
        self.fix.write("app", Units::Iec, &mut text).unwrap();
        String::from_utf8(text).unwrap().replace("\n#  ", "")
    }
}

/// An image of layers with one entry each, by instructions.
fn layers(layers: &[(&str, Entry)]) -> Vec<u8> {
    let mut image = built::Image::of(layers.iter().map(|(_, entry)| layer([entry.clone()])));
    let history: Vec<_> =
        layers.iter().map(|(by, _)| serde_json::json!({ "created_by": by })).collect();
    image.config["history"] = history.into();
    entries(image.docker())
}

/// What `report --top 0` says of an image, with single spaces.
fn report(by: &[(&str, Entry)]) -> String {
    report_of(&layers(by))
}

/// What `report --top 0` says of an archive, with single spaces.
fn report_of(image: &[u8]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let archive = directory.path().join("image.tar");
    std::fs::write(&archive, image).unwrap();
    let output = layerscope(&["report", "--top", "0", archive.to_str().unwrap()]);
    program::text(&output.stdout).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_deleted_file_of_the_first_copy_is_no_fault_of_a_base_image() {
    let removed = ("RUN rm /app/notes # buildkit", gone("app/notes"));
    let text = report(&[("COPY . /app # buildkit", file("app/notes", 386)), removed]);
    assert!(text.contains("keep the rest out of the build context with .dockerignore"), "{text}");
    assert!(!text.contains("use a base image without them"), "{text}");
}

#[test]
fn nobody_says_of_an_archive_that_its_contents_are_in_the_image() {
    let base = ("ADD base.tar /", file("base", 100));
    let text = report(&[
        base,
        ("RUN curl -o /tmp/a.tgz http://x/a.tgz", file("tmp/a.tgz", 3 * MB)),
        ("RUN rm /tmp/a.tgz", gone("tmp/a.tgz")),
    ]);
    assert!(text.contains("archives to unpack or install, 1 file"), "{text}");
    assert!(text.contains("An archive is no longer needed once it is unpacked"), "{text}");
}

#[test]
fn a_file_that_is_copied_twice_is_to_be_copied_once() {
    let (one, other) = (file("app/f1", 3 * MB), file("app/f1", 3 * MB));
    let text = report(&[("COPY . /app # buildkit", one), ("COPY f1 /app/f1 # buildkit", other)]);
    assert!(
        text.contains("fix remove the COPY of layer 1: the image has its files already"),
        "{text}"
    );
}

/// The caches of apt, with other contents each time.
fn cache(byte: u8) -> Entry {
    file("var/cache/apt/pkgcache.bin", 0).holding(vec![byte; 4 * MB])
}

/// Three `RUN`s that each build apt's caches anew, and a copy between them.
fn apt() -> Situation {
    Situation::new()
        .run(
            "apt-get update && apt-get install -y python3",
            [
                file("usr/bin/python3", 6 * MB),
                cache(b'1'),
                file("var/cache/apt/srcpkgcache.bin", 4 * MB),
                file("var/cache/apt/archives/python3.deb", MB),
                file("var/lib/apt/lists/Packages", 3 * MB),
            ],
        )
        .copy("req.txt", "/srv", [file("srv/req.txt", 4)])
        .run("apt-get install -y nano", [cache(b'2'), file("usr/bin/nano", 200_000)])
        .run("apt-get purge -y nano", [cache(b'3'), gone("usr/bin/nano")])
}

#[test]
fn a_change_alone_saves_what_a_later_layer_replaces_and_what_its_lines_keep_out() {
    let image = Image::of(&apt());
    let (place, clean) = image.change("clean up in the same RUN: && apt-get clean");
    // Three times the cache, and what apt does not build again.
    assert_eq!((clean.saves, clean.grade()), (3 * 4_000_000 + 4_000_000 + 1_000_000, "exact"));
    let lines = image.lines(place);
    assert_eq!(lines.matches("apt-get clean").count(), 3, "{lines}");
    let left_out: HashSet<_> = clean.left_out.iter().copied().collect();
    let tree = &image.inspection.tree;
    let paths = tree.inodes().filter(|inode| left_out.contains(inode));
    for path in paths.map(|inode| tree.path(tree.node_of(inode))) {
        assert!(path.starts_with(b"/var/cache/apt/"), "{:?}", String::from_utf8_lossy(&path));
    }
    let bytes: u64 = left_out.iter().map(|&inode| tree.size(inode)).sum();
    assert_eq!(bytes, clean.saves);
}

#[test]
fn the_same_advice_does_not_come_again_after_its_lines() {
    let clean = |command: &str| format!("{command} && apt-get clean");
    let image = Image::of(
        &Situation::new()
            .run(
                &clean("apt-get update && apt-get install -y python3"),
                [file("usr/bin/python3", 6 * MB), file("var/lib/apt/lists/Packages", 3 * MB)],
            )
            .copy("req.txt", "/srv", [file("srv/req.txt", 4)])
            .run(&clean("apt-get install -y nano"), [file("usr/bin/nano", 200_000)])
            .run(&clean("apt-get purge -y nano"), [gone("usr/bin/nano")]),
    );
    let titles: Vec<_> = image.study.changes.iter().map(|change| change.fix.title()).collect();
    assert!(!titles.iter().any(|title| title.contains("apt-get clean")), "{titles:?}");
}

#[test]
fn each_byte_counts_once_where_savings_are_added_up() {
    for situation in [apt(), chown()] {
        let image = Image::of(&situation);
        let all: Vec<_> = image.study.changes.iter().map(|change| change.adds).collect();
        let told = changes(&image.inspection, &image.study);
        let own = image.study.changes.iter().filter(|change| change.part == Part::Own).count();
        let avoidable = Avoidable::measure(&image.study).own;
        assert_eq!(all[..own].iter().sum::<u64>(), avoidable);
        for (change, (told, adds)) in image.study.changes.iter().zip(told.iter().zip(&all)) {
            assert_eq!((told.saves_bytes, told.adds_bytes), (change.saves, *adds));
            assert!(*adds <= change.saves, "{change:?}");
            let parts: u64 = told.contains.iter().map(|part| part.bytes).sum();
            if !told.contains.is_empty() {
                assert_eq!(parts + told.others_bytes, change.saves, "{told:?}");
            }
            // One word for one thing.
            assert_eq!(told.grade, told.certainty);
        }
        let saved: u64 = image
            .fix
            .remarks
            .iter()
            .map(|remark| match remark.verdict {
                Verdict::Changed { saves, .. } => saves,
                _ => 0,
            })
            .sum();
        assert!(saved + image.fix.would_save() <= avoidable + 142, "{}", image.text());
    }
}

#[test]
fn fix_begins_with_the_change_that_the_report_begins_with_and_saves_the_same() {
    let image = Image::of(&apt());
    let first = &image.study.changes[0];
    let remark = &image.fix.remarks[0];
    assert!(remark.text.contains("apt-get clean"), "{}", image.text());
    assert_eq!((remark.alone, remark.verdict.grade()), (first.saves, Some(first.grade())));
    // What the clean-up saves is no longer saved by the merge.
    let text = image.text();
    assert!(text.contains("so deleted and replaced files never reach a layer"), "{text}");
    assert!(
        text.contains(
            "saves 7.82 MiB (8,200,000 bytes) alone, 195 KiB (200,000 bytes) of it in addition"
        ),
        "{text}"
    );
}

#[test]
fn lists_that_a_later_run_needs_are_no_exact_saving_of_their_own() {
    let image = Image::of(&apt());
    let (place, lists) = image.change("install in the RUN that calls apt-get update");
    assert_eq!((lists.saves, lists.grade()), (3_000_000, "at most"));
    // A `rm` in the first RUN would take them from the second.
    assert_eq!(image.lines(place), "");
}

#[test]
fn a_merge_has_its_own_reason_and_its_own_lines_also_over_a_copy() {
    let image = Image::of(&apt());
    let (place, merge) = image.change("combine the RUN instructions of layers 1 to 4");
    assert_eq!(merge.extent, Extent::Merge);
    assert_eq!(
        merge.why,
        "Layers 3 and 4 delete or replace these files, but layers 1 and 3 still contain them."
    );
    assert!(merge.fix.what.ends_with(", or use a multi-stage build"), "{}", merge.fix.what);
    let lines = image.lines(place);
    let copy = lines.find("COPY ").expect("the copy is among them");
    let run = lines.find("RUN apt-get update").expect("the RUN is among them");
    assert!(copy < run && lines.ends_with("apt-get purge -y nano"), "{lines}");
}

/// Files of a copy and of a `RUN` that another one gives to a user.
fn chown() -> Situation {
    let modules = || file("srv/app/modules", 8 * MB);
    let package = || file("srv/app/package.json", 142);
    Situation::new()
        .copy("package.json", "/srv/app", [package()])
        .run("cp -r /usr/share/modules /srv/app", [modules()])
        .run("chown -R app /srv/app", [modules().owner(7, 7), package().owner(7, 7)])
}

#[test]
fn what_a_chown_stores_again_has_one_figure_in_all_outputs() {
    let image = Image::of(&chown());
    let (_, change) = image.change("set the owner where the files are made");
    assert_eq!((change.saves, change.grade()), (8_000_000, "exact"));
    let (size, _) = image.fix.size_after();
    assert_eq!(size, change.size);
    let step = image.study.ladder.iter().find(|step| step.step == Step::WithoutWasted).unwrap();
    assert_eq!((step.size, step.grade()), (size, "exact"));
    // The chown goes on to store what the copy brings.
    let small = image.study.changes.iter().find(|change| change.saves == 142).unwrap();
    assert_eq!(small.grade(), "needs a look");
    let text = image.text();
    assert!(text.contains("so files are stored once, as they are in the end"), "{text}");
    assert!(!text.contains("deleted files"), "{text}");
}

#[test]
fn a_possible_size_has_the_grade_of_its_weakest_part() {
    let logs = || file("var/log/apt/term.log", MB);
    let image = Image::of(&Situation::new().run(
        "apt-get update && apt-get install -y python3",
        [logs(), file("var/lib/apt/lists/Packages", 3 * MB), file("usr/bin/python3", 6 * MB)],
    ));
    let step = image.study.ladder.iter().find(|step| step.step == Step::WithoutLeftovers).unwrap();
    assert_eq!(step.grade(), "needs a look");
    // `fix` makes what is certain, and says what the rest would make of it.
    let (size, certainty) = image.fix.size_after();
    assert_eq!((size - image.fix.would_save(), certainty.grade()), (step.size, "exact"));
    let with_all = format!(
        "# size with those that need a look as well: {} [needs a look]",
        Units::Iec.size(step.size)
    );
    assert!(image.text().contains(&with_all), "{}", image.text());
}

#[test]
fn a_log_that_one_run_writes_alone_does_not_make_a_merge_an_estimate() {
    let image = Image::of(
        &Situation::new().run("apt-get update", [file("var/lib/apt/lists/Packages", 3 * MB)]).run(
            "apt-get install -y python3",
            [file("usr/bin/python3", 6 * MB), file("var/log/apt/eipp.log.xz", 5_000)],
        ),
    );
    let text = image.text();
    assert!(!text.contains("apt's compressed logs"), "{text}");
}

#[test]
fn fix_names_the_build_stage_that_the_report_begins_with() {
    let image = Image::of(
        &Situation::new()
            .run(
                "apt-get install -y build-essential python3",
                [
                    file("usr/bin/x86_64-linux-gnu-gcc-12", MB),
                    file("usr/lib/gcc/x86_64-linux-gnu/12/cc1", 20 * MB),
                    file("usr/bin/python3", 6 * MB),
                ],
            )
            .config(serde_json::json!({ "Cmd": ["python3"] })),
    );
    let first = &image.study.changes[0];
    assert!(first.fix.is_stage(), "{:#?}", image.study.changes);
    let text = image.text();
    let ought = format!("it would save at least {} ", Units::Iec.size(first.saves));
    assert!(text.contains("use a multi-stage build") && text.contains(&ought), "{text}");
    let target = Target::rebuilt(&image.inspection, "Dockerfile".into(), &image.study.base);
    let target = Target { all: true, ..target };
    let noted = format!("it would save at least {} bytes", count(first.saves));
    let with_notes = fix(&image.inspection, &target, &image.evidence);
    assert!(with_notes.changes[0].new.contains(&noted), "{:#?}", with_notes.changes);
}

#[test]
fn what_is_optional_counts_only_what_nothing_else_leaves_out() {
    let docs = file("usr/share/doc/go/manual.html", 3 * MB);
    let image = Image::of(&built_by_go(executable().build(), [docs]));
    let of = |part| {
        let all = image.study.changes.iter().filter(|change| change.part == part);
        all.map(|change| change.adds).sum::<u64>()
    };
    let sums = Avoidable::measure(&image.study);
    assert!(image.study.changes.iter().any(|change| change.extent == Extent::Stage));
    assert!(image.study.changes.iter().any(|change| change.part == Part::Optional));
    // The build stage leaves out the documentation already.
    assert_eq!((sums.own, sums.optional), (of(Part::Own), of(Part::Optional)));
    assert_eq!(sums.optional, 0);
}
