//! The outputs for services that run builds, each read by a real reader or held against its public
//! schema.

use std::collections::{BTreeMap, BTreeSet};

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

fn validate(schema: &str, value: &Value) {
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
fn sarif_fits_its_schema_with_a_place_and_a_stable_hash_for_every_result() {
    let place = Place::with(&hostile());
    let answer = checked(&place, "sarif");
    let document = json_of(&answer);
    validate(include_str!("schemas/sarif-2.1.0.json"), &document);
    let results = document["runs"][0]["results"].as_array().unwrap();
    assert_eq!(
        document["runs"].as_array().map(Vec::len),
        Some(1),
        "GitHub takes one run of a category"
    );
    assert!(results.len() >= 4, "limits and findings: {document:#}");
    let rules = document["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    let mut levels = Vec::new();
    let mut hashes = BTreeSet::new();
    for result in results {
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(
            (&place["artifactLocation"]["uri"], &place["region"]["startLine"]),
            (&json!("Dockerfile"), &json!(1))
        );
        assert_eq!(
            rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()]["id"],
            result["ruleId"]
        );
        hashes.insert(
            result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap().to_owned(),
        );
        levels.push((
            result["level"] != "error",
            std::cmp::Reverse(result["properties"]["bytes"].as_u64()),
        ));
    }
    assert_eq!(hashes.len(), results.len(), "no two results are the same");
    assert!(levels.is_sorted(), "the worst first: {levels:?}");
}

#[test]
fn a_hash_stays_the_same_when_sizes_tags_and_layers_change() {
    let hashes = |size: usize, tag: &str, before: bool| {
        let first = before.then(|| ("RUN mkdir /x", layer([dir("x")])));
        let rest = [
            ("RUN get", layer([dir("opt"), file("opt/tool", size)])),
            ("RUN rm", layer([gone("opt/tool")])),
        ];
        let mut image = image(first.into_iter().chain(rest));
        image.tags = json!([tag]);
        let place = Place::with(&image);
        let document =
            json_of(&place.check(&["--max-wasted", "1kB", "--max-size=1kB", "--format", "sarif"]));
        let results = document["runs"][0]["results"].as_array().unwrap().clone();
        let hash = |result: &Value| {
            let hash = result["partialFingerprints"]["primaryLocationLineHash"]
                .as_str()
                .unwrap()
                .to_owned();
            (result["ruleId"].as_str().unwrap().to_owned(), hash)
        };
        results.iter().map(hash).collect::<BTreeMap<_, _>>()
    };
    let today = hashes(200_000, "registry:5000/team/shop:1.4", false);
    assert!(today.len() >= 3, "{today:?}");
    assert_eq!(today, hashes(210_123, "registry:5000/team/shop:1.5", true));
    let other = hashes(200_000, "registry:5000/team/cart:1.4", false);
    assert!(
        today.iter().all(|(rule, hash)| other.get(rule).is_some_and(|there| there != hash)),
        "{other:?}"
    );
}

#[test]
fn results_point_to_the_lines_of_the_dockerfile_that_is_given() {
    let place = Place::new();
    place.write(
        "deploy/my Dockerfile",
        "FROM base\n\nRUN fetch tool\n# too late\nRUN rm /opt/tool\n",
    );
    let limits = ["--max-wasted", "1kB", "--dockerfile", "./deploy/my Dockerfile"];
    let document = json_of(&place.check(&[&limits[..], &["--format", "sarif"]].concat()));
    let at = |result: &Value| {
        let place = &result["locations"][0]["physicalLocation"];
        (
            place["artifactLocation"]["uri"].as_str().unwrap().to_owned(),
            place["region"]["startLine"].as_u64().unwrap(),
        )
    };
    let places: Vec<_> =
        document["runs"][0]["results"].as_array().unwrap().iter().map(at).collect();
    assert_eq!(places[0], ("deploy/my%20Dockerfile".into(), 5), "layer 2 deletes");
    assert!(
        places.contains(&("deploy/my%20Dockerfile".into(), 3)),
        "the finding is about layer 1: {places:?}"
    );
    let text = place.check(&limits);
    assert!(text.line("FAIL").ends_with(" (deploy/my Dockerfile:5)"), "{}", text.out);
    let github = place.check(&[&limits[..], &["--format", "github"]].concat());
    github.line(
        "::error file=deploy/my Dockerfile,line=5,title=layerscope%3A limit exceeded%3A wasted::shop:1.4: wasted ",
    );
    let gitlab = json_of(&place.check(&[&limits[..], &["--format", "gitlab"]].concat()));
    assert_eq!(
        gitlab[0]["location"],
        json!({ "path": "deploy/my Dockerfile", "lines": { "begin": 5 } })
    );
}

#[test]
fn junit_is_read_by_the_library_of_nextest() {
    let place = Place::with(&hostile());
    place.write(".layerscope.toml", "[limits]\ngrowth = \"5%\"\nbase-age = \"9d\"\n");
    let answer = checked(&place, "junit");
    assert_eq!(answer.code, Some(2));
    let report = quick_junit::Report::deserialize_from_str(&answer.out)
        .unwrap_or_else(|e| panic!("{e}: {}", answer.out));
    let suite = &report.test_suites[0];
    assert_eq!((report.tests, report.failures, report.errors, suite.skipped_count()), (6, 3, 1, 1));
    assert!(
        suite.name.as_str().starts_with("evil∕a]]><script>")
            || suite.name.as_str().contains("<script>")
    );
    let budget = suite
        .test_cases
        .iter()
        .find(|case| case.name.as_str().starts_with("budget /opt/a"))
        .unwrap();
    let quick_junit::TestCaseStatus::NonSuccess { message, description, .. } = &budget.status
    else {
        panic!("{budget:?}")
    };
    assert!(
        message.as_ref().unwrap().as_str().contains("<script>alert(1)<∕script>&\"'`|"),
        "{message:?}"
    );
    assert!(
        description
            .as_ref()
            .unwrap()
            .as_str()
            .contains("the largest file is /opt/a?]><script>".replace('?', "]").as_str())
    );
}

/// The attributes that Jenkins' schema (junit-10.xsd) allows; its plug-in refuses a file with others.
#[test]
fn junit_has_the_attributes_that_jenkins_knows_and_no_others() {
    let known = [
        ("testsuites", &["name", "time", "tests", "failures", "errors"][..]),
        ("testsuite", &["name", "tests", "failures", "errors", "skipped", "time", "timestamp"]),
        ("testcase", &["name", "time", "classname", "group"]),
        ("failure", &["type", "message"]),
        ("error", &["type", "message"]),
        ("skipped", &["type", "message"]),
        ("system-out", &[]),
    ];
    let place = Place::with(&hostile());
    place.write(
        ".layerscope.toml",
        "[limits]\ngrowth = \"5%\"\nbase-age = \"9d\"\n\
         [[exception]]\npath = \"/srv\"\nreason = \"r\"\nuntil = 2999-01-01\n",
    );
    let text = checked(&place, "junit").out;
    let mut reader = quick_xml::Reader::from_str(&text);
    let mut seen = BTreeSet::new();
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(tag) | quick_xml::events::Event::Empty(tag) => {
                let name = tag.name().as_ref().to_owned();
                let allowed = known.iter().find(|(tag, _)| *tag == name).unwrap().1;
                for attribute in tag.attributes() {
                    let key = attribute.unwrap().key;
                    assert!(allowed.contains(&key.as_ref()), "{name} {key:?}");
                }
                seen.insert(name);
            }
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(seen.len(), known.len(), "{seen:?}");
}

#[test]
fn images_of_one_name_are_told_apart_and_no_series_of_metrics_is_there_twice() {
    let place = Place::new();
    place.write("other.tar", std::fs::read(place.path().join("shop.tar")).unwrap());
    let images = ["check", "shop.tar", "other.tar", "shop.tar", "--max-layers", "9"];
    let text = place.run(&images).out;
    assert!(text.contains("shop:1.4 (shop.tar)\n") && text.contains("shop:1.4 (other.tar)\n"));
    let text = place.run(&[&images[..], &["--format", "openmetrics"]].concat()).out;
    let series: Vec<_> = text
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap().0)
        .collect();
    let distinct: BTreeSet<_> = series.iter().collect();
    assert_eq!(series.len(), distinct.len(), "{text}");
    let sizes = series.iter().filter(|it| it.starts_with("layerscope_image_size_bytes{"));
    assert_eq!(sizes.count(), 2, "{text}");
    let one = place.check(&["--max-layers", "9", "--format", "openmetrics"]).out;
    assert!(!one.contains("source="), "the labels of a single image stay the same: {one}");
}

trait Skipped {
    fn skipped_count(&self) -> usize;
}

impl Skipped for quick_junit::TestSuite {
    fn skipped_count(&self) -> usize {
        let is_skipped = |case: &&quick_junit::TestCase| {
            matches!(case.status, quick_junit::TestCaseStatus::Skipped { .. })
        };
        self.test_cases.iter().filter(is_skipped).count()
    }
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
fn openmetrics_is_read_by_a_scraper() {
    let text = Place::new()
        .check(&["--max-wasted", "1kB", "--max-layers=9", "--format", "openmetrics"])
        .out;
    let lines = text.lines().map(|line| Ok(line.to_owned()));
    let scrape = prometheus_parse::Scrape::parse(lines).unwrap();
    let value = |name: &str| {
        let sample = scrape
            .samples
            .iter()
            .find(|sample| sample.metric == name)
            .unwrap_or_else(|| panic!("{name}: {text}"));
        match sample.value {
            prometheus_parse::Value::Gauge(value) => value,
            ref other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        (value("layerscope_image_wasted_bytes"), value("layerscope_image_layers")),
        (200_000.0, 3.0)
    );
    let exceeded =
        scrape.samples.iter().filter(|sample| sample.metric == "layerscope_limit_exceeded");
    assert_eq!(exceeded.count(), 2);

    // That reader knows no escapes, so the labels of a hostile image are read by the grammar
    // (OpenMetrics 1.0, "ABNF").
    let text = checked(&Place::with(&hostile()), "openmetrics").out;
    assert!(text.ends_with("\n# EOF\n") && text.matches("# EOF").count() == 1);
    let sample =
        regex::Regex::new(r#"^[a-z_]+\{([a-z]+="(?:[^"\\\n]|\\["\\n])*",?)+\} [0-9]+$"#).unwrap();
    let label = regex::Regex::new(r#"image="((?:[^"\\]|\\.)*)""#).unwrap();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        assert!(sample.is_match(line), "{line}");
        let image = label.captures(line).unwrap()[1].replace("\\\"", "\"").replace("\\\\", "\\");
        assert!(image.starts_with("evil/a]]><script>") && image.ends_with("[31m\\:1"), "{image}");
    }
    // A family is written in one piece, and a unit is the end of its name (OpenMetrics 1.0,
    // "MetricFamily").
    let mut families = Vec::new();
    for line in text.lines() {
        let name = line.trim_start_matches("# TYPE ").split([' ', '{']).next().unwrap().to_owned();
        match line.strip_prefix("# UNIT ") {
            Some(unit) => assert!(
                unit.split_once(' ')
                    .is_some_and(|(name, unit)| name.ends_with(&format!("_{unit}")))
            ),
            None if line.starts_with("# TYPE ") => families.push(name),
            None if line.starts_with('#') => {}
            None => assert_eq!(families.last(), Some(&name)),
        }
    }
    assert_eq!(families.len(), families.iter().collect::<BTreeSet<_>>().len());
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
