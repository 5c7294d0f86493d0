//! What there is to say of an image beyond its account: findings, the base image, what bytes are for, what it runs and
//! the ladder of sizes.
//!
//! Computed when it is asked for, from the [`Inspection`] alone or with the contents of files at hand.

use std::sync::Arc;

use crate::advice::base::{Base, BaseError, Given, Share, base, shares, told};
use crate::advice::findings::{Finding, Matches, Rules, findings_of};
use crate::advice::ladder::{Footing, Program, Rung, climb, guess_packed};
use crate::analysis::Inspection;
use crate::display::Units;
use crate::error::Error;
use crate::files::contents::Contents;
use crate::files::filesystem::Filesystem;
use crate::files::packages::Packages;
use crate::progress::Progress;
use crate::progress::join;
use crate::runtime::command::{self, Application};
use crate::runtime::libraries::{self, Closure};
use crate::tree::NodeId;

/// What a study is made with.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// What is known of bytes that need not ship.
    pub rules: &'a Rules,
    /// What was said of the base image.
    pub base: Given<'a>,
    /// The contents of files; without them no packages are named, and nobody knows what the image runs.
    pub contents: Option<&'a dyn Contents>,
    /// Paths that are said to be the application; without any it is found out, if there are contents.
    pub application: &'a [NodeId],
    /// The units of sizes in sentences.
    pub units: Units,
    /// What counts the bytes that are read, and can stop it.
    pub progress: Option<&'a Arc<Progress>>,
}

impl<'a> Question<'a> {
    /// A question to which nothing but the rules is given.
    pub fn with(rules: &'a Rules) -> Self {
        Self { rules, base: Given::Nothing, contents: None, application: &[], units: Units::default(), progress: None }
    }
}

/// What there is to say of an image.
#[derive(Debug, Clone)]
pub struct Study {
    /// Bytes that need not ship, the biggest first.
    pub findings: Vec<Finding>,
    /// Where the base image ends.
    pub base: Base,
    /// What one's own bytes are for.
    pub shares: Vec<Share>,
    /// Whether the application is among them by name.
    pub application_known: bool,
    /// What a container of the image runs; `None` if no files were looked into.
    pub runtime: Option<Runtime>,
    /// The size after each remedy, the image as it is first.
    pub ladder: Vec<Rung>,
    /// What the ladder was climbed with.
    pub footing: Footing,
}

/// What a container of an image runs, and what that needs.
#[derive(Debug, Clone)]
pub struct Runtime {
    /// The program, with how it was found.
    pub application: Application,
    /// The size of the application's own files in bytes.
    pub bytes: u64,
    /// What the program cannot be loaded without, if it is a binary.
    pub closure: Option<Closure>,
    /// The program in words of the ladder.
    program: Option<Program>,
}

/// Why an image cannot be studied.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// What was given is not its base image.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// Somebody asked to stop.
    #[error(transparent)]
    Stopped(#[from] Error),
}

impl Study {
    /// Studies an image.
    ///
    /// # Errors
    ///
    /// What was given is not its base image, or somebody asked to stop.
    pub fn of(inspection: &Inspection, question: &Question) -> Result<Self, StudyError> {
        let base = base(inspection, question.base)?;
        Ok(Self::above(base, inspection, question)?)
    }

    /// Studies an image of which nothing was said, by the built-in rules.
    ///
    /// # Errors
    ///
    /// Only if somebody asked to stop.
    pub fn unprompted(
        inspection: &Inspection,
        contents: &dyn Contents,
        units: Units,
        progress: &Arc<Progress>,
    ) -> Result<Self, Error> {
        let rules = Rules::built_in();
        let question = Question { contents: Some(contents), units, progress: Some(progress), ..Question::with(&rules) };
        Self::above(told(inspection), inspection, &question)
    }

    /// Studies an image whose base is known.
    fn above(base: Base, inspection: &Inspection, question: &Question) -> Result<Self, Error> {
        let unheeded = Arc::default();
        let progress = question.progress.unwrap_or(&unheeded);
        let tree = &inspection.tree;
        let rules = question.rules;
        let matches = Matches::of(inspection, rules);
        let packages = question.contents.map(|contents| Packages::read(tree, contents, progress)).unwrap_or_default();
        let runtime = match question.contents {
            Some(contents) => Some(runtime(inspection, contents, progress)?),
            None => None,
        };
        let application = match (question.application, &runtime) {
            ([], Some(runtime)) => &runtime.application.files,
            (given, _) => given,
        };
        let program = runtime.as_ref().and_then(|runtime| runtime.program.clone());
        let (shares, (findings, footing, ladder)) = join(
            || shares(inspection, rules, &matches, base.layers, application, &packages),
            || {
                let findings = findings_of(inspection, rules, &matches, base.layers, &packages);
                let footing = Footing::of(&base, &findings, program);
                let ladder = climb(inspection, &footing, question.units);
                (findings, footing, ladder)
            },
        );
        let application_known = !application.is_empty();
        Ok(Self { findings, base, shares, application_known, runtime, ladder, footing })
    }
}

/// Finds out what a container runs.
fn runtime(inspection: &Inspection, contents: &dyn Contents, progress: &Arc<Progress>) -> Result<Runtime, Error> {
    let filesystem = Filesystem::new(&inspection.tree, contents, progress);
    let application = command::find(&filesystem, &inspection.run)?;
    let mut closure = None;
    let mut packed = None;
    if let Some(program) = &application.program
        && let Some(executable) = &program.executable
    {
        closure = Some(libraries::of(&filesystem, &inspection.run, &program.file, executable)?);
        let guess = |source: &crate::archive::Source| guess_packed(&**source, executable).map_err(|e| e.to_string());
        packed = filesystem.with_source(program.file.version, guess)?.ok().flatten();
    }
    let program = Program::of(&filesystem, &application, closure.as_ref(), packed);
    Ok(Runtime { bytes: application.bytes(&filesystem), application, closure, program })
}
