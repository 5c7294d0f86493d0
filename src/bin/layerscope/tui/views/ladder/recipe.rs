//! The instructions that lead to a size, and remarks on it.

use layerscope::advice::ladder::{Certainty, Holds, PossibleSize};
use layerscope::display::sentences;

use crate::tui::views::Look;
use crate::tui::widgets::text::wrap;

/// Returns whether compressing the layers would improve the download size.
fn can_be_measured(possible_size: &PossibleSize) -> bool {
    !possible_size.download.is_exact() && possible_size.holds != Holds::Others
}

/// Returns the instructions for a rung, and remarks, which are dimmed.
pub(super) fn explanation(
    look: Look<'_>,
    image: &str,
    possible_size: &PossibleSize,
    width: usize,
) -> Vec<(String, bool)> {
    let certainty = match &possible_size.certainty {
        Certainty::Exact if possible_size.how.is_empty() => {
            Some("Exact: the files of the image.".into())
        }
        // Beside what a person has to decide, it would read as another grade.
        Certainty::Exact if possible_size.needs_a_look => None,
        certainty => Some(certainty.sentence(look.units)),
    };
    let how = recipe(possible_size, width).into_iter().map(|line| (line, false));
    let shown = possible_size.notes.iter().map(|note| note.shown(look.units).into());
    // The first remark is why it needs a look.
    let (why, others): (Vec<String>, Vec<String>) = match possible_size.needs_a_look {
        true => (shown.clone().take(1).collect(), shown.skip(1).collect()),
        false => (Vec::new(), shown.collect()),
    };
    let notes = why
        .into_iter()
        .chain(certainty)
        .chain(possible_size.download.words(look.units))
        .chain(
            can_be_measured(possible_size)
                .then(|| format!("Download size: run `layerscope ladder {image} --measure`")),
        )
        .chain(others)
        .map(|note| (sentences(&[&note]), true));
    let notes =
        notes.flat_map(|(text, dim)| wrap(&text, width).into_iter().map(move |part| (part, dim)));
    how.chain(notes).collect()
}

/// Returns the instructions for a rung.
pub(super) fn recipe(possible_size: &PossibleSize, width: usize) -> Vec<String> {
    possible_size.how.lines().flat_map(|line| indented(line, width)).collect()
}

/// Wraps a line of a Dockerfile with its own indentation.
fn indented(line: &str, width: usize) -> Vec<String> {
    let text = line.trim_start_matches(' ');
    let indent = (line.len() - text.len()).min(width / 2);
    wrap(text, width - indent).into_iter().map(|part| format!("{:indent$}{part}", "")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_continues_an_instruction_stays_indented() {
        assert_eq!(indented("COPY --from=build \\", 40), ["COPY --from=build \\"]);
        assert_eq!(indented("  /usr/lib/libc.so.6 \\", 40), ["  /usr/lib/libc.so.6 \\"]);
        assert_eq!(indented("  one two", 6), ["  one", "  two"]);
        assert_eq!(indented("    x", 1), ["x"]);
    }
}
