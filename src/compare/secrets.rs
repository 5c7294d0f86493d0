//! The secrets that an update brings, and those that it takes out of the image.

use std::collections::{BTreeMap, HashSet};

use super::DifferingFiles;
use crate::advice::secrets::{Place, Secrets};
use crate::analysis::Inspection;
use crate::display::{Escaped, escaped, escaped_str, plural, shown};
use crate::layer_index::LayerIndex;
use crate::recorded::SecretsRecord;
use crate::secret::ValueHash;
use crate::tree::NodeId;

/// A secret of an image or of its report, as far as both have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComparedSecret {
    /// The kind or the name: `npm token`, `value of DB_PASSWORD`.
    pub what: Escaped,
    /// The place in words.
    pub place: Escaped,
    /// The masked value.
    pub masked: Escaped,
    /// The layer that has it; `None` for a part of the config.
    pub layer: Option<usize>,
    /// True if a container sees it.
    pub visible: bool,
    /// The word for the place, and the path of a file: lines and entries of the history move.
    key: (Escaped, Option<Escaped>),
    /// The path of a visible file; `None` in a report.
    node: Option<NodeId>,
    /// The hash of the value; `None` in a report.
    hash: Option<ValueHash>,
}

impl ComparedSecret {
    /// Lists the secrets of an image.
    pub fn of_image(inspection: &Inspection, secrets: &Secrets) -> Vec<Self> {
        let secret = |secret: &crate::advice::secrets::Secret| Self {
            what: secret.what(),
            place: secret.whereabouts(inspection),
            masked: shown!("{}", &secret.shown),
            layer: secret.added_in.map(LayerIndex::get),
            visible: secret.is_visible(),
            key: (
                secret.place.word().into(),
                match &secret.place {
                    Place::File { node, .. } => Some(escaped(&inspection.tree.path(*node))),
                    _ => None,
                },
            ),
            node: match secret.place {
                Place::File { node, .. } if secret.is_visible() => Some(node),
                _ => None,
            },
            hash: Some(secret.hash),
        };
        secrets.list.iter().map(secret).collect()
    }

    /// Lists the secrets of a report.
    pub fn of_record(secrets: &SecretsRecord) -> Vec<Self> {
        let secret = |secret: &crate::recorded::SecretRecord| Self {
            what: secret.what.clone(),
            place: secret.whereabouts(),
            masked: secret.masked.clone(),
            layer: secret.layer,
            visible: secret.visible,
            key: (secret.place.clone(), secret.path.clone()),
            node: None,
            hash: None,
        };
        secrets.found.iter().map(secret).collect()
    }

    /// Returns whether it is the same secret at the same place. Without the values, the masked ones
    /// decide.
    fn is_same(&self, other: &Self) -> bool {
        let is_same_value = match (self.hash, other.hash) {
            (Some(hash), Some(other)) => hash == other,
            _ => self.masked == other.masked,
        };
        is_same_value && (&self.key, &self.what) == (&other.key, &other.what)
    }
}

/// Returns the visible files of two images that have different secrets, each with its path in both:
/// their contents differ, whatever size and time say.
pub fn differing_files(before: &[ComparedSecret], after: &[ComparedSecret]) -> DifferingFiles {
    let mut files: BTreeMap<&Escaped, [Option<NodeId>; 2]> = BTreeMap::new();
    let mut values: BTreeMap<&Escaped, [HashSet<ValueHash>; 2]> = BTreeMap::new();
    for (side, secrets) in [before, after].into_iter().enumerate() {
        for secret in secrets {
            let (Some(path), Some(node), Some(hash)) = (&secret.key.1, secret.node, secret.hash)
            else {
                continue;
            };
            files.entry(path).or_default()[side] = Some(node);
            values.entry(path).or_default()[side].insert(hash);
        }
    }
    let differs = |path: &&Escaped| values.get(path).is_some_and(|[one, two]| one != two);
    let files = files.into_iter().filter(|(path, _)| differs(path));
    files.filter_map(|(_, [one, two])| Some((one?, two?))).collect()
}

/// The difference between the secrets of two images.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecretChanges {
    /// The secrets that only the second image has.
    pub added: Vec<ComparedSecret>,
    /// The secrets that only the first image has.
    pub removed: Vec<ComparedSecret>,
    /// The number of secrets that both have.
    pub same: usize,
    /// True if one of both is a report, which has no values to compare.
    pub is_by_place: bool,
}

impl SecretChanges {
    /// Compares the secrets of two images; each counts as often as it is there.
    pub fn between(before: &[ComparedSecret], after: &[ComparedSecret]) -> Self {
        let mut removed = before.to_vec();
        let mut added = Vec::new();
        for secret in after {
            match removed.iter().position(|other| other.is_same(secret)) {
                Some(place) => drop(removed.remove(place)),
                None => added.push(secret.clone()),
            }
        }
        let lacks_values = |side: &[ComparedSecret]| side.iter().any(|it| it.hash.is_none());
        let is_by_place = lacks_values(before) || lacks_values(after);
        Self { same: after.len() - added.len(), added, removed, is_by_place }
    }

    /// Says what changes, in a sentence or two; `None` if neither image has a secret. `first` is
    /// what the first image is called there.
    pub fn sentence(&self, first: &str) -> Option<Escaped> {
        let mut sentences = Vec::new();
        if let [secret, others @ ..] = &self.added[..] {
            let count = plural(self.added.len(), "secret");
            let more = match others.len() {
                0 => Escaped::default(),
                more => shown!(", and {} more", more),
            };
            sentences.push(shown!(
                "Brings {} that {} does not have: {} in {}{}.",
                escaped_str(&count),
                escaped_str(first),
                &secret.what,
                &secret.place,
                more
            ));
        }
        if self.same > 0 {
            let count = escaped_str(&plural(self.same, "secret"));
            let is_one = self.same == 1;
            sentences.push(match self.is_by_place {
                true => shown!(
                    "{} {} the same place and beginning in both; {} not compared, because a report does not have {}.",
                    count,
                    if is_one { "has" } else { "have" },
                    if is_one { "its value is" } else { "their values are" },
                    if is_one { "it" } else { "them" }
                ),
                false => shown!("{} {} in both.", count, if is_one { "is" } else { "are" }),
            });
        }
        if !self.removed.is_empty() {
            let count = plural(self.removed.len(), "secret");
            let verb = if self.removed.len() == 1 { "is" } else { "are" };
            sentences.push(shown!("{} {} no longer there.", escaped_str(&count), verb));
        }
        (!sentences.is_empty()).then(|| Escaped::join(sentences, " "))
    }
}
