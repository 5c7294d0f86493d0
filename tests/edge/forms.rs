//! Forms of an archive that some engines refuse: the image is shown, and the difference is said.
//! Each was tried on Docker 20.10 and 26.1 (overlay2 and containerd), Podman 4.3 and 5.4, and umoci
//! 0.4.7.

use serde_json::json;

use super::claim::{Shown, archive, bytes, layers, stored};
use crate::support::build::{
    Entry, Image, Layer, Layout, file, hardlink, layer, member, other, symlink, tar,
};

fn image() -> Image {
    Image::of([layer([file("f", 1000)]), layer([file("g", 30)])])
}

/// The account is whole, and this is the only remark.
fn differ(shown: &Shown, words: &str) {
    shown
        .ship([1000, 30])
        .visible([1000, 30])
        .tree(["f 1000", "g 30"])
        .warns(&format!("runtimes disagree: {words}"));
    assert_eq!(shown.inspection.warnings.len(), 1, "{:?}", shown.inspection.warnings);
    assert!(shown.inspection.completeness.is_whole());
}

#[test]
fn a_layer_that_is_a_link_to_a_later_member() {
    let [config, below, above, manifest] = <[Entry; 4]>::try_from(image().docker()).ok().unwrap();
    let link = |name: &str, target: &str| symlink(name, target);
    let there = below.clone().named("there.tar");
    let forward = vec![
        config.clone(),
        link("0.tar", "there.tar"),
        there.clone(),
        above.clone(),
        manifest.clone(),
    ];
    differ(
        &archive("outer-symlink-forward", forward),
        "the member 0.tar is a link to a later one; podman refuses",
    );
    let backward = vec![config, there, link("0.tar", "there.tar"), above, manifest];
    archive("outer-symlink-backward", backward).ship([1000, 30]).quiet();
}

#[test]
fn a_layer_that_is_a_hard_link() {
    let [config, below, above, manifest] = <[Entry; 4]>::try_from(image().docker()).ok().unwrap();
    let members =
        vec![config, below.named("there.tar"), hardlink("0.tar", "there.tar"), above, manifest];
    differ(&archive("outer-hardlink-layer", members), "the member 0.tar is a hard link");
}

#[test]
fn a_member_that_is_there_twice() {
    let mut members = image().docker();
    members.insert(0, member("manifest.json", "[]"));
    differ(
        &archive("outer-duplicate-names", members),
        "the archive has manifest.json more than once",
    );
    let mut members = image().docker();
    members.extend([file("README", 1), file("README", 2)]);
    archive("outer-duplicate-stranger", members).ship([1000, 30]).quiet();
}

#[test]
fn a_table_of_contents_as_docker_wrote_it_before_it_had_a_manifest() {
    let layers = image().layers;
    let json =
        |id: &str, parent: &str| json!({ "id": id, "parent": parent, "os": "linux" }).to_string();
    let members = vec![
        member("a/json", json("a", "")),
        member("a/layer.tar", layers[0].stored()),
        member("b/json", json("b", "a")),
        member("b/layer.tar", layers[1].stored()),
        member("repositories", r#"{"old":{"1":"b"}}"#),
    ];
    differ(&archive("v1-no-manifest", members), "the archive has no manifest.json");
}

#[test]
fn a_layout_without_the_file_that_says_it_is_one() {
    let mut members = image().oci();
    members.retain(|member| member.name() != b"oci-layout");
    differ(&archive("oci-no-layout-file", members), "the layout has no file oci-layout");
}

#[test]
fn a_layout_with_the_media_types_of_docker() {
    let layer_type = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    let mut layout = Layout { layer_type, ..Layout::default() };
    let mut packed = image();
    packed.layers = packed.layers.into_iter().map(Layer::gzip).collect();
    let manifest = layout.image(&packed);
    differ(
        &archive("oci-docker-mediatypes", layout.members([manifest])),
        "the layout has the media types of docker",
    );
}

#[test]
fn a_layout_that_a_manifest_of_docker_describes_too_is_taken_by_all() {
    let layer_type = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    let mut layout = Layout { layer_type, algorithm: "sha512", ..Layout::default() };
    let manifest = layout.image(&image());
    let name = |at: usize| String::from_utf8(layout.blobs[at].name().to_vec()).unwrap();
    let entry =
        json!([{ "Config": name(2), "RepoTags": ["built:latest"], "Layers": [name(0), name(1)] }]);
    let mut members = layout.members([manifest]);
    members.retain(|member| member.name() != b"oci-layout");
    members.push(member("manifest.json", entry.to_string()));
    archive("docker25-odd-layout", members).ship([1000, 30]).quiet();
}

#[test]
fn more_layers_than_docker_takes() {
    let of = |count: usize| Image::of((0..count).map(|i| layer([file(format!("f{i}"), 1)])));
    archive("many-layers", of(125).docker());
    let shown = bytes("layers-500", tar(of(126).docker()));
    shown.warns("runtimes disagree: the image has 126 layers; docker takes at most 125");
    let quiet = bytes("many-layers", tar(of(125).docker()));
    quiet.quiet();
}

#[test]
fn a_compression_that_engines_on_containerd_do_not_know() {
    let lower = layer([file("f", 1000)]);
    let compress = |program: &str, layer: &Layer| {
        use std::io::Write;
        let mut child = std::process::Command::new(program);
        child.arg("-c").stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped());
        let mut child = child.spawn().ok()?;
        let mut pipe = child.stdin.take()?;
        pipe.write_all(layer.tar()).unwrap();
        drop(pipe);
        Some(child.wait_with_output().unwrap().stdout)
    };
    for program in ["xz", "bzip2"] {
        let Some(packed) = compress(program, &lower) else {
            eprintln!("skipped: no {program} here");
            continue;
        };
        let upper = layer([file("g", 30)]).damaged(|_| {});
        let lower = lower.clone().damaged(|bytes| *bytes = packed);
        differ(
            &stored("layer-compressed", [lower, upper]),
            &format!("the layer is compressed with {program}; runtimes on containerd refuse"),
        );
    }
}

#[test]
fn a_global_header_in_the_archive_around_the_layers_concerns_none_of_them() {
    let mut members = image().docker();
    members
        .insert(0, other(b'g', "global").holding(crate::support::build::record(b"comment", b"x")));
    archive("outer-global", members).ship([1000, 30]).quiet();
    layers("empty", [vec![file("f", 1)]]).quiet();
}
