//! Remarks on archives that could not be read to their end.

use super::{FaultCause, Image, Layer};
use crate::archive::{Fault, Members};
use crate::display::{Escaped, escaped_display};
use crate::layer_index::LayerIndex;
use crate::warning::{Warning, WarningKind};

/// Adds a remark to all images of an archive.
pub(super) fn remark_all(images: &mut [Image], kind: &WarningKind) {
    for image in images {
        image.warnings.push(Warning::image(kind.clone()));
    }
}

/// Remarks that an archive of `end` bytes could not be read to its end, or seems not to have come
/// to it.
pub(super) fn remark_damage(members: &Members, end: u64, images: &mut [Image]) {
    if members.is_followed() {
        remark_all(images, &WarningKind::JunkAfterEnd);
    }
    if let Some((offset, fault)) = members.fault() {
        remark_all(images, &damage(*offset, fault));
    } else if !members.has_end_marker() {
        for image in images.iter_mut().filter(|image| !image.has_all_members()) {
            // Without a manifest, what may be missing are entries of the only layer.
            image.warnings.push(match image.is_bare() {
                true => Warning::layer(LayerIndex::FIRST, without_end(end, &image.layers)),
                false => Warning::image(WarningKind::NoEndMarker),
            });
        }
    }
}

fn without_end(at: u64, layers: &[Layer]) -> WarningKind {
    let name = layers.first().map_or_else(Escaped::default, |layer| layer.name.clone());
    let problem = "the tar has no end marker, so it may have been cut short".into();
    WarningKind::LayerCut { at, problem, name }
}

/// Makes the warning about an archive that could not be read to its end.
fn damage(offset: u64, fault: &Fault) -> WarningKind {
    let problem = escaped_display(fault);
    match FaultCause::from_fault(fault) {
        FaultCause::Cut => WarningKind::ArchiveCut { offset, problem },
        FaultCause::OverLimit => WarningKind::ArchiveOverLimit { offset, problem },
        FaultCause::Damaged | FaultCause::NotATar => {
            WarningKind::ArchiveDamaged { offset, problem }
        }
    }
}
