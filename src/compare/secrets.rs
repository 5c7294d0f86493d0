//! The secrets that an update brings, and those that it takes out of the image.

use std::collections::{BTreeMap, HashSet};

use super::DifferingFiles;
use crate::advice::secrets::{Place, Secrets};
use crate::analysis::Inspection;
use crate::display::{Escaped, escaped, escaped_str, plural, shown};
use crate::layer_index::LayerIndex;
use crate::recorded::SecretsRecord;
use crate::secret::{FoundValues, ValueHash};
use crate::tree::NodeId;

/// The most values that are looked for in the texts of an image.
const LOOKED_FOR: usize = 256;

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

/// The secrets of an image or of its report.
#[derive(Debug, Clone)]
pub struct ComparedSecrets {
    /// The secrets.
    pub list: Vec<ComparedSecret>,
    /// False if a part was not searched, so that there may be more of them.
    pub is_whole: bool,
    /// The values of another image's secrets that stand in the texts of this one.
    pub in_texts: HashSet<ValueHash>,
}

impl ComparedSecrets {
    /// Lists the secrets of an image.
    pub fn of_image(inspection: &Inspection, secrets: &Secrets) -> Self {
        let secret = |secret: &crate::advice::secrets::Secret| ComparedSecret {
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
        let list = secrets.list.iter().map(secret).collect();
        Self { list, is_whole: secrets.gaps().parts().is_empty(), in_texts: HashSet::new() }
    }

    /// Looks for the values of another image's secrets in the texts of this image, which are not masked yet:
    /// they are still there, whether or not they are told as secrets.
    pub fn look_for(&mut self, values: &FoundValues, inspection: &Inspection) {
        if !inspection.mentions(values) {
            return;
        }
        for value in values.iter().take(LOOKED_FOR) {
            let mut one = FoundValues::default();
            one.add(value.as_bytes());
            if inspection.mentions(&one) {
                self.in_texts.insert(ValueHash::new(value.as_bytes()));
            }
        }
    }

    /// Lists the secrets of a report.
    pub fn of_record(secrets: &SecretsRecord) -> Self {
        let secret = |secret: &crate::recorded::SecretRecord| ComparedSecret {
            what: secret.what.clone(),
            place: secret.whereabouts(),
            masked: secret.masked.clone(),
            layer: secret.layer,
            visible: secret.visible,
            key: (secret.place.clone(), secret.path.clone()),
            node: None,
            hash: None,
        };
        let list = secrets.found.iter().map(secret).collect();
        Self { list, is_whole: secrets.gaps().parts().is_empty(), in_texts: HashSet::new() }
    }
}

impl ComparedSecret {
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

/// The values of some secrets, to tell whether another one is among them. Without the values, the beginnings
/// that are shown decide; a short value has none.
struct Values<'a> {
    hashes: HashSet<ValueHash>,
    masked: HashSet<&'a Escaped>,
    is_by_place: bool,
}

impl<'a> Values<'a> {
    fn of(secrets: &'a [ComparedSecret], is_by_place: bool) -> Self {
        let masked = secrets.iter().map(|secret| &secret.masked);
        Self {
            hashes: secrets.iter().filter_map(|secret| secret.hash).collect(),
            masked: masked.filter(|masked| masked.chars().count() > 1).collect(),
            is_by_place,
        }
    }

    fn have(&self, secret: &ComparedSecret) -> bool {
        match (secret.hash, self.is_by_place) {
            (Some(hash), false) => self.hashes.contains(&hash),
            _ => self.masked.contains(&secret.masked),
        }
    }
}

/// Returns the visible files of two images that have different secrets, each with its path in both:
/// their contents differ, whatever size and time say.
pub fn differing_files(before: &ComparedSecrets, after: &ComparedSecrets) -> DifferingFiles {
    let mut files: BTreeMap<&Escaped, [Option<NodeId>; 2]> = BTreeMap::new();
    let mut values: BTreeMap<&Escaped, [HashSet<ValueHash>; 2]> = BTreeMap::new();
    for (side, secrets) in [&before.list, &after.list].into_iter().enumerate() {
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
    /// The secrets of the first image that are no longer at their places, while the second image still has
    /// their values elsewhere.
    pub moved: Vec<ComparedSecret>,
    /// True for the first image, and for the second, if it was not searched as a whole.
    pub has_gaps: [bool; 2],
    /// The number of secrets that both have.
    pub same: usize,
    /// True if one of both is a report, which has no values to compare.
    pub is_by_place: bool,
}

impl SecretChanges {
    /// Compares the secrets of two images; each counts as often as it is there.
    pub fn between(before: &ComparedSecrets, after: &ComparedSecrets) -> Self {
        let mut left = before.list.clone();
        let mut added = Vec::new();
        for secret in &after.list {
            match left.iter().position(|other| other.is_same(secret)) {
                Some(place) => drop(left.remove(place)),
                None => added.push(secret.clone()),
            }
        }
        let lacks_values = |side: &ComparedSecrets| side.list.iter().any(|it| it.hash.is_none());
        let is_by_place = lacks_values(before) || lacks_values(after);
        let mut values = Values::of(&after.list, is_by_place);
        values.hashes.extend(&after.in_texts);
        let (moved, removed) = left.into_iter().partition(|secret| values.have(secret));
        let same = after.list.len() - added.len();
        let has_gaps = [!before.is_whole, !after.is_whole];
        Self { added, removed, moved, has_gaps, same, is_by_place }
    }

    /// Says what changes, in a sentence or two; `None` if neither image has a secret. `first` is
    /// what the first image is called there.
    pub fn sentence(&self, first: &str) -> Option<Escaped> {
        let more = match self.added.len() {
            0 | 1 => Escaped::default(),
            count => shown!(", and {} more", count - 1),
        };
        self.said(first, |secret| shown!(": {} in {}{}", &secret.what, &secret.place, more))
    }

    /// Says the same beside a list of the new secrets, at most so many, if there are several: the sentence
    /// names none of them then.
    pub fn beside_list(&self, first: &str, most: usize) -> Option<(Escaped, Vec<Escaped>)> {
        if self.added.len() < 2 {
            return Some((self.sentence(first)?, Vec::new()));
        }
        let named = self.added.iter().take(most);
        let named = named.map(|secret| shown!("{} in {}", &secret.what, &secret.place));
        let more = self.added.len().checked_sub(most).filter(|&more| more > 0);
        let more = more.map(|more| shown!("and {} more", more));
        let sentence = self.said(first, |_| Escaped::default())?;
        Some((sentence, named.chain(more).collect()))
    }

    /// Says what changes; `named` goes on behind the number of the new secrets.
    fn said(&self, first: &str, named: impl FnOnce(&ComparedSecret) -> Escaped) -> Option<Escaped> {
        let mut sentences = Vec::new();
        if let [secret, others @ ..] = &self.added[..] {
            let count = plural(self.added.len(), "secret");
            let (count, first) = (escaped_str(&count), escaped_str(first));
            let lead = match (self.has_gaps[0], others) {
                (false, _) => shown!("Brings {} that {} does not have", count, first),
                (true, []) => {
                    shown!("{} was not found in {}, which was searched only in part", count, first)
                }
                (true, _) => {
                    shown!("{} were not found in {}, which was searched only in part", count, first)
                }
            };
            sentences.push(shown!("{}{}.", lead, named(secret)));
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
        if !self.moved.is_empty() {
            let count = escaped_str(&plural(self.moved.len(), "secret"));
            sentences.push(match self.moved.len() {
                1 => shown!(
                    "{} is no longer at its place, but its value is still in the image.",
                    count
                ),
                _ => shown!(
                    "{} are no longer at their places, but their values are still in the image.",
                    count
                ),
            });
        }
        if !self.removed.is_empty() {
            let count = escaped_str(&plural(self.removed.len(), "secret"));
            let verb = if self.removed.len() == 1 { "is" } else { "are" };
            sentences.push(match self.has_gaps[1] {
                true => shown!(
                    "{} of {} {} not found again, but the image was searched only in part.",
                    count,
                    escaped_str(first),
                    if self.removed.len() == 1 { "was" } else { "were" }
                ),
                false => shown!("{} {} no longer there.", count, verb),
            });
        }
        (!sentences.is_empty()).then(|| Escaped::join(sentences, " "))
    }
}
