//! Images side by side: what came, went and grew, which layers are shared, and what the second
//! costs who has the first.

mod command_line;
mod packages;

use layerscope::Inspection;
use layerscope::compare::{
    Difference, LayerPlace, Pair, changed_paths, columns, layer_places, sharing,
};
use layerscope::display::Units;
use layerscope::report::{Comparison, TextStyle, write_comparison, write_comparison_json};
use proptest::prelude::*;
use serde_json::Value;

use crate::support;
use crate::support::build::{self, Image, Layer, dir, file, gone, hardlink, layer, tar};

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
    let paths = Pair::between(&one, &two).paths;
    assert_eq!(
        (paths.root().less, paths.root().more),
        (100, 100),
        "the bytes only have another name"
    );
    assert_eq!(changed_paths(&one, &two).len(), 2);
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
        let root = *Pair::between(&one, &two).paths.root();
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
