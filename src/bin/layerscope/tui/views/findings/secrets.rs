//! Secrets in the list of changes: above all changes, with what to do about each.

use layerscope::Inspection;
use layerscope::LayerIndex;
use layerscope::advice::secrets::{Place, Prevention, Secret, Secrets};
use layerscope::display::{Escaped, shown};
use layerscope::image::HistoryEntry;
use layerscope::tree::{NodeId, Reason};
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

use crate::tui::overlay::proposal::{Edit, Proposal};
use crate::tui::views::Look;

/// The width of the kind.
const WHAT: usize = 28;

/// Returns the head above the secrets.
pub fn head(secrets: &Secrets, look: Look<'_>) -> Line<'static> {
    Line::styled(format!("! {}", secrets.short_headline()), look.theme.wasted)
}

/// Returns the row of a secret: its layers, the kind, the place and the masked value.
pub fn line(
    inspection: &Inspection,
    secret: &Secret,
    width: usize,
    look: Look<'_>,
) -> Line<'static> {
    let layers = match (secret.added_in, secret.removed_in) {
        (Some(added_in), Some(removed_in)) => format!("{added_in:>3} → {removed_in}"),
        (Some(added_in), None) => format!("{added_in:>3}"),
        (None, _) => "config".into(),
    };
    let (what, rest) = (secret.what(), place(inspection, secret));
    let layers = Span::styled(format!(" {layers:<8} "), look.theme.dim);
    // Names that differ only at their ends stay apart: they get the room that the places leave, and
    // are cut in the middle.
    let room = width.saturating_sub(layers.width() + 1);
    let left = room.saturating_sub(rest.width().max(room / 2));
    let wide = what.width().clamp(WHAT, left.max(WHAT));
    let what = Span::raw(format!("{:<wide$} ", what.cut_middle(wide)));
    let rest = Span::raw(String::from(rest.cut(room.saturating_sub(wide))));
    Line::from(vec![layers, what, rest])
}

/// Returns the place of a secret with its masked value. Of the history, the number comes first, and
/// the instruction tells entries apart.
fn place(inspection: &Inspection, secret: &Secret) -> Escaped {
    let Some(entry) = entry(secret) else {
        return shown!("{}  {}", secret.whereabouts(inspection), secret.shown);
    };
    let step = inspection.history.get(entry).map(HistoryEntry::instruction);
    let step = step.map(|step| step.one_line()).unwrap_or_default();
    let argument = match secret.place {
        Place::BuildArgument { .. } => "argument of ",
        _ => "",
    };
    shown!("entry {}: {}  {}{}", entry, secret.shown, argument, step)
}

/// Returns the entry of the history that has a secret.
pub fn entry(secret: &Secret) -> Option<usize> {
    match secret.place {
        Place::BuildArgument { entry } | Place::History { entry, .. } => Some(entry),
        _ => None,
    }
}

/// Returns what is to be known about a secret, with a word before each.
pub fn notes(inspection: &Inspection, secret: &Secret) -> Vec<(&'static str, Escaped)> {
    let prevention = Prevention::find(inspection, secret);
    let mut notes = vec![("now", secret.revoke()), ("why", secret.why())];
    notes.extend(secret.see(inspection).map(|see| ("see", see)));
    notes.push(("fix", prevention.what.clone()));
    notes.extend(lines(&prevention).into_iter().map(|line| ("", line)));
    let removed = Reason::past_of(secret.reason);
    for (word, layer) in [("added", secret.added_in), (removed, secret.removed_in)] {
        let account = layer.and_then(|layer| Some((layer, layer.get_from(&inspection.layers)?)));
        notes.extend(account.map(|(layer, account)| {
            (word, shown!("layer {} {}", layer, account.instruction.one_line()))
        }));
    }
    notes
}

/// Returns the lines that keep a secret out of the image, for copying; none, if only advice does.
pub fn lines_to_copy(inspection: &Inspection, secret: &Secret) -> Vec<String> {
    let prevention = Prevention::find(inspection, secret);
    lines(&prevention).into_iter().map(Into::into).collect()
}

fn lines(prevention: &Prevention) -> Vec<Escaped> {
    prevention.dockerfile.iter().chain(&prevention.dockerignore).cloned().collect()
}

/// Returns the way to build without a secret as a difference: lines to add.
pub fn proposal(inspection: &Inspection, secret: &Secret) -> Proposal {
    let prevention = Prevention::find(inspection, secret);
    let mut lines: Vec<_> = prevention.dockerfile.into_iter().map(Edit::Added).collect();
    if let Some(ignored) = prevention.dockerignore {
        lines.extend([Edit::Same(".dockerignore:".into()), Edit::Added(ignored)]);
    }
    lines.push(Edit::Same(shown!("{}.", prevention.what)));
    lines.push(Edit::Same(shown!("Now: {}.", secret.revoke())));
    Proposal::new(shown!("Build without the {}", secret.what()), lines)
}

/// Returns the path of a secret in a file, and the layer that has it.
pub fn path(secret: &Secret) -> Option<(NodeId, LayerIndex)> {
    match secret.place {
        Place::File { node, .. } => Some((node, secret.added_in?)),
        _ => None,
    }
}
