//! Describes a layer in numbers, and the result of all layers.

use layerscope::analysis::LayerAccount;
use layerscope::display::{Units, listed};
use layerscope::tree::Reason;

use super::losses::Loss;
use crate::tui::views::timeline::Point;
use crate::tui::widgets::text::cut;

/// The most layers that are listed as having lost bytes.
const NAMED: usize = 3;
/// The smallest part of the removed bytes for which a layer is listed, unless it is the only one.
const WORTH_NAMING: u64 = 100;

/// Describes what a layer did to the image as it was `before`. The instruction has at most `quoted`
/// columns.
pub fn of_layer(
    account: &LayerAccount,
    before: Point,
    now: Point,
    taken: &[Loss],
    units: Units,
    quoted: usize,
) -> String {
    let what = cut(&account.instruction.one_line(), quoted);
    let visible = signed(before.visible, now.visible, units);
    let size = units.size(account.size);
    let own_wasted = (before.visible + account.size).saturating_sub(now.visible + now.hidden);
    match (account.compression, account.size, now.hidden) {
        (None, ..) => format!("{what}: missing in the archive, size unknown."),
        (_, 0, 0) => format!("{what}: adds no file data."),
        (_, _, 0) if own_wasted > 0 => {
            format!(
                "{what}: image +{size}, {visible} visible. The layer contains {} of files that it replaces itself.",
                units.size(own_wasted)
            )
        }
        (_, _, 0) => format!("{what}: image +{size}, all of it visible."),
        (_, _, hidden) => {
            let hidden = units.size(hidden);
            let from = layers(taken);
            let mut reasons = taken.iter().take(NAMED).map(|loss| loss.reason);
            let reason = reasons.next().filter(|&first| reasons.all(|reason| reason == first));
            let but = match reason {
                Some(Reason::RewrittenUnchanged) => {
                    format!("the same {hidden} of {from} are stored twice now.")
                }
                Some(Reason::Overwritten) => format!("it replaces {hidden}, which stay in {from}."),
                _ => format!("it deletes {hidden}, which stay in {from}."),
            };
            format!("{what}: {visible} visible, image +{size}: {but}")
        }
    }
}

/// Describes the result of all layers.
pub fn of_the_end(end: Point, exact: bool, units: Units) -> String {
    let Point { size, visible, .. } = end;
    if !exact {
        let [size, visible, wasted] =
            [size, visible, size - visible].map(|bytes| units.size(bytes));
        return format!(
            "The end: at least {size}; of what could be read, {visible} visible and {wasted} wasted."
        );
    }
    match size - visible {
        0 => format!("The end: {}, all of it visible.", units.size(size)),
        wasted => {
            format!(
                "The end: {}, {} visible, {} wasted.",
                units.size(size),
                units.size(visible),
                units.size(wasted)
            )
        }
    }
}

/// Formats the change of a number: `−194 MiB`.
fn signed(before: u64, now: u64, units: Units) -> String {
    if now < before {
        format!("−{}", units.size(before - now))
    } else {
        format!("+{}", units.size(now - before))
    }
}

/// Lists the layers that lost bytes, the largest losses first: `layers 1 and 2`.
fn layers(taken: &[Loss]) -> String {
    let all: u64 = taken.iter().map(|loss| loss.bytes).fold(0, u64::saturating_add);
    let worth = taken.iter().filter(|loss| loss.bytes >= all / WORTH_NAMING).count();
    let names: Vec<_> =
        taken.iter().take(worth.min(NAMED)).map(|loss| loss.of.to_string()).collect();
    let more = worth - names.len();
    match &names[..] {
        [] => "earlier layers".into(),
        [only] => format!("layer {only}"),
        names if more > 0 => format!("layers {} and {more} more", names.join(", ")),
        several => format!("layers {}", listed(several)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(losses: &[(u16, u64)]) -> Vec<Loss> {
        let loss =
            |&(of, bytes): &(u16, u64)| Loss { of: of.into(), bytes, reason: Reason::Deleted };
        losses.iter().map(loss).collect()
    }

    #[test]
    fn the_layers_that_lost_most_are_named() {
        assert_eq!(layers(&taken(&[(1, 200_000)])), "layer 1");
        assert_eq!(
            layers(&taken(&[(1, 200_000), (0, 90)])),
            "layer 1",
            "0.05 % are not worth a name"
        );
        assert_eq!(layers(&taken(&[(4, 30), (2, 20)])), "layers 4 and 2");
        assert_eq!(layers(&taken(&[(4, 30), (2, 20), (1, 9)])), "layers 4, 2 and 1");
        assert_eq!(
            layers(&taken(&[(4, 30), (2, 20), (1, 9), (0, 9), (3, 8)])),
            "layers 4, 2, 1 and 2 more"
        );
        assert_eq!(layers(&[]), "earlier layers");
    }

    #[test]
    fn what_went_down_has_a_minus() {
        assert_eq!(signed(3 << 20, 1 << 20, Units::Iec), "−2.00 MiB");
        assert_eq!(signed(0, 1 << 20, Units::Iec), "+1.00 MiB");
    }
}
