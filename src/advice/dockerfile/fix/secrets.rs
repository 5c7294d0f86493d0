//! The secrets of the image, named before every change: a smaller image with them is no better.

use super::remark::wrapped;
use crate::advice::secrets::{Prevention, Secret, Secrets};
use crate::analysis::Inspection;
use crate::display::{Escaped, listed, plural, shown};
use crate::layer_index::LayerIndex;
use crate::tree::Reason;

/// The most secrets that are named in the text.
const NAMED: usize = 10;

/// A secret, and the way to build without it.
#[derive(Debug, Clone)]
pub struct NamedSecret {
    /// The kind or the name.
    pub what: Escaped,
    /// The place in words.
    pub place: Escaped,
    /// The masked value.
    pub masked: Escaped,
    /// The layer that has it; `None` for a part of the config.
    pub layer: Option<LayerIndex>,
    /// The layer that deletes or replaces it, too late.
    pub removed_in: Option<LayerIndex>,
    /// The way in which it does.
    pub reason: Option<Reason>,
    /// The sentence about revoking it.
    pub revoke: Escaped,
    /// The way to build without it.
    pub prevention: Prevention,
}

impl NamedSecret {
    /// Lists the secrets of an image.
    pub fn all(inspection: &Inspection, secrets: &Secrets) -> Vec<Self> {
        let named = |secret: &Secret| Self {
            what: secret.what(),
            place: secret.whereabouts(inspection),
            masked: shown!("{}", &secret.shown),
            layer: secret.added_in,
            removed_in: secret.removed_in,
            reason: secret.reason,
            revoke: secret.revoke(),
            prevention: Prevention::find(inspection, secret),
        };
        secrets.list.iter().map(named).collect()
    }

    /// Returns the layers in words; empty for a part of the config.
    fn layers(&self) -> String {
        match (self.layer, self.removed_in) {
            (Some(layer), Some(removed)) if removed > layer => {
                let verb = self.reason.map_or("deletes", Reason::verb);
                format!(" (layer {layer}; layer {removed} {verb} it too late)")
            }
            (Some(layer), _) => format!(" (layer {layer})"),
            (None, _) => String::new(),
        }
    }
}

/// Returns the paragraph on all secrets, as comments, above changes if there are any; secrets that are kept out in the same way are
/// said together.
pub(super) fn paragraph(secrets: &[NamedSecret], has_changes: bool) -> String {
    if secrets.is_empty() {
        return String::new();
    }
    let (count, them) =
        (plural(secrets.len(), "secret"), if secrets.len() == 1 { "it" } else { "them" });
    let below = match has_changes {
        true => format!("; the changes below do not take {them} out"),
        false => String::new(),
    };
    let mut out = wrapped(&format!(
        "{count}: anyone who can pull the image can read {them}. Revoke {them}, and build without {them}{below}."
    ));
    let mut groups: Vec<(&Prevention, Vec<&NamedSecret>)> = Vec::new();
    for secret in secrets.iter().take(NAMED) {
        match groups.iter_mut().find(|(way, _)| **way == secret.prevention) {
            Some((_, group)) => group.push(secret),
            None => groups.push((&secret.prevention, vec![secret])),
        }
    }
    for (way, group) in groups {
        let named: Vec<_> = group
            .iter()
            .map(|secret| format!("{} in {}{}", secret.what, secret.place, secret.layers()))
            .collect();
        out += &wrapped(&format!("{}: {}", listed(&named), way.what));
        let ignored = way.dockerignore.iter().map(|line| shown!("in .dockerignore: {}", line));
        let taken_out = way.take_out.iter().map(|line| shown!("instead of: {}", line));
        for line in taken_out.chain(way.dockerfile.iter().cloned()).chain(ignored) {
            // Lines that can be copied are never cut.
            out += &format!("#       {line}\n");
        }
    }
    if let more @ 1.. = secrets.len().saturating_sub(NAMED) {
        out += &format!(
            "# - and {} (`layerscope report --top 0` lists all)\n",
            plural(more, "more secret")
        );
    }
    out
}
