//! Rules of one's own: what they can do, and what is said where they are wrong.

use std::time::{Duration, Instant};

use layerscope::advice::findings::{Rules, find};

use super::built::{image, on_debian, step};
use crate::support::build::file;

const MODELS: &str = r#"
[[rule]]
id = "models"
title = "model weights"
level = "leftovers"
globs = ["**/*.{safetensors,gguf}"]
why = "the server fetches them at its start"
fix = "mount them"
minimum = 1
"#;

fn findings(rules: &str, entries: Vec<crate::support::build::Entry>) -> Vec<(String, u64)> {
    let inspection = image(on_debian([step("COPY . /", entries)]));
    let rules = Rules::with("my.toml", rules).unwrap_or_else(|error| panic!("{error}"));
    find(&inspection, &rules, 1, None)
        .into_iter()
        .map(|finding| (finding.rule, finding.bytes))
        .collect()
}

#[test]
fn a_rule_of_one_s_own_joins_the_built_in_ones() {
    let entries = vec![file("srv/a.gguf", 100), file("tmp/x", 100_000)];
    assert_eq!(findings(MODELS, entries), [("temporary".into(), 100_000), ("models".into(), 100)]);
}

#[test]
fn a_rule_with_the_id_of_a_built_in_one_replaces_it_or_switches_it_off() {
    let replaced = MODELS.replace("\"models\"", "\"temporary\"");
    assert_eq!(
        findings(&replaced, vec![file("srv/a.gguf", 100), file("tmp/x", 100_000)]),
        [("temporary".into(), 100)]
    );
    let off = "[[rule]]\nid = \"temporary\"\nenabled = false\n";
    assert_eq!(findings(off, vec![file("tmp/x", 100_000)]), []);
}

#[test]
fn a_wrong_file_is_named_with_line_and_key() {
    let cases = [
        (
            MODELS.replace("level = \"leftovers\"", "level = \"rubbish\""),
            "my.toml, line 5, level: unknown variant",
        ),
        (MODELS.replace("globs", "globz"), "my.toml, line 6, globz: unknown field `globz`"),
        (
            MODELS.replace("**/*.{safetensors,gguf}", "a/**b/c"),
            "my.toml, line 6, globs: \"**b\": write `**` alone between",
        ),
        (
            MODELS.replace("minimum = 1", "minimum = \"1 MB\""),
            "my.toml, line 9, minimum: invalid type: string",
        ),
        (MODELS.replace("fix = \"mount them\"", ""), "my.toml, line 3, fix: this is missing"),
        (
            format!("{MODELS}{MODELS}"),
            "my.toml, line 12, id: there are two rules called \"models\"",
        ),
        (MODELS.replace("minimum = 1", "minimum = "), "my.toml, line 9, minimum: "),
        (
            MODELS.replace("minimum = 1", "proof = [\"a/**/b\"]"),
            "my.toml, line 9, proof: a proof is a path",
        ),
    ];
    for (text, words) in cases {
        let error = Rules::with("my.toml", &text).unwrap_err().to_string();
        assert!(error.starts_with(words), "{error:?} does not start with {words:?}");
        assert!(!error.contains('\n'), "{error:?} is one line");
    }
}

#[test]
fn hostile_rules_are_refused_or_harmless() {
    let rule = |globs: &str| {
        format!(
            "[[rule]]\nid = \"x\"\ntitle = \"x\"\nlevel = \"leftovers\"\nfix = \"\"\nglobs = [{globs}]\n"
        )
    };
    let start = Instant::now();
    let bombs =
        ["{a,b}".repeat(60), "{".repeat(400), "[!".repeat(200), "*a".repeat(200), "a/".repeat(200)];
    for bomb in &bombs {
        let _ = Rules::with("my.toml", &rule(&format!("{bomb:?}")));
    }
    let many: Vec<_> = (0..5000).map(|i| format!("\"a{i}\"")).collect();
    assert!(
        Rules::with("my.toml", &rule(&many.join(",")))
            .unwrap_err()
            .to_string()
            .contains("more than 4000 globs")
    );
    assert!(
        Rules::with("my.toml", &format!("{}1{}", "a = [".repeat(50_000), "]".repeat(50_000)))
            .is_err()
    );
    assert!(start.elapsed() < Duration::from_secs(10), "{:?}", start.elapsed());
}

#[test]
fn deep_globs_on_a_deep_tree_end() {
    let globs: Vec<_> = (0..400).map(|i| format!("\"**/a/**/a/**/x{i}*y*z\"")).collect();
    let text = format!(
        "{MODELS}\n[[rule]]\nid = \"deep\"\ntitle = \"deep\"\nlevel = \"leftovers\"\nfix = \"\"\nglobs = [{}]\n",
        globs.join(",")
    );
    let deep = |i: usize| format!("{}x7y{i}z", "a/".repeat(2000));
    let entries = (0..200).map(|i| file(deep(i), 1000)).collect();
    let start = Instant::now();
    assert_eq!(findings(&text, entries), [("deep".into(), 200_000)]);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn the_built_in_rules_name_sources_that_are_addresses() {
    for rule in Rules::built_in().iter() {
        assert!(rule.sources.iter().all(|source| source.starts_with("https://")), "{}", rule.id);
        assert!(!rule.why.is_empty() && !rule.fix.is_empty(), "{} says why and how", rule.id);
    }
}

#[test]
fn the_example_of_the_manual_is_a_rule() {
    let page = include_str!("../../assets/manual/rules.md");
    let mut examples = page.split("```toml\n").skip(1).filter_map(|text| text.split("```").next());
    let example = examples.find(|text| text.starts_with("[[rule]]")).unwrap();
    let rules = Rules::with("README.md", example).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(rules.iter().next().unwrap().id, "models");
}
