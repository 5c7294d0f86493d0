//! SARIF: its schema, its places, and hashes that stay.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::{checked, hostile, json_of, validate};
use crate::gate::{Place, image};
use crate::support::build::{dir, file, gone, layer};

#[test]
fn sarif_fits_its_schema_with_a_place_and_a_stable_hash_for_every_result() {
    let place = Place::with(&hostile());
    let answer = checked(&place, "sarif");
    let document = json_of(&answer);
    validate(include_str!("../schemas/sarif-2.1.0.json"), &document);
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
