//! No byte is found twice, and nothing is lost: properties over random stacks of layers.

use std::collections::BTreeMap;

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::findings::{Fate, Finding, Rules};
use proptest::prelude::*;

use crate::model::stack;
use crate::support::build::inspect;

/// Rules that overlap, and together take every path.
const OVERLAPPING: &str = r#"
[[rule]]
id = "everything"
title = "everything"
level = "leftovers"
globs = ["**"]
fix = "x"
minimum = 0
[[rule]]
id = "below-a"
title = "below a"
level = "toolchain"
globs = ["a/**", "b/*/c"]
except = ["a/b/**"]
fix = "x"
minimum = 0
[[rule]]
id = "b-anywhere"
title = "b anywhere"
level = "build"
globs = ["**/b", "**/b/**", "c/*"]
fix = "x"
minimum = 500
[[signature]]
id = "rest"
title = "rest"
fix = "x"
minimum = 0
[[signature]]
id = "rest-in-one"
title = "rest in one layer"
same_layer = true
fix = "x"
minimum = 0
"#;

type Cells = BTreeMap<(LayerIndex, Fate), u64>;

/// What ships, by the layer it was born in and what became of it.
fn cells(inspection: &Inspection) -> Cells {
    let mut cells = Cells::new();
    for wasted in &inspection.wasted {
        *cells
            .entry((wasted.added_in, Fate::Gone { removed_in: wasted.removed_in }))
            .or_default() += wasted.bytes;
    }
    for (i, layer) in LayerIndex::numbered(&inspection.layers) {
        *cells.entry((i, Fate::Left)).or_default() += layer.visible;
    }
    cells.retain(|_, bytes| *bytes > 0);
    cells
}

fn found(findings: &[Finding]) -> Cells {
    let mut cells = Cells::new();
    for finding in findings {
        *cells.entry((finding.added_in, finding.fate)).or_default() += finding.bytes;
    }
    cells
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_byte_is_in_one_finding_at_most_and_the_rest_makes_up_the_totals(stack in stack::stacks(), base in 0_usize..7) {
        let inspection = inspect(stack::archive(&stack)).unwrap();
        let base = base.min(inspection.layers.len());
        let own: u64 = inspection.layers[base..].iter().map(|layer| layer.size).sum();
        let all = cells(&inspection);
        let rules = Rules::with("overlapping", OVERLAPPING).unwrap();
        let question = Question { base: layerscope::advice::base::BaseHint::Layers(base), ..Question::with(&rules) };
        let study = Study::assess(&inspection, &question).unwrap();
        for (cell, bytes) in found(&study.findings) {
            prop_assert!(bytes <= all[&cell], "{cell:?}: {bytes} found of {}", all[&cell]);
        }
        // With a rule for small amounts, too, everything is found.
        let rules = Rules::with("overlapping", &OVERLAPPING.replace("minimum = 500", "minimum = 0")).unwrap();
        let whole = Study::assess(&inspection, &Question { rules: &rules, ..question }).unwrap();
        // What has names that different rules take, is left to none; so is what a symbolic link
        // from elsewhere leads to.
        let tree = &inspection.tree;
        let is_link = |node| tree.last(node).is_some_and(|version| tree.target(version).is_some());
        let has_links = tree.nodes().any(is_link);
        let mut shared = Cells::new();
        for inode in tree.linked_inodes().filter(|&inode| tree.removal(inode).is_none()) {
            *shared.entry((tree.added_in(inode), Fate::Left)).or_default() += tree.size(inode);
        }
        let whole_found = found(&whole.findings);
        for (cell, &bytes) in &all {
            let found = whole_found.get(cell).copied().unwrap_or_default();
            let left = shared.get(cell).copied().unwrap_or_default();
            prop_assert!(found <= bytes && (has_links || bytes <= found + left), "{cell:?}: {found} of {bytes}");
        }
        for study in [&study, &whole] {
            prop_assert_eq!(study.shares.iter().map(|share| share.bytes).sum::<u64>(), own);
            let files: usize = study.findings.iter().map(|finding| finding.files).sum();
            prop_assert!(files <= inspection.tree.inodes().count());
            prop_assert!(study.findings.iter().all(|finding| !finding.places.is_empty() && !finding.examples.is_empty()));
        }
    }
}
