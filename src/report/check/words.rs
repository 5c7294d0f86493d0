//! Limits in words. All texts are escaped for display; writers escape them further for their
//! format.

use super::Checked;
use crate::advice::secrets::Secret;
use crate::analysis::Inspection;
use crate::display::{Escaped, Units, date, escaped_str, listed, percent, plural, shown};
use crate::escape::Untrusted;
use crate::gate::{
    DiveCount, Excepted, Exception, ExceptionState, ExceptionUse, Measure, Outcome, Status,
};

/// The sentence about an image in which no limit checks anything.
pub(super) const NOTHING_CHECKED: &str = "No limit checks anything in this image";

/// Formats the value and the limit: `wasted 200 MiB (limit 20 MB = 19.1 MiB)`.
pub(super) fn measured(outcome: &Outcome, units: Units) -> String {
    let limit = &outcome.limit;
    let found = outcome
        .found
        .as_ref()
        .map_or_else(String::new, |found| format!(" {}", limit.shown(found, units)));
    let at_least = if limit.measure.is_minimum() { "at least" } else { "limit" };
    format!("{}{found} ({at_least} {})", limit.measure.words(), limit.bound.shown(units))
}

/// Formats the name of the number, the value and the limit.
pub(super) fn measured_parts(outcome: &Outcome, units: Units) -> [String; 3] {
    let limit = &outcome.limit;
    let found =
        outcome.found.as_ref().map_or_else(|| "?".into(), |found| limit.shown(found, units));
    let at_least = if limit.measure.is_minimum() { "at least " } else { "" };
    [limit.measure.words(), found, format!("{at_least}{}", limit.bound.shown(units))]
}

/// Formats the distance to the limit, the cause and the change; for other states, the reason.
pub(super) fn explained(outcome: &Outcome, units: Units) -> Option<Escaped> {
    if let Some(reason) = &outcome.reason {
        return Some(reason.clone());
    }
    let (found, blame) = (outcome.found.as_ref()?, outcome.blame.as_ref()?);
    let below = if outcome.limit.measure.is_minimum() { "below" } else { "over" };
    let over = outcome.limit.bound.over(found, units).map(|over| format!("{over} {below}"));
    let cause = Some(blame.cause.shown(units)).filter(|cause| !cause.is_empty());
    let over = over.map(|over| escaped_str(&over));
    let clauses = [over, cause, blame.change.clone()].into_iter().flatten();
    Some(Escaped::join(clauses, "; ")).filter(|text| !text.is_empty())
}

/// Formats a limit in one line.
pub(super) fn line(checked: &Checked<'_>, outcome: &Outcome, units: Units) -> String {
    let measured = measured(outcome, units);
    let blame = outcome.blame.as_ref();
    let place = checked.places.line_of_blame(blame).map_or_else(String::new, |line| {
        format!(" ({}:{line})", escaped_str(&checked.places.file))
    });
    explained(outcome, units)
        .map_or_else(|| measured.clone(), |explained| format!("{measured}: {explained}{place}"))
}

/// Formats the result of a whole check in a sentence.
pub(super) fn summary(checked: &Checked<'_>) -> String {
    let verdict = &checked.verdict;
    let count = |status| verdict.with(status).count();
    let (all, failed, unknown) =
        (verdict.outcomes.len(), count(Status::Failed), count(Status::Unknown));
    let mut clauses = Vec::new();
    if let Some(not_whole) = &verdict.not_whole {
        clauses.push(format!("Not all of the image was read: {not_whole}"));
    }
    if verdict.checks_nothing() {
        clauses.push(NOTHING_CHECKED.into());
    }
    if failed > 0 {
        clauses.push(format!("{failed} of {} exceeded", plural(all, "limit")));
    }
    if unknown > 0 {
        clauses.push(format!("{unknown} of {} cannot be checked", plural(all, "limit")));
    }
    let skipped = count(Status::Skipped);
    if clauses.is_empty() {
        clauses.push(match all - skipped {
            0 => "No limit was checked".into(),
            1 => "The limit is kept".into(),
            kept => format!("All {kept} limits are kept"),
        });
    }
    if skipped > 0 {
        clauses.push(format!(
            "{} {} not checked",
            plural(skipped, "limit"),
            if skipped == 1 { "was" } else { "were" }
        ));
    }
    format!("{}.", clauses.join(". "))
}

/// Formats an exception in a sentence.
pub(super) fn exception(used: &ExceptionUse, units: Units) -> String {
    let Exception { what, reason, until } = &used.exception;
    let what = match what {
        Excepted::Path(path) => escaped_str(path).into(),
        Excepted::Rule { rule, path: None } => format!("the rule {}", escaped_str(rule)),
        Excepted::Rule { rule, path: Some(path) } => {
            format!("the rule {} in {}", escaped_str(rule), escaped_str(path))
        }
    };
    let (until, reason) = (date(*until), escaped_str(reason));
    let text = match used.state {
        ExceptionState::Used => {
            let bytes = (used.bytes > 0).then(|| units.size(used.bytes));
            let secrets = (used.secrets > 0).then(|| plural(used.secrets, "secret"));
            let amount = listed(&bytes.into_iter().chain(secrets).collect::<Vec<_>>());
            let verb =
                if used.secrets > 1 || used.secrets == 1 && used.bytes > 0 { "are" } else { "is" };
            let where_not = match (used.bytes, used.secrets) {
                (0, _) => "",
                (_, 0) => " as wasted or avoidable, nor in findings and budgets,",
                _ => " as wasted or avoidable, nor in findings, budgets and the limit on secrets,",
            };
            format!("{amount} of {what} {verb} not counted{where_not} until {until}: {reason}")
        }
        ExceptionState::Unused => {
            format!("the exception for {what} applies to nothing in this image")
        }
        ExceptionState::Ended => format!("the exception for {what} ended on {until}: {reason}"),
    };
    let counts = match used.other_secrets {
        0 => return text,
        1 => "the secret in it still counts".to_owned(),
        n => format!("the {n} secrets in it still count"),
    };
    let rules = listed(&used.other_rules);
    format!("{text}; {counts}: an exception for a secret names its rule ({rules})")
}

/// Says for which platform the image was checked, if the archive or the registry holds it for others,
/// too.
pub(super) fn other_platforms(inspection: &Inspection) -> Option<Escaped> {
    let others = &inspection.other_platforms;
    if others.list.is_empty() {
        return None;
    }
    let own = inspection.platform.as_ref();
    let own = own.map_or_else(|| "one platform".into(), Untrusted::escaped);
    let named = others
        .list
        .iter()
        .map(|other| shown!("{} ({})", other.platform.escaped(), other.options()));
    let more = (others.more > 0).then(|| shown!("{} more", others.more));
    let all: Vec<_> = named.chain(more).collect();
    let place = if others.are_in_registry { "registry" } else { "archive" };
    Some(shown!(
        "only {} was checked; the {} also holds {}: check each with its option",
        own,
        place,
        Escaped::listed(&all)
    ))
}

/// A kind of places that nothing is known of, and that an image has: no gap of the search.
pub(super) struct Unsearched {
    /// The kind, in one word.
    pub what: &'static str,
    pub count: usize,
    pub message: Escaped,
}

/// Lists what was not searched for secrets and is no gap: attestations that the archive has in part, and
/// what is inside archives. Empty if no secrets were searched for.
pub(super) fn unsearched(checked: &Checked<'_>) -> Vec<Unsearched> {
    let Some(secrets) = &checked.study.secrets else { return Vec::new() };
    let parts = [
        (
            "attestations",
            secrets.attestations,
            "attestation",
            "provenance can hold the build arguments",
        ),
        (
            "archives",
            secrets.archives,
            "archive",
            "unpack them before the build, or search them with another tool",
        ),
    ];
    let present = parts.into_iter().filter(|(_, count, ..)| *count > 0);
    present
        .map(|(what, count, noun, why)| Unsearched {
            what,
            count,
            message: shown!(
                "{} not searched for secrets: {}",
                escaped_str(&plural(count, noun)),
                Escaped::from(why)
            ),
        })
        .collect()
}

/// Lists the same if secrets are limited, so that the limit says how far it goes.
pub(super) fn unsearched_notes(checked: &Checked<'_>) -> Vec<Unsearched> {
    let is_limited = |outcome: &Outcome| outcome.limit.measure == Measure::Secrets;
    let is_limited = checked.verdict.outcomes.iter().any(is_limited);
    if is_limited { unsearched(checked) } else { Vec::new() }
}

/// Returns the secrets that count: the first ones, and the number of the others.
pub(super) fn counted_secrets<'a>(
    checked: &'a Checked<'_>,
    most: usize,
) -> (Vec<&'a Secret>, usize) {
    let all = checked.study.secrets.as_ref().map_or(&[][..], |secrets| &secrets.list);
    let counted = &checked.verdict.secrets;
    let named: Vec<_> = counted.iter().filter_map(|&at| all.get(at)).take(most).collect();
    let more = counted.len().saturating_sub(named.len());
    (named, more)
}

/// Says that there are secrets, where no limit counts them.
pub(super) fn unlimited_secrets(checked: &Checked<'_>) -> Option<Escaped> {
    let (count, outcomes) = (checked.verdict.secrets.len(), &checked.verdict.outcomes);
    let is_counted = outcomes.iter().any(|outcome| outcome.limit.measure == Measure::Secrets);
    let them = if count == 1 { "it" } else { "them" };
    (count > 0 && !is_counted).then(|| {
        let all = escaped_str(&plural(count, "secret"));
        shown!("{} in the image, which no limit is about: `layerscope report` shows {}, and --max-secrets 0 refuses {}", all, them, them)
    })
}

/// Formats the numbers of dive where they differ.
pub(super) fn dive(count: &DiveCount, checked: &Checked<'_>, units: Units) -> String {
    let ours = checked.inspection.totals.wasted();
    let efficiency = checked.inspection.efficiency().map_or_else(|| "?".into(), percent);
    format!(
        "dive counts {} wasted and an efficiency of {} in this image; it is {} and {efficiency} (why: layerscope help dive)",
        units.size(count.wasted),
        percent(count.efficiency),
        units.size(ours),
    )
}
