//! The text below the list, and how the list and the text share the room.

use layerscope::LayerIndex;
use layerscope::advice::changes::Change;
use layerscope::advice::findings::{Fate, Finding};
use layerscope::advice::unneeded::Surplus;
use layerscope::display::{Escaped, escaped_str, plural};
use layerscope::report::others;
use layerscope::tree::Reason;
use ratatui::layout::Rect;

use super::columns::before_text;
use super::{Findings, Row, secrets};
use crate::tui::explorer::Explorer;
use crate::tui::widgets::part;
use crate::tui::widgets::text::{cut, wrap};

/// The columns of the words before the text.
const LABEL: usize = 10;
/// The rows that the list keeps, whatever there is to say below.
const LIST: usize = 3;
/// The most lines of a row, where not all rows have room for theirs.
const MOST: usize = 4;
/// The lines below the list that come before the second lines of its rows.
const FIRST_NOTES: usize = 12;

/// The division of the room between the list and the text below.
pub(super) struct Shape {
    /// The area of the list, below the heads of its columns.
    pub list: Rect,
    /// The number of lines of each row.
    pub heights: Vec<usize>,
    /// The lines below the list, each with the word before it.
    pub notes: Vec<(String, String)>,
}

impl Shape {
    /// Returns the number of lines of the list.
    pub fn lines(&self) -> usize {
        self.heights.iter().sum()
    }

    /// Returns the first line of a row.
    pub fn line_of(&self, row: usize) -> usize {
        self.heights.iter().take(row).sum()
    }

    /// Returns the row that a line belongs to.
    pub fn row_of(&self, line: usize) -> usize {
        let mut end = 0;
        let is_before = |height: &&usize| {
            end += **height;
            end <= line
        };
        self.heights.iter().take_while(is_before).count()
    }
}

fn label_of_packages(count: usize) -> &'static str {
    if count == 1 { "package" } else { "packages" }
}

/// Leaves as many lines as there is room for; the last one says that there are more.
fn shorten(notes: &mut Vec<(String, String)>, room: usize, width: usize) {
    if notes.len() <= room {
        return;
    }
    notes.truncate(room);
    if let Some((_, text)) = notes.last_mut().filter(|(_, text)| !text.is_empty()) {
        *text = cut(&format!("{text} …"), width.saturating_sub(LABEL));
    }
}

impl Findings {
    /// Divides the room: where the whole list fits, the text stands right below it.
    pub(super) fn shape(&self, explorer: &Explorer, inner: Rect) -> Shape {
        let (width, height) = (usize::from(inner.width), usize::from(inner.height));
        let room = width.saturating_sub(before_text(width));
        let mut notes = self.notes(explorer, width);
        let whole: Vec<_> = self
            .rows
            .iter()
            .map(|&row| match row {
                Row::Unsearched => wrap(&self.unsearched().unwrap_or_default(), width).len(),
                row if row.is_head() => 1,
                Row::Secret(_) => 1,
                row => self.text(explorer, row).lines(room).len(),
            })
            .collect();
        let below = height.saturating_sub(1);
        // Rows have as many lines as there is room for: all of them, or else the first ones.
        let most = std::iter::once(usize::MAX).chain((2..=MOST).rev());
        for most in most {
            let heights: Vec<_> = whole.iter().map(|&lines| lines.min(most)).collect();
            let all: usize = heights.iter().sum();
            if all + notes.len().min(FIRST_NOTES) <= below {
                shorten(&mut notes, below - all, width);
                return Shape { list: part(inner, 1, all), heights, notes };
            }
        }
        let rows = self.rows.len();
        let left = below.saturating_sub(rows).max(height / 2);
        shorten(&mut notes, left.min(height.saturating_sub(LIST + 1)), width);
        if notes.len() < 2 {
            notes.clear();
        }
        let heights = vec![1; self.rows.len()];
        let list = part(inner, 1, below.saturating_sub(notes.len()));
        Shape { list, heights, notes }
    }

    /// Returns the fix with its lines, the reason and the instructions.
    fn notes(&self, explorer: &Explorer, width: usize) -> Vec<(String, String)> {
        let mut notes = vec![("─".repeat(width), String::new())];
        let mut add = |word: &str, text: &str| {
            let mut word = format!("{word:<LABEL$}");
            for text in wrap(text, width.saturating_sub(LABEL)) {
                notes.push((word, text));
                word = " ".repeat(LABEL);
            }
        };
        if let Some(secret) = self.secret() {
            for (word, text) in secrets::notes(&explorer.inspection, secret) {
                add(word, &text);
            }
            return notes;
        }
        let (Some(place), Some(fix)) = (self.change(), self.fix()) else { return Vec::new() };
        let instruction =
            |layer: LayerIndex| explorer.inspection.layers[layer].instruction.one_line();
        add("fix", &escaped_str(&fix.what));
        let (change, told) = (&self.changes()[place], &self.told[place]);
        if let Some(text) = self.selected_change().and_then(|change| self.contents(change)) {
            add("saves", &text);
        }
        if let Some(text) = self.selected_change().and_then(|_| told.in_addition(self.units)) {
            add("saves", &text);
        }
        let after = format!("{}{}", told.sign(), self.units.size(change.size));
        add("after", &format!("{after} [{}]", change.grade()));
        let of_change = self.selected_change().map(|_| told.why.clone());
        let why = of_change.or_else(|| Some(escaped_str(&self.selected()?.why)));
        add("why", &why.unwrap_or_default());
        let mut lines = self.lines();
        if self.is_draft() {
            // The whole file is behind D: any part of it alone would read as the whole.
            lines.insert(0, format!("D shows the draft: {}", plural(lines.len(), "line")));
        }
        for (i, line) in lines.iter().enumerate() {
            add(if i == 0 { "lines" } else { "" }, line);
        }
        let Some(finding) = self.selected() else {
            for layer in change.surplus.iter().map(Surplus::layer) {
                add("added", &format!("layer {layer} {}", instruction(layer)));
            }
            if !told.packages.is_empty() {
                let packages = Escaped::join(told.packages.iter().cloned(), ", ");
                add(label_of_packages(told.packages.len()), &packages);
            }
            return notes;
        };
        add("added", &format!("layer {} {}", finding.added_in, instruction(finding.added_in)));
        if let Fate::Gone { removed_in } = finding.fate {
            let what = Reason::past_of(finding.reason);
            add(what, &format!("layer {removed_in} {}", instruction(removed_in)));
        }
        let packages: Vec<_> = finding.packages.iter().map(|(name, _)| name.as_str()).collect();
        if !packages.is_empty() {
            add(label_of_packages(packages.len()), &packages.join(", "));
        }
        for (i, line) in self.parts(explorer).iter().enumerate() {
            add(if i == 0 { "files" } else { "" }, line);
        }
        notes
    }

    /// Says what a change saves beside the findings that are listed under it.
    fn contents(&self, change: &Change) -> Option<String> {
        let size = |bytes| self.units.size(bytes);
        let more = Some(change.others()).filter(|&more| more > 0)?;
        if change.findings.is_empty() {
            return None;
        }
        let mut others = vec![format!("{} {}", size(more), others(change.extent))];
        // What is not needed may be a long list; its packages are those that can be named.
        let named = change.named_others.iter();
        others.extend(named.map(|part| format!("{} of it {}", size(part.bytes), part.what)));
        Some(format!(
            "{}: {} listed here, and {}",
            size(change.saves),
            size(change.bytes + change.shared_bytes),
            others.join(", ")
        ))
    }

    /// Lists the findings of the selected change, unless they have rows.
    fn parts(&self, explorer: &Explorer) -> Vec<String> {
        let is_open = self.change().is_some_and(|change| self.open.contains(&change));
        let findings = self.all_selected();
        if is_open || findings.len() < 2 {
            return Vec::new();
        }
        let part = |finding: &&Finding| {
            let place = super::place(explorer, finding);
            format!("{}, {}  {place}", super::titled(finding), self.units.size(finding.bytes))
        };
        findings.iter().map(part).map(|text| text.trim_end().to_owned()).collect()
    }
}
