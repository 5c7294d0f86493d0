//! Formats sizes, names, paths and instructions of an image for sentences: escaped, and shortened.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::display::{cut, cut_front, wrap};
use layerscope::display::{escaped, escaped_str};
use layerscope::tree::NodeId;
use unicode_width::UnicodeWidthStr;

/// The width of a line on the narrowest screen for stories, 80×24.
pub const WIDTH: usize = 76;
/// The width of an instruction inside a sentence.
const QUOTED: usize = 40;
/// The width of a path, and of an image's name.
const NAME: usize = 44;

/// Qualifies a sum over the image that was not read as a whole.
pub fn at_least(inspection: &Inspection, size: String) -> String {
    if inspection.completeness.sizes_are_exact() { size } else { format!("at least {size}") }
}

/// Returns the display name of the image.
pub fn name(inspection: &Inspection) -> String {
    cut(&escaped_str(&inspection.name), NAME)
}

/// Formats a layer with its instruction: ``layer 6 (`RUN rm -rf …`)``.
pub fn layer(inspection: &Inspection, layer: LayerIndex) -> String {
    format!("layer {layer} (`{}`)", cut(&inspection.layers[layer].instruction.one_line(), QUOTED))
}

/// Formats a path; if its last component is too long for a sentence, the parent directory.
pub fn path(inspection: &Inspection, node: NodeId) -> String {
    let tree = &inspection.tree;
    let is_long = escaped(tree.name(node)).width() >= NAME;
    cut_front(&escaped(&tree.path(if is_long { tree.parent(node) } else { node })), NAME)
}

/// Words with a capital at their start.
pub fn capital(words: &str) -> String {
    let mut characters = words.trim().chars();
    characters.next().map_or_else(String::new, |first| {
        format!("{}{}", first.to_uppercase(), characters.as_str())
    })
}

/// Words with a full stop, unless they end with something like it.
pub fn stopped(words: &str) -> String {
    let words = words.trim();
    let stop = if words.ends_with(['.', '!', '?', '…']) || words.is_empty() { "" } else { "." };
    format!("{words}{stop}")
}

/// Formats an instruction in one line, shortened in its middle, because the start has the context
/// and the end what is new.
/// `None` for a here-document, whose meaning would change in one line.
pub fn code(dockerfile: &str, width: usize) -> Option<String> {
    if dockerfile.contains("<<") {
        return None;
    }
    let line = dockerfile.replace("\\\n", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let line = escaped_str(&line);
    let front = cut(&line, width / 2);
    if line == front || wrap(&line, width).len() == 1 {
        return Some(line.into());
    }
    let back = cut_front(&line, width / 2);
    // From the next word on, if one begins soon.
    let word =
        back.char_indices().find(|&(i, c)| c == ' ' && i < back.len() / 2).map_or(0, |(i, _)| i);
    Some(format!("{front}{}", &back[word..]))
}

/// Shortens a text to a number of rows on the narrowest screen.
pub fn in_rows(text: &str, rows: usize) -> String {
    let mut columns = WIDTH * rows;
    let mut shown = text.to_owned();
    while wrap(&shown, WIDTH).len() > rows && columns > WIDTH {
        columns -= 4;
        shown = cut(text, columns);
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_sentence() {
        assert_eq!(
            capital(&stopped("the RUN leaves them; nobody reads them")),
            "The RUN leaves them; nobody reads them."
        );
        assert_eq!(stopped("Why?"), "Why?");
        assert_eq!(capital(&stopped("")), "");
    }

    #[test]
    fn a_long_instruction_keeps_its_beginning_and_its_end() {
        let line = format!(
            "RUN apt-get update \\\n && apt-get install {} \\\n && rm -rf /lists",
            "x ".repeat(90)
        );
        let shown = code(&line, 60).unwrap();
        assert!(
            shown.starts_with("RUN apt-get update && apt-get")
                && shown.ends_with("&& rm -rf /lists"),
            "{shown}"
        );
        assert_eq!(code("RUN a \\\n && b", 60).as_deref(), Some("RUN a && b"));
        assert_eq!(code("RUN <<EOF\na\nEOF", 60), None);
    }

    #[test]
    fn no_text_takes_more_rows_than_it_may() {
        for text in ["word ".repeat(200), "x".repeat(2000), "漢字 ".repeat(300)] {
            assert!(wrap(&in_rows(&text, 3), WIDTH).len() <= 3);
        }
    }
}
