//! JUnit: read by a library, and held against the schema of Jenkins.

use std::collections::BTreeSet;

use super::{checked, hostile};
use crate::gate::Place;

#[test]
fn junit_is_read_by_the_library_of_nextest() {
    let place = Place::with(&hostile());
    place.write(".layerscope.toml", "[limits]\ngrowth = \"5%\"\nbase-age = \"9d\"\n");
    let answer = checked(&place, "junit");
    assert_eq!(answer.code, Some(2));
    let report = quick_junit::Report::deserialize_from_str(&answer.out)
        .unwrap_or_else(|e| panic!("{e}: {}", answer.out));
    let suite = &report.test_suites[0];
    assert_eq!((report.tests, report.failures, report.errors, skipped(suite)), (6, 3, 1, 1));
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

/// The number of cases that were skipped.
fn skipped(suite: &quick_junit::TestSuite) -> usize {
    let is_skipped = |case: &&quick_junit::TestCase| {
        matches!(case.status, quick_junit::TestCaseStatus::Skipped { .. })
    };
    suite.test_cases.iter().filter(is_skipped).count()
}
