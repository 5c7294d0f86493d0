//! One image for several platforms in an archive: a check is of one of them, and says so.

use serde_json::{Value, json};

use super::outputs::validate;
use super::{Place, image};
use crate::support::build::{Image, Layout, file, layer, tar};

/// An image for two platforms: only that for the second one holds a secret.
fn for_both() -> Vec<u8> {
    let of = |architecture: &str, text: &str| -> Image {
        let env = file("srv/.env", 0).holding(text);
        let mut image = image([("COPY . / # buildkit", layer([env]))]);
        image.config["architecture"] = architecture.into();
        image
    };
    let mut layout = Layout::default();
    let mut descriptors = Vec::new();
    for (architecture, text) in [("amd64", "A=1\n"), ("arm64", "DB_PASSWORD=c0rrect-h0rse-1\n")] {
        let mut descriptor = layout.image(&of(architecture, text));
        descriptor["platform"] = json!({ "os": "linux", "architecture": architecture });
        descriptors.push(descriptor);
    }
    tar(layout.members(descriptors))
}

#[test]
fn a_check_of_one_platform_names_the_others_in_every_output() {
    let place = Place::new();
    place.write("both.tar", for_both());
    let check = |platform: &str, format: &str| {
        let options = ["--max-secrets", "0", "--platform", platform, "--format", format];
        place.run(&[&["check", "both.tar"][..], &options].concat())
    };
    let answer = check("linux/amd64", "text");
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    let note = "only linux/amd64 was checked; the archive also holds linux/arm64 \
                (--platform linux/arm64)";
    answer.line(&format!("note  {note}"));
    assert_eq!(check("linux/arm64", "text").code, Some(1), "the option checks the other one");
    for format in ["markdown", "sarif", "junit", "github", "gitlab"] {
        let answer = check("linux/amd64", format);
        assert_eq!(answer.code, Some(0), "{format}: {answer:#?}");
        for platform in ["linux/amd64 was checked", "linux/arm64"] {
            let said = answer.out.replace("\\/", "/").replace('\\', "");
            assert!(said.contains(platform), "{format}: {}", answer.out);
        }
    }
    let document: Value = serde_json::from_str(&check("linux/amd64", "json").out).unwrap();
    validate(include_str!("../../assets/check.schema.json"), &document);
    let expected = [json!({ "platform": "linux/arm64", "options": ["--platform", "linux/arm64"] })];
    assert_eq!(document["images"][0]["other_platforms"], json!(expected));
}

#[test]
fn an_archive_of_one_platform_says_nothing_of_others() {
    let answer = Place::new().check(&["--max-size", "1MB"]);
    assert!(!answer.out.contains("note"), "{answer:#?}");
}
