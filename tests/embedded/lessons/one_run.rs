//! Installed, built and removed in one `RUN`.

use crate::embedded::shown::Shown;

#[test]
fn what_one_run_installs_and_removes_never_ships() {
    let image = Shown::of("one-run");
    assert_eq!((image.inspection.layers.len(), image.inspection.totals.wasted()), (2, 0));
    assert!(image.inspection.tree.find(b"usr/bin/git").is_none());
    // The demo builds the same with -ldflags=-s.
    assert_eq!(image.ladder().iter().find(|(step, _)| *step == "stripped").unwrap().1, 4_870_144);
}
