//! Archives with several images.

use serde_json::Value;

use super::{image, layerscope, report, text, write};
use crate::support::build::{Image, Layout, file, layer, tar};

/// Two images with tags of their own, and one image for two platforms.
fn several() -> Vec<u8> {
    let mut layout = Layout::default();
    let mut descriptors = Vec::new();
    for (tag, platform, bytes) in
        [("one:1", "amd64", 10), ("two:1", "amd64", 20), ("two:1", "arm64", 30)]
    {
        let mut image = Image::of([layer([file("f", bytes)])]);
        image.tags = serde_json::json!([tag]);
        image.config["architecture"] = platform.into();
        let mut descriptor = layout.image(&image);
        descriptor["platform"] = serde_json::json!({ "os": "linux", "architecture": platform });
        descriptors.push(descriptor);
    }
    tar(layout.members(descriptors))
}

#[test]
fn of_several_images_one_has_to_be_named_and_the_list_says_which_there_are() {
    let directory = tempfile::tempdir().unwrap();
    let file = write(directory.path(), "several.tar", &several());
    let output = layerscope(&["report", &file], None);
    assert_eq!(output.status.code(), Some(2));
    let message = text(&output.stderr);
    for part in ["holds 3 images", "one:1  linux/amd64", "two:1  linux/arm64", "--image"] {
        assert!(message.contains(part), "{part:?} is not in {message}");
    }
    let size = |arguments: &[&str]| {
        report(&[&[file.as_str()], arguments].concat(), None)["totals"]["size_bytes"].clone()
    };
    assert_eq!(size(&["--image", "one:1"]), 10);
    assert_eq!(size(&["--image", "two:1", "--platform", "linux/arm64"]), 30);
    assert_eq!(size(&["--image", "two:1", "--platform", "linux/amd64"]), 20);
    let output = layerscope(&["report", &file, "--image", "three"], None);
    assert!(
        text(&output.stderr).contains("holds no image called three"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_manifest_that_is_listed_under_two_tags_is_one_image_with_both() {
    let mut layout = Layout::default();
    let once = layout.image(&image());
    let mut again = once.clone();
    again["annotations"] = serde_json::json!({ "org.opencontainers.image.ref.name": "second:1" });
    let archive = tar(layout.members([once, again]));
    assert_eq!(
        report(&["-"], Some(&archive))["image"]["tags"],
        serde_json::json!(["built:latest", "second:1"])
    );
}

#[test]
fn the_images_of_an_archive_are_listed_as_text_and_as_json() {
    let archive = several();
    let lines = text(&layerscope(&["images", "-"], Some(&archive)).stdout);
    assert_eq!(lines.lines().count(), 3, "{lines}");
    assert!(lines.lines().all(|line| line.ends_with(" in the archive")), "{lines}");
    let output = layerscope(&["images", "-", "--format", "json"], Some(&archive));
    let list: Value = serde_json::from_slice(&output.stdout).unwrap();
    let platforms: Vec<_> =
        list["images"].as_array().unwrap().iter().map(|image| image["platform"].clone()).collect();
    assert_eq!(platforms, ["linux/amd64", "linux/amd64", "linux/arm64"]);
    let id = list["images"][2]["id"].as_str().unwrap();
    assert_eq!(report(&["-", "--image", &id[..19]], Some(&archive))["totals"]["size_bytes"], 30);
}
