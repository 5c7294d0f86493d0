//! The size that a descriptor states for its bytes (OCI image specification, descriptor.md).

use super::json::Fields;
use crate::display::{Escaped, escaped_str, shown};
use crate::warning::{Warning, WarningKind};

/// The size that a descriptor states for its bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum StatedSize {
    /// None, because the layout states no sizes.
    #[default]
    NotMeant,
    /// A number of bytes.
    Bytes(u64),
    /// None, although the specification requires one.
    Absent,
    /// Something that is no number of bytes.
    Unusable,
}

impl StatedSize {
    /// Takes the size out of the fields of a descriptor.
    pub fn read(fields: &mut Fields<'_>) -> Self {
        match (fields.has("size"), fields.number("size")) {
            (_, Some(bytes)) => Self::Bytes(bytes),
            (true, None) => Self::Unusable,
            (false, None) => Self::Absent,
        }
    }

    /// Returns the number of bytes, if it is one.
    pub fn bytes(self) -> Option<u64> {
        if let Self::Bytes(bytes) = self { Some(bytes) } else { None }
    }

    /// Compares the size with the `real` one of the bytes called `name`.
    pub fn mismatch(self, name: &str, real: u64) -> Option<Warning> {
        let named = self.bytes().filter(|&named| named != real)?;
        Some(Warning::image(WarningKind::SizeMismatch { name: escaped_str(name), real, named }))
    }

    /// Returns why the size of `what` cannot be compared with the one in `document`; `None` if it
    /// can.
    pub fn unverifiable(self, what: &str, document: &'static str) -> Option<Escaped> {
        match self {
            Self::NotMeant | Self::Bytes(_) => None,
            Self::Absent => {
                Some(shown!("{} does not state the size of {}", document, escaped_str(what)))
            }
            Self::Unusable => Some(shown!(
                "the size that {} states for {} is no number of bytes",
                document,
                escaped_str(what)
            )),
        }
    }
}
