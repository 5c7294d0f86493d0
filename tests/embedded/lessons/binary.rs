//! Smaller programs: stripped, packed, and lean from the beginning.

use crate::embedded::shown::Shown;

/// Whether the digits that are printed agree.
fn is(bytes: u64, printed: f64) -> bool {
    (bytes as f64 / printed - 1.0).abs() < 0.005
}

#[test]
fn stripping_and_packing_lead_to_the_figures_of_the_write_ups() {
    let write_ups =
        [("binary", 12_670_000.0, 4_770_000.0), ("binary-small", 4_822_080.0, 1_821_876.0)];
    for (name, stripped, packed) in write_ups {
        let ladder = Shown::of(name).ladder();
        let [_, ("stripped", after_strip), ("packed", after_packing)] = ladder[..] else {
            panic!("{ladder:?}")
        };
        assert!(is(after_strip, stripped), "{name}, stripped: {after_strip}");
        assert!(is(after_packing, packed), "{name}, packed: {after_packing}");
    }
}

#[test]
fn what_the_program_looks_for_is_in_the_image() {
    let image = Shown::of("binary");
    let needed = image.needed();
    let outside: Vec<_> =
        needed.needs.iter().map(|outside| (outside.kind.name(), outside.bytes)).collect();
    assert_eq!(outside, [("CA certificates", 202_300), ("time zones", 467_700)]);
    assert_eq!(image.go().dependencies, 2);
}

#[test]
fn a_packed_program_tells_what_it_was_and_a_lean_one_has_nothing_to_lose() {
    let packed = Shown::of("binary-packed");
    let original = packed.program().executable.as_ref().unwrap().packed.unwrap().original;
    assert_eq!((original, packed.inspection.totals.size), (Some(4_822_080), 1_821_876));
    for image in [packed, Shown::of("hello-scratch")] {
        assert_eq!(image.ladder(), [("as-built", image.inspection.totals.size)]);
        assert!(image.study.findings.is_empty());
        let name = &image.inspection.name;
        assert_eq!(
            (image.inspection.layers.len(), image.inspection.totals.files),
            (1, 1),
            "{name}"
        );
    }
}
