//! The OCI image layout, as the tools that write it leave it.

use serde_json::json;

use super::claim::{Shown, archive};
use crate::support::build::{Image, Layer, Layout, dir, file, layer};

fn image(pack: fn(Layer) -> Layer) -> Image {
    Image::of(
        [layer([file("f", 1000), file("g", 30)]), layer([file("f", 5000)]), layer([file("h", 7)])]
            .map(pack),
    )
}

/// However the layout was written, the image in it is the same, and all engines take it.
fn is_the_image(shown: &Shown) -> &Shown {
    is_the_image_where_engines_differ(shown).quiet()
}

fn is_the_image_where_engines_differ(shown: &Shown) -> &Shown {
    shown
        .ship([1030, 5000, 7])
        .visible([30, 5000, 7])
        .wasted(["f 1000: 0 to 1, overwritten"])
        .tree(["f 5000", "g 30", "h 7"])
        .steps(["step 0", "step 1", "step 2"])
}

#[test]
fn an_image_that_is_described_twice_is_one_image() {
    let image = image(|layer| layer);
    let mut layout = Layout::default();
    let descriptor = layout.image(&image);
    let blob =
        |at: usize, layout: &Layout| String::from_utf8(layout.blobs[at].name().to_vec()).unwrap();
    let manifest = json!([{
        "Config": blob(3, &layout),
        "RepoTags": ["built:latest"],
        "Layers": [blob(0, &layout), blob(1, &layout), blob(2, &layout)],
    }]);
    let mut members = layout.members([descriptor]);
    members.push(crate::support::build::member("manifest.json", manifest.to_string()));
    is_the_image(&archive("docker25", members)).compressed(["none"; 3]);
}

#[test]
fn gzip_layers_stand_in_the_order_of_the_manifest() {
    is_the_image(&archive("oci-gzip", image(Layer::gzip).oci())).compressed(["gzip"; 3]);
}

#[test]
fn zstd_layers_stand_in_the_order_of_the_manifest() {
    is_the_image(&archive("oci-zstd", image(Layer::zstd).oci())).compressed(["zstd"; 3]);
}

#[test]
fn members_may_have_a_dot_in_front() {
    let members = image(Layer::gzip).oci().into_iter();
    let dotted = members.map(|member| member.clone().named([b"./", member.name()].concat()));
    let whole = std::iter::once(dir(".")).chain(dotted).collect();
    is_the_image(&archive("oci-dot-slash", whole));
}

#[test]
fn the_index_may_come_before_the_blobs() {
    let mut members = image(Layer::gzip).oci();
    members.reverse();
    is_the_image(&archive("oci-index-first", members));
}

#[test]
fn an_index_may_lead_to_another_index() {
    let mut layout = Layout::default();
    let manifest = layout.image(&image(Layer::gzip));
    let inner = layout.index([manifest]);
    is_the_image(&archive("oci-index-once", layout.clone().members([inner.clone()])));
    let outer = layout.index([inner]);
    is_the_image_where_engines_differ(&archive("oci-nested-index", layout.members([outer])))
        .warns("runtimes disagree: an index leads to another index");
}

#[test]
fn indexes_in_indexes_without_end_are_said() {
    let mut layout = Layout::default();
    let mut next = layout.image(&image(Layer::gzip));
    for _ in 0..12 {
        next = layout.index([next]);
    }
    let error =
        super::claim::error("oci-deep-index", crate::support::build::tar(layout.members([next])));
    assert!(error.contains("lies below 8 indexes, more than are followed"), "{error}");
}

#[test]
fn media_types_may_lie_about_compression() {
    let mut zstd =
        Layout { layer_type: "application/vnd.oci.image.layer.v1.tar+gzip", ..Layout::default() };
    let manifest = zstd.image(&image(Layer::zstd));
    is_the_image_where_engines_differ(&archive("oci-mediatype-lies", zstd.members([manifest])))
        .compressed(["zstd"; 3])
        .warns("layer 0: runtimes disagree: the media type says gzip, but the layer is zstd");
    let mut gzip =
        Layout { layer_type: "application/vnd.oci.image.layer.v1.tar", ..Layout::default() };
    let manifest = gzip.image(&image(Layer::gzip));
    is_the_image_where_engines_differ(&archive(
        "oci-mediatype-lies-plain",
        gzip.members([manifest]),
    ))
    .compressed(["gzip"; 3])
    .warns("runtimes disagree: the media type says plain, but the layer is gzip");
}

#[test]
fn blobs_may_be_named_by_another_digest() {
    let mut layout = Layout { algorithm: "sha512", ..Layout::default() };
    let manifest = layout.image(&image(Layer::gzip));
    let shown = archive("oci-sha512", layout.members([manifest]));
    is_the_image_where_engines_differ(&shown).warns("runtimes disagree: blobs are named by sha512");
    let digest = shown.inspection.layers[0].digest.as_ref().unwrap().raw();
    assert!(digest.starts_with("sha512:") && digest.len() == 7 + 128, "{digest}");
}

#[test]
fn a_layer_that_is_not_in_the_archive_is_named_and_the_others_are_shown() {
    let mut layout = Layout::default();
    let manifest = layout.image(&image(Layer::gzip));
    let absent = layout.blobs.remove(0);
    let shown = archive("oci-foreign-layer", layout.members([manifest]));
    shown
        .ship([0, 5000, 7])
        .visible([0, 5000, 7])
        .tree(["f 5000", "h 7"])
        .compressed(["missing", "gzip", "gzip"])
        .steps(["step 0", "step 1", "step 2"])
        .warns("layer 0: ")
        .warns(&String::from_utf8_lossy(absent.name()));
}
