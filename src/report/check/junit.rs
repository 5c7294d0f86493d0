//! Writes `JUnit` XML: a suite for each image, and a test case for each limit.

use std::io::{self, Write};

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::words::{
    NOTHING_CHECKED, counted_secrets, exception, explained, measured, other_platforms,
    unsearched_notes,
};
use super::{CheckResults, Checked, Unchecked};
use crate::display::{Units, count};
use crate::gate::{Measure, Outcome, Status, Verdict};

/// The secrets that are listed of an image.
const SECRETS: usize = 100;

/// The numbers of test cases by their results.
#[derive(Default)]
struct Counts {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Counts {
    fn count<'c>(images: impl IntoIterator<Item = &'c Checked<'c>>) -> Self {
        let mut counts = Self::default();
        for verdict in images.into_iter().map(|checked| &checked.verdict) {
            counts.add(verdict);
        }
        counts
    }

    fn add(&mut self, verdict: &Verdict) {
        let unread =
            usize::from(verdict.not_whole.is_some()) + usize::from(verdict.checks_nothing());
        self.tests += unread;
        self.errors += unread;
        for outcome in &verdict.outcomes {
            self.tests += 1;
            match outcome.status {
                Status::Passed => {}
                Status::Failed => self.failures += 1,
                Status::Unknown => self.errors += 1,
                Status::Skipped => self.skipped += 1,
            }
        }
    }

    fn attributes(&self) -> [(&'static str, String); 4] {
        [
            ("tests", self.tests.to_string()),
            ("failures", self.failures.to_string()),
            ("errors", self.errors.to_string()),
            ("skipped", self.skipped.to_string()),
        ]
    }
}

/// Writes the limits of all images as test cases.
pub(super) fn write(
    results: &CheckResults<'_>,
    units: Units,
    mut out: &mut impl Write,
) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(&mut out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let mut all = Counts::count(&results.images);
    all.tests += results.unchecked.len();
    all.errors += results.unchecked.len();
    let mut suites =
        xml.create_element("testsuites").with_attribute(("name", env!("CARGO_PKG_NAME")));
    // Jenkins' schema (junit-10.xsd) knows no number of skipped tests here.
    for (name, value) in all.attributes().iter().filter(|(name, _)| *name != "skipped") {
        suites = suites.with_attribute((*name, value.as_str()));
    }
    suites.write_inner_content(|xml| {
        results.unchecked.iter().try_for_each(|unchecked| suite_of_error(xml, unchecked))?;
        results.images.iter().try_for_each(|checked| suite(xml, checked, units))
    })?;
    writeln!(out)
}

/// Writes what could not be checked as a suite with an error.
fn suite_of_error<W: Write>(xml: &mut Writer<W>, unchecked: &Unchecked) -> io::Result<()> {
    let name = valid(&unchecked.name());
    let counts = Counts { tests: 1, errors: 1, ..Counts::default() };
    let mut suite = xml.create_element("testsuite").with_attribute(("name", name.as_str()));
    for (attribute, value) in &counts.attributes() {
        suite = suite.with_attribute((*attribute, value.as_str()));
    }
    suite.write_inner_content(|xml| {
        error_case(xml, "checked", &name, "not checked", &unchecked.sentences())
    })?;
    Ok(())
}

/// Writes a test case that could not be decided.
fn error_case<W: Write>(
    xml: &mut Writer<W>,
    case: &str,
    image: &str,
    message: &str,
    text: &str,
) -> io::Result<()> {
    let attributes = [("name", case), ("classname", image)];
    xml.create_element("testcase").with_attributes(attributes).write_inner_content(|xml| {
        let attributes = [("message", message), ("type", case)];
        let error = xml.create_element("error").with_attributes(attributes);
        error.write_text_content(BytesText::new(&valid(text)))?;
        Ok(())
    })?;
    Ok(())
}

fn suite<W: Write>(xml: &mut Writer<W>, checked: &Checked<'_>, units: Units) -> io::Result<()> {
    let image = valid(&checked.inspection.name);
    let mut suite = xml.create_element("testsuite").with_attribute(("name", image.as_str()));
    for (name, value) in &Counts::count([checked]).attributes() {
        suite = suite.with_attribute((*name, value.as_str()));
    }
    suite.write_inner_content(|xml| {
        if let Some(not_whole) = &checked.verdict.not_whole {
            error_case(xml, "whole", &image, "not all of the image was read", not_whole)?;
        }
        if checked.verdict.checks_nothing() {
            error_case(xml, "checked", &image, "nothing checked", NOTHING_CHECKED)?;
        }
        for outcome in &checked.verdict.outcomes {
            case(xml, checked, outcome, units)?;
        }
        let exceptions = checked.verdict.exceptions.iter().map(|used| exception(used, units));
        let others = other_platforms(checked.inspection).map(|text| text.to_string());
        let unsearched = unsearched_notes(checked).into_iter().map(|part| part.message.to_string());
        let notes: Vec<_> = others.into_iter().chain(unsearched).chain(exceptions).collect();
        if !notes.is_empty() {
            xml.create_element("system-out")
                .write_text_content(BytesText::new(&valid(&notes.join("\n"))))?;
        }
        Ok(())
    })?;
    Ok(())
}

fn case<W: Write>(
    xml: &mut Writer<W>,
    checked: &Checked<'_>,
    outcome: &Outcome,
    units: Units,
) -> io::Result<()> {
    let image = valid(&checked.inspection.name);
    let measure = &outcome.limit.measure;
    let name = valid(&match measure.subject() {
        Some(subject) => format!("{} {}", measure.key(), crate::display::escaped_str(subject)),
        None => measure.key().to_owned(),
    });
    let case = xml
        .create_element("testcase")
        .with_attributes([("name", name.as_str()), ("classname", image.as_str())]);
    let message = valid(&measured(outcome, units));
    let mut text = valid(&explained(outcome, units).unwrap_or_default());
    if (measure, outcome.status) == (&Measure::Secrets, Status::Failed) {
        text += &valid(&listed_secrets(checked));
    }
    let element = match outcome.status {
        Status::Passed if text.is_empty() => {
            case.write_empty()?;
            return Ok(());
        }
        Status::Passed => "system-out",
        Status::Failed => "failure",
        Status::Unknown => "error",
        Status::Skipped => "skipped",
    };
    case.write_inner_content(|xml| {
        let mut inner = xml.create_element(element);
        if outcome.status != Status::Passed {
            inner = inner.with_attribute(("message", message.as_str()));
        }
        if matches!(outcome.status, Status::Failed | Status::Unknown) {
            inner = inner.with_attribute(("type", measure.key()));
        }
        inner.write_text_content(BytesText::new(&text))?;
        Ok(())
    })?;
    Ok(())
}

/// Lists the secrets, one in a line.
fn listed_secrets(checked: &Checked<'_>) -> String {
    let (named, more) = counted_secrets(checked, SECRETS);
    let lines = named.iter().map(|secret| {
        let layer = secret.added_in.map_or_else(String::new, |layer| format!(", layer {layer}"));
        format!("\n{} in {}{layer}", secret.what(), secret.whereabouts(checked.inspection))
    });
    let more = (more > 0)
        .then(|| format!("\nand {} more: `layerscope report` lists them", count(more as u64)));
    lines.chain(more).collect()
}

/// Replaces the characters that XML 1.0 cannot hold, even escaped (section 2.2). Control characters
/// are escaped before.
fn valid(text: &str) -> String {
    text.replace(
        |c: char| matches!(c, '\u{fffe}' | '\u{ffff}') || (c.is_control() && c != '\n'),
        "\u{fffd}",
    )
}
