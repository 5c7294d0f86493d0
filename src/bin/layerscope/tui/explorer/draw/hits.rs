//! Draws the list of matches, or of the biggest files, in place of the tree.

use layerscope::display::cut_path;
use layerscope::display::{count, escaped};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use super::columns::{change, removed_in};
use super::tree;
use crate::tui::explorer::Explorer;
use crate::tui::explorer::exploration::Exploration;
use crate::tui::explorer::search::Search;
use crate::tui::layout::Pane;
use crate::tui::widgets::text::first_visible;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{bar, fill, pane, put, scroll_bar};

const SIZE_WIDTH: usize = 8;

/// Returns the first visible row of the list in the pane of the tree.
pub fn first(search: &Search, area: Rect) -> usize {
    let height = usize::from(tree::rows(area).height);
    first_visible(search.at, search.hits.len(), height.max(1))
}

pub fn draw(
    seen: &Exploration<'_>,
    explorer: &Explorer,
    theme: &Theme,
    area: Rect,
    buffer: &mut Buffer,
) {
    let search = seen.search;
    let (before, after) = search.query.shown_in(usize::from(area.width) / 2);
    let what = if search.query.text().is_empty() {
        "Biggest files".into()
    } else {
        format!("Matches of {before}{after}")
    };
    let place = (search.at + 1).min(search.hits.len());
    let (hits, all) = (count(search.hits.len() as u64), count(search.count as u64));
    let title = match search.query.text().is_empty() && search.hits.len() < search.count {
        true => format!("{what} · {}/{hits}, of {all} in all", count(place as u64)),
        false => format!("{what} · {}/{all}", count(place as u64)),
    };
    let inner = pane(&title, seen.focus == Pane::Tree, theme, area, buffer);
    let body = tree::rows(area);
    let (width, height) = (usize::from(body.width), usize::from(body.height));
    let bar_width = (width / 8).clamp(3, 20);
    if body.height < inner.height {
        let heads = format!("{:>SIZE_WIDTH$} {:bar_width$} by   path", "size", "");
        put(Line::styled(heads, theme.dim), 0, inner, buffer);
    }
    let whole = explorer.inspection.totals.size;
    let first = first(search, area);
    scroll_bar(first, search.hits.len(), body, theme, buffer);
    for (row, &node) in search.hits.iter().enumerate().skip(first).take(height) {
        let totals = explorer.slice.up_to()[node.index()];
        let bytes = explorer.weights[node.index()];
        let wasted = if totals.size() == bytes { totals.wasted } else { 0 };
        let mut spans = vec![Span::raw(format!("{:>SIZE_WIDTH$} ", seen.units.size(bytes)))];
        spans.extend(bar(bytes - wasted, wasted, whole, bar_width, theme));
        let (mark, style) = change(explorer, theme, node);
        let by = removed_in(explorer, node).map(|layer| layer.to_string()).unwrap_or_default();
        spans.push(Span::styled(format!(" {:<4} ", format!("{mark}{by}")), style));
        let room = width.saturating_sub(spans.iter().map(Span::width).sum());
        spans.push(Span::styled(
            cut_path(&escaped(&explorer.inspection.tree.path(node)), room),
            style,
        ));
        put(Line::from(spans), row - first, body, buffer);
        if row == search.at {
            fill(row - first, body, theme.selected, buffer);
        }
    }
}
