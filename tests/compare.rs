//! Images side by side: what came, went and grew, which layers are shared, and what the second
//! costs who has the first.

mod packages;

use crate::support;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use crate::support::build::{self, Image, Layer, dir, file, gone, hardlink, layer, tar};
use layerscope::compare::{
    Difference, DifferenceTree, LayerPlace, PackageDifference, changed_packages, changed_paths,
    columns, layer_places, sharing,
};
use layerscope::display::Units;
use layerscope::files::contents::LayerContents;
use layerscope::files::packages::{Installed, installed};
use layerscope::report::{Comparison, TextStyle, write_comparison, write_comparison_json};
use layerscope::{Inspection, Progress};
use proptest::prelude::*;
use serde_json::Value;

fn base() -> Layer {
    layer([dir("lib"), file("lib/libc", 3_000)]).gzip()
}

/// Two versions of one image: the application grew, a file went, one came.
fn versions() -> [Inspection; 2] {
    let one =
        layer([file("app", 500), file("old", 70), file("same", 9), file("touched", 5)]).gzip();
    let two =
        layer([file("app", 800), file("new", 40), file("same", 9), file("touched", 5).mode(0o755)])
            .gzip();
    [one, two].map(|own| build::inspect(tar(Image::of([base(), own]).docker())).unwrap())
}

fn text(comparison: &Comparison<'_>) -> String {
    let mut out = Vec::new();
    write_comparison(comparison, TextStyle { top: 20, ..TextStyle::default() }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_path_says_how_it_differs() {
    let [one, two] = versions();
    let changes: Vec<_> = changed_paths(&one, &two)
        .into_iter()
        .map(|change| {
            (
                String::from_utf8(change.path).unwrap(),
                change.difference,
                change.before,
                change.after,
            )
        })
        .collect();
    assert_eq!(
        changes,
        [
            ("/app".into(), Difference::Larger, 500, 800),
            ("/new".into(), Difference::Added, 0, 40),
            ("/old".into(), Difference::Removed, 70, 0),
            ("/touched".into(), Difference::Changed, 5, 5),
        ]
    );
}

#[test]
fn who_has_the_first_downloads_only_the_layers_that_are_not_shared() {
    let [one, two] = versions();
    let shared = sharing(&one, &two);
    assert_eq!((shared.same, shared.common), (vec![Some(0.into()), None], 1));
    assert_eq!((shared.download, shared.exact), (two.layers[1].stored_bytes, true));
    let broken: Vec<_> = shared.broken_by.iter().map(|change| change.path.as_slice()).collect();
    assert_eq!(
        broken,
        [&b"/app"[..], b"/old", b"/new"],
        "the biggest difference broke the sharing first"
    );
}

#[test]
fn the_verdict_is_one_line_and_the_table_fits_80_columns() {
    let [one, two] = versions();
    let text = text(&Comparison::compare(&[&one, &two]));
    let verdict = text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    assert!(
        verdict
            .contains("second is 1.08× bigger: 3.76 KiB instead of 3.50 KiB; 1 of 2 layers shared"),
        "{verdict}"
    );
    for part in [
        "    0      0",
        "shared",
        "    -      1",
        "+300 B",
        "removed",
        "Layer 1 is the first that differs",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(text.lines().skip(2).all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn several_images_have_their_ratio_to_the_first() {
    let sizes = [8_010_000, 3_820_000, 108_000, 65_600];
    let images = sizes
        .map(|size| build::inspect(tar(Image::of([layer([file("app", size)])]).docker())).unwrap());
    let columns = columns(&images.iter().collect::<Vec<_>>());
    let ratios: Vec<_> =
        columns.iter().map(|column| (column.ratio.unwrap() * 1000.0).round() / 1000.0).collect();
    assert_eq!(ratios, [1.0, 2.097, 74.167, 122.104]);
    let comparison = Comparison::compare(&images.iter().collect::<Vec<_>>());
    assert!(comparison.verdict(Units::Si).contains("122× smaller: 65.6 kB instead of 8.01 MB"));
}

#[test]
fn of_several_images_each_says_what_who_has_the_first_downloads() {
    let [one, two] = versions();
    let plain = build::inspect(tar(Image::of([layer([file("other", 2_000)])]).docker())).unwrap();
    let comparison = Comparison::compare(&[&one, &two, &one, &plain]);
    let (download, stored) = (two.layers[1].stored_bytes, plain.layers[0].stored_bytes);
    let text = text(&comparison);
    let (_, downloads) =
        text.split_once("Download size for users of the first image\n").expect("it is said");
    let mut rows = downloads
        .lines()
        .skip(1)
        .map(|line| line.split_whitespace().take(5).collect::<Vec<_>>().join(" "));
    let mut row = || rows.next().expect("a row for each image after the first");
    assert_eq!(row(), format!("{download} B 1 of 2"));
    assert_eq!(row(), "0 B 2 of 2");
    assert_eq!(row(), format!("~{} 0 of 1", Units::Iec.size(stored)));
    assert!(row().starts_with("~ uncompressed in the archive"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let mut json = Vec::new();
    write_comparison_json(&comparison, Units::Iec, &mut json).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["images"][0].get("download"), None, "nobody downloads what they have");
    let downloads = [1, 2, 3].map(|i| {
        let download = &json["images"][i]["download"];
        (
            download["bytes"].as_u64().unwrap(),
            download["shared_layers"].as_u64().unwrap(),
            download["exact"].as_bool().unwrap(),
        )
    });
    assert_eq!(downloads, [(download, 1, true), (0, 2, true), (stored, 0, false)]);
}

#[test]
fn an_image_is_the_same_as_itself() {
    let [one, _] = versions();
    let comparison = Comparison::compare(&[&one, &one]);
    let text = text(&comparison);
    assert!(text.contains("both images have") && text.contains("No differences found"), "{text}");
    assert!(text.contains("updating downloads 0 B"), "{text}");
    let mut json = Vec::new();
    write_comparison_json(&comparison, Units::Iec, &mut json).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(
        (json["download"]["bytes"].as_u64(), json["changes"].as_array().map(Vec::len)),
        (Some(0), Some(0))
    );
}

#[test]
fn what_a_deleted_file_costs_is_compared_too() {
    let kept = build::inspect(tar(Image::of([layer([file("a", 10)])]).docker())).unwrap();
    let deleted = build::inspect(tar(Image::of([
        layer([file("a", 10), file("go", 90)]),
        layer([gone("go")]),
    ])
    .docker()));
    let deleted = deleted.unwrap();
    assert!(changed_paths(&kept, &deleted).is_empty(), "the final filesystems are the same");
    assert!(text(&Comparison::compare(&[&kept, &deleted])).contains("10.0× bigger"));
}

#[test]
fn a_layer_that_only_deletes_breaks_the_sharing_too() {
    let images = [gone("lib/libc"), file("app", 3)]
        .map(|own| build::inspect(tar(Image::of([base(), layer([own])]).docker())).unwrap());
    let broken: Vec<_> =
        sharing(&images[0], &images[1]).broken_by.into_iter().map(|change| change.path).collect();
    assert_eq!(broken, [b"/lib/libc".to_vec(), b"/app".to_vec()]);
}

#[test]
fn layers_of_both_stand_where_they_were() {
    let own = |name: &str| layer([file(name, 5)]);
    let [a, b, c, d] = ["a", "b", "c", "d"].map(own);
    let image = |layers: &[&Layer]| {
        build::inspect(tar(Image::of(layers.iter().map(|&layer| layer.clone())).docker())).unwrap()
    };
    use LayerPlace::{Both, First, Second};
    for (one, two, places) in [
        (
            vec![&a, &b, &c],
            vec![&a, &d, &c],
            vec![
                Both(0.into(), 0.into()),
                First(1.into()),
                Second(1.into()),
                Both(2.into(), 2.into()),
            ],
        ),
        (
            vec![&a],
            vec![&a, &b, &c],
            vec![Both(0.into(), 0.into()), Second(1.into()), Second(2.into())],
        ),
        (
            vec![&a, &b, &c],
            vec![&a],
            vec![Both(0.into(), 0.into()), First(1.into()), First(2.into())],
        ),
        (vec![&a, &b], vec![&b, &a], vec![Both(1.into(), 0.into()), Both(0.into(), 1.into())]),
        (
            vec![&a, &b, &b],
            vec![&a, &b],
            vec![Both(0.into(), 0.into()), Both(1.into(), 1.into()), Both(2.into(), 1.into())],
        ),
        (vec![], vec![&a], vec![Second(0.into())]),
    ] {
        let (one, two) = (image(&one), image(&two));
        assert_eq!(layer_places(&one, &two, &sharing(&one, &two)), places);
    }
}

#[test]
fn a_file_with_two_names_counts_once() {
    let one = layer([file("a", 100), hardlink("b", "a")]);
    let two = layer([file("b", 100)]);
    let [one, two] = [one, two].map(|own| build::inspect(tar(Image::of([own]).docker())).unwrap());
    let paths = DifferenceTree::compare(&one, &two);
    assert_eq!(
        (paths.root().less, paths.root().more),
        (100, 100),
        "the bytes only have another name"
    );
    assert_eq!(changed_paths(&one, &two).len(), 2);
}

fn layerscope(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    command
        .args(arguments)
        .env("LAYERSCOPE_CONFIG", if cfg!(windows) { "NUL" } else { "/dev/null" });
    command.stdin(Stdio::null()).output().unwrap()
}

/// Files with these contents, in a directory that is gone with the value.
fn files<const N: usize>(contents: [(&str, Vec<u8>); N]) -> (tempfile::TempDir, [String; N]) {
    let directory = tempfile::tempdir().unwrap();
    let files = contents.map(|(name, contents)| {
        let path = directory.path().join(name);
        std::fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    });
    (directory, files)
}

#[test]
fn the_json_keeps_its_contract_and_its_numbers_add_up() {
    let mut schema: Value =
        serde_json::from_str(include_str!("../assets/compare.schema.json")).unwrap();
    // Readers must bear new members, but here each has to be described.
    let parts = schema["$defs"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for part in parts.iter().map(|part| format!("/$defs/{part}")).chain([String::new()]) {
        let part = schema.pointer_mut(&part).unwrap();
        if part.get("properties").is_some() {
            part["additionalProperties"] = false.into();
        }
    }
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("compare.json", schema).unwrap();
    let index = compiler.compile("compare.json", &mut schemas).unwrap();
    let [one, two] = support::versions::versions();
    let hostile = layer([file(b"caf\xe9\x1b[31m", 9), file("\u{202e}x", 3)]);
    let hostile = tar(Image::of([hostile]).docker());
    let empty = tar(Image::of([]).docker());
    let (_directory, [one, two, hostile, empty]) =
        files([("1.tar", one), ("2.tar", two), ("hostile.tar", hostile), ("empty.tar", empty)]);
    for images in [
        vec![&one, &two],
        vec![&one, &one],
        vec![&one, &two, &one],
        vec![&one, &hostile],
        vec![&hostile, &empty],
        vec![&empty, &hostile],
        vec![&empty, &empty],
    ] {
        for more in [&[][..], &["--quick"]] {
            let arguments: Vec<&str> = images.iter().map(|image| image.as_str()).collect();
            let output =
                layerscope(&[&["compare", "--format", "json"], &arguments[..], more].concat());
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            schemas.validate(&report, index).unwrap_or_else(|error| panic!("{error:#}"));
            assert_eq!(report.get("packages").is_some(), images.len() == 2 && more.is_empty());
            if images.len() == 2 {
                sums_up(&report);
            }
        }
    }
}

fn sums_up(report: &Value) {
    let sum = |list: &Value, key: &str| {
        list.as_array().unwrap().iter().map(|part| part[key].as_i64().unwrap()).sum::<i64>()
    };
    let visible = |image: usize| report["images"][image]["visible_bytes"].as_i64().unwrap();
    let changes = &report["changes"];
    assert_eq!(sum(changes, "more_bytes") - sum(changes, "less_bytes"), visible(1) - visible(0));
    let downloaded = report["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["download_bytes"].as_i64().unwrap())
        .sum::<i64>();
    assert_eq!(report["download"]["bytes"].as_i64().unwrap(), downloaded);
    assert_eq!(report["images"][1]["download"], report["download"]);
    if let Some(packages) = report.get("packages") {
        let number = |key: &str| packages[key].as_i64().unwrap();
        let of_none = number("unpackaged_after_bytes") - number("unpackaged_before_bytes");
        let changes = &packages["changes"];
        assert_eq!(
            sum(changes, "after_bytes") - sum(changes, "before_bytes") + of_none,
            visible(1) - visible(0)
        );
    }
}

#[test]
fn what_cannot_be_read_is_named_and_ends_with_exit_code_2() {
    let image = tar(Image::of([base()]).docker());
    let mut both = Image::of([base()]).docker();
    both.pop();
    let manifest = r#"[{"Config":"config.json","RepoTags":["a:1"],"Layers":["0.tar"]},{"Config":"other.json","RepoTags":["a:2"],"Layers":["0.tar"]}]"#;
    both.push(build::member("other.json", r#"{"os":"linux"}"#));
    both.push(build::member("manifest.json", manifest));
    let (_directory, [good, paper, both]) = files([
        ("good.tar", image),
        ("paper.tar", b"%PDF-1.7 and so on".to_vec()),
        ("both.tar", tar(both)),
    ]);
    for (images, words) in [
        (vec![good.as_str(), &paper], "paper.tar is not an image archive (it is a PDF document)"),
        (vec![good.as_str(), "none.tar"], "cannot open none.tar: no such file"),
        (vec![good.as_str(), &both], "both.tar#TAG"),
        (vec![good.as_str(), &format!("{both}#a:3")], "holds no image called a:3"),
        (vec!["-", "-"], "only one image can come from standard input"),
        (vec![good.as_str()], "2 values"),
    ] {
        let output = layerscope(&[&["compare"], &images[..]].concat());
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{images:?}");
        assert!(message.starts_with("error: ") && message.contains(words), "{message}");
    }
    let output = layerscope(&["compare", &format!("{both}#a:1"), &format!("{both}#a:2")]);
    assert!(
        String::from_utf8_lossy(&output.stdout).starts_with("both images have"),
        "two images of one archive"
    );
}

#[test]
fn images_of_one_name_are_told_apart_by_their_archives() {
    let images = [500, 900].map(|size| tar(Image::of([layer([file("app", size)])]).docker()));
    let [one, two] = images;
    let (_directory, [one, two]) = files([("old.tar", one), ("new.tar", two)]);
    let output = layerscope(&["compare", &one, &two]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("old.tar)") && text.contains("new.tar)"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn before_and_after_differ_by_what_came_grew_shrank_and_went(
        before in proptest::collection::btree_map("[a-c]{1,3}", 0usize..900, 0..8),
        after in proptest::collection::btree_map("[a-c]{1,3}", 0usize..900, 0..8),
    ) {
        let image = |files: &std::collections::BTreeMap<String, usize>| {
            let entries = files.iter().map(|(name, &size)| file(name, size));
            build::inspect(tar(Image::of([layer(entries)]).docker())).unwrap()
        };
        let (one, two) = (image(&before), image(&after));
        let changes = changed_paths(&one, &two);
        let root = *DifferenceTree::compare(&one, &two).root();
        prop_assert_eq!(i128::from(root.more) - i128::from(root.less), i128::from(two.totals.visible) - i128::from(one.totals.visible));
        prop_assert_eq!(root.count, changes.len());
        let more: i128 = changes.iter().map(|change| i128::from(change.after) - i128::from(change.before)).sum();
        prop_assert_eq!(more, i128::from(two.totals.visible) - i128::from(one.totals.visible));
    }
}

#[test]
fn a_layer_that_an_image_has_twice_is_sent_once_in_the_sum_and_among_the_layers() {
    use crate::support::build::{Image, file, inspect, layer, tar};
    let base = || layer([file("base", 900)]);
    let twice = || layer([file("twice", 3_000)]);
    let image = |layers: Vec<_>| inspect(tar(Image::of(layers).docker())).unwrap();
    let first = image(vec![base()]);
    let second = image(vec![base(), twice(), twice(), layer([file("end", 500)])]);
    let sharing = sharing(&first, &second);
    assert_eq!(sharing.sent, [false, true, false, true]);
    let layers = second
        .layers
        .iter()
        .zip(&sharing.sent)
        .filter(|(_, sent)| **sent)
        .map(|(layer, _)| layer.stored_bytes);
    assert_eq!(layers.sum::<u64>(), sharing.download);
}
