//! Writes SARIF 2.1.0 for code scanning.
//!
//! The types are those parts of the format that GitHub reads. A crate with all of them exists
//! (serde-sarif), and generates them from the schema while it is built, which takes longer than
//! everything else here; a test holds this writer against that schema.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::CheckResults;
use super::results::{Problem, Severity, problems};
use crate::display::Units;
use crate::gate::Status;
use crate::report::json::write_escaped;

/// The most results that are uploaded; GitHub refuses a file with more than 25,000 and shows 5,000.
const RESULTS: usize = 5_000;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: String,
    short_description: Message,
    full_description: Message,
    help: Message,
    default_configuration: Configuration,
    #[serde(skip_serializing_if = "Option::is_none")]
    properties: Option<Value>,
}

/// The properties by which code scanning shows a secret as a security problem (7.0 and above is
/// "high").
fn of_security() -> Value {
    json!({ "tags": ["security"], "security-severity": "8.0" })
}

#[derive(Serialize)]
struct Message {
    text: String,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult {
    rule_id: String,
    rule_index: usize,
    level: &'static str,
    message: Message,
    locations: [Value; 1],
    partial_fingerprints: Value,
    properties: Value,
}

/// Writes the results of all images as one run.
pub(super) fn write(results: &CheckResults<'_>, units: Units, out: impl Write) -> io::Result<()> {
    let problems = problems(results, units);
    let mut rules: Vec<Rule> = Vec::new();
    let entries: Vec<_> =
        problems.iter().take(RESULTS).map(|problem| entry(problem, &mut rules)).collect();
    let whole = results.status() != Status::Unknown;
    let error = |text: String| json!({ "level": "error", "message": { "text": text } });
    let mut notifications: Vec<_> = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Unread)
        .map(|problem| error(problem.message.clone()))
        .collect();
    if let more @ 1.. = problems.len().saturating_sub(RESULTS) {
        let text = format!("{more} more results are not in this file");
        notifications.push(json!({ "level": "note", "message": { "text": text } }));
    }
    let document = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": env!("CARGO_PKG_NAME"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "invocations": [{ "executionSuccessful": whole, "toolExecutionNotifications": notifications }],
            "columnKind": "utf16CodeUnits",
            "results": entries,
        }],
    });
    write_escaped(&document, out)
}

fn entry(problem: &Problem<'_>, rules: &mut Vec<Rule>) -> SarifResult {
    let level = match problem.severity {
        Severity::Unread | Severity::Error => "error",
        Severity::Secret | Severity::Warning => "warning",
        Severity::Note => "note",
    };
    let rule_index = rules.iter().position(|rule| rule.id == problem.rule).unwrap_or_else(|| {
        let message = |text: &str| Message { text: text.to_owned() };
        rules.push(Rule {
            id: problem.rule.clone(),
            short_description: message(&problem.title),
            full_description: message(&problem.title),
            help: message(&problem.help),
            default_configuration: Configuration { level },
            properties: matches!(problem.severity, Severity::Secret).then(of_security),
        });
        rules.len() - 1
    });
    let place = json!({
        "artifactLocation": { "uri": uri(problem.file) },
        "region": { "startLine": problem.line },
    });
    SarifResult {
        rule_id: problem.rule.clone(),
        rule_index,
        level,
        message: Message { text: problem.message.clone() },
        locations: [json!({ "physicalLocation": place })],
        partial_fingerprints: json!({ "primaryLocationLineHash": problem.fingerprint }),
        properties: json!({ "image": problem.image, "layer": problem.layer, "bytes": problem.bytes }),
    }
}

/// Writes a path as a relative URI reference (RFC 3986, section 4.2).
pub(super) fn uri(path: &str) -> String {
    let mut uri = String::new();
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::advice::assessment::Study;
    use crate::files::contents::LayerContents;
    use crate::gate::{Bound, Found, Limit, Measure, Outcome, Quantity, Verdict};
    use crate::progress::Progress;
    use crate::report::check::{Checked, Places};

    #[test]
    fn of_more_results_than_are_shown_the_worst_are_written_and_the_others_counted() {
        let opened = crate::image::builtin::demo::open().unwrap();
        let inspection = crate::analysis::inspect(&opened, &Progress::default()).unwrap();
        let study =
            Study::unprompted(&inspection, &LayerContents::new(&opened), true, &Arc::default())
                .unwrap();
        let outcome = |number: u64| Outcome {
            limit: Limit {
                measure: Measure::Budget(format!("/{number}")),
                bound: Bound::Quantity(Quantity::Bytes(0, "0 B".into())),
            },
            status: Status::Failed,
            found: Some(Found::Bytes(crate::analysis::Amount::Exactly(number))),
            blame: None,
            reason: None,
        };
        let outcomes = (1..=5_007).map(outcome).collect();
        let verdict = Verdict {
            outcomes,
            exceptions: Vec::new(),
            not_whole: None,
            findings: Vec::new(),
            secrets: Vec::new(),
            dive: None,
        };
        let checked = Checked {
            inspection: &inspection,
            study: &study,
            verdict,
            places: Places::default(),
            growth: None,
            secrets: None,
            baseline_is_unsearched: false,
        };
        let mut out = Vec::new();
        let results =
            CheckResults { images: vec![checked], unchecked: Vec::new(), named: Vec::new() };
        write(&results, Units::Iec, &mut out).unwrap();
        let document: Value = serde_json::from_slice(&out).unwrap();
        let results = document["runs"][0]["results"].as_array().unwrap();
        let bytes = |result: &Value| result["properties"]["bytes"].as_u64();
        assert_eq!(
            (results.len(), bytes(&results[0]), bytes(&results[4_999])),
            (5_000, Some(5_007), Some(8))
        );
        let said = &document["runs"][0]["invocations"][0]["toolExecutionNotifications"][0]["message"]
            ["text"];
        assert_eq!(said, "7 more results are not in this file");
    }

    #[test]
    fn a_path_is_a_uri_that_leads_to_it() {
        assert_eq!(uri("deploy/my Dockerfile#1%é"), "deploy/my%20Dockerfile%231%25%C3%A9");
    }
}
