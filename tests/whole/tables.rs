//! An archive that ends between two members is told by what is missing from it.

use super::*;
use crate::support::build::member;

#[test]
fn an_archive_without_its_end_may_have_been_cut_if_a_layer_is_absent() {
    let mut members = image().docker();
    members.rotate_right(1);
    let ends = |n: usize| crate::support::build::entries(members.iter().take(n).cloned());
    let found = inspect(ends(3)).unwrap();
    let kinds: Vec<_> =
        found.completeness.gaps().iter().filter_map(layerscope::Warning::gap).collect();
    assert!(kinds.contains(&Gap::Cut) && kinds.contains(&Gap::Absent), "{:?}", found.warnings);
    assert!(
        found.completeness.is_short_of(&[Gap::Absent]),
        "what may have been cut is not accepted as absent"
    );
    assert!(inspect(ends(4)).unwrap().completeness.is_whole(), "a tar may do without its end");
}

#[test]
fn a_config_that_says_nothing_is_not_known() {
    for config in ["null", "[]", "5", "\"x\""] {
        let mut members = image().docker();
        members[0] = member("config.json", config);
        let found = inspect(tar(members)).unwrap();
        assert_eq!(found.completeness.gaps().len(), 1, "{config}: {:?}", found.warnings);
        assert!(found.completeness.sizes_are_exact(), "all layers were read");
    }
    let mut members = image().docker();
    members[3] =
        member("manifest.json", r#"[{"RepoTags": ["a:1"], "Layers": ["0.tar", "1.tar"]}]"#);
    let found = inspect(tar(members)).unwrap();
    assert_eq!(found.completeness.gaps()[0].kind.code(), "config-unnamed");
}

#[test]
fn the_help_has_a_table_of_exit_codes() {
    let (code, text, _) = run(&["--help"]);
    let line = |start: &str| text.lines().any(|line| line.trim_start().starts_with(start));
    assert!(
        code == Some(0)
            && line("0  the whole image")
            && line("1  check found")
            && line("2  the image"),
        "{text}"
    );
}
