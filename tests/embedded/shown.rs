//! A built-in image as a person sees it.

use std::sync::Arc;

use layerscope::advice::assessment::{Question, Study};
use layerscope::advice::dockerfile::{Evidence, Target, fix};
use layerscope::advice::findings::{Finding, Rules};
use layerscope::display::Units;
use layerscope::files::contents::LayerContents;
use layerscope::files::executable::GoBuild;
use layerscope::files::filesystem::Filesystem;
use layerscope::runtime::Program;
use layerscope::runtime::command::MainProgram;
use layerscope::runtime::libraries::ProgramAndLibraries;
use layerscope::tree::NodeId;
use layerscope::{Inspection, Opened, Progress};

/// An image with all that there is to say of it.
pub struct Shown {
    pub opened: Opened,
    pub inspection: Inspection,
    pub study: Study,
}

impl Shown {
    /// The image that is called `name`.
    pub fn of(name: &str) -> Self {
        let opened = layerscope::image::builtin::open(name).unwrap().unwrap();
        let inspection = inspect(&opened);
        let contents = LayerContents::new(&opened);
        let rules = Rules::built_in();
        let question = Question { contents: Some(&contents), ..Question::with(&rules) };
        let study = Study::assess(&inspection, &question).unwrap();
        Self { opened, inspection, study }
    }

    /// The biggest finding by a rule.
    pub fn finding(&self, rule: &str) -> Option<&Finding> {
        self.study.findings.iter().find(|finding| finding.rule == rule)
    }

    /// A path as people write it.
    pub fn shown(&self, node: NodeId) -> String {
        String::from_utf8(self.inspection.tree.path(node)).unwrap()
    }

    /// The program that a container runs.
    pub fn program(&self) -> &MainProgram {
        self.runtime().application.program.as_ref().unwrap()
    }

    /// What a container runs, and what that needs.
    pub fn runtime(&self) -> &Program {
        self.study.runtime.as_ref().unwrap()
    }

    /// What the program cannot be loaded without.
    pub fn needed(&self) -> &ProgramAndLibraries {
        self.runtime().needed.as_ref().unwrap()
    }

    /// What Go says of its program.
    pub fn go(&self) -> &GoBuild {
        self.program().executable.as_ref().unwrap().go.as_ref().unwrap()
    }

    /// What `layerscope fix` prints.
    pub fn fixed(&self) -> String {
        self.fixed_with(false)
    }

    /// The same with what is said of the build's cache, on one line for each remark.
    pub fn fixed_for_cache(&self) -> String {
        self.fixed_with(true).replace("\n#   ", " ")
    }

    fn fixed_with(&self, cache: bool) -> String {
        let mut target = Target::rebuilt(&self.inspection, "Dockerfile".into(), &self.study.base);
        target.cache = cache;
        let contents = LayerContents::new(&self.opened);
        let progress = Arc::new(Progress::default());
        let filesystem = Filesystem::new(&self.inspection.tree, &contents, &progress);
        let program = self.study.runtime.as_ref().unwrap();
        let evidence =
            Evidence::gather(&self.inspection, target.base_layers, &filesystem, program).unwrap();
        let mut out = Vec::new();
        fix(&self.inspection, &target, &evidence)
            .write(&self.inspection.name, Units::Si, &mut out)
            .unwrap();
        String::from_utf8(out).unwrap()
    }

    /// The rungs of its ladder, with their sizes in bytes.
    pub fn ladder(&self) -> Vec<(&'static str, u64)> {
        self.study
            .ladder
            .iter()
            .map(|possible_size| (possible_size.step.id(), possible_size.size))
            .collect()
    }
}

pub fn inspect(opened: &Opened) -> Inspection {
    layerscope::inspect(opened, &Progress::default()).unwrap()
}
