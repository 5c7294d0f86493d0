//! What `ADD .` brought along.

use crate::embedded::shown::Shown;

#[test]
fn version_control_and_sources_are_named() {
    let image = Shown::of("add-dot");
    let found =
        |rule: &str| image.finding(rule).unwrap_or_else(|| panic!("{rule} is not found")).bytes;
    assert!(found("vcs") > 30_000_000 && found("node-dev") > 20_000_000);
    let source = image.finding("source-left").unwrap();
    let names: Vec<_> = source
        .inodes
        .iter()
        .map(|&inode| image.shown(image.inspection.tree.node_of(inode)))
        .collect();
    assert!(names.contains(&"/app/main.go".to_owned()), "{names:?}");
    let fixed = image.fixed();
    assert!(["+**/.git\n", "+**/.idea\n"].iter().all(|line| fixed.contains(line)), "{fixed}");
}

#[test]
fn the_program_is_a_fiftieth_of_the_image_without_the_clutter() {
    let image = Shown::of("add-dot");
    let runtime = image.runtime();
    let application = runtime.bytes as f64 / (image.inspection.totals.size - 88_000_000) as f64;
    assert!((0.021..0.022).contains(&application), "{application}");
    assert_eq!(image.go().module.as_deref(), Some("example.com/shop"));
}
