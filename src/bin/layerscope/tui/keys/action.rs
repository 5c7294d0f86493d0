//! The actions, with their descriptions and default keys.

use super::Context;
use super::Context::{
    Comparison, Everywhere, Explore, Findings, Found, Layers, Lesson, Overlay, Question, Replay,
    Tree, Treemap, Viewer, Waste,
};

macro_rules! actions {
    ($($variant:ident $name:literal $context:ident $what:literal [$($key:literal)*] [$($dive:literal)*];)*) => {
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

            /// Returns a description for the help and the list of commands, which begins with a
            /// verb.
            pub fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)* }
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
    Quit "quit" Everywhere "quit" ["q" "ctrl-c"] [];
    Suspend "suspend" Everywhere "suspend (resume with fg)" ["ctrl-z"] [];
    Help "help" Everywhere "show or close the help" ["?"] [];
    Palette "commands" Everywhere "find any command by name" [":" "ctrl-p"] [];
    Back "back" Everywhere "go back, close, or cancel" ["esc"] [];
    NextPane "next-pane" Everywhere "go to the next pane" ["tab"] [];
    PreviousPane "previous-pane" Everywhere "go to the previous pane" ["shift-tab"] [];
    ViewExplore "explore" Everywhere "show Explore: layers and files" ["1"] [];
    ViewWaste "waste" Everywhere "show Waste: bytes by layers" ["2"] [];
    ViewTimeline "timeline" Everywhere "show Timeline: the size after each layer" ["3"] [];
    ViewTreemap "treemap" Everywhere "show Treemap: sizes as areas" ["4"] [];
    ViewImage "image" Everywhere "show Image: facts and warnings" ["5"] [];
    ViewFindings "findings" Everywhere "show Fix: what to change" ["6"] [];
    ViewSizes "sizes" Everywhere "show Sizes: the possible sizes" ["7"] [];
    ViewReplay "replay" Everywhere "show Replay: the build, layer by layer" ["8"] [];
    Up "up" Everywhere "move up" ["up" "k"] [];
    Down "down" Everywhere "move down" ["down" "j"] [];
    PageUp "page-up" Everywhere "move one page up" ["pageup" "u"] [];
    PageDown "page-down" Everywhere "move one page down" ["pagedown" "d"] [];
    First "first" Everywhere "go to the first row" ["home" "g"] [];
    Last "last" Everywhere "go to the last row" ["end" "G"] [];
    Right "right" Everywhere "open a row, then go into it" ["right" "l"] [];
    Left "left" Everywhere "fold a row, or go to the one above" ["left" "h" "backspace"] [];
    Enter "enter" Everywhere "open the selected row" ["enter"] [];
    PreviousLayer "previous-layer" Everywhere "select the previous layer" ["["] [];
    NextLayer "next-layer" Everywhere "select the next layer" ["]"] [];
    Instruction "instruction" Everywhere "show the layer's instruction in full" ["o"] [];
    Search "search" Everywhere "find a name in all layers, deleted ones too" ["/"] [];
    BigFiles "big-files" Everywhere "list the biggest files" ["F"] [];
    OpenImage "open" Everywhere "open another image" ["O"] [];
    CopyPath "copy-path" Everywhere "copy the path, the lines or the digest" ["y"] [];
    CopyCommand "copy-command" Everywhere "copy the command for the same image" ["Y"] [];
    ViewFile "view" Everywhere "view the file, link or directory" ["v"] [];
    Extract "extract" Everywhere "extract the file or directory" ["x" "ctrl-e"] [];
    Explain "explain" Everywhere "explain the number; again: its total" ["e"] [];
    ExplainHeader "explain-header" Everywhere "explain the numbers of the header" ["E"] [];
    CopyDigest "copy-digest" Everywhere "copy the digest of the layer" ["ctrl-y"] [];
    Compare "compare" Everywhere "show the difference to the version before" ["D"] [];
    NextHit "next-hit" Found "go to the next match" ["n"] [];
    PreviousHit "previous-hit" Found "go to the previous match" ["N"] [];
    Filter "filter" Explore "filter: *.so, usr/**/x, /regex/ or a part of a name" ["f" "ctrl-f"] [];
    NextWaste "next-waste" Explore "go to the next largest waste" ["w"] [];
    FileHistory "file-history" Explore "toggle the file history" ["i"] [];
    Scope "scope" Explore "toggle: this layer only, or all layers so far" ["t"] [];
    LayerChanges "layer-changes" Explore "show this layer only" ["ctrl-l"] [];
    Everything "everything" Layers "show all layers so far" ["ctrl-a"] [];
    ShowAdded "show-added" Tree "show or hide added" ["+" "ctrl-a"] [];
    ShowModified "show-modified" Tree "show or hide modified" ["~"] [];
    ShowMetadata "show-metadata" Tree "show or hide changes of metadata only" ["@"] [];
    ShowRemoved "show-removed" Tree "show or hide removed" ["-" "ctrl-r"] [];
    ShowUnchanged "show-unchanged" Tree "show or hide unchanged" ["=" "ctrl-u"] [];
    ShowWasted "show-wasted" Tree "show or hide wasted" ["!"] [];
    BiggerThan "bigger-than" Tree "show only ≥ 1, 10 or 100 MiB" [">"] [];
    SortSize "sort-size" Tree "sort by size; again: reverse" ["s"] [];
    SortName "sort-name" Tree "sort by name; again: reverse" ["A"] [];
    SortCount "sort-count" Tree "sort by number of items; again: reverse" ["C"] [];
    SortTime "sort-time" Tree "sort by time; again: reverse" ["M"] [];
    NextSort "next-sort" Tree "use the next order" ["ctrl-o"] [];
    Measure "measure" Tree "size column: total, wasted, download, visible" ["S"] [];
    ItemCount "item-count" Tree "toggle the number of items" ["c"] [];
    Attributes "attributes" Tree "toggle permissions, owner and time" ["ctrl-b"] [];
    NextChange "next-change" Tree "go to the next change of the layer" ["}"] [];
    PreviousChange "previous-change" Tree "go to the previous change of the layer" ["{"] [];
    Mark "mark" Tree "mark a path or a layer for Possible sizes" ["space"] ["m"];
    UnmarkAll "unmark-all" Tree "clear all marks" ["U"] [];
    Fold "fold" Tree "open or fold a row" ["z"] ["space" "z"];
    FoldAll "fold-all" Tree "fold everything" ["Z"] [];
    WasteTable "waste-table" Waste "toggle the table of layers" ["T"] [];
    WasteFold "waste-fold" Waste "open or fold a row of Waste" ["space" "z"] [];
    TryIt "try-it" Findings "mark its files and show the size without them" ["m"] [];
    ZoomIn "zoom-in" Treemap "zoom into the selected tile" [] [];
    ZoomOut "zoom-out" Treemap "zoom out of the directory" ["backspace"] [];
    ZoomReset "zoom-reset" Treemap "zoom out to the root" ["0"] [];
    ReplayPause "play-pause" Replay "pause or go on" ["space" "p"] [];
    ReplayAgain "play-again" Replay "replay from the start" ["r"] [];
    Faster "faster" Replay "replay faster" ["."] [];
    Slower "slower" Replay "replay slower" [","] [];
    CloseViewer "close" Viewer "close the file" ["q"] [];
    CloseOverlay "close-overlay" Overlay "close the text over the screen" ["q"] [];
    OlderVersion "older-version" Viewer "show the older version" ["["] [];
    NewerVersion "newer-version" Viewer "show the newer version" ["]"] [];
    NextMatch "next-match" Viewer "go to the next match or change in a file" ["n"] [];
    PreviousMatch "previous-match" Viewer "go to the previous match or change in a file" ["N"] [];
    GoTo "go-to" Viewer "go to a line or byte" ["ctrl-g"] [];
    Wrap "wrap" Viewer "wrap long lines" ["W"] [];
    TextOrHex "text-or-hex" Viewer "toggle text and bytes" ["b"] [];
    Pager "pager" Viewer "open the file in $PAGER" ["|"] [];
    LessonNext "lesson-next" Lesson "go to the next step of the lesson" ["space" "enter" "right"] [];
    LessonBack "lesson-back" Lesson "go to the previous step of the lesson" ["left" "backspace"] [];
    LessonReturn "lesson-return" Everywhere "start the guided tour; look around; return to the lesson" ["L"] [];
    LessonTold "lesson-told" Question "show the answer" ["s"] [];
    AnswerA "answer-a" Question "answer a" ["a"] [];
    AnswerB "answer-b" Question "answer b" ["b"] [];
    AnswerC "answer-c" Question "answer c" ["c"] [];
    AnswerD "answer-d" Question "answer d" ["d"] [];
    ShowImages "images" Comparison "show the images" ["1"] [];
    ShowLayers "layers" Comparison "show the layers" ["2"] [];
    ShowPaths "paths" Comparison "show the paths that differ" ["3"] [];
    ShowPackages "packages" Comparison "show the packages that differ" ["4"] [];
    PreviousImage "previous-image" Comparison "compare the previous image with the first" ["["] [];
    NextImage "next-image" Comparison "compare the next image with the first" ["]"] [];
    PathList "path-list" Comparison "toggle the tree and the list of all that differs" ["F"] [];
}
