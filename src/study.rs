//! What there is to say of an image beyond its account: findings, the base image, what bytes are for.
//!
//! Computed when it is asked for, from the [`Inspection`] alone or with the contents of files at hand.

use crate::analysis::Inspection;
use crate::base::{Base, BaseError, Given, Share, base, shares};
use crate::contents::Contents;
use crate::findings::{Finding, Matches, Rules, findings_of};
use crate::packages::Packages;
use crate::tree::NodeId;

/// What a study is made with.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// What is known of bytes that need not ship.
    pub rules: &'a Rules,
    /// What was said of the base image.
    pub base: Given<'a>,
    /// The contents of files; without them packages are not named.
    pub contents: Option<&'a dyn Contents>,
    /// Paths that are the application, as far as that is known.
    pub application: &'a [NodeId],
}

impl<'a> Question<'a> {
    /// A question to which nothing but the rules is given.
    pub fn with(rules: &'a Rules) -> Self {
        Self { rules, base: Given::Nothing, contents: None, application: &[] }
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
}

impl Study {
    /// Studies an image; an error says that what was given is not its base image.
    pub fn of(inspection: &Inspection, question: &Question) -> Result<Self, BaseError> {
        let base = base(inspection, question.base)?;
        let tree = &inspection.tree;
        let rules = question.rules;
        let matches = Matches::of(inspection, rules);
        let packages = question.contents.map(|contents| Packages::read(tree, contents)).unwrap_or_default();
        Ok(Self {
            findings: findings_of(inspection, rules, &matches, base.layers, &packages),
            shares: shares(inspection, rules, &matches, base.layers, question.application, &packages),
            application_known: !question.application.is_empty(),
            base,
        })
    }
}
