//! Compares sizes and digests with those that manifest and config name. What could not be compared
//! is neither verified nor wrong.

use crate::display::{Escaped, escaped_str, hex, shown};
use crate::image::{Digests, Layer, ReadLayer};
use crate::layer_index::LayerIndex;
use crate::warning::{Gap, WarningKind};

/// The result of a verification, besides what is wrong.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verification {
    /// The number of layers of which everything that is named was compared.
    pub layers: usize,
    /// The number of sizes that were compared.
    pub sizes: usize,
    /// The number of digests of stored bytes that were compared.
    pub digests: usize,
    /// The number of diff IDs that were compared.
    pub diff_ids: usize,
    /// Everything that could not be compared.
    pub unverified: Vec<Unverified>,
}

/// Something that could not be verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unverified {
    /// The layer, counted from 0; `None` for the image as a whole.
    pub layer: Option<LayerIndex>,
    /// The gap that is the cause, if it is one.
    pub gap: Option<Gap>,
    /// The cause, as a clause.
    pub reason: Escaped,
}

impl Verification {
    /// Returns true if something could not be verified for another cause than those in `accepted`.
    pub fn is_short_of(&self, accepted: &[Gap]) -> bool {
        self.unverified.iter().any(|part| part.gap.is_none_or(|gap| !accepted.contains(&gap)))
    }

    /// Notes that nothing of a layer could be verified.
    pub(super) fn unread(
        &mut self,
        layer: LayerIndex,
        gap: Option<Gap>,
        reason: impl Into<Escaped>,
    ) {
        self.unverified.push(Unverified { layer: Some(layer), gap, reason: reason.into() });
    }

    /// Compares a layer that was read; returns the differences.
    pub(super) fn check(
        &mut self,
        i: LayerIndex,
        layer: &Layer,
        read: &ReadLayer,
    ) -> Vec<WarningKind> {
        let before = self.unverified.len();
        let mut found = Vec::new();
        if let Some(size) = layer.size {
            self.sizes += 1;
            if size != read.stored_bytes {
                found.push(WarningKind::LayerSizeMismatch { real: read.stored_bytes, named: size });
            }
        }
        let gap = read.fault.as_ref().and_then(|fault| fault.warning(&Escaped::default()).gap());
        let digests = read.digests.as_ref();
        let stored = digests.map(|digests: &Digests| digests.stored);
        let tar = digests.and_then(|digests| digests.tar);
        match compare(layer.digest.as_deref(), stored) {
            Compared::Nothing => {}
            Compared::Same => self.digests += 1,
            Compared::Other { named, real } => {
                self.digests += 1;
                found.push(WarningKind::LayerDigestMismatch { real, named });
            }
            Compared::Impossible(why) => {
                self.cannot(i, gap, shown!("its digest cannot be compared: {}", why));
            }
        }
        match compare(layer.diff_id.as_deref(), tar) {
            Compared::Nothing => {}
            Compared::Same => self.diff_ids += 1,
            Compared::Other { named, real } => {
                self.diff_ids += 1;
                found.push(WarningKind::DiffIdMismatch { real, named });
            }
            Compared::Impossible(why) => {
                self.cannot(i, gap, shown!("its diff ID cannot be compared: {}", why));
            }
        }
        for reason in &layer.unverifiable {
            self.cannot(i, None, reason.clone());
        }
        if layer.digest.is_none() && layer.diff_id.is_none() {
            self.cannot(i, None, "neither manifest nor config has a digest of it".into());
        }
        self.layers += usize::from(self.unverified.len() == before);
        found
    }

    fn cannot(&mut self, layer: LayerIndex, gap: Option<Gap>, reason: Escaped) {
        self.unverified.push(Unverified { layer: Some(layer), gap, reason });
    }
}

enum Compared {
    /// No digest is named.
    Nothing,
    Same,
    Other {
        named: Escaped,
        real: Escaped,
    },
    /// No comparison is possible, for this reason.
    Impossible(Escaped),
}

fn compare(named: Option<&str>, real: Option<[u8; 32]>) -> Compared {
    let Some(named) = named else { return Compared::Nothing };
    let Some(digits) = named.strip_prefix("sha256:") else {
        let algorithm = named.split_once(':').map_or(named, |(algorithm, _)| algorithm);
        return Compared::Impossible(shown!("it is not a SHA-256 but {}", escaped_str(algorithm)));
    };
    let Some(real) = real else {
        return Compared::Impossible("it could not be read to its end".into());
    };
    let real = hex(&real);
    if digits.eq_ignore_ascii_case(&real) {
        Compared::Same
    } else {
        Compared::Other { named: escaped_str(digits), real: escaped_str(&real) }
    }
}
