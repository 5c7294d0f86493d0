//! The instruction of the selected layer in full: its shell command in lines, wrapped, with
//! scrolling.

use layerscope::LayerIndex;
use layerscope::image::Instruction;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::explorer::Explorer;
use crate::tui::widgets::text::wrap;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{inside, scrolled_title, text_pane};

/// The additional indent of a wrapped line.
const HANGING: usize = 2;

/// The state of reading an instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reading {
    /// The first visible row.
    pub scroll: usize,
}

/// Returns the rows of an instruction, each line wrapped with a hanging indent.
pub fn rows(instruction: &Instruction, width: usize) -> Vec<String> {
    instruction.lines().iter().flat_map(|line| hang(line, width)).collect()
}

/// Wraps a line with a hanging indent.
fn hang(line: &str, width: usize) -> Vec<String> {
    let text = line.trim_start_matches(' ');
    // On a narrow screen, the text gets most of the width.
    let indent = (line.len() - text.len()).min(width / 3);
    let hanging = if width > 16 { HANGING } else { 0 };
    let wrapped = wrap(text, width.saturating_sub(indent + hanging));
    let rows = wrapped.into_iter().enumerate();
    rows.map(|(i, text)| " ".repeat(if i == 0 { indent } else { indent + hanging }) + &text)
        .collect()
}

/// Returns the rows of the selected layer's instruction in an area.
pub fn selected_rows(explorer: Option<&Explorer>, area: Rect) -> Vec<String> {
    let width = usize::from(inside(area).width);
    let layer = explorer.and_then(|explorer| explorer.layer.get_from(&explorer.inspection.layers));
    layer.map(|layer| rows(&layer.instruction, width)).unwrap_or_default()
}

/// Draws the selected layer's instruction in full.
pub fn draw(
    reading: Reading,
    explorer: Option<&Explorer>,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let lines = selected_rows(explorer, area);
    let layer = explorer.map_or(LayerIndex::FIRST, |explorer| explorer.layer);
    let title = scrolled_title(
        &format!("Layer {layer}: its instruction"),
        reading.scroll,
        lines.len(),
        area,
    );
    text_pane(&title, lines, reading.scroll, true, theme, area, buffer);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_goes_on_under_itself() {
        assert_eq!(
            hang(
                "    && apt-get install curl \
            git",
                20
            ),
            ["    && apt-get", "      install curl", "      git"]
        );
        assert_eq!(hang("short", 20), ["short"]);
        assert!(hang("          word word", 9).iter().all(|row| row.len() <= 9));
    }
}
