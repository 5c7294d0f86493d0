//! Gathers the input of the ladder from findings and the program.

use std::collections::HashSet;

use super::LadderInputs;
use crate::advice::base::Base;
use crate::advice::findings::{Fate, Finding, Level, Whose};
use crate::advice::merges::Merges;
use crate::analysis::Inspection;
use crate::escape::Untrusted;
use crate::runtime::Parts;
use crate::runtime::command::told_of;
use crate::tree::VersionId;

/// The most findings whose advice is repeated.
const NAMED: usize = 4;

impl LadderInputs {
    /// Gathers the input. Without a program, the ladder has only the rungs that leave files out.
    pub fn gather(
        inspection: &Inspection,
        base: &Base,
        findings: &[Finding],
        program: Option<Parts>,
    ) -> Self {
        // What somebody may want stays.
        let own = |level: &'static [Level]| -> Vec<VersionId> {
            let fits = |finding: &&Finding| {
                finding.whose == Whose::Own
                    && finding.fate == Fate::Left
                    && level.contains(&finding.level)
                    && !finding.is_optional()
            };
            findings.iter().filter(fits).flat_map(|finding| &finding.inodes).copied().collect()
        };
        let of_base = |finding: &&Finding| {
            finding.whose == Whose::Base
                && finding.fate == Fate::Left
                && finding.level == Level::Toolchain
        };
        let is_left = |finding: &&Finding| {
            finding.whose == Whose::Own
                && finding.fate == Fate::Left
                && finding.level == Level::Leftovers
        };
        let mut left: Vec<_> = findings.iter().filter(is_left).collect();
        left.sort_by_key(|finding| (std::cmp::Reverse(finding.bytes), finding.added_in));
        let mut advice: Vec<_> = left
            .iter()
            .map(|finding| format!("layer {}: {}", finding.added_in, finding.fix.what))
            .collect();
        let mut seen = HashSet::new();
        advice.retain(|line| seen.insert(line.clone()));
        if let more @ 1.. = advice.len().saturating_sub(NAMED) {
            advice.truncate(NAMED);
            advice.push(format!("and {more} more, which Fix and `layerscope fix` list"));
        }
        Self {
            leftover_advice: advice,
            base_layers: base.layers,
            base_name: base.name.as_ref().map(Untrusted::escaped),
            base_system: base.system.as_ref().map(Untrusted::escaped),
            leftovers: own(&[Level::Leftovers]),
            leftovers_need_a_look: left.iter().any(|finding| !finding.fix.is_certain),
            build_only: own(&[Level::Toolchain, Level::Build]),
            base_toolchains: findings
                .iter()
                .filter(of_base)
                .map(|finding| finding.bytes)
                .fold(0, u64::saturating_add),
            program,
            names_no_application: false,
            named: told_of(&inspection.tree, &inspection.run),
            merges: Merges::default(),
            surplus: Vec::new(),
            taken_over: None,
            copied_first: HashSet::new(),
        }
    }
}
