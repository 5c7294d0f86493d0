//! Assesses an image: findings, the base image, the purposes of bytes, the program it runs, and the
//! possible sizes.
//!
//! It is computed on demand from the [`Inspection`], with or without the contents of files.

use std::cell::OnceCell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::advice::SuggestedChange;
use crate::advice::base::{Base, BaseError, BaseHint, Share, base, detect, shares};
use crate::advice::changes::{
    Change, Extent, Judged, also, by_layers, changes, grade_sizes, name_others, settle,
};
use crate::advice::dockerfile::{
    Assessed, Evidence, Ruling, Staged, Target, combined, copied_first, judge, staged,
};
use crate::advice::findings::{Fate, Finding, Matches, Purpose, Rules, Whose, findings_of};
use crate::advice::ladder::{LadderInputs, PossibleSize, climb, smallest_kept};
use crate::advice::merges::{Merges, runs_around_copies};
use crate::advice::secrets::Secrets;
use crate::advice::started::keep_used;
use crate::advice::unneeded::{Installed, Surplus, SurplusKind, Texts, surplus};
use crate::analysis::{Inspection, WastedGroup, wasted_groups};
use crate::error::Error;
use crate::files::contents::Contents;
use crate::files::filesystem::Filesystem;
use crate::files::packages::Packages;
use crate::layer_index::LayerIndex;
use crate::progress::Progress;
use crate::progress::join;
use crate::runtime::Program;
use crate::secret::FoundValues;
use crate::tree::NodeId;

/// The input of a study.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// The rules for avoidable bytes.
    pub rules: &'a Rules,
    /// The base image as given by the user.
    pub base: BaseHint<'a>,
    /// The contents of files. Without them, packages and the program of the image are unknown.
    pub contents: Option<&'a dyn Contents>,
    /// Paths given as the application. If there are none, it is detected from the contents.
    pub application: &'a [NodeId],
    /// A counter of bytes that are read, which can also cancel the study.
    pub progress: Option<&'a Arc<Progress>>,
    /// True to search for secrets.
    pub secrets: bool,
    /// The secrets of another image beside it, which no text of this one is to show, either.
    pub masked: Option<&'a FoundValues>,
}

impl<'a> Question<'a> {
    /// Makes a question with nothing but the rules.
    pub fn with(rules: &'a Rules) -> Self {
        Self {
            rules,
            base: BaseHint::Nothing,
            contents: None,
            application: &[],
            progress: None,
            secrets: true,
            masked: None,
        }
    }
}

/// The result of assessing an image.
#[derive(Debug, Clone)]
pub struct Study {
    /// Avoidable bytes, the largest findings first.
    pub findings: Vec<Finding>,
    /// The changes that avoid them: the user's own first, in each part the one that saves most
    /// first.
    pub changes: Vec<Change>,
    /// The base image.
    pub base: Base,
    /// The bytes of your layers by purpose.
    pub shares: Vec<Share>,
    /// True if the application was identified.
    pub application_known: bool,
    /// The program of the image; `None` if no contents were available.
    pub runtime: Option<Program>,
    /// The secrets; `None` if they were not searched.
    pub secrets: Option<Secrets>,
    /// The image as it is to be shown: with the secrets masked wherever their values occur; `None`
    /// if no text has one.
    pub shown: Option<Arc<Inspection>>,
    /// The size after each change, starting with the unchanged image.
    pub ladder: Vec<PossibleSize>,
    /// The input from which the ladder was computed.
    pub ladder_inputs: LadderInputs,
    /// The Dockerfile in stages, if one of the changes is a separate stage and the contents are
    /// known.
    pub staged: Option<Staged>,
    /// The place of the change for each pair of layers of which one adds bytes and the other removes them.
    by_layers: HashMap<(LayerIndex, LayerIndex), usize>,
}

/// The reason why an image cannot be studied.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// The given base image does not fit.
    #[error(transparent)]
    Base(#[from] BaseError),
    /// The study was cancelled.
    #[error(transparent)]
    Stopped(#[from] Error),
}

impl Study {
    /// Studies an image.
    ///
    /// # Errors
    ///
    /// An error if the given base image does not fit, or after a cancellation.
    pub fn assess(inspection: &Inspection, question: &Question) -> Result<Self, StudyError> {
        let base = base(inspection, question.base)?;
        Ok(Self::above(base, inspection, question)?)
    }

    /// Studies an image with the built-in rules and without further input, with or without a search
    /// for secrets.
    ///
    /// # Errors
    ///
    /// Only a cancellation.
    pub fn unprompted(
        inspection: &Inspection,
        contents: &dyn Contents,
        secrets: bool,
        progress: &Arc<Progress>,
    ) -> Result<Self, Error> {
        let rules = Rules::built_in();
        let question = Question {
            contents: Some(contents),
            progress: Some(progress),
            secrets,
            ..Question::with(&rules)
        };
        Self::above(detect(inspection), inspection, &question)
    }

    /// Returns the image as it is to be shown, without the values of its secrets.
    pub fn shown<'a>(&'a self, inspection: &'a Inspection) -> &'a Inspection {
        self.shown.as_deref().unwrap_or(inspection)
    }

    /// Returns the smallest of the possible sizes that keep the program as it is, and the size as
    /// built.
    pub fn smallest(&self) -> Option<(&PossibleSize, &PossibleSize)> {
        Some((&self.ladder[smallest_kept(&self.ladder)?], self.ladder.first()?))
    }

    /// Returns the visible bytes of the application, if it was identified.
    pub fn application_bytes(&self) -> Option<u64> {
        let share = self.shares.iter().find(|share| share.purpose == Purpose::Application);
        self.application_known.then(|| share.map_or(0, |share| share.bytes - share.wasted))
    }

    /// Studies an image whose base is known.
    fn above(mut base: Base, inspection: &Inspection, question: &Question) -> Result<Self, Error> {
        let unheeded = Arc::default();
        let progress = question.progress.unwrap_or(&unheeded);
        let tree = &inspection.tree;
        let rules = question.rules;
        let packages = question
            .contents
            .map(|contents| Packages::read(tree, contents, progress))
            .unwrap_or_default();
        let mut secrets = match question.secrets {
            true => Some(Secrets::find(inspection, question.contents, &packages, progress)?),
            false => None,
        };
        if let (Some(secrets), Some(others)) = (&mut secrets, question.masked) {
            secrets.values.join(others);
        }
        // From here on, no text has the value of a secret.
        let shown = secrets.as_ref().and_then(|secrets| inspection.masking(&secrets.values));
        let shown = shown.map(Arc::new);
        let inspection = shown.as_deref().unwrap_or(inspection);
        let mut matches = Matches::find(inspection, rules);
        let filesystem =
            question.contents.map(|contents| Filesystem::new(tree, contents, progress));
        base.find_references(filesystem.as_ref())?;
        let mut runtime = match &filesystem {
            Some(filesystem) => Some(Program::detect(filesystem, &inspection.run)?),
            None => None,
        };
        if let (Some(runtime), Some(secrets)) = (&mut runtime, &secrets) {
            runtime.mask(&secrets.values);
        }
        let known = (filesystem.as_ref(), runtime.as_ref());
        keep_used(inspection, base.layers, known, rules, &mut matches)?;
        let application = match (question.application, &runtime) {
            ([], Some(runtime)) => &runtime.application.files,
            (given, _) => given,
        };
        let program = runtime.as_ref().and_then(|runtime| runtime.parts.clone());
        let started = runtime.as_ref().map(|runtime| &runtime.application);
        let is_direct = started.is_some_and(|started| started.direct.is_some());
        let mut installed = match &filesystem {
            Some(filesystem) if is_direct || matches.has_build_files(rules) => {
                Installed::find(inspection, base.layers, filesystem)?
            }
            _ => Installed::default(),
        };
        if let Some(started) = started {
            // What comes with a program that a container starts cannot be left out.
            let files = started.started().map(|file| file.node);
            matches.keep_packages(rules, installed.needed_by(files));
        }
        let surplus = match &filesystem {
            Some(filesystem) => {
                let known = (&installed, started);
                surplus(inspection, base.layers, filesystem, &rules.tools, known)?
            }
            None => Vec::new(),
        };
        // What npm calls packages for development is one change, and no optional one beside it.
        let development = Surplus::inodes_of(&surplus, SurplusKind::Development);
        matches.keep_packages(rules, development.map(|inode| tree.node_of(inode)).collect());
        let (shares, (merges, mut findings)) = join(
            || shares(inspection, rules, &matches, base.layers, application, &packages),
            || {
                let merges = Merges::find(inspection, &wasted_groups(inspection), base.layers);
                let findings =
                    findings_of(inspection, rules, &matches, &merges, base.layers, &packages);
                (merges, findings)
            },
        );
        let of_stages = match (&filesystem, &runtime) {
            (Some(filesystem), Some(program)) if findings.iter().any(is_of_a_stage) => {
                if installed.layers.is_empty() {
                    installed = Installed::find(inspection, base.layers, filesystem)?;
                }
                Some(Evidence::of_stages(
                    inspection,
                    base.layers,
                    filesystem,
                    program,
                    (&findings, &installed),
                )?)
            }
            _ => None,
        };
        let interpreted = of_stages.as_ref().and_then(|evidence| evidence.interpreted.as_ref());
        // The Dockerfile that the history shows, which all drafts start from.
        let target = OnceCell::new();
        let target =
            || target.get_or_init(|| Target::rebuilt(inspection, "Dockerfile".into(), &base));
        // What a RUN reads decides whether a copy can come before it.
        let known = match (&of_stages, &filesystem) {
            (Some(evidence), _) => evidence.texts.clone(),
            (None, Some(filesystem)) if runs_around_copies(inspection, base.layers) => {
                Texts::read(inspection, base.layers, filesystem)?
            }
            (None, _) => Texts::default(),
        };
        let texts = Evidence { texts: known, ..Evidence::default() };
        let copied_first = match merges.ranges_with_rewrites(inspection, base.layers) {
            ranges if ranges.is_empty() => HashSet::new(),
            ranges => copied_first(inspection, target(), &texts, &ranges),
        };
        let mut inputs = LadderInputs {
            copied_first,
            merges,
            surplus,
            names_no_application: runtime.as_ref().is_some_and(|it| it.application.is_unnamed()),
            taken_over: interpreted.and_then(|it| Some(it.as_ref().ok()?.taken_over())),
            ..LadderInputs::gather(inspection, &base, &findings, program)
        };
        let judged = Judged { rules, matches: &matches, findings: &findings };
        inputs.leftovers.extend(also(inspection, judged, base.layers));
        let mut ladder = climb(inspection, &inputs);
        let mut changes = changes(inspection, judged, &ladder, &inputs, base.layers);
        settle(&mut findings, &changes);
        name_others(inspection, &findings, &inputs.surplus, &packages, &mut changes);
        // A shell or an interpreter that is given nothing to run is no application.
        let application_known = !application.is_empty() && !inputs.names_no_application;
        let assessed = Assessed {
            findings: &findings,
            changes: &changes,
            ladder: &ladder,
            surplus: &inputs.surplus,
            interpreted: interpreted.cloned(),
            texts: texts.texts,
        };
        let known = (filesystem.as_ref(), runtime.as_ref());
        let evidence = Evidence::known(inspection, base.layers, known, assessed)?;
        let staged = of_stages.and_then(|evidence| staged(inspection, target(), &evidence));
        let rulings = judge(inspection, target, &evidence, (rules, &matches));
        for (change, ruling) in changes.iter_mut().zip(rulings) {
            let is_drafted = matches!(ruling, Some(Ruling::Drafted(_)));
            obey(change, ruling);
            let is_meant = change.extent == Extent::Merge || is_drafted;
            change.draft = change
                .combines(inspection)
                .filter(|_| is_meant)
                .and_then(|ends| combined(inspection, target(), &evidence, ends));
        }
        let is_script = inputs.program.as_ref().is_some_and(|it| it.start.is_script());
        grade_sizes(inspection, (&changes, &findings), &mut ladder, is_script);
        let by_layers = by_layers(&changes, &findings);
        Ok(Self {
            by_layers,
            findings,
            changes,
            base,
            shares,
            application_known,
            runtime,
            secrets,
            shown,
            ladder,
            ladder_inputs: inputs,
            staged,
        })
    }
}

impl Study {
    /// Returns the change that avoids a finding, by its position in the list.
    pub fn change_of(&self, finding: usize) -> Option<&Change> {
        self.changes.iter().find(|change| change.findings.contains(&finding))
    }

    /// Returns the change for the bytes that one layer adds and another removes: the merge of these
    /// layers, or the change that avoids most of them.
    pub fn change_for(&self, added_in: LayerIndex, removed_in: LayerIndex) -> Option<&Change> {
        self.changes.get(*self.by_layers.get(&(added_in, removed_in))?)
    }
}

/// Why a person has to look at a second Dockerfile for an interpreted program.
const UNTESTED: &str = " Test whether the program uses any of them.";

/// Gives a change the grade that follows from drafting it.
fn obey(change: &mut Change, ruling: Option<Ruling>) {
    match ruling {
        Some(Ruling::Drafted(certainty)) => {
            change.needs_a_look = false;
            change.certainty = change.certainty.weaker(&certainty).clone();
        }
        Some(Ruling::Untested) => {
            change.needs_a_look = true;
            change.why.push_str(UNTESTED);
        }
        Some(Ruling::NeedsALook) => change.needs_a_look = true,
        None => {}
    }
}

/// Returns the advice on a group of wasted bytes, with the saving of the whole change.
pub fn for_group(
    inspection: &Inspection,
    merges: &Merges,
    study: Option<&Study>,
    group: &WastedGroup,
) -> SuggestedChange {
    let (added_in, removed_in) = (group.added_in, group.removed_in);
    if let Some(change) = study.and_then(|study| study.change_for(added_in, removed_in)) {
        return change.fix.clone();
    }
    let plain = SuggestedChange::for_wasted(inspection, merges, added_in, removed_in, group.reason);
    SuggestedChange { saves: plain.saves.max(group.bytes), ..plain }
}

/// Returns whether a separate stage would leave out the files of a finding.
fn is_of_a_stage(finding: &Finding) -> bool {
    finding.whose == Whose::Own && finding.fate == Fate::Left && finding.fix.is_stage()
}
