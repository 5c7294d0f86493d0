//! What a person reads of the figures: what a change adds to others, what stays wasted, what is in
//! the diff and what is not, and that there is nothing to change.

use serde_json::json;

use super::agreed::Said;
use super::{Image, MB, built, chown, entries, layer, report_of};
use crate::dockerfile::situation::Situation;
use crate::dockerfile::stages::built_by_go;
use crate::executables::tiny::executable;
use crate::support::build::{Entry, file, gone};
use layerscope::display::Units;

/// Three `RUN`s that write the same log of apt anew, and leave it.
fn logs() -> Situation {
    let log = |byte: u8, size| file("var/log/apt/term.log", 0).holding(vec![byte; size]);
    Situation::new()
        .run(
            "apt-get update && apt-get install -y python3",
            [
                file("usr/bin/python3", 6 * MB),
                file("var/cache/debconf/templates.dat-old", 750_000),
                log(b'1', 10_000),
            ],
        )
        .copy("req.txt", "/srv", [file("srv/req.txt", 4)])
        .run("apt-get install -y nano", [log(b'2', 360_000), file("usr/bin/nano", 2 * MB)])
        .run("apt-get purge -y nano", [log(b'3', 180_000), gone("usr/bin/nano")])
}

#[test]
fn a_change_that_shares_files_has_the_same_two_figures_and_lines_everywhere() {
    let archive = logs().archive();
    let said = Said::of_image(&archive);
    let changes = said.changes().iter().enumerate();
    let is_it = |title: &str| title.contains("rm -rf /var/log/apt");
    let mut found = changes.filter(|(_, change)| is_it(change["title"].as_str().unwrap()));
    let (place, change) = found.next().expect("the change");
    // 360,000 bytes of the logs are in layers that the merge makes one.
    assert_eq!(
        (&change["alone_bytes"], &change["adds_bytes"]),
        (&json!(1_300_000), &json!(940_000))
    );
    let layers: Vec<_> = change["layers"].as_array().unwrap().iter().collect();
    let added: Vec<_> = layers.iter().map(|step| step["added_in"].as_u64().unwrap()).collect();
    assert_eq!(added, [1, 3, 4]);
    let suggestion = said.suggestions(place).next().expect("fix says it");
    assert_eq!(suggestion["lines"].as_array().unwrap().len(), 3, "{suggestion}");
    for key in ["alone_bytes", "adds_bytes"] {
        assert_eq!(suggestion[key], change[key], "{suggestion}");
    }
    let text = report_of(&archive);
    assert!(
        text.contains("saves 1.24 MiB alone, 918 KiB of it in addition to the changes above"),
        "{text}"
    );
    assert!(text.contains("The RUN instructions in layers 1, 3 and 4 leave them"), "{text}");
    let text = Image::of(&logs()).text();
    let ought = "leaves this in the image: logs and old copies of apt and dpkg";
    assert!(text.contains("not changed: lines ") && text.contains(ought), "{text}");
    assert!(
        text.contains(
            "1.24 MiB (1,300,000 bytes) alone, 918 KiB (940,000 bytes) of it in addition"
        ),
        "{text}"
    );
}

/// An image whose base has what apt leaves, and a `RUN` that leaves more.
fn on_a_fat_base() -> Vec<u8> {
    let left = |name: &str| {
        [
            file(format!("var/lib/apt/lists/{name}"), 3 * MB),
            file(format!("var/cache/apt/archives/{name}.deb"), 2 * MB),
        ]
    };
    let base: Vec<Entry> = left("base").into_iter().chain([file("bin/sh", MB)]).collect();
    let run: Vec<Entry> = left("own").into_iter().chain([file("usr/bin/python3", MB)]).collect();
    let mut image = built::Image::of([layer(base), layer(run)]);
    image.config["history"] = json!([
        { "created_by": "/bin/sh -c #(nop) ADD file:00aa in / " },
        { "created_by": "RUN /bin/sh -c apt-get update && apt-get install -y python3 # buildkit" },
    ]);
    entries(image.docker())
}

#[test]
fn fix_tells_the_waste_that_stays_because_a_clean_up_deletes_files_of_the_base() {
    let said = Said::of_image(&on_a_fat_base());
    let after = &said.fix["after"];
    assert_eq!(
        (&after["wasted_bytes"], &after["wasted_of_base_bytes"]),
        (&json!(5 * MB), &json!(5 * MB))
    );
    let directory = tempfile::tempdir().unwrap();
    let archive = directory.path().join("image.tar");
    std::fs::write(&archive, on_a_fat_base()).unwrap();
    let text = crate::program::said(&["fix", archive.to_str().unwrap()]);
    let ought = "# wasted after it: 4.77 MiB, all of it files of the base image, because `rm -rf /var/lib/apt/lists/*` and `apt-get clean` also delete files of the base image, which stay in its layers";
    assert!(text.contains(ought), "{text}");
}

#[test]
fn fix_tells_what_is_in_the_diff_from_what_is_not_and_begins_with_what_saves_most() {
    let image =
        Image::of(&built_by_go(executable().build(), [file("root/.cache/go-build/a", 3 * MB)]));
    let text = image.text();
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part:?} in {text}"));
    let draft = at("# a new file, which saves more than all changes below together:");
    assert!(draft < at("is a draft that copies only"), "{text}");
    assert!(at("is a draft") < at("# in the diff, the largest saving first:"), "{text}");
    let text = Image::of(&logs()).text();
    let at = |part: &str| text.find(part).unwrap_or_else(|| panic!("no {part:?} in {text}"));
    let left = at("# not in the diff, because you have to decide; the largest saving first:");
    assert!(at("# in the diff, the largest saving first:") < left, "{text}");
    assert!(left < at("[needs a look] not changed: lines"), "{text}");
}

#[test]
fn two_changes_with_the_same_advice_are_told_apart_by_their_layers() {
    let said = Said::of_image(&chown().archive());
    let titles: Vec<_> = said.changes().iter().map(|it| it["title"].as_str().unwrap()).collect();
    let owner = |layer| format!("set the owner where the files are made (layer {layer})");
    for title in [owner(2), owner(1)] {
        assert_eq!(titles.iter().filter(|it| **it == title).count(), 1, "{titles:?}");
    }
}

#[test]
fn an_image_with_nothing_avoidable_says_that_there_is_nothing_to_change() {
    let clean = Situation::new().copy("app", "/srv", [file("srv/app", MB)]).archive();
    let text = report_of(&clean);
    assert!(text.contains("What to change Nothing to change in your layers."), "{text}");
    assert!(text.contains("nothing wasted, nothing to change in your layers."), "{text}");
    let said = Said::of_image(&clean);
    assert_eq!(said.report["totals"]["avoidable_bytes"], 0);
}

#[test]
fn what_fix_cannot_write_needs_a_look_in_the_report() {
    for (name, archive) in super::agreed::situations() {
        let said = Said::of_image(&archive);
        for (place, change) in said.changes().iter().enumerate() {
            let mut states = said.suggestions(place).map(|suggestion| &suggestion["state"]);
            if change["part"] == "own" && states.any(|state| state == "left") {
                assert_eq!(change["grade"], "needs a look", "{name}: {change}");
            }
        }
    }
}

/// Checks the marks of an image's possible sizes in all outputs; returns the mark of the smallest,
/// and how many sizes need a look.
fn marks_agree(archive: &[u8]) -> (&'static str, usize) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image.tar");
    std::fs::write(&path, archive).unwrap();
    let path = path.to_str().unwrap();
    let said = |args: &[&str]| {
        let output = crate::program::layerscope(&[args, &[path]].concat());
        String::from_utf8(output.stdout).unwrap()
    };
    let report = said(&["report", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let (ladder, text) = (said(&["ladder"]), said(&["report"]));
    let markdown = said(&["report", "--format", "markdown"]);
    let (mut weakest, mut looks) = (0, 0);
    let sizes = report["possible_sizes"].as_array().unwrap();
    for size in sizes {
        let all = ["exact", "at most", "at least", "estimate"];
        let rank = all.iter().position(|it| size["size_certainty"] == *it).unwrap();
        assert!(rank >= weakest, "a step is as certain as those before it: {report}");
        weakest = rank;
        if size["noticeable"] == false {
            continue;
        }
        let bytes = Units::Iec.size(size["size_bytes"].as_u64().unwrap());
        let marked = format!("{}{bytes} ", MARKS[rank]);
        assert!(ladder.contains(&marked) && text.contains(&marked), "{marked}: {ladder}\n{text}");
        let marked = marked.trim().replace('~', "&#126;&#8203;");
        assert!(size["step"] == "as-built" || markdown.contains(&marked), "{marked}: {markdown}");
        let first = size["notes"][0].as_str().unwrap_or_default();
        let is_told = first.starts_with("needs a look: you have to decide about ");
        assert_eq!(size["grade"] == "needs a look", is_told, "{size}");
        looks += usize::from(is_told);
    }
    let smallest = sizes.last().unwrap();
    assert_eq!(report["totals"]["smallest_certainty"], smallest["size_certainty"]);
    let verdict = format!("Smallest possible: {}", MARKS[weakest]);
    assert!(text.replace('\n', " ").contains(&verdict), "{text}");
    (MARKS[weakest], looks)
}

/// The marks, from the most certain size to an estimate.
const MARKS: [&str; 4] = ["", "≤", "≥", "~"];

#[test]
fn a_possible_size_is_marked_alike_everywhere_and_says_first_why_it_needs_a_look() {
    assert_eq!(marks_agree(&super::apt().archive()), ("≤", 0));
    let (_, looks) = marks_agree(&logs().archive());
    assert!(looks > 0);
}

#[test]
fn the_verdict_tells_what_needs_no_look_and_sums_a_change_over_its_layers() {
    let archives = |byte: u8| {
        let name = format!("var/cache/apt/archives/{byte}.deb");
        file(&name, 3 * MB).holding(vec![byte; 3 * MB])
    };
    let log = file("var/log/apt/term.log", MB);
    let image = Situation::new()
        .run("apt-get update && apt-get install -y nano", [archives(b'a'), log])
        .run("apt-get install -y vim", [archives(b'b'), file("usr/bin/vim", 2 * MB)]);
    let text = report_of(&image.archive());
    let ought = "6.68 MiB avoidable (5.72 MiB of it without a closer look), mostly downloaded .deb \
                 packages and apt's caches (5.72 MiB in layers 1 and 2).";
    assert!(text.contains(ought), "{text}");
}
