//! Draws the list: what each change saves, the size after it, the layers, and the change itself.

use std::cmp::Reverse;

use layerscope::LayerIndex;
use layerscope::advice::assessment::Study;
use layerscope::advice::changes::{Extent, Part as Side};
use layerscope::advice::findings::Fate;
use layerscope::display::{Escaped, escaped_str};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::columns::{
    AFTER_WIDTH, GRADE_WIDTH, GRADED, LAYERS_WIDTH, SIZE_WIDTH, WIDE, bar_width, layers,
};
use super::notes::Shape;
use super::{Findings, Row, place, secrets, several, titled};
use crate::tui::explorer::Explorer;
use crate::tui::views::Look;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{bar, fill, pane, put, scroll_bar};

/// The text of a row, and the columns that its second line is indented by.
pub(super) struct Text {
    text: String,
    /// The text where it has one line: what other rows begin with, too, is abbreviated.
    short: Option<String>,
    indent: usize,
}

impl Text {
    /// Returns the text in lines of at most `width` columns.
    pub(super) fn lines(&self, width: usize) -> Vec<String> {
        let Self { text, indent, .. } = self;
        let lines = wrap(text.trim_start(), width.saturating_sub(*indent));
        let lead: String = text.chars().take_while(|&c| c == ' ').collect();
        let lines = lines.into_iter().enumerate();
        lines
            .map(|(i, line)| match i {
                0 => format!("{lead}{line}"),
                _ => format!("{:indent$}{line}", ""),
            })
            .collect()
    }
}

/// Title of the changes of an image whose own layers need none.
const NOTHING: &str = "nothing to change in your Dockerfile";

impl Findings {
    pub fn draw(&self, explorer: &Explorer, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
        let is_shown = |row: &&Row| !row.is_head();
        let all = self.rows.iter().filter(is_shown).count();
        let place = self.rows.iter().take(self.cursor + 1).filter(is_shown).count();
        let title = match all {
            0 => "Fix: what to change".to_owned(),
            _ if self.has_nothing_own() => format!("Fix: {NOTHING} · {place}/{all}"),
            _ => format!("Fix: what to change · {place}/{all}"),
        };
        let inner = pane(&title, true, look.theme, area, buffer);
        let Some(study) = &self.study else {
            return put(Line::styled("Analyzing files …", look.theme.dim), 0, inner, buffer);
        };
        if self.is_empty() {
            let text = match explorer.inspection.completeness.sizes_are_exact() {
                true => {
                    "Nothing to change: no wasted bytes, and no caches or build leftovers were found."
                }
                false => {
                    "Nothing to change was found in what could be read; not all of the image could be."
                }
            };
            let texts = [Some(text.into()), self.unsearched()].into_iter().flatten();
            let lines = texts.flat_map(|text: Escaped| wrap(&text, usize::from(inner.width)));
            for (row, line) in lines.enumerate() {
                put(Line::styled(line, look.theme.dim), row, inner, buffer);
            }
            return;
        }
        put(heads(usize::from(inner.width), look), 0, inner, buffer);
        let shape = self.shape(explorer, inner);
        self.draw_list(explorer, look, study, &shape, buffer);
        for (i, (word, text)) in shape.notes.iter().enumerate() {
            let word = Span::styled(word.clone(), look.theme.dim);
            let line = Line::from(vec![word, Span::raw(text.clone())]);
            put(line, usize::from(shape.list.height) + 1 + i, inner, buffer);
        }
    }

    fn draw_list(
        &self,
        explorer: &Explorer,
        look: Look<'_>,
        study: &Study,
        shape: &Shape,
        buffer: &mut Buffer,
    ) {
        let (list, first) = (shape.list, self.first(shape));
        let (width, height) = (usize::from(list.width), usize::from(list.height));
        scroll_bar(first, shape.lines(), list, look.theme, buffer);
        let lines = self.rows.iter().enumerate().flat_map(|(place, &row)| {
            let lines = self.lines_of(explorer, look, study, row, shape.heights[place], width);
            lines.into_iter().map(move |line| (place, line))
        });
        for (at, (place, line)) in lines.skip(first).take(height).enumerate() {
            put(line, at, list, buffer);
            if place == self.cursor {
                fill(at, list, look.theme.selected, buffer);
            }
        }
    }

    /// Returns the text of a row.
    pub(super) fn text(&self, explorer: &Explorer, row: Row) -> Text {
        let whole = |text: String, indent| Text { text, short: None, indent };
        let Some(study) = &self.study else { return whole(String::new(), 0) };
        let at = |place: Escaped| match place.is_empty() {
            true => String::new(),
            false => format!("  {place}"),
        };
        match row {
            Row::Secrets | Row::Secret(_) | Row::Unsearched | Row::Head(_) => {
                whole(String::new(), 0)
            }
            Row::Change(i) => {
                let change = &self.changes()[i];
                let mut findings: Vec<_> = change.parts().map(|i| &study.findings[i]).collect();
                findings.sort_by_key(|finding| Reverse(finding.bytes));
                let is_open = self.open.contains(&i);
                let text = |what: &str| match (&findings[..], is_open) {
                    ([], _) => format!("  {}", self.told[i].in_short()),
                    ([finding], _) => {
                        format!("  {what}: {}{}", titled(finding), at(place(explorer, finding)))
                    }
                    (_, true) => format!("▾ {what}"),
                    (_, false) => format!("▸ {what} ({})", several(&findings)),
                };
                let [long, short] =
                    [change.title(), change.short_title()].map(|what| escaped_str(&what));
                Text { text: text(&long), short: Some(text(&short)), indent: 2 }
            }
            Row::Finding(_, i) => {
                let finding = &study.findings[i];
                let bytes = self.units.size(finding.bytes);
                let place = at(place(explorer, finding));
                whole(format!("    {bytes} of it: {}{place}", titled(finding)), 4)
            }
        }
    }

    /// Returns the lines of a row, of which there is room for `height`.
    fn lines_of(
        &self,
        explorer: &Explorer,
        look: Look<'_>,
        study: &Study,
        row: Row,
        height: usize,
        width: usize,
    ) -> Vec<Line<'static>> {
        let theme = look.theme;
        let cells = match row {
            Row::Secrets => {
                return study.secrets.iter().map(|all| secrets::head(all, look)).collect();
            }
            Row::Secret(i) => {
                let secret = self.secrets().get(i);
                let line = |secret| secrets::line(&explorer.inspection, secret, width, look);
                return secret.map(line).into_iter().collect();
            }
            Row::Unsearched => {
                let text = self.unsearched().unwrap_or_default();
                let lines = wrap(&text, width).into_iter().take(height);
                return lines.map(|line| Line::styled(line, theme.modified)).collect();
            }
            Row::Head(side) => {
                let bytes = explorer.avoidable().map_or(0, |sums| match side {
                    Side::Own => sums.own,
                    Side::Optional => sums.optional,
                    Side::Base => sums.base,
                });
                let head = match bytes {
                    0 if side != Side::Own => {
                        format!("{}: no more than the changes above save", side.title())
                    }
                    // Avoidable is what the header calls so: what your own layers need not have.
                    _ if side == Side::Own => {
                        format!("{}: {} avoidable", side.title(), look.units.size(bytes))
                    }
                    _ => {
                        let size = look.units.size(bytes);
                        format!("{}: {size} in addition to the changes above", side.title())
                    }
                };
                return vec![Line::styled(cut(&head, width), theme.strong)];
            }
            Row::Change(i) => {
                let change = &self.changes()[i];
                let findings: Vec<_> = change.parts().map(|i| &study.findings[i]).collect();
                let left = findings.iter().filter(|finding| finding.fate == Fate::Left);
                let visible = match change.extent {
                    Extent::Packages(_) => change.saves,
                    Extent::Stage => {
                        change.others() + left.map(|finding| finding.bytes).sum::<u64>()
                    }
                    _ => left.map(|finding| finding.bytes).sum(),
                };
                let after = format!("{}{}", change.certainty.sign(), look.units.size(change.size));
                let layers = match (change.fix.merges, change.groups.first()) {
                    (Some((first, last)), _) => format!("{first:>3} → {last}"),
                    (None, Some(group)) if findings.is_empty() => {
                        format!("{:>3} → {}", group.added_in, group.removed_in)
                    }
                    _ => layers(self.told[i].layers.iter().map(|step| {
                        let [added_in, removed_in] = [Some(step.added_in), step.removed_in]
                            .map(|it| it.map(LayerIndex::new));
                        (added_in.unwrap_or_default(), removed_in)
                    })),
                };
                (Some(change.saves), visible, change.saves, after, layers, change.grade())
            }
            Row::Finding(_, i) => {
                let finding = &study.findings[i];
                let visible = if finding.fate == Fate::Left { finding.bytes } else { 0 };
                // It is a part of what the change saves.
                let layers = layers([(finding.added_in, finding.removed_in())]);
                (None, visible, finding.bytes, String::new(), layers, "")
            }
        };
        let (saves, visible, bytes, after, layers, grade) = cells;
        let saves = saves.map_or_else(String::new, |bytes| look.units.size(bytes));
        let whole = explorer.inspection.totals.size;
        let mut spans = vec![Span::raw(format!("{saves:>SIZE_WIDTH$} "))];
        let wasted = bytes.saturating_sub(visible);
        spans.extend(bar(bytes - wasted, wasted, whole, bar_width(width), theme));
        if width >= WIDE {
            spans.push(Span::styled(format!(" {after:>AFTER_WIDTH$}"), theme.dim));
        }
        if width >= GRADED {
            spans.push(Span::styled(format!(" {grade:<GRADE_WIDTH$}"), theme.dim));
        }
        spans.push(Span::styled(format!(" {layers:<LAYERS_WIDTH$}"), theme.dim));
        let before: usize = spans.iter().map(Span::width).sum();
        let room = width.saturating_sub(before);
        let text = self.text(explorer, row);
        if height < 2 {
            let short = text.short.as_ref().filter(|_| text.text.width() > room);
            spans.push(Span::raw(cut(short.unwrap_or(&text.text), room)));
            return vec![Line::from(spans)];
        }
        let mut texts = text.lines(room);
        if texts.len() > height {
            let rest = texts.split_off(height - 1);
            let rest = rest.iter().map(|line| line.trim_start()).collect::<Vec<_>>().join(" ");
            texts.push(cut(&format!("{:1$}{rest}", "", text.indent), room));
        }
        let mut texts = texts.into_iter();
        spans.push(Span::raw(texts.next().unwrap_or_default()));
        let more = texts.map(|text| {
            Line::from(vec![Span::styled(" ".repeat(before), Style::new()), Span::raw(text)])
        });
        std::iter::once(Line::from(spans)).chain(more).take(height).collect()
    }
}

/// Returns the headings of the columns.
fn heads(width: usize, look: Look<'_>) -> Line<'static> {
    let after = match width >= WIDE {
        true => format!(" {:>AFTER_WIDTH$}", "size after"),
        false => String::new(),
    };
    let after = match width >= GRADED {
        true => format!("{after} {:GRADE_WIDTH$}", ""),
        false => after,
    };
    let (bar, saves) = (bar_width(width), "saves");
    let text = format!(
        "{saves:>SIZE_WIDTH$} {:bar$}{after} {:<LAYERS_WIDTH$}  change, each one alone",
        "", "layers"
    );
    Line::styled(cut(&text, width.max(text.width().min(width))), look.theme.dim)
}
