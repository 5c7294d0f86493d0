//! Fitting text into columns: by what it takes on a screen, not by its bytes.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Shortens text to `width` columns, with an ellipsis at the end.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.into();
    }
    let kept: String = fitting(text.chars(), width).collect();
    if width == 0 { kept } else { format!("{}…", kept.trim_end()) }
}

/// Shortens text to `width` columns, with an ellipsis at the start.
pub fn cut_front(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.into();
    }
    let kept: Vec<char> = fitting(text.chars().rev(), width).collect();
    let ellipsis = (width > 0).then_some('…');
    ellipsis.into_iter().chain(kept.into_iter().rev()).collect()
}

/// As many characters as leave a column of `width` for an ellipsis.
fn fitting(chars: impl Iterator<Item = char>, width: usize) -> impl Iterator<Item = char> {
    let mut used = 0;
    chars.take_while(move |c| {
        used += c.width().unwrap_or(0);
        used < width
    })
}

/// Breaks text at spaces into lines of at most `width` columns; longer words are broken anywhere.
pub fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(1);
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
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
        for c in word.chars() {
            let line = lines.last_mut().expect("there is always a line");
            if line.width() + c.width().unwrap_or(0) > width {
                lines.push(String::new());
            }
            lines.last_mut().expect("there is always a line").push(c);
        }
    }
    lines
}

#[cfg(test)]
mod tests {
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
    fn text_is_wrapped_at_spaces_and_long_words_anywhere() {
        assert_eq!(wrap("aa bb cc", 5), ["aa bb", "cc"]);
        assert_eq!(wrap("aa bbbbbbb", 4), ["aa", "bbbb", "bbb"]);
        assert_eq!(wrap("", 4), [""]);
    }
}
