//! The sizes without what is marked: one for each mark, and one for all of them; or the one after a
//! change that is tried.

use layerscope::LayerIndex;
use layerscope::analysis::what_if::{Change, what_if};
use layerscope::display::{cut_front, escaped, plural, sentences};
use layerscope::tree::NodeId;

use crate::tui::explorer::{Explorer, Trial};
use crate::tui::views::Look;
use crate::tui::widgets::text::cut;

/// The most marks that have a row of their own.
const ROWS: usize = 6;
/// The most marks whose sizes are computed one by one.
const COMPUTED: usize = 24;

/// The size without a mark, or without all of them.
pub struct Marked {
    /// The title of the row.
    pub title: String,
    /// The change in words.
    pub what: String,
    pub size: u64,
    pub saved: u64,
    /// The mark before the size.
    pub sign: &'static str,
    pub certainty: &'static str,
    /// The same for the computation; none of a change that is tried.
    pub changes: Vec<Change>,
    /// The paths that are left out.
    pub paths: Vec<NodeId>,
    /// The last of the layers that become one.
    pub layer: Option<LayerIndex>,
}

impl Marked {
    fn of_trial(trial: &Trial) -> Self {
        Self {
            title: trial.title.clone(),
            what: trial.what.clone(),
            size: trial.size,
            saved: trial.saves,
            sign: trial.sign,
            certainty: trial.grade,
            changes: Vec::new(),
            paths: trial.paths.clone(),
            layer: None,
        }
    }
}

/// Computes the sizes: the marks one by one, the largest first, and then all together.
pub fn marked(explorer: &Explorer) -> Vec<Marked> {
    let inspection = &explorer.inspection;
    let tree = &inspection.tree;
    let paths: Vec<_> = explorer.marks.topmost(tree).collect();
    let run = explorer.marked_run();
    let row = |title: String, what: String, changes: &[Change]| {
        let outcome = what_if(inspection, changes);
        let (size, saved) = (outcome.size, outcome.saved(inspection));
        let dropped = |change: &Change| match change {
            Change::Drop(path) => Some(*path),
            _ => None,
        };
        let merged = |change: &Change| match change {
            Change::Merge { last, .. } => Some(*last),
            _ => None,
        };
        let layer = changes.iter().find_map(merged);
        let paths = changes.iter().filter_map(dropped).collect();
        let (sign, certainty, changes) = ("", "exact", changes.to_vec());
        Marked { title, what, size, saved, sign, certainty, changes, paths, layer }
    };
    if let Some(trial) = &explorer.trial {
        return vec![Marked::of_trial(trial)];
    }
    let mut rows = Vec::new();
    if paths.len() <= COMPUTED {
        rows.extend(paths.iter().map(|&path| {
            let without = format!("without {}", escaped(&tree.path(path)));
            row(without.clone(), without, &[Change::Drop(path)])
        }));
    }
    rows.extend(run.map(|(first, last)| {
        let what = format!("with layers {} as one", first.to(last));
        row(format!("layers {first}–{last} as one"), what, &[Change::Merge { first, last }])
    }));
    rows.sort_by_key(|row| std::cmp::Reverse(row.saved));
    rows.truncate(ROWS);
    if paths.len() + usize::from(run.is_some()) > 1 {
        let mut changes: Vec<_> = paths.iter().copied().map(Change::Drop).collect();
        let mut what = Vec::new();
        if !paths.is_empty() {
            what.push(format!("without {}", plural(paths.len(), "marked path")));
        }
        if let Some((first, last)) = run {
            changes.push(Change::Merge { first, last });
            what.push(format!("with layers {} as one", first.to(last)));
        }
        rows.push(row("all your marks".into(), what.join(", "), &changes));
    }
    rows
}

/// Says what a mark saves.
pub fn saving(look: Look<'_>, mark: &Marked) -> String {
    sentences(&[&format!("{}: {} less", mark.what, look.units.size(mark.saved))])
}

/// Cuts the title of a mark; of a path the end stays.
pub fn shortened(mark: &Marked, width: usize) -> String {
    match mark.title.strip_prefix("without ").filter(|_| mark.paths.len() == 1) {
        Some(path) => {
            format!("without {}", cut_front(path, width.saturating_sub("without ".len())))
        }
        None => cut(&mark.title, width),
    }
}
