//! Gathers the input of the ladder from findings and the program.

use super::LadderInputs;
use crate::advice::base::Base;
use crate::advice::findings::{Fate, Finding, Level, Whose};
use crate::analysis::Inspection;
use crate::display::escaped_str;
use crate::runtime::Parts;
use crate::runtime::command::named;
use crate::tree::VersionId;

impl LadderInputs {
    /// Gathers the input. Without a program, the ladder has only the rungs that leave files out.
    pub fn gather(inspection: &Inspection, base: &Base, findings: &[Finding], program: Option<Parts>) -> Self {
        let own = |level: &'static [Level]| -> Vec<VersionId> {
            let fits = |finding: &&Finding| {
                finding.whose == Whose::Own && finding.fate == Fate::Left && level.contains(&finding.level)
            };
            findings.iter().filter(fits).flat_map(|finding| &finding.inodes).copied().collect()
        };
        let of_base = |finding: &&Finding| {
            finding.whose == Whose::Base && finding.fate == Fate::Left && finding.level == Level::Toolchain
        };
        Self {
            base_layers: base.layers,
            base_name: base.name.as_deref().map(escaped_str),
            leftovers: own(&[Level::Leftovers]),
            build_only: own(&[Level::Toolchain, Level::Build]),
            base_toolchains: findings.iter().filter(of_base).map(|finding| finding.bytes).fold(0, u64::saturating_add),
            program,
            named: named(&inspection.tree, &inspection.run).arguments,
        }
    }
}
