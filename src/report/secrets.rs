//! The secrets in the types of the JSON contract. No value is in it.

use serde::Serialize;

use super::json::lossless;
use crate::Inspection;
use crate::advice::secrets::{Place, Prevention, Secret, Secrets};
use crate::compare::{ComparedSecret, SecretChanges};
use crate::display::Escaped;
use crate::layer_index::LayerIndex;
use crate::secret::Masked;
use crate::tree::Reason;

#[derive(Debug, Serialize)]
pub struct SecretsPart {
    found: Vec<SecretPart>,
    unread_files: usize,
    cut_files: usize,
    unread_layers: usize,
    config_read: bool,
    config_cut: bool,
    unopened_archives: usize,
    unopened_attestations: usize,
}

/// The reason why secrets were not searched for.
const WHY_NOT_SEARCHED: &str = "--quick, --no-secrets or the configuration leaves it out";

/// The search for secrets: an absent list does not tell whether there was one.
#[derive(Debug, Serialize)]
pub struct SearchPart {
    searched: bool,
    /// The reason why it was left out.
    why: Option<&'static str>,
    count: Option<usize>,
    unread_files: Option<usize>,
}

impl SearchPart {
    pub fn new(secrets: Option<&Secrets>) -> Self {
        Self {
            searched: secrets.is_some(),
            why: secrets.is_none().then_some(WHY_NOT_SEARCHED),
            count: secrets.map(|secrets| secrets.list.len()),
            unread_files: secrets.map(|secrets| secrets.unread + secrets.cut),
        }
    }
}

#[derive(Debug, Serialize)]
struct SecretPart {
    kind: String,
    title: String,
    what: Escaped,
    place: &'static str,
    /// The place in words.
    r#where: Escaped,
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    path_hex: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    history_entry: Option<usize>,
    name: Option<Escaped>,
    layer: Option<LayerIndex>,
    removed_in: Option<LayerIndex>,
    reason: Option<&'static str>,
    visible: bool,
    masked: Masked,
    same_value_as: Option<usize>,
    see: Option<Escaped>,
    why: Escaped,
    revoke: Option<String>,
    fix: FixPart,
    sources: Vec<String>,
}

#[derive(Debug, Serialize)]
struct FixPart {
    what: Escaped,
    take_out: Option<Escaped>,
    dockerfile: Option<Escaped>,
    dockerignore: Option<Escaped>,
}

impl SecretsPart {
    pub fn new(inspection: &Inspection, secrets: &Secrets) -> Self {
        let found = secrets.list.iter().map(|secret| SecretPart::new(inspection, secret));
        Self {
            found: found.collect(),
            unread_files: secrets.unread + secrets.cut,
            cut_files: secrets.cut,
            unread_layers: secrets.unread_layers,
            config_read: !(secrets.lacks_config || secrets.has_cut_config),
            config_cut: secrets.has_cut_config,
            unopened_archives: secrets.archives,
            unopened_attestations: secrets.attestations,
        }
    }
}

impl SecretPart {
    fn new(inspection: &Inspection, secret: &Secret) -> Self {
        let (path, line) = match &secret.place {
            Place::File { node, line } => (Some(inspection.tree.path(*node)), *line),
            _ => (None, None),
        };
        let (path, path_hex) = path.map_or((None, None), |path| {
            let (text, hex) = lossless(&path);
            (Some(text), hex)
        });
        let history_entry = match secret.place {
            Place::BuildArgument { entry } | Place::History { entry, .. } => Some(entry),
            _ => None,
        };
        let fix = Prevention::find(inspection, secret);
        Self {
            kind: secret.kind.id.clone(),
            title: secret.kind.title.clone(),
            what: secret.what(),
            place: secret.place.word(),
            r#where: secret.whereabouts(inspection),
            path,
            path_hex,
            line,
            history_entry,
            name: secret.name.clone(),
            layer: secret.added_in,
            removed_in: secret.removed_in,
            reason: secret.reason.map(Reason::name),
            visible: secret.is_visible(),
            masked: secret.shown.clone(),
            same_value_as: secret.origin.map(|origin| origin.number),
            see: secret.see(inspection),
            why: secret.why(),
            revoke: Some(secret.kind.revoke.clone()).filter(|page| !page.is_empty()),
            fix: FixPart {
                what: fix.what,
                take_out: fix.take_out,
                dockerfile: fix.dockerfile,
                dockerignore: fix.dockerignore,
            },
            sources: secret.kind.sources.clone(),
        }
    }
}

/// The secrets in which an image differs from an earlier one.
#[derive(Debug, Serialize)]
pub struct SecretChangesPart<'a> {
    added: Vec<ChangedSecretPart<'a>>,
    removed: Vec<ChangedSecretPart<'a>>,
    moved: Vec<ChangedSecretPart<'a>>,
    same: usize,
    values_compared: bool,
}

#[derive(Debug, Serialize)]
struct ChangedSecretPart<'a> {
    what: &'a str,
    place: &'a str,
    masked: &'a str,
    layer: Option<usize>,
    visible: bool,
}

impl<'a> SecretChangesPart<'a> {
    pub fn new(changes: &'a SecretChanges) -> Self {
        let part = |secret: &'a ComparedSecret| ChangedSecretPart {
            what: &secret.what,
            place: &secret.place,
            masked: &secret.masked,
            layer: secret.layer,
            visible: secret.visible,
        };
        Self {
            added: changes.added.iter().map(part).collect(),
            removed: changes.removed.iter().map(part).collect(),
            moved: changes.moved.iter().map(part).collect(),
            same: changes.same,
            values_compared: !changes.is_by_place,
        }
    }
}
