//! Problems and peculiarities of a part of an image. The rest of the image is shown beside them.
//!
//! A kind keeps names as the image has them; [`display`](crate::display) makes the sentence and
//! escapes hostile characters.

mod code;
mod consequence;
mod difference;
mod form;
mod gap;
mod kind;
mod remark;

pub use difference::RuntimeDifference;
pub use form::ArchiveDifference;
pub use gap::{Gap, Known};
pub use kind::WarningKind;
pub use remark::Warning;
