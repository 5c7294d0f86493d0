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
fn an_image_of_a_registry_names_the_platforms_of_its_index() {
    use crate::named::server::{Fault, Server};
    use std::collections::HashMap;
    let mut layout = Layout::default();
    let mut descriptors = Vec::new();
    for architecture in ["amd64", "arm64", "s390x"] {
        let mut image = image([("COPY . /", layer([file("a", 9)]).gzip())]);
        image.config["architecture"] = architecture.into();
        let mut descriptor = layout.image(&image);
        descriptor["platform"] = json!({ "os": "linux", "architecture": architecture });
        descriptors.push(descriptor);
    }
    let mut attestation = descriptors[0].clone();
    attestation["platform"] = json!({ "os": "unknown", "architecture": "unknown" });
    descriptors.push(attestation);
    let index = layout.index(descriptors)["digest"].as_str().unwrap().to_owned();
    let digits =
        |name: &[u8]| String::from_utf8_lossy(name).replacen("blobs/sha256/", "sha256:", 1);
    let blobs: HashMap<_, _> =
        layout.blobs.iter().map(|blob| (digits(blob.name()), blob.contents().to_vec())).collect();
    let server = Server::with(blobs, index, Fault::Nothing);
    let place = Place::new();
    let name = format!("{}/team/app:1", server.host);
    let check = |options: &[&str]| {
        place.run(&[&["check", &name, "--max-size", "1MB", "--no-cache"], options].concat())
    };
    let answer = check(&["--platform", "linux/arm64"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    answer.line(
        "note  only linux/arm64 was checked; the registry also holds linux/amd64 (--platform \
         linux/amd64) and linux/s390x (--platform linux/s390x): check each with its option",
    );
    let document: Value =
        serde_json::from_str(&check(&["--platform", "linux/amd64", "--format", "json"]).out)
            .unwrap();
    validate(include_str!("../../assets/check.schema.json"), &document);
    let others = document["images"][0]["other_platforms"].as_array().unwrap().iter();
    let platforms: Vec<_> = others.map(|other| other["platform"].as_str().unwrap()).collect();
    assert_eq!(platforms, ["linux/arm64", "linux/s390x"]);
}

#[test]
fn an_archive_of_one_platform_says_nothing_of_others() {
    let answer = Place::new().check(&["--max-size", "1MB"]);
    assert!(!answer.out.contains("note"), "{answer:#?}");
}
