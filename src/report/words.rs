//! The sentences about an image that every report has: the verdict, the base image, what could not
//! be read.

use crate::Inspection;
use crate::advice::assessment::Study;
use crate::advice::avoidable::{Avoidable, Cause};
use crate::advice::changes::Part;
use crate::advice::findings::Purpose;
use crate::display::{Escaped, Units, escaped_str, listed, noticeably, share, shown};
use crate::escape::Untrusted;
use crate::layer_index::LayerIndex;
use crate::recorded::{Document, ShareRecord};

/// The line of a report that did not search for secrets.
pub const NOT_SEARCHED: &str =
    "Not searched for secrets: --quick, --no-secrets or the configuration leaves it out.";

/// Returns the verdict: size, wasted, avoidable, the reason in a sentence, and the smallest possible
/// size.
pub fn verdict(inspection: &Inspection, study: &Study, units: Units) -> String {
    let mut text = sizes_and_reason(inspection, study, units);
    if inspection.completeness.sizes_are_exact() {
        text.extend(smallest(study, units));
        text.extend(own_share(inspection, study));
        if study.runtime.is_none() {
            text.push_str(UNREAD);
        }
    }
    text
}

/// Words on a report for which no file was read.
const UNREAD: &str =
    " --quick looks into no file: a full report finds more, and another smallest size.";

fn sizes_and_reason(inspection: &Inspection, study: &Study, units: Units) -> String {
    let size = inspection.amount(inspection.totals.size).text(units);
    let wasted = match inspection.totals.wasted() {
        0 => "nothing wasted".into(),
        wasted => format!("{} wasted", units.size(wasted)),
    };
    let avoidable = Avoidable::measure(study).own;
    let start = match inspection.completeness.sizes_are_exact() {
        true => format!("{size}, {wasted},"),
        false => format!("{size}. The part that could be read has {wasted} and"),
    };
    if avoidable == 0 {
        return match study.changes.iter().any(|change| change.part == Part::Own) {
            true => format!("{start} nothing avoidable in your layers."),
            false => format!("{start} nothing to change in your layers."),
        };
    }
    let mostly = match Avoidable::biggest_cause(inspection, study) {
        Some(Cause::Removed { added_in, removed_in, .. }) if added_in == removed_in => {
            format!(": layer {added_in} stores files twice")
        }
        Some(Cause::Removed { added_in, removed_in, verb, .. }) => {
            format!(": layer {removed_in} {verb} files that layer {added_in} still contains")
        }
        Some(Cause::Left { title, layers, bytes }) => {
            left(title, &layers, bytes, (bytes > avoidable / 2, units))
        }
        None => String::new(),
    };
    let sure = without_a_look(inspection, study, units);
    let sure = sure.map(|words| format!(" ({words})")).unwrap_or_default();
    format!("{start} {} avoidable{sure}{mostly}.", units.size(avoidable))
}

/// Names what layers contain that nothing needs: most of the avoidable bytes, or a part of them.
fn left(title: &str, layers: &[LayerIndex], bytes: u64, told: (bool, Units)) -> String {
    let (is_most, units) = told;
    let (title, bytes) = (escaped_str(title), units.size(bytes));
    let names: Vec<_> = layers.iter().map(LayerIndex::to_string).collect();
    match (&names[..], is_most) {
        ([layer], true) => format!(", mostly {title} (layer {layer})"),
        ([layer], false) => format!(", including {bytes} of {title} (layer {layer})"),
        (several, true) => format!(", mostly {title} ({bytes} in layers {})", listed(several)),
        (several, false) => {
            format!(", including {bytes} of {title} (layers {})", listed(several))
        }
    }
}

/// Says how much of the avoidable bytes no person has to decide about, if that is not nearly all.
pub fn without_a_look(inspection: &Inspection, study: &Study, units: Units) -> Option<String> {
    let all = Avoidable::measure(study).own;
    let sure = Avoidable::without_a_look(inspection, study);
    if all.saturating_sub(sure) <= all / 100 {
        return None;
    }
    Some(match sure {
        0 => "all of it needs a closer look".into(),
        // So few bytes beside so many would read like the wrong unit.
        sure if sure < all / 100 => "nearly all of it needs a closer look".into(),
        sure => format!("{} of it without a closer look", units.size(sure)),
    })
}

fn smallest(study: &Study, units: Units) -> Option<String> {
    let (smallest, first) = study.smallest()?;
    let ratio = noticeably(smallest.size, first.size)?;
    Some(format!(
        " Smallest possible: {}{} ({ratio} smaller), with the same program.",
        smallest.certainty.sign(),
        units.size(smallest.size)
    ))
}

/// Says how much of the image is the application, if that is known.
fn own_share(inspection: &Inspection, study: &Study) -> Option<String> {
    let visible = study.application_bytes().filter(|bytes| *bytes > 0)?;
    let size = inspection.totals.size;
    (size > 0).then(|| format!(" Your application is {} of the image.", share(visible, size)))
}

/// Says what of an image could not be read, and what follows for its sizes; `None` if it is whole.
pub fn incomplete(inspection: &Inspection) -> Option<String> {
    if inspection.completeness.is_whole() {
        return None;
    }
    let summary = inspection.completeness.summary().unwrap_or_default();
    let consequence = if inspection.completeness.sizes_are_exact() {
        "all layers were read, so sizes are exact"
    } else {
        "sizes are lower bounds"
    };
    Some(format!("This report is incomplete: {summary}; {consequence}."))
}

/// The words before the command that applies the changes.
pub const TO_APPLY: &str = "As a diff against your Dockerfile, and applied:";

/// Returns the commands that make a diff of the changes and apply it.
pub fn to_apply(inspection: &Inspection) -> [Escaped; 2] {
    let image = inspection.argument();
    let diff = shown!("layerscope fix {} --dockerfile Dockerfile > fix.diff", image);
    [diff, "git apply -p0 fix.diff".into()]
}

/// The words before the command that writes a change which a person has to decide about.
pub const TO_NOTE: &str = "You have to decide; fix writes it into the diff as a comment:";

/// Returns the commands that make a diff with such changes as comments, and apply it.
pub fn to_note(inspection: &Inspection) -> [Escaped; 2] {
    let image = inspection.argument();
    let diff = shown!("layerscope fix {} --dockerfile Dockerfile --all > fix.diff", image);
    [diff, "git apply -p0 fix.diff".into()]
}

/// Says of an image without changes in the user's own layers that there is nothing to change;
/// secrets, which are told apart, have to be taken out all the same.
pub fn nothing_to_change(inspection: &Inspection, has_secrets: bool) -> &'static str {
    match (inspection.completeness.sizes_are_exact(), has_secrets) {
        (true, false) => "Nothing to change in your layers.",
        (true, true) => "Nothing else to change in your layers.",
        (false, _) => "Nothing to change was found in what could be read of your layers.",
    }
}

/// Returns the sentence that no bytes are wasted, if none are.
pub fn nothing_wasted(inspection: &Inspection) -> Option<&'static str> {
    (inspection.totals.wasted() == 0).then(|| {
        if inspection.completeness.sizes_are_exact() {
            "No wasted bytes: every file in the image is visible in the container."
        } else {
            "No wasted bytes in the part that could be read."
        }
    })
}

/// Says which layers are a base image, and how that is known.
pub fn base_image(layers: usize, name: Option<&Escaped>, certain: bool, how: &Escaped) -> String {
    let name = name.map_or(String::new(), |name| format!(" {name}"));
    let layers = match layers {
        0 => "no layer".into(),
        1 => "layer 0".into(),
        layers => format!("layers 0 to {}", layers - 1),
    };
    let sure = if certain { "" } else { "probably, because " };
    format!("base image{name} ({layers}): {sure}{how}")
}

/// Says what most of the image is, where the verdict does not.
pub fn conclusion(inspection: &Inspection, document: &Document) -> Option<String> {
    let shares = &document.bytes_by_purpose;
    let is_known = document.application.as_ref().is_some_and(|it| !it.files.is_empty());
    let is = |share: &ShareRecord, purpose: Purpose| share.purpose == *purpose.name();
    let own = shares.iter().find(|share| is(share, Purpose::Application)).filter(|_| is_known);
    let visible = own.map_or(0, |share| share.bytes.saturating_sub(share.wasted_bytes));
    if visible > 0 {
        return mostly_application(inspection, visible);
    }
    let most = shares.iter().max_by_key(|share| share.bytes);
    let most = most.filter(|most| !is(most, Purpose::Other))?;
    mostly_purpose(inspection, most.bytes, &most.purpose)
}

/// Says how much of an image is its application, which has some visible bytes. The verdict at the
/// top says it of a whole image.
fn mostly_application(inspection: &Inspection, bytes: u64) -> Option<String> {
    let size = inspection.totals.size;
    (!inspection.completeness.sizes_are_exact())
        .then(|| format!("Your application is {} of what could be read.", share(bytes, size)))
}

/// Says how much of an image has its most frequent purpose, if that is much.
fn mostly_purpose(inspection: &Inspection, bytes: u64, purpose: &str) -> Option<String> {
    let (size, whole) = (inspection.totals.size, inspection.completeness.sizes_are_exact());
    let image = if whole { "the image" } else { "what could be read" };
    (bytes > size / 4).then(|| format!("{} of {image} is {purpose}.", share(bytes, size)))
}

/// Returns the day of an RFC 3339 time.
pub fn date(created: &Untrusted) -> Escaped {
    escaped_str(created.raw().split('T').next().unwrap_or_default())
}
