//! Results of checked images, the worst first: limits that are exceeded or unknown, then findings.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::words::{NOTHING_CHECKED, explained, measured, other_platforms, unsearched_notes};
use super::{CheckResults, Checked, Unchecked, repository, without_tag};
use crate::advice::findings::Finding;
use crate::advice::secrets::{Prevention, Secret};
use crate::analysis::Amount;
use crate::display::{Units, cut, escaped, escaped_str, hex, sentences};
use crate::gate::{Bound, Found, Outcome, Quantity, Status};
use crate::layer_index::LayerIndex;

/// The part of the image, one in so many, from which a finding is a warning.
const NOTICEABLE: u64 = 100;
/// The width of the longest path or instruction in a message.
const WIDTH: usize = 120;

/// The severity of a result, the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// An image that was not or not wholly read.
    Unread,
    /// A limit that is exceeded or not known.
    Error,
    /// A secret.
    Secret,
    /// A finding that matters.
    Warning,
    /// A small finding.
    Note,
}

/// A result. All texts are escaped for display.
#[derive(Debug, Clone)]
pub(super) struct Problem<'a> {
    pub severity: Severity,
    /// The ID of the rule: `limit/wasted`, `finding/apt-lists`.
    pub rule: String,
    /// The rule in words.
    pub title: String,
    /// The explanation of the rule.
    pub help: String,
    pub message: String,
    /// The bytes beyond the limit, or of the finding.
    pub bytes: u64,
    pub image: &'a str,
    pub layer: Option<LayerIndex>,
    /// The path of the Dockerfile, not escaped.
    pub file: &'a str,
    pub line: usize,
    /// A hash that stays the same from build to build, with a number for the second of its kind.
    pub fingerprint: String,
}

/// Lists the results of images.
pub(super) fn problems<'a>(results: &'a CheckResults<'_>, units: Units) -> Vec<Problem<'a>> {
    let mut problems: Vec<_> = results.unchecked.iter().map(of_unchecked).collect();
    let mut numbers = HashMap::new();
    for checked in &results.images {
        let outcomes = checked.verdict.outcomes.iter();
        // A limit that is kept says something only if it is about nothing.
        let bad = outcomes.filter(|outcome| match outcome.status {
            Status::Failed | Status::Unknown => true,
            Status::Passed => outcome.reason.is_some(),
            Status::Skipped => false,
        });
        problems.extend(of_gaps(checked));
        problems.extend(of_nothing(checked));
        problems.extend(of_other_platforms(checked));
        problems.extend(of_unsearched(checked));
        problems.extend(bad.map(|outcome| of_outcome(checked, outcome, units)));
        let all = checked.study.secrets.as_ref().map_or(&[][..], |secrets| &secrets.list);
        let counted = checked.verdict.secrets.iter();
        let secrets = counted.filter_map(|&number| Some((number, all.get(number)?)));
        problems.extend(secrets.map(|(number, secret)| of_secret(checked, number, secret)));
        let mut findings: Vec<_> = checked
            .verdict
            .findings
            .iter()
            .filter_map(|&index| checked.study.findings.get(index))
            .collect();
        // Equal findings are numbered by their layers, whatever their sizes are today.
        findings.sort_by_key(|finding| (finding.added_in, finding.removed_in()));
        problems.extend(findings.into_iter().map(|finding| of_finding(checked, finding, units)));
    }
    for problem in &mut problems {
        let number: &mut usize = numbers.entry(problem.fingerprint.clone()).or_default();
        *number += 1;
        problem.fingerprint.push_str(&format!(":{number}"));
    }
    problems.sort_by(|a, b| a.severity.cmp(&b.severity).then(b.bytes.cmp(&a.bytes)));
    problems
}

/// Makes the result of what could not be checked.
fn of_unchecked(unchecked: &Unchecked) -> Problem<'_> {
    let name = unchecked.name();
    Problem {
        severity: Severity::Unread,
        rule: "image/not-checked".into(),
        title: "not checked".into(),
        help: "An image could not be read, or the check itself failed. What was not checked never passes."
            .into(),
        message: format!("{name}: not checked: {}", unchecked.sentences()),
        bytes: 0,
        image: unchecked.image.as_deref().unwrap_or_default(),
        layer: None,
        file: &unchecked.file,
        line: 1,
        fingerprint: hash([without_tag(&name), "not-checked"]),
    }
}

fn of_outcome<'a>(checked: &'a Checked<'_>, outcome: &Outcome, units: Units) -> Problem<'a> {
    let measure = &outcome.limit.measure;
    let is_kept = outcome.status == Status::Passed;
    let layer = outcome.blame.as_ref().and_then(|blame| blame.layer);
    let explained = explained(outcome, units).unwrap_or_default();
    let what = measured(outcome, units);
    Problem {
        severity: if is_kept { Severity::Note } else { Severity::Error },
        rule: match is_kept {
            true => format!("limit/{}-of-nothing", measure.key()),
            false => format!("limit/{}", measure.key()),
        },
        title: match outcome.status {
            Status::Unknown => format!("limit not checked: {}", measure.key()),
            Status::Passed => format!("limit about nothing: {}", measure.key()),
            _ => format!("limit exceeded: {}", measure.key()),
        },
        help:
            "A limit of `layerscope check` is exceeded, its value is not known, or nothing in the image is measured by it. `layerscope help gate` explains it."
                .into(),
        message: format!("{}: {what}: {explained}{}", checked.inspection.name, instruction(checked, layer)),
        bytes: over(outcome),
        image: &checked.inspection.name,
        layer,
        file: &checked.places.file,
        line: checked.places.line_of_blame(outcome.blame.as_ref()).unwrap_or(1),
        fingerprint: hash([&repository(checked.inspection), measure.key(), measure.subject().unwrap_or_default()]),
    }
}

/// Makes the result of an image that was not wholly read, which never passes.
fn of_gaps<'a>(checked: &'a Checked<'_>) -> Option<Problem<'a>> {
    let not_whole = checked.verdict.not_whole.as_ref()?;
    Some(Problem {
        severity: Severity::Unread,
        title: "image not wholly read".into(),
        help: "What could not be read may exceed any limit. `layerscope report IMAGE` lists what is missing.".into(),
        ..of_image(checked, "not-whole", &format!("not all of the image was read: {not_whole}"))
    })
}

/// Makes the result of an image in which no limit checks anything, which does not pass.
fn of_nothing<'a>(checked: &'a Checked<'_>) -> Option<Problem<'a>> {
    checked.verdict.checks_nothing().then(|| Problem {
        severity: Severity::Unread,
        title: "nothing checked".into(),
        help: "A check in which no limit is about anything in the image does not pass.".into(),
        ..of_image(checked, "nothing-checked", NOTHING_CHECKED)
    })
}

/// Makes a note for each kind of places that were not searched for secrets, if those are limited.
fn of_unsearched<'a>(checked: &'a Checked<'_>) -> impl Iterator<Item = Problem<'a>> {
    unsearched_notes(checked).into_iter().map(|part| Problem {
        title: format!("{} not searched for secrets", part.what),
        help: "The limit on secrets does not count what is in these places. `layerscope help secrets` says what is searched.".into(),
        ..of_image(checked, &format!("unsearched-{}", part.what), &part.message)
    })
}

/// Makes the result of an image that was checked for one of its platforms.
fn of_other_platforms<'a>(checked: &'a Checked<'_>) -> Option<Problem<'a>> {
    let others = other_platforms(checked.inspection)?;
    Some(Problem {
        title: "other platforms not checked".into(),
        help: "A check is of one platform. `--platform` selects another one.".into(),
        ..of_image(checked, "other-platforms", &others)
    })
}

/// Makes a note about an image as a whole.
fn of_image<'a>(checked: &'a Checked<'_>, rule: &str, message: &str) -> Problem<'a> {
    Problem {
        severity: Severity::Note,
        rule: format!("image/{rule}"),
        title: String::new(),
        help: String::new(),
        message: format!("{}: {message}", checked.inspection.name),
        bytes: 0,
        image: &checked.inspection.name,
        layer: None,
        file: &checked.places.file,
        line: 1,
        fingerprint: hash([&*repository(checked.inspection), rule]),
    }
}

fn of_secret<'a>(checked: &'a Checked<'_>, number: usize, secret: &Secret) -> Problem<'a> {
    let inspection = checked.inspection;
    let (what, place) = (secret.what(), secret.whereabouts(inspection));
    let change = Prevention::find(inspection, secret).what;
    Problem {
        severity: Severity::Secret,
        rule: format!("secret/{}", secret.kind.id),
        title: secret.kind.title.clone(),
        help: format!(
            "{}. {} `layerscope help secrets` explains what to do.",
            secret.kind.title,
            secret.kind.sources.join(" ")
        ),
        message: format!(
            "{}: {what} in {place}. {} {} Next time: {change}{}",
            inspection.name,
            secret.why(),
            sentences(&[&secret.revoke()]),
            instruction(checked, secret.added_in)
        ),
        bytes: 0,
        image: &inspection.name,
        layer: secret.added_in,
        file: &checked.places.file,
        line: checked.places.line_of_secret(number, secret).unwrap_or(1),
        // Lines of files and entries of the history move from build to build.
        fingerprint: hash([
            &*repository(inspection),
            &secret.kind.id,
            secret.place.word(),
            &secret.path(inspection).unwrap_or_default(),
            secret.name.as_deref().unwrap_or_default(),
        ]),
    }
}

fn of_finding<'a>(checked: &'a Checked<'_>, finding: &Finding, units: Units) -> Problem<'a> {
    let inspection = checked.inspection;
    let is_noticeable = finding.bytes.saturating_mul(NOTICEABLE) >= inspection.totals.size;
    let place =
        finding.places.first().map(|spot| inspection.tree.path(spot.node)).unwrap_or_default();
    let layer = Some(finding.added_in);
    let title = escaped_str(&finding.title);
    let (bytes, shown) = (units.size(finding.bytes), cut(&escaped(&place), WIDTH));
    let (why, change) = (escaped_str(&finding.why), escaped_str(&finding.fix.what));
    let sources: Vec<_> = finding.sources.iter().map(|source| escaped_str(source)).collect();
    Problem {
        severity: if is_noticeable { Severity::Warning } else { Severity::Note },
        rule: format!("finding/{}", escaped_str(&finding.rule)),
        title: title.to_string(),
        help: format!("{title}. {} `layerscope help rules` explains rules.", sources.join(" ")),
        message: format!(
            "{}: {bytes} avoidable: {title} in {shown}. {} To avoid it: {change}{}",
            inspection.name,
            sentences(&[&why]),
            instruction(checked, layer)
        ),
        bytes: finding.bytes,
        image: &inspection.name,
        layer,
        file: &checked.places.file,
        line: checked.places.known_line(layer).unwrap_or(1),
        fingerprint: hash([&repository(inspection), finding.rule.as_str(), &hex(&place)]),
    }
}

/// Returns the instruction of a layer at the end of a message.
fn instruction(checked: &Checked<'_>, layer: Option<LayerIndex>) -> String {
    let layer = layer.and_then(|index| Some((index, index.get_from(&checked.inspection.layers)?)));
    layer.map_or_else(String::new, |(index, layer)| {
        format!(" [layer {index}: {}]", cut(&layer.instruction.one_line(), WIDTH))
    })
}

/// Returns the bytes beyond a limit, if it is about bytes.
fn over(outcome: &Outcome) -> u64 {
    match (&outcome.limit.bound, &outcome.found) {
        (
            Bound::Quantity(Quantity::Bytes(most, _)),
            Some(Found::Bytes(Amount::Exactly(bytes) | Amount::AtLeast(bytes))),
        ) => bytes.saturating_sub(*most),
        (Bound::Quantity(Quantity::Bytes(most, _)), Some(Found::Change(change))) => {
            u64::try_from(*change).unwrap_or(0).saturating_sub(*most)
        }
        _ => 0,
    }
}

/// Hashes what a result is about.
fn hash<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hex(&hash.finalize()[..8])
}
