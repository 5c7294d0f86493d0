//! Writes checked images as JSON: `assets/check.schema.json`.

use crate::escape::Untrusted;
use std::io::{self, Write};

use serde::Serialize;
use serde_json::{Value, json};

use super::words::{Unsearched, explained, measured, unsearched};
use super::{CheckResults, Checked, Unchecked};
use crate::display::{Escaped, Units, date};
use crate::gate::{Bound, ExceptionUse, Found, Outcome, Quantity};
use crate::image::{OtherPlatform, masked_names};
use crate::layer_index::LayerIndex;
use crate::report::completeness::CompletenessPart;
use crate::report::json::write_escaped;
use crate::report::secrets::{SearchPart, SecretChangesPart};

#[derive(Serialize)]
struct Document<'a> {
    schema_version: u32,
    tool: Value,
    status: &'static str,
    images: Vec<ImagePart<'a>>,
    errors: Vec<ErrorPart<'a>>,
}

/// An image that could not be checked, or the failed check.
#[derive(Serialize)]
struct ErrorPart<'a> {
    image: Option<&'a Escaped>,
    message: &'a Escaped,
    hint: Option<&'a Escaped>,
}

#[derive(Serialize)]
struct ImagePart<'a> {
    name: &'a str,
    tags: Vec<Untrusted>,
    id: Option<&'a Untrusted>,
    platform: Option<&'a Untrusted>,
    /// The same image for other platforms in the archive, which were not checked.
    other_platforms: Vec<PlatformPart<'a>>,
    more_platforms: usize,
    status: &'static str,
    completeness: CompletenessPart,
    size_bytes: u64,
    wasted_bytes: u64,
    growth_bytes: Option<i64>,
    secrets: SearchPart,
    /// The places that were not searched for secrets, and that no limit counts.
    unsearched: Vec<UnsearchedPart>,
    /// Null without a baseline, or if the image itself was not searched.
    baseline_searched_for_secrets: Option<bool>,
    secrets_since_baseline: Option<SecretChangesPart<'a>>,
    limits: Vec<LimitPart>,
    exceptions: Vec<ExceptionPart>,
    dive: Option<Value>,
}

/// The same image for another platform, with the options that select it.
#[derive(Serialize)]
struct PlatformPart<'a> {
    platform: &'a Untrusted,
    options: &'a [Untrusted],
}

#[derive(Serialize)]
struct UnsearchedPart {
    what: &'static str,
    count: usize,
    message: Escaped,
}

#[derive(Serialize)]
struct LimitPart {
    limit: &'static str,
    subject: Option<String>,
    status: &'static str,
    found: Option<Value>,
    bound: Value,
    exact: bool,
    message: String,
    layer: Option<LayerIndex>,
    instruction: Option<Untrusted>,
    file: Option<String>,
    line: Option<usize>,
    cause: Option<Escaped>,
    change: Option<Escaped>,
    reason: Option<Escaped>,
}

#[derive(Serialize)]
struct ExceptionPart {
    path: Option<String>,
    rule: Option<String>,
    reason: String,
    until: String,
    state: &'static str,
    bytes: u64,
    secrets: usize,
    secrets_that_count: usize,
}

/// Writes the results of all images.
pub(super) fn write(results: &CheckResults<'_>, units: Units, out: impl Write) -> io::Result<()> {
    fn error(unchecked: &Unchecked) -> ErrorPart<'_> {
        let Unchecked { image, message, hint, .. } = unchecked;
        ErrorPart { image: image.as_ref(), message, hint: hint.as_ref() }
    }
    let document = Document {
        schema_version: 1,
        tool: json!({ "name": env!("CARGO_PKG_NAME"), "version": env!("CARGO_PKG_VERSION") }),
        status: results.status().name(),
        images: results.images.iter().map(|checked| image_part(checked, units)).collect(),
        errors: results.unchecked.iter().map(error).collect(),
    };
    write_escaped(&document, out)
}

fn image_part<'a>(checked: &'a Checked<'_>, units: Units) -> ImagePart<'a> {
    let inspection = checked.inspection;
    let other = |other: &'a OtherPlatform| PlatformPart {
        platform: &other.platform,
        options: &other.selector,
    };
    ImagePart {
        name: &inspection.name,
        tags: masked_names(&inspection.tags),
        id: inspection.id.as_ref(),
        platform: inspection.platform.as_ref(),
        other_platforms: inspection.other_platforms.list.iter().map(other).collect(),
        more_platforms: inspection.other_platforms.more,
        status: checked.verdict.status().name(),
        completeness: CompletenessPart::new(&inspection.completeness),
        size_bytes: inspection.totals.size,
        wasted_bytes: inspection.totals.wasted(),
        growth_bytes: checked.growth,
        secrets: SearchPart::new(checked.study.secrets.as_ref()),
        unsearched: unsearched(checked).into_iter().map(unsearched_part).collect(),
        baseline_searched_for_secrets: match (&checked.secrets, checked.baseline_is_unsearched) {
            (Some(_), _) => Some(true),
            (None, true) => Some(false),
            (None, false) => None,
        },
        secrets_since_baseline: checked.secrets.as_ref().map(SecretChangesPart::new),
        limits: checked
            .verdict
            .outcomes
            .iter()
            .map(|outcome| limit_part(checked, outcome, units))
            .collect(),
        exceptions: checked.verdict.exceptions.iter().map(exception_part).collect(),
        dive: checked
            .verdict
            .dive
            .map(|count| json!({ "wasted_bytes": count.wasted, "efficiency": count.efficiency })),
    }
}

fn unsearched_part(Unsearched { what, count, message }: Unsearched) -> UnsearchedPart {
    UnsearchedPart { what, count, message }
}

fn limit_part(checked: &Checked<'_>, outcome: &Outcome, units: Units) -> LimitPart {
    let blame = outcome.blame.as_ref();
    let layer = blame.and_then(|blame| blame.layer);
    let instruction = layer
        .and_then(|layer| layer.get_from(&checked.inspection.layers))
        .map(|layer| &layer.instruction);
    let line = checked.places.line_of_blame(blame);
    let what = measured(outcome, units);
    LimitPart {
        limit: outcome.limit.measure.key(),
        subject: outcome.limit.measure.subject().map(str::to_owned),
        status: outcome.status.name(),
        found: outcome.found.as_ref().map(found_part),
        bound: bound_part(&outcome.limit.bound),
        exact: checked.inspection.completeness.sizes_are_exact(),
        message: explained(outcome, units)
            .map_or_else(|| what.clone(), |explained| format!("{what}: {explained}")),
        layer,
        instruction: instruction.map(|instruction| instruction.text.clone()),
        file: line.map(|_| checked.places.file.clone()),
        line,
        cause: blame.map(|blame| blame.cause.shown(units)).filter(|cause| !cause.is_empty()),
        change: blame.and_then(|blame| blame.change.clone()),
        reason: outcome.reason.clone(),
    }
}

fn found_part(found: &Found) -> Value {
    match found {
        Found::Bytes(amount) => json!({ "bytes": amount.bytes() }),
        Found::Change(change) => json!({ "bytes": change }),
        // A part of nothing has no number in JSON.
        Found::Share(share) => {
            json!({ "share": if share.is_finite() { json!(share) } else { Value::Null } })
        }
        Found::Count(count) => json!({ "count": count }),
        Found::Days(days) => json!({ "days": days }),
        Found::Name(name, _) => json!({ "name": name }),
    }
}

fn bound_part(bound: &Bound) -> Value {
    match bound {
        Bound::Quantity(Quantity::Bytes(bytes, _)) => json!({ "bytes": bytes }),
        Bound::Quantity(Quantity::Share(share)) => json!({ "share": share }),
        Bound::Count(count) => json!({ "count": count }),
        Bound::Days(days) => json!({ "days": days }),
        Bound::Names(names) => json!({ "names": names }),
    }
}

fn exception_part(used: &ExceptionUse) -> ExceptionPart {
    let what = &used.exception.what;
    ExceptionPart {
        path: what.path().map(str::to_owned),
        rule: what.rule().map(str::to_owned),
        reason: used.exception.reason.clone(),
        until: date(used.exception.until),
        state: used.state.name(),
        bytes: used.bytes,
        secrets: used.secrets,
        secrets_that_count: used.other_secrets,
    }
}
