//! The actions, with their default keys.

use super::Context;
use super::Context::{
    Comparison, Everywhere, Explore, Found, Layers, Lesson, Overlay, Question, Replay, Tree, Treemap, Viewer, Waste,
};

macro_rules! actions {
    ($($variant:ident $name:literal $context:ident [$($key:literal)*] [$($dive:literal)*];)*) => {
        /// An action of a key.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Action {
            $($variant,)*
        }

        impl Action {
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Returns the name in the configuration.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Returns the context of the action.
            pub fn context(self) -> Context {
                match self { $(Self::$variant => $context,)* }
            }

            /// Returns the default keys, which are also dive's if its action is the same.
            pub fn usual_keys(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($key,)*],)* }
            }

            /// Returns the keys for users of dive, if they differ.
            pub fn dive_keys(self) -> &'static [&'static str] {
                match self { $(Self::$variant => &[$($dive,)*],)* }
            }
        }
    };
}

actions! {
    Quit "quit" Everywhere ["q" "ctrl-c"] [];
    Suspend "suspend" Everywhere ["ctrl-z"] [];
    Help "help" Everywhere ["?"] [];
    Back "back" Everywhere ["esc"] [];
    NextPane "next-pane" Everywhere ["tab"] [];
    PreviousPane "previous-pane" Everywhere ["shift-tab"] [];
    ViewExplore "explore" Everywhere ["1"] [];
    ViewWaste "waste" Everywhere ["2"] [];
    ViewTimeline "timeline" Everywhere ["3"] [];
    ViewTreemap "treemap" Everywhere ["4"] [];
    ViewImage "image" Everywhere ["5"] [];
    ViewFindings "findings" Everywhere ["6"] [];
    ViewSizes "sizes" Everywhere ["7"] [];
    ViewReplay "replay" Everywhere ["8"] [];
    Up "up" Everywhere ["up" "k"] [];
    Down "down" Everywhere ["down" "j"] [];
    PageUp "page-up" Everywhere ["pageup" "u"] [];
    PageDown "page-down" Everywhere ["pagedown" "d"] [];
    First "first" Everywhere ["home" "g"] [];
    Last "last" Everywhere ["end" "G"] [];
    Right "right" Everywhere ["right" "l"] [];
    Left "left" Everywhere ["left" "h" "backspace"] [];
    Enter "enter" Everywhere ["enter"] [];
    PreviousLayer "previous-layer" Everywhere ["["] [];
    NextLayer "next-layer" Everywhere ["]"] [];
    Instruction "instruction" Everywhere ["o"] [];
    Search "search" Everywhere ["/"] [];
    CopyPath "copy-path" Everywhere ["y"] [];
    CopyCommand "copy-command" Everywhere ["Y"] [];
    ViewFile "view" Everywhere ["v"] [];
    Extract "extract" Everywhere ["x" "ctrl-e"] [];
    Explain "explain" Everywhere ["e"] [];
    CopyDigest "copy-digest" Everywhere ["ctrl-y"] [];
    Compare "compare" Everywhere ["=" "C" "D"] [];
    NextHit "next-hit" Found ["n"] [];
    PreviousHit "previous-hit" Found ["N"] [];
    Filter "filter" Explore ["f" "ctrl-f"] [];
    NextWaste "next-waste" Explore ["w"] [];
    FileHistory "file-history" Explore ["i"] [];
    Scope "scope" Explore ["t"] [];
    LayerChanges "layer-changes" Explore ["ctrl-l"] [];
    Everything "everything" Layers ["ctrl-a"] [];
    ShowAdded "show-added" Tree ["+" "ctrl-a"] [];
    ShowModified "show-modified" Tree ["~"] [];
    ShowMetadata "show-metadata" Tree ["@"] [];
    ShowRemoved "show-removed" Tree ["-" "ctrl-r"] [];
    ShowUnchanged "show-unchanged" Tree ["=" "ctrl-u"] [];
    ShowWasted "show-wasted" Tree ["!"] [];
    BiggerThan "bigger-than" Tree [">"] [];
    SortSize "sort-size" Tree ["s"] [];
    SortName "sort-name" Tree ["n"] [];
    SortCount "sort-count" Tree ["C"] [];
    SortTime "sort-time" Tree ["M"] [];
    NextSort "next-sort" Tree ["ctrl-o"] [];
    Measure "measure" Tree ["a"] [];
    ItemCount "item-count" Tree ["c"] [];
    Attributes "attributes" Tree ["ctrl-b"] [];
    NextChange "next-change" Tree ["}"] [];
    PreviousChange "previous-change" Tree ["{"] [];
    Mark "mark" Tree ["space"] ["m"];
    UnmarkAll "unmark-all" Tree ["U"] [];
    Fold "fold" Tree ["z"] ["space" "z"];
    FoldAll "fold-all" Tree ["Z"] [];
    WasteTable "waste-table" Waste ["t"] [];
    WasteFold "waste-fold" Waste ["space"] [];
    ZoomIn "zoom-in" Treemap ["+"] [];
    ZoomOut "zoom-out" Treemap ["-" "backspace"] [];
    ZoomReset "zoom-reset" Treemap ["0"] [];
    ReplayPause "play-pause" Replay ["space" "p"] [];
    ReplayAgain "play-again" Replay ["r"] [];
    Faster "faster" Replay ["+" ">"] [];
    Slower "slower" Replay ["-" "<"] [];
    CloseViewer "close" Viewer ["q"] [];
    CloseOverlay "close-overlay" Overlay ["q"] [];
    OlderVersion "older-version" Viewer ["<" "["] [];
    NewerVersion "newer-version" Viewer [">" "]"] [];
    NextMatch "next-match" Viewer ["n"] [];
    PreviousMatch "previous-match" Viewer ["N"] [];
    GoTo "go-to" Viewer [":"] [];
    Wrap "wrap" Viewer ["w"] [];
    TextOrHex "text-or-hex" Viewer ["x"] [];
    Pager "pager" Viewer ["p" "|"] [];
    LessonNext "lesson-next" Lesson ["space" "enter" "right"] [];
    LessonBack "lesson-back" Lesson ["left" "backspace"] [];
    LessonReturn "lesson-return" Everywhere ["L"] [];
    LessonTold "lesson-told" Question ["s"] [];
    AnswerA "answer-a" Question ["a"] [];
    AnswerB "answer-b" Question ["b"] [];
    AnswerC "answer-c" Question ["c"] [];
    AnswerD "answer-d" Question ["d"] [];
    ShowImages "images" Comparison ["1"] [];
    ShowLayers "layers" Comparison ["2"] [];
    ShowPaths "paths" Comparison ["3"] [];
    ShowPackages "packages" Comparison ["4"] [];
    PreviousImage "previous-image" Comparison ["["] [];
    NextImage "next-image" Comparison ["]"] [];
    PathList "path-list" Comparison ["t"] [];
}
