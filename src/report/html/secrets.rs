//! The secrets, before everything else: who can read them, how, and what to do. Values are masked.

use maud::{Markup, html};

use super::Subject;
use super::changes::layer;
use super::graphics::prose;
use crate::advice::secrets::{Prevention, Secret};
use crate::display::{Escaped, plural};
use crate::tree::Reason;

/// The most secrets that are shown in full.
const SECRETS: usize = 200;

/// Makes the section; `None` if none were found or searched.
pub fn secrets(subject: &Subject<'_>) -> Option<Markup> {
    let secrets = subject.study.secrets.as_ref().filter(|secrets| !secrets.list.is_empty())?;
    let more = secrets.list.len().saturating_sub(SECRETS);
    Some(html! {
        p { strong { (secrets.headline()) } }
        @for secret in secrets.list.iter().take(SECRETS) { (in_full(subject, secret)) }
        @if more > 0 { p .note { "and " (plural(more, "more secret")) } }
        @if let Some(text) = secrets.not_searched() { p .note { (text) } }
    })
}

fn in_full(subject: &Subject<'_>, secret: &Secret) -> Markup {
    let inspection = subject.inspection;
    let prevention = Prevention::find(inspection, secret);
    let what = prose(&prevention.what);
    let lines = prevention.lines();
    let removed = format!("{} in", Reason::past_of(secret.reason));
    let places = [("added in", secret.added_in), (&*removed, secret.removed_in)];
    html! {
        article .finding {
            h4 {
                span .amount .bad { (secret.what()) }
                " in " code { (secret.whereabouts(inspection)) }
            }
            dl {
                dt { "value" } dd { code { (secret.shown) } " (masked)" }
                @for (word, index) in places {
                    @if let Some(index) = index.filter(|&index| index < inspection.layers.len()) {
                        (layer(subject, word, index))
                    }
                }
                dt { "why" } dd { (prose(&secret.why())) }
                @if let Some(see) = secret.see(inspection) { dt { "see" } dd { code { (see) } } }
                dt { "now" } dd { (secret.revoke()) }
                dt { "fix" }
                dd .fix {
                    p { (what) }
                    @if !lines.is_empty() { pre tabindex="0" { code { (Escaped::join(lines, "\n")) } } }
                }
            }
        }
    }
}
