//! Summarises the comparison of two images in sentences.

use crate::analysis::{Inspection, Listing};
use crate::compare::{Column, Pair, Sharing};
use crate::display::escaped;
use crate::display::{Units, files, some};
use crate::display::{percent, times};

/// The words for paths that differ, and take as many bytes as before.
pub(super) const SAME_SIZE: &str = ", with the same sizes";

/// Returns a size as a part of that of the first image, which is `ratio` times as large.
pub(super) fn of_the_first(ratio: f64) -> String {
    if ratio > 0.0 { percent(1.0 / ratio) } else { "-".into() }
}

/// The ratio below which it would be shown as 1.00×.
const JUST_AS_BIG: f64 = 1.005;

/// Returns the result in one line: the smaller image, the difference, and the effect of shared
/// layers.
pub fn verdict(first: &Column, other: &Column, sharing: Option<&Sharing>, units: Units) -> String {
    let (a, b) = (units.size(first.size), units.size(other.size));
    let name = match &other.name {
        name if *name != first.name => name,
        _ if sharing.is_some() => "the second",
        _ => "the last",
    };
    let size = match other.ratio {
        _ if !first.exact || !other.exact => not_comparable(first, other, name, units),
        _ if first.size == other.size => format!("both images have {a}"),
        None => format!("{name} has no bytes"),
        Some(_) if first.size == 0 => format!("{name} has {b}, and the first nothing"),
        Some(ratio) if ratio >= JUST_AS_BIG => {
            format!("{name} is {} smaller: {b} instead of {a}", times(ratio))
        }
        Some(ratio) if ratio * JUST_AS_BIG <= 1.0 => {
            format!("{name} is {} bigger: {b} instead of {a}", times(1.0 / ratio))
        }
        Some(ratio) => {
            let what = if ratio > 1.0 { "less" } else { "more" };
            format!("{name} has {} {what} than {a}", units.size(first.size.abs_diff(other.size)))
        }
    };
    let is_wasted = other.exact && other.wasted > other.size / 10;
    let wasted =
        if is_wasted { format!(", {} wasted", units.size(other.wasted)) } else { String::new() };
    let size = size + &wasted;
    let Some(sharing) = sharing else { return size };
    let shared = some(sharing.shared(), sharing.same.len(), "layer", "shared");
    let stored = sharing.qualification();
    let download = units.size(sharing.download);
    format!("{size}; {shared}; updating downloads {download}{stored}")
}

/// Explains that sizes cannot be compared, and the missing parts.
fn not_comparable(first: &Column, other: &Column, name: &str, units: Units) -> String {
    let of = |column: &Column, name: &str| {
        column.unknown.as_ref().map(|what| format!("of {name}, {what}"))
    };
    let unknown: Vec<_> = [of(first, "the first"), of(other, name)].into_iter().flatten().collect();
    let (a, b) = (first.amount().text(units), other.amount().text(units));
    format!("sizes cannot be compared ({}): {name} has {b}, the first {a}", unknown.join("; "))
}

/// Explains that the files of two images cannot be compared, because one of them is a report
/// without its files.
pub fn not_compared(first: &Inspection, second: &Inspection) -> Option<String> {
    let absent: Vec<_> = [(first, "first"), (second, "second")]
        .into_iter()
        .filter(|(image, _)| image.listing == Listing::Absent)
        .map(|(_, which)| which)
        .collect();
    let report = if first.listing == Listing::Absent { first } else { second };
    let image = report.argument();
    let which = match absent[..] {
        [] => return None,
        [one] => format!("The {one} image is a report that does"),
        _ => "Both images are reports that do".into(),
    };
    Some(format!(
        "Files are not compared. {which} not list them; `layerscope report {image} --format json --tree` writes one that does."
    ))
}

/// The sentence that no path differs, where all files come from the same layers.
const NO_DIFFERENCES: &str = "No differences found.";
/// The sentence that no path differs, where contents may.
const LOOKS_THE_SAME: &str = "No differences in paths, sizes, times and owners.";
/// The sentence that no path differs, where one image is a report.
const NONE_LISTED: &str = "No differences found in what the report lists.";

/// Says that no path of two images differs, as far as that is known.
pub fn no_differences(first: &Inspection, second: &Inspection, pair: &Pair) -> &'static str {
    let is_report = [first, second].iter().any(|image| image.listing != Listing::Whole);
    match not_told(first, second, pair).is_empty() {
        true => NO_DIFFERENCES,
        false if is_report => NONE_LISTED,
        false => LOOKS_THE_SAME,
    }
}

/// Says what a comparison cannot tell, a sentence each: of images, whether contents differ that were
/// not compared; of reports, what they lack. If all layers are the same, nothing is left to tell.
pub fn not_told(first: &Inspection, second: &Inspection, pair: &Pair) -> Vec<String> {
    let listings = [first.listing, second.listing];
    let same = &pair.sharing.same;
    if same.len() == first.layers.len() && same.iter().all(Option::is_some) {
        return Vec::new();
    }
    if listings.iter().all(|listing| *listing == Listing::Whole) {
        return contents_not_compared(pair.paths.uncompared()).into_iter().collect();
    }
    let mut sentences = Vec::new();
    if !listings.contains(&Listing::Absent) {
        sentences.push(
            "Contents are not compared: a report does not have them. A file whose kind, size, time, mode and owner are the same may have changed.".into(),
        );
    }
    sentences.push(
        "Packages are not compared: a report does not have the contents that list them.".into(),
    );
    sentences
}

/// Says how many files look the same in layers that differ; `None` for none.
fn contents_not_compared(number: usize) -> Option<String> {
    let what = match number {
        1 => "Its path, size, time, mode and owner",
        _ => "Their paths, sizes, times, modes and owners",
    };
    let files = files(number);
    (number > 0).then(|| {
        format!(
            "The contents of {files} in layers that differ were not compared. {what} are the same."
        )
    })
}

/// Describes the first layer that is not shared, and the cause.
pub fn end_of_sharing(
    first: &Inspection,
    second: &Inspection,
    sharing: &Sharing,
) -> Option<String> {
    let common = sharing.common;
    let instruction = |image: &Inspection| Some(image.layers.get(common)?.instruction.one_line());
    let (now, before) = (instruction(second)?, instruction(first)?);
    if now != before {
        return Some(format!(
            "Layer {common} is the first that differs: `{now}` instead of `{before}`."
        ));
    }
    if [first, second].iter().any(|image| image.listing != Listing::Whole) {
        return Some(format!("Layer {common} is the first that differs: `{now}`."));
    }
    let of = sharing.broken_by.iter().map(|change| escaped(&change.path)).collect::<Vec<_>>();
    let what = if of.is_empty() { "times or the order of entries".into() } else { of.join(", ") };
    Some(format!("Layer {common} is the first that differs: `{now}` ({what})."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_size_is_told_as_a_part_of_the_first() {
        assert_eq!(of_the_first(1.0), "100 %");
        assert_eq!(of_the_first(2.0), "50.0 %");
        assert_eq!(of_the_first(0.0), "-", "of nothing nothing is a part");
    }
}
