//! The groups of the help, and the meaning of marks in the tree. The text of each action is in the
//! table of actions.

use super::Action;
use super::Action::*;

/// A hint in a footer: keys and a verb.
pub type Line = (&'static [Action], &'static str);

/// The actions whose meaning depends on what is shown.
pub const OF_THE_VIEW: &[Action] = &[Up, Down, Right, Left, Enter, Back, Compare, CopyPath];

/// Groups of actions with their titles.
pub type Groups = &'static [(&'static str, &'static [Action])];

/// The help of a screen: keys, mouse and marks.
pub struct Page {
    pub groups: Groups,
    /// The actions of the mouse, and the meaning of the marks.
    pub marks: &'static [(&'static str, &'static str)],
}

/// The help of the explorer.
pub const EXPLORER: Page = Page { groups: GROUPS, marks: MARKS };

/// The help of images side by side.
pub const COMPARISON: Page = Page {
    groups: &[
        ("Moving", &[Up, Down, PageUp, PageDown, First, Last, PreviousImage, NextImage]),
        (
            "Views",
            &[ShowImages, ShowLayers, ShowPaths, ShowPackages, NextPane, PreviousPane, Enter],
        ),
        (
            "Paths",
            &[
                Right,
                Left,
                Fold,
                FoldAll,
                PathList,
                SortSize,
                SortName,
                Search,
                NextHit,
                PreviousHit,
            ],
        ),
        (
            "All views",
            &[
                Help,
                Palette,
                OpenImage,
                Explain,
                CopyPath,
                CopyCommand,
                Back,
                CloseOverlay,
                Suspend,
                Quit,
            ],
        ),
    ],
    marks: &[
        ("mouse", "click selects, double click opens"),
        ("+ -", "added and removed; in bars: bytes more and less"),
        ("~", "larger or smaller; a package: another version"),
        ("@", "same size, other time, mode or kind; a package: other files"),
        ("=", "a layer that both have"),
        ("bars", "the first part is visible, the last part wasted"),
    ],
};

/// The groups in their order.
const GROUPS: Groups = &[
    (
        "All views",
        &[
            Help,
            Palette,
            Back,
            CloseOverlay,
            Quit,
            Suspend,
            Search,
            BigFiles,
            ViewFile,
            Extract,
            Explain,
            ExplainHeader,
            Compare,
            Instruction,
            OpenImage,
            PreviousLayer,
            NextLayer,
            CopyPath,
            CopyCommand,
            CopyDigest,
        ],
    ),
    (
        "Views",
        &[
            ViewExplore,
            ViewWaste,
            ViewTimeline,
            ViewTreemap,
            ViewImage,
            ViewFindings,
            ViewSizes,
            ViewReplay,
            NextPane,
            PreviousPane,
        ],
    ),
    (
        "Moving",
        &[Up, Down, PageUp, PageDown, First, Last, Right, Left, Enter, NextHit, PreviousHit],
    ),
    (
        "Explore",
        &[
            Scope,
            LayerChanges,
            Everything,
            NextWaste,
            NextChange,
            PreviousChange,
            Filter,
            Mark,
            UnmarkAll,
            FileHistory,
            Fold,
            FoldAll,
            SortSize,
            SortName,
            SortCount,
            SortTime,
            NextSort,
            Measure,
            ItemCount,
            Attributes,
        ],
    ),
    (
        "Show or hide in Explore",
        &[
            ShowAdded,
            ShowModified,
            ShowMetadata,
            ShowRemoved,
            ShowUnchanged,
            ShowWasted,
            BiggerThan,
        ],
    ),
    (
        "Other views",
        &[
            WasteTable,
            WasteFold,
            ZoomIn,
            ZoomOut,
            ZoomReset,
            TryIt,
            ReplayPause,
            ReplayAgain,
            Faster,
            Slower,
        ],
    ),
    (
        "Files",
        &[
            CloseViewer,
            OlderVersion,
            NewerVersion,
            NextMatch,
            PreviousMatch,
            GoTo,
            TextOrHex,
            Wrap,
            Pager,
        ],
    ),
    (
        "Lessons",
        &[LessonNext, LessonBack, LessonReturn, AnswerA, AnswerB, AnswerC, AnswerD, LessonTold],
    ),
];

/// The actions of the mouse, and the meaning of the marks in the tree.
const MARKS: &[(&str, &str)] = &[
    ("mouse", "click selects, double click opens, drag a divider to resize"),
    ("+", "this layer added it"),
    ("~", "this layer changed it, or something in it"),
    ("@", "the same contents with another mode, owner or time"),
    ("-", "this layer removed it"),
    ("✗", "removed by an earlier layer, but still in the image"),
    ("-3 ~3", "the layer that removed it, or that replaced an earlier version"),
    ("bars", "the first part is visible, the last part wasted"),
    ("! secret", "a secret in a file, or below a folded directory; Fix says what to do"),
];

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;
    use crate::tui::keys::{Context, Keymap};

    #[test]
    fn every_action_is_in_the_help_once() {
        for &action in Action::ALL {
            let page = if action.context() == Context::Comparison { COMPARISON } else { EXPLORER };
            let actions = page.groups.iter().flat_map(|(_, actions)| *actions);
            assert_eq!(actions.filter(|&&other| other == action).count(), 1, "{action:?}");
        }
    }

    /// Actions that are the same idea in different places, and may share a key.
    const SAME_IDEA: &[&[Action]] = &[
        &[Quit, CloseViewer, CloseOverlay],
        &[NextHit, NextMatch],
        &[PreviousHit, PreviousMatch],
        &[PreviousLayer, PreviousImage, OlderVersion],
        &[NextLayer, NextImage, NewerVersion],
        &[Fold, WasteFold],
        &[BigFiles, PathList],
        &[ViewExplore, ShowImages],
        &[ViewWaste, ShowLayers],
        &[ViewTimeline, ShowPaths],
        &[ViewTreemap, ShowPackages],
        // Back to the directory above.
        &[Left, LessonBack, ZoomOut],
        &[Right, Enter, LessonNext],
        // Space goes on, or acts on the selected row.
        &[Mark, WasteFold, ReplayPause, LessonNext],
        // dive's key has two meanings in dive, too.
        &[Everything, ShowAdded],
    ];

    #[test]
    fn no_key_has_two_meanings() {
        let keymap = Keymap::usual();
        let mut meanings: HashMap<_, Vec<Action>> = HashMap::new();
        // The answers of a question are text, as in an input line.
        for &action in Action::ALL.iter().filter(|action| action.context() != Context::Question) {
            for &chord in keymap.keys(action) {
                meanings.entry(chord).or_default().push(action);
            }
        }
        for (chord, actions) in meanings {
            let alike = |a: &Action, b: &Action| {
                SAME_IDEA.iter().any(|idea| idea.contains(a) && idea.contains(b))
            };
            for a in &actions {
                assert!(actions.iter().all(|b| a == b || alike(a, b)), "{chord}: {actions:?}");
            }
        }
    }
}
