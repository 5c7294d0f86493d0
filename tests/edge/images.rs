//! Images: how their layers, their history and their config fit together.

use serde_json::json;

use super::claim::{archive, layers, stored};
use crate::support::build::{Image, dir, file, layer, member};

fn two_layers() -> Image {
    Image::of([layer([file("a", 10)]), layer([file("b", 20)])])
}

#[test]
fn a_layer_that_comes_again_ships_again_and_kills_itself() {
    let one = || layer([dir("d"), file("d/f", 1000)]);
    stored("layer-repeated", [one(), one(), layer([file("g", 5)]), one()])
        .ship([1000, 1000, 5, 1000])
        .visible([0, 0, 5, 1000])
        .wasted(["d/f 1000: 0 to 1, rewritten-unchanged", "d/f 1000: 1 to 3, rewritten-unchanged"])
        .tree(["d/", "d/f 1000", "g 5"])
        .quiet();
}

#[test]
fn an_image_may_have_more_layers_than_engines_take() {
    let shown = stored(
        "layers-500",
        (0..500).map(|i| layer([file("same", i % 7), file(format!("f{i}"), 1)])),
    );
    let totals = &shown.inspection.totals;
    shown.same("layers", shown.inspection.layers.len(), 500);
    shown.same("visible", totals.visible, 500 + 499 % 7);
    shown.same("size", totals.size, 500 + (0..500).map(|i| i % 7).sum::<u64>());
    shown.warns("runtimes disagree: the image has 500 layers; docker takes at most 125");
}

#[test]
fn steps_that_made_no_layer_stand_beside_none() {
    let mut image = two_layers();
    image.config["history"] = json!([
        { "created_by": "ENV A=1", "empty_layer": true },
        { "created_by": "step 0", "empty_layer": null },
        { "created_by": null, "comment": null, "empty_layer": true },
        { "created_by": "step 1", "created": null, "author": null },
        { "created_by": "CMD [\"sh\"]", "empty_layer": true },
    ]);
    archive("history-empty-layers", image.docker()).steps(["step 0", "step 1"]).quiet();
    image.config["history"] = json!([{ "created_by": null }, { "created_by": "step 1" }]);
    let shown = archive("history-null-step", image.docker());
    shown.same("unknown step", shown.inspection.layers[0].instruction.created_by.clone(), None);
    shown.ship([10, 20]).visible([10, 20]).quiet();
}

#[test]
fn a_config_with_a_byte_order_mark_and_a_line_feed_is_understood() {
    let image = two_layers();
    let mut members = image.docker();
    members[0] = member("config.json", format!("\u{feff}{}\n", image.config));
    let shown = archive("config-bom", members);
    shown
        .steps(["step 0", "step 1"])
        .visible([10, 20])
        .warns("a byte order mark, with which container runtimes refuse it");
}

#[test]
fn an_image_may_have_three_tags() {
    let tags = ["one:1", "two:2", "registry.example:5000/three:3"];
    let image = Image { tags: json!(tags), ..two_layers() };
    let shown = archive("tags-many", image.docker());
    shown.quiet();
    assert_eq!(shown.inspection.tags, tags);
    shown.same("name", &*shown.inspection.name, "one:1");
}

#[test]
fn an_image_without_layers_is_empty_and_wholly_efficient() {
    let shown = layers("no-layers", []);
    shown
        .ship([])
        .visible([])
        .wasted([])
        .tree([])
        .warns("runtimes disagree: the image has no layers");
    shown.same("efficiency", shown.inspection.efficiency(), Some(1.0));
}
