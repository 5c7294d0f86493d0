//! What could not be read is never told as if it were known: by no command, in no format, and by no
//! exit code.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use layerscope::{Gap, Known};
use serde_json::Value;

use crate::support::build::{Entry, Image, Layer, dir, file, gone, gzip, inspect, layer, tar};

mod ends;
mod holes;
mod kinds;
mod listed;
mod permissions;
mod pipes;
mod silences;
mod tables;
mod verified;

/// 1,300 bytes in layer 0, of which layer 1 deletes 300 and adds 700.
fn image() -> Image {
    Image::of([
        layer([dir("bin"), file("bin/sh", 1000), file("old", 300)]),
        layer([file("app", 700), gone("old")]),
    ])
}

/// The archive of [`image`] without a member.
fn without(name: &str) -> Vec<u8> {
    tar(image().docker().into_iter().filter(|entry| entry.name() != name.as_bytes()))
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    run_with(arguments, b"")
}

/// Runs the program with bytes on its standard input.
fn run_with(arguments: &[&str], input: &[u8]) -> (Option<i32>, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_layerscope"));
    command.args(arguments).env("XDG_CONFIG_HOME", "/nonexistent").env_remove("LAYERSCOPE_CONFIG");
    let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = pipes.spawn().unwrap();
    // A program that needs no more may close the pipe.
    let _ = std::io::Write::write_all(&mut child.stdin.take().unwrap(), input);
    let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the output is UTF-8");
    (status.code(), text(stdout), text(stderr))
}

fn written(directory: &Path, name: &str, bytes: &[u8]) -> String {
    let path = directory.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The first member that is a layer, by what the docker layout calls it.
fn layer_name() -> String {
    let is_tar = |entry: &Entry| entry.name().ends_with(b".tar");
    let name = image().docker().into_iter().find(is_tar).expect("there is a layer").name().to_vec();
    String::from_utf8(name).unwrap()
}

#[test]
fn every_command_says_that_a_layer_is_absent_and_ends_with_2() {
    let directory = tempfile::tempdir().unwrap();
    let part = written(directory.path(), "part.tar", &without(&layer_name()));
    let all = written(directory.path(), "all.tar", &tar(image().docker()));
    for arguments in [
        &["report", &part][..],
        &["ladder", &part],
        &["ladder", &part, "--format", "json"],
        &["ladder", &part, "--merge", "0-1"],
        &["fix", &part],
        &["dockerfile", &part],
        &["compare", &part, &all],
        &["compare", &all, &part, "--format", "json"],
        &["learn", "--image", &part],
        &["learn", "--image", &part, "--format", "html"],
    ] {
        let (code, out, error) = run(arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {error}");
        assert!(
            format!("{out}{error}").contains("not in the archive"),
            "{arguments:?}: {out}{error}"
        );
        assert!(
            !out.contains("No wasted bytes:") && !out.contains("efficiency"),
            "{arguments:?}: {out}"
        );
        let (code, ..) = run(&[arguments, &["--accept", "absent"]].concat());
        assert_eq!(code, Some(0), "{arguments:?}: what is accepted is no reason");
        let (code, ..) = run(&[arguments, &["--accept", "foreign,encrypted"]].concat());
        assert_eq!(code, Some(2), "{arguments:?}: only what is named is accepted");
    }
    for arguments in
        [&["report", &all][..], &["ladder", &all], &["fix", &all], &["compare", &all, &all]]
    {
        assert_eq!(run(arguments).0, Some(0), "{arguments:?}");
    }
}

#[test]
fn a_handout_says_at_its_head_and_at_the_pictures_what_is_not_known() {
    let directory = tempfile::tempdir().unwrap();
    let part = written(directory.path(), "part.tar", &without(&layer_name()));
    let all = written(directory.path(), "all.tar", &tar(image().docker()));
    for format in ["markdown", "html"] {
        let text = |path: &str| run(&["learn", "--image", path, "--format", format]).1;
        assert!(
            text(&part).contains("incomplete, because layer 0 is not known"),
            "{}",
            text(&part)
        );
        assert!(text(&part).contains("(not in the"), "{}", text(&part));
        assert!(
            !text(&all).contains("incomplete") && !text(&all).contains("(not in the"),
            "{}",
            text(&all)
        );
    }
}

#[test]
fn totals_are_lower_bounds_and_ratios_are_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let part = written(directory.path(), "part.tar", &without(&layer_name()));
    let (_, text, _) = run(&["report", &part]);
    assert!(text.contains("size ≥ 700 B") && text.contains("of what could be read"), "{text}");
    let warnings = text.find("Warnings").expect("there are warnings");
    assert!(warnings < text.find("size ≥").unwrap(), "warnings come first: {text}");
    let report = json(&run(&["report", &part, "--format", "json"]).1);
    assert_eq!(report["completeness"]["whole"], false);
    assert_eq!(report["completeness"]["gaps"][0]["gap"], "absent");
    assert_eq!(report["warnings"][0]["code"], "layer-absent");
    assert_eq!(
        (&report["totals"]["exact"], &report["totals"]["efficiency"]),
        (&false.into(), &Value::Null)
    );
    assert_eq!(report["layers"][0]["known"], "absent");
    assert_eq!(report["possible_sizes"][0]["exact"], false);
}

#[test]
fn a_comparison_keeps_what_is_unknown_apart_from_what_differs() {
    let directory = tempfile::tempdir().unwrap();
    let part = written(directory.path(), "part.tar", &without(&layer_name()));
    let all = written(directory.path(), "all.tar", &tar(image().docker()));
    let (_, text, _) = run(&["compare", &part, &all, "--format", "text"]);
    assert!(
        !text.contains("bigger") && !text.contains("added") && text.contains("unknown"),
        "{text}"
    );
    let (_, text, _) = run(&["compare", &part, &all, "--format", "json"]);
    let report = json(&text);
    assert_eq!(report["images"][0]["exact"], false);
    assert_eq!(
        (&report["images"][1]["ratio"], &report["download"]["exact"]),
        (&Value::Null, &false.into())
    );
    assert_eq!(report["changes"].as_array().unwrap().len(), 0, "{text}");
    let unknown: Vec<_> = report["unknown"]
        .as_array()
        .unwrap()
        .iter()
        .map(|part| part["path"].as_str().unwrap())
        .collect();
    assert!(unknown.contains(&"/bin/sh"), "{unknown:?}");
}

#[test]
fn verification_has_three_ends() {
    let directory = tempfile::tempdir().unwrap();
    let whole = written(directory.path(), "whole.tar", &tar(image().docker()));
    let (code, text, _) = run(&["report", "--verify", &whole]);
    assert!(code == Some(0) && text.contains("Verified") && text.contains("2 diff IDs"), "{text}");
    let part = written(directory.path(), "part.tar", &without(&layer_name()));
    let (code, text, error) = run(&["report", "--verify", &part]);
    assert!(
        code == Some(2) && text.contains("Not verified") && !text.contains("\nVerified"),
        "{text}{error}"
    );
    let report = json(&run(&["report", "--verify", "--format", "json", &part]).1);
    assert_eq!(
        (&report["verification"]["outcome"], &report["verification"]["layers"]),
        (&"not-verified".into(), &1.into())
    );
    let mut wrong = image();
    wrong.config["rootfs"]["diff_ids"][1] = format!("sha256:{}", "0".repeat(64)).into();
    let wrong = written(directory.path(), "wrong.tar", &tar(wrong.docker()));
    let (code, text, _) = run(&["report", "--verify", &wrong]);
    assert!(
        code == Some(1) && text.contains("Mismatches") && !text.contains("\nVerified"),
        "{text}"
    );
}

#[test]
fn an_archive_that_is_cut_anywhere_is_never_whole_and_never_a_root_filesystem() {
    let members = image().docker();
    let bytes = tar(members);
    for at in (512..bytes.len() - 1024).step_by(700) {
        match inspect(bytes[..at].to_vec()) {
            Ok(found) => {
                assert!(!found.completeness.is_whole(), "cut at {at}: {:?}", found.warnings);
                assert_eq!(found.layers.len(), 2, "cut at {at}");
            }
            Err(error) => {
                let text = error.to_string();
                assert!(text.contains("byte") || text.contains("no image"), "cut at {at}: {text}");
            }
        }
    }
}

#[test]
fn a_compressed_archive_is_not_whole_without_its_trailer_or_with_a_wrong_checksum() {
    let bytes = gzip(&tar(image().docker()));
    assert!(inspect(bytes.clone()).unwrap().completeness.is_whole());
    let mut wrong = bytes.clone();
    let at = wrong.len() - 8;
    wrong[at] ^= 1;
    let found = inspect(wrong).unwrap();
    assert!(!found.completeness.is_whole() && found.efficiency().is_none(), "{:?}", found.warnings);
    assert_eq!(found.completeness.gaps()[0].gap(), Some(Gap::Damaged));
    let found = inspect(bytes[..bytes.len() - 4].to_vec()).unwrap();
    assert!(!found.completeness.is_whole(), "{:?}", found.warnings);
}

#[test]
fn a_layer_that_ends_early_is_known_up_to_there() {
    let cut = layer([file("app", 700), file("more", 5000)]).damaged(|tar| tar.truncate(2048));
    let found = inspect(tar(Image::of([cut]).docker())).unwrap();
    assert!(
        matches!(found.completeness.layer(0.into()), Known::UpTo(2048)),
        "{:?}",
        found.completeness
    );
    assert!(
        found.completeness.is_short_of(&[Gap::Absent, Gap::Foreign, Gap::Encrypted]),
        "a cut is not accepted"
    );
}

#[test]
fn a_layer_that_is_no_tar_is_not_an_empty_one() {
    let found =
        inspect(tar(Image::of([Layer::of_tar(b"%PDF-1.7 and so on".repeat(100))]).docker()))
            .unwrap();
    assert_eq!(found.completeness.layer(0.into()), Known::NotATar, "{:?}", found.warnings);
    assert_eq!(found.efficiency(), None);
}

#[test]
fn a_tar_without_a_manifest_is_a_layer_if_it_is_whole_and_zeros_are_none() {
    // A tar without entries is two zero blocks, or a record of them; other zeros are what a failed
    // copy leaves.
    for zeros in [512, 20_000, 40_960] {
        assert!(inspect(vec![0; zeros]).is_err(), "{zeros} zeros");
    }
    assert!(inspect(gzip(&vec![0; 20_000])).is_err());
    let odd = tar([file("notes.txt", 100), dir("letters"), file("letters/a", 5)]);
    assert_eq!(inspect(odd.clone()).unwrap().layers.len(), 1, "a layer may hold anything");
    assert!(
        inspect(odd[..600].to_vec()).is_err(),
        "what was cut has to look like a root filesystem"
    );
    for root in [
        vec![dir("etc"), file("etc/passwd", 20)],
        vec![file("usr/bin/env", 20)],
        vec![gone("old")],
        vec![dir("var")],
    ] {
        let found = inspect(tar(root)).unwrap();
        assert_eq!(found.layers.len(), 1);
        assert!(found.completeness.is_whole(), "{:?}", found.warnings);
    }
}

#[test]
fn an_image_one_directory_down_is_found() {
    for members in [image().docker(), image().oci()] {
        let below = members.into_iter().map(|entry| {
            let name = [b"myimage/", entry.name()].concat();
            entry.named(name)
        });
        let bytes = tar(std::iter::once(dir("myimage")).chain(below));
        for bytes in [bytes.clone(), gzip(&bytes)] {
            let found = inspect(bytes).unwrap();
            assert_eq!(
                (found.totals.size, found.totals.wasted()),
                (2000, 300),
                "{:?}",
                found.warnings
            );
            assert!(found.completeness.is_whole(), "{:?}", found.warnings);
            assert!(found.warnings.iter().any(|warning| warning.kind.code() == "nested"));
        }
    }
}
