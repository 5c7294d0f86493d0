//! Conditions of a change: every kind of change with what has to hold before it is proposed, in one
//! place.
//!
//! A check that fails gives a [`Refusal`], which names the condition. A change that meets all of
//! them is in the diff; what fails one of them is left to a person, with the reason.

/// The kind of a suggestion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Lines in `.dockerignore`.
    Ignore,
    /// Owner or mode while copying.
    Ownership,
    /// A copy less, where it brings what is there.
    Again,
    /// One `RUN` in place of several.
    Merge,
    /// A flag, a command at the end of a `RUN`, or a cache mount, so that a tool leaves nothing.
    Tool,
    /// `--no-install-recommends`.
    Recommended,
    /// `--omit=dev`.
    Development,
    /// The order that keeps the build's cache.
    Order,
    /// Another stage.
    Stages,
    /// The relation of the file to the image.
    History,
}

/// A condition of a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The commands are for a POSIX shell.
    Posix,
    /// The command can be followed to its end.
    Followed,
    /// The instruction is in the image's history.
    Matched,
    /// The paths are as written: no variable, no change of the directory.
    PlainPaths,
    /// The command changes everything that the copy brought.
    WholeCopy,
    /// The command changes nothing but what the copies brought.
    OnlyCopies,
    /// One owner and one mode, known before the build.
    KnownValue,
    /// The instruction takes the flag.
    TakesFlag,
    /// Nothing in between depends on owner or mode.
    Unseen,
    /// The instructions become one: same form, same flags, same stage, nothing in the background.
    Mergeable,
    /// Each sees what the one before it left, and nothing more: no volume, no mount, no hard link.
    SameFiles,
    /// Instructions between the two can stand before or behind them.
    Movable,
    /// The builder is BuildKit.
    BuildKit,
    /// The ignore file does not ask for it.
    NotWanted,
    /// Nothing in the image or in the file uses it.
    NotUsed,
    /// Nothing that runs later needs it.
    NotNeededLater,
    /// Nothing that runs later makes it anew.
    NotMadeAgain,
    /// The program needs nothing else of one's own layers.
    StandsAlone,
    /// The names can stand in a Dockerfile without quotes.
    PlainNames,
}

/// A condition that does not hold, with the reason as a clause.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The condition.
    pub condition: Condition,
    /// The reason.
    pub reason: String,
}

use Condition::{
    BuildKit, Followed, KnownValue, Matched, Mergeable, Movable, NotMadeAgain, NotNeededLater,
    NotUsed, NotWanted, OnlyCopies, PlainNames, PlainPaths, Posix, SameFiles, StandsAlone,
    TakesFlag, Unseen, WholeCopy,
};

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Ignore,
        Self::Ownership,
        Self::Again,
        Self::Merge,
        Self::Tool,
        Self::Recommended,
        Self::Development,
        Self::Order,
        Self::Stages,
        Self::History,
    ];

    /// Returns a stable id for programs.
    pub fn id(self) -> &'static str {
        match self {
            Self::Ignore => "dockerignore",
            Self::Ownership => "owner-and-mode",
            Self::Again => "copied-again",
            Self::Merge => "merge",
            Self::Tool => "clean-up",
            Self::Recommended => "recommended-packages",
            Self::Development => "development-packages",
            Self::Order => "order",
            Self::Stages => "stages",
            Self::History => "history",
        }
    }

    /// Returns the conditions of a change of this kind; empty for what has none, or never stands in the
    /// diff.
    pub fn conditions(self) -> &'static [Condition] {
        match self {
            Self::Ignore => &[NotWanted, NotUsed],
            Self::Ownership => &[
                Posix, Followed, PlainPaths, WholeCopy, OnlyCopies, KnownValue, TakesFlag, Unseen,
                BuildKit,
            ],
            Self::Merge => &[Posix, Followed, Matched, Mergeable, SameFiles, Movable],
            Self::Tool => &[Followed, NotNeededLater, NotMadeAgain],
            Self::Recommended | Self::Development => &[NotNeededLater],
            // What it brings again is compared, so nothing is left to ask.
            Self::Again | Self::Order | Self::History => &[],
            Self::Stages => &[StandsAlone, PlainNames],
        }
    }
}

impl Condition {
    /// Returns a stable id for programs.
    pub fn id(self) -> &'static str {
        match self {
            Posix => "posix-shell",
            Followed => "followed",
            Matched => "matched",
            PlainPaths => "plain-paths",
            WholeCopy => "whole-copy",
            OnlyCopies => "only-copies",
            KnownValue => "known-value",
            TakesFlag => "takes-flag",
            Unseen => "unseen",
            Mergeable => "mergeable",
            SameFiles => "same-files",
            Movable => "movable",
            BuildKit => "buildkit",
            NotWanted => "not-wanted",
            NotUsed => "not-used",
            NotNeededLater => "not-needed-later",
            NotMadeAgain => "not-made-again",
            StandsAlone => "stands-alone",
            PlainNames => "plain-names",
        }
    }

    /// Makes the refusal of a change for which the condition does not hold.
    pub(super) fn fails(self, reason: impl Into<String>) -> Refusal {
        Refusal { condition: self, reason: reason.into() }
    }
}
