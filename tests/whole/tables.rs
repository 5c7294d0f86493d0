//! An archive that ends between two members is told by what is missing from it.

use super::*;

#[test]
fn an_archive_without_its_end_may_have_been_cut_if_a_layer_is_absent() {
    let mut members = image().docker();
    members.rotate_right(1);
    let ends = |n: usize| crate::support::build::entries(members.iter().take(n).cloned());
    let found = inspect(ends(3)).unwrap();
    let kinds: Vec<_> = found.completeness.gaps().iter().filter_map(layerscope::Warning::gap).collect();
    assert!(kinds.contains(&Gap::Cut) && kinds.contains(&Gap::Absent), "{:?}", found.warnings);
    assert!(found.completeness.is_short_of(&[Gap::Absent]), "what may have been cut is not accepted as absent");
    assert!(inspect(ends(4)).unwrap().completeness.is_whole(), "a tar may do without its end");
}
