//! One program on four bases.

use crate::embedded::shown::Shown;

#[test]
fn the_proportions_are_those_of_the_write_up() {
    let size = |name| Shown::of(name).inspection.totals.size as f64;
    let first = size("golang");
    for (name, times) in [("golang-alpine", 2.097), ("two-stages", 74.17), ("scratch", 122.01)] {
        let ratio = first / size(name);
        assert!(
            (ratio / times - 1.0).abs() < 0.000_05,
            "{name} is {ratio} times smaller, not {times}"
        );
    }
}

#[test]
fn the_first_tells_how_small_the_last_will_be() {
    let (golang, scratch) = (Shown::of("golang"), Shown::of("scratch"));
    let predicted = golang.ladder().into_iter().find(|(step, _)| *step == "scratch").unwrap().1;
    assert_eq!(predicted, scratch.inspection.totals.size);
    assert_eq!(scratch.inspection.layers.len(), 1);
}

#[test]
fn the_bases_and_what_they_bring_are_recognised() {
    for (name, base, layers) in [
        ("golang", "golang 1.10.3", 7),
        ("golang-alpine", "golang 1.10.3", 5),
        ("two-stages", "Alpine", 1),
    ] {
        let base_of = Shown::of(name).study.base;
        assert_eq!((base_of.name, base_of.layers), (Some(base.into()), layers), "{name}");
    }
    let golang = Shown::of("golang");
    assert!(golang.finding("go-sdk").unwrap().bytes > 340_000_000);
    let compilers = golang.finding("gcc").unwrap();
    assert!(
        compilers.packages.iter().any(|(package, _)| package == "gcc-6"),
        "{:?}",
        compilers.packages
    );
}
