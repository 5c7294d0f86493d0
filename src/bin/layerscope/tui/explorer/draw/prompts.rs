//! Draws the bottom line during input: the query and the number of matches.

use layerscope::display::{count, escaped_str};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use super::tree::matching;
use crate::tui::explorer::Explorer;
use crate::tui::explorer::exploration::{Exploration, Query};
use crate::tui::explorer::filter::Filter;
use crate::tui::explorer::search::{Search, where_it_lives};
use crate::tui::keys::{Action, Keymap};
use crate::tui::widgets::theme::Theme;

/// Returns the line, if there is input or a match.
pub fn line(
    seen: &Exploration<'_>,
    keymap: &Keymap,
    theme: &Theme,
    width: u16,
) -> Option<Line<'static>> {
    let explorer = seen.explorer?;
    let filter = &explorer.filter;
    let all = explorer.inspection.tree.node_count() - 1;
    let (query, what, editing) = match () {
        () if seen.query == Some(Query::Search) => {
            (&seen.search.query, searched(seen.search, explorer), true)
        }
        () if seen.query == Some(Query::Filter) => (&filter.query, filtered(filter, all), true),
        () if seen.search.hit().is_some() && !seen.search.listed => {
            let keys = keymap.first_keys(&[Action::NextHit, Action::PreviousHit]);
            (&seen.search.query, format!("{}   {keys} others", hit(seen.search, explorer)), false)
        }
        () => return None,
    };
    let key = if seen.query == Some(Query::Filter) { "filter " } else { "/" };
    // A long query leaves room for what it finds, and hints are whole or not there.
    let width = usize::from(width);
    let shortest = query.text().width().min(width / 3);
    let what = hints_within(&what, width.saturating_sub(key.len() + shortest + 3));
    let room = width.saturating_sub(what.width() + key.len() + 3).max(width / 3);
    let (before, after) = query.shown_in(room);
    let cursor = if editing { "▏" } else { "" };
    Some(Line::from(vec![
        Span::styled(format!(" {key}{before}{cursor}{after} "), theme.strong),
        Span::styled(what, theme.dim),
    ]))
}

/// Returns as many parts of a text, which stand apart by three spaces, as fit; at least the first.
fn hints_within(text: &str, room: usize) -> String {
    let mut parts: Vec<_> = text.split("   ").collect();
    while parts.len() > 1 && parts.join("   ").width() > room {
        parts.pop();
    }
    parts.join("   ")
}

fn searched(search: &Search, explorer: &Explorer) -> String {
    match search.hits.len() {
        _ if search.query.text().is_empty() => {
            "a name or part of a path   in any layer   above: the biggest files".into()
        }
        0 if search.running.is_some() => "…".into(),
        0 => "no match in any layer".into(),
        _ => format!("{}   ↑↓ select  Enter go there", hit(search, explorer)),
    }
}

/// Formats the number of the match, and the layers that it is in.
fn hit(search: &Search, explorer: &Explorer) -> String {
    let Some(node) = search.hit() else { return String::new() };
    let more = if search.running.is_some() { "…" } else { "" };
    let of = format!("{} of {}{more}", count(search.at as u64 + 1), count(search.count as u64));
    format!("{of} · {}", where_it_lives(&explorer.inspection.tree, node))
}

fn filtered(filter: &Filter, all: usize) -> String {
    if let Some(fault) = &filter.fault {
        return fault.clone();
    }
    match &filter.kept {
        _ if filter.query.text().is_empty() => {
            "a part of a name or path   *.so   usr/**/lib*   /regex/".into()
        }
        None => "…".into(),
        Some(kept) if kept.count == 0 && kept.complete => "no match".into(),
        Some(kept) => {
            let more = if kept.complete { "" } else { "…" };
            let text = filter.query.text();
            // A part of a name matches anywhere in it.
            let ending = text.starts_with('.') && !text.contains(['*', '?', '[', '{', '/']);
            let ending = if ending {
                format!("   *{} for the ending", escaped_str(text))
            } else {
                String::new()
            };
            format!("{}{ending}   Enter keep, Esc clear", matching(kept.count, more, all))
        }
    }
}
