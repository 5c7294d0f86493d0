//! The keys, once: for `?`, for the footer and for the README.

/// A group of keys with what they do.
pub const KEYS: &[(&str, &[(&str, &str)])] = &[
    (
        "Moving",
        &[
            ("↑ ↓  k j", "one row"),
            ("PgUp PgDn  u d", "one page"),
            ("g G  Home End", "first and last row"),
            ("Tab  Shift-Tab", "next and previous pane"),
            ("[ ]", "previous and next layer, from any pane"),
            ("/", "find a name in all layers, deleted ones too; then n N"),
            ("w", "the pair of layers that wastes the most, then the next"),
        ],
    ),
    (
        "Tree",
        &[
            ("→ l Enter", "open a directory, then go into it"),
            ("← h Backspace", "fold it, or go to the directory above"),
            ("Space", "open or fold"),
            ("t  ^L ^A", "this layer's changes, or everything up to here"),
            ("i", "the life of the path: every version and what it changed"),
            ("y Y", "copy the path, or the command that reports this image"),
            ("s n  ^O", "sort by size or by name"),
        ],
    ),
    (
        "Views",
        &[
            ("1 2 3 4 5", "explore, waste, timeline, treemap, image; Esc comes back"),
            ("mouse", "click selects, a second click opens, the wheel scrolls"),
        ],
    ),
    (
        "Show or hide",
        &[
            ("+  ^A", "added"),
            ("~", "modified"),
            ("-  ^R", "removed"),
            ("=  ^U", "unchanged"),
            ("!", "dead: gone, but still shipped"),
        ],
    ),
    ("", &[("?", "this help"), ("Esc", "back"), ("q  ^C", "quit")]),
];

/// What the marks in the tree mean.
pub const MARKS: &[(&str, &str)] = &[
    ("+", "this layer added it"),
    ("~", "this layer changed it, or something in it"),
    ("-", "this layer removed it"),
    ("✗", "dead: taken away by a layer up to here, still shipped"),
    ("█ ▒", "in bars: live and dead"),
];

/// Lines that the keys of the views may take.
const VIEW_LINES: usize = 16;

/// At least the number of lines that the help has.
pub fn lines() -> usize {
    KEYS.iter().map(|(_, keys)| keys.len() + 2).sum::<usize>() + MARKS.len() + VIEW_LINES
}
