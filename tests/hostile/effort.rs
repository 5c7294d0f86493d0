//! Archives that are built to take time or memory. The limits are far above what is needed, and far
//! below what quadratic work would take.

use layerscope::tree::Reason;
use serde_json::json;

use super::{outcome, within};
use crate::support::build::{
    Entry, Image, Layer, dir, entries, file, gone, hardlink, inspect, layer, member, opaque,
    symlink, tar, zeros,
};

/// Seconds that are enough for any of these, on a slow and busy machine.
const ENOUGH: u64 = 20;

fn size_and_visible<const N: usize>(layers: [Vec<Entry>; N]) -> (u64, u64) {
    let archive = tar(Image::of(layers.map(layer)).docker());
    let totals = within(ENOUGH, || outcome(archive).unwrap().totals);
    (totals.size, totals.visible)
}

#[test]
fn a_layer_that_unpacks_to_a_thousand_times_its_size_is_read_without_holding_it() {
    const MIB: usize = 1 << 20;
    const PIECES: usize = 100;
    let header = &entries([file("zeros", 0).stating((PIECES * MIB) as u64)])[..512];
    let piece = crate::support::build::gzip(&zeros(MIB));
    let end = crate::support::build::gzip(&zeros(1024));
    let bomb =
        Layer::of_tar([crate::support::build::gzip(header), piece.repeat(PIECES), end].concat());
    let archive = tar(Image::of([bomb, layer([gone("zeros")])]).docker());
    assert!(archive.len() < MIB, "the bomb itself is small");
    let totals = within(ENOUGH, || outcome(archive).unwrap().totals);
    assert_eq!((totals.size, totals.visible), ((PIECES * MIB) as u64, 0));
}

#[test]
fn a_path_that_is_file_and_directory_in_turn_takes_linear_time() {
    let turns = (0..100_000).map(|i| if i % 2 == 0 { file("x", 1) } else { dir("x") });
    assert_eq!(size_and_visible([turns.collect()]), (50_000, 0));
    let with_children = (0..100_000).map(|i| match i % 4 {
        0 => dir("x"),
        1 => file("x/a", 1),
        2 => file("x/b/c", 1),
        _ => file("x", 1),
    });
    assert_eq!(size_and_visible([with_children.collect()]), (75_000, 1));
}

#[test]
fn a_path_that_comes_again_and_again_in_two_layers_takes_linear_time() {
    let again = || (0..120_000).map(|_| file("x", 1)).collect::<Vec<_>>();
    assert_eq!(size_and_visible([again(), again()]), (240_000, 1));
}

#[test]
fn a_hundred_thousand_whiteouts_in_ten_layers_take_linear_time() {
    let path = |i: usize| format!("d{}/f{i}", i % 100);
    let files = (0..100_000).map(|i| file(path(i), 1)).collect::<Vec<_>>();
    let gone = |n: usize| {
        (0..100_000).filter(move |i| i % 10 == n).map(|i| gone(&path(i))).collect::<Vec<_>>()
    };
    let layers = std::iter::once(files).chain((0..10).map(gone)).map(layer);
    let archive = tar(Image::of(layers).docker());
    let found = within(ENOUGH, || outcome(archive).unwrap());
    assert_eq!((found.totals.size, found.totals.visible), (100_000, 0));
    assert!(found.layers[1..].iter().all(|layer| layer.hidden == 10_000));
}

#[test]
fn whiteouts_of_everything_in_every_layer_take_linear_time() {
    let files = || (0..10_000).map(|i| file(format!("f{i}"), 1));
    let gone = || (0..10_000).map(|i| gone(&format!("f{i}")));
    let turn = |i: usize| {
        layer(if i.is_multiple_of(2) { files().collect::<Vec<_>>() } else { gone().collect() })
    };
    let archive = tar(Image::of((0..20).map(turn)).docker());
    let totals = within(ENOUGH, || outcome(archive).unwrap().totals);
    assert_eq!((totals.size, totals.visible), (100_000, 0));
}

#[test]
fn ten_thousand_opaque_marks_on_one_full_directory_take_linear_time() {
    let files = (0..100_000).map(|i| file(format!("d/f{i}"), 1)).collect();
    let marks = (0..10_000).flat_map(|i| [opaque("d"), gone(&format!("d/f{i}"))]).collect();
    assert_eq!(size_and_visible([files, marks]), (100_000, 0));
}

#[test]
fn a_hundred_thousand_names_of_one_file_take_linear_time() {
    let names = std::iter::once(file("f", 1000))
        .chain((0..100_000).map(|i| hardlink(format!("g{i}"), "f")));
    let gone = (0..100_000).map(|i| gone(&format!("g{i}"))).collect();
    assert_eq!(size_and_visible([names.collect(), gone]), (1000, 1000));
}

#[test]
fn paths_through_long_chains_of_links_take_linear_time() {
    let chain = (0..200).map(|i| symlink(format!("l{i}"), format!("l{}", i + 1)));
    let through = (0..20_000).map(|i| file(format!("l0/f{i}"), 1));
    assert_eq!(size_and_visible([chain.chain(through).collect()]), (20_000, 20_000));
}

#[test]
fn ten_thousand_directories_inside_each_other_take_linear_time() {
    let path = "d/".repeat(10_000);
    let deep = (0..100).map(|i| file(format!("{path}f{i}"), 1)).collect::<Vec<_>>();
    let archive = tar(Image::of([layer(deep), layer([gone("d")])]).docker());
    let totals = within(ENOUGH, || inspect(archive).unwrap().totals);
    assert_eq!((totals.size, totals.visible), (100, 0));
}

#[test]
fn a_large_layer_that_is_listed_three_thousand_times_is_not_compared_with_itself_each_time() {
    let mut members = Image::of([layer([file("f", 64 << 20)])]).docker();
    let names = vec!["0.tar"; 3000];
    members[2] =
        member("manifest.json", json!([{ "Config": "config.json", "Layers": names }]).to_string());
    let found = within(ENOUGH, || outcome(tar(members)).unwrap());
    assert_eq!((found.totals.size, found.totals.visible), (3000 * (64 << 20), 64 << 20));
    assert!(found.wasted.iter().all(|wasted| wasted.reason == Reason::RewrittenUnchanged));
}

#[test]
fn a_large_config_that_is_named_ten_thousand_times_is_read_once() {
    let image = Image::of([layer([file("f", 10)])]);
    let mut members = image.docker();
    let entry = json!({ "Config": "config.json", "Layers": ["0.tar"] });
    members[0] = member(
        "config.json",
        [image.config.to_string().into_bytes(), vec![b' '; 4 << 20]].concat(),
    );
    members[2] = member("manifest.json", json!(vec![entry; 10_000]).to_string());
    assert_eq!(within(ENOUGH, || outcome(tar(members)).unwrap().totals.size), 10);
}

#[test]
fn ten_thousand_layers_take_linear_time() {
    let layers = (0..10_000).map(|i| layer([file(format!("f{}", i % 100), 1)]));
    let archive = tar(Image::of(layers).docker());
    let found = within(ENOUGH, || outcome(archive).unwrap());
    assert_eq!(
        (found.layers.len(), found.totals.size, found.totals.visible),
        (10_000, 10_000, 100)
    );
    assert!(
        found.warnings.iter().any(|warning| warning.kind.code() == "differs-many-layers"),
        "{:?}",
        found.warnings
    );
}

#[test]
fn ten_thousand_members_beside_the_image_take_linear_time() {
    let image = Image::of([layer([file("f", 10)])]);
    let files = (0..10_000).map(|i| file(format!("stranger/{i}"), 1));
    let links = (0..10_000).map(|i| symlink(format!("link/{i}"), format!("{}", i + 1)));
    let twice = (0..10_000).map(|i| file(format!("stranger/{i}"), 2));
    let archive = tar(files.chain(links).chain(image.docker()).chain(twice));
    let found = within(ENOUGH, || outcome(archive).unwrap());
    assert_eq!((found.totals.size, found.warnings.len()), (10, 0), "{:?}", found.warnings);
}
