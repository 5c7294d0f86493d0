//! The tree that another owner doubled.

use layerscope::analysis::dead_groups;

use crate::embedded::shown::Shown;

#[test]
fn another_owner_ships_the_same_contents_again() {
    let image = Shown::of("chmod");
    let groups = dead_groups(&image.inspection);
    let [group] = &groups[..] else { panic!("{} groups", groups.len()) };
    assert_eq!((group.cause.name(), group.born_in, group.died_in, group.bytes), ("recopied", 1, 2, 50_000_000));
    assert!(image.fixed().contains("+COPY --chown=1000:1000 ./ /srv/shop\n"), "{}", image.fixed());
}

#[test]
fn an_owner_that_copying_sets_costs_nothing() {
    let (doubled, copied) = (Shown::of("chmod"), Shown::of("chmod-copied"));
    assert_eq!(copied.inspection.totals.dead(), 0);
    assert_eq!(copied.inspection.totals.shipped, doubled.inspection.totals.live);
    assert!(copied.fixed().starts_with("# nothing to fix"), "{}", copied.fixed());
}
