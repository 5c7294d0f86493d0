//! The image and the other files that a check reads: it only reads them.

use std::io::Write;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::outputs::validate;
use super::{Place, shop};
use crate::support::build::tar;

#[test]
fn no_output_replaces_the_image_that_is_checked_under_any_of_its_names() {
    let place = Place::new();
    let whole = tar(shop().docker());
    std::os::unix::fs::symlink("shop.tar", place.path().join("link.tar")).unwrap();
    std::fs::hard_link(place.path().join("shop.tar"), place.path().join("twin.tar")).unwrap();
    place.write("sub/x", "");
    for (image, output, also) in [
        ("shop.tar", "shop.tar", &[][..]),
        ("shop.tar", "./sub/../shop.tar", &[]),
        ("link.tar", "shop.tar", &[]),
        ("twin.tar", "shop.tar", &[]),
        ("shop.tar", "twin.tar", &[]),
        ("shop.tar#shop:1.4", "shop.tar", &[]),
        ("docker-archive:shop.tar", "shop.tar", &[]),
        ("shop.tar", "shop.tar", &["--nosuch"]),
        ("shop.tar", "shop.tar", &["--max-wasted", "1GBB"]),
        ("gone.tar", "shop.tar", &["--baseline", "shop.tar"]),
        ("gone.tar", "shop.tar", &["--baseline=shop.tar"]),
    ] {
        let output = format!("json={output}");
        let start = ["check", image, "--max-size", "1GB", "--overwrite", "--output", &output];
        let answer = place.run(&[&start[..], also].concat());
        assert_eq!(answer.code, Some(2), "{image} {output}: {answer:#?}");
        let refuses = answer.said.contains("the check reads this file");
        assert!(refuses || also.len() > 1 || also == ["--nosuch"], "{answer:#?}");
        assert!(std::fs::read(place.path().join("shop.tar")).unwrap() == whole, "{image} {output}");
    }
}

#[test]
fn no_output_replaces_the_limits_the_dockerfile_or_an_image_from_standard_input() {
    let place = Place::new();
    let limits = "[limits]\nsize = \"1GB\"\n";
    let texts = [(".layerscope.toml", limits), ("my.toml", limits), ("Dockerfile", "FROM a\n")];
    texts.iter().for_each(|(name, text)| place.write(name, text));
    for (name, options) in [
        (".layerscope.toml", &[][..]),
        ("my.toml", &["--limits", "my.toml"]),
        ("Dockerfile", &["--dockerfile", "Dockerfile"]),
    ] {
        let output = format!("json={name}");
        let answer = place.check(&[options, &["--overwrite", "--output", &output]].concat());
        assert_eq!(answer.code, Some(2), "{name}: {answer:#?}");
        let (_, text) = texts.iter().find(|(text, _)| *text == name).unwrap();
        assert_eq!(place.read(name), *text);
    }
    let file = std::fs::File::open(place.path().join("shop.tar")).unwrap();
    let arguments = ["check", "-", "--max-size=1GB", "--overwrite", "--output", "json=shop.tar"];
    let output = place.command(&arguments).stdin(file).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{output:?}");
    assert!(std::fs::read(place.path().join("shop.tar")).unwrap() == tar(shop().docker()));
    let answer = place.check(&["--max-size=1GB", "--overwrite", "--output", "json=other.json"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
}

/// A build that takes too long is ended from outside, and uploads what is there.
#[test]
fn a_check_that_is_ended_by_a_signal_leaves_no_passed_result_of_the_run_before() {
    for signal in ["-TERM", "-KILL", "-INT", "-HUP"] {
        let place = Place::new();
        let outputs = ["--overwrite", "--output", "json=r.json", "--output", "junit=r.xml"];
        let limit = ["--max-size", "1GB"];
        let answer = place.check(&[&limit[..], &outputs].concat());
        assert_eq!(answer.code, Some(0), "{answer:#?}");
        assert!(place.read("r.json").contains("\"passed\""));
        let mut command = place.command(&[&["check", "-"], &limit[..], &outputs].concat());
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut pipe = child.stdin.take().unwrap();
        pipe.write_all(&tar(shop().docker())[..2_000]).unwrap();
        let end = Instant::now() + Duration::from_secs(60);
        while place.read("r.xml").contains("errors=\"0\"") && Instant::now() < end {
            std::thread::sleep(Duration::from_millis(20));
        }
        let id = child.id().to_string();
        assert!(Command::new("kill").args([signal, &id]).status().unwrap().success());
        drop(pipe);
        assert!(!child.wait().unwrap().success());
        let document: serde_json::Value = serde_json::from_str(&place.read("r.json")).unwrap();
        validate(include_str!("../../assets/check.schema.json"), &document);
        assert_eq!(document["status"], "unknown", "{signal}: {document:#}");
        let report = quick_junit::Report::deserialize_from_str(&place.read("r.xml")).unwrap();
        assert_eq!(report.errors, 1, "{signal}");
    }
}
