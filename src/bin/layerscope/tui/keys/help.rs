//! The texts of the help: groups of actions, and the meaning of marks in the tree.

use super::Action;
use super::Action::*;

/// Actions described in one line.
pub type Line = (&'static [Action], &'static str);

/// Groups of actions with their titles.
pub type Groups = &'static [(&'static str, &'static [Line])];

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
        (
            "Moving",
            &[
                (&[Up, Down], "one row"),
                (&[PageUp, PageDown], "one page"),
                (&[First, Last], "first and last row"),
                (&[PreviousImage, NextImage], "compare the image before or after it with the first"),
            ],
        ),
        (
            "Views",
            &[
                (&[ShowImages, ShowLayers, ShowPaths, ShowPackages], "images, layers, paths, packages"),
                (&[NextPane, PreviousPane], "next and previous view"),
                (&[Enter], "explore the image, layer or file; open a directory"),
            ],
        ),
        (
            "Paths",
            &[
                (&[Right, Left], "open and fold a directory"),
                (&[Fold, FoldAll], "open or fold; fold everything"),
                (&[PathList], "as a tree, or as a list of all that differs"),
                (&[SortSize, SortName], "the biggest difference first, or by name"),
                (&[Search], "find a name among what differs"),
                (&[NextHit, PreviousHit], "next and previous hit"),
            ],
        ),
        (
            "",
            &[
                (&[CopyPath, CopyCommand], "copy name, digest or path; copy the command"),
                (&[Help], "this help"),
                (&[Back], "back"),
                (&[Suspend], "to the shell; fg comes back"),
                (&[Quit], "quit"),
            ],
        ),
    ],
    marks: &[
        ("mouse", "click, double click opens, wheel"),
        ("+ -", "came and went; in bars: bytes more and less"),
        ("~", "grew or shrank, or something in it differs; a package: another version"),
        ("@", "the same size, but another time, mode, kind or names; a package: other files"),
        ("=", "a layer that both have"),
        ("█ ▒", "in bars of images and layers: live and dead"),
    ],
};

/// The groups in their order.
const GROUPS: Groups = &[
    (
        "Moving",
        &[
            (&[Up, Down], "one row"),
            (&[PageUp, PageDown], "one page"),
            (&[First, Last], "first and last row"),
            (&[NextPane, PreviousPane], "next and previous pane"),
            (&[PreviousLayer, NextLayer], "previous and next layer, from any pane"),
            (&[Instruction], "the layer's instruction in full"),
            (&[Search], "find a name in all layers, deleted ones too"),
            (&[NextHit, PreviousHit], "next and previous hit, while there are hits"),
            (&[NextChange, PreviousChange], "next and previous change of the layer"),
            (&[NextWaste], "the pair of layers that wastes the most, then the next"),
        ],
    ),
    (
        "Tree",
        &[
            (&[Right, Enter], "open a directory, then go into it"),
            (&[Left], "fold it, or go to the directory above"),
            (&[Fold, FoldAll], "open or fold; fold everything"),
            (&[Filter], "filter: *.so, usr/**/x, /regex/ or a part of a name"),
            (&[Mark, UnmarkAll], "mark a path or a layer, for the ladder; unmark all"),
            (&[Scope, LayerChanges], "this layer's changes, or everything up to here"),
            (&[Everything], "in the layers: everything up to here"),
            (&[FileHistory], "the life of the path: every version and what it changed"),
            (&[CopyPath, CopyCommand], "copy the path (in the layers: the digest), or the command"),
            (&[CopyDigest], "copy the digest of the layer"),
            (&[Explain], "how the number was computed; again: what it is a part of"),
            (&[SortSize, SortName, SortCount, SortTime], "sort by size, name, items, time; again: reversed"),
            (&[NextSort], "the next of these orders"),
            (&[Measure], "size shown: shipped, dead, pull if compressed, visible"),
            (&[ItemCount, Attributes], "columns: items; permissions, owner, time"),
        ],
    ),
    (
        "Views",
        &[
            (
                &[ViewExplore, ViewWaste, ViewTimeline, ViewTreemap, ViewImage],
                "explore, waste, timeline, treemap, image; Esc comes back",
            ),
            (&[ViewFindings, ViewSizes], "findings with their fixes; how small the image could be"),
            (&[ViewReplay], "play: the build as a time-lapse, layer by layer"),
            (&[WasteTable, WasteFold], "waste: as a table; open or fold"),
            (&[ZoomIn, ZoomOut, ZoomReset], "treemap: into the tile, out of it, to the root"),
            (&[ReplayPause, ReplayAgain], "play: pause or go on; again from the start"),
            (&[Faster, Slower], "play: faster, slower"),
        ],
    ),
    (
        "Files",
        &[
            (&[ViewFile, CloseViewer], "look at a file or a link (Enter too); close it"),
            (&[Compare], "what differs from the version before"),
            (&[OlderVersion, NewerVersion], "the older and the newer version, deleted ones too"),
            (&[NextMatch, PreviousMatch], "next and previous place that was found, or change"),
            (&[GoTo, TextOrHex, Wrap], "go to a line or byte; text or hex; wrap long lines"),
            (&[Pager], "open in $PAGER"),
            (&[Extract], "extract the file or directory, as of this layer"),
        ],
    ),
    (
        "Show or hide",
        &[
            (&[ShowAdded], "added"),
            (&[ShowModified], "modified"),
            (&[ShowMetadata], "only mode, owner, time or attributes modified"),
            (&[ShowRemoved], "removed"),
            (&[ShowUnchanged], "unchanged"),
            (&[ShowWasted], "dead: gone, but still shipped"),
            (&[BiggerThan], "only what has 1, 10 or 100 MiB"),
        ],
    ),
    (
        "Lessons",
        &[
            (&[LessonNext, LessonBack], "next and previous step"),
            (&[LessonReturn], "look around on your own; come back to the lesson"),
            (&[AnswerA, AnswerB, AnswerC, AnswerD, LessonTold], "answer; be told the answer"),
        ],
    ),
    (
        "",
        &[
            (&[Help], "this help"),
            (&[Back, CloseOverlay], "back; close what lies over the screen"),
            (&[Suspend], "to the shell; fg comes back"),
            (&[Quit], "quit"),
        ],
    ),
];

/// The actions of the mouse, and the meaning of the marks in the tree.
const MARKS: &[(&str, &str)] = &[
    ("mouse", "click, double click opens, wheel, drag dividers"),
    ("+", "this layer added it"),
    ("~", "this layer changed it, or something in it"),
    ("@", "the same contents with another mode, owner or time"),
    ("-", "this layer removed it"),
    ("✗", "dead: taken away by a layer up to here, still shipped"),
    ("█ ▒", "in bars: live and dead"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::keys::Context;

    #[test]
    fn every_action_is_in_the_help_once() {
        for &action in Action::ALL {
            let page = if action.context() == Context::Comparison { COMPARISON } else { EXPLORER };
            let lines = page.groups.iter().flat_map(|(_, lines)| *lines);
            let times = lines.filter(|(actions, _)| actions.contains(&action)).count();
            assert_eq!(times, 1, "{action:?}");
        }
    }
}
