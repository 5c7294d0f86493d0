//! Images side by side: what came, went and grew, which layers are shared, and what the second costs who has the first.

mod support;

use layerscope::Inspection;
use layerscope::compare::{Difference, changed_paths, columns, sharing};
use layerscope::report::{Comparison, TextStyle, write_comparison, write_comparison_json};
use layerscope::units::Units;
use proptest::prelude::*;
use serde_json::Value;
use support::build::{self, Image, Layer, dir, file, gone, layer, tar};

fn base() -> Layer {
    layer([dir("lib"), file("lib/libc", 3_000)]).gzip()
}

/// Two versions of one image: the application grew, a file went, one came.
fn versions() -> [Inspection; 2] {
    let one = layer([file("app", 500), file("old", 70), file("same", 9), file("touched", 5)]).gzip();
    let two = layer([file("app", 800), file("new", 40), file("same", 9), file("touched", 5).mode(0o755)]).gzip();
    [one, two].map(|own| build::inspect(tar(Image::of([base(), own]).docker())).unwrap())
}

fn text(comparison: &Comparison) -> String {
    let mut out = Vec::new();
    write_comparison(comparison, TextStyle { top: 20, ..TextStyle::default() }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_path_says_how_it_differs() {
    let [one, two] = versions();
    let changes: Vec<_> = changed_paths(&one, &two)
        .into_iter()
        .map(|change| (String::from_utf8(change.path).unwrap(), change.difference, change.before, change.after))
        .collect();
    assert_eq!(
        changes,
        [
            ("/app".into(), Difference::Grew, 500, 800),
            ("/new".into(), Difference::Came, 0, 40),
            ("/old".into(), Difference::Went, 70, 0),
            ("/touched".into(), Difference::Changed, 5, 5),
        ]
    );
}

#[test]
fn who_has_the_first_downloads_only_the_layers_that_are_not_shared() {
    let [one, two] = versions();
    let shared = sharing(&one, &two);
    assert_eq!((shared.same, shared.common), (vec![Some(0), None], 1));
    assert_eq!((shared.pull, shared.exact), (two.layers[1].stored_bytes, true));
    let broken: Vec<_> = shared.broken_by.iter().map(|change| change.path.as_slice()).collect();
    assert_eq!(broken, [&b"/app"[..], b"/old", b"/new"], "the biggest difference broke the sharing first");
}

#[test]
fn the_verdict_is_one_line_and_the_table_fits_80_columns() {
    let [one, two] = versions();
    let text = text(&Comparison::of(&[&one, &two]));
    let verdict = text.lines().take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    assert!(
        verdict.contains("second is 1.08× bigger: 3.76 KiB instead of 3.50 KiB; 1 of 2 layers shared"),
        "{verdict}"
    );
    for part in ["   0  is 0", "   1  new", "+300 B", "went", "Sharing ends at layer 1"] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    assert!(text.lines().skip(2).all(|line| line.chars().count() <= 80), "{text}");
}

#[test]
fn several_images_have_their_ratio_to_the_first() {
    let sizes = [8_010_000, 3_820_000, 108_000, 65_600];
    let images = sizes.map(|size| build::inspect(tar(Image::of([layer([file("app", size)])]).docker())).unwrap());
    let columns = columns(&images.iter().collect::<Vec<_>>());
    let ratios: Vec<_> = columns.iter().map(|column| (column.ratio.unwrap() * 1000.0).round() / 1000.0).collect();
    assert_eq!(ratios, [1.0, 2.097, 74.167, 122.104]);
    let comparison = Comparison::of(&images.iter().collect::<Vec<_>>());
    assert!(comparison.verdict(Units::Si).contains("122× smaller: 65.6 kB instead of 8.01 MB"));
}

#[test]
fn an_image_is_the_same_as_itself() {
    let [one, _] = versions();
    let comparison = Comparison::of(&[&one, &one]);
    let text = text(&comparison);
    assert!(text.contains("both ship") && text.contains("look the same"), "{text}");
    assert!(text.contains("who has the first downloads 0 B"), "{text}");
    let mut json = Vec::new();
    write_comparison_json(&comparison, Units::Iec, &mut json).unwrap();
    let json: Value = serde_json::from_slice(&json).unwrap();
    assert_eq!((json["pull"]["bytes"].as_u64(), json["changes"].as_array().map(Vec::len)), (Some(0), Some(0)));
}

#[test]
fn what_a_deleted_file_costs_is_compared_too() {
    let kept = build::inspect(tar(Image::of([layer([file("a", 10)])]).docker())).unwrap();
    let deleted =
        build::inspect(tar(Image::of([layer([file("a", 10), file("go", 90)]), layer([gone("go")])]).docker()));
    let deleted = deleted.unwrap();
    assert!(changed_paths(&kept, &deleted).is_empty(), "the final filesystems are the same");
    assert!(text(&Comparison::of(&[&kept, &deleted])).contains("10.0× bigger"));
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
        let more: i128 = changes.iter().map(|change| i128::from(change.after) - i128::from(change.before)).sum();
        prop_assert_eq!(more, i128::from(two.totals.live) - i128::from(one.totals.live));
    }
}
