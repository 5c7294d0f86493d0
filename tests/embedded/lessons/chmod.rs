//! The tree that another owner doubled.

use layerscope::analysis::wasted_groups;

use crate::embedded::shown::Shown;

#[test]
fn another_owner_ships_the_same_contents_again() {
    let image = Shown::of("chmod");
    let groups = wasted_groups(&image.inspection);
    let [group] = &groups[..] else { panic!("{} groups", groups.len()) };
    assert_eq!(
        (group.reason.name(), group.added_in, group.removed_in, group.bytes),
        ("rewritten-unchanged", 1.into(), 2.into(), 50_000_000)
    );
    assert!(image.fixed().contains("+COPY --chown=1000:1000 ./ /srv/shop\n"), "{}", image.fixed());
}

#[test]
fn an_owner_that_copying_sets_costs_nothing() {
    let (doubled, copied) = (Shown::of("chmod"), Shown::of("chmod-copied"));
    assert_eq!(copied.inspection.totals.wasted(), 0);
    assert_eq!(copied.inspection.totals.size, doubled.inspection.totals.visible);
    assert!(copied.fixed().starts_with("# nothing to fix"), "{}", copied.fixed());
}
