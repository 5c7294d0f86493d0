//! Secrets in the list of changes: above all changes, with what to do about each.

use layerscope::LayerIndex;
use layerscope::advice::secrets::{Place, Prevention, Secret, Secrets};
use layerscope::display::{Escaped, shown};
use layerscope::tree::NodeId;
use layerscope::{Inspection, display::plural};
use ratatui::text::{Line, Span};

use crate::tui::overlay::proposal::{Edit, Proposal};
use crate::tui::views::Look;
use crate::tui::widgets::text::cut;

/// The width of the kind.
const WHAT: usize = 28;

/// Returns the head above the secrets.
pub fn head(secrets: &Secrets, look: Look<'_>) -> Line<'static> {
    let count = plural(secrets.list.len(), "secret");
    let text = format!("! {count}: anyone who can pull the image can read them");
    Line::styled(text, look.theme.wasted)
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
    let (what, place) = (secret.what(), secret.whereabouts(inspection));
    let mut spans = vec![
        Span::styled(format!(" {layers:<8} "), look.theme.dim),
        Span::raw(format!("{:<WHAT$} ", cut(&what, WHAT))),
    ];
    let used: usize = spans.iter().map(Span::width).sum();
    let rest = shown!("{}  {}", place, secret.shown);
    spans.push(Span::raw(cut(&rest, width.saturating_sub(used))));
    Line::from(spans)
}

/// Returns what is to be known about a secret, with a word before each.
pub fn notes(inspection: &Inspection, secret: &Secret) -> Vec<(&'static str, Escaped)> {
    let prevention = Prevention::find(inspection, secret);
    let mut notes = vec![("now", secret.revoke()), ("why", secret.why())];
    notes.extend(secret.see(inspection).map(|see| ("see", see)));
    notes.push(("fix", prevention.what.clone()));
    notes.extend(lines(&prevention).into_iter().map(|line| ("", line)));
    for (word, layer) in [("added", secret.added_in), ("removed", secret.removed_in)] {
        let account = layer.and_then(|layer| Some((layer, layer.of(&inspection.layers)?)));
        notes.extend(account.map(|(layer, account)| {
            (word, shown!("layer {} {}", layer, account.instruction.one_line()))
        }));
    }
    notes
}

/// Returns the lines that keep a secret out of the image, for copying.
pub fn lines_to_copy(inspection: &Inspection, secret: &Secret) -> Vec<String> {
    let prevention = Prevention::find(inspection, secret);
    let lines = lines(&prevention);
    let lines = if lines.is_empty() { vec![prevention.what] } else { lines };
    lines.into_iter().map(Into::into).collect()
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
