//! Measures the numbers that limits are about.

use std::collections::BTreeSet;

use super::exception::{Named, below};
use super::{ExceptionState, ExceptionUse, Found, Limits, Measure, Subject};
use crate::advice::avoidable::Avoidable;
use crate::advice::base::Base;
use crate::advice::findings::{Finding, Whose};
use crate::advice::secrets::Secret;
use crate::analysis::{Inspection, LayerAccount, Wasted};
use crate::display::{DAY, Escaped, escaped_str, listed, ratio, seconds, shown};
use crate::layer_index::LayerIndex;
use crate::tree::VersionId;

/// The first time that is believed, in seconds since 1970: reproducible builds write 1970 or 1980.
const FIRST_TIME: i64 = 10 * 365 * DAY + DAY * 365;

/// The reason why a limit has no value.
pub(super) enum Missing {
    /// The value is not known.
    Unknown(Escaped),
    /// The limit does not apply.
    Skipped(Escaped),
}

/// The numbers of an image without what is excepted.
pub(super) struct Measures<'a> {
    pub subject: &'a Subject<'a>,
    /// The inodes and the secrets that are excepted.
    excepted: Named,
    /// True if what is never opened counts as not searched.
    is_strict: bool,
}

impl<'a> Measures<'a> {
    pub fn new(subject: &'a Subject<'a>, limits: &Limits) -> Self {
        let active = limits.exceptions.iter().filter(|exception| !exception.has_ended(subject.now));
        let mut excepted = Named::default();
        for exception in active {
            let named = exception.of_image(subject);
            excepted.inodes.extend(named.inodes);
            excepted.secrets.extend(named.secrets);
        }
        Self { subject, excepted, is_strict: limits.is_strict }
    }

    pub fn inspection(&self) -> &'a Inspection {
        self.subject.inspection
    }

    /// Returns whether an inode counts.
    fn counts(&self, inode: VersionId) -> bool {
        !self.excepted.inodes.contains(&inode)
    }

    /// Lists the exceptions with the bytes that each names.
    pub fn exceptions(&self, limits: &Limits) -> Vec<ExceptionUse> {
        let tree = &self.inspection().tree;
        let uses = limits.exceptions.iter().map(|exception| {
            let Named { inodes, secrets, others } = exception.of_image(self.subject);
            let (bytes, secrets) = (inodes.iter().map(|&it| tree.size(it)).sum(), secrets.len());
            let state = match (bytes, secrets) {
                _ if exception.has_ended(self.subject.now) => ExceptionState::Ended,
                (0, 0) => ExceptionState::Unused,
                _ => ExceptionState::Used,
            };
            ExceptionUse {
                exception: exception.clone(),
                state,
                bytes,
                secrets,
                other_secrets: others.len(),
                other_rules: others.into_iter().collect::<BTreeSet<_>>().into_iter().collect(),
            }
        });
        uses.collect()
    }

    /// Returns a value, if it is known.
    pub fn value(&self, measure: &Measure) -> Option<Found> {
        self.find(measure).ok()
    }

    /// Returns whether sums are exact, or what is missing of them is accepted.
    pub fn is_certain(&self) -> bool {
        self.inspection().completeness.sizes_are_exact() || self.subject.is_whole()
    }

    pub fn find(&self, measure: &Measure) -> Result<Found, Missing> {
        let inspection = self.inspection();
        let amount = |bytes| Ok(Found::Bytes(inspection.amount(bytes)));
        let size = inspection.totals.size;
        match measure {
            Measure::Size => amount(size),
            Measure::Download => self.download(),
            Measure::Wasted => amount(self.wasted().map(|wasted| wasted.bytes).sum()),
            Measure::WastedShare => Ok(Found::Share(self.share_of(size))),
            Measure::UserWastedShare => {
                let above: u64 = inspection.layers.iter().skip(1).map(|layer| layer.size).sum();
                Ok(Found::Share(self.share_of(above)))
            }
            Measure::Efficiency => Ok(Found::Share(1.0 - self.share_of(size))),
            Measure::Avoidable => amount(self.avoidable()),
            Measure::Own => amount(self.own_layers().map(|(_, layer)| layer.size).sum()),
            Measure::Layers => Ok(Found::Count(inspection.layers.len() as u64)),
            Measure::LargestLayer => {
                amount(inspection.layers.iter().map(|layer| layer.size).max().unwrap_or(0))
            }
            Measure::Growth => Ok(Found::Change(self.growth()?.0)),
            Measure::GrowthShare => Ok(Found::Share(self.growth()?.1)),
            Measure::Budget(path) => {
                amount(self.below(path).map(|inode| inspection.tree.size(inode)).sum())
            }
            Measure::Finding(_) => {
                amount(self.findings_of(measure).map(|finding| self.counted(finding)).sum())
            }
            Measure::BaseAge => self.base_age(),
            Measure::Secrets if self.subject.study.secrets.is_none() => {
                Err(Missing::Unknown("secrets were not searched (--quick or --no-secrets)".into()))
            }
            Measure::Secrets => Ok(Found::Count(self.secrets().count() as u64)),
            Measure::BaseName => match &self.subject.study.base {
                Base { name: Some(name), references, .. } => {
                    Ok(Found::Name(name.clone(), references.clone()))
                }
                _ => Err(Missing::Unknown(
                    "the name of the base image is not recorded in the image".into(),
                )),
            },
        }
    }

    /// Returns the download size: as stored, or as measured.
    fn download(&self) -> Result<Found, Missing> {
        let inspection = self.inspection();
        let is_stored = |layer: &LayerAccount| layer.size == 0 || layer.is_compressed();
        let measured = self.subject.download.and_then(crate::analysis::download::Download::bytes);
        match measured {
            Some(bytes) => Ok(Found::Bytes(inspection.amount(bytes))),
            None if inspection.layers.iter().all(is_stored) => {
                Ok(Found::Bytes(inspection.amount(inspection.totals.stored_bytes)))
            }
            None => Err(Missing::Unknown(
                "the archive has uncompressed layers, which a registry would not".into(),
            )),
        }
    }

    /// Returns the wasted inodes that count.
    pub fn wasted(&self) -> impl Iterator<Item = &'a Wasted> {
        self.inspection().wasted.iter().filter(|wasted| self.counts(wasted.version))
    }

    fn share_of(&self, whole: u64) -> f64 {
        let wasted: u64 = self.wasted().map(|wasted| wasted.bytes).sum();
        // Nothing of nothing is nothing; something of nothing exceeds every limit.
        if wasted == 0 { 0.0 } else { ratio(wasted, whole) }
    }

    /// Adds up what changes in your layers save together.
    fn avoidable(&self) -> u64 {
        let (inspection, study) = (self.inspection(), self.subject.study);
        if self.excepted.inodes.is_empty() {
            return Avoidable::measure(study).own;
        }
        let inodes = Avoidable::own_inodes(study).into_iter();
        let counted = inodes.filter(|&inode| self.counts(inode));
        counted.map(|inode| inspection.tree.size(inode)).sum()
    }

    /// Returns the layers above the base image with their indices.
    pub fn own_layers(&self) -> impl Iterator<Item = (LayerIndex, &'a LayerAccount)> {
        LayerIndex::numbered(&self.inspection().layers).skip(self.subject.study.base.layers)
    }

    /// Returns the findings in your layers, the largest first.
    pub fn own_findings(&self) -> impl Iterator<Item = &'a Finding> {
        let study = self.subject.study;
        study
            .findings
            .iter()
            .filter(|finding| finding.whose == Whose::Own && self.counted(finding) > 0)
    }

    /// Returns the indices of the findings in your layers of which something counts.
    pub fn counted_findings(&self) -> Vec<usize> {
        let findings = self.subject.study.findings.iter().enumerate();
        let counts = |finding: &Finding| finding.whose == Whose::Own && self.counted(finding) > 0;
        findings.filter(|(_, finding)| counts(finding)).map(|(index, _)| index).collect()
    }

    /// Says what was not searched for secrets, so that their number may be larger.
    pub fn unsearched(&self, measure: &Measure) -> Option<Escaped> {
        let secrets = self.subject.study.secrets.as_ref()?;
        let gaps = secrets.gaps();
        let closed = if self.is_strict { gaps.closed() } else { Vec::new() };
        let is_one = if closed.is_empty() { gaps.is_one() } else { gaps.count() == 0 };
        let verb = if is_one && closed.len() < 2 { "was" } else { "were" };
        let parts: Vec<_> = gaps.parts().into_iter().chain(closed).collect();
        (*measure == Measure::Secrets && !parts.is_empty()).then(|| {
            let parts = escaped_str(&listed(&parts));
            let limit = secrets.limit.filter(|_| secrets.unread > 0);
            let limit = limit.map_or_else(Escaped::default, |limit| {
                shown!(" (of uncompressed layers, at most {} are searched)", limit)
            });
            shown!("{} {} not searched for secrets{}", parts, verb, limit)
        })
    }

    /// Returns the secrets that count, the deleted ones first, with their numbers in the list of all.
    pub fn secrets(&self) -> impl Iterator<Item = (usize, &'a Secret)> {
        let secrets = self.subject.study.secrets.iter().flat_map(|secrets| &secrets.list);
        secrets.enumerate().filter(|(number, _)| !self.excepted.secrets.contains(number))
    }

    /// Returns the findings that a measure selects.
    pub fn findings_of<'m>(
        &'m self,
        measure: &'m Measure,
    ) -> impl Iterator<Item = &'a Finding> + 'm {
        self.own_findings().filter(move |finding| match measure {
            Measure::Finding(super::Selector::Rule(rule)) => finding.rule == *rule,
            Measure::Finding(super::Selector::Level(level)) => finding.level == *level,
            _ => false,
        })
    }

    /// Returns the bytes of a finding that count.
    pub fn counted(&self, finding: &Finding) -> u64 {
        if self.excepted.inodes.is_empty() {
            return finding.bytes;
        }
        let tree = &self.inspection().tree;
        let counted = finding.inodes.iter().filter(|&&inode| self.counts(inode));
        counted.map(|&inode| tree.size(inode)).sum()
    }

    /// Returns the inodes at and below a path that count, in all layers.
    pub fn below(&self, path: &str) -> impl Iterator<Item = VersionId> {
        let tree = &self.inspection().tree;
        let below = below(tree, path);
        tree.inodes().filter(move |&inode| below[tree.node_of(inode).index()] && self.counts(inode))
    }

    /// Returns the growth in bytes, and as a part of the baseline.
    fn growth(&self) -> Result<(i64, f64), Missing> {
        let Some(baseline) = self.subject.baseline else {
            return Err(Missing::Skipped("no --baseline is given".into()));
        };
        if !baseline.exact {
            return Err(Missing::Unknown(shown!(
                "not all of the baseline {} was read",
                &baseline.name
            )));
        }
        let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
        let growth = signed(self.inspection().totals.size).saturating_sub(signed(baseline.size));
        let share = ratio(growth.unsigned_abs(), baseline.size.max(1));
        Ok((growth, if growth < 0 { -share } else { share }))
    }

    fn base_age(&self) -> Result<Found, Missing> {
        let inspection = self.inspection();
        let layers = self.subject.study.base.layers;
        if layers == 0 {
            return Err(Missing::Unknown(
                "no base image is recognized (--base-layers N says how large it is)".into(),
            ));
        }
        let made_layers = inspection.history.iter().filter(|entry| entry.empty_layer != Some(true));
        let created = made_layers
            .take(layers)
            .filter_map(|entry| entry.created.as_ref().and_then(|time| seconds(time.raw())))
            .max();
        match created.filter(|&created| created > FIRST_TIME) {
            Some(created) => {
                let days = self.subject.now.saturating_sub(created).max(0) / DAY;
                Ok(Found::Days(days.unsigned_abs()))
            }
            None => Err(Missing::Unknown(
                "the history does not record when the base image was built".into(),
            )),
        }
    }
}
