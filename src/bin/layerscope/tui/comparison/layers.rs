//! Lists the layers of two images: shared ones, the end of sharing with its cause, and downloads.

use layerscope::Known;
use layerscope::LayerIndex;
use layerscope::compare::LayerPlace;
use layerscope::display::some;
use layerscope::report::end_of_sharing;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::against::Against;
use super::cursor::Cursor;
use super::message::Spot;
use crate::tui::keys::Action;
use crate::tui::keys::help::Line as Hint;
use crate::tui::views::Look;
use crate::tui::widgets::text::{cut, wrap};
use crate::tui::widgets::{bar, fill, inside, pane, part, put, scroll_bar};

pub const KEYS: &[Hint] = &[
    (&[Action::Help], "help"),
    (&[Action::Up, Action::Down], "layer"),
    (&[Action::Enter], "explore it"),
    (&[Action::CopyPath], "copy digest"),
    (&[Action::NextPane], "paths"),
    (&[Action::Explain], "explain"),
    (&[Action::Quit], "quit"),
];

/// The height below which there is only the list.
const TALL: u16 = 12;

/// The state of the view.
#[derive(Debug, Default)]
pub struct Layers {
    cursor: Cursor,
}

impl Layers {
    /// Moves the cursor.
    pub fn act(&mut self, count: usize, action: Action, area: Rect) {
        self.cursor.act(action, count, rows(area, count));
        self.cursor.settle(count, rows(area, count));
    }

    /// Selects the layer at a cell; returns whether there is one.
    pub fn select(&mut self, count: usize, at: Position, area: Rect) -> bool {
        self.cursor.select(at, count, rows(area, count))
    }

    /// Returns the selected layer.
    pub fn selected(&self, places: &[LayerPlace]) -> Option<LayerPlace> {
        places.get(self.cursor.at).copied()
    }
}

/// Returns the place of a layer in one of the images, the second if both have it: whether it is the
/// second, and the layer.
pub fn spot(place: LayerPlace) -> (bool, Spot) {
    match place {
        LayerPlace::Both(_, layer) | LayerPlace::Second(layer) => (true, Spot::Layer(layer)),
        LayerPlace::First(layer) => (false, Spot::Layer(layer)),
    }
}

/// Returns the areas of the list, which takes the rows that it needs, and of the remarks below it.
fn panes(area: Rect, count: usize) -> (Rect, Rect) {
    let below = if area.height < TALL { 0 } else { usize::from(area.height / 3).clamp(6, 10) };
    let all = usize::from(area.height);
    let list = if below == 0 { all } else { (all - below).min(count.max(1) + 3) };
    (part(area, 0, list), part(area, list, all - list))
}

/// Returns the area of the list's rows, below the headings.
fn rows(area: Rect, count: usize) -> Rect {
    let inner = inside(panes(area, count).0);
    part(inner, 1, usize::from(inner.height).saturating_sub(1))
}

/// Draws the list, and remarks on it.
pub fn draw(view: &Layers, against: &Against, look: Look<'_>, area: Rect, buffer: &mut Buffer) {
    let pair = &against.pair;
    let places = &pair.layers;
    let (list, below) = panes(area, places.len());
    let title = format!(
        "Layers · {}",
        some(pair.sharing.shared(), pair.sharing.same.len(), "layer", "shared")
    );
    let inner = pane(&title, true, look.theme, list, buffer);
    let table = LayerColumns::fit_into(against, usize::from(inner.width));
    put(Line::styled(table.heads(against), look.theme.dim), 0, inner, buffer);
    let rows = rows(area, places.len());
    let cursor = view.cursor;
    let first =
        scroll_bar(cursor.first(places.len(), rows), places.len(), rows, look.theme, buffer);
    if places.is_empty() {
        put(Line::styled("Neither image has layers.", look.theme.dim), 0, rows, buffer);
    }
    for (i, &place) in places.iter().enumerate().skip(first).take(usize::from(rows.height)) {
        put(table.line(against, place, look, usize::from(inner.width)), i - first, rows, buffer);
        if i == cursor.at {
            fill(i - first, rows, look.theme.selected, buffer);
        }
    }
    let inner = pane("Shared layers", false, look.theme, below, buffer);
    let lines = remarks(view, against, look).into_iter().flat_map(|(text, style)| {
        wrap(&text, usize::from(inner.width)).into_iter().map(move |line| Line::styled(line, style))
    });
    for (row, line) in lines.enumerate() {
        put(line, row, inner, buffer);
    }
}

/// The widths of the columns.
struct LayerColumns {
    digits: usize,
    bar: usize,
    biggest: u64,
}

impl LayerColumns {
    fn fit_into(against: &Against, width: usize) -> Self {
        let layers = || against.first.layers.iter().chain(&against.second.layers);
        let most = against.first.layers.len().max(against.second.layers.len());
        Self {
            digits: most.saturating_sub(1).to_string().len().max(3),
            bar: (width / 8).clamp(4, 14),
            biggest: layers().map(|layer| layer.size).max().unwrap_or(0),
        }
    }

    fn heads(&self, against: &Against) -> String {
        let (digits, bar) = (self.digits, self.bar);
        let download = if against.pair.sharing.exact { "download" } else { "~download" };
        format!(
            "  {:>digits$} {:>digits$} {:>8} {:bar$} {download:>9} instruction",
            "1st", "2nd", "size", ""
        )
    }

    fn line(
        &self,
        against: &Against,
        place: LayerPlace,
        look: Look<'_>,
        width: usize,
    ) -> Line<'static> {
        let theme = look.theme;
        let account = place.account(&against.first, &against.second);
        let (sign, style, download) = match place {
            LayerPlace::Both(..) => ("=", theme.dim, "shared".to_owned()),
            LayerPlace::First(_) => ("-", theme.removed, "removed".to_owned()),
            LayerPlace::Second(layer) if !against.pair.sharing.sent[layer] => {
                ("+", theme.dim, "again".to_owned())
            }
            LayerPlace::Second(_) => {
                ("+", theme.added, downloaded(against, account.stored_bytes, look))
            }
        };
        let digits = self.digits;
        let size = match place.known(&against.first, &against.second) {
            known if known.is_nothing() => "?".into(),
            Known::UpTo(_) | Known::OverLimit(_) => format!("≥{}", look.units.size(account.size)),
            _ => look.units.size(account.size),
        };
        let number = |layer: Option<LayerIndex>| {
            layer.map_or_else(|| "-".to_owned(), |layer| layer.to_string())
        };
        let mut spans = vec![
            Span::styled(sign, style),
            Span::raw(format!(
                " {:>digits$} {:>digits$}",
                number(place.first()),
                number(place.second())
            )),
            Span::raw(format!(" {size:>8} ")),
        ];
        spans.extend(bar(account.visible, account.wasted(), self.biggest, self.bar, theme));
        spans.push(Span::styled(format!(" {download:>9} "), style));
        let used: usize = spans.iter().map(Span::width).sum();
        spans.push(Span::raw(cut(&account.instruction.one_line(), width.saturating_sub(used))));
        Line::from(spans)
    }
}

/// Formats a download size, with a tilde if a registry would send a different number of bytes.
fn downloaded(against: &Against, bytes: u64, look: Look<'_>) -> String {
    let about = if against.pair.sharing.exact { "" } else { "~" };
    format!("{about}{}", look.units.size(bytes))
}

/// Returns the download size, the end of sharing, and the selected instruction.
fn remarks(view: &Layers, against: &Against, look: Look<'_>) -> Vec<(String, Style)> {
    let (first, second, sharing) = (&against.first, &against.second, &against.pair.sharing);
    let download = downloaded(against, sharing.download, look);
    let mut remarks =
        vec![(format!("Updating from the first image downloads {download}."), look.theme.strong)];
    if !sharing.exact {
        let text = "~ uncompressed size; a registry sends less";
        remarks.push((text.into(), look.theme.dim));
    }
    remarks.extend(end_of_sharing(first, second, sharing).map(|text| (text, Style::new())));
    if let Some(place) = view.selected(&against.pair.layers) {
        let where_it_is = match place {
            LayerPlace::Both(a, b) if a == b => format!("Layer {a} of both"),
            LayerPlace::Both(a, b) => format!("Layer {a} of the first and {b} of the second"),
            LayerPlace::First(layer) => format!("Layer {layer} of the first only"),
            LayerPlace::Second(layer) => format!("Layer {layer} of the second only"),
        };
        let instruction = place.account(first, second).instruction.one_line();
        remarks.push((format!("{where_it_is}: {instruction}"), look.theme.dim));
    }
    remarks
}
