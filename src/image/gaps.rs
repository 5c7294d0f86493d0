//! The parts of an image that its archive does not have, as far as they are known before any layer
//! is read.

use crate::escape::Untrusted;
use std::collections::HashSet;

use super::select::plain_name;
use super::{Image, Layer, LayerFormat};
use crate::display::{bytes, escaped_str, shown};
use crate::layer_index::LayerIndex;
use crate::warning::{Warning, WarningKind};

impl Layer {
    /// Returns the reason why the layer cannot be read at all; `None` if it can.
    pub fn unread(&self) -> Option<WarningKind> {
        let name = self.name.clone();
        Some(match (&self.member, &self.format) {
            (None, _) if self.foreign => WarningKind::LayerForeign,
            (None, _) if self.unreadable => {
                WarningKind::LayerUnreadable { name, why: self.absence.clone().unwrap_or_default() }
            }
            (None, _) => WarningKind::LayerAbsent { name, why: self.absence.clone() },
            (Some(_), LayerFormat::Tar) => return None,
            (_, LayerFormat::Encrypted) => WarningKind::LayerEncrypted,
            (_, LayerFormat::Nydus) => {
                WarningKind::LayerNotATar { found: "a part of a Nydus image".into() }
            }
            (_, LayerFormat::Other(media_type)) => WarningKind::LayerNotATar {
                found: shown!("what its media type says, {}", escaped_str(media_type)),
            },
        })
    }

    /// Returns a warning if the archive holds less of the layer than it or the manifest states.
    /// `stored` is the number of bytes that it holds, and `at` the place in the layer's tar that
    /// was reached.
    pub fn cut(&self, stored: u64, at: u64) -> Option<WarningKind> {
        let stated = self.size.unwrap_or(0);
        let problem = match self.member.as_ref().map_or(0, |member| member.missing) {
            0 => {
                let missing = stated.checked_sub(stored).filter(|&missing| missing > 0)?;
                let missing = escaped_str(&bytes(missing));
                shown!("the layer is {} shorter than its manifest says", missing)
            }
            missing => {
                let missing = escaped_str(&bytes(missing));
                shown!("the archive ends {} before the end of the layer", missing)
            }
        };
        Some(WarningKind::LayerCut { at, problem, name: self.name.clone() })
    }

    fn gap(&self) -> Option<WarningKind> {
        self.unread().or_else(|| self.cut(self.member.as_ref()?.extent.len, 0))
    }
}

impl Image {
    /// Returns the missing parts that are known before any layer is read.
    pub fn gaps(&self) -> Vec<Warning> {
        let own = self.warnings.iter().filter(|warning| warning.gap().is_some()).cloned();
        let of_layers = LayerIndex::numbered(&self.layers)
            .filter_map(|(i, layer)| Some(Warning::layer(i, layer.gap()?)));
        own.chain(of_layers).collect()
    }

    /// Returns whether the archive leaves out the layers by design: they are those of another
    /// platform of an image that it holds, as in what Docker saves of an image for several
    /// platforms.
    pub fn is_other_platform_of_held(&self, images: &[Self]) -> bool {
        let names = |image: &Self| -> HashSet<String> {
            let tags = image.tags.iter().map(|tag| plain_name(tag.raw()).to_owned());
            tags.chain(Untrusted::raw_words(&image.other_digests)).collect()
        };
        let own = names(self);
        let is_sibling =
            |image: &Self| image.platform != self.platform && !names(image).is_disjoint(&own);
        self.manifest.is_some()
            && self.layers.iter().all(|layer| layer.member.is_none())
            && images.iter().any(|image| image.is_held() && is_sibling(image))
    }
}
