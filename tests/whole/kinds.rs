//! Each kind of layer that is not known is told apart, in every account of the image.

use serde_json::{Value, json};

use super::*;
use crate::support::build::{Layout, member, zeros};

/// An image whose layer 0 is whole (1,300 bytes) and whose layer 1 has this media type; `bytes` is
/// `None` if the archive does not hold it.
fn with_layer(media_type: &str, bytes: Option<&[u8]>) -> Vec<u8> {
    let mut layout = Layout::default();
    let below = layer([dir("bin"), file("bin/sh", 1000), file("old", 300)]);
    let above = layer([file("app", 700), gone("old")]);
    let first = layout.blob("application/vnd.oci.image.layer.v1.tar", below.stored());
    let second = layout.blob(media_type, bytes.unwrap_or(above.stored()));
    if bytes.is_none() {
        layout.blobs.pop();
    }
    let image = Image::of([below, above]);
    let config = layout
        .blob("application/vnd.oci.image.config.v1+json", image.config.to_string().as_bytes());
    let manifest = json!({ "schemaVersion": 2, "config": config, "layers": [first, second] });
    let mut manifest =
        layout.blob("application/vnd.oci.image.manifest.v1+json", manifest.to_string().as_bytes());
    manifest["annotations"] = json!({ "org.opencontainers.image.ref.name": "odd:1" });
    tar(layout.members([manifest]))
}

/// A zstd stream that asks for a window of 2 GiB.
fn over_limit() -> Vec<u8> {
    [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xa8][..], &[0x01, 0x00, 0x00], &zeros(600)].concat()
}

struct Kind {
    word: &'static str,
    archive: Vec<u8>,
    /// Said in the row of the layer.
    mark: &'static str,
    /// Said in the warning.
    sentence: &'static str,
    acceptable: bool,
}

fn kinds() -> Vec<Kind> {
    let tar_type = "application/vnd.oci.image.layer.v1.tar";
    vec![
        Kind {
            word: "absent",
            archive: with_layer(tar_type, None),
            mark: "(not in the archive)",
            sentence: "is not in the archive",
            acceptable: true,
        },
        Kind {
            word: "foreign",
            archive: with_layer(
                "application/vnd.oci.image.layer.nondistributable.v1.tar+gzip",
                None,
            ),
            mark: "(foreign)",
            sentence: "may not be distributed",
            acceptable: true,
        },
        Kind {
            word: "encrypted",
            archive: with_layer(
                "application/vnd.oci.image.layer.v1.tar+gzip+encrypted",
                Some(&[7; 2500]),
            ),
            mark: "(encrypted)",
            sentence: "the layer is encrypted",
            acceptable: true,
        },
        Kind {
            word: "over-limit",
            archive: with_layer("application/vnd.oci.image.layer.v1.tar+zstd", Some(&over_limit())),
            mark: "(over a limit)",
            sentence: "window of 2.00 GiB is over the limit of 128 MiB",
            acceptable: false,
        },
        Kind {
            word: "not-a-tar",
            archive: with_layer(tar_type, Some(&b"%PDF-1.7 and so on".repeat(100))),
            mark: "(not a tar)",
            sentence: "it is not a tar",
            acceptable: false,
        },
    ]
}

#[test]
fn a_report_names_the_kind_in_words_in_json_and_when_it_verifies() {
    let directory = tempfile::tempdir().unwrap();
    for kind in kinds() {
        let path = written(directory.path(), "image.tar", &kind.archive);
        let (code, text, error) = run(&["report", &path]);
        let word = kind.word;
        assert_eq!(code, Some(2), "{word}: {error}");
        let plain = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(plain.contains(kind.sentence), "{word}: {text}");
        let row = text
            .lines()
            .find(|line| line.contains(kind.mark))
            .unwrap_or_else(|| panic!("{word}: {text}"));
        assert_eq!(
            row.split_whitespace().take(3).collect::<Vec<_>>(),
            ["1", "?", "?"],
            "{word}: {text}"
        );
        assert!(text.find("Warnings") < text.find("\n  #"), "warnings first: {text}");
        assert!(error.contains(&format!("({word})")), "{word}: {error}");

        let report = json(&run(&["report", &path, "--format", "json"]).1);
        assert_eq!(report["completeness"]["whole"], false);
        assert_eq!(report["completeness"]["gaps"][0]["gap"], word);
        assert_eq!(report["completeness"]["gaps"][0]["layer"], 1);
        assert_eq!(report["totals"]["efficiency"], Value::Null);
        assert_eq!(report["layers"][1]["exact"], false, "{word}");
        assert_eq!(
            report["layers"][0]["exact"], false,
            "{word}: the layer above may delete any of it"
        );

        let (code, text, _) = run(&["report", &path, "--verify"]);
        assert!(!text.contains("\nVerified"), "{word}: {text}");
        // Bytes that are none of the layer are a mismatch as well.
        assert!(
            code == Some(2) && text.contains("Not verified") || code == Some(1),
            "{word}: {code:?} {text}"
        );
    }
}

#[test]
fn what_a_layer_above_may_have_deleted_is_at_most_visible() {
    let directory = tempfile::tempdir().unwrap();
    for kind in kinds() {
        let path = written(directory.path(), "image.tar", &kind.archive);
        let text = run(&["report", &path]).1;
        let row = text.lines().find(|line| line.trim_start().starts_with("0 ")).unwrap();
        assert!(row.contains("1.27 KiB ≤1.27 KiB         ?"), "{}: {row}", kind.word);
    }
}

#[test]
fn no_command_tells_more_than_is_known() {
    let directory = tempfile::tempdir().unwrap();
    let whole = written(directory.path(), "whole.tar", &tar(image().docker()));
    for kind in kinds() {
        let path = written(directory.path(), "image.tar", &kind.archive);
        for arguments in [
            &["ladder", &path][..],
            &["ladder", &path, "--format", "json"],
            &["fix", &path],
            &["dockerfile", &path],
            &["compare", &path, &whole],
            &["compare", &whole, &path, "--format", "json"],
            &["learn", "--image", &path],
            &["learn", "--image", &path, "--format", "html"],
        ] {
            let (code, out, error) = run(arguments);
            assert_eq!(code, Some(2), "{} {arguments:?}: {error}", kind.word);
            assert!(
                format!("{out}{error}").contains(kind.sentence),
                "{} {arguments:?}: {out}{error}",
                kind.word
            );
            assert!(
                !out.contains("\"exact\": true") || !arguments.contains(&"ladder"),
                "{arguments:?}: {out}"
            );
            let accepted = run(&[arguments, &["--accept", "absent,foreign,encrypted"]].concat()).0;
            assert_eq!(
                accepted,
                Some(if kind.acceptable { 0 } else { 2 }),
                "{} {arguments:?}",
                kind.word
            );
        }
    }
}

#[test]
fn a_layer_with_a_fault_in_its_first_header_is_not_known_at_all() {
    let junk = layer([file("app", 700)]).damaged(|tar| tar[100] ^= 1);
    let found = inspect(tar(Image::of([layer([file("f", 10)]), junk]).docker())).unwrap();
    assert!(found.completeness.layer(1.into()).is_nothing(), "{:?}", found.completeness);
}

#[test]
fn a_config_that_names_more_layers_than_the_manifest_leaves_something_unknown() {
    let mut members = image().docker();
    members[3] = member(
        "manifest.json",
        r#"[{"Config": "config.json", "RepoTags": ["a:1"], "Layers": ["0.tar"]}]"#,
    );
    let found = inspect(tar(members)).unwrap();
    assert!(!found.completeness.is_whole() && found.efficiency().is_none(), "{:?}", found.warnings);
}

#[test]
fn a_list_of_layers_that_is_none_is_not_an_image_without_layers() {
    for layers in ["5", "{}", "true"] {
        let manifest =
            format!(r#"[{{"Config": "config.json", "RepoTags": ["a:1"], "Layers": {layers}}}]"#);
        let mut members = image().docker();
        members[3] = member("manifest.json", manifest);
        let found = inspect(tar(members)).unwrap();
        assert!(!found.completeness.is_whole(), "{layers}: {:?}", found.warnings);
    }
}

#[test]
fn a_config_without_diff_ids_is_said() {
    let mut odd = image();
    odd.config.as_object_mut().unwrap().remove("rootfs");
    let found = inspect(tar(odd.docker())).unwrap();
    assert!(found.completeness.is_whole());
    assert!(
        found.warnings.iter().any(|warning| warning.kind.code() == "no-diff-ids"),
        "{:?}",
        found.warnings
    );
}
