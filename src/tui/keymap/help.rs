//! What the help says: groups of actions in words, and what the marks in the tree mean.

use super::Action::{self, *};

/// Actions that are told in one line.
pub type Line = (&'static [Action], &'static str);

/// The groups in their order.
pub const GROUPS: &[(&str, &[Line])] = &[
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
            (&[Life], "the life of the path: every version and what it changed"),
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
            (&[ViewFindings, ViewLadder], "findings with their fixes; how small the image could be"),
            (&[ViewPlay], "play: the build as a time-lapse, layer by layer"),
            (&[WasteTable, WasteFold], "waste: as a table; open or fold"),
            (&[ZoomIn, ZoomOut, ZoomReset], "treemap: into the tile, out of it, to the root"),
            (&[PlayPause, PlayAgain], "play: pause or go on; again from the start"),
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
            (&[ShowDead], "dead: gone, but still shipped"),
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
    ("", &[(&[Help], "this help"), (&[Back], "back"), (&[Suspend], "to the shell; fg comes back"), (&[Quit], "quit")]),
];

/// What the mouse does.
pub const MOUSE: (&str, &str) = ("mouse", "click, double click opens, wheel, drag dividers");

/// What the marks in the tree mean.
pub const MARKS: &[(&str, &str)] = &[
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

    #[test]
    fn every_action_is_in_the_help_once() {
        for &action in Action::ALL {
            let lines = GROUPS.iter().flat_map(|(_, lines)| *lines);
            let times = lines.filter(|(actions, _)| actions.contains(&action)).count();
            assert_eq!(times, 1, "{action:?}");
        }
    }
}
