//! Checks that end without a result: every output says so, and none keeps the one of an earlier run.

use serde_json::{Value, json};

use super::outputs::validate;
use super::{Answer, Place, image, shop};
use crate::support::build::{file, layer, tar};

/// All formats, each as an option that writes it to a file of its name.
const FORMATS: [&str; 8] =
    ["text", "json", "markdown", "sarif", "junit", "github", "gitlab", "openmetrics"];

fn outputs() -> Vec<String> {
    FORMATS.iter().map(|format| format!("--output={format}=x.{format}")).collect()
}

/// Checks images into all outputs, over those that are there.
fn check(place: &Place, arguments: &[&str]) -> Answer {
    let outputs = outputs();
    let all = outputs.iter().map(String::as_str);
    place.run(
        &["check", "--overwrite"]
            .into_iter()
            .chain(all)
            .chain(arguments.iter().copied())
            .collect::<Vec<_>>(),
    )
}

fn json_of(place: &Place, format: &str) -> Value {
    serde_json::from_str(&place.read(&format!("x.{format}"))).unwrap()
}

/// A place with the outputs of a check that passed.
fn passed() -> Place {
    let place = Place::new();
    let answer = check(&place, &["--max-size", "1MB", "shop.tar"]);
    assert_eq!(answer.code, Some(0), "{answer:#?}");
    assert!(place.read("x.text").contains("The limit is kept."));
    place
}

/// Asserts that every output tells an error in its own way, and validates them.
fn assert_all_tell(place: &Place, words: &str) {
    for format in FORMATS {
        let text = place.read(&format!("x.{format}"));
        assert!(!text.contains("The limit is kept."), "{format}: {text}");
        if format != "openmetrics" {
            assert!(text.contains(words), "{format}: {text}");
        }
    }
    let document = json_of(place, "json");
    validate(include_str!("../../assets/check.schema.json"), &document);
    assert_eq!(document["status"], "unknown");
    assert!(document["errors"][0]["message"].as_str().unwrap().contains(words));
    let sarif = json_of(place, "sarif");
    validate(include_str!("schemas/sarif-2.1.0.json"), &sarif);
    let invocation = &sarif["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let told = &invocation["toolExecutionNotifications"][0];
    assert_eq!(told["level"], "error");
    assert!(told["message"]["text"].as_str().unwrap().contains(words), "{told}");
    let report = quick_junit::Report::deserialize_from_str(&place.read("x.junit")).unwrap();
    assert_eq!(report.errors, 1);
    assert!(place.read("x.junit").contains("<error message=\"not checked\""));
    for issue in json_of(place, "gitlab").as_array().unwrap() {
        validate(include_str!("schemas/gitlab-codeclimate.json"), issue);
    }
    assert!(place.read("x.github").starts_with("::error file=Dockerfile,line=1,"));
    assert!(place.read("x.markdown").starts_with("<!-- layerscope-check"));
    let metrics = place.read("x.openmetrics");
    assert!(metrics.contains("\nlayerscope_image_checked"), "{metrics}");
    assert!(metrics.contains(" 0\n") && metrics.ends_with("# EOF\n"), "{metrics}");
}

#[test]
fn an_image_that_cannot_be_read_replaces_the_result_of_the_last_run_in_every_output() {
    let whole = tar(shop().docker());
    for (damage, words) in [
        (whole[..6_000].to_vec(), "damaged at byte 6000"),
        (b"no image".to_vec(), "shop.tar"),
        (Vec::new(), "shop.tar"),
    ] {
        let place = passed();
        place.write("shop.tar", damage);
        let answer = check(&place, &["--max-size", "1MB", "shop.tar"]);
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        assert_eq!(answer.said.matches("error: ").count(), 1, "{answer:#?}");
        assert_all_tell(&place, words);
        assert_eq!(json_of(&place, "json")["errors"][0]["image"], "shop.tar");
    }
    let place = passed();
    let answer = check(&place, &["--max-size", "1MB", "./gone.tar"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert_all_tell(&place, "gone.tar");
}

#[test]
fn a_check_that_fails_before_any_image_is_read_leaves_no_result_of_the_last_run() {
    let place = passed();
    place.write("empty.toml", "[limits]\n");
    place.write("odd.toml", "[limits]\nsiz = 1\n");
    place.write("cut.json", "{\"schema_version\":");
    for (arguments, words) in [
        (&["--limits", "odd.toml"][..], "no such limit; did you mean size?"),
        (&["--limits", "empty.toml"], "the file of limits has no limit"),
        (&["--limits", "gone.toml"], "cannot read gone.toml"),
        (&["--max-finding", "apt-list=0"], "did you mean apt-lists?"),
        (&["--max-growth", "1MB", "--baseline", "cut.json"], "the report is cut"),
        (&["--max-size", "1MB", "--dockerfile", "gone"], "cannot read gone"),
        (&["--max-size", "1MB", "--base-layers", "9"], "9"),
        (&["--max-secrets", "0", "--quick"], "the limit on secrets needs the search"),
    ] {
        check(&place, &["--max-size", "1MB", "shop.tar"]);
        let answer = check(&place, &[&["shop.tar"], arguments].concat());
        assert_eq!(answer.code, Some(2), "{arguments:?}: {answer:#?}");
        if arguments.contains(&"--dockerfile") {
            assert!(place.read("x.github").starts_with("::error file=gone,line=1,"));
            continue;
        }
        assert_all_tell(&place, words);
    }
}

#[test]
fn standard_output_is_json_for_programs_whatever_fails() {
    let place = Place::new();
    place.write("shop.tar", "no image");
    for arguments in [&["--max-size", "1MB"][..], &["--limits", "gone.toml"]] {
        let answer = place.check(&[arguments, &["--format", "json"]].concat());
        assert_eq!(answer.code, Some(2));
        let document: Value = serde_json::from_str(&answer.out).unwrap();
        assert_eq!(document["status"], "unknown", "{document:#}");
    }
    assert_eq!(place.check(&["--limits", "gone.toml"]).out, "", "the error is said");
}

#[test]
fn without_overwrite_the_result_of_the_last_run_stays_and_the_check_is_refused() {
    let place = passed();
    place.write("shop.tar", "no image");
    let answer = place.check(&["--max-size", "1MB", "--output", "json=x.json"]);
    assert_eq!(answer.code, Some(2));
    assert!(answer.said.contains("x.json already exists"), "{}", answer.said);
    assert_eq!(json_of(&place, "json")["status"], "passed");
}

#[test]
fn an_unreadable_image_does_not_take_the_results_of_the_others() {
    let place = Place::new();
    place.write("small.tar", tar(image([("COPY app /", layer([file("app", 9)]))]).docker()));
    place.write("cut.tar", &tar(shop().docker())[..6_000]);
    let images = ["small.tar", "cut.tar", "shop.tar", "./gone.tar"];
    let answer = check(&place, &[&["--max-wasted", "20kB"][..], &images].concat());
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    let text = place.read("x.text");
    for words in [
        "PASS  wasted 0 B",
        "FAIL  wasted 195 KiB",
        "cut.tar\n????  not checked: ",
        "gone.tar\n????",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    assert_eq!(answer.said.matches("error: ").count(), 2, "each error once: {}", answer.said);
    let document = json_of(&place, "json");
    validate(include_str!("../../assets/check.schema.json"), &document);
    let states = document["images"].as_array().unwrap().iter().map(|image| &image["status"]);
    assert_eq!(states.collect::<Vec<_>>(), [&json!("passed"), &json!("failed")]);
    let names = document["errors"].as_array().unwrap().iter().map(|error| &error["image"]);
    assert_eq!(names.collect::<Vec<_>>(), [&json!("cut.tar"), &json!("./gone.tar")]);
    let report = quick_junit::Report::deserialize_from_str(&place.read("x.junit")).unwrap();
    assert_eq!((report.tests, report.failures, report.errors), (4, 1, 2));
    let sarif = json_of(&place, "sarif");
    let of = |id: &str| {
        let results = sarif["runs"][0]["results"].as_array().unwrap().iter();
        results.filter(|result| result["ruleId"] == id).count()
    };
    assert_eq!((of("image/not-checked"), of("limit/wasted")), (2, 1));
    let metrics = place.read("x.openmetrics");
    assert!(metrics.contains("\nlayerscope_image_checked{image=\"cut.tar\"} 0\n"), "{metrics}");
    assert!(
        metrics.contains(
            "\nlayerscope_image_checked{image=\"shop:1.4\",platform=\"linux/amd64\"} 1\n"
        ) || metrics.contains(
            "layerscope_image_checked{image=\"shop:1.4\",platform=\"linux/amd64\",source="
        ),
        "{metrics}"
    );
}

#[test]
fn an_output_that_cannot_be_written_does_not_keep_the_others_from_it() {
    let place = passed();
    let answer = place.check(&[
        "--max-wasted",
        "1kB",
        "--overwrite",
        "--output",
        "json=nowhere/x",
        "--output",
        "sarif=x.sarif",
    ]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert!(place.read("x.sarif").contains("limit exceeded: wasted"));
}

#[test]
fn what_is_no_regular_file_is_refused_before_an_image_is_read() {
    let place = passed();
    std::os::unix::fs::symlink("x.json", place.path().join("link")).unwrap();
    for output in ["json=/dev/zero", "json=link", "json=."] {
        let answer = place.check(&["--max-wasted=1kB", "--overwrite", "--output", output]);
        assert_eq!((answer.code, answer.out.as_str()), (Some(2), ""), "{answer:#?}");
        assert!(answer.said.contains(" is not a regular file\nhint: --overwrite"), "{answer:#?}");
    }
    assert_eq!(json_of(&place, "json")["status"], "passed", "the target of the link stays");
}

#[test]
fn a_reader_that_has_seen_enough_does_not_make_an_image_pass() {
    let place = Place::new();
    let mut command = place.command(&["check", "shop.tar", "--max-wasted", "1kB"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let status = command.stdout(writer).status().unwrap();
    assert_eq!(status.code(), Some(1));
}

#[test]
fn an_option_that_is_refused_leaves_no_result_of_an_earlier_run() {
    for (refused, words) in [
        (&["--max-size", "1,5GB"][..], "1,5GB"),
        (&["--max-wasted"], "--max-wasted"),
        (&["--no-such-option"], "--no-such-option"),
        (&["--format", "sarfi"], "sarfi"),
        (&["--output", "sarif=x.sarif"], "names x.sarif twice"),
    ] {
        let place = passed();
        let answer = check(&place, &[&["shop.tar"], refused].concat());
        assert_eq!(answer.code, Some(2), "{answer:#?}");
        assert!(answer.said.contains(words), "{}", answer.said);
        assert_all_tell(&place, words);
        let mark = place.read("x.markdown").lines().next().unwrap().to_owned();
        assert!(mark.contains("shop"), "{refused:?}: {mark}");
    }
    let place = passed();
    let answer =
        place.run(&["check", "shop.tar", "--output", "json=x.json", "--max-size", "1,5GB"]);
    assert_eq!(answer.code, Some(2), "{answer:#?}");
    assert_eq!(json_of(&place, "json")["status"], "passed", "only --overwrite replaces a file");
}

#[test]
fn the_mark_of_a_comment_names_the_image_also_if_nothing_was_read() {
    let mark = |arguments: &[&str]| {
        let place = Place::new();
        let arguments = [&["check", "--format", "markdown"], arguments].concat();
        place.run(&arguments).out.lines().next().unwrap_or_default().to_owned()
    };
    let whole = mark(&["shop.tar", "--max-size", "1MB"]);
    for arguments in [
        &["shop.tar#shop:1.4", "--limits", "gone.toml"][..],
        &["shop:1.4", "--limits", "gone.toml"],
    ] {
        assert_eq!(mark(arguments), whole, "{arguments:?}");
    }
}
