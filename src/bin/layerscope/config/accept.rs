//! The reasons for an incomplete image that do not lead to exit code 2.

use clap::ValueEnum;
use layerscope::Gap;

/// A gap that can be accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Accept {
    /// Layers that must not be redistributed, as in Windows images
    Foreign,
    /// Layers that are encrypted
    Encrypted,
    /// Layers and configurations that the archive does not hold
    Absent,
}

impl Accept {
    pub fn gap(self) -> Gap {
        match self {
            Self::Foreign => Gap::Foreign,
            Self::Encrypted => Gap::Encrypted,
            Self::Absent => Gap::Absent,
        }
    }
}
