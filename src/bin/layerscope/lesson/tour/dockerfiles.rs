//! Rebuilds the Dockerfile of an image from its history, and improves it.

use std::sync::Arc;

use layerscope::advice::dockerfile::{Evidence, Fix, Target, Verdict, fix};
use layerscope::files::filesystem::Filesystem;
use layerscope::runtime::Program;
use layerscope::{Error, Progress};

use crate::lesson::Stage;

/// The name of the file.
const NAME: &str = "Dockerfile";
/// The longest file that is shown, in bytes.
const LONGEST: usize = 32 << 10;
/// The factor by which a multi-stage build has to save more to be shown instead of other changes.
const FAR_BETTER: u64 = 2;

/// The Dockerfile before and after; empty if there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dockerfiles {
    pub before: String,
    /// Empty if there is nothing to propose.
    pub after: String,
}

impl Dockerfiles {
    /// Rebuilds the Dockerfile, and improves it.
    ///
    /// # Errors
    ///
    /// The work was cancelled.
    pub fn find(stage: &Stage, progress: &Arc<Progress>) -> Result<Self, Error> {
        let inspection = &stage.inspection;
        let target = Target::rebuilt(inspection, NAME.into(), &stage.study.base);
        let filesystem = Filesystem::new(&inspection.tree, &*stage.contents, progress);
        let found;
        let program = match &stage.study.runtime {
            Some(program) => program,
            None => {
                found = Program::detect(&filesystem, &inspection.run)?;
                &found
            }
        };
        let evidence = Evidence::gather(inspection, target.base_layers, &filesystem, program)?;
        let before = target.file.source().to_owned();
        let after = proposed(&before, &fix(inspection, &target, &evidence));
        if before.len() > LONGEST || after.len() > LONGEST {
            return Ok(Self::default());
        }
        Ok(Self { before, after })
    }
}

/// Returns the file that saves the most, with lines for `.dockerignore`.
fn proposed(before: &str, fix: &Fix) -> String {
    let changed = |name: &str| {
        fix.changes.iter().find(|change| change.name == name).map(|change| change.new.as_str())
    };
    let (mut saved, mut staged) = (0_u64, 0);
    for remark in &fix.remarks {
        match &remark.verdict {
            Verdict::Changed { saves, .. } => saved = saved.saturating_add(*saves),
            Verdict::Proposed { size_after: Some((size_after, _)) } => {
                staged = fix.size.saturating_sub(*size_after);
            }
            Verdict::Proposed { size_after: None } | Verdict::Left { .. } | Verdict::Unseen => {}
        }
    }
    let stages = changed(&format!("{NAME}.multi-stage"))
        .filter(|_| staged > saved.saturating_mul(FAR_BETTER));
    let mut after = stages.or_else(|| changed(NAME)).unwrap_or_default().to_owned();
    if let Some(ignored) = changed(".dockerignore") {
        if after.is_empty() {
            after.push_str(before);
        }
        after.push_str("\n# and in .dockerignore:\n");
        ignored.lines().for_each(|line| after.push_str(&format!("# {line}\n")));
    }
    after
}
