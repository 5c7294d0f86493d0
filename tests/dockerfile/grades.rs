//! Grades: every claim says how far it holds, on the screen, in JSON and in the file.

use std::process::Command;

use serde_json::Value;

use super::situation::{MEGABYTE, Situation};
use crate::support::build::{dir, file, gone};

/// A file with a merge, a small saving, and something that a person has to decide; with the
/// program's answer to some options.
fn answer(options: &[&str]) -> String {
    let directory = tempfile::tempdir().unwrap();
    let copied = [
        dir("app"),
        file("app/Dockerfile", 113),
        file("app/main", MEGABYTE),
        file("app/data", MEGABYTE),
    ];
    let situation = Situation::new()
        .copy(".", "/app", copied)
        .run("chown 33 /app/data", [file("app/data", MEGABYTE).owner(33, 0)])
        .run("make", [dir("opt"), file("opt/big", 2 * MEGABYTE)])
        .run("rm /opt/big", [gone("opt/big")])
        .run("apk add a", [file("var/cache/apk/x", 200)]);
    let text = "# syntax=docker/dockerfile:1\nFROM base\nCOPY . /app\nRUN chown 33 /app/data\nRUN make\nRUN rm /opt/big\nRUN apk add a\n";
    assert_eq!(text.len(), 113, "it is the file that the image has");
    std::fs::write(directory.path().join("image.tar"), situation.archive()).unwrap();
    std::fs::write(directory.path().join("Dockerfile"), text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_layerscope"))
        .args(["fix", "image.tar", "--dockerfile", "Dockerfile"])
        .args(options)
        .current_dir(directory.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn every_claim_has_its_grade() {
    let text = answer(&[]).replace("\n#  ", "");
    for claim in [
        "# - [exact] line 5: combined with the RUN in line 6",
        "# - [needs a look] not changed: line 4: stores the copied files again",
        "# - [exact] 1 smaller change (line 7), under 0.1 % of the image; saves 200 bytes",
    ] {
        assert!(text.contains(claim), "{claim} is not in {text}");
    }
}

#[test]
fn all_lists_small_changes_and_writes_what_needs_a_look_into_the_file() {
    let text = answer(&["--all"]);
    assert!(
        text.contains("[exact] line 7: adds --no-cache") && !text.contains("smaller change"),
        "{text}"
    );
    let noted = "\n COPY . /app\n+# needs a look: stores the copied files again";
    assert!(text.contains(noted), "{text}");
    let lines: Vec<_> = text.lines().collect();
    assert!(
        lines
            .iter()
            .any(|line| line.starts_with("+# needs a look") && line.contains("1,048,576 bytes")),
        "{text}"
    );
    assert!(!answer(&[]).contains("+# needs a look"), "only where it is asked for");
}

#[test]
fn the_json_has_every_suggestion_with_grade_lines_and_reason_and_keeps_its_contract() {
    let mut schema: Value =
        serde_json::from_str(include_str!("../../assets/fix.schema.json")).unwrap();
    // Readers must bear new members, but here each has to be described.
    for part in ["", "/properties/after", "/properties/changes/items", "/$defs/suggestion"] {
        schema.pointer_mut(part).unwrap()["additionalProperties"] = false.into();
    }
    let mut schemas = boon::Schemas::new();
    let mut compiler = boon::Compiler::new();
    compiler.add_resource("fix.json", schema).unwrap();
    let index = compiler.compile("fix.json", &mut schemas).unwrap();
    let fix: Value = serde_json::from_str(&answer(&["--format", "json"])).unwrap();
    schemas.validate(&fix, index).unwrap_or_else(|error| panic!("{error:#}"));
    let told = |kind: &str| {
        let suggestions = fix["suggestions"].as_array().unwrap();
        suggestions.iter().find(|suggestion| suggestion["kind"] == kind).unwrap()
    };
    assert_eq!(
        (&told("merge")["grade"], &told("merge")["saves_bytes"]),
        (&"exact".into(), &(2 * MEGABYTE).into())
    );
    assert_eq!(told("merge")["lines"], serde_json::json!([5, 6]));
    assert_eq!(told("owner-and-mode")["grade"], "needs a look");
    assert_eq!(told("owner-and-mode")["condition"], "plain-paths");
    let saved: u64 = fix["suggestions"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["state"] == "changed")
        .map(|one| one["saves_bytes"].as_u64().unwrap())
        .sum();
    let before = i64::try_from(fix["size_bytes"].as_u64().unwrap() - saved).unwrap();
    let grown = fix["after"]["changed_files_bytes"].as_i64().unwrap();
    assert_eq!(fix["after"]["size_bytes"].as_i64().unwrap(), before + grown);
    let diff = fix["changes"][0]["diff"].as_str().unwrap();
    let counted = |sign: char| {
        diff.lines().skip(3).filter(|line| line.starts_with(sign)).map(str::len).sum::<usize>()
    };
    assert_eq!(
        usize::try_from(grown).unwrap(),
        counted('+') - counted('-'),
        "the file itself is copied: {diff}"
    );
    assert!(answer(&[]).ends_with(diff), "the same diff as the text has");
}

#[test]
fn where_a_tool_writes_files_of_any_size_the_size_after_the_changes_is_an_estimate() {
    let fixed = |more: &str| {
        let made = [dir("opt"), file("opt/big", 2 * MEGABYTE), file(more, 5_000)];
        let situation =
            Situation::new().run("yarn install", made).run("rm /opt/big", [gone("opt/big")]);
        situation.fixed("FROM base\nRUN yarn install\nRUN rm /opt/big\n")
    };
    let certainty = |more| fixed(more).fix.size_after().1.grade();
    assert_eq!(certainty("tmp/v8-compile-cache-0/11.3/yarn.js.BLOB"), "estimate");
    assert_eq!(certainty("root/.npm/_logs/2026-debug-0.log"), "estimate");
    assert_eq!(certainty("tmp/other"), "exact");
    let text = fixed("tmp/v8-compile-cache-0/11.3/yarn.js.BLOB").text();
    assert!(
        text.contains(
            "(estimated: files of V8's compile cache differ in size from build to build)"
        ),
        "{text}"
    );
}

#[test]
fn report_and_fix_say_the_same_of_what_no_tool_cleans() {
    let directory = tempfile::tempdir().unwrap();
    let logs = [dir("var/log"), dir("var/log/apt"), file("var/log/apt/term.log", MEGABYTE)];
    let situation = Situation::new().run("apt-get install -y curl", logs);
    std::fs::write(directory.path().join("image.tar"), situation.archive()).unwrap();
    std::fs::write(directory.path().join("Dockerfile"), "FROM base\nRUN apt-get install -y curl\n")
        .unwrap();
    let said = |arguments: &[&str]| -> Value {
        let output = Command::new(env!("CARGO_BIN_EXE_layerscope"))
            .args(arguments)
            .args(["--format", "json"])
            .current_dir(directory.path())
            .output()
            .unwrap();
        serde_json::from_slice(&output.stdout).expect("JSON")
    };
    let report = said(&["report", "image.tar"]);
    let finding =
        report["findings"].as_array().unwrap().iter().find(|finding| finding["rule"] == "apt-logs");
    let fix = said(&["fix", "image.tar", "--dockerfile", "Dockerfile"]);
    let change = fix["suggestions"].as_array().and_then(|changes| {
        changes.iter().find(|change| change["reason"].as_str().unwrap_or("").contains("logs"))
    });
    let (finding, change) = (finding.expect("a finding"), change.expect("a remark"));
    assert_eq!(finding["grade"], "needs a look", "{finding}");
    assert_eq!(change["grade"], "needs a look", "{change}");
    assert_eq!(finding["bytes"], change["saves_bytes"], "{finding} {change}");
}
