//! Reports incomplete images on standard error, and with exit code 2 unless the reason is accepted.

use clap::ValueEnum;
use layerscope::LayerIndex;
use layerscope::{Gap, Inspection, Known, Warning, WarningKind};

use super::{Failure, stderr};
use crate::config::Accept;
use crate::signals;
use crate::tui::{self, Shown};

/// Remarks that are no reason for exit code 2 and are said one by one.
const SAID: usize = 8;
/// Gaps that are said one by one.
const NAMED: usize = 20;

/// Reports the problems of an image on standard error, for a command whose output does not show
/// them.
pub fn say(inspection: &Inspection) {
    say_of("", inspection);
}

/// Reports the problems of an image that is named `name` among others.
pub fn say_of(name: &str, inspection: &Inspection) {
    let prefix = prefix(name);
    let (gaps, others): (Vec<_>, Vec<_>) =
        inspection.warnings.iter().partition(|warning| warning.gap().is_some());
    lines(&prefix, &gaps, NAMED);
    lines(&prefix, &others, SAID);
}

fn prefix(name: &str) -> String {
    if name.is_empty() { String::new() } else { format!("{name}: ") }
}

fn lines(prefix: &str, warnings: &[&Warning], limit: usize) {
    for warning in warnings.iter().take(limit) {
        stderr::say(format_args!("warning: {prefix}{warning}"));
    }
    if let more @ 1.. = warnings.len().saturating_sub(limit) {
        stderr::say(format_args!(
            "warning: {prefix}{more} more; layerscope report IMAGE lists them"
        ));
    }
}

/// Ends with [`Failure::NotWhole`] if something could not be read of images that was not accepted.
pub fn ended<'a>(
    images: impl IntoIterator<Item = &'a Inspection>,
    accepted: &[Gap],
) -> Result<(), Failure> {
    match images.into_iter().find(|image| image.completeness.is_short_of(accepted)) {
        Some(image) => Err(not_whole(image, image.completeness.gaps(), accepted)),
        None => Ok(()),
    }
}

/// Ends a screen as a report ends: with [`Failure::NotWhole`] if something could not be read of
/// what it showed.
pub fn quit(shown: Result<Shown, tui::Failure>, accepted: &[Gap]) -> Result<(), Failure> {
    let shown = shown?;
    // A signal is what ends the program, and not the user.
    if signals::received().is_some() {
        Ok(())
    } else {
        ended(shown.iter().map(|image| &**image), accepted)
    }
}

/// Ends with [`Failure::NotWhole`] if something was to be verified and could not be.
pub fn verified(inspection: &Inspection, accepted: &[Gap]) -> Result<(), Failure> {
    match &inspection.verification {
        Some(verification) if verification.is_short_of(accepted) => {
            let first = &verification.unverified[0];
            let layer = first.layer.map_or(String::new(), |layer| format!("layer {layer}: "));
            Err(Failure::NotWhole {
                message: format!("{} is not verified: {layer}{}", inspection.name, first.reason),
                hint: "the report lists all layers that could not be compared".into(),
            })
        }
        _ => Ok(()),
    }
}

/// Returns the missing parts on which a path depends as of a layer: those above the layer
/// `added_in` in which the path was added.
pub fn doubts(
    inspection: &Inspection,
    added_in: Option<LayerIndex>,
    layer: LayerIndex,
) -> Vec<Warning> {
    let concerns = |warning: &&Warning| match warning.layer {
        None => warning.kind.doubts_sizes(),
        Some(of) => {
            let is_part = warning.kind.known() != Known::Whole;
            is_part
                && of <= layer
                && added_in.is_none_or(|added_in| {
                    of > added_in || of == added_in && !known_is_nothing(warning)
                })
        }
    };
    inspection.completeness.gaps().iter().filter(concerns).cloned().collect()
}

fn known_is_nothing(warning: &Warning) -> bool {
    warning.kind.known().is_nothing()
}

/// Says what a part of the image depends on and could not be read, and ends with it if it was not
/// accepted.
pub fn ended_for(
    inspection: &Inspection,
    doubts: &[Warning],
    accepted: &[Gap],
) -> Result<(), Failure> {
    let short = doubts.iter().filter_map(Warning::gap).any(|gap| !accepted.contains(&gap));
    if short { Err(not_whole(inspection, doubts, accepted)) } else { Ok(()) }
}

/// Says these remarks on standard error; `name` is that of the image among others, or empty.
pub fn say_each(name: &str, warnings: &[Warning]) {
    lines(&prefix(name), &warnings.iter().collect::<Vec<_>>(), NAMED);
}

/// Returns what to do about the first gap for which there is a remedy of its own.
fn change(kinds: &[Gap], gaps: &[&Warning]) -> &'static str {
    let only = |gap: Gap| kinds.iter().all(|&kind| kind == gap);
    if only(Gap::OverLimit) {
        "compress it with a smaller window or dictionary, at most 128 MiB: zstd --long=27, xz -9"
    } else if only(Gap::NotATar) {
        "the layer has another format; a container runtime that knows it can convert the image to tar layers"
    } else if only(Gap::Unreadable) && gaps.iter().any(|gap| is_of_host(gap)) {
        "read it as a user with permission for all files, or save the image again"
    } else if only(Gap::Unreadable) {
        "the archive says something that no image can have; save the image again with a container runtime"
    } else {
        "save or copy the image again, and compare it with its digest or checksum"
    }
}

/// Returns whether the system of the user kept something from being read.
fn is_of_host(gap: &Warning) -> bool {
    matches!(
        gap.kind,
        WarningKind::HostUnreadable { .. }
            | WarningKind::HostContents { .. }
            | WarningKind::LayerUnreadable { .. }
            | WarningKind::MemberUnreadable { .. }
    )
}

fn not_whole(inspection: &Inspection, gaps: &[Warning], accepted: &[Gap]) -> Failure {
    let mut kinds: Vec<Gap> =
        gaps.iter().filter_map(Warning::gap).filter(|gap| !accepted.contains(gap)).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let words = kinds.iter().map(|gap| gap.word()).collect::<Vec<_>>().join(", ");
    let what =
        inspection.completeness.summary().unwrap_or_else(|| "a part could not be read".into());
    Failure::NotWhole {
        message: format!("{} could only be read in part: {what} ({words})", inspection.name),
        hint: remedy(&kinds, &gaps.iter().collect::<Vec<_>>()),
    }
}

/// Returns what the user can do about parts that are missing for these reasons.
pub fn remedy(kinds: &[Gap], gaps: &[&Warning]) -> String {
    let acceptable = |gap: &Gap| Accept::value_variants().iter().any(|accept| accept.gap() == *gap);
    if kinds.iter().all(acceptable) {
        let words = kinds.iter().map(|gap| gap.word()).collect::<Vec<_>>();
        format!("if this is intended: --accept {}", words.join(","))
    } else {
        change(kinds, gaps).into()
    }
}
