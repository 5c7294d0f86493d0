//! `report --verify` says "Verified" only where everything that can be named is named, and is
//! right.

use serde_json::{Value, json};

use super::*;
use crate::support::build::{Layout, member};

/// A change of a document on its way into the archive.
type Change<'a> = &'a dyn Fn(&mut Value);

/// An OCI layout of [`image`] with changes of its config, its manifest and the descriptor in the
/// index.
fn layout(config: Change<'_>, manifest: Change<'_>, descriptor: Change<'_>) -> Vec<u8> {
    let mut layout = Layout::default();
    let mut image = image();
    config(&mut image.config);
    let layers: Vec<_> = image
        .layers
        .iter()
        .map(|layer| layout.blob("application/vnd.oci.image.layer.v1.tar", layer.stored()))
        .collect();
    let described = layout
        .blob("application/vnd.oci.image.config.v1+json", image.config.to_string().as_bytes());
    let mut document = json!({ "schemaVersion": 2, "config": described, "layers": layers });
    manifest(&mut document);
    let mut of_manifest =
        layout.blob("application/vnd.oci.image.manifest.v1+json", document.to_string().as_bytes());
    of_manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "odd:1" });
    descriptor(&mut of_manifest);
    tar(layout.members([of_manifest]))
}

fn verified(archive: &[u8]) -> (Option<i32>, String, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = written(directory.path(), "image.tar", archive);
    let (code, text, error) = run(&["report", "--verify", &path]);
    let (again, report, _) = run(&["report", "--verify", "--format", "json", &path]);
    assert_eq!(code, again, "both formats end alike");
    let outcome = json(&report)["verification"]["outcome"].as_str().unwrap().to_owned();
    let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(plain.contains("Verified: "), code == Some(0), "{text}");
    (code, outcome, format!("{plain} {error}"))
}

const SAME: Change<'static> = &|_| {};

#[test]
fn an_image_of_which_everything_is_stated_and_right_is_verified() {
    let (code, outcome, said) = verified(&layout(SAME, SAME, SAME));
    assert_eq!((code, &outcome[..]), (Some(0), "verified"), "{said}");
}

#[test]
fn a_wrong_size_of_a_manifest_a_config_or_a_layer_is_a_mismatch() {
    let config: Change<'_> = &|manifest| manifest["config"]["size"] = 5.into();
    let manifest: Change<'_> = &|descriptor| descriptor["size"] = 7.into();
    let layer: Change<'_> = &|manifest| manifest["layers"][1]["size"] = 9.into();
    for (archive, words) in [
        (layout(SAME, config, SAME), "bytes, but 5 bytes are stated for it"),
        (layout(SAME, SAME, manifest), "bytes, but 7 bytes are stated for it"),
        (layout(SAME, layer, SAME), "layer 1: it has 3,072 bytes, but the manifest says 9"),
    ] {
        let (code, outcome, said) = verified(&archive);
        assert_eq!((code, &outcome[..]), (Some(1), "mismatch"), "{words}: {said}");
        assert!(said.contains(words), "{words}: {said}");
    }
}

#[test]
fn a_size_that_is_not_stated_or_is_none_is_not_verified() {
    for size in
        [Value::Null, "99".into(), (-1).into(), 1.5.into(), json!([]), json!({}), true.into()]
    {
        let problem =
            if size.is_null() { "does not state the size of" } else { "is no number of bytes" };
        let of_config: Change<'_> = &|manifest| manifest["config"]["size"] = size.clone();
        let of_layer: Change<'_> = &|manifest| manifest["layers"][1]["size"] = size.clone();
        let of_manifest: Change<'_> = &|descriptor| descriptor["size"] = size.clone();
        for (archive, of) in [
            (layout(SAME, of_config, SAME), "the config"),
            (layout(SAME, of_layer, SAME), "layer 1"),
            (layout(SAME, SAME, of_manifest), "the index"),
        ] {
            let (code, outcome, said) = verified(&archive);
            assert_eq!((code, &outcome[..]), (Some(2), "not-verified"), "{size} of {of}: {said}");
            assert!(said.contains(problem) && said.contains(of), "{size} of {of}: {said}");
        }
    }
    let without: Change<'_> =
        &|descriptor| drop(descriptor.as_object_mut().unwrap().remove("size"));
    let (code, _, said) = verified(&layout(SAME, SAME, without));
    assert!(code == Some(2) && said.contains("the index does not state the size"), "{said}");
}

#[test]
fn a_layer_without_a_diff_id_is_not_verified() {
    let none: Change<'_> = &|config| drop(config.as_object_mut().unwrap().remove("rootfs"));
    let fewer: Change<'_> =
        &|config| drop(config["rootfs"]["diff_ids"].as_array_mut().unwrap().pop());
    let empty: Change<'_> = &|config| config["rootfs"]["diff_ids"][1] = "".into();
    for change in [none, fewer, empty] {
        let (code, outcome, said) = verified(&layout(change, SAME, SAME));
        assert_eq!((code, &outcome[..]), (Some(2), "not-verified"), "{said}");
        assert!(said.contains("layer 1: the config has no diff ID of it"), "{said}");
    }
}

#[test]
fn what_the_manifest_of_a_layout_states_counts_beside_a_manifest_json() {
    // Docker 25 and later write both tables of contents.
    let wrong: Change<'_> = &|manifest| manifest["layers"][1]["size"] = 9.into();
    let longer: Change<'_> = &|manifest| manifest["layers"][1]["size"] = 9000.into();
    for (change, code) in [(SAME, 0), (wrong, 1), (longer, 1)] {
        let mut layout_of = Layout::default();
        let image = image();
        let names: Vec<String> = image
            .layers
            .iter()
            .map(|layer| {
                layout_of.blob("", layer.stored())["digest"]
                    .as_str()
                    .unwrap()
                    .replace("sha256:", "blobs/sha256/")
            })
            .collect();
        let config = layout_of.blob("", image.config.to_string().as_bytes())["digest"]
            .as_str()
            .unwrap()
            .to_owned();
        let table = json!([{ "Config": config.replace("sha256:", "blobs/sha256/"), "RepoTags": ["a:1"], "Layers": names }]);
        let mut archive = layout(SAME, change, SAME);
        archive.truncate(archive.len() - 1024);
        archive.extend(tar([member("manifest.json", table.to_string())]));
        let (ended, _, said) = verified(&archive);
        assert_eq!(ended, Some(code), "{said}");
    }
}
