//! Steps that are too small to be shown: the next shown step that contains them says so.

use super::{Holds, PossibleSize, noticeable};
use crate::display::{Sentence, escaped_str};

/// Adds the ways of the steps that are not shown to the next shown step that rests on them.
pub(super) fn tell_unshown(ladder: &mut [PossibleSize]) {
    let shown = noticeable(ladder);
    let mut unshown = Vec::new();
    for place in 1..ladder.len() {
        // Where only the files of a program are copied, no step before it counts.
        if !matches!(ladder[place].holds, Holds::Changed(_)) {
            continue;
        }
        if !shown.contains(&place) {
            unshown.push(place);
            continue;
        }
        for hidden in std::mem::take(&mut unshown) {
            let saves = ladder[hidden - 1].size.saturating_sub(ladder[hidden].size);
            let (title, how) = (ladder[hidden].step.title(), ladder[hidden].how.clone());
            let title = title.trim_start_matches("without ").to_owned();
            let step = &mut ladder[place];
            how.lines().for_each(|line| step.how += &format!("\nalso {line}"));
            let note = Sentence::from("also leaves out ").size(saves);
            let rest = format!(" of {title} (a step of its own below 1 %)");
            step.notes.push(note.words(escaped_str(&rest)));
        }
    }
}
