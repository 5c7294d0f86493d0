//! Limits: what is measured, and the bound that it is held to.

use super::exception::Exception;
use super::{Found, Quantity};
use crate::advice::findings::{Level, Rules};
use crate::display::{Escaped, escaped_str, listed, percent, plural};
use crate::secret::kinds;
use crate::toml_file::{UnknownName, nearest, unknown};

/// The levels of findings, by which a limit can select them.
const LEVELS: [Level; 4] = [Level::Leftovers, Level::Toolchain, Level::Build, Level::Documentation];

/// The findings that a limit counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// Those of a rule or a signature.
    Rule(String),
    /// Those of a level.
    Level(Level),
}

impl Selector {
    /// Reads the name of a level, or the ID of a rule.
    pub fn parse(text: &str) -> Self {
        let level = LEVELS.into_iter().find(|level| level.name() == text);
        level.map_or_else(|| Self::Rule(text.to_owned()), Self::Level)
    }

    /// Returns the name.
    pub fn name(&self) -> &str {
        match self {
            Self::Rule(rule) => rule,
            Self::Level(level) => level.name(),
        }
    }
}

/// A number of an image that can have a limit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Measure {
    /// The size of the image.
    Size,
    /// The download size.
    Download,
    /// The wasted bytes.
    Wasted,
    /// The wasted part of the size.
    WastedShare,
    /// The wasted bytes as a part of the layers above the first one, as dive counts them.
    UserWastedShare,
    /// The visible part of the size.
    Efficiency,
    /// The avoidable bytes of your layers.
    Avoidable,
    /// The size of your layers.
    Own,
    /// The number of layers.
    Layers,
    /// The size of the largest layer.
    LargestLayer,
    /// The difference to the baseline in bytes.
    Growth,
    /// The difference to the baseline as a part of the baseline.
    GrowthShare,
    /// The size of a path and everything below it.
    Budget(String),
    /// The bytes of findings in your layers.
    Finding(Selector),
    /// The age of the base image.
    BaseAge,
    /// The name of the base image.
    BaseName,
    /// The number of secrets.
    Secrets,
}

impl Measure {
    /// Returns the key in the file of limits, which reports use, too.
    pub fn key(&self) -> &'static str {
        match self {
            Self::Size => "size",
            Self::Download => "download",
            Self::Wasted => "wasted",
            Self::WastedShare => "wasted-share",
            Self::UserWastedShare => "user-wasted-share",
            Self::Efficiency => "efficiency",
            Self::Avoidable => "avoidable",
            Self::Own => "own",
            Self::Layers => "layers",
            Self::LargestLayer => "layer",
            Self::Growth => "growth",
            Self::GrowthShare => "growth-share",
            Self::Budget(_) => "budget",
            Self::Finding(_) => "finding",
            Self::BaseAge => "base-age",
            Self::BaseName => "base",
            Self::Secrets => "secrets",
        }
    }

    /// Returns the path, rule or level that is measured, not escaped; `None` for the image.
    pub fn subject(&self) -> Option<&str> {
        match self {
            Self::Budget(path) => Some(path),
            Self::Finding(selector) => Some(selector.name()),
            _ => None,
        }
    }

    /// Names the number in a sentence, escaped for display.
    pub fn words(&self) -> String {
        match self {
            Self::Size => "size".into(),
            Self::Download => "download size".into(),
            Self::Wasted | Self::WastedShare => "wasted".into(),
            Self::UserWastedShare => "wasted, of the layers above the first,".into(),
            Self::Efficiency => "efficiency".into(),
            Self::Avoidable => "avoidable".into(),
            Self::Own => "your layers".into(),
            Self::Layers => "number of layers".into(),
            Self::LargestLayer => "largest layer".into(),
            Self::Growth | Self::GrowthShare => "growth".into(),
            Self::Budget(path) => escaped_str(path).into(),
            Self::Finding(selector) => format!("finding {}", escaped_str(selector.name())),
            Self::BaseAge => "age of the base image".into(),
            Self::BaseName => "base image".into(),
            Self::Secrets => "secrets".into(),
        }
    }

    /// Returns whether the value must not be below the limit, instead of above it.
    pub fn is_minimum(&self) -> bool {
        matches!(self, Self::Efficiency)
    }

    /// Returns whether the value is a sum of sizes, which unread parts of an image change.
    pub fn depends_on_sizes(&self) -> bool {
        !matches!(self, Self::Layers | Self::BaseAge | Self::BaseName)
    }

    /// Returns whether unread parts of an image can only increase the value.
    pub fn only_increases(&self) -> bool {
        matches!(
            self,
            Self::Size
                | Self::Wasted
                | Self::Own
                | Self::LargestLayer
                | Self::Layers
                | Self::Secrets
        )
    }
}

/// The bound of a limit.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// A size or a share.
    Quantity(Quantity),
    /// A number of layers.
    Count(u64),
    /// An age in days.
    Days(u64),
    /// Globs, one of which the name of the base image has to match.
    Names(Vec<String>),
}

impl Bound {
    /// Formats the bound as the user wrote it, escaped for display.
    pub fn written(&self) -> String {
        match self {
            Self::Quantity(quantity) => quantity.written(),
            Self::Count(count) => count.to_string(),
            Self::Days(days) => plural(usize::try_from(*days).unwrap_or(usize::MAX), "day"),
            Self::Names(names) => {
                names.iter().map(|name| escaped_str(name)).collect::<Vec<_>>().join(", ")
            }
        }
    }

    /// Formats the bound as the user wrote it, and a size in these units, too, if its own are not of
    /// the same kind: `20 MB = 19.1 MiB`.
    pub fn shown(&self, units: crate::Units) -> String {
        let written = self.written();
        match self {
            Self::Quantity(Quantity::Bytes(bytes, _)) if are_of_another_kind(&written, units) => {
                format!("{written} = {}", units.size(*bytes))
            }
            _ => written,
        }
    }

    /// Returns whether a value is beyond the bound; `None` if they cannot be compared.
    pub(super) fn is_exceeded_by(&self, found: &Found, is_minimum: bool) -> Option<bool> {
        match (self, found) {
            (Self::Quantity(Quantity::Bytes(most, _)), Found::Bytes(amount)) => {
                Some(amount.bytes() > *most)
            }
            (Self::Quantity(Quantity::Bytes(most, _)), Found::Change(change)) => {
                Some(u64::try_from(*change).is_ok_and(|growth| growth > *most))
            }
            (Self::Quantity(Quantity::Share(least)), Found::Share(share)) if is_minimum => {
                Some(share < least)
            }
            (Self::Quantity(Quantity::Share(most)), Found::Share(share)) => Some(share > most),
            (Self::Count(most), Found::Count(count)) => Some(count > most),
            (Self::Days(most), Found::Days(days)) => Some(days > most),
            (Self::Names(names), Found::Name(name, references)) => {
                let mut all = [name].into_iter().chain(references);
                Some(!all.any(|name| names.iter().any(|glob| matches(glob, name.raw()))))
            }
            _ => None,
        }
    }

    /// Formats the distance of a value beyond the bound; `None` for names.
    pub fn over(&self, found: &Found, units: crate::Units) -> Option<String> {
        match (self, found) {
            (Self::Quantity(Quantity::Bytes(most, _)), Found::Bytes(amount)) => {
                Some(units.size(amount.bytes().saturating_sub(*most)))
            }
            (Self::Quantity(Quantity::Bytes(most, _)), Found::Change(change)) => {
                Some(units.size(u64::try_from(*change).unwrap_or(0).saturating_sub(*most)))
            }
            (Self::Quantity(Quantity::Share(bound)), Found::Share(share)) if share.is_finite() => {
                Some(format!("{:.1} points", (share - bound).abs() * 100.0))
            }
            (Self::Count(most), Found::Count(count)) => {
                Some(count.saturating_sub(*most).to_string())
            }
            (Self::Days(most), Found::Days(days)) => Some(plural(
                usize::try_from(days.saturating_sub(*most)).unwrap_or(usize::MAX),
                "day",
            )),
            _ => None,
        }
    }
}

/// Returns whether a size is written in powers of 1000, and these units are powers of 1024, or the
/// other way round. Bytes are of both kinds.
fn are_of_another_kind(size: &str, units: crate::Units) -> bool {
    let unit = size.split(' ').next_back().unwrap_or_default().to_ascii_lowercase();
    let is_plain = matches!(&*unit, "" | "b") || size == "0";
    let is_binary = unit.trim_end_matches('b').ends_with('i');
    !is_plain && is_binary != (units == crate::Units::Iec)
}

/// Matches the name of a base image with a glob, without regard to case.
fn matches(glob: &str, name: &str) -> bool {
    let glob =
        globset::GlobBuilder::new(glob).case_insensitive(true).literal_separator(false).build();
    glob.is_ok_and(|glob| glob.compile_matcher().is_match(name))
}

/// A number of the image and its bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Limit {
    /// The number.
    pub measure: Measure,
    /// The bound.
    pub bound: Bound,
}

impl Limit {
    /// Formats what was found, in these units.
    pub fn shown(&self, found: &Found, units: crate::Units) -> String {
        match found {
            Found::Bytes(amount) => amount.text(units),
            Found::Change(change) if *change < 0 => {
                format!("-{}", units.size(change.unsigned_abs()))
            }
            Found::Change(change) => units.size(change.unsigned_abs()),
            // Something of nothing: waste in an image whose other layers have no files.
            Found::Share(share) if share.is_infinite() => "> 100 %".into(),
            Found::Share(share) => percent(*share),
            Found::Count(count) => count.to_string(),
            Found::Days(days) => plural(usize::try_from(*days).unwrap_or(usize::MAX), "day"),
            Found::Name(name, _) => name.escaped().into(),
        }
    }
}

/// The number of rules that a hint names.
const NEAREST: usize = 3;

/// A rule that neither the built-in rules nor the user's have.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {near}")]
pub struct UnknownRule {
    /// The rule, escaped for display.
    pub rule: Escaped,
    /// The most similar known rule.
    pub near: UnknownName,
    /// A few names that are more or less similar.
    pub nearest: Vec<String>,
}

impl UnknownRule {
    /// Returns a suggestion with names that there are.
    pub fn hint(&self) -> String {
        let levels: Vec<_> = LEVELS.iter().map(|level| level.name().to_owned()).collect();
        format!(
            "the levels are {}; rules with a similar name: {}",
            listed(&levels),
            listed(&self.nearest)
        )
    }
}

/// All limits of a check, and the exceptions from them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    /// The limits.
    pub limits: Vec<Limit>,
    /// The exceptions.
    pub exceptions: Vec<Exception>,
    /// True if some of the limits are rules of dive.
    pub of_dive: bool,
    /// True if a limit on secrets does not pass where archives or attestations were not searched.
    pub is_strict: bool,
}

impl Limits {
    /// Replaces limits by those of the command line, which take precedence.
    pub fn override_with(&mut self, given: Vec<Limit>) {
        self.limits.retain(|limit| !given.iter().any(|other| other.measure == limit.measure));
        self.limits.extend(given);
    }

    /// Leaves out the limits of these measures.
    pub fn leave_out(&mut self, measures: &[Measure]) {
        self.limits.retain(|limit| !measures.contains(&limit.measure));
    }

    /// Checks that all rules are known.
    ///
    /// # Errors
    ///
    /// [`UnknownRule`] names the first unknown rule.
    pub fn check_rules(&self, rules: &Rules) -> Result<(), UnknownRule> {
        let known = || {
            let rule = rules.list.iter().map(|rule| rule.id.as_str());
            let signature = rules.signatures.iter().map(|signature| signature.id.as_str());
            rule.chain(signature)
        };
        let selected = self.limits.iter().filter_map(|limit| match &limit.measure {
            Measure::Finding(Selector::Rule(rule)) => Some(rule.as_str()),
            _ => None,
        });
        let excepted = self.exceptions.iter().filter_map(|exception| exception.what.rule());
        // An exception may also name a kind of secret.
        let excepted = excepted.filter(|rule| !kinds().any(|kind| kind.id == **rule));
        let excepted: Vec<_> = excepted.collect();
        let all = selected.chain(excepted.iter().copied());
        match all.into_iter().find(|rule| known().all(|known| known != *rule)) {
            Some(rule) => {
                let of_secrets = kinds().map(|kind| kind.id.as_str());
                let of_secrets = of_secrets.filter(|_| excepted.contains(&rule));
                let names = known().chain(LEVELS.iter().map(|level| level.name()));
                let names = names.chain(of_secrets);
                let nearest = nearest(rule, known(), NEAREST);
                Err(UnknownRule {
                    rule: escaped_str(rule),
                    near: unknown("rule", rule, names),
                    nearest,
                })
            }
            None => Ok(()),
        }
    }

    /// Returns whether a measure has a limit.
    pub fn has(&self, measure: &Measure) -> bool {
        self.limits.iter().any(|limit| limit.measure == *measure)
    }
}
