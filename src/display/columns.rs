//! Truncates and wraps text by display width. A grapheme cluster is never split.

use super::{Escaped, escaped_str};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Shortens text to `width` columns, with an ellipsis at the end.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.into();
    }
    let kept: String = fitting(text.graphemes(true), width).collect();
    if width == 0 { kept } else { format!("{}…", kept.trim_end()) }
}

/// Shortens text to `width` columns, with an ellipsis at the start.
pub fn cut_front(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.into();
    }
    let kept: Vec<_> = fitting(text.graphemes(true).rev(), width).collect();
    let ellipsis = (width > 0).then_some("…");
    ellipsis.into_iter().chain(kept.into_iter().rev()).collect()
}

/// Shortens text to `width` columns, with an ellipsis in the middle: the start of a line has the
/// context, and the end what is new.
pub fn cut_middle(text: &str, width: usize) -> String {
    if text.width() <= width || width == 0 {
        return cut(text, width);
    }
    let front = cut(text, (width - 1) / 2 + 1);
    // The ellipsis stands only once.
    let back = cut_front(text, width + 1 - front.width());
    // From the next word on, if one begins soon.
    let word = back.find(' ').filter(|&word| word < back.len() / 2);
    format!("{front}{}", &back[word.unwrap_or('…'.len_utf8())..])
}

/// Shortens a path: its end stays; of a last name that is too long, both ends.
pub fn cut_path(path: &str, width: usize) -> String {
    let name = path.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name = &path[path.rfind(name).unwrap_or_default()..];
    if path.width() > width && name.width() + 2 > width {
        cut_middle(name, width)
    } else {
        cut_front(path, width)
    }
}

/// Returns the graphemes that leave space for an ellipsis in `width` columns.
fn fitting<'a>(
    graphemes: impl Iterator<Item = &'a str>,
    width: usize,
) -> impl Iterator<Item = &'a str> {
    let mut used = 0;
    graphemes.take_while(move |grapheme| {
        used += grapheme.width();
        used < width
    })
}

/// Breaks text at spaces into lines of at most `width` columns; longer words are broken anywhere. A
/// number stays beside its unit.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    wrapped(text, width, true)
}

/// Does the same, but leaves longer words whole, so that addresses and paths can be copied.
pub fn wrap_words(text: &str, width: usize) -> Vec<String> {
    wrapped(text, width, false)
}

fn wrapped(text: &str, width: usize, breaks: bool) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in words(text, width) {
        let line = lines.last_mut().expect("there is always a line");
        let gap = usize::from(!line.is_empty());
        if line.width() + gap + word.width() <= width {
            line.extend(std::iter::repeat_n(' ', gap));
            line.push_str(word);
            continue;
        }
        if !line.is_empty() {
            lines.push(String::new());
        }
        let mut used = 0;
        for grapheme in word.graphemes(true) {
            used += grapheme.width();
            if breaks && used > width && used > grapheme.width() {
                lines.push(String::new());
                used = grapheme.width();
            }
            lines.last_mut().expect("there is always a line").push_str(grapheme);
        }
    }
    lines
}

/// The units that stay beside their numbers.
const UNITS: &[&str] =
    &["%", "B", "KiB", "MiB", "GiB", "TiB", "kB", "MB", "GB", "TB", "ms", "s", "min", "h"];

/// Splits text at its spaces, but not between a number and its unit if both fit into a line.
fn words(text: &str, width: usize) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let mut end = text.find(' ').unwrap_or(text.len());
        let after = text.get(end + 1..).unwrap_or_default();
        let next = after.split(' ').next().unwrap_or_default();
        let is_unit = UNITS.contains(&next.trim_end_matches([',', '.', ':', ';', ')']));
        let both = end + 1 + next.len();
        if is_unit
            && text[..end].ends_with(|c: char| c.is_ascii_digit())
            && text[..both].width() <= width
        {
            end = both;
        }
        rest = text.get(end + 1..);
        Some(&text[..end])
    })
}

impl Escaped {
    /// Shortens the text to `width` columns, with an ellipsis at the end.
    #[must_use]
    pub fn cut(&self, width: usize) -> Self {
        escaped_str(&cut(self, width))
    }

    /// Shortens the text to `width` columns, with an ellipsis at the start.
    #[must_use]
    pub fn cut_front(&self, width: usize) -> Self {
        escaped_str(&cut_front(self, width))
    }

    /// Shortens the text to `width` columns, with an ellipsis in the middle.
    #[must_use]
    pub fn cut_middle(&self, width: usize) -> Self {
        escaped_str(&cut_middle(self, width))
    }

    /// Breaks the text at spaces into lines of at most `width` columns.
    pub fn wrap(&self, width: usize) -> Vec<Self> {
        wrap(self, width).iter().map(|line| escaped_str(line)).collect()
    }

    /// Joins texts as in a sentence: `a`, `a and b`, `a, b and c`.
    pub fn listed(texts: &[Self]) -> Self {
        escaped_str(&super::listed(texts))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_is_cut_by_columns_not_by_bytes() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdef", 5), "abcd…");
        assert_eq!(cut("漢字漢字", 5), "漢字…");
        assert_eq!(cut_front("/usr/lib/go", 7), "…lib/go");
        assert_eq!((cut("abc", 0), cut_front("abc", 0)), (String::new(), String::new()));
    }

    #[test]
    fn an_address_stays_whole_where_it_can_be_copied() {
        let text = "see https://example.test/a/long/page for more";
        let whole = ["see", "https://example.test/a/long/page", "for more"];
        assert_eq!(wrap_words(text, 12), whole);
        assert_eq!(wrap(text, 12)[1], "https://exam", "a screen has no room for it");
    }

    #[test]
    fn of_a_path_the_name_stays_and_of_a_long_name_both_ends() {
        assert_eq!(cut_path("/usr/lib/go", 11), "/usr/lib/go");
        assert_eq!(cut_path("/usr/lib/go", 7), "…lib/go");
        assert_eq!(cut_path("/opt/file-001-of-many.js", 12), "file-…any.js");
        assert_eq!(cut_path("/opt/directory-with-a-name/", 11), "direc…name/");
        assert_eq!(cut_path("/", 3), "/");
        for width in 1..30 {
            assert!(cut_path("/opt/file-001-of-many.js", width).width() <= width);
        }
    }

    #[test]
    fn a_number_stays_beside_its_unit() {
        assert_eq!(wrap("wasted 7.63 MiB, all", 12), ["wasted", "7.63 MiB,", "all"]);
        assert_eq!(wrap("efficiency 13.0 % of", 15), ["efficiency", "13.0 % of"]);
        assert_eq!(wrap("layer 3 brings", 7), ["layer 3", "brings"]);
        assert_eq!(wrap("1010 MiB", 5), ["1010", "MiB"], "unless a line is too short for both");
        assert_eq!(wrap("ends 5 ", 4), ["ends", "5 "], "a space at the end stays");
    }

    #[test]
    fn a_character_keeps_its_marks() {
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        assert_eq!(cut_front("e\u{301}e\u{301}e\u{301}", 2), "…e\u{301}");
        assert_eq!(wrap("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
    }

    proptest! {
        #[test]
        fn nothing_is_wider_than_its_room(text in "[a-z 漢é🙂\u{301}\u{fe0f}ש❤🇩🇪]{0,30}", width in 2usize..20) {
            prop_assert!(cut(&text, width).width() <= width);
            prop_assert!(cut_front(&text, width).width() <= width);
            for line in wrap(&text, width) {
                prop_assert!(line.width() <= width, "{:?}", line);
            }
        }
    }

    #[test]
    fn text_is_wrapped_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aa bbbbbbb", 4), ["aa", "bbbb", "bbb"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
