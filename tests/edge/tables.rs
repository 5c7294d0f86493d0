//! Archives of which one table of contents, or one entry of it, is broken: the rest is shown, with
//! a warning.

use serde_json::json;

use super::claim::{Shown, archive, error};
use crate::support::build::{Entry, Image, Layout, file, gone, layer, member, tar};

fn image() -> Image {
    Image::of([layer([file("sh", 1000), file("old", 300)]), layer([file("app", 700), gone("old")])])
}

/// An archive as Docker 25 and later write it, with both tables of contents.
fn both(manifest: &str, index: &str) -> Vec<Entry> {
    let mut layout = Layout::default();
    let descriptor = layout.image(&image());
    let name = |at: usize| String::from_utf8(layout.blobs[at].name().to_vec()).unwrap();
    let entry =
        json!({ "Config": name(2), "RepoTags": ["built:latest"], "Layers": [name(0), name(1)] });
    let manifest = manifest.replace("ENTRY", &entry.to_string());
    let index = index.replace("DESCRIPTOR", &descriptor.to_string());
    let mut members = layout.blobs;
    members.push(member("manifest.json", manifest));
    members.push(member("index.json", index));
    members
}

fn is_the_image(shown: &Shown) -> &Shown {
    assert_eq!(shown.inspection.tags, ["built:latest"]);
    shown
        .ship([1300, 700])
        .visible([1000, 700])
        .wasted(["old 300: 0 to 1, deleted"])
        .tree(["app 700", "sh 1000"])
}

const INDEX: &str = r#"{"schemaVersion":2,"manifests":[DESCRIPTOR]}"#;

#[test]
fn a_broken_index_costs_nothing_where_the_manifest_is_good() {
    is_the_image(&archive("both-good", both("[ENTRY]", INDEX))).quiet();
    for index in ["{", "", "[]", "null", "7", r#"{"manifests":[DESCRIPTOR"#, "not JSON"] {
        let shown = archive("index-broken", both("[ENTRY]", index));
        is_the_image(&shown).warns("index.json cannot be understood");
        assert_eq!(shown.inspection.warnings.len(), 1, "{index}: {:?}", shown.inspection.warnings);
    }
    let shown = archive("index-odd", both("[ENTRY]", r#"{"manifests":"none"}"#));
    is_the_image(&shown).warns("index.json: manifests");
}

#[test]
fn a_broken_manifest_costs_nothing_where_the_index_is_good() {
    for manifest in ["[", "", "null", "7", "[ENTRY", "not JSON", "\"x\""] {
        let shown = archive("manifest-broken", both(manifest, INDEX));
        is_the_image(&shown).warns("manifest.json cannot be understood");
        assert_eq!(
            shown.inspection.warnings.len(),
            1,
            "{manifest}: {:?}",
            shown.inspection.warnings
        );
    }
}

#[test]
fn where_both_are_broken_the_error_names_the_manifest() {
    for index in ["{", "", "[]"] {
        let text = error("both-broken", tar(both("[ENTRY", index)));
        assert!(text.contains("manifest.json cannot be understood"), "{text}");
    }
}

#[test]
fn one_bad_entry_of_several_is_left_out() {
    for bad in ["null", "7", "\"x\"", "[]", "true"] {
        for manifest in [format!("[{bad},ENTRY]"), format!("[ENTRY,{bad}]")] {
            let shown = archive("manifest-bad-entry", both(&manifest, INDEX));
            is_the_image(&shown).warns("names no image; it is left out");
        }
    }
}

#[test]
fn one_bad_descriptor_of_several_is_left_out() {
    let absent = format!(r#"{{"digest":"sha256:{}"}}"#, "1".repeat(64));
    for (bad, words) in [
        ("null", "names no image"),
        ("7", "is a number"),
        ("{}", "names no image"),
        (r#"{"digest":7}"#, "digest is a number"),
        (absent.as_str(), "is listed, but it is not in the archive"),
    ] {
        for manifests in [format!("{bad},DESCRIPTOR"), format!("DESCRIPTOR,{bad}")] {
            let mut members = both("[]", &format!(r#"{{"manifests":[{manifests}]}}"#));
            members.retain(|member| member.name() != b"manifest.json");
            is_the_image(&archive("index-bad-entry", members)).warns(words);
        }
    }
}

#[test]
fn one_manifest_that_cannot_be_read_leaves_the_others() {
    for contents in ["{", "[]", "null", "", "7"] {
        let mut layout = Layout::default();
        let good = layout.image(&image());
        let bad = layout.blob("application/vnd.oci.image.manifest.v1+json", contents.as_bytes());
        let shown = archive("manifest-blob-broken", layout.members([bad, good]));
        is_the_image(&shown).warns("cannot be understood");
    }
}

#[test]
fn an_entry_without_the_list_around_it_is_an_image_all_the_same() {
    let mut members = both("ENTRY", INDEX);
    members.retain(|member| member.name() != b"index.json");
    is_the_image(&archive("manifest-no-list", members))
        .warns("is one image instead of a list of images");
}

#[test]
fn an_index_of_blobs_that_the_engine_had_dropped_says_to_pull_again() {
    for absent in [r#"{"digest":"sha256:A"}"#, r#"{"digest":"sha256:A"},{"digest":"sha256:B"}"#] {
        let index = format!(r#"{{"manifests":[{absent}]}}"#)
            .replace('A', &"a".repeat(64))
            .replace('B', &"b".repeat(64));
        let opened = crate::support::build::open(tar([member("index.json", index)]));
        let error = opened.err().unwrap();
        assert!(error.to_string().contains("is listed, but it is not in the archive"), "{error}");
        assert!(error.hint().unwrap().contains("pull it again"), "{error}");
    }
    // Layers that are gone, below a manifest that is there.
    let mut layout = Layout::default();
    let descriptor = layout.image(&image());
    layout.blobs.remove(0);
    archive("layers-dropped", layout.members([descriptor]))
        .warns("pull the image again")
        .ship([0, 700]);
}
