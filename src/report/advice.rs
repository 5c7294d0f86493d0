//! A group of dead bytes in two sentences: why they ship, and the remedy.

use crate::advice::Remedy;
use crate::analysis::{DeadGroup, Inspection};
use crate::tree::Cause;

/// Explains why the bytes of a group still ship, and how to avoid them.
pub fn advice(inspection: &Inspection, group: &DeadGroup) -> (String, String) {
    let (born, died) = (group.born_in, group.died_in);
    let why = match group.cause {
        _ if born == died => format!("layer {born} holds the same path more than once; only the last one is used"),
        Cause::Deleted | Cause::Opaque | Cause::Replaced => {
            format!("layer {died} hides the bytes of layer {born}, but layer {born} still ships them")
        }
        Cause::Recopied => format!("layer {died} ships the same contents again, with another mode, owner or time"),
        Cause::Overwritten => format!("layer {died} writes files again that layer {born} ships already"),
    };
    (why, Remedy::for_dead(inspection, born, died, group.cause).what)
}
