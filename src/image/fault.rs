//! The reason why a layer could not be read to its end.

use std::io;

use crate::archive::Fault;
use crate::display::{Escaped, escaped_display, shown};
use crate::warning::WarningKind;

/// The reason why a layer could not be read to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayerFault {
    /// The cause.
    pub reason: FaultCause,
    /// The number of bytes of the uncompressed tar before it.
    pub at: u64,
    /// The place and the cause, as a clause.
    pub problem: Escaped,
}

/// The kind of a reason why a layer could not be read to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FaultCause {
    /// The bytes end early.
    Cut,
    /// The bytes are not what they should be.
    Damaged,
    /// The bytes are none of a tar.
    NotATar,
    /// Reading on would exceed a limit on memory.
    OverLimit,
}

impl FaultCause {
    /// Classifies an error that came out of a decoder.
    pub(super) fn from_error(error: &io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => Self::Cut,
            // A window or a dictionary that is too large.
            io::ErrorKind::OutOfMemory => Self::OverLimit,
            _ => Self::Damaged,
        }
    }

    pub(super) fn from_fault(fault: &Fault) -> Self {
        match fault {
            Fault::TruncatedHeader(_)
            | Fault::TruncatedData { .. }
            | Fault::TruncatedExtension
            | Fault::MissingEntry => Self::Cut,
            Fault::Limit { .. } => Self::OverLimit,
            Fault::Io(error) => Self::from_error(error),
            _ => Self::Damaged,
        }
    }
}

impl LayerFault {
    pub(super) fn new(fault: &Fault, at: u64) -> Self {
        Self {
            reason: FaultCause::from_fault(fault),
            at,
            problem: shown!("{} (at byte {} of the tar)", escaped_display(fault), at),
        }
    }

    /// Makes the warning for the layer in the member `name`, escaped for display.
    pub fn warning(&self, name: &Escaped) -> WarningKind {
        let (at, problem, name) = (self.at, self.problem.clone(), name.clone());
        match self.reason {
            FaultCause::Cut => WarningKind::LayerCut { at, problem, name },
            FaultCause::Damaged => WarningKind::LayerDamaged { at, problem, name },
            FaultCause::OverLimit => WarningKind::LayerOverLimit { at, problem },
            FaultCause::NotATar => WarningKind::LayerNotATar { found: problem },
        }
    }
}
