//! The header: pieces of text, some of which can be clicked.

mod bottom;

use layerscope::advice::ladder::Certainty;
use layerscope::display::{noticeably, plural};
use layerscope::{Amount, LayerIndex};
use ratatui::layout::Rect;
use ratatui::style::Style;
use unicode_width::UnicodeWidthStr;

use super::App;
use crate::tui::explorer::Explorer;
use crate::tui::keys::Action::*;
use crate::tui::layout::WIDE;
use crate::tui::widgets::bars::{Piece, Tab, Tabs, tabs, width};
use crate::tui::widgets::text::cut;
use crate::tui::widgets::theme::Theme;
use crate::tui::widgets::{bar, wasted_sign};
use crate::view::View;

pub use bottom::{footer, hints_for_help};

/// Returns the name, the views if there is space for them, and the numbers.
pub fn header(app: &App, theme: &Theme, area: Rect) -> Vec<Vec<Piece>> {
    let room = usize::from(area.width);
    let name_only =
        || vec![Piece::text(format!(" {}", cut(&app.name, room.saturating_sub(1))), theme.strong)];
    let secret = app.is_kept_secret(LayerIndex::FINAL);
    let Some(explorer) = app.explorer().filter(|_| !secret) else {
        let below = if secret { views(app, theme, room) } else { Vec::new() };
        return vec![name_only(), below];
    };
    let numbers = Numbers::new(app, explorer, theme);
    if area.height < 2 {
        return vec![in_one_row(app, theme, &numbers, room)];
    }
    if room >= usize::from(WIDE) {
        return vec![
            flush(name_and_numbers(app, theme, &numbers, room + 1)),
            views_and_smallest(app, theme, &numbers, room),
        ];
    }
    in_two_rows(app, theme, &numbers, room)
}

/// The numbers that every view shows.
struct Numbers {
    visible_bytes: u64,
    wasted_bytes: u64,
    size: Piece,
    visible: Piece,
    wasted: Piece,
    avoidable: Piece,
    /// The mark of warnings, in many words and in few.
    warnings: Option<[Piece; 2]>,
    /// The mark of secrets, in many words and in few.
    secrets: Option<[Piece; 2]>,
    /// From the longest words to the shortest.
    smallest: Vec<String>,
    /// Size, wasted, avoidable and smallest, in this order, with words.
    named: [Piece; 4],
    /// The same without words.
    bare: [Piece; 4],
}

impl Numbers {
    fn new(app: &App, explorer: &Explorer, theme: &Theme) -> Self {
        let totals = &explorer.inspection.totals;
        let size = |bytes| app.units.size(bytes);
        let marked = |bytes: u64, style| if bytes > 0 { style } else { Style::new() };
        let avoidable = explorer.avoidable();
        // What is being computed keeps its place.
        let bound = |bytes: u64| match explorer.inspection.amount(bytes) {
            Amount::Exactly(_) => size(bytes),
            _ if bytes == 0 => "?".into(),
            amount => amount.column(app.units),
        };
        let shown = avoidable
            .map_or_else(|| format!("{:<8}", "…"), |sums| format!("{:<8}", bound(sums.own)));
        let style = marked(avoidable.map_or(0, |sums| sums.own), theme.strong);
        let whole = explorer.inspection.amount(totals.size).text(app.units);
        let (gone, sign) = (bound(totals.wasted()), wasted_sign(theme));
        let (plain, wasted_style) = (Style::new(), marked(totals.wasted(), theme.wasted));
        let smallest = smallest(app, explorer);
        let at_least = smallest.last().cloned().unwrap_or_default();
        let least = at_least.trim_start_matches("smallest ");
        // A click explains a number.
        let figure = |text: String, style| Piece::button(text, style, ExplainHeader);
        let [named_size, wasted, avoidable] = [
            figure(format!("size {whole} "), plain),
            figure(format!(" {sign} wasted {gone} "), wasted_style),
            figure(format!(" avoidable {shown} "), style),
        ];
        Self {
            visible_bytes: totals.visible,
            wasted_bytes: totals.wasted(),
            named: [
                named_size.clone(),
                wasted.clone(),
                avoidable.clone(),
                figure(format!(" {at_least}"), theme.strong),
            ],
            bare: [
                figure(format!("{whole} "), plain),
                figure(format!(" {sign} {gone} "), wasted_style),
                figure(format!(" −{} ", shown.trim()), style),
                figure(format!(" → {}", least.trim_start()), theme.strong),
            ],
            size: named_size,
            warnings: warnings_mark(app, theme),
            secrets: secrets_mark(app, explorer, theme),
            visible: figure(format!(" █ visible {} ", size(totals.visible)), theme.visible),
            wasted,
            avoidable,
            smallest,
        }
    }
}

impl Numbers {
    /// Returns the short marks of secrets and warnings.
    fn marks(&self) -> Vec<Piece> {
        let marks = self.secrets.iter().chain(&self.warnings);
        marks.map(|[_, short]| short.clone()).collect()
    }
}

/// Returns the smallest size that changes to the Dockerfile lead to and the saving, in versions of
/// decreasing length.
fn smallest(app: &App, explorer: &Explorer) -> Vec<String> {
    let Some((possible_size, first)) = explorer.smallest() else {
        return vec![format!("smallest {:>7}…", "")];
    };
    let size = format!("{}{}", possible_size.certainty.sign(), app.units.size(possible_size.size));
    let is_known = first.certainty == Certainty::Exact;
    let ratio = noticeably(possible_size.size, first.size)
        .filter(|_| is_known)
        .map_or_else(String::new, |ratio| format!(" ({ratio})"));
    vec![format!("smallest {size:>8}{ratio}"), format!("smallest {size:>8}")]
}

/// Returns the name, a bar if there is space, and the numbers. Numbers are dropped before the name
/// is cut.
fn name_and_numbers(app: &App, theme: &Theme, numbers: &Numbers, room: usize) -> Vec<Piece> {
    let fits = |pieces: &[&Piece]| {
        app.name.width() + 2 + pieces.iter().map(|piece| piece.width()).sum::<usize>() <= room
    };
    let Numbers { size, visible, wasted, avoidable, warnings, secrets, .. } = numbers;
    // Visible is size less wasted, so that it goes first.
    let [mut all, mut shown] =
        [vec![size, visible, wasted, avoidable], vec![size, wasted, avoidable]];
    for [long, short] in [secrets, warnings].into_iter().flatten() {
        shown.push(long);
        let mark = if fits(&shown) { long } else { short };
        shown.pop();
        shown.push(mark);
        all.push(mark);
    }
    let shown = if fits(&all) { all } else { shown };
    let taken: usize = shown.iter().map(|piece| piece.width()).sum();
    let name = cut(&app.name, room.saturating_sub(taken + 2));
    let gap = room.saturating_sub(taken + name.width() + 1);
    let mut pieces = vec![Piece::text(format!(" {name}"), theme.strong)];
    let length = gap.saturating_sub(4).min(BAR);
    if length >= BAR / 2 {
        pieces.push(Piece::text(" ".repeat(gap - length - 2), Style::new()));
        let cells = bar(
            numbers.visible_bytes,
            numbers.wasted_bytes,
            numbers.visible_bytes + numbers.wasted_bytes,
            length,
            theme,
        );
        pieces.extend(cells.into_iter().map(Piece::from));
        pieces.push(Piece::text("  ", Style::new()));
    } else {
        pieces.push(Piece::text(" ".repeat(gap), Style::new()));
    }
    pieces.extend(shown.into_iter().cloned());
    pieces
}

/// Returns a row, made for one more column, without the blank at its end: the rows of the header end
/// below each other.
fn flush(mut pieces: Vec<Piece>) -> Vec<Piece> {
    let last = pieces.pop().map(Piece::trimmed);
    pieces.extend(last);
    pieces
}

/// The blank column before the names of the views.
const MARGIN: usize = 1;
/// The columns of the name that stay, however small the screen is.
const LEAST_NAME: usize = 8;
/// The columns of the bar beside the name.
const BAR: usize = 16;

/// Returns the names of the views, as far as they fit.
fn views(app: &App, theme: &Theme, room: usize) -> Vec<Piece> {
    let named = |short: bool| {
        View::ALL.map(|view| Tab {
            action: view.action(),
            name: if short { view.short_name() } else { view.name() },
            chosen: view == app.view,
        })
    };
    let kinds =
        [(false, Tabs::Named), (true, Tabs::Named), (true, Tabs::Close), (true, Tabs::Numbered)];
    // The tabs have the same form in every view, also in the one with the longest name.
    let longest = View::ALL.map(|view| view.short_name().width()).into_iter().max().unwrap_or(0);
    let more = |kind| match kind {
        Tabs::Numbered => longest - app.view.short_name().width(),
        _ => 0,
    };
    let mut fitting = kinds
        .map(|(short, kind)| (tabs(&named(short), &app.keymap, theme, kind), more(kind)))
        .into_iter();
    fitting
        .find(|(tabs, more)| width(tabs) + more <= room)
        .map_or_else(|| tabs(&named(true), &app.keymap, theme, Tabs::Tight), |(tabs, _)| tabs)
}

fn views_and_smallest(app: &App, theme: &Theme, numbers: &Numbers, room: usize) -> Vec<Piece> {
    // The views by name come first; the shortest words for the size have room beside them.
    let reserved = numbers.smallest.last().map_or(0, |text| text.width() + 1);
    let mut pieces = views(app, theme, (room + MARGIN).saturating_sub(reserved));
    if width(&pieces) + reserved > room {
        // The margin gives way before a word of the size does.
        pieces.remove(0);
    }
    let left = room.saturating_sub(width(&pieces));
    if let Some(text) = numbers.smallest.iter().find(|text| text.width() < left) {
        pieces.push(Piece::text(" ".repeat(left - text.width()), Style::new()));
        pieces.push(Piece::button(text.clone(), theme.strong, ExplainHeader));
    }
    pieces
}

/// Returns the name and the first numbers, and below them the views and the other numbers: on a
/// narrow screen words give way before numbers, and the names of views before both.
fn in_two_rows(app: &App, theme: &Theme, numbers: &Numbers, room: usize) -> Vec<Vec<Piece>> {
    let marks = numbers.marks();
    let beside = LEAST_NAME + 2 + width(&marks);
    let fits = |pieces: &[Piece], beside: usize| width(pieces) + beside <= room;
    let first = if fits(&numbers.named[..2], beside) { &numbers.named } else { &numbers.bare };
    let mut above = first[..2].to_vec();
    above.extend(marks);
    let view_width = app.view.name().width() + 2;
    let second = [&numbers.named, &numbers.bare]
        .into_iter()
        .map(|pieces| &pieces[2..])
        .find(|pieces| fits(pieces, view_width))
        .unwrap_or(&numbers.bare[2..3]);
    let mut tabs = views(app, theme, room.saturating_sub(width(second)));
    if width(&tabs) + width(second) > room {
        tabs = vec![Piece::text(format!(" {}", app.view.name()), theme.focused)];
    }
    let name = cut(&app.name, room.saturating_sub(width(&above) + 2));
    let name = vec![Piece::text(format!(" {name}"), theme.strong)];
    vec![flush(apart(name, above, room + 1)), apart(tabs, second.to_vec(), room)]
}

/// Returns pieces at the left and at the right of a row.
fn apart(mut left: Vec<Piece>, right: Vec<Piece>, room: usize) -> Vec<Piece> {
    let gap = room.saturating_sub(width(&left) + width(&right));
    left.push(Piece::text(" ".repeat(gap), Style::new()));
    left.extend(right);
    left
}

/// Returns the name, the view, and the numbers: as many as fit, by rank, if need be without words.
fn in_one_row(app: &App, theme: &Theme, numbers: &Numbers, room: usize) -> Vec<Piece> {
    // A piece of the name and the view's name have their place.
    let longest = View::ALL.map(|view| view.name().width()).into_iter().max().unwrap_or(0);
    let marks = numbers.marks();
    let kept = LEAST_NAME + longest + 3 + width(&marks);
    let ranked = std::iter::once(&numbers.named[..])
        .chain((1..=numbers.bare.len()).rev().map(|count| &numbers.bare[..count]));
    let fitting = ranked.into_iter().find(|pieces| width(pieces) + kept <= room);
    let mut shown = fitting.unwrap_or(&numbers.bare[..1]).to_vec();
    shown.extend(marks);
    let room = room.saturating_sub(width(&shown));
    let name = cut(
        &app.name,
        room.saturating_sub(longest + 3).max(LEAST_NAME).min(room.saturating_sub(3)),
    );
    let gap = room.saturating_sub(name.width() + 1);
    let views = View::ALL.map(|view| Tab {
        action: view.action(),
        name: view.name(),
        chosen: view == app.view,
    });
    let blank = |columns: usize| Piece::text(" ".repeat(columns), Style::new());
    let mut pieces = vec![Piece::text(format!(" {name}"), theme.strong)];
    // Whichever view is shown, there is room for the tabs or there is not, so that they stay as
    // they are.
    let more = longest - app.view.name().width();
    let fitting = Tabs::ALL
        .map(|kind| tabs(&views, &app.keymap, theme, kind))
        .into_iter()
        .find(|tabs| gap > width(tabs) + more + 1);
    match fitting {
        Some(tabs) => {
            let before = (gap - width(&tabs)).min(3);
            let rest = gap - width(&tabs) - before;
            pieces.push(blank(before));
            pieces.extend(tabs);
            pieces.push(blank(rest));
        }
        None => {
            let view = cut(&format!(" {}", app.view.name()), gap);
            let rest = gap - view.width();
            pieces.push(Piece::text(view, theme.focused));
            pieces.push(blank(rest));
        }
    }
    pieces.extend(shown);
    pieces
}

/// Returns the number of warnings with the key that lists them and a short form, if there are any;
/// a click lists them.
fn warnings_mark(app: &App, theme: &Theme) -> Option<[Piece; 2]> {
    let inspection = &app.explorer()?.inspection;
    let count = inspection.warnings.iter().filter(|warning| !warning.kind.is_by_design()).count();
    if count == 0 {
        return None;
    }
    let key = app.keymap.keys(ViewImage).first().map(|key| format!(" ({key})")).unwrap_or_default();
    let style = if inspection.completeness.is_whole() { theme.modified } else { theme.wasted };
    let text = format!("! {}{key} ", plural(count, "warning"));
    Some([text, format!("! {count} ")].map(|text| Piece::button(text, style, ViewImage)))
}

/// Returns the number of secrets, or of files that were not searched for any, with the key that lists
/// them and a short form, if there are any; a click lists them.
fn secrets_mark(app: &App, explorer: &Explorer, theme: &Theme) -> Option<[Piece; 2]> {
    let secrets = explorer.search_result()?;
    let key =
        app.keymap.keys(ViewFindings).first().map(|key| format!(" ({key})")).unwrap_or_default();
    let unsearched = secrets.gaps().in_short();
    let (long, short, style) = match (secrets.list.len(), unsearched) {
        (0, None) => return None,
        (0, Some(unsearched)) => (unsearched, "unsearched", theme.modified),
        (count, None) => (plural(count, "secret"), "secrets", theme.wasted),
        (count, Some(_)) => (format!("≥ {}", plural(count, "secret")), "secrets", theme.wasted),
    };
    let texts = [format!("! {long}{key} "), format!("! {short}{key} ")];
    Some(texts.map(|text| Piece::button(text, style, ViewFindings)))
}
