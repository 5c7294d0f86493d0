//! Gaps in the account of an image: reasons why it is incomplete, and the known part of a layer.

/// A reason why the account of an image is incomplete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Gap {
    /// A part is not in the archive.
    Absent,
    /// A layer may not be distributed.
    Foreign,
    /// A layer is encrypted.
    Encrypted,
    /// A layer is not a tar.
    NotATar,
    /// The bytes end early.
    Cut,
    /// The bytes are damaged.
    Damaged,
    /// A limit for data in memory is exceeded.
    OverLimit,
    /// A part cannot be read or understood.
    Unreadable,
}

/// The known part of a layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Known {
    /// The whole layer.
    #[default]
    Whole,
    /// The part before this byte of its tar; 0 if it has no entry that could be read.
    UpTo(u64),
    /// The part before this byte of its tar, because more would exceed a limit; 0 if it has no
    /// entry that could be read.
    OverLimit(u64),
    /// The whole layer, but a wrong checksum shows that something in it is damaged.
    Doubtful,
    /// No part: the layer is not in the archive.
    Absent,
    /// No part: the system does not let this program read the layer.
    Unreadable,
    /// No part: the layer may not be distributed.
    Foreign,
    /// No part: the layer is encrypted.
    Encrypted,
    /// No part: the layer is not a tar.
    NotATar,
}

impl Known {
    /// Returns the word that the JSON reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::UpTo(_) => "part",
            Self::OverLimit(_) => "over-limit",
            Self::Doubtful => "doubtful",
            Self::Absent => "absent",
            Self::Unreadable => "unreadable",
            Self::Foreign => "foreign",
            Self::Encrypted => "encrypted",
            Self::NotATar => "not-a-tar",
        }
    }

    /// Returns the part of a layer that a word of [`word`](Self::word) names, up to `at` if it has
    /// a position. An unknown word is a part.
    pub fn from_word(word: &str, at: u64) -> Self {
        let all = [
            Self::Whole,
            Self::OverLimit(at),
            Self::Doubtful,
            Self::Absent,
            Self::Unreadable,
            Self::Foreign,
            Self::Encrypted,
            Self::NotATar,
        ];
        all.into_iter().find(|known| known.word() == word).unwrap_or(Self::UpTo(at))
    }

    /// Returns the position in its tar at which reading ended; `None` at the end.
    pub fn read_to(self) -> Option<u64> {
        match self {
            Self::UpTo(at) | Self::OverLimit(at) => Some(at),
            _ => None,
        }
    }

    /// Returns whether no part of it was read.
    pub fn is_nothing(self) -> bool {
        match self {
            Self::Absent | Self::Unreadable | Self::Foreign | Self::Encrypted | Self::NotATar => {
                true
            }
            Self::UpTo(at) | Self::OverLimit(at) => at == 0,
            Self::Whole | Self::Doubtful => false,
        }
    }
}

impl Gap {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::Absent,
        Self::Foreign,
        Self::Encrypted,
        Self::NotATar,
        Self::Cut,
        Self::Damaged,
        Self::OverLimit,
        Self::Unreadable,
    ];

    /// Returns the word that the command line and the JSON reports use.
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "absent",
            Self::Foreign => "foreign",
            Self::Encrypted => "encrypted",
            Self::NotATar => "not-a-tar",
            Self::Cut => "cut",
            Self::Damaged => "damaged",
            Self::OverLimit => "over-limit",
            Self::Unreadable => "unreadable",
        }
    }
}
