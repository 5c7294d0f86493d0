//! The outputs for services that run builds, each read by a real reader or held against its public
//! schema.

mod junit;
mod metrics;
mod sarif;

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Answer, Place, image, shop};
use crate::support::build::{Image, dir, file, gone, layer, tar};

/// A name that every format has a use for: markup, references, commands, ends of strings, control
/// characters.
pub const HOSTILE: &str = "a]]><script>alert(1)</script>&\"'`|**b** @torvalds #1 !2 [x](https://evil.example) www.evil.example \
                       ::error::x\n::stop-commands::y%0A{z}=\u{202e}\u{fffe}\u{1b}[31m\\";

/// An image with a hostile path in a hostile instruction, the larger part of it deleted, under a
/// hostile name.
pub fn hostile() -> Image {
    let name = HOSTILE.replace('/', "∕");
    let big = format!("opt/{name}");
    let mut image = image([
        ("RUN a", layer([dir("opt"), file(&big, 300_000), file(format!("{big}2"), 9_000)])),
        (&format!("RUN rm {HOSTILE}"), layer([gone(&big)])),
    ]);
    image.config["history"][0]["created_by"] = json!(format!("RUN /bin/sh -c get {HOSTILE}"));
    image.tags = json!([format!("evil/{name}:1")]);
    image
}

/// Limits that are exceeded by the hostile image, one of them with the hostile path in its name.
fn limits() -> Vec<String> {
    let path = HOSTILE.replace('/', "∕").replace(['[', ']', '{', '}', '*', '\\'], "?");
    ["--max-wasted", "1kB", "--max-size=1kB", "--max-layers=9", "--budget"]
        .map(str::to_owned)
        .into_iter()
        .chain([format!("/opt/{path}*=1kB")])
        .collect()
}

pub fn checked(place: &Place, format: &str) -> Answer {
    let limits = limits();
    let limits = limits.iter().map(String::as_str);
    place.check(&limits.chain(["--format", format]).collect::<Vec<_>>())
}

pub fn validate(schema: &str, value: &Value) {
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("schema.json", serde_json::from_str(schema).unwrap()).unwrap();
    let index = compiler.compile("schema.json", &mut schemas).unwrap();
    schemas.validate(value, index).unwrap_or_else(|error| panic!("{error:#}\n{value:#}"));
}

fn json_of(answer: &Answer) -> Value {
    serde_json::from_str(&answer.out).unwrap_or_else(|error| panic!("{error}: {answer:#?}"))
}

/// What a terminal would obey.
pub fn assert_harmless(text: &str) {
    assert!(!text.chars().any(|c| c.is_control() && c != '\n' || c == '\u{202e}'), "{text:?}");
}

#[test]
fn every_format_tells_the_same_result_and_none_obeys_the_image() {
    let place = Place::with(&hostile());
    for format in ["text", "json", "markdown", "sarif", "junit", "github", "gitlab", "openmetrics"]
    {
        let answer = checked(&place, format);
        assert_eq!(answer.code, Some(1), "{format}: {answer:#?}");
        assert_harmless(&answer.out);
        assert!(answer.out.len() > 300, "{format}: {}", answer.out);
    }
    let text = checked(&place, "text");
    assert_eq!(
        (text.out.matches("\nFAIL  ").count(), text.out.lines().count()),
        (3, 6),
        "{}",
        text.out
    );
}

#[test]
fn the_json_fits_its_schema_whatever_the_result() {
    let schema = include_str!("../../assets/check.schema.json");
    let place = Place::with(&hostile());
    let failed = json_of(&checked(&place, "json"));
    validate(schema, &failed);
    assert_eq!(failed["status"], "failed");
    let wasted = failed["images"][0]["limits"]
        .as_array()
        .unwrap()
        .iter()
        .find(|limit| limit["limit"] == "wasted")
        .unwrap();
    assert_eq!(wasted["found"]["bytes"], 300_000);
    assert_eq!(
        (wasted["bound"]["bytes"].as_u64(), wasted["layer"].as_u64()),
        (Some(1000), Some(1))
    );
    assert!(
        wasted["instruction"].as_str().unwrap().contains("<script>"),
        "escaped for JSON, and nothing else"
    );
    place.write(
        ".layerscope.toml",
        "[limits]\nsize = \"1GB\"\nwasted = \"100%\"\ndownload = \"1GB\"\ngrowth = \"5%\"\nbase-age = \"9d\"\nbase = \"a\"\n\
         [[finding]]\nlevel = \"build\"\n[[exception]]\npath = \"/opt\"\nreason = \"r\"\nuntil = 2999-01-01\n\
         [[exception]]\nrule = \"apt-lists\"\nreason = \"r\"\nuntil = 1999-01-01\n",
    );
    let unknown = place.check(&["--format", "json", "--ci"]);
    assert_eq!(unknown.code, Some(2), "{unknown:#?}");
    let unknown = json_of(&unknown);
    validate(schema, &unknown);
    let states = |member: &str, name: &str| {
        let of = unknown["images"][0][member].as_array().unwrap().iter();
        of.map(|part| part[name].as_str().unwrap().to_owned()).collect::<BTreeSet<_>>()
    };
    assert_eq!(states("limits", "status").len(), 3, "passed, skipped, unknown: {unknown:#}");
    assert_eq!(states("exceptions", "state"), ["ended".to_owned(), "used".to_owned()].into());
}

#[test]
fn a_comment_stays_below_64_kib_and_results_below_5000() {
    let many = (0..400).map(|i| format!("--budget=/opt/{i:0>300}=0"));
    let files = (0..400).map(|i| file(format!("opt/{i:0>300}"), 1_000 + i));
    let place = Place::with(&image([("RUN a", layer([dir("opt")].into_iter().chain(files)))]));
    let many: Vec<_> = many.collect();
    let run = |format: &str| {
        place
            .check(&many.iter().map(String::as_str).chain(["--format", format]).collect::<Vec<_>>())
    };
    let text = run("markdown").out;
    assert!(
        text.len() < 64 << 10
            && text.contains("\nand ")
            && text.contains("400 of 400 limits exceeded")
    );
    let text = run("github").out;
    assert_eq!(text.lines().count(), 11, "{text}");
    assert!(
        text.ends_with("::notice title=layerscope::and 390 more; the other reports list them\n"),
        "{text}"
    );
    let document = json_of(&run("sarif"));
    let bytes = |result: &Value| result["properties"]["bytes"].as_u64();
    let all: Vec<_> =
        document["runs"][0]["results"].as_array().unwrap().iter().map(bytes).collect();
    assert_eq!((all[0], all.len()), (Some(1_399), 400), "the worst first");
}

#[test]
fn annotations_are_one_command_a_line_and_nothing_else() {
    let place = Place::with(&hostile());
    let text = checked(&place, "github").out;
    assert!(text.lines().count() >= 4, "{text}");
    for line in text.lines() {
        let (head, message) = line[2..].split_once("::").unwrap();
        let (level, properties) = head.split_once(' ').unwrap();
        assert!(["error", "warning", "notice"].contains(&level), "{line}");
        assert!(properties.starts_with("file=Dockerfile,line=1,title=layerscope%3A "), "{line}");
        assert_eq!(properties.matches(',').count(), 2, "{line}");
        assert!(!message.contains('%') || message.contains("%25"), "{line}");
    }
}

#[test]
fn gitlab_gets_a_list_of_issues_also_when_there_are_none() {
    let place = Place::with(&hostile());
    let issues = json_of(&checked(&place, "gitlab"));
    let issues = issues.as_array().unwrap();
    assert!(issues.len() >= 4);
    let mut seen = BTreeSet::new();
    for issue in issues {
        validate(include_str!("schemas/gitlab-codeclimate.json"), issue);
        assert!(
            ["info", "minor", "major", "critical", "blocker"]
                .contains(&issue["severity"].as_str().unwrap())
        );
        assert!(seen.insert(issue["fingerprint"].as_str().unwrap().to_owned()), "{issue}");
    }
    let place = Place::with(&image([("COPY app /", layer([file("app", 9)]))]));
    let answer = place.check(&["--max-layers", "9", "--format", "gitlab"]);
    assert_eq!((answer.code, answer.out.as_str()), (Some(0), "[]\n"));
}

#[test]
fn several_outputs_are_written_at_once_each_whole_or_not_at_all() {
    let place = Place::new();
    let wasted = ["--max-wasted", "1kB"];
    let all = ["--output", "sarif=x.sarif", "--output", "junit=y.xml", "--output", "markdown=-"];
    let answer = place.check(&[&wasted[..], &all].concat());
    assert_eq!(answer.code, Some(1), "{answer:#?}");
    assert!(answer.out.starts_with("<!-- layerscope-check-shop -->\n"), "{}", answer.out);
    assert!(
        place.read("x.sarif").contains("\"2.1.0\"") && place.read("y.xml").starts_with("<?xml")
    );
    let again = place.check(&[&wasted[..], &all].concat());
    assert_eq!((again.code, again.out.as_str()), (Some(2), ""), "nothing is overwritten");
    assert!(
        again.said.contains("x.sarif already exists")
            && again.said.contains("--overwrite replaces it"),
        "{again:?}"
    );
    place.write("x.sarif", "old");
    assert_eq!(place.check(&[&wasted[..], &all, &["--overwrite"]].concat()).code, Some(1));
    assert!(place.read("x.sarif").contains("\"2.1.0\""));
    // As other tools spell it.
    let answer =
        place.check(&[&wasted[..], &["--format", "sarif", "--output", "z.sarif"]].concat());
    assert_eq!(
        (answer.code, answer.out.as_str(), place.read("z.sarif")),
        (Some(1), "", place.read("x.sarif"))
    );
    // With a file of its own format, the text is for the log.
    let answer = place.check(&[&wasted[..], &["--output", "json=a.json"]].concat());
    assert!(
        answer.out.starts_with("shop:1.4\nFAIL") && place.read("a.json").contains("\"failed\""),
        "{answer:#?}"
    );
    for (output, words) in [
        (&["--output", "sraif=b"][..], "no such format; did you mean sarif?"),
        (&["--output", "b"], "the format is missing"),
        (
            &["--output", "json=-", "--output", "sarif=-"],
            "only one --output can be standard output",
        ),
        (&["--output", "json=b", "--output", "sarif=b"], "--output names b twice"),
        (&["--output", "json=nowhere/b"], "nowhere"),
    ] {
        let answer = place.check(&[&wasted[..], output].concat());
        assert_eq!(answer.code, Some(2), "{output:?}");
        assert!(answer.said.contains(words), "{output:?}: {}", answer.said);
        assert!(!place.path().join("b").exists());
    }
}

#[test]
fn under_github_annotations_and_the_summary_of_the_job_are_written_by_themselves() {
    let place = Place::new();
    place.write("summary.md", "# of another step\n");
    let run = |arguments: &[&str]| {
        let mut command =
            place.command(&[&["check", "shop.tar", "--max-wasted", "1kB"], arguments].concat());
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", place.path().join("summary.md"));
        Answer::of(&command.output().unwrap())
    };
    let answer = run(&["--format", "json"]);
    assert_eq!(answer.code, Some(1));
    assert_eq!(json_of(&answer)["status"], "failed", "standard output is for programs");
    assert!(
        answer.said.starts_with("::error file=Dockerfile,line=1,title=layerscope%3A "),
        "{}",
        answer.said
    );
    let summary = place.read("summary.md");
    assert!(
        summary.starts_with("# of another step\n<!-- layerscope-check-shop -->\n### ❌ `shop:1.4`"),
        "{summary}"
    );
    let answer = run(&["--format", "github"]);
    assert!(
        answer.out.starts_with("::error ") && !answer.said.contains("::error"),
        "once: {answer:#?}"
    );
    let plain = place.check(&["--max-wasted", "1kB"]);
    assert_eq!(plain.said, "", "nowhere else");
}

#[test]
fn a_result_that_cannot_be_written_ends_with_code_2_wherever_it_goes() {
    let place = Place::new();
    for limit in ["9MB", "1kB"] {
        let mut command = place.command(&["check", "shop.tar", "--max-wasted", limit]);
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_STEP_SUMMARY", place.path().join("none/summary.md"));
        let answer = Answer::of(&command.output().unwrap());
        assert_eq!(answer.code, Some(2), "{limit}: {answer:#?}");
        assert!(
            answer.said.contains("error: cannot write the summary of the job, "),
            "{answer:#?}"
        );
        for output in ["sarif=none/x.sarif", "markdown=none/x.md"] {
            let answer = place.check(&["--max-wasted", limit, "--output", output]);
            assert_eq!(answer.code, Some(2), "{output}: {answer:#?}");
        }
    }
}

#[test]
fn no_format_lets_an_image_pass_that_was_not_wholly_read() {
    let place = Place::new();
    place.write(
        "shop.tar",
        tar(shop().docker().into_iter().filter(|entry| entry.name() != b"1.tar")),
    );
    // The number of layers is known, and the limit is kept.
    let run = |format: &str| {
        let answer = place.check(&["--max-layers", "9", "--format", format]);
        assert_eq!(answer.code, Some(2), "{format}: {answer:#?}");
        answer
    };
    let json = json_of(&run("json"));
    assert_eq!(
        (&json["status"], &json["images"][0]["completeness"]["gaps"][0]["layer"]),
        (&json!("unknown"), &json!(1))
    );
    for format in ["text", "markdown", "sarif", "junit", "github", "gitlab"] {
        let out = run(format).out;
        assert!(out.contains("layer 1 is not known"), "{format}: {out}");
    }
    let report = quick_junit::Report::deserialize_from_str(&run("junit").out).unwrap();
    assert_eq!((report.tests, report.errors), (2, 1));
    let sarif = json_of(&run("sarif"));
    validate(include_str!("schemas/sarif-2.1.0.json"), &sarif);
    let first = &sarif["runs"][0]["results"][0];
    assert_eq!((&first["ruleId"], &first["level"]), (&json!("image/not-whole"), &json!("error")));
    run("github")
        .line("::error file=Dockerfile,line=1,title=layerscope%3A image not wholly read::shop:1.4: not all of ");
    assert_eq!(json_of(&run("gitlab"))[0]["severity"], "major");
    assert!(
        run("openmetrics")
            .out
            .contains("layerscope_image_whole{image=\"shop:1.4\",platform=\"linux/amd64\"} 0\n")
    );
}
