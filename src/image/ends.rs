//! The end of a layer's tar, and what its digests tell about one that may have been cut or damaged.
//!
//! Go takes the end of the bytes at an entry's border for a clean end, and zeros for an end marker.
//! So a layer that was cut there, or overwritten with zeros, reads like a whole one; only its
//! digests tell the difference.

use std::sync::atomic::AtomicBool;

use super::Layer;
use super::read::{Digests, ReadLayer, TarEnd, digests};
use crate::display::{hex, shown};
use crate::warning::WarningKind;

impl Layer {
    /// Returns a warning if the tar of the layer, which could be read without a fault, is not the
    /// one that config and manifest name. Digests are only computed where the end of the tar raises
    /// a doubt.
    pub fn doubtful_end(&self, read: &ReadLayer, cancel: &AtomicBool) -> Option<WarningKind> {
        if read.end == TarEnd::Marked {
            return None;
        }
        let is_named = self.is_named(read, cancel);
        let (at, name) = (read.tar_bytes, self.name.clone());
        let not_named = "it is not the one that config and manifest name";
        match (read.end, is_named) {
            (TarEnd::Marked, _)
            | (_, Some(true))
            | (TarEnd::Empty | TarEnd::Followed | TarEnd::Loose, None) => None,
            (TarEnd::Unmarked, None) => {
                let problem = "the tar has no end marker, so it may have been cut short".into();
                Some(WarningKind::LayerCut { at, problem, name })
            }
            (TarEnd::Unmarked, Some(false)) => {
                let problem =
                    shown!("the tar has no end marker, and {}: it was cut short", not_named);
                Some(WarningKind::LayerCut { at, problem, name })
            }
            (TarEnd::Loose, Some(false)) => {
                let problem = shown!(
                    "the tar ends after an extended header without its entry, and {}",
                    not_named
                );
                Some(WarningKind::LayerCut { at, problem, name })
            }
            (TarEnd::Empty, Some(false)) => {
                let problem = shown!("the tar has no entries, and {}", not_named);
                Some(WarningKind::LayerDamaged { at: 0, problem, name })
            }
            (TarEnd::Followed, Some(false)) => {
                let problem = shown!("the tar ends before the end of the layer, and {}", not_named);
                Some(WarningKind::LayerDamaged { at, problem, name })
            }
        }
    }

    /// Returns whether the bytes have a digest that is named for them; `None` if that cannot be
    /// told.
    fn is_named(&self, read: &ReadLayer, cancel: &AtomicBool) -> Option<bool> {
        let is_sha256 = |digest: &&String| digest.starts_with("sha256:");
        let (digest, diff_id) =
            (self.digest.as_ref().filter(is_sha256), self.diff_id.as_ref().filter(is_sha256));
        if digest.is_none() && diff_id.is_none() {
            return None;
        }
        // What a registry sent was compared while it came.
        let checked = self.member.as_ref().and_then(|member| member.source.checked_digest());
        if checked.is_some() && checked.as_ref() == digest {
            return Some(true);
        }
        let computed;
        let Digests { stored, tar } = match &read.digests {
            Some(digests) => digests,
            None => {
                computed = digests(self.member.as_ref()?, read.compression, cancel)?;
                &computed
            }
        };
        let is = |named: Option<&String>, real: Option<&[u8; 32]>| {
            Some(named?.strip_prefix("sha256:")?.eq_ignore_ascii_case(&hex(real?)))
        };
        let compared = [is(digest, Some(stored)), is(diff_id, tar.as_ref())];
        compared.into_iter().flatten().reduce(|one, other| one || other)
    }
}
