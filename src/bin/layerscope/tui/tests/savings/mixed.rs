//! A `RUN` that removes what another `RUN` made and what a `COPY` brought: these are two changes.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::changes::Extent;
use layerscope::advice::dockerfile::Verdict;
use layerscope::advice::ladder::Step;
use layerscope::analysis::wasted_groups;
use layerscope::report::write_text;
use serde_json::json;

use super::Assessed;
use super::outputs::{ALL, account, fixed, of_text, text};
use crate::tui::tests::support::build::{self, Image, file, gone, layer, tar};

/// A base, `RUN dd /a`, `COPY big /big`, `RUN rm /a /big`.
pub fn image() -> Assessed {
    let mut image = Image::of([
        layer([file("etc/os-release", 80), file("bin/sh", 900_000)]),
        layer([file("a", 2_000_000)]),
        layer([file("big", 3_000_000)]),
        layer([gone("a"), gone("big")]),
    ]);
    let step = |text: &str| json!({ "created_by": text });
    image.config["history"] = json!([
        step("/bin/sh -c #(nop) ADD file:aaaa in / "),
        step("RUN /bin/sh -c dd if=/dev/zero of=/a bs=1M count=2 # buildkit"),
        step("COPY big /big # buildkit"),
        step("RUN /bin/sh -c rm /a /big # buildkit"),
    ]);
    Assessed::new("mixed", build::open(tar(image.docker())).unwrap())
}

/// Adds up the wasted bytes between two layers that their `RUN`s do not make and remove.
pub fn copied_or_removed_by_no_run(
    inspection: &Inspection,
    first: LayerIndex,
    last: LayerIndex,
) -> u64 {
    let is_run = |layer: LayerIndex| inspection.layers[layer].instruction.is_run();
    let groups = wasted_groups(inspection).into_iter();
    let inside = groups.filter(|group| first <= group.added_in && group.removed_in <= last);
    let others = inside.filter(|group| !is_run(group.added_in) || !is_run(group.removed_in));
    others.map(|group| group.bytes).sum()
}

#[test]
fn merging_does_not_save_what_a_copy_brought() {
    let image = image();
    let told: Vec<_> = image
        .changes()
        .iter()
        .map(|change| (change.extent, change.saves, change.size, change.grade()))
        .collect();
    let expected = [
        (Extent::Findings, 3_000_000, 2_900_080, "needs a look"),
        (Extent::Merge, 2_000_000, 3_900_080, "exact"),
    ];
    assert_eq!(told, expected);
    let titles: Vec<_> = image.changes().iter().map(|change| change.fix.title()).collect();
    let combined = "combine the RUN instructions of layers 1 and 3";
    assert_eq!(titles, ["copy only the files that stay", combined]);
}

#[test]
fn the_difference_of_a_merge_takes_no_copy_out() {
    let mut image = Image::of([
        layer([file("var/lib/dpkg/status", 80), file("usr/bin/apt", 900_000)]),
        layer([file("var/cache/apt/archives/a.deb", 2_000_000), file("usr/bin/a", 9_000_000)]),
        layer([file("src/main.go", 100_000)]),
        layer([gone("var/cache/apt/archives/a.deb"), gone("usr/bin/a")]),
    ]);
    let step = |text: &str| json!({ "created_by": text });
    image.config["history"] = json!([
        step("/bin/sh -c #(nop) ADD file:aaaa in / "),
        step("RUN /bin/sh -c apt-get update && apt-get install -y a # buildkit"),
        step("COPY src /src # buildkit"),
        step("RUN /bin/sh -c apt-get purge -y a && apt-get clean # buildkit"),
    ]);
    let image = Assessed::new("between", build::open(tar(image.docker())).unwrap());
    let mut person = image.person(100, 40);
    let screen = person.types("6D").screen();
    assert!(screen.contains("combine the RUN instructions of layers 1"), "{screen}");
    // What goes comes again, in another place.
    let count = |what: &str| screen.matches(what).count();
    assert_eq!(count("- COPY"), count("+ COPY"), "{screen}");
    assert!(screen.contains("+ RUN apt-get update"), "{screen}");
}

#[test]
fn report_json_fix_and_ladder_agree_on_what_a_copy_brought_and_a_run_removes() {
    let image = image();
    let (inspection, study) = (&*image.inspection, &*image.study);
    let written = text(|out| write_text(inspection, study, ALL, out).unwrap());
    let of_report: Vec<_> = of_text(&written);
    let told = |saves: &str, after: &str, grade: &str| (saves.into(), after.into(), grade.into());
    let expected =
        [told("2.86 MiB", "2.77 MiB", "needs a look"), told("1.91 MiB", "3.72 MiB", "exact")];
    assert_eq!(of_report, expected, "{written}");

    let json = account(inspection, &image);
    let changes = json["changes"].as_array().unwrap().iter();
    let saves: Vec<_> = changes.map(|change| change["saves_bytes"].as_u64().unwrap()).collect();
    assert_eq!(saves, [3_000_000, 2_000_000]);

    let fix = fixed(&image);
    let by_fix = |grade: fn(&Verdict) -> Option<u64>| -> Vec<u64> {
        fix.remarks.iter().filter_map(|remark| grade(&remark.verdict)).collect()
    };
    let changed = by_fix(|verdict| match verdict {
        Verdict::Changed { saves, .. } => Some(*saves),
        _ => None,
    });
    let left = by_fix(|verdict| match verdict {
        Verdict::Left { would_save } => Some(*would_save),
        _ => None,
    });
    assert_eq!((changed, left), (vec![2_000_000], vec![3_000_000]));

    let rung = study.ladder.iter().find(|rung| rung.step == Step::WithoutWasted).unwrap();
    assert_eq!(rung.size, 900_080);
    let how: Vec<_> = rung.how.lines().collect();
    let [merge, copy] = how[..] else { panic!("{how:?}") };
    assert!(merge.starts_with("combine the RUN instructions of layers 1 and 3: "), "{merge}");
    assert!(copy.starts_with("layer 2 copies files that layer 3 removes: "), "{copy}");
    assert!(copy.contains(".dockerignore"), "{copy}");
}
