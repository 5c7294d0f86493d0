//! `layerscope compare`: its JSON, its exit codes and the names of images.

use serde_json::Value;

use super::base;
use crate::program::layerscope;
use crate::support;
use crate::support::build::{self, Image, file, layer, tar};

/// Files with these contents, in a directory that is gone with the value.
fn files<const N: usize>(contents: [(&str, Vec<u8>); N]) -> (tempfile::TempDir, [String; N]) {
    let directory = tempfile::tempdir().unwrap();
    let files = contents.map(|(name, contents)| {
        let path = directory.path().join(name);
        std::fs::write(&path, contents).unwrap();
        path.to_str().unwrap().to_owned()
    });
    (directory, files)
}

#[test]
fn the_json_keeps_its_contract_and_its_numbers_add_up() {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../assets/compare.schema.json")).unwrap();
    // Readers must bear new members, but here each has to be described.
    let parts = schema["$defs"].as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    for part in parts.iter().map(|part| format!("/$defs/{part}")).chain([String::new()]) {
        let part = schema.pointer_mut(&part).unwrap();
        if part.get("properties").is_some() {
            part["additionalProperties"] = false.into();
        }
    }
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("compare.json", schema).unwrap();
    let index = compiler.compile("compare.json", &mut schemas).unwrap();
    let [one, two] = support::versions::versions();
    let hostile = layer([file(b"caf\xe9\x1b[31m", 9), file("\u{202e}x", 3)]);
    let hostile = tar(Image::of([hostile]).docker());
    let empty = tar(Image::of([]).docker());
    let (_directory, [one, two, hostile, empty]) =
        files([("1.tar", one), ("2.tar", two), ("hostile.tar", hostile), ("empty.tar", empty)]);
    for images in [
        vec![&one, &two],
        vec![&one, &one],
        vec![&one, &two, &one],
        vec![&one, &hostile],
        vec![&hostile, &empty],
        vec![&empty, &hostile],
        vec![&empty, &empty],
    ] {
        for more in [&[][..], &["--quick"]] {
            let arguments: Vec<&str> = images.iter().map(|image| image.as_str()).collect();
            let output =
                layerscope(&[&["compare", "--format", "json"], &arguments[..], more].concat());
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            schemas.validate(&report, index).unwrap_or_else(|error| panic!("{error:#}"));
            assert_eq!(report.get("packages").is_some(), images.len() == 2 && more.is_empty());
            if images.len() == 2 {
                sums_up(&report);
            }
        }
    }
}

fn sums_up(report: &Value) {
    let sum = |list: &Value, key: &str| {
        list.as_array().unwrap().iter().map(|part| part[key].as_i64().unwrap()).sum::<i64>()
    };
    let visible = |image: usize| report["images"][image]["visible_bytes"].as_i64().unwrap();
    let changes = &report["changes"];
    assert_eq!(sum(changes, "more_bytes") - sum(changes, "less_bytes"), visible(1) - visible(0));
    let downloaded = report["layers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|layer| layer["download_bytes"].as_i64().unwrap())
        .sum::<i64>();
    assert_eq!(report["download"]["bytes"].as_i64().unwrap(), downloaded);
    assert_eq!(report["images"][1]["download"], report["download"]);
    if let Some(packages) = report.get("packages") {
        let number = |key: &str| packages[key].as_i64().unwrap();
        let of_none = number("unpackaged_after_bytes") - number("unpackaged_before_bytes");
        let changes = &packages["changes"];
        assert_eq!(
            sum(changes, "after_bytes") - sum(changes, "before_bytes") + of_none,
            visible(1) - visible(0)
        );
    }
}

#[test]
fn what_cannot_be_read_is_named_and_ends_with_exit_code_2() {
    let image = tar(Image::of([base()]).docker());
    let mut both = Image::of([base()]).docker();
    both.pop();
    let manifest = r#"[{"Config":"config.json","RepoTags":["a:1"],"Layers":["0.tar"]},{"Config":"other.json","RepoTags":["a:2"],"Layers":["0.tar"]}]"#;
    both.push(build::member("other.json", r#"{"os":"linux"}"#));
    both.push(build::member("manifest.json", manifest));
    let (_directory, [good, paper, both]) = files([
        ("good.tar", image),
        ("paper.tar", b"%PDF-1.7 and so on".to_vec()),
        ("both.tar", tar(both)),
    ]);
    for (images, words) in [
        (vec![good.as_str(), &paper], "paper.tar is not an image archive (it is a PDF document)"),
        (vec![good.as_str(), "none.tar"], "cannot open none.tar: no such file"),
        (vec![good.as_str(), &both], "both.tar#TAG"),
        (vec![good.as_str(), &format!("{both}#a:3")], "holds no image called a:3"),
        (vec!["-", "-"], "only one image can come from standard input"),
        (vec![good.as_str()], "compare needs two images or more"),
    ] {
        let output = layerscope(&[&["compare"], &images[..]].concat());
        let message = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{images:?}");
        assert!(message.starts_with("error: ") && message.contains(words), "{message}");
    }
    let output = layerscope(&["compare", &format!("{both}#a:1"), &format!("{both}#a:2")]);
    assert!(
        String::from_utf8_lossy(&output.stdout).starts_with("both images have"),
        "two images of one archive"
    );
}

#[test]
fn images_of_one_name_are_told_apart_by_their_archives() {
    let images = [500, 900].map(|size| tar(Image::of([layer([file("app", size)])]).docker()));
    let [one, two] = images;
    let (_directory, [one, two]) = files([("old.tar", one), ("new.tar", two)]);
    let output = layerscope(&["compare", &one, &two]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("old.tar)") && text.contains("new.tar)"), "{text}");
}

#[test]
fn files_of_equal_size_and_time_in_other_layers_are_not_called_the_same() {
    let image = |byte| {
        let own = [file("app", 900).filled_with(byte), file("empty", 0)];
        tar(Image::of([base(), layer(own)]).docker())
    };
    let (_directory, [one, two]) = files([("1.tar", image(1)), ("2.tar", image(2))]);
    let says = |format: &str, second: &str| {
        let output = layerscope(&["compare", "--format", format, &one, second]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let words = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let note = "The contents of 1 file in layers that differ were not compared. Its path, size, time, mode and owner are the same.";
    for format in ["text", "markdown", "html", "json"] {
        let said = words(says(format, &two));
        assert!(said.contains(note), "{format}: {said}");
        assert!(!said.contains("No differences found"), "{format}: {said}");
        let said = words(says(format, &one));
        assert!(!said.contains("not compared. "), "{format}: {said}");
    }
    let text = words(says("text", &two));
    assert!(text.contains("No differences in paths, sizes, times and owners. "), "{text}");
    assert!(says("text", &one).contains("No differences found."));
    let json: Value = serde_json::from_str(&says("json", &two)).unwrap();
    assert_eq!(json["not_told"], serde_json::json!([note]));
}
